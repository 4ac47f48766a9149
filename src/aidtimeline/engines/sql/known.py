"""What of an answer is known: that which does not depend on the numbers that stand for open ends.

A statement is run twice, and other numbers stand for open ends the second time. What comes out otherwise then depends
on what nobody knows: it is null. So whatever a statement makes of an open end, a sum, a quotient or a text, no number
of ours comes out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from aidtimeline.errors import UsageError

Rows: TypeAlias = Sequence[tuple[Any, ...]]

_DEPENDS = (
    "which rows the answer has, or which is which, depends on ends that are open, and that nobody knows:"
    " choose and sort by something else, or leave out what quantity_open or value_open says"
)


def known(first: Rows, second: Rows) -> Rows:
    """The rows of the first time, with null where the second has something else.

    Raises `UsageError` if it cannot be told which row is which.

    >>> known([("truck", 30), ("vest", 10**22)], [("truck", 30), ("vest", 2 * 10**22)])
    [('truck', 30), ('vest', None)]
    """
    return [
        tuple(value if same(value, other) else None for value, other in zip(row, again, strict=True))
        for row, again in zip(first, _beside(first, second), strict=True)
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same; the last digits of inexact numbers depend on the order of a sum."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


def _beside(first: Rows, second: Rows) -> Iterable[tuple[Any, ...]]:
    """The rows of the second time, in the order of the first, by the columns that have the same values both times."""
    if len(first) != len(second):
        raise UsageError(_DEPENDS)
    columns = range(len(first[0]) if first else 0)
    names = [column for column in columns if _values(first, column) == _values(second, column)]
    keys, again = ([tuple(repr(row[name]) for name in names) for row in rows] for rows in (first, second))
    if keys == again:
        return second
    if Counter(keys) != Counter(again):
        raise UsageError(_DEPENDS)
    by_key: dict[tuple[str, ...], deque[tuple[Any, ...]]] = defaultdict(deque)
    for key, row in zip(again, second, strict=True):
        by_key[key].append(row)
    return [by_key[key].popleft() for key in keys]


def _values(rows: Rows, column: int) -> Counter[str]:
    return Counter(repr(row[column]) for row in rows)
