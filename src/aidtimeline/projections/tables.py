"""The results of sums: mappings from key to bounds that print as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import field, frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.keyed import ByKey, Key, ordered
from aidtimeline.projections.pieces import Bounds
from aidtimeline.text.tables import Column


@frozen
class Row:
    """One sum: its key, one value for each of the table's `names`; its unit (None: pieces); and its bounds."""

    key: tuple[str | None, ...]
    unit: str | None
    bounds: Bounds


def _ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    return ordered(rows)


@frozen
class Table(ByKey[Row, Bounds]):
    """Sums by key; see `ByKey` for the keys. `rows` are ordered by key and unit, None first."""

    names: tuple[str, ...]
    rows: tuple[Row, ...] = field(converter=_ordered)
    explainer: Callable[[Row], Any] | None = field(default=None, eq=False, repr=False)

    def answer(self, row: Row) -> Bounds:
        """The bounds."""
        return row.bounds

    def explain(self, key: Key = ()) -> Any:
        """Why the sum of this key is what it is: an `aidtimeline.explain.Explanation`, which prints to be cited.

        Raises `UnknownKey` for a key that is no row, `UsageError` for a table that no view was asked for.
        """
        if self.explainer is None:
            raise UsageError("only the table of a view can be explained: view.counts(…), view.money(…)")
        return self.explainer(self.row(key))

    def columns(self) -> list[Column]:
        """The names of the key, the bounds, the unit."""
        return [*map(Column, self.names), Column("", "right"), Column("unit")]

    def cells(self) -> list[list[str]]:
        """One line a row."""
        return [[*(value or "–" for value in row.key), str(row.bounds), row.unit or ""] for row in self.rows]
