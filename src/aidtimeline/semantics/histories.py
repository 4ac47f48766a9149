"""Histories: from when until when facts count, alone or in groups, at one date of knowledge and for every cut.

A cut does not change what is believed, only whether it has happened. For each fact that changes twice: on the first and
on the last day of its date (of a plan only on the first). So one pass gives the views of all days, as phases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from math import inf
from typing import NamedTuple, TypeAlias

from attrs import define, frozen

from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.changing import Changing, Turns
from aidtimeline.semantics.facts import Fact, changed
from aidtimeline.semantics.links import Group, Happened, Links, cut_links
from aidtimeline.semantics.running import RunningSum, places, shifted, unshifted
from aidtimeline.values.amounts import ZERO, Quantity

# Days are counted as `date.toordinal` does; before the first and after the last day of the calendar there is no cut.
_EVER = date.min.toordinal()
NEVER = date.max.toordinal() + 1

Days: TypeAlias = tuple[date | None, date | None]
"""From when (inclusive; None: since ever) until when (exclusive; None: for good)."""


@frozen
class Phase:
    """Facts that count on the same days, in the same way: a fact alone, or those of one group.

    `facts` are those that `cut` gives on every day from `since` (inclusive; None: since ever) until `until` (exclusive;
    None: for good).
    """

    since: date | None
    until: date | None
    facts: tuple[Fact, ...]


def phases(belief: Belief, chosen: Callable[[Fact], bool] = lambda _: True) -> Iterator[Phase]:
    """The phases of all chosen facts, in no order. Facts that are not chosen only supersede.

    The phases of a day have the chosen facts of `cut` on that day, those of a group in one phase. Takes time in
    proportion to the facts. If linked facts are undecided at the same time, it also takes time in proportion to their
    number whenever one of them changes.

    >>> from aidtimeline.semantics.beliefs import believe
    >>> list(phases(believe([])))
    []
    """
    for strand in strands(belief, chosen):
        yield from strand.phases()


def strands(belief: Belief, chosen: Callable[[Fact], bool] = lambda _: True) -> Iterator[Strand]:
    """The chosen facts in parts, each of those that are in one group on some day, or of one fact that is in none."""
    facts = {fact.id: fact for fact in belief.facts if chosen(fact)}
    spans = _spans(belief, facts)
    for members in _ever_together(belief.links, spans):
        own = {each: facts[each] for each in members if each in facts}
        if own:
            yield Strand(members, own, belief.links, spans)


@frozen
class Strand:
    """Facts that are in one group on some day, and what the links between them run through.

    `members` lists what supersedes before what it supersedes; `chosen` are the facts among them that are asked for.
    """

    members: tuple[str, ...]
    chosen: Mapping[str, Fact]
    _links: Links
    _spans: Mapping[str, _Span]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The chosen facts, all in one group."""
        group = Group(self.members, {}, {})
        return tuple(changed(fact, certain=False, group=group) for fact in self.chosen.values())

    def phases(self) -> Iterator[Phase]:
        """The phases of the chosen facts."""
        several = len(self.members) > 1
        first = self.members[0]
        for since, until, what in (
            _sweep(self.members, self._links, self._spans) if several else _alone(first, self._spans[first])
        ):
            counting = tuple(_as_cut(self.chosen, what))
            if counting:
                yield Phase(_day(since), _day(until), counting)

    def changing(self, number: Callable[[int], int]) -> Changing:
        """How the facts change from period to period. `number` gives the number of the period of a day."""
        members = set(self.members)
        turns = {}
        for each in self.members:
            span = self._spans[each]
            others = (other for other in self._links.above.get(each, ()) if other not in members)
            ended = min((self._spans[other].replaces for other in others), default=NEVER)
            turns[each] = Turns(*map(number, (*span, ended)))
        return Changing(turns, self._links.above, number(NEVER))

    def shown(self, each: str) -> Days | None:
        """From when until when (exclusive) a fact counts in some world; None: never."""
        span = self._spans[each]
        return (_day(span.earliest), _day(span.replaced)) if span.earliest < span.replaced else None

    def worths(self, own: Mapping[str, Quantity]) -> list[tuple[Days, Quantity]] | None:
        """What some of the facts come to, and from when until when; on all other days it is nothing.

        `own` are their amounts. None if some of them may be replaced by several: then the phases must be weighed.
        It takes time in proportion to the facts and those above them, with a logarithm, however often they change.
        """
        if len(own) == 1:
            [(each, amount)] = own.items()
            return [((_day(since), _day(until)), worth) for since, until, worth in self._of_one(each, amount)]
        nodes = self._nodes(own)
        if nodes is None:
            return None
        return [((_day(since), _day(until)), worth) for since, until, worth in _run(nodes)]

    @cached_property
    def sweeps(self) -> int:
        """How many facts are weighed, in all, if the phases are."""
        days = {day for each in self.members for day in self._spans[each].days}
        return len(days) * len(self.members)

    @cached_property
    def _steps_up(self) -> Mapping[str, tuple[str | None, int] | None]:
        """For each member the one that may replace it, and the day on which others surely have; None: several may."""
        steps: dict[str, tuple[str | None, int] | None] = {}
        for each in self.members:
            superseders = self._links.above.get(each, ())
            inner = [other for other in superseders if self._spans[other].shadows < self._spans[other].replaces]
            gone = min((self._spans[other].replaces for other in superseders if other not in inner), default=NEVER)
            steps[each] = None if len(inner) > 1 else (inner[0] if inner else None, gone)
        return steps

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {each: place for place, each in enumerate(self.members)}

    def each_alone(self, own: Mapping[str, Quantity]) -> list[tuple[Days, Quantity]]:
        """What each of some facts is worth by itself, and when: the sum of these holds, but may be wide."""
        return [
            ((_day(since), _day(until)), worth)
            for each, amount in own.items()
            for since, until, worth in self._of_one(each, amount)
        ]

    def _of_one(self, each: str, amount: Quantity) -> Iterator[tuple[int, int, Quantity]]:
        """One fact may count while it perhaps has happened, or another perhaps replaces it; between these it does."""
        span = self._spans[each]
        sure, doubted = min(span.latest, span.replaced), min(max(span.shadowed, span.latest), span.replaced)
        for since, until, worth in (
            (span.earliest, sure, amount.hull(ZERO)),
            (sure, doubted, amount),
            (doubted, span.replaced, amount.hull(ZERO)),
        ):
            if since < until:
                yield since, until, worth

    def _nodes(self, own: Mapping[str, Quantity]) -> list[_Node] | None:
        """The facts with these amounts and all above them, as a forest: what supersedes comes before. None: it is none.

        What lies between two of them on a way up is taken together, as one that is worth nothing.
        """
        above: dict[str, str | None] = {}
        below: dict[str | None, int] = defaultdict(int)
        gone: dict[str, int] = {}
        for start in own:
            each: str | None = start
            while each is not None and each not in above:
                step = self._steps_up[each]
                if step is None:
                    return None
                above[each], gone[each] = step
                below[above[each]] += 1
                each = above[each]
        nodes: list[_Node] = []
        number: dict[str | None, int] = {None: -1}
        for each in sorted(above, key=self._places.__getitem__):
            span, parent = self._spans[each], number[above[each]]
            if each not in own or gone[each] < NEVER:
                earliest = span.earliest if each not in own else NEVER
                latest = min(gone[each], span.latest if each not in own else NEVER)
                alone = parent >= 0 and nodes[parent].own is None and below[above[each]] == 1
                if alone:
                    nodes[parent].earliest = min(nodes[parent].earliest, earliest)
                    nodes[parent].latest = min(nodes[parent].latest, latest)
                else:
                    nodes.append(_Node(parent, earliest, latest))
                    parent = len(nodes) - 1
            if each in own:
                nodes.append(_Node(parent, span.earliest, span.latest, own[each]))
                parent = len(nodes) - 1
            number[each] = parent
        return nodes


