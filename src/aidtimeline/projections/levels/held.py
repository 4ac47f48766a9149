"""Levels: what sources have added up themselves ("about 50 so far"), beside the record on the same days.

A level is somebody else's sum. It is never added to another, and what it leaves unsaid does not narrow it. If the
lowest number that it can mean is more than all that may lie in it, something is surely *missing* in the record; if the
highest is less than all that surely does, the record *exceeds* it. `things` says what lies in a level, and how surely.

Levels are no fold: they need the sums of other days than the view's. They are made from what is believed, in one pass
for all levels, as a series is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce

from aidtimeline.events import LEVEL
from aidtimeline.projections.levels.comparing import Level, Recorded, levels_of
from aidtimeline.projections.levels.near import near, observations
from aidtimeline.projections.levels.question import LevelRow, Levels, LevelTable
from aidtimeline.projections.levels.things import Thing
from aidtimeline.semantics import Fact
from aidtimeline.semantics.provenance import sources_of
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.dates import DateRange


def levels(view: Viewed, question: Levels, chosen: Callable[[Fact], bool] = lambda _: True) -> LevelTable:
    """The last level of each thing that a view knows of, beside the record; only of observations that are `chosen`."""
    of_thing: dict[Thing, list[Level]] = defaultdict(list)
    for fact in view.narrowed(observations(view.vocabulary)).facts:
        if fact.nature is LEVEL and fact in question.selection and chosen(fact):
            for level in levels_of(fact):
                of_thing[level.thing].append(level)
    things = sorted(of_thing, key=_in_order)
    if not things:
        return LevelTable(rows=(), view=view, question=question)
    recorded = Recorded(near(view, things).belief, things, view.vocabulary)
    rows = tuple(_row(thing, of_thing[thing], recorded, view) for thing in things)
    return LevelTable(rows=rows, view=view, question=question)


def _in_order(thing: Thing) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in thing)


def _row(thing: Thing, given: Sequence[Level], recorded: Recorded, view: Viewed) -> LevelRow:
    last, since = _last(given, view.as_of)
    certain = since is not None
    amounts = [level.amount for level in last]
    compared = [recorded.compare(level, since or date.min, view.as_of) for level in last]
    highs = [each.high for each in amounts if each.high is not None]
    facts = tuple(level.fact for level in last)
    return LevelRow(
        *thing,
        day=_day([fact.date for fact in facts], since),
        reported=reduce(Quantity.hull, amounts),
        recorded=_hull(each.recorded for each in compared),
        missing=_hull((each.missing for each in compared), perhaps=not certain),
        exceeds=_hull((each.exceeds for each in compared), perhaps=not certain),
        sources=tuple(dict.fromkeys(source for fact in facts for source in sources_of(fact, view.known_at))),
        facts=facts,
        certain=certain,
        disputed=any(high < max(each.low for each in amounts) for high in highs)
        or any(fact.disputed for fact in facts)
        or any(each.disputed for each in compared),
        loose=any(each.loose for each in compared),
        overlap=any(each.overlap for each in compared),
    )


def _last(levels: Sequence[Level], as_of: date) -> tuple[list[Level], date | None]:
    """The levels of one thing that may be the last by a day, and the first day that the last can be of.

    None: there may be no level yet.

    One level surely comes after another if its date is wholly later. Levels that may replace each other stand together:
    if one of them surely holds, so does the one that replaces it.
    """
    groups: dict[str, list[Fact]] = defaultdict(list)
    for level in levels:
        fact = level.fact
        groups[fact.id if fact.group is None else fact.group.key].append(fact)
    surely = [
        min(fact.date.earliest or date.min for fact in facts)
        for facts in groups.values()
        if facts[0].certain or _surely_one_of(facts)
    ]
    since = max(surely, default=None)
    first = since or date.min
    return [each for each in levels if min(each.fact.date.latest or date.max, as_of) >= first], since


def _surely_one_of(facts: Sequence[Fact]) -> bool:
    """Whether one of these facts counts in every world: one has surely happened, and nothing else may replace it."""
    group = facts[0].group
    happened = {} if group is None else {each: how for each, how in group.happened.items() if how != "never"}
    return "surely" in happened.values() and happened.keys() <= {fact.id for fact in facts}


def _hull(amounts: Iterable[Quantity | None], *, perhaps: bool = False) -> Quantity | None:
    """The hull of amounts, with nothing if `perhaps`; None if there are none."""
    known = [each for each in amounts if each is not None]
    return reduce(Quantity.hull, known + [ZERO] * perhaps) if known else None


def _day(dates: Sequence[DateRange], since: date | None) -> DateRange:
    """The days that the last of several levels may be of."""
    if len({each.text for each in dates}) == 1:
        return dates[0]
    first = max(min(each.earliest or date.min for each in dates), since or date.min)
    last = max(each.latest or date.max for each in dates)
    return DateRange.between(None if first == date.min else first, None if last == date.max else last)
