"""The rows of a component: its records are replayed by the reference at each date of knowledge that changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from attrs import frozen

from aidtimeline.engines.facts.linking import Place
from aidtimeline.engines.facts.rows import (
    EVER,
    FOR_GOOD,
    NEVER,
    Row,
    amounts_of,
    first_day,
    instant,
    is_shared,
    last_day,
    moment,
    row_of,
)
from aidtimeline.events import Record
from aidtimeline.semantics import Belief, Fact, phases
from aidtimeline.semantics.amendments import Repaired, known_since
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.recorded import Recorded

MOST_WORK = 20_000
"""A component is replayed at every date of knowledge if records times dates are not more than this."""


class HandOver(NamedTuple):
    """Knowledge and days in which facts of a component are handed to the reference.

    All of them are if it is `whole`; else those in groups, and no other.
    """

    component: int
    known_from: int
    known_to: int
    since: int
    until: int
    whole: bool


@frozen
class Component:
    """Records that have to do with each other.

    `rows` and `handed_over` say of every fact where it counts. `recorded` is the instant at which the last record was
    recorded, and `faulty` says that replay ignored something.
    """

    number: int
    rows: Sequence[Row]
    handed_over: Sequence[HandOver]
    recorded: int
    faulty: bool


def component(number: int, linked: Collection[tuple[Record, Place]]) -> Component:
    """The rows of a component of records, with their places; an id may be there several times."""
    replayed = Recorded.of(record for record, _ in linked)
    places = {record.id: place for record, place in linked}
    recorded = max(instant(record.recorded_at) for record, _ in linked)
    rows: list[Row] = []
    handed_over: list[HandOver] = []
    faulty = False
    dates = _dates_of_knowledge(replayed.repaired)
    if len(dates) * len(linked) > MOST_WORK:
        handed_over.append(HandOver(number, EVER, dates[-1], EVER, NEVER, whole=True))
        dates, faulty = dates[-1:], True
    for known_from, known_to in zip(dates, [*dates[1:], FOR_GOOD], strict=True):
        belief = believe_at(replayed, moment(known_from))
        faulty = faulty or bool(belief.problems)
        if _takes_thought(belief):
            handed_over.append(HandOver(number, known_from, known_to, EVER, NEVER, whole=True))
            continue
        known = known_from, known_to
        for each, days in _alone(belief, number, known, handed_over):
            rows.append(row_of(each, places[each.id], known=known, days=days, component=number, recorded=recorded))
    return Component(number, rows, handed_over, recorded, faulty)


def _dates_of_knowledge(repaired: Repaired) -> list[int]:
    """The instants at which something becomes known, in order; a repair may have changed them."""
    known = {known_since(each) for part in (repaired.amendments, repaired.events) for each in part.values()}
    return sorted(map(instant, known)) or [EVER]


def _takes_thought(belief: Belief) -> bool:
    """Whether facts of a component cannot be summed by themselves.

    Some may report the same, or take off from another, or be shared, or not fit into a row.
    """
    return bool(belief.overlap.lines) or any(
        fact.takes_off is not None or is_shared(fact) or None in amounts_of(fact) for fact in belief.facts
    )


_Days = tuple[int, int, int]


def _alone(
    belief: Belief, number: int, known: tuple[int, int], handed_over: list[HandOver]
) -> Iterator[tuple[Fact, _Days]]:
    """The facts that count by themselves, and on which days; days of groups are handed over.

    A fact that is believed, and counts on no day, is handed over for no day.
    """
    waiting: dict[str, tuple[Fact, _Days]] = {}
    never = {fact.id for fact in belief.facts}
    for phase in sorted(phases(belief), key=lambda each: first_day(each.since)):
        since, until = first_day(phase.since), last_day(phase.until)
        [fact, *others] = phase.facts
        never.difference_update(each.id for each in phase.facts)
        if others or fact.group is not None:
            handed_over.append(HandOver(number, *known, since, until, whole=False))
            continue
        before = waiting.get(fact.id)
        if before is not None and fact.certain and before[1][1:] == (since, since):
            waiting[fact.id] = fact, (before[1][0], since, until)
            continue
        if before is not None:
            yield before
        waiting[fact.id] = fact, (since, since if fact.certain else until, until)
    yield from waiting.values()
    if never:
        handed_over.append(HandOver(number, *known, NEVER, NEVER, whole=False))
