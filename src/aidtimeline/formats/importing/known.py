"""What the log has from each dataset, by the natural keys of its entries."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import attrs
from attrs import define
from msgspec import structs

from aidtimeline.codec import record_id
from aidtimeline.codec.written import encode_sorted, write
from aidtimeline.collector import paused
from aidtimeline.errors import UnreadableFile, UnreadableLog
from aidtimeline.events import Amendment, Correction, Event, Project, Record, Retraction, Source, stated
from aidtimeline.formats.importing.parents import Parents, key_of, overlapping
from aidtimeline.formats.readings import Beginning, Entry, Whole
from aidtimeline.log import EventLog
from aidtimeline.log.clock import Newest
from aidtimeline.log.spool import Spool
from aidtimeline.log.state import Replaced, State
from aidtimeline.text.progress import Progress, untold
from aidtimeline.values.amounts import ZERO, Money, Quantity
from aidtimeline.values.dates import DateRange, end_of

READ_AGAIN = "read anew from the same version of the file"
"""The reason of a repair by the importer, which distinguishes it from repairs by others. Logs have it: it stays."""

MAX_ENTRIES = 2_000_000
"""How many entries one file may have: what is known of each key is held in memory."""

#: Fields of a source that differ between versions of a file although the data is the same.
_OF_A_VERSION = dict.fromkeys(("published", "retrieved", "title", "locator"))

# When the version was published, when it was recorded, whether by an amendment, and the id of the record.
_Order: TypeAlias = tuple[datetime, datetime, bool, str]


class Level(NamedTuple):
    """A level that a dataset stated under a key: when it did so, its low end, and its date."""

    order: _Order
    low: Decimal
    dated: DateRange


@define
class Said:
    """What a dataset said last under one key, that is with the last `order`, and the record that states it.

    `news` is the id of the correction that replaces the record, if there is one. `ids` are the records of all versions,
    and `earlier` has the levels of all but the last, by the id of the record. `gone`: the dataset no longer has it.
    """

    id: str
    news: str | None
    digest: bytes
    order: _Order
    dated: DateRange
    level: Decimal | None
    supersedes: tuple[str, ...]
    ids: tuple[str, ...]
    earlier: dict[str, Level] | None = None
    gone: bool = False

    @property
    def version(self) -> datetime:
        """When the version was published."""
        return self.order[0]

    @property
    def levels(self) -> list[Level]:
        """The levels of all versions, from the first to the last."""
        last = [] if self.level is None else [Level(self.order, self.level, self.dated)]
        return sorted([*(self.earlier or {}).values(), *last])

    def also(self, of: str, level: Decimal | None, order: _Order, dated: DateRange) -> None:
        """Note what an earlier version stated in a record."""
        self.earlier = {} if self.earlier is None else self.earlier
        if level is not None and (of not in self.earlier or order > self.earlier[of].order):
            self.earlier[of] = Level(order, level, dated)

    def first_day_of(self, level: Decimal) -> date | None:
        """The first day on which a level may have been reached that a newer version states; None: any.

        It was reached after the highest of those before that are not above it. If it fell below all of them, each of
        them may have been wrong from the beginning, and if it rose again, those in between. If it was gone and is back,
        nobody says since when.
        """
        levels = self.levels
        reached = max(
            (each for each in levels if each.low <= level), key=lambda each: (each.low, each.order), default=None
        )
        if reached is None or self.gone:
            return levels[0].dated.earliest if levels else None
        return next_day(reached.dated.latest)


class Known:
    """What the log has from each dataset, by key; and the keys that the file has had so far.

    `datasets` are those of the file so far, and `late` is whether the log had a newer version of anything in it. First
    the log is read, which may go on while it grows (`read_on`); after `begin` the file is, and what the log is given
    meanwhile only shows whether the work has to be done again (`is_overtaken`). `looked` is how far that was looked at.
    """

    def __init__(self, log: EventLog, progress: Progress = untold) -> None:
        self._log = log
        self._said: dict[str, dict[str, Said]] = defaultdict(dict)
        self._met: set[bytes] = set()
        self.datasets: set[str] = set()
        self.late = False
        self._amendments: set[str] = set()
        self._gone: list[tuple[str, _Order]] = []
        self._files: dict[str, set[str]] = defaultdict(set)
        self.parents = Parents()
        self.newest: Newest | None = None
        self._made: list[str] = []
        self._marked: list[tuple[Said, _Order]] = []
        self._seen: State = {}
        self.looked: State = {}
        self.read_on(progress)

    def read_on(self, progress: Progress = untold) -> None:
        """Learn what the log has been given since it was read. Only before `begin`."""
        with paused():
            for record in self._log.read_on(self._seen, progress=progress):
                if self.newest is None or record.recorded_at > self.newest.instant:
                    self.newest = Newest(record.recorded_at, record.file, record.line)
                if not isinstance(record.event, Event):
                    self._amendments.add(record.id)
                if isinstance(record.event, Retraction):
                    if from_dataset(record.event):
                        self._gone.append((record.event.of, _order(record, record.event)))
                elif (statement := statement_of(record)) is not None:
                    self._learn(statement, _order(record, statement.event), record.file or "")

    def up_to_date(self) -> Known:
        """What the log has now: this, read on, or all anew if a file was replaced. Only before `begin`."""
        try:
            self.read_on()
        except Replaced:
            return Known(self._log)
        return self

    def again(self) -> Known:
        """What the log has now, to begin anew: nothing of the file has been read."""
        for said, order in reversed(self._marked):
            said.gone, said.order = False, order
        self._amendments.difference_update(self._made)
        for each in (self._marked, self._made, self._met, self.datasets):
            each.clear()
        self.parents.undo()
        self.late = False
        self.__dict__.pop("_texts", None)
        return self.up_to_date()

    def begin(self) -> None:
        """The log has been read: from now on the file is."""
        self.looked = dict(self._seen)
        self.parents.begin()
        self._retracted = {of for of, _ in self._gone}
        by_id = {said.id: said for each in self._said.values() for said in each.values()}
        for of, order in self._gone:
            if of in by_id and order > by_id[of].order:
                self._marked.append((by_id[of], by_id[of].order))
                by_id[of].gone, by_id[of].order = True, order
        for dataset, entries in self._said.items():
            for ref, said in entries.items():
                if said.gone:
                    self.parents.forget((dataset, ref))
        self._refs = {dataset: sorted(each) for dataset, each in self._said.items()}

    def is_overtaken(self, made: Spool) -> bool:
        """Whether the log has been given anything since it was read that could change what comes of the file.

        `made` are the records that are to be written for it.
        """
        ids: frozenset[str] | None = None
        try:
            for record in self._log.read_on(self.looked):
                ids = frozenset(made.ids()) if ids is None else ids
                if record.id in ids or matters(record, self.datasets) or self._is_late_child(record):
                    return True
        except (Replaced, UnreadableLog):  # reading it again says what is wrong
            return True
        return False

    def _is_late_child(self, record: Record) -> bool:
        """Whether a record is of a project that the file says is part of another."""
        statement = statement_of(record) if self.parents.late and not isinstance(record.event, Retraction) else None
        return statement is not None and (statement.event.ref or "").startswith(tuple(self.parents.late))

    @property
    def files(self) -> Iterator[str]:
        """The paths of the files in which the log has anything of the datasets of the file."""
        return chain.from_iterable(self._files[each] for each in self.datasets & self._files.keys())

    def _learn(self, statement: Statement, order: _Order, file: str) -> None:
        event, id_, news = statement
        dataset, ref = event.sources[0].dataset, event.ref
        if dataset is None or ref is None:
            return
        self._files[dataset].add(file)
        before, level = self._said[dataset].get(ref), level_of(event)
        said = Said(id_, news, digest(event), order, event.date, level, event.supersedes, (id_,))
        if before is None or order > before.order:
            self.parents.learn(event)
        if before is None:
            self._said[dataset][ref] = said
            return
        last, other = (said, before) if order > before.order else (before, said)
        last.ids = before.ids if id_ in before.ids else (*before.ids, id_)
        last.earlier = before.earlier
        if last.earlier is not None:
            last.earlier.pop(last.id, None)
        if other.id != last.id:
            last.also(other.id, other.level, other.order, other.dated)
        self._said[dataset][ref] = last

    @cached_property
    def _texts(self) -> Mapping[str, Event]:
        """What each entry said last, by the id of its record."""
        return {said.id: event for event, said in self._last_said()}

    def _last_said(self) -> Iterator[tuple[Event, Said]]:
        """What each entry said last, in another pass over the log."""
        for record in self._log.read() if self._said else ():
            statement = None if isinstance(record.event, Retraction) else statement_of(record)
            if statement is not None and (said := self.said(statement.event)) is not None:
                event = statement.event
                if said.id == statement.of and (said.gone or said.order == _order(record, event)):
                    yield event, said

    def as_recorded(self, entry: Entry) -> Entry:
        """The entry, under its former `ref` if that is the one in the log, and overlapping with all known parents."""
        refs = self._said.get(entry.event.sources[0].dataset or "", {})
        if entry.formerly in refs and entry.event.ref not in refs:
            entry = attrs.evolve(entry, event=attrs.evolve(entry.event, ref=entry.formerly))
        if entry.yields and (said := self.said(entry.event)) is not None:
            if (text := self._texts.get(said.id)) is None:
                raise Replaced(f"{self._log.folder}: a file was replaced while it was read; try again")
            entry = attrs.evolve(entry, event=_yielding(entry, text))
        event = self.parents.within(entry.event) if entry.within else entry.event
        return entry if event is entry.event else attrs.evolve(entry, event=event)

    def late_children(self) -> Iterator[tuple[Event, Said]]:
        """What the log has of projects that the file says are part of others, as it ought to read now."""
        wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
        for scope, parents in self.parents.late.items():
            for dataset in self._refs:
                for ref, said in self._under(dataset, scope):
                    if not said.gone and _key(dataset, ref) not in self._met:
                        wanted[dataset, ref] |= parents
        for event, said in self._last_said() if wanted else ():
            others = wanted.get(key_of(event) or ("", ""), set()) - {*event.overlaps, event.project or ""}
            if others:
                yield overlapping(attrs.evolve(event, supersedes=()), others), said

    def said(self, event: Event) -> Said | None:
        """What the dataset said last under the key of an event."""
        return self._said.get(event.sources[0].dataset or "", {}).get(event.ref or "")

    def meet(self, event: Event) -> bool:
        """Note that the file has the key of an event; returns whether for the first time."""
        if len(self._met) >= MAX_ENTRIES:
            raise UnreadableFile(f"nothing was imported: more than {MAX_ENTRIES:,} entries; import it in parts")
        self.datasets.add(event.sources[0].dataset or "")
        key = _key(event.sources[0].dataset, event.ref)
        first = key not in self._met
        self._met.add(key)
        return first

    def has_newer(self, beginning: Beginning, recorded_at: datetime) -> bool:
        """Whether the log has a newer version of a scope than the one that begins."""
        version = version_of(beginning.source, recorded_at)
        newer = any(said.version > version for _, said in self._within(beginning))
        self.late = self.late or newer
        return newer

    def missing(self, whole: Whole) -> Iterator[str]:
        """The ids of what the dataset had in a scope, and the file has not; with those of what they had superseded."""
        dataset = whole.source.dataset
        for ref, said in self._within(whole):
            if not said.gone and _key(dataset, ref) not in self._met:
                yield from sorted({said.id, *(each for each in said.ids if each not in self._retracted)})

    def _within(self, scoped: Beginning | Whole) -> Iterator[tuple[str, Said]]:
        self.datasets.add(scoped.source.dataset or "")
        return self._under(scoped.source.dataset or "", scoped.scope)

    def _under(self, dataset: str, scope: str) -> Iterator[tuple[str, Said]]:
        refs = self._refs.get(dataset, [])
        for position in range(bisect_left(refs, scope), len(refs)):
            ref = refs[position]
            if not ref.startswith(scope):
                return
            yield ref, self._said[dataset][ref]

    def distinct(self, amendment: Correction | Retraction) -> Correction | Retraction:
        """The amendment with an id that the log does not have: one that was made before is made again, and numbered."""
        number, made = 1, amendment
        while (id_ := record_id(made)) in self._amendments:
            number += 1
            made = attrs.evolve(amendment, ref=f"time {number}")
        self._amendments.add(id_)
        self._made.append(id_)
        return made


def _yielding(entry: Entry, text: Event) -> Event:
    """The event of an entry, with what the log has of the fields of which its file says less."""
    event = entry.event
    said = {name: getattr(text, name, None) for name in entry.yields if hasattr(event, name)}
    kept = {name: value for name, value in said.items() if value not in (None, ())}
    if "sources" in kept:
        kept["sources"] = (event.sources[0], *(event.sources[1:] or text.sources[1:]))
    if "value" in kept and not _may_be_less(kept["value"], stated(event, "value", Money)):
        del kept["value"]
    return attrs.evolve(event, **kept)


def _may_be_less(kept: Money, value: Money | None) -> bool:
    """Whether a value is another that may have been counted already."""
    if value is None or kept.currency != value.currency or not value.amount.is_exact:
        return False
    ends = sorted((ZERO.low, value.amount.low))
    return [kept.amount.low, kept.amount.high] == ends


class Statement(NamedTuple):
    """What a record says of an entry: the event as it is now, its record, and the news that replaces it."""

    event: Event
    of: str
    news: str | None


def statement_of(record: Record) -> Statement | None:
    """What a record says of an entry of a dataset; None if it is no record of an entry.

    Say `a` records an event, `b` is news of it, and the importer has read each of them again::

        a   delivery                                                 the delivery, of a
        b   correction of a, with the dataset as its source          its event, of a, news b
        c   correction of a, READ_AGAIN                              its event, of a
        d   correction of b, READ_AGAIN, whose event is a news of a  the event of that, of a, news b
    """
    amendment = record.event
    if isinstance(amendment, Event):
        return Statement(amendment, record.id, None)
    if not isinstance(amendment, Correction):
        return None
    news = None
    if amendment.reason != READ_AGAIN:
        if not from_dataset(amendment):
            return None
        news = record.id
    elif isinstance(amendment.event, Correction):
        news, amendment = amendment.of, amendment.event
    return Statement(amendment.event, amendment.of, news) if isinstance(amendment.event, Event) else None


def matters(record: Record, datasets: Set[str]) -> bool:
    """Whether a record of the log may change what comes of a file of these datasets.

    A project may be the parent of one in another dataset, and whose record is retracted only the log knows.
    """
    if isinstance(record.event, Retraction):
        return from_dataset(record.event)
    statement = statement_of(record)
    key = None if statement is None else key_of(statement.event)
    return statement is not None and key is not None and (key[0] in datasets or isinstance(statement.event, Project))


def from_dataset(amendment: Amendment) -> bool:
    """Whether a dataset is the first source of an amendment."""
    return bool(amendment.sources) and amendment.sources[0].dataset is not None


def _order(record: Record, stating: Event | Amendment) -> _Order:
    version = version_of(stating.sources[0], record.recorded_at)
    return version, record.recorded_at, not isinstance(record.event, Event), record.id


def _key(dataset: str | None, ref: str | None) -> bytes:
    return hashlib.blake2b(f"{dataset}\0{ref}".encode(), digest_size=16).digest()


def next_day(day: date | None) -> date | None:
    """The day after a day; of no day, and of the last of the calendar, the same."""
    return day if day is None or day == date.max else day + timedelta(days=1)


def level_of(event: Event) -> Decimal | None:
    """The number that an event states, at its low end: a quantity, or else an amount of money."""
    quantity, value = stated(event, "quantity", Quantity), stated(event, "value", Money)
    amount = quantity or (value and value.amount)
    return None if amount is None else amount.low


def digest(event: Event) -> bytes:
    """A digest of what an event says, but for its date, what it supersedes, and which version of the file says so."""
    said: Any = write(event)
    said.date = said.supersedes = None
    own, *others = said.sources
    said.sources = (structs.replace(own, **_OF_A_VERSION), *others)
    return hashlib.blake2b(encode_sorted(said), digest_size=16).digest()


def version_of(source: Source, recorded_at: datetime) -> datetime:
    """When the version that a source is was published; when it was recorded, if the source does not say."""
    published = source.published
    return recorded_at if published is None or published.latest is None else end_of(published.latest)
