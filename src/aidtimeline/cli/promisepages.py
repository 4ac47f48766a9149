"""Promises and what has become of them, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aidtimeline.cli.pages import Paper
from aidtimeline.cli.words import NOTHING
from aidtimeline.projections import FulfilmentTable
from aidtimeline.projections.fulfilment import FulfilmentRow
from aidtimeline.projections.matching import Match, in_words
from aidtimeline.text.tables import Column, table
from aidtimeline.values.dates import DateRange

EMPTY = "Nothing: no such promise had been made by then, for all that was reported."


def fulfilment(paper: Paper, found: FulfilmentTable, short: Callable[[str], str]) -> Iterator[str]:
    """A line for each row of promises, then one for each delivery that makes one of them good."""
    if not found.rows:
        yield EMPTY
        return
    numbers = [Column(each, "right") for each in ("promised", "delivered", "outstanding", "overdue")]
    columns = [*map(Column, ("kind", "donor", "project", "item", "unit")), *numbers, Column("due", wrap=True)]
    yield from table(columns, [_cells(row) for row in found], paper.width)
    matches = [[short(each.promise), short(each.delivery), *_match(each)] for row in found for each in row.matches]
    if matches:
        yield ""
        heads = [*map(Column, ("promise", "delivery")), Column("of it", "right"), Column("match"), Column("after")]
        yield from table(heads, matches)


def _cells(row: FulfilmentRow) -> list[str]:
    key = row.key
    named = [key.kind, *(value or NOTHING for value in (key.donor, key.project, key.item)), key.unit or ""]
    numbers = (row.promised, row.delivered, row.outstanding, row.overdue)
    said = [str(each) if key.currency is None else f"{key.currency} {each}" for each in numbers]
    return [*named, *said, "; ".join(str(DateRange.parse(text)) for text in row.due)]


def _match(match: Match) -> tuple[str, str, str]:
    return NOTHING if match.amount is None else str(match.amount), match.how, in_words(match.days)
