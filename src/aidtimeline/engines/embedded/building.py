"""Building a store: the lines of a log are read once, strictly, and become rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from attrs import Factory, define

from aidtimeline.engines.embedded.files import Lines, Reader
from aidtimeline.engines.embedded.store import add, add_columns, add_component_parts, add_texts
from aidtimeline.engines.facts.components import Component, component
from aidtimeline.engines.facts.linking import Name, Place, SetAside, components, of_project
from aidtimeline.engines.facts.reading import Reading

AT_ONCE = 50_000
"""How many rows are added to the database at once."""

COMPONENTS_AT_ONCE = 5_000


@define
class Build:
    """The work of building a store, in a database that has its empty tables.

    Lines are given to `read`; at the end `finish` finds what hangs together. `lines` reads them again.
    """

    connection: Any
    lines: Lines
    reading: Reading = Factory(Reading)

    def read(self, lines: Iterable[tuple[bytes, Place]]) -> None:
        """Read lines, each with its place."""
        self.reading.read(lines)
        self._flush()

    def read_file(self, file: int, reader: Reader) -> None:
        """Read the whole lines of a file, which `lines` has under this number."""
        for offset, before, block in reader.blocks():
            self.reading.read_block(block, file, offset, before)
            if len(self.reading.columns) >= AT_ONCE:
                self._flush()

    def finish(self, first: int = 1) -> None:
        """Make the rows of components, numbered from `first` on, and add all texts."""
        self._flush()
        aside = self.reading.aside
        named = {name for each in aside for name in (*each.named, each.own[0])}
        self._take_out(named)
        parts = iter(enumerate(components(aside, named), start=first))
        while some := list(islice(parts, COMPONENTS_AT_ONCE)):
            self._add(some)
        add_texts(self.connection, self.reading.columns.texts)
        add(self.connection, "known", _turned(self.reading.known))
        add(self.connection, "unreadable", _turned(self.reading.unreadable))

    def _flush(self) -> None:
        add_columns(self.connection, self.reading.columns)
        self.reading.columns.clear()

    def _take_out(self, named: set[Name]) -> None:
        """Set aside what is named, or is there twice, and so is not alone."""
        projects = [
            number
            for slug, number in self.reading.columns.texts["project"].items()
            if isinstance(slug, str) and of_project(slug) in named
        ]
        self.connection.execute("CREATE TEMP TABLE named (name BIGINT)")
        add(self.connection, "named", [list(named)])
        self.connection.execute("INSERT INTO named SELECT id FROM facts GROUP BY id HAVING count(*) > 1")
        which = (
            "id IN (SELECT name FROM named) OR entry IN (SELECT name FROM named)"
            f" OR project IN ({', '.join(map(str, projects)) or 'NULL'})"
        )
        found = self.connection.execute(f'SELECT file, "offset", line FROM facts WHERE {which}').fetchall()
        self.connection.execute(f"DELETE FROM facts WHERE {which}")
        named.update(name for (name,) in self.connection.execute("SELECT name FROM named").fetchall())
        self.connection.execute("DROP TABLE named")
        for line, place in self.lines.at(Place(*each) for each in found):
            self.reading.set_aside(line, place)

    def _add(self, parts: Sequence[tuple[int, Sequence[SetAside]]]) -> None:
        records = {
            place: record for record, place in self.lines.records(each.place for _, part in parts for each in part)
        }
        made: list[tuple[Component, Sequence[SetAside]]] = []
        for number, part in parts:
            made.append((component(number, [(records[each.place], each.place) for each in part]), part))
        self.reading.columns.add(row for each, _ in made for row in each.rows)
        self._flush()
        add_component_parts(self.connection, made)


def _turned(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
