"""Sums over time as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.cli.pages import Paper, slug_and_label
from aidtimeline.projections import Series
from aidtimeline.text.tables import Column, table
from aidtimeline.values.amounts import Money
from aidtimeline.words import on


def series(paper: Paper, told: Series) -> Iterator[str]:
    """A line a step, under the key of its sum, which is told once."""
    names = [name for name in told.names if name != "currency"]
    cells = []
    for row in told.rows:
        key = dict(zip(told.names, row.key, strict=True))
        head = [cell for name in names for cell in slug_and_label(paper.view, name, key[name])]
        shown = None
        for step in row.steps:
            currency = key.get("currency")
            number = str(step.bounds if currency is None else Money(step.bounds.quantity, currency))
            if number != shown or told.period is not None:
                day = "ever" if step.day is None else on(step.day)
                cells.append([*head, day, number, row.unit or ""])
                head = [""] * len(head)
            shown = number
    if not cells:
        yield "Nothing: no such fact with a number is known."
        return
    columns = [column for name in names for column in (Column(name), Column("label"))]
    when = "since" if told.period is None else f"end of {told.period}"
    yield from table([*columns, Column(when, "right"), Column("number", "right"), Column("unit")], cells)
