"""What is to be recorded, and the lines of it: each is encoded once, before anybody else has to wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

import attrs

from aidtimeline.codec import encode, encode_new, record_id
from aidtimeline.dates import format_instant
from aidtimeline.errors import InvalidValue, Problem, RefusedBatch
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.jsonlines import problem_at

Recordable: TypeAlias = Event | Amendment | Record

Places: TypeAlias = Mapping[str, int]
"""By id, which of a batch is meant, from 0."""


class Batch:
    """Events that are recorded at an instant, and whole records, which keep their own.

    `ids` has the id of each, in their order.
    """

    def __init__(self, events: Recordable | Iterable[Recordable], recorded_at: datetime) -> None:
        self._recorded_at = recorded_at
        self._given = [events] if isinstance(events, Recordable) else list(events)
        at = format_instant(recorded_at)
        encoded = [_encoded(each, at) for each in self._given]
        self.ids = [id_ for id_, _ in encoded]
        self._lines = [line for _, line in encoded]

    def new(self, standing: Mapping[str, Record]) -> Places:
        """What has to be written where these records stand: of whole records also one that was recorded earlier."""
        new: dict[str, int] = {}
        for place, id_ in enumerate(self.ids):
            if id_ not in new and id_ not in standing:
                new[id_] = place
            elif isinstance(given := self._given[place], Record):
                known = self._record(id_, new[id_]) if id_ in new else standing[id_]
                if given.recorded_at < known.recorded_at:
                    new[id_] = place
        return new

    def lines(self, new: Places) -> dict[str, bytes]:
        """The line of each by its id, with its end. Raises `RefusedBatch`, with all that cannot be written as lines."""
        lines: dict[str, bytes] = {}
        problems: list[Problem] = []
        for id_, place in new.items():
            line = self._lines[place]
            if line is None:
                record = self._record(id_, place)
                try:
                    line = encode(record).encode() + b"\n"
                except InvalidValue as error:
                    problems.append(attrs.evolve(problem_at(None, error), file=record.file, line=record.line))
                    continue
            lines[id_] = line
        if problems:
            raise RefusedBatch("nothing was recorded:", problems)
        return lines

    def records(self, new: Places, file: str | None, numbers: Iterable[int | None]) -> dict[str, Record]:
        """The record of each by its id, as it stands in a file under these line numbers."""
        each = zip(new.items(), numbers, strict=False)
        return {id_: self._record(id_, place, file, number) for (id_, place), number in each}

    def _record(self, id_: str, place: int, file: str | None = None, number: int | None = None) -> Record:
        given = self._given[place]
        if not isinstance(given, Record):
            return Record(id_, self._recorded_at, given, file=file, line=number)
        return given if file is None else Record(id_, given.recorded_at, given.event, file=file, line=number)


def _encoded(given: Recordable, recorded_at: str) -> tuple[str, bytes | None]:
    """The id and the line; none of a whole record, nor of what cannot be written: that is told with all others."""
    if isinstance(given, Record):
        return given.id, None
    try:
        return encode_new(given, recorded_at)
    except InvalidValue:
        return record_id(given), None
