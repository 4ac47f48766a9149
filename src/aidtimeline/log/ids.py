"""The ids in a log, most of which may stand in rows that are never made texts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property
from heapq import merge
from itertools import islice, takewhile
from typing import Any

from aidtimeline.log.rows import Rows


class Ids(Set[str]):
    """A set of ids that does not change: those of rows, and others.

    >>> ids = Ids(["72e861e2820f05a88c15152830f6897b", "53a450ca83550ea887399585dcc87a2f"])
    >>> len(ids), "0" * 32 in ids, [each[:6] for each in ids.beginning("72e8")]
    (2, False, ['72e861'])
    """

    def __init__(self, others: Iterable[str], rows: Rows | None = None) -> None:
        self._others = frozenset(others)
        self._rows = Rows() if rows is None else rows

    @classmethod
    def _from_iterable(cls, found: Iterable[Any]) -> frozenset[Any]:
        return frozenset(found)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._others or (isinstance(id_, str) and any(self._rows.known([id_])))

    def __iter__(self) -> Iterator[str]:
        yield from self._rows.ids()
        yield from self._others.difference(self._rows.known(self._others))

    def __len__(self) -> int:
        return self._size

    def with_more(self, others: Iterable[str]) -> Ids:
        """The same and other ids."""
        return Ids(self._others.union(others), self._rows)

    def beginning(self, digits: str, most: int = 3) -> Sequence[str]:
        """The first few ids, in order, that begin with these digits (0-9 and a-f)."""
        others = (self._sorted[at] for at in range(bisect_left(self._sorted, digits), len(self._sorted)))
        found = merge(self._rows.ids(digits), takewhile(lambda id_: id_.startswith(digits), others))
        return list(islice(dict.fromkeys(found), most))

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self._others)

    @cached_property
    def _size(self) -> int:
        return sum(1 for _ in self)
