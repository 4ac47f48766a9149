"""Building a store: the lines of a log are read once, strictly, and become rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import Factory, define

from aidtimeline.codec import decode
from aidtimeline.engines.embedded.store import add, add_columns, add_components, add_texts
from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import is_alone, of_id, of_project
from aidtimeline.engines.facts.rows import Place
from aidtimeline.engines.facts.table import Gathered, Placed, rows_alone
from aidtimeline.errors import UnreadableLog
from aidtimeline.events import Record
from aidtimeline.projections.fields import FIELDS
from aidtimeline.semantics.known import values_said

AT_ONCE = 20_000
"""How many rows are added to the database at once."""


@define
class Build:
    """The work of building a store, in a database that has its empty tables.

    Each line is given to `read`; at the end `finish` finds what is linked. `records` reads lines again.
    """

    connection: Any
    records: Any
    columns: Columns = Factory(Columns)
    gathered: Gathered = Factory(Gathered)
    waiting: dict[str, Placed] = Factory(dict)
    unreadable: list[Place] = Factory(list)
    known: set[tuple[str, str]] = Factory(set)

    def read(self, line: bytes, place: Place) -> None:
        """Read one line."""
        try:
            record = decode(line)
        except UnreadableLog:
            self.unreadable.append(place)
        else:
            self.add(record, place)

    def add(self, record: Record, place: Place) -> None:
        """Add a record."""
        self.known.update(("parent", value) for value in values_said(record, "parent"))
        if record.id in self.waiting or not is_alone(record.event):
            self.gathered.add(record, place)
            self.gathered.named.add(of_id(record.id))
            return
        self.waiting[record.id] = record, place
        if len(self.waiting) >= AT_ONCE:
            self._flush()

    def finish(self, first: int = 1) -> None:
        """Make the rows of components, numbered from `first` on, and add all texts."""
        self._flush()
        for record, place in self._not_alone():
            self.gathered.add(record, place)
        for linked in self.gathered.records:
            self.known.update((name, value) for name in FIELDS for value in values_said(linked.record, name))
        components = list(self.gathered.components(first))
        self.columns.add(row for each, _ in components for row in each.rows)
        add_columns(self.connection, self.columns)
        add_components(self.connection, components)
        add_texts(self.connection, self.columns.texts)
        add(self.connection, "known", [list(each) for each in zip(*self.known, strict=True)])
        add(self.connection, "unreadable", [list(each) for each in zip(*self.unreadable, strict=True)])

    def _flush(self) -> None:
        self.columns.add(rows_alone(self.waiting.values()))
        add_columns(self.connection, self.columns)
        self.columns.clear()
        self.waiting.clear()

    def _not_alone(self) -> Iterable[Placed]:
        """Take out the rows of records that others name, and of those that are there twice, and read these again."""
        projects = self.columns.texts["project"].items()
        named = [
            number for slug, number in projects if isinstance(slug, str) and of_project(slug) in self.gathered.named
        ]
        self.connection.execute("CREATE TEMP TABLE named (name BIGINT)")
        add(self.connection, "named", [list(self.gathered.named)])
        self.connection.execute("INSERT INTO named SELECT id FROM facts GROUP BY id HAVING count(*) > 1")
        which = (
            "id IN (SELECT name FROM named) OR entry IN (SELECT name FROM named)"
            f" OR project IN ({', '.join(map(str, named)) or 'NULL'})"
        )
        found = self.connection.execute(f'SELECT file, "offset", line FROM facts WHERE {which}').fetchall()
        self.connection.execute(f"DELETE FROM facts WHERE {which}")
        self.gathered.named.update(name for (name,) in self.connection.execute("SELECT name FROM named").fetchall())
        self.connection.execute("DROP TABLE named")
        places = sorted(Place(*each) for each in found)
        return zip(self.records.at(places), places, strict=True)
