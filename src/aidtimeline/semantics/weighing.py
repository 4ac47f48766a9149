"""What lines that may overlap come to together: the least and the most (docs/semantics.md, "Overlap").

a: 3,064                     least: the larger of a and b + c = 3,064
▲        ▲                   most:  3,064 if b and c are `part_of` a,
b: 1,100   c: 900                   5,064 if they only may overlap with it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from attrs import frozen

from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics.overlap import Node, Overlaps
from aidtimeline.values.amounts import add

#: So many steps are taken for each line that is asked for, and at least `AT_LEAST`; then all are taken for one.
STEPS, AT_LEAST = 50, 4_000

_ZERO = Decimal(0)


@frozen
class Forest:
    """Lines that are asked for, each under one other at most: several that lie above one are taken together.

    `order` has numbers that stand for lines, what lies below first; `above` is the one above each, and `lines` the
    circles that it stands for. `linked` are the lines that lie above or below another. `loose`: for lines to be taken
    together, one had to lie above another though nothing says so.
    """

    order: tuple[int, ...]
    above: Mapping[int, int]
    lines: Mapping[int, tuple[tuple[Node, ...], ...]]
    linked: frozenset[Node]
    loose: bool

    def least(self, own: Mapping[Node, Decimal]) -> Decimal:
        """The least that the lines come to, given the amount of each; a line without one comes to nothing."""
        below: dict[int, Decimal] = {}
        total = _ZERO
        for each in self.order:
            worth = _ZERO
            for circle in self.lines[each]:
                worth = add(worth, at_least([own[line] for line in circle if line in own]))
            if each in below:
                worth = at_least([worth, below[each]])
            if each in self.above:
                under = self.above[each]
                below[under] = add(below.get(under, _ZERO), worth)
            else:
                total = add(total, worth)
        return total


def at_least(amounts: Sequence[Decimal]) -> Decimal:
    """What amounts that may all be the same come to at least: the largest. What is below zero is taken off each time.

    >>> at_least([Decimal(3), Decimal(2)]), at_least([Decimal(3), Decimal(-2)])
    (Decimal('3'), Decimal('-2'))
    """
    if all(amount >= 0 for amount in amounts):
        return max(amounts, default=_ZERO)
    least = _ZERO
    for amount in amounts:
        least = add(least, min(amount, _ZERO))
    return least


def at_most(
    own: Mapping[Node, Decimal | None], wholes: Mapping[Node, Node], full: Mapping[Node, Decimal | None]
) -> Decimal | None:
    """The most that lines come to; None: open.

    Args:
        own: The amount of each line that is asked for; None: open.
        wholes: The line of which a line is certainly a part, both among `own`.
        full: The amount of a whole with what is not asked for. A part may be the same as what is not asked for.
    """
    order = parts_first(own, wholes)
    parts: dict[Node, list[Decimal | None]] = defaultdict(list)
    tops: list[Decimal | None] = []
    for each in order:
        value = own[each]
        if each in parts:
            of_parts = sum_of(parts[each])
            value = smaller(sum_of([value, of_parts]), larger(full.get(each), of_parts))
        (parts[wholes[each]] if each in wholes else tops).append(value)
    return sum_of(tops)


def parts_first(own: Iterable[Node], wholes: Mapping[Node, Node]) -> list[Node]:
    """The lines, each before its whole."""
    parts: dict[Node, list[Node]] = defaultdict(list)
    for each, whole in wholes.items():
        parts[whole].append(each)
    order = [each for each in own if each not in wholes]
    for each in order:  # which grows: a part comes after its whole
        order += parts[each]
    order.reverse()
    return order


def sum_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of high ends; None: open."""
    total = _ZERO
    for amount in amounts:
        if amount is None:
            return None
        total = add(total, amount)
    return total


def larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The larger of two high ends; None: open."""
    return None if one is None or other is None else max(one, other)


def smaller(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The smaller of two high ends; None: open."""
    return other if one is None else one if other is None else min(one, other)


