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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

import attrs

from aidtimeline.codec import encode_new
from aidtimeline.errors import UsageError
from aidtimeline.formats.importing.ahead import ahead, pays
from aidtimeline.formats.importing.before import import_of, keep, recalled
from aidtimeline.formats.importing.known import Known
from aidtimeline.formats.importing.reports import FIRST, Report
from aidtimeline.formats.importing.working import Covers, Options, Work
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Reading
from aidtimeline.formats.registry import format_of
from aidtimeline.log import EventLog, now
from aidtimeline.log.clock import behind
from aidtimeline.log.folder import file_name
from aidtimeline.log.spool import Spool
from aidtimeline.log.state import Overtaken, Replaced
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.text.progress import Progress, untold
from aidtimeline.values.dates import DateRange, format_instant, in_utc

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
    """Record what is new in one or several files that are one version together, all or nothing; as `import_file` does.

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
        return chain.from_iterable([of_format.read(each) for each in files])

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
