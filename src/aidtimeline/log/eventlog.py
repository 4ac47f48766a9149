"""The log: a folder of JSON Lines files. Appends, reads, recovers; the only writer.

The log is the `*.jsonl` files in the folder itself, sorted by name; names that begin with a dot are ignored. Neither
the order of lines nor their file has a meaning. A file may be a symbolic link; it is read, but not written to.

Writers exclude each other, across processes and threads (`aidtimeline.log.lock`). `aidtimeline.log.file` says how a
file grows while others read it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from datetime import UTC, datetime
from pathlib import Path

from aidtimeline.codec import decode
from aidtimeline.errors import InvalidValue, LogError, Problem, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.forked import anew_in_forks
from aidtimeline.log.batch import Batch, listed
from aidtimeline.log.clock import Newest
from aidtimeline.log.disk import Disk, OfParent, as_log_error
from aidtimeline.log.file import LogFile, Snapshot
from aidtimeline.log.folder import Listing, Stamp, file_name, list_folder
from aidtimeline.log.index import Index, Place
from aidtimeline.log.protocol import Recordable
from aidtimeline.log.reading import lines_in, records_of
from aidtimeline.log.spool import Spool, ticks
from aidtimeline.log.state import Extent, Replaced, State, check_same, replaced
from aidtimeline.log.turn import Turn
from aidtimeline.text.progress import Progress, told, untold
from aidtimeline.values.dates import in_utc, parse_instant


def now() -> datetime:
    """The clock of this machine, in UTC: by default what says when events are recorded.

    >>> now().tzinfo, now() <= now()
    (datetime.timezone.utc, True)
    """
    return datetime.now(UTC)


class EventLog:
    """The log in a folder, which need not exist yet.

    `folder` is its path. `clock` returns the instant at which events are recorded, with an offset from UTC; `disk`
    makes the system calls that write.

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
        self.folder: Path = Path(folder)
        self._path = str(self.folder)
        self._within = os.path.join(self._path, "")
        self._clock = clock
        self._disk = disk or Disk()
        self._index = Index(self.folder)
        self._appended_to: LogFile | None = None
        self._turn = Turn(self.folder, self._disk)
        anew_in_forks(self)

    def begin_anew(self) -> None:
        """Forget what is open and known, in a process that was forked: another thread may have been at it."""
        if self._appended_to is not None:
            self._appended_to.disk = OfParent()
        self._index, self._appended_to, self._turn = Index(self.folder), None, Turn(self.folder, self._disk)

    @property
    def disk(self) -> Disk:
        """What makes the system calls."""
        return self._disk

    def files(self) -> list[Path]:
        """The files of the log, sorted by name; none if the folder is missing.

        >>> [path.name for path in EventLog("events").files()], EventLog("no-such-folder").files()
        (['japan-demining.jsonl'], [])
        """
        with as_log_error(self.folder):
            return [self.folder / name for name in self._list().files]

    def read(
        self,
        *,
        skip_problems: bool = False,
        problems: list[Problem] | None = None,
        progress: Progress = untold,
    ) -> Iterator[Record]:
        """The records of all files, with file and line: of each file what is committed when it is read.

        A record may be there twice; the earliest `recorded_at` stands. A line that cannot be read raises
        `UnreadableLog`, or is skipped with `skip_problems`. What is skipped is added to `problems`: such lines, and as
        warnings a torn last line or an unfinished batch, which were never acknowledged. `progress` is told how many
        bytes have been read, and of how many.

        Raises `LogError` if there is no log, or a file cannot be read.

        >>> folder = getfixture("tmp_path")
        >>> log, problems = EventLog(folder), []
        >>> _ = (folder / "2023.jsonl").write_text('{"kind":"delivery","v":1,"da')
        >>> list(log.read(problems=problems)), [(each.severity, each.code) for each in problems]
        ([], [('warning', 'torn-line')])
        """
        problems = [] if problems is None else problems
        return records_of(self.lines(problems=problems, progress=progress), problems, skip_problems=skip_problems)

    def read_on(self, seen: State, *, until: State | None = None, progress: Progress = untold) -> Iterator[Record]:
        """The records after what was `seen` of each file, and is noted there; none if there is no log yet.

        With `until`, only those that were there in the state that `fixed` gave. `progress` is told as by `read`.

        Raises as `read` does, and `Replaced` if a file that was seen is gone or another.

        >>> log, seen = EventLog("events"), {}
        >>> len(list(log.read_on(seen))) == len(log.ids()), list(log.read_on(seen)), list(seen)
        (True, [], ['japan-demining.jsonl'])
        """
        if not seen and not self.files():
            return iter(())
        return records_of(self.lines(progress=progress, seen=seen, until=until), [])

    def lines(
        self,
        *,
        problems: list[Problem] | None = None,
        progress: Progress = untold,
        seen: State | None = None,
        until: State | None = None,
    ) -> Iterator[tuple[str, int, bytes]]:
        """Every line of all files as it is, valid or not: the name of its file, its number there, and its bytes.

        A torn last line and an unfinished batch are skipped and added to `problems`; `progress` is told as by `read`.
        What has been `seen` of each file is left out, and what is read is noted there. `until` is a state, as
        `fixed` gives it: nothing after it is read.

        Raises `LogError` as `read` does, and `Replaced` if a file that was seen or is in the state is gone, or another.

        >>> file, number, line = next(EventLog("events").lines())
        >>> file, number, line[:29]
        ('events/japan-demining.jsonl', 1, b'{"kind":"announcement","v":1,')
        """
        files = self.files()
        seen = {} if seen is None else seen
        for name in (*seen, *(until or ())):
            if self.folder / name not in files:
                raise replaced(str(self.folder / name))
        if not files:
            raise LogError(f"there is no log in the folder {self._path!r}: start one with `aidtimeline record FILE`")
        if until is not None:
            files = [path for path in files if path.name in until]
        given = [] if problems is None else problems
        return lines_in(files, self._log_file, given, progress, seen=seen, until=until or {})

    def ids(self) -> Set[str]:
        """The ids in the log, found without decoding its lines.

        >>> ids = EventLog("events").ids()
        >>> "c7e1bd204371b9a4710e38d6b0f749ca" in ids, "0" * 32 in ids
        (True, False)
        """
        with self._turn.threads, as_log_error(self.folder):
            self._refresh(self._list())
            return self._index.ids()

    def newest(self) -> Newest | None:
        """The line with the latest instant of recording, found without decoding; None if there is none.

        >>> newest = EventLog("events").newest()
        >>> newest.file, newest.line > 0, newest.instant >= max(each.recorded_at for each in EventLog("events").read())
        ('events/japan-demining.jsonl', True, True)
        """
        with self._turn.threads, as_log_error(self.folder):
            self._refresh(self._list())
            if self._index.newest is None:
                return None
            instant, name, line = self._index.newest
        with contextlib.suppress(InvalidValue):  # a day that does not exist: the line cannot be read
            return Newest(parse_instant(f"{instant}Z"), str(self.folder / name), line)
        return None

    def append(
        self,
        events: Recordable | Iterable[Recordable],
        *,
        recorded_at: datetime | None = None,
        to: str = "events",
    ) -> list[Record]:
        """Record events, all or none; returns the record of each, in the order given. On return they are on the disk.

        `events` are one or several, each an event, an amendment, or a whole record.
        An event whose record is in the log already is not recorded again: the record in the log is returned. A whole
        record keeps its `recorded_at`, and its id must be that of its event; if it was recorded earlier than the one in
        the log it is added, since the earliest stands.

        `recorded_at` is for importing history, and needs an offset from UTC; by default it is what the clock says. `to`
        names the file, with or without `.jsonl`. A missing folder or file is made.

        Raises `InvalidValue` for a bad name or instant, `RefusedBatch` for what cannot be written as a line, and
        `LogError` if the folder cannot be written.

        >>> from aidtimeline import Delivery, Source
        >>> log = EventLog(getfixture("tmp_path") / "events")
        >>> trucks = Delivery(date="2023-11", donor="JP", item="truck", sources=Source(publisher="Rubryka"))
        >>> [first] = log.append(trucks, to="2023")
        >>> [again] = log.append(trucks)
        >>> again.recorded_at == first.recorded_at, [path.name for path in log.files()]
        (True, ['2023.jsonl'])
        """
        name = file_name(to)
        batch = Batch(listed(events), in_utc(self._clock() if recorded_at is None else recorded_at))
        if not batch.ids:
            return []

        with self._alone() as listing:
            file = self._target(name, listing)
            standing = self._standing(batch.ids)
            new = batch.new(standing)
            lines = batch.lines(new)
            # The writer of records that were there already may have died before it flushed them.
            for known in {record.file for id_, record in standing.items() if id_ not in new and record.file}:
                self._log_file(os.path.basename(known)).sync()
            if new:
                written, start = file.append(lines.values())
                numbers: Iterable[int | None] | None = self._index.extend(name, written, start, lines)
                self._index.appended(name, listing.files.get(name), start, file.path)
                if numbers is None:  # another program has written to the file, or its end had to be mended
                    self._refresh(self._list())
                    numbers = (self._index.last_line(name, id_) for id_ in new)
                standing |= batch.records(new, file.path, numbers)
            return [standing[id_] for id_ in batch.ids]

    def stamp(self) -> Stamp:
        """The state of the log's files: another value whenever something was written, or counts that was being written.

        >>> from aidtimeline import Delivery, Source
        >>> log = EventLog(getfixture("tmp_path"))
        >>> before = log.stamp()
        >>> _ = log.append(Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka")))
        >>> log.stamp() == before, log.stamp() == log.stamp()
        (False, True)
        """
        with as_log_error(self.folder):
            return self._list().stamp

    def fixed(self) -> State:
        """How much of each file counts at one moment, when no writer is within a batch.

        >>> log = EventLog(getfixture("tmp_path"))
        >>> log.fixed()
        {}
        """
        with self._alone() as listing:
            return self._state(listing)

    def flush(self, files: Iterable[str]) -> None:
        """Flush files of the log to disk, by their paths, and their names: whoever wrote them may have died before."""
        with as_log_error(self.folder):
            for name in sorted({os.path.basename(file) for file in files}):
                self._log_file(name).sync()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While no other writer can write; this one can, and readers wait for nobody.

        >>> log = EventLog(getfixture("tmp_path"))
        >>> with log.alone():
        ...     log.copy(EventLog("events").lines()) > 0
        True
        """
        with self._alone():
            yield

    def copy(self, lines: Iterable[tuple[str, int, bytes]], *, to: str = "events") -> int:
        """Record whole lines of a log as they stand, all or none; returns how many were added.

        A line is added if its record is not in the log yet, or only with a later `recorded_at`::

            in the log     lines given, in this order     added
            —              10:00, 11:00, 09:00            10:00, 09:00
            09:00          10:00, 08:00                   08:00

        There may be more `lines` than memory holds. Each comes with the name of its file and its number there, for
        messages. All are taken and looked at before the log is locked. `to` names the file, as for `append`.

        Raises as `append` does, and `UnreadableLog` for a line that cannot be read.

        >>> log, original = EventLog(getfixture("tmp_path")), EventLog("events")
        >>> log.copy(original.lines()) == len(original.ids()), log.copy(original.lines())
        (True, 0)
        """
        records = ((decode(line, file=file, line_number=number), line) for file, number, line in lines)
        checked = ((each.id, each.recorded_at, line.rstrip(b"\r\n") + b"\n") for each, line in records)
        return self.add_lines(checked, to=to)

    def add_lines(
        self,
        lines: Spool | Iterable[tuple[str, datetime, bytes]],
        *,
        to: str = "events",
        check: Callable[[], None] = lambda: None,
        progress: Progress = untold,
    ) -> int:
        """Record lines made by `encode_new`, each with its id and its `recorded_at`, as `copy` does, but unread.

        `lines` has each as (id, `recorded_at` in UTC, line with its end). `to` names the file, as for `append`.
        `check` is called before the log is locked, to do most of its work, and then while no other writer can write,
        before anything is written; what it raises ends it, and nothing is recorded. `progress` is told of the lines.
        Raises as `append` does.

        >>> from aidtimeline import Delivery, Source
        >>> from aidtimeline.codec import encode_new
        >>> log, at = EventLog(getfixture("tmp_path")), datetime(2026, 11, 21, tzinfo=UTC)
        >>> trucks = Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka"))
        >>> id_, line = encode_new(trucks, "2026-11-21T00:00:00Z")
        >>> log.add_lines([(id_, at, line)]), log.add_lines([(id_, at, line)])
        (1, 0)
        """
        name = file_name(to)
        with contextlib.nullcontext(lines) if isinstance(lines, Spool) else Spool.of(lines) as spool:
            every = range(len(spool))
            with self._turn.threads, as_log_error(self.folder):
                listing = self._list()
                self._refresh(listing)
                before = self._state(listing)
            chosen = self._new(spool, told(every, progress, "recording", len(spool)))
            check()
            with self._alone() as listing:
                check()
                chosen = self._new(spool, chosen if self._still_holds(before, listing) else every)
                file = self._target(name, listing)
                _, start = file.append(spool.lines(chosen))
                self._index.appended(name, listing.files.get(name), start, file.path)
                return len(chosen)

    def _state(self, listing: Listing) -> State:
        state = {}
        for name in listing.files:
            with contextlib.suppress(FileNotFoundError), self._log_file(name).snapshot() as snapshot:
                state[name] = Extent(snapshot.identity, snapshot.end).with_tail(snapshot)
        return state

    def _still_holds(self, before: State, listing: Listing) -> bool:
        """Whether what was there before is: no file was replaced, and no append that failed was taken back."""
        try:
            for name, extent in before.items():
                if name not in listing.files:
                    return False
                with self._log_file(name).snapshot() as snapshot:
                    check_same(extent, snapshot, name)
        except Replaced:
            return False
        return True

    def _new(self, spool: Spool, positions: Iterable[int]) -> Sequence[int]:
        """The lines of these whose record is not in the log, or only a later one. What the others have is flushed."""
        found: set[str] = set()
        with as_log_error(self.folder), self._lines_of() as lines_of:

            def standing(positions: Sequence[int], ids: Sequence[str]) -> dict[str, int]:
                there: dict[str, int] = {}
                with self._turn.threads:
                    known = self._index.known(ids)
                    for position, id_ in zip(positions, ids, strict=True):  # often the order of the lines in the log
                        if id_ not in known or id_ in there:
                            continue
                        lines = lines_of(id_)
                        if len(lines) == 1 and lines[0][1] == spool.line(position):  # it need not be decoded again
                            there[id_] = spool.instant(position)
                            found.add(lines[0][0].name)
                        elif (record := self._earliest(id_, lines)) is not None:
                            there[id_] = ticks(record.recorded_at)
                            found.add(record.file or "")
                return there

            new = spool.chosen(positions, standing)
        self.flush(found)
        return new

    def _standing(self, ids: Collection[str]) -> dict[str, Record]:
        """The records of these ids that are in the log, by id."""
        known = self._index.known(ids)
        if not known:
            return {}
        with self._lines_of() as lines_of:
            found = ((id_, self._earliest(id_, lines_of(id_))) for id_ in ids if id_ in known)
            return {id_: record for id_, record in found if record is not None}

    def _earliest(self, id_: str, lines: Iterable[tuple[Place, bytes]]) -> Record | None:
        """The earliest record of an id among lines; None if there is none that can be read."""
        found: list[Record] = []
        for place, line in lines:
            with contextlib.suppress(UnreadableLog):
                found.append(decode(line, file=str(self.folder / place.name), line_number=place.number))
        return min((each for each in found if each.id == id_), key=lambda each: each.recorded_at, default=None)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[Listing]:
        """The folder's files, while no other writer can change them."""
        is_first = not self._turn.is_taken
        with self._turn.taken() as listing:
            self._refresh(listing)
            yield listing
        if is_first:
            self._index.keep()

    def _list(self) -> Listing:
        return list_folder(self._path)

    def _refresh(self, listing: Listing) -> None:
        self._index.refresh(listing.files, self._log_file, listing.pending)

    def _log_file(self, name: str) -> LogFile:
        return LogFile(os.path.realpath(self.folder / name), self._disk)  # a link's pending size is beside its target

    def _target(self, name: str, listing: Listing) -> LogFile:
        """The file to append to. The one that was last appended to stays open."""
        path = self._within + name
        if listing.is_link(name):
            raise LogError(f"{path}: a symbolic link is not written to: the folder of its target has another lock")
        if name in listing.pending and name in self._turn.failed:
            raise self._turn.failed[name]
        if self._appended_to is None or self._appended_to.path != path:
            self._appended_to = LogFile(path, self._disk)
        return self._appended_to

    @contextlib.contextmanager
    def _lines_of(self) -> Iterator[Callable[[str], list[tuple[Place, bytes]]]]:
        """A function from an id to its lines in the log, with their places; files stay open meanwhile."""
        snapshots: dict[str, Snapshot] = {}

        def lines_of(id_: str) -> list[tuple[Place, bytes]]:
            found = []
            for place in self._index.places(id_):
                if place.name not in snapshots:
                    snapshots[place.name] = open_files.enter_context(self._log_file(place.name).snapshot())
                line, _ = next(snapshots[place.name].lines(place.offset), (b"", 0))
                found.append((place, line))
            return found

        with contextlib.ExitStack() as open_files:
            yield lines_of
