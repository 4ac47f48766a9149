"""How far work has come: what a caller may be told of it while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called now and then with what is being done, how much of it is done, and of how much in all (None: not known)."""

EVERY = 1_000
"""After how many things `told` and those that tell of bytes call: often enough to be seen, too rarely to cost time."""


def untold(_doing: str, _done: int, _of: int | None) -> None:
    """Nobody wants to know."""


def told(things: Iterable[T], progress: Progress, doing: str, of: int | None = None) -> Iterator[T]:
    """The things themselves; `progress` is told of them as they are taken, and when there are no more.

    >>> list(told("ab", print, "reading", 2))
    reading 2 2
    ['a', 'b']
    """
    done = 0
    for done, each in enumerate(things, start=1):
        yield each
        if done % EVERY == 0:
            progress(doing, done, of)
    progress(doing, done, of)