def forest(overlaps: Overlaps, asked: Iterable[Node]) -> Forest:
    """The lines that are asked for as a forest."""
    circles: dict[int, list[Node]] = defaultdict(list)
    for each in asked:
        circles[overlaps.circle[each]].append(each)
    near = nearest(overlaps, circles)
    if near is None:
        lines = tuple(each for circle in circles.values() for each in circle)
        return Forest((0,), {}, {0: (lines,)}, frozenset(lines), True)
    level: dict[int, int] = {}
    for number in sorted(circles):
        level[number] = max((level[other] + 1 for other in near[number]), default=0)
    together: DisjointSets[int] = DisjointSets()
    over, under = {number: set(others) for number, others in near.items()}, _turned(near)
    above: dict[int, int] = {}
    loose, steps = False, 0
    order = sorted(circles, key=lambda number: -level[number])
    for number in order:
        stands = together.leader(number)
        if stands in above or not over[stands]:
            continue
        ups = {together.leader(other) for other in over[stands]}
        first, *others = sorted(other for other in ups if level[other] == level[number] - 1)
        for other in others:
            loose = loose or under[first] != under[other] or over[first] != over[other]
            together.join(other, first)
            over[first] |= over[other]
            under[first] |= under[other]
        above[stands] = first
        rest = {other for other in ups if level[other] < level[number] - 1}
        if rest and not loose:
            reached = _all_over(first, over, together)
            steps += len(reached)
            loose = not rest <= reached or steps > max(AT_LEAST, STEPS * len(circles))
        over[first] |= rest
    standing: dict[int, list[tuple[Node, ...]]] = defaultdict(list)
    for number in order:
        standing[together.leader(number)].append(tuple(circles[number]))
    linked = [circle for number, circle in circles.items() if near[number] or under[number] or circle[1:]]
    return Forest(
        tuple(dict.fromkeys(map(together.leader, order))),
        {number: together.leader(other) for number, other in above.items()},
        {number: tuple(each) for number, each in standing.items()},
        frozenset(chain.from_iterable(linked)),
        loose,
    )


def nearest(overlaps: Overlaps, asked: Collection[int]) -> dict[int, tuple[int, ...]] | None:
    """What lies nearest above each of the numbers asked for, among these; None if that takes too many steps."""
    tangled = [each for each in asked if overlaps.tour[each] is None]
    near = _nearest_in_tangles(overlaps, tangled)
    return None if near is None else near | _nearest_in_trees(overlaps, asked)


def _nearest_in_trees(overlaps: Overlaps, asked: Iterable[int]) -> dict[int, tuple[int, ...]]:
    near: dict[int, tuple[int, ...]] = {}
    above: list[tuple[int, int]] = []  # the numbers within which the walk is, with when it leaves them
    for span, each in sorted((span, each) for each in asked if (span := overlaps.tour[each]) is not None):
        while above and above[-1][1] < span[0]:
            above.pop()
        near[each] = (above[-1][0],) if above else ()
        above.append((each, span[1]))
    return near


def _nearest_in_tangles(overlaps: Overlaps, asked: Collection[int]) -> dict[int, tuple[int, ...]] | None:
    most = max(AT_LEAST, STEPS * len(asked))
    among = set(asked)
    reached = dict.fromkeys(asked)  # these, and all that lies above them
    waiting = list(asked)
    while waiting and len(reached) <= most:
        for other in overlaps.above[waiting.pop()]:
            if other not in reached:
                reached[other] = None
                waiting.append(other)
    steps = len(reached)
    near: dict[int, tuple[int, ...]] = {}
    for each in sorted(reached):
        if steps > most:
            return None
        found: dict[int, None] = {}
        for other in overlaps.above[each]:
            others = (other,) if other in among else near[other]
            found.update(dict.fromkeys(others))
            steps += 1 + len(others)
        near[each] = tuple(found)
    return {each: near[each] for each in asked}


def _turned(near: Mapping[int, Iterable[int]]) -> dict[int, set[int]]:
    under: dict[int, set[int]] = {each: set() for each in near}
    for each, others in near.items():
        for other in others:
            under[other].add(each)
    return under


def _all_over(start: int, over: Mapping[int, set[int]], together: DisjointSets[int]) -> set[int]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        for other in over[waiting.pop()]:
            leader = together.leader(other)
            if leader not in found:
                found.add(leader)
                waiting.append(leader)
    return found
