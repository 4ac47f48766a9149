"""Reading: lines become columns, and what is not alone is set aside."""

from __future__ import annotations

import contextlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate, compress, count, repeat
from operator import add, not_
from typing import Any, NamedTuple, TypeAlias

from attrs import Factory, define

from aidtimeline.codec import decode
from aidtimeline.codec.blocks import verified
from aidtimeline.codec.quick import event_of
from aidtimeline.codec.written import Written, write
from aidtimeline.collector import paused
from aidtimeline.engines.facts.bulk import Bulk, are_alone
from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import Name, Place, SetAside, fulfilled_by, of_id
from aidtimeline.engines.facts.rows import Text
from aidtimeline.errors import UnreadableLog
from aidtimeline.events import EVENT_KINDS, Event, Project, Record
from aidtimeline.projections.fields import FIELDS
from aidtimeline.semantics.known import values_said
from aidtimeline.values.dates import format_instant

AT_ONCE = 2**10
"""How many lines are read at once: what is made of more of them does not stay in the processor's cache."""

_Place: TypeAlias = tuple[int, int, int]


@define
class Reading:
    """What was read of a log: the rows of what is alone, as columns, and all else.

    `aside` are the records that name others, `known` the values of fields that may be in no row, and `unreadable` the
    places of lines that are no records. `fulfils` has each promise that a record says it fulfils, by its name, with the
    place of that record.
    """

    columns: Columns = Factory(Columns)
    aside: list[SetAside] = Factory(list)
    known: set[tuple[str, str]] = Factory(set)
    unreadable: list[Place] = Factory(list)
    fulfils: list[tuple[Name, Place]] = Factory(list)
    _bulk: Bulk = Factory(lambda self: Bulk(self.columns), takes_self=True)

    def read_block(self, block: bytes, file: int, offset: int, before: int) -> None:
        """Read a block of whole lines of a file, given its offset and the number of lines before it."""
        lines, places = split(block, file, offset, before)
        for start in range(0, len(lines), AT_ONCE):
            self._read(lines[start : start + AT_ONCE], places[start : start + AT_ONCE])

    def read(self, lines: Iterable[tuple[bytes, _Place]]) -> None:
        """Read lines, each with its place."""
        several = list(lines)
        self._read([line for line, _ in several], [place for _, place in several])

    def _read(self, lines: Sequence[bytes], places: Sequence[_Place]) -> None:
        by_kind: dict[str, list[tuple[Written, _Place]]] = defaultdict(list)
        for line, found, place in zip(lines, verified(lines), places, strict=True):
            if found is not None:
                by_kind[found.kind].append((found, place))
            elif line and not line.isspace():
                try:
                    written = as_written(decode(line))
                except UnreadableLog:
                    self.unreadable.append(Place(*place))
                else:
                    by_kind[written.kind].append((written, place))
        for name, several in by_kind.items():
            kind = EVENT_KINDS.get(name)
            alone = [False] * len(several) if kind is None else are_alone(each for each, _ in several)
            if kind is not None and any(alone):
                self._add(kind, *zip(*compress(several, alone), strict=True))
            for written, place in compress(several, map(not_, alone)):
                self._set_aside(written, Place(*place))

    def _add(self, kind: type[Event], lines: Sequence[Any], places: Sequence[_Place]) -> None:
        """Add lines that are alone."""
        self._bulk.add(kind, lines, places)
        for line, place in zip(lines, places, strict=True):
            if line.fulfils:
                self.fulfils += ((of_id(promise), Place(*place)) for promise in line.fulfils)
        if kind is Project:
            self.known.update(("parent", line.parent) for line in lines if line.parent is not None)

    def set_aside(self, lines: Iterable[tuple[bytes, Place]]) -> None:
        """Set lines aside whether they are alone or not; what cannot be read is left out."""
        several = list(lines)
        found = verified([line.removesuffix(b"\n") for line, _ in several])
        for (line, place), each in zip(several, found, strict=True):
            with contextlib.suppress(UnreadableLog):
                self._set_aside(each or as_written(decode(line)), place)

    def _set_aside(self, found: Written, place: Place) -> None:
        event = event_of(found)
        self.aside.append(SetAside.of(found.id or "", event, place))
        self.fulfils += ((name, place) for name in fulfilled_by(event))
        self.known.update((name, value) for name in (*FIELDS, "parent") for value in values_said(event, name))


class Found(NamedTuple):
    """What another process has read, as it is sent: a `Reading`, with the texts of each column in their order."""

    texts: Mapping[str, Sequence[Text]]
    numbers: Mapping[str, array[int]]
    aside: Sequence[SetAside]
    known: Set[tuple[str, str]]
    unreadable: Sequence[Place]
    fulfils: Sequence[tuple[Name, Place]]


def read_part(path: str, file: int, offset: int, size: int, before: int) -> Found:
    """Read a part of a file that is whole lines; a function of a module, so that another process can run it."""
    with open(path, "rb") as stream:
        stream.seek(offset)
        block = stream.read(size)
    reading = Reading()
    with paused():
        reading.read_block(block, file, offset, before)
    columns = reading.columns
    return Found(columns.in_order, columns.numbers, reading.aside, reading.known, reading.unreadable, reading.fulfils)


def split(block: bytes, file: int, offset: int, before: int) -> tuple[list[bytes], list[_Place]]:
    """The lines of a block without their ends, and where they are."""
    lines = block.split(b"\n")
    lines.pop()  # what follows the last line end
    offsets = map(add, accumulate(map(len, lines), initial=offset), count())
    return lines, list(zip(repeat(file), offsets, range(before + 1, before + 1 + len(lines)), strict=False))


def lines_of(block: bytes, file: int, offset: int, before: int) -> Iterator[tuple[bytes, Place]]:
    """The lines of a block without their ends, and where they are; empty ones are left out."""
    for line, place in zip(*split(block, file, offset, before), strict=True):
        if line and not line.isspace():
            yield line, Place._make(place)


def as_written(record: Record) -> Written:
    """A record as it stands in a line that was just written."""
    found = write(record.event)
    found.id, found.recorded_at = record.id, format_instant(record.recorded_at)
    return found
