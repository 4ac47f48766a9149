"""The cells of one sum over time, weighed again on each day on which one of them changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import Factory, define, evolve

from aidtimeline.projections.sums.cells import NOTHING, Bounds, Cell, Running, choices, is_chosen, rivals, weighed
from aidtimeline.projections.sums.trees import High, Trees
from aidtimeline.semantics.overlap import Node, Overlaps
from aidtimeline.semantics.weighing import at_least, sum_of
from aidtimeline.values.amounts import ZERO, add, subtract

WEIGHED = 40
"""Where lines are no trees, so many times as many cells are weighed as there are; then the bounds are loose."""


@define
class Changes:
    """What is added to a cell and taken off it, summed for each day.

    `below_zero`: the low end of something that is added is.
    """

    days: dict[date, Running] = Factory(lambda: defaultdict(Running))
    below_zero: bool = False

    def add(self, bounds: Bounds, since: date | None, until: date | None) -> None:
        """Add bounds on a day (None: ever), and take them off on another (None: never)."""
        self.days[since or date.min].change(bounds, 1)
        if until is not None:
            self.days[until].change(bounds, -1)
        self.below_zero = self.below_zero or bounds.low < 0

    def put(self, day: date, change: Running) -> None:
        """Take over what changes on a day."""
        if day in self.days:
            self.days[day].merge(change)
        else:
            self.days[day] = change

    def merge(self, other: Changes) -> None:
        """Add all that is added to another, and take off what is taken off it."""
        for day, change in other.days.items():
            self.days[day].merge(change)
        self.below_zero = self.below_zero or other.below_zero


def weighed_days(
    own: Mapping[Cell, Changes], wholes: Mapping[Node, Iterable[Changes]], overlaps: Overlaps | None
) -> Iterator[tuple[date, Bounds]]:
    """What the cells of a sum come to together, from each day on which one of them changes.

    `wholes` are the changes of the lines that have parts, with what is not asked for of them.
    """
    moving = _Moving.of(own, wholes, overlaps)
    on: dict[date, list[tuple[Cell | Node, Running]]] = defaultdict(list)
    moved: list[tuple[Cell | Node, Changes]] = list(own.items())
    moved += ((line, changes) for line, several in wholes.items() for changes in several)
    for what, changes in moved:
        for day, change in changes.days.items():
            on[day].append((what, change))
    for day in sorted(on):
        for what, change in on[day]:
            moving.change(what, change)
        yield day, moving.bounds()


class _Moving:
    """Cells that are weighed whole on every day; and if that is too much work, loosely."""

    def __init__(self, cells: Iterable[Cell], overlaps: Overlaps | None) -> None:
        self.overlaps = overlaps
        self.levels: dict[Cell | Node, Running] = {cell: Running() for cell in cells}
        self._work = WEIGHED * (len(self.levels) + WEIGHED)

    @staticmethod
    def of(own: Mapping[Cell, Changes], wholes: Iterable[Node], overlaps: Overlaps | None) -> _Moving:
        """The cells as trees, if they are, and nothing in them is below zero."""
        positive = not any(changes.below_zero for changes in own.values())
        lines = {cell.line: None for cell in own if cell.line is not None}
        taken, all_taken = choices(own, {})
        trees = Trees.of(overlaps, lines, len(taken)) if positive and all_taken else None
        return _Moving(own, overlaps) if trees is None else _InTrees(own, overlaps, trees, taken)

    def change(self, what: Cell | Node, change: Running) -> None:
        """Change a cell, or a whole, by what is added to it and taken off."""
        self.levels.setdefault(what, Running()).merge(change)

    def bounds(self) -> Bounds:
        """What the cells come to."""
        here = {what: level.bounds for what, level in self.levels.items() if level.number}
        cells = {what: bounds for what, bounds in here.items() if isinstance(what, Cell)}
        full = {what: bounds for what, bounds in here.items() if isinstance(what, str)}
        self._work -= len(cells)
        if self._work >= 0 or len(cells) < 2:
            return weighed(cells, self.overlaps, full)
        total = Running()
        for bounds in cells.values():
            total.change(bounds, 1)
        highs = (None if each.high is None else max(each.high, ZERO.low) for each in cells.values())
        low = at_least([each.low for each in cells.values()])
        return evolve(total.bounds, low=low, high=sum_of(highs), loose=True, overlap=True)


class _InTrees(_Moving):
    """Cells of lines that are trees: of each change only what lies above it is weighed again."""

    def __init__(
        self, cells: Mapping[Cell, Changes], overlaps: Overlaps | None, trees: Trees, taken: list[Mapping[str, str]]
    ) -> None:
        super().__init__(cells, overlaps)
        self.trees, self.total = trees, Running()
        self.chosen = {cell: [at for at, each in enumerate(taken) if is_chosen(cell, each)] for cell in cells}
        self.alone = [ZERO.low for _ in taken]
        self.alone_high = High()
        self.books: Counter[tuple[str, str]] = Counter()
        self.ledgers: Counter[str] = Counter()

    def change(self, what: Cell | Node, change: Running) -> None:
        level = self.levels.setdefault(what, Running())
        before, was_here = level.bounds, bool(level.number)
        level.merge(change)
        after, is_here = level.bounds, bool(level.number)
        if not isinstance(what, Cell):
            if what in self.trees.lines:
                self.trees.change_full(what, (after.low, after.high) if is_here else None)
            return
        self.total.merge(change)
        before, after = (each if here else NOTHING for each, here in ((before, was_here), (after, is_here)))
        if what.line is None:
            for choice in self.chosen[what]:
                self.alone[choice] = add(self.alone[choice], subtract(after.low, before.low))
            self.alone_high.change(before.high, after.high)
        else:
            self.trees.change(what.line, before.low, after.low, self.chosen[what])
            self.trees.change_high(what.line, before.high, after.high)
        if was_here is not is_here:
            self.books.update(dict.fromkeys(what.books, is_here - was_here))
            self.ledgers.update(dict.fromkeys((ledger for ledger, _ in what.books), is_here - was_here))
            if what.line is not None:
                self.trees.count(what.line, is_here - was_here)

    def bounds(self) -> Bounds:
        self.trees.settle()
        linked, beyond, undecided = self.trees.doubts
        here = rivals([frozenset(book for book, times in self.books.items() if times)])
        total = self.total.bounds
        return evolve(
            total,
            low=max(add(alone, low) for alone, low in zip(self.alone, self.trees.low, strict=True)),
            high=sum_of([self.alone_high.value, self.trees.high.value]),
            disputed=total.disputed or beyond > 0,
            loose=total.loose or undecided > 0,
            overlap=total.overlap or linked > 0 or any(self.ledgers[ledger] > 1 for ledger in here),
        )
