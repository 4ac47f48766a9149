"""Promises of which a part is cancelled: what is cancelled is a negative transaction of the same kind.

IATI has no element for a cancellation, but its values may be negative. So a promise of 100 of which 40 are cancelled is
100 on its day and -40 on the day of the cancellation, and sums on every day are what they were. A promise is written
with all that takes an amount off it, or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from aidtimeline.formats.iati.sayable import day_of
from aidtimeline.semantics import Fact


@frozen
class Reduced:
    """The promises of which a part is cancelled, by their ids, each with these parts as negative promises.

    `unsaid` are promises of which something is cancelled that is no exact part on a day.
    """

    parts: Mapping[str, Sequence[Fact]]
    unsaid: frozenset[str]


def told_in(fact: Fact) -> str | None:
    """The project in which a fact is told: of what is cancelled that of the promise."""
    promised = set() if fact.takes_off is None else {each.project for each in fact.takes_off.promises}
    return promised.pop() if len(promised) == 1 else fact.project


def reduced(facts: Iterable[Fact]) -> Reduced:
    """The promises from which facts take off an amount."""
    taking: dict[str, list[Fact]] = defaultdict(list)
    unsaid: set[str] = set()
    believed = list(facts)
    named = {each.id for fact in believed if fact.takes_off for each in fact.takes_off.promises}
    promises = {fact.id: fact for fact in believed if fact.id in named}
    for fact in believed:
        several = () if fact.takes_off is None else fact.takes_off.promises
        for each in several:
            if len(several) == 1 and each.id in promises and _is_part(fact, promises[each.id]):
                taking[each.id].append(fact)
            else:
                unsaid.add(each.id)
    for id_, parts in taking.items():
        if sum(_amount(each) for each in parts) > _amount(promises[id_]):
            unsaid.add(id_)
    found = {id_: [_negative(each, promises[id_]) for each in parts] for id_, parts in taking.items()}
    return Reduced({id_: parts for id_, parts in found.items() if id_ not in unsaid}, frozenset(unsaid))


def _is_part(fact: Fact, promise: Fact) -> bool:
    """Whether it takes an exact amount off a promise, surely and on a day."""
    value, doubtful = fact.value, fact.takes_off is None or fact.takes_off.doubtful
    exact = value is not None and value.amount.is_exact and _amount(fact) > 0
    same = value is not None and promise.value is not None and value.currency == promise.value.currency
    sure = fact.certain and not fact.planned and not doubtful and not fact.disputed & {"date", "value"}
    return exact and same and sure and day_of(fact.date) is not None


def _amount(fact: Fact) -> Any:
    return 0 if fact.value is None else fact.value.amount.low


def _negative(fact: Fact, promise: Fact) -> Fact:
    """What a cancellation takes off a promise, as a negative one that is for the same."""
    said: Any = promise.event
    value = None if fact.value is None else -fact.value
    unsaid = {name: None for name in ("value_date", "item", "quantity", "unit", "due") if hasattr(said, name)}
    own = {name: getattr(fact.event, name) for name in ("date", "ref", "note", "sources")}
    event = evolve(said, value=value, valued=(), fulfils=(), supersedes=(), **own, **unsaid)
    return evolve(fact, event=event, value=value, quantity=None, takes_off=None)
