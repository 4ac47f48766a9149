"""One writer at a time, across processes: a file in the log's folder, locked by the system.

The lock ends when its process dies. The file is empty, and stays.
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
    """The lock of a folder. Threads of one process must not share an instance."""

    def __init__(self, folder: str, disk: Disk) -> None:
        self._folder = folder
        self._path = os.path.join(folder, LOCK)
        self._disk = disk

    def acquire(self) -> None:
        """Wait for the lock, and take it.

        Raises `LogError` if other writers keep it longer than `LOCK_SECONDS`, and `OSError` if the folder is missing or
        cannot be written.
        """
        wait, deadline = _FIRST_WAIT, time.monotonic() + LOCK_SECONDS
        while not self._taken():
            if time.monotonic() > deadline:
                raise LogError(f"{self._folder}: other writers have locked it for {LOCK_SECONDS} seconds")
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def release(self) -> None:
        """Release the lock."""
        try:
            self._disk.unlock(self._descriptor)  # closing is not enough: a forked process may have it open too
        finally:
            self._disk.close(self._descriptor)

    def _taken(self) -> bool:
        self._descriptor = self._disk.open(self._path, os.O_RDWR | os.O_CREAT)
        taken = False
        try:
            # If the lock file was removed meanwhile, its lock excludes no one.
            taken = self._disk.lock(self._descriptor) and os.fstat(self._descriptor).st_nlink > 0
        finally:
            if not taken:
                self._disk.close(self._descriptor)
        return taken
