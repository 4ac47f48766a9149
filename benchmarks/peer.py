"""The peer: the deliveries as aggregates of `eventsourcing` in a SQLite file, and their sums.

Run by `replay.py` and `append.py`. Everything goes through the package's public interface, as its documentation has it.
"""

# To the type checker the package is unknown: it is installed for the benchmark only.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from deliveries import Row, rows
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.projection import Projection
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from eventsourcing.system import NotificationLogReader
from eventsourcing.utils import Environment
from measure import Sums, run_step

SECTION = 500
"""How many events are pulled at once, as by the package's own subscriptions (the default here is 10)."""


class Delivery(Aggregate):
    """One delivery: an aggregate with a single event, which has the content of a line of the log."""

    @event("HandedOver")
    def __init__(
        self, *, ref: str, item: str, donor: str, quantity: int, date: str, publisher: str, published: str
    ) -> None:
        self.ref = ref
        self.item = item
        self.donor = donor
        self.quantity = quantity
        self.date = date
        self.publisher = publisher
        self.published = published

    @staticmethod
    def create_id(ref: str) -> UUID:
        """The id of the aggregate, made from the delivery's reference."""
        return uuid5(NAMESPACE_URL, f"/deliveries/{ref}")


class Deliveries(Application[UUID]):
    """The application that records deliveries."""

    log_section_size = SECTION


class ItemCounts(SQLiteTrackingRecorder):
    """The materialised view: a table of sums by item, with the position up to which events are counted."""

    def __init__(self, datastore: SQLiteDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.create_table_statements.append(
            "CREATE TABLE IF NOT EXISTS item_counts (item TEXT PRIMARY KEY, quantity INTEGER NOT NULL)"
        )

    def add(self, item: str, quantity: int, tracking: Tracking) -> None:
        """Add to the sum of an item, and note the position, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO item_counts VALUES (?, ?) "
                "ON CONFLICT (item) DO UPDATE SET quantity = quantity + excluded.quantity",
                (item, quantity),
            )

    def sums(self) -> Sums:
        """The sums, by item."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT item, quantity FROM item_counts")
            return {item: (quantity, quantity) for item, quantity in cursor.fetchall()}


class CountItems(Projection[ItemCounts]):
    """Projects deliveries into sums by item."""

    @singledispatchmethod
    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        """Ignore other events."""

    @process_event.register(Delivery.HandedOver)
    def _(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.add(domain_event.item, domain_event.quantity, tracking)


def delivery(row: Row) -> Delivery:
    """The aggregate of a row."""
    made: Delivery = Delivery(
        ref=row.ref,
        item=row.item,
        donor=row.donor,
        quantity=row.quantity,
        date=row.day.isoformat(),
        publisher=row.publisher,
        published=row.published.isoformat(),
    )
    return made


def write(folder: Path, count: int) -> Sums:
    """Record the deliveries; returns their sums."""
    expected: Counter[str] = Counter()
    with application(folder) as deliveries:
        batch = []
        for row in rows(count):
            expected[row.item] += row.quantity
            batch.append(delivery(row))
            if len(batch) == SECTION:
                deliveries.save(*batch)
                batch.clear()
        deliveries.save(*batch)
    return _exactly(expected)


def project(folder: Path, _count: int) -> Sums:
    """Run the projection from position 0 to the end, into a view in a SQLite file of its own.

    The package's runners subscribe to an application, which it does not support for SQLite; so events are pulled, as
    its followers pull them, from the position that the view has reached.
    """
    with TemporaryDirectory(dir=folder) as empty, application(folder) as deliveries:
        environment = Environment(CountItems.name, _environment(Path(empty) / "view.sqlite"))
        factory = InfrastructureFactory.construct(environment)
        view = factory.tracking_recorder(ItemCounts)
        projection = CountItems(view)
        for delivery, position in _events(deliveries, after=view.max_tracking_id(deliveries.name)):
            projection.process_event(delivery, Tracking(deliveries.name, position))
        sums: Sums = view.sums()
        factory.close()
        return sums


def select(folder: Path, _count: int) -> Sums:
    """Read and decode every event, and add up in a dict: the fastest that the package can do."""
    sums: Counter[str] = Counter()
    with application(folder) as deliveries:
        for delivery, _ in _events(deliveries, after=None):
            sums[delivery.item] += delivery.quantity
    return _exactly(sums)


def _events(deliveries: Deliveries, after: int | None) -> Iterator[tuple[Any, int]]:
    reader = NotificationLogReader(deliveries.notification_log, section_size=SECTION)
    for notifications in reader.select(start=after, inclusive_of_start=False):
        for notification in notifications:
            yield deliveries.mapper.to_domain_event(notification), notification.id


def application(folder: Path) -> Deliveries:
    """The application whose events are in a SQLite file in a folder."""
    return Deliveries(_environment(folder / "deliveries.sqlite"))


def _environment(database: Path) -> dict[str, str]:
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(database)}


def _exactly(sums: Counter[str]) -> Sums:
    return {item: (quantity, quantity) for item, quantity in sums.items()}


if __name__ == "__main__":
    run_step({"write": write, "project": project, "select": select})
