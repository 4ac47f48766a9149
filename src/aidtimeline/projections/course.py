"""The course of a result: what a projection gives, over time.

A fact begins to count, or counts otherwise, on the first and on the last day of its date only; of those that may have
happened, which was the last may also change on the day after. So a projection that looks at nothing but facts need be
asked on these days alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.sums.steps import checked, day_of
from aidtimeline.semantics import Belief, Fact
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import DateRange, parse_day
from aidtimeline.values.periods import Period, last_of, number_of

R = TypeVar("R")
_NEXT = timedelta(days=1)
_OTHER_DATES = ("due", "planned_start", "planned_end", "actual_start", "actual_end")


class Moment(NamedTuple, Generic[R]):
    """A `result` from a `day` on (inclusive; None: since ever), or at the end of a period.

    >>> from aidtimeline import Timeline
    >>> from aidtimeline.projections import Union
    >>> first = Timeline.open("events").series(Union(lambda fact: [fact.kind])).moments[0]
    >>> first.day, sorted(first.result)[:1]
    (None, ['announcement'])
    """

    day: date | None
    result: R


@frozen
class Course(Generic[R]):
    """A result over time: each of its `moments` holds until the next one, up to the day `until`.

    `until` is inclusive; None: for good.
    With a `period` they are the results at the end of each month, quarter or year, and nothing is known between them.

    >>> from aidtimeline import Timeline
    >>> class Items:
    ...     def initial(self):
    ...         return frozenset()
    ...     def step(self, state, fact):
    ...         return state | {fact.item} if fact.kind == "delivery" and fact.certain else state
    ...     def merge(self, one, other):
    ...         return one | other
    ...     def finish(self, state):
    ...         return len(state - {None})
    >>> course = Timeline.open("events").series(Items(), until="2023-11-28")
    >>> [(str(day), number) for day, number in course][-2:], course.at("2023-11-27")
    ([('2023-11-20', 5), ('2023-11-28', 9)], 5)
    """

    moments: tuple[Moment[R], ...]
    period: Period | None = None
    until: date | None = None

    def at(self, day: str | date) -> R:
        """The result as of a day (inclusive).

        Raises `InvalidValue` for anything but a day, and `UsageError` for a day on which the result is not known.
        """
        asked = parse_day(day)
        number = bisect_right(self.moments, asked, key=lambda each: each.day or date.min) - 1
        between = self.period is not None and (number < 0 or self.moments[number].day != asked)
        if between or (self.until is not None and asked > self.until):
            known = f"at the ends of each {self.period}" if between else f"until {self.until}"
            raise UsageError(f"the result is known {known} only: ask timeline.as_of({asked.isoformat()!r})")
        return self.moments[number].result

    def __iter__(self) -> Iterator[Moment[R]]:
        return iter(self.moments)

    def __len__(self) -> int:
        return len(self.moments)


def course(
    belief: Belief, result: Callable[[date], R], period: Period | None = None, until: str | date | None = None
) -> Course[R]:
    """The results on all days that matter, or at the end of each period from the first of them on.

    `until` is the last day (inclusive). None: the last that matters, or the end of its period.
    """
    last, matter = day_of(until), days(belief)
    if period is not None:
        ends = _ends(checked(period), matter, last)
        return Course(tuple(Moment(day, result(day)) for day in ends), period, last)
    moments = [Moment[R](None, result(date.min))]
    if any(fact.date.earliest is None for fact in belief.facts):
        matter.insert(0, date.min + _NEXT)  # on the first day of all they are in one order, from the next on in any
    for day in matter:
        if date.min < day <= (last or date.max):
            found = result(day)
            if not _same(found, moments[-1].result):
                moments.append(Moment(day, found))
    return Course(tuple(moments), None, last)


def days(belief: Belief) -> list[date]:
    """The days on which facts, or what they say of other dates, may begin to count otherwise, in order.

    Of dates that are stated, such as when a promise is due, also the day after matters: then they are past.
    """
    found: set[date] = set()
    spans: list[tuple[date, date]] = []
    for fact in belief.facts:
        first, last = fact.date.earliest or date.min, fact.date.latest or date.max
        found.update(filter(None, (fact.date.earliest, fact.date.latest)))
        if first < last:
            spans.append((first, last))
    for dated, _ in belief.fulfils_unbelieved.values():
        found.update(filter(None, (dated.earliest, dated.latest)))
    after = {day + _NEXT for day in _within(found, spans)}
    stated = {day for dated in _stated(belief.facts) for day in (dated.earliest, dated.latest) if day is not None}
    after |= {day + _NEXT for day in stated if day < date.max}
    return sorted(found | after | stated)


def _within(found: Iterable[date], spans: Iterable[tuple[date, date]]) -> Iterator[date]:
    """The days on which some fact may have happened, or not: from its first day to the one before its last."""
    waiting = sorted(spans, reverse=True)
    reaches = date.min
    for day in sorted(found):
        while waiting and waiting[-1][0] <= day:
            reaches = max(reaches, waiting.pop()[1])
        if day < reaches:
            yield day


def _stated(facts: Iterable[Fact]) -> Iterator[DateRange]:
    for fact in facts:
        for name in _OTHER_DATES:
            dated = getattr(fact, name)
            if isinstance(dated, DateRange):
                yield dated


def _ends(period: Period, matter: Iterable[date], until: date | None) -> Iterator[date]:
    dated = [day for day in matter if day > date.min]
    if not dated:
        return
    day, last = min(dated), until or max(dated)
    while day <= last:
        end = last_of(period, number_of(period, day))
        yield end if until is None else min(end, until)
        if end == date.max:
            return
        day = end + _NEXT


def _same(one: object, other: object) -> bool:
    """Whether two results are surely the same: of some, such as arrays, it cannot be told so."""
    try:
        return type(one) is type(other) and bool(one == other)
    except (ValueError, TypeError):
        return False


def of_facts_alone(question: object) -> None:
    """Raise `UsageError` for a question that also depends on how far a day is within its period."""
    if getattr(question, "dated", False):
        raise UsageError(f"{shown(question)} changes from period to period: name one, as in series(…, period='month')")
