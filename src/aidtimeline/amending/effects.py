"""What an amendment would change, before anybody records it: the view of a day without it, and with it.

All sums by kind and item, and of money by kind and currency, the states of projects and the reported levels are
compared. The views are of one log, as it stood before and after the amendment, so the causes are those of any two
views; and whatever engine the log has answers them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from attrs import evolve, frozen

from aidtimeline.diff import Changes
from aidtimeline.events import Amendment, Correction, Event
from aidtimeline.projections import Counts, LevelTable, MoneySums, ProjectTable
from aidtimeline.projections.fields import Selection
from aidtimeline.semantics.amendments import aims
from aidtimeline.timeline import Timeline, View
from aidtimeline.values.converters import is_record_id
from aidtimeline.values.dates import parse_day

T = TypeVar("T", ProjectTable, LevelTable)


@frozen
class Effects:
    """What an amendment changes: the views before and after it, and what differs in them.

    `counts` and `money` are the changes of sums; their tables have the sums that change. `projects` and `levels` are
    the states and the reported levels that differ, before and after. They are those of an amendment that is recorded
    `at` an instant after all others.
    """

    before: View
    after: View
    counts: Changes
    money: Changes
    projects: tuple[ProjectTable, ProjectTable]
    levels: tuple[LevelTable, LevelTable]
    at: datetime

    @property
    def nothing(self) -> bool:
        """Whether no answer differs."""
        tables = (self.counts, self.money, *self.projects, *self.levels)
        return not any(table.rows for table in tables)


def effects(timeline: Timeline, amendment: Amendment, *, as_of: str | date | None = None) -> Effects:
    """What an amendment of a log would change in the view of a day, with all that is known.

    Args:
        timeline: The log, which does not have the amendment.
        amendment: What is to be recorded.
        as_of: The day (inclusive); None: today, in UTC.

    >>> from aidtimeline import Timeline
    >>> from aidtimeline.amending import retraction
    >>> timeline = Timeline.open("events")
    >>> found = effects(timeline, retraction(timeline, "c7e1bd20"), as_of="2023-11-28")
    >>> print(*found.counts, "·", len(found.money), "·", found.nothing)
    delivery, truck: 30 → 0: retracted · 0 · False
    """
    day = datetime.now(UTC).date() if as_of is None else parse_day(as_of)
    now = timeline.as_of(day)
    engine, at = now.engine.with_event(amendment, datetime.now(UTC))
    after = evolve(now, engine=engine)
    before = evolve(after, recorded_until=at - timedelta(microseconds=1))
    where, vocabulary = _projects(amendment, before, after), now.vocabulary
    return Effects(
        before,
        after,
        _changed(before.diff(after, Counts("item", kind=Counts.ALL_KINDS, vocabulary=vocabulary))),
        _changed(before.diff(after, MoneySums(vocabulary=vocabulary))),
        _differing(before.projects(where), after.projects(where)),
        _differing(before.levels(), after.levels()),
        at,
    )


def _projects(amendment: Amendment, *views: View) -> dict[str, list[str]] | None:
    """The projects of what the amendment has to do with, as a condition; None: they may be any, since all is read."""
    ids = frozenset(each for each in _names(amendment) if is_record_id(each))
    near = [view.narrowed(Selection((), (), view.vocabulary, ids)) for view in views]
    if near[0].engine is views[0].engine:
        return None
    return {
        "project": sorted({fact.project for view in near for fact in view.belief.facts if fact.project is not None})
    }


def _names(event: Event | Amendment) -> Iterator[str]:
    """All that an amendment names, and what it says instead."""
    yield from aims(event)
    while isinstance(event, Correction):
        event = event.event
    if isinstance(event, Event):
        yield from (*event.fulfils, *event.supersedes, *event.overlaps)
        if event.part_of is not None:
            yield event.part_of


def _changed(changes: Changes) -> Changes:
    """The changes, with the rows of both tables that are of sums that change."""
    keys = {changes.key_of(row) for row in changes.rows}
    before, after = (
        evolve(table, rows=tuple(row for row in table.rows if table.key_of(row) in keys)) for table in changes.tables
    )
    return evolve(changes, tables=(before, after))


def _differing(before: T, after: T) -> tuple[T, T]:
    """The rows of two tables that are not in both as they are."""
    one, other = ({table.key_of(row): _told(row) for row in table.rows} for table in (before, after))
    same = {key for key, row in one.items() if other.get(key) == row}
    was, is_now = (
        evolve(table, rows=tuple(row for row in table.rows if table.key_of(row) not in same))
        for table in (before, after)
    )
    return was, is_now


def _told(row: Any) -> dict[str, Any]:
    """A row without the facts that it is made of."""
    return {name: value for name, value in row._asdict().items() if name != "facts"}
