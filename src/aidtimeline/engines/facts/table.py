"""The table of facts of records in memory: its rows, and what is handed to the reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

from aidtimeline.engines.facts.components import Component, component
from aidtimeline.engines.facts.linking import Name, Place, SetAside, components, is_alone, names_of, of_id
from aidtimeline.engines.facts.rows import Row, alone
from aidtimeline.events import Record
from aidtimeline.semantics import believe

Placed: TypeAlias = tuple[Record, Place]


@frozen
class FactsTable:
    """The rows of every fact, and the components."""

    rows: Sequence[Row]
    components: Sequence[Component]


def made(records: Iterable[Placed]) -> FactsTable:
    """The table of records, each with the place of its line.

    >>> from aidtimeline import EventLog
    >>> records = list(EventLog("events").read())
    >>> table = made((record, Place(0, 0, number)) for number, record in enumerate(records))
    >>> len(table.rows) > len(records) / 2, len(table.components) > 0
    (True, True)
    """
    by_place = {place: record for record, place in records}
    waiting: dict[str, Place] = {}
    aside: list[SetAside] = []
    named: set[Name] = set()
    for place, record in by_place.items():
        if record.id in waiting or not is_alone(record.event):
            aside.append(SetAside.of(record.id, record.event, place))
            named.update(aside[-1].named, [of_id(record.id)])
        else:
            waiting[record.id] = place
    by_itself: list[Placed] = []
    for place in waiting.values():
        record = by_place[place]
        if named.isdisjoint(names_of(record.id, record.event)):
            by_itself.append((record, place))
        else:
            aside.append(SetAside.of(record.id, record.event, place))
    rows = list(rows_alone(by_itself))
    found = []
    for number, part in enumerate(components(aside, named), start=1):
        found.append(component(number, [(by_place[each.place], each.place) for each in part]))
        rows += found[-1].rows
    return FactsTable(rows, found)


def rows_alone(records: Collection[Placed]) -> Iterator[Row]:
    """The rows of records that have to do with no other."""
    places = {record.id: place for record, place in records}
    for fact in believe(record for record, _ in records).facts:
        yield alone(fact, places[fact.id])
