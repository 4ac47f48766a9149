"""The facts themselves, one a row: filtered and cut like any question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from attrs import frozen

from aidtimeline.events import EventKind
from aidtimeline.projections.fields import Selection, Value, Where, in_words, select, together
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary


class FactRow(NamedTuple):
    """A fact: what its event says, as corrected, with all known accounts of it combined; see `Fact`.

    `certain` says that it counts in every world. `quantity` is in `unit` (None: pieces), `value` in `currency`. A place
    or sector that is shared is its shares as a text. `fact` is all that is known of it. Amounts are
    what the fact states where it counts, so the laws of bounds hold `certain` alone.

    `id` is that of the original record, `kind` the kind of event. `date`, `quantity` and `value` are what the accounts
    give together; `disputed`: they contradict each other about one of these. `planned`: it is dated after every
    report of it. `donor`, `recipient`, `via`, `project`, `package`, `item`, `indicator`, `location`, `sector`,
    `humanitarian`, `scope`, `aid_type`, `tied`, `period`, `party`, `role`, `status`, `part_of` and `note` are what
    the event states in the field of that name (None: nothing).

    >>> from aidtimeline import Facts, Timeline
    >>> [row] = Timeline.open("events").as_of("2023-11-28").replay(Facts(where={"item": "truck", "kind": "delivery"}))
    >>> print(row.date, row.donor, row.quantity, row.certain)
    by 28 Nov 2023 JP 30 True
    """

    id: str
    kind: str
    date: DateRange
    certain: bool
    planned: bool
    disputed: bool
    donor: Value
    recipient: Value
    via: Value
    project: Value
    package: Value
    item: Value
    indicator: Value
    quantity: Quantity | None
    unit: Value
    value: Quantity | None
    currency: Value
    location: Value
    sector: Value
    humanitarian: Value
    scope: Value
    aid_type: Value
    tied: Value
    period: DateRange | None
    party: Value
    role: Value
    status: Value
    part_of: Value
    note: Value
    fact: Fact

    @classmethod
    def of(cls, fact: Fact) -> FactRow:
        """The row of a fact."""
        value = fact.value
        return cls(
            *(fact.id, fact.kind, fact.date, fact.certain, fact.planned, bool(fact.disputed)),
            *(fact.donor, fact.recipient, together(fact.via), fact.project, fact.package, fact.item, fact.indicator),
            *(fact.quantity, fact.unit, None if value is None else value.amount, fact.currency),
            None if fact.location is None else str(fact.location),
            None if fact.sector is None else str(fact.sector),
            in_words(fact.humanitarian),
            None if fact.scope is None else str(fact.scope),
            None if fact.aid_type is None else str(fact.aid_type),
            fact.tied,
            fact.period,
            *(fact.party, fact.role, fact.status, fact.part_of, fact.event.note),
            fact,
        )


@frozen
class FactTable(Result[FactRow, FactRow]):
    """Facts by id, in the order of `Fact.rank`: the result of `Facts`.

    `facts` are the rows.

    >>> from aidtimeline import Facts, Timeline
    >>> table = Timeline.open("events").as_of("2023-11-28").replay(Facts(where={"item": "truck"}))
    >>> table[table.rows[0].id] == table.rows[0]
    True
    """

    facts: tuple[FactRow, ...] = ()

    not_bounds: ClassVar[tuple[str, ...]] = ("date", "quantity", "value", "period", "fact")
    provenance: ClassVar[tuple[str, ...]] = ("fact",)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The id of the fact alone."""
        return ("id",)

    @property
    def rows(self) -> tuple[FactRow, ...]:
        """The rows, in order."""
        return self.facts


class Facts:
    """The facts that count in some world.

    Args:
        kind: One kind of event or several; None or an empty list is all.
        where: Which facts, as in `Counts`. One whose place or sector is shared is there whole.
        vocabulary: As in `Counts`.

    Raises:
        UsageError: An unknown field or kind.

    >>> from aidtimeline import Timeline
    >>> for row in Timeline.open("events").as_of("2023-11-28").facts_table("delivery", where={"item": "mine-detector"}):
    ...     print(row.date, "·", row.quantity, "·", row.certain)
    about 11 Jan 2023 · at least 0 · True
    20 Nov 2023 · 50 · True
    by 28 Nov 2023 · at least 0 · True
    """

    def __init__(
        self,
        kind: EventKind | Iterable[EventKind] | None = None,
        *,
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        self.selection: Selection = select(kind, where, vocabulary)

    def initial(self) -> list[Fact]:
        """No facts."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """One fact more, if it is asked for."""
        if fact in self.selection:
            state.append(fact)
        return state

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """The facts of both."""
        return one + other

    def finish(self, state: list[Fact]) -> FactTable:
        """The facts in order."""
        return FactTable(facts=tuple(map(FactRow.of, sorted(state, key=lambda fact: fact.rank))))
