"""What is read again of an activity that is written, and of which facts it is something else than they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.plans import plans
from aidtimeline.formats.iati.results import results
from aidtimeline.formats.iati.sayable import day_of, days_of
from aidtimeline.formats.iati.sharing import PURPOSES, Written
from aidtimeline.formats.iati.transactions import transactions
from aidtimeline.formats.readings import Entry, Skipped
from aidtimeline.semantics import Fact
from aidtimeline.semantics.accounts import capped
from aidtimeline.values.dates import DateRange, in_utc


def read_otherwise(activity: Activity, facts: Sequence[Fact], purposes: Written) -> set[str]:
    """The facts that are transactions of an activity of which something else is read, or nothing."""
    read = [each for each in transactions(activity) if isinstance(each, Entry | Skipped)]
    return {
        fact.id
        for fact, said, each in zip(facts, purposes.said, read, strict=True)
        if isinstance(each, Skipped) or not _is_same(fact, said, each.event)
    }


_SAME = ("kind", "project", "donor", "recipient", "counterpart")


def _is_same(fact: Fact, said: Mapping[str, Any], event: Any) -> bool:
    """Whether an event that is read says what a fact does, and for its purposes what is said of them.

    It may overlap with more: with a parent of which only the profile speaks. Its sums are then bounds where they were
    exact, and never exact where they were bounds.
    """
    return (
        all(getattr(event, name) == getattr(fact, name) for name in _SAME)
        and event.side == (fact.side or "provider")
        and event.value == fact.value
        and day_of(event.date) == day_of(fact.date)
        and day_of(event.value_date) == (day_of(fact.value_date) or day_of(fact.date))
        and all(getattr(event, name) == said.get(name) for name in PURPOSES)
        and set(event.overlaps) >= set(fact.overlaps)
    )


def observed_otherwise(activity: Activity, facts: Sequence[Fact], known: datetime) -> set[str]:
    """The facts that are plans and values of indicators of which something else is read, or nothing.

    They are not read in their order: results are told by their titles.
    """
    day = in_utc(known).date()
    readings = chain(plans(activity), results(activity))
    read = Counter(_level(each.event, day) for each in readings if isinstance(each, Entry))
    found = set()
    for fact in facts:
        level = _level(fact, day)
        if not read[level]:
            found.add(fact.id)
        read[level] -= 1
    return found


_SAME_LEVEL = ("kind", "project", "indicator", "quantity", "unit", "donor", "recipient", "location", "of_kind")


def _level(said: Any, day: date) -> tuple[object, ...]:
    """What is said of a level, by a fact or by an event that is known since a day.

    A plan holds as of the report that states it, so its date is that of the report.
    """
    when = None if said.period is not None else days_of(capped(said.date, day))
    return when, *_ends(said.period), *(getattr(said, name) for name in _SAME_LEVEL)


def _ends(period: DateRange | None) -> tuple[date | None, date | None]:
    return (None, None) if period is None else (period.earliest, period.latest)
