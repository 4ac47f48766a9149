"""How sums changed within each year, quarter or month: what each world has at its end, less what it had before.

These are no differences of bounds. A pledge of 100 that stands is in both ends, and changes nothing; of one that is
raised to 150 within a quarter, 50 are of that quarter. So what changes is added up fact by fact, and group by group
(see `aidtimeline.semantics.changing`). Where facts may report the same, their sum is no sum of changes: then its change
lies between the differences of bounds, and between nothing and what the facts add; it is flagged `loose`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import inf
from typing import Any, ClassVar, NamedTuple

from attrs import Factory, define, frozen

from aidtimeline.errors import UnknownKey
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.rows import Keyed, Named
from aidtimeline.projections.sums.cells import Book, Bounds, Cell, rivals
from aidtimeline.projections.sums.counting import Sums, of_sums
from aidtimeline.projections.sums.series import Summed, steps_of
from aidtimeline.projections.sums.steps import Period, checked, day_of
from aidtimeline.projections.sums.summing import Term, Whole, by_group
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Belief, strands
from aidtimeline.semantics.histories import Strand
from aidtimeline.semantics.running import places, shifted, unshifted
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import ZERO, add, plain, subtract
from aidtimeline.values.periods import A_YEAR, first_of, last_of, number_of, text_of


@frozen
class Change:
    """Low and high between which a sum changed in every world, both inclusive; None: open. For the rest see `Bounds`.

    >>> print(Change(Decimal(-5), Decimal(30)), "·", Change(None, Decimal(5)), "·", Change(Decimal(5), None))
    -5 to 30 · at most 5 · at least 5
    """

    low: Decimal | None
    high: Decimal | None
    open: int = 0
    approximate: bool = False
    disputed: bool = False
    loose: bool = False
    overlap: bool = False

    def __str__(self) -> str:
        about = "about " if self.approximate else ""
        if self.low is None:
            return "any number" if self.high is None else f"at most {about}{self.high:,f}"
        if self.high is None:
            return f"at least {about}{self.low:,f}"
        return f"{about}{self.low:,f}" if self.low == self.high else f"{about}{self.low:,f} to {self.high:,f}"


NO_CHANGE = Change(ZERO.low, ZERO.low)


class Move(NamedTuple):
    """How a sum changed within a period; None: in all periods before the first that is listed."""

    period: str | None
    change: Change


@frozen
class Moves:
    """How one sum changed within each period, from the first in which it may have changed. Every period is listed.

    >>> print(Moves((Move("2023-Q1", Change(Decimal(100), Decimal(100))), Move("2023-Q2", NO_CHANGE))))
    2023-Q1: 100; 2023-Q2: 0
    """

    moves: tuple[Move, ...]

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves)

    def __len__(self) -> int:
        return len(self.moves)

    def __getitem__(self, period: str | None) -> Change:
        for each in self.moves:
            if each.period == period:
                return each.change
        raise UnknownKey(f"there is no {shown(period)} among the periods")

    def __str__(self) -> str:
        return "; ".join(f"{each.period or 'before'}: {each.change}" for each in self.moves)


class WithinRow(Named):
    """One sum: the values of its key, of a count its unit (None: pieces), and its `moves`."""

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("moves",)

    moves: Moves


@frozen
class Within(Keyed[WithinRow, Moves]):
    """How sums changed within each `period`, by key, to the day `until` (inclusive; None: as long as they change).

    >>> from aidtimeline import Counts, Timeline
    >>> trucks = Timeline.open("events").series(Counts(where={"item": "truck"})).within("quarter")["truck"]
    >>> print(trucks, "·", trucks["2023-Q4"].high)
    before: 0 to 30; 2023-Q4: 0 to 30 · 30
    """

    ROW: ClassVar[type[Named]] = WithinRow

    period: Period = "quarter"
    until: date | None = None

    def _answer(self, row: WithinRow) -> Moves:
        return row.moves


@define
class Level:
    """A sum of changes that may be added and taken off again; `number` counts them, as each flag does."""

    low: Decimal = ZERO.low
    high: Decimal = ZERO.low
    without_low: int = 0
    without_high: int = 0
    number: int = 0
    open: int = 0
    approximate: int = 0
    disputed: int = 0
    loose: int = 0

    def add(self, other: Level, times: int = 1) -> None:
        """Add another, or take it off (-1)."""
        for name in ("without_low", "without_high", "number", "open", "approximate", "disputed", "loose"):
            setattr(self, name, getattr(self, name) + times * getattr(other, name))
        move = add if times > 0 else subtract
        self.low, self.high = move(self.low, other.low), move(self.high, other.high)

    @property
    def change(self) -> Change:
        """The sum."""
        return Change(
            None if self.without_low else plain(self.low),
            None if self.without_high else plain(self.high),
            self.open,
            self.approximate > 0,
            self.disputed > 0,
            self.loose > 0,
        )


@frozen
class Calendar:
    """The periods of a question, by their numbers. What is after `until` (inclusive; None: no end) is in none."""

    period: Period
    until: date | None

    @property
    def never(self) -> int:
        """The number after the last."""
        return 10_000 * A_YEAR[self.period]

    def number(self, day: int) -> int:
        """The number of the period of a day, which is counted as `date.toordinal` does."""
        last = date.max if self.until is None else self.until
        return self.never if day > last.toordinal() else number_of(self.period, date.fromordinal(max(day, 1)))

    def end(self, number: int) -> date:
        """The day at which the sum of a period is taken: its last, or `until`."""
        end = last_of(self.period, number)
        return end if self.until is None else min(end, self.until)


@define
class Moved:
    """How sums changed in each period, while it is added up: by key and cell, from which period to which."""

    projection: Sums
    calendar: Calendar
    cells: dict[Any, dict[Cell, dict[int, Level]]] = Factory(
        lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(Level)))
    )

    def put(self, key: SumKey, cell: Cell, first: int, last: int, level: Level) -> None:
        """Add to what changes in each period from one to another (inclusive)."""
        levels = self.cells[key][cell]
        levels[first].add(level)
        levels[last + 1].add(level, -1)

    def add(self, belief: Belief) -> None:
        """Add the facts that are believed. They must be all those that have to do with each other."""
        piece = self.projection.piece
        for strand in strands(belief, piece.adds):
            for _, by_key in by_group(fold(strand.facts, piece).linked):
                for key, terms in by_key.items():
                    if not isinstance(key, Whole):
                        self._add(strand, key, terms)

    def _add(self, strand: Strand, key: SumKey, terms: Mapping[str, tuple[Cell, Term]]) -> None:
        cells: dict[Cell, dict[str, Term]] = defaultdict(dict)
        books = {term.books for _, term in terms.values()}
        one = None if rivals(books) else frozenset[Book]().union(*books)
        for each, (cell, term) in terms.items():
            cells[Cell(cell.line, term.books if one is None else one)][each] = term
        changing = strand.changing(self.calendar.number)
        for cell, its in cells.items():
            ends = [(each.amount.low, each.amount.high) for each in its.values()]
            digits = max(places(end) for both in ends for end in both if end is not None)
            own = {
                each: (shifted(low, digits), inf if high is None else shifted(high, digits))
                for each, (low, high) in zip(its, ends, strict=True)
            }
            for run in changing.runs(own):
                level = Level(
                    low=ZERO.low if run.low == -inf else unshifted(run.low, digits),
                    high=ZERO.low if run.high == inf else unshifted(run.high, digits),
                    without_low=int(run.low == -inf),
                    without_high=int(run.high == inf),
                    number=1,
                    open=sum(its[each].amount.high is None for each in run.facts),
                    approximate=int(any(its[each].amount.approximate for each in run.facts)),
                    disputed=int(any(its[each].disputed for each in run.facts)),
                    loose=int(run.loose or len(cells) > 1),
                )
                self.put(key, cell, run.first, run.last, level)


def within(belief: Belief, projection: Sums, period: Period, until: str | date | None = None) -> Within:
    """How sums changed within each period, at one date of knowledge.

    >>> from aidtimeline.projections import Counts
    >>> from aidtimeline.semantics import believe
    >>> len(within(believe([]), Counts(by="item"), "quarter"))
    0
    """
    question = of_sums(projection)
    summed, moved = Summed(question), Moved(question, Calendar(checked(period), day_of(until)))
    summed.add(belief)
    moved.add(belief)
    return finished(summed, moved)


def finished(summed: Summed, moved: Moved) -> Within:
    """The answer, given the sums of all days and their changes."""
    question, calendar = summed.projection, moved.calendar
    for key, cells in moved.cells.items():
        for cell in cells:
            summed.know(key, cell)
    found = {key: Moves(tuple(_moves(summed, moved, key))) for key in summed.keys}
    answers = {key: moves for key, moves in found.items() if moves.moves}
    made = Within.of(question.names, answers, money=question.money)
    return Within(made.names, made.rows, made.money, period=calendar.period, until=calendar.until)


def _moves(summed: Summed, moved: Moved, key: SumKey) -> Iterator[Move]:
    calendar = moved.calendar
    last_day = calendar.until or date.max
    islands = [(cells, steps_of(changes)) for cells, changes in summed.islands(key)]
    steps = steps_of(summed.in_all(key))
    dated = [step.day for step in steps if step.day is not None and step.day <= last_day]
    if not dated:
        if len(steps) and steps.steps[0].day is None:
            yield Move(None, _of_bounds(steps.at(last_day)))
        return
    first = number_of(calendar.period, min(dated))
    last = number_of(calendar.period, calendar.until or max(dated))
    before = first_of(calendar.period, first)
    if before > date.min and steps.steps[0].day is None:
        yield Move(None, _of_bounds(steps.at(before - timedelta(days=1))))
    levels = {cell: _running(each, first, last) for cell, each in moved.cells.get(key, {}).items()}
    for number in range(first, last + 1):
        total = NO_CHANGE
        for cells, of_island in islands:
            here = [levels[cell][number - first] for cell in cells if cell in levels]
            own = [level.change for level in here if level.number]
            if not own:
                continue
            change = _sum(own)
            if len(cells) > 1:
                was = of_island.at(before - timedelta(days=1)) if before > date.min else None
                change = _overlapping(own, change, was, of_island.at(calendar.end(number)))
            total = _sum([total, change])
        yield Move(text_of(calendar.period, number), total)
        before = calendar.end(number) + timedelta(days=1) if calendar.end(number) < date.max else date.max


def _running(levels: Mapping[int, Level], first: int, last: int) -> list[Level]:
    """What changes in each period from one to another."""
    total, found = Level(), []
    stops = sorted(levels)
    at = 0
    for number in range(first, last + 1):
        while at < len(stops) and stops[at] <= number:
            total.add(levels[stops[at]])
            at += 1
        copied = Level()
        copied.add(total)
        found.append(copied)
    return found


def _of_bounds(bounds: Bounds) -> Change:
    return Change(*bounds.values)


def _sum(changes: Iterable[Change]) -> Change:
    """The sum of changes that do not depend on each other."""
    several = list(changes)
    lows, highs = [each.low for each in several], [each.high for each in several]
    return Change(
        _added(lows),
        _added(highs),
        sum(each.open for each in several),
        *(any(getattr(each, name) for each in several) for name in ("approximate", "disputed", "loose", "overlap")),
    )


def _added(ends: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO.low
    for end in ends:
        if end is None:
            return None
        total = add(total, end)
    return total


def _overlapping(own: Iterable[Change], apart: Change, was: Bounds | None, is_now: Bounds) -> Change:
    """The change of a sum of facts that may report the same.

    What is added to such a sum adds to it between nothing and its amount. The ends are those of this, or of the bounds
    before and after, whichever are closer.
    """
    if not is_now.overlap and (was is None or not was.overlap):
        return apart
    nothing = ZERO.low
    before = (nothing, nothing) if was is None else (was.low, was.high)
    lows = [_added(None if each.low is None else min(each.low, nothing) for each in own)]
    highs = [_added(None if each.high is None else max(each.high, nothing) for each in own)]
    lows.append(None if before[1] is None else subtract(is_now.low, before[1]))
    highs.append(None if is_now.high is None or before[0] is None else subtract(is_now.high, before[0]))
    low = max((each for each in lows if each is not None), default=None)
    high = min((each for each in highs if each is not None), default=None)
    disputed = apart.disputed or is_now.disputed or (was is not None and was.disputed)
    return Change(low, high, apart.open, apart.approximate, disputed, loose=True, overlap=True)
