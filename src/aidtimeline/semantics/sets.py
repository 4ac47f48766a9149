"""Disjoint sets of ids (union-find)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from attrs import Factory, define


@define
class DisjointSets:
    """Ids in sets that only grow. An id that was never joined to another is a set of its own.

    >>> sets = DisjointSets()
    >>> sets.join("a", "c")
    >>> sets.parts(["a", "b", "c"])
    [('a', 'c'), ('b',)]
    """

    _leader: dict[str, str] = Factory(dict)

    def leader(self, each: str) -> str:
        """The id that stands for the whole set."""
        leader = self._leader
        while (above := leader.setdefault(each, each)) != each:
            leader[each] = each = leader[above]
        return each

    def join(self, each: str, other: str) -> None:
        """Make one set of two."""
        self._leader[self.leader(each)] = self.leader(other)

    def parts(self, ids: Iterable[str]) -> list[tuple[str, ...]]:
        """The ids, parted by set: parts in the order of their first ids, ids in the order given."""
        parts: dict[str, list[str]] = defaultdict(list)
        for each in ids:
            parts[self.leader(each)].append(each)
        return [tuple(part) for part in parts.values()]
