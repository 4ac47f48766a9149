"""The commands that ask: each replays the log to one view (`diff` to two), and shows one result."""

from __future__ import annotations

from attrs import evolve

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import answer, opened, seen, sums_of, view_of
from aidtimeline.cli.options import (
    AS_OF,
    AS_OF_ARGUMENT,
    COMMON,
    EVERY,
    FROM_AND_TO,
    MONEY,
    NARROWED,
    SUMS,
    UNTIL,
    Question,
    asking,
)
from aidtimeline.report import Overview


@command("as-of", "aidtimeline as-of 2023-11-28")
@asking(AS_OF_ARGUMENT, *COMMON)
def as_of(question: Question) -> None:
    """The overview of a day: what was delivered, the money, and the projects with their state."""
    view, where = view_of(question), question.where
    overview = Overview(question.folder, view.counts(where=where), view.money(where=where), view.projects(where))
    answer(overview, json=question.json)


@command("counts", "aidtimeline counts --as-of 2023-11-28 --by item --by donor --where recipient=sesu")
@asking(AS_OF, *SUMS, *COMMON)
def counts(question: Question) -> None:
    """How many of what: deliveries by item, or other kinds of event by other fields."""
    view = view_of(question)
    answer(view.replay(sums_of(question, view)), json=question.json)


@command("money", "aidtimeline money --as-of 2023-11-28 --kind disbursement --by donor")
@asking(AS_OF, *SUMS, *COMMON)
def money(question: Question) -> None:
    """How much money, by kind of event and currency; never summed over either."""
    view = view_of(question)
    answer(view.replay(sums_of(evolve(question, money=True), view)), json=question.json)


@command("fulfilment", "aidtimeline fulfilment --as-of 2024-07-31 --where donor=JP")
@asking(AS_OF, *COMMON)
def fulfilment(question: Question) -> None:
    """What has become of promises: delivered or paid, outstanding, and overdue; --where chooses promises.

    A delivery that names its promises is linked to them; what names none is matched by donor, project and item in order
    of date, and said to be inferred.
    """
    answer(view_of(question).fulfilment(question.where), json=question.json)


@command("series", "aidtimeline series --where item=mine-detector --every quarter")
@asking(UNTIL, EVERY, *SUMS, MONEY, *COMMON)
def series(question: Question) -> None:
    """A sum over time: the day of each step, and from when on it holds; or the sum at the end of each --every.

    With --as-of it ends at that day, which may be the last step of --every.
    """
    timeline = opened(question)
    sums = sums_of(question, seen(timeline, question))
    found = timeline.series(sums, known_at=question.known_at, recorded_until=question.recorded_until)
    if question.every is not None:
        found = found.every(question.every, question.until)
    elif question.until is not None:
        found = found.to(question.until)
    answer(found, json=question.json)


@command("projects", "aidtimeline projects --as-of 2023-11-28 --where project=hd-equipment")
@asking(AS_OF, *COMMON)
def projects(question: Question) -> None:
    """The state of each project: status, plan, parties by role, and what is announced, promised, delivered, paid."""
    answer(view_of(question).projects(question.where), json=question.json)


@command("participation", "aidtimeline participation --as-of 2023-11-28 --where role=lead")
@asking(AS_OF, *COMMON)
def participation(question: Question) -> None:
    """Who takes part in which project, in which role."""
    answer(view_of(question).participation(question.where), json=question.json)


@command("diff", "aidtimeline diff --from-as-of 2023-01-01 --to-as-of 2023-11-28 --where donor=JP")
@asking(*FROM_AND_TO, *SUMS, MONEY, *NARROWED)
def diff(question: Question) -> None:
    """What changed between two views: other dates, other knowledge, or both.

    Each part of the change is shown with its cause and the ids of its facts, which explain takes. The parts add up.
    """
    timeline = opened(question)
    before, after = seen(timeline, question.before), seen(timeline, question)
    answer(before.diff(after, sums_of(question, after)), json=question.json)
