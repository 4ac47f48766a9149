"""How sums over time look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from aidtimeline.projections import Series, Steps
from aidtimeline.report.columns import Column, Kind, number
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.look import Grid, Part
from aidtimeline.report.words import amount, on
from aidtimeline.text import tables


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

    def _steps(self, steps: Steps) -> list[Any]:
        """The steps in JSON: those where low or high change, or the end of each period."""
        every = ((step.day, step.bounds.low, step.bounds.high) for step in steps)
        kept = steps.numbers if self.result.period is None else every
        return [[day and day.isoformat(), number(low), number(high)] for day, low, high in kept]
