"""What all questions have in common: the log is replayed to a view, sums are chosen, and the answer is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from aidtimeline import report
from aidtimeline.cli.options import Question
from aidtimeline.cli.printing import hand, note, paint, show
from aidtimeline.cli.progress import bar
from aidtimeline.log.whole import write_file
from aidtimeline.projections import Counts, MoneySums, Result
from aidtimeline.report.write import room
from aidtimeline.timeline import Timeline, View


def answer(result: Result[Any, Any] | report.Shown, *, json: bool) -> None:
    """Print a result, wrapped to the width of the terminal, or as JSON."""
    if json:
        hand(report.json(result))
    else:
        show(page(result))


def page(result: Result[Any, Any] | report.Shown) -> Iterable[str]:
    """The lines of a result on this terminal: as wide as it is, and in its colours."""
    return report.lines(result, room(), paint())


def reply(question: Question, result: Result[Any, Any] | report.Framed) -> None:
    """Print the answer of a question in the format that it asks for, or write it to a file."""
    if question.form == "table" and question.out is None:
        show(page(result))
    else:
        hand_in(report.write(result, question.form), question.out, force=question.force)


def hand_in(written: str | bytes, out: Path | None, *, force: bool) -> None:
    """Print what was written, or write it to a file."""
    if out is not None:
        write_file(out, written, force=force)
        note(f"written to {out}")
    else:
        hand(written)


_kept: ContextVar[dict[tuple[str, str | None, bool], Timeline] | None] = ContextVar("kept", default=None)


@contextmanager
def kept_open() -> Iterator[Callable[[], None]]:
    """While logs that are opened stay open, and are only read on if they are asked again. Gives what forgets them."""
    kept: dict[tuple[str, str | None, bool], Timeline] = {}
    before = _kept.set(kept)
    try:
        yield kept.clear
    finally:
        _kept.reset(before)


def _opened(folder: str, engine: str | None, skip_problems: bool) -> Timeline:
    kept, asked = _kept.get(), (folder, engine, skip_problems)
    if kept is not None and asked in kept:
        kept[asked].refresh(progress=bar)
        return kept[asked]
    timeline = Timeline.open(folder, skip_problems=skip_problems, engine=engine, progress=bar)  # type: ignore[arg-type]
    if kept is not None:
        kept[asked] = timeline
    return timeline


def opened(folder: str, engine: str | None, skip_problems: bool) -> Timeline:
    """The log in a folder. Lines that are skipped are listed on stderr, and why another engine answers."""
    timeline = _opened(folder, engine, skip_problems)
    for each in (*timeline.notes, *(f"skipped {problem}" for problem in timeline.problems)):
        note(each)
    return timeline


def timeline_of(question: Question) -> Timeline:
    """The log that is asked."""
    return opened(question.folder, question.engine, question.skip_problems)


def view_of(question: Question, timeline: Timeline | None = None) -> View:
    """The view that is asked, of a timeline that is open already or of the log.

    Replay leaves out what it cannot use; how much that is goes to stderr.
    """
    if timeline is None:
        timeline = timeline_of(question)
    view = timeline.as_of(question.as_of, known_at=question.known_at, recorded_until=question.recorded_until)
    if left_out := [*view.vocabulary.problems, *view.problems]:
        many = f"{len(left_out)} problem{'' if len(left_out) == 1 else 's'}"
        note(f"{many} left out ('aidtimeline check' lists all); the first: {left_out[0]}")
    return view


def sums_of(question: Question, view: View) -> Counts | MoneySums:
    """The counts or the sums of money that are asked for."""
    options: dict[str, Any] = {"where": question.where, "vocabulary": view.vocabulary}
    if question.money:
        return MoneySums(question.by, kind=question.kinds, currency=question.currency, **options)
    return Counts(question.by or (() if question.total else "item"), kind=question.kinds or "delivery", **options)
