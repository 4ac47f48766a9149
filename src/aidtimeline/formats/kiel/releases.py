"""Which release a file is, its cut-off date, and the source of all its entries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from attrs import frozen

from aidtimeline.events import Source
from aidtimeline.formats.kiel.texts import ANY_TIME
from aidtimeline.formats.reading.files import File
from aidtimeline.values import edtf
from aidtimeline.values.dates import DateRange

DATASET = "kiel-ukraine-support-tracker"
PUBLISHER = "Kiel Institute for the World Economy"
TITLE = "Ukraine Support Tracker"

_NUMBER = re.compile(r"\brelease\s+(\d+)\b|\b(\d+)(?:st|nd|rd|th)\s+release\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|through|to)\s+([a-z]+ \d{1,2},? \d{4}|\d{1,2} [a-z]+ \d{4})", re.IGNORECASE)
_NUMBER_IN_NAME = re.compile(r"(?:release|(?<![a-z])r)[ _-]?(\d{1,3})(?!\d)", re.IGNORECASE)
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[_-](0[1-9]|1[0-2])(?:[_-]([0-3]\d))?(?!\d)")
_MONTH_IN_NAME = re.compile(r"(?<![a-z])([a-z]{3,9})[ _-]?(\d{4})(?!\d)", re.IGNORECASE)


@frozen
class Release:
    """A version of the tracker: its number, the day on which it came out, and its cut-off date, if they are known."""

    file: File
    sheet: str | None
    number: str | None
    published: DateRange | None
    cut_off: DateRange | None

    @property
    def last_day(self) -> date | None:
        """The last day of which it can say anything: nothing in it happened later than it came out."""
        days = [each.latest for each in (self.published, self.cut_off) if each is not None and each.latest is not None]
        return max(days, default=None)

    @property
    def until(self) -> str:
        """By its cut-off date, as EDTF."""
        day = None if self.cut_off is None else self.cut_off.latest
        return ANY_TIME.edtf if day is None else f"[..{day.isoformat()}]"

    @property
    def covered(self) -> str:
        """Its cut-off date itself, as EDTF."""
        return ANY_TIME.edtf if self.cut_off is None else self.cut_off.text

    def source(self, row: int | None = None, *quoted: str) -> Source:
        """The release as the source of a row, with the words on which a vague date or quantity rests."""
        return Source(
            publisher=PUBLISHER,
            title=TITLE + (f", release {self.number}" if self.number else ""),
            published=self.published,
            dataset=self.file.dataset or DATASET,
            locator=self.place(row),
            quote="; ".join(dict.fromkeys(filter(None, quoted))) or None,
        )

    def place(self, row: int | None) -> str:
        """Where a row is, in words."""
        if self.sheet is None:
            return self.file.name + (f", line {row}" if row else "")
        return f"{self.file.name}, {self.sheet}" + (f", row {row}" if row else "")


def release_of(file: File, sheet: str | None, preface: Iterable[str]) -> Release:
    """The release that a file is: by what the user says, else by its own first rows, else by its name.

    It came out on its cut-off date, if the user says no other; and it covers all until it came out, if it does not say
    itself until when.
    """
    number, until = _in_preface(preface)
    named = _NUMBER_IN_NAME.search(file.name)
    cut_off = file.until or _date(until) or file.published or _date(_in_name(file.name))
    return Release(file, sheet, number or (named[1] if named else None), file.published or cut_off, cut_off)


def _in_preface(preface: Iterable[str]) -> tuple[str | None, str | None]:
    """The number and day in the first text that names both: "Release 7 (until October 3, 2022)"."""
    for text in preface:
        number, until = _NUMBER.search(text), _UNTIL.search(text)
        if number and until:
            return number[1] or number[2], edtf.guess(until[1])
    return None, None


def _in_name(name: str) -> str | None:
    """The day or month in a file's name: 2022-10-03, 2022_10, oct2022."""
    numbers = _DATE_IN_NAME.search(name)
    if numbers:
        return "-".join(filter(None, numbers.groups()))
    months = (edtf.guess(" ".join(match.groups())) for match in _MONTH_IN_NAME.finditer(name))
    return next(filter(None, months), None)


def _date(text: str | None) -> DateRange | None:
    return DateRange.parse(text) if text and edtf.guess(text) == text else None
