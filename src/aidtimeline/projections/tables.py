"""The results of sums: mappings from key to bounds that print as a table."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any, TypeAlias

from attrs import evolve, field, frozen

from aidtimeline.errors import UnknownKey, UsageError, shown
from aidtimeline.projections.pieces import Bounds
from aidtimeline.tables import Column, table

Key: TypeAlias = str | tuple[str | None, ...] | None


@frozen
class Row:
    """One sum: its key, one value for each of the table's `names`; its unit (None: pieces); and its bounds."""

    key: tuple[str | None, ...]
    unit: str | None
    bounds: Bounds


def in_order(values: Iterable[str | None]) -> tuple[tuple[bool, str], ...]:
    """What keys are ordered by: value by value, None first."""
    return tuple((value is not None, value or "") for value in values)


def _ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: in_order((*row.key, row.unit))))


@frozen
class Table(Mapping[Key, Bounds]):
    """Sums by key. A key is a plain value where the table has one name, and a tuple where it has several or none.

    `rows` are ordered by key, None first. Units are never mixed: a key that has rows in several units must be asked of
    `in_unit`.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...] = field(converter=_ordered)
    explainer: Callable[[Row], Any] | None = field(default=None, eq=False, repr=False)

    def in_unit(self, unit: str | None) -> Table:
        """Only the rows in this unit (None: pieces)."""
        return evolve(self, rows=[row for row in self.rows if row.unit == unit])

    def explain(self, key: Key = ()) -> Any:
        """Why the sum of this key is what it is: an `aidtimeline.explain.Explanation`, which prints to be cited.

        Raises `UnknownKey` for a key that is no row, `UsageError` for a table that no view was asked for.
        """
        if self.explainer is None:
            raise UsageError("only the table of a view can be explained: view.counts(…), view.money(…)")
        return self.explainer(self.row(key))

    def __getitem__(self, key: Key) -> Bounds:
        return self.row(key).bounds

    def row(self, key: Key) -> Row:
        """The one row of a key. Raises `UnknownKey`, which names the nearest, or the units of several rows."""
        wanted = key if isinstance(key, tuple) else (key,)
        found = [row for row in self.rows if row.key == wanted]
        if not found:
            near = difflib.get_close_matches(str(key), [str(each) for each in self], n=3, cutoff=0.5)
            raise UnknownKey(f"there is no row {shown(key)}" + (f"; the nearest: {', '.join(near)}" if near else ""))
        if len(found) > 1:
            units = ", ".join(shown(row.unit or "pieces") for row in found)
            raise UnknownKey(f"{shown(key)} is counted in several units ({units}): ask in_unit(…)")
        return found[0]

    def __iter__(self) -> Iterator[Key]:
        for key in dict.fromkeys(row.key for row in self.rows):
            yield key[0] if len(self.names) == 1 else key

    def __len__(self) -> int:
        return len({row.key for row in self.rows})

    def __str__(self) -> str:
        if not self.rows:
            return "no rows"
        return "\n".join(table([*map(Column, self.names), Column("", "right"), Column("unit")], self._cells()))

    def _repr_html_(self) -> str:
        """The table as a notebook shows it."""
        head = "".join(f"<th>{escape(each)}</th>" for each in (*self.names, "bounds", "unit"))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>" for cells in self._cells()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cells(self) -> list[list[str]]:
        return [[*(value or "–" for value in row.key), str(row.bounds), row.unit or ""] for row in self.rows]
