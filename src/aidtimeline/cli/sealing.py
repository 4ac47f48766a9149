"""The commands that keep a log whole.

`seal` notes what it holds, `merge` adds the records of other logs, `set-aside` says what becomes of what was left
unfinished.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from aidtimeline.cli.application import FINE, PROBLEMS, command
from aidtimeline.cli.clocks import note_clock
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import TO
from aidtimeline.cli.printing import note, show
from aidtimeline.cli.progress import bar
from aidtimeline.errors import Problem
from aidtimeline.log import EventLog
from aidtimeline.log.aside import Aside, asides, log_file_of, records_in
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.seal import Missing, seal
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.vocabulary import Vocabulary


@command("seal", "aidtimeline --log events seal")
@click.option(
    "--anew", is_flag=True, help="Seal the log as it is, even if something that was sealed before is missing."
)
@click.pass_obj
def seal_log(folder: str, anew: bool) -> int:
    """Note which records the log holds.

    `check` then reports records that are missing. The seal is the file aidtimeline.seal in the log's folder. Records
    may still be added and merged; seal again to include them. A seal finds accidents and damage. It is not a signature:
    a person who changes the log on purpose can seal it again.
    """
    problems: list[Problem] = []
    try:
        made = seal(EventLog(folder), datetime.now(UTC), anew=anew, problems=problems, progress=bar)
    except Missing as error:
        for problem in error.problems:
            note(str(problem))
        note("not sealed: restore what is missing, or seal what is there with --anew")
        return PROBLEMS
    for problem in problems:
        note(str(problem))
    show([f"{len(made.lines)} lines sealed: {made.digest}"])
    return FINE


@command("merge", "aidtimeline --log events merge ../theirs/events")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path())
@TO
@click.pass_obj
def merge(folder: str, folders: tuple[str, ...], name: str) -> None:
    """Add the records of other logs to this one.

    If a line cannot be read, nothing is added. Lines are copied as they are, with the instant at which they were
    recorded. Merging again adds nothing. The vocabulary is not merged: slugs that only the other logs have are listed,
    so that you can copy them.
    """
    read = 0
    problems: list[Problem] = []

    logs = [EventLog(each).lines(problems=problems, progress=bar) for each in folders]

    def counted() -> Iterator[tuple[str, int, bytes]]:
        nonlocal read
        for line in chain.from_iterable(logs):
            read += 1
            yield line

    log = EventLog(folder)
    with interruptible(folder):
        added = log.copy(counted(), to=name)
    for problem in problems:
        note(str(problem))
    note_clock(log.newest())
    show([f"{added} recorded, {read - added} there already"])
    vocabulary = load_vocabulary(folder)
    for each in folders:
        for message in _differences(vocabulary, each):
            note(message)


@command("set-aside", "aidtimeline --log events set-aside --record")
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path())
@click.option("--record", "does", flag_value="record", help="Add the whole records to the log, and remove the files.")
@click.option("--remove", "does", flag_value="remove", help="Remove the files, with all that is in them.")
@click.pass_obj
def set_aside(folder: str, files: tuple[str, ...], does: str | None) -> int:
    """List what was set aside when a writer had died, or say what becomes of it.

    A line or batch that was not written whole was never recorded. The next writer sets it aside, in a file
    NAME.jsonl.OFFSET-DIGEST.torn in the log's folder, and `check` lists it. FILE is one of these; default: all.
    Without an option the exit code is 1 if a whole record is among them that the log does not have.
    """
    log = EventLog(folder)
    chosen = _asides(folder, files)
    if does is None:
        known = log.ids()
        found = [Aside.of(path, known) for path in chosen]
        show([str(each.problem) for each in found] or ["nothing is set aside"])
        return PROBLEMS if any(each.missing for each in found) else FINE
    for path in chosen:
        added = 0
        if does == "record":
            lines = [line[:3] for line in records_in(path)]
            with interruptible(folder):
                added = log.copy(lines, to=log_file_of(path))
        with as_log_error(path):
            path.unlink()
        show([f"{path}: {added} recorded, file removed"])
    return FINE


def _asides(folder: str, names: tuple[str, ...]) -> Sequence[Path]:
    """The files with these names or paths of what was set aside; of no names, all. Raises `click.UsageError`."""
    there = {path.name: path for path in asides(folder)}
    for name in names:
        if Path(name).name not in there:
            raise click.UsageError(f"{name}: nothing of that name was set aside", click.get_current_context())
    return [there[Path(name).name] for name in names] if names else list(there.values())


def _differences(vocabulary: Vocabulary, folder: str) -> Iterator[str]:
    """What the vocabulary of another log has that this one does not, or has otherwise."""
    theirs = load_vocabulary(folder)
    for part in ("items", "parties", "projects"):
        known, other = getattr(vocabulary, part), getattr(theirs, part)
        new = [slug for slug in other if slug not in known]
        differing = [slug for slug in other if slug in known and other[slug] != known[slug]]
        where = f"{folder}/vocabulary/{part}.jsonl"
        if new:
            yield f"{where} also has {', '.join(new)}: copy the lines that you want"
        if differing:
            yield f"{where} differs in {', '.join(differing)}: yours stand"
