"""How long it is from one day to another, in people's words. pendulum takes the steps, by the calendar."""

from __future__ import annotations

from datetime import date

from aidtimeline.errors import InvalidValue


def in_words(first: date, last: date) -> str:
    """How long it is from the `first` day to the `last`, in whole years, months, weeks and days of the calendar.

    Both are exact days, so the words are exact, whatever the language of the machine: who goes so many years and months
    on from `first`, and then so many weeks and days, comes to `last`. On one and the same day it is "0 days". Raises
    `InvalidValue` if `last` is before `first`.

    >>> in_words(date(2023, 12, 31), date(2025, 6, 1)), in_words(date(2024, 2, 28), date(2024, 3, 1))
    ('1 year 5 months 1 day', '2 days')
    """
    from pendulum import Date, duration  # noqa: PLC0415  (few questions need words for a duration)

    if last < first:
        raise InvalidValue(last.isoformat(), f"a day that is not before {first.isoformat()}")
    begin = Date(first.year, first.month, first.day)
    # The intervals of pendulum 3.3 are wrong by a day (2 Jan to 1 Apr 2000 is no 3 months); its steps are right.
    months = (last.year - first.year) * 12 + last.month - first.month
    months -= begin.add(months=months) > last
    days = (last - begin.add(months=months)).days
    passed = duration(years=months // 12, months=months % 12, weeks=days // 7, days=days % 7)
    return passed.in_words(locale="en") if first < last else "0 days"
