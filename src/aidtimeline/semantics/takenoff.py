"""Cancellations that state an amount: they take it off what they name, and replace nothing.

It takes the amount off what stood at that time. What replaces a promise after such a cancellation says anew how much is
promised, so it replaces the cancellation too.
See docs/semantics.md, "Links".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from attrs import evolve

from aidtimeline.events import END, Event
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.lines import TakenOff


def states_amount(event: Event) -> bool:
    """Whether it is a cancellation with an amount."""
    if event.nature is not END:
        return False
    return getattr(event, "quantity", None) is not None or getattr(event, "value", None) is not None


def take_off(facts: Sequence[Fact], supersedes: dict[str, list[str]]) -> Iterator[Fact]:
    """The facts, of which each cancellation with an amount says from which promises it takes that off.

    Their links are taken out of `supersedes`. What supersedes such a cancellation supersedes what it names, as through
    any other record.
    """
    named = {fact.id: supersedes.pop(fact.id, []) for fact in facts if states_amount(fact.event)}
    if not named:
        yield from facts
        return
    believed = {fact.id: fact for fact in facts}
    for each, targets in list(supersedes.items()):
        supersedes[each] = list(_through(targets, named))
    above: dict[str, list[str]] = defaultdict(list)
    for each, targets in supersedes.items():
        for target in targets:
            above[target].append(each)
    taking: dict[str, list[Fact]] = defaultdict(list)
    taken: dict[str, Fact] = {}
    for fact in sorted((each for each in facts if each.id in named), key=lambda each: each.first):
        plain = [each for each in _through(named[fact.id], named) if each not in named and each in believed]
        early = [believed[each].date for each in plain if fact.date < believed[each].date]
        if early:  # it ends nothing before that is promised, and perhaps it is not meant
            fact = evolve(fact, date=max(early, key=lambda each: each.latest or date.max))  # noqa: PLW2901
        targets, doubtful = _at_that_time(fact, plain, above, believed), bool(early)
        for other in dict.fromkeys(other for each in targets for other in above[each] if other != fact.id):
            if other not in believed or fact.date < believed[other].date:
                supersedes[other].append(fact.id)
            else:
                doubtful = True
        before = {other.id: other for each in targets for other in taking[each]}
        for each in targets:
            taking[each].append(fact)
        promises = tuple(believed[each] for each in targets)
        taken[fact.id] = evolve(fact, takes_off=TakenOff(promises, doubtful, tuple(before.values())))
    for fact in facts:
        yield taken.get(fact.id, fact)


def _at_that_time(
    fact: Fact, targets: Sequence[str], above: Mapping[str, Sequence[str]], believed: Mapping[str, Fact]
) -> list[str]:
    """What stood for the targets when the cancellation was made, as far as that is sure."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(reversed(targets))
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        believed_above = (other for other in above.get(each, ()) if other in believed)
        before = [other for other in believed_above if believed[other].date < fact.date]
        waiting += before
        if not before:
            found[each] = None
    return list(found)


def _through(targets: Sequence[str], named: dict[str, list[str]]) -> dict[str, None]:
    """The targets, and what those of them name that are cancellations with an amount."""
    found: dict[str, None] = {}
    waiting = list(reversed(targets))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found[each] = None
            waiting.extend(named.get(each, ()))
    return found
