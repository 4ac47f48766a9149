"""Importing: the entries of a file are compared with what the log has from the same dataset; what is new is recorded.

An entry is matched by its natural key: the dataset of its first source, and the event's `ref`. What the log has under a
key is what the dataset said last: the event, or what this importer recorded in its place since. Amendments by other
sources or people are left alone. They do not turn a file that says what it always said into news.

A version of a file that differs from the one before is recorded as

- a new fact, if the entry reports a level or a state that changed: it supersedes the one before, and is dated between
  the two versions. A level that fell was too high before or is too low now: which of the two leaves the days before in
  doubt, and their past is not written anew (see `Said.first_day_of`);
- news otherwise: a correction with the version as its source, known since it was published;
- a repair, if it is the same version: then the source said nothing new, but was read wrongly before;
- a retraction, as news, of each entry that is gone, if this version is complete.

What vanished and what appeared is matched first: see `aidtimeline.formats.importing.matching`.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Literal, TypeAlias

import attrs
from attrs import frozen

from aidtimeline.codec import encode_new
from aidtimeline.errors import Problem, RefusedBatch, UsageError
from aidtimeline.events import Amendment, Event, Retraction, Source
from aidtimeline.formats.importing.ahead import ahead, pays
from aidtimeline.formats.importing.before import import_of, keep, recalled
from aidtimeline.formats.importing.known import Known, Said
from aidtimeline.formats.importing.outcomes import changed, covering, first_of, outcome_of, says_the_same
from aidtimeline.formats.importing.reports import (
    ALIKE,
    EARLIER,
    EARLIER_GONE,
    EARLIER_REPAIR,
    ELSEWHERE,
    FIRST,
    OLDER,
    OTHERWISE,
    REPRODUCED,
    SAID_BEFORE,
    UNDATED,
    WITHDRAWN,
    Report,
)
from aidtimeline.formats.importing.scopes import Places, Scope, Spared
from aidtimeline.formats.importing.statements import Key, key_of, level_of, version_of
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Skipped, Whole
from aidtimeline.formats.registry import format_of
from aidtimeline.log import EventLog, now
from aidtimeline.log.clock import behind
from aidtimeline.log.folder import file_name
from aidtimeline.log.spool import Spool
from aidtimeline.log.state import Overtaken, Replaced
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.text.progress import Progress, untold
from aidtimeline.values.dates import DateRange, format_instant, in_utc

Made: TypeAlias = Event | Amendment
Covers: TypeAlias = Literal["part", "whole"]

TWICE = "the same reference a second time in one file (of a table, key columns that tell its rows apart keep both)"
NOT_THERE = "no longer in this version of the dataset"

MOST_LACKING = 10
"""A version that lacks more than one in so many numbers that the log has of it, and of more than one thing, asks first.

One thing is enough where the version has other numbers in the place of all that the log has, and none of the same
amount: so does a file of another year.

