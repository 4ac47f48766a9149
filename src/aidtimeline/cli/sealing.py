"""The commands that keep a log whole: `seal` notes what it holds, `merge` adds the records of other logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

import click

from aidtimeline.cli.application import FINE, PROBLEMS, command
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import TO
from aidtimeline.cli.printing import note, show
from aidtimeline.cli.progress import bar
from aidtimeline.errors import Problem
from aidtimeline.log import EventLog
from aidtimeline.log.seal import missing, seal
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
    log = EventLog(folder)
    problems = [] if anew else list(missing(folder, log.read(progress=bar)))
    if problems:
        for problem in problems:
            note(str(problem))
        note("not sealed: restore what is missing, or seal what is there with --anew")
        return PROBLEMS
    made = seal(log, datetime.now(UTC))
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

    with interruptible(folder):
        added = EventLog(folder).copy(counted(), to=name)
    for problem in problems:
        note(str(problem))
    show([f"{added} recorded, {read - added} there already"])
    vocabulary = load_vocabulary(folder)
    for each in folders:
        for message in _differences(vocabulary, each):
            note(message)


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
