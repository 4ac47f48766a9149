"""Where each id stands in the log, found without decoding, and kept up as files grow."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from attrs import define, field, frozen

from aidtimeline.jsonlines import is_torn
from aidtimeline.logfile import LogFile

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

    identity: tuple[int, int]
    end: int = 0
    lines: int = 0


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

    def refresh(self, files: Mapping[str, LogFile]) -> None:
        """Read on where files have grown; all anew where one is not what it was."""
        if self._seen.keys() <= files.keys() and all(self._grow(name, file) for name, file in files.items()):
            return
        self._places.clear()
        self._seen.clear()
        self.refresh(files)

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
