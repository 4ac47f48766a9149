"""Explanations of fulfilment: replaying only what they name gives the row again, and near misses are named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from fulfilment_oracle import draw
from fulfilmentcases import START, VOCABULARY, records
from hypothesis import given, strategies as st

from aidtimeline import Timeline
from aidtimeline.errors import UnknownKey
from aidtimeline.events import Cancellation, Commitment, Delivery, Event, Pledge, Record, Source
from aidtimeline.projections import FulfilmentRow
from aidtimeline.report import look

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Kyodo News")


def say(number: int, kind: type[Event], day: str, **fields: Any) -> Record:
    said = {"donor": "JP", "recipient": "UA", "item": "truck", "sources": SOURCE, **fields}
    return Record(f"{number:032x}", RECORDED, kind(date=day, **said))


def name(number: int) -> str:
    return f"{number:032x}"


LOG = [
    say(1, Pledge, "2023-03-01", quantity=10),
    say(2, Pledge, "2023-03-01", quantity=5, donor="US"),
    say(3, Delivery, "2023-04-01", quantity=2, fulfils=[name(1)]),
    say(4, Delivery, "2023-05-01", quantity=3, fulfils=[name(1), name(2)]),
    say(5, Delivery, "2023-06-01", quantity=4),
    say(6, Delivery, "2023-01-01", quantity=4),
    say(7, Delivery, "2023-06-01", quantity=4, recipient="PL"),
    say(8, Delivery, "2023-06-01", quantity=4, item="pump"),
    say(9, Cancellation, "2023-07-01", supersedes=[name(1)], quantity=1, item=None, donor=None, recipient=None),
]


def test_the_parts_of_a_row() -> None:
    """Its promises, those in the same lot, what is linked, what cancels, what may serve, and near misses with why."""
    table = Timeline(LOG).as_of("2023-12-31").fulfilment({"donor": "JP"})
    [row] = table
    explanation = table.explain(row.key)
    found = {int(reason.id, 16): (reason.part, str(reason.states)) for reason in explanation}
    assert found == {
        1: ("promised", "10"),
        2: ("in the lot", "5"),
        3: ("linked", "2"),
        4: ("linked", "3"),
        5: ("may serve", "0 to 4"),
        6: ("excluded", "it came before the promise"),
        7: ("excluded", "another recipient: PL"),
        9: ("cancelled", "1"),
    }
    assert isinstance(explanation.answer, FulfilmentRow)
    json = look(explanation).json()
    assert (json["low"], json["high"]) == (0, 7)
    assert [(int(each["id"], 16), each["reason"]) for each in json["excluded"]] == [
        (6, "it came before the promise"),
        (7, "another recipient: PL"),
    ]
    assert [each["part"] for each in json["facts"]][:2] == ["promised", "in the lot"]
    assert "cannot serve: it came before the promise: delivery, 1 Jan 2023" in str(explanation)
    assert f"  takes off {name(1)}\n" in str(explanation)


def test_a_promise_that_was_cancelled() -> None:
    """What a cancellation ends is said, with its amount; one of another item is not in the explanation."""
    log = [
        say(1, Pledge, "2023-03-01", quantity=10),
        say(2, Pledge, "2023-03-01", quantity=5, item="pump"),
        say(3, Cancellation, "2023-07-01", supersedes=[name(1)], item=None, donor=None, recipient=None),
        say(4, Cancellation, "2023-07-01", supersedes=[name(2)], item=None, donor=None, recipient=None),
    ]
    table = Timeline(log).as_of("2023-12-31").fulfilment()
    for row, ids, amount in zip(table, ((4, 2), (3, 1)), (5, 10), strict=True):
        page = table.explain(row.key)
        assert [(int(each.id, 16), each.part, str(each.states)) for each in page] == [
            (ids[0], "cancelled", str(amount)),
            (ids[1], "ended", str(amount)),
        ]
        assert f"{amount} promised, and cancelled: pledge" in str(page)
        assert f"  ends {name(ids[1])}\n" in str(page)


def test_a_promise_of_another_row() -> None:
    """A pledge that the commitment of the row keeps is named for its link; it replaces nothing."""
    log = [
        say(1, Pledge, "2023-03-01", quantity=10),
        say(2, Commitment, "2023-04-01", quantity=10, fulfils=[name(1)]),
    ]
    table = Timeline(log).as_of("2023-12-31").fulfilment({"kind": "commitment"})
    assert "not in this row, but links run through it: pledge, 1 Mar 2023" in str(table.explain(table.rows[0].key))


def test_a_row_that_is_not_there() -> None:
    """An unknown key is an error that names the nearest."""
    table = Timeline(LOG).as_of("2023-12-31").fulfilment()
    with pytest.raises(UnknownKey, match="there is no row"):
        table.explain("truck")


@given(st.integers(0, 2**32))
def test_replaying_an_explanation_gives_the_row_again(seed: int) -> None:
    """Whatever is linked, split, merged, cancelled or in doubt."""
    case = draw(Random(seed))
    as_of = START + timedelta(days=case.day)
    view = Timeline(records(case), VOCABULARY).as_of(as_of)
    table = view.fulfilment()
    for row in table:
        explanation = table.explain(row.key)
        again = Timeline(explanation.records, VOCABULARY).as_of(as_of).fulfilment()
        assert again.get(row.key) == row
