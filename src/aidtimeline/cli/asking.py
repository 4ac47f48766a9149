"""What commands that ask have in common: the log replayed to a view, the sums asked for, and the answer shown."""

from __future__ import annotations

from typing import Any

from aidtimeline import report
from aidtimeline.cli.application import show, tell
from aidtimeline.cli.options import Question
from aidtimeline.projections import Counts, MoneySums, Result
from aidtimeline.timeline import Timeline, View


def answer(result: Result[Any, Any] | report.Shown, *, json: bool) -> None:
    """Show a result in the terminal's room, or as JSON."""
    show([report.json(result)] if json else report.lines(result, report.room()))


def view_of(question: Question) -> View:
    """The view that is asked."""
    return seen(opened(question), question)


def opened(question: Question) -> Timeline:
    """The log; what is skipped is listed on stderr."""
    timeline = Timeline.open(question.folder, skip_problems=question.skip_problems)
    for problem in timeline.problems:
        tell(f"skipped {problem}")
    return timeline


def seen(timeline: Timeline, question: Question) -> View:
    """The log replayed as the question says; that something makes no sense is said on stderr."""
    view = timeline.as_of(question.as_of, known_at=question.known_at, recorded_until=question.recorded_until)
    if left_out := [*view.vocabulary.problems, *view.problems]:
        many = f"{len(left_out)} problem{'' if len(left_out) == 1 else 's'}"
        tell(f"{many} left out ('aidtimeline check' lists all); the first: {left_out[0]}")
    return view


def sums_of(question: Question, view: View) -> Counts | MoneySums:
    """The counts or the sums of money that are asked for."""
    options: dict[str, Any] = {"where": question.where, "vocabulary": view.vocabulary}
    if question.money:
        return MoneySums(question.by or (), kind=question.kinds or None, **options)
    by = ("item",) if question.by is None else question.by
    return Counts(by, kind=question.kinds or "delivery", **options)
