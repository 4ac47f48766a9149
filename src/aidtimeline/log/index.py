"""The lines of each id in the log, found without decoding, and kept up to date as files grow."""

from __future__ import annotations

import os
import re
import stat
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from aidtimeline.log.file import Identity, LogFile, identity

# A quote within a text is escaped, so this matches nothing but a field, and no event has a field of that name.
_ID = re.compile(rb'"id"\s*:\s*"([0-9a-f]{32})"')


@frozen
class Place:
    """A line: the name of its file, its offset there in bytes, and its number, from 1."""

    name: str
    offset: int
    number: int


@define
class _Seen:
    """What was read of a file so far: its whole lines, up to `end`; `starts` are their offsets in bytes."""

    identity: Identity
    end: int = 0
    starts: array[int] = field(factory=lambda: array("q"))

    def is_all_of(self, status: os.stat_result) -> bool:
        """Whether that is all of the file. A symbolic link is always read again."""
        return self.end == status.st_size and self.identity == identity(status) and not stat.S_ISLNK(status.st_mode)


@define
class Index:
    """The lines of each id, as the name of a file and the number of a line.

    `_last` has the line of each id that was found last, `_others` those before it, for the few ids with several. Lines
    that cannot be read may be among them, and a last line that has no line end yet.
    """

    _seen: dict[str, _Seen] = field(factory=dict)
    _last: dict[str, tuple[str, int]] = field(factory=dict)
    _others: dict[str, list[tuple[str, int]]] = field(factory=dict)

    def ids(self) -> Collection[str]:
        """Every id."""
        return frozenset(self._last)

    def known(self, ids: Iterable[str]) -> Collection[str]:
        """Those of these ids that are in the log."""
        return self._last.keys() & ids

    def places(self, id_: str) -> Sequence[Place]:
        """The lines of an id, in the order in which they were found; empty if it is not in the log."""
        return [Place(name, self._start(name, number), number) for name, number in self._lines(id_)]

    def last_line(self, name: str, id_: str) -> int | None:
        """The number of the last line of a file that has an id; None if another program has removed it."""
        return max((number for where, number in self._lines(id_) if where == name), default=None)

    def refresh(self, files: Mapping[str, os.stat_result], log_file: Callable[[str], LogFile]) -> None:
        """Read what has been added to the files; or all of them again, if one was replaced or removed.

        `files` are those of the log by name, with their `lstat`; `log_file` opens one.
        """
        if self._seen.keys() <= files.keys():
            for name, status in files.items():
                seen = self._seen.get(name)
                if not (seen and seen.is_all_of(status)) and not self._grow(name, log_file(name)):
                    break
            else:
                return
        self._seen.clear()
        self._last.clear()
        self._others.clear()
        self.refresh(files, log_file)

    def extend(self, name: str, found: Identity, start: int, lines: Mapping[str, bytes]) -> Sequence[int] | None:
        """Add lines that were appended to a file at offset `start`, by id; returns their numbers.

        Returns None if they do not follow what was read of the file: then `refresh` must read it.
        """
        seen = self._seen.get(name) or self._seen.setdefault(name, _Seen(found))
        if (seen.identity, seen.end) != (found, start):
            return None
        numbers = range(len(seen.starts) + 1, len(seen.starts) + 1 + len(lines))
        for number, (id_, line) in zip(numbers, lines.items(), strict=True):
            self._add(name, number, id_)
            seen.starts.append(seen.end)
            seen.end += len(line)
        return numbers

    def _grow(self, name: str, file: LogFile) -> bool:
        with file.snapshot() as snapshot:
            seen = self._seen.setdefault(name, _Seen(snapshot.identity))
            if seen.identity != snapshot.identity or seen.end > snapshot.end:
                return False
            for line, end in snapshot.lines(seen.end):
                ended = line.endswith(b"\n")
                match = _ID.search(line)
                if match:
                    self._add(name, len(seen.starts) + 1, match[1].decode())
                if ended:
                    seen.starts.append(seen.end)
                    seen.end = end
        return True

    def _add(self, name: str, number: int, id_: str) -> None:
        """Add a line of a file."""
        before = self._last.get(id_)
        if before is not None and before != (name, number):  # a last line without its line end is read twice
            self._others.setdefault(id_, []).append(before)
        self._last[id_] = name, number

    def _lines(self, id_: str) -> Iterator[tuple[str, int]]:
        if id_ in self._last:
            yield from self._others.get(id_, ())
            yield self._last[id_]

    def _start(self, name: str, number: int) -> int:
        seen = self._seen[name]
        return seen.starts[number - 1] if number <= len(seen.starts) else seen.end
