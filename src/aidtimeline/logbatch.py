"""What is to be recorded, and the lines of it: each is encoded once, before anybody else has to wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import attrs

from aidtimeline.codec import encode, encode_new, record_id
from aidtimeline.errors import InvalidValue, Problem, RefusedBatch
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.jsonlines import problem_at


class Asked(NamedTuple):
    """What is to be recorded: its line, unless it came as a whole record (or cannot be written as one)."""

    id: str
    recorded_at: datetime
    event: Event | Amendment
    line: bytes | None
    whole: Record | None = None


def ask(batch: Iterable[Event | Amendment | Record], recorded_at: datetime) -> Iterator[Asked]:
    """What each of a batch asks for; whole records keep their own instant."""
    for each in batch:
        if isinstance(each, Record):
            yield Asked(each.id, each.recorded_at, each.event, None, each)
            continue
        try:
            id_, line = encode_new(each, recorded_at)
        except InvalidValue:
            yield Asked(record_id(each), recorded_at, each, None)  # told with all the others, if it is new at all
        else:
            yield Asked(id_, recorded_at, each, line.encode())


def encode_all(new: Iterable[Asked]) -> list[bytes]:
    """The line of each, without line ends. Raises `RefusedBatch`, with all that cannot be written as lines."""
    lines: list[bytes] = []
    problems: list[Problem] = []
    for each in new:
        if each.line is not None:
            lines.append(each.line)
            continue
        record = each.whole or Record(each.id, each.recorded_at, each.event)
        try:
            lines.append(encode(record).encode())
        except InvalidValue as error:
            problems.append(attrs.evolve(problem_at(None, error), file=record.file, line=record.line))
    if problems:
        raise RefusedBatch("nothing was recorded:", problems)
    return lines
