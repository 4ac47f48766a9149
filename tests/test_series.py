"""Series: phases and sums of every day, made in one pass, against the views as of each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tangled import linked_logs

from aidtimeline import Corroboration, Counts, Delivery, MoneySums, Pledge, Record, Retraction, Source, Timeline
from aidtimeline.codec import record_id
from aidtimeline.errors import UnknownKey, UsageError
from aidtimeline.events import Amendment, Event
from aidtimeline.projections import COUNTED_KINDS, Bounds, Period, Series, Step, Steps, at_ends
from aidtimeline.projections.protocol import run
from aidtimeline.projections.sums.series import series
from aidtimeline.semantics import Belief, Fact, Group, believe, cut, phases
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.testing.strategies import FIRST, ITEMS, LAST

NOTHING = Bounds(Decimal(0), Decimal(0))
EVENTS = Path(__file__).parent.parent / "events"
NOON = datetime(2023, 6, 1, 12, tzinfo=UTC)
SOURCE = Source(publisher="Rubryka", published="9999-12-31")

SUMS = [
    Counts(),
    Counts(by=["donor", "via"], kind=COUNTED_KINDS),
    Counts(by=(), kind="pledge", where={"item": ITEMS[0]}),
    MoneySums(),
    MoneySums(by=["donor", "side"], kind=["disbursement", "receipt", "pledge"]),
]


def days_of_change(belief: Belief) -> Iterator[date]:
    """Each day on which something may change, with its neighbours; between these days nothing changes."""
    for fact in belief.facts:
        for day in (fact.date.earliest, fact.date.latest):
            number = FIRST.toordinal() if day is None else day.toordinal()
            for near in (number - 1, number, number + 1):
                if date.min.toordinal() <= near <= date.max.toordinal():
                    yield date.fromordinal(near)


def days(belief: Belief) -> list[date]:
    """Each day of the window in which logs are drawn, and all other days that may matter."""
    window = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    return sorted({date.min, date.max, *window, *days_of_change(belief)})


def hold_on_each_day(belief: Belief) -> None:
    """The law: what the series has at a day is what the view as of that day has, to the last flag."""
    found = {sums: series(belief, sums) for sums in SUMS}
    rows = {sums: found[sums].answers for sums in SUMS}
    ever: dict[Any, set[Any]] = {sums: set() for sums in SUMS}
    for day in days(belief):
        facts = cut(belief, day)
        for sums in SUMS:
            table = run(facts, sums).answers
            ever[sums].update(table)
            for key, steps in rows[sums].items():
                assert steps.at(day) == table.get(key, NOTHING)
    for sums in SUMS:
        assert ever[sums] == rows[sums].keys()
        for steps in rows[sums].values():
            each = [NOTHING, *(step.bounds for step in steps)]
            assert all(one != other for one, other in pairwise(each))
            assert all(step.day is not None for step in steps.steps[1:])


@given(logs(), cuts())
def test_series_is_as_of_on_each_day(records: list[Record], asked: Cuts) -> None:
    """Counts and money, at any date of knowledge: the bounds, and every flag, of the view as of each day."""
    hold_on_each_day(believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until))


@settings(max_examples=max(10, settings().max_examples // 5))
@given(linked_logs())
def test_series_of_tangles_is_as_of_on_each_day(records: list[Record]) -> None:
    """Fourteen facts linked in every way, too many for tight bounds: as loose as the view, and no looser."""
    hold_on_each_day(believe(records))


@given(logs(max_size=12), cuts())
def test_phases_are_the_views_of_all_days(records: list[Record], asked: Cuts) -> None:
    """The phases that hold on a day have the facts of its cut, each group in one phase."""
    belief = believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until)
    found = list(phases(belief))
    assert all(phase.since != date.min for phase in found)
    assert all(phase.until is None or (phase.since or date.min) < phase.until for phase in found)
    for day in days(belief):
        holding = [
            phase for phase in found if (phase.since or date.min) <= day and (phase.until is None or day < phase.until)
        ]
        facts: list[Fact] = [fact for phase in holding for fact in phase.facts]
        same = sorted(facts, key=lambda fact: fact.rank) == list(cut(belief, day))
        assert same, day  # and no comparison of two long lists of facts, written out
        for phase in holding:
            groups: set[Group | None] = {fact.group for fact in phase.facts}
            assert len(groups) == 1
            assert groups != {None} or len(phase.facts) == 1
        keys = [phase.facts[0].group.key for phase in holding if phase.facts[0].group is not None]
        assert len(keys) == len(set(keys))


@given(logs(), cuts())
def test_what_is_not_chosen_still_supersedes(records: list[Record], asked: Cuts) -> None:
    """Chosen facts have the phases that they have among all."""
    belief = believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until)
    items = {(phase.since, phase.until, phase.facts) for phase in phases(belief, lambda fact: fact.kind == "pledge")}
    among_all = {
        (phase.since, phase.until, tuple(fact for fact in phase.facts if fact.kind == "pledge"))
        for phase in phases(belief)
    }
    assert items == {each for each in among_all if each[2]}


def test_what_is_yet_to_come_is_in_no_phase() -> None:
    """Links run through a fact of a later day; it has no part in the phase of those that they link."""
    belief = believe([pledge(0, "2023-01-01"), pledge(1, "2025-01-01", 0), pledge(2, "2023-03", 1)])
    [phase] = [each for each in phases(belief) if each.since == date(2023, 3, 1)]
    assert phase.until == date(2023, 3, 31)
    assert [fact.id for fact in phase.facts] == [id_of(2), id_of(0)]
    assert sorted(phase.facts, key=lambda fact: fact.rank) == list(cut(belief, date(2023, 3, 15)))


def test_a_phase_since_ever_has_no_first_day() -> None:
    """What may have happened on any day before another may count since ever, and surely counts from that day on."""
    found = [(phase.since, phase.until) for phase in phases(believe([pledge(0, "../2023-03")]))]
    assert sorted(found, key=str) == [(None, date(2023, 3, 31)), (date(2023, 3, 31), None)]


def test_what_never_surely_happens_has_one_phase() -> None:
    """A date without an end, wholly after its report, only has a first day; a date of one day has one phase as well."""
    plan = Pledge(date="2030/..", item="truck", sources=[Source(publisher="Rubryka", published="2023-06-01")])
    belief = believe([Record(id_of(0), NOON, plan), pledge(1, "2023-01-01")])
    found = [(phase.since, phase.until, phase.facts[0].certain) for phase in phases(belief)]
    assert sorted(found) == [(date(2023, 1, 1), None, True), (date(2030, 1, 1), None, False)]


# Long logs.


def id_of(number: int) -> str:
    return f"{number:032x}"


def pledge(number: int, day: str, *supersedes: int) -> Record:
    links = [id_of(each) for each in supersedes]
    event = Pledge(date=day, item="truck", quantity=number + 1, supersedes=links, sources=[SOURCE])
    return Record(id_of(number), NOON, event)


def month(number: int) -> str:
    return f"{1950 + number // 12}-{1 + number % 12:02}"


def numbers(steps: Steps) -> Any:
    """The steps' numbers, to be compared with integers."""
    return steps.numbers


