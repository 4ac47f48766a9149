"""How a file of the log ends: how many of its bytes count, and what follows them.

A writer may have died within its last line, or the power may have failed. Then the line breaks off, or it has its
length but not all of its content: what never reached the disk reads as zeros, in whole sectors. Neither was
acknowledged. All that was acknowledged counts: also a line whose end is missing, or damaged.
"""

from __future__ import annotations

import os
import re
from enum import Enum

from attrs import frozen

from aidtimeline.codec import decode
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES, is_torn
from aidtimeline.errors import UnreadableLog

SECTOR = 512
"""What disks write at once, in bytes; all of them write this much or a multiple of it."""

_NEAR = 4096  # more than most lines have
_ZEROS = re.compile(rb"\0+")


class Left(Enum):
    """What follows the bytes of a file that count."""

    NOTHING = "nothing"
    NO_END = "no line end"
    """The last line, which counts, has no line end."""
    BAD_END = "a damaged line end"
    """Another byte stands where the last line, a record that counts, has its line end."""
    TORN = "a torn line"
    """A line that was never written whole."""
    UNFINISHED = "an unfinished batch"
    """A batch that is being written, or whose writer died."""


@frozen
class Ending:
    """The first `end` bytes of a file count; `left` is what follows."""

    end: int
    left: Left


def ending(descriptor: int, size: int) -> Ending:
    """How the first `size` bytes of an open file end, if no batch is pending."""
    start, line = _last_line(descriptor, size)
    if len(line.removesuffix(b"\n")) > MAX_LINE_BYTES:
        return Ending(size, Left.NOTHING if line.endswith(b"\n") else Left.NO_END)
    if not line.endswith(b"\n") and _is_record(line[:-1]):
        return Ending(size - 1, Left.BAD_END)
    if has_hole(line, start) or (not line.endswith(b"\n") and is_torn(line)):
        return Ending(start, Left.TORN)
    return Ending(size, Left.NOTHING if not line or line.endswith(b"\n") else Left.NO_END)


def has_hole(line: bytes, start: int) -> bool:
    """Whether sectors of a line that begins at offset `start` never reached the disk: zeros fill them.

    No line has a zero, since JSON escapes it. Zeros elsewhere are damage.

    >>> has_hole(b"a" * 512 + bytes(512) + b"a", 0), has_hole(bytes(12) + b"a", 500), has_hole(b"a" + bytes(512), 0)
    (True, True, False)
    """
    return any(
        (found.start() == 0 or (start + found.start()) % SECTOR == 0)
        and (found.end() == len(line) or (start + found.end()) % SECTOR == 0)
        for found in _ZEROS.finditer(line)
    )


def read_at(descriptor: int, start: int, size: int) -> bytes:
    """Up to `size` bytes of an open file, from an offset on."""
    os.lseek(descriptor, start, os.SEEK_SET)
    return os.read(descriptor, size)


def _last_line(descriptor: int, size: int) -> tuple[int, bytes]:
    """The offset of the last line, and the line with its end, if it has one; only the end of one that is too long."""
    start, found = size, b""
    for room in (_NEAR, MAX_LINE_BYTES + 2):
        start = max(0, size - room)
        found = read_at(descriptor, start, size - start)
        first = found.rfind(b"\n", 0, -1) + 1
        if first or not start:
            return start + first, found[first:]
    return start, found


def _is_record(line: bytes) -> bool:
    try:
        return bool(decode(line))
    except UnreadableLog:
        return False
