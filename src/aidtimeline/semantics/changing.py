"""How what linked facts come to changes from the end of one period to the end of the next, over all worlds.

In a world a fact has happened before a period (A), in it (B), or not by its end (C). It stands at the end of a period
if it has happened by then, and nothing that supersedes it has. So it adds its amount in B, and one that it replaces is
taken off if that was A: both in one world, which is more than bounds of sums can tell.

    100 on 1 February, replaced by 150 in March or April: the change in March is 0 (C) or 50 (B), in April 50 or 0
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise, product
from typing import NamedTuple, TypeAlias

from attrs import define, frozen

from aidtimeline.graphs import DisjointSets

MOST_WORLDS = 1_000
"""So many worlds of facts that several replace are gone through one by one; of more the bounds are loose."""
MOST_TANGLED = 64
"""Of so many such facts it is looked whether some lie above each other."""

Ends: TypeAlias = tuple[float, float]
"""Low and high; infinite: open."""

_NOTHING: Ends = (0, 0)


class Turns(NamedTuple):
    """The numbers of the periods in which a fact turns.

    It may have happened in `earliest`, and surely has in `latest`. It is `shadowed` once something above it may have
    happened, and `replaced` once something surely has; `ended` is that of what is in no strand with it.
    """

    earliest: int
    latest: int
    shadowed: int
    replaced: int
    ended: int

    @property
    def active(self) -> Iterator[tuple[int, int]]:
        """The periods, first and last, in which what it adds may change: it happens, or may be replaced."""
        begins = (self.earliest, min(self.latest, self.replaced))
        ends = (max(self.shadowed, self.latest + 1), self.replaced)
        return (each for each in (begins, ends) if each[0] <= each[1])

    def states(self, period: int) -> str:
        """In which states it may be: A, B, C."""
        return (
            ("A" if self.earliest < period else "")
            + ("B" if self.earliest <= period <= self.latest else "")
            + ("C" if self.latest > period else "")
        )


class Run(NamedTuple):
    """From the period `first` until `last` (inclusive) the change is between `low` and `high` in each.

    `facts` are those that may make it. `loose`: the ends may be wider than the worlds are.
    """

    first: int
    last: int
    low: float
    high: float
    facts: tuple[str, ...]
    loose: bool


@frozen
class Changing:
    """Facts whose links are `above`, in the order of `turns`: what supersedes comes first."""

    turns: Mapping[str, Turns]
    above: Mapping[str, Sequence[str]]
    never: int

    def runs(self, own: Mapping[str, Ends]) -> Iterator[Run]:
        """How what some of the facts come to changes: `own` are their amounts. All other periods have no change."""
        begin: dict[int, list[str]] = defaultdict(list)
        end: dict[int, list[str]] = defaultdict(list)
        stops: set[int] = set()
        for each, turns in self.turns.items():
            for first, last in turns.active:
                begin[first].append(each)
                end[last + 1].append(each)
                stops.update((first, last + 1))
            stops.update(at + after for at in (turns.earliest, turns.latest) for after in (0, 1))
        order = {each: place for place, each in enumerate(self.turns)}
        active: set[str] = set()
        for first, after in pairwise(sorted(each for each in stops if each <= self.never)):
            active.difference_update(end[first])
            active.update(begin[first])
            facts = tuple(each for each in active if each in own)
            if facts:
                change = _Change(sorted(active, key=order.__getitem__), first, self, own)
                (low, high), loose = change.found()
                yield Run(first, after - 1, low, high, facts, loose)


@define
class _Change:
    """The change of what active facts come to, within one period."""

    active: list[str]
    period: int
    changing: Changing
    own: Mapping[str, Ends]

    def found(self) -> tuple[Ends, bool]:
        """Its ends, and whether they are loose."""
        above = self._nearest()
        if all(len(each) < 2 for each in above.values()):
            return self._of_forest(self.active, above), False
        sets: DisjointSets[str] = DisjointSets()
        for each, others in above.items():
            for other in others:
                sets.join(each, other)
        total, loose = _NOTHING, False
        for part in sets.parts(self.active):
            members = sorted(part, key=self.active.index)
            if all(len(above[each]) < 2 for each in members):
                ends = self._of_forest(members, above)
            elif self._worlds(members) <= MOST_WORLDS:
                ends = self._of_all_worlds(members, above)
            else:
                ends, loose = self._of_each(members), True
            total = _plus(total, ends)
        return total, loose

    def _nearest(self) -> dict[str, list[str]]:
        """The active facts nearest above each; what is not active has not happened, and is passed."""
        found: dict[str, list[str]] = {}
        here = set(self.active)
        for each in self.active:
            near: dict[str, None] = {}
            seen = {each}
            waiting = list(self.changing.above.get(each, ()))
            while waiting:
                other = waiting.pop()
                if other in here:
                    near[other] = None
                elif other not in seen:
                    waiting += self.changing.above.get(other, ())
                seen.add(other)
            found[each] = list(near)
        if len(here) <= MOST_TANGLED and any(len(near) > 1 for near in found.values()):
            over = _closure(self.active, found)
            for each, several in found.items():
                found[each] = [one for one in several if not any(one in over[other] for other in several)]
        return found

    def _of_forest(self, members: Sequence[str], above: Mapping[str, Sequence[str]]) -> Ends:
        """From what is replaced up to what replaces. `stays` if nothing above happens by the end, `goes` if in it."""
        stays: dict[str, Ends] = defaultdict(lambda: _NOTHING)
        goes: dict[str, Ends] = defaultdict(lambda: _NOTHING)
        total = _NOTHING
        for each in reversed(members):
            turns, (low, high) = self.changing.turns[each], self.own.get(each, _NOTHING)
            below, gone = stays.pop(each, _NOTHING), goes.pop(each, _NOTHING)
            states = turns.states(self.period)
            if_gone = _hull([(-high, -low)] * ("A" in states) + [gone] * (states != "A"))
            if turns.ended == self.period:
                change = if_gone
            else:
                options = {"A": _NOTHING, "B": _plus((low, high), gone), "C": below}
                change = _hull([options[state] for state in states])
            if above[each]:
                [parent] = above[each]
                stays[parent], goes[parent] = _plus(stays[parent], change), _plus(goes[parent], if_gone)
            else:
                total = _plus(total, change)
        return total

    def _worlds(self, members: Iterable[str]) -> int:
        number = 1
        for each in members:
            number *= len(self.changing.turns[each].states(self.period))
            if number > MOST_WORLDS:
                break
        return number

    def _of_all_worlds(self, members: Sequence[str], above: Mapping[str, Sequence[str]]) -> Ends:
        over = _closure(members, above)
        turns = [self.changing.turns[each] for each in members]
        ended = {each for each, its in zip(members, turns, strict=True) if its.ended == self.period}
        worlds = []
        for states in product(*(each.states(self.period) for each in turns)):
            state = dict(zip(members, states, strict=True))
            total = _NOTHING
            for each in members:
                lines = [state[other] for other in over[each]]
                replaced = "B" in lines or each in ended or not ended.isdisjoint(over[each])
                if state[each] == "C" or "A" in lines or (state[each] == "A") != replaced or each not in self.own:
                    continue
                low, high = self.own[each]
                total = _plus(total, (-high, -low) if replaced else (low, high))
            worlds.append(total)
        return _hull(worlds)

    def _of_each(self, members: Iterable[str]) -> Ends:
        """Each may begin to stand, or cease to, whatever the others do."""
        total = _NOTHING
        for each in members:
            low, high = self.own.get(each, _NOTHING)
            states = self.changing.turns[each].states(self.period)
            total = _plus(
                total, _hull([_NOTHING, *[(low, high)] * ("B" in states), *[(-high, -low)] * ("A" in states)])
            )
        return total


def _closure(members: Iterable[str], above: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """All that lies above each; what supersedes comes first."""
    over: dict[str, set[str]] = {}
    for each in members:
        over[each] = set().union(above[each], *(over[other] for other in above[each]))
    return over


def _plus(one: Ends, other: Ends) -> Ends:
    return one[0] + other[0], one[1] + other[1]


def _hull(several: Sequence[Ends]) -> Ends:
    return reduce(lambda one, other: (min(one[0], other[0]), max(one[1], other[1])), several)
