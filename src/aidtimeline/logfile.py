"""One file of the log: how it grows, how it is read meanwhile, and how it recovers. Knows bytes and lines, no records.

**Writers** hold the log's lock. A file only ever grows. What has to go (a torn line, a batch whose writer died) is
copied to `NAME.torn`, and what stays to a new file, which then takes the name.

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
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from attrs import frozen

from aidtimeline.disk import Disk
from aidtimeline.jsonlines import MAX_LINE_BYTES, is_torn

PENDING = ".pending"
TORN = ".torn"
_BLOCK = 2**20


@frozen
class Snapshot:
    """What of a file is committed: `end` bytes. `identity` is another where the name was given to another file."""

    stream: BinaryIO
    identity: tuple[int, int]
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


class LogFile:
    """A file of the log. Methods raise `OSError` as the system does; those that write want the log's lock held."""

    def __init__(self, path: str, disk: Disk) -> None:
        self.path = path
        self.disk = disk
        self._folder = os.path.dirname(path) or "."

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The file as committed at one moment of this call."""
        while True:
            with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
                before, pending, after = os.fstat(descriptor), self._pending(), os.stat(self.path)
                if _identity(before) != _identity(after):
                    continue
                if pending is None and before.st_size != after.st_size:
                    continue
                end = after.st_size if pending is None else min(pending, after.st_size)
                with open(descriptor, "rb", closefd=False) as stream:
                    yield Snapshot(stream, _identity(after), end, end < after.st_size)
                return

    def append(self, lines: Iterable[bytes]) -> None:
        """Append lines, which have no line ends yet: all or none. They are on the disk when it returns.

        So is the file's name: whoever gave it may have died before that, and with the name all would be lost.

        What a failed append left is taken back; where that fails too, the next writer does it. `lines` are taken as
        they are written: where it takes the caller long to make them, or it fails to, that is within the batch.
        """
        lines = iter(lines)
        first = list(islice(lines, 2))
        if not first:
            return
        several = len(first) > 1
        self._end_last_line()
        with self.disk.opened(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as descriptor:
            self.disk.sync_folder(self._folder)
            size = os.fstat(descriptor).st_size
            if several:
                self._begin(size)
            try:
                for block in _blocks(chain(first, lines)):
                    self._write(descriptor, block)
                self.disk.sync(descriptor)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._set_aside(size)
                    self.recover()
                raise
        if several:
            self._commit()

    def sync(self) -> None:
        """Return when all that can be read of the file is on the disk, whoever wrote it."""
        with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def recover(self) -> None:
        """Take back a batch whose writer died."""
        pending = self._pending()
        if pending is not None:
            with contextlib.suppress(FileNotFoundError):
                self._set_aside(pending)
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
            self._write(descriptor, b"%d\n" % size)
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def _commit(self) -> None:
        with self.disk.opened(self._pending_path, os.O_WRONLY) as descriptor:
            self.disk.truncate(descriptor, 0)
            self.disk.sync(descriptor)
        with contextlib.suppress(OSError):  # an empty one says nothing
            self.disk.remove(self._pending_path)

    def _end_last_line(self) -> None:
        """Set aside a torn last line; one that is whole but for its line end is given it."""
        try:
            with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
                size = os.fstat(descriptor).st_size
                tail = _after_last_line_end(descriptor, size)
        except FileNotFoundError:
            return
        if is_torn(tail):
            self._set_aside(size - len(tail))
        elif tail:
            with self.disk.opened(self.path, os.O_WRONLY | os.O_APPEND) as descriptor:
                self._write(descriptor, b"\n")

    def _set_aside(self, keep: int) -> None:
        """Move all after the first `keep` bytes to the end of `NAME.torn`."""
        new = self.path + ".new"
        with self.disk.opened(self.path, os.O_RDONLY) as old:
            status = os.fstat(old)
            if status.st_size <= keep:
                return
            with self.disk.opened(self.path + TORN, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as torn:
                self._copy(old, keep, status.st_size, torn)
                self._write(torn, b"\n")
                self.disk.sync(torn)
            with self.disk.opened(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as kept:
                self._copy(old, 0, keep, kept)
                os.chmod(new, status.st_mode & 0o7777)
                self.disk.sync(kept)
        self.disk.sync_folder(self._folder)
        self.disk.replace(new, self.path)
        self.disk.sync_folder(self._folder)

    def _copy(self, source: int, start: int, end: int, target: int) -> None:
        os.lseek(source, start, os.SEEK_SET)
        while start < end:
            data = os.read(source, min(_BLOCK, end - start))
            if not data:
                raise OSError(f"{self.path}: cut by somebody else")
            self._write(target, data)
            start += len(data)

    def _write(self, descriptor: int, data: bytes) -> None:
        while data:
            data = data[self.disk.write(descriptor, data) :]


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines with their ends, in pieces that memory holds."""
    block = bytearray()
    for line in lines:
        block += line + b"\n"
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _after_last_line_end(descriptor: int, size: int) -> bytes:
    tail = b""
    while size > 0 and b"\n" not in tail:
        start = max(0, size - _BLOCK)
        os.lseek(descriptor, start, os.SEEK_SET)
        tail = os.read(descriptor, size - start) + tail
        size = start
    return tail[tail.rfind(b"\n") + 1 :]
