"""Sums by year, quarter and month of the facts' own dates, against the oracle: a date is in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

import pytest
from attrs import frozen
from hypothesis import assume, given, settings, strategies as st
from oracle import Fact, Interval, Key, Oracle, hull
from tangled import LINKING

from aidtimeline import (
    Cancellation,
    Corroboration,
    Counts,
    Delivery,
    Disbursement,
    MoneySums,
    Pledge,
    Record,
    Source,
    Timeline,
    replay,
)
from aidtimeline.codec import record_id
from aidtimeline.errors import UsageError
from aidtimeline.events import Amendment, Event
from aidtimeline.projections import VALUED_KINDS, Bounds, Table
from aidtimeline.projections.dated import MOST_PERIODS
from aidtimeline.testing import Cuts, cuts, laws as law, logs
from aidtimeline.testing.strategies import FIRST, LAST

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
LATE = Source(publisher="Rubryka", published="2024-05-01")
UNDECIDED = 9

periods = st.sampled_from(("year", "quarter", "month"))
any_log = st.one_of(logs(max_size=6), logs(moves=LINKING, min_size=2, max_size=6))


def as_record(event: Event | Amendment) -> Record:
    return Record(record_id(event), NOON, event)


def table_of(projection: Counts | MoneySums, *events: Event | Amendment, as_of: str = "2024-12-31") -> Table:
    return replay(map(as_record, events), projection, as_of=as_of)


def texts(table: Table) -> dict[Any, str]:
    return {row.key if len(row.key) > 1 else row.key[0]: str(row.bounds) for row in table}


# The oracle.


def label(period: str, day: date) -> str:
    """The text of the period that a day lies in."""
    if period == "quarter":
        return f"{day.year:04}-Q{(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)[day.month - 1]}"
    return day.isoformat()[: {"year": 4, "month": 7}[period]]


@cache
def labels(period: str, first: date, last: date) -> frozenset[str]:
    """The periods of all days between two, both inclusive."""
    return frozenset(label(period, first + timedelta(days=number)) for number in range((last - first).days + 1))


@frozen
class When:
    """In which periods the days of a fact lie, by the cut; None: in others that have no row."""

    first: date | None
    last: date
    labels: frozenset[str | None]

    @classmethod
    def of(cls, fact: Fact, period: str, as_of: date) -> When:
        first, latest = fact.span
        last = as_of if fact.planned or latest is None else min(latest, as_of)
        if first is not None and (last - first).days < 31 * (MOST_PERIODS + 1) * 12:
            found = labels(period, first, last)
            if len(found) <= MOST_PERIODS:
                return cls(first, last, frozenset(found))
        return cls(first, last, frozenset((None, label(period, last))))

    def may_be_in(self, period: str, row: str | None) -> bool:
        """Whether some day is in a period that has a row."""
        if None not in self.labels or row is None:
            return row in self.labels
        return row <= label(period, self.last) and (self.first is None or label(period, self.first) <= row)


def by_date(
    oracle: Oracle, members: Mapping[Key, set[str]], amount: str, period: str
) -> dict[tuple[Key, str | None], tuple[Interval, set[str]]]:
    """The least and the most of each key in each period, over all worlds; and which facts may be in it."""
    answer = {}
    for key, asked in members.items():
        when = {each: When.of(oracle.facts[each], period, oracle.as_of) for each in asked}
        for row in {each for its in when.values() for each in its.labels}:
            inside = {each for each in asked if when[each].may_be_in(period, row)}
            sure = {each for each in inside if when[each].labels == {row}}
            found = set()
            for world in oracle.worlds:
                perhaps = sorted(inside & world - sure)
                for choice in product((False, True), repeat=len(perhaps)):
                    chosen = {each for each, is_in in zip(perhaps, choice, strict=True) if is_in}
                    found.add(oracle._in_world((sure & world) | chosen, world, amount, key[1]))
            answer[key, row] = hull(found), inside
    return answer


def rows_of(table: Table, period: str) -> dict[tuple[Key, str | None], Bounds]:
    found = {}
    for row in table.rows:
        values = dict(zip(table.names, row.key, strict=True))
        when = values.pop(period)
        unit = values.pop("currency") if table.money else row.unit
        found[(tuple(values.values()), unit), when] = row.bounds
    return found


@settings(max_examples=settings().max_examples * 4)
@given(any_log, cuts(), periods, st.sampled_from(((), ("item",), ("donor",), ("kind",))), st.booleans())
def test_bounds_by_date(records: list[Record], asked: Cuts, period: str, by: tuple[str, ...], money: bool) -> None:
    """Laws 6 and 7: what a period has contains the sum of every world, and is reached."""
    oracle = Oracle(records, asked.as_of, asked.known_at, asked.recorded_until)
    assume(len(oracle.undecided) <= UNDECIDED and len(oracle.facts) <= UNDECIDED)
    question: Counts | MoneySums
    if money:
        question = MoneySums([*by, period])
        members = oracle.valued(
            VALUED_KINDS, tuple(name for name in question.names if name not in ("currency", period))
        )
    else:
        question = Counts([*by, period], kind=[])
        members = oracle.counted(question.selection.kinds, tuple(name for name in question.names if name != period))
    amount = "value" if money else "quantity"
    found = rows_of(law.answer(records, asked, question), period)
    expected = by_date(oracle, members, amount, period)
    assert found.keys() == expected.keys()
    for key, ((low, high), facts) in expected.items():
        bounds, its = found[key], [oracle.facts[each] for each in facts]
        assert bounds.open == sum(getattr(each, amount)[1] is None for each in its)
        if bounds.overlap and any(getattr(each, amount)[0] < 0 for each in its):
            continue
        assert bounds.low <= low
        assert bounds.high is None or (high is not None and bounds.high >= high)
        if not bounds.loose:
            assert (bounds.low, bounds.high) == (low, high)
        assert not (bounds.loose and not bounds.overlap and all(oracle.is_tight(each.id) for each in its))


@settings(max_examples=settings().max_examples * 2)
@given(any_log, cuts(), periods, st.sampled_from((FIRST, date(2023, 4, 1), LAST)))
def test_a_period_asked_for_is_its_row(records: list[Record], asked: Cuts, period: str, day: date) -> None:
    """`where` gives what the row has, beside whatever else is asked for: it is the row of the whole table."""
    text = label(period, day)
    for one, other in (
        (Counts(["item", period], kind=[]), Counts("item", kind=[], where={period: text})),
        (MoneySums(["donor", period]), MoneySums("donor", where={period: text})),
        (Counts(["item", period], kind=[]), Counts(["item", period], kind=[], where={period: text})),
    ):
        whole, narrow = (law.answer(records, asked, each) for each in (one, other))
        at = whole.names.index(period)
        own = {key: bounds for key, bounds in whole.answers.items() if key[at] == text}
        found = {
            key if period in narrow.names else (*key[:at], text, *key[at:]): each
            for key, each in narrow.answers.items()
        }
        for key, bounds in own.items():
            assert found[key] == bounds
        for key in found.keys() - own.keys():  # it may lie there, and no other fact does
            rest = tuple(None if place == at else value for place, value in enumerate(key))
            assert found[key].low <= 0
            assert rest in whole.answers


@given(any_log, cuts(), periods, st.randoms(use_true_random=False))
def test_laws_by_date(records: list[Record], asked: Cuts, period: str, random: Any) -> None:
    """Laws 1 to 5: facts in any order and in any parts, and nothing is read of what is dated after the cut."""
    for question in (
        Counts(["item", period], kind=[]),
        MoneySums([period, "year"]),
        Counts((), where={period: "2023"[:4] if period == "year" else label(period, FIRST)}),
    ):
        for each in (law.order, law.idempotence, law.union, law.split):
            each(records, asked, question, random)
        law.prefix(records, asked, question)


@given(any_log, cuts(), periods, st.sampled_from(({"donor": "JP"}, {"item": "truck"})))
def test_a_narrower_question_has_no_higher_end(
    records: list[Record], asked: Cuts, period: str, where: dict[str, str]
) -> None:
    """Law 17, for what is not below zero."""
    assume(all(each.quantity is None or each.quantity[0] >= 0 for each in Oracle(records, asked.as_of).facts.values()))
    wide = law.answer(records, asked, Counts(period, kind=[]))
    narrow = law.answer(records, asked, Counts(period, kind=[], where=where))
    for key, bounds in narrow.answers.items():
        most = wide[key].high
        assert most is None or (bounds.high is not None and bounds.high <= most)


@given(any_log, cuts(), cuts(), periods)
def test_changes_by_date(records: list[Record], asked: Cuts, later: Cuts, period: str) -> None:
    """Laws 11 and 12: an explanation is enough for its number, and the parts of a change add up."""
    timeline = Timeline(records)
    before, after = (
        timeline.as_of(each.as_of, known_at=each.known_at, recorded_until=each.recorded_until)
        for each in (asked, later)
    )
    question = Counts(["item", period], kind=[])
    table = before.replay(question)
    for key, bounds in table.answers.items():
        found = table.explain(key)
        assert found.answer == bounds
        again = Timeline(found.records).as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)
        assert again.replay(question)[key] == bounds
    changes = before.diff(after, question)
    for key, parts in changes.answers.items():
        was, is_now = (each.answers.get(key) for each in changes.tables)
        lows = [0 if each is None else each.low for each in (was, is_now)]
        assert sum((each.low for each in parts), Decimal(0)) == lows[1] - lows[0]


# Examples.


def test_a_vague_date_may_lie_in_several() -> None:
    """What lies in one quarter is surely there; what may lie in two is nothing to all in each."""
    found = table_of(
        Counts("quarter"),
        Delivery(date="2023-02", item="truck", quantity=5, sources=LATE),
        Delivery(date="2023-03/2023-04", item="truck", quantity=2, sources=LATE),
    )
    assert texts(found) == {"2023-Q1": "5 to 7", "2023-Q2": "0 to 2"}


def test_only_days_by_the_cut_count() -> None:
    """In mid-February nothing has happened in the second quarter yet."""
    found = table_of(
        Counts("quarter"), Delivery(date="2023", item="truck", quantity=5, sources=LATE), as_of="2023-02-15"
    )
    assert texts(found) == {"2023-Q1": "0 to 5"}


def test_a_raise_is_of_its_own_date() -> None:
    """A pledge of 100 in the first quarter, raised to 150 in the second: what stands is of the second."""
    first = Pledge(date="2023-02-01", item="truck", quantity=100, sources=LATE)
    raised = Pledge(date="2023-05-01", item="truck", quantity=150, supersedes=record_id(first), sources=LATE)
    assert texts(table_of(Counts("quarter", kind="pledge"), first, raised)) == {"2023-Q2": "150"}
    assert texts(table_of(Counts("quarter", kind="pledge"), first, raised, as_of="2023-03-31")) == {"2023-Q1": "100"}


def test_no_first_day_makes_no_endless_rows() -> None:
    """What has no first day is in the last quarter that it may lie in, in any other row, or where there is no row."""
    found = table_of(
        Counts("quarter"),
        Delivery(date="[..2023-11-28]", item="truck", quantity=30, sources=LATE),
        Delivery(date="2022-05-01", item="truck", quantity=5, sources=LATE),
        Delivery(date="2024-01-01", item="truck", quantity=1, sources=LATE),
    )
    assert texts(found) == {None: "0 to 30", "2022-Q2": "5 to 35", "2023-Q4": "0 to 30", "2024-Q1": "1"}


def test_rows_are_those_of_the_same_key() -> None:
    """Helmets widen no row of trucks, and have none where only trucks have one."""
    found = table_of(
        Counts(["item", "quarter"]),
        Delivery(date="[..2023-11-28]", item="helmet", quantity=30, sources=LATE),
        Delivery(date="2022-05-01", item="truck", quantity=5, sources=LATE),
    )
    assert texts(found) == {("helmet", None): "0 to 30", ("helmet", "2023-Q4"): "0 to 30", ("truck", "2022-Q2"): "5"}


def test_fields_of_the_date_go_together() -> None:
    """There is no first quarter of 2023 in 2024, and a month narrows a year."""
    event = Delivery(date="2023-12/2024-01", item="truck", quantity=2, sources=LATE)
    assert texts(table_of(Counts(["year", "quarter"]), event)) == {
        ("2023", "2023-Q4"): "0 to 2",
        ("2024", "2024-Q1"): "0 to 2",
    }
    assert texts(table_of(Counts("quarter", where={"year": "2024"}), event)) == {"2024-Q1": "0 to 2"}
    assert texts(table_of(Counts("item", where={"quarter": ["2023-Q4", "2024-33"]}), event)) == {"truck": "2"}


def test_shares_of_vague_dates() -> None:
    """A share of what may lie in a quarter is nothing to the share."""
    event = Delivery(date="2023-03/2023-04", item="tent", quantity=200, location={"KE": 60, "UG": 40}, sources=LATE)
    found = table_of(Counts(["location", "month"]), event)
    assert texts(found)["KE", "2023-03"] == "0 to 120"
    assert texts(table_of(Counts(["location", "year"]), event))["KE", "2023"] == "120"


def test_what_a_cancellation_takes_off_is_of_the_promise() -> None:
    """A pledge of 10 in the first quarter of which 4 end in the second: 6 of the first."""
    first = Pledge(date="2023-02-01", item="truck", quantity=10, sources=LATE)
    off = Cancellation(date="2023-05-01", quantity=4, supersedes=record_id(first), sources=LATE)
    assert texts(table_of(Counts("quarter", kind="pledge"), first, off)) == {"2023-Q1": "6"}
    vague = Pledge(date="2023-03/2023-04", item="truck", quantity=10, sources=LATE)
    off = Cancellation(date="2023-05-01", quantity=4, supersedes=record_id(vague), sources=LATE)
    found = table_of(Counts("quarter", kind="pledge"), vague, off)
    assert texts(found) == {"2023-Q1": "0 to 10", "2023-Q2": "0 to 10"}
    assert all(row.loose for row in found)


def test_a_plan_may_be_late() -> None:
    """A plan for March may have been carried out in April, or not at all."""
    plan = Delivery(date="2023-03-05", item="truck", quantity=3, sources=Source(publisher="A", published="2023-01-01"))
    found = table_of(Counts("month"), plan, as_of="2023-04-10")
    assert texts(found) == {"2023-03": "0 to 3", "2023-04": "0 to 3"}


def test_disputed_dates_span_what_reports_say() -> None:
    """Two reports of one handover, in March and in April: it is in either."""
    event = Delivery(date="2023-03-05", item="truck", quantity=3, sources=LATE)
    other = Corroboration(of=record_id(event), date="2023-04-05", sources=LATE)
    found = table_of(Counts("month"), event, other)
    assert texts(found) == {"2023-03": "0 to 3", "2023-04": "0 to 3"}
    assert all(row.disputed for row in found)


def test_overlap_is_weighed_in_each_period() -> None:
    """A total of the first quarter and a part that may be of the second."""
    total = Disbursement(date="2023-02-01", value="USD 100", sources=LATE)
    part = Disbursement(date="2023-03/2023-04", value="USD 60", part_of=record_id(total), sources=LATE)
    found = table_of(MoneySums("quarter"), total, part)
    assert texts(found) == {("disbursement", "USD", "2023-Q1"): "100", ("disbursement", "USD", "2023-Q2"): "0 to 60"}


def test_what_cannot_be_asked() -> None:
    """Quarters that there are not, no quarter at all, and questions that are no sums."""
    with pytest.raises(UsageError, match="expected a quarter such as 2023-Q4"):
        Counts(where={"quarter": "2023-Q5"})
    with pytest.raises(UsageError, match="where month: found null"):
        Counts(where={"month": None})
    view = Timeline([]).as_of("2023-12-31")
    for ask in (view.projects, view.levels, view.fulfilment, view.participation):
        with pytest.raises(UsageError, match="only sums can be asked for by year"):
            ask({"year": "2023"})
    with pytest.raises(UsageError, match="a series is of every day"):
        Timeline([]).series(Counts("quarter"))
