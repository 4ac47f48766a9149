"""Checks of promises: more delivered than was promised, and nothing delivered long after it was due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from attrs import Factory, define

from aidtimeline.checks.log import Checked, span, widest
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, PROMISE
from aidtimeline.semantics import Fact
from aidtimeline.semantics.links import Links, link
from aidtimeline.semantics.sets import DisjointSets
from aidtimeline.values.amounts import Quantity

LONG_PAST = timedelta(days=365)
"""How long after the last day it may be due nothing of a promise has been delivered, before it is told."""


class Measure(NamedTuple):
    """What is summed by itself: an item in its unit, or a currency."""

    sort: str
    name: str
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


def _amounts(fact: Fact) -> Iterator[tuple[Measure, Quantity]]:
    if fact.item is not None and fact.quantity is not None:
        yield Measure("goods", fact.item, fact.unit), fact.quantity
    if fact.value is not None:
        yield Measure("money", fact.value.currency), fact.value.amount


@define
class _Balance:
    """Of promises that hang together, and of what fulfils them: the most that was promised, the least that was done.

    Of what is done each kind and side is summed apart, since they may tell of the same goods or money. `vague` has the
    sorts ("goods", "money") of which some promise states none, so that anything may be meant.
    """

    promised: dict[Measure, Decimal] = Factory(lambda: defaultdict(Decimal))
    done: dict[Measure, dict[tuple[str, str | None], Decimal]] = Factory(dict)
    last: dict[Measure, Fact] = Factory(dict)
    vague: set[str] = Factory(set)

    def deliver(self, fact: Fact) -> None:
        """Add what fulfils a promise."""
        books = fact.kind, fact.side
        for measure, amount in _amounts(fact):
            done = self.done.setdefault(measure, defaultdict(Decimal))
            done[books] += widest(amount)[0]
            self.last[measure] = fact


def over_delivered(log: Checked) -> Iterator[Problem]:
    """`over-delivered`: what fulfils promises comes to more than they promised, whichever the true numbers are."""
    together = DisjointSets()
    fulfilling = set()
    for fact, promise in _fulfilments(log):
        together.join(promise.id, fact.id)
        if fact.event.nature is DEED:
            fulfilling.add(fact.id)
    if not fulfilling:
        return
    links = _in_place_of(log)
    for each, others in links.above.items():
        for other in others:
            together.join(each, other)
    balances: dict[str, _Balance] = defaultdict(_Balance)
    for id_, measure, amount in _worths(log, links):
        balances[together.leader(id_)].promised[measure] += amount
    for fact in log.belief.facts:
        if fact.event.nature is PROMISE:
            stated = {measure.sort for measure, _ in _amounts(fact)}
            balances[together.leader(fact.id)].vague.update({"goods", "money"} - stated)
        elif fact.id in fulfilling and log.stays(fact):
            balances[together.leader(fact.id)].deliver(fact)
    for balance in balances.values():
        for measure, by_books in balance.done.items():
            done, promised = max(by_books.values()), balance.promised.get(measure)
            if promised is not None and measure.sort not in balance.vague and done > promised:
                message = f"with it, at least {done:,f} {measure} came of {promised:,f} at most that were promised"
                yield log.place(balance.last[measure]).warning("over-delivered", message, "fulfils")


def _fulfilments(log: Checked) -> Iterator[tuple[Fact, Fact]]:
    """What fulfils a promise, and the promise."""
    for fact in log.belief.facts:
        for each in log.fulfilled(fact):
            promise = log.fact_of.get(each)
            if promise is not None and promise.event.nature is PROMISE and promise is not fact:
                yield fact, promise


def _in_place_of(log: Checked) -> Links:
    """The links of supersession, and those from promises to what they make firm: either stands in the other's place."""
    below: dict[str, list[str]] = defaultdict(list)
    for each, superseders in log.belief.links.above.items():
        for other in superseders:
            below[other].append(each)
    for fact, promise in _fulfilments(log):
        if fact.event.nature is PROMISE:
            below[fact.id].append(promise.id)
    return link(below)


def _worths(log: Checked, links: Links) -> Iterator[tuple[str, Measure, Decimal]]:
    """What each promise comes to, at most, in whose place no other stands: its own amount, or what it replaced."""
    linked = set(links.order)
    below: dict[str, dict[Measure, Decimal]] = {}
    for each in (*reversed(links.order), *(fact.id for fact in log.belief.facts if fact.id not in linked)):
        worth = below.pop(each, {})
        fact = log.fact_of.get(each)
        if fact is not None and fact.event.nature is PROMISE:
            for measure, amount in _amounts(fact):
                worth[measure] = max(widest(amount)[1], worth.get(measure, Decimal(0)))
        above = links.above.get(each, ())
        for other in above:
            if other not in below:
                below[other] = worth if len(above) == 1 else dict(worth)
                continue
            for measure, most in worth.items():
                below[other][measure] = below[other].get(measure, Decimal(0)) + most
        if not above:
            for measure, most in worth.items():
                yield each, measure, most


ANYBODY = "*"


def overdue(log: Checked) -> Iterator[Problem]:
    """`overdue`: a promise that was due more than a year before today, and of which nothing is known to have come."""
    if log.today is None:
        return
    kept = _kept(log)
    last_done: dict[tuple[str, str | None, str | None], date] = {}
    for fact in log.belief.facts:
        if fact.event.nature is DEED:
            for about in _about(fact, fact.donor, ANYBODY):
                last_done[about] = max(span(fact.date)[1], last_done.get(about, date.min))
    for fact in log.belief.facts:
        if fact.event.nature is not PROMISE or fact.due is None or fact.id in kept or not log.stays(fact):
            continue
        due = span(fact.due)[1]
        if due > date.max - LONG_PAST or due + LONG_PAST >= log.today:
            continue
        donors = (ANYBODY,) if fact.donor is None else (fact.donor, None)
        done = (last_done.get(about, date.min) for about in _about(fact, *donors))
        if max(done, default=date.min) < span(fact.date)[0] or not any(True for _ in _about(fact, *donors)):
            message = f"it was due {fact.due}, and by {log.today.isoformat()} nothing is known to have come of it"
            hint = "record what came with `fulfils`, or the cancellation"
            yield log.place(fact).warning("overdue", message, "due", hint)


def _about(fact: Fact, *donors: str | None) -> Iterator[tuple[str, str | None, str | None]]:
    """What may be said to come of a promise: its item, or its project, or where it has neither, anything at all."""
    for donor in donors:
        if fact.item is not None:
            yield "item", fact.item, donor
        if fact.project is not None:
            yield "project", fact.project, donor
        if fact.event.nature is DEED or (fact.item is None and fact.project is None):
            yield "anything", None, donor


def _kept(log: Checked) -> set[str]:
    """Promises of which something has come: what fulfils them, or what they stand in the place of."""
    kept = {promise.id for _, promise in _fulfilments(log)}
    links = _in_place_of(log)
    for each in reversed(links.order):
        if each in kept:
            kept.update(links.above.get(each, ()))
    return kept
