"""The command `watch`: an answer that follows a log which grows."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from aidtimeline.cli.application import Interrupted, application, command
from aidtimeline.cli.asking import kept_open
from aidtimeline.cli.printing import Printed, again, captured, in_one_line, note, paint, show
from aidtimeline.errors import AidtimelineError
from aidtimeline.log import EventLog
from aidtimeline.log.status import Status

WATCHED = (
    *("as-of", "counts", "money", "projects", "participation", "fulfilment", "levels", "series", "facts"),
    *("explain", "diff", "check", "sources", "sql", "cite"),
)
"""The commands that only ask."""


@command("watch", "aidtimeline watch counts --where donor=JP")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=2.0,
    metavar="SECONDS",
    help="How often to look whether the log has changed. Default: 2.",
)
@click.argument("words", metavar="COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def watch(folder: str, interval: float, words: Sequence[str]) -> None:
    """Answer a question again whenever the log changes.

    Below each new answer stand the lines that are new (+) and those that are no longer so (-). Ctrl-C ends it.
    """
    if words[0] not in WATCHED:
        raise click.UsageError(f"watch follows answers: {', '.join(WATCHED)}")
    try:
        follow(folder, words, interval)
    except (KeyboardInterrupt, Interrupted):
        note("")


watch.allow_interspersed_args = False
watch.ignore_unknown_options = True


def follow(folder: str, words: Sequence[str], interval: float) -> None:
    """Print the answer, and again whenever the log or the day changes; for ever. The first one may fail.

    The log stays open: of one that has grown, only what is new is read.
    """
    with kept_open() as forget:
        _follow(folder, words, interval, forget)


def _follow(folder: str, words: Sequence[str], interval: float, forget: Callable[[], None]) -> None:
    seen = state(folder)
    last = answer(folder, words)
    again(last)
    while True:
        time.sleep(interval)
        now = state(folder)
        if now == seen:
            continue
        seen = now
        try:
            found = answer(folder, words)
        except (AidtimelineError, click.ClickException, OSError) as error:
            forget()
            message = error.format_message() if isinstance(error, click.ClickException) else str(error)
            note(f"aidtimeline: {in_one_line(message)}; the log is looked at again when it changes")
            continue
        show_again(last, found)
        last = found


def show_again(last: Sequence[Printed], found: Sequence[Printed]) -> None:
    """Print an answer that follows another, with what is new in it."""
    painted = paint()
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if found == last:
        show([painted("aside", f"── {at}: the log has changed, and the answer is the same")])
        return
    show([painted("aside", f"── {at}: the log has changed")])
    again(found)
    show([painted("aside", "── what is new (+), and what is no longer so (-)")])
    texts = ("".join(each.bare for each in printed) for printed in (last, found))
    show(painted("new" if line[0] == "+" else "old", line) for line in changed(*texts))


def changed(last: str, found: str) -> Iterator[str]:
    """The lines that differ, with + or - before them.

    >>> list(changed("truck 30", "truck 31"))
    ['- truck 30', '+ truck 31']
    """
    lines = difflib.ndiff(last.split("\n"), found.split("\n"))
    return (each for each in lines if each[:2] in ("+ ", "- ") and each[2:].strip())


def answer(folder: str, words: Sequence[str]) -> list[Printed]:
    """What a command prints. Raises what it raises."""
    with captured() as printed:
        try:
            with application.make_context("aidtimeline", ["--log", folder, *words]) as context:
                application.invoke(context)
        except click.exceptions.Exit as end:
            if not end.exit_code:
                raise
            # such as that of `check`, which has found problems and printed them
    return printed


def state(folder: str) -> tuple[object, ...]:
    """What the answer of today depends on: the files of the log and of its vocabulary, by their status, and the day."""
    try:
        stamp: object = EventLog(folder).stamp()
        vocabulary = [Status.of(str(path)) for path in sorted((Path(folder) / "vocabulary").glob("*.jsonl"))]
    except (AidtimelineError, OSError) as error:
        return (str(error),)
    return stamp, vocabulary, datetime.now(UTC).date()
