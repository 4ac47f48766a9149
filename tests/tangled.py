"""Logs that are harder to replay than those that `aidtimeline.testing` draws: few facts, which refer to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import attrs
from hypothesis import strategies as st

from aidtimeline.codec import record_id
from aidtimeline.events import Correction, Delivery, Event, Participation, Project, Record, Retraction, Source, Status
from aidtimeline.testing import quantities
from aidtimeline.testing.strategies import FIRST, LAST, PROJECTS
from aidtimeline.values.dates import DateRange

AMENDING = (*("corroborate", "correct") * 4, *("duplicate", "retract") * 2, *("event", "repair", "erase"))
"""Moves for logs of few facts with many amendments."""
LINKING = (*("replace",) * 6, *("link",) * 3, *("event", "retract", "duplicate"))
"""Moves for logs of few facts that replace each other in every way, circles included."""

TWINNED = (
    *("duplicate",) * 6,
    *("event",) * 3,
    *("correct", "retract", "corroborate") * 2,
    *("repair", "erase", "replace"),
)
"""Moves for logs of few facts that are found to be one in every way, circles included, and amended."""

_QUANTITIES = quantities()


@st.composite
def linked_logs(draw: st.DrawFn, size: int = 14) -> list[Record]:
    """Logs of one linked group in which every date is undecided on `FIRST`: trees, chains, facts superseded twice.

    In half of them no fact is superseded twice.
    """
    tree = draw(st.booleans())
    free: list[str] = []
    written: list[Record] = []
    for number in range(size):
        least = 0 if tree and number < size - 1 else 1
        replaced = draw(st.lists(st.sampled_from(free), min_size=least, max_size=2, unique=True)) if free else []
        if tree and number == size - 1:
            replaced = free
        event = Delivery(
            date=DateRange.between(FIRST, FIRST + timedelta(days=1 + number)),
            item="truck",
            quantity=draw(_QUANTITIES),
            supersedes=replaced,
            ref=f"no. {number}",
            sources=Source(publisher="Kyodo News", published="9999-12-31"),
        )
        written.append(Record(record_id(event), datetime.combine(LAST, time(), UTC), event))
        free = [each for each in free if not tree or each not in replaced] + [written[-1].id]
    return written


@st.composite
def state_logs(draw: st.DrawFn) -> list[Record]:
    """Logs of few states of one project, within few days: most dates overlap, and some states replace others."""
    near = st.integers(0, 6).map(lambda number: FIRST + timedelta(days=number))
    ends = st.lists(st.none() | near, min_size=2, max_size=2).map(_range) | near.map(lambda day: _range([day, day]))
    written: list[Record] = []
    for number in range(draw(st.integers(2, 5))):
        earlier = [each.id for each in written]
        common = {
            "date": draw(ends),
            "project": PROJECTS[0],
            "supersedes": draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier and number % 2 else [],
            "sources": Source(publisher=f"Report {number}", published=draw(near).isoformat()),
        }
        event = draw(_STATES)(**common)
        written.append(Record(record_id(event), datetime.combine(LAST, time(), UTC), event))
    return written


def _range(ends: list[Any]) -> DateRange:
    return DateRange.between(*sorted(ends) if None not in ends else ends)


def _role(*, left: bool) -> Callable[..., Participation]:
    return partial(Participation, party="JP", role="lead", left=left)


_STATES: st.SearchStrategy[Callable[..., Event]] = st.sampled_from(
    (
        _role(left=False),
        _role(left=True),
        *(partial(Status, status=each) for each in ("pipeline", "implementation", "closed")),
        partial(Project, title="One"),
        partial(Project, title="Two"),
    )
)


@st.composite
def knotted_logs(draw: st.DrawFn, size: int = 6) -> list[Record]:
    """Logs of deliveries of two items that replace each other in every way, circles included; some are withdrawn.

    Their ids are numbers, so that links run forwards too. On `FIRST` each has happened, perhaps has, or has not.
    """
    ids = [f"{number:032x}" for number in range(1, draw(st.integers(2, size)) + 1)]
    now, published = datetime.combine(LAST, time(), UTC), Source(publisher="Kyodo News", published="9999-12-31")
    written: list[Record] = []
    for each in ids:
        earliest, latest = draw(st.sampled_from(((0, 0), (0, 1), (0, 1), (1, 1))))
        event = Delivery(
            date=DateRange.between(FIRST + timedelta(days=earliest), FIRST + timedelta(days=latest)),
            item=draw(st.sampled_from(("truck", "car"))),
            quantity=1 + len(written),
            supersedes=draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)),
            sources=published,
        )
        written.append(Record(each, now, event))
    for each in draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)):
        retraction = Retraction(of=each, reason="never seen", sources=published)
        written.append(Record(record_id(retraction), now, retraction))
    return written


@st.composite
def overlapping_logs(draw: st.DrawFn, size: int = 7, most: int = 8) -> list[Record]:
    """Logs of few deliveries that are part of each other, overlap, and replace each other, in every way.

    Some name a record that is recorded after them, so that there are circles; some name a project, or the entry of a
    dataset. Few amounts are below zero.
    """
    written: list[Record] = []
    for number in range(draw(st.integers(2, size))):
        ids = [record.id for record in written]
        some = st.lists(st.sampled_from(ids), max_size=2, unique=True) if ids else st.just([])
        named = [*ids, "a", "b"] if draw(st.integers(0, 3)) == 0 else ids
        luck = draw(st.integers(0, 9))
        quantity = str(draw(st.integers(0, most)))
        dates = DateRange.between(FIRST, FIRST + timedelta(days=draw(st.integers(0, 2))))
        event = Delivery(
            date=dates if luck < 3 else FIRST.isoformat(),
            item="truck",
            project=draw(st.sampled_from((None, None, "a", "b"))),
            donor=draw(st.sampled_from(("JP", "DE"))),
            quantity=f"{quantity}.." if luck == 9 else f"-{quantity}" if luck == 8 else quantity,
            side=draw(st.sampled_from(("provider",) * 5 + ("receiver",))),
            part_of=draw(st.sampled_from((None, *(ids or ["1"]), "1", "elsewhere"))) if luck % 2 else None,
            overlaps=draw(st.lists(st.sampled_from(named), max_size=2, unique=True)) if named and luck % 3 else [],
            supersedes=draw(some) if draw(st.integers(0, 4)) == 0 else [],
            ref=str(number),
            sources=Source(publisher="Kyodo News", published=LAST.isoformat(), dataset="register"),
        )
        written.append(Record(record_id(event), datetime.combine(LAST, time(), UTC), event))
    if len(written) > 1 and draw(st.integers(0, 4)) == 0:  # a link to what is recorded later
        [one, other] = draw(st.lists(st.sampled_from(written), min_size=2, max_size=2, unique_by=lambda each: each.id))
        corrected: Any = attrs.evolve(one.event, overlaps=[other.id], part_of=None)  # type: ignore[arg-type]
        repair = Correction(of=one.id, event=corrected)
        written.append(Record(record_id(repair), datetime.combine(LAST, time(), UTC), repair))
    return written
