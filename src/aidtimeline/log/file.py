"""One file of the log: how it grows, how it is read meanwhile, and how it recovers. Knows bytes and lines, not records.

**Writers** hold the log's lock. A file only ever grows. To remove something (a torn line, a batch whose writer died),
a writer copies it to `NAME.torn`, copies the rest to a new file, and gives that one the name. (If the disk has no room
for this, a writer cuts off the single line that it failed to write.)

- A single line is written as it is. It counts once it is whole; until then it is a torn line.
- Several lines are a batch. First the size of the file is written to `NAME.pending` and flushed to disk; then the batch
  is written and flushed; then the pending file is emptied, which commits the batch, and removed. It is emptied first
  because a removed name may come back when the power fails; then it comes back empty. A pending file whose text has no
  line end was itself torn: its batch has not begun.

**Readers** take no lock. `LogFile.snapshot` says how they find what is committed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, TypeAlias

from attrs import define, frozen

from aidtimeline.codec.jsonlines import MAX_LINE_BYTES, is_torn
from aidtimeline.log.disk import Disk
from aidtimeline.log.status import appended

PENDING = ".pending"
TORN = ".torn"
_BLOCK = 2**20


Identity: TypeAlias = tuple[int, int]
"""The device and inode of a file: they stay the same when it is renamed."""

_NONE: Identity = (0, 0)


def identity(status: os.stat_result) -> Identity:
    """The identity of the file that was looked at."""
    return status.st_dev, status.st_ino


@frozen
class Snapshot:
    """The first `end` bytes of a file, which are committed and never change."""

    stream: BinaryIO
    identity: Identity
    end: int
    unfinished: bool
    """Whether a batch follows that is still being written, or whose writer died."""

    def lines(self, start: int = 0) -> Iterator[tuple[bytes, int]]:
        """Each line from an offset on, and the offset after it. Only the last line may lack its line end.

        A line longer than `MAX_LINE_BYTES` is cut, and is still too long.
        """
        self.stream.seek(start)
        while start < self.end:
            line = last = self.stream.readline(min(self.end - start, MAX_LINE_BYTES + 2))
            if not line:
                return  # another program has cut the file
            start += len(line)
            if len(line) == MAX_LINE_BYTES + 2 and not line.endswith(b"\n"):
                while last and not last.endswith(b"\n"):
                    last = self.stream.readline(min(self.end - start, _BLOCK))
                    start += len(last)
                line += last[-1:]
            yield line, start


@define
class _Open:
    """A file that stays open; its status before the append, and its size when its last line was known to be whole.

    A size of -1 is not known.
    """

    descriptor: int
    status: os.stat_result
    end: int = -1

    @property
    def identity(self) -> Identity:
        """The identity of the file."""
        return identity(self.status)


class LogFile:
    """A file of the log. Methods raise `OSError` as the system does; those that write need the log's lock to be held.

    The file that was appended to stays open, so that no other file can get its inode. As long as the name leads to that
    inode, the name is known to be on the disk, and is not flushed again. (On Windows nothing stays open: an open file
    could not be replaced, and names cannot be flushed.)
    """

    def __init__(self, path: str, disk: Disk) -> None:
        self.path = path
        self.disk = disk
        self._folder = os.path.dirname(path) or "."
        self._pending_path = path + PENDING
        self._open: _Open | None = None

    def close(self) -> None:
        """Close the file that stayed open."""
        if self._open is not None:
            descriptor, self._open = self._open.descriptor, None
            self.disk.close(descriptor)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """What is committed of the file at some moment of this call.

        It opens the file and looks at its size, then at the pending size, then at the file again:

        1. The name now leads to another file: start again.
        2. A size is pending: all up to that size was committed before the batch began, and the snapshot ends there.
        3. No size is pending, but the file's size has changed: that may have been part of a batch. Start again.
        4. No size is pending, and the file's size is the same: all of the file is committed. If its end had been within
           a batch at the first look, that batch must have ended before the second: by a commit, and the rest of the
           batch would have changed the size; or by being taken back, and the name would lead to another file.
        """
        while True:
            with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
                before, pending, after = os.fstat(descriptor), self._pending(), os.stat(self.path)
                if not stat.S_ISREG(before.st_mode):
                    raise OSError(errno.EINVAL, "neither a file nor a link to one", self.path)
                replaced, resized = identity(before) != identity(after), before.st_size != after.st_size
                if replaced or (resized and pending is None):
                    continue
                end = after.st_size if pending is None else min(pending, after.st_size)
                with open(descriptor, "rb", closefd=False) as stream:
                    yield Snapshot(stream, identity(after), end, end < after.st_size)
                return

    def append(self, lines: Iterable[bytes]) -> tuple[Identity, int]:
        """Append lines with their line ends, all or none; on return they and the file's name are on the disk.

        Returns the identity of the file, and the offset at which the first line begins.

        A failed append is taken back; if that fails too, the next writer does it. `lines` are written as they are
        taken: if making them is slow, or raises, that happens within the batch.
        """
        lines = iter(lines)
        first = list(islice(lines, 2))
        if not first:
            return _NONE, 0
        several = len(first) > 1
        file = self._ready()
        size = file.end
        if several:
            self._begin(size)
        try:
            for block in _blocks(chain(first, lines)) if several else first:
                self.disk.write_all(file.descriptor, block)
                file.end += len(block)
            self.disk.sync(file.descriptor)
        except BaseException:
            with contextlib.suppress(OSError):  # the next writer tries again; until then readers skip it
                if several:
                    self.recover()
                else:
                    self._take_back(size)
            raise
        if several:
            self._commit()
        appended(file.status, file.descriptor)
        if os.name == "nt":
            self.close()
        return file.identity, size

    def sync(self) -> None:
        """Flush to disk all that can be read of the file, and its name, whichever process wrote it."""
        with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def recover(self) -> None:
        """Take back a batch whose writer died."""
        pending = self._pending()
        if pending is not None:
            with contextlib.suppress(FileNotFoundError):
                self._set_aside(pending)
            self.disk.sync_folder(self._folder)  # a writer may have died between setting aside and this
        with contextlib.suppress(FileNotFoundError):
            self._commit()

    def _pending(self) -> int | None:
        try:
            with self.disk.opened(self._pending_path, os.O_RDONLY) as descriptor:
                said = os.read(descriptor, 32)
        except FileNotFoundError:
            return None
        return int(said) if said.endswith(b"\n") and said[:-1].isdigit() else None

    def _begin(self, size: int) -> None:
        with self.disk.opened(self._pending_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as descriptor:
            self.disk.write_all(descriptor, b"%d\n" % size)
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def _commit(self) -> None:
        with self.disk.opened(self._pending_path, os.O_WRONLY) as descriptor:
            self.disk.truncate(descriptor, 0)
            self.disk.sync(descriptor)
        with contextlib.suppress(OSError):  # it is empty, and may stay
            self.disk.remove(self._pending_path)

    def _to_append(self) -> _Open:
        """The file, open. Its name is flushed, in case the process that made it died before doing so."""
        if self._open is not None:
            try:
                status = os.lstat(self.path)
            except FileNotFoundError:
                pass
            else:
                if identity(status) == self._open.identity and status.st_nlink == 1:
                    self._open.status = status
                    return self._open
            self.close()
        descriptor = self.disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        self._open = _Open(descriptor, os.fstat(descriptor))
        try:
            self.disk.sync_folder(self._folder)
        except BaseException:
            self.close()
            raise
        return self._open

    def _ready(self) -> _Open:
        """The file, open, and its last line whole: a torn line is set aside, a missing line end is added."""
        file = self._to_append()
        size = file.status.st_size
        if size == file.end:
            return file
        tail = _after_last_line_end(file.descriptor, size)
        if is_torn(tail):
            self._set_aside(size - len(tail))
            return self._ready()
        if tail:
            self.disk.write_all(file.descriptor, b"\n")
            size += 1
        file.end = size
        return file

    def _take_back(self, size: int) -> None:
        """Remove a line that could not be written whole: all after the first `size` bytes."""
        try:
            self._set_aside(size)
        except OSError:
            if self._open is not None:
                self.disk.truncate(self._open.descriptor, size)  # a full disk has no room to set it aside
                self._open.end = -1

    def _set_aside(self, keep: int) -> None:
        """Move all after the first `keep` bytes to the end of `NAME.torn`."""
        new = self.path + ".new"
        with self.disk.opened(self.path, os.O_RDONLY) as old:
            status = os.fstat(old)
            if status.st_size <= keep:
                return
            with self.disk.opened(self.path + TORN, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as torn:
                self._copy(old, keep, status.st_size, torn)
                self.disk.write_all(torn, b"\n")
                self.disk.sync(torn)
            try:
                with self.disk.opened(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as kept:
                    self._copy(old, 0, keep, kept)
                    os.chmod(new, status.st_mode & 0o7777)
                    self.disk.sync(kept)
            except OSError:
                with contextlib.suppress(OSError):
                    self.disk.remove(new)  # a full disk needs the room
                raise
        self.disk.sync_folder(self._folder)
        self.disk.replace(new, self.path)
        self.close()
        self.disk.sync_folder(self._folder)

    def _copy(self, source: int, start: int, end: int, target: int) -> None:
        os.lseek(source, start, os.SEEK_SET)
        while start < end:
            data = os.read(source, min(_BLOCK, end - start))
            if not data:
                raise OSError(f"{self.path}: cut by another program")
            self.disk.write_all(target, data)
            start += len(data)


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines joined to blocks of about a mebibyte."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


def _after_last_line_end(descriptor: int, size: int) -> bytes:
    """The last line of a file if it has no line end; only its end if it is longer than a line may be."""
    start = max(0, size - MAX_LINE_BYTES - 1)
    os.lseek(descriptor, start, os.SEEK_SET)
    tail = os.read(descriptor, size - start)
    return tail[tail.rfind(b"\n") + 1 :]
