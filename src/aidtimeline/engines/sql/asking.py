"""Asking: a statement is read, run in a locked database, and answered, with notes on what the answer leaves out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import Factory, define

from aidtimeline.engines.embedded.database import DamagedStore, duckdb
from aidtimeline.engines.embedded.engine import Embedded
from aidtimeline.engines.fold import Engine, Fold
from aidtimeline.engines.sql.answer import SqlAnswer
from aidtimeline.engines.sql.known import Rows, known
from aidtimeline.engines.sql.notes import notes
from aidtimeline.engines.sql.source import Source
from aidtimeline.engines.sql.statement import MACROS, VIEWS, Statement, refused
from aidtimeline.engines.sql.tables import Tables
from aidtimeline.values.amounts import plain

LOOK_UP = 0.1
"""How long, in seconds, it is waited for a statement until it is looked up whether Ctrl-C was pressed."""

Parameters: TypeAlias = Sequence[object] | Mapping[str, object] | None


@define(eq=False)
class Asking:
    """What answers statements of SQL about the log of an engine. Its tables are made when they are first asked for."""

    engine: Engine
    _tables: Tables | None = None
    _threads: Any = Factory(threading.RLock)

    def ask(self, sql: str, parameters: Parameters = None) -> SqlAnswer:
        """The answer to a statement. Raises `UsageError` for anything but one SELECT that the database takes."""
        with self._threads:
            try:
                return self._answer(sql, parameters)
            except DamagedStore:
                instead(self.engine)
                self.close()
                return self._answer(sql, parameters)

    def close(self) -> None:
        """Let go of the tables."""
        with self._threads:
            if self._tables is not None:
                self._tables.close()
                self._tables = None

    def _answer(self, sql: str, parameters: Parameters) -> SqlAnswer:
        tables = self._made(with_thought=False)
        statement = Statement.of(tables.connection, sql)
        if not statement.tables.isdisjoint(("handed_over", "handed_over_at", "history")):
            tables = self._made(with_thought=True)
        try:
            described, rows = _asked(tables, statement, parameters)
        except duckdb().Error as error:
            if not tables.source.is_intact(again=True):
                raise DamagedStore from error
            raise refused(error) from None
        if not tables.source.is_intact():
            raise DamagedStore
        names = tuple(_apart(name for name, *_ in described))
        types = tuple(str(each[1]) for each in described)
        values = tuple(tuple(map(value, row)) for row in rows)
        return SqlAnswer(names, types, values, tuple(notes(statement, tables)))

    def _made(self, *, with_thought: bool) -> Tables:
        """The tables, made anew if they lack something, or if they are of yesterday."""
        today = datetime.now(UTC).date()
        made = self._tables
        if made is None or made.today != today or (with_thought and not made.with_thought):
            source = Source.of(self.engine) if made is None else made.source
            self.close()
            made = Tables(source, today, with_thought)
            made.lock()
            self._tables = made
        return made


def _asked(tables: Tables, statement: Statement, parameters: Parameters) -> tuple[Any, Rows]:
    """The columns and the rows of a statement, as far as they do not depend on the numbers that stand for open ends."""
    described, rows = _interruptibly(tables.connection, statement.sql, parameters)
    if statement.tables.isdisjoint((*VIEWS, *MACROS)):
        return described, rows
    tables.turn(again=True)
    try:
        _, again = _interruptibly(tables.connection, statement.sql, parameters)
    finally:
        tables.turn(again=False)
    return described, known(rows, again)


def _interruptibly(connection: Any, sql: str, parameters: Parameters) -> tuple[Any, list[tuple[Any, ...]]]:
    """The columns and rows of a statement. Ctrl-C ends it.

    A locked database does not look for Ctrl-C itself. So the statement runs in a thread of its own, and this one waits.
    """

    def run() -> tuple[Any, list[tuple[Any, ...]]]:
        found = connection.execute(sql, parameters)
        return found.description, found.fetchall()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            while not wait([running], LOOK_UP).done:
                pass
        except BaseException:
            while not wait([running], LOOK_UP).done:
                connection.interrupt()  # again, in case it had not begun yet
            raise
        return running.result()


def instead(engine: Engine) -> None:
    """Let the fold answer instead of a damaged store, from the same lines of the log."""
    if isinstance(engine, Embedded) and engine.opened is not None:
        engine.opened.discard_if_damaged()
        engine.instead = Fold(engine.opened.records(), engine.vocabulary)


def _apart(names: Iterable[str]) -> Iterator[str]:
    """Names that are all different: one that was there already gets a number."""
    taken: set[str] = set()
    for name in names:
        number, own = 1, name
        while own in taken:
            number += 1
            own = f"{name}_{number}"
        taken.add(own)
        yield own


def value(found: Any) -> Any:
    """A value as an answer has it: days without an end are None, and decimals have no needless zeros."""
    if isinstance(found, Decimal):
        return plain(found)
    if isinstance(found, date) and found in _ENDLESS:
        return None
    if isinstance(found, datetime):
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if isinstance(found, list):
        return [value(each) for each in found]
    if isinstance(found, dict):
        return {value(key): value(each) for key, each in found.items()}
    return found


_ENDLESS: tuple[Any, ...] = (date.min, date.max, datetime.min, datetime.max)
