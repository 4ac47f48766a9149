"""What the links between facts that may report the same run through."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator

from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.overlap import Node
from aidtimeline.semantics.weighing import nearest


def links_between(facts: Iterable[Fact], belief: Belief) -> set[str]:
    """The ids of the records without which some of these facts would not be seen to overlap with others of them.

    They are named in `part_of` or `overlaps` on the way from one fact to another, or join such records to a line.
    """
    nodes: dict[Node, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.line is not None:
            nodes[fact.line.node].add(fact.id)
    overlaps = next((line.overlaps for line in belief.overlap.lines.values()), None)
    if overlaps is None or len(nodes) < 2:
        return set()
    circles: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        circles[overlaps.circle[node]].append(node)
    steps = _Steps(belief)
    found: set[str] = set()
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
    return {each for each in found if each in belief.overlap.lines}.difference(*nodes.values())


class _Steps:
    """The steps from a fact up to what it names, and along the facts of its line."""

    def __init__(self, belief: Belief) -> None:
        self._names, self._above = belief.overlap.names, belief.links.above
        self._below: dict[str, list[str]] = defaultdict(list)
        for each, others in belief.links.above.items():
            for other in others:
                self._below[other].append(each)

    def _from(self, each: str) -> Iterator[str]:
        yield from self._names.get(each, ())
        yield from self._above.get(each, ())
        yield from self._below.get(each, ())

    def between(self, start: Iterable[str], ends: Collection[str]) -> list[str]:
        """The steps of a shortest way from some facts to others, both ends included."""
        came: dict[str, str | None] = dict.fromkeys(sorted(start))
        waiting = deque(came)
        while waiting:
            each = waiting.popleft()
            if each in ends:
                return list(_back(each, came))
            for other in self._from(each):
                if other not in came:
                    came[other] = each
                    waiting.append(other)
        return []


def _back(each: str, came: dict[str, str | None]) -> Iterator[str]:
    at: str | None = each
    while at is not None:
        yield at
        at = came[at]
