"""Finding the id of each line of a file, and the latest instant of all, without decoding the lines."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, count
from operator import add
from typing import TypeAlias

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.log.file import Snapshot
from aidtimeline.values.dates import format_instant, parse_instant

# A quote within a text is escaped, so this matches nothing but a field, and no event has a field of that name.
_ID = re.compile(r'"id"\s*:\s*"([0-9a-f]{32})"', re.ASCII)

# How a line begins that this library wrote; the line end before it is part of it, so no line has two.
# It finds the id, `_BETWEEN`, and the instant of recording: of two such, without the Z, the later is the greater.
_WRITTEN = re.compile(
    r'\n\{"kind":"[a-z]+","v":[0-9]+,"id":"([0-9a-f]{32}","recorded_at":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15})Z"'
)
_BETWEEN = '","recorded_at":"'
_DIGITS = 32

_RECORDED = re.compile(rb'"recorded_at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15})Z"')
_INSTANT = re.compile(r'"recorded_at"\s*:\s*"([^"]*)"')

_BLOCK = 2**18


Newest: TypeAlias = tuple[str, int]


@frozen
class Block:
    """Lines that follow each other: the id in each (None: there is none), the offsets at which they begin and end.

    The last line of a file may have no line end; then it has no offset here, and does not count for the `end`.
    `newest` is the latest instant of recording in any of them, as a text without its Z, and how many lines come before.
    """

    ids: Sequence[str | None]
    starts: Sequence[int]
    end: int
    newest: Newest | None = None


def scan(snapshot: Snapshot, start: int, read: Callable[[bytes], object]) -> Iterator[Block]:
    """The lines of a file from an offset on; a function is given all bytes of those that have a line end."""
    stream, at = snapshot.stream, start
    while at < snapshot.end:
        stream.seek(at)
        data = stream.read(min(_BLOCK, snapshot.end - at))
        data = data[: data.rfind(b"\n") + 1]
        if data:
            read(data)
            block = block_of(data, at)
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


def id_in(line: bytes) -> str | None:
    """The id in a line; None if there is none."""
    return _id(line.decode("latin-1"))


def block_of(data: bytes, at: int) -> Block:
    """Whole lines that stand at an offset."""
    text = data.decode("latin-1")  # a byte is a character, as offsets are
    found: list[str] = _WRITTEN.findall("\n" + text)
    lines = text.split("\n")[:-1]
    starts = [at, *map(add, accumulate(map(len, lines[:-1])), count(at + 1))]
    if len(found) != len(lines):
        return Block([_id(line) for line in lines], starts, at + len(data), newest_in(lines))
    newest = max([each[_DIGITS + len(_BETWEEN) :] for each in found])
    before = text.count("\n", 0, text.find(f'{_BETWEEN}{newest}Z"'))
    return Block([each[:_DIGITS] for each in found], starts, at + len(data), (newest, before))


def _line(line: bytes, start: int, end: int) -> Block:
    """A line that is longer than others, or the last one of a file."""
    text = line.decode("latin-1")
    id_ = _id(text)
    if line.endswith(b"\n"):
        return Block([id_], [start], end, newest_in([text]))
    return Block([id_], [], start, newest_in([text]))


def _id(line: str) -> str | None:
    match = _ID.search(line)
    return match[1] if match else None


def newest_of(data: bytes, size: int) -> Newest | None:
    """The latest instant of recording in so many lines that this library wrote. Most batches have but one."""
    first = _RECORDED.search(data)
    if first is not None and data.count(first[0]) == size:
        return first[1].decode(), 0
    return block_of(data, 0).newest


def newest_in(lines: Iterable[str]) -> Newest | None:
    """The latest instant of recording in lines, as a text without its Z, and how many lines come before.

    >>> newest_in(['{"recorded_at":"2026-11-21T10:00:00Z"}', '{"recorded_at":"2026-11-21T19:00:00.5+09:00"}'])
    ('2026-11-21T10:00:00.500000', 1)
    """
    return max(_instants(lines), default=None)


def _instants(lines: Iterable[str]) -> Iterator[Newest]:
    for number, line in enumerate(lines):
        for each in _INSTANT.findall(line):
            with contextlib.suppress(InvalidValue):
                yield format_instant(parse_instant(each)).removesuffix("Z"), number
