"""What may be the same fact reported twice: parts, overlaps, datasets, and the books of both sides."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import attrs
from hypothesis import given, settings, strategies as st
from oracle import Oracle
from tangled import overlapping_logs
from test_laws import hold_against

from aidtimeline import Timeline
from aidtimeline.codec import record_id
from aidtimeline.events import Cancellation, Delivery, Pledge, Record, Source, stated
from aidtimeline.projections import Counts
from aidtimeline.projections.sums.series import series
from aidtimeline.semantics import believe
from aidtimeline.testing import Cuts, laws as law
from aidtimeline.testing.strategies import FIRST, LAST
from aidtimeline.values.amounts import Quantity
from aidtimeline.vocabulary import Dataset, Vocabulary

DAYS = st.sampled_from([FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=3)])
BY = st.sampled_from([(), ("item",), ("donor",), ("project", "donor")])
WHERE: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "donor": st.sampled_from(["JP", "DE"]),
        "project": st.sampled_from(["a", None]),
        "side": st.sampled_from(["provider", "receiver"]),
    },
)


@settings(max_examples=settings().max_examples * 3)
@given(overlapping_logs(), DAYS, BY, WHERE)
def test_overlaps_against_worlds(records: list[Record], day: date, by: tuple[str, ...], where: dict[str, Any]) -> None:
    """Sums of facts that may be the same hold what is true in each world, and are reached unless they are loose."""
    oracle = Oracle(records, day)
    question = (("delivery",), by, where)
    table = law.answer(records, Cuts(day), Counts(by=by, where=where))
    hold_against(table, oracle.counts(*question), oracle, oracle.counted(*question))


@settings(max_examples=settings().max_examples * 2)
@given(overlapping_logs(), DAYS, BY, WHERE, WHERE)
def test_narrowing(records: list[Record], day: date, by: tuple[str, ...], where: dict[str, Any], more: Any) -> None:
    """Law 17: a narrower question never has a higher end, unless something is below zero."""
    view = Cuts(day)
    quantities = (stated(record.event, "quantity", Quantity) for record in records)
    if any(each is not None and each.low < 0 for each in quantities):
        return
    wide = law.answer(records, view, Counts(by=by, where=where)).answers
    for key, bounds in law.answer(records, view, Counts(by=by, where={**more, **where})).answers.items():
        high = wide[key].high
        assert high is None or (bounds.high is not None and bounds.high <= high)


PAPER = Source(publisher="Kyodo News", published=LAST.isoformat(), dataset="register")


def _paid(number: int, donor: str, quantity: int, **links: Any) -> Record:
    event = Delivery(
        date=FIRST.isoformat(), item="truck", donor=donor, quantity=quantity, ref=str(number), sources=PAPER, **links
    )
    return Record(f"{number:032x}", datetime.combine(LAST, time(), UTC), event)


def test_what_is_part_of_a_line_that_is_no_certain_part() -> None:
    """Whether a line is a part is the same whatever is asked for: a replaced fact that was no part leaves it open."""
    whole, other, instead, part = (f"{number:032x}" for number in range(1, 5))
    records = [
        _paid(1, "JP", 4),
        _paid(2, "JP", 5),
        _paid(3, "DE", 1, part_of=whole, supersedes=other),
        _paid(4, "JP", 6, part_of=instead),
    ]
    view = Timeline(records).as_of(FIRST)
    for where, truth in (({}, "6 to 10"), ({"donor": "JP"}, "6 to 10"), ({"donor": "DE"}, "1")):
        assert str(view.counts(by=(), where=where)[None]) == truth
    assert {record.id for record in view.counts(by=()).explain(None).records} == {whole, other, instead, part}


def test_a_cancellation_leaves_a_part_what_it_is() -> None:
    """A cancellation is worth nothing, so what it ends is as certainly a part as before, and so are its parts."""
    ended = Cancellation(date=FIRST.isoformat(), supersedes=f"{2:032x}", sources=PAPER)
    records = [
        _paid(1, "JP", 8),
        _paid(2, "JP", 1, part_of="1"),
        _paid(3, "JP", 9, part_of="2"),
        Record(f"{4:032x}", datetime.combine(LAST, time(), UTC), ended),
    ]
    bounds = Timeline(records).as_of(FIRST).counts(by=())[None]
    assert str(bounds) == "9"
    assert bounds.disputed


def test_explanations_say_what_joins_a_line() -> None:
    """Two facts that replaced one add up, though one is part of the other: what they replaced is named too."""
    records = [
        _paid(1, "JP", 7),
        _paid(2, "JP", 3, supersedes=f"{1:032x}"),
        _paid(3, "JP", 4, supersedes=f"{1:032x}", part_of=f"{2:032x}"),
    ]
    view = Timeline(records).as_of(FIRST)
    explanation = view.counts(by=()).explain(None)
    assert str(explanation.answer) == "7"
    assert len(explanation.records) == len(records)


@given(overlapping_logs(), st.integers(0, 99).map(Random))
def test_order_and_split(records: list[Record], random: Random) -> None:
    """Laws 1 and 4: neither the order of records nor the parts in which facts are folded change a sum that overlaps."""
    for by in ((), ("donor",)):
        law.order(records, Cuts(FIRST), Counts(by=by), random)
        law.split(records, Cuts(FIRST), Counts(by=by), random)


@settings(max_examples=settings().max_examples * 2)
@given(overlapping_logs(), BY, WHERE)
def test_series(records: list[Record], by: tuple[str, ...], where: dict[str, Any]) -> None:
    """A series weighs each day anew: its answer for a day is that of the view."""
    question = Counts(by=by, where=where)
    found = series(believe(records), question)
    for number in range(-1, 4):
        day = FIRST + timedelta(days=number)
        table = law.answer(records, Cuts(day), question)
        assert {key: steps.at(day) for key, steps in found.answers.items() if key in table.answers} == table.answers


@settings(max_examples=settings().max_examples * 2)
@given(overlapping_logs(), DAYS, BY, WHERE)
def test_explanations_are_sufficient(
    records: list[Record], day: date, by: tuple[str, ...], where: dict[str, Any]
) -> None:
    """Law 11: the records that an explanation names give the answer again, with all that links run through."""
    question, view = Counts(by=by, where=where), Timeline(records).as_of(day)
    for key, bounds in view.replay(question).answers.items():
        explanation = view.explain(question, key)
        assert explanation.answer == bounds
        assert Timeline(explanation.records).as_of(day).replay(question).answers[key] == bounds


def test_two_cancellations_take_off_no_more_than_was_promised() -> None:
    """What one cancellation leaves of a promise may be less than the next one states: then the sum has bounds."""
    promised = [
        Pledge(date=FIRST.isoformat(), item="truck", quantity=quantity, sources=PAPER, ref=str(quantity))
        for quantity in (5, 10)
    ]
    records = [Record(f"{at:032x}", datetime.combine(LAST, time(), UTC), event) for at, event in enumerate(promised, 1)]
    for at, (off, left, exact) in enumerate([(2, 13, True), (3, 10, True), (4, 10, False)], 3):
        ended = Cancellation(
            date=FIRST.isoformat(), supersedes=f"{1:032x}", item="truck", quantity=off, sources=PAPER, ref=str(at)
        )
        records.append(Record(f"{at:032x}", datetime.combine(LAST, time(), UTC), ended))
        bounds = Timeline(records).as_of(FIRST).counts(by=(), kind="pledge")[None]
        assert bounds.high is not None
        assert bounds.low <= left <= bounds.high
        assert (bounds.low == bounds.high) is exact


def test_a_series_of_a_fact_of_two_datasets() -> None:
    """A fact of two datasets overlaps with nothing by itself, whatever happens in another dataset later."""
    register, tracker = (attrs.evolve(PAPER, dataset=name) for name in ("register", "tracker"))
    one: Any = _paid(1, "JP", 5).event
    other: Any = _paid(2, "JP", 3).event
    both = attrs.evolve(one, sources=(register, tracker))
    later = attrs.evolve(other, sources=tracker, date=(FIRST + timedelta(days=2)).isoformat())
    records = [Record(f"{at:032x}", datetime.combine(LAST, time(), UTC), each) for at, each in enumerate([both, later])]
    datasets = {name: Dataset(slug=name, name=name, overlaps=("register",)) for name in ("register", "tracker")}
    timeline = Timeline(records, Vocabulary(datasets=datasets))
    question = Counts(by=(), vocabulary=timeline.vocabulary)
    [row] = timeline.series(question)
    for step in row.steps.steps:
        assert step.bounds == timeline.as_of(step.day or FIRST).replay(question)[None]


def _said(quantity: int, day: int = 0, **fields: Any) -> Record:
    date_ = (FIRST + timedelta(days=day)).isoformat()
    paper = Source(publisher="Kyodo News", published=LAST.isoformat())
    said: dict[str, Any] = {"date": date_, "item": "truck", "quantity": quantity, "sources": paper}
    event = Delivery(**said | fields)
    return Record(record_id(event), datetime.combine(LAST, time(), UTC), event)


def test_a_line_that_is_named_stands_by_itself() -> None:
    """Of two lines of one project, what is named may be the same as the one that it names, and not as the other."""
    one, other = _said(10, project="parent"), _said(10, project="parent", ref="2")
    twelve = _said(12, project="child", overlaps=[one.id])
    [row] = Timeline([one, other, twelve]).as_of(FIRST).counts().rows
    assert [row.low, row.high, row.loose, row.overlap] == [22, 32, False, True]
    of_both = _said(5, project="third", overlaps=["parent"])  # which may be the same as either
    [row] = Timeline([one, other, twelve, of_both]).as_of(FIRST).counts().rows
    assert [row.low, row.high, row.loose] == [20, 37, True]


def test_a_series_forgets_what_is_replaced() -> None:
    """A part that was replaced by something else overlaps with nothing any more, and what is back does again."""
    whole = _said(10, donor="JP")
    part = _said(4, donor="JP", part_of=whole.id)
    instead = _said(3, 2, donor="DE", item="car", supersedes=[part.id])
    again = _said(2, 4, donor="JP", part_of=whole.id, ref="again")
    records = [whole, part, instead, again]
    steps = series(believe(records), Counts())["truck"]
    found = [steps.at(FIRST + timedelta(days=day)) for day in (0, 3, 5)]
    assert [int(each.low) for each in found] == [10, 10, 10]
    assert [each.overlap for each in found] == [True, False, True]


def test_the_books_that_report_most_hold() -> None:
    """At the low end, of either side; and of lines that have parts in both books, what is left of them."""
    whole = _said(10)
    parts = [_said(6, part_of=whole.id), _said(7, part_of=whole.id, side="receiver")]
    lone = _said(20, side="receiver", ref="lone")
    for records, low, high in (([whole, *parts], 10, 13), ([whole, *parts, lone], 27, 33), ([whole, lone], 20, 30)):
        [row] = Timeline(records).as_of(FIRST).counts().rows
        assert [row.low, row.high, row.overlap] == [low, high, True]
