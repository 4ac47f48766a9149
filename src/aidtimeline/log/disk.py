"""The system calls that a durable log is made of, one method each.

To see one of them fail, pass a subclass that overrides it (`aidtimeline.testing.faults` has some).

Symbolic links are never written to: they may lead out of the log's folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from aidtimeline.errors import LogError

_ALWAYS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait for a process at its other end


class Disk:
    """The disk as it is. Every method raises `OSError` as the system does."""

    def open(self, path: str, flags: int) -> int:
        """Open a file; returns its descriptor. A new file gets mode 0o666, less the umask."""
        flags |= _ALWAYS | (_NO_LINK if flags & (os.O_WRONLY | os.O_RDWR) else _AT_ONCE)
        try:
            return os.open(path, flags, 0o666)
        except OSError as error:
            if error.errno == errno.ELOOP and flags & _NO_LINK:
                raise OSError(errno.ELOOP, "a symbolic link, which is not written to", path) from None
            raise

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        os.close(descriptor)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of the data; returns how many bytes."""
        return os.write(descriptor, data)

    def write_all(self, descriptor: int, data: bytes) -> None:
        """Write all of the data."""
        written = self.write(descriptor, data)
        while written < len(data):
            data = data[written:]
            written = self.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Flush a file to disk: what was written, and its size."""
        getattr(os, "fdatasync", os.fsync)(descriptor)

    def sync_folder(self, path: str) -> None:
        """Flush the names in a folder to disk. Does nothing on Windows, which has no way to do it."""
        if os.name != "nt":
            with self.opened(path, os.O_RDONLY) as descriptor:
                os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to a size in bytes."""
        os.ftruncate(descriptor, size)

    def replace(self, source: str, target: str) -> None:
        """Rename a file, replacing the one that had the name, in one step."""
        os.replace(source, target)

    def remove(self, path: str) -> None:
        """Remove a file's name."""
        os.unlink(path)

    def make_folder(self, path: str) -> None:
        """Make one folder."""
        os.mkdir(path)

    def lock(self, descriptor: int) -> bool:
        """Lock an open file without waiting; returns whether it was free. The lock ends when the process dies."""
        import filelock  # noqa: PLC0415  (it is slow to load, and readers do not need it)

        return filelock.lock_descriptor(descriptor, blocking=False)

    def unlock(self, descriptor: int) -> None:
        """Unlock a file."""
        import filelock  # noqa: PLC0415

        filelock.unlock_descriptor(descriptor)

    @contextlib.contextmanager
    def opened(self, path: str, flags: int) -> Iterator[int]:
        """An open file descriptor, closed at the end of the `with`."""
        descriptor = self.open(path, flags)
        try:
            yield descriptor
        finally:
            self.close(descriptor)


@contextlib.contextmanager
def as_log_error(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise the `OSError` of a system call as a `LogError`."""
    try:
        yield
    except OSError as error:
        raise log_error(error, path) from error


def log_error(error: OSError, path: str | os.PathLike[str]) -> LogError:
    """The `LogError` of a system call, which names its file, or else `path`."""
    return LogError(f"{error.filename or path}: {error.strerror or error}")