def trucks(records: Sequence[Record]) -> Steps:
    return series(believe(records), Counts(kind="pledge"))["truck"]


def test_a_long_chain_of_vague_months() -> None:
    """A thousand facts, each replaced by the next some time in the month after its own."""
    steps = trucks([pledge(number, month(number), *([number - 1] if number else [])) for number in range(1000)])
    assert numbers(steps)[:4] == (
        (date(1950, 1, 1), 0, 1),
        (date(1950, 1, 31), 1, 1),
        (date(1950, 2, 1), 1, 2),
        (date(1950, 2, 28), 2, 2),
    )
    assert len(steps) == 2000
    assert steps.at("2033-04-15").quantity.text == "999..1000"


def test_a_thousand_facts_undecided_at_once() -> None:
    """A chain in which any fact may be the last has two steps; a tangle of chains is as loose as its views."""
    chain = trucks([pledge(number, "2023-03", *([number - 1] if number else [])) for number in range(1000)])
    assert numbers(chain) == ((date(2023, 3, 1), 0, 1000), (date(2023, 3, 31), 1000, 1000))
    tangle = trucks([pledge(number, "2023-03", *range(max(0, number - 3), number)) for number in range(1000)])
    assert tangle.at(date(2023, 3, 15)).loose
    assert not tangle.at(date(2023, 3, 31)).loose


def test_many_plain_facts() -> None:
    """Facts that nothing supersedes add up, day by day."""
    first = date(2000, 1, 1)
    records = [pledge(number, (first + timedelta(days=number % 500)).isoformat()) for number in range(5000)]
    steps = trucks(records)
    assert len(steps) == 500
    assert steps.at(first).low == sum(range(1, 5001, 500))
    assert steps.at(date.max).low == sum(range(1, 5001))


def test_links_run_through_what_is_not_believed() -> None:
    """A retracted raise counts on no day, and what replaces it still replaces the first pledge."""
    raises = [pledge(9, "2023-01-05"), pledge(19, "2023-02", 9), pledge(29, "2023-03", 19)]
    steps = trucks([*raises, Record(id_of(99), NOON, Retraction(of=id_of(19)))])
    assert numbers(steps) == (
        (date(2023, 1, 5), 10, 10),
        (date(2023, 3, 1), 10, 30),
        (date(2023, 3, 31), 30, 30),
    )


