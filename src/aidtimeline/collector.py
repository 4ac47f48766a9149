"""Python's collector of cycles, paused while much is made that will be kept.

It looks through all that is alive whenever that has grown by a quarter. Records and facts have no cycles, so a log that
is read or replayed only waits for it: for a quarter of the time, or more. What was made meanwhile it would look through
three times, once in each of its generations; so this goes to the last one at once.
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
            _grow_old()
            gc.enable()


def _grow_old() -> None:
    """Move all that is alive to the last generation, as the collector itself would, without looking through it."""
    if gc.get_freeze_count() == 0:  # what somebody else froze stays frozen
        gc.freeze()
        gc.unfreeze()
