"""What is to be recorded, and the lines of it: each is encoded once, before anybody else has to wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from aidtimeline.codec import encode, encode_new
from aidtimeline.errors import InvalidValue, Problem, RefusedBatch
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.values.dates import format_instant

Recordable: TypeAlias = Event | Amendment | Record

Positions: TypeAlias = Mapping[str, int]
"""By id, which of a batch is meant, from 0."""


def listed(events: Recordable | Iterable[Recordable]) -> list[Recordable]:
    """Events, of which a single one may stand alone."""
    return [events] if isinstance(events, Recordable) else list(events)


class Batch:
    """Events that are recorded at an instant, and whole records, which keep their own.

    `ids` has the id of each, in their order; an event that cannot be written as a line has an empty one.
    """

    def __init__(self, events: Sequence[Recordable], recorded_at: datetime) -> None:
        self._recorded_at = recorded_at
        self._given = events
        self.ids: list[str] = []
        self._lines: list[bytes | None] = []
        at = format_instant(recorded_at)
        self._problems: list[Problem] = []
        for each in events:
            id_, line = "", None
            try:  # a whole record may stand already, and is encoded where it does not
                id_, line = (each.id, None) if isinstance(each, Record) else encode_new(each, at)
            except InvalidValue as error:
                self._problems.append(Problem.of_value(None, error))
            self.ids.append(id_)
            self._lines.append(line)

    def new(self, standing: Mapping[str, Record]) -> Positions:
        """What has to be written where these records stand: of whole records also one that was recorded earlier."""
        new: dict[str, int] = {}
        for position, id_ in enumerate(self.ids):
            if id_ not in new and id_ not in standing:
                new[id_] = position
            elif isinstance(given := self._given[position], Record):
                known = self._instant(new[id_]) if id_ in new else standing[id_].recorded_at
                if given.recorded_at < known:
                    new[id_] = position
        return new

    def lines(self, new: Positions) -> dict[str, bytes]:
        """The line of each by its id, with its end. Raises `RefusedBatch`, with all that cannot be written as lines."""
        lines: dict[str, bytes] = {}
        problems = list(self._problems)
        for id_, position in new.items():
            line, given = self._lines[position], self._given[position]
            if line is None and isinstance(given, Record):
                try:
                    line = encode(given).encode() + b"\n"
                except InvalidValue as error:
                    problems.append(Problem.of_value(None, error, file=given.file, line=given.line))
            if line is not None:
                lines[id_] = line
        if problems:
            raise RefusedBatch("nothing was recorded:", problems)
        return lines

    def records(self, new: Positions, file: str | None, numbers: Iterable[int | None]) -> dict[str, Record]:
        """The record of each by its id, as it stands in a file under these line numbers."""
        records: dict[str, Record] = {}
        for (id_, position), number in zip(new.items(), numbers, strict=True):
            given = self._given[position]
            event = given.event if isinstance(given, Record) else given
            records[id_] = Record(id_, self._instant(position), event, file=file, line=number)
        return records

    def _instant(self, position: int) -> datetime:
        given = self._given[position]
        return given.recorded_at if isinstance(given, Record) else self._recorded_at
