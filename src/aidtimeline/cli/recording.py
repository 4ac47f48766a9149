"""The commands about the log itself: `record` appends to it, `check` lists its problems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedReader

import click

from aidtimeline.checks import check
from aidtimeline.checks.codes import BY_NAME, Code
from aidtimeline.cli.application import FINE, PROBLEMS, command
from aidtimeline.cli.asking import answer
from aidtimeline.cli.clocks import note_clock
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import JSON, TO, completing, parsed
from aidtimeline.cli.printing import note, show
from aidtimeline.cli.progress import bar
from aidtimeline.cli.streams import stdin
from aidtimeline.codec.jsonlines import lines_of
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import Retraction
from aidtimeline.log import EventLog, aside
from aidtimeline.log.about import about
from aidtimeline.log.drafts import Line, read_drafts
from aidtimeline.log.seal import Sealed
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.report.problems import Explained, Problems
from aidtimeline.semantics.standing import retractions
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown
from aidtimeline.values.zones import read_instant

STDIN = "-"
WORKBOOK = b"PK\x03\x04"
"""What a workbook begins with, as any zip archive does."""


@command("record", "aidtimeline record drafts.jsonl --to 2023")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--recorded-at",
    metavar="INSTANT",
    callback=parsed(read_instant),
    help="The instant of recording, for drafts that were recorded elsewhere before. Default: now.",
)
@TO
@click.pass_obj
def record(folder: str, files: tuple[str, ...], recorded_at: datetime | None, name: str) -> None:
    """Append drafts to the log.

    A draft is a line of JSON without id and recorded_at. FILE may be - for stdin. If one draft has a problem, none is
    recorded. The id of each is printed, in order, also if the log has it already.
    """
    log = EventLog(folder)
    with interruptible(folder):
        lines = [line for file in files for line in lines_in(file)]
        known = log.ids()
        if recorded_at is None:
            note_clock(log.newest())
        records = log.append(read_drafts(lines, known), recorded_at=recorded_at, to=name)
    show(each.id for each in records)
    ids = {each.id for each in records}
    known_before = ids & known
    note(f"{len(ids - known_before)} recorded" + (f", {len(known_before)} there already" if known_before else ""))
    for retracted, by in retractions(known_before, about(log, known_before)) if known_before else ():
        reason = by.event.reason if isinstance(by.event, Retraction) else None
        because = "" if reason is None else f" ({shown(reason)})"
        note(f"{retracted} is retracted by {by.id}{because}: recording it again changes nothing")


def _code(name: str) -> Code:
    if name not in BY_NAME:
        hint = did_you_mean(name, BY_NAME) or "docs/checks.md lists them"
        raise InvalidValue(name, "a code that `check` reports", hint)
    return BY_NAME[name]


@command("check", "aidtimeline --log events check")
@JSON
@click.option(
    "--explain",
    "code",
    metavar="CODE",
    callback=parsed(_code),
    shell_complete=completing(BY_NAME),
    help="Say what a code means and how to mend it, and check nothing.",
)
@click.pass_obj
def check_log(folder: str, json: bool, code: Code | None) -> int:
    """List all problems of the log and its vocabulary.

    The exit code is 1 if one of them is an error.
    """
    if code is not None:
        answer(Explained(code), json=json)
        return FINE
    problems: list[Problem] = []
    sealed = Sealed.of(folder)
    records = list(EventLog(folder).read(skip_problems=True, problems=problems, progress=bar))
    vocabulary, now = load_vocabulary(folder), datetime.now(UTC)
    ids = {each.id for each in records}
    problems += [*sealed.missing(records), *aside.problems(folder, ids), *vocabulary.problems]
    problems += check(records, vocabulary, today=now.date(), now=now, progress=bar)
    problems.sort(key=lambda problem: (problem.file or "", problem.line or 0))
    errors = sum(problem.severity == "error" for problem in problems)
    answer(Problems(tuple(problems), records=len(ids)), json=json)
    if problems and not json:
        least = "at least " * any(problem.code == "more-problems" for problem in problems)
        note(f"errors: {least}{errors}, warnings: {len(problems) - errors}, in {len(ids)} records")
        worst = min(problems, key=lambda problem: problem.severity)  # the first error, or else the first warning
        note(f"what a code means, and how to mend it: aidtimeline check --explain {worst.code}")
    return PROBLEMS if errors else FINE


def lines_in(file: str) -> Iterator[Line]:
    """The lines of a file of drafts, or of stdin. Raises `click.UsageError` if it cannot be read."""
    name = "<stdin>" if file == STDIN else file
    try:
        with stdin() if file == STDIN else open(file, "rb") as stream:
            if isinstance(stream, BufferedReader) and stream.peek(len(WORKBOOK)).startswith(WORKBOOK):
                message = f"{name} is a workbook: `aidtimeline import sheet {name}` records its rows"
                raise click.UsageError(message, click.get_current_context())
            for number, line in enumerate(lines_of(stream), start=1):
                yield name, number, line
    except OSError as error:
        raise click.UsageError(f"{name}: {error.strerror or error}", click.get_current_context()) from None
