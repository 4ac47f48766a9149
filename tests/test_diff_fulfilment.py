"""Changes of fulfilment: parts of promised, linked and cancelled that add up, each with its cause."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from fulfilment_oracle import draw
from fulfilmentcases import START, VOCABULARY, records
from hypothesis import given, strategies as st

from aidtimeline import Timeline
from aidtimeline.diff.promises import WITH_PARTS
from aidtimeline.events import Cancellation, Correction, Delivery, Event, Pledge, Record, Source
from aidtimeline.projections import Fulfilment, FulfilmentRow
from aidtimeline.report import look

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Kyodo News", published="2023-12-31")
LATER = Source(publisher="Kyodo News", published="2024-06-01")


def name(number: int) -> str:
    return f"{number:032x}"


def say(number: int, kind: type[Event], day: str, **fields: Any) -> Record:
    said = {"donor": "JP", "recipient": "UA", "item": "truck", "sources": SOURCE, **fields}
    return Record(name(number), RECORDED, kind(date=day, **said))


GIVEN: dict[str, Any] = {"day": "2023-04-01", "quantity": 2, "fulfils": [name(1)]}
CORRECTED: Any = say(3, Delivery, **(GIVEN | {"quantity": 3})).event
LOG = [
    say(1, Pledge, "2023-03-01", quantity=10),
    say(2, Pledge, "2023-05-01", quantity=15, supersedes=[name(1)]),
    say(3, Delivery, **GIVEN),
    Record(name(4), RECORDED, Correction(of=name(3), event=CORRECTED, sources=LATER)),
    say(5, Delivery, "2023-06-01", quantity=4),
    Record(name(6), RECORDED, Cancellation(date="2023-07-01", supersedes=[name(2)], sources=SOURCE)),
]
TIMELINE = Timeline(LOG)


def changes(before: str, after: str, known: tuple[str | None, str | None] = (None, None)) -> list[str]:
    one, other = TIMELINE.as_of(before, known_at=known[0]), TIMELINE.as_of(after, known_at=known[1])
    [found] = one.diff(other, Fulfilment(after)).answers.values()
    return [str(each) for each in found]


def test_each_part_has_its_cause() -> None:
    """What happened, what was raised, corrected or cancelled; and outstanding from and to only."""
    assert changes("2023-03-31", "2023-04-30") == ["linked 0 → 3: happened", "outstanding 10 → 7"]
    assert changes("2023-04-30", "2023-05-31") == ["promised 10 → 15: superseded", "outstanding 7 → 12"]
    assert changes("2023-05-31", "2023-06-30") == ["outstanding 12 → 8–12"]
    assert changes("2023-06-30", "2023-07-31") == [
        "promised 15 → 0: superseded",
        "linked 3 → 0: superseded",
        "cancelled 0 → 15: happened",
        "outstanding 8–12 → 0",
    ]
    assert changes("2023-06-30", "2023-06-30", ("2023-12-31", "2024-06-01")) == [
        "linked 2 → 3: corrected by news",
        "outstanding 9–13 → 8–12",
    ]
    assert changes("2023-06-30", "2023-06-30") == []


def test_json() -> None:
    """Both views, the parts of the changes with their ids, and outstanding from and to."""
    one, other = TIMELINE.as_of("2023-03-31"), TIMELINE.as_of("2023-04-30")
    found = json.loads(json.dumps(look(one.diff(other, Fulfilment("2023-04-30"))).json()))
    assert list(found) == ["from", "to", "parts", "outstanding"]
    [row] = found["to"]["rows"]
    assert row["linked"] == {"low": 3, "high": 3}
    key = {"kind": "pledge", "donor": "JP", "recipient": "UA", "project": None, "item": "truck", "unit": None}
    key["currency"] = None
    [part] = found["parts"]
    expected = {"of": "linked", "cause": "happened", "ids": [name(3)], "low": 3, "high": 3, "open": None}
    assert part == {**key, **expected}
    assert found["outstanding"] == [{**key, "from": {"low": 10, "high": 10}, "to": {"low": 7, "high": 7}}]


def test_a_page() -> None:
    """A line for each row, one for each part, and how many rows are unchanged."""
    one, other = TIMELINE.as_of("2023-03-31"), TIMELINE.as_of("2023-04-30")
    assert str(one.diff(other, Fulfilment("2023-04-30"))).splitlines()[-3:] == [
        "pledge, JP → UA, truck",
        f"  linked 0 → 3: happened  [{name(3)}]",
        "  outstanding 10 → 7",
    ]
    assert str(one.diff(one, Fulfilment("2023-04-30"))).splitlines()[-1] == "nothing"


def ends(row: FulfilmentRow | None, of: str) -> tuple[Decimal, Decimal | None]:
    bounds = None if row is None else getattr(row, of)
    return (Decimal(0), Decimal(0)) if bounds is None else (bounds.low, bounds.high)


@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 12))
def test_parts_add_up(seed: int, first: int, last: int) -> None:
    """Low ends always, high ends where both are finite; and exchanging the views turns every change around."""
    timeline = Timeline(records(draw(Random(seed))), VOCABULARY)
    one, other = (timeline.as_of(START + timedelta(days=day)) for day in (first, last))
    found = one.diff(other, Fulfilment(other.as_of, vocabulary=VOCABULARY))
    tables = one.fulfilment(), other.fulfilment()
    for key, parts in found.answers.items():
        for of in WITH_PARTS:
            was, is_now = (ends(table.get(key), of) for table in tables)
            own = [part for part in parts if part.of == of]
            assert sum(part.low for part in own) == is_now[0] - was[0]
            if was[1] is not None and is_now[1] is not None:
                assert sum(part.high for part in own if part.high is not None) == is_now[1] - was[1]
        whole = [(part.before, part.after) for part in parts if part.of == "outstanding"]
        outstanding = [ends(table.get(key), "outstanding") for table in tables]
        assert whole == ([tuple(outstanding)] if outstanding[0] != outstanding[1] else [])
    back = other.diff(one, Fulfilment(one.as_of, vocabulary=VOCABULARY))
    assert {(each.key, each.of, each.ids) for each in found} == {(each.key, each.of, each.ids) for each in back}