@define
class _Node:
    """A fact, or several in a row that are not asked for (`own` is None): when it has perhaps, and surely happened."""

    above: int
    earliest: int
    latest: int
    own: Quantity | None = None


def _run(nodes: Sequence[_Node]) -> Iterator[tuple[int, int, Quantity]]:
    """From when until when (exclusive) a forest comes to what; days on which it comes to nothing are left out."""
    amounts = [ZERO if node.own is None else node.own for node in nodes]
    digits = max(places(end) for amount in amounts for end in (amount.low, amount.high) if end is not None)
    own = [
        (shifted(amount.low, digits), inf if amount.high is None else shifted(amount.high, digits))
        for amount in amounts
    ]
    running = RunningSum([node.above for node in nodes], own)
    changing: dict[int, list[tuple[int, Happened]]] = defaultdict(list)
    for number, node in enumerate(nodes):
        if node.earliest < node.latest:
            changing[node.earliest].append((number, "perhaps"))
        changing[node.latest].append((number, "surely"))
    changing.pop(NEVER, None)
    since, before = _EVER, running.ends
    for day in sorted(changing):
        for number, happened in changing[day]:
            running.set(number, happened)
        if running.ends != before:
            if before != (0, 0):
                yield since, day, _amount(before, digits)
            since, before = day, running.ends
    if before != (0, 0):
        yield since, NEVER, _amount(before, digits)


def _amount(ends: tuple[float, float], digits: int) -> Quantity:
    low, high = ends
    return Quantity(unshifted(low, digits), None if high == inf else unshifted(high, digits))


class _Span(NamedTuple):
    """The days on which an id changes.

    From `earliest` on it may have happened, from `latest` on it surely has: never, if it is not believed. It is
    `shadowed` from the day on which something above it may have happened, and `replaced` from the day on which
    something above it surely has.
    """

    earliest: int
    latest: int
    shadowed: int
    replaced: int

    @property
    def shadows(self) -> int:
        """From when on it shadows what it supersedes, by itself or because a link runs through it."""
        return min(self.earliest, self.shadowed)

    @property
    def replaces(self) -> int:
        """From when on it replaces what it supersedes."""
        return min(self.latest, self.replaced)

    @property
    def days(self) -> set[int]:
        """The days on which something changes for it."""
        return {self.earliest, self.latest, self.shadowed, self.replaced} - {NEVER}

    def happened(self, day: int) -> Happened:
        return "surely" if self.latest <= day else "perhaps" if self.earliest <= day else "never"

    def in_play(self, day: int) -> bool:
        """Whether it may be in a group: not replaced, but shadowed or shadowing."""
        return self.shadows <= day < self.replaces or self.shadowed <= day < self.replaced


