"""Takes the change of each sum between two views apart.

A part is a fact with its duplicates and everything that supersession links to it. If no facts may report the same,
facts of different parts are independent of each other. So a sum is the sum of its parts, and a change is the sum of the
changes of its parts. What is taken off the ends of sums because facts may report the same are parts of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Protocol

from attrs import evolve, field, frozen

from aidtimeline.diff.causes import CAUSES, Causes
from aidtimeline.diff.sides import Side
from aidtimeline.graphs import DisjointSets
from aidtimeline.projections import Table, fold
from aidtimeline.projections.rows import Keyed, Named, in_order, row_type
from aidtimeline.projections.sums.conversions import Conversions
from aidtimeline.projections.sums.counting import Sums, of_sums
from aidtimeline.projections.sums.overlapping import Overlap, TakenOff, overlaps_in
from aidtimeline.projections.sums.summing import Sum
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Belief, Fact
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import ZERO, Quantity, subtract


class Change(Named):
    """How one part of the facts changes one sum.

    A change begins with the values of the sum's key, and of a count its unit. `cause` is one of `CAUSES`. `ids` are
    those of the facts in the part that add to the sum in either view. `before` and `after` are what the part adds in
    the two views, as quantities; if the cause is "overlap", what is taken off the sum because these facts may report
    the same (`aidtimeline.projections.sums.overlapping.TakenOff`).

    >>> from aidtimeline import Timeline
    >>> timeline = Timeline.open("events")
    >>> [change] = timeline.as_of("2023-01-01").diff(timeline.as_of("2023-11-28"))["truck"]
    >>> print(change.low, change.high, change.open, change.cause, len(change.ids))
    30 0 None became certain 1
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("cause", "ids", "before", "after")

    cause: str
    ids: tuple[str, ...]
    before: Quantity | TakenOff
    after: Quantity | TakenOff

    @property
    def low(self) -> Decimal:
        """The change of the low end. Those of all parts of a sum add up to the change of its low end."""
        return subtract(self.after.low, self.before.low)

    @property
    def high(self) -> Decimal | None:
        """The change of the high end; None if it is open before or after."""
        return change_of_high(self.before, self.after)

    @property
    def open(self) -> str | None:
        """In which view the high end is open: "before", "after", "both", or None."""
        return open_in(self.before, self.after)

    def __str__(self) -> str:
        name = ", ".join(each for each in self.key if each is not None) or "all"
        unit = getattr(self, "unit", None)
        return f"{name}: {arrow(self.before, self.after)}{f' {unit}' if unit else ''}: {self.cause}"


@frozen
class Changes(Keyed[Change, tuple[Change, ...]]):
    """What changed between two views. The rows are the parts of all changes; a key gives the parts of one sum's change.

    The parts of a sum add up to its change: the low ends always, the high ends if they are finite in both views.
    `tables` are the sums of both views, before and after; every key of them is a key here.

    >>> from aidtimeline import Timeline
    >>> timeline = Timeline.open("events")
    >>> changes = timeline.as_of("2023-01-01").diff(timeline.as_of("2023-11-28"))
    >>> before, after = changes.tables
    >>> print(before["truck"], "→", after["truck"], "·", *changes["truck"])
    0 to 30 → 30 · truck: 0–30 → 30: became certain
    """

    ROW: ClassVar[type[Named]] = Change

    tables: tuple[Table, Table] = field(kw_only=True)

    def _conversions(self) -> Conversions:
        before, after = self.tables
        return before.conversions | after.conversions

    @cached_property
    def answers(self) -> Mapping[SumKey, tuple[Change, ...]]:
        """The parts of each sum's change; an empty tuple if the sum is the same before and after."""
        keys = {key for table in self.tables for key in table.answers}
        parts: dict[SumKey, list[Change]] = {key: [] for key in sorted(keys, key=in_order)}
        for row in self.rows:
            parts[self.key_of(row)].append(row)
        return {key: tuple(rows) for key, rows in parts.items()}


class Ends(Protocol):
    """An amount between two ends, the high one perhaps open (None)."""

    @property
    def high(self) -> Decimal | None: ...  # noqa: D102


def change_of_high(before: Ends, after: Ends) -> Decimal | None:
    """The change of a high end; None if it is open before or after."""
    return None if before.high is None or after.high is None else subtract(after.high, before.high)


def open_in(before: Ends, after: Ends) -> str | None:
    """In which view a high end is open: "before", "after", "both", or None."""
    was, is_now = before.high is None, after.high is None
    return "both" if was and is_now else "before" if was else "after" if is_now else None


