"""How sums changed within each period, against the oracle: in each world, the sum at its end less that before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings, strategies as st
from oracle import Fact, Interval, Oracle, closure, hull, is_part
from tangled import LINKING, linked_logs

from aidtimeline import Cancellation, Counts, Delivery, Disbursement, MoneySums, Pledge, Record, Source, Timeline
from aidtimeline.codec import record_id
from aidtimeline.errors import UsageError
from aidtimeline.events import Amendment, Event
from aidtimeline.projections import COUNTED_KINDS
from aidtimeline.projections.sums.within import Change, Moves, Within, within
from aidtimeline.semantics import believe
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.testing.strategies import FIRST, LAST

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
LATE = Source(publisher="Rubryka", published="2024-05-01")
MOST_WORLDS = 2_000

periods = st.sampled_from(("year", "quarter", "month"))
any_log = st.one_of(logs(max_size=6), logs(moves=LINKING, min_size=2, max_size=7))


def as_record(event: Event | Amendment) -> Record:
    return Record(record_id(event), NOON, event)


def within_of(
    projection: Counts | MoneySums, period: Any, *events: Event | Amendment, until: str | None = None
) -> Within:
    return within(believe(map(as_record, events)), projection, period, until)


def texts(moves: Moves) -> dict[str | None, str]:
    return {each.period: str(each.change) for each in moves}


# The oracle.


def days_of(period: str | None, text: str) -> tuple[date, date]:
    """The first and the last day of a period."""
    year, part = int(text[:4]), int(text.rpartition("-")[2].removeprefix("Q"))
    first, last = {"year": (1, 12), "quarter": (3 * part - 2, 3 * part), "month": (part, part)}[str(period)]
    after = date(year + last // 12, last % 12 + 1, 1) if (year, last) < (9999, 12) else None
    return date(year, first, 1), date.max if after is None else after - timedelta(days=1)


def states(fact: Fact, before: date | None, end: date) -> str:
    """Whether a fact may have happened before (A), from then to the end (B), or not by then (C)."""
    earliest, latest = fact.span
    later = fact.planned or latest is None
    return (
        "A" * (before is not None and (earliest is None or earliest <= before))
        + "B" * ((earliest is None or earliest <= end) and (later or before is None or latest > before))
        + "C" * (later or latest > end)
    )


class Worlds:
    """What stands before a period and at its end, in each world."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.above = {
            each: {node for node in oracle.links if each in closure(oracle.links, node)} for each in oracle.facts
        }

    def of(self, asked: set[str], before: date | None, end: date) -> Iterator[tuple[set[str], set[str]]]:
        concerned = asked.union(*(self.above[each] for each in asked))
        facts = {each: fact for each, fact in self.oracle.facts.items() if each in concerned}
        options = [states(each, before, end) for each in facts.values()]
        if prod(map(len, options)) > MOST_WORLDS:
            return
        for choice in product(*options):
            happened = dict(zip(facts, choice, strict=True))
            stood, stands = (
                {
                    each
                    for each, state in happened.items()
                    if state in by and not any(happened.get(other, "C") in by for other in self.above[each])
                }
                for by in ("A", "AB")
            )
            yield stood, stands

    def change(self, asked: set[str], amount: str, unit: str | None, before: date | None, end: date) -> list[Interval]:
        """The least and the most by which a sum changes, in each world."""
        found = []
        for stood, stands in self.of(asked, before, end):
            low, high = Fraction(0), Fraction(0)
            ends: list[Interval] = [getattr(self.oracle.facts[each], amount) for each in asked & stands - stood]
            gone: list[Interval] = [getattr(self.oracle.facts[each], amount) for each in asked & stood - stands]
            least: Any = (
                None
                if any(each[1] is None for each in gone)
                else low + sum(each[0] for each in ends) - sum(each[1] for each in gone)
            )
            most: Any = (
                None
                if any(each[1] is None for each in ends)
                else high + sum(each[1] for each in ends) - sum(each[0] for each in gone)
            )
            found.append((least, most))
        return found


