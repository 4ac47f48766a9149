"""The files of a log as an engine reads them: in blocks of whole lines, by numbers and offsets."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from attrs import Factory, define, evolve, frozen

from aidtimeline.codec import decode
from aidtimeline.engines.facts.linking import Place
from aidtimeline.events import Record
from aidtimeline.log.disk import Disk
from aidtimeline.log.file import LogFile, Snapshot

BLOCK = 2**22


@frozen
class Status:
    """What the system says of a file: if all of it is the same, so is what the file holds.

    It may lie about a file that was changed within the same tick of its clock: see `is_young`.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, path: str) -> Status:
        """The status of a file now."""
        found = os.stat(path)
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def is_young(self, looked_at: int) -> bool:
        """Whether the file may have been changed since it was looked at (nanoseconds) without a trace in its times."""
        return max(self.modified, self.changed) + 2 * 10**9 > looked_at


@frozen
class Covered:
    """How much of a file of the log a store has: the first `end` bytes, which are `lines` whole lines.

    `digest` is that of these bytes. `status` is what the system said of the file when it was `looked_at` (nanoseconds).
    """

    name: str
    end: int
    lines: int
    digest: str
    looked_at: int
    status: Status

    @classmethod
    def of(cls, found: dict[str, Any]) -> Covered:
        """What was kept as JSON."""
        return cls(**{**found, "status": Status(**found["status"])})

    @property
    def content(self) -> tuple[object, ...]:
        """What it says of the content of the file."""
        return self.name, self.end, self.lines, self.digest

    def looked_at_again(self, path: str) -> Covered | None:
        """The same, after another look at the file if its status does not suffice; None: the file has changed."""
        looked_at, status = time.time_ns(), Status.of(path)
        if status == self.status and not status.is_young(self.looked_at):
            return self
        if status.size < self.end or not has_digest(path, self.end, self.digest):
            return None
        return evolve(self, looked_at=looked_at, status=status)


def opened(path: str) -> LogFile:
    """A file of a log; of a symbolic link what it leads to."""
    return LogFile(os.path.realpath(path), Disk())


def digest() -> Any:
    """What a store knows the content of a file by: its digest so far."""
    return hashlib.sha256()


@define
class Reader:
    """Reads what is committed of a file from an offset on.

    When `blocks` are read, `end` is the offset after the last whole line, and `lines` the number of lines up to it.
    """

    snapshot: Snapshot
    end: int = 0
    lines: int = 0
    digest: Any = Factory(digest)

    def blocks(self) -> Iterator[tuple[int, int, bytes]]:
        """Blocks of whole lines, each with its offset and the number of lines before it."""
        self.snapshot.stream.seek(self.end)
        rest, at = b"", self.end
        while at < self.snapshot.end:
            block = self.snapshot.stream.read(min(BLOCK, self.snapshot.end - at))
            if not block:
                return  # another program has cut the file
            at += len(block)
            whole = block.rfind(b"\n") + 1
            if not whole:
                rest += block
                continue
            found, rest = rest + block[:whole], block[whole:]
            self.digest.update(found)
            yield self.end, self.lines, found
            self.end += len(found)
            self.lines += found.count(b"\n")

    def rest(self) -> bytes:
        """What follows the last whole line: a line without its end, or a part of one."""
        self.snapshot.stream.seek(self.end)
        return self.snapshot.stream.read(self.snapshot.end - self.end)


def has_digest(path: str, end: int, expected: str) -> bool:
    """Whether the first `end` bytes of a file have a digest."""
    found, left = digest(), end
    with open(path, "rb") as stream:
        while left:
            block = stream.read(min(BLOCK, left))
            if not block:
                return False
            found.update(block)
            left -= len(block)
    return bool(found.hexdigest() == expected)


@define
class Lines:
    """The lines of a log by their places; `paths` are those of its files by their numbers."""

    paths: Sequence[str]

    def at(self, places: Iterable[Place]) -> Iterator[tuple[bytes, Place]]:
        """The lines at these places, with them, in the order of the log."""
        for number, several in groupby(sorted(places), key=attrgetter("file")):
            with open(self.paths[number], "rb") as stream:
                for place in several:
                    stream.seek(place.offset)
                    yield stream.readline(), place

    def records(self, places: Iterable[Place]) -> Iterator[tuple[Record, Place]]:
        """The records of these lines, with their places."""
        for line, place in self.at(places):
            yield decode(line, file=self.paths[place.file], line_number=place.line), place
