"""The files of a log as an engine reads them: in blocks of whole lines, by numbers and offsets."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from attrs import Factory, define, evolve, frozen

from aidtimeline.codec import decode
from aidtimeline.engines.facts.linking import Place
from aidtimeline.errors import LogError, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log.disk import Disk, as_log_error
from aidtimeline.log.file import LogFile, Snapshot
from aidtimeline.log.status import Content, Status, is_remembered, remember

BLOCK = 2**22

LONG = 2**22
"""How long a file is, in bytes, so that what this process remembers of it is worth more than another look."""


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
    def content(self) -> Content:
        """What the file begins with."""
        return Content(self.end, self.digest)

    @property
    def says(self) -> tuple[object, ...]:
        """All but when it was looked at."""
        return self.name, self.lines, self.content

    def looked_at_again(self, path: str) -> Covered | None:
        """The same, after another look at the file if its status does not suffice; None: the file has changed.

        What only this process knows of the file, from its own appends, is `looked_at` 0.
        """
        looked_at, status = time.time_ns(), Status.of(path)
        if status == self.status and not status.is_young(self.looked_at):
            remember(status, self.content)
            return self
        if status.size >= LONG and is_remembered(status, self.content):
            return evolve(self, looked_at=0, status=status)
        if not begins_with(path, self.content):
            return None
        remember(status, self.content)
        return evolve(self, looked_at=looked_at, status=status)


@define
class Seen:
    """What was seen of a file of the log when it was opened: what a store covers of it, and what follows that.

    `status` is what the system said of the file then, or after a later look; None: it may have changed meanwhile.
    """

    path: str
    covered: Content
    more: Content
    status: Status | None

    @property
    def end(self) -> int:
        """How many bytes count."""
        return self.covered.end + self.more.end

    def check(self) -> None:
        """Raise `LogError` if the file has changed since, other than by growing."""
        with as_log_error(self.path):
            status = Status.of(self.path)
            if status == self.status:
                return
            is_same = status.size >= LONG and is_remembered(status, self.covered)
            if not (is_same or begins_with(self.path, self.covered)) or not begins_with(
                self.path, self.more, self.covered.end
            ):
                raise changed(self.path)
        self.status = status


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
    `progress` is told each `end`.
    """

    snapshot: Snapshot
    end: int = 0
    lines: int = 0
    digest: Any = Factory(digest)
    progress: Callable[[int], None] = lambda _end: None

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
            self.progress(self.end)

    def rest(self) -> bytes:
        """What follows the last whole line: a line without its end, or a part of one."""
        self.snapshot.stream.seek(self.end)
        return self.snapshot.stream.read(self.snapshot.end - self.end)


def digest_of_both(seen: Seen) -> str:
    """The digest of all that counts of a file. Raises `LogError` if the file has changed since it was seen."""
    whole = digest()
    with as_log_error(seen.path), open(seen.path, "rb") as stream:
        for content in (seen.covered, seen.more):
            part, left = digest(), content.end
            while left and (block := stream.read(min(BLOCK, left))):
                whole.update(block)
                part.update(block)
                left -= len(block)
            if part.hexdigest() != content.digest:
                raise changed(seen.path)
    return str(whole.hexdigest())


def changed(path: str) -> LogError:
    """The error that a file is not what it was."""
    return LogError(f"{path}: another program has changed what was read of it: open the log again")


def begins_with(path: str, content: Content, start: int = 0) -> bool:
    """Whether a file has a content, from an offset on."""
    found, left = digest(), content.end
    with open(path, "rb") as stream:
        stream.seek(start)
        while left:
            block = stream.read(min(BLOCK, left))
            if not block:
                return False
            found.update(block)
            left -= len(block)
    return bool(found.hexdigest() == content.digest)


@define
class Lines:
    """The lines of a log by their places; `paths` are those of its files by their numbers.

    `seen` is what the files were when the log was opened, if they must not have changed since.
    """

    paths: Sequence[str]
    seen: Sequence[Seen] = ()

    def at(self, places: Iterable[Place]) -> Iterator[tuple[bytes, Place]]:
        """The lines at these places, with them, in the order of the log. Raises `LogError` if a file has changed."""
        for number, several in groupby(sorted(places), key=attrgetter("file")):
            with self.unchanged(number), open(self.paths[number], "rb") as stream:
                for place in several:
                    stream.seek(place.offset)
                    yield stream.readline(), place

    def records(self, places: Iterable[Place]) -> Iterator[tuple[Record, Place]]:
        """The records of these lines, with their places."""
        for line, place in self.at(places):
            try:
                record = decode(line, file=self.paths[place.file], line_number=place.line)
            except UnreadableLog:
                self.check(place.file)
                raise
            yield record, place

    @contextlib.contextmanager
    def unchanged(self, number: int) -> Iterator[None]:
        """While a file is read; in the end, `LogError` if it has changed since the log was opened."""
        with as_log_error(self.paths[number]):
            yield
            self.check(number)

    def check(self, number: int) -> None:
        """Raise `LogError` if a file has changed since the log was opened."""
        if self.seen:
            self.seen[number].check()
