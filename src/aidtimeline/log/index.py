"""The lines of each id in the log, found without decoding, and kept up to date as files grow.

Who has to read much of a large log keeps what was found beside it (`aidtimeline.log.indexfile`): the next process reads
only what came since. What is kept is used if it fits the log, and changes no answer. It need not be trusted either: no
record is taken for one of the log before its line was read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from attrs import define, field, frozen

from aidtimeline.collector import paused
from aidtimeline.log import indexfile, kept
from aidtimeline.log.file import Identity, LogFile, identity
from aidtimeline.log.ids import Ids
from aidtimeline.log.indexfile import Covered, Kept
from aidtimeline.log.rows import Line, Rows
from aidtimeline.log.scan import Newest, newest_of, scan
from aidtimeline.log.status import Status

LEAST = 4 * 2**20
"""How large a log is, in bytes, so that an index is kept: reading a smaller one takes some hundredths of a second."""

MORE = 2**20
"""How much a process has to read beside what is kept, in bytes, so that it is kept too."""

PART = 64
"""Or which part of what is kept, if that is more: one of so many."""

_NUMBER = 40  # bits of the number of a line; above them stands the number of the file


@frozen
class Place:
    """A line: the name of its file, its offset there in bytes, and its number, from 1."""

    name: str
    offset: int
    number: int


@define
class _Seen:
    """What was read of a file so far: its whole lines, up to `end`; `starts` are the offsets of those not in rows.

    `digest` is that of the lines which are not in rows; None: not known. With `status`, the file is known to begin with
    all that was seen.
    """

    number: int
    identity: Identity
    covered: Covered
    is_link: bool = False
    end: int = 0
    starts: array[int] = field(factory=lambda: array("q"))
    digest: Any = field(factory=hashlib.sha256)
    status: Status | None = None

    @property
    def lines(self) -> int:
        """The number of whole lines."""
        return self.covered.lines + len(self.starts)

    def start(self, number: int) -> int:
        """The offset of a line that is not in rows."""
        return self.starts[number - self.covered.lines - 1] if number <= self.lines else self.end

    def is_all_of(self, status: os.stat_result) -> bool:
        """Whether that is all of the file. A symbolic link is always read again."""
        return self.end == status.st_size and self.identity == identity(status) and not stat.S_ISLNK(status.st_mode)

    def all(self) -> Covered:
        """All that was seen, as what is covered."""
        parts = self.covered.parts
        if self.end > self.covered.end:
            parts = (*parts, (self.end, self.digest.hexdigest()))
        return Covered(self.covered.name, self.end, self.lines, parts)


@define
class Index:
    """The lines of each id in the log of a folder.

    Most may stand in `_rows`. The others are numbers, made of those of the file and of the line: `_last` has the line
    of each id that was found last, `_others` those before it, for the few ids with several. Lines that cannot be read
    may be among them, and a last line that has no line end yet. `_read` is how many bytes were read beside the rows.
    """

    folder: Path
    _names: list[str] = field(factory=list)
    _seen: dict[str, _Seen] = field(factory=dict)
    _rows: Rows = field(factory=Rows)
    _kept: Kept | None = None
    _last: dict[str, int] = field(factory=dict)
    _others: dict[str, list[int]] = field(factory=dict)
    _read: int = 0
    _newest: indexfile.Newest | None = None

    @property
    def newest(self) -> indexfile.Newest | None:
        """The latest instant of recording, and where it stands."""
        return self._newest

    def ids(self) -> Ids:
        """Every id there is now."""
        return Ids(self._last, self._rows)

    def known(self, ids: Iterable[str]) -> Collection[str]:
        """Those of these ids that are in the log."""
        ids = frozenset(ids)
        return (self._last.keys() & ids).union(self._rows.known(ids) if len(self._rows) else ())

    def places(self, id_: str) -> Sequence[Place]:
        """The lines of an id, in the order of files and lines; empty if it is not in the log."""
        places = {Place(self._names[file], offset, number) for file, offset, number in self._lines(id_)}
        return sorted(places, key=lambda place: (place.name, place.number))

    def last_line(self, name: str, id_: str) -> int | None:
        """The number of the last line of a file that has an id; None if another program has removed it."""
        return max((number for file, _, number in self._lines(id_) if self._names[file] == name), default=None)

    def refresh(
        self, files: Mapping[str, os.stat_result], log_file: Callable[[str], LogFile], pending: Collection[str] = ()
    ) -> None:
        """Read what has been added to the files; or all of them again, if one was replaced or removed.

        `files` are those of the log by name, with their `lstat`; `log_file` opens one. `pending` are the names of those
        that have a pending batch.
        """
        try:
            if not self._seen:
                self._begin(files, log_file)
            if self._has_read(files, log_file, pending):
                return
            self._begin(files, log_file)
            while not self._has_read(files, log_file, pending):
                self._clear()
        except BaseException:  # an interrupt may come between any two lines, and what is half known is wrong
            self._clear()
            raise

    def extend(self, name: str, found: Identity, start: int, lines: Mapping[str, bytes]) -> Sequence[int] | None:
        """Add lines that were appended to a file at offset `start`, by id; returns their numbers.

        Returns None if they do not follow what was read of the file: then `refresh` must read it.
        """
        seen = self._of(name, found)
        if (seen.identity, seen.end) != (found, start):
            return None
        data = b"".join(lines.values())
        try:
            if self._kept is None and self._read < LEAST:
                seen.digest = None  # nothing will be kept
            if seen.digest is not None:
                seen.digest.update(data)
            numbers = range(seen.lines + 1, seen.lines + 1 + len(lines))
            starts = [start] if len(lines) == 1 else [*accumulate(map(len, lines.values()), initial=start)][:-1]
            self._add_all(seen, list(lines), starts, start + len(data), newest_of(data, len(lines)))
        except BaseException:
            self._clear()
            raise
        return numbers

    def appended(self, name: str, before: os.stat_result | None, start: int, path: str) -> None:
        """Note that this process appended to a file at offset `start`, by its `lstat` before: it begins as it did."""
        seen = self._seen.get(name)
        if before is None or seen is None or before.st_size != start or (seen.status is None and self._kept is None):
            return
        known, seen.status = seen.status, None
        with contextlib.suppress(OSError):
            was, now = Status.made_of(before), Status.of(path)
            is_known = known == was
            seen.status = now if is_known and now.is_fine else None
            if self._kept is not None and now.is_fine:
                self._kept.appended(name, was, now, is_known=is_known)

    def keep(self) -> None:
        """Keep the index beside the log, if much of it had to be read, and if that can be written."""
        before = sum(each.covered.end for each in self._seen.values())
        if self._read < (max(MORE, before // PART) if before else LEAST):
            return
        self._read = 0
        files = list(self._seen.values())
        if any(each.digest is None or each.is_link for each in files):
            return
        if self._newest is not None and self._newest[2] > self._seen[self._newest[1]].lines:
            return  # it is in a last line that has no line end, and may be gone again
        with paused():
            ids, lines, rest = self._sorted()
            rows, covered = self._rows.grown(ids, map(self._line, lines)), [each.all() for each in files]
        statuses = [each.status for each in files]
        kept_now = indexfile.write(self.folder, covered, statuses, rows, self._newest) if len(rows) else None
        if kept_now is not None:
            try:
                self._cover(covered, rows, kept_now)
                self._last, self._others = rest, {}
            except KeyboardInterrupt:
                self._clear()
                raise

    def _begin(self, files: Mapping[str, os.stat_result], log_file: Callable[[str], LogFile]) -> None:
        """Begin anew, with what is kept, if the log is large and begins with what that covers."""
        self._clear()
        size = sum(status.st_size for status in files.values())
        places = [each for each in kept.places(self.folder) if not each.is_symlink()] if size >= LEAST else []
        found = filter(None, (indexfile.load(each / indexfile.NAME, size + indexfile.ROOM) for each in places))
        for covered, rows, kept_now, newest in sorted(found, key=lambda each: len(each[1]), reverse=True):
            if all(self._fits(each, files.get(each.name), log_file, kept_now) for each in covered):
                self._cover(covered, rows, kept_now)
                self._newest = newest
                return
            self._clear()

    def _fits(
        self, covered: Covered, found: os.stat_result | None, log_file: Callable[[str], LogFile], kept_now: Kept
    ) -> bool:
        """Whether a file of the log begins with what is covered of it. If so, that was seen of it."""
        if found is None or (found.st_size < covered.end and not stat.S_ISLNK(found.st_mode)):
            return False
        status = Status.made_of(found)
        if kept_now.says(covered.name, status):
            self._of(covered.name, status.identity).status = status
            return True
        with log_file(covered.name).snapshot() as snapshot:
            looked_at, status = time.time_ns(), Status.of(snapshot.stream.fileno())
            if not covered.begins(snapshot.stream):
                return False
            seen = self._of(covered.name, snapshot.identity)
            if not status.is_young(looked_at) and Status.of(snapshot.stream.fileno()) == status:
                kept_now.note(covered.name, status)
                seen.status = status
        return True

    def _cover(self, covered: Sequence[Covered], rows: Rows, kept_now: Kept) -> None:
        """Let rows stand for what is covered of the files, which was seen."""
        self._rows, self._kept = rows, kept_now
        for each in covered:
            seen = self._seen[each.name]
            seen.covered, seen.end, seen.starts, seen.digest = each, each.end, array("q"), hashlib.sha256()

    def _clear(self) -> None:
        self._names, self._seen, self._rows, self._kept = [], {}, Rows(), None
        self._last, self._others, self._read, self._newest = {}, {}, 0, None

    def _has_read(
        self, files: Mapping[str, os.stat_result], log_file: Callable[[str], LogFile], pending: Collection[str]
    ) -> bool:
        """Read what has been added to the files. Returns False if one was replaced or removed."""
        if not self._seen.keys() <= files.keys():
            return False
        for name, status in files.items():
            seen = self._seen.get(name)
            if not (seen and seen.is_all_of(status) and name not in pending):
                if not self._grow(name, log_file(name)):
                    return False
                self._seen[name].is_link = stat.S_ISLNK(status.st_mode)
        return True

    def _grow(self, name: str, file: LogFile) -> bool:
        with file.snapshot() as snapshot:
            seen = self._of(name, snapshot.identity)
            if seen.identity != snapshot.identity or seen.end > snapshot.end:
                return False
            looked_at, status, start = time.time_ns(), Status.of(snapshot.stream.fileno()), seen.end
            for block in scan(snapshot, start, (lambda _data: None) if seen.digest is None else seen.digest.update):
                self._add_all(seen, block.ids, block.starts, block.end, block.newest)
            self._read += seen.end - start
            if not start:
                is_known = not status.is_young(looked_at)
            else:  # what was seen and is not covered may have been edited
                is_known = self._kept is not None and start == seen.covered.end and self._kept.says(name, status)
            is_known = is_known and Status.of(snapshot.stream.fileno()) == status
            seen.status = status if is_known else None
        return True

    def _of(self, name: str, found: Identity) -> _Seen:
        """What was seen of a file, which has this identity if that is nothing yet."""
        if name not in self._seen:
            self._seen[name] = _Seen(len(self._names), found, Covered(name))
            self._names.append(name)
        return self._seen[name]

    def _add_all(
        self, seen: _Seen, ids: Sequence[str | None], starts: Sequence[int], end: int, newest: Newest | None
    ) -> None:
        """Add lines that follow what was seen of a file (see `Block`)."""
        first = seen.lines + 1
        lines = range(seen.number << _NUMBER | first, (seen.number << _NUMBER | first) + len(ids))
        if newest is not None and (self._newest is None or newest[0] > self._newest[0]):
            self._newest = newest[0], self._names[seen.number], first + newest[1]
        if len(ids) > 1 and None not in ids and len(set(ids)) == len(ids) and self._last.keys().isdisjoint(ids):
            self._last.update(zip(cast(Sequence[str], ids), lines, strict=True))
        else:
            for line, id_ in zip(lines, ids, strict=True):
                if id_ is not None:
                    self._add(line, id_)
        seen.starts.extend(starts)
        seen.end = end

    def _add(self, line: int, id_: str) -> None:
        before = self._last.get(id_)
        # A last line is read again when it has its end, and may be twice here.
        if before is not None and before != line:
            self._others.setdefault(id_, []).append(before)
        self._last[id_] = line

    def _lines(self, id_: str) -> Iterator[Line]:
        yield from (line for line in self._rows.lines(id_) if line[0] < len(self._names))
        if id_ in self._last:
            yield from map(self._line, (*self._others.get(id_, ()), self._last[id_]))

    def _sorted(self) -> tuple[Sequence[str], Sequence[int], dict[str, int]]:
        """The ids that are not in rows, sorted, with the line of each; and last lines that have no line end yet."""
        ids = sorted(self._last)
        lines = [self._last[id_] for id_ in ids]
        unended = {seen.number << _NUMBER | seen.lines + 1 for seen in self._seen.values()}
        rest: dict[str, int] = {}
        if self._others or not unended.isdisjoint(lines):
            others = ((id_, line) for id_, several in self._others.items() for line in several)
            found = sorted({*zip(ids, lines, strict=True), *others})
            rest = {id_: line for id_, line in found if line in unended}
            ids = [id_ for id_, line in found if line not in unended]
            lines = [line for _, line in found if line not in unended]
        return ids, lines, rest

    def _line(self, line: int) -> Line:
        """A line that is not in rows."""
        file, number = line >> _NUMBER, line & (1 << _NUMBER) - 1
        return file, self._seen[self._names[file]].start(number), number
