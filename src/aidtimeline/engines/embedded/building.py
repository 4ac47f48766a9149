"""Building a store: the lines of a log are read once, strictly, and become rows."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from attrs import Factory, define, evolve

from aidtimeline.collector import paused
from aidtimeline.engines.embedded.database import numpy
from aidtimeline.engines.embedded.files import Lines, Reader
from aidtimeline.engines.embedded.store import add, add_columns, add_component_parts, add_numbers, add_texts
from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.components import Component, components_of
from aidtimeline.engines.facts.linking import Name, Place, SetAside, components, of_project
from aidtimeline.engines.facts.reading import Found, Reading, read_part
from aidtimeline.engines.facts.rows import Text

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

AT_ONCE = 50_000
"""How many rows are added to the database at once."""

COMPONENTS_AT_ONCE = 2_000
COMMITTED_AT_ONCE = 500_000
"""After how many rows they are committed; each time costs a little."""

SIDE_BY_SIDE = 500
"""How many components are replayed side by side: with many more, their records do not fit into the fast memory."""

AHEAD = 6
"""How many parts are read, or wait to be added, at one time."""


@define
class Build:
    """The work of building a store, in a database that has its empty tables.

    Lines are given to `read`; at the end `finish` finds what hangs together. `lines` reads them again.
    """

    connection: Any
    lines: Lines
    reading: Reading = Factory(Reading)
    pool: Executor | None = None
    """Where parts of files are read, and components are made, beside each other; None: here."""
    commits: bool = False
    """Whether rows are committed from time to time: what is not yet committed takes memory, a lot beside the table."""
    _waiting: int = 0

    def read(self, lines: Iterable[tuple[bytes, Place]]) -> None:
        """Read lines, each with its place."""
        self.reading.read(lines)
        self._flush()

    def read_file(self, file: int, reader: Reader) -> None:
        """Read the whole lines of a file, which `lines` has under this number."""
        if self.pool is None:
            for offset, before, block in reader.blocks():
                self.reading.read_block(block, file, offset, before)
                if len(self.reading.columns) >= AT_ONCE:
                    self._flush()
            return
        path = self.lines.paths[file]
        parts = ((path, file, offset, len(block), before) for offset, before, block in reader.blocks())
        for found in in_turn(self.pool, read_part, parts):
            self._take_over(found)

    def _take_over(self, found: Found) -> None:
        """Add what another process has read."""
        self._add_columns(found.texts, found.numbers)
        self.reading.aside += found.aside
        self.reading.known |= found.known
        self.reading.unreadable += found.unreadable
        self.reading.fulfils += found.fulfils

    def _add_columns(self, texts: Mapping[str, Sequence[Text]], numbers: Mapping[str, array[int]]) -> None:
        """Add rows that were made by themselves: their texts get the numbers that they have here."""
        as_array, renumbered = numpy().array, dict[str, Any](numbers)
        for name, several in texts.items():
            codes = self.reading.columns.texts[name]
            renumbered[name] = as_array([codes[text] for text in several])[numpy().asarray(numbers[name])]
        add_numbers(self.connection, renumbered)
        self._added(len(numbers["id"]))

    def finish(self, first: int = 1) -> None:
        """Make the rows of components, numbered from `first` on, and add all texts."""
        self._flush()
        aside = self.reading.aside
        named = {name for each in aside for name in (*each.named, each.own[0])}
        self._take_out(named)
        parts = list(enumerate(components(aside, named), start=first))
        aside.clear()
        named.clear()
        batches = [parts[start : start + COMPONENTS_AT_ONCE] for start in range(0, len(parts), COMPONENTS_AT_ONCE)]
        asked = ((self.lines, batch) for batch in batches)
        for batch, made in zip(batches, in_turn(self.pool, make_components, asked), strict=True):
            self._add_columns(made.texts, made.numbers)
            add_component_parts(self.connection, zip(made.components, (part for _, part in batch), strict=True))
        add_texts(self.connection, self.reading.columns.texts)
        add(self.connection, "known", _turned(self.reading.known))
        add(self.connection, "unreadable", _turned(self.reading.unreadable))
        add(self.connection, "fulfils", _turned((promise, *place) for promise, place in self.reading.fulfils))

    def _flush(self) -> None:
        rows = len(self.reading.columns)
        add_columns(self.connection, self.reading.columns)
        self.reading.columns.clear()
        self._added(rows)

    def _added(self, rows: int) -> None:
        self._waiting += rows
        if self.commits and self._waiting >= COMMITTED_AT_ONCE:
            self.connection.execute("COMMIT; BEGIN")
            self._waiting = 0

    def _take_out(self, named: set[Name]) -> None:
        """Set aside what is named, or is there twice, and so is not alone: it names nothing, and has no other names."""
        slugs = self.reading.columns.texts["project"].items()
        project = {number: of_project(slug) for slug, number in slugs if isinstance(slug, str)}
        self.connection.execute("CREATE TEMP TABLE named (name BIGINT)")
        add(self.connection, "named", [list(named)])
        self.connection.execute("INSERT INTO named SELECT id FROM facts GROUP BY id HAVING count(*) > 1")
        projects = (str(number) for number, name in project.items() if name in named)
        which = (
            "id IN (SELECT name FROM named) OR entry IN (SELECT name FROM named)"
            f" OR project IN ({', '.join(projects) or 'NULL'})"
        )
        found = self.connection.execute(f'SELECT file, "offset", line, id, entry, project FROM facts WHERE {which}')
        for file, offset, line, own, entry, number in found.fetchall():
            others = (project.get(number), entry or None)
            names = (own, *(name for name in others if name is not None))
            self.reading.aside.append(SetAside(Place(file, offset, line), (), names))
        self.connection.execute(f"DELETE FROM facts WHERE {which}")
        named.update(name for (name,) in self.connection.execute("SELECT name FROM named").fetchall())
        self.connection.execute("DROP TABLE named")


class Made(NamedTuple):
    """Components, with their rows as columns: these are sent to another process more quickly."""

    components: Sequence[Component]
    texts: Mapping[str, Sequence[Text]]
    numbers: Mapping[str, array[int]]


def make_components(lines: Lines, parts: Sequence[tuple[int, Sequence[SetAside]]]) -> Made:
    """The components of records that were set aside, by their numbers; `lines` has these records."""
    made: list[Component] = []
    columns = Columns()
    with paused():
        for start in range(0, len(parts), SIDE_BY_SIDE):
            some = parts[start : start + SIDE_BY_SIDE]
            places = (each.place for _, part in some for each in part)
            records = {place: record for record, place in lines.records(places)}
            linked = {number: [(records[each.place], each.place) for each in part] for number, part in some}
            several = components_of(linked)
            columns.add(row for each in several for row in each.rows)
            made += (evolve(each, rows=[]) for each in several)
    return Made(made, columns.in_order, columns.numbers)


T = TypeVar("T")


def in_turn(pool: Executor | None, function: Callable[..., T], asked: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """What a function gives for these arguments, in their order; in a pool at most `AHEAD` of them are under way."""
    if pool is None:
        yield from starmap(function, asked)
        return
    waiting: deque[Future[T]] = deque()
    try:
        for each in asked:
            waiting.append(pool.submit(function, *each))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for each_waiting in waiting:
            each_waiting.cancel()


def _turned(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
