"""Remembering what a function has answered, where a dict is quicker than `functools.lru_cache`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Remembered(dict[A, R], Generic[A, R]):
    """The answers of a function of one argument, asked with `[argument]`. Errors are not remembered.

    After `most` answers it begins anew: that is seldom, and keeps nothing in order.

    >>> halves = Remembered(lambda number: number / 2)
    >>> halves[4], len(halves), halves[4]
    (2.0, 1, 2.0)
    """

    def __init__(self, function: Callable[[A], R], most: int = 2**16) -> None:
        super().__init__()
        self.function, self.most = function, most

    def __missing__(self, asked: A) -> R:
        if len(self) >= self.most:
            self.clear()
        found = self[asked] = self.function(asked)
        return found
