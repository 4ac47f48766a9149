"""Steps: one sum over time, and its values at the end of each month, quarter or year."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.sums.cells import NOTHING as _NOTHING, Bounds
from aidtimeline.text.safe import shown
from aidtimeline.values import periods
from aidtimeline.values.dates import DateRange, parse_day
from aidtimeline.values.periods import PERIODS, last_of, number_of

Period: TypeAlias = periods.Period


class Step(NamedTuple):
    """The `bounds` of a sum from a `day` on (inclusive; None: since ever) until the next step.

    >>> from aidtimeline import Counts, Timeline
    >>> for step in Timeline.open("events").series(Counts())["truck"].steps:
    ...     print(step.day, step.bounds)
    None 0 to 30
    2023-11-28 30
    """

    day: date | None
    bounds: Bounds


@frozen
class Steps:
    """One sum over time: a step on each day on which its bounds or flags change. Before the first step it is 0.

    `steps` are in the order of their days; each holds from its day on (inclusive), to the day before the next.

    >>> truck = Steps((Step(date(2022, 12, 1), Bounds(Decimal(0), Decimal(30))),))
    >>> print(truck.at("2022-11-30"), "·", truck.at("2023-11-28"))
    0 · 0 to 30
    >>> print(truck)
    since 1 Dec 2022: 0 to 30
    """

    steps: tuple[Step, ...]

    def at(self, day: str | date) -> Bounds:
        """The bounds as of a day (inclusive). Raises `InvalidValue` for anything but a day."""
        number = bisect_right(self.steps, parse_day(day), key=lambda step: step.day or date.min)
        return self.steps[number - 1].bounds if number else _NOTHING

    def between(self, first: date, last: date) -> tuple[Bounds, ...]:
        """The bounds on the days from `first` to `last` (both inclusive), in order."""
        begin, end = (bisect_right(self.steps, day, key=lambda step: step.day or date.min) for day in (first, last))
        return (self.at(first), *(step.bounds for step in self.steps[begin:end]))

    @property
    def numbers(self) -> tuple[tuple[date | None, Decimal, Decimal | None], ...]:
        """The steps where low or high change, as (day, low, high); a step may change the flags only."""
        numbers: list[tuple[date | None, Decimal, Decimal | None]] = []
        last: tuple[Decimal, Decimal | None] = _NOTHING.low, _NOTHING.high
        for step in self.steps:
            if (step.bounds.low, step.bounds.high) != last:
                last = step.bounds.low, step.bounds.high
                numbers.append((step.day, *last))
        return tuple(numbers)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "; ".join(f"{_since(step.day)}: {step.bounds}" for step in self.steps) or "0"


def _since(day: date | None) -> str:
    return "ever" if day is None else f"since {DateRange.parse(day.isoformat())}"


def day_of(given: str | date | None) -> date | None:
    """A day that may be given; None: it is not."""
    return None if given is None else parse_day(given)


def checked(period: Period) -> Period:
    """A period, if it is one. Raises `UsageError` for anything else."""
    if period not in PERIODS:
        raise UsageError(f"there is no period {shown(period)} (periods: {', '.join(reversed(PERIODS))})")
    return period


def at_ends(steps: Steps, period: Period, until: str | date | None = None) -> tuple[Step, ...]:
    """The bounds at the end of each month, quarter or year, whether they change or not.

    Args:
        steps: The sum over time.
        period: "month", "quarter" or "year". Periods begin with that of the first step that has a day; a step since
            ever stays in front.
        until: The day of the last step (inclusive), even within a period. None: the end of the period of the last step.

    Raises:
        UsageError: Another period.
        InvalidValue: `until` is not a day.

    >>> truck = Steps((Step(date(2022, 12, 1), Bounds(Decimal(0), Decimal(30))),))
    >>> for step in at_ends(truck, "quarter", until="2023-05-01"):
    ...     print(step.day, step.bounds)
    2022-12-31 0 to 30
    2023-03-31 0 to 30
    2023-05-01 0 to 30
    """
    period, until = checked(period), day_of(until)
    dated = [step.day for step in steps if step.day is not None]
    taken = [step for step in steps if step.day is None]
    if not dated:
        return tuple(taken)
    last = until or max(dated)
    day = min(dated)
    while day <= last:
        end = last_of(period, number_of(period, day))
        end = end if until is None else min(end, until)
        taken.append(Step(end, steps.at(end)))
        if end == date.max:
            break
        day = end + timedelta(days=1)
    return tuple(taken)
