"""How sums over time look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from aidtimeline.projections import Series, Steps
from aidtimeline.report.columns import Column, Kind, number
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.sums import key_columns
from aidtimeline.report.words import amount, on, slug_and_label, sums_in_words
from aidtimeline.text import tables


class SeriesLook(Look[Series]):
    """Sums over time by key."""

    @property
    def as_of(self) -> date | None:
        """The day up to which the series goes; None if it goes on."""
        return self.result.until

    def title(self) -> str:
        """What is summed, by what."""
        return f"{sums_in_words(self.result.question)}, over time"

    def columns(self) -> list[Column]:
        """The key, and the steps as day (null: ever), low and high."""
        unit = "currency" if self.result.money else "unit"
        steps = Column("steps", Kind("steps", self._steps), unit)
        return [*key_columns(self.result.names, money=self.result.money), steps]

    def page(self) -> Iterator[Part]:
        """A line for each step, under the key of its sum, which is said once."""
        names = [name for name in self.result.names if not (self.result.money and name == "currency")]
        cells = []
        for row in self.result.rows:
            key = dict(zip(self.result.names, row.key, strict=True))
            head = [cell for name in names for cell in slug_and_label(self.vocabulary, name, key[name])]
            last = None
            for step in row.steps:
                said = amount(step.bounds, key["currency"] if self.result.money else None)
                if said != last or self.result.period is not None:
                    day = "ever" if step.day is None else on(step.day)
                    cells.append([*head, day, said, "" if self.result.money else row.unit or ""])
                    head = [""] * len(head)
                last = said
        if not cells:
            yield "Nothing: no such fact with a number is known."
            return
        heads = [each for name in names for each in (tables.Column(name), tables.Column("label", optional=True))]
        when = "since" if self.result.period is None else f"end of {self.result.period}"
        numbers = tables.Column(when, "right"), tables.Column("number", "right"), tables.Column("unit")
        yield Grid([*heads, *numbers], cells)

    def _steps(self, steps: Steps) -> list[Any]:
        """Each step where low or high change; or each end of a period."""
        every = ((step.day, step.bounds.low, step.bounds.high) for step in steps)
        kept = steps.numbers if self.result.period is None else every
        return [[day and day.isoformat(), number(low), number(high)] for day, low, high in kept]
