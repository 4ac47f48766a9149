"""Series: a sum over time, as steps, or at the end of each month, quarter or year.

A series takes one pass over the phases of the facts (see `aidtimeline.semantics.histories`). A phase adds its bounds to
a cell of the sum on the day on which it begins, and takes them off again on the day on which it ends. Cells that may
overlap are weighed again on each day on which one of them changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from attrs import evolve, frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.rows import Keyed, Named
from aidtimeline.projections.sums.cells import NOTHING as _NOTHING, PLAIN, Bounds, Cell, Running, islands, rivals
from aidtimeline.projections.sums.counting import Sums, of_sums
from aidtimeline.projections.sums.moving import Changes, weighed_days
from aidtimeline.projections.sums.summing import Term, Weighing, Whole, by_group
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Belief, strands
from aidtimeline.semantics.histories import Days, Strand
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.dates import DateRange, parse_day

Period: TypeAlias = Literal["month", "quarter", "year"]

MOST_WEIGHED = 40_000
"""Facts that are linked are weighed anew on each day on which one changes, up to so many facts times days."""


class Step(NamedTuple):
    """The bounds of a sum from a day on (inclusive; None: since ever) until the next step."""

    day: date | None
    bounds: Bounds


@frozen
class Steps:
    """One sum over time: a step on each day on which its bounds or flags change. Before the first step it is 0.

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
        """The bounds on the days from first to last (both inclusive), in order."""
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


class SeriesRow(Named):
    """One sum over time: the values of its key, of a count its unit (None: pieces), and its `steps`."""

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("steps",)


@frozen
class Series(Keyed[SeriesRow, Steps]):
    """Sums over time by key; `Keyed` says what keys look like. A key has a row if it has one on some day.

    `until` is the last day (inclusive); None: every day. If the steps are the sums at the end of each period, `period`
    is "month", "quarter" or "year".

    >>> from aidtimeline import Counts, Timeline
    >>> series = Timeline.open("events").series(Counts(by="item"))
    >>> series["truck"].numbers
    ((None, Decimal('0'), Decimal('30')), (datetime.date(2023, 11, 28), Decimal('30'), Decimal('30')))
    >>> print(series["truck"].at("2023-11-27"), "·", series["truck"].at("2023-11-28"))
    0 to 30 · 30
    """

    ROW = SeriesRow

    period: Period | None = None
    until: date | None = None

    def _answer(self, row: SeriesRow) -> Steps:
        steps: Steps = row.steps
        return steps

    def every(self, period: Period, until: str | date | None = None) -> Series:
        """The sums at the end of each month, quarter or year, up to the day `until`; see `at_ends`."""
        rows = tuple(row._replace(steps=Steps(at_ends(row.steps, period, until))) for row in self.rows)
        return evolve(self, rows=rows, period=period, until=_day(until) or self.until)

    def to(self, until: str | date) -> Series:
        """The steps up to a day (inclusive). Rows without a step by then are left out."""
        last = parse_day(until)
        steps = [Steps(tuple(each for each in row.steps if each.day is None or each.day <= last)) for row in self.rows]
        rows = tuple(row._replace(steps=kept) for row, kept in zip(self.rows, steps, strict=True) if kept)
        return evolve(self, rows=rows, until=last)


def _day(given: str | date | None) -> date | None:
    return None if given is None else parse_day(given)


