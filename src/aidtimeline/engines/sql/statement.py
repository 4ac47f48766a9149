"""Reading a statement: it must be one SELECT, and reach nothing but the tables of the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, define

from aidtimeline.engines.embedded.database import duckdb
from aidtimeline.errors import UsageError
from aidtimeline.text.safe import shown

VIEWS = ("facts", "handed_over", "history")
MACROS = ("facts_at", "handed_over_at")

FUNCTIONS = frozenset({*MACROS, "generate_series", "json_each", "json_tree", "range", "unnest"})
"""The functions that may stand where a table does. Others read files, change settings or run texts as statements."""

INNER = ("duckdb_", "pg_", "pragma_", "sqlite_")
"""How tables begin in which the database says what it is made of, and where its files are."""

ONE_SELECT = "expected one SELECT, such as SELECT kind, count(*) FROM facts GROUP BY kind"


@define
class Statement:
    """One SELECT, and the names in it: of tables and functions like tables, of other functions, and of columns."""

    sql: str
    tables: set[str] = Factory(set)
    functions: set[str] = Factory(set)
    columns: set[str] = Factory(set)

    @classmethod
    def of(cls, connection: Any, sql: object) -> Statement:
        """The statement of a text, as the database reads it; nothing is run but what tells what it is.

        Raises `UsageError` for anything but one SELECT, and for one that reaches beyond the tables of the log.
        """
        if not isinstance(sql, str):
            raise UsageError(f"found {shown(sql)}, expected a text: {ONE_SELECT}")
        module = duckdb()
        try:
            found = connection.extract_statements(sql)
        except module.Error as error:
            raise refused(error) from None
        if len(found) != 1:
            raise UsageError(f"found {len(found) or 'no'} statements, {ONE_SELECT}")
        if found[0].type != module.StatementType.SELECT:
            raise UsageError(f"found a statement of the type {found[0].type.name}, {ONE_SELECT}")
        [(text,)] = connection.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [found[0].query]).fetchall()
        tree = json.loads(text)
        if tree["error"]:
            raise UsageError(f"this statement cannot be read ({tree.get('error_message')}), {ONE_SELECT}")
        statement = cls(found[0].query)
        for node in _nodes(tree):
            statement._look_at(node)
        return statement

    def _look_at(self, node: Mapping[str, Any]) -> None:
        """Note the names in a node of the tree. Raises `UsageError` for what is beyond the tables of the log."""
        kind, name = node.get("type"), str(node.get("table_name", "")).lower()
        if kind == "BASE_TABLE":
            schema = f"{node.get('catalog_name') or ''}{node.get('schema_name') or ''}".lower()
            if schema not in ("", "main", "information_schema") or name.startswith(INNER):
                raise UsageError(
                    f"there is no table {shown(f'{schema}.{name}'.lstrip('.'))} here (tables: {', '.join(VIEWS)})"
                )
            self.tables.add(name)
        elif kind == "TABLE_FUNCTION":
            called = str(node["function"].get("function_name")).lower()
            if called not in FUNCTIONS:
                raise UsageError(
                    f"{called} is out of reach here (tables: {', '.join((*VIEWS, *MACROS))}; see docs/sql.md)"
                )
            self.tables.add(called)
        elif kind == "COLUMN_REF":
            self.columns.add(str(node["column_names"][-1]).lower())
        elif "function_name" in node:
            self.functions.add(str(node["function_name"]).lower())


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in JSON."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def refused(error: Exception) -> UsageError:
    """An error of the database as one line: what it says, without the statement that it shows again."""
    said = str(error).partition("\nLINE ")[0]
    return UsageError(" ".join(said.split()))
