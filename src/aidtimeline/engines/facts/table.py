"""The table of facts of a log, in memory: its rows, and what is handed to the reference.

`made` makes it of records. An engine that keeps a table of its own uses `Gathered`, to which it gives the records that
are not alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import Factory, define, frozen

from aidtimeline.engines.facts.components import Component, Linked, component
from aidtimeline.engines.facts.linking import Name, is_alone, named_by, names_of, of_id
from aidtimeline.engines.facts.rows import Place, Row, alone
from aidtimeline.events import Record
from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics import believe

Placed: TypeAlias = tuple[Record, Place]


@define
class Gathered:
    """The records that are not alone, and all that they name."""

    records: list[Linked] = Factory(list)
    named: set[Name] = Factory(set)

    def add(self, record: Record, place: Place) -> None:
        """Add a record; what it names is not alone either."""
        self.records.append(Linked(record, place))
        self.named.update(named_by(record.event))

    def components(self, first: int = 1) -> Iterator[tuple[Component, Sequence[Linked]]]:
        """The components, numbered from `first` on, each with its records in the order in which they were added.

        All that is named must have been added.
        """
        sets: DisjointSets[Name | tuple[int]] = DisjointSets()
        for number, (record, _) in enumerate(self.records):
            for name in {*named_by(record.event), *self.named.intersection(names_of(record))}:
                sets.join((number,), name)
        parts = sets.parts((number,) for number in range(len(self.records)))
        for number, part in enumerate(parts, first):
            linked = [self.records[each[0]] for each in part if isinstance(each, tuple)]
            yield component(number, linked), linked


@frozen
class FactsTable:
    """The rows of every fact, and its components with their records."""

    rows: Sequence[Row]
    components: Mapping[int, tuple[Component, Sequence[Linked]]]


def made(records: Iterable[Placed]) -> FactsTable:
    """The table of records, each with the place of its line.

    >>> from aidtimeline import EventLog
    >>> records = list(EventLog("events").read())
    >>> table = made((record, Place(0, 0, number)) for number, record in enumerate(records))
    >>> len(table.rows) > len(records) / 2, sum(len(linked) for _, linked in table.components.values()) > 0
    (True, True)
    """
    gathered, waiting = Gathered(), {}
    for record, place in records:
        if record.id in waiting or not is_alone(record.event):
            gathered.add(record, place)
            gathered.named.add(of_id(record.id))
        else:
            waiting[record.id] = record, place
    by_itself: list[Placed] = []
    for record, place in waiting.values():
        if gathered.named.isdisjoint(names_of(record)):
            by_itself.append((record, place))
        else:
            gathered.add(record, place)
    rows = list(rows_alone(by_itself))
    components = {}
    for each, linked in gathered.components():
        components[each.number] = each, linked
        rows += each.rows
    return FactsTable(rows, components)


def rows_alone(records: Collection[Placed]) -> Iterator[Row]:
    """The rows of records that have to do with no other."""
    places = {record.id: place for record, place in records}
    for fact in believe(record for record, _ in records).facts:
        yield alone(fact, places[fact.id])
