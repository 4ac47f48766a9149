"""What money is for and how it is given: plans and emergencies, types of aid, tied or not, and the time it is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline import EventLog, MemoryLog, MoneySums, Timeline
from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.events import Delivery, Disbursement, Event, Observation, Source
from aidtimeline.projections.fields import during
from aidtimeline.values.dates import DateRange

SOURCE = Source(publisher="A", published="2024-12-31")


def timeline_of(*events: Event) -> Timeline:
    log = MemoryLog()
    log.append(events)
    return Timeline(log.read())


def paid(amount: int, **fields: Any) -> Disbursement:
    return Disbursement(date="2024-01-15", value=f"USD {amount}", sources=SOURCE, **fields)


def sums(timeline: Timeline, by: Any = (), where: Mapping[str, Any] | None = None) -> dict[Any, str]:
    """The amounts of a table of money by key."""
    found = timeline.as_of("2024-12-31").money(by, kind="disbursement", where=where)
    return {row.key[2:]: str(row.bounds) for row in found}


def test_what_is_for_several_plans_is_for_each_in_part() -> None:
    """Nobody says in which: so much of each plan is unknown, but all of it is for the one emergency."""
    scope = {"plan:HUKR22": None, "plan:HUKR23": None, "glide:EQ-2015-000048-NPL": 100}
    timeline = timeline_of(paid(100, scope=scope), paid(7, scope="plan:HUKR22"))
    amounts = {name: sums(timeline, where={"scope": name}) for name in (*scope, "plan:HUKR24")}
    assert list(amounts.values()) == [{(): "7 to 107"}, {(): "0 to 100"}, {(): "100"}, {}]


def test_types_of_aid_are_of_vocabularies_of_their_own() -> None:
    """Each has all of the money; the DAC's need no name. A table that mixes them says so."""
    timeline = timeline_of(paid(10, aid_type={"1:C01": 100, "4:1": 100}), paid(5, aid_type="C01"))
    assert sums(timeline, where={"aid-type": "1:C01"}) == {(): "15"}
    assert sums(timeline, where={"aid_type": "4:1"}) == {(): "10"}
    said = str(timeline.as_of("2024-12-31").money("aid-type"))
    assert "each vocabulary of types of aid has all of it" in said


def test_tied_is_one_of_three_words() -> None:
    """Or unsaid; another word is refused, where it is stated and where it is asked for."""
    timeline = timeline_of(paid(10, tied="tied"), paid(5, tied="untied"), paid(1))
    assert sums(timeline, where={"tied": ["untied", "partially-tied"]}) == {(): "5"}
    assert sums(timeline, where={"tied": None}) == {(): "1"}
    with pytest.raises(InvalidValue, match="expected one of tied, partially-tied, untied"):
        paid(1, tied="3")
    with pytest.raises(UsageError, match="did you mean untied"):
        sums(timeline, where={"tied": "untid"})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2024", "10 to 30"),
        ("2024-01", "0 to 10"),
        ("2025", "0 to 20"),
        (["2024", "2025"], "30"),
        ("2026", None),
        ("2024-07/..", "20 to 30"),
        (None, "1"),
    ],
)
def test_what_is_for_a_longer_period_is_asked_for_in_part(asked: Any, found: str | None) -> None:
    """All of what lies within the period, nothing to all of what reaches beyond it; any period may be asked for."""
    timeline = timeline_of(paid(10, period="2024"), paid(20, period="2024-07-01/2025-06-30"), paid(1))
    assert sums(timeline, where={"period": asked}) == ({} if found is None else {(): found})


def test_periods_are_keys_as_they_are_stated() -> None:
    """A period that is asked for narrows each; one that is no date is refused."""
    timeline = timeline_of(paid(10, period="2024"), paid(20, period="2024-07-01/2025-06-30"))
    assert sums(timeline, by="period") == {("2024",): "10", ("2024-07-01/2025-06-30",): "20"}
    assert sums(timeline, by="period", where={"period": "2025"}) == {("2024-07-01/2025-06-30",): "0 to 20"}
    with pytest.raises(UsageError, match="where period: found 'soon', expected"):
        sums(timeline, where={"period": "soon"})


