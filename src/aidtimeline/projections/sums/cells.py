"""Cells: the parts of one sum that may overlap, and what they come to together (docs/semantics.md, "Overlap").

A cell adds up what is of one line and in the same books. Two cells may report the same if their lines do, or if they
are in different books of one ledger: the provider's and the receiver's books of a flow, or two datasets that the
vocabulary says overlap. Of each ledger, the books that report most hold at the low end. Cells that have neither line
nor books add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import reduce
from itertools import product
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from attrs import define, evolve, frozen

from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics.overlap import Node, Overlaps
from aidtimeline.semantics.weighing import Forest, at_least, at_most, forest, larger, parts_first, sum_of
from aidtimeline.values.amounts import EXACT, ZERO, Quantity, add, plain

Book: TypeAlias = tuple[str, str]
"""A ledger, such as "side", and whose books these are in it, such as "receiver"."""

Books: TypeAlias = frozenset[Book]

MOST_CHOICES = 64
"""Of ledgers that depend on each other, so many choices are tried of which books report most."""


@frozen
class Bounds:
    """Low and high between which the sum lies in every world, both inclusive, and how far to trust them.

    `high` is None if it is open; `open` counts the facts that state no upper bound. `approximate`: an amount is an
    "about"; `disputed`: the accounts of a fact contradict each other, or parts come to more than their whole; `loose`:
    the bounds are sound, but may be wider than the worlds are; `overlap`: facts in it may report the same.

    `low` is never open: the sum is at least that in every world.

    >>> from aidtimeline import Timeline
    >>> counts = Timeline.open("events").as_of("2024-07-31").counts()
    >>> machines = counts["mechanical-demining-machine"]
    >>> machines.low, machines.high, machines.disputed
    (Decimal('2'), Decimal('4'), True)
    >>> print(counts["helmet"], "·", counts["helmet"].high)
    at least 1 · None
    """

    low: Decimal
    high: Decimal | None
    open: int = 0
    approximate: bool = False
    disputed: bool = False
    loose: bool = False
    overlap: bool = False

    @property
    def values(self) -> tuple[Decimal, Decimal | None, int, bool, bool, bool, bool]:
        """Low, high, open and the flags, in this order."""
        return self.low, self.high, self.open, self.approximate, self.disputed, self.loose, self.overlap

    @property
    def quantity(self) -> Quantity:
        """The bounds as a quantity."""
        return Quantity(self.low, self.high, self.approximate)

    def __str__(self) -> str:
        return str(self.quantity)


def plus(one: Bounds, other: Bounds) -> Bounds:
    """The sum of what does not overlap."""
    return Bounds(
        add(one.low, other.low),
        None if one.high is None or other.high is None else add(one.high, other.high),
        one.open + other.open,
        one.approximate or other.approximate,
        one.disputed or other.disputed,
        one.loose or other.loose,
        one.overlap or other.overlap,
    )


NOTHING = Bounds(ZERO.low, ZERO.low)

Sign: TypeAlias = Literal[1, -1]


@define
class Running:
    """A running sum of bounds, which are added to it and may be taken off again.

    `number` counts them. `high` is the sum of the high ends that are not open, and `without_high` counts the others.
    `open` is that of the bounds, and each flag counts the bounds that have it.
    """

    low: Decimal = ZERO.low
    high: Decimal = ZERO.low
    number: int = 0
    without_high: int = 0
    open: int = 0
    approximate: int = 0
    disputed: int = 0
    loose: int = 0
    overlap: int = 0

    def add(self, amount: Quantity, surely: bool, disputed: bool) -> None:
        """Add an amount, or if it is not sure, nothing to the amount."""
        low, high = amount.low, amount.high
        self.number += 1
        self.low = EXACT.add(self.low, low if surely else min(low, ZERO.low))
        if high is None:
            self.without_high += 1
            self.open += 1
        else:
            self.high = EXACT.add(self.high, high if surely else max(high, ZERO.low))
        if amount.approximate:
            self.approximate += 1
        if disputed:
            self.disputed += 1

    def change(self, bounds: Bounds, by: Sign) -> None:
        """Add bounds (1), or take them off (-1)."""
        move = EXACT.add if by == 1 else EXACT.subtract
        self.low = move(self.low, bounds.low)
        if bounds.high is None:
            self.without_high += by
        else:
            self.high = move(self.high, bounds.high)
        self.number += by
        self.open += by * bounds.open
        self.approximate += by * bounds.approximate
        self.disputed += by * bounds.disputed
        self.loose += by * bounds.loose
        self.overlap += by * bounds.overlap

    def merge(self, other: Running) -> None:
        """Add all that was added to another."""
        self.low = EXACT.add(self.low, other.low)
        self.high = EXACT.add(self.high, other.high)
        self.number += other.number
        self.without_high += other.without_high
        self.open += other.open
        self.approximate += other.approximate
        self.disputed += other.disputed
        self.loose += other.loose
        self.overlap += other.overlap

    @property
    def bounds(self) -> Bounds:
        """The sum."""
        return Bounds(
            plain(self.low),
            None if self.without_high else plain(self.high),
            self.open,
            self.approximate > 0,
            self.disputed > 0,
            self.loose > 0,
            self.overlap > 0,
        )


class Cell(NamedTuple):
    """What is added up within one sum.

    `line` is where the facts stand among what they may overlap with; `books` are those that the facts are in.
    """

    line: Node | None = None
    books: Books = frozenset()


PLAIN = Cell()
"""The cell of facts that overlap with nothing."""

Cells: TypeAlias = Mapping[Cell, Bounds]


def rivals(books: Iterable[Books]) -> frozenset[str]:
    """The ledgers of which several books are there."""
    first: dict[str, str] = {}
    found = set()
    for ledger, name in {each for some in books for each in some}:
        if first.setdefault(ledger, name) != name:
            found.add(ledger)
    return frozenset(found)


def islands(cells: Collection[Cell], overlaps: Overlaps | None, ledgers: Collection[str]) -> list[tuple[Cell, ...]]:
    """The cells in parts that do not overlap with each other; `PLAIN` is in none."""
    sets: DisjointSets[object] = DisjointSets()
    for cell in cells:
        if cell.line is not None and overlaps is not None:
            sets.join(cell, overlaps.island[overlaps.circle[cell.line]])
        for ledger, _ in cell.books:
            if ledger in ledgers:
                sets.join(cell, ledger)
    return [tuple(each) for each in sets.parts(cell for cell in cells if cell != PLAIN)]  # type: ignore[arg-type]


def weighed(cells: Cells, overlaps: Overlaps | None, full: Mapping[Node, Bounds]) -> Bounds:
    """What all cells of one sum come to.

    `full` gives what wholes come to with what is not asked for; a whole that it lacks may come to anything.
    """
    if len(cells) == 1:
        return next(iter(cells.values()))
    ledgers = rivals(cell.books for cell in cells)
    total = cells.get(PLAIN, NOTHING)
    for island in islands(cells, overlaps, ledgers):
        total = plus(total, _of_island({cell: cells[cell] for cell in island}, overlaps, ledgers, full))
    return total


def _of_island(
    cells: Cells, overlaps: Overlaps | None, ledgers: Collection[str], full: Mapping[Node, Bounds]
) -> Bounds:
    """What the cells of one island come to."""
    total = reduce(plus, cells.values())
    if len(cells) == 1:
        return total
    lines = {cell.line for cell in cells if cell.line is not None}
    trees = None if overlaps is None or not lines else forest(overlaps, lines)
    linked = frozenset() if trees is None else trees.linked
    apart = not any(ledger in ledgers for cell in cells for ledger, _ in cell.books)
    if apart and not linked:
        return total
    low, loose = _least(cells, trees)
    high, disputed, undecided = _most(cells, overlaps, linked, ledgers, full)
    return evolve(
        total,
        low=low,
        high=high,
        disputed=total.disputed or disputed,
        loose=total.loose or loose or undecided or (trees is not None and trees.loose),
        overlap=True,
    )


def _least(cells: Cells, trees: Forest | None) -> tuple[Decimal, bool]:
    """The low end, and whether it may be too low."""
    taken, all_taken = choices(cells, {cell: bounds.low for cell, bounds in cells.items()})
    found = []
    for choice in taken:
        alone = ZERO.low
        own: dict[Node, Decimal] = {}
        for cell, bounds in cells.items():
            if is_chosen(cell, choice):
                if cell.line is None:
                    alone = add(alone, bounds.low)
                else:
                    own[cell.line] = add(own.get(cell.line, ZERO.low), bounds.low)
        found.append(add(alone, ZERO.low if trees is None else trees.least(own)))
    below_zero = any(bounds.low < 0 for bounds in cells.values())
    return at_least(found), below_zero or not all_taken


def choices(cells: Iterable[Cell], lows: Mapping[Cell, Decimal]) -> tuple[list[Mapping[str, str]], bool]:
    """Which books to take of each ledger of which several are there, in every combination; and whether it is all.

    If there are more than `MOST_CHOICES`, it is the one in which each ledger has the books that come to most.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for book in {book for cell in cells for book in cell.books}:
        names[book[0]].add(book[1])
    names = {ledger: each for ledger, each in sorted(names.items()) if len(each) > 1}
    if prod(map(len, names.values())) <= MOST_CHOICES:
        return [dict(zip(names, each, strict=True)) for each in product(*map(sorted, names.values()))], True
    most: dict[Book, Decimal] = defaultdict(Decimal)
    for cell, low in lows.items():
        for book in cell.books:
            most[book] = add(most[book], low)
    return [{ledger: max(sorted(each), key=lambda name: most[ledger, name]) for ledger, each in names.items()}], False


