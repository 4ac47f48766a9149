"""Links of supersession: who replaces whom, through whatever stands between, and which facts hang together at a cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from attrs import field, frozen

from aidtimeline.semantics.sets import DisjointSets

#: Has it happened by the cut? Surely, perhaps, or not (also: not believed).
Happened = Literal["surely", "perhaps", "never"]


@frozen
class Links:
    """The links between facts, free of circles.

    `order` lists every linked id, what supersedes before what it supersedes; `above` gives the direct superseders of an
    id; `circles` the ids that supersede each other in a circle, whose links among themselves are ignored.
    """

    order: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]]
    circles: tuple[tuple[str, ...], ...]


def link(supersedes: Mapping[str, Iterable[str]]) -> Links:
    """Order the links given as superseder → superseded, leaving out those inside a circle."""
    below = {each: tuple(dict.fromkeys(targets)) for each, targets in supersedes.items()}
    circle_of: dict[str, int] = {}
    order: list[str] = []
    circles: list[tuple[str, ...]] = []
    for number, members in enumerate(_strongly_connected(below)):
        circle_of.update(dict.fromkeys(members, number))
        order += members
        if len(members) > 1 or members[0] in below.get(members[0], ()):
            circles.append(tuple(sorted(members)))
    order.reverse()
    above: dict[str, list[str]] = defaultdict(list)
    for each in order:
        for target in below.get(each, ()):
            if circle_of[target] != circle_of[each]:
                above[target].append(each)
    return Links(tuple(order), {each: tuple(given) for each, given in above.items()}, tuple(sorted(circles)))


def _strongly_connected(below: Mapping[str, tuple[str, ...]]) -> Iterable[list[str]]:
    """Tarjan's components, what is superseded first; iterative, so that a chain may be of any length."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for start in sorted(below):
        if start in index:
            continue
        work = [(start, iter(below[start]))]
        index[start] = lowest[start] = len(index)
        path.append(start)
        on_path.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = lowest[target] = len(index)
                    path.append(target)
                    on_path.add(target)
                    work.append((target, iter(below.get(target, ()))))
                    break
                if target in on_path:
                    lowest[node] = min(lowest[node], index[target])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    lowest[parent] = min(lowest[parent], lowest[node])
                if lowest[node] == index[node]:
                    component = [*iter(path.pop, node), node]
                    on_path.difference_update(component)
                    yield component


@frozen
class Group:
    """Facts that hang together by supersession at one cut, where at least one may or may not have happened.

    None of them counts in every world: what has surely happened is there only because something may replace it.
    `members` lists what supersedes before what it supersedes; members that cannot have happened are there only because
    links run through them. `above` names each member's direct superseders within the group.
    """

    members: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]] = field(hash=False)
    happened: Mapping[str, Happened] = field(hash=False)

    @property
    def key(self) -> str:
        """What tells this group from the others of its view."""
        return self.members[0]

    def parts(self, ids: Iterable[str]) -> list[Group]:
        """The facts with these ids and all that supersede them, as groups that do not touch each other."""
        wanted = set(ids)
        for each in reversed(self.members):
            if each in wanted:
                wanted.update(self.above[each])
        if len(wanted) == len(self.members):
            return [self]
        return [
            Group(
                members,
                {each: self.above[each] for each in members},
                {each: self.happened[each] for each in members},
            )
            for members in _together([each for each in self.members if each in wanted], self.above)
        ]


@frozen
class Cut:
    """The links at one cut: `replaced` ids count in no world; `groups` maps an id to its group."""

    replaced: frozenset[str]
    groups: Mapping[str, Group]


def cut_links(links: Links, happened: Mapping[str, Happened]) -> Cut:
    """Narrow the links to those that matter when it is known of each fact whether it has happened.

    `happened` has the believed facts only; every other id is a mere passage for links.
    """
    replaced: set[str] = set()
    above: dict[str, tuple[str, ...]] = {}
    for each in links.order:
        superseders = links.above.get(each, ())
        if any(other in replaced or happened.get(other) == "surely" for other in superseders):
            replaced.add(each)
            continue
        above[each] = tuple(other for other in superseders if happened.get(other) == "perhaps" or above.get(other))
    return Cut(frozenset(replaced), _groups(links.order, above, happened))


def _groups(
    order: tuple[str, ...], above: Mapping[str, tuple[str, ...]], happened: Mapping[str, Happened]
) -> dict[str, Group]:
    matters: set[str] = set()
    for each in reversed(order):
        if each in above and (each in matters or happened.get(each, "never") != "never"):
            matters.add(each)
            matters.update(above[each])
    groups: dict[str, Group] = {}
    for members in _together([each for each in order if each in matters], above):
        if len(members) > 1:
            group = Group(
                members,
                {each: above[each] for each in members},
                {each: happened.get(each, "never") for each in members},
            )
            groups.update(dict.fromkeys(members, group))
    return groups


def _together(order: Collection[str], above: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The ids parted into those that are linked, directly or through others; each part in the order given."""
    sets = DisjointSets()
    for each in order:
        for other in above[each]:
            sets.join(other, each)
    return sets.parts(order)
