"""The note beside a file, `NAME.pending`, while a batch is written to it: which lines will follow which bytes.

It is on the disk before the batch begins. From then on the batch counts once all of its lines are there, in their
order; until then the file ends where the batch begins. So the removal of the note decides nothing, and it may come
back when the power fails.

A note speaks of one state of one file. A folder that was copied while a batch was written keeps the note, and the file
may be brought up to date later. So a note is believed only if what it says fits: the name of the file, what stands
before the batch, and that what follows are lines of the batch, whole, broken off, or with holes.

    {"pending":1,"number":…,"file":"events.jsonl","start":1830,"before":…,"lines":2}
    (a line for each line of the batch: its digest)
    (a line with the digest of all lines above)
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any
from uuid import uuid4

from attrs import frozen

from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.log.ending import has_hole, read_at

PENDING = ".pending"

_BEFORE = 2**16
"""How many bytes before the batch are compared; records have ids made of their content, so few would do."""
_LINE = 17
"""How many bytes a note has for each line of the batch."""
_HEAD, _CHECK = 1000, 33
_ROOM = 2**16


class Fits(Enum):
    """What a note is worth, given the file that it speaks of."""

    WHOLE = "all of the batch is there"
    HALF = "the batch is being written, or its writer died"
    NOT = "it speaks of another state of the file"


@frozen
class Note:
    """A batch that is to follow the first `start` bytes of a file.

    `before` is the digest of the last bytes before it, `digests` has those of its lines, each with a line end.
    """

    number: str
    file: str
    start: int
    before: str
    digests: bytes

    @classmethod
    def of(cls, path: str, descriptor: int, start: int, lines: Iterable[bytes]) -> Note:
        """A new note of a batch that is to be written to an open file."""
        digests = bytearray()
        for line in lines:
            digests += _digest(line)
        return cls(uuid4().hex, os.path.basename(path), start, _before(descriptor, start), bytes(digests))

    @classmethod
    def read(cls, descriptor: int) -> Note | None:
        """The note in an open file; None if it was not written whole, so that its batch has not begun."""
        size = os.fstat(descriptor).st_size
        head = read_at(descriptor, 0, min(size, _HEAD)).partition(b"\n")[0] + b"\n"
        try:
            said = json.loads(head)
            number, file, start, before = said["number"], said["file"], int(said["start"]), said["before"]
            end = len(head) + _LINE * int(said["lines"])
        except (ValueError, TypeError, LookupError, OverflowError):
            return None
        if size != end + _CHECK:
            return None
        digests = b"".join(_blocks(descriptor, len(head), end))
        if read_at(descriptor, end, _CHECK) != _check(head, digests):
            return None
        return cls(number, file, start, before, digests)

    @property
    def text(self) -> bytes:
        """What `read` reads."""
        said: dict[str, Any] = {"pending": 1, "number": self.number, "file": self.file, "start": self.start}
        said |= {"before": self.before, "lines": self.lines}
        head = json.dumps(said, separators=(",", ":")).encode() + b"\n"
        return head + self.digests + _check(head, self.digests)

    @property
    def lines(self) -> int:
        """How many lines the batch has."""
        return len(self.digests) // _LINE

    def fits(self, path: str, descriptor: int, size: int) -> tuple[Fits, int]:
        """What it is worth for the first `size` bytes of an open file, and where the file ends for that reason.

        That is at the end of a whole batch, and at the beginning of half of one. A note that does not fit says nothing.
        """
        if os.path.basename(path) != self.file or not 0 <= self.start <= size:
            return Fits.NOT, size
        if self.before != _before(descriptor, self.start):
            return Fits.NOT, size
        end, number = self.start, 0
        lines: frozenset[bytes] | None = None  # once one of them has holes, those that follow are not counted
        for line in _whole_lines(descriptor, self.start, size):
            digest = _digest(line)
            if lines is None and digest == self.digests[_LINE * number : _LINE * (number + 1)]:
                number += 1
            else:
                lines = lines or frozenset(self.digests.splitlines(keepends=True))
                if digest not in lines and not has_hole(line, end):
                    return Fits.NOT, size
            end += len(line)
            if number == self.lines:
                return Fits.WHOLE, end
        return Fits.HALF, self.start


def _whole_lines(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """The lines between two offsets that have their line ends, up to the first that is too long."""
    os.lseek(descriptor, start, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as stream:
        while start < end and (line := stream.readline(min(end - start, MAX_LINE_BYTES + 2))).endswith(b"\n"):
            start += len(line)
            yield line


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=8).hexdigest().encode() + b"\n"


def _before(descriptor: int, start: int) -> str:
    first = max(0, start - _BEFORE)
    return hashlib.blake2b(read_at(descriptor, first, start - first), digest_size=16).hexdigest()


def _check(head: bytes, digests: bytes) -> bytes:
    check = hashlib.blake2b(head, digest_size=16)
    check.update(digests)
    return check.hexdigest().encode() + b"\n"


def _blocks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    os.lseek(descriptor, start, os.SEEK_SET)
    while start < end and (block := os.read(descriptor, min(_ROOM, end - start))):
        start += len(block)
        yield block