def test_no_number_is_rounded() -> None:
    """An amount that is added to a sum and taken off again leaves it as it was, at any size."""
    big = "9" * 29 + ".5"
    events = [
        Delivery(date="2023-01-01", item="grain", quantity="0.1", sources=[SOURCE]),
        Delivery(date="2023-02", item="grain", quantity=big, sources=[SOURCE]),
        Delivery(date="2023-03-01", item="grain", quantity=1, supersedes=[id_of(1)], sources=[SOURCE]),
    ]
    steps = series(believe([Record(id_of(number), NOON, each) for number, each in enumerate(events)]), Counts())[
        "grain"
    ]
    assert [step.bounds.quantity.text for step in steps] == ["0.1", f"0.1..{'9' * 29}.6", f"{'9' * 29}.6", "1.1"]


# Faces.


def test_the_trucks() -> None:
    """They were delivered by 28 November 2023, on an unknown day: 0 to 30 since ever, and then 30."""
    found = Timeline.open(EVENTS).series(Counts(by="item"))
    assert numbers(found["truck"]) == ((None, 0, 30), (date(2023, 11, 28), 30, 30))
    lines = [line for line in str(found).splitlines() if "30" in line.split()]
    assert [" ".join(line.split()) for line in lines] == ["truck Truck ever 0 to 30", "28 Nov 2023 30"]
    html = found._repr_html_()
    assert '<td class="number">ever</td><td class="number">0 to 30</td>' in html


def test_knowledge_is_cut() -> None:
    """A series is as known at one date: before the report there is no row."""
    timeline = Timeline.open(EVENTS)
    known = timeline.series(Counts(by="item"), known_at="2023-11-25")
    assert "truck" not in known
    assert "truck" not in timeline.series(Counts(by="item"), recorded_until="2020-01-01")
    with pytest.raises(UnknownKey, match="mine-detector"):
        known["mine-detectors"]


def test_the_log_in_events_on_each_day() -> None:
    """The law, on the log of this repository."""
    hold_on_each_day(Timeline.open(EVENTS).as_of("2024-07-31").belief)


def test_units_are_never_mixed() -> None:
    """Pieces are meant if no unit is given, and any unit can be asked for."""
    events = [
        Delivery(date="2023-01-01", item="helmet", quantity=3, sources=[SOURCE]),
        Delivery(date="2023-02-01", item="helmet", quantity=2, unit="set", sources=[SOURCE]),
    ]
    found = series(believe([Record(id_of(number), NOON, each) for number, each in enumerate(events)]), Counts(by=()))
    assert found.names == ()
    assert numbers(found[()]) == ((date(2023, 1, 1), 3, 3),)
    assert numbers(found["set"]) == ((date(2023, 2, 1), 2, 2),)
    assert [row.unit for row in found] == [None, "set"]
    assert len(found) == 2


def test_numbers_leave_flags_aside() -> None:
    """A step that changes only a flag is not among the numbers, nor in the table."""
    steps = Steps(
        (
            Step(None, Bounds(Decimal(0), Decimal(0), disputed=True)),
            Step(date(2023, 1, 1), Bounds(Decimal(1), None, open=1)),
            Step(date(2023, 2, 1), Bounds(Decimal(1), None, open=2)),
            Step(date(2023, 3, 1), NOTHING),
        )
    )
    assert numbers(steps) == ((date(2023, 1, 1), 1, None), (date(2023, 3, 1), 0, 0))
    assert steps.at(date(2022, 12, 31)).disputed
    lines = str(Series.of(["item"], {("truck", None): steps})).splitlines()
    assert [" ".join(line.split()) for line in lines[2:]] == ["truck ever 0", "1 Jan 2023 at least 1", "1 Mar 2023 0"]


def test_flags_last() -> None:
    """A sum stays disputed, and loose, while one of its facts or groups is, whatever begins beside them."""
    source = Source(publisher="A", published="2024-01-01")
    first = Delivery(date="2023-01-01", item="truck", quantity=1, sources=source)
    top = [Delivery(date="2023-02", item="truck", quantity=1, ref=str(n), sources=source) for n in range(7)]
    ids = [record_id(each) for each in top]
    tangle = [
        Delivery(date="2023-02", item="truck", quantity=1, ref=str(n), supersedes=ids, sources=source)
        for n in range(7, 14)
    ]
    plain = Delivery(date="2023-02-10", item="truck", quantity=1, sources=source)
    doubt = Corroboration(of=record_id(first), quantity=2, sources=source)
    events: list[Event | Amendment] = [first, *top, *tangle, plain, doubt]
    records = [Record(record_id(each), datetime(2024, 2, 1, tzinfo=UTC), each) for each in events]
    steps = series(believe(records), Counts())["truck"]
    flags = {day: (steps.at(day).disputed, steps.at(day).loose) for day in ("2023-01-01", "2023-02-09", "2023-02-10")}
    assert flags == {"2023-01-01": (True, False), "2023-02-09": (True, True), "2023-02-10": (True, True)}


