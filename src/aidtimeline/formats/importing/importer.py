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
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import chain

import attrs

from aidtimeline.codec import encode_new
from aidtimeline.errors import UsageError
from aidtimeline.events import LEVEL, STATE, Amendment, Correction, Event, Retraction
from aidtimeline.formats.importing.before import import_of, keep, recalled
from aidtimeline.formats.importing.known import READ_AGAIN, Known, Said, digest, level_of, next_day, version_of
from aidtimeline.formats.importing.reports import EARLIER, EARLIER_GONE, EARLIER_REPAIR, FIRST, OLDER, UNDATED, Report
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

TWICE = "the same reference a second time in one file"
NOT_THERE = "no longer in this version of the dataset"

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
        progress: Told how many bytes of the log and then of the file have been read, and how many records written.

    Raises `UnreadableFile` if the file breaks off or is not of the format, `RefusedBatch` for drafts that are refused,
    `UsageError` if the format needs something that is missing, and `LogError` and `UnreadableLog` as the log does. The
    log is then as it was.
    """
    of_format = format_of(format)
    given = file if isinstance(file, File) else File(path=file)
    if of_format.has_drafts:
        from aidtimeline.formats.sheet import record_sheet  # noqa: PLC0415

        if repair:
            raise UsageError("a sheet of drafts repairs nothing: `aidtimeline correct` does")
        return record_sheet(folder, given, recorded_at=recorded_at, to=to, dry_run=dry_run, progress=progress)
    by_clock, recorded_at = recorded_at is None, in_utc(recorded_at or now())
    log, wanted = EventLog(folder), import_of(folder, format, given)
    if wanted is not None and (report := recalled(wanted, recorded_at)) is not None:
        if not dry_run:
            log.flush(map(str, log.files()))
        return report

    def readings() -> Iterable[Reading]:
        return of_format.read(attrs.evolve(given.telling(progress), vocabulary=load_vocabulary(folder)))

    report, known, grown = _imported(
        log, readings, recorded_at, to=format if to is None else to, repair=repair, dry_run=dry_run, progress=progress
    )
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
    progress: Progress = untold,
) -> Report:
    """Record what is new in the readings of one file, all or nothing; as `import_file` does.

    The readings are walked again if the log has been changed meanwhile; those of an iterator are kept for that.
    """
    again = (lambda: readings) if not isinstance(readings, Iterator) else _Kept(readings).again
    report, _, _ = _imported(log, again, in_utc(recorded_at), to=to, repair=repair, dry_run=dry_run, progress=progress)
    return report


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
    repair: bool,
    dry_run: bool,
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
            for event in chain(_new_records(found, known, recorded_at, report, repair), _late(known, report)):
                if len(report.first) < FIRST:
                    report.first.append(event)
                if not dry_run:
                    id_, line = encode_new(event, at)
                    spool.add(id_, recorded_at, line)
            if not dry_run:
                _record(spool, known)
            return report, known, {file_name(to): spool.size} if spool.size else {}

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


def _new_records(
    readings: Iterable[Reading], known: Known, recorded_at: datetime, report: Report, repair: bool
) -> Iterator[Event | Amendment]:
    """The event or amendment to record for each reading, if any. The report counts what comes of each."""
    late = False
    for reading in readings:
        if isinstance(reading, Skipped | Remark):
            report.add(reading)
        elif isinstance(reading, Beginning):
            late = known.has_newer(reading, recorded_at)
        elif isinstance(reading, Whole):
            for each in _gone(reading, known, late, report):
                report.outcomes["gone"] += 1
                yield known.distinct(Retraction(of=each, reason=NOT_THERE, sources=[reading.source]))
        else:
            entry = known.as_recorded(reading)
            said, source = known.said(entry.event), entry.event.sources[0]
            version, place = version_of(source, recorded_at), source.locator or ""
            outcome = _outcome(entry, said, version, late, repair) if known.meet(entry.event) else TWICE
            if outcome in (OLDER, EARLIER, TWICE):
                report.add(Skipped(reason=outcome, place=place, found=entry.event.ref))
                continue
            report.outcomes[outcome] += 1
            known.parents.read(entry)
            if outcome == "unchanged":
                continue
            if source.published is None:
                report.add(Remark(reason=UNDATED, place=place))
            if said is not None and (version, recorded_at) < said.order[:2]:
                report.add(Remark(reason=EARLIER_REPAIR, place=place, found=entry.event.ref))
            if said is not None:
                yield _changed(outcome, entry, said, known)
            else:
                yield _dated_from(None, entry.event) if entry.restated else entry.event


def _gone(whole: Whole, known: Known, late: bool, report: Report) -> Iterator[str]:
    """The ids of what the dataset had and no longer has. If the version is late, the newer one has said so already.

    One that is late because of the clock is no older version.
    """
    if not late:
        yield from known.missing(whole)
    elif whole.source.published is None:
        for each in known.missing(whole):
            report.add(Skipped(reason=EARLIER_GONE, place=whole.source.locator or whole.scope, found=each))


def _late(known: Known, report: Report) -> Iterator[Event | Amendment]:
    """Repairs of what other files said of projects that this file says are part of others."""
    for event, said in known.late_children():
        report.outcomes["linked"] += 1
        yield _changed("repaired", Entry(event=event), said, known)


def _outcome(entry: Entry, said: Said | None, version: datetime, late: bool, repair: bool) -> str:
    """What comes of an entry, or why it is refused.

    `said` is what the log has under its key, `late` that the log has a newer version of the scope of the entry. What
    has no date of publication is older by the instant of recording: that is `EARLIER` in place of `OLDER`.

    | the log has | this version is | outcome |
    |---|---|---|
    | nothing | late | `OLDER` |
    | nothing | not late | new |
    | the same | any | unchanged |
    | another, or gone | older | `OLDER` |
    | another | the same, or to be a repair | repaired |
    | gone | the same, or to be a repair | news |
    | another level or state, or either gone | newer | restated |
    | anything else | newer | news |
    """
    older = EARLIER if entry.event.sources[0].published is None else OLDER
    if said is None:
        return older if late else "new"
    event = entry.event
    if not said.gone and said.digest == digest(event) and (entry.restated or said.dated == event.date):
        return "unchanged"
    if version < said.version:
        return older
    if repair or (event.sources[0].published is not None and version == said.version):
        return "news" if said.gone else "repaired"
    return "restated" if entry.restated and (said.gone or _moved(event, said)) else "news"


def _moved(event: Event, said: Said) -> bool:
    """Whether a level is another than it was. What is not a level is another state."""
    level = level_of(event)
    return level is None or said.level is None or level != said.level


def _changed(outcome: str, entry: Entry, said: Said, known: Known) -> Event | Amendment:
    """What is recorded of an entry that differs from what the log has: a new fact, a correction, or a repair."""
    event = entry.event
    if outcome == "restated":
        level = level_of(event)
        since = next_day(said.dated.latest) if level is None or _is_state(event) else said.first_day_of(level)
        return attrs.evolve(_dated_from(since, event), supersedes=(*event.supersedes, said.id))
    dated = said.dated if entry.restated else event.date
    event = attrs.evolve(event, date=dated, supersedes=(*event.supersedes, *said.supersedes))
    news = Correction(of=said.id, event=event, sources=[event.sources[0]])
    if outcome == "news":
        return known.distinct(news)
    if said.news is None:
        return known.distinct(Correction(of=said.id, event=event, reason=READ_AGAIN))
    return known.distinct(Correction(of=said.news, event=news, reason=READ_AGAIN))


def _is_state(event: Event) -> bool:
    """Whether a version states how things are on its date, and not what has come about by then."""
    return event.nature in (STATE, LEVEL)


def _dated_from(day: date | None, event: Event) -> Event:
    """A restated event, dated from a day on (None: from ever) until the last day of its own date.

    A level may have been reached on any of these days, whatever day its version states it for. A state keeps its own
    first day, if that is later. A date that is all before the day stays as it is.
    """
    earliest, latest = event.date.earliest, event.date.latest
    if latest is None or (day is not None and day > latest):
        return event
    own = level_of(event) is None or _is_state(event)
    first = max(filter(None, (day, earliest)), default=None) if own else day
    return event if first == earliest else attrs.evolve(event, date=DateRange.between(first, latest))
