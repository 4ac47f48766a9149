"""One writer at a time, across processes: a file in the log's folder, locked by the system.

The lock ends when its process dies. The file is empty, and stays.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from aidtimeline.errors import LogError
from aidtimeline.log.disk import Disk

LOCK = ".aidtimeline.lock"
LOCK_SECONDS = 60
"""How long a writer waits for others before it gives up."""

_FIRST_WAIT, _LONGEST_WAIT = 0.0005, 0.02  # seconds between looks


def acquire(folder: str, disk: Disk, name: str = LOCK) -> int:
    """Wait for the lock of a folder, and take it; returns the descriptor of its file, for `release`.

    Raises `LogError` if other writers keep it longer than `LOCK_SECONDS`, and `OSError` if the folder is missing or
    cannot be written.
    """
    path = f"{folder}{os.sep}{name}"  # `os.path.join` takes a hundredth of the time of an append
    wait, deadline = _FIRST_WAIT, time.monotonic() + LOCK_SECONDS
    while (descriptor := taken(path, disk)) is None:
        if time.monotonic() > deadline:
            raise LogError(f"{folder}: other writers have locked it for {LOCK_SECONDS} seconds")
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)
    return descriptor


def release(descriptor: int, disk: Disk) -> None:
    """Release the lock."""
    try:
        disk.unlock(descriptor)  # closing is not enough: a forked process may have it open too
    finally:
        disk.close(descriptor)


@contextlib.contextmanager
def released(descriptor: int, disk: Disk) -> Iterator[None]:
    """Release a lock that was acquired at the end of the `with`."""
    try:
        yield
    finally:
        try:
            release(descriptor, disk)
        except BaseException:  # Ctrl-C may come before the first line of it
            disk.close(descriptor)
            raise


def taken(path: str, disk: Disk, flags: int = os.O_RDWR | os.O_CREAT) -> int | None:
    """The descriptor of a lock file if it was free, and is locked now; without `O_CREAT` it must be there.

    One that can only be read is locked as well.
    """
    try:
        descriptor = disk.open(path, flags)
    except PermissionError as refused:
        try:
            descriptor = disk.open(path, os.O_RDONLY)
        except OSError:
            raise refused from None
    is_ours = False
    try:
        # If the lock file was removed meanwhile, its lock excludes no one.
        is_ours = disk.lock(descriptor) and os.fstat(descriptor).st_nlink > 0
    finally:
        if not is_ours:
            disk.close(descriptor)
    return descriptor if is_ours else None
