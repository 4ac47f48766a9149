"""Matching: which delivery makes which promise good, how much of it, and after how many days.

A link (`fulfils`) decides. A delivery without links serves the promises of its own donor, project and item in order of
date: first promised, first served. If a delivery is linked to several promises, its split is not known: each gets from
nothing to all of it.

Amounts are bounds. Whatever the true amounts are, and whichever facts count, what these rules give to a promise lies
between low and high.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

from attrs import frozen

from aidtimeline.projections.summing import Term
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import ZERO, Quantity, subtract

How: TypeAlias = Literal["linked", "inferred"]
Days: TypeAlias = tuple[int | None, int | None]
#: How much of a delivery, when it counts, goes to which promise: by delivery, then by promise.
Allotted: TypeAlias = Mapping[str, Mapping[str, Quantity]]


@frozen
class Match:
    """A delivery that fulfils a promise, in whole or in part.

    `promise` and `delivery` are the ids of the facts. `amount` is what the promise gets, 0 in worlds in which either
    does not count; None if the delivery does not state it in the promise's unit or currency. `days` are whole days from
    the promise to the delivery, low and high, both inclusive, None: open. They are below zero if the delivery came
    first.
    """

    promise: str
    delivery: str
    how: How
    amount: Quantity | None
    days: Days


@frozen
class Given:
    """A delivery as it counts toward one row: how much in the row's unit, and toward which of its promises."""

    fact: Fact
    term: Term | None
    promises: frozenset[str]
    how: How


@frozen
class Promised:
    """A promise as it counts in one row."""

    fact: Fact
    term: Term


@frozen
class Share:
    """Deliveries that count toward the same promises of a row.

    `always`: in every world at least one of these promises counts; `exclusive`: in every world at most one.
    """

    promises: frozenset[str]
    given: tuple[Given, ...]
    always: bool
    exclusive: bool


def allot(promises: Sequence[Promised], shares: Iterable[Share]) -> Allotted:
    """How much of each delivery each promise gets if the delivery counts; promises are in order of date."""
    allotted: dict[str, dict[str, Quantity]] = {}
    taken: dict[str, Quantity] = defaultdict(lambda: ZERO)
    inferred: list[tuple[Fact, Quantity]] = []
    for share in shares:
        for given in share.given:
            if given.term is None:
                continue
            if given.how == "inferred":
                inferred.append((given.fact, given.term.amount))
                continue
            amount = perhaps(given.term.amount, not share.exclusive)
            allotted[given.fact.id] = dict.fromkeys(share.promises, amount)
            for promise in share.promises:
                taken[promise] += perhaps(amount, not given.fact.certain)
    rooms = {
        each.fact.id: perhaps(less(each.term.amount, taken[each.fact.id]), not each.fact.certain) for each in promises
    }
    inferred.sort(key=lambda each: each[0].rank)
    allotted.update(_serve([each.fact for each in promises], rooms, inferred))
    return allotted


def _serve(
    promises: Sequence[Fact], rooms: dict[str, Quantity], deliveries: Sequence[tuple[Fact, Quantity]]
) -> dict[str, dict[str, Quantity]]:
    """Serve promises in order of date, delivery by delivery.

    What is left of a delivery then serves promises that are dated after it. What exceeds all promises, or reverses a
    delivery, goes to the last promise.
    """
    served: dict[str, dict[str, Quantity]] = {fact.id: defaultdict(lambda: ZERO) for fact, _ in deliveries}
    left = {fact.id: less(amount, ZERO) for fact, amount in deliveries}
    for early in (False, True):
        unkept = {promise.id: promise for promise in promises if rooms[promise.id].high != 0}
        for delivery, _ in deliveries:
            kept: list[str] = []
            for promise in unkept.values():
                if left[delivery.id].high == 0:
                    break
                if (delivery.date < promise.date) is not early:
                    continue
                room, rest = rooms[promise.id], left[delivery.id]
                served[delivery.id][promise.id] = _lesser(room, rest)
                rooms[promise.id] = less(room, perhaps(rest, not delivery.certain))
                left[delivery.id] = less(rest, room)
                if rooms[promise.id].high == 0:
                    kept.append(promise.id)
            for each in kept:
                del unkept[each]
    for delivery, amount in deliveries:
        beyond = left[delivery.id] + _below_zero(amount)
        if beyond.low or beyond.high != 0:
            for number, promise in enumerate(reversed(promises)):
                served[delivery.id][promise.id] += perhaps(beyond, number > 0 or not promise.certain)
                if promise.certain:
                    break
    return served


def matches(promises: Sequence[Promised], shares: Iterable[Share], allotted: Allotted, as_of: date) -> list[Match]:
    """The matches of a row, ordered by the promise's date, then the delivery's; without those that come to nothing."""
    facts = {each.fact.id: each.fact for each in promises}
    order = {promise: number for number, promise in enumerate(facts)}
    found: list[tuple[int, Fact, Match]] = []
    for given in (each for share in shares for each in share.given):
        unsaid: Mapping[str, Quantity | None] = dict.fromkeys(given.promises)
        amounts = unsaid if given.term is None else allotted[given.fact.id]
        for promise, amount in amounts.items():
            if amount is not None:
                amount = perhaps(amount, not (given.fact.certain and facts[promise].certain))  # noqa: PLW2901
            days = days_between(facts[promise], given.fact, as_of)
            found.append((order[promise], given.fact, Match(promise, given.fact.id, given.how, amount, days)))
    return [match for _, _, match in sorted(found, key=lambda each: (each[0], each[1].rank))]


def days_between(promise: Fact, delivery: Fact, as_of: date) -> Days:
    """Whole days from a promise to a delivery, low and high, in the worlds of a cut in which both have happened."""
    earliest, latest = delivery.date.earliest, min(delivery.date.latest or as_of, as_of)
    promised_by = min(promise.date.latest or as_of, as_of)
    return (
        None if earliest is None else (earliest - promised_by).days,
        None if promise.date.earliest is None else (latest - promise.date.earliest).days,
    )


def perhaps(amount: Quantity, unsure: bool = True) -> Quantity:
    """The amount or, if that is unsure, nothing to the amount."""
    return amount.hull(ZERO) if unsure else amount


def less(amount: Quantity, taken: Quantity) -> Quantity:
    """What is left of an amount when some is taken: at least nothing."""
    low = ZERO.low if taken.high is None else subtract(amount.low, taken.high)
    high = None if amount.high is None else subtract(amount.high, taken.low)
    return Quantity(max(low, ZERO.low), None if high is None else max(high, ZERO.low), amount.approximate)


def _lesser(one: Quantity, other: Quantity) -> Quantity:
    high = min((end for end in (one.high, other.high) if end is not None), default=None)
    return Quantity(min(one.low, other.low), high, one.approximate or other.approximate)


def _below_zero(amount: Quantity) -> Quantity:
    high = ZERO.low if amount.high is None else min(amount.high, ZERO.low)
    return Quantity(min(amount.low, ZERO.low), high)
