"""What the log has from each dataset, by the natural keys of its entries."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import TypeAlias

import attrs
from attrs import define

from aidtimeline.codec import record_id
from aidtimeline.codec.texts import by_name
from aidtimeline.errors import UnreadableFile
from aidtimeline.events import Amendment, Correction, Event, Record, Retraction, Source, stated
from aidtimeline.formats.readings import Beginning, Whole
from aidtimeline.log import EventLog
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange, end_of

READ_ANEW = "read anew from the same version of the file"
"""The reason that a repair by the importer has, by which it is known from those by other hands."""

MAX_ENTRIES = 2_000_000
"""How many entries one file may have: what is known of each key is held in memory."""

#: Fields of a source that differ between versions of a file although the data is the same.
_OF_A_VERSION = frozenset({"published", "retrieved", "title", "locator"})
#: Fields of an event that are compared apart, or written by the importer.
_OF_THE_IMPORT = frozenset({"date", "supersedes", "sources"})


# When the version came out, when it was recorded, whether by an amendment, and the id of the record.
_Order: TypeAlias = tuple[datetime, datetime, bool, str]


@define
class Said:
    """What a dataset said last under one key, and the record of ours that tells it.

    `news` is the correction that replaces the record, if there is one. The last in `order` holds. `ids` are the records
    of all versions.
    """

    id: str
    news: str | None
    digest: bytes
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


class Known:
    """What the log has from each dataset, by key; and which keys the file has come to."""

    def __init__(self, log: EventLog) -> None:
        self._said: dict[str, dict[str, Said]] = defaultdict(dict)
        self._met: set[bytes] = set()
        self._versions: dict[str, set[datetime]] = defaultdict(set)
        self._amendments: set[str] = set()
        self.stamp = log.stamp()
        gone: list[tuple[str, _Order]] = []
        for record in log.read() if log.files() else ():
            if not isinstance(record.event, Event):
                self._amendments.add(record.id)
            if isinstance(record.event, Retraction):
                if _from_dataset(record.event):
                    gone.append((record.event.of, _order(record, record.event)))
            elif (told := _told(record)) is not None:
                event, of, news = told
                self._learn(event, of, news, _order(record, event))
        self._retracted = {of for of, _ in gone}
        by_id = {said.id: said for each in self._said.values() for said in each.values()}
        for of, order in gone:
            if of in by_id and order > by_id[of].order:
                by_id[of].gone, by_id[of].order = True, order
        self._refs = {dataset: sorted(each) for dataset, each in self._said.items()}

    def _learn(self, event: Event, record: str, news: str | None, order: _Order) -> None:
        dataset, ref = event.sources[0].dataset, event.ref
        if dataset is None or ref is None:
            return
        self._versions[dataset].add(order[0])
        before = self._said[dataset].get(ref)
        ids = set() if before is None else before.ids
        if before is None or order > before.order:
            level = stated(event, "quantity", Quantity)
            said = Said(record, news, digest(event), order, event.date, level, event.supersedes, ids)
            self._said[dataset][ref] = said
        ids.add(record)

    def last(self, dataset: str | None, ref: str | None) -> Said | None:
        """What the dataset said last under the key."""
        return self._said.get(dataset or "", {}).get(ref or "")

    def version_before(self, version: datetime, dataset: str | None) -> date | None:
        """The day on which the version of the dataset came out that was there last before this one."""
        earlier = (each for each in self._versions.get(dataset or "", ()) if each < version)
        return max((each.date() for each in earlier), default=None)

    def come_to(self, dataset: str | None, ref: str | None) -> bool:
        """Whether the file comes to this key for the first time; it is noted that it has."""
        if len(self._met) >= MAX_ENTRIES:
            raise UnreadableFile(f"nothing was imported: more than {MAX_ENTRIES:,} entries; import it in parts")
        key = _key(dataset, ref)
        first = key not in self._met
        self._met.add(key)
        return first

    def has_newer(self, beginning: Beginning, now: datetime) -> bool:
        """Whether the log has a newer version of a scope than the one that begins."""
        version = version_of(beginning.source, now)
        return any(said.version > version for _, said in self._within(beginning))

    def missing(self, whole: Whole) -> Iterator[str]:
        """The ids of what the dataset had in a scope, and the file has not come to; with what it had superseded."""
        dataset = whole.source.dataset
        for ref, said in self._within(whole):
            if not said.gone and _key(dataset, ref) not in self._met:
                yield from sorted({said.id} | said.ids - self._retracted)

    def _within(self, scoped: Beginning | Whole) -> Iterator[tuple[str, Said]]:
        dataset, scope = scoped.source.dataset or "", scoped.scope
        refs = self._refs.get(dataset, [])
        for position in range(bisect_left(refs, scope), len(refs)):
            ref = refs[position]
            if not ref.startswith(scope):
                return
            yield ref, self._said[dataset][ref]

    def apart(self, amendment: Correction | Retraction) -> Correction | Retraction:
        """The amendment, told apart by an ordinal from those that said the same before: it holds once more."""
        number, told = 1, amendment
        while (id_ := record_id(told)) in self._amendments:
            number += 1
            told = attrs.evolve(amendment, ref=f"time {number}")
        self._amendments.add(id_)
        return told


def _told(record: Record) -> tuple[Event, str, str | None] | None:
    """What a record tells of an entry: the event, the record that it is of, and the news that stands in its place."""
    event = record.event
    if isinstance(event, Event):
        return event, record.id, None
    news: str | None = record.id if _from_dataset(event) else None
    if isinstance(event, Correction) and event.reason == READ_ANEW:
        # A repair of ours aims at the event, or at the news that stands in its place.
        news, event = (event.of, event.event) if isinstance(event.event, Correction) else (None, event)
    elif news is None:
        return None
    return (event.event, event.of, news) if isinstance(event, Correction) and isinstance(event.event, Event) else None


def _from_dataset(amendment: Amendment) -> bool:
    return bool(amendment.sources) and amendment.sources[0].dataset is not None


def _order(record: Record, told: Event | Amendment) -> _Order:
    version = version_of(told.sources[0], record.recorded_at)
    return version, record.recorded_at, not isinstance(record.event, Event), record.id


def _key(dataset: str | None, ref: str | None) -> bytes:
    return hashlib.blake2b(f"{dataset}\0{ref}".encode(), digest_size=16).digest()


def digest(event: Event) -> bytes:
    """A digest of what an event says, but for its date, what it supersedes, and which version of the file says so."""
    own, *others = event.sources
    said = [by_name(event, _OF_THE_IMPORT), by_name(own, _OF_A_VERSION), *map(by_name, others)]
    return hashlib.blake2b("\n".join(said).encode(), digest_size=16).digest()


def version_of(source: Source, recorded_at: datetime) -> datetime:
    """When the version came out that a source is; where nobody says, when it was recorded."""
    published = source.published
    return recorded_at if published is None or published.latest is None else end_of(published.latest)
