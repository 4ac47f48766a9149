"""Opening the store of a log: found in the cache or made, with what the log has grown by since laid over it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import finalize

from attrs import define, evolve, field

from aidtimeline.codec import decode
from aidtimeline.engines.embedded import cache, files
from aidtimeline.engines.embedded.asked import Store
from aidtimeline.engines.embedded.base import Base, open_base
from aidtimeline.engines.embedded.database import as_database_error, duckdb
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.grown import Grown
from aidtimeline.engines.embedded.store import TABLES
from aidtimeline.errors import LogError, Problem, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.state import Extent, check_same
from aidtimeline.log.status import Status
from aidtimeline.text.progress import Progress, untold

TRIES = 3
"""How often a store is made while others replace it."""

LOOKS = 10
"""How often those that others have made are looked for before that."""


@define(slots=False, eq=False)
class Opened:
    """A store, with what the log has grown by since it was made, as they were when they were opened.

    `lines` knows the files of the log; `problems` are warnings of lines that were never recorded.
    """

    store: Store
    lines: Lines
    problems: Sequence[Problem]
    _base: Base = field(repr=False)
    _number: int

    def __attrs_post_init__(self) -> None:
        self._drop = finalize(self, self._base.gone.append, self._number)

    @property
    def base(self) -> Base:
        """The file of the store, without what is laid over it."""
        return self._base

    def unreadable(self) -> Iterator[tuple[str, int, bytes]]:
        """The lines that are no records, in the order of the log: file, number and bytes."""
        found = self.store.rows('SELECT file, "offset", line FROM unreadable')
        for file, offset, line in sorted(found, key=lambda each: (self.lines.paths[each[0]], each[1])):
            path, end = self.lines.paths[file], self.lines.seen[file].end
            with self.lines.unchanged(file), open(path, "rb") as stream:
                stream.seek(offset)
                yield path, line, stream.readline(end - offset)

    def records(self) -> Iterator[Record]:
        """All records of the log that can be read, in its order, as it was when it was opened."""
        for path, number in sorted((path, number) for number, path in enumerate(self.lines.paths)):
            with self.lines.unchanged(number), open(path, "rb") as stream:
                line_number, left = 0, self.lines.seen[number].end
                while left and (line := stream.readline(left)):
                    line_number, left = line_number + 1, left - len(line)
                    if not line.isspace():
                        with contextlib.suppress(UnreadableLog):
                            yield decode(line, file=path, line_number=line_number)

    def discard_if_damaged(self) -> None:
        """Remove the file of the store if it does not hold any more what it held."""
        if not self._base.is_intact(again=True):
            cache.discard(self._base.path)

    def close(self) -> None:
        """Let go of the store: it cannot be asked any more."""
        with self.store.threads:
            self.store.connection.close()
        self._drop()


def open_store(folder: Path, *, jobs: int = 1, progress: Progress = untold) -> Opened:
    """The store of a log. Where it has to be made that takes so many processes, and `progress` is told of it.

    Raises `LogError` if there is no log, or no store of it can be made or read.
    """
    EventLog(folder).lines()
    with as_log_error(folder), as_database_error(folder):
        for _ in range(TRIES):
            there = _of_others(folder)
            if there is not None:
                return there
            from aidtimeline.engines.embedded.making import make  # noqa: PLC0415  (a store that is there needs none)

            opened = _opened(folder, make(folder, jobs=jobs, progress=progress))
            if opened is not None:
                return opened
    raise LogError(f"{folder}: other programs change the log, or its table of facts, all the time")


def _of_others(folder: Path) -> Opened | None:
    """A store that is there. One that is gone when it is opened was replaced by another, which is looked for then."""
    for _ in range(LOOKS):
        there = cache.stores(folder)
        for path in there:
            opened = _opened(folder, path)
            if opened is not None:
                return opened
        if all(path.exists() for path in there):
            break
    return None


def found_store(folder: Path) -> tuple[Base, Grown] | None:
    """The store of a log that is there, with what the log has grown by since; None if there is none that fits."""
    with as_log_error(folder), as_database_error(folder):
        return next((found for path in cache.stores(folder) if (found := _fitting(folder, path)) is not None), None)


def _fitting(folder: Path, path: Path) -> tuple[Base, Grown] | None:
    """A store with what the log has grown by since; None if it is damaged, or not of what the log holds now."""
    base = open_base(path)
    try:
        covered = None if base is None else base.now(folder)
        grown = None if covered is None else Grown.since(folder, covered)
    except OSError:  # a file is gone
        return None
    return None if base is None or grown is None else (base, grown)


def opened_with(folder: Path, base: Base, path: str) -> Opened | None:
    """A store of a log with what it has grown by, and one more file, laid over it; None if it does not fit any more."""
    with as_log_error(folder), as_database_error(folder):
        covered = base.now(folder)
        grown = None if covered is None else Grown.since(folder, covered, path)
        return None if grown is None else _laid_over(base, grown)


def _opened(folder: Path, path: Path) -> Opened | None:
    """A store with what the log has grown by laid over it; None if it does not fit."""
    found = _fitting(folder, path)
    return None if found is None else _laid_over_or_longer(folder, *found)


def laid_over_again(folder: Path, opened: Opened, extents: Mapping[str, Extent]) -> Opened | None:
    """A store again, with what its log has grown by until now; None if it is damaged, or that is too much.

    Of each file the system said what is in `extents`; what it says now is taken for what the store covers.
    Raises `Replaced` if a file is not any more what it was, and more.
    """
    base = opened.base
    with as_log_error(folder), as_database_error(folder):
        if not base.is_intact():
            return None
        now = {path: Status.of(path) for path in extents}
        for path, extent in extents.items():
            with files.opened(path).snapshot() as snapshot:
                check_same(extent, snapshot, path)
        covered = [evolve(each, status=now[str(folder / each.name)]) for each in base.covered]
        grown = Grown.since(folder, covered)
        return None if grown is None else _laid_over_or_longer(folder, base, grown)


def _laid_over_or_longer(folder: Path, base: Base, grown: Grown) -> Opened:
    """A store with what the log has grown by laid over it. If that is much, it is written into a new store."""
    opened = _laid_over(base, grown)
    if grown.is_much:
        from aidtimeline.engines.embedded.making import extend  # noqa: PLC0415

        with contextlib.suppress(OSError, LogError, duckdb().Error):  # a full disk
            longer = _fitting(folder, extend(folder, base, grown, opened.store.connection))
            if longer is not None:
                return _laid_over(*longer)
    return opened


def _laid_over(base: Base, grown: Grown) -> Opened:
    """A store with what the log has grown by laid over it."""
    with base.threads:
        number, lines = base.numbered(), Lines(grown.paths, grown.seen)
        connection = base.connection.cursor()
        store = Store(connection, lines, base.is_intact, base, f"tail_{number}" if grown.lines else None)
        opened = Opened(store, lines, grown.problems, base, number)
        if grown.lines:
            from aidtimeline.engines.embedded.overlay import lay_over  # noqa: PLC0415

            lay_over(connection, number, base, grown.lines, lines)
        else:
            _look_through(connection, number)
    return opened


def _look_through(connection: Any, number: int) -> None:
    """Make the tables of the store `base` those that are asked, in a schema with a number."""
    connection.execute(f"CREATE SCHEMA over_{number}; SET schema = 'over_{number}'")
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM base.{table}")
