"""What a log has grown by since its store was made: a small store of its own, laid over the other.

New records may have to do with old ones. Then the components of these, and what was alone so far, are hidden in the old
store and made again in the new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Protocol

from attrs import Factory, define, frozen

from aidtimeline.engines.embedded.asked import one_of
from aidtimeline.engines.embedded.building import Build
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.store import SCHEMA, TABLES, text_of, value_of
from aidtimeline.engines.facts.columns import Codes, Columns
from aidtimeline.engines.facts.linking import Name, Place, may_be_project, of_project
from aidtimeline.engines.facts.reading import Reading
from aidtimeline.engines.facts.rows import TEXT_COLUMNS, Text

_PER_COMPONENT = ("handed_over", "components", "linked", "names", "ranks")


MANY = 2**10
"""A column that has more texts is not read whole for a few lines."""

FEW = 2**5
"""How many of its texts are looked for one by one."""


@define
class Numbers:
    """The numbers that the texts of a column have in the store `base`, from 1 to `last`."""

    connection: Any
    column: str
    last: int
    _found: dict[Text, int | None] = Factory(dict)
    _is_whole: bool = False

    def of(self, text: Text) -> int | None:
        """The number of a text; None if it has none."""
        if text not in self._found and not self._is_whole:
            if self.last > MANY and len(self._found) < FEW:
                self._found[text] = next((number for number, _ in self._read("AND text = ?", text_of(text))), None)
            else:
                self._found = {value_of(found): number for number, found in self._read()}
                self._is_whole = True
        return self._found.get(text)

    def _read(self, which: str = "", *values: str) -> list[tuple[int, str]]:
        query = f'SELECT number, text FROM base.texts WHERE "column" = ? {which}'
        found: list[tuple[int, str]] = self.connection.execute(query, (self.column, *values)).fetchall()
        return found


def numbers_of_texts(connection: Any) -> Mapping[str, Numbers]:
    """The numbers of the texts of each column."""
    last = dict(connection.execute('SELECT "column", max(number) FROM base.texts GROUP BY "column"').fetchall())
    return {name: Numbers(connection, name, last.get(name, 0)) for name in TEXT_COLUMNS}


class Under(Protocol):
    """The store that another is laid over, which the connection has as `base`."""

    @property
    def numbers(self) -> Mapping[str, Numbers]:
        """The numbers of its texts by column."""

    @property
    def components(self) -> int:
        """The last number of its components."""


def lay_over(connection: Any, number: int, base: Under, new: Sequence[tuple[bytes, Place]], lines: Lines) -> None:
    """Lay the store of new lines over another; `lines` reads old ones again.

    The schema `over_NUMBER` has what is asked, and `tail_NUMBER` what is new.
    """
    hidden = _Hidden.by(connection, new)
    connection.execute(f"CREATE SCHEMA tail_{number}; SET schema = 'tail_{number}'; {SCHEMA}")
    codes = {name: Codes(each.of, each.last) for name, each in base.numbers.items()}
    build = Build(connection, lines, Reading(Columns(codes)))
    build.read(lines.at({*hidden.linked, *hidden.alone}))
    build.read(new)
    build.finish(base.components + 1)
    views = (
        f"CREATE VIEW {table} AS SELECT * FROM base.{table}{hidden.without(table)}"
        f" UNION ALL SELECT * FROM tail_{number}.{table}"
        for table in TABLES
    )
    connection.execute(f"CREATE SCHEMA over_{number}; SET schema = 'over_{number}'; {'; '.join(views)}")


@frozen
class _Hidden:
    """What is hidden of the store `base`: components with the places of their records, and records that were alone."""

    components: Sequence[int]
    linked: Sequence[Place]
    alone: Sequence[Place]

    @classmethod
    def by(cls, connection: Any, new: Iterable[tuple[bytes, Place]]) -> _Hidden:
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
        numbers = _projects(connection, named)
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


def _projects(connection: Any, named: Set[Name]) -> list[int]:
    """The numbers of the projects that are named."""
    if not any(map(may_be_project, named)):
        return []
    found = connection.execute("""SELECT number, text FROM base.texts WHERE "column" = 'project'""").fetchall()
    return [number for number, text in found if of_project(str(value_of(text))) in named]
