"""Links of supersession: what replaces what, directly or through others, and which facts are a group at a cut.

See docs/semantics.md, "Links" and "Worlds".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from aidtimeline.graphs import DisjointSets, strongly_connected

#: Has it happened by the cut? Surely, perhaps, or not (also: not believed).
Happened = Literal["surely", "perhaps", "never"]


@frozen
class Links:
    """The links between facts, free of circles.

    `order` lists every linked id, what supersedes before what it supersedes; `above` gives the direct superseders of an
    id; `circles` lists the ids that supersede each other in a circle. The links between these are ignored; `ignored`
    gives them as they were given, superseder → superseded.
    """

    order: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]]
    circles: tuple[tuple[str, ...], ...] = ()
    ignored: Mapping[str, tuple[str, ...]] = field(factory=dict)

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each id with each of its direct superseders."""
        return ((each, other) for each, others in self.above.items() for other in others)

    @cached_property
    def below(self) -> Mapping[str, Sequence[str]]:
        """What each id supersedes directly; an id that supersedes nothing has no entry."""
        below: dict[str, list[str]] = defaultdict(list)
        for each, other in self.pairs:
            below[other].append(each)
        return dict(below)

    def joined(self) -> DisjointSets[str]:
        """The ids in sets, those that are linked, directly or through others, in one."""
        sets: DisjointSets[str] = DisjointSets()
        for each, other in self.pairs:
            sets.join(other, each)
        return sets


def link(supersedes: Mapping[str, Iterable[str]]) -> Links:
    """Order links, given as superseder → superseded, and leave out those inside a circle."""
    below = {each: tuple(dict.fromkeys(targets)) for each, targets in supersedes.items()}
    circle_of: dict[str, int] = {}
    order: list[str] = []
    circles: list[tuple[str, ...]] = []
    for number, members in enumerate(strongly_connected(dict(sorted(below.items())))):
        circle_of.update(dict.fromkeys(members, number))
        order += members
        if len(members) > 1 or members[0] in below.get(members[0], ()):
            circles.append(tuple(sorted(members)))
    order.reverse()
    above: dict[str, list[str]] = defaultdict(list)
    ignored: dict[str, list[str]] = defaultdict(list)
    for each in order:
        for target in below.get(each, ()):
            if circle_of[target] != circle_of[each]:
                above[target].append(each)
            else:
                ignored[each].append(target)
    by_id, inside = ({each: tuple(given) for each, given in links.items()} for links in (above, ignored))
    return Links(tuple(order), by_id, tuple(sorted(circles)), inside)


def all_above(ids: Iterable[str], above: Mapping[str, Iterable[str]]) -> set[str]:
    """The ids and all that supersedes them, directly or through others.

    >>> sorted(all_above(["a"], {"a": ["b"], "b": ["c"], "d": ["c"]}))
    ['a', 'b', 'c']
    """
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(above.get(each, ()))
    return found


@frozen
class Group:
    """Facts that are linked by supersession at one cut, at least one of them undecided.

    None of them counts in every world: a fact that has surely happened is in a group only if something may replace it.
    Members that cannot have happened are there because links run through them. `members` lists what supersedes before
    what it supersedes; `above` gives each member's direct superseders within the group.
    """

    members: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]] = field(hash=False)
    happened: Mapping[str, Happened] = field(hash=False)

    @property
    def key(self) -> str:
        """The id that stands for this group among those of its view."""
        return self.members[0]

    @cached_property
    def undecided(self) -> int:
        """How many members may or may not have happened."""
        return sum(happened == "perhaps" for happened in self.happened.values())

    @cached_property
    def straight(self) -> frozenset[str]:
        """The members that have one direct superseder at most, as all have that are above them."""
        straight: set[str] = set()
        for each in self.members:
            above = self.above[each]
            if not above or (len(above) == 1 and above[0] in straight):
                straight.add(each)
        return frozenset(straight)

    def reach(self, ids: Iterable[str], number: int) -> bool:
        """Whether these members and all that supersede them are more than this number."""
        found: set[str] = set()
        waiting = list(ids)
        while waiting and len(found) <= number:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting.extend(self.above[each])
        return len(found) > number

    def parts(self, ids: Iterable[str]) -> list[Group]:
        """The members among these ids and all that supersede them, as groups without links to each other."""
        wanted = all_above((each for each in ids if each in self.above), self.above)
        if len(wanted) == len(self.members):
            return [self]
        return _groups(sorted(wanted, key=self._place.__getitem__), self.above, self.happened)

    @cached_property
    def _place(self) -> Mapping[str, int]:
        return {each: place for place, each in enumerate(self.members)}


@frozen
class Cut:
    """The links at one cut: `replaced` ids count in no world; `groups` maps an id to its group."""

    replaced: frozenset[str]
    groups: Mapping[str, Group]


def cut_links(links: Links, happened: Mapping[str, Happened]) -> Cut:
    """Narrow the links to those that matter at a cut, given what has happened by then.

    `happened` has only facts that are believed. Links run through every other id.
    """
    replaced: set[str] = set()
    above: dict[str, tuple[str, ...]] = {}  # the superseders that may replace an id by this cut
    for each in links.order:
        superseders = links.above.get(each, ())
        if any(other in replaced or happened.get(other) == "surely" for other in superseders):
            replaced.add(each)
        else:
            above[each] = tuple(other for other in superseders if happened.get(other) == "perhaps" or above.get(other))
    matters: set[str] = set()  # what may have happened, and all that may replace it
    for each in reversed(links.order):
        if each in above and (each in matters or happened.get(each, "never") != "never"):
            matters.add(each)
            matters.update(above[each])
    groups = _groups([each for each in links.order if each in matters], above, happened)
    return Cut(
        frozenset(replaced),
        {each: group for group in groups if len(group.members) > 1 for each in group.members},
    )


def _groups(
    ids: Collection[str], above: Mapping[str, tuple[str, ...]], happened: Mapping[str, Happened]
) -> list[Group]:
    """The ids, in the order given, as groups without links to each other."""
    sets: DisjointSets[str] = DisjointSets()
    for each in ids:
        for other in above[each]:
            sets.join(other, each)
    return [
        Group(members, {each: above[each] for each in members}, {each: happened.get(each, "never") for each in members})
        for members in sets.parts(ids)
    ]
