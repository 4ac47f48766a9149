"""A sum of facts that replace each other while they happen one after another, brought up to date at each step.

Each fact is superseded by one other at most. What it is worth is a function of what lies below it, and such functions
are put together along each chain: so a step takes little time in a chain of any length. The forest is parted into
chains, so that few of them lie on the way from any fact to the top ("heavy paths"), and each chain has a segment tree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from math import inf
from typing import NamedTuple

from attrs import define

from aidtimeline.semantics.links import Happened


class _Worth(NamedTuple):
    """A function of what lies below (x): from min(least, x + low) to max(most, x + high). `low` is None if x is nothing
    to it.
    """

    least: float
    low: float | None
    most: float
    high: float | None

    def of(self, below: _Worth) -> _Worth:
        """This function of another: what a fact is worth, given what the next one below it is worth."""
        least, low, most, high = self
        if low is not None:
            least, low = min(least, below.least + low), None if below.low is None else below.low + low
        if high is not None:
            if below.most != -inf:
                most = max(most, below.most + high)
            high = None if below.high is None else below.high + high
        return _Worth(least, low, most, high)

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high if nothing lies below."""
        low = self.least if self.low is None else min(self.least, self.low)
        return low, self.most if self.high is None else max(self.most, self.high)


_AS_BELOW = _Worth(inf, 0, -inf, 0)


@define
class _Sum:
    """A sum of low ends, and one of high ends, of which some may be open (infinite)."""

    low: float = 0
    high: float = 0
    open: int = 0

    def add(self, low: float, high: float, by: int) -> None:
        self.low += by * low
        if high == inf:
            self.open += by
        else:
            self.high += by * high

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, inf if self.open else self.high


class RunningSum:
    """The least and the most that a forest of facts comes to; at first none of them has happened.

    Args:
        above: For each fact the number of the one that supersedes it, which comes before it; -1: none.
        own: The amount of each fact, as low and high end (`math.inf`: open), in whole numbers.

    >>> running = RunningSum([-1, 0], [(150, 150), (100, 100)])
    >>> running.set(1, "surely")
    >>> running.set(0, "perhaps")
    >>> running.ends
    (100, 150)
    """

    def __init__(self, above: Sequence[int], own: Sequence[tuple[float, float]]) -> None:
        self._above, self._own = above, own
        size = [1] * len(above)
        heavy = [-1] * len(above)
        for each in range(len(above) - 1, -1, -1):
            parent = above[each]
            if parent >= 0:
                size[parent] += size[each]
                if heavy[parent] < 0 or size[each] > size[heavy[parent]]:
                    heavy[parent] = each
        self._path = [0] * len(above)  # the chain of each fact, and its place in it
        self._place = [0] * len(above)
        self._top: list[int] = []
        lengths: list[int] = []
        for each, parent in enumerate(above):
            if parent >= 0 and heavy[parent] == each:
                self._path[each], self._place[each] = self._path[parent], self._place[parent] + 1
                lengths[self._path[each]] += 1
            else:
                self._path[each] = len(self._top)
                self._top.append(each)
                lengths.append(1)
        self._trees = [[_AS_BELOW] * (2 << (length - 1).bit_length()) for length in lengths]
        self._beside: dict[int, _Sum] = defaultdict(_Sum)  # what lies below each fact, but in another chain
        self._happened: list[Happened] = ["never"] * len(above)
        self._total = _Sum()

    def set(self, number: int, happened: Happened) -> None:
        """Say of a fact whether it has happened."""
        self._happened[number] = happened
        while number >= 0:
            tree, top = self._trees[self._path[number]], self._top[self._path[number]]
            before = tree[1].ends
            at = len(tree) // 2 + self._place[number]
            tree[at] = self._worth(number)
            while at > 1:
                at //= 2
                tree[at] = tree[2 * at].of(tree[2 * at + 1])
            after = tree[1].ends
            if before == after:
                return
            number = self._above[top]
            around = self._beside[number] if number >= 0 else self._total
            around.add(*before, -1)
            around.add(*after, 1)

    def _worth(self, number: int) -> _Worth:
        low, high = self._own[number]
        if self._happened[number] == "surely":
            return _Worth(low, None, high, None)
        beside = self._beside[number].ends
        if self._happened[number] == "perhaps":
            return _Worth(low, beside[0], high, beside[1])
        return _Worth(inf, beside[0], -inf, beside[1])

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most (`math.inf`: open) that the facts come to."""
        return self._total.ends


def places(number: Decimal) -> int:
    """How many digits a number has after the point."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shifted(number: Decimal, digits: int) -> int:
    """A number with at most so many digits after the point, without the point.

    >>> shifted(Decimal("-1.5"), 2), unshifted(-150, 2)
    (-150, Decimal('-1.50'))
    """
    sign, significant, exponent = number.as_tuple()
    whole: int = int("".join(map(str, significant))) * 10 ** (int(exponent) + digits)
    return -whole if sign else whole


def unshifted(number: float, digits: int) -> Decimal:
    """A whole number with the point before its last digits."""
    whole = int(number)
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -digits))
