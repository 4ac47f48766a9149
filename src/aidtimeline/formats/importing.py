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

import hashlib
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import TypeAlias, TypeVar

import attrs
from attrs import Factory, define

from aidtimeline.amounts import Quantity
from aidtimeline.codec import canonical, encode, event_to_json, record_id
from aidtimeline.dates import DateRange, end_of, format_instant, parse_instant
from aidtimeline.errors import UnreadableFile
from aidtimeline.events import Amendment, Correction, Event, Record, Retraction
from aidtimeline.formats.files import File
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped, Whole
from aidtimeline.formats.registry import format_of
from aidtimeline.log import EventLog, now
from aidtimeline.vocabulary import Vocabulary

#: What can come of an entry.
OUTCOMES = ("new", "restated", "news", "repaired", "gone", "unchanged")
R = TypeVar("R", Skipped, Remark)

OLDER = "an older version than what the log has of it: versions are imported in the order in which they came out"
TWICE = "the same reference a second time in one file"
READ_ANEW = "read anew from the same version of the file"
NOT_THERE = "no longer in this version of the dataset"

_REFUSED = {"older": OLDER, "twice": TWICE}

#: What of a source changes from version to version though the data says the same.
_OF_A_VERSION = {"published", "retrieved", "title", "locator"}

MAX_ENTRIES = 2_000_000
"""How many entries one file may have: what is known of each key is held in memory."""

FIRST = 10
KEPT = 10_000
"""How many of the skipped and of the remarks are kept in full, of each reason; all are counted."""


@define
class Report:
    """What became of a file.

    `outcomes` says how many entries there were of each outcome, `counts` how often each reason was given; `skipped` and
    `remarks` have the first `KEPT` of each reason. `first` are the `FIRST` events that are recorded, or would be.
    """

    outcomes: dict[str, int] = Factory(lambda: defaultdict(int))
    counts: dict[str, int] = Factory(lambda: defaultdict(int))
    skipped: dict[str, list[Skipped]] = Factory(lambda: defaultdict(list))
    remarks: dict[str, list[Remark]] = Factory(lambda: defaultdict(list))
    first: list[Event | Amendment] = Factory(list)

    @property
    def read(self) -> int:
        """How many entries the file had."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "gone")

    @property
    def recorded(self) -> int:
        """How many records were added to the log."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "unchanged")

    def skip(self, reading: Skipped) -> None:
        """Count what was skipped, and keep the first of each reason."""
        _tell(reading, reading.reason, self.counts, self.skipped)

    def remark(self, reading: Remark) -> None:
        """Count what is worth a look, and keep the first of each reason."""
        _tell(reading, reading.reason, self.counts, self.remarks)