def hold(records: list[Record], asked: Cuts, period: str, question: Counts | MoneySums, until: date | None) -> int:
    """Laws 6 and 7 for each change; how many were compared."""
    oracle = Oracle(records, asked.as_of, asked.known_at, asked.recorded_until)
    assume(not any(is_part(each.event) for each in oracle.facts.values()))  # what these take off it does not know
    belief = believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until)
    found = within(belief, question, period, until)  # type: ignore[arg-type]
    worlds, amount, compared = Worlds(oracle), "value" if question.money else "quantity", 0
    for row in found:
        values = dict(zip(found.names, row.key, strict=True))
        unit = values.pop("currency") if question.money else row.unit
        its = {
            each.id
            for each in oracle.facts.values()
            if getattr(each, amount) is not None
            and each.event.kind in question.selection.kinds
            and oracle._measure(each, amount) == unit
            and all(oracle._key(each, (name,))[0] == value for name, value in values.items())
        }
        first = next((move.period for move in row.moves if move.period is not None), None)
        for move in row.moves:
            if move.period is None:
                before, end = (
                    None,
                    until or date.max if first is None else days_of(period, first)[0] - timedelta(days=1),
                )
            else:
                start, end = days_of(period, move.period)
                before, end = (start - timedelta(days=1) if start > date.min else None), min(end, until or end)
            changes = worlds.change(its, amount, unit, before, end)
            if not changes:
                continue
            compared += 1
            low, high = hull(changes)
            change: Change = move.change
            if change.overlap and any(getattr(oracle.facts[each], amount)[0] < 0 for each in its):
                continue
            if change.overlap:
                for stood, stands in worlds.of(its, before, end):
                    was, is_now = (oracle._in_world(its, frozenset(each), amount, unit) for each in (stood, stands))
                    assert change.low is None or change.low <= is_now[0] - was[0]
                    assert change.high is None or change.high >= is_now[0] - was[0]
                continue
            assert change.low is None or (low is not None and change.low <= low)
            assert change.high is None or (high is not None and change.high >= high)
            if not change.loose:
                assert (change.low, change.high) == (low, high)
    return compared


@settings(max_examples=settings().max_examples * 4)
@given(
    any_log,
    cuts(),
    periods,
    st.sampled_from((Counts((), kind=[]), Counts("item", kind=[]), Counts("donor"), MoneySums(), MoneySums("donor"))),
    st.none() | st.dates(FIRST, LAST + timedelta(days=40)),
)
def test_changes_of_all_worlds(
    records: list[Record], asked: Cuts, period: str, question: Counts | MoneySums, until: date | None
) -> None:
    """What a period changed contains what it changed in every world, and is reached."""
    hold(records, asked, period, question, until)


@given(st.integers(3, 7).flatmap(linked_logs), periods)
def test_changes_of_linked_facts(records: list[Record], period: str) -> None:
    """The same for facts of which several may replace one, on days on both sides of the end of a quarter."""
    hold(records, Cuts(LAST), period, Counts(kind=COUNTED_KINDS), None)


@given(any_log, cuts(), periods)
def test_changes_are_those_of_the_series(records: list[Record], asked: Cuts, period: Any) -> None:
    """The changes together contain the sum at the end."""
    timeline = Timeline(records)
    series = timeline.series(Counts(kind=[]), known_at=asked.known_at, recorded_until=asked.recorded_until)
    found = series.within(period)
    assert found.keys() == series.keys()
    for key, moves in found.answers.items():
        last = [step.day for step in series.answers[key]][-1]
        end = series.answers[key].at(date.max if last is None else days_of(period, str(moves.moves[-1].period))[1])
        lows, highs = zip(*((each.change.low, each.change.high) for each in moves), strict=True)
        if None not in lows:
            assert sum(lows, Decimal(0)) <= end.low or any(each.change.overlap for each in moves)
        if end.high is not None and None not in highs:
            assert sum(highs, Decimal(0)) >= end.high or any(each.change.overlap for each in moves)


# Examples.


def test_a_raise_is_the_difference() -> None:
    """A pledge of 100, raised to 150 in the next quarter: 100 and 50, where by date it would be 0 and 150."""
    first = Pledge(date="2023-02-01", item="truck", quantity=100, sources=LATE)
    raised = Pledge(date="2023-05", item="truck", quantity=150, supersedes=record_id(first), sources=LATE)
    found = within_of(Counts(kind="pledge"), "quarter", first, raised)
    assert texts(found["truck"]) == {"2023-Q1": "100", "2023-Q2": "50"}
    vague = evolve(raised, date="2023-03/2023-04")
    found = within_of(Counts(kind="pledge"), "month", first, vague)
    assert texts(found["truck"]) == {"2023-02": "100", "2023-03": "0 to 50", "2023-04": "0 to 50"}


