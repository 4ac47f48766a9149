"""What a process has open, and what a process that is forked from it must leave alone."""

from __future__ import annotations

import os
import threading
from collections.abc import MutableMapping
from typing import Any, Generic, TypeVar

M = TypeVar("M", bound=MutableMapping[Any, Any])


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
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)

    def _begin_anew(self) -> None:
        self.threads = threading.Lock()
        self._of_parents.append(dict(self.open))  # which keeps them from being closed
        self.open.clear()
