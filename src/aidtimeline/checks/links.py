"""Checks of links: what supersedes or fulfils something later, or something of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.checks.log import DONE, PROMISES, Checked, wholly_before
from aidtimeline.errors import Problem
from aidtimeline.events import Event
from aidtimeline.semantics import Fact

PLANS = ("announcement", *PROMISES)


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
        kind, other = fact.kind, target.kind
        place, what = log.place(fact), f"a {kind} supersedes {log.named(target)}"
        if kind == "cancellation" and other in DONE:
            message, hint = f"{what}, but what has happened cannot be cancelled", "did it never happen? Retract it"
            yield place.error("supersedes-wrong-kind", message, "supersedes", hint)
        elif kind == "cancellation" and other == "cancellation":
            message = f"{what}, but that brings nothing back"
            yield place.warning("supersedes-wrong-kind", message, "supersedes", "retract the cancellation")
        elif kind == "observation" and other != kind:
            message = f"{what}, but a level stands beside what happened, and replaces nothing"
            yield place.error("supersedes-wrong-kind", message, "supersedes")
        elif kind in DONE and other in PROMISES:
            message = f"{what}, which then was never promised"
            yield place.warning("supersedes-wrong-kind", message, "supersedes", "what keeps a promise `fulfils` it")
        elif not _go_together(kind, other):
            yield place.warning("supersedes-wrong-kind", f"{what}, which is of another kind", "supersedes")


def _go_together(kind: str, other: str) -> bool:
    """Whether one kind may well supersede another: itself, a plan come true, a promise changed or revived."""
    return (
        kind in (other, "cancellation")
        or other == "announcement"
        or (kind in PLANS and other in (*PLANS, "cancellation"))
    )


def fulfilled_before(log: Checked) -> Iterator[Problem]:
    """`fulfils-later`: delivered before it was promised."""
    for fact, target in _fulfilled(log):
        if wholly_before(fact.date, target.date):
            message = f"it is of {fact.date}, and fulfils what was promised later: {log.named(target)}"
            yield log.place(fact).warning("fulfils-later", message, "fulfils")


#: How firm a kind is: nothing is made good by what is less firm.
FIRMNESS = {"announcement": 0, "pledge": 1, "commitment": 2}


def fulfilled_kinds(log: Checked) -> Iterator[Problem]:
    """`fulfils-wrong-kind`: what is fulfilled is no promise, or what fulfils it makes nothing good."""
    for fact, target in _fulfilled(log):
        place, what = log.place(fact), f"a {fact.kind} fulfils {log.named(target)}"
        if target.kind not in PLANS:
            message = f"{what}, but only a pledge, commitment or announcement can be fulfilled"
            yield place.error("fulfils-wrong-kind", message, "fulfils")
        elif fact.kind in ("observation", "cancellation"):
            yield place.error("fulfils-wrong-kind", f"{what}, but makes nothing good", "fulfils")
        elif FIRMNESS.get(fact.kind, 3) < FIRMNESS[target.kind]:
            yield place.error("fulfils-wrong-kind", f"{what}, which is firmer than itself", "fulfils")
