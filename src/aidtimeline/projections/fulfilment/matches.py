"""Matches: which delivery keeps, or may keep, which promise of a row, and how much of it. Listed on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from aidtimeline.projections.fulfilment.givers import Measure, above_zero, given_terms, perhaps, thing_of
from aidtimeline.projections.fulfilment.lots import INFINITE, Rest
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import Scope
from aidtimeline.values.amounts import Quantity

if TYPE_CHECKING:
    from aidtimeline.projections.fulfilment.account import Account

How: TypeAlias = Literal["linked", "may serve"]
Days: TypeAlias = tuple[int | None, int | None]


@frozen
class Match:
    """A delivery that keeps a promise in whole or in part, or may.

    `promise` and `delivery` are the ids of the facts. `how`: linked, or may serve. `amount` is what the promise gets, 0
    in worlds in which either does not count; None if the delivery does not state it in the promise's unit or currency.
    `days` are whole days from the promise to the delivery, low and high, both inclusive, None: open. They are below
    zero if the delivery came first.

    >>> from aidtimeline import Timeline
    >>> machines = {"item": "mechanical-demining-machine"}
    >>> [row] = Timeline.open("events").as_of("2024-07-31").fulfilment(machines, matches=True)
    >>> for match in row.matches:
    ...     print(match.how, match.amount, match.days)
    linked 0 to 4 (86, None)
    linked 0 to 4 (86, None)
    """

    promise: str
    delivery: str
    how: How
    amount: Quantity | None
    days: Days


def matches(account: Account) -> Iterator[Match]:
    """The matches of a row, ordered by the promise's date, then the delivery's."""
    found: list[tuple[Fact, Fact, Match]] = []
    for part in account.parts:
        for rest in part.rests:
            for fact, how, amount in _giving(account, rest):
                for promise in (made.fact for made in rest.chosen):
                    unsure = not (fact.certain and promise.certain)
                    said = None if amount is None else perhaps(amount) if unsure else amount
                    days = days_between(promise, fact, account.accounts.question.as_of)
                    found.append((promise, fact, Match(promise.id, fact.id, how, said, days)))
    found.sort(key=lambda each: (each[0].rank, each[1].rank, each[2].how))
    return (match for _, _, match in found)


def _giving(account: Account, rest: Rest) -> Iterator[tuple[Fact, How, Quantity | None]]:
    scope = account.ledger.scope
    for to in account.ledger.naming(rest.line.key):
        if to.how != "cancelled":
            for fact in account.ledger.givers.get(to, ()):
                amount = amount_in(fact, scope, account.measure)
                sure = to.how == "linked" and len(to.lines) == 1
                yield fact, to.how, amount if amount is None or sure else perhaps(amount)
    room = None if rest.rest.high == INFINITE else rest.rest.high
    for each in account.free():
        latest = each.date.latest
        if room != 0 and (latest is None or latest.toordinal() >= rest.line.first):
            amount = amount_in(each, scope, account.measure)
            yield each, "may serve", None if amount is None else _at_most(above_zero(amount), room)


def amount_in(fact: Fact, scope: Scope, measure: Measure) -> Quantity | None:
    """What a fact gives of what is promised, if it states it in this measure."""
    for thing, own, term in given_terms(fact):
        if thing == thing_of(scope) and own == measure:
            return term.amount
    return None


def _at_most(amount: Quantity, room: Decimal | None) -> Quantity:
    ends = [end for end in (amount.high, room) if end is not None]
    return Quantity(Decimal(0), min(ends, default=None), amount.approximate)


def days_between(promise: Fact, delivery: Fact, as_of: date) -> Days:
    """Whole days from a promise to a delivery, low and high, in the worlds of a cut in which both have happened."""
    earliest, latest = delivery.date.earliest, min(delivery.date.latest or as_of, as_of)
    promised_by = min(promise.date.latest or as_of, as_of)
    return (
        None if earliest is None else (earliest - promised_by).days,
        None if promise.date.earliest is None else (latest - promise.date.earliest).days,
    )
