"""How promises and their fulfilment look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aidtimeline.projections import Fulfilment, FulfilmentRow, FulfilmentTable, Match
from aidtimeline.projections.fulfilment import Key
from aidtimeline.report.columns import BOUNDS, SLUG, TEXT, TEXTS, Column, Kind, rows_of
from aidtimeline.report.days import days_in_words
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.words import NOTHING, amount, narrowed, shortener
from aidtimeline.text import tables
from aidtimeline.values.dates import DateRange

AMOUNTS = ("promised", "delivered", "outstanding", "overdue")
"""The amounts of a row that the page shows."""

_DAYS = Kind("days", lambda days: {"low": days[0], "high": days[1]})
_MATCHES = (
    Column("promise", TEXT),
    Column("delivery", TEXT),
    Column("match", TEXT, get=lambda match: match.how),
    Column("amount", BOUNDS),
    Column("days", _DAYS),
)


class FulfilmentLook(Look[FulfilmentTable]):
    """The look of promises by kind, donor, project, item, and unit or currency."""

    QUESTION = Fulfilment

    def title(self) -> str:
        """Which promises are shown."""
        return f"promises, and what has become of them{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """The key, the amounts, when they are due, and the matches."""
        units = ("unit", "currency")
        key = (Column(name, TEXT if name in units else SLUG) for name in Key._fields)
        amounts = ("promised", "delivered", "linked", "inferred", "outstanding", "overdue")
        bounds = (Column(name, BOUNDS, units) for name in amounts)
        return [*key, *bounds, Column("due", TEXTS), Column("matches", rows_of(_MATCHES))]

    def page(self) -> Iterator[Part]:
        """A line for each row, then one for each match of a promise and a delivery."""
        rows = self.result.rows
        if not rows:
            yield "Nothing: no such promise is reported to have been made by then."
            return
        numbers = [tables.Column(each, "right") for each in AMOUNTS]
        heads = map(tables.Column, ("kind", "donor", "project", "item", "unit"))
        yield Grid([*heads, *numbers, tables.Column("due", wrap=True)], [_cells(row) for row in rows])
        matches = [match for row in rows for match in row.matches]
        if matches:
            yield ""
            short = shortener(self._ids(matches))
            columns = [*map(tables.Column, ("promise", "delivery")), tables.Column("of it", "right")]
            columns += map(tables.Column, ("match", "after"))
            yield Grid(columns, [[short(each.promise), short(each.delivery), *_match(each)] for each in matches])

    def _ids(self, matches: list[Match]) -> Iterator[str]:
        """All ids of the log: a shortened id has to be unique among them."""
        if self.view is not None:
            yield from (record.id for record in self.view.records)
        for match in matches:
            yield from (match.promise, match.delivery)


def _cells(row: FulfilmentRow) -> list[Any]:
    key = [row.kind, *(value or NOTHING for value in (row.donor, row.project, row.item)), row.unit or ""]
    due = "; ".join(str(DateRange.parse(text)) for text in row.due)
    return [*key, *(amount(getattr(row, name), row.currency) for name in AMOUNTS), due]


def _match(match: Match) -> tuple[str, str, str]:
    return NOTHING if match.amount is None else str(match.amount), match.how, days_in_words(match.days)
