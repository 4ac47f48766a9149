"""What linked facts are worth over all worlds: bounds of sums, and possible values of states.

See docs/semantics.md, "Worlds", "Bounds" and "States".

A *world* says of each undecided fact whether it has happened. A fact counts in a world if it has happened and nothing
that supersedes it, directly or through others, has. A `Worth` says how worlds are weighed: `together` combines what the
facts of one world are worth, and `either` combines worlds. For sums (`Total`) these are addition and the hull.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import reduce
from typing import Generic, Protocol, TypeVar

from attrs import frozen

from aidtimeline.semantics.facts import Rank
from aidtimeline.semantics.links import Group
from aidtimeline.values.amounts import ZERO, Quantity

W = TypeVar("W")

#: A group that is not a forest is answered tightly, by enumeration, up to so many undecided facts (2¹² worlds).
TIGHT_LIMIT = 12


class Worth(Protocol[W]):
    """How worlds are weighed.

    `together` and `either` are associative and commutative, `nothing` is neutral to `together`, and `together`
    distributes over `either`.
    """

    @property
    def nothing(self) -> W:
        """The worth of a world in which no fact counts."""

    def together(self, one: W, other: W) -> W:
        """The worth of both, independent of each other."""

    def either(self, one: W, other: W) -> W:
        """The worth of one or the other."""


def worth_of(group: Group, own: Mapping[str, W], worth: Worth[W]) -> tuple[W, bool]:
    """The worth of a group over all worlds, and whether it is loose: sound, but perhaps wider than the worlds are.

    `own` gives by id what each fact is worth if it counts. Facts that are missing from it are worth nothing, and still
    supersede. The worth is never loose if each fact has at most one direct superseder, or with up to `TIGHT_LIMIT`
    undecided facts.
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
    """The worth of a forest, in one pass from the leaves up.

    If a fact has happened, it is worth its own; if not, what it directly supersedes. An undecided one is either.
    """
    below: dict[str, W] = {}
    total = worth.nothing
    for each in reversed(group.members):
        of_below = below.pop(each, worth.nothing)
        happened = group.happened[each]
        if happened == "never":
            value = of_below
        elif happened == "surely":
            value = own[each]  # such a fact is in a part only for its own sake: what it supersedes is replaced for good
        else:
            value = worth.either(own.get(each, worth.nothing), of_below)
        above = group.above[each]
        if above:
            below[above[0]] = worth.together(below.get(above[0], worth.nothing), value)
        else:
            total = worth.together(total, value)
    return total


def _of_all_worlds(group: Group, own: Mapping[str, W], worth: Worth[W]) -> W:
    """Either of all worlds. A world is a number with one bit for each undecided fact: 1 if it has happened.

    A fact counts in the worlds that have its own bit (none, if it has surely happened) and no bit of its superseders.
    Facts with the same bits count in the same worlds, and are put together first. For example 100, perhaps replaced by
    150, and perhaps also by 200: from 100 to 350.

        fact  own bit  superseders   world 00   01   10   11
        100      –         11             100    –    –    –
        150     01          –               –  150    –  150
        200     10          –               –    –  200  200
    """
    undecided = [each for each in group.members if group.happened[each] == "perhaps"]
    bit = {each: 1 << position for position, each in enumerate(undecided)}
    superseders: dict[str, int] = {}
    alike: dict[tuple[int, int], W] = {}
    for each in group.members:
        superseders[each] = 0
        for other in group.above[each]:
            superseders[each] |= superseders[other] | bit.get(other, 0)
        if each in own:
            bits = bit.get(each, 0), superseders[each]
            alike[bits] = worth.together(alike[bits], own[each]) if bits in alike else own[each]

    def in_world(world: int) -> W:
        counting = (value for (itself, above), value in alike.items() if world & itself == itself and not world & above)
        return reduce(worth.together, counting, worth.nothing)

    return reduce(worth.either, map(in_world, range(1 << len(undecided))))


class Total:
    """The worth of sums: quantities are added, and either of two is their hull."""

    nothing = ZERO

    def together(self, one: Quantity, other: Quantity) -> Quantity:
        """The sum."""
        return one + other

    def either(self, one: Quantity, other: Quantity) -> Quantity:
        """The hull."""
        return one.hull(other)


V = TypeVar("V", bound=Hashable)


@frozen
class Possible(Generic[V]):
    """The values that a state may have.

    Of the facts that count the last decides, and each may have happened on any of its days. In every world one of them
    comes no earlier than `least`, so what is stated before it does not decide. `ranks` gives for each possible value
    its last rank. A world without such a fact has the rank (), below every other, and the value None.
    """

    least: Rank
    ranks: Mapping[V | None, Rank]

    @property
    def values(self) -> frozenset[V | None]:
        """The possible values; None stands for a world in which no value is stated yet."""
        return frozenset(self.ranks)


class Latest(Generic[V]):
    """The worth of states: of the facts that count, the last decides."""

    nothing: Possible[V] = Possible((), {None: ()})

    @staticmethod
    def stated(value: V, first: Rank, last: Rank) -> Possible[V]:
        """The worth of one fact that counts, between its first and its last rank."""
        return Possible(first, {value: last})

    def together(self, one: Possible[V], other: Possible[V]) -> Possible[V]:
        """The later of both, in every combination."""
        least = max(one.least, other.least)
        return Possible(least, {v: rank for v, rank in self._highest(one, other).items() if rank >= least})

    def either(self, one: Possible[V], other: Possible[V]) -> Possible[V]:
        """All that one or the other can be."""
        return Possible(min(one.least, other.least), self._highest(one, other))

    @staticmethod
    def _highest(one: Possible[V], other: Possible[V]) -> dict[V | None, Rank]:
        ranks = dict(one.ranks)
        for value, rank in other.ranks.items():
            ranks[value] = max(rank, ranks.get(value, ()))
        return ranks
