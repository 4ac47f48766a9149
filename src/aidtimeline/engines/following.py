"""Following a log that grows: what was read of it is known, so that only what was added since has to be read.

| what was opened | what is read again |
|---|---|
| all records, in memory | the lines that follow what was read of each file |
| a table of facts | what the log has grown by since the table was made; it is laid over the table anew |
| any other log | all of it: a log need not say what is new |

A file is taken for what it was, but for what follows, if it is no other file, is not shorter, and has the same last
64 KiB before that. If one is another, or has changed without growing, the whole log is read.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from aidtimeline.codec import decode
from aidtimeline.collector import paused
from aidtimeline.engines.chosen import Chosen
from aidtimeline.engines.fold import Fold
from aidtimeline.errors import Problem, Shortened, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log import EventLog, Log
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.folder import list_folder
from aidtimeline.log.note import PENDING
from aidtimeline.log.reading import unreadable_log
from aidtimeline.log.state import Extent, Replaced, State
from aidtimeline.log.status import Status
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.text.progress import Progress
from aidtimeline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from aidtimeline.engines.embedded.opening import Opened


@frozen
class Look:
    """What the system says of the files of a log, of notes of batches, and of its vocabulary, by their paths."""

    files: Mapping[str, object]
    notes: Mapping[str, object]
    vocabulary: Mapping[str, object]

    @classmethod
    def at(cls, folder: Path) -> Look:
        """What it says now. Raises `LogError` if it does not list the folder."""
        with as_log_error(folder):
            paths = [folder / name for name in list_folder(str(folder)).files]
        vocabulary = sorted((folder / "vocabulary").glob("*.jsonl"))
        return cls(
            _looked_at(paths),
            _looked_at(Path(f"{os.path.realpath(path)}{PENDING}") for path in paths),
            _looked_at(vocabulary, again=True),
        )

    def edited(self, before: Look) -> bool:
        """Whether a file that was there has changed without growing, or is gone."""
        for path, then in before.files.items():
            now = self.files.get(path)
            if not (isinstance(now, Status) and isinstance(then, Status)):
                return True
            if now != then and (now.identity, now.size) == (then.identity, then.size):
                return True
        return False

    def vocabulary_in(self, folder: Path, before: Look, known: Vocabulary) -> Vocabulary:
        """The vocabulary of a log, given the one that was known before: the same one if it has not changed."""
        if self.vocabulary == before.vocabulary:
            return known
        found = load_vocabulary(folder)
        return known if found == known else found


def _looked_at(paths: Iterable[Path], *, again: bool = False) -> dict[str, object]:
    """What the system says of files now. With `again`, it is never the same of one that may be edited within a tick."""
    found: dict[str, object] = {}
    for path in paths:
        looked_at = time.time_ns()
        try:
            status = Status.of(str(path))
        except OSError as error:
            found[str(path)] = str(error)
        else:
            found[str(path)] = object() if again and status.is_young(looked_at) else status
    return found


@frozen
class Read:
    """What was read of the files of a log, by their paths: records, and problems of lines that were skipped.

    `seen` says how much it is; `left` are warnings of lines that were never recorded.
    """

    seen: State = field(factory=dict)
    by_file: Mapping[str, tuple[Record, ...]] = field(factory=dict)
    faulty: Mapping[str, tuple[tuple[Problem, ...], Shortened]] = field(factory=dict)
    left: tuple[Problem, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """All records, in the order of the log."""
        return tuple(chain.from_iterable(self.by_file[path] for path in sorted(self.by_file)))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, as reading the whole log lists them."""
        left = defaultdict[str | None, list[Problem]](list)
        for each in self.left:
            left[each.file].append(each)
        found: list[Problem] = []
        for path in sorted({*self.faulty, *filter(None, left)}):
            found += self.faulty[path][0] if path in self.faulty else ()
            found += left[path]
        return tuple(chain(found, *(self.faulty[path][1].rest() for path in sorted(self.faulty))))

    def on(self, log: EventLog, *, skip_problems: bool, progress: Progress) -> Read:
        """What has been read as soon as also the lines are that follow. Raises as `EventLog.read_on` does."""
        seen, left = dict(self.seen), list[Problem]()
        new, faulty = defaultdict[str, list[Record]](list), dict(self.faulty)
        with paused():
            for file, number, line in log.lines(problems=left, progress=progress, seen=seen):
                try:
                    new[file].append(decode(line, file=file, line_number=number))
                except UnreadableLog as error:
                    if not skip_problems:
                        raise unreadable_log(error) from None
                    listed, shortened = faulty.get(file, ((), Shortened()))
                    shortened = deepcopy(shortened)
                    faulty[file] = (*listed, *shortened.first(error.problems)), shortened
        by_file = dict(self.by_file)
        for file, records in new.items():
            by_file[file] = (*by_file.get(file, ()), *records)
        return Read(seen, by_file, faulty, tuple(left))


