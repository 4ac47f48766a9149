"""Checks of links: what supersedes or fulfils something later, or something of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.checks.checked import Checked, an, wholly_before
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, END, LEVEL, PROMISE, Event, kinds_that


def dangling_promises(log: Checked) -> Iterator[Problem]:
    """`dangling`, `bad-link`: what an event says it fulfils is not in the log, or is not an event."""
    kinds = {record.id: record.event for record in log.records}
    for place, event in log.texts():
        for number, promise in enumerate(event.fulfils):
            field = f"fulfils[{number}]"
            if promise not in kinds:
                yield place.error("dangling", f"it fulfils {promise}, which is not in the log", field)
            elif not isinstance(kinds[promise], Event):
                yield place.error("bad-link", f"it fulfils {promise}, which is an amendment", field)


def superseded_before(log: Checked) -> Iterator[Problem]:
    """`supersedes-later`: an event is dated wholly before what it supersedes."""
    for fact, target in log.superseded:
        if wholly_before(fact.date, target.date):
            message = f"it is of {fact.date}, and supersedes something later: {log.named(target)}"
            hint = "what is newer supersedes what is older"
            yield log.place(fact).error("supersedes-later", message, "supersedes", hint)


def superseded_kinds(log: Checked) -> Iterator[Problem]:
    """`supersedes-wrong-kind`: what supersedes and what is superseded do not go together."""
    for fact, target in log.superseded:
        nature, other, alike = fact.nature, target.nature, fact.kind == target.kind
        place, what = log.place(fact), f"{an(fact.kind)} supersedes {log.named(target)}"
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
    """`fulfils-later`: something was delivered before it was promised."""
    for fact, target in log.fulfilled:
        if wholly_before(fact.date, target.date):
            message = f"it is of {fact.date}, and fulfils what was promised later: {log.named(target)}"
            yield log.place(fact).warning("fulfils-later", message, "fulfils")


def fulfilled_kinds(log: Checked) -> Iterator[Problem]:
    """`fulfils-wrong-kind`: what is fulfilled cannot be, or what fulfils it makes nothing good."""
    for fact, target in log.fulfilled:
        if not target.nature.may_be_fulfilled:
            able = ", ".join(kinds_that(lambda each: each.nature.may_be_fulfilled))
            fault = f"but only these can be fulfilled: {able}"
        elif not fact.nature.may_fulfil:
            fault = "but makes nothing good"
        elif fact.event.firmness < target.event.firmness:
            fault = "which is firmer than itself"
        else:
            continue
        message = f"{an(fact.kind)} fulfils {log.named(target)}, {fault}"
        yield log.place(fact).error("fulfils-wrong-kind", message, "fulfils")
