"""Opening the store of a log: found in the cache or made, with what the log has grown by since laid over it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import Factory, asdict, define, frozen

from aidtimeline.codec import decode
from aidtimeline.codec.jsonlines import is_torn
from aidtimeline.collector import paused
from aidtimeline.engines.embedded import cache
from aidtimeline.engines.embedded.asked import Store
from aidtimeline.engines.embedded.building import Build
from aidtimeline.engines.embedded.database import duckdb
from aidtimeline.engines.embedded.files import Covered, Lines, Reader, Status, opened
from aidtimeline.engines.embedded.overlay import lay_over, look_through
from aidtimeline.engines.embedded.store import SCHEMA
from aidtimeline.engines.facts.linking import Place
from aidtimeline.engines.facts.reading import lines_of
from aidtimeline.errors import LogError, Problem, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.eventlog import torn_line, unfinished_batch

MEMORY = "512MB"
"""How much memory the database may take while a store is made."""

MOST_OVER = 2**23
"""If a log has grown by more bytes than this, its store is made again."""


@frozen
class Opened:
    """A store, and the files of the log as they were when it was opened: their paths, and how much of each counts.

    `problems` are warnings of lines that were never recorded.
    """

    store: Store
    paths: Sequence[str]
    ends: Sequence[int]
    problems: Sequence[Problem]

    def unreadable(self) -> Iterator[tuple[str, int, bytes]]:
        """The lines that are no records, in the order of the log: file, number and bytes."""
        found = self.store.rows('SELECT file, "offset", line FROM unreadable')
        for file, offset, line in sorted(found, key=lambda each: (self.paths[each[0]], each[1])):
            with open(self.paths[file], "rb") as stream:
                stream.seek(offset)
                yield self.paths[file], line, stream.readline(self.ends[file] - offset)

    def records(self) -> Iterator[Record]:
        """All records of the log that can be read, in its order, as it was when it was opened."""
        for path, end in sorted(zip(self.paths, self.ends, strict=True)):
            with open(path, "rb") as stream:
                number, left = 0, end
                while left:
                    line = stream.readline(left)
                    number, left = number + 1, left - len(line)
                    if not line.isspace():
                        with contextlib.suppress(UnreadableLog):
                            yield decode(line, file=path, line_number=number)


def open_store(folder: Path) -> Opened:
    """The store of a log.

    Raises `LogError` if there is no log, or no place for a store can be written.
    """
    EventLog(folder).lines()
    base = _found(folder)
    if base is None or (grown := _Grown.since(folder, base.covered)).size > MOST_OVER:
        base = make(folder)
        grown = _Grown.since(folder, base.covered)
    return grown.over(base)


@frozen
class _Base:
    """A store in a file, and what it covers of the log."""

    path: Path
    covered: Sequence[Covered]


def make(folder: Path, *, jobs: int = 1) -> _Base:
    """Make the store of a log, in so many processes. Raises `LogError` if no place for it can be written."""
    with as_log_error(folder), _as_log_error(folder), cache.making(folder) as path:
        connection = duckdb().connect(str(path), config={"memory_limit": MEMORY})
        try:
            connection.execute("BEGIN")
            connection.execute(SCHEMA)
            connection.execute("CREATE TABLE about (covered VARCHAR)")
            covered = _read_all(folder, connection, jobs)
            connection.execute("INSERT INTO about VALUES (?)", [json.dumps([asdict(each) for each in covered])])
            connection.execute("COMMIT")
        finally:
            connection.close()
    return _Base(path.with_name(cache.NAME), covered)


@contextlib.contextmanager
def _as_log_error(folder: Path) -> Iterator[None]:
    """Raise an error of the database, such as a full disk, as a `LogError`."""
    try:
        yield
    except duckdb().Error as error:
        raise LogError(f"{folder}: no table of facts could be made: {str(error).splitlines()[0]}") from error


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[Executor | None]:
    """Processes that read beside each other. They are started anew: a copy of this one would share its database."""
    if jobs == 1:
        yield None
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        yield pool


def _read_all(folder: Path, connection: Any, jobs: int) -> list[Covered]:
    """Read the whole lines of a log into an empty store."""
    paths = [str(path) for path in EventLog(folder).files()]
    with paused(), _pool(jobs) as pool:
        return _read_files(paths, Build(connection, Lines(paths), pool=pool))


def _read_files(paths: Sequence[str], build: Build) -> list[Covered]:
    covered = []
    for number, path in enumerate(paths):
        looked_at, file = time.time_ns(), opened(path)
        with file.snapshot() as snapshot:
            status, reader = Status.of(path), Reader(snapshot)
            build.read_file(number, reader)
        name, digest = os.path.basename(path), reader.digest.hexdigest()
        covered.append(Covered(name, reader.end, reader.lines, digest, looked_at, status))
    build.finish()
    return covered


def _found(folder: Path) -> _Base | None:
    """The store of a log in the cache; None if there is none of what the log holds now."""
    for place in cache.places(folder):
        if place.exists():
            try:
                covered = _checked(folder, place)
            except (OSError, ValueError, TypeError, KeyError, duckdb().Error):
                covered = None
            if covered is not None:
                return _Base(place, covered)
    return None


def _checked(folder: Path, place: Path) -> list[Covered] | None:
    """What a store covers of a log; None if the log does not begin with that.

    Beside the store stands when its files were last looked at.
    """
    with contextlib.closing(duckdb().connect(str(place), read_only=True)) as connection:
        [(text,)] = connection.execute("SELECT covered FROM about").fetchall()
    said = [Covered.of(each) for each in json.loads(text)]
    again = place.with_name(f"{place.name}.looked")
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        later = [Covered.of(each) for each in json.loads(again.read_text(encoding="utf-8"))]
        if [each.content for each in later] == [each.content for each in said]:
            said = later
    now = [each.looked_at_again(str(folder / each.name)) for each in said]
    found = [each for each in now if each is not None]
    if len(found) < len(now):
        return None
    if found != said:
        with contextlib.suppress(OSError):
            temporary = again.with_name(f"{again.name}.{uuid4().hex}")
            temporary.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
            os.replace(temporary, again)
    return found


@define
class _Grown:
    """The files of a log now, and what they have beside what a store covers."""

    paths: list[str] = Factory(list)
    ends: list[int] = Factory(list)
    lines: list[tuple[bytes, Place]] = Factory(list)
    problems: list[Problem] = Factory(list)
    size: int = 0

    @classmethod
    def since(cls, folder: Path, covered: Sequence[Covered]) -> _Grown:
        """What the files of a log have beside what is covered."""
        grown = cls()
        before = {str(folder / each.name): each for each in covered}
        for path in dict.fromkeys((*before, *map(str, EventLog(folder).files()))):
            grown._look_at(path, before.get(path))
        return grown

    def _look_at(self, path: str, covered: Covered | None) -> None:
        number = len(self.paths)
        with opened(path).snapshot() as snapshot:
            reader = Reader(snapshot) if covered is None else Reader(snapshot, covered.end, covered.lines)
            for offset, before, block in reader.blocks():
                self.lines += lines_of(block, number, offset, before)
            rest, at = reader.rest(), reader.lines + 1
            if rest and is_torn(rest):
                self.problems.append(torn_line(path, at))
            elif rest and not rest.isspace():
                self.lines.append((rest, Place(number, reader.end, at)))
            if snapshot.unfinished:
                self.problems.append(unfinished_batch(path, at))
            self.paths.append(path)
            self.ends.append(reader.end if is_torn(rest) else snapshot.end)
            self.size += snapshot.end - (0 if covered is None else covered.end)

    def over(self, base: _Base) -> Opened:
        """The store with what the log has grown by."""
        connection = duckdb().connect(":memory:")
        connection.execute(f"ATTACH '{str(base.path).replace(chr(39), 2 * chr(39))}' AS base (READ_ONLY)")
        lines = Lines(self.paths)
        if self.lines:
            lay_over(connection, self.lines, lines)
        else:
            look_through(connection)
        return Opened(Store(connection, lines), self.paths, self.ends, self.problems)
