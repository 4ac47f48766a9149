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
from functools import cache
from typing import Any, BinaryIO

from aidtimeline.errors import LogError
from aidtimeline.log.descriptor import Descriptor, close, open_file

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_ALWAYS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Opening a pipe would wait for a process at its other end; a terminal would become that of this process."""

_WRITE = os.O_WRONLY | os.O_RDWR
_NEW = os.O_CREAT | os.O_EXCL
_AS_IT_IS = ~(os.O_CREAT | os.O_TRUNC)

_LINK = "a symbolic link, which is not written to"
_NO_FILE = "neither a file nor a link to one"
_OTHER_NAME = "it has another name (a hard link), which is not written through: put a copy in its place"
_PAUSE, _LONGEST_TICK = 0.001, 3.0  # seconds; the coarsest clock of a file system has ticks of two


class Disk:
    """The disk as it is. Every method raises `OSError` as the system does."""

    def open(self, path: str, flags: int) -> int:
        """Open a file; returns its descriptor, which closes the file if nobody has it any more.

        `path` and `flags` are as for `os.open`.
        Nothing else is opened, be it a pipe, a device or a folder, and nothing is waited for. A file that is opened to
        be written has no other name, and is reached by no symbolic link: so nothing is written that lies elsewhere. A
        new one can be read and written by all who can write its folder.
        """
        flags |= _ALWAYS if flags & _WRITE == 0 else _ALWAYS | _NO_LINK
        try:
            if flags & _NEW == _NEW:
                descriptor, status = _made(path, flags)
            else:
                # Without `O_CREAT`, with which a system may refuse what is another's in a sticky folder.
                descriptor, status = open_file(path, flags & _AS_IT_IS)
        except FileNotFoundError:
            if flags & os.O_CREAT == 0:
                raise
            descriptor, status = _made(path, flags)
        except OSError as error:
            raise _explained(error, path, flags) from None
        if not stat.S_ISREG(status.st_mode) or (status.st_nlink > 1 and flags & _WRITE):
            close(descriptor)
            raise OSError(errno.EINVAL, _OTHER_NAME if stat.S_ISREG(status.st_mode) else _NO_FILE, path)
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
        """Cut the open file `descriptor` to a `size` in bytes."""
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
        """Rename the file `source`, replacing the one that had the name `target`, in one step."""
        os.replace(source, target)

    def remove(self, path: str) -> None:
        """Remove a file's name."""
        os.unlink(path)

    def make_folder(self, path: str) -> None:
        """Make one folder."""
        os.mkdir(path)

    def lock(self, descriptor: int) -> bool:
        """Lock an open file without waiting; returns whether it was free. The lock ends when the process dies."""
        was_free: bool = _filelock().lock_descriptor(descriptor, blocking=False)
        return was_free

    def unlock(self, descriptor: int) -> None:
        """Unlock a file."""
        _filelock().unlock_descriptor(descriptor)

    @contextlib.contextmanager
    def opened(self, path: str, flags: int) -> Iterator[int]:
        """An open file descriptor, closed at the end of the `with`."""
        descriptor = self.open(path, flags)
        try:
            yield descriptor
        finally:
            self.close(descriptor)


@cache
def _filelock() -> Any:
    import filelock  # noqa: PLC0415  (it is slow to load, and readers do not need it)

    return filelock


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


def _explained(error: OSError, path: str, flags: int) -> OSError:
    """Why something was not opened, in words of ours if the system's would puzzle."""
    if error.errno == errno.ELOOP and flags & _NO_LINK:
        return OSError(errno.ELOOP, _LINK, path)
    if error.errno in (errno.ENXIO, errno.ENODEV):  # a socket, a pipe that nobody reads, a device that is not there
        return OSError(errno.EINVAL, _NO_FILE, path)
    return error


def _made(path: str, flags: int) -> tuple[Descriptor, os.stat_result]:
    """Make a file. Those can read and write it who can write its folder, whatever the umask of this process."""
    try:
        descriptor, status = open_file(path, flags | os.O_EXCL)
    except FileExistsError:
        if flags & os.O_EXCL:
            raise
        return open_file(path, flags & ~os.O_TRUNC)  # another process has made it meanwhile, and decides
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
