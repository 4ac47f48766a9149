"""Linking: which records have to do with each other, so that none of them can be understood alone.

A record is linked with what it names: what an amendment aims at, what an event supersedes, is part of, or overlaps
with. What is named may be a record, an entry of a dataset, or a project. Records that are linked, directly or through
others, are a *component*. What replay says of a record depends on its component alone; most records are in none.

What an event `fulfils` changes no sum and no state, so it links nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias
from zlib import crc32

from aidtimeline.events import Amendment, Correction, Event, Retraction
from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics.overlap import datasets
from aidtimeline.values.converters import is_record_id


class Place(NamedTuple):
    """Where a record's line is: the number of the file, the line's first byte, and its number from 1."""

    file: int
    offset: int
    line: int


Name: TypeAlias = int
"""What others name a record by, as a number: see `of_id`, `of_entry`, `of_project`.

Two names may share a number, if rarely. Then their records are linked needlessly, and answers stay what they are.
"""


def of_id(record_id: str) -> Name:
    """The name of a record: the first eight bytes of its id.

    >>> of_id("ff" * 16), of_id("00" * 7 + "10" + "ab" * 8)
    (-1, 16)
    """
    return int.from_bytes(bytes.fromhex(record_id[:16]), signed=True)


def rest_of_id(record_id: str) -> int:
    """The other eight bytes of an id."""
    return of_id(record_id[16:])


def id_of(name: Name, rest: int) -> str:
    """The id of which `of_id` and `rest_of_id` gave these.

    >>> id_of(of_id("ff" * 16), rest_of_id("ff" * 16)) == "ff" * 16
    True
    """
    return f"{name & _ALL_BITS:016x}{rest & _ALL_BITS:016x}"


_ALL_BITS = 2**64 - 1


def of_entry(dataset: str, ref: str) -> Name:
    """The name of an entry of a dataset; it is never 0.

    >>> of_entry("fts", "12345") == of_entry("fts", "12346")
    False
    """
    return _number(dataset) << 32 | _number(ref) | 1


def of_project(slug: str) -> Name:
    """The name of a project.

    >>> of_project("hd-capacity") == of_project("hd-equipment")
    False
    """
    return _number(slug) << 1


def may_be_project(name: Name) -> bool:
    """Whether a name may be that of a project; that of a record is too, once in billions.

    >>> may_be_project(of_project("hd-capacity")), may_be_project(of_entry("fts", "12345"))
    (True, False)
    """
    return 0 <= name < 2**32 and not name & 1


def _number(text: str) -> int:
    return crc32(text.encode()) >> 1


def texts_of(event: Event | Amendment) -> Iterator[Event | Amendment]:
    """An event or amendment, and those that corrections put in its place."""
    yield event
    while isinstance(event, Correction):
        event = event.event
        yield event


def entries_of(text: Event) -> Iterator[Name]:
    """The entries of datasets that an event is from."""
    if text.ref is not None:
        yield from (of_entry(dataset, text.ref) for dataset in datasets(text))


def names_of(record_id: str, event: Event | Amendment) -> Iterator[Name]:
    """What others may name a record by."""
    yield of_id(record_id)
    for text in texts_of(event):
        if isinstance(text, Event):
            if text.project is not None:
                yield of_project(text.project)
            yield from entries_of(text)


def named_by(event: Event | Amendment) -> Iterator[Name]:
    """What a record names: the names of records that it cannot be understood without.

    >>> from aidtimeline import Retraction
    >>> list(named_by(Retraction(of="00" * 7 + "10" + "ab" * 8)))
    [16]
    """
    for text in texts_of(event):
        if isinstance(text, Event):
            yield from map(of_id, text.supersedes)
            yield from _wholes(text)
            yield from (of_id(name) if is_record_id(name) else of_project(name) for name in text.overlaps)
        else:
            yield of_id(text.of)
            if isinstance(text, Retraction) and text.duplicate_of is not None:
                yield of_id(text.duplicate_of)


def fulfilled_by(event: Event | Amendment) -> Iterator[Name]:
    """The promises that a record says it fulfils. They change no sum, and link nothing here."""
    for text in texts_of(event):
        if isinstance(text, Event):
            yield from map(of_id, text.fulfils)


def _wholes(text: Event) -> Iterator[Name]:
    if text.part_of is not None:
        yield from (of_entry(dataset, text.part_of) for dataset in datasets(text))
        if is_record_id(text.part_of):
            yield of_id(text.part_of)


class SetAside(NamedTuple):
    """A record that is not alone: where its line is, what it names, and what others may name it by."""

    place: Place
    named: tuple[Name, ...]
    own: tuple[Name, ...]

    @classmethod
    def of(cls, record_id: str, event: Event | Amendment, place: Place) -> SetAside:
        """What matters of a record."""
        return cls(place, tuple(named_by(event)), tuple(names_of(record_id, event)))


def components(aside: Sequence[SetAside], named: set[Name]) -> list[list[SetAside]]:
    """The records in components. `named` are all names that any of them has been called by.

    >>> first, second, other = (SetAside(Place(0, 0, line), (), (line,)) for line in (1, 2, 3))
    >>> amendment = SetAside(Place(0, 0, 4), (1, 2), (4,))
    >>> [[each.place.line for each in part] for part in components([first, second, other, amendment], {1, 2})]
    [[1, 2, 4], [3]]
    """
    sets: DisjointSets[int] = DisjointSets()
    first: dict[Name, int] = {}
    for number, each in enumerate(aside):
        for name in (*each.named, *named.intersection(each.own)):
            sets.join(number, first.setdefault(name, number))
    return [[aside[number] for number in part] for part in sets.parts(range(len(aside)))]
