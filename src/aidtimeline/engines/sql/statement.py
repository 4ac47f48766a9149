"""Reading a statement: it must be one SELECT, and reach nothing but the tables of the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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

INNER_FUNCTIONS = frozenset({"current_setting", "write_log"})
"""Functions that say how the database is set up, or write."""

ONE_SELECT = "expected one SELECT, such as SELECT kind, count(*) FROM facts GROUP BY kind"


@define
class Statement:
    """One SELECT, and the names in it: of tables and functions like tables, of other functions, and of columns."""

    sql: str
    tables: set[str] = Factory(set)
    functions: set[str] = Factory(set)
    columns: set[str] = Factory(set)
    apart: set[str] = Factory(set)
    """The columns by which it groups, or of which it takes one value."""
    either: set[str] = Factory(set)
    """Those of which it may take one value or another."""

    @classmethod
    def of(cls, connection: Any, sql: object) -> Statement:
        """The statement of a text, as the database reads it; nothing is run but what tells what it is.

        Raises `UsageError` for anything but one SELECT, and for one that reaches beyond the tables of the log.
        """
        if not isinstance(sql, str):
            raise UsageError(f"found {shown(sql)}, expected a text: {ONE_SELECT}")
        module = duckdb()
        try:
            sql.encode()
            found = connection.extract_statements(sql)
        except UnicodeEncodeError as error:
            raise UsageError(f"found {shown(sql)}, expected a text in Unicode: {error.reason}") from None
        except module.Error as error:
            raise refused(error) from None
        if len(found) != 1:
            raise UsageError(f"found {len(found) or 'no'} statements, {ONE_SELECT}")
        if found[0].type != module.StatementType.SELECT:
            raise UsageError(f"found a statement of the type {found[0].type.name}, {ONE_SELECT}")
        [(text,)] = connection.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [found[0].query]).fetchall()
        try:
            tree = json.loads(text)
        except RecursionError:
            raise UsageError(f"this statement is nested too deep, {ONE_SELECT}") from None
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
        elif kind == "SHOW_REF" and not node.get("query"):
            raise UsageError(f"what the database is made of is out of reach here (tables: {', '.join(VIEWS)})")
        elif kind == "COLUMN_REF":
            self.columns |= _names([node])
        elif kind == "SELECT_NODE":
            self.apart |= _grouped(node)
        elif kind == "CONJUNCTION_OR":
            self.either |= {name for each in _nodes(node) for name in _chosen(each)}
        elif "function_name" in node:
            called = str(node["function_name"]).lower()
            if called in INNER_FUNCTIONS:
                raise UsageError(f"{called} is out of reach here (see docs/sql.md)")
            self.functions.add(called)
            self.apart |= _names(node.get("partitions") or [])
        self.apart |= _chosen(node)

    @property
    def kept_apart(self) -> set[str]:
        """The columns of which no two values get into one sum."""
        return self.apart - self.either


def _names(nodes: Sequence[Any]) -> set[str]:
    """The columns among some nodes."""
    return {str(each["column_names"][-1]).lower() for each in nodes if each and each.get("type") == "COLUMN_REF"}


def _grouped(select: Mapping[str, Any]) -> set[str]:
    """The columns by which a SELECT groups; `ALL` and positions stand for columns that it lists."""
    groups = select.get("group_expressions") or []
    by_place = any(each.get("type") == "VALUE_CONSTANT" for each in groups)
    listed = select["select_list"] if by_place or select.get("aggregate_handling") == "FORCE_AGGREGATES" else []
    return _names([*groups, *listed])


def _chosen(node: Mapping[str, Any]) -> set[str]:
    """The column of which a condition takes one value, or none."""
    sides = [node.get("left"), node.get("right")] if node.get("type") == "COMPARE_EQUAL" else node.get("children")
    one_value = node.get("type") in ("COMPARE_EQUAL", "OPERATOR_IS_NULL", "COMPARE_IN") and len(sides or []) <= 2
    found = _names(sides or []) if one_value else set[str]()
    return found if len(found) == 1 else set()


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