def arrow(before: object, after: object) -> str:
    """From the amount `before` to the amount `after`, in words.

    >>> from aidtimeline import Quantity
    >>> arrow(Quantity.parse("0..30"), Quantity.parse("30"))
    '0–30 → 30'
    """
    return f"{before} → {after}".replace(" to ", "–").replace("up–", "up to ")


def diff(before: Viewed, after: Viewed, projection: Sums) -> Changes:
    """The changes of every sum from one view to another, ordered by key, cause (as in `CAUSES`) and ids.

    Args:
        before: The first view.
        after: The second view: of another day, with other knowledge, or both.
        projection: The sums to compare, `Counts` or `MoneySums`.

    >>> from aidtimeline import Counts, Timeline
    >>> timeline = Timeline.open("events")
    >>> changes = diff(timeline.as_of("2023-01-01"), timeline.as_of("2023-11-28"), Counts(where={"item": "truck"}))
    >>> for change in changes:
    ...     print(change.item, change.before, "→", change.after, change.low, change.high, change.cause)
    truck 0 to 30 → 30 30 0 became certain
    """
    one, other = before.replay(of_sums(projection)), after.replay(projection)
    if projection.by_date:  # what may have happened somewhen falls into the same periods in both
        projection = projection.listing((*one.keys(), *other.keys()))
        one, other = before.replay(projection), after.replay(projection)
    weighed = projection.piece
    whole, (before, after) = after, before.changing(after, projection)
    piece = evolve(weighed, apart=True)
    make = row_type(Change, projection.names, not projection.money)
    parts = parts_of(before.belief, after.belief)
    causes = Causes(Side(before), Side(after), lambda fact: tuple(piece.terms(fact)))
    changes = []
    for old, new in _by_part(before, after, parts):
        old_sums, new_sums = piece.finish(fold(old, piece)), piece.finish(fold(new, piece))
        adding: dict[SumKey, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for position, facts in enumerate((old, new)):
            for fact in facts:
                for key, _ in piece.terms(fact):
                    adding[key][position].add(fact.id)
        for key in dict.fromkeys((*old_sums, *new_sums)):
            was, is_now = (sums[key].quantity if key in sums else ZERO for sums in (old_sums, new_sums))
            if (was.low, was.high) != (is_now.low, is_now.high):
                ids = tuple(sorted(set().union(*adding[key])))
                changes.append(make(*key, causes.of(adding[key], was, is_now), ids, was, is_now))
    for key, ids, off in _overlaps(before, after, weighed):
        changes.append(make(*key, "overlap", ids, *off))
    width = -len(Change.fields)
    changes.sort(key=lambda each: (in_order(each[:width]), CAUSES.index(each.cause), each.ids))
    return Changes(
        projection.names, tuple(changes), projection.money, tables=(one, other), view=whole, question=projection
    )


def _overlaps(
    before: Viewed, after: Viewed, piece: Sum[SumKey]
) -> Iterator[tuple[SumKey, tuple[str, ...], tuple[TakenOff, TakenOff]]]:
    """What is taken off the ends of sums because facts may report the same, where it changes."""
    found: dict[SumKey, list[tuple[int, Overlap[SumKey]]]] = defaultdict(list)
    for side, view in enumerate((before, after)):
        for overlap in overlaps_in(view.facts, piece):
            found[overlap.key].append((side, overlap))
    for key, overlaps in found.items():
        sets: DisjointSets[str] = DisjointSets()
        for _, overlap in overlaps:
            for each in overlap.ids:
                sets.join(each, overlap.ids[0])
        off: dict[str, list[TakenOff]] = defaultdict(lambda: [TakenOff(), TakenOff()])
        ids: dict[str, set[str]] = defaultdict(set)
        for side, overlap in overlaps:
            leader = sets.leader(overlap.ids[0])
            off[leader][side] += overlap.off
            ids[leader].update(overlap.ids)
        for leader, (was, is_now) in off.items():
            if was != is_now:
                yield key, tuple(sorted(ids[leader])), (was, is_now)


def parts_of(*beliefs: Belief) -> DisjointSets[str]:
    """The parts: ids are in one if they are linked, or are records of one fact, in any of the beliefs."""
    parts: DisjointSets[str] = DisjointSets()
    for belief in beliefs:
        for fact in belief.facts:
            for member in fact.members:
                parts.join(member, fact.id)
        for each, other in belief.links.pairs:
            parts.join(other, each)
    return parts


def _by_part(before: Viewed, after: Viewed, parts: DisjointSets[str]) -> Iterable[tuple[list[Fact], list[Fact]]]:
    """The facts of each part, in the first view and in the second."""
    facts: dict[str, tuple[list[Fact], list[Fact]]] = defaultdict(lambda: ([], []))
    for position, view in enumerate((before, after)):
        for fact in view.facts:
            facts[parts.leader(fact.id)][position].append(fact)
    return facts.values()
