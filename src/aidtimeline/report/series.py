"""How sums over time look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from attrs import evolve

from aidtimeline.projections import Series, Step, Steps
from aidtimeline.report.columns import COUNT, DAY, FLAG, NUMBER, Column, Json, Kind, number
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.look import Grid, Part
from aidtimeline.report.words import amount, on
from aidtimeline.text import tables


class _StepOf(NamedTuple):
    row: Any
    step: Step


def _of_key(column: Column) -> Callable[[_StepOf], Any]:
    return lambda each: column.value(each.row)


class SeriesLook(KeyedLook[Series]):
    """The look of sums over time by key."""

    @property
    def as_of(self) -> date | None:
        """The last day of the series; None if it has none."""
        return self.result.until

    def title(self) -> str:
        """What is summed, and by which fields."""
        return f"{super().title()}, over time"

    def columns(self) -> list[Column]:
        """The key, and the steps: for each its day (null: ever), low and high."""
        return [*self.key_columns(), Column("steps", Kind("steps", self._steps), self.unit)]

    NAME = "series"

    def json_about(self) -> Json:
        """Nothing: a step has no reports of its own."""
        return {}

    def plain_columns(self) -> list[Column]:
        """The key, the day of a step (empty: ever), and its bounds."""
        key = [evolve(each, get=_of_key(each)) for each in self.key_columns()]
        ends = (Column(name, NUMBER, self.unit, attrgetter(f"step.bounds.{name}")) for name in ("low", "high"))
        flags = ("approximate", "disputed", "loose", "overlap")
        return [
            *key,
            Column("day", DAY, get=attrgetter("step.day")),
            *ends,
            Column("open", COUNT, get=attrgetter("step.bounds.open")),
            *(Column(name, FLAG, get=attrgetter(f"step.bounds.{name}")) for name in flags),
        ]

    def plain_rows(self) -> list[Any]:
        """A row for each step: where any bound or flag changes, or at the end of each period."""
        return [_StepOf(row, step) for row in self.result.rows for step in row.steps]

    def page(self) -> Iterator[Part]:
        """A line for each step. The key of a sum is written on its first line only."""
        cells = []
        for row in self.result.rows:
            key = self.key_cells(row)
            last = None
            for step in row.steps:
                text = amount(step.bounds, self.currency_of(row))
                if text != last or self.result.period is not None:
                    cells.append([*key, "ever" if step.day is None else on(step.day), text, self.unit_of(row)])
                    key = [""] * len(key)
                last = text
        if not cells:
            yield "Nothing: no such fact with a number is known."
            return
        when = "since" if self.result.period is None else f"end of {self.result.period}"
        numbers = tables.Column(when, "right"), tables.Column("number", "right"), tables.Column("unit")
        yield Grid([*self.key_heads(), *numbers], cells)
        yield from self.rates()

    def _steps(self, steps: Steps) -> list[Any]:
        """The steps in JSON: those where low or high change, or the end of each period."""
        every = ((step.day, step.bounds.low, step.bounds.high) for step in steps)
        kept = steps.numbers if self.result.period is None else every
        return [[day and day.isoformat(), number(low), number(high)] for day, low, high in kept]