def is_chosen(cell: Cell, choice: Mapping[str, str]) -> bool:
    """Whether a cell is in the books that were chosen, of each ledger that it is in."""
    ledgers = {ledger for ledger, _ in cell.books}
    return all((ledger, name) in cell.books for ledger, name in choice.items() if ledger in ledgers)


def _most(
    cells: Cells,
    overlaps: Overlaps | None,
    linked: Collection[Node],
    ledgers: Collection[str],
    full: Mapping[Node, Bounds],
) -> tuple[Decimal | None, bool, bool]:
    """The high end; whether parts come to more than their whole, so that one is wrong; and whether it may be too high.

    What is not asked for of a whole is undecided together with what is, and is weighed by itself.
    """
    alone: Decimal | None = ZERO.low
    own: dict[Node, Decimal | None] = {}
    least: dict[Node, Decimal] = {}
    for cell, bounds in cells.items():
        high = bounds.high
        may_be_the_same = cell.line in linked or any(ledger in ledgers for ledger, _ in cell.books)
        if high is not None and high < 0 and may_be_the_same:
            high = ZERO.low
        if cell.line is None:
            alone = sum_of([alone, high])
        else:
            own[cell.line] = sum_of([own.get(cell.line, ZERO.low), high])
            least[cell.line] = add(least.get(cell.line, ZERO.low), bounds.low)
    if overlaps is None:
        return alone, False, False
    wholes = wholes_of(own, overlaps)
    known = {line: larger(full[line].high, high) if line in full else None for line, high in own.items()}
    asked_in_part = (full[whole] for whole in wholes.values() if whole in full and full[whole].high != own[whole])
    undecided = any(each.low != each.high for each in asked_in_part)
    return sum_of([alone, at_most(own, wholes, known)]), _beyond(least, wholes, known), undecided


def wholes_of(lines: Collection[Node], overlaps: Overlaps) -> dict[Node, Node]:
    """The nearest whole of each line, among these lines; those without one are left out."""
    found: dict[Node, Node] = {}
    for line in lines:
        whole = overlaps.whole.get(line)
        while whole is not None and whole not in lines:
            whole = overlaps.whole.get(whole)
        if whole is not None:
            found[line] = whole
    return found


def _beyond(least: Mapping[Node, Decimal], wholes: Mapping[Node, Node], full: Mapping[Node, Decimal | None]) -> bool:
    """Whether the parts of a whole come to more than it does at most."""
    parts: dict[Node, Decimal] = {}
    for line in parts_first(least, wholes):
        worth = max(least[line], parts.get(line, ZERO.low))
        if line in wholes:
            parts[wholes[line]] = add(parts.get(wholes[line], ZERO.low), worth)
    return any(high is not None and parts[whole] > high for whole, high in ((each, full[each]) for each in parts))
