"""Numbers of days in words."""

from __future__ import annotations

from typing import TypeAlias

from aidtimeline.projections.fulfilment.matches import Days

Unit: TypeAlias = tuple[str, int]
"""A unit of time, and its length in days."""

DAY, MONTH, YEAR = ("day", 1), ("month", 30), ("year", 365)


def days_in_words(days: Days) -> str:
    """Whole days from low to high (both inclusive; None: open) in words; a negative number is days before.

    Many days are given in months of 30 days, or in years of 365. Low ends are rounded down and high ends up, so that
    the words never say more than is known.

    >>> days_in_words((86, 86)), days_in_words((210, 260)), days_in_words((84, None)), days_in_words((-3, 800))
    ('86 days', '7 to 9 months', 'at least 84 days', '3 days before to 3 years after')
    """
    low, high = days
    if low is None:
        if high is None:
            return "any time"
        return f"at most {_up(high)}" if high >= 0 else f"at least {_down(-high)} before"
    if high is None:
        return f"at least {_down(low)}" if low >= 0 else f"{_up(-low)} before or later"
    if low >= 0:
        return _span(low, high)
    if high < 0:
        return f"{_span(-high, -low)} before"
    return f"{_up(-low)} before to {_up(high)} after"


def _span(low: int, high: int) -> str:
    """From a number of days to another, neither negative, in the unit of the greater."""
    least, most = _words(low // _unit(high)[1], _unit(high)), _up(high)
    return most if least == most else f"{least.split()[0]} to {most}"


def _down(days: int) -> str:
    return _words(days // _unit(days)[1], _unit(days))


def _up(days: int) -> str:
    return _words(-(-days // _unit(days)[1]), _unit(days))


def _unit(days: int) -> Unit:
    """Days up to 3 months, months up to 2 years, then years."""
    return DAY if days < 3 * MONTH[1] else MONTH if days < 2 * YEAR[1] else YEAR


def _words(number: int, unit: Unit) -> str:
    return f"{number} {unit[0]}" if number == 1 else f"{number} {unit[0]}s"