def _spans(belief: Belief, chosen: Iterable[str]) -> dict[str, _Span]:
    """The span of every chosen fact and every linked id; what supersedes comes before what it supersedes."""
    ids = dict.fromkeys((*belief.links.order, *chosen))
    facts = {fact.id: fact for fact in belief.facts if fact.id in ids}
    spans: dict[str, _Span] = {}
    for each in ids:
        above = [spans[other] for other in belief.links.above.get(each, ())]
        shadowed = min([other.shadows for other in above]) if above else NEVER
        replaced = min([other.replaces for other in above]) if above else NEVER
        fact = facts.get(each)
        first, last = (None, None) if fact is None else (fact.date.earliest, fact.surely_from)
        spans[each] = _Span(
            NEVER if fact is None else _EVER if first is None else first.toordinal(),
            NEVER if last is None else last.toordinal(),
            shadowed,
            replaced,
        )
    return spans


def _ever_together(links: Links, spans: Mapping[str, _Span]) -> list[tuple[str, ...]]:
    """The ids in parts, so that ids that are in one group on any day are in one part; in the order of the links.

    An id that replaces others on the day on which it begins to shadow them is never in a group with them.
    """
    sets: DisjointSets[str] = DisjointSets()
    for each, superseders in links.above.items():
        for other in superseders:
            if spans[other].shadows < spans[other].replaces:
                sets.join(each, other)
    return sets.parts(spans)


#: An id that counts alone, and whether it surely does; or a group.
_What = tuple[str, bool] | Group


def _alone(each: str, span: _Span) -> Iterator[tuple[int, int, _What]]:
    """From when until when (exclusive) an id counts that is never in a group."""
    decided = min(span.latest, span.replaced)
    if span.earliest < decided:
        yield span.earliest, decided, (each, False)
    if span.latest < span.replaced:
        yield span.latest, span.replaced, (each, True)


def _sweep(members: tuple[str, ...], links: Links, spans: Mapping[str, _Span]) -> Iterator[tuple[int, int, _What]]:
    """From when until when (exclusive) each id counts alone and each group holds, by a sweep line over the days.

    The line stops on each day on which something changes. It looks only at what changes there and at what is in play,
    which is little even in a long chain. `standing` has what holds at the line, and since when.

    For example a promise of 100 on 1 February, raised to 150 in March:

        line stops   the 100           the 150
        1 Feb        alone, surely     –
        1 Mar        in one group, until the next stop
        31 Mar       replaced          alone, surely
    """
    position = {each: number for number, each in enumerate(members)}
    changing: dict[int, list[str]] = defaultdict(list)
    for each in members:
        for day in spans[each].days:
            changing[day].append(each)
    playing: set[str] = set()
    standing: dict[str, tuple[int, _What]] = {}
    for day in sorted(changing):
        looked_at = sorted(playing.union(changing[day]), key=position.__getitem__)
        playing = {each for each in looked_at if spans[each].in_play(day)}
        now = dict(_at(day, looked_at, playing, links, spans))
        for each in looked_at:
            since, before = standing.get(each, (day, None))
            after = now.get(each)
            if before == after:
                continue
            if before is not None:
                yield since, day, before
                del standing[each]
            if after is not None:
                standing[each] = day, after
    for since, last in standing.values():
        yield since, NEVER, last


def _at(
    day: int, looked_at: Iterable[str], playing: set[str], links: Links, spans: Mapping[str, _Span]
) -> Iterator[tuple[str, _What]]:
    """What holds on a day: groups by their keys, and the ids that count alone."""
    groups: Mapping[str, Group] = {}
    if len(playing) > 1:
        order = tuple(each for each in looked_at if each in playing)
        above = {each: tuple(other for other in links.above.get(each, ()) if other in playing) for each in order}
        groups = cut_links(Links(order, above), {each: spans[each].happened(day) for each in order}).groups
    for each in looked_at:
        happened = spans[each].happened(day)
        if each in groups:
            yield groups[each].key, groups[each]
        elif happened != "never" and day < spans[each].replaced:
            yield each, (each, happened == "surely")


def _as_cut(facts: Mapping[str, Fact], what: _What) -> Iterator[Fact]:
    """The facts of a group, or the one that counts alone, as `cut` gives them."""
    if isinstance(what, Group):
        for each, happened in what.happened.items():
            if each in facts and happened != "never":
                yield changed(facts[each], certain=False, group=what)
    elif what[0] in facts:
        each, certain = what
        yield facts[each] if certain else changed(facts[each], certain=False)


def _day(number: int) -> date | None:
    return date.fromordinal(number) if _EVER < number < NEVER else None
