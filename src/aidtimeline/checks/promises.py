"""Checks of promises: more delivered than was promised, and nothing delivered long after it was due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

import attrs

from aidtimeline.checks.checked import Checked, linked, stays
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, PROMISE
from aidtimeline.projections.protocol import run
from aidtimeline.projections.summing import Sum, Term
from aidtimeline.semantics import Fact, Group
from aidtimeline.semantics.links import all_above
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

LONG_PAST = 365
"""So many days after the last day it may be due, a promise of which nothing has come is reported."""


ANYBODY = "*"


class Measure(NamedTuple):
    """What is summed by itself: an item in its unit, or a currency."""

    sort: str
    name: str
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


_What: TypeAlias = tuple[str, Measure]
_Books: TypeAlias = tuple[str, str | None]
_About: TypeAlias = tuple[str, str | None, str | None]


def _amounts(fact: Fact) -> Iterator[tuple[Measure, Quantity]]:
    if fact.item is not None and fact.quantity is not None:
        yield Measure("goods", fact.item, fact.unit), fact.quantity
    if fact.value is not None:
        yield Measure("money", fact.value.currency), fact.value.amount


def over_delivered(log: Checked) -> Iterator[Problem]:
    """`over-delivered`: what fulfils promises comes to more than they promised, whichever the true numbers are.

    Promises that hang together are taken together, at the most that they ever came to, and what fulfils them at the
    least. Of the latter each kind and side is summed by itself, because they may report the same goods or money.
    """
    together = linked(log.made_firm)
    for fact, promise in _keeping(log):
        together.join(fact.id, promise.id)
    groups = log.undecided(log.made_firm)
    promises = [each for each in log.widest.facts if each.nature is PROMISE]
    fulfilling = {fact.id for fact, _ in _keeping(log) if fact.nature is DEED and stays(fact, groups)}

    def terms(promise: Fact) -> Iterator[tuple[_What, Term]]:
        return (((together.leader(promise.id), measure), Term(amount)) for measure, amount in _amounts(promise))

    most = run((_linked(each, groups) for each in promises), Sum(terms))
    vague = {
        (together.leader(each.id), sort)
        for each in promises
        for sort in {"goods", "money"} - {measure.sort for measure, _ in _amounts(each)}
    }
    least: dict[_What, dict[_Books, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    last: dict[_What, Fact] = {}
    for fact in log.widest.facts:
        for measure, amount in _amounts(fact) if fact.id in fulfilling else ():
            what = together.leader(fact.id), measure
            if amount.low:
                least[what][fact.kind, fact.side] += amount.low
                last[what] = fact
    for (leader, measure), sums in least.items():
        promised = most.get((leader, measure))
        if promised is None or promised.high is None or (leader, measure.sort) in vague:
            continue
        came = max(sums.values())
        if came > promised.high:
            message = f"with it, at least {came:,f} {measure} came of {promised.high:,f} at most that were promised"
            yield log.place(last[leader, measure]).warning("over-delivered", message, "fulfils")


def _keeping(log: Checked) -> list[tuple[Fact, Fact]]:
    """What fulfils a promise, with the promise."""
    return [(fact, promise) for fact, promise in log.fulfilled if promise.nature is PROMISE]


def _linked(fact: Fact, groups: Mapping[str, Group]) -> Fact:
    return attrs.evolve(fact, group=groups[fact.id]) if fact.id in groups else fact


def overdue(log: Checked) -> Iterator[Problem]:
    """`overdue`: a promise that was due more than a year before today, and of which nothing is known to have come."""
    if log.today is None:
        return
    groups = log.undecided(log.made_firm)
    kept = all_above((promise.id for _, promise in _keeping(log)), log.made_firm.above)
    last_done: dict[_About, date] = {}
    for fact in log.widest.facts:
        if fact.nature is DEED:
            for about in _about(fact, fact.donor, ANYBODY):
                last_done[about] = max(fact.date.latest or date.max, last_done.get(about, date.min))
    for fact in log.widest.facts:
        if fact.nature is PROMISE and fact.id not in kept and stays(fact, groups) and _long_past(fact.due, log.today):
            donors = (ANYBODY,) if fact.donor is None else (fact.donor, None)
            done = (last_done.get(about, date.min) for about in _about(fact, *donors))
            if max(done) < (fact.date.earliest or date.min):
                message = f"it was due {fact.due}, and by {log.today.isoformat()} nothing is known to have come of it"
                hint = "record what came with `fulfils`, or the cancellation"
                yield log.place(fact).warning("overdue", message, "due", hint)


def _long_past(due: DateRange | None, today: date) -> bool:
    last = None if due is None or due.qualified else due.latest
    return last is not None and (today - last).days > LONG_PAST


def _about(fact: Fact, *donors: str | None) -> Iterator[_About]:
    """What may be said to come of a promise: its item, or its project, or if it has neither, anything at all."""
    for donor in donors:
        if fact.item is not None:
            yield "item", fact.item, donor
        if fact.project is not None:
            yield "project", fact.project, donor
        if fact.nature is DEED or (fact.item is None and fact.project is None):
            yield "anything", None, donor
