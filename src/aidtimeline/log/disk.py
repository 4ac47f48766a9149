"""The system calls that a durable log is made of, one method each.

To see one of them fail, pass a subclass that overrides it (`aidtimeline.testing.faults` has some).

A log may come from anywhere, and what lies in its folder under a name that it uses may lead out of it, or be no file at
all. So there is one way to open something, `Disk.open`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import BinaryIO

from aidtimeline.errors import LogError
from aidtimeline.log.descriptor import Descriptor, close, open_file

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Opening a pipe would wait for a process at its other end; a terminal would become that of this process."""

_WRITE = os.O_WRONLY | os.O_RDWR
_MAKE = os.O_CREAT | os.O_EXCL

_LINK = "a symbolic link, which is not written to"
_NO_FILE = "neither a file nor a link to one"
_OTHER_NAME = "it has another name (a hard link), which is not written through: put a copy in its place"
_PAUSE, _LONGEST_TICK = 0.001, 3.0  # seconds; the coarsest clock of a file system has ticks of two


class Disk:
    """The disk as it is. Every method raises `OSError` as the system does."""

    def open(self, path: str, flags: int) -> int:
        """Open a file; returns its descriptor, which closes the file if nobody has it any more.

        Nothing else is opened, be it a pipe, a device or a folder, and nothing is waited for. A file that is opened to
        be written has no other name, and is reached by no symbolic link: so nothing is written that lies elsewhere. A
        new one can be read and written by all who can write its folder.
        """
        descriptor, status = _opened(path, flags | _BINARY | _AT_ONCE | (_NO_LINK if flags & _WRITE else 0))
        refused = None
        if not stat.S_ISREG(status.st_mode):
            refused = OSError(errno.EINVAL, _NO_FILE, path)
        elif flags & _WRITE and status.st_nlink > 1:
            refused = OSError(errno.EMLINK, _OTHER_NAME, path)
        if refused is not None:
            close(descriptor)
            raise refused
        if flags & os.O_TRUNC and status.st_size:
            os.ftruncate(descriptor, 0)
        return descriptor

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        close(descriptor)

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
            descriptor, _ = open_file(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                close(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to a size in bytes."""
        os.ftruncate(descriptor, size)

    def settle(self, path: str) -> None:
        """Wait until the clock of the file system has moved on since a file was cut.

        So the next write gives it another time, and a reader who looks twice sees that it was cut, even if it has grown
        again to the size that it had.
        """
        cut, deadline = os.stat(path).st_mtime_ns, time.monotonic() + _LONGEST_TICK
        while os.stat(path).st_mtime_ns == cut and time.monotonic() < deadline:
            time.sleep(_PAUSE)
            os.utime(path)

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
def reading(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file, opened to be read. Raises `OSError` as `Disk.open` does."""
    with Disk().opened(os.fspath(path), os.O_RDONLY) as descriptor, open(descriptor, "rb", closefd=False) as stream:
        yield stream


class OfParent(Disk):
    """The disk of what a parent had begun when this process was forked: nothing more comes of it here."""

    def open(self, path: str, flags: int) -> int:
        """Raise `OSError`."""
        raise _of_parent(path)

    def replace(self, source: str, target: str) -> None:
        """Raise `OSError`."""
        raise _of_parent(target)

    def remove(self, path: str) -> None:
        """Raise `OSError`."""
        raise _of_parent(path)


def _of_parent(path: str) -> OSError:
    return OSError(errno.EBADF, "what a process has begun is not for those that are forked from it", path)


def _opened(path: str, flags: int) -> tuple[Descriptor, os.stat_result]:
    """Open what has a name, or make a file, which is never one that somebody else has just put there.

    What is there is opened without `O_CREAT`, with which a system may refuse the files of others in a sticky folder.
    """
    try:
        for _ in range(_TRIES if flags & _MAKE == os.O_CREAT else 0):
            with contextlib.suppress(FileNotFoundError):
                return open_file(path, flags & ~(os.O_CREAT | os.O_TRUNC))
            with contextlib.suppress(FileExistsError):  # another process has made it meanwhile
                return _made(path, flags | os.O_EXCL)
        return _made(path, flags) if flags & _MAKE == _MAKE else open_file(path, flags & ~os.O_TRUNC)
    except OSError as error:
        if error.errno == errno.ELOOP and flags & _NO_LINK:
            raise OSError(errno.ELOOP, _LINK, path) from None
        if error.errno in (errno.ENXIO, errno.ENODEV):  # a socket, a pipe that nobody reads, a device that is not there
            raise OSError(errno.EINVAL, _NO_FILE, path) from None
        raise


_TRIES = 3
"""How often a file may come and go while it is opened."""


def _made(path: str, flags: int) -> tuple[Descriptor, os.stat_result]:
    """Make a file. Those can read and write it who can write its folder, whatever the umask of this process."""
    descriptor, status = open_file(path, flags)
    if os.name == "posix":
        folder, mode = os.stat(os.path.dirname(path) or "."), stat.S_IMODE(status.st_mode)
        wanted = mode
        if folder.st_mode & stat.S_IWGRP and _is_of(folder.st_gid, descriptor, status):
            wanted |= stat.S_IRGRP | stat.S_IWGRP
        if folder.st_mode & stat.S_IWOTH:
            wanted |= stat.S_IROTH | stat.S_IWOTH
        if wanted != mode:
            with contextlib.suppress(OSError):  # a file system may have no modes
                os.fchmod(descriptor, wanted)
    return descriptor, status


def _is_of(group: int, descriptor: int, status: os.stat_result) -> bool:
    """Whether a new file is of a group, or can be given to it."""
    if status.st_gid != group:
        try:
            os.fchown(descriptor, -1, group)
        except OSError:
            return False
    return True


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
