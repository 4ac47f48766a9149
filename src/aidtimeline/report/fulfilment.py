"""How promises and their fulfilment look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from aidtimeline.events import PROMISE
from aidtimeline.projections import Bounds, Fulfilment, FulfilmentRow, FulfilmentTable, Match
from aidtimeline.projections.fields import SHARED
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.states import PROMISED
from aidtimeline.report.columns import BOUNDS, FLAG, SLUG, TEXT, TEXTS, Column, Kind, rows_of
from aidtimeline.report.days import days_in_words
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.sourced import reports_by, sourced
from aidtimeline.report.words import DOUBTS, FLAGS, NOTHING, in_short, legend, narrowed, shortener
from aidtimeline.semantics import Fact
from aidtimeline.semantics.view import Viewed
from aidtimeline.text import tables
from aidtimeline.values.dates import DateRange
from aidtimeline.values.durations import in_words
from aidtimeline.values.shares import ALL

AMOUNTS = (
    *("promised", "cancelled", "linked", "may_serve", "delivered"),
    *("outstanding", "over_delivered", "overdue", "likely"),
)
"""The amounts of a row."""

SHOWN = {
    **{name: name for name in ("promised", "linked", "may_serve", "outstanding", "overdue", "likely")},
    "may_serve": "may serve",
}
"""The amounts that the page shows, and their heads."""

MOST_LATE = 5
"""Of so many rows the page says for how long something has been overdue."""

_FLAGS = ("approximate", "disputed", "loose")
_DAYS = Kind("days", lambda days: {"low": days[0], "high": days[1]})
_MATCHES = (
    Column("promise", TEXT),
    Column("delivery", TEXT),
    Column("match", TEXT, get=lambda match: match.how),
    Column("amount", BOUNDS),
    Column("days", _DAYS),
)


class FulfilmentLook(Look[FulfilmentTable]):
    """The look of promises by kind, donor, recipient, project, item, and unit or currency."""

    QUESTION = Fulfilment
    NAME = "fulfilment"

    def title(self) -> str:
        """Which promises are shown."""
        return f"promises, and what has become of them{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """The key, the amounts, when they are due, the flags, and the matches if they were asked for."""
        units = ("unit", "currency")
        key = (Column(name, TEXT if name in units else SLUG) for name in Key._fields)
        bounds = (Column(name, BOUNDS, units) for name in AMOUNTS)
        asked = self.result.question is not None and getattr(self.result.question, "matches", False)
        found = [Column("matches", rows_of(_MATCHES))] if asked else []
        return [*key, *bounds, Column("due", TEXTS), *(Column(name, FLAG) for name in _FLAGS), *found]

    def plain_columns(self) -> list[Column]:
        """The same, with the measures that cannot be compared, and who reports the promises."""
        found = reports_by(self.view, self._promises(), lambda fact: [_key_of(fact)])
        return [
            *self.columns(),
            Column("also_in", TEXTS),
            *sourced(lambda row: found.get(row.key)),
        ]

    def _promises(self) -> Iterable[Fact]:
        question, view = self.result.question, self.view
        if view is None or not isinstance(question, Fulfilment):
            return ()
        asked = evolve(question.selection, kinds=question.selection.kinds or PROMISED)
        return (fact for fact in view.narrowed(asked).facts if fact.nature is PROMISE and fact in asked)

    def page(self) -> Iterator[Part]:
        """A line for each row. Below stand what flags mean, what names no promise, and the matches."""
        rows = self.result.rows
        if rows:
            yield self._grid(rows)
            yield from legend(flag for row in rows for flag in flagged(row))
            yield from _late(rows, self.view)
            if any(row.likely is not None for row in rows):
                yield "likely: outstanding if all serves that has exactly the row's fields; it is no bound"
        else:
            yield "Nothing: no such promise is reported to have been made by then."
        yield from _shown_in_full(self.result)
        if self.result.unnamed:
            yield _unnamed(self.result.unnamed)
        matches = [match for row in rows for match in row.matches or ()]
        if matches:
            yield ""
            short = shortener(self.view)
            columns = [*map(tables.Column, ("promise", "delivery")), tables.Column("of it", "right")]
            columns += map(tables.Column, ("match", "after"))
            yield Grid(columns, [[short(each.promise), short(each.delivery), *_match(each)] for each in matches])

    def _grid(self, rows: Sequence[FulfilmentRow]) -> Grid:
        """The kind, the project and flags have a column if they tell rows apart."""
        kinds = len({row.kind for row in rows}) > 1
        projects = any(row.project is not None for row in rows)
        flags = any(flagged(row) for row in rows)

        def cells(row: FulfilmentRow) -> list[str]:
            unit = f" ({row.unit})" if row.unit else ""
            return [
                *([row.kind] if kinds else []),
                _parties(row),
                *([row.project or NOTHING] if projects else []),
                row.currency or f"{row.item or NOTHING}{unit}",
                *(_amount(row, name) for name in SHOWN),
                *([", ".join(flagged(row))] if flags else []),
            ]

        heads = [*(["kind"] if kinds else []), "donor → to", *(["project"] if projects else []), "item"]
        numbers = [tables.Column(each, "right") for each in SHOWN.values()]
        last = [tables.Column("note", warns=DOUBTS)] if flags else []
        return Grid([*map(tables.Column, heads), *numbers, *last], [cells(row) for row in rows])


def _key_of(fact: Fact) -> Key:
    """The row of a promise: of goods where it states a quantity, else of money."""
    parties = fact.kind, fact.donor, fact.recipient, fact.project
    if fact.quantity is None:
        return Key(*parties, None, None, fact.currency)
    return Key(*parties, fact.item, fact.unit, None)


def _amount(row: FulfilmentRow, name: str) -> str:
    """An amount of a row in words. That some of the row is an "about" stands in its note."""
    bounds: Bounds | None = getattr(row, name)
    if bounds is None:
        return NOTHING
    if name == "linked" and row.also_in:
        others = f"in {' and '.join(row.also_in)}"
        return others if bounds.low == 0 else f"{in_short(Bounds(bounds.low, bounds.low))}, and {others}"
    return in_short(Bounds(bounds.low, bounds.high))


def _late(rows: Iterable[FulfilmentRow], view: Viewed | None) -> Iterator[str]:
    """For how long what is overdue has been so, by the calendar: the longest first, and no more than a few.

    At least so long, if it may have been due before the last day. Where promises of a row were due on several days,
    nobody says which of them are kept, and where the day is an "about", nothing exact can be said of it.
    """
    late = []
    for row in rows:
        if view is not None and row.overdue is not None and row.overdue.high != 0 and len(row.due) == 1:
            due = DateRange.parse(row.due[0])
            if not due.qualified and due.latest is not None and due.latest < view.as_of:
                late.append((due.latest, due, in_words(due.latest, view.as_of), row))
    late.sort(key=lambda each: each[0])
    for _, due, words, row in late[:MOST_LATE]:
        overdue = "overdue" if row.overdue is not None and row.overdue.low else "may be overdue"
        least = "" if due.earliest == due.latest else "at least "
        yield f"{overdue} for {least}{words}: {row.currency or row.item or NOTHING}, {_parties(row)}"
    if len(late) > MOST_LATE:
        yield f"overdue for less: {len(late) - MOST_LATE:,} other rows"


def _parties(row: FulfilmentRow) -> str:
    who = row.donor or NOTHING
    return str(who) if row.recipient is None else f"{who} → {row.recipient}"


def flagged(row: FulfilmentRow) -> list[str]:
    """The words for the flags of a row, in the order of `FLAGS`."""
    is_set = {"disputed": row.disputed, "about": row.approximate, "loose": row.loose}
    return [flag for flag in FLAGS if is_set.get(flag)]


def _unnamed(number: int) -> str:
    if number == 1:
        return "1 delivery or payment names no promise; it may serve those that it fits."
    return f"{number:,} deliveries and payments name no promise; they may serve those that they fit."


def _match(match: Match) -> tuple[str, str, str]:
    return NOTHING if match.amount is None else str(match.amount), match.how, days_in_words(match.days)


def _shown_in_full(table: FulfilmentTable) -> Iterator[str]:
    """A line if promises are asked for by a place or sector that has only a share of them."""
    question = table.question
    if table.view is None or not isinstance(question, Fulfilment):
        return
    if not any(each.name in SHARED for each in question.selection.where):
        return
    asked = evolve(question.selection, kinds=PROMISED)
    promises = (fact for fact in table.view.narrowed(asked).facts if fact.nature is PROMISE and fact in asked)
    shared = sum(question.selection.portion(fact) != ALL for fact in promises)
    if shared:
        yield f"{shared} of these promises {'is' if shared == 1 else 'are'} shared with others, and shown in full"
