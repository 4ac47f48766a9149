"""What a record of the log says of an entry of a dataset: which entry it is, and what the dataset stated of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Set
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen
from msgspec import structs

from aidtimeline.codec.written import encode_sorted, write
from aidtimeline.events import Amendment, Correction, Event, Project, Record, Retraction, Source, stated
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, end_of

READ_AGAIN = "read anew from the same version of the file"
"""The reason of a repair by the importer, which distinguishes it from repairs by others. Logs have it: it stays."""

Key: TypeAlias = tuple[str, str]
"""The natural key of an entry: its dataset and its `ref`."""

Order: TypeAlias = tuple[datetime, datetime, bool, str]
"""When the version was published, when it was recorded, whether by an amendment, and the id of the record."""

#: Fields of a source that differ between versions of a file although the data is the same.
_OF_A_VERSION = dict.fromkeys(("published", "retrieved", "title", "locator"))


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


@frozen
class Stated:
    """What a dataset states under a key in one record, as far as versions are compared by it.

    `id` is the record, and `news` the correction that replaces it, if there is one. `digest` is what the event says
    but for its key, its date, and which version says so.
    """

    id: str
    key: Key
    order: Order
    news: str | None
    digest: bytes
    package: str | None
    dated: DateRange
    level: Decimal | None
    supersedes: tuple[str, ...]

    @property
    def ref(self) -> str:
        """The `ref` of its entry."""
        return self.key[1]

    @property
    def version(self) -> datetime:
        """When the version was published."""
        return self.order[0]


def stated_in(statement: Statement, key: Key, order: Order) -> Stated:
    """A statement under a key, as it is compared."""
    event, id_, news = statement
    return Stated(id_, key, order, news, digest(event), event.package, event.date, level_of(event), event.supersedes)


def key_of(event: Event) -> Key | None:
    """The natural key of an event, if it is an entry of a dataset."""
    dataset = event.sources[0].dataset if event.sources else None
    return None if dataset is None or event.ref is None else (dataset, event.ref)


def from_dataset(amendment: Amendment) -> bool:
    """Whether a dataset is the first source of an amendment."""
    return bool(amendment.sources) and amendment.sources[0].dataset is not None


def matters(record: Record, datasets: Set[str]) -> bool:
    """Whether a record of the log may change what comes of a file of these datasets.

    A name that ends in `*` stands for all that begin so. A project may be the parent of one in another dataset, and
    whose record is retracted only the log knows.
    """
    if isinstance(record.event, Retraction):
        return from_dataset(record.event)
    statement = statement_of(record)
    key = None if statement is None else key_of(statement.event)
    if statement is None or key is None:
        return False
    dataset = key[0]
    begin = tuple(each.removesuffix("*") for each in datasets if each.endswith("*"))
    return dataset in datasets or dataset.startswith(begin) or isinstance(statement.event, Project)


def order_of(record: Record, stating: Event | Amendment) -> Order:
    """Where a record stands among those of its entry: the one with the last order states what is so now."""
    version = version_of(stating.sources[0], record.recorded_at)
    return version, record.recorded_at, not isinstance(record.event, Event), record.id


def version_of(source: Source, recorded_at: datetime) -> datetime:
    """When the version that a source is was published; when it was recorded, if the source does not say."""
    published = source.published
    return recorded_at if published is None or published.latest is None else end_of(published.latest)


def level_of(event: Event) -> Decimal | None:
    """The number that an event states, at its low end: a quantity, or else an amount of money."""
    quantity, value = stated(event, "quantity", Quantity), stated(event, "value", Money)
    amount = quantity or (value and value.amount)
    return None if amount is None else amount.low


def digest(event: Event, *, without: Iterable[str] = ()) -> bytes:
    """A digest of what an event says, but for its key and package, its date, and which version of the file says so.

    `without` are further fields that it leaves out.
    """
    said: Any = write(event)
    said.ref = said.package = said.date = said.supersedes = None
    for name in without:
        if hasattr(said, name):
            setattr(said, name, None)
    if said.sources:
        own, *others = said.sources
        said.sources = (structs.replace(own, **_OF_A_VERSION), *others)
    return hashlib.blake2b(encode_sorted(said), digest_size=16).digest()


def next_day(day: date | None) -> date | None:
    """The day after a day; of no day, and of the last of the calendar, the same."""
    return day if day is None or day == date.max else day + timedelta(days=1)
