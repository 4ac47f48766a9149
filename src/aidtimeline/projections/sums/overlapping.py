"""Which facts of a sum may report the same, and what that takes off its ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from aidtimeline.graphs import DisjointSets
from aidtimeline.projections.protocol import run
from aidtimeline.projections.sums.cells import Cell, islands, rivals
from aidtimeline.projections.sums.summing import Sum, cell_of
from aidtimeline.semantics import Fact
from aidtimeline.semantics.overlap import Node
from aidtimeline.values.amounts import add, subtract

K = TypeVar("K", bound=Hashable)


@frozen
class TakenOff:
    """What is taken off the ends of a sum because facts may report the same: 0 or less at each end.

    If the high end is open, nothing is taken off it.

    >>> print(TakenOff(Decimal(-40), Decimal(0)), "·", TakenOff(Decimal(-40), Decimal(-40)), "·", TakenOff())
    -40 at the low end · -40 · 0
    """

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def __add__(self, other: TakenOff) -> TakenOff:
        return TakenOff(add(self.low, other.low), add(self.high, other.high))

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:,f}"
        ends = ((self.low, "low"), (self.high, "high"))
        return ", ".join(f"{off:,f} at the {end} end" for off, end in ends if off)


@frozen
class Overlap(Generic[K]):
    """Facts of one sum that may report the same, by their ids, and what that takes off the sum."""

    key: K
    ids: tuple[str, ...]
    off: TakenOff


def overlaps_in(facts: Iterable[Fact], piece: Sum[K]) -> Iterator[Overlap[K]]:
    """The overlaps in every sum of the facts of one view."""
    adding: dict[K, list[tuple[Fact, Cell]]] = defaultdict(list)
    wholes: dict[Node, list[Fact]] = defaultdict(list)
    for fact in facts:
        for key, term in piece.terms(fact):
            adding[key].append((fact, cell_of(fact, term)))
        if fact.line is not None and fact.line.is_whole:
            wholes[fact.line.node].append(fact)
    for key, its in adding.items():
        for part in parts_of(its):
            yield from _taken_off(key, part, wholes, piece)


def parts_of(its: Sequence[tuple[Fact, Cell]]) -> Iterator[list[Fact]]:
    """The facts of one sum that may overlap, in parts that do not overlap with each other."""
    cells = list(dict.fromkeys(cell for _, cell in its))
    if len(cells) < 2:
        return
    overlaps = next((fact.line.overlaps for fact, _ in its if fact.line is not None), None)
    sets: DisjointSets[object] = DisjointSets()
    for first, *others in islands(cells, overlaps, rivals(cell.books for cell in cells)):
        for other in others:
            sets.join(first, other)
    for fact, cell in its:
        if fact.group is not None:
            sets.join(cell, fact.group.key)
    parts: dict[object, list[tuple[Fact, Cell]]] = defaultdict(list)
    for fact, cell in its:
        parts[sets.leader(cell)].append((fact, cell))
    for part in parts.values():
        if len({cell for _, cell in part}) > 1:
            yield [fact for fact, _ in part]


def _taken_off(key: K, part: Sequence[Fact], wholes: dict[Node, list[Fact]], piece: Sum[K]) -> Iterator[Overlap[K]]:
    ids = {fact.id for fact in part}
    lines = {fact.line.node for fact in part if fact.line is not None}
    beside = [fact for line in lines for fact in wholes.get(line, ()) if fact.id not in ids]
    apart: Any = run(part, evolve(piece, apart=True))
    weighed = run([*part, *beside], piece)
    before, after = apart[key], weighed[key]
    high = Decimal(0) if after.high is None or before.high is None else subtract(after.high, before.high)
    off = TakenOff(subtract(after.low, before.low), high)
    if off != TakenOff():
        yield Overlap(key, tuple(sorted(ids)), off)
