"""Years, quarters and months of the calendar: their texts, and their numbers, which count on from one to the next.

A quarter is written "2023-Q4", as people and spreadsheets do; EDTF's own "2023-36" is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias, get_args

from aidtimeline.errors import InvalidValue

Period: TypeAlias = Literal["year", "quarter", "month"]

#: How many of each are in a year, the longest first: each lies wholly within one of those before it.
A_YEAR: Mapping[str, int] = {"year": 1, "quarter": 4, "month": 12}

PERIODS: tuple[Period, ...] = get_args(Period)

_TEXTS = {
    "year": re.compile(r"([0-9]{4})()"),
    "quarter": re.compile(r"([0-9]{4})-(Q[1-4]|3[3-6])"),
    "month": re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"),
}
_EXPECTED = {"year": "a year such as 2023", "quarter": "a quarter such as 2023-Q4", "month": "a month such as 2023-11"}


def number_of(period: Period, day: date) -> int:
    """The number of the period that a day lies in.

    >>> number_of("quarter", date(2023, 12, 31)) + 1 == number_of("quarter", date(2024, 1, 1))
    True
    """
    a_year = A_YEAR[period]
    return day.year * a_year + (day.month - 1) * a_year // 12


def first_of(period: Period, number: int) -> date:
    """The first day of a period.

    >>> first_of("quarter", number_of("quarter", date(2023, 11, 28)))
    datetime.date(2023, 10, 1)
    """
    year, place = divmod(number, A_YEAR[period])
    return date(year, 1 + place * 12 // A_YEAR[period], 1)


def last_of(period: Period, number: int) -> date:
    """The last day of a period (inclusive).

    >>> last_of("year", 2023), last_of("year", 9999)
    (datetime.date(2023, 12, 31), datetime.date(9999, 12, 31))
    """
    if number + 1 == 10_000 * A_YEAR[period]:
        return date.max
    return first_of(period, number + 1) - timedelta(days=1)


def text_of(period: Period, number: int) -> str:
    """The text of a period.

    >>> [text_of(each, number_of(each, date(2023, 11, 28))) for each in PERIODS]
    ['2023', '2023-Q4', '2023-11']
    """
    year, place = divmod(number, A_YEAR[period])
    return f"{year:04}" + {"year": "", "quarter": f"-Q{place + 1}", "month": f"-{place + 1:02}"}[period]


def read(period: Period, text: str) -> int:
    """The number of the period with a text.

    Raises `InvalidValue` for anything else.

    >>> read("quarter", "2023-36") == read("quarter", "2023-Q4")
    True
    >>> read("month", "2023")
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found '2023', expected a month such as 2023-11
    """
    found = _TEXTS[period].fullmatch(text) if isinstance(text, str) else None
    if found is None or found[1] == "0000":
        raise InvalidValue(text, _EXPECTED[period])
    place = int(found[2].removeprefix("Q") or 1)
    return int(found[1]) * A_YEAR[period] + (place - 33 if place > 32 else place - 1)
