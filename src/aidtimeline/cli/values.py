"""Completion of values: of a field, those that the vocabulary and the log know."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from aidtimeline.events import Record
from aidtimeline.projections import FIELDS
from aidtimeline.projections.dated import DATED
from aidtimeline.text.safe import printable

PATIENCE, MOST_READ = 0.3, 20_000
"""For so long, in seconds, the log is read, and so many records of it: who presses TAB waits."""

MOST = 200
"""So many values are offered at most."""


def where(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """What FIELD=VALUE can be completed to: a field, or the values of a field. It never fails.

    No value is offered of which something is not seen: a shell shows and takes it as it is.
    """
    name, equals, begun = incomplete.partition("=")
    if not equals:
        return [f"{each}=" for each in (*FIELDS, *DATED) if each.startswith(incomplete)]
    found: list[str] = []
    with contextlib.suppress(Exception):  # a log that cannot be read is no reason to disturb a shell
        known = known_values(folder_of(context), name)
        found = sorted(each for each in known if each.startswith(begun) and printable(each) == each)
    return [f"{name}={each}" for each in found[:MOST]]


def folder_of(context: click.Context) -> Path:
    """The folder of the log, as far as the line says."""
    given = context.find_root().params.get("folder")
    return Path(given or os.environ.get("AIDTIMELINE_LOG") or "events")


def known_values(folder: Path, name: str) -> Iterable[str]:
    """The values of a field that the vocabulary and the log know; of a large log only what comes first.

    >>> sorted({"KH", "sesu"}.intersection(known_values(Path("events"), "recipient")))
    ['KH', 'sesu']
    """
    from aidtimeline.log import EventLog
    from aidtimeline.log.vocabulary import load_vocabulary
    from aidtimeline.semantics.known import Known

    vocabulary = load_vocabulary(folder)
    records = _for_a_while(EventLog(folder).read(skip_problems=True)) if folder.is_dir() else ()
    return Known.of(records, vocabulary).values(name)


def _for_a_while(records: Iterable[Record]) -> Iterator[Record]:
    until = time.monotonic() + PATIENCE
    for number, each in enumerate(records, start=1):
        yield each
        if number == MOST_READ or (number % 100 == 0 and time.monotonic() > until):
            return
