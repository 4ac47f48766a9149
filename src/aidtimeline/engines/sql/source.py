"""Where the rows come from: the store of the embedded engine, or for the fold one that is made in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from aidtimeline.codec import encode
from aidtimeline.collector import paused
from aidtimeline.engines.embedded.asked import Store
from aidtimeline.engines.embedded.base import Base, quoted
from aidtimeline.engines.embedded.building import Build
from aidtimeline.engines.embedded.database import DamagedStore, duckdb
from aidtimeline.engines.embedded.engine import Embedded
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.store import SCHEMA, add
from aidtimeline.engines.facts.linking import Place
from aidtimeline.engines.fold import Engine
from aidtimeline.errors import UsageError
from aidtimeline.events import Record
from aidtimeline.vocabulary import Vocabulary


@frozen
class Source:
    """A store that can be asked, and the file in which most of it is; None: all of it is in memory."""

    store: Store
    base: Base | None
    vocabulary: Vocabulary

    @classmethod
    def of(cls, engine: Engine) -> Source:
        """That of an engine. Raises `UsageError` if it is closed, or DuckDB is not installed."""
        duckdb()
        if isinstance(engine, Embedded) and engine.instead is None:
            if engine.opened is None:
                raise UsageError("this timeline is closed: open it again")
            return cls(engine.store, engine.opened.base, engine.vocabulary)
        return cls(_in_memory(engine.records), None, engine.known.vocabulary)

    @property
    def files(self) -> Sequence[str]:
        """The paths of the files of the log, by their numbers; an empty one stands for none."""
        return self.store.lines.paths

    def is_intact(self, *, again: bool = False) -> bool:
        """Whether the file still holds what it held; `again`: its content is looked at, whatever the system says."""
        return self.base is None or self.base.is_intact(again=again)

    def lay_into(self, connection: Any) -> None:
        """Give a database the rows of the table of facts, as `over.facts`. Raises `DamagedStore` if they are gone."""
        connection.execute("CREATE SCHEMA over")
        if self.base is None:
            _copy(self.store, connection, "facts", "over.facts")
            return
        [(schema,)] = self.store.rows("SELECT current_schema()")
        try:
            connection.execute(f"ATTACH '{quoted(self.base.path)}' AS base (READ_ONLY)")
        except duckdb().Error as error:
            raise DamagedStore from error
        if not self.base.is_in_place():
            raise DamagedStore
        if (tail := self.store.more) is not None:
            connection.execute(f"CREATE SCHEMA {tail}")
            _copy(self.store, connection, f"{tail}.facts", f"{tail}.facts")
        [(view,)] = self.store.rows(
            "SELECT sql FROM duckdb_views() WHERE schema_name = ? AND view_name = 'facts'", schema
        )
        connection.execute(view.replace(f"{schema}.facts", "over.facts", 1))


def _copy(store: Store, connection: Any, table: str, to: str) -> None:
    """Copy a table of whole numbers, which has no nulls, into another database."""
    listed = ", ".join(f'"{name}" {type_}' for name, type_, *_ in store.rows(f"DESCRIBE {table}"))
    connection.execute(f"CREATE TABLE {to} ({listed})")
    rows = store.rows(f"SELECT * FROM {table}")
    add(connection, to, [list(column) for column in zip(*rows, strict=True)])


def _in_memory(records: Iterable[Record]) -> Store:
    """A store of records, which are kept as lines."""
    lines = Kept(records)
    connection = duckdb().connect(":memory:")
    connection.execute(SCHEMA)
    build = Build(connection, lines)
    with paused():
        build.read((encode(record).encode(), place) for place, record in lines.placed.items())
        build.finish()
    return Store(connection, lines)


class Kept(Lines):
    """The lines of records in memory, as if they stood in the files that they were read from."""

    def __init__(self, records: Iterable[Record]) -> None:
        files: dict[str, int] = {}
        self.placed: Mapping[Place, Record] = {
            Place(files.setdefault(record.file or "", len(files)), offset, record.line or 0): record
            for offset, record in enumerate(records)
        }
        super().__init__(list(files))

    def at(self, places: Iterable[Place]) -> Iterator[tuple[bytes, Place]]:
        """The lines at these places, with them, in order."""
        return ((encode(record).encode(), place) for record, place in self.records(places))

    def records(self, places: Iterable[Place]) -> Iterator[tuple[Record, Place]]:
        """The records at these places, with them, in order."""
        return ((self.placed[place], place) for place in sorted(places))
