"""Scales: numbers and days on an axis, and the ticks that say where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from aidtimeline.report.words import on

DIGITS = 15
"""So many digits a float has; numbers with more are drawn as so many times a power of ten."""

ROOM = 0.12
"""The share of an axis beyond the largest number: there stand the arrows of open ends."""

YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Scale(NamedTuple):
    """From `first` to `last`, in units of 10 to the `power`; `ticks` with their texts, and `room` at the end."""

    first: float
    last: float
    power: int
    ticks: Sequence[tuple[float, str]]
    room: float = 0.0

    def at(self, number: Decimal) -> float:
        """Where a number is."""
        return float(number.scaleb(-self.power))

    @property
    def arrow(self) -> float:
        """How long the arrow of an open end is."""
        return self.room * 0.75


def numbers(found: Iterable[Decimal], *, whole: bool, most: int, room: float = ROOM) -> Scale:
    """The scale that has zero and these numbers, with at most so many ticks; `whole`: between which nothing is counted.

    >>> numbers([Decimal(3)], whole=True, most=5).ticks
    [(0.0, '0'), (1.0, '1'), (2.0, '2'), (3.0, '3')]
    """
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    kept = [Decimal(0), *found]
    digits = max(each.adjusted() for each in kept)
    power = digits - DIGITS if digits > DIGITS else digits if any(kept) and digits < -DIGITS else 0
    low, high = (float(each.scaleb(-power)) for each in (min(kept), max(kept)))
    if low == high:
        high = low + 1
    beyond = (high - low) * room
    last = high + beyond
    places = MaxNLocator(nbins=most, integer=whole, steps=[1, 2, 5, 10]).tick_values(low, last)
    ticks = [(float(each), tick_text(float(each), power)) for each in places if low <= each <= last]
    return Scale(low - (high - low) * 0.02 * (low < 0), last, power, ticks, beyond)


def tick_text(at: float, power: int) -> str:
    """The text of a tick: large round numbers in words.

    >>> tick_text(2500, 0), tick_text(1.5e9, 0), tick_text(-0.2, 0), tick_text(2.5, 20)
    ('2,500', '1.5 billion', '-0.2', '2.5e+20')
    """
    if power:
        return f"{Decimal(repr(at)).scaleb(power):.4g}" if at else "0"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(at) >= size:
            return f"{at / size:,g} {word}"
    return f"{at:,g}" if abs(at) < 1e5 else f"{at:,.0f}"


def days(found: Iterable[date], until: date | None) -> Scale:
    """The scale of days, with some room before the first of them, and after the last; none after `until`."""
    known = [*found, *([until] if until else [])]
    if not known:
        return Scale(0.0, 1.0, 0, [])
    first, last = min(known).toordinal(), max(known).toordinal()
    room = max((last - first) * 0.04, 10.0)
    return Scale(first - room, last if until and last > first else last + room, 0, list(_day_ticks(first, last)))


def _day_ticks(first: int, last: int) -> Iterator[tuple[float, str]]:
    from_, to = date.fromordinal(first), date.fromordinal(last)
    years = (last - first) / 365.25
    if years < 0.5:
        places = {first, last} if last - first > 20 else {last}
        yield from ((float(each), on(date.fromordinal(each))) for each in sorted(places))
    elif years < 2.5:
        for year in range(from_.year, to.year + 1):
            for month in (1, 4, 7, 10):
                at = date(year, month, 1)
                if from_ <= at <= to:
                    yield float(at.toordinal()), f"{at:%b} {year}"
    else:
        step = next(each for each in YEARS if years / each <= 9)
        for year in range(-(-from_.year // step) * step, to.year + 1, step):
            if year and from_ <= date(year, 1, 1) <= to:
                yield float(date(year, 1, 1).toordinal()), str(year)
