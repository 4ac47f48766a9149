"""One file of the log: how it grows, how it is read meanwhile, and how it recovers. Knows bytes and lines, not records.

**Writers** hold the log's lock. What counts is never changed: a file grows, or is cut where something follows that does
not count. A writer that fails cuts off what it has written. What a writer left that died is cut off by the next one,
which first sets it aside (`aidtimeline.log.aside`).

- A single line counts once it is whole; until then it is a torn line (`aidtimeline.log.ending`).
- Several lines are a batch, which counts once all of them are whole. First a note of them is written and flushed to
  disk (`aidtimeline.log.note`), then they are written and flushed, then the note is removed.

**Readers** take no lock. `LogFile.snapshot` says how they find what counts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, TypeAlias

from attrs import define, frozen

from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.log.aside import set_aside
from aidtimeline.log.disk import Disk
from aidtimeline.log.ending import Ending, Left, ending
from aidtimeline.log.note import PENDING, Fits, Note
from aidtimeline.log.status import appended

_BLOCK = 2**20


Identity: TypeAlias = tuple[int, int]
"""The device and inode of a file: they stay the same when it is renamed."""

_NONE: Identity = (0, 0)


def identity(status: os.stat_result) -> Identity:
    """The identity of the file that was looked at."""
    return status.st_dev, status.st_ino


@frozen
class Snapshot:
    """The first `end` bytes of a file, which count and never change; `left` is what follows them.

    `stale` says whether there is a note of a batch that does not fit the file, and so was not believed.
    """

    stream: BinaryIO
    identity: Identity
    end: int
    left: Left
    stale: bool

    @property
    def is_all(self) -> bool:
        """Whether nothing follows but whole lines."""
        return self.left is Left.NOTHING

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
        self._note_path = path + PENDING
        self._open: _Open | None = None

    def close(self) -> None:
        """Close the file that stayed open."""
        if self._open is not None:
            descriptor, self._open = self._open.descriptor, None
            self.disk.close(descriptor)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """What counts of the file at some moment of this call.

        It opens the file and looks at its size, then at the note, then at the file again:

        1. The name now leads to another file: start again.
        2. There is no note, but the file has changed: that may have been part of a batch. Start again.
        3. There is no note, and the file is the same: no batch is within its size. A batch that was within it at the
           first look had ended before the second; then either the size is another, or the batch was taken back, and
           the time of the file is another, whatever has been written since (`Disk.settle`).
        4. There is a note, and half of its batch: the file counts up to where the batch begins.
        5. There is a note, and all of its batch: what was there at the first look counts, and all of the batch.
           Another batch has begun after the first look, if at all.
        6. There is a note that does not fit: it says nothing, unless it is gone or another now. Then start again.
        """
        while True:
            with self.disk.opened(self.path, os.O_RDONLY) as descriptor:
                before, note, after = os.fstat(descriptor), self._note(), os.stat(self.path)
                if identity(before) != identity(after):
                    continue
                size = after.st_size
                fits, end = (None, size) if note is None else note.fits(self.path, descriptor, size)
                if fits in (None, Fits.NOT) and (_changed(before, after) or (note and self._note() != note)):
                    continue
                if fits is Fits.HALF:
                    found = Ending(end, Left.UNFINISHED if end < size else Left.NOTHING)
                else:
                    found = ending(descriptor, max(end, before.st_size))
                with open(descriptor, "rb", closefd=False) as stream:
                    yield Snapshot(stream, identity(after), found.end, found.left, fits is Fits.NOT)
                return

    def append(self, lines: Iterable[bytes]) -> tuple[Identity, int]:
        """Append lines with their line ends, all or none; on return they and the file's name are on the disk.

        `lines` are walked several times. Returns the identity of the file, and the offset at which the first begins.

        A failed append is taken back; if that fails too, the next writer does it.
        """
        first = list(islice(lines, 2))
        if not first:
            return _NONE, 0
        several = len(first) > 1
        file = self._ready()
        size = file.end
        try:
            if several:
                self._begin(file, lines)
            for block in _blocks(lines):
                self.disk.write_all(file.descriptor, block)
                file.end += len(block)
            self.disk.sync(file.descriptor)
        except BaseException:
            with contextlib.suppress(OSError):  # the next writer tries again; until then readers skip it
                self._take_back(size)
            raise
        if several:
            with contextlib.suppress(OSError):  # the batch is there, whatever becomes of its note
                self.disk.remove(self._note_path)
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
        """Take back a batch whose writer died, or end one that it had written whole."""
        note = self._note()
        if note is not None:
            with contextlib.suppress(FileNotFoundError), self.disk.opened(self.path, os.O_RDWR) as descriptor:
                size = os.fstat(descriptor).st_size
                fits, _ = note.fits(self.path, descriptor, size)
                if fits is Fits.WHOLE:
                    self.disk.sync(descriptor)
                elif fits is Fits.HALF:
                    self._set_aside(descriptor, note.start, size)
        self._remove_note()

    def _note(self) -> Note | None:
        try:
            with self.disk.opened(self._note_path, os.O_RDONLY) as descriptor:
                return Note.read(descriptor)
        except FileNotFoundError:
            return None

    def _begin(self, file: _Open, lines: Iterable[bytes]) -> None:
        note = Note.of(self.path, file.descriptor, file.end, lines)
        with self.disk.opened(self._note_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as descriptor:
            self.disk.write_all(descriptor, note.text)
            self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

    def _remove_note(self) -> None:
        """Remove the note, for good: if it came back, it would be believed of lines that are written anew.

        In a sticky folder the files of others cannot be removed, but be emptied: an empty note says nothing.
        """
        try:
            self.disk.remove(self._note_path)
        except FileNotFoundError:
            pass
        except PermissionError:
            with self.disk.opened(self._note_path, os.O_WRONLY | os.O_TRUNC) as descriptor:
                self.disk.sync(descriptor)
        self.disk.sync_folder(self._folder)

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
        """The file, open, and its last line whole: a torn line is set aside, a line end that is missing is written."""
        file = self._to_append()
        size = file.status.st_size
        if size == file.end:
            return file
        found = ending(file.descriptor, size)
        if found.left is Left.TORN:
            self._set_aside(file.descriptor, found.end, size)
        elif found.left is Left.BAD_END:
            self.disk.truncate(file.descriptor, found.end)
        file.end = found.end
        if found.left in (Left.BAD_END, Left.NO_END):
            self.disk.write_all(file.descriptor, b"\n")
            self.disk.sync(file.descriptor)  # so that no later line is torn together with this one
            file.end += 1
        return file

    def _take_back(self, size: int) -> None:
        """Cut off what an append has written that failed: all after the first `size` bytes."""
        if self._open is not None:
            self._open.end = -1
            self._cut(self._open.descriptor, size)
        if os.path.lexists(self._note_path):
            self._remove_note()

    def _set_aside(self, descriptor: int, keep: int, size: int) -> None:
        """Move all after the first `keep` bytes to a file beside this one."""
        if keep < size:
            set_aside(self.path, descriptor, keep, size, self.disk)
            self._cut(descriptor, keep)

    def _cut(self, descriptor: int, size: int) -> None:
        if os.fstat(descriptor).st_size > size:
            self.disk.truncate(descriptor, size)
            self.disk.sync(descriptor)
            self.disk.settle(self.path)


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Whether a file was written to or cut between two looks at it."""
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


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
