"""Events to be recorded, and their lines: each is encoded once, before the log is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from aidtimeline.codec import encode, encode_new
from aidtimeline.codec.making import maker
from aidtimeline.errors import InvalidValue, Problem, RefusedBatch
from aidtimeline.events import Amendment, Correction, Event, Record, Retraction
from aidtimeline.log.protocol import Recordable
from aidtimeline.values.dates import format_instant

Positions: TypeAlias = Mapping[str, int]
"""The position in a batch, from 0, by id."""


_record = maker(Record)


def listed(events: Any) -> list[Recordable]:
    """Events as a list; a single one may be given by itself. Anything else is one too, which `Batch` refuses."""
    single = isinstance(events, Recordable | Mapping | str | bytes) or not isinstance(events, Iterable)
    return [events] if single else list(events)


def _event(found: object) -> Event | Amendment:
    """What is to be recorded. Raises `InvalidValue` for anything else, such as a draft as JSON."""
    if isinstance(found, Event):
        return found
    if isinstance(found, Amendment):
        check_duplicate(found)
        return found
    hint = "a draft as JSON is recorded by `aidtimeline record`" if isinstance(found, Mapping | str | bytes) else None
    raise InvalidValue(found, "an event or an amendment, such as a Delivery, or a Record", hint)


def check_duplicate(event: Event | Amendment) -> None:
    """Raise `InvalidValue` if a retraction makes a record its own duplicate, also within a correction."""
    if (own := own_duplicate(event)) is not None:
        raise InvalidValue(own, "the id of another record, since none is its own duplicate")


def own_duplicate(event: Event | Amendment) -> str | None:
    """The id of the record that a retraction makes its own duplicate, also within a correction; None of all others."""
    said = event
    while isinstance(said, Correction):
        said = said.event
    return said.of if isinstance(said, Retraction) and said.of == said.duplicate_of else None


class Batch:
    """Events to be recorded at one instant, and whole records, which keep their own.

    `ids` has the id of each, in their order; it is empty for an event that cannot be written as a line.
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
            try:  # a whole record is encoded later, and only if it is not in the log yet
                id_, line = (each.id, None) if isinstance(each, Record) else encode_new(_event(each), at)
            except InvalidValue as error:
                self._problems.append(Problem.of_value(None, error))
            self.ids.append(id_)
            self._lines.append(line)

    def new(self, standing: Mapping[str, Record]) -> Positions:
        """What has to be written to a log with the `standing` records: new ids, and records of an earlier instant."""
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
        """The line of each by its id, with its line end. Raises `RefusedBatch`, with all that cannot be written."""
        lines: dict[str, bytes] = {}
        problems = list(self._problems)
        for id_, position in new.items():
            line, given = self._lines[position], self._given[position]
            if line is None and isinstance(given, Record):
                try:
                    line = encode(given).encode() + b"\n"
                except InvalidValue as error:
                    problems.append(Problem.of_value(None, error).at(given.file, given.line))
            if line is not None:
                lines[id_] = line
        if problems:
            raise RefusedBatch("nothing was recorded:", problems)
        return lines

    def records(self, new: Positions, file: str | None, numbers: Iterable[int | None]) -> dict[str, Record]:
        """The record of each by its id, with the file and the line numbers it was written to."""
        records: dict[str, Record] = {}
        for (id_, position), number in zip(new.items(), numbers, strict=True):
            given = self._given[position]
            event = given.event if isinstance(given, Record) else given
            records[id_] = _record((id_, self._instant(position), event, file, number))
        return records

    def _instant(self, position: int) -> datetime:
        given = self._given[position]
        return given.recorded_at if isinstance(given, Record) else self._recorded_at
