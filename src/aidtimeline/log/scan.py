"""Finding the id of each line of a file, without decoding the lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, count
from operator import add

from attrs import frozen

from aidtimeline.log.file import Snapshot

# A quote within a text is escaped, so this matches nothing but a field, and no event has a field of that name.
_ID = re.compile(r'"id"\s*:\s*"([0-9a-f]{32})"', re.ASCII)

# How a line begins that this library wrote; the line end before it is part of it, so no line has two.
_WRITTEN = re.compile(r'\n\{"kind":"[a-z]+","v":[0-9]+,"id":"([0-9a-f]{32})"')

_BLOCK = 2**18


@frozen
class Block:
    """Lines that follow each other: the id in each (None: there is none), the offsets at which they begin and end.

    The last line of a file may have no line end; then it has no offset here, and does not count for the `end`.
    """

    ids: Sequence[str | None]
    starts: Sequence[int]
    end: int


def scan(snapshot: Snapshot, start: int, read: Callable[[bytes], object]) -> Iterator[Block]:
    """The lines of a file from an offset on; a function is given all bytes of those that have a line end."""
    stream, at = snapshot.stream, start
    while at < snapshot.end:
        stream.seek(at)
        data = stream.read(min(_BLOCK, snapshot.end - at))
        data = data[: data.rfind(b"\n") + 1]
        if data:
            read(data)
            block = _block(data, at)
        else:
            line, end = next(snapshot.lines(at), (b"", at))
            if not line:
                return  # another program has cut the file
            block = _line(line, at, end)
            for offset in range(at, block.end, _BLOCK):
                stream.seek(offset)
                read(stream.read(min(_BLOCK, block.end - offset)))
        yield block
        if not block.starts:
            return
        at = block.end


def _block(data: bytes, at: int) -> Block:
    text = data.decode("latin-1")  # a byte is a character, as offsets are
    ids: list[str | None] = _WRITTEN.findall("\n" + text)
    lines = text.split("\n")[:-1]
    if len(ids) != len(lines):
        ids = [_id(line) for line in lines]
    starts = [at, *map(add, accumulate(map(len, lines[:-1])), count(at + 1))]
    return Block(ids, starts, at + len(data))


def _line(line: bytes, start: int, end: int) -> Block:
    """A line that is longer than others, or the last one of a file."""
    id_ = _id(line.decode("latin-1"))
    if line.endswith(b"\n"):
        return Block([id_], [start], end)
    return Block([id_], [], start)


def _id(line: str) -> str | None:
    match = _ID.search(line)
    return match[1] if match else None
