"""The table of facts as it is defined: rows made of facts, one record and one component at a time.

Those that are made in bulk, and of many components side by side, are held to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from aidtimeline.engines.facts.components import MOST_WORK, Component, HandOver, components_of
from aidtimeline.engines.facts.linking import Name, Place, SetAside, components, names_of, of_id
from aidtimeline.engines.facts.rows import (
    EVER,
    FOR_GOOD,
    NEVER,
    Row,
    amounts_of,
    first_day,
    instant,
    last_day,
    moment,
    row_of,
)
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.projections.fields import is_shared
from aidtimeline.semantics import Belief, Fact, believe, phases
from aidtimeline.semantics.amendments import known_since, repair
from aidtimeline.semantics.overlap import datasets

Placed: TypeAlias = tuple[Record, Place]


@frozen
class FactsTable:
    """The rows of every fact, and the components, with the records of each."""

    rows: Sequence[Row]
    components: Sequence[Component]
    linked: Mapping[int, Sequence[Placed]]


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
    linked = {
        number: [(by_place[each.place], each.place) for each in part]
        for number, part in enumerate(components(aside, named), start=1)
    }
    found = components_of(linked)
    return FactsTable([*rows, *(row for each in found for row in each.rows)], found, linked)


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


def component(number: int, linked: Sequence[Placed], most_work: int = MOST_WORK) -> Component:
    """The rows of one component, replayed by itself at each date of knowledge."""
    records = [record for record, _ in linked]
    places = {record.id: place for record, place in linked}
    made = Component(number, max(instant(record.recorded_at) for record in records))
    dates = dates_of_knowledge(records)
    if len(dates) * len(records) > most_work:
        made.handed_over.append(HandOver(number, EVER, dates[-1], EVER, NEVER, whole=True))
        made.faulty = True
        dates = dates[-1:]
    for known in zip(dates, [*dates[1:], FOR_GOOD], strict=True):
        belief = believe(records, known_at=moment(known[0]))
        made.faulty = made.faulty or bool(belief.problems)
        if takes_thought(belief):
            made.handed_over.append(HandOver(number, *known, EVER, NEVER, whole=True))
            continue
        by_itself, grouped = in_turn(belief)
        made.handed_over += (HandOver(number, *known, *days, whole=False) for days in grouped)
        for fact, days in by_itself:
            lone = fact.id in belief.overlap.lone
            place = places[fact.id]
            row = row_of(fact, place, known=known, days=days, component=number, recorded=made.recorded, lone=lone)
            made.rows.append(row)
    return made


def dates_of_knowledge(records: Sequence[Record]) -> list[int]:
    """The instants at which something becomes known, in order; a repair may have changed them."""
    repaired = repair(records)
    known = {known_since(each) for part in (repaired.amendments, repaired.events) for each in part.values()}
    return sorted(map(instant, known)) or [EVER]


def takes_thought(belief: Belief) -> bool:
    """Whether facts of a component cannot be summed by themselves."""
    return bool(belief.overlap.lines) or any(
        fact.takes_off is not None or is_shared(fact) or None in amounts_of(fact) for fact in belief.facts
    )


def in_turn(belief: Belief) -> tuple[list[tuple[Fact, tuple[int, int, int]]], list[tuple[int, int]]]:
    """The facts that count by themselves, with their days, and the days of groups and of what counts on none."""
    found: dict[str, list[tuple[Fact, tuple[int, int, int]]]] = {fact.id: [] for fact in belief.facts}
    grouped = []
    seen: set[str] = set()
    for phase in sorted(phases(belief), key=lambda each: first_day(each.since)):
        since, until = first_day(phase.since), last_day(phase.until)
        seen.update(fact.id for fact in phase.facts)
        [fact, *others] = phase.facts
        if others or fact.group is not None:
            grouped.append((since, until))
            continue
        its = found[fact.id]
        if its and fact.certain and its[-1][1][1:] == (since, since):
            its[-1] = fact, (its[-1][1][0], since, until)
        else:
            its.append((fact, (since, since if fact.certain else until, until)))
    if not seen.issuperset(found):
        grouped.append((NEVER, NEVER))
    return [each for its in found.values() for each in its], grouped
