"""Fulfilment: what was promised, what has come of it or may have, what is outstanding, and what is overdue.

A row has the promises of one kind (pledge or commitment), donor, recipient, project, and item and unit, or currency.
The rules are in docs/semantics.md, "Fulfilment". In a few words, for each world:

- What names a promise in `fulfils` is *linked* to what stands of it (`ledgers`, `lots`).
- What names none *may serve* the promises that it fits and may have followed, or not (`pools`).
- Outstanding is the least and the most that is not kept, over all ways to do so and all worlds.
"""

from __future__ import annotations

from datetime import date
from decimal import localcontext

from aidtimeline.events import PROMISE
from aidtimeline.projections.fields import Selection, Where, select
from aidtimeline.projections.fulfilment.rows import FulfilmentTable
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import EXACT
from aidtimeline.values.dates import parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary


class Fulfilment:
    """What has been delivered or paid of what was promised. The result is a `FulfilmentTable`.

    Bounds are sound, and reached in some world and way unless the row is flagged as loose. The time grows with the
    number of facts, times its logarithm.

    Args:
        as_of: The day of the view (inclusive).
        where: Which promises are shown, as in `Counts`; it never leaves out what was delivered for them.
        vocabulary: The categories of items, if a field is `item-category`, and the countries of parties.
        matches: Whether each row lists which delivery keeps which promise, or may; these may be many.

    Raises:
        InvalidValue: `as_of` is not a day.
        UsageError: An unknown field.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2024-07-31")
    >>> [row] = view.replay(Fulfilment("2024-07-31", where={"item": "mechanical-demining-machine"}))
    >>> print(row.kind, row.promised, "·", row.linked, "·", row.outstanding, "·", row.overdue, row.due)
    pledge 22 · 2 to 4 · 18 to 20 · 0 ('../2024-12-31', '../2025-04')
    """

    def __init__(
        self,
        as_of: str | date,
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
        *,
        matches: bool = False,
    ) -> None:
        self.as_of: date = parse_day(as_of)
        self.where = where
        self.matches = matches
        self.selection: Selection = select(None, where, vocabulary)

    def initial(self) -> list[Fact]:
        """The state of no facts."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """Keep a fact that has to do with promises, or says which project is part of which."""
        if self.keeps(fact):
            state.append(fact)
        return state

    @staticmethod
    def keeps(fact: Fact) -> bool:
        """Whether a fact matters: it promises, gives or cancels something, or says what a project is part of."""
        event = fact.event
        gives = event.makes_good or event.may_make_good
        return fact.nature is PROMISE or bool(gives) or fact.keeps is not None or fact.parent is not None

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """The state of the facts of both."""
        return one + other

    def finish(self, state: list[Fact]) -> FulfilmentTable:
        """The rows of all promises that count in some world, or were cancelled."""
        from aidtimeline.projections.fulfilment.accounts import Accounts  # noqa: PLC0415  (other questions need none)

        with localcontext(EXACT):
            accounts = Accounts.of(self, state)
            return FulfilmentTable(tuple(accounts.row(key) for key in accounts.keys), accounts.unnamed)

    def late(self, promise: Fact) -> bool:
        """Whether the last day on which a promise is due is past."""
        last = None if promise.due is None else promise.due.latest
        return last is not None and last < self.as_of