# Months, quarters, years.


def end_of_period(day: date, period: Period) -> date:
    """The last day of the period, found day by day."""

    def number(day: date) -> tuple[int, int]:
        return day.year, {"month": day.month, "quarter": (day.month - 1) // 3, "year": 0}[period]

    after = day
    while number(after) == number(day) and after < date.max:
        after += timedelta(days=1)
    return after if after == date.max else after - timedelta(days=1)


@settings(max_examples=30)
@given(logs(), st.sampled_from(("month", "quarter", "year")), st.none() | st.dates(FIRST, date(LAST.year + 1, 7, 1)))
def test_ends_of_periods(records: list[Record], period: Period, until: date | None) -> None:
    """The end of each period has the answer of the view as of that day, whether it changed or not."""
    belief = believe(records)
    whole = series(belief, Counts())
    for key, taken in whole.every(period, until).answers.items():
        dated = [step.day for step in whole[key] if step.day is not None]
        ends = [step.day for step in taken if step.day is not None]
        last = until or max(dated, default=None)
        if last is None or not dated or dated[0] > last:
            assert not ends
        else:
            assert ends[0] == min(end_of_period(dated[0], period), until or date.max)
            assert ends[-1] == (until or end_of_period(last, period))
            for one, other in pairwise(ends):
                assert other == min(end_of_period(one + timedelta(days=1), period), until or date.max)
        for step in taken:
            table = run(cut(belief, step.day or date.min), Counts())
            assert step.bounds == table.get(key, NOTHING)


def test_periods_end_with_the_calendar() -> None:
    """The last month of the calendar, and an unknown period."""
    steps = Steps((Step(date(9999, 11, 5), Bounds(Decimal(1), Decimal(1))),))
    assert [step.day for step in at_ends(steps, "month", date.max)] == [date(9999, 11, 30), date.max]
    assert [step.day for step in at_ends(steps, "year", date(9999, 12, 1))] == [date(9999, 12, 1)]
    begun = Steps((Step(date(2023, 2, 1), NOTHING),))
    assert [step.day for step in at_ends(begun, "quarter", "2023-04-01")] == [date(2023, 3, 31), date(2023, 4, 1)]
    assert [step.day for step in at_ends(Steps((Step(date(33, 2, 1), NOTHING),)), "quarter")] == [date(33, 3, 31)]
    with pytest.raises(UsageError, match="month, quarter, year"):
        at_ends(steps, "week")  # type: ignore[arg-type]


def test_periods_print_as_a_table() -> None:
    """Each end of a period has its line, and the head says what the days are."""
    found = (
        Timeline.open(EVENTS)
        .series(Counts(where={"item": "mechanical-demining-machine"}))
        .every("month", date(2024, 8, 5))
    )
    _, _, _, head, _, *lines = str(found).splitlines()
    assert head.split() == ["item", "label", "end", "of", "month", "number"]
    assert [line.split()[-6:-4] for line in lines] == [["31", "Jul"], ["5", "Aug"]]
    assert [line.split()[-4:] for line in lines] == [
        ["2024", "2", "to", "4"],
        ["2024", "2", "to", "4"],
    ]
    assert str(Series((), ())).startswith("Nothing: ")


def test_steps_between_two_days() -> None:
    """What holds on the first day, and each step up to the last."""
    steps = Steps(tuple(Step(date(2023, month, 1), Bounds(Decimal(month), Decimal(month))) for month in (2, 3, 4)))

    def lows(first: date, last: date) -> list[int]:
        return [int(each.low) for each in steps.between(first, last)]

    assert lows(date(2023, 1, 1), date(2023, 1, 31)) == [0]
    assert lows(date(2023, 1, 31), date(2023, 3, 1)) == [0, 2, 3]
    assert lows(date(2023, 3, 1), date(2023, 3, 31)) == [3]
    assert lows(date.min, date.max) == [0, 2, 3, 4]


def test_steps_print_in_one_line() -> None:
    """Each step has its day and bounds; a sum that is never more than 0 prints as that."""
    ever, later = Bounds(Decimal(0), Decimal(30)), Bounds(Decimal(30), Decimal(30))
    assert str(Steps((Step(None, ever), Step(date(2023, 11, 28), later)))) == "ever: 0 to 30; since 28 Nov 2023: 30"
    assert str(Steps(())) == "0"
