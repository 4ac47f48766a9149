"""Python's collector of cycles, paused while much is made that will be kept.

It looks through all that is alive whenever that has grown by a quarter. Records and facts have no cycles, so a log that
is read or replayed only waits for it: for a quarter of the time, or more.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Do not look for cycles within the block. What is no longer used, and in no cycle, is freed all the same.

    >>> with paused():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
