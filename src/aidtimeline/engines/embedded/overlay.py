"""What a log has grown by since its store was made: a small store of its own, laid over the other.

New records may have to do with old ones. Then the components of these, and what was alone so far, are hidden in the old
store and made again in the new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from aidtimeline.engines.embedded.asked import one_of
from aidtimeline.engines.embedded.building import Build
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.store import SCHEMA, TABLES, value_of
from aidtimeline.engines.facts.columns import Codes, Columns
from aidtimeline.engines.facts.linking import Name, Place, of_project
from aidtimeline.engines.facts.reading import Reading
from aidtimeline.engines.facts.rows import TEXT_COLUMNS, Text

_PER_COMPONENT = ("handed_over", "components", "linked", "names", "ranks")


@frozen
class Texts:
    """The numbers that texts have in the store `base`, by column, and those of projects by their names."""

    numbers: Mapping[str, Mapping[Text, int]]
    projects: Mapping[Name, Sequence[int]]

    @classmethod
    def of(cls, connection: Any) -> Texts:
        """Those of the store `base`."""
        numbers: dict[str, dict[Text, int]] = {name: {} for name in TEXT_COLUMNS}
        for column, number, text in connection.execute('SELECT "column", number, text FROM base.texts').fetchall():
            numbers[column][value_of(text)] = number
        projects: dict[Name, list[int]] = defaultdict(list)
        for slug, number in numbers["project"].items():
            projects[of_project(str(slug))].append(number)
        return cls(numbers, dict(projects))


def lay_over(connection: Any, number: int, texts: Texts, new: Sequence[tuple[bytes, Place]], lines: Lines) -> None:
    """Lay the store of new lines over the store `base`, which has these `texts`; `lines` reads old ones again.

    The schema `over_NUMBER` has what is asked, and `tail_NUMBER` what is new.
    """
    hidden = _Hidden.by(connection, new, texts)
    [(first,)] = connection.execute("SELECT coalesce(max(component), 0) + 1 FROM base.components").fetchall()
    connection.execute(f"CREATE SCHEMA tail_{number}; SET schema = 'tail_{number}'")
    connection.execute(SCHEMA)
    build = Build(connection, lines, Reading(Columns(_codes(texts.numbers))), texts.projects)
    build.read(lines.at({*hidden.linked, *hidden.alone}))
    build.read(new)
    build.finish(first)
    connection.execute(f"CREATE SCHEMA over_{number}; SET schema = 'over_{number}'")
    for table in TABLES:
        kept = f"SELECT * FROM base.{table}{hidden.without(table)}"
        connection.execute(f"CREATE VIEW {table} AS {kept} UNION ALL SELECT * FROM tail_{number}.{table}")


@frozen
class _Hidden:
    """What is hidden of the store `base`: components with the places of their records, and records that were alone."""

    components: Sequence[int]
    linked: Sequence[Place]
    alone: Sequence[Place]

    @classmethod
    def by(cls, connection: Any, new: Iterable[tuple[bytes, Place]], texts: Texts) -> _Hidden:
        """What new lines have to do with."""
        reading = Reading()
        reading.set_aside(new)
        ids = {each.own[0] for each in reading.aside}
        named = {name for each in reading.aside for name in each.named}
        own = {name for each in reading.aside for name in each.own}
        found = connection.execute(
            "SELECT DISTINCT component FROM base.names"
            f" WHERE {one_of('name', named | ids)} OR (named AND {one_of('name', own)})"
        ).fetchall()
        components = [component for (component,) in found]
        numbers = [number for name in named for number in texts.projects.get(name, ())]
        alone = (
            f"component = 0 AND ({one_of('id', named | ids)} OR {one_of('entry', named)}"
            f" OR {one_of('project', numbers)})"
        )
        return cls(
            components,
            _places(connection, "linked", one_of("component", components)),
            _places(connection, "facts", alone),
        )

    def without(self, table: str) -> str:
        """The condition that leaves out what is hidden, after the name of a table."""
        if not self.components and not self.alone:
            return ""
        if table in _PER_COMPONENT:
            return f" WHERE NOT {one_of('component', self.components)}"
        if table != "facts":
            return ""
        by_file: dict[int, list[int]] = defaultdict(list)
        for place in self.alone:
            by_file[place.file].append(place.offset)
        alone = (f"(file = {file} AND {one_of('offset', offsets)})" for file, offsets in by_file.items())
        return f" WHERE NOT ({' OR '.join([one_of('component', self.components), *alone])})"


def _places(connection: Any, table: str, where: str) -> list[Place]:
    found = connection.execute(f'SELECT file, "offset", line FROM base.{table} WHERE {where}').fetchall()
    return [Place(*each) for each in found]


def _codes(texts: Mapping[str, Mapping[Text, int]]) -> Mapping[str, Codes]:
    """The numbers that texts have in the store `base`, and from which on new ones get theirs."""
    return {name: Codes(each, max(each.values(), default=0)) for name, each in texts.items()}
