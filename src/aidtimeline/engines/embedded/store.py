"""The store: the table of facts as tables of a database.

| table | one row for |
|---|---|
| facts | each row of the table of facts; its texts are numbers |
| texts | each text of a column, with its number |
| handed_over | each time in which facts of a component are handed to the reference |
| components | each component: when the last of its records was recorded, and whether replay ignored something |
| linked | each record of a component: where its line is, and its name |
| names | each name of a record of a component, and whether one of them names it |
| fulfils | each promise that a record fulfils, by its name, with the place of that record; it may be there twice |
| ranks | each fact that rows of a component tell of from one date of knowledge on: what its order needs beside them |
| known | each value of a field that a record has, if no row has it |
| unreadable | each line that is no record |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aidtimeline.engines.embedded.database import numpy
from aidtimeline.engines.facts.columns import NUMBER_COLUMNS, Codes, Columns
from aidtimeline.engines.facts.components import Component
from aidtimeline.engines.facts.linking import SetAside
from aidtimeline.engines.facts.rows import TEXT_COLUMNS, Text
from aidtimeline.values.shares import Shares

_TYPES = {"q": "BIGINT", "i": "INTEGER", "h": "SMALLINT", "b": "TINYINT"}
_FACTS = {**dict.fromkeys(TEXT_COLUMNS, "INTEGER"), **{name: _TYPES[each] for name, each in NUMBER_COLUMNS.items()}}

SCHEMA = f"""
CREATE TABLE facts ({", ".join(f'"{name}" {type_}' for name, type_ in _FACTS.items())});
CREATE TABLE texts ("column" VARCHAR, number INTEGER, text VARCHAR);
CREATE TABLE handed_over
    (component INTEGER, known_from BIGINT, known_to BIGINT, since INTEGER, until INTEGER, whole BOOLEAN);
CREATE TABLE components (component INTEGER, recorded BIGINT, faulty BOOLEAN);
CREATE TABLE linked (component INTEGER, file INTEGER, "offset" BIGINT, line INTEGER, id BIGINT);
CREATE TABLE names (name BIGINT, component INTEGER, named BOOLEAN);
CREATE TABLE fulfils (promise BIGINT, file INTEGER, "offset" BIGINT, line INTEGER);
CREATE TABLE ranks
    (component INTEGER, id BIGINT, id_rest BIGINT, known_from BIGINT, first INTEGER, since BIGINT, written BIGINT);
CREATE TABLE known (field VARCHAR, value VARCHAR);
CREATE TABLE unreadable (file INTEGER, "offset" BIGINT, line INTEGER);
"""
"""What makes an empty store."""

RECORDS = """(
    SELECT id, 0 AS component, file, "offset", line FROM facts WHERE component = 0
    UNION ALL SELECT id, component, file, "offset", line FROM linked
)"""
"""All records, as a table: those that are alone have one row each, and the component 0."""

TABLES = ("facts", "texts", "handed_over", "components", "linked", "names", "fulfils", "ranks", "known", "unreadable")


def text_of(value: Text) -> str:
    """A text of a column as JSON."""
    return _encode(value.json if isinstance(value, Shares) else value)


_encode = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` makes an encoder for each text


def value_of(text: str) -> Text:
    """What `text_of` wrote."""
    if text[0] == '"' and "\\" not in text:
        return text[1:-1]
    found = json.loads(text)
    if isinstance(found, dict):
        return Shares(found)
    return tuple(found) if isinstance(found, list) else found


def add_columns(connection: Any, columns: Columns) -> None:
    """Add rows to `facts`."""
    add_numbers(connection, columns.numbers)


def add_numbers(connection: Any, numbers: Mapping[str, Any]) -> None:
    """Add rows to `facts`, given the numbers of each column."""
    add(connection, "facts", {name: numbers[name] for name in _FACTS})


def add_texts(connection: Any, texts: Mapping[str, Codes]) -> None:
    """Add the new texts of columns with their numbers."""
    lines = [(column, number, text_of(text)) for column, codes in texts.items() for text, number in codes.new]
    add(connection, "texts", _turned(lines, 3))


def add_component_parts(connection: Any, components: Iterable[tuple[Component, Sequence[SetAside]]]) -> None:
    """Add components, but for their rows, each with what was set aside for it."""
    several = list(components)
    add(connection, "handed_over", _turned([each for one, _ in several for each in one.handed_over], 6))
    add(connection, "components", _turned([(one.number, one.recorded, one.faulty) for one, _ in several], 3))
    add(
        connection,
        "linked",
        _turned([(one.number, *each.place, each.own[0]) for one, part in several for each in part], 5),
    )
    ranks = [(one.number, *at, *rank) for one, _ in several for at, rank in one.ranks.items()]
    add(connection, "ranks", _turned(ranks, 7))
    names = []
    for one, part in several:
        named = {name for each in part for name in each.named}
        names += [(name, one.number, name in named) for name in named.union(*(each.own for each in part))]
    add(connection, "names", _turned(names, 3))


def _turned(lines: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return [list(column) for column in zip(*lines, strict=True)] if lines else [[] for _ in range(width)]


def _dtype(values: Sequence[Any]) -> Any:
    """Texts are kept as they are; an array of numpy's own texts would be as wide as the widest."""
    return object if len(values) and isinstance(values[0], str) else None


def add(connection: Any, table: str, columns: Mapping[str, Any] | Sequence[Sequence[Any]]) -> None:
    """Add columns of equal length to a table."""
    values = columns.values() if isinstance(columns, Mapping) else columns
    arrays = {f"c{number}": numpy().asarray(each, _dtype(each)) for number, each in enumerate(values)}
    if not arrays or not len(arrays["c0"]):
        return
    connection.register("added", arrays)
    connection.execute(f"INSERT INTO {table} SELECT * FROM added")
    connection.unregister("added")
