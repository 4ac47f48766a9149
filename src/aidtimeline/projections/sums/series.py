"""Series: sums over time, on every day.

A series takes one pass over the phases of the facts (see `aidtimeline.semantics.histories`). A phase adds its bounds to
a cell of the sum on the day on which it begins, and takes them off again on the day on which it ends. Cells that may
overlap are weighed again on each day on which one of them changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import Factory, define, evolve, frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.rows import Keyed, Named
from aidtimeline.projections.sums.cells import NOTHING as _NOTHING, PLAIN, Bounds, Cell, Running, islands, rivals
from aidtimeline.projections.sums.counting import Sums, of_sums
from aidtimeline.projections.sums.moving import Changes, weighed_days
from aidtimeline.projections.sums.steps import Period, Step, Steps, at_ends, day_of
from aidtimeline.projections.sums.summing import Term, Weighing, Whole, by_group
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Belief, strands
from aidtimeline.semantics.histories import Days, Strand
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.dates import parse_day

if TYPE_CHECKING:
    from aidtimeline.projections.sums.conversions import Conversions

if TYPE_CHECKING:
    from aidtimeline.projections.sums.within import Within

MOST_WEIGHED = 40_000
"""Facts that are linked are weighed anew on each day on which one changes, up to so many facts times days."""


class SeriesRow(Named):
    """One sum over time: the values of its key, of a count its unit (None: pieces), and its `steps`.

    >>> from aidtimeline import Counts, Timeline
    >>> [row] = Timeline.open("events").series(Counts(where={"item": "truck"})).rows
    >>> print(row.item, row.unit, row.steps.at("2023-11-28"))
    truck None 30
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("steps",)

    steps: Steps


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

    ROW: ClassVar[type[Named]] = SeriesRow

    period: Period | None = None
    until: date | None = None

    def _conversions(self) -> Conversions:
        if self.view is None:
            return super()._conversions()
        found: Conversions = self.view.conversions(self.question, every_day=True)
        return found

    def _answer(self, row: SeriesRow) -> Steps:
        return row.steps

    def every(self, period: Period, until: str | date | None = None) -> Series:
        """The sums at the end of each `period` ("month", …), to the day `until` (inclusive); see `at_ends`."""
        rows = tuple(row._replace(steps=Steps(at_ends(row.steps, period, until))) for row in self.rows)
        return evolve(self, rows=rows, period=period, until=day_of(until) or self.until)

    def within(self, period: Period, until: str | date | None = None) -> Within:
        """How the sums changed within each `period` ("month", …), to the day `until` (inclusive; None: all days).

        Each change is bounded over worlds: it is no difference of bounds. Raises `UsageError` for another period, and
        if the series is not of a view.

        >>> from aidtimeline import Counts, Timeline
        >>> series = Timeline.open("events").series(Counts(where={"item": "mechanical-demining-machine"}))
        >>> print(series.within("month")["mechanical-demining-machine"])
        2024-07: 2 to 4
        """
        if self.view is None:
            raise UsageError("only the series of a timeline can be asked how it changed: timeline.series(…)")
        found: Within = self.view.within(self.question, period, until)
        return found

    def to(self, until: str | date) -> Series:
        """The steps up to a day (inclusive). Rows without a step by then are left out."""
        last = parse_day(until)
        steps = [Steps(tuple(each for each in row.steps if each.day is None or each.day <= last)) for row in self.rows]
        rows = tuple(row._replace(steps=kept) for row, kept in zip(self.rows, steps, strict=True) if kept)
        return evolve(self, rows=rows, until=last)


def series(belief: Belief, projection: Sums) -> Series:
    """A sum on every day, at one date of knowledge.

    `series(belief, projection)[key].at(day)` is the answer of the table of the view as of that day.

    >>> from aidtimeline.projections import Counts
    >>> from aidtimeline.semantics import believe
    >>> len(series(believe([]), Counts(by="item")))
    0
    """
    found = Summed(of_sums(projection))
    found.add(belief)
    return found.finish()


@define
class Summed:
    """A sum on every day while it is added up: what changes in each of its cells, by key.

    Changes of cells that overlap with no other but in their books may be added from elsewhere.
    """

    projection: Sums
    changes: dict[Any, dict[Cell, Changes]] = Factory(lambda: defaultdict(lambda: defaultdict(Changes)))
    _known: Weighing[SumKey] = Factory(Weighing)  # what overlaps, and the measure of each key

    def add(self, belief: Belief) -> None:
        """Add the facts that are believed. They must be all those that have to do with each other."""
        piece, known = self.projection.piece, self._known
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
                    for days, cell, each in bounds or ():
                        self.changes[key][cell].add(each, *days)
            for phase in strand.phases() if swept else ():
                for key, cells in fold(phase.facts, piece).whole().cells.items():
                    if key in swept:
                        for cell, running in cells.items():
                            self.changes[key][cell].add(running.bounds, phase.since, phase.until)

    def finish(self) -> Series:
        """The sum on every day."""
        names, money = self.projection.names, self.projection.money
        return Series.of(names, {key: steps_of(self.in_all(key)) for key in self.keys}, money=money)

    @property
    def keys(self) -> list[SumKey]:
        """The keys of all sums."""
        return [key for key in self.changes if not isinstance(key, Whole)]

    def know(self, key: SumKey, cell: Cell) -> None:
        """Take up a cell, even if nothing is ever in it."""
        self.changes[key][cell].merge(Changes())

    def in_all(self, key: SumKey) -> Changes:
        """The changes of one sum."""
        [[_, changes], *others] = self.islands(key)
        if not others:
            return changes
        total = Changes()
        for each in (changes, *(each for _, each in others)):
            total.merge(each)
        return total

    def islands(self, key: SumKey) -> list[tuple[tuple[Cell, ...], Changes]]:
        """The changes of one sum: of each cell that overlaps with no other, and of each island as it is weighed."""
        own, known = self.changes[key], self._known
        if len(own) == 1:
            return list({(cell,): changes for cell, changes in own.items()}.items())
        apart = islands(own, known.overlaps, rivals(cell.books for cell in own))
        found: list[tuple[tuple[Cell, ...], Changes]] = []
        for island in [(PLAIN,), *apart] if PLAIN in own else apart:
            if len(island) == 1:
                found.append((island, own[island[0]]))
                continue
            total = Changes()
            found.append((island, total))
            lines = {cell.line for cell in island if cell.line is not None}
            wholes = {line: self.changes.get(Whole(line, known.measures.get(key)), {}).values() for line in lines}
            before: tuple[date, Bounds] | None = None
            for day, bounds in weighed_days({cell: own[cell] for cell in island}, wholes, known.overlaps):
                if before is not None:
                    total.add(before[1], before[0], day)
                before = day, bounds
            if before is not None:
                total.add(before[1], before[0], None)
        return found


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


def steps_of(changes: Changes) -> Steps:
    """What a sum comes to from each day on which it changes."""
    level, last = Running(), _NOTHING
    steps = []
    for day in sorted(changes.days):
        level.merge(changes.days[day])
        bounds = level.bounds
        if not bounds == last:  # noqa: SIM201  (attrs answers this at once)
            last = bounds
            steps.append(Step(None if day == date.min else day, last))
    return Steps(tuple(steps))
