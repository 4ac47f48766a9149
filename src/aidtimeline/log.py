"""The log: a folder of JSON Lines files. Appends, reads, recovers; the only writer.

The log is the `*.jsonl` files that stand in the folder itself, by name; names that begin with a dot are not read.
Neither the order of lines nor the file they are in has a meaning. A file may be a symbolic link; it is read, not
written.

Writers exclude each other, over processes and threads, with `.aidtimeline.lock`, which the system lets go when a
process dies. `aidtimeline.logfile` tells how a file grows while others read it.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import attrs

from aidtimeline.codec import decode, encode, record_id
from aidtimeline.dates import format_instant, parse_instant
from aidtimeline.disk import Disk
from aidtimeline.errors import InvalidValue, LogError, Problem, RefusedBatch, UnreadableLog
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.jsonlines import is_torn, problem_at
from aidtimeline.logfile import PENDING, LogFile, Snapshot
from aidtimeline.logindex import Index, Place

LOCK = ".aidtimeline.lock"
LOCK_SECONDS = 60
"""How long a writer waits for others before it gives up."""

LIST_THEM = "run `aidtimeline check` to list all problems"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def now() -> datetime:
    """The clock of this machine, in UTC."""
    return datetime.now(UTC)


class EventLog:
    """The log in a folder, which need not exist yet.

    `clock` gives the instant that records are recorded at; `disk` is what files are written with.

    >>> from aidtimeline import Delivery, Source
    >>> folder = getfixture("tmp_path") / "events"
    >>> source = Source(publisher="Yomiuri Shimbun", published="2023-11-23")
    >>> event = Delivery(date="2023-11-20", donor="JP", item="mine-detector", quantity=50, sources=[source])
    >>> [record] = EventLog(folder).append(event)
    >>> record.event == event, EventLog(folder).append(event) == [record], list(EventLog(folder).read()) == [record]
    (True, True, True)
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        clock: Callable[[], datetime] = now,
        disk: Disk | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._clock = clock
        self._disk = disk or Disk()
        self._named = False
        self._index = Index()
        self._threads = threading.Lock()

    def files(self) -> list[Path]:
        """The files of the log, by name; none where the folder is missing."""
        with _as_log_error(self.folder):
            paths = [self.folder / name for name in sorted(self._names(".jsonl")) if not name.startswith(".")]
            return [path for path in paths if path.is_file() or path.is_symlink()]

    def read(self, *, skip_problems: bool = False, problems: list[Problem] | None = None) -> Iterator[Record]:
        """The records of all files, with file and line; of each file what is committed when its turn comes.

        A record may be there twice; the earliest `recorded_at` stands. The first line that cannot be read raises
        `UnreadableLog`; with `skip_problems` it is passed over. What is passed over is put into `problems`: such
        lines, and as warnings a torn last line or an unfinished batch, which nobody was told is recorded.

        Raises `LogError` where there is no log, or a file cannot be read.
        """
        files = self.files()
        if not files:
            start = "start one with `aidtimeline record FILE`"
            raise LogError(f"there is no log in the folder {str(self.folder)!r}: {start}")
        return self._read(files, skip_problems, [] if problems is None else problems)

    def ids(self) -> Collection[str]:
        """The ids in the log, found without decoding it."""
        with self._threads, _as_log_error(self.folder):
            self._index.refresh(self._log_files())
            return self._index.ids()

    def append(
        self,
        events: Event | Amendment | Record | Iterable[Event | Amendment | Record],
        *,
        recorded_at: datetime | None = None,
        to: str = "events",
    ) -> list[Record]:
        """Record events, all or none; returns the record of each, in the order given. It is on the disk then.

        An event whose record is in the log already is not recorded again: the record that stands is returned. Of
        whole records the id must be that of the event; one recorded earlier than the one that is there is added, since
        the earliest stands.

        `recorded_at` is for importing history; it must know its offset from UTC. `to` names the file, with or without
        `.jsonl`; a folder or file that is missing is made.

        Raises `InvalidValue` for a name or instant that is none, `RefusedBatch` for what cannot be written as a line,
        and `LogError` where the folder cannot be written.
        """
        path = self._target(to)
        batch = [events] if isinstance(events, Event | Amendment | Record) else list(events)
        instant = parse_instant(format_instant(self._clock() if recorded_at is None else recorded_at))
        if not batch:
            return []
        with self._threads, _as_log_error(self.folder), self._locked():
            self._recover()
            self._index.refresh(self._log_files())
            standing: dict[str, Record] = {}
            new: dict[str, Record] = {}
            ids = []
            with contextlib.ExitStack() as open_files:
                lookup = self._lookup(open_files)
                for each in batch:
                    record = each if isinstance(each, Record) else Record(record_id(each), instant, each)
                    ids.append(record.id)
                    known = standing.get(record.id) or lookup(record.id)
                    if known is None or (record is each and record.recorded_at < known.recorded_at):
                        known = new[record.id] = record
                    standing[record.id] = known
            self._sync(record for id_, record in standing.items() if id_ not in new)
            if new:
                self._log_file(path).append(_lines(new.values()))
                self._index.refresh(self._log_files())
                for id_, record in new.items():
                    lines = [each.number for each in self._index.places(id_) if each.name == path.name]
                    standing[id_] = attrs.evolve(record, file=str(path), line=lines[-1] if lines else None)
            return [standing[id_] for id_ in ids]

    def copy(self, lines: Iterable[tuple[str, int, bytes]], *, to: str = "events") -> int:
        """Record whole lines of a log as they stand, all or none: of any number, whatever memory holds.

        Each comes with the name of its file and its number there, for messages. A line whose record is in the log
        already is passed over, unless it was recorded earlier than what is there. Returns how many were added.

        Raises as `append` does, and `UnreadableLog` for a line that cannot be read.
        """
        path = self._target(to)
        added = 0

        def new(lookup: Callable[[str], Record | None]) -> Iterator[bytes]:
            nonlocal added
            earliest: dict[str, datetime] = {}
            for file, number, line in lines:
                record = decode(line, file=file, line_number=number)
                if record.id in earliest:
                    known: datetime | None = earliest[record.id]
                else:
                    standing = lookup(record.id)
                    known = None if standing is None else standing.recorded_at
                if known is None or record.recorded_at < known:
                    earliest[record.id] = record.recorded_at
                    added += 1
                    yield line.rstrip(b"\r\n")

        with self._threads, _as_log_error(self.folder), self._locked():
            self._recover()
            self._index.refresh(self._log_files())
            with contextlib.ExitStack() as open_files:
                self._log_file(path).append(new(self._lookup(open_files)))
        return added

    def _read(self, files: list[Path], skip_problems: bool, problems: list[Problem]) -> Iterator[Record]:
        for path in files:
            file = str(path)
            with _as_log_error(path), self._log_file(path).snapshot() as snapshot:
                number = 0
                for line, _ in snapshot.lines():
                    number += 1
                    if line.isspace():
                        continue
                    try:
                        record = decode(line, file=file, line_number=number)
                    except UnreadableLog as error:
                        if not line.endswith(b"\n") and is_torn(line):
                            problems.append(_warning("torn-line", _TORN, file, number))
                        elif skip_problems:
                            problems += error.problems
                        else:
                            raise UnreadableLog(f"the log cannot be read; {LIST_THEM}", error.problems) from None
                    else:
                        yield record
                if snapshot.unfinished:
                    problems.append(_warning("unfinished-batch", _UNFINISHED, file, number + 1))

    def _target(self, to: str) -> Path:
        if not _NAME.fullmatch(to):
            raise InvalidValue(to, "the name of a file in the log's folder: letters, digits, dots, - and _")
        path = self.folder / (to if to.endswith(".jsonl") else to + ".jsonl")
        if path.is_symlink():
            raise LogError(f"{path}: a symbolic link is not written to: its own folder has another lock")
        return path

    def _log_files(self) -> dict[str, LogFile]:
        return {path.name: self._log_file(path) for path in self.files()}

    def _log_file(self, path: Path) -> LogFile:
        return LogFile(os.path.realpath(path), self._disk)  # what is pending stands beside the target of a link

    def _names(self, ending: str) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder) if name.endswith(ending)]
        except FileNotFoundError:
            return []

    def _recover(self) -> None:
        for name in self._names(".jsonl" + PENDING):
            self._log_file(self.folder / name.removesuffix(PENDING)).recover()

    def _lookup(self, open_files: contextlib.ExitStack) -> Callable[[str], Record | None]:
        """A function from an id to the record that stands under it and can be read; its files stay open meanwhile."""
        snapshots: dict[str, Snapshot] = {}

        def read(place: Place) -> Iterator[Record]:
            path = self.folder / place.name
            if place.name not in snapshots:
                snapshots[place.name] = open_files.enter_context(self._log_file(path).snapshot())
            for line, _ in islice(snapshots[place.name].lines(place.offset), 1):
                with contextlib.suppress(UnreadableLog):
                    yield decode(line, file=str(path), line_number=place.number)

        def standing(id_: str) -> Record | None:
            found = [each for place in self._index.places(id_) for each in read(place) if each.id == id_]
            return min(found, key=lambda each: each.recorded_at, default=None)

        return standing

    def _sync(self, records: Iterable[Record]) -> None:
        """Make sure of records that are there already: who wrote them may have died before they were on the disk."""
        for file in {each.file for each in records if each.file is not None}:
            self._log_file(Path(file)).sync()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout  # noqa: PLC0415  (it takes long to load, and readers need none)

        self._make_folder()
        try:
            with FileLock(self.folder / LOCK, timeout=LOCK_SECONDS):
                yield
        except Timeout:
            who = f"somebody else has been writing to it for {LOCK_SECONDS} seconds"
            raise LogError(f"{self.folder}: {who}") from None

    def _make_folder(self) -> None:
        """Make the folder where it is missing; its name is on the disk when records are."""
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        for path in reversed(missing):
            with contextlib.suppress(FileExistsError):
                self._disk.make_folder(str(path))
        if not self._named:
            for path in missing or [self.folder]:
                with contextlib.suppress(PermissionError):  # a folder we may write in may stand in one we may not read
                    self._disk.sync_folder(str(path.parent))
            self._named = True


_TORN = "a last line that breaks off, passed over: its writer died, and it was never recorded"
_UNFINISHED = "a batch that is being written, or whose writer died, passed over: it was never recorded"


def _warning(code: str, message: str, file: str, line: int) -> Problem:
    return Problem(
        code=code,
        severity="warning",
        message=message,
        file=file,
        line=line,
        hint=f"`record --to {Path(file).stem}` sets it aside",
    )


def _lines(records: Iterable[Record]) -> list[bytes]:
    lines, problems = [], []
    for record in records:
        try:
            lines.append(encode(record).encode())
        except InvalidValue as error:
            problems.append(attrs.evolve(problem_at(None, error), file=record.file, line=record.line))
    if problems:
        raise RefusedBatch("nothing was recorded:", problems)
    return lines


@contextlib.contextmanager
def _as_log_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LogError(f"{error.filename or path}: {error.strerror or error}") from error
