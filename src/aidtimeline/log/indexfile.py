"""The index of a log in a file beside it, so that a process need not read the log to know what is in it.

| part | what it is |
|---|---|
| the first line | a check of itself and of the columns; as JSON the files that are covered and the number of rows |
| statuses | for each file of the log the digest of a status: a file that has it begins with what is covered |
| columns | numbers as the machine has them, a row for each line (`aidtimeline.log.rows`) |

The file never changes, but for the statuses, and is replaced as a whole. Nothing of it is flushed to the disk: what is
torn or damaged is not used. It is read as a whole, not mapped into memory, since a process dies if another program cuts
off a file that it has mapped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias
from uuid import uuid4

from attrs import define, evolve, field, frozen

from aidtimeline.log import kept
from aidtimeline.log.disk import Disk
from aidtimeline.log.rows import Rows
from aidtimeline.log.status import Status

NAME = "index-1"
"""What the file is called; with another number whenever it changes."""

ROOM = 2**20
"""How much larger than its log the file may be, in bytes: a row is shorter than the line that has its id."""

_BLOCK = 2**20
_LONGEST_HEAD = 2**24
_SIGNED = 16  # bytes of a status
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_DAMAGED = (ValueError, TypeError, KeyError, OverflowError, RecursionError)  # what reading a damaged head raises

Newest: TypeAlias = tuple[str, str, int]
"""The latest instant of recording in a log, as a text without its Z, and the name of its file and its line there."""

_Identity: TypeAlias = tuple[int, int, int]


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino, status.st_size


@frozen
class Covered:
    """A file of the log of which the first `end` bytes, `lines` whole lines, are in the index.

    `parts` are the offsets after parts of these bytes, each with the digest of the part.
    """

    name: str
    end: int = 0
    lines: int = 0
    parts: tuple[tuple[int, str], ...] = ()

    def begins(self, stream: BinaryIO) -> bool:
        """Whether a file begins with what is covered."""
        stream.seek(0)
        at = 0
        for end, digest in self.parts:
            found = hashlib.sha256()
            while at < end:
                block = stream.read(min(_BLOCK, end - at))
                if not block:
                    return False
                found.update(block)
                at += len(block)
            if found.hexdigest() != digest:
                return False
        return at == self.end


@frozen
class _Head:
    """The first line of the file with this identity: its device, inode and size."""

    identity: _Identity
    check: int
    start: int
    """Where statuses begin."""

    numbers: Mapping[str, int]
    """The number of each file that is covered."""

    covered: Sequence[Covered]
    rows: int
    newest: Newest | None

    @classmethod
    def of(cls, line: bytes, identity: _Identity) -> _Head:
        """What the line says. Raises one of `_DAMAGED`."""
        check, _, text = line.partition(b" ")
        found = json.loads(text)
        if found["order"] != sys.byteorder:
            raise ValueError("numbers of another machine")
        covered = [
            Covered(str(name), int(end), int(lines), tuple((int(after), str(digest)) for after, digest in parts))
            for name, end, lines, parts in found["files"]
        ]
        numbers = {each.name: number for number, each in enumerate(covered)}
        newest = found["newest"]
        if newest is not None:
            instant, name, number = newest
            newest = str(instant), str(name), int(number)
        return cls(identity, int(check, 16), len(line), numbers, covered, int(found["rows"]), newest)

    def sign(self, status: Status) -> bytes:
        """What is written for a status."""
        said = (self.check, status.device, status.inode, status.size, status.modified, status.changed)
        return hashlib.blake2b(repr(said).encode(), digest_size=_SIGNED).digest()


@define
class Kept:
    """The statuses in the file of an index that was loaded or written.

    What one says stays true whatever happens to the log. If another process puts another index in the place of this
    one, the statuses of that one are meant from then on.
    """

    _path: Path
    _head: _Head
    _own: _Identity = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._own = self._head.identity

    def says(self, name: str, status: Status) -> bool:
        """Whether a file with this status is known to begin with what the index covers that was loaded."""
        sign = self._head.sign
        return self._at(name, os.O_RDONLY, lambda file: self._is_own and os.read(file, _SIGNED) == sign(status))

    def note(self, name: str, status: Status) -> None:
        """Note that a file with this status was found to begin with what the index covers that was loaded."""
        self._at(name, os.O_RDWR, lambda file: self._is_own and os.write(file, self._head.sign(status)) > 0)

    def appended(self, name: str, before: Status, after: Status, *, is_known: bool) -> None:
        """Note the status that a file has after an append of this process, if it was known with that of before.

        That is: if the one before is noted, or `is_known` to this process for the index that was loaded.
        """

        def move_on(file: int) -> bool:
            if not (self._is_own and is_known):
                if os.read(file, _SIGNED) != self._head.sign(before):
                    return False
                os.lseek(file, -_SIGNED, os.SEEK_CUR)
            return os.write(file, self._head.sign(after)) > 0

        self._at(name, os.O_RDWR, move_on)

    @property
    def _is_own(self) -> bool:
        return self._head.identity == self._own

    def _at(self, name: str, flags: int, does: Callable[[int], bool]) -> bool:
        """What a function says of the file, which is open at the status of a file of the log; False if it cannot be."""
        with (
            contextlib.suppress(OSError, *_DAMAGED),
            Disk().opened(str(self._path), flags | _NO_LINK) as descriptor,
        ):
            found = _identity(os.fstat(descriptor))
            if found != self._head.identity:
                self._head = _Head.of(_first_line(descriptor), found)
            os.lseek(descriptor, self._head.start + _SIGNED * self._head.numbers[name], os.SEEK_SET)
            return does(descriptor)
        return False


def _first_line(descriptor: int) -> bytes:
    found = b""
    while (end := found.find(b"\n") + 1) == 0:
        block = os.read(descriptor, _BLOCK)
        if not block or len(found) > _LONGEST_HEAD:
            raise ValueError("no first line")
        found += block
    return found[:end]


def load(path: Path, most: int) -> tuple[Sequence[Covered], Rows, Kept, Newest | None] | None:
    """The index in a file, and the latest instant; None if there is none, or it is damaged, or longer than `most`."""
    with contextlib.suppress(OSError, *_DAMAGED):
        with Disk().opened(str(path), os.O_RDONLY | _NO_LINK) as descriptor:
            status = os.fstat(descriptor)
            with open(descriptor, "rb", closefd=False) as stream:
                data = stream.read() if status.st_size <= most else b""
        head = _Head.of(data[: data.index(b"\n") + 1], _identity(status))
        columns = memoryview(data)[head.start + _SIGNED * len(head.covered) :]
        if head.check == _check(data[9 : head.start], columns):
            return head.covered, Rows.of(columns, head.rows), Kept(path, head), head.newest
    return None


def write(
    folder: Path,
    covered: Sequence[Covered],
    statuses: Sequence[Status | None],
    rows: Rows,
    newest: Newest | None = None,
) -> Kept | None:
    """Put an index in its place beside the log in a folder, instead of the one that is there; None if it cannot be.

    A file of the log that has the status given is known to begin with what is covered of it; None: is not known to.
    """
    columns = rows.columns
    files = [(each.name, each.end, each.lines, each.parts) for each in covered]
    text = json.dumps({"order": sys.byteorder, "rows": len(rows), "newest": newest, "files": files}).encode()
    text += b" " * (-(len(text) + 10) % 8) + b"\n"  # so that numbers are where the machine likes them
    check = _check(text, *columns)
    for place in kept.places(folder):
        made = place / f"{NAME}.{uuid4().hex}"
        with contextlib.suppress(OSError):
            try:
                kept.ready(place)
                with (
                    Disk().opened(str(made), os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor,
                    open(descriptor, "wb", closefd=False) as stream,
                ):
                    head = _Head.of(b"%08x " % check + text, (0, 0, 0))
                    stream.write(b"%08x " % check + text)
                    for status in statuses:
                        stream.write(bytes(_SIGNED) if status is None else head.sign(status))
                    for column in columns:
                        stream.write(column)
                    stream.flush()
                    head = evolve(head, identity=_identity(os.fstat(descriptor)))
                os.replace(made, place / NAME)
            finally:
                made.unlink(missing_ok=True)
            _clear_away(place)
            return Kept(place / NAME, head)
    return None


def size(folder: Path) -> int:
    """How many bytes the index of a log takes; 0 if there is none."""
    for place in kept.places(folder):
        with contextlib.suppress(OSError):
            return (place / NAME).lstat().st_size
    return 0


def _check(*parts: bytes | memoryview) -> int:
    found = 0
    for part in parts:
        found = zlib.crc32(part, found)
    return found


def _clear_away(place: Path) -> None:
    """Remove the index of other versions of the code, and what dead processes were writing."""
    for path in kept.found(place, "index-"):
        if path.name != NAME and not kept.is_younger(path, kept.MOMENT if "." in path.name else kept.WEEK):
            kept.remove(path)
