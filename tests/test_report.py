"""Looks: the columns of each kind of result describe its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from aidtimeline import Counts, MoneySums, Timeline
from aidtimeline.events import (
    Amendment,
    Announcement,
    Corroboration,
    Delivery,
    Disbursement,
    Event,
    Observation,
    Participation,
    Pledge,
    Record,
    Source,
)
from aidtimeline.projections import Fulfilment, Result
from aidtimeline.report import LOOKS, look_of

SOURCES = (Source(publisher="Rubryka", published="2023-02-01"),)
EVENTS = (
    Announcement(date="2023-01-01", project="hd", intent="delivery", item="pump", sources=SOURCES),
    Participation(date="2023-01-01", project="hd", party="JP", role="lead", sources=SOURCES),
    Pledge(
        date="2023-01-02", donor="JP", project="hd", item="pump", quantity=10, unit="set", due="2023", sources=SOURCES
    ),
    Pledge(date="2023-01-02", donor="JP", project="hd", item="pump", value="USD 2..4", sources=SOURCES),
    Pledge(date="2023-01-02", donor="JP", project="hd", item="truck", quantity=3, sources=SOURCES),
    Delivery(
        date="2023-03-01", donor="JP", project="hd", item="pump", quantity=3, unit="set", value="USD 1", sources=SOURCES
    ),
    Observation(date="2023-04-01", donor="JP", item="pump", quantity="1..", unit="set", sources=SOURCES),
    Observation(date="2023-04-01", donor="JP", value="USD ~2", of_kind="pledge", sources=SOURCES),
    Disbursement(date="2023-04-01", project="hd", counterpart="clinic", value="USD 2", sources=SOURCES),
)


def results() -> list[Result[Any, Any]]:
    """A result of each kind, and of sums both counts and money."""
    instant = datetime(2026, 11, 21, 10, tzinfo=UTC)
    timeline = Timeline([Record(f"{number:032x}", instant, each) for number, each in enumerate(EVENTS)])
    before, view = timeline.as_of("2023-01-01"), timeline.as_of("2024-02-01")
    sums = Counts(kind=["pledge", "delivery"]), MoneySums("item-category", kind="pledge")
    return [
        *(view.replay(each) for each in sums),
        *(timeline.series(each) for each in sums),
        view.within(sums[0], "year"),
        *(before.diff(view, each) for each in sums),
        before.diff(view, Fulfilment(view.as_of)),
        view.explain(MoneySums(kind="pledge"), ("pledge", "USD")),
        view.fulfilment(),
        view.levels(),
        view.projects(),
        view.participation(),
        view.facts_table(),
        view.flows(),
    ]


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_units_are_columns(result: Result[Any, Any]) -> None:
    """A column with numbers names columns that the rows have, and a row has a value in one of them at most."""
    columns = {each.name: each for each in look_of(type(result))(result).columns()}
    assert len(result.rows)
    for each in columns.values():
        units = (each.unit,) if isinstance(each.unit, str) else each.unit or ()
        assert set(units) <= set(columns)
        for row in result.rows:
            assert sum(columns[name].value(row) is not None for name in units) <= 1


def test_every_look_is_asked() -> None:
    """The results above are of every kind that has a look."""
    assert {type(each).__name__ for each in results()} == set(LOOKS)


def reported(*events: Event | Amendment) -> Timeline:
    return Timeline(
        Record(f"{number:032x}", datetime(2026, 11, 21, 10, tzinfo=UTC), each) for number, each in enumerate(events)
    )


def test_no_report_is_cited_for_a_number_that_it_contradicts() -> None:
    """What it says in another currency, or as a plan, stands beside its name."""
    later = Source(publisher="B", published="2023-03-01")
    paid = Disbursement(date="2023-01-01", value="USD 93", sources=SOURCES)
    euros = Corroboration(of=f"{0:032x}", value="EUR 500", sources=later)
    assert "Rubryka 2023-02-01; B 2023-03-01 (says EUR 500)" in str(reported(paid, euros).as_of("2024-01-01").money())

    planned = Delivery(date="2023-02-10", item="truck", quantity=30, sources=SOURCES)
    deed = Corroboration(of=f"{0:032x}", quantity=20, sources=later)
    text = str(reported(planned, deed).as_of("2024-01-01").counts())
    assert "truck      20  Rubryka 2023-02-01 (planned 30); B 2023-03-01" in text
