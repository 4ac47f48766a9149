"""Disjoint sets (union-find)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from attrs import Factory, define

H = TypeVar("H", bound=Hashable)


@define
class DisjointSets(Generic[H]):
    """Ids in sets that only grow. An id that was never joined to another is a set of its own.

    >>> sets: DisjointSets[str] = DisjointSets()
    >>> sets.join("a", "c")
    >>> sets.parts(["a", "b", "c"])
    [('a', 'c'), ('b',)]
    """

    _leader: dict[H, H] = Factory(dict)

    def leader(self, each: H) -> H:
        """The id that stands for the whole set."""
        leader = self._leader
        while (above := leader.setdefault(each, each)) != each:
            leader[each] = each = leader[above]
        return each

    def join(self, each: H, other: H) -> None:
        """Make one set of two."""
        self._leader[self.leader(each)] = self.leader(other)

    def parts(self, ids: Iterable[H]) -> list[tuple[H, ...]]:
        """The ids, parted by set: parts in the order of their first ids, ids in the order given."""
        parts: dict[H, list[H]] = defaultdict(list)
        for each in ids:
            parts[self.leader(each)].append(each)
        return [tuple(part) for part in parts.values()]
