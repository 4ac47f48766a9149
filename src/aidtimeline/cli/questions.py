"""The commands that ask: each replays the log to one view, and prints what is asked as a table or as JSON."""

from __future__ import annotations

import os
import shutil
import sys

from aidtimeline.cli import pages, projectpages, rows
from aidtimeline.cli.application import command, show, tell
from aidtimeline.cli.options import (
    AS_OF,
    AS_OF_ARGUMENT,
    BY,
    COMMON,
    KIND,
    TOTAL,
    Question,
    asking,
)
from aidtimeline.cli.pages import Paper, heading
from aidtimeline.projections import Counts, MoneySums
from aidtimeline.timeline import Timeline, View


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
            *heading(view, f"aid as recorded in {question.folder}", question.where),
            *("", "Delivered", *pages.counts(paper, delivered)),
            *("", "Money", *pages.money(paper, money)),
            *("", "Projects", *projectpages.overview(paper, view.projects(question.where))),
        ]
    )


@command("counts", "aidtimeline counts --as-of 2023-11-28 --by item --by donor --where recipient=sesu")
@asking(AS_OF, KIND, BY, TOTAL, *COMMON)
def counts(question: Question) -> None:
    """How many of what: deliveries by item, or other kinds of event by other fields."""
    view = look(question)
    sums = counts_of(question, view)
    if question.json:
        answer(view, rows.count_rows(view.replay(sums)))
    else:
        what = f"{' and '.join(question.kinds or ['delivery'])}{_by(question, ('item',))}"
        show([*heading(view, what, question.where), "", *pages.counts(paper_for(view), sums)])


@command("money", "aidtimeline money --as-of 2023-11-28 --kind disbursement --by donor")
@asking(AS_OF, KIND, BY, TOTAL, *COMMON)
def money(question: Question) -> None:
    """How much money, by kind of event and currency; never summed over either."""
    view = look(question)
    sums = money_of(question, view)
    if question.json:
        answer(view, rows.money_rows(view.replay(sums)))
    else:
        what = f"money under {' and '.join(question.kinds) or 'every kind with a value'}{_by(question, ())}"
        show([*heading(view, what, question.where), "", *pages.money(paper_for(view), sums)])


@command("projects", "aidtimeline projects --as-of 2023-11-28 --where project=hd-equipment")
@asking(AS_OF, *COMMON)
def projects(question: Question) -> None:
    """The state of each project: status, plan, parties by role, and what is announced, promised, delivered, paid."""
    view = look(question)
    states = view.projects(question.where)
    if question.json:
        answer(view, rows.project_rows(states))
    else:
        show([*heading(view, "projects", question.where), "", *projectpages.projects(paper_for(view), states)])


@command("participation", "aidtimeline participation --as-of 2023-11-28 --where role=lead")
@asking(AS_OF, *COMMON)
def participation(question: Question) -> None:
    """Who takes part in which project, in which role."""
    view = look(question)
    parts = view.participation(question.where)
    if question.json:
        answer(view, rows.participation_rows(parts))
    else:
        head = heading(view, "parties and their roles", question.where)
        show([*head, "", *projectpages.participation(paper_for(view), parts)])


def look(question: Question) -> View:
    """Open the log and replay it as the question says; what is skipped or makes no sense is told on stderr."""
    timeline = Timeline.open(question.folder, skip_problems=question.skip_problems)
    for problem in timeline.problems:
        tell(f"skipped {problem}")
    view = timeline.as_of(question.as_of, known_at=question.known_at, recorded_until=question.recorded_until)
    if left_out := [*view.vocabulary.problems, *view.problems]:
        tell(f"{len(left_out)} problems left out ('aidtimeline check' lists all); the first: {left_out[0]}")
    return view


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


def paper_for(view: View) -> Paper:
    """A page as wide as the terminal, or as $COLUMNS says; as wide as it takes where there is neither."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    told = os.environ.get("COLUMNS", "").isdecimal()
    return Paper(view, shutil.get_terminal_size().columns if terminal or told else None)


def _by(question: Question, default: tuple[str, ...]) -> str:
    by = default if question.by is None else question.by
    return f" by {' and '.join(by)}" if by else ", in all"