Not of states: an organisation that no longer takes part is no money that is gone."""

EXAMPLES = 3
"""How many of the things that a message is about it names."""

TRIES = 3
"""How often an import is done again because of what others write, before they have to wait for it."""


def import_file(
    folder: str | os.PathLike[str],
    format: str,
    file: File | str | os.PathLike[str],
    *,
    recorded_at: datetime | None = None,
    to: str | None = None,
    repair: bool = False,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = untold,
) -> Report:
    """Record what is new in a file in the log of a folder, all or nothing.

    Args:
        folder: The log's folder, which need not exist yet.
        format: One of `FORMATS`.
        file: The path, or a `File`, which also says what the user knows about it. Names of parties are looked up in the
            log's vocabulary.
        recorded_at: The instant of recording, with its offset from UTC; default: now.
        to: The file in the log's folder; default: the name of the format, and for a sheet of drafts "events".
        repair: Whatever differs from the log was read wrongly before, and is no news, whichever version it is from.
        dry_run: Record nothing, and report what would be recorded.
        strict: Record nothing if anything is skipped; the report says what.
        progress: Told how many bytes of the log and then of the file have been read, and how many records written.

    Raises `UnreadableFile` if the file breaks off or is not of the format, `RefusedBatch` for drafts that are refused
    and for a version that lacks much of what the log has, `UsageError` if the format needs something that is missing,
    and `LogError` and `UnreadableLog` as the log does. The log is then as it was.
    """
    given = file if isinstance(file, File) else File(path=file)
    return import_together(
        folder,
        format,
        [given],
        recorded_at=recorded_at,
        to=to,
        repair=repair,
        dry_run=dry_run,
        strict=strict,
        progress=progress,
    )


def import_together(
    folder: str | os.PathLike[str],
    format: str,
    files: Sequence[File],
    *,
    recorded_at: datetime | None = None,
    to: str | None = None,
    repair: bool = False,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = untold,
) -> Report:
    """Record what is new in one or several files that tell one version together, all or nothing; as `import_file` does.

    What several of them say in the same words counts once. What one of them lacks may be in another.
    """
    of_format, given = format_of(format), files[0]
    if of_format.has_drafts:
        from aidtimeline.formats.sheet import record_sheet  # noqa: PLC0415

        if repair or given.covers is not None or len(files) > 1:
            raise UsageError("a sheet of drafts is recorded alone, and repairs and takes back nothing (try `correct`)")
        return record_sheet(folder, given, recorded_at=recorded_at, to=to, dry_run=dry_run, progress=progress)
    by_clock, recorded_at = recorded_at is None, in_utc(recorded_at or now())
    log, wanted = EventLog(folder), import_of(folder, format, given) if len(files) == 1 else None
    if wanted is not None and (report := recalled(wanted, recorded_at)) is not None:
        report.refused = strict and bool(report.skipped)
        if not dry_run:
            log.flush(map(str, log.files()))
        return report

    def read(files: Sequence[File]) -> Iterable[Reading]:
        return chain.from_iterable(map(of_format.read, files))

    def readings() -> Iterable[Reading]:
        vocabulary = load_vocabulary(folder)
        told = [attrs.evolve(each.telling(progress), vocabulary=vocabulary) for each in files]
        return ahead(read, told) if pays(told) else read(told)

    options = Options(
        repair=repair, dry_run=dry_run, strict=strict, covers=given.covers, until=given.until, files=len(files)
    )
    name = format if to is None else to
    report, known, grown = _imported(log, readings, recorded_at, to=name, options=options, progress=progress)
    if by_clock and (problem := behind(known.newest, recorded_at)) is not None:
        report.problems.append(problem)
    if wanted is not None and not dry_run and not known.late:
        keep(wanted, report, known, grown, recorded_at)
    return report


def import_readings(
    log: EventLog,
    readings: Iterable[Reading],
    *,
    recorded_at: datetime,
    to: str = "events",
    repair: bool = False,
    dry_run: bool = False,
    strict: bool = False,
    covers: Covers | None = None,
    until: DateRange | None = None,
    progress: Progress = untold,
) -> Report:
    """Record what is new in the readings of one file, all or nothing; as `import_file` does.

    The readings are walked again if the log has been changed meanwhile; those of an iterator are kept for that.
    """
    again = (lambda: readings) if not isinstance(readings, Iterator) else _Kept(readings).again
    options = Options(repair=repair, dry_run=dry_run, strict=strict, covers=covers, until=until)
    report, _, _ = _imported(log, again, in_utc(recorded_at), to=to, options=options, progress=progress)
    return report


@frozen(kw_only=True)
class Options:
    """How the readings of so many `files` are taken, as `import_file` says; `covers` and `until` as in `File`."""

    repair: bool = False
    dry_run: bool = False
    strict: bool = False
    covers: Covers | None = None
    until: DateRange | None = None
    files: int = 1


@attrs.define
class _Kept:
    """What an iterator gives: the first walk takes it, and others find it kept."""

    first: Iterator[Reading]
    kept: list[Reading] = attrs.Factory(list)

    def again(self) -> Iterator[Reading]:
        yield from self.kept
        for each in self.first:
            self.kept.append(each)
            yield each


def _imported(
    log: EventLog,
    readings: Callable[[], Iterable[Reading]],
    recorded_at: datetime,
    *,
    to: str,
    options: Options,
    progress: Progress,
) -> tuple[Report, Known, Mapping[str, int]]:
    """What came of a file, what was known before, and by how many bytes the log's file has grown, by its name.

    The log is not locked while it and the file are read. If others write meanwhile, what they wrote is looked at before
    anything is recorded. If it has to do with the file, all is done again, and the last time while nobody else writes.
    """
    at = format_instant(recorded_at)

    def once(found: Iterable[Reading], known: Known) -> tuple[Report, Known, Mapping[str, int]]:
        known.begin()
        report = Report()
        with Spool() as spool:
            for event in Work(known, report, recorded_at, options).records(found):
                if len(report.first) < FIRST:
                    report.first.append(event)
                if not options.dry_run:
                    id_, line = encode_new(event, at)
                    spool.add(id_, recorded_at, line)
            report.refused = options.strict and bool(report.skipped)
            if not options.dry_run and not report.refused:
                _record(spool, known)
            return report, known, {file_name(to): spool.size} if spool.size and not report.refused else {}

    def _record(spool: Spool, known: Known) -> None:
        def check() -> None:
            if known.is_overtaken(spool):
                raise Overtaken(f"{log.folder}: the log has changed meanwhile; nothing was recorded, try again")

        log.flush(known.files)  # what is there already may not be on the disk yet
        if len(spool):
            log.add_lines(spool, to=to, check=check, progress=progress)
        else:
            check()

    found, known = readings(), Known(log, progress)
    for _ in range(TRIES):
        with contextlib.suppress(Overtaken, Replaced):
            return once(found, known)
        found, known = readings(), known.again()
    with log.alone():
        return once(found, known.up_to_date())


class Work:
    """An import at work: the readings of a file go in, and what is recorded because of them comes out."""

    def __init__(self, known: Known, report: Report, recorded_at: datetime, options: Options) -> None:
        self.known, self.report, self.recorded_at, self.options = known, report, recorded_at, options
        self._places = Places(known)
        self._spared = Spared()
        self._kept: set[str] = set()
        self._scope: Scope | None = None
        self._left_out = False
        self._begun_before: dict[Key, Scope] = {}
        self._open: dict[Key, tuple[Scope, Source]] = {}
        self._doubtful: list[tuple[Entry, Key, Key]] = []
        self._begun: dict[str, set[str]] = defaultdict(set)
        self._sources: dict[str, Source] = {}
        self._had = 0
        self._lacking: Counter[str] = Counter()
        self._things: dict[str, None] = {}
        self._appeared: set[Decimal | None] = set()
        self._vanished: set[Decimal | None] = set()

    def records(self, readings: Iterable[Reading]) -> Iterator[Made]:
        """The events and amendments to record. The report counts what comes of each reading.

        Raises `RefusedBatch` if the file lacks much of what the log has, and does not say that it is gone.
        """
        for reading in readings:
            if isinstance(reading, Skipped | Remark):
                self.report.add(reading)
                if reading.spares is not None:
                    self._spared.add(reading.spares)
            elif isinstance(reading, Beginning):
                self._leave()
                self._begin(reading)
            elif isinstance(reading, Whole):
                yield from self._end(reading)
            elif not self._left_out:
                made = self._entry(reading)
                if made is not None:
                    yield made
        yield from self._not_whole()
        yield from self._known_again()
        yield from self._written_otherwise()
        yield from self._withdrawn()
        yield from self._late_children()
        self._ask_first()

    # A scope.

    def _begin(self, beginning: Beginning) -> None:
        dataset, source = beginning.source.dataset or "", beginning.source
        others = self._places.of(beginning)
        self._left_out = beginning.reproduced and bool(others)
        self._begun[dataset].add(beginning.scope)
        self._sources[dataset] = source
        self.known.datasets.update({dataset, *(f"{each}*" for each in (beginning.anywhere,) if each is not None)})
        place = source.locator or beginning.scope
        if self._left_out:
            self.report.add(Remark(reason=REPRODUCED, place=place, found=others[0][0]))
            return
        for each, scope in others:
            self._begun[each].add(scope)
            if each != dataset:
                self.report.add(Remark(reason=ELSEWHERE, place=place, found=each))
        key = dataset, beginning.scope
        self._scope, _ = self._open.pop(key, (None, None))  # another file has begun it
        if self._scope is None:
            self._scope = self._begun_before.pop(key, None)  # its entries are in several places of the file
        if self._scope is None:
            self._scope = Scope.begun(self.known, beginning, others, self._kept, self.recorded_at)

    def _leave(self) -> None:
        """Another scope follows: more of this one, or that it is whole, may come later."""
        if self._scope is not None:
            self._begun_before[self._scope.key] = self._scope
        self._scope, self._left_out = None, False

    def _end(self, whole: Whole) -> Iterator[Made]:
        """All of a scope has been read."""
        left_out = self._left_out
        if not left_out:
            self._leave()
        scope = self._begun_before.pop((whole.source.dataset or "", whole.scope), None)
        source = None if self.options.covers == "part" else whole.source
        if scope is not None and source is not None and any(scope.left()) and (scope.held or self.options.files > 1):
            self._open[scope.key] = scope, source
            return
        yield from self._held(scope)
        if source is not None and not left_out:
            self.known.datasets.add(source.dataset or "")
            there = scope.there() if scope is not None else self.known.under(source.dataset or "", whole.scope)
            yield from self._gone(there, source, scope)

    def _not_whole(self) -> Iterator[Made]:
        """What waited in scopes that the file may not tell in full."""
        self._leave()
        for scope in self._begun_before.values():
            yield from self._held(scope)

    def _held(self, scope: Scope | None) -> Iterator[Made]:
        for entry in () if scope is None else scope.held.values():
            key = key_of(entry.event) or ("", "")
            yield from filter(
                None, [self._by_key(entry, key, None if scope is None else scope.said(key, likely=True), scope)]
            )

    def _known_again(self) -> Iterator[Made]:
        """What comes of the scopes in which something appeared and something vanished."""
        ids = {said.id for scope, _ in self._open.values() if scope.held for said in scope.left()}
        texts = self.known.texts(ids) if ids else {}
        for scope, source in self._open.values():
            for entry, said in scope.matched(texts):
                key = key_of(entry.event) or ("", "")
                yield from filter(None, [self._outcome(entry, key, said, scope)])
            yield from self._gone(scope.there(), source, scope)

    def _written_otherwise(self) -> Iterator[Made]:
        """What comes of entries whose keys the log has written otherwise: the same, if they say the same.

        Those that say something else count beside it, and that is told; and so do those whose file has both.
        """
        for entry, key, other in self._doubtful:
            said = None if self.known.has(other) else self.known.said(other)
            if said is not None and (said.gone or said.id in self._kept):
                said = None
            if said is not None and not says_the_same(entry, said):
                found = f"{said.last.ref}, {key[1]}"
                place = entry.event.sources[0].locator or ""
                self.report.add(Remark(reason=ALIKE, place=place, found=found))
                said = None
            yield from filter(None, [self._outcome(entry, key, said, None)])

    def _gone(self, there: Iterable[Said], source: Source, scope: Scope | None = None) -> Iterator[Made]:
        """Retractions of what the log has and the version has not. One that is late says nothing new.

        One that is late because of the clock is no older version.
        """
        late = scope is not None and scope.late
        for said in there:
            if said.gone:
                continue
            is_number = said.last.level is not None
            self._had += is_number
            if said.id in self._kept or self._spared.has(said.last.ref):
                continue
            for each in self.known.ids_of(said):
                if not late:
                    self.report.outcomes["gone"] += 1
                    yield self.known.distinct(Retraction(of=each, reason=NOT_THERE, sources=[source]))
                elif source.published is None:
                    place = source.locator or said.last.ref
                    self.report.add(Skipped(reason=EARLIER_GONE, place=place, found=each))
            if is_number and not late:
                self._lacking[said.last.key[0]] += 1
                self._vanished.add(said.last.level)
                self._things[said.last.ref if scope is None else scope.thing_of(said.last.ref)] = None

    # An entry.

    def _entry(self, reading: Entry) -> Made | None:
        """What is recorded of an entry now, if anything: what may have another key waits for the end of its scope."""
        scope = self._scope
        entry = self.known.as_recorded(covering(reading, self.options.until), partial(self._said, scope=scope))
        event = entry.event
        key = key_of(event) or ("", "")
        said = None if scope is not None and scope.empty else self._said(key, scope)
        value = entry.value
        if not self.known.meet(key, event if self.options.files > 1 else None):
            if self.options.files == 1 or not self.known.has_met(key, event):
                place = event.sources[0].locator or ""
                self.report.add(Skipped(reason=TWICE, place=place, found=key[1], value=value))
            return None
        if value is not None:
            self.report.read_value(value)
        self.known.parents.read(entry)
        if scope is not None and not scope.empty:
            if scope.waits and (said is None or said.gone or not says_the_same(entry, said)):
                scope.held[key[1]] = entry
                return None
            if said is not None:
                scope.count(said)
        return self._by_key(entry, key, said, scope)

    def _by_key(self, entry: Entry, key: Key, said: Said | None, scope: Scope | None) -> Made | None:
        """What is recorded of an entry that is known by its key, unless that may be another, written otherwise."""
        if said is None and (scope is None or not scope.empty) and not (scope is not None and scope.late):
            other = self.known.written_otherwise(key)
            if other is not None:
                self._doubtful.append((entry, key, other))
                return None
        return self._outcome(entry, key, said, scope)

    def _said(self, key: Key, scope: Scope | None) -> Said | None:
        """What the log has under a key, or under another name of its scope."""
        return self.known.said(key) if scope is None else scope.said(key)

    def _outcome(self, entry: Entry, key: Key, said: Said | None, scope: Scope | None) -> Made | None:
        """What is recorded of an entry, of which the log has what was `said`."""
        event, source = entry.event, entry.event.sources[0]
        late = scope is not None and scope.late
        if said is None and not late:
            if scope is not None and not scope.empty and (level := level_of(event)) is not None:
                self._appeared.add(level)
            self.report.outcomes["new"] += 1
            self._remark_undated(source)
            return first_of(entry)
        if said is not None:
            self._kept.add(said.id)
        version = version_of(source, self.recorded_at)
        outcome = outcome_of(entry, key, said, version, repair=self.options.repair)
        if said is None or outcome in (OLDER, EARLIER):
            place = source.locator or ""
            self.report.add(Skipped(reason=outcome, place=place, found=event.ref, value=entry.value))
            return None
        renamed = said.last.key != key and says_the_same(entry, said)
        self.report.outcomes["renamed" if renamed else outcome] += 1
        if outcome == "unchanged":
            if version < said.version and source.published is not None:
                self.report.add(Remark(reason=SAID_BEFORE, place=source.locator or "", found=event.ref))
            return None
        self._remark_undated(source)
        place = source.locator or ""
        if (version, self.recorded_at) < said.order[:2]:
            self.report.add(Remark(reason=EARLIER_REPAIR, place=place, found=event.ref))
        if said.last.ref != event.ref:
            self.report.add(Remark(reason=OTHERWISE, place=place, found=f"{said.last.ref} → {event.ref}"))
        return changed(outcome, entry, said, self.known.distinct)

    def _remark_undated(self, source: Source) -> None:
        if source.published is None:
            self.report.add(Remark(reason=UNDATED, place=source.locator or ""))

    # The file.

    def _withdrawn(self) -> Iterator[Made]:
        """What the file does not speak of at all: told, and taken back if the file is the whole of its datasets."""
        for dataset, begun in self._begun.items():
            if "" in begun or self.options.covers == "part" or dataset not in self._sources:
                continue
            source = self._sources[dataset]
            version = version_of(source, self.recorded_at)
            left: dict[str, list[Said]] = {}
            for scope in self.known.scopes_of(dataset, max(each.count("/") for each in begun)):
                if scope not in begun:
                    said = [each for each in self.known.under(dataset, scope) if not each.gone]
                    if said and all(each.version <= version for each in said):
                        left[scope] = [each for each in said if each.id not in self._kept]
            if self.options.covers == "whole":
                for each in left.values():
                    yield from self._gone(each, source)
            elif left:
                found = _some([scope.removesuffix("/") for scope in left])
                self.report.add(Remark(reason=WITHDRAWN, place=f"{len(left):,} of {dataset}", found=found))

    def _late_children(self) -> Iterator[Made]:
        """Repairs of what other files said of projects that the file says are part of others."""
        for event, said in self.known.late_children():
            self.report.outcomes["linked"] += 1
            yield changed("repaired", Entry(event=event), said, self.known.distinct)

    def _ask_first(self) -> None:
        """Raise `RefusedBatch` if much of what the log has would be taken back, and nobody said that it is gone."""
        many = self._lacking.total()
        tells_another_part = many == self._had and bool(self._appeared) and self._appeared.isdisjoint(self._vanished)
        is_much = many > self._had // MOST_LACKING and (len(self._things) > 1 or tells_another_part)
        if self.options.covers is None and is_much:
            of = " and ".join(sorted(self._lacking))
            message = (
                f"the file lacks {many:,} of the {self._had:,} numbers that the log has of {of}, "
                f"more than one in {MOST_LACKING}: {_some(list(self._things))}"
            )
            hint = "--part if the file has only a part of them, and nothing is gone; --whole if what it lacks is gone"
            problem = Problem(code="lacks-much", severity="error", message=message, hint=hint)
            raise RefusedBatch("nothing was imported:", [problem])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:EXAMPLES]) + (", …" if len(names) > EXAMPLES else "")
