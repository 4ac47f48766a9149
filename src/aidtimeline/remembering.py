"""Remembering what a function has answered: many small answers in a dict, or the last few large ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from aidtimeline.forked import anew_in_forks

A = TypeVar("A")
R = TypeVar("R")


class Remembered(dict[A, R], Generic[A, R]):
    """The answers of a function of one argument, asked with `[argument]`. Errors are not remembered.

    It is quicker than `functools.lru_cache`. After `most` answers it begins anew: that is seldom, and keeps nothing in
    order.

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


class Lately(Generic[A, R]):
    """The `most` answers that were asked for last. It holds no function, so that nobody holds himself through it.

    Of several threads that ask the same at once one works it out, and the others wait for it; those that ask something
    else do not. Errors are not remembered.

    >>> halves = Lately(most=2)
    >>> [halves.of(each, lambda number: number / 2) for each in (4, 6, 4, 8)], list(halves)
    ([2.0, 3.0, 2.0, 4.0], [4, 8])
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.begin_anew()
        anew_in_forks(self)

    def begin_anew(self) -> None:
        """Forget all answers, and the threads that were at them."""
        self._threads = threading.Lock()
        self._kept: OrderedDict[A, _Answer[R]] = OrderedDict()

    def of(self, asked: A, function: Callable[[A], R]) -> R:
        """The answer of a function, which is always the same function."""
        with self._threads:
            answer = self._kept.setdefault(asked, _Answer())
            self._kept.move_to_end(asked)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        with answer.threads:
            if not answer.found:
                answer.found.append(function(asked))
            return answer.found[0]

    def __iter__(self) -> Iterator[A]:
        with self._threads:
            return iter(tuple(self._kept))

    def __reduce__(self) -> tuple[type, tuple[int]]:
        """Elsewhere nothing is remembered yet."""
        return type(self), (self.most,)


class _Answer(Generic[R]):
    """An answer, as soon as there is one, and the lock of the threads that want it."""

    __slots__ = ("found", "threads")

    def __init__(self) -> None:
        self.found: list[R] = []
        self.threads = threading.RLock()