def series(belief: Belief, projection: Sums) -> Series:
    """A sum on every day, at one date of knowledge.

    `series(belief, projection)[key].at(day)` is the answer of the table of the view as of that day.

    >>> from aidtimeline.projections import Counts
    >>> from aidtimeline.semantics import believe
    >>> len(series(believe([]), Counts(by="item")))
    0
    """
    piece = of_sums(projection).piece
    changes: dict[Any, dict[Cell, Changes]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    known: Weighing[SumKey] = piece.initial()  # what overlaps, and the measure of each key
    for strand in strands(belief, piece.adds):
        linked = fold(strand.facts, piece)
        known.measures |= linked.measures
        known.overlaps = known.overlaps or linked.overlaps
        swept = set()
        for _, by_key in by_group(linked.linked):
            for key, terms in by_key.items():
                bounds = _of_strand(strand, terms)
                if bounds is None:
                    swept.add(key)
                for (since, until), cell, each in bounds or ():
                    _change(changes[key][cell], since, until, each)
        for phase in strand.phases() if swept else ():
            for key, cells in fold(phase.facts, piece).whole().cells.items():
                if key in swept:
                    for cell, running in cells.items():
                        _change(changes[key][cell], phase.since, phase.until, running.bounds)
    steps = {key: _steps(_in_all(key, changes, known)) for key in changes if not isinstance(key, Whole)}
    return Series.of(projection.names, steps, money=projection.money)


def _change(changes: Changes, since: date | None, until: date | None, bounds: Bounds) -> None:
    changes[since or date.min].append((bounds, 1))
    if until is not None:
        changes[until].append((bounds, -1))


def _of_strand(strand: Strand, terms: Mapping[str, tuple[Cell, Term]]) -> list[tuple[Days, Cell, Bounds]] | None:
    """What the facts of a strand add to one sum, and when; None if their phases must be weighed.

    Of several facts, each adds its flags while it may count, and all together add their amounts.
    """
    cells = {cell for cell, _ in terms.values()}
    if len(cells) > 1:
        return None
    [cell] = cells
    amounts = {each: term.amount for each, (_, term) in terms.items()}
    worths = strand.worths(amounts)
    loose = worths is None and strand.sweeps > MOST_WEIGHED
    if loose:
        worths = strand.each_alone(amounts)
    if worths is None:
        return None
    if len(terms) == 1:
        [(_, term)] = terms.values()
        return [(days, cell, _flagged(amount, term)) for days, amount in worths]
    found = [(days, cell, Bounds(amount.low, amount.high, loose=loose)) for days, amount in worths]
    for each, (_, term) in terms.items():
        days = strand.shown(each)
        if days is not None:
            found.append((days, cell, _flagged(ZERO, term)))
    return found


def _flagged(amount: Quantity, term: Term) -> Bounds:
    is_open = term.amount.high is None
    return Bounds(amount.low, amount.high, int(is_open), term.amount.approximate, term.disputed)


def _in_all(key: SumKey, changes: Mapping[Any, Mapping[Cell, Changes]], known: Weighing[SumKey]) -> Changes:
    """The changes of one sum: of each cell that overlaps with no other, and of each island as it is weighed."""
    own = changes[key]
    apart = islands(own, known.overlaps, rivals(cell.books for cell in own))
    total: Changes = defaultdict(list)
    for island in [(PLAIN,), *apart] if PLAIN in own else apart:
        if len(island) == 1:
            for day, each in own[island[0]].items():
                total[day] += each
            continue
        lines = {cell.line for cell in island if cell.line is not None}
        wholes = {line: changes.get(Whole(line, known.measures.get(key)), {}).values() for line in lines}
        before = None
        for day, bounds in weighed_days({cell: own[cell] for cell in island}, wholes, known.overlaps):
            if before is not None:
                total[day].append((before, -1))
            total[day].append((bounds, 1))
            before = bounds
    return total


def _steps(days: Changes) -> Steps:
    level, last = Running(), _NOTHING
    steps = []
    for day in sorted(days):
        for bounds, by in days[day]:
            level.change(bounds, by)
        if level.bounds != last:
            last = level.bounds
            steps.append(Step(None if day == date.min else day, last))
    return Steps(tuple(steps))


# The EDTF text of the month, quarter or year of a day. `DateRange` knows when it ends.
_PERIODS: Mapping[Period, Callable[[date], str]] = {
    "month": lambda day: day.isoformat()[:7],
    "quarter": lambda day: f"{day.isoformat()[:4]}-{33 + (day.month - 1) // 3}",
    "year": lambda day: day.isoformat()[:4],
}


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
    if period not in _PERIODS:
        raise UsageError(f"there is no period {shown(period)} (periods: {', '.join(_PERIODS)})")
    until = _day(until)
    dated = [step.day for step in steps if step.day is not None]
    taken = [step for step in steps if step.day is None]
    if not dated:
        return tuple(taken)
    last = until or max(dated)
    day = min(dated)
    while day <= last:
        end = DateRange.parse(_PERIODS[period](day)).latest or last
        end = end if until is None else min(end, until)
        taken.append(Step(end, steps.at(end)))
        if end == date.max:
            break
        day = end + timedelta(days=1)
    return tuple(taken)
