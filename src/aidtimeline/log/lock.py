"""One writer at a time, over processes: a file in the log's folder, locked by the system.

The system lets the lock go when its process dies; the file holds nothing and stays.
"""

from __future__ import annotations

import os
import time

from aidtimeline.errors import LogError
from aidtimeline.log.disk import Disk

LOCK = ".aidtimeline.lock"
LOCK_SECONDS = 60
"""How long a writer waits for others before it gives up."""

_FIRST_WAIT, _LONGEST_WAIT = 0.0005, 0.02  # seconds between looks


class FolderLock:
    """The lock of a folder; within one process its threads must not share one."""

    def __init__(self, folder: str, disk: Disk) -> None:
        self._folder = folder
        self._path = os.path.join(folder, LOCK)
        self._disk = disk

    def acquire(self) -> None:
        """Take the lock.

        Raises `LogError` where others keep it too long, and `OSError` where the folder is missing or cannot be written.
        """
        wait, deadline = _FIRST_WAIT, time.monotonic() + LOCK_SECONDS
        while not self._taken():
            if time.monotonic() > deadline:
                who = f"somebody else has been writing to it for {LOCK_SECONDS} seconds"
                raise LogError(f"{self._folder}: {who}")
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def release(self) -> None:
        """Let go of it."""
        try:
            self._disk.unlock(self._descriptor)  # closing is not enough: a fork of this process may have it open too
        finally:
            self._disk.close(self._descriptor)

    def _taken(self) -> bool:
        self._descriptor = self._disk.open(self._path, os.O_RDWR | os.O_CREAT)
        taken = False
        try:
            # A file whose name somebody removed meanwhile locks nobody out.
            taken = self._disk.lock(self._descriptor) and os.fstat(self._descriptor).st_nlink > 0
        finally:
            if not taken:
                self._disk.close(self._descriptor)
        return taken