def _tell(reading: R, reason: str, counts: dict[str, int], kept: dict[str, list[R]]) -> None:
    counts[reason] += 1
    if counts[reason] <= KEPT:
        kept[reason].append(reading)


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
    given = attrs.evolve(given, vocabulary=Vocabulary.load(folder))
    return import_readings(
        EventLog(folder),
        of_format.read(given),
        recorded_at=recorded_at or now(),
        to=to or format,
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
    recorded_at = parse_instant(format_instant(recorded_at))
    report = Report()
    known = _Known(log)
    with TemporaryFile() as spool:
        for event in _changes(readings, known, recorded_at, report, repair):
            if len(report.first) < FIRST:
                report.first.append(event)
            if not dry_run:
                spool.write(encode(Record(record_id(event), recorded_at, event)).encode() + b"\n")
        if spool.tell():
            spool.seek(0)
            log.copy((("(import)", number, line) for number, line in enumerate(spool, start=1)), to=to)
    return report


def _changes(
    readings: Iterable[Reading], known: _Known, now: datetime, report: Report, repair: bool
) -> Iterator[Event | Amendment]:
    """What has to be recorded for each reading; what comes of it is counted in the report."""
    for reading in readings:
        if isinstance(reading, Skipped):
            report.skip(reading)
        elif isinstance(reading, Remark):
            report.remark(reading)
        elif isinstance(reading, Whole):
            for each in known.missing(reading):
                report.outcomes["gone"] += 1
                yield Retraction(of=each, reason=NOT_THERE, sources=[reading.source])
        else:
            outcome, event = _settle(reading, known, now, repair)
            if outcome in _REFUSED:
                place = reading.event.sources[0].locator or ""
                report.skip(Skipped(reason=_REFUSED[outcome], place=place, found=reading.event.ref))
            else:
                report.outcomes[outcome] += 1
            if event is not None:
                yield event


def _settle(entry: Entry, known: _Known, now: datetime, repair: bool) -> tuple[str, Event | Amendment | None]:
    """What comes of one entry: its outcome, or why it is refused; and what has to be recorded for it."""
    event, source = entry.event, entry.event.sources[0]
    if not known.come_to(source.dataset, event.ref):
        return "twice", None
    said = known.last(source.dataset, event.ref)
    if said is None:
        return "new", event
    if not said.gone and said.digests[entry.restated] == _digests(event)[entry.restated]:
        return "unchanged", None
    version = _version(event, now)
    if version < said.version:
        return "older", None
    same_version = repair or (source.published is not None and version == said.version)
    if entry.restated and not same_version and (said.gone or _grew(event, said)):
        dated = _between(said.dated, event.date)
        return "restated", attrs.evolve(event, date=dated, supersedes=(*event.supersedes, said.id))
    date = said.dated if entry.restated else event.date
    event = attrs.evolve(event, date=date, supersedes=(*event.supersedes, *said.supersedes))
    if same_version and not said.gone:
        return "repaired", Correction(of=said.id, event=event, reason=READ_ANEW)
    return "news", Correction(of=said.id, event=event, sources=[source])


# When the version came out, when it was recorded, whether by an amendment, and the id of the record.
_Order: TypeAlias = tuple[datetime, datetime, bool, str]


@define
class _Said:
    """What a dataset said last under one key, and the record of ours that tells it.

    `digests` are of all that it says, and of that without its date and what it supersedes; the last in
    `order` holds. `ids` are the records of all versions.
    """

    id: str
    digests: tuple[bytes, bytes]
    order: _Order
    dated: DateRange
    level: Quantity | None
    supersedes: tuple[str, ...]
    ids: set[str]
    gone: bool = False

    @property
    def version(self) -> datetime:
        """When the version came out that said so."""
        return self.order[0]


class _Known:
    """What the log has from each dataset, by key; and which keys the file has come to."""

    def __init__(self, log: EventLog) -> None:
        self._said: dict[str, dict[str, _Said]] = defaultdict(dict)
        self._met: set[bytes] = set()
        gone: list[tuple[str, _Order]] = []
        for record in log.read() if log.files() else ():
            event = record.event
            order = _version(event, record.recorded_at), record.recorded_at, not isinstance(event, Event), record.id
            if isinstance(event, Retraction) and event.sources and event.sources[0].dataset is not None:
                gone.append((event.of, order))
            elif isinstance(event, Event):
                self._learn(event, record.id, order)
            elif isinstance(event, Correction) and isinstance(event.event, Event):
                if event.reason == READ_ANEW:
                    order = _version(event.event, record.recorded_at), *order[1:]
                elif not event.sources or event.sources[0].dataset is None:
                    continue
                self._learn(event.event, event.of, order)
        self._retracted = {of for of, _ in gone}
        by_id = {said.id: said for each in self._said.values() for said in each.values()}
        for of, order in gone:
            if of in by_id and order > by_id[of].order:
                by_id[of].gone, by_id[of].order = True, order
        self._refs = {dataset: sorted(each) for dataset, each in self._said.items()}

    def _learn(self, event: Event, record: str, order: _Order) -> None:
        dataset, ref = event.sources[0].dataset, event.ref
        if dataset is None or ref is None:
            return
        before = self._said[dataset].get(ref)
        ids = set() if before is None else before.ids
        if before is None or order > before.order:
            level = getattr(event, "quantity", None)
            said = _Said(record, _digests(event), order, event.date, level, event.supersedes, ids)
            self._said[dataset][ref] = said
        ids.add(record)

    def last(self, dataset: str | None, ref: str | None) -> _Said | None:
        """What the dataset said last under the key."""
        return self._said.get(dataset or "", {}).get(ref or "")

    def come_to(self, dataset: str | None, ref: str | None) -> bool:
        """Whether the file comes to this key for the first time; it is noted that it has."""
        if len(self._met) >= MAX_ENTRIES:
            raise UnreadableFile(f"nothing was imported: more than {MAX_ENTRIES:,} entries; import it in parts")
        key = _key(dataset, ref)
        first = key not in self._met
        self._met.add(key)
        return first

    def missing(self, whole: Whole) -> Iterator[str]:
        """The ids of what the dataset had in a scope, and the file has not come to; with what it had superseded."""
        dataset = whole.source.dataset or ""
        refs = self._refs.get(dataset, [])
        for ref in refs[bisect_left(refs, whole.scope) :]:
            if not ref.startswith(whole.scope):
                return
            said = self._said[dataset][ref]
            if not said.gone and _key(dataset, ref) not in self._met:
                yield from sorted({said.id} | said.ids - self._retracted)


def _key(dataset: str | None, ref: str | None) -> bytes:
    return hashlib.blake2b(f"{dataset}\0{ref}".encode(), digest_size=16).digest()


def _digests(event: Event) -> tuple[bytes, bytes]:
    """Digests of what an event says, but for when and where in its file it stood; and of that without its date."""
    fields = event_to_json(event)
    own, *others = fields["sources"]
    fields["sources"] = [{name: own[name] for name in own.keys() - _OF_A_VERSION}, *others]
    undated = {name: value for name, value in fields.items() if name not in ("date", "supersedes")}
    return hashlib.blake2b(canonical(fields)).digest(), hashlib.blake2b(canonical(undated)).digest()


def _version(event: Event | Amendment, recorded_at: datetime) -> datetime:
    """When the version came out that an event was read from; where nobody says, when it was recorded."""
    published = event.sources[0].published if event.sources else None
    return recorded_at if published is None or published.latest is None else end_of(published.latest)


def _grew(event: Event, said: _Said) -> bool:
    """Whether a level is higher than it was; what is no level is always another than before."""
    level = getattr(event, "quantity", None)
    return level is None or said.level is None or level.low > said.level.low


def _between(before: DateRange, now: DateRange) -> DateRange:
    """When what is told anew came about: after the last version, where both say by when they tell it."""
    if before.latest is None or now.latest is None or before.latest > now.latest:
        return now
    return DateRange.between(before.latest, now.latest)