DAYS = st.integers(0, 40).map(lambda number: date(2024, 1, 1) + timedelta(days=number))
PERIODS = st.tuples(DAYS, DAYS).map(lambda ends: DateRange.between(min(ends), max(ends)))


@given(PERIODS, st.lists(PERIODS, max_size=3))
def test_a_period_lies_in_others_as_its_days_do(period: DateRange, asked: list[DateRange]) -> None:
    """Wholly if each of its days is in one of them; not at all if none is; else in some part."""

    def days(of: DateRange) -> set[date]:
        first, last = of.earliest or date.min, of.latest or date.max
        return {first + timedelta(days=number) for number in range((last - first).days + 1)}

    own, others = days(period), set().union(*map(days, asked))
    share = Fraction(len(own & others), len(own))
    found = during(period, [each.text for each in asked])
    assert (found.least == 100, found.most == 0) == (share == 1, share == 0)


def test_the_stored_table_answers_the_same(tmp_path: Path) -> None:
    """By these fields, and where they are asked for."""
    fields: list[dict[str, Any]] = [
        {"period": "2024", "tied": "tied", "scope": "plan:A", "aid_type": "C01"},
        {"period": "2023/2024", "scope": {"plan:A": 30, "plan:B": None}},
        {"aid_type": {"C01": 50, "B01": 50, "4:1": None}, "tied": "untied"},
    ]
    events = [paid(10**number, **each) for number, each in enumerate(fields)]
    EventLog(tmp_path).append([*events, Delivery(date="2024", item="truck", scope="plan:A", sources=SOURCE)])
    opened = [Timeline.open(tmp_path, engine=engine) for engine in ("fold", "embedded")]
    fold, stored = (each.as_of("2024-12-31") for each in opened)
    wheres: list[Any] = [None, {"period": "2024"}, {"period": ["2023", "2024"]}, {"scope": "plan:A"}, {"tied": "tied"}]
    for where in [*wheres, {"aid-type": "B01"}, {"period": None}]:
        for by in ((), "period", "scope", ["tied", "aid-type"]):
            assert stored.money(by=by, where=where) == fold.money(by=by, where=where)
        assert [row[:-1] for row in stored.facts_table(where=where)] == [
            row[:-1] for row in fold.facts_table(where=where)
        ]
        one, other = (each.series(MoneySums(by="tied", where=where)) for each in opened)
        assert one == other


@pytest.mark.parametrize(
    ("level", "fact", "recorded"),
    [
        ({"period": "2024"}, {"period": "2024-03"}, "10"),
        ({"period": "2024"}, {"period": "2024/2025"}, "0 to 10"),
        ({"period": "2024"}, {"period": "2025"}, "0"),
        ({"period": "2024"}, {}, "0 to 10"),
        ({"tied": "tied"}, {"tied": "untied"}, "0"),
        ({"tied": "tied"}, {}, "0 to 10"),
        ({"scope": "plan:A"}, {"scope": {"plan:A": 60, "plan:B": 40}}, "6"),
        ({"scope": "plan:A"}, {"scope": "glide:1"}, "0 to 10"),
        ({"aid_type": "C01"}, {"aid_type": "B01"}, "0"),
        ({}, {"aid_type": "B01", "scope": "plan:A", "tied": "tied", "period": "2024"}, "10"),
    ],
)
def test_a_level_is_held_against_what_is_for_the_same(
    level: dict[str, Any], fact: dict[str, Any], recorded: str
) -> None:
    """Levels of a plan, a year or a type of aid have in them what is for it, and perhaps what does not say."""
    observed = Observation(date="2024-06-01", value="USD 50", of_kind="disbursement", sources=SOURCE, **level)
    [row] = timeline_of(observed, paid(10, **fact)).as_of("2024-12-31").levels()
    assert str(row.recorded) == recorded
