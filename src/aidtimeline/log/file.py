"""One file of the log: how it grows, how it is read meanwhile, and how it recovers. Knows bytes and lines, no records.

**Writers** hold the log's lock. A file only ever grows. What has to go (a torn line, a batch whose writer died) is
copied to `NAME.torn`, and what stays to a new file, which then takes the name. (Where there is no room for that, a
writer cuts off the single line that it failed to write.)

- One line is written as it is. It counts once it is whole; what there is of it until then is a torn line.
- Several lines are one batch. `NAME.pending`, on the disk before the first byte of the batch, holds the size that the
  file had; emptied once the last byte is on the disk, it commits the batch. It is emptied before it is removed, since a
  name whose removal was not on the disk yet may come back when the power fails, but then it comes back empty. A
  pending file without its line end says nothing: the batch has not begun.

**Readers** take no lock. They open the file, note its size, then look for a pending size, then at the file again. If
it is another file by now, they begin anew. Where a size is pending, all up to it was committed before. Where none is
and the file has not grown, its end was not within a batch: that batch would not have ended meanwhile (nothing was
written, and to take it back gives another file), so its size would have been pending. What was read of may be read at
leisure: those bytes never change.
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

PENDING = ".pending"
TORN = ".torn"
_BLOCK = 2**20


Identity: TypeAlias = tuple[int, int]
"""Which file it is, whatever its name."""

_NONE: Identity = (0, 0)


def identity(status: os.stat_result) -> Identity:
    """Which file the system speaks of."""
    return status.st_dev, status.st_ino


@frozen
class Snapshot:
    """What of a file is committed: `end` bytes. `identity` is another where the name was given to another file."""

    stream: BinaryIO
    identity: Identity
    end: int
    unfinished: bool
    """Whether a batch follows that is being written, or whose writer died."""

    def lines(self, start: int = 0) -> Iterator[tuple[bytes, int]]:
        """Each line from an offset on, and the offset after it. Only a last line may be without its line end.

        Of a line that is too long no more is given than shows that it is.
        """
        self.stream.seek(start)
        while start < self.end:
            line = last = self.stream.readline(min(self.end - start, MAX_LINE_BYTES + 2))
            if not line:
                return  # somebody cut the file, which no writer of ours does
            start += len(line)
            if len(line) == MAX_LINE_BYTES + 2 and not line.endswith(b"\n"):
                while last and not last.endswith(b"\n"):
                    last = self.stream.readline(min(self.end - start, _BLOCK))
                    start += len(last)
                line += last[-1:]
            yield line, start


@define
class _Open:
    """A file that stays open, and what size it had when its last line was seen to be whole."""

    descriptor: int
    identity: Identity
    end: int = -1


class LogFile:
    """A file of the log. Methods raise `OSError` as the system does; those that write want the log's lock held.

    What was appended to stays open, so that its number can be no other file's: as long as the name leads to that
    number, it is on the disk, and need not be made sure of again. (Windows gives no name to another file while one is
    open, and has no way to make sure of names: there nothing stays open.)
    """

    def __init__(self, path: str, disk: Disk) -> None:
        self.path = path
        self.disk = disk
        self._folder = os.path.dirname(path) or "."
        self._open: _Open | None = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def close(self) -> None:
        """Give back what stayed open."""
        if self._open is not None:
            descriptor, self._open = self._open.descriptor, None
            self.disk.close(descriptor)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The file as committed at one moment of this call."""
        while True:
            with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
                before, pending, after = os.fstat(descriptor), self._pending(), os.stat(self.path)
                if not stat.S_ISREG(before.st_mode):
                    raise OSError(errno.EINVAL, "neither a file nor a link to one", self.path)
                if identity(before) != identity(after):
                    continue
                if pending is None and before.st_size != after.st_size:
                    continue
                end = after.st_size if pending is None else min(pending, after.st_size)
                with open(descriptor, "rb", closefd=False) as stream:
                    yield Snapshot(stream, identity(after), end, end < after.st_size)
                return

    def append(self, lines: Iterable[bytes]) -> tuple[Identity, int]:
        """Append lines with their ends, all or none. They and the file's name are on the disk then.

        Says which file it is by now, and where in it the first line begins.

        What a failed append left is taken back; where that fails too, the next writer does it. `lines` are taken as
        they are written: where it takes the caller long to make them, or it fails to, that is within the batch.
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
            self._take_back(size, several)
            raise
        if several:
            self._commit()
        if os.name == "nt":
            self.close()
        return file.identity, size

    def sync(self) -> None:
        """Return when all that can be read of the file, and its name, is on the disk, whoever wrote it."""
        with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def recover(self) -> None:
        """Take back a batch whose writer died."""
        pending = self._pending()
        if pending is not None:
            with contextlib.suppress(FileNotFoundError):
                self._set_aside(pending)
            self.disk.sync_folder(self._folder)  # somebody may have died between setting aside and this
        with contextlib.suppress(FileNotFoundError):
            self._commit()

    @property
    def _pending_path(self) -> str:
        return self.path + PENDING

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
        with contextlib.suppress(OSError):  # an empty one says nothing
            self.disk.remove(self._pending_path)

    def _to_append(self) -> tuple[_Open, int]:
        """The file, open, and its size. Its name is on the disk: whoever gave it may have died before that."""
        if self._open is not None:
            try:
                status = os.lstat(self.path)
            except FileNotFoundError:
                pass
            else:
                if identity(status) == self._open.identity:
                    return self._open, status.st_size
            self.close()
        descriptor = self.disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        status = os.fstat(descriptor)
        self._open = _Open(descriptor, identity(status))
        try:
            self.disk.sync_folder(self._folder)
        except BaseException:
            self.close()
            raise
        return self._open, status.st_size

    def _ready(self) -> _Open:
        """The file, open, once its last line is whole: of a torn one what is there is set aside."""
        file, size = self._to_append()
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

    def _take_back(self, size: int, several: bool) -> None:
        """After a failure: take back all after the first `size` bytes, as far as that can be done now."""
        with contextlib.suppress(OSError):
            try:
                self._set_aside(size)
            except OSError:
                if several or self._open is None:
                    raise  # what is pending is not read
                self.disk.truncate(self._open.descriptor, size)  # a full disk has no room to set aside; this takes none
                self._open.end = -1
            self.recover()

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
                    self.disk.remove(new)  # a full disk needs its room
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
                raise OSError(f"{self.path}: cut by somebody else")
            self.disk.write_all(target, data)
            start += len(data)


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in pieces that memory holds, however long they are."""
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
    tail = b""
    while size > 0 and b"\n" not in tail:
        start = max(0, size - _BLOCK)
        os.lseek(descriptor, start, os.SEEK_SET)
        tail = os.read(descriptor, size - start) + tail
        size = start
    return tail[tail.rfind(b"\n") + 1 :]
