"""The commands that ask: each replays the log to one view, and prints what is asked as a table or as JSON."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from aidtimeline.cli import pages, projectpages, promisepages, rows, seriespages
from aidtimeline.cli.application import command, show, tell
from aidtimeline.cli.options import (
    AS_OF,
    AS_OF_ARGUMENT,
    COMMON,
    EVERY,
    MONEY,
    SUMS,
    UNTIL,
    Question,
    asking,
)
from aidtimeline.cli.pages import heading, narrowed, paper_for, sums_in_words
from aidtimeline.cli.words import shortener
from aidtimeline.projections import Counts, MoneySums, Series, Steps
from aidtimeline.projections.fulfilment import fulfilment_rows
from aidtimeline.timeline import Timeline, View
from aidtimeline.words import cuts


@command("as-of", "aidtimeline as-of 2023-11-28")
@asking(AS_OF_ARGUMENT, *COMMON)
def as_of(question: Question) -> None:
    """The overview of a day: what was delivered, the money, and the projects with their state."""
    view = look(question)
    if question.json:
        answer(
            view,
            rows.count_rows(view.counts(where=question.where)),
            money=rows.money_rows(view.money(where=question.where)),
            projects=rows.project_rows(view.projects(question.where)),
        )
        return
    paper = paper_for(view)
    delivered, money = counts_of(question, view), money_of(question, view)
    show(
        [
            *heading(view, f"aid as recorded in {question.folder}{narrowed(question.where)}"),
            *("", "Delivered", *pages.counts(paper, delivered)),
            *("", "Money", *pages.money(paper, money)),
            *("", "Projects", *projectpages.overview(paper, view.projects(question.where))),
        ]
    )


@command("counts", "aidtimeline counts --as-of 2023-11-28 --by item --by donor --where recipient=sesu")
@asking(AS_OF, *SUMS, *COMMON)
def counts(question: Question) -> None:
    """How many of what: deliveries by item, or other kinds of event by other fields."""
    view = look(question)
    sums = counts_of(question, view)
    if question.json:
        answer(view, rows.count_rows(view.replay(sums)))
    else:
        show([*heading(view, sums_in_words(question)), "", *pages.counts(paper_for(view), sums)])


@command("money", "aidtimeline money --as-of 2023-11-28 --kind disbursement --by donor")
@asking(AS_OF, *SUMS, *COMMON)
def money(question: Question) -> None:
    """How much money, by kind of event and currency; never summed over either."""
    view = look(question)
    sums = money_of(question, view)
    if question.json:
        answer(view, rows.money_rows(view.replay(sums)))
    else:
        what = sums_in_words(evolve(question, money=True))
        show([*heading(view, what), "", *pages.money(paper_for(view), sums)])


@command("fulfilment", "aidtimeline fulfilment --as-of 2024-07-31 --where donor=JP")
@asking(AS_OF, *COMMON)
def fulfilment(question: Question) -> None:
    """What has become of promises: delivered or paid, outstanding, and overdue; --where chooses promises.

    A delivery that names its promises is linked to them; what names none is matched by donor, project and item in order
    of date, and said to be inferred.
    """
    timeline = opened(question)
    view = seen(timeline, question)
    found = view.fulfilment(question.where)
    if question.json:
        answer(view, fulfilment_rows(found))
    else:
        short = shortener(each.id for each in timeline.records)
        page = promisepages.fulfilment(paper_for(view), found, short)
        show([*heading(view, f"promises, and what has become of them{narrowed(question.where)}"), "", *page])


@command("series", "aidtimeline series --where item=mine-detector --every quarter")
@asking(UNTIL, EVERY, *SUMS, MONEY, *COMMON)
def series(question: Question) -> None:
    """A sum over time: the day of each step, and from when on it holds; or the sum at the end of each --every.

    With --as-of it ends at that day, which may be the last step of --every.
    """
    timeline = opened(question)
    view = seen(timeline, question)
    sums = sums_of(question, view)
    told = timeline.series(sums, known_at=question.known_at, recorded_until=question.recorded_until)
    if question.every is not None:
        told = told.every(question.every, question.until)
    elif question.until is not None:
        told = _until(told, question.until)
    if question.json:
        show([rows.answer(question.until, view.known_at, rows.series_rows(told))])
    else:
        head = [f"{sums_in_words(question)}, over time", cuts(question.until, view.known_at, view.recorded_until)]
        show([*head, "", *seriespages.series(paper_for(view), told)])


@command("projects", "aidtimeline projects --as-of 2023-11-28 --where project=hd-equipment")
@asking(AS_OF, *COMMON)
def projects(question: Question) -> None:
    """The state of each project: status, plan, parties by role, and what is announced, promised, delivered, paid."""
    view = look(question)
    states = view.projects(question.where)
    if question.json:
        answer(view, rows.project_rows(states))
    else:
        show(
            [*heading(view, f"projects{narrowed(question.where)}"), "", *projectpages.projects(paper_for(view), states)]
        )


@command("participation", "aidtimeline participation --as-of 2023-11-28 --where role=lead")
@asking(AS_OF, *COMMON)
def participation(question: Question) -> None:
    """Who takes part in which project, in which role."""
    view = look(question)
    parts = view.participation(question.where)
    if question.json:
        answer(view, rows.participation_rows(parts))
    else:
        head = heading(view, f"parties and their roles{narrowed(question.where)}")
        show([*head, "", *projectpages.participation(paper_for(view), parts)])


def look(question: Question) -> View:
    """The view that the question is asked of."""
    return seen(opened(question), question)


def opened(question: Question) -> Timeline:
    """The log; what is skipped is told on stderr."""
    timeline = Timeline.open(question.folder, skip_problems=question.skip_problems)
    for problem in timeline.problems:
        tell(f"skipped {problem}")
    return timeline


def seen(timeline: Timeline, question: Question) -> View:
    """The log replayed as the question says; what makes no sense is told on stderr."""
    view = timeline.as_of(question.as_of, known_at=question.known_at, recorded_until=question.recorded_until)
    if left_out := [*view.vocabulary.problems, *view.problems]:
        many = f"{len(left_out)} problem{'' if len(left_out) == 1 else 's'}"
        tell(f"{many} left out ('aidtimeline check' lists all); the first: {left_out[0]}")
    return view


def sums_of(question: Question, view: View) -> Counts | MoneySums:
    """The counts or the sums of money that are asked for."""
    return money_of(question, view) if question.money else counts_of(question, view)


def counts_of(question: Question, view: View) -> Counts:
    """The counts that are asked for."""
    return Counts(
        ("item",) if question.by is None else question.by,
        kind=question.kinds or ("delivery",),
        where=question.where,
        vocabulary=view.vocabulary,
    )


def money_of(question: Question, view: View) -> MoneySums:
    """The sums of money that are asked for."""
    return MoneySums(question.by or (), kind=question.kinds or None, where=question.where, vocabulary=view.vocabulary)


def answer(view: View, answers: list[rows.Json], **more: list[rows.Json]) -> None:
    """The answer as JSON."""
    show([rows.answer(view.as_of, view.known_at, answers, **more)])


def _until(told: Series, day: date) -> Series:
    """The steps up to a day (inclusive)."""
    shorter = ((row, [step for step in row.steps if step.day is None or step.day <= day]) for row in told.rows)
    return evolve(told, rows=[evolve(row, steps=Steps(tuple(steps))) for row, steps in shorter if steps])
