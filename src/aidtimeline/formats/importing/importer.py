"""Importing: what a file says, held against what the log has from it already; only what is new is recorded.

A statement is known again by its natural key: the dataset of its first source, and the event's `ref`. What the log has
under a key is what the dataset said last: the event, or what this importer put in its place since. Amendments by other
hands are left alone, and do not make a file that says what it always said say something new.

What a version of a file says otherwise than the one before is

- news, a correction with the version as its source, known since it was published;
- where the entry tells a level or a state, a new fact that supersedes the one before, dated between the two versions
  (a level that fell is news: it had been too high before);
- a repair, where it is the same version: then not the world said otherwise, but we read it wrongly;
- where it is gone from what this version tells in full: a retraction, as news.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from tempfile import TemporaryFile

import attrs

from aidtimeline.codec import encode_new
from aidtimeline.events import Amendment, Correction, Event, Retraction, stated
from aidtimeline.formats.importing.known import READ_ANEW, Known, Said, digest, version_of
from aidtimeline.formats.importing.reports import FIRST, Report
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Skipped, Whole
from aidtimeline.formats.registry import format_of
from aidtimeline.log import EventLog, now
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange, format_instant, in_utc

OLDER = "an older version than what the log has of it: versions are imported in the order in which they came out"
TWICE = "the same reference a second time in one file"
UNDATED = "nobody says when this version came out: known since now, or since what --published says"
NOT_THERE = "no longer in this version of the dataset"
_ID = 32  # characters
_REFUSED = {"older": OLDER, "twice": TWICE}


def import_file(
    folder: str | os.PathLike[str],
    format: str,
    file: File | str | os.PathLike[str],
    *,
    recorded_at: datetime | None = None,
    to: str | None = None,
    repair: bool = False,
    dry_run: bool = False,
) -> Report:
    """Record what a file says in the log of a folder: all that is new, or nothing.

    Args:
        folder: The log's folder, which need not exist yet.
        format: One of `FORMATS`.
        file: The file; as a `File`, with what its user knows of it beside what it says itself. Names of parties are
            looked up in the log's vocabulary.
        recorded_at: The instant of recording, which knows its offset from UTC; now where it is left out.
        to: The file in the log's folder; the name of the format where it is left out.
        repair: Whatever differs from the log is our mistake and no news, whichever version it is from.
        dry_run: Record nothing, and report what would be.

    Raises `UnreadableFile` where the file is not of the format or breaks off, `UsageError` where something is missing
    that it needs, and `LogError` and `UnreadableLog` as the log does; the log is then as it was.
    """
    of_format = format_of(format)
    given = file if isinstance(file, File) else File(path=file)
    given = attrs.evolve(given, vocabulary=load_vocabulary(folder))
    return import_readings(
        EventLog(folder),
        of_format.read(given),
        recorded_at=recorded_at or now(),
        to=format if to is None else to,
        repair=repair,
        dry_run=dry_run,
    )


def import_readings(
    log: EventLog,
    readings: Iterable[Reading],
    *,
    recorded_at: datetime,
    to: str = "events",
    repair: bool = False,
    dry_run: bool = False,
) -> Report:
    """Record what is new in the readings of one file, all or nothing; as `import_file` does."""
    recorded_at = in_utc(recorded_at)
    at = format_instant(recorded_at)
    report = Report()
    known = Known(log)
    with TemporaryFile() as spool:
        for event in _changes(readings, known, recorded_at, report, repair):
            if len(report.first) < FIRST:
                report.first.append(event)
            if not dry_run:
                id_, line = encode_new(event, at)
                spool.write(id_.encode() + line)
        if spool.tell():
            spool.seek(0)
            lines = ((each[:_ID].decode(), recorded_at, each[_ID:]) for each in spool)
            log.add_lines(lines, to=to, stamp=known.stamp)
    return report


def _changes(
    readings: Iterable[Reading], known: Known, now: datetime, report: Report, repair: bool
) -> Iterator[Event | Amendment]:
    """What has to be recorded for each reading; what comes of it is counted in the report."""
    late = False
    for reading in readings:
        if isinstance(reading, Skipped):
            report.skip(reading)
        elif isinstance(reading, Remark):
            report.remark(reading)
        elif isinstance(reading, Beginning):
            late = known.has_newer(reading, now)
        elif isinstance(reading, Whole):
            for each in () if late else known.missing(reading):
                report.outcomes["gone"] += 1
                yield known.apart(Retraction(of=each, reason=NOT_THERE, sources=[reading.source]))
        else:
            outcome, event = _settle(reading, known, now, repair, late)
            if outcome in _REFUSED:
                place = reading.event.sources[0].locator or ""
                report.skip(Skipped(reason=_REFUSED[outcome], place=place, found=reading.event.ref))
            else:
                report.outcomes[outcome] += 1
            if event is not None:
                if reading.event.sources[0].published is None:
                    report.remark(Remark(reason=UNDATED, place=reading.event.sources[0].locator or ""))
                yield event


def _settle(
    entry: Entry, known: Known, now: datetime, repair: bool, late: bool
) -> tuple[str, Event | Amendment | None]:
    """What comes of one entry: its outcome, or why it is refused; and what has to be recorded for it."""
    event, source = entry.event, entry.event.sources[0]
    if not known.come_to(source.dataset, event.ref):
        return "twice", None
    said, version = known.last(source.dataset, event.ref), version_of(source, now)
    if said is None:
        if late:
            return "older", None
        before = known.version_before(version, source.dataset) if entry.complete else None
        if entry.restated and before is not None:
            event = attrs.evolve(event, date=_between(DateRange.between(None, before), event.date))
        return "new", event
    if not said.gone and said.digest == digest(event) and (entry.restated or said.dated == event.date):
        return "unchanged", None
    if version < said.version:
        return "older", None
    same_version = repair or (source.published is not None and version == said.version)
    if entry.restated and not same_version and (said.gone or _grew(event, said)):
        dated = _between(said.dated, event.date)
        return "restated", attrs.evolve(event, date=dated, supersedes=(*event.supersedes, said.id))
    date = said.dated if entry.restated else event.date
    event = attrs.evolve(event, date=date, supersedes=(*event.supersedes, *said.supersedes))
    news = Correction(of=said.id, event=event, sources=[source])
    if not same_version or said.gone:
        return "news", known.apart(news)
    if said.news is None:
        return "repaired", known.apart(Correction(of=said.id, event=event, reason=READ_ANEW))
    return "repaired", known.apart(Correction(of=said.news, event=news, reason=READ_ANEW))


def _grew(event: Event, said: Said) -> bool:
    """Whether a level is higher than it was; what is no level is always another than before."""
    level = stated(event, "quantity", Quantity)
    return level is None or said.level is None or level.low > said.level.low


def _between(before: DateRange, now: DateRange) -> DateRange:
    """When what is told anew came about: after the last version's day, as far as the new one leaves that open."""
    if before.latest is None or now.latest is None or before.latest >= now.latest:
        return now
    since = before.latest + timedelta(days=1)
    if now.earliest is not None and now.earliest >= since:
        return now
    return DateRange.between(since, now.latest)
