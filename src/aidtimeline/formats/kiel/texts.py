"""The tracker's cells: dates in words, units that are not numbers, values that are not given."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values import edtf
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

#: Words for "not known".
UNKNOWN = ("", ".", "-", "n/a", "no price", "not disclosed", "not given", "not specified", "unclear", "undisclosed",
           "unknown", "unspecified")  # fmt: skip

#: Units in words: how many is not said, but some.
WORDS = {
    **dict.fromkeys(("undisclosed", "not disclosed", "partially", "several", "some"), "1.."),
    "dozens": "24..",
    "hundreds": "200..",
    "thousands": "2000..",
}

_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


@frozen
class Dated:
    """When something was announced: as EDTF, and the dates that are named in it."""

    edtf: str
    named: tuple[str, ...] = ()

    def after(self, day: date) -> bool:
        """Whether a date that is named is after a day."""
        return any((DateRange.parse(each).earliest or day) > day for each in self.named)


ANY_TIME = Dated("../..")
"""Not known: some time before the report, as everything that is reported."""


def read_date(text: str) -> Dated:
    """The date of an announcement. Numbers with slashes are American: month, day, year.

    Raises `InvalidValue` if it is not understood.

    >>> read_date("until 7/27/2022").edtf, read_date("not specified, 03/22").edtf
    ('[..2022-07-27]', '2022-03')
    >>> read_date("between 3/4/22 & 3/11/22").edtf, read_date("Undisclosed").edtf
    ('[2022-03-04..2022-03-11]', '../..')
    """
    words = " ".join(text.casefold().split())
    if words in UNKNOWN:
        return ANY_TIME
    for pattern, template in _FORMS:
        match = pattern.fullmatch(words)
        named = tuple(_simple(each) or "" for each in match.groups()) if match else ("",)
        if all(named):
            found = template.format(*named)
            DateRange.parse(found)  # refuses one that ends before it begins
            return Dated(found, named)
    guessed = edtf.guess(words)
    if guessed is None or not _is_all_of(guessed, words):
        raise InvalidValue(text, "a date")
    return Dated(guessed, (guessed,))


_MIDNIGHT = re.compile(r"[t ]00:00:00(?:\.0+)?$")
_ORDINAL_OR_MONTH = re.compile(
    r"(?<=[0-9])(?:st|nd|rd|th)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
)


def _is_all_of(guessed: str, text: str) -> bool:
    """Whether a date that was guessed from a text (in lower case) is all that the text says.

    A guess takes what it understands and leaves the rest. So the text may have no more digits than the date, and no
    words but months, ordinals, and the letter between a date and a time.

    >>> _is_all_of("2022-04-05", "april 5th, 2022"), _is_all_of("2022-04-05", "2022-04-05t00:00:00")
    (True, True)
    >>> _is_all_of("2022-04", "april 2022, 30 trucks"), _is_all_of("2022-04", "not before april 2022")
    (False, False)
    """
    text = _MIDNIGHT.sub("", text)
    digits = re.findall("[0-9]", text)
    words = _ORDINAL_OR_MONTH.sub("", text)
    return len(digits) <= len(guessed.replace("-", "")) and not re.search("[a-su-z]", words)


_FORMS = [
    (re.compile(form), template)
    for form, template in (
        (r"(.+)", "{}"),
        (r"(?:not specified|unclear|undisclosed|unknown|unspecified),? (.+)", "{}"),
        (r"(?:until|till|by|up to|as of) (.+)", "[..{}]"),
        (r"(?:since|from|starting) (.+)", "[{}..]"),
        (r"(?:between |from )?(.+) (?:&|and|to|until|-) (.+)", "[{}..{}]"),
        (r"(.+) or (?:earlier|before)", "[..{}]"),
        (r"(.+) or (?:later|after)", "[{}..]"),
    )
]


def _simple(text: str) -> str | None:
    """A day, month or year as EDTF, or None."""
    for pattern, meant in _SIMPLE:
        match = pattern.fullmatch(text)
        if match:
            found = meant(*match.groups())
            return found if found == edtf.guess(found) else None
    guessed = edtf.guess(text)
    return guessed if guessed and re.fullmatch(r"[0-9-]+", guessed) and _is_all_of(guessed, text) else None


def _month_day(first: str, second: str, year: str) -> str:
    month, day = (second, first) if int(first) > 12 else (first, second)
    return f"{_year(year)}-{int(month):02}-{int(day):02}"


def _month(month: str, year: str) -> str:
    return f"{_year(year)}-{int(month):02}" if int(month) <= 12 else ""


def _year(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


_SIMPLE: list[tuple[re.Pattern[str], Callable[..., str]]] = [
    (re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})"), _month_day),
    (re.compile(r"([0-9]{1,2})/([0-9]{4}|[0-9]{2})"), _month),
]


def read_units(text: str) -> Quantity | None:
    """How many; None if nothing is said. Raises `InvalidValue` if it is not understood.

    >>> print(read_units("216"), read_units("Undisclosed"), read_units(""))
    216 at least 1 None
    """
    if text.casefold() in WORDS:
        return Quantity.parse(WORDS[text.casefold()])
    value = read_value(text)
    return None if value is None else Quantity.exact(value)


def read_value(text: str) -> Decimal | None:
    """An amount of money; None if none is given. Raises `InvalidValue` if it is not understood.

    >>> read_value("915466.4374093927"), read_value("Not given"), read_value("No price")
    (Decimal('915466.4374093927'), None, None)
    """
    if text.casefold() in UNKNOWN:
        return None
    if not is_number(text):
        raise InvalidValue(text, "a number")
    return Quantity.exact(Decimal(text.replace(",", ""))).low


def number_in(text: str) -> Decimal | None:
    """A number other than 0; None for anything else.

    >>> number_in("2.5"), number_in("0"), number_in("Not given"), number_in("1.000.00")
    (Decimal('2.5'), None, None, None)
    """
    try:
        return read_value(text) or None
    except InvalidValue:
        return None


def is_number(text: str) -> bool:
    """Whether it is a number as English sheets write it. What might be one of two ("1.000.00") is not one."""
    return bool(_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text))
