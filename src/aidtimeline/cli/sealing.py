"""The commands that keep a log whole: `seal` notes what it holds, `merge` brings two together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

import click

from aidtimeline.cli.application import FINE, PROBLEMS, command, show, tell
from aidtimeline.errors import Problem
from aidtimeline.log import EventLog
from aidtimeline.log.seal import missing, seal
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.vocabulary import Vocabulary


@command("seal", "aidtimeline --log events seal")
@click.option("--anew", is_flag=True, help="Seal what is there, even if something that was sealed before is missing.")
@click.pass_obj
def seal_log(folder: str, anew: bool) -> int:
    """Note which records the log holds, so that `check` finds what is missing later.

    The file aidtimeline.seal in the log's folder lists them. Records may be added afterwards, by merges too; seal again
    to have them in it. This finds damage and accidents, and no more: it is no signature.
    """
    log = EventLog(folder)
    problems = [] if anew else list(missing(folder, log.read()))
    if problems:
        for problem in problems:
            tell(str(problem))
        tell("not sealed: restore what is missing, or seal what is there with --anew")
        return PROBLEMS
    made = seal(log, datetime.now(UTC))
    show([f"{len(made.lines)} lines sealed: {made.digest}"])
    return FINE


@command("merge", "aidtimeline --log events merge ../theirs/events")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path())
@click.option("--to", "name", metavar="NAME", default="events", help="The file in the log's folder. Default: events.")
@click.pass_obj
def merge(folder: str, folders: tuple[str, ...], name: str) -> None:
    """Add the records of other logs to this one: all of them, or none where a line cannot be read.

    Lines are taken as they stand, with the instant they were recorded at. Merging again adds nothing. The vocabulary is
    yours to edit: slugs that only the others know are listed, and left to you.
    """
    read = 0
    problems: list[Problem] = []

    logs = [EventLog(each).lines(problems=problems) for each in folders]

    def counted() -> Iterator[tuple[str, int, bytes]]:
        nonlocal read
        for line in chain.from_iterable(logs):
            read += 1
            yield line

    added = EventLog(folder).copy(counted(), to=name)
    for problem in problems:
        tell(str(problem))
    show([f"{added} recorded, {read - added} there already"])
    ours = load_vocabulary(folder)
    for each in folders:
        for message in _unknown(ours, each):
            tell(message)


def _unknown(ours: Vocabulary, folder: str) -> Iterator[str]:
    """What the vocabulary beside another log tells that ours does not."""
    theirs = load_vocabulary(folder)
    for part in ("items", "parties", "projects"):
        known, told = getattr(ours, part), getattr(theirs, part)
        new = [slug for slug in told if slug not in known]
        other = [slug for slug in told if slug in known and told[slug] != known[slug]]
        where = f"{folder}/vocabulary/{part}.jsonl"
        if new:
            yield f"{where} also has {', '.join(new)}: copy the lines that you want"
        if other:
            yield f"{where} differs in {', '.join(other)}: yours stand"
