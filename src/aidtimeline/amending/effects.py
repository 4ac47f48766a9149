"""What an amendment would change, before anybody records it: the view of a day without it, and with it.

The sums, states and levels that it touches are compared, and no others. Of a large log only the records are read that
these are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from attrs import evolve, frozen

from aidtimeline.codec import record_id
from aidtimeline.diff import Changes
from aidtimeline.events import EVENT_KINDS, Amendment, Correction, Event, Record, Retraction
from aidtimeline.projections import Counts, Levels, LevelTable, MoneySums, ProjectStates, ProjectTable
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.levels.near import near, observations
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact
from aidtimeline.timeline import Timeline, View
from aidtimeline.values.converters import is_record_id
from aidtimeline.values.dates import parse_day

_INSTANT = timedelta(microseconds=1)


@frozen
class Effects:
    """What an amendment changes: the views before and after it, and what differs in them.

    `counts` and `money` are the changes of sums, None if it touches none. `projects` and `levels` are the states and
    the reported levels that differ, before and after. The views have the records that these are about, and perhaps no
    others; that of the whole log is the `view` of the changes.
    """

    before: View
    after: View
    counts: Changes | None
    money: Changes | None
    projects: tuple[ProjectTable, ProjectTable]
    levels: tuple[LevelTable, LevelTable]

    @property
    def nothing(self) -> bool:
        """Whether no answer differs."""
        tables = (self.counts, self.money, *self.projects, *self.levels)
        return not any(table is not None and len(table) for table in tables)


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
    >>> print(*found.counts["truck"], "·", found.money, "·", found.nothing)
    truck: 30 → 0: retracted · None · False
    """
    whole = timeline.as_of(datetime.now(UTC).date() if as_of is None else parse_day(as_of))
    ids = frozenset(each for each in _names(amendment) if is_record_id(each))
    own = whole if _hangs_on_more(amendment) else whole.narrowed(Selection((), (), whole.vocabulary, ids))
    before, after = _both(own.records, amendment, whole)
    touched = list(_touched(before, after))
    counts = _sums(Counts("item", kind=Counts.ALL_KINDS, vocabulary=whole.vocabulary), touched)
    money = _sums(MoneySums(vocabulary=whole.vocabulary), touched)
    projects = ProjectStates({"project": sorted({each.project for each in touched if each.project})}, whole.vocabulary)
    if own.engine is not whole.engine:
        asked = [each.selection for each in (counts, money, projects) if each is not None]
        parts = [own, whole.narrowed(*asked), _of_levels(whole, own, amendment)]
        records = {(each.id, each.recorded_at): each for part in parts for each in part.records}
        before, after = _both(records.values(), amendment, whole)
    return Effects(
        before,
        after,
        None if counts is None else evolve(before.diff(after, counts), view=whole),
        None if money is None else evolve(before.diff(after, money), view=whole),
        _differing(before.replay(projects), after.replay(projects)),
        _differing(before.levels(), after.levels()),
    )


def _both(records: Iterable[Record], new: Amendment, whole: View) -> tuple[View, View]:
    """The views of the same day of some records, without an amendment that is recorded last, and with it.

    They are of one log, as it stood before and after that. So the causes of changes are those of any two views.
    """
    records = tuple(records)
    last = max((each.recorded_at for each in records), default=datetime.min.replace(tzinfo=UTC))
    at = max(datetime.now(UTC), last + _INSTANT)
    timeline = Timeline((*records, Record(record_id(new), at, new)), whole.vocabulary)
    return timeline.as_of(whole.as_of, recorded_until=at - _INSTANT), timeline.as_of(whole.as_of)


def _names(event: Event | Amendment) -> Iterator[str]:
    """All that an amendment names, and what it says instead."""
    while not isinstance(event, Event):
        yield event.of
        if isinstance(event, Retraction) and event.duplicate_of is not None:
            yield event.duplicate_of
        if not isinstance(event, Correction):
            return
        event = event.event
    yield from (*event.fulfils, *event.supersedes, *event.overlaps)
    if event.part_of is not None:
        yield event.part_of


def _hangs_on_more(amendment: Amendment) -> bool:
    """Whether it names anything but records: a project that it overlaps with, or a whole by its reference."""
    return not all(map(is_record_id, _names(amendment)))


def _touched(before: View, after: View) -> Iterator[Fact]:
    """The facts of which the two views say different things, as each has them, and what overlaps with others there."""
    one, other = ({fact.id: fact for fact in view.facts} for view in (before, after))
    pairs = [[each for each in (one.get(id_), other.get(id_)) if each is not None] for id_ in {**one, **other}]
    differ = [pair for pair in pairs if len(pair) < 2 or _said(pair[0]) != _said(pair[1])]
    if any(fact.line is not None for pair in differ for fact in pair):
        differ += [pair for pair in pairs if any(fact.line is not None for fact in pair)]
    for pair in differ:
        yield from pair


def _said(fact: Fact) -> tuple[Any, ...]:
    off = fact.takes_off
    ended = None if off is None else (tuple(each.id for each in off.promises), off.doubtful)
    return fact.event, fact.date, fact.quantity, fact.value, fact.certain, fact.accounts, fact.members, ended


def _sums(every: Sums, touched: Iterable[Fact]) -> Any:
    """The question for the sums that these facts add to, of `every` sum of its kind; None: they add to none."""
    keys = [dict(zip(every.names, key, strict=False)) for fact in touched for key, _ in every.piece.terms(fact)]
    kinds = [kind for kind in EVENT_KINDS if any(key["kind"] == kind for key in keys)]
    if not kinds:
        return None
    field = next(name for name in every.names if name != "kind")
    values = sorted({key[field] for key in keys}, key=lambda value: value or "")
    return type(every)(every.by, kind=kinds, where={field: values}, vocabulary=every.selection.vocabulary)  # type: ignore[call-arg]


def _of_levels(whole: View, own: View, new: Amendment) -> View:
    """A view that has what may lie in the levels that the log has, before or after."""
    reporting = whole.narrowed(observations(whole.vocabulary))
    views = _both((*reporting.records, *own.records), new, whole)
    things = dict.fromkeys(row.thing for view in views for row in view.replay(Levels(vocabulary=whole.vocabulary)))
    return near(whole, things) if things else reporting  # type: ignore[return-value]


T = TypeVar("T", ProjectTable, LevelTable)


def _differing(before: T, after: T) -> tuple[T, T]:
    """The rows of two tables that are not in both as they are."""
    one, other = ({table.key_of(row): _told(row) for row in table.rows} for table in (before, after))
    same = {key for key, row in one.items() if other.get(key) == row}
    one_left, other_left = (
        evolve(table, rows=tuple(row for row in table.rows if table.key_of(row) not in same))
        for table in (before, after)
    )
    return one_left, other_left


def _told(row: Any) -> dict[str, Any]:
    """A row without the facts that it is made of."""
    return {name: value for name, value in row._asdict().items() if name != "facts"}
