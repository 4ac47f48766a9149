"""What a process that is forked begins anew: it has one thread only, and what its parent has open is not for it."""

from __future__ import annotations

import os
import threading
from collections.abc import MutableMapping
from typing import Any, Generic, Protocol, TypeVar
from weakref import ref

M = TypeVar("M", bound=MutableMapping[Any, Any])


class _Anew(Protocol):
    def begin_anew(self) -> None: ...


_all: set[ref[_Anew]] = set()


def anew_in_forks(thing: _Anew) -> None:
    """Have a thing `begin_anew` in every process that is forked, before anything else happens there.

    A lock in it may be held by a thread that the new process has not got, and nobody would ever release it.
    """
    _all.add(ref(thing, _all.discard))  # no function of Python, in which Ctrl-C would be lost when a thing goes


def _begin_anew() -> None:
    for each in list(_all):
        thing = each()
        if thing is not None:
            thing.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class OfProcess(Generic[M]):
    """Things that a process has `open`, by name, and the lock of the `threads` that look for them.

    In a process that was forked both begin anew: what its parent has open is not for it, not even to be closed. So a
    lock that another thread of the parent held does not stop it either.

    >>> of_process = OfProcess[dict[str, int]]({"one": 1})
    >>> with of_process.threads:
    ...     of_process.open["one"]
    1
    """

    def __init__(self, things: M) -> None:
        self.open, self.threads = things, threading.Lock()
        self._of_parents: list[dict[Any, Any]] = []
        anew_in_forks(self)

    def begin_anew(self) -> None:
        """Forget what the parent has open."""
        self.threads = threading.Lock()
        self._of_parents.append(dict(self.open))  # which keeps them from being closed
        self.open.clear()


class Threads:
    """A `lock` of the threads that change something, which begins anew in a process that was forked.

    >>> threads = Threads()
    >>> with threads.lock:
    ...     pass
    """

    def __init__(self) -> None:
        self.begin_anew()
        anew_in_forks(self)

    def begin_anew(self) -> None:
        """Wait for no thread of the parent."""
        self.lock = threading.RLock()

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """Elsewhere there are other threads."""
        return Threads, ()
