"""What linked facts are worth over all worlds: bounds of sums, and possible values of states.

See docs/semantics.md, "Worlds", "Bounds" and "States".

A *world* says of each undecided fact whether it has happened. A fact counts in a world when it has happened and nothing
that supersedes it, directly or through others, has. What a world is worth is put `together` from the facts that count;
what the group is worth is `either` of its worlds. Sums put together by adding, and the hull is either; for states see
`Latest`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import reduce
from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from aidtimeline.semantics.links import Group
from aidtimeline.values.amounts import ZERO, Quantity

W = TypeVar("W")

#: Up to so many undecided facts a tangled group is answered tightly, by enumeration (2¹² worlds).
TIGHT_LIMIT = 12


class Worth(Protocol[W]):
    """How worlds are weighed: `together` is associative and commutative with `nothing`, and spreads over `either`."""

    @property
    def nothing(self) -> W:
        """What a world is worth in which no fact counts."""

    def together(self, one: W, other: W) -> W:
        """Both, independently."""

    def either(self, one: W, other: W) -> W:
        """One or the other."""


def worth_of(group: Group, own: Mapping[str, W], worth: Worth[W]) -> tuple[W, bool]:
    """What the group's facts are worth over all worlds, given each fact's own worth when it counts.

    Facts that are missing from `own` are worth nothing but still supersede. Returns the worth, and whether it is
    loose: sound, but perhaps wider than the worlds are. It never is where each fact has at most one direct superseder,
    nor with up to `TIGHT_LIMIT` undecided facts.
    """
    total, loose = worth.nothing, False
    for part in group.parts(own):
        value, tight = _of_part(part, own, worth)
        total = worth.together(total, value)
        loose = loose or not tight
    return total, loose


def _of_part(part: Group, own: Mapping[str, W], worth: Worth[W]) -> tuple[W, bool]:
    if all(len(above) <= 1 for above in part.above.values()):
        return _of_trees(part, own, worth), True
    if sum(happened == "perhaps" for happened in part.happened.values()) <= TIGHT_LIMIT:
        return _of_all_worlds(part, own, worth), True
    total = worth.nothing
    for each in part.members:
        if each in own:
            total = worth.together(total, worth.either(own[each], worth.nothing))
    return total, False


def _of_trees(group: Group, own: Mapping[str, W], worth: Worth[W]) -> W:
    """A fact that may have happened is worth its own; one that may not, what it directly supersedes; either of both."""
    below: dict[str, W] = {}
    total = worth.nothing
    for each in reversed(group.members):
        of_below = below.pop(each, worth.nothing)
        happened = group.happened[each]
        if happened == "never":
            value = of_below
        elif happened == "surely":
            value = own[each]  # it is in no part but for itself: what it supersedes is replaced for good
        else:
            value = worth.either(own.get(each, worth.nothing), of_below)
        above = group.above[each]
        if above:
            below[above[0]] = worth.together(below.get(above[0], worth.nothing), value)
        else:
            total = worth.together(total, value)
    return total


def _of_all_worlds(group: Group, own: Mapping[str, W], worth: Worth[W]) -> W:
    undecided = [each for each in group.members if group.happened[each] == "perhaps"]
    bit = {each: 1 << position for position, each in enumerate(undecided)}
    superseders: dict[str, int] = {}
    alike: dict[tuple[int, int], W] = {}
    for each in group.members:
        superseders[each] = 0
        for other in group.above[each]:
            superseders[each] |= superseders[other] | bit.get(other, 0)
        if each in own:
            when = bit.get(each, 0), superseders[each]
            alike[when] = worth.together(alike[when], own[each]) if when in alike else own[each]

    def in_world(world: int) -> W:
        def counts(itself: int, above: int) -> bool:
            return world & itself == itself and not world & above

        return reduce(worth.together, (amount for when, amount in alike.items() if counts(*when)), worth.nothing)

    return reduce(worth.either, map(in_world, range(1 << len(undecided))))


class Total:
    """The worth of a sum: quantities add up, and either of two is their hull."""

    nothing = ZERO

    def together(self, one: Quantity, other: Quantity) -> Quantity:
        """The sum."""
        return one + other

    def either(self, one: Quantity, other: Quantity) -> Quantity:
        """The hull."""
        return one.hull(other)


V = TypeVar("V", bound=Hashable)
Rank = tuple[Any, ...]


@frozen
class Possible(Generic[V]):
    """The values that a state may have.

    `least` is the lowest rank that the deciding fact has in any world; `ranks` gives for each possible value the
    highest rank of a fact that states it. No fact at all has the rank (), below every other, and the value None.
    """

    least: Rank
    ranks: Mapping[V | None, Rank]

    @property
    def values(self) -> frozenset[V | None]:
        """The possible values; None stands for a world in which nothing was stated yet."""
        return frozenset(self.ranks)


class Latest(Generic[V]):
    """The worth of a state: of the facts that count, the one of the highest rank decides."""

    nothing: Possible[V] = Possible((), {None: ()})

    @staticmethod
    def stated(value: V, rank: Rank) -> Possible[V]:
        """What one fact that counts is worth."""
        return Possible(rank, {value: rank})

    def together(self, one: Possible[V], other: Possible[V]) -> Possible[V]:
        """The higher of both, in every combination."""
        least = max(one.least, other.least)
        return Possible(least, {v: rank for v, rank in self._highest(one, other).items() if rank >= least})

    def either(self, one: Possible[V], other: Possible[V]) -> Possible[V]:
        """Whatever one or the other can be."""
        return Possible(min(one.least, other.least), self._highest(one, other))

    @staticmethod
    def _highest(one: Possible[V], other: Possible[V]) -> dict[V | None, Rank]:
        ranks = dict(one.ranks)
        for value, rank in other.ranks.items():
            ranks[value] = max(rank, ranks.get(value, ()))
        return ranks
