"""The turn of a writer: no other one, of any process or thread, writes to the folder of a log meanwhile."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from aidtimeline.log.disk import Disk, log_error
from aidtimeline.log.file import LogFile
from aidtimeline.log.folder import Listing, list_folder
from aidtimeline.log.lock import acquire, released


class Turn:
    """The turns of those who write by one `EventLog`; whose turn it is can take it again.

    `threads` are locked while a turn lasts, and by readers of what writers change in memory. `failed` says why a file
    with half a batch could not be recovered.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.threads = threading.RLock()
        self.is_taken = False
        self.failed: dict[str, OSError] = {}
        self._folder, self._path, self._disk = folder, str(folder), disk
        self._named = False

    @contextlib.contextmanager
    def taken(self) -> Iterator[Listing]:
        """The folder's files, while no other writer can change them. Batches of dead writers are taken back first.

        Raises `LogError` if others keep the folder locked for too long, or the system refuses something.
        """
        with self.threads:
            if self.is_taken:
                yield list_folder(self._path)
                return
            try:
                with released(self._take_lock(), self._disk):
                    self.is_taken = True
                    try:
                        listing = list_folder(self._path)
                        if listing.pending:
                            self._recover(listing)
                            listing = list_folder(self._path)
                        yield listing
                    finally:
                        self.is_taken = False
            except OSError as error:  # not by `as_log_error`, which takes a twentieth of the time of an append
                raise log_error(error, self._folder) from error

    def _take_lock(self) -> int:
        if self._named:
            with contextlib.suppress(FileNotFoundError):  # the folder was removed
                return acquire(self._path, self._disk)
        self._make_folder()
        return acquire(self._path, self._disk)

    def _recover(self, listing: Listing) -> None:
        """Recover the files with a batch that is pending. One that cannot be recovered cannot be appended to."""
        self.failed.clear()
        for name in listing.pending:
            if not listing.is_link(name):
                try:
                    LogFile(os.path.join(self._path, name), self._disk).recover()
                except OSError as error:
                    self.failed[name] = error

    def _make_folder(self) -> None:
        """Make the folder if it is missing, and flush its name to disk."""
        missing = [path for path in (self._folder, *self._folder.parents) if not path.exists()]
        for path in reversed(missing):
            with contextlib.suppress(FileExistsError):
                self._disk.make_folder(str(path))
        for path in missing or [self._folder]:
            with contextlib.suppress(PermissionError):  # its parent may be a folder that this user cannot read
                self._disk.sync_folder(str(path.parent))
        self._named = True
