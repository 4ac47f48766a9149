"""Sums over time of which the bounds over many days are asked: the lowest low and the highest high between two days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property, reduce
from itertools import accumulate

from attrs import evolve, fields, frozen

from aidtimeline.projections.sums.cells import NOTHING, Bounds, plus
from aidtimeline.projections.sums.steps import Steps

FLAGS = tuple(each.name for each in fields(Bounds) if each.name not in ("low", "high", "open"))


@frozen(slots=False)
class Line:
    """A sum over time in one unit or currency. `loose`: it may be wider than what is asked for.

    >>> from decimal import Decimal
    >>> from aidtimeline.projections import Step
    >>> line = Line(None, Steps((Step(date(2023, 3, 1), Bounds(Decimal(2), Decimal(4))),)), loose=False)
    >>> print(line.between(date(2023, 1, 1), date(2023, 12, 31)))
    0 to 4
    """

    measure: str | None
    steps: Steps
    loose: bool

    def between(self, first: date, last: date) -> Bounds:
        """The hull of the bounds on all days from first to last (both inclusive), in logarithmic time."""
        begin, end = (bisect_right(self._days, day) for day in (first, last))
        hull = self._until[end] if begin == 0 else self._hull(begin, end)
        return evolve(hull, loose=True) if self.loose else hull

    def _hull(self, begin: int, end: int) -> Bounds:
        """The hull of the bounds from one to another, both inclusive: of two runs that cover them."""
        run = (end - begin + 1).bit_length() - 1
        while len(self._runs) <= run:
            half, last = 1 << (len(self._runs) - 1), self._runs[-1]
            self._runs.append([either(last[at], last[at + half]) for at in range(len(last) - half)])
        return either(self._runs[run][begin], self._runs[run][end + 1 - (1 << run)])

    @cached_property
    def _days(self) -> list[date]:
        return [step.day or date.min for step in self.steps]

    @cached_property
    def _until(self) -> list[Bounds]:
        """The hulls of all bounds up to each."""
        return list(accumulate(self._runs[0], either))

    @cached_property
    def _runs(self) -> list[list[Bounds]]:
        """The hulls of 1, 2, 4, … bounds that follow each other, from each on; before the first step, nothing."""
        return [[NOTHING, *(step.bounds for step in self.steps)]]


def either(one: Bounds, other: Bounds) -> Bounds:
    """One or the other: the hull of both, with the flags that one or the other has."""
    ends = one.quantity.hull(other.quantity)
    return evolve(
        one,
        low=ends.low,
        high=ends.high,
        open=max(one.open, other.open),
        **{name: getattr(one, name) or getattr(other, name) for name in FLAGS},
    )


def total(bounds: Iterable[Bounds]) -> Bounds:
    """The sum of bounds."""
    return reduce(plus, bounds, NOTHING)
