"""The commands that ask: each replays the log to one view (`diff` to two), and shows one result."""

from __future__ import annotations

import click
from attrs import evolve

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import reply, sums_of, timeline_of, view_of
from aidtimeline.cli.options import (
    ANY_KIND,
    AS_OF,
    AS_OF_ARGUMENT,
    COMMON,
    CURRENCY,
    EVERY,
    FEED,
    FORMAT,
    FROM_AND_TO,
    FULFILMENT,
    MATCHES,
    MONEY,
    NARROWED,
    SUMS,
    UNTIL,
    WITHIN,
    Question,
    asking,
)


@command("as-of", "aidtimeline as-of 2023-11-28")
@asking(AS_OF_ARGUMENT, *COMMON)
def as_of(question: Question) -> None:
    """Show an overview of a day.

    It has what was delivered by then, the money, and the state of each project.
    """
    from aidtimeline.report.overview import Overview

    view, where = view_of(question), question.where
    overview = Overview(question.folder, view.counts(where=where), view.money(where=where), view.projects(where))
    reply(question, overview)


@command("counts", "aidtimeline counts --as-of 2023-11-28 --by item --by donor --where recipient=sesu")
@asking(AS_OF, *SUMS, *COMMON)
def counts(question: Question) -> None:
    """Count deliveries by item, or other kinds by other fields.

    Numbers have bounds: "2 to 4", "at least 50". Different units are never added.
    """
    view = view_of(question)
    reply(question, view.replay(sums_of(question, view)))


@command("money", "aidtimeline money --as-of 2023-11-28 --kind disbursement --by donor")
@asking(AS_OF, *SUMS, CURRENCY, *COMMON)
def money(question: Question) -> None:
    """Sum money by kind of event and currency.

    Different kinds are never added, nor different currencies, unless --currency says to which they are converted. Money
    that another fact reports too is left out, and the answer says so.
    """
    view = view_of(question)
    reply(question, view.replay(sums_of(evolve(question, money=True), view)))


@command("fulfilment", "aidtimeline fulfilment --as-of 2024-07-31 --where donor=JP")
@asking(AS_OF, MATCHES, *COMMON)
def fulfilment(question: Question) -> None:
    """Compare promises with what was delivered or paid.

    The table also shows what is outstanding and what is overdue. --where chooses promises.

    A delivery that names its promises is linked to them. One that names none may serve those of its item (or of money)
    that it fits and may have followed. --matches lists which delivery keeps which promise, or may.
    """
    reply(question, view_of(question).fulfilment(question.where, matches=question.matches))


@command("levels", "aidtimeline levels --as-of 2025-12-31 --where item=mine-detector")
@asking(AS_OF, *COMMON)
def levels(question: Question) -> None:
    """Show what sources have added up themselves, beside the record.

    A level is "about 50 so far" or "2.8 billion paid": the last one reported of each thing by that day, what the record
    comes to on the same days, and what is surely missing, or too much. --where chooses levels.
    """
    reply(question, view_of(question).levels(question.where))


@command("facts", "aidtimeline facts --as-of 2023-11-28 --kind delivery --where donor=JP --format csv")
@asking(AS_OF, ANY_KIND, *COMMON)
def facts(question: Question) -> None:
    """List the facts that count by a day, one a line.

    A fact is what a record says once amendments are applied, with all known accounts of it combined.
    """
    reply(question, view_of(question).facts_table(question.kinds, where=question.where))


@command("flows", "aidtimeline flows --as-of 2023-11-28 --where project=XM-DAC-701-8")
@asking(AS_OF, *COMMON)
def flows(question: Question) -> None:
    """Show flows of money between projects, as both sides report them.

    A payment or promise may name the project at its other end (IATI provider-activity-id, receiver-activity-id). Which
    disbursement of one side and which receipt of the other are of one flow is found by amounts and days. --where
    chooses facts: project and counterpart are the two ends.
    """
    reply(question, view_of(question).flows(question.where))


@command("series", "aidtimeline series --where item=mine-detector --every quarter")
@asking(UNTIL, EVERY, WITHIN, *SUMS, MONEY, CURRENCY, *COMMON)
def series(question: Question) -> None:
    """Show how a sum develops over time.

    Each step holds from its day on, until the next step. With --every, each line is the sum at the end of a month,
    quarter or year instead; with --within, how the sum changed in it. With --as-of, the series ends on that day, even
    within a month, quarter or year.
    """
    timeline = timeline_of(question)
    view = view_of(question, timeline)
    sums = sums_of(question, view)
    if question.within is not None:
        reply(question, view.within(sums, question.within, question.until))
        return
    found = timeline.series(sums, known_at=question.known_at, recorded_until=question.recorded_until)
    if question.every is not None:
        found = found.every(question.every, question.until)
    elif question.until is not None:
        found = found.to(question.until)
    reply(question, found)


@command("projects", "aidtimeline projects --as-of 2023-11-28 --where project=hd-equipment")
@asking(AS_OF, *COMMON)
def projects(question: Question) -> None:
    """Show the state of each project.

    It has the status, the plan, the parties by role, and what is announced, promised, delivered and paid.
    """
    reply(question, view_of(question).projects(question.where))


@command("participation", "aidtimeline participation --as-of 2023-11-28 --where role=lead")
@asking(AS_OF, *COMMON)
def participation(question: Question) -> None:
    """List who takes part in which project, in which role."""
    reply(question, view_of(question).participation(question.where))


@command("diff", "aidtimeline diff --from-as-of 2023-01-01 --to-as-of 2023-11-28 --where donor=JP")
@asking(*FROM_AND_TO, *SUMS, MONEY, CURRENCY, FULFILMENT, *(FEED if each is FORMAT else each for each in NARROWED))
def diff(question: Question) -> None:
    """Show what changed between two views, and why.

    The views differ in their day, in what was known, or in both. Each part of the change has its cause, and the ids of
    its facts, which `explain` takes. The parts add up to the change.

    With --fulfilment it is what has become of promises: parts of what was promised, linked and cancelled, and what is
    outstanding. As atom it is a feed, with an entry for each sum that changes; as markdown a note that can be pasted.
    """
    timeline = timeline_of(question)
    before, after = view_of(question.before, timeline), view_of(question, timeline)
    if question.fulfilment:
        if question.by or question.total or question.money:
            raise click.UsageError("--fulfilment goes with --where and --kind only")
        from aidtimeline.projections import Fulfilment

        where = {**question.where, **({"kind": question.kinds} if question.kinds else {})}
        reply(question, before.diff(after, Fulfilment(after.as_of, where, after.vocabulary)))
        return
    reply(question, before.diff(after, sums_of(question, after)))
