"""What hangs together: circles in what refers to what, shortest ways, and sets that are joined."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from attrs import Factory, define

N = TypeVar("N", bound=Hashable)


def strongly_connected(below: Mapping[N, Sequence[N]]) -> Iterator[list[N]]:
    """The nodes in parts within which each points to each, directly or through others; what is pointed to first.

    Tarjan's algorithm, iterative, so that a chain may be of any length. `below` gives for each node those that it
    points to; its order decides the order of parts that do not point to each other.

    >>> list(strongly_connected({"a": "b", "b": "cd", "c": "b"}))
    [['d'], ['c', 'b'], ['a']]
    """
    index: dict[N, int] = {}
    lowest: dict[N, int] = {}
    path: list[N] = []
    on_path: set[N] = set()
    for start in below:
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


def path(start: Iterable[N], ends: Collection[N], steps: Callable[[N], Iterable[N]]) -> list[N]:
    """The nodes on a shortest way from one of the first to one of the last, both included; empty if there is none.

    `steps` gives the nodes that one step leads to; its order, and that of `start`, decides between ways of one length.

    >>> to = {"a": ["b", "c"], "c": ["d"], "b": ["c"]}
    >>> path(["a"], ["d"], lambda each: to.get(each, ()))
    ['a', 'c', 'd']
    """
    came: dict[N, N | None] = dict.fromkeys(start)
    waiting = deque(came)
    while waiting:
        each = waiting.popleft()
        if each in ends:
            way: list[N] = []
            at: N | None = each
            while at is not None:
                way.append(at)
                at = came[at]
            return way[::-1]
        for other in steps(each):
            if other not in came:
                came[other] = each
                waiting.append(other)
    return []


@define
class DisjointSets(Generic[N]):
    """Ids in sets that only grow. An id that was never joined to another is a set of its own.

    >>> sets: DisjointSets[str] = DisjointSets()
    >>> sets.join("a", "c")
    >>> sets.parts(["a", "b", "c"])
    [('a', 'c'), ('b',)]
    """

    _leader: dict[N, N] = Factory(dict)

    def leader(self, each: N) -> N:
        """The id that stands for the whole set."""
        leader = self._leader
        while (above := leader.setdefault(each, each)) != each:
            leader[each] = each = leader[above]
        return each

    def join(self, each: N, other: N) -> None:
        """Make one set of two."""
        self._leader[self.leader(each)] = self.leader(other)

    def parts(self, ids: Iterable[N]) -> list[tuple[N, ...]]:
        """The ids, parted by set: parts in the order of their first ids, ids in the order given."""
        parts: dict[N, list[N]] = defaultdict(list)
        for each in ids:
            parts[self.leader(each)].append(each)
        return [tuple(part) for part in parts.values()]
