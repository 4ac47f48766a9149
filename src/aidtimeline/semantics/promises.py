"""Promises at one cut: what stands of each, what a delivery or payment keeps, and what a cancellation ends.

A promise and what replaces it are one line. A link to any of its records, believed or not, holds for what stands of it.
See docs/semantics.md, "Fulfilment".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from attrs import evolve, frozen

from aidtimeline.events import END, PROMISE
from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.lines import NO_NAMES, Ended, Keeps, Names, PromiseLine, Scope, scope_of
from aidtimeline.semantics.links import Cut, Happened, cut_links

_Sets = Mapping[str, frozenset[Any]]


@frozen(slots=False)
class Promises:
    """The promises of a belief at one cut, given which facts that have to do with others have happened by then."""

    belief: Belief
    as_of: date
    happened: Mapping[str, Happened]
    cut: Cut

    def line(self, fact: Fact) -> PromiseLine | None:
        """The line of a promise; None if it is not linked to anything."""
        if fact.nature is not PROMISE or fact.id not in self._first:
            return None
        group = self.cut.groups.get(fact.id)
        if group is None:
            return PromiseLine(fact.id, _day(self._first[fact.id]), kin=self._kin.leader(fact.id))
        if group.key not in self._of_groups:
            firsts = [self._first[each] for each in group.members if each in self._made]
            below = [other for above in group.above.values() for other in above]
            plain = max(map(len, group.above.values())) <= 1 and len(set(below)) == len(below)
            self._of_groups[group.key] = _day(min(firsts)), plain
        return PromiseLine(group.key, *self._of_groups[group.key], self._kin.leader(fact.id))

    @cached_property
    def _of_groups(self) -> dict[str, tuple[date | None, bool]]:
        """The first day of each group of promises, and whether it is a chain; by its key, once it was asked for."""
        return {}

    def keeps(self, fact: Fact) -> Keeps | None:
        """What a fact has to do with promises; None: nothing."""
        if fact.nature is END:
            return self._ends(fact)
        if fact.nature is PROMISE or not fact.fulfils:
            return None
        sure, doubtful = self._named(fact.fulfils)
        lines = _together(self._standing(each) for each in sure)
        return Keeps(
            lines,
            split=frozenset(kin for each in sure for kin in self._split(each)),
            doubtful=_together(self._standing(each) for each in doubtful) - lines,
            scopes=_together(self._scopes(each) for each in sure),
        )

    def _named(self, ids: Iterable[str]) -> tuple[set[str], set[str]]:
        """The promises that are named, and those that these fulfil in turn; of the latter some are doubtful."""
        sure: set[str] = set()
        doubtful: set[str] = set()
        waiting = [(each, True) for each in ids]
        while waiting:
            each, surely = waiting.pop()
            surely = surely and (each in self._made or each not in self.happened)
            if each in sure or (not surely and each in doubtful):
                continue
            (sure if surely else doubtful).add(each)
            through = self._fulfils_of_line(each)
            if not through:
                continue
            standing = [self._fulfils_surely[line] for line in self._standing(each)]
            certain = standing[0].intersection(*standing[1:]) if standing else through
            waiting += ((promise, surely and promise in certain) for promise in through)
        return sure, doubtful - sure

    def _ends(self, fact: Fact) -> Keeps:
        """What a cancellation ends, and from which lines it takes off its amount.

        What replaced a promise before that was cancelled may have been meant too.
        """
        off = fact.takes_off
        named = self.belief.links.below.get(fact.id, ()) if off is None else [each.id for each in off.promises]
        own = self._key(fact.id)
        lines = _together(self._standing(each) for each in named)
        replaced = own in lines  # what may replace the promise may replace the cancellation, too
        if off is None:  # it may end only what does not surely come after it
            lines = frozenset(
                line
                for line in lines - {own}
                if not all(fact.date < self._made[each].date for each in self._members[line])
            )
        surely = off is not None and not off.doubtful and not replaced
        return Keeps(
            lines if surely else NO_NAMES,
            doubtful=NO_NAMES if surely else lines,
            scopes=_together(self._scopes(each) for each in named),
            ended=tuple(self._ended(fact)),
        )

    def _ended(self, fact: Fact) -> Iterator[Ended]:
        waiting, seen = list(self.belief.links.below.get(fact.id, ())), set[str]()
        while waiting:
            each = waiting.pop()
            if each in seen:
                continue
            seen.add(each)
            if each not in self._believed:
                waiting.extend(self.belief.links.below.get(each, ()))
            elif each in self._made and each not in self._without_ends.replaced:
                surely = self._replaced(each) and each not in self._without_ends.groups
                yield Ended(self._made[each], surely and self.happened[each] == "surely")

    # What is known of each id. An id that is not linked stands for itself.

    @cached_property
    def _believed(self) -> Mapping[str, Fact]:
        return self.belief.tied

    @cached_property
    def _made(self) -> Mapping[str, Fact]:
        """The believed promises that may have been made by the cut, replaced or not."""
        tied = self.belief.tied
        return {each: tied[each] for each in self.happened if tied[each].nature is PROMISE}

    def _replaced(self, each: str) -> bool:
        return each in self.cut.replaced

    def _key(self, each: str) -> str:
        group = self.cut.groups.get(each)
        return each if group is None else group.key

    @cached_property
    def _members(self) -> Mapping[str, list[str]]:
        """The promises that may stand, by line."""
        members: dict[str, list[str]] = defaultdict(list)
        for each in self._made:
            if not self._replaced(each):
                members[self._key(each)].append(each)
        return members

    @cached_property
    def _first(self) -> Mapping[str, int]:
        """The first day of each linked promise and of all that it replaces, as an ordinal."""
        first: dict[str, int] = {}
        for each in reversed(self.belief.links.order):
            days = [first[other] for other in self.belief.links.below.get(each, ()) if other in first]
            if each in self._made:
                days.append(_ordinal(self._made[each].date.earliest))
            if days:
                first[each] = min(days)
        return first

    def _own_line(self, each: str) -> Names | None:
        return frozenset((self._key(each),)) if each in self._made and not self._replaced(each) else None

    @cached_property
    def _up(self) -> _Sets:
        """What stands for an id: itself, or what replaces it."""
        return _gathered(self.belief.links.order, self.belief.links.above, self._own_line)

    @cached_property
    def _down(self) -> _Sets:
        """What stands for an id: itself, or what it would replace."""
        return _gathered(reversed(self.belief.links.order), self.belief.links.below, self._own_line)

    @cached_property
    def _kin(self) -> DisjointSets[str]:
        """All that is linked by supersession, believed or not."""
        return self.belief.links.joined()

    @cached_property
    def _standing_kin(self) -> Mapping[str, Names]:
        """The lines that stand, by what stands for all that they are linked to."""
        kin: dict[str, set[str]] = defaultdict(set)
        for each in self._made:
            if not self._replaced(each):
                kin[self._kin.leader(each)].add(self._key(each))
        return {each: frozenset(lines) for each, lines in kin.items()}

    def _standing(self, each: str) -> Names:
        if each not in self._up:
            return self._own_line(each) or NO_NAMES
        return self._up[each] or self._down[each] or self._standing_kin.get(self._kin.leader(each), NO_NAMES)

    def _split(self, each: str) -> Iterator[str]:
        """The kin of a named record, if more stands of it than what stands for the record."""
        if each in self._up:
            kin = self._kin.leader(each)
            if len(self._standing_kin.get(kin, ())) > len(self._standing(each)):
                yield kin

    @cached_property
    def _scope_sets(self) -> tuple[_Sets, _Sets]:
        return self._both_ways(
            {each: frozenset([scope]) for each, fact in self._made.items() if (scope := scope_of(fact))}
        )

    def _scopes(self, each: str) -> frozenset[Scope]:
        up, down = self._scope_sets
        return up.get(each, NO_NAMES) | down.get(each, NO_NAMES)

    @cached_property
    def _fulfils(self) -> Mapping[str, Names]:
        """The promises that a record fulfils. Of records dated after the cut, only what they supersede is read."""
        fulfils = {each: frozenset(fact.fulfils) for each, fact in self._made.items() if fact.fulfils}
        for each, (dated, promises) in self.belief.fulfils_unbelieved.items():
            if dated.possible_by(self.as_of):
                fulfils[each] = frozenset(promises)
        return fulfils

    @cached_property
    def _fulfils_surely(self) -> Mapping[str, Names]:
        """The promises that all that may stand of a line fulfils, by line."""
        fulfils: dict[str, Names] = {}
        for line, members in self._members.items():
            first, *others = (self._made[each].fulfils for each in members)
            fulfils[line] = frozenset(first).intersection(*others)
        return fulfils

    @cached_property
    def _fulfils_sets(self) -> tuple[_Sets, _Sets]:
        return self._both_ways(self._fulfils)

    def _fulfils_of_line(self, each: str) -> frozenset[str]:
        up, down = self._fulfils_sets
        return up.get(each, NO_NAMES) | down.get(each, NO_NAMES)

    def _both_ways(self, own: Mapping[str, frozenset[Any]]) -> tuple[_Sets, _Sets]:
        """What each id and all above it have, and what it and all below it have."""
        order, found = self.belief.links.order, []
        for ids, links in ((order, self.belief.links.above), (tuple(reversed(order)), self.belief.links.below)):
            sets: dict[str, frozenset[Any]] = dict(own)
            for each in ids:
                sets[each] = _together((own.get(each, NO_NAMES), *(sets[other] for other in links.get(each, ()))))
            found.append(sets)
        return found[0], found[1]

    @cached_property
    def _without_ends(self) -> Cut:
        """The cut as it would be without cancellations."""
        ends = {each for each in self.happened if self.belief.tied[each].nature is END}
        links = self.belief.links
        above = {each: tuple(other for other in others if other not in ends) for each, others in links.above.items()}
        return cut_links(evolve(links, above=above), self.happened)


def _gathered(ids: Iterable[str], links: Mapping[str, Iterable[str]], own: Any) -> _Sets:
    """For each id its own set or, if it has none, the sets of those that it is linked to, all together."""
    sets: dict[str, Names] = {}
    for each in ids:
        mine = own(each)
        sets[each] = mine if mine is not None else _together(sets[other] for other in links.get(each, ()))
    return sets


def _together(sets: Iterable[frozenset[Any]]) -> frozenset[Any]:
    """The union; the same object where there is only one set, so that long chains share it."""
    distinct = list({id(each): each for each in sets if each}.values())
    if len(distinct) <= 1:
        return distinct[0] if distinct else NO_NAMES
    union = distinct[0].union(*distinct[1:])
    return next((each for each in distinct if each == union), union)


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None
