"""The table of facts as it is defined: rows made of facts, one record at a time, to hold those made in bulk to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

from aidtimeline.engines.facts.components import Component, component
from aidtimeline.engines.facts.linking import Name, Place, SetAside, components, names_of, of_id
from aidtimeline.engines.facts.rows import FOR_GOOD, NEVER, Row, first_day, instant, last_day, row_of
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.semantics import Fact, believe
from aidtimeline.semantics.overlap import datasets

Placed: TypeAlias = tuple[Record, Place]


@frozen
class FactsTable:
    """The rows of every fact, and the components."""

    rows: Sequence[Row]
    components: Sequence[Component]


def made(records: Iterable[Placed]) -> FactsTable:
    """The table of records, each with the place of its line."""
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


def is_alone(event: Event | Amendment) -> bool:
    """Whether an event names nothing, and is no entry of several datasets."""
    if not isinstance(event, Event) or event.supersedes or event.part_of is not None or event.overlaps:
        return False
    return event.ref is None or len(datasets(event)) < 2


def rows_alone(records: Collection[Placed]) -> Iterator[Row]:
    """The rows of records that have to do with no other."""
    places = {record.id: place for record, place in records}
    for fact in believe(record for record, _ in records).facts:
        yield alone(fact, places[fact.id])


def alone(fact: Fact, place: Place) -> Row:
    """The row of a fact that nothing else touches: from when it is known on, it counts from its first day on."""
    known, recorded = (instant(fact.known_since), FOR_GOOD), instant(fact.recorded_at)
    days = first_day(fact.date.earliest), last_day(fact.surely_from), NEVER
    return row_of(fact, place, known=known, days=days, component=0, recorded=recorded)
