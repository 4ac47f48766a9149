"""Flows of money from one project to another, as both sides report them.

A payment stands in the books of who pays (a disbursement) and of who gets it (a receipt), and each may name the other's
project as its `counterpart`. Which two are of one flow nobody says. So they are matched: first those of one chain of
projects that state the same amount near in time, then those of which only one side names the chain, last those of one
chain that are near in time and state other amounts. Whatever is left is reported by one side alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.projections.fields import Selection, Value, Where, select
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

SAME_AMOUNT_DAYS, OTHER_AMOUNT_DAYS = 183, 31
"""So many days both sides may lie apart, where they state the same amount, and where they do not."""

WHAT = {
    ("disbursement", "provider"): "payment",
    ("expenditure", "provider"): "payment",
    ("receipt", "receiver"): "payment",
    ("commitment", "provider"): "commitment",
    ("commitment", "receiver"): "commitment",
    ("pledge", "provider"): "pledge",
    ("pledge", "receiver"): "pledge",
}
"""What an event of a kind in the books of a side reports."""

Reported: TypeAlias = Literal["same", "differs", "provider", "receiver"]
"""Who reports a flow: both sides the same or not, or one alone."""


class FlowRow(NamedTuple):
    """A flow from one project (`source`) to another (`target`): what each side says of it, and who reports it.

    `what` is "payment", "commitment" or "pledge". `given_on` and `given` are the date and the amount in the provider's
    books, `received_on` and `received` those in the receiver's, in `currency`; None where a side says nothing.
    `reported` is "same" or "differs" where both report it, else who of them does: "provider" or "receiver". `facts` are
    what they say, the provider's first.

    >>> from aidtimeline import MemoryLog, Receipt, Source, replay
    >>> log, books = MemoryLog(), {"side": "receiver", "sources": Source(publisher="A")}
    >>> _ = log.append(Receipt(date="2023-02-03", project="clinic", counterpart="grant", value="USD 100", **books))
    >>> [row] = replay(log.read(), Flows(), as_of="2023-12-31")
    >>> print(row.source, row.target, row.given, row.received, row.reported)
    grant clinic None 100 receiver
    """

    what: str
    source: Value
    target: Value
    currency: Value
    given_on: DateRange | None
    given: Quantity | None
    received_on: DateRange | None
    received: Quantity | None
    reported: str
    facts: tuple[Fact, ...]


@frozen
class FlowTable(Result[FlowRow, FlowRow]):
    """Flows between projects, ordered by the chains: the result of `Flows`. The key of a row is its number, from 0.

    `flows` are its rows.

    >>> from aidtimeline import Timeline
    >>> list(Timeline.open("events").as_of("2023-11-28").flows())
    []
    """

    flows: tuple[FlowRow, ...] = ()

    @property
    def key_names(self) -> tuple[str, ...]:
        """One value, the number of the row."""
        return ("number",)

    @property
    def rows(self) -> tuple[FlowRow, ...]:
        """The rows, in order."""
        return self.flows

    def key_of(self, row: FlowRow) -> tuple[Hashable, ...]:
        """The number of a row, as a key."""
        return (str(self.flows.index(row)),)


class Flows:
    """The flows of money between projects that name each other, each as both sides report it.

    Args:
        where: Which facts, as in `Counts`: `project` and `counterpart` are the two ends of a flow.
        vocabulary: As in `Counts`.

    Raises:
        UsageError: An unknown field.

    >>> from aidtimeline import Disbursement, MemoryLog, Receipt, Source, replay
    >>> log, books = MemoryLog(), {"value": "USD 100", "sources": Source(publisher="A")}
    >>> paid = Disbursement(date="2023-02-01", project="grant", counterpart="clinic", **books)
    >>> got = Receipt(date="2023-02-03", project="clinic", counterpart="grant", side="receiver", **books)
    >>> _ = log.append([paid, got])
    >>> [row] = replay(log.read(), Flows(), as_of="2023-12-31")
    >>> print(row.source, "→", row.target, row.given, row.received, row.reported)
    grant → clinic 100 100 same
    """

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection: Selection = select(None, where, vocabulary)

    def initial(self) -> list[Fact]:
        """No facts."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """One fact more, if it is of books and of a project, and asked for."""
        if fact.value is not None and fact.project is not None and _what(fact) and fact in self.selection:
            state.append(fact)
        return state

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """The facts of both."""
        return one + other

    def finish(self, state: list[Fact]) -> FlowTable:
        """The flows, in the order of their chains and days."""
        return FlowTable(flows=tuple(sorted(_flows(state), key=_order)))


def _what(fact: Fact) -> str | None:
    return WHAT.get((fact.kind, fact.side or ""))


def _flows(facts: Iterable[Fact]) -> list[FlowRow]:
    """All flows that these facts report."""
    in_order = sorted(facts, key=lambda fact: (_day(fact), fact.id))
    left = {
        "provider": {fact.id: fact for fact in in_order if fact.side == "provider"},
        "receiver": {fact.id: fact for fact in in_order if fact.side == "receiver"},
    }
    rows: list[FlowRow] = []

    def match(of_giver: _Key, of_taker: _Key, days: int) -> None:
        givers, takers = _by_key(left["provider"].values(), of_giver), _by_key(left["receiver"].values(), of_taker)
        for key in givers.keys() & takers.keys():
            for giver, taker in _near(givers[key], takers[key], days):
                del left["provider"][giver.id], left["receiver"][taker.id]
                rows.append(_row(giver, taker))

    match(_chained(_chain, _amount), _chained(_chain, _amount), SAME_AMOUNT_DAYS)
    match(_chained(_source, _amount, unsaid=True), _chained(_source, _amount), SAME_AMOUNT_DAYS)
    match(_chained(_target, _amount), _chained(_target, _amount, unsaid=True), SAME_AMOUNT_DAYS)
    match(_chained(_chain), _chained(_chain), OTHER_AMOUNT_DAYS)
    rows += [_row(fact, None) for fact in left["provider"].values() if fact.counterpart is not None]
    rows += [_row(None, fact) for fact in left["receiver"].values() if fact.counterpart is not None]
    return rows


_Key: TypeAlias = Callable[[Fact], Hashable]


def _chained(*keys: _Key, unsaid: bool = False) -> _Key:
    """A key of what names a chain, or (`unsaid`) of what does not; None for what has no such key."""

    def key(fact: Fact) -> Hashable:
        if (fact.counterpart is None) is not unsaid:
            return None
        return (_what(fact), fact.currency, *(each(fact) for each in keys))

    return key


def _chain(fact: Fact) -> Hashable:
    ends = fact.project, fact.counterpart
    return ends if fact.side == "provider" else ends[::-1]


def _source(fact: Fact) -> Hashable:
    """The project that the money is from, as far as both sides say it; the party must not be another either."""
    return fact.project if fact.side == "provider" else fact.counterpart


def _target(fact: Fact) -> Hashable:
    return fact.counterpart if fact.side == "provider" else fact.project


def _amount(fact: Fact) -> Hashable:
    return None if fact.value is None else (fact.value.amount.low, fact.value.amount.high)


def _by_key(facts: Iterable[Fact], key_of: _Key) -> dict[Hashable, list[Fact]]:
    found: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in facts:
        key = key_of(fact)
        if key is not None:
            found[key].append(fact)
    return found


def _near(givers: Sequence[Fact], takers: Sequence[Fact], days: int) -> list[tuple[Fact, Fact]]:
    """Pairs of facts no further apart than so many days, in order; each fact once, in linear time."""
    pairs, give, take = [], 0, 0
    while give < len(givers) and take < len(takers):
        giver, taker = givers[give], takers[take]
        apart = _day(giver) - _day(taker)
        if abs(apart) <= days and _may_be(giver, taker):
            pairs.append((giver, taker))
            give, take = give + 1, take + 1
        elif apart < 0:
            give += 1
        else:
            take += 1
    return pairs


def _may_be(giver: Fact, taker: Fact) -> bool:
    """Whether both may report one flow, by the parties; where both name the projects, these say so."""
    if giver.counterpart is not None and taker.counterpart is not None:
        return True
    pairs = (giver.recipient, taker.recipient), (giver.donor, taker.donor)
    return all(one is None or other is None or one == other for one, other in pairs)


def _day(fact: Fact) -> int:
    day = fact.date.latest or fact.date.earliest
    return 0 if day is None else day.toordinal()


def _row(giver: Fact | None, taker: Fact | None) -> FlowRow:
    any_fact = giver or taker
    if any_fact is None:
        raise TypeError("a flow is reported by somebody")
    source = giver.project if giver is not None else any_fact.counterpart
    target = taker.project if taker is not None else any_fact.counterpart
    given, received = (None if fact is None or fact.value is None else fact.value.amount for fact in (giver, taker))
    reported: Reported = "provider" if taker is None else "receiver" if giver is None else "differs"
    if giver is not None and taker is not None and _amount(giver) == _amount(taker):
        reported = "same"
    return FlowRow(
        what=_what(any_fact) or "",
        source=source,
        target=target,
        currency=any_fact.currency,
        given_on=None if giver is None else giver.date,
        given=given,
        received_on=None if taker is None else taker.date,
        received=received,
        reported=reported,
        facts=tuple(fact for fact in (giver, taker) if fact is not None),
    )


def _order(row: FlowRow) -> tuple[object, ...]:
    return (row.source or "", row.target or "", row.what, row.currency or "", _day(row.facts[0]), row.facts[0].id)
