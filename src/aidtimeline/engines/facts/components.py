"""The rows of components: their records are replayed by the reference at each date of knowledge that changes them.

Components do not touch each other. So many are replayed side by side, as one log in which each is known by a date of
its own: those with equally many dates, each at its first, then each at its second, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from attrs import Factory, define

from aidtimeline.engines.facts.linking import Place
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
from aidtimeline.events import Record
from aidtimeline.projections.fields import is_shared
from aidtimeline.semantics import Belief, Fact, phases
from aidtimeline.semantics.amendments import known_since
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


@define
class Component:
    """Records that have to do with each other.

    `rows` and `handed_over` say of every fact where it counts. `recorded` is the instant at which the last record was
    recorded, and `faulty` says that replay ignored something. `ranks` has what rows do not say of where their facts
    stand: by `id`, `id_rest` and `known_from` of a row the first day, since when it is known, and when it was recorded.
    """

    number: int
    recorded: int
    rows: list[Row] = Factory(list)
    handed_over: list[HandOver] = Factory(list)
    ranks: dict[tuple[int, int, int], tuple[int, int, int]] = Factory(dict)
    faulty: bool = False


Linked: TypeAlias = Sequence[tuple[Record, Place]]
"""The records of a component with their places; an id may be there several times."""


def components_of(linked: Mapping[int, Linked]) -> list[Component]:
    """The components of these numbers, with their rows."""
    parts = [_Part(number, records) for number, records in linked.items()]
    equally_many: dict[int, list[_Part]] = defaultdict(list)
    for part, dates in zip(parts, _SideBySide(parts).dates(), strict=True):
        part.replay_at(dates)
        equally_many[len(part.dates)].append(part)
    for many, several in equally_many.items():
        together = _SideBySide(several)
        for turn in range(many):
            together.replay(turn)
    return [part.made for part in parts]


_Days: TypeAlias = tuple[int, int, int]


class _Part:
    """A component that is being made, and the dates of knowledge at which it is replayed, in turn."""

    def __init__(self, number: int, linked: Linked) -> None:
        self.linked = linked
        self.made = Component(number, max(instant(record.recorded_at) for record, _ in linked))
        self.dates: Sequence[datetime] = ()
        self._known: Sequence[tuple[int, int]] = ()

    def replay_at(self, dates: Sequence[datetime]) -> None:
        """Choose these dates; if that is too much work, the last of them, before which all is handed over."""
        instants = [*map(instant, dates), FOR_GOOD]
        if len(dates) * len(self.linked) > MOST_WORK:
            dates, instants = dates[-1:], instants[-2:]
            self.made.handed_over.append(HandOver(self.made.number, EVER, instants[0], EVER, NEVER, whole=True))
            self.made.faulty = True
        self.dates, self._known = dates, list(pairwise(instants))

    def add(self, turn: int, fact: Fact, place: Place, days: _Days, *, lone: bool) -> None:
        """Add the row of a fact, which counts on these days from this turn until the next."""
        made, known = self.made, self._known[turn]
        row = row_of(fact, place, known=known, days=days, component=made.number, recorded=made.recorded, lone=lone)
        made.rows.append(row)
        rank = first_day(fact.date.earliest), instant(fact.known_since), instant(fact.recorded_at)
        made.ranks[row.id, row.id_rest, row.known_from] = rank

    def hand_over(self, turn: int, days: tuple[int, int] | None = None) -> None:
        """Hand over to the reference all facts, or those in groups on these days (from, until)."""
        since, until = days or (EVER, NEVER)
        made, known = self.made, self._known[turn]
        made.handed_over.append(HandOver(made.number, *known, since, until, whole=days is None))


class _SideBySide:
    """Components that are replayed as one log."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self._part_of = {record.id: part for part in parts for record, _ in part.linked}
        self._places = {record.id: place for part in parts for record, place in part.linked}
        self._recorded = Recorded.of(record for part in parts for record, _ in part.linked)

    def dates(self) -> Iterator[Sequence[datetime]]:
        """For each component the instants at which something becomes known, in order, as repairs say."""
        known: dict[_Part, set[datetime]] = defaultdict(set)
        repaired = self._recorded.repaired
        for records in (repaired.amendments, repaired.events):
            for each, record in records.items():
                known[self._part_of[each]].add(known_since(record))
        for part in self._parts:
            yield sorted(known[part]) or [moment(EVER)]

    def replay(self, turn: int) -> None:
        """Add to each component what holds from the date of this number on."""
        part_of = self._part_of
        belief = believe_at(self._recorded, {each: part.dates[turn] for each, part in part_of.items()}.__getitem__)
        for problem in belief.problems:
            part_of[problem.event_id or ""].made.faulty = True
        thought = dict.fromkeys(map(part_of.__getitem__, _that_take_thought(belief)))
        for part in thought:
            part.hand_over(turn)
        chosen = [fact for fact in belief.facts if part_of[fact.id] not in thought]
        for fact, days in self._alone(belief, turn, {fact.id: part_of[fact.id] for fact in chosen}):
            part_of[fact.id].add(turn, fact, self._places[fact.id], days, lone=fact.id in belief.overlap.lone)

    def _alone(self, belief: Belief, turn: int, chosen: Mapping[str, _Part]) -> Iterator[tuple[Fact, _Days]]:
        """Those of the chosen facts that count by themselves, and on which days; days of groups are handed over.

        A fact that is believed, and counts on no day, is handed over for no day.
        """
        waiting: dict[str, tuple[Fact, _Days]] = {}
        never = dict(chosen)
        for phase in sorted(phases(belief, lambda fact: fact.id in chosen), key=lambda each: first_day(each.since)):
            since, until = first_day(phase.since), last_day(phase.until)
            for fact in phase.facts:
                never.pop(fact.id, None)
            [fact, *others] = phase.facts
            if others or fact.group is not None:
                chosen[fact.id].hand_over(turn, (since, until))
                continue
            before = waiting.get(fact.id)
            if before is not None and fact.certain and before[1][1:] == (since, since):
                waiting[fact.id] = fact, (before[1][0], since, until)
                continue
            if before is not None:
                yield before
            waiting[fact.id] = fact, (since, since if fact.certain else until, until)
        yield from waiting.values()
        for part in dict.fromkeys(never.values()):
            part.hand_over(turn, (NEVER, NEVER))


def _that_take_thought(belief: Belief) -> Iterator[str]:
    """Facts that cannot be summed by themselves; nor can the others of their components.

    They may report the same as others, or take off from them, or be shared, or not fit into a row.
    """
    yield from belief.overlap.lines
    for fact in belief.facts:
        if fact.takes_off is not None or is_shared(fact) or None in amounts_of(fact):
            yield fact.id
