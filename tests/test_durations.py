"""Durations in words are true of the calendar: to walk them from the first day leads to the last."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from aidtimeline import InvalidValue
from aidtimeline.values.durations import in_words

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def walked(first: date, words: str) -> date:
    """The day that one comes to: months later the same day of the month, or its last; then days later."""
    named = {unit: int(number) for number, unit in re.findall(r"(\d+) (year|month|week|day)s?", words)}
    months = first.year * 12 + first.month - 1 + named.get("year", 0) * 12 + named.get("month", 0)
    year, month = months // 12, months % 12 + 1
    there = date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
    return there + timedelta(named.get("week", 0) * 7 + named.get("day", 0))


@given(DAYS, DAYS)
def test_who_walks_the_words_arrives(one: date, other: date) -> None:
    """From any day to any later one; each unit is below the next larger one."""
    first, last = min(one, other), max(one, other)
    words = in_words(first, last)
    assert walked(first, words) == last
    named = {unit: int(number) for number, unit in re.findall(r"(\d+) (year|month|week|day)s?", words)}
    assert named.get("month", 0) < 12
    assert named.get("day", 0) < 7 or words == "0 days"


def test_it_goes_forward_only() -> None:
    """A duration is never negative, and no words hide that."""
    assert in_words(date(2024, 2, 29), date(2024, 2, 29)) == "0 days"
    with pytest.raises(InvalidValue, match="not before 2024-02-29"):
        in_words(date(2024, 2, 29), date(2024, 2, 28))
