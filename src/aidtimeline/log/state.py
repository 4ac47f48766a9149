"""How much of each file of a log was read, or counts: what follows it is what was added since.

What counts of a file does not change, unless an append fails that was seen before it ended, or another program meddles:
then its tail is another. So of a log that grows meanwhile, only the difference needs another look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TypeAlias

from attrs import evolve, frozen

from aidtimeline.errors import LogError
from aidtimeline.log.file import Identity, Snapshot

TAIL = 2**16
"""How many bytes before the end of what was read show that it is still there. An append that failed is taken back."""


@frozen
class Extent:
    """The first `end` bytes of a file, which are `lines` lines; the last one may lack its line end (not `ended`).

    `tail` is a digest of the last bytes before the end.
    """

    identity: Identity
    end: int = 0
    lines: int = 0
    ended: bool = True
    tail: bytes = b""

    def with_tail(self, snapshot: Snapshot) -> Extent:
        """The same, with the digest of its last bytes in a snapshot of its file."""
        return evolve(self, tail=_tail(snapshot, self.end))


State: TypeAlias = dict[str, Extent]
"""Of each file of a log, by its name, how much was read."""


class Replaced(LogError):
    """A file of the log is gone, or another has its name: what was read of it no longer holds."""


class Overtaken(LogError):
    """The log was given something that what is to be recorded depends on. Nothing was recorded."""


def since(extent: Extent, snapshot: Snapshot, path: str) -> Iterator[tuple[int, bytes, int]]:
    """The lines of a file after an extent: the number of each, its bytes, and the offset after it.

    Raises `Replaced` as `check_same` does.
    """
    check_same(extent, snapshot, path)
    number = extent.lines
    for line, end in snapshot.lines(extent.end):
        if number == extent.lines and not extent.ended and line == b"\n":
            yield number, line, end  # the end that the last line lacked
            continue
        number += 1
        yield number, line, end


def check_same(extent: Extent, snapshot: Snapshot, path: str) -> None:
    """Raise `Replaced` if a snapshot is not of the file of an extent, is shorter, or has something else there."""
    same = extent.identity == snapshot.identity and extent.end <= snapshot.end
    if not same or (extent.end and _tail(snapshot, extent.end) != extent.tail):
        raise replaced(path)


def _tail(snapshot: Snapshot, end: int) -> bytes:
    start = max(0, end - TAIL)
    snapshot.stream.seek(start)
    return hashlib.blake2b(snapshot.stream.read(end - start), digest_size=16).digest()


def replaced(path: str) -> Replaced:
    """The error that a file is not the one that was read."""
    return Replaced(f"{path}: replaced or cut while it was in use; try again")
