"""The peer of event sourcing: the package `eventsourcing`, with an event in a SQLite file for each line of the log.

Run by `performance.py` and `append.py`. All goes through the package's public interface, as its documentation has it.
"""

# To the type checker the package is unknown: it is installed for the benchmark only.
# mypy: disable-error-code="misc, untyped-decorator"

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.system import NotificationLogReader
from made import EXACT
from measure import run_step

SECTION = 500
"""How many events are pulled at once, as by the package's own subscriptions (the default here is 10)."""


class Told(Aggregate):
    """What one line tells: an aggregate with a single event, which has what a sum may need of it."""

    @event("Reported")
    def __init__(
        self,
        *,
        ref: str,
        kind: str,
        date: str | None = None,
        item: str | None = None,
        donor: str | None = None,
        location: str | None = None,
        quantity: int | str | None = None,
        publisher: str | None = None,
        published: str | None = None,
    ) -> None:
        self.ref = ref
        self.kind = kind
        self.date = date
        self.item = item
        self.donor = donor
        self.location = location
        self.quantity = quantity
        self.publisher = publisher
        self.published = published

    @staticmethod
    def create_id(ref: str) -> UUID:
        """The id of the aggregate, made from the reference of the line."""
        return uuid5(NAMESPACE_URL, f"/lines/{ref}")


class Lines(Application[UUID]):
    """The application that records what lines tell."""

    log_section_size = SECTION


def told(line: dict[str, Any]) -> Told:
    """The aggregate of a line, or of a draft."""
    source = line["sources"][0] if line.get("sources") else {}
    names = ("date", "item", "donor", "location", "quantity")
    made: Told = Told(
        ref=line["ref"],
        kind=line["kind"],
        publisher=source.get("publisher"),
        published=source.get("published"),
        **{name: line.get(name) for name in names},
    )
    return made


def write(folder: Path, _records: int) -> int:
    """Save an event for each line of the log; returns how many."""
    saved = 0
    files = [path.open("rb") for path in sorted((folder / "log").glob("*.jsonl"))]
    lines = chain.from_iterable(files)
    with application(folder) as saving:
        while batch := [told(json.loads(line)) for line in islice(lines, SECTION)]:
            saving.save(*batch)
            saved += len(batch)
    for file in files:
        file.close()
    return saved


def select(folder: Path, _records: int) -> dict[str, Any]:
    """Read and decode every event, and add up in a dict: the least that the package can do."""
    sums: Counter[str] = Counter()
    read = 0
    with application(folder) as lines:
        reader = NotificationLogReader(lines.notification_log, section_size=SECTION)
        for notifications in reader.select(start=None, inclusive_of_start=False):
            for notification in notifications:
                told = lines.mapper.to_domain_event(notification)
                read += 1
                if told.location == EXACT:
                    sums[told.item] += told.quantity
    return {"read": read, "exact": dict(sorted(sums.items()))}


def application(folder: Path) -> Lines:
    """The application whose events are in a SQLite file in a folder."""
    return Lines({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "events.sqlite")})


if __name__ == "__main__":
    run_step({"write": write, "select": select})
