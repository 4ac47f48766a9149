"""What the links between facts that may report the same run through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from aidtimeline.graphs import path
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.overlap import Node, Overlaps
from aidtimeline.semantics.weighing import nearest


def links_between(facts: Iterable[Fact], belief: Belief) -> set[str]:
    """The ids of the records without which some of these facts would not be seen to overlap with others of them.

    They are named in `part_of` or `overlaps` on the way from one fact to another, join such records or facts to a line,
    or are of a line that is no certain part because of them.
    """
    facts = list(facts)
    names, steps = belief.overlap.names, _Steps(belief)
    nodes: dict[Node, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.line is not None:
            nodes[fact.line.node].add(fact.id)
    ids = {fact.id for fact in facts}
    found = {
        step  # what names a fact of its own line adds up with it
        for each in ids & names.keys()
        for other in names[each]
        if other in ids
        for step in steps.along([each], {other})
    }
    overlaps = next((line.overlaps for line in belief.overlap.lines.values()), None)
    if overlaps is None or len(nodes) < 2:
        return found - ids
    circles: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        circles[overlaps.circle[node]].append(node)
    near = nearest(overlaps, circles) or {}
    for number, ups in near.items():
        here = [each for node in circles[number] for each in nodes[node]]
        for up in ups:
            there = {each for node in circles[up] for each in nodes[node]}
            found.update(steps.between(here, there))
        for one in circles[number][1:]:
            first = circles[number][0]
            found.update(steps.between(nodes[first], nodes[one]))
            found.update(steps.between(nodes[one], nodes[first]))
        if ups:
            found.update(*(_tearing(node, overlaps) for node in circles[number]))
    for its in nodes.values():
        first, *others = sorted(its)
        for other in others:
            found.update(steps.along([first], {other}))
    return {each for each in found if not each.startswith("project ")} - ids


def _tearing(node: Node, overlaps: Overlaps) -> tuple[str, ...]:
    """The facts of the first line that is torn, from a line through all that it is certainly a part of."""
    at: Node | None = node
    while at is not None:
        if at in overlaps.torn:
            return overlaps.facts[at]
        at = overlaps.whole.get(at)
    return ()


class _Steps:
    """The steps from a fact up to what it names, and along the facts of its line."""

    def __init__(self, belief: Belief) -> None:
        self._names, self._links = belief.overlap.names, belief.links

    def _from(self, each: str) -> Iterator[str]:
        yield from self._names.get(each, ())
        yield from self._along(each)

    def _along(self, each: str) -> Iterator[str]:
        yield from self._links.above.get(each, ())
        yield from self._links.below.get(each, ())

    def between(self, start: Iterable[str], ends: Collection[str]) -> list[str]:
        """The steps of a shortest way from some facts to others, both ends included."""
        return path(sorted(start), ends, self._from)

    def along(self, start: Iterable[str], ends: Collection[str]) -> list[str]:
        """The same along the facts of one line."""
        return path(sorted(start), ends, self._along)
