"""What the tracker's cells say: dates that are not dates, units that are not numbers, values that are not given."""

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

ANY_TIME = "../.."
"""When nobody says: by the time of the report, as everything that is reported."""

#: What stands where nobody says.
UNKNOWN = ("", ".", "-", "n/a", "no price", "not disclosed", "not given", "not specified", "unclear", "undisclosed",
           "unknown", "unspecified")  # fmt: skip

#: Units in words: how many is not said, but not none.
WORDS = {
    **dict.fromkeys(("undisclosed", "not disclosed", "partially", "several", "some"), "1.."),
    "dozens": "24..",
    "hundreds": "200..",
    "thousands": "2000..",
}

_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


@frozen
class Told:
    """When something was announced: as EDTF, and the dates that are named in it."""

    edtf: str
    named: tuple[str, ...] = ()

    def after(self, day: date) -> bool:
        """Whether a date that is named lies after a day."""
        return any((DateRange.parse(each).earliest or day) > day for each in self.named)


def read_date(text: str) -> Told:
    """The date of an announcement; numbers with strokes are American: month, day, year.

    Raises `InvalidValue` for what is not understood.

    >>> read_date("until 7/27/2022").edtf, read_date("not specified, 03/22").edtf
    ('[..2022-07-27]', '2022-03')
    >>> read_date("between 3/4/22 & 3/11/22").edtf, read_date("Undisclosed").edtf
    ('[2022-03-04..2022-03-11]', '../..')
    """
    words = " ".join(text.casefold().split())
    if words in UNKNOWN:
        return Told(ANY_TIME)
    for pattern, template in _FORMS:
        match = pattern.fullmatch(words)
        named = tuple(_simple(each) or "" for each in match.groups()) if match else ("",)
        if all(named):
            told = template.format(*named)
            DateRange.parse(told)  # one that ends before it begins is none
            return Told(told, named)
    guessed = edtf.guess(words)
    if guessed is None or not _says_all(guessed, words):
        raise InvalidValue(text, "a date")
    return Told(guessed, (guessed,))


def _says_all(guessed: str, text: str) -> bool:
    """Whether a date leaves nothing out of a text: each number is in it, and what else stands there are months."""
    numbers = re.findall("[0-9]+", re.sub(r"[t ]00:00:00(?:\.0+)?$", "", text))
    rest = re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*", "", text)
    return len("".join(numbers)) <= len(guessed.replace("-", "")) and not re.search("[a-su-z]", rest)


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
    return guessed if guessed and re.fullmatch(r"[0-9-]+", guessed) and _says_all(guessed, text) else None


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
    """How many; None where nothing is said. Raises `InvalidValue` for what is not understood.

    >>> print(read_units("216"), read_units("Undisclosed"), read_units(""))
    216 at least 1 None
    """
    if text.casefold() in WORDS:
        return Quantity.parse(WORDS[text.casefold()])
    return None if text.casefold() in UNKNOWN else Quantity.exact(_number(text))


def read_value(text: str) -> Decimal | None:
    """An amount of money; None where none is given. Raises `InvalidValue` for what is not understood.

    >>> read_value("915466.4374093927"), read_value("Not given"), read_value("No price")
    (Decimal('915466.4374093927'), None, None)
    """
    return None if text.casefold() in UNKNOWN else Quantity.exact(_number(text)).low


def is_number(text: str) -> bool:
    """Whether it is a number as English sheets write it. What might be one of two ("1.000.00") is none."""
    return bool(_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text))


def _number(text: str) -> Decimal:
    if not is_number(text):
        raise InvalidValue(text, "a number")
    return Decimal(text.replace(",", ""))
