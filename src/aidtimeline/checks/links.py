"""Checks of links: what supersedes or fulfils something later, or something of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.checks.log import Checked, wholly_before
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, END, LEVEL, PROMISE, Event, kinds_that
from aidtimeline.semantics import Fact


def dangling_promises(log: Checked) -> Iterator[Problem]:
    """`dangling`, `bad-link`: what is said to be fulfilled is not in the log, or is no event."""
    kinds = {record.id: record.event for record in log.records}
    for place, event in log.texts():
        for number, promise in enumerate(event.fulfils):
            field = f"fulfils[{number}]"
            if promise not in kinds:
                yield place.error("dangling", f"it fulfils {promise}, which is not in the log", field)
            elif not isinstance(kinds[promise], Event):
                yield place.error("bad-link", f"it fulfils {promise}, which is an amendment", field)


def _superseded(log: Checked) -> Iterator[tuple[Fact, Fact]]:
    """Each believed fact that supersedes another, with the other."""
    facts = log.fact_of
    for target, superseders in log.belief.links.above.items():
        for each in superseders:
            if each in facts and target in facts:
                yield facts[each], facts[target]


def _fulfilled(log: Checked) -> Iterator[tuple[Fact, Fact]]:
    """Each believed fact that fulfils another, with the other."""
    for fact in log.belief.facts:
        for promise in log.fulfilled(fact):
            target = log.fact_of.get(promise)
            if target is not None and target is not fact:
                yield fact, target


def superseded_before(log: Checked) -> Iterator[Problem]:
    """`supersedes-later`: what replaces something from its date on is dated wholly before it."""
    for fact, target in _superseded(log):
        if wholly_before(fact.date, target.date):
            message = f"it is of {fact.date}, and supersedes something later: {log.named(target)}"
            hint = "what is newer supersedes what is older"
            yield log.place(fact).error("supersedes-later", message, "supersedes", hint)


def superseded_kinds(log: Checked) -> Iterator[Problem]:
    """`supersedes-wrong-kind`: what supersedes and what is superseded do not go together."""
    for fact, target in _superseded(log):
        nature, other, alike = fact.event.nature, target.event.nature, fact.kind == target.kind
        place, what = log.place(fact), f"a {fact.kind} supersedes {log.named(target)}"
        if nature is END and other is DEED:
            message, hint = f"{what}, but what has happened cannot be cancelled", "did it never happen? Retract it"
            yield place.error("supersedes-wrong-kind", message, "supersedes", hint)
        elif nature is END and other is END:
            message = f"{what}, but that brings nothing back"
            yield place.warning("supersedes-wrong-kind", message, "supersedes", "retract the cancellation")
        elif nature is LEVEL and not alike:
            message = f"{what}, but a level stands beside what happened, and replaces nothing"
            yield place.error("supersedes-wrong-kind", message, "supersedes")
        elif nature is DEED and other is PROMISE:
            message = f"{what}, which then was never promised"
            yield place.warning("supersedes-wrong-kind", message, "supersedes", "what keeps a promise `fulfils` it")
        elif not alike and other.name not in nature.may_supersede:
            yield place.warning("supersedes-wrong-kind", f"{what}, which is of another kind", "supersedes")


def fulfilled_before(log: Checked) -> Iterator[Problem]:
    """`fulfils-later`: delivered before it was promised."""
    for fact, target in _fulfilled(log):
        if wholly_before(fact.date, target.date):
            message = f"it is of {fact.date}, and fulfils what was promised later: {log.named(target)}"
            yield log.place(fact).warning("fulfils-later", message, "fulfils")


def fulfilled_kinds(log: Checked) -> Iterator[Problem]:
    """`fulfils-wrong-kind`: what is fulfilled is no promise, or what fulfils it makes nothing good."""
    for fact, target in _fulfilled(log):
        place, what = log.place(fact), f"a {fact.kind} fulfils {log.named(target)}"
        if not target.event.nature.may_be_fulfilled:
            able = ", ".join(kinds_that(lambda each: each.nature.may_be_fulfilled))
            message = f"{what}, but only these can be fulfilled: {able}"
            yield place.error("fulfils-wrong-kind", message, "fulfils")
        elif not fact.event.nature.may_fulfil:
            yield place.error("fulfils-wrong-kind", f"{what}, but makes nothing good", "fulfils")
        elif fact.event.firmness < target.event.firmness:
            yield place.error("fulfils-wrong-kind", f"{what}, which is firmer than itself", "fulfils")