@frozen
class OfLines:
    """All records of the log in a folder, in memory."""

    folder: Path
    skip_problems: bool
    look: Look
    read: Read

    @classmethod
    def opened(cls, folder: Path, *, skip_problems: bool, progress: Progress) -> Chosen:
        """Read the log. Raises `LogError` and `UnreadableLog` as `EventLog.read` does."""
        look = Look.at(folder)
        read = Read().on(EventLog(folder), skip_problems=skip_problems, progress=progress)
        vocabulary = load_vocabulary(folder)
        engine = Fold(read.records, vocabulary, folder, skip_problems=skip_problems)
        return Chosen(engine, vocabulary, read.problems, following=cls(folder, skip_problems, look, read))

    def again(self, chosen: Chosen, progress: Progress) -> Chosen:
        """What the log has now."""
        look = Look.at(self.folder)
        if look == self.look:
            return chosen
        read, log = None, EventLog(self.folder)
        if not look.edited(self.look):
            with contextlib.suppress(Replaced):
                read = self.read.on(log, skip_problems=self.skip_problems, progress=progress)
        if read is None:
            read = Read().on(log, skip_problems=self.skip_problems, progress=progress)
        vocabulary = look.vocabulary_in(self.folder, self.look, chosen.vocabulary)
        following, engine = evolve(self, look=look, read=read), chosen.engine
        if not _same(read.by_file, self.read.by_file):
            engine = Fold(read.records, vocabulary, self.folder, skip_problems=self.skip_problems)
        elif vocabulary is not chosen.vocabulary and isinstance(engine, Fold):
            engine = engine.with_vocabulary(vocabulary)
        return evolve(chosen, engine=engine, vocabulary=vocabulary, problems=read.problems, following=following)


def _same(found: Mapping[str, tuple[Record, ...]], before: Mapping[str, tuple[Record, ...]]) -> bool:
    """Whether the same records were read, at the same places. Unless all was read again, they are the same objects."""
    if found.keys() != before.keys() or any(len(found[each]) != len(before[each]) for each in found):
        return False
    pairs = ((one, other) for each in found for one, other in zip(found[each], before[each], strict=True))
    return all(one is other or (one == other and one.line == other.line) for one, other in pairs)


@frozen
class OfLog:
    """All records of any log. It is read again to see what is new."""

    log: Log

    @classmethod
    def opened(cls, log: Log, vocabulary: Vocabulary) -> Chosen:
        """Read the log."""
        return Chosen(Fold(log.read(), vocabulary), vocabulary, following=cls(log))

    def again(self, chosen: Chosen, _progress: Progress) -> Chosen:
        """What the log has now."""
        with paused():
            records = tuple(self.log.read())
        return chosen if records == chosen.engine.records else evolve(chosen, engine=Fold(records, chosen.vocabulary))


@frozen
class OfStore:
    """The table of facts of the log in a folder, with what the log has grown by laid over it."""

    folder: Path
    look: Look
    extents: Mapping[str, Extent]
    open_anew: Callable[[Progress], Chosen]
    chosen_of: Callable[[Opened, Vocabulary], Chosen]

    def again(self, chosen: Chosen, progress: Progress) -> Chosen:
        """What the log has now, and an engine over the same table."""
        from aidtimeline.engines.embedded.database import DamagedStore  # noqa: PLC0415  (DuckDB takes long to load)
        from aidtimeline.engines.embedded.engine import Embedded  # noqa: PLC0415
        from aidtimeline.engines.embedded.guarding import still_open  # noqa: PLC0415
        from aidtimeline.engines.embedded.opening import laid_over_again  # noqa: PLC0415

        engine = chosen.engine
        opened = still_open(engine.opened if isinstance(engine, Embedded) else None)
        look = Look.at(self.folder)
        if look == self.look:
            return chosen
        if look.edited(self.look) or (isinstance(engine, Embedded) and engine.instead is not None):
            return self.open_anew(progress)
        grown = None
        with contextlib.suppress(Replaced, DamagedStore):
            grown = laid_over_again(self.folder, opened, self.extents)
        if grown is None:
            return self.open_anew(progress)
        vocabulary = look.vocabulary_in(self.folder, self.look, chosen.vocabulary)
        found = self.chosen_of(grown, vocabulary)
        if vocabulary is chosen.vocabulary and _content(grown) == _content(opened):
            found = evolve(found, engine=engine)
        following = evolve(self, look=look, extents=extents(grown))
        return evolve(found, notes=chosen.notes, following=following)


def _content(opened: Opened) -> list[tuple[object, ...]]:
    """What is known of the content of the files of a log."""
    return [(seen.path, seen.covered, seen.more) for seen in opened.lines.seen]


def extents(opened: Opened) -> Mapping[str, Extent]:
    """How much of each file counts, with what shows that it is still there. Raises `LogError` if a file is gone."""
    from aidtimeline.engines.embedded import files  # noqa: PLC0415

    found = {}
    for seen in opened.lines.seen:
        with as_log_error(seen.path), files.opened(seen.path).snapshot() as snapshot:
            found[seen.path] = Extent(snapshot.identity, seen.end).with_tail(snapshot)
    return found
