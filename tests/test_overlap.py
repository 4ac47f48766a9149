"""What may be the same fact reported twice: parts, overlaps, datasets, and the books of both sides."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st
from oracle import Oracle
from tangled import overlapping_logs
from test_laws import hold_against

from aidtimeline import Timeline
from aidtimeline.events import Record, stated
from aidtimeline.projections import Counts
from aidtimeline.projections.sums.series import series
from aidtimeline.semantics import believe
from aidtimeline.testing import Cuts, laws as law
from aidtimeline.testing.strategies import FIRST
from aidtimeline.values.amounts import Quantity

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