def test_bounds_are_not_subtracted() -> None:
    """What may be 2 to 4 stays what it is: nothing changes, and not -2 to 2."""
    found = within_of(
        Counts(),
        "month",
        Delivery(date="2023-01-05", item="truck", quantity="2..4", sources=LATE),
        Delivery(date="2023-03-05", item="truck", quantity=1, sources=LATE),
    )
    assert texts(found["truck"]) == {"2023-01": "2 to 4", "2023-02": "0", "2023-03": "1"}


def test_what_has_no_number_may_take_off_any() -> None:
    """Some trucks are replaced by 10: between at most 9 more and any number less."""
    some = Delivery(date="2023-01-05", item="truck", sources=LATE)
    ten = Delivery(date="2023-02-05", item="truck", quantity=10, supersedes=record_id(some), sources=LATE)
    found = within_of(Counts(), "month", some, ten)
    assert texts(found["truck"]) == {"2023-01": "at least 1", "2023-02": "at most 9"}
    assert found["truck"]["2023-02"].open == 1


def test_what_is_cancelled_is_taken_off_where_it_is() -> None:
    """Of 10 promised in the first quarter 4 end in the second."""
    first = Pledge(date="2023-02-01", item="truck", quantity=10, sources=LATE)
    off = Cancellation(date="2023-05-01", quantity=4, supersedes=record_id(first), sources=LATE)
    found = within_of(Counts(kind="pledge"), "quarter", first, off)
    assert texts(found["truck"]) == {"2023-Q1": "10", "2023-Q2": "-4"}


def test_a_period_may_end_early() -> None:
    """To a day within a quarter: what happens after it is left out."""
    events = [Delivery(date=day, item="truck", quantity=1, sources=LATE) for day in ("2023-02-01", "2023-05-01")]
    late = Delivery(date="2023-06-01", item="truck", quantity=9, sources=LATE)
    found = within_of(Counts(), "quarter", *events, late, until="2023-05-15")
    assert texts(found["truck"]) == {"2023-Q1": "1", "2023-Q2": "1"}
    assert found.until == date(2023, 5, 15)


def test_overlap_adds_nothing_to_its_part() -> None:
    """A part that may be in a total of last quarter adds nothing to all of it, and not less than nothing."""
    total = Disbursement(date="2023-02-01", value="USD 100", sources=LATE)
    part = Disbursement(date="2023-05-01", value="USD 60", overlaps=record_id(total), sources=LATE)
    found = within_of(MoneySums(), "quarter", total, part)
    [row] = found
    assert texts(row.moves) == {"2023-Q1": "100", "2023-Q2": "0 to 60"}
    assert row.moves["2023-Q2"].loose
    assert row.moves["2023-Q2"].overlap
    assert not row.moves["2023-Q1"].loose


def test_a_plan_may_be_carried_out_in_any_later_period() -> None:
    """A plan for March may be carried out in each month from March on."""
    plan = Delivery(date="2023-03-05", item="truck", quantity=3, sources=Source(publisher="A", published="2023-01-01"))
    found = within_of(Counts(), "month", plan, until="2023-05-15")
    assert texts(found["truck"]) == {"2023-03": "0 to 3", "2023-04": "0 to 3", "2023-05": "0 to 3"}


def test_a_long_chain_takes_little_time() -> None:
    """Each of a thousand replaces the one before it, some time in its month."""
    events: list[Pledge] = []
    for number in range(1000):
        day = f"{1900 + number // 12}-{1 + number % 12:02}"
        links = [record_id(events[-1])] if events else []
        events.append(Pledge(date=day, item="truck", quantity=number + 1, supersedes=links, sources=LATE))
    moves = within_of(Counts(kind="pledge"), "month", *events)["truck"]
    assert len(moves) == 1000
    assert {str(each.change) for each in moves} == {"1"}


def test_what_cannot_be_asked() -> None:
    """Another period, dates of facts, and a series without a view."""
    series = Timeline([]).series(Counts())
    with pytest.raises(UsageError, match="there is no period"):
        series.within("week")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="leave out `by`"):
        Timeline([]).as_of("2023-12-31").within(Counts("quarter"), "quarter")
    with pytest.raises(UsageError, match="only the series of a timeline"):
        evolve(series, view=None).within("quarter")
