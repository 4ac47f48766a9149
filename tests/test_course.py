"""The course of a result: projections on the days that matter, against the same projections on every day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from tangled import linked_logs

from aidtimeline import (
    Counts,
    Delivery,
    Levels,
    MemoryLog,
    MoneySums,
    Participations,
    ProjectStates,
    Record,
    Source,
    Status,
    Timeline,
    UsageError,
    View,
)
from aidtimeline.projections import Course, Facts, Fulfilment
from aidtimeline.projections.course import days
from aidtimeline.semantics import Fact
from aidtimeline.testing import logs
from aidtimeline.testing.strategies import FIRST, LAST

SOURCE = Source(publisher="Rubryka", published="2025-12-31")


class Standing:
    """All that facts say of themselves on a day, and which may have been the last: what any fold can look at."""

    def initial(self) -> tuple[Fact, ...]:
        return ()

    def step(self, state: tuple[Fact, ...], fact: Fact) -> tuple[Fact, ...]:
        return (*state, fact)

    def merge(self, one: tuple[Fact, ...], other: tuple[Fact, ...]) -> tuple[Fact, ...]:
        return one + other

    def finish(self, state: tuple[Fact, ...]) -> Any:
        after = {(one.id, other.id) for one in state for other in state if one.last > other.last}
        before = {(one.id, other.id) for one in state for other in state if one.last < other.first}
        return [(fact, fact.promised, fact.keeps) for fact in state], after, before


QUESTIONS: dict[str, Any] = {
    "own": Standing(),
    "projects": ProjectStates(),
    "participation": Participations(),
    "facts": Facts(),
    "levels": Levels(),
    "fulfilment": lambda view: Fulfilment(view.as_of, matches=True),
}


def asked(view: View, question: Any) -> Any:
    return view.replay(question(view) if callable(question) else question)


def hold_on_each_day(records: list[Record], question: Any) -> None:
    """The law: what the course has at a day is what the view as of that day has."""
    timeline = Timeline(records)
    course: Course[Any] = timeline.series(question)
    window = {FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)}
    near = {day + timedelta(days=by) for day in days(timeline.as_of(date.max).belief) for by in (-1, 0, 1)}
    for day in sorted({date.min, *window, *near, date.max}):
        assert course.at(day) == asked(timeline.as_of(day), question), day
    assert all(one.result != other.result for one, other in pairwise(course))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_course_is_the_result_of_every_day(name: str) -> None:
    @settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate, Phase.shrink])
    @given(logs(1, 6))
    def holds(records: list[Record]) -> None:
        hold_on_each_day(records, QUESTIONS[name])

    holds()


@settings(max_examples=60, deadline=None, database=None)
@given(linked_logs())
def test_a_course_of_what_is_linked(records: list[Record]) -> None:
    hold_on_each_day(records, QUESTIONS["own"])


def test_which_was_the_last_may_change_on_the_day_after() -> None:
    """ "Closed by June" is later than "suspended on 3 March" from the 4th on."""
    log = MemoryLog()
    records = [
        *log.append(Status(date="2023-01/2023-06", project="road", status="closed", sources=SOURCE)),
        *log.append(Status(date="2023-03-03", project="road", status="suspended", sources=SOURCE)),
    ]
    hold_on_each_day(records, ProjectStates())
    hold_on_each_day(records, Standing())


def timeline() -> Timeline:
    log = MemoryLog()
    for day in ("2023-01-15", "2023-02", "2023-05-31"):
        log.append(Delivery(date=day, item="truck", quantity=1, sources=SOURCE))
    return Timeline(log.read())


def test_at_the_ends_of_periods() -> None:
    """Each has its result, whether it changes or not; nothing is known between them."""
    course = timeline().series(Facts(), period="month", until="2023-06-10")
    found = [(str(day), len(result.rows)) for day, result in course]
    ends = ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-10"]
    assert found == list(zip(ends, [1, 2, 2, 2, 3, 3], strict=True))
    assert len(course.at("2023-05-31").rows) == 3
    with pytest.raises(UsageError, match=r"ends of each month only: ask timeline.as_of\('2023-05-30'\)"):
        course.at("2023-05-30")
    assert [str(day) for day, _ in timeline().series(Facts(), period="year")] == ["2023-12-31"]
    assert len(Timeline([]).series(Facts(), period="year")) == 0


def test_up_to_a_day() -> None:
    course = timeline().series(Facts(), until="2023-02-20")
    assert [len(result.rows) for _, result in course] == [0, 1, 2]
    with pytest.raises(UsageError, match="until 2023-02-20 only"):
        course.at("2023-02-21")


def test_sums_take_periods_too() -> None:
    """They give what `Series.every` and `Series.to` give."""
    sums = timeline().series(Counts())
    assert timeline().series(Counts(), period="month", until="2023-06-10") == sums.every("month", "2023-06-10")
    assert timeline().series(Counts(), until="2023-02-10") == sums.to("2023-02-10")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda view: Counts(by="month"), "changes from period to period"),
        (Standing, "expected a projection"),
        (lambda view: 5, "expected a projection"),
    ],
)
def test_what_has_no_course_is_refused(question: Callable[[View], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        timeline().series(question)


def test_sums_by_month_at_the_ends_of_months() -> None:
    found = timeline().series(lambda view: MoneySums(by="month"), period="month")
    assert len(found) == 5


def test_results_that_are_not_compared() -> None:
    """Such as arrays: all of them are kept."""

    class Odd:
        def __eq__(self, other: object) -> bool:
            raise ValueError

        __hash__ = None  # type: ignore[assignment]

    class Odds(Standing):
        def finish(self, state: tuple[Fact, ...]) -> Any:
            return Odd()

    assert len(timeline().series(Odds())) == len(days(timeline().as_of(date.max).belief)) + 1
