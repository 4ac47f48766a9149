"""What linked facts are worth over all worlds: bounds of sums, and possible values of states.

See docs/semantics.md, "Worlds", "Bounds" and "States".

A *world* says of each undecided fact whether it has happened. A fact counts in a world if it has happened and nothing
that supersedes it, directly or through others, has. A `Worth` says how worlds are weighed: `together` combines what the
facts of one world are worth, and `either` combines worlds. For sums (`Total`) these are addition and the hull.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from functools import reduce
from operator import or_
from typing import Generic, Protocol, TypeVar

from attrs import Factory, define, frozen

from aidtimeline.semantics.facts import Rank
from aidtimeline.semantics.links import Group
from aidtimeline.values.amounts import ZERO, Quantity

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")

#: A group that is not a forest is answered tightly, by enumeration, up to so many undecided facts (2¹² worlds).
TIGHT_LIMIT = 12
#: In a larger one that is not, the facts of one key are weighed together if they and all above them are so many.
MOST_MEMBERS = 256


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
    return worths_of(group, {None: own}, worth)[None]


def worths_of(group: Group, owns: Mapping[K, Mapping[str, W]], worth: Worth[W]) -> dict[K, tuple[W, bool]]:
    """What `worth_of` gives for each key, in time in proportion to the facts, however many keys they have.

    The worth of a key never depends on the other keys.
    """
    straight = group.straight
    trees = {key: own for key, own in owns.items() if straight.issuperset(own)}
    worths: dict[K, tuple[W, bool]] = {key: (value, False) for key, value in _of_trees(group, trees, worth).items()}
    for key, own in owns.items():
        if key not in trees:
            worths[key] = _of_tangle(group, own, worth)
    return worths


@define
class _Pile(Generic[K, W]):
    """The worths by key of what lies below a fact. Each is as it was when `shadows` facts had been above it."""

    worth: Worth[W]
    values: dict[K, tuple[W, int]] = Factory(dict)
    shadows: int = 0

    def value(self, key: K) -> W:
        """The worth of a key: its own, or nothing if another fact that may have happened lies above it."""
        if key not in self.values:
            return self.worth.nothing
        value, shadows = self.values[key]
        return value if shadows == self.shadows else self.worth.either(value, self.worth.nothing)

    def put(self, values: Mapping[K, W]) -> None:
        """Set the worths of keys."""
        self.values.update((key, (value, self.shadows)) for key, value in values.items())

    def beside(self, other: _Pile[K, W]) -> _Pile[K, W]:
        """Both piles, beside each other, as one of them. Moving the smaller one keeps the work small."""
        small, large = (self, other) if len(self.values) < len(other.values) else (other, self)
        large.put({key: self.worth.together(large.value(key), small.value(key)) for key in small.values})
        return large


def _of_trees(group: Group, owns: Mapping[K, Mapping[str, W]], worth: Worth[W]) -> dict[K, W]:
    """The worths of keys whose facts, and all above them, have one direct superseder each: one pass from the leaves up.

    If a fact has happened, it is worth its own; if not, what it directly supersedes. An undecided one is either.
    """
    stated: dict[str, dict[K, W]] = defaultdict(dict)
    for key, own in owns.items():
        for each, value in own.items():
            stated[each][key] = value
    below: dict[str, _Pile[K, W]] = {}
    total: _Pile[K, W] = _Pile(worth)
    for each in reversed(group.members):
        pile = below.pop(each, None)
        if pile is None:
            if each not in stated:
                continue
            pile = _Pile(worth)
        values = stated.get(each, {})
        if group.happened[each] == "perhaps":
            values = {key: worth.either(value, pile.value(key)) for key, value in values.items()}
            pile.shadows += 1
        pile.put(values)  # what has surely happened has nothing below it: that is replaced for good
        for other in group.above[each]:
            below[other] = pile.beside(below[other]) if other in below else pile
        if not group.above[each]:
            total = total.beside(pile)
    return {key: total.value(key) for key in owns}


def _of_tangle(group: Group, own: Mapping[str, W], worth: Worth[W]) -> tuple[W, bool]:
    """The worth of a group whose facts may have several superseders.

    The facts and all above them are weighed by the parts that they fall into, unless these are many.
    """
    if len(own) == 1:
        [value] = own.values()
        return worth.either(value, worth.nothing), False  # it is undecided, or another may replace it
    if group.undecided > TIGHT_LIMIT and group.reach(own, MOST_MEMBERS):
        return _of_each(own, worth), True
    total, loose = worth.nothing, False
    for part in group.parts(own):
        of_part = {each: own[each] for each in part.members if each in own}
        if part.straight.issuperset(part.members):
            value = _of_trees(part, {None: of_part}, worth)[None]
        elif part.undecided <= TIGHT_LIMIT:
            value = _of_all_worlds(part, of_part, worth)
        else:
            value, loose = _of_each(of_part, worth), True
        total = worth.together(total, value)
    return total, loose


def _of_each(own: Mapping[str, W], worth: Worth[W]) -> W:
    """The worth of facts of which each may or may not count, whatever the others do."""
    return reduce(worth.together, (worth.either(value, worth.nothing) for value in own.values()), worth.nothing)


def _of_all_worlds(group: Group, own: Mapping[str, W], worth: Worth[W]) -> W:
    """Either of all worlds. A world is a number with one bit for each undecided fact: 1 if it has happened.

    A fact counts in the worlds that have its own bit (none, if it has surely happened) and no bit of its superseders.
    Facts with the same bits count in the same worlds, and are put together first. For example 100, perhaps replaced by
    150, and perhaps also by 200: from 100 to 350.

        fact  own bit  superseders   world 00   01   10   11
        100      –         11             100    –    –    –
        150     01          –               –  150    –  150
        200     10          –               –    –  200  200

    An undecided fact that replaces no other has no bit: it is worth its own or nothing wherever it is not replaced. And
    in worlds in which a fact is replaced it makes no difference whether it has happened.
    """
    replacing = {other for above in group.above.values() for other in above if group.happened[other] == "perhaps"}
    bit = {each: 1 << position for position, each in enumerate(each for each in group.members if each in replacing)}
    superseders: dict[str, int] = {}
    alike: dict[tuple[int, int], W] = {}
    worlds = [0]
    for each in group.members:
        above = superseders[each] = reduce(or_, (superseders[it] | bit.get(it, 0) for it in group.above[each]), 0)
        if each in own:
            leaf = group.happened[each] == "perhaps" and each not in bit
            value = worth.either(own[each], worth.nothing) if leaf else own[each]
            bits = bit.get(each, 0), above
            alike[bits] = worth.together(alike[bits], value) if bits in alike else value
        if each in bit:
            worlds += [world | bit[each] for world in worlds if not world & above]

    def in_world(world: int) -> W:
        counting = (value for (itself, above), value in alike.items() if world & itself == itself and not world & above)
        return reduce(worth.together, counting, worth.nothing)

    return reduce(worth.either, map(in_world, worlds))


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
