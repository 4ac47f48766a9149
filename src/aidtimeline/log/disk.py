"""The few things that are done to files on the way to an answer that may be relied on: one method for each system call.

Whoever wants to see a step fail passes an object of a class that overrides it (`aidtimeline.testing.faults` has some).

What is written to is never a symbolic link, whatever its name says: it would lead out of the log's folder.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
from collections.abc import Iterator
from types import ModuleType

_ALWAYS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe with nobody at its other end would be waited for


class Disk:
    """The disk as it is. Every method raises `OSError` as the system does."""

    def open(self, path: str, flags: int) -> int:
        """A file descriptor; a new file can be read by everybody and written by its owner, as the umask allows."""
        flags |= _ALWAYS | (_NO_LINK if flags & (os.O_WRONLY | os.O_RDWR) else _AT_ONCE)
        try:
            return os.open(path, flags, 0o666)
        except OSError as error:
            if error.errno == errno.ELOOP and flags & _NO_LINK:
                raise OSError(errno.ELOOP, "a symbolic link, which is not written to", path) from None
            raise

    def close(self, descriptor: int) -> None:
        """Give a descriptor back."""
        os.close(descriptor)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of the data, at the end of the file where it was opened so; returns how many bytes."""
        return os.write(descriptor, data)

    def write_all(self, descriptor: int, data: bytes) -> None:
        """Write all of the data."""
        written = self.write(descriptor, data)
        while written < len(data):
            data = data[written:]
            written = self.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Return when what was written, and the file's size, is on the disk."""
        getattr(os, "fdatasync", os.fsync)(descriptor)

    def sync_folder(self, path: str) -> None:
        """Return when the names in a folder are on the disk (where the system has a way to ask for it)."""
        if os.name != "nt":
            with self.opened(path, os.O_RDONLY) as descriptor:
                os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file."""
        os.ftruncate(descriptor, size)

    def replace(self, source: str, target: str) -> None:
        """Give a file a name, in place of the one that had it: in one step, for whoever looks."""
        os.replace(source, target)

    def remove(self, path: str) -> None:
        """Remove a file's name."""
        os.unlink(path)

    def make_folder(self, path: str) -> None:
        """Make one folder."""
        os.mkdir(path)

    def lock(self, descriptor: int) -> bool:
        """Take the lock of an open file, unless somebody has it; the system lets it go when its process dies."""
        return bool(_locks().lock_descriptor(descriptor, blocking=False))

    def unlock(self, descriptor: int) -> None:
        """Let go of the lock of a file."""
        _locks().unlock_descriptor(descriptor)

    @contextlib.contextmanager
    def opened(self, path: str, flags: int) -> Iterator[int]:
        """A file descriptor for as long as it is needed."""
        descriptor = self.open(path, flags)
        try:
            yield descriptor
        finally:
            self.close(descriptor)


@functools.cache
def _locks() -> ModuleType:
    import filelock  # noqa: PLC0415  (it takes long to load, and readers need none)

    return filelock
