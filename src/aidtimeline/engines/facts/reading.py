"""Reading: lines become columns, and what is not alone is set aside."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from attrs import Factory, define

from aidtimeline.codec import decode
from aidtimeline.codec.blocks import verified
from aidtimeline.codec.quick import event_of
from aidtimeline.codec.written import Written, write
from aidtimeline.collector import paused
from aidtimeline.engines.facts.bulk import Bulk, is_alone
from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import Name, Place, SetAside, fulfilled_by, of_id
from aidtimeline.engines.facts.rows import Text
from aidtimeline.errors import UnreadableLog
from aidtimeline.events import EVENT_KINDS, Record
from aidtimeline.projections.fields import FIELDS
from aidtimeline.semantics.known import values_said
from aidtimeline.values.dates import format_instant


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
        self.read(lines_of(block, file, offset, before))

    def read(self, lines: Iterable[tuple[bytes, tuple[int, int, int]]]) -> None:
        """Read lines, each with its place."""
        alone: list[Written] = []
        places: list[tuple[int, int, int]] = []
        several = list(lines)
        for (line, place), taken in zip(several, verified([line for line, _ in several]), strict=True):
            found = taken
            if found is None:
                try:
                    found = as_written(decode(line))
                except UnreadableLog:
                    self.unreadable.append(Place(*place))
                    continue
            if found.kind in EVENT_KINDS and is_alone(found):
                alone.append(found)
                places.append(place)
            else:
                self._set_aside(found, Place(*place))
        self._bulk.add(alone, places)
        for each, where in zip(alone, places, strict=True):
            if promises := getattr(each, "fulfils", None):
                self.fulfils += ((of_id(promise), Place(*where)) for promise in promises)
        parents = (getattr(line, "parent", None) for line in alone if line.kind == "project")
        self.known.update(("parent", parent) for parent in parents if parent is not None)

    def set_aside(self, line: bytes, place: Place) -> None:
        """Set a line aside that was read before, and that has turned out not to be alone."""
        [found] = verified([line.removesuffix(b"\n")])
        self._set_aside(found or as_written(decode(line)), place)

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
    texts = {name: list(codes) for name, codes in reading.columns.texts.items()}
    return Found(texts, reading.columns.numbers, reading.aside, reading.known, reading.unreadable, reading.fulfils)


def lines_of(block: bytes, file: int, offset: int, before: int) -> Iterator[tuple[bytes, Place]]:
    """The lines of a block without their ends, and where they are; empty ones are left out."""
    for number, line in enumerate(block.split(b"\n")[:-1], start=before + 1):
        if line and not line.isspace():
            yield line, Place._make((file, offset, number))
        offset += len(line) + 1


def as_written(record: Record) -> Written:
    """A record as it stands in a line that was just written."""
    found = write(record.event)
    found.id, found.recorded_at = record.id, format_instant(record.recorded_at)
    return found
