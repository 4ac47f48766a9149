"""How the changes of sums within periods look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from attrs import evolve

from aidtimeline.projections.sums.within import Move, Within
from aidtimeline.report.columns import COUNT, FLAG, NUMBER, TEXT, Column, Json, rows_of
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.look import Grid, Part
from aidtimeline.report.notes import flags_of
from aidtimeline.report.words import amount, legend
from aidtimeline.text import tables


class _MoveOf(NamedTuple):
    row: Any
    move: Move


class WithinLook(KeyedLook[Within]):
    """The look of the changes of sums within periods."""

    NAME = "within"

    @property
    def as_of(self) -> date | None:
        """The last day that is looked at; None if there is none."""
        return self.result.until

    def title(self) -> str:
        """What is summed, and that these are changes."""
        return f"{super().title()}: how the sum changed within each {self.result.period}"

    def columns(self) -> list[Column]:
        """The key, and the changes: for each its period (null: all before the first), and its ends with their flags."""
        period = Column(self.result.period, TEXT, get=attrgetter("period"))
        changes = rows_of([period, *self._of_change("change.")])
        return [*self.key_columns(), Column("changes", changes, self.unit, attrgetter("moves.moves"))]

    def json_about(self) -> Json:
        """Nothing: a change has no reports of its own."""
        return {}

    def plain_columns(self) -> list[Column]:
        """The key, the period (empty: all before the first that is listed), and the change."""
        key = [evolve(each, get=_of_row(each)) for each in self.key_columns()]
        period = Column(self.result.period, TEXT, get=attrgetter("move.period"))
        return [*key, period, *self._of_change("move.change.")]

    def _of_change(self, at: str) -> list[Column]:
        kinds = {"low": NUMBER, "high": NUMBER, "open": COUNT}
        names = ("low", "high", "open", "approximate", "disputed", "loose", "overlap")
        ends = (Column(each, kinds.get(each, FLAG), get=attrgetter(f"{at}{each}")) for each in names)
        return [evolve(each, unit=self.unit) if each.kind is NUMBER else each for each in ends]

    def plain_rows(self) -> list[Any]:
        """A row for each sum and period."""
        return [_MoveOf(row, move) for row in self.result.rows for move in row.moves]

    def page(self) -> Iterator[Part]:
        """A line for each period. The key of a sum is written on its first line only."""
        cells, flags = [], list[str]()
        for row in self.result.rows:
            key = self.key_cells(row)
            for period, change in row.moves:
                words = flags_of(change)
                flags += words
                number, when = amount(change, self.currency_of(row)), period or "before"
                cells.append([*key, when, number, self.unit_of(row), ", ".join(words)])
                key = [""] * len(key)
        if not cells:
            yield "Nothing: no such fact with a number is known."
            return
        others = tables.Column("change", "right"), tables.Column("unit"), tables.Column("note", wrap=True)
        yield Grid([*self.key_heads(), tables.Column(self.result.period), *others], cells)
        yield from legend(flags)
        yield "a change is what the sum is at the end, less what it was before, in every case that the reports allow"


def _of_row(column: Column) -> Any:
    return lambda each: column.value(each.row)
