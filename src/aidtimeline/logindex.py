"""Where each id stands in the log, found without decoding, and kept up as files grow."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Mapping, Sequence

from attrs import define, field, frozen

from aidtimeline.jsonlines import is_torn
from aidtimeline.logfile import Identity, LogFile, identity

# A quote within a text is escaped, so this stands nowhere but at a field, and no event has a field of that name.
_ID = re.compile(rb'"id"\s*:\s*"([0-9a-f]{32})"')


@frozen
class Place:
    """A line: the name of its file, where it begins in bytes, and its number, from 1."""

    name: str
    offset: int
    number: int


@define
class _Seen:
    """How far a file was read: up to its last line end."""

    identity: Identity
    end: int = 0
    lines: int = 0

    def is_all_of(self, status: os.stat_result) -> bool:
        """Whether that is all there is of a file; a link is always looked into."""
        return self.end == status.st_size and self.identity == identity(status) and not stat.S_ISLNK(status.st_mode)


@define
class Index:
    """The places of each id, in the order in which they were found. A line that cannot be read may be among them."""

    _places: dict[str, list[Place]] = field(factory=dict)
    _seen: dict[str, _Seen] = field(factory=dict)

    def ids(self) -> Collection[str]:
        """Every id."""
        return frozenset(self._places)

    def places(self, id_: str) -> Sequence[Place]:
        """Where an id stands; nothing where it is not in the log."""
        return self._places.get(id_, ())

    def last_line(self, name: str, id_: str) -> int | None:
        """The number of the last line in a file under which an id stands; None where somebody has taken it away."""
        return max((place.number for place in self.places(id_) if place.name == name), default=None)

    def refresh(self, files: Mapping[str, os.stat_result], log_file: Callable[[str], LogFile]) -> None:
        """Read on where files have grown; all anew where one is not what it was.

        `files` are those of the log by name, with what `lstat` says of each; `log_file` opens one.
        """
        if self._seen.keys() <= files.keys():
            for name, status in files.items():
                seen = self._seen.get(name)
                if not (seen and seen.is_all_of(status)) and not self._grow(name, log_file(name)):
                    break
            else:
                return
        self._places.clear()
        self._seen.clear()
        self.refresh(files, log_file)

    def extend(self, name: str, found: Identity, start: int, lengths: Mapping[str, int]) -> Sequence[int | None] | None:
        """Take note of lines that were appended: by id, the length of each in bytes without its line end.

        Gives their numbers, or None where they do not follow what was read of the file: then it is to be read.
        """
        seen = self._seen.setdefault(name, _Seen(found))
        if (seen.identity, seen.end) != (found, start):
            return None
        before = seen.lines
        for id_, length in lengths.items():
            seen.lines += 1
            self._places.setdefault(id_, []).append(Place(name, seen.end, seen.lines))
            seen.end += length + 1
        return range(before + 1, seen.lines + 1)

    def _grow(self, name: str, file: LogFile) -> bool:
        with file.snapshot() as snapshot:
            seen = self._seen.setdefault(name, _Seen(snapshot.identity))
            if seen.identity != snapshot.identity or seen.end > snapshot.end:
                return False
            for line, end in snapshot.lines(seen.end):
                ended = line.endswith(b"\n")
                match = _ID.search(line)
                if match and (ended or not is_torn(line)):
                    places = self._places.setdefault(match[1].decode(), [])
                    place = Place(name, seen.end, seen.lines + 1)
                    if place not in places[-1:]:  # a last line that had no line end yet is come to again
                        places.append(place)
                if ended:
                    seen.end, seen.lines = end, seen.lines + 1
        return True
