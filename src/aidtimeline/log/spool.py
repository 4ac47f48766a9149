"""Lines that wait to be written: kept in memory while they are few, then in a file without a name.

So what is to be recorded is made before the log is locked, however long that takes and whatever it raises.
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from tempfile import SpooledTemporaryFile, gettempdir
from types import TracebackType
from typing import Self, TypeAlias

from attrs import frozen

from aidtimeline.log.disk import log_error

Lookup: TypeAlias = Callable[[Sequence[int], Sequence[str]], Mapping[str, int]]
"""Says of positions and their ids which records are there: each id with its instant in microseconds."""

IN_MEMORY = 2**22
"""How many bytes of lines are kept in memory."""

_ID = 16  # bytes
_AT_ONCE = 2**12
"""How many records are looked up together."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Spool:
    """Lines with their line ends, each with its id and the instant at which it was recorded, by their positions.

    Use it in a `with`, or `close` it. Instants are counted in microseconds.

    >>> with Spool() as spool:
    ...     for letter in "ab":
    ...         spool.add(letter * 32, datetime(2026, 11, 21, tzinfo=UTC), f"{letter}\\n".encode())
    ...     lines = spool.lines([1])
    ...     len(spool), spool.id(0)[:3], list(lines), list(lines)
    (2, 'aaa', [b'b\\n'], [b'b\\n'])
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
        self._ids = bytearray()
        self._instants = array("q")
        self._starts = array("q", [0])
        self._last = _EPOCH, 0

    @classmethod
    def of(cls, lines: Iterable[tuple[str, datetime, bytes]]) -> Self:
        """All of these lines. What they raise ends it."""
        spool = cls()
        try:
            for id_, recorded_at, line in lines:
                spool.add(id_, recorded_at, line)
        except BaseException:
            spool.close()
            raise
        return spool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Forget the lines."""
        with contextlib.suppress(OSError):  # what it could not write is not needed any more
            self._file.close()

    def add(self, id_: str, recorded_at: datetime, line: bytes) -> None:
        """Add a line."""
        self._ids += bytes.fromhex(id_)
        if recorded_at is not self._last[0]:
            self._last = recorded_at, ticks(recorded_at)
        self._instants.append(self._last[1])
        self._starts.append(self._starts[-1] + len(line))
        try:
            self._file.write(line)
        except OSError as error:  # such as a temporary folder that is full
            raise log_error(error, gettempdir()) from error

    def __len__(self) -> int:
        return len(self._instants)

    @property
    def size(self) -> int:
        """How many bytes the lines have."""
        return self._starts[-1]

    def id(self, position: int) -> str:
        """The id of a line."""
        return self._ids[position * _ID : position * _ID + _ID].hex()

    def instant(self, position: int) -> int:
        """The instant of a line, in microseconds."""
        return self._instants[position]

    def line(self, position: int) -> bytes:
        """A line."""
        return next(self.walk((position,)))

    def ids(self) -> Iterator[str]:
        """The id of each line."""
        return map(self.id, range(len(self)))

    def chosen(self, positions: Iterable[int], standing: Lookup) -> Sequence[int]:
        """Those of the positions, in order, whose record is not there yet, or only with a later instant."""
        try:
            self._file.flush()
        except OSError as error:
            raise log_error(error, gettempdir()) from error
        earliest: dict[str, int] = {}
        chosen, left = array("q"), iter(positions)
        while part := list(islice(left, _AT_ONCE)):
            ids = [self.id(position) for position in part]
            there = standing(part, ids)
            for position, id_ in zip(part, ids, strict=True):
                known, recorded_at = earliest.get(id_, there.get(id_)), self._instants[position]
                if known is None or recorded_at < known:
                    earliest[id_] = recorded_at
                    chosen.append(position)
        return chosen

    def lines(self, positions: Sequence[int]) -> Iterable[bytes]:
        """The lines at ascending positions. They can be walked again and again, but not two walks at once."""
        return _Lines(self, positions)

    def walk(self, positions: Sequence[int]) -> Iterator[bytes]:
        """The lines at ascending positions, once."""
        at = -1
        for position in positions:
            start, end = self._starts[position], self._starts[position + 1]
            if start != at:
                self._file.seek(start)
            yield self._file.read(end - start)
            at = end


@frozen
class _Lines:
    spool: Spool
    positions: Sequence[int]

    def __iter__(self) -> Iterator[bytes]:
        return self.spool.walk(self.positions)


def ticks(instant: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (instant - _EPOCH) // _TICK
