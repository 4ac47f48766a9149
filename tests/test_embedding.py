"""Events and values in other people's classes, by their own converters of cattrs."""

from __future__ import annotations

import json
from typing import Any

import attrs
import cattrs
import pytest
from cattrs.preconf.json import make_converter
from hypothesis import given, strategies as st

from aidtimeline import (
    Amendment,
    AnyEvent,
    DataError,
    DateRange,
    Delivery,
    Event,
    Money,
    Quantity,
    Record,
    Source,
    Training,
    configure,
    encode,
)
from aidtimeline.codec import event_to_json
from aidtimeline.testing import dates, events, logs, money, quantities, sources
from aidtimeline.testing.strategies import amendments, repeatable

CONVERTERS = {
    f"{make.__module__}-{forbid}-{detailed}": configure(make(forbid_extra_keys=forbid, detailed_validation=detailed))
    for make in (cattrs.Converter, make_converter)
    for forbid in (False, True)
    for detailed in (False, True)
}
each_converter = pytest.mark.parametrize("converter", CONVERTERS.values(), ids=CONVERTERS)


@attrs.frozen
class Finding:
    """All that can stand in a class."""

    event: AnyEvent
    base: Event
    amendment: Amendment
    either: Event | Amendment
    some: Delivery | Training | None
    perhaps: Event | None
    record: Record
    source: Source
    money: Money
    quantity: Quantity
    dates: list[DateRange]


FINDINGS = st.builds(
    Finding,
    event=events(),
    base=events(),
    amendment=amendments(),
    either=events() | amendments(),
    some=st.none() | events("delivery") | events("training"),
    perhaps=st.none() | events(),
    record=logs(min_size=1, max_size=1).map(lambda drawn: drawn[0]),
    source=sources(),
    money=money(),
    quantity=quantities(),
    dates=st.lists(dates(), max_size=2),
)


@each_converter
@repeatable(12)
@given(finding=FINDINGS)
def test_what_is_written_is_read_again(converter: cattrs.Converter, finding: Finding) -> None:
    """Through JSON; and each event is the object that it is in the log."""
    said = json.loads(json.dumps(converter.unstructure(finding)))
    assert converter.structure(said, Finding) == finding
    assert said["event"] == event_to_json(finding.event)
    assert said["record"] == json.loads(encode(finding.record))
    assert said["quantity"] == finding.quantity.json


SAID: dict[str, Any] = {"kind": "delivery", "v": 1, "date": "2023", "item": "truck", "sources": [{"publisher": "A"}]}
BAD: dict[str, tuple[Any, Any, str]] = {
    "a date": (Event, SAID | {"date": "soon"}, "$.date"),
    "an unknown field": (Event, SAID | {"colour": "red"}, "$.colour"),
    "a source": (AnyEvent, SAID | {"sources": [{"publisher": "A", "published": "x"}]}, "$.sources[0].published"),
    "another kind": (Training, SAID, "$.kind"),
    "no amendment": (Amendment, SAID, "$.kind"),
    "an unknown kind": (Event, SAID | {"kind": "gift"}, "$.kind"),
    "a text": (Event, "delivery", "$"),
    "a float": (Quantity, 1.5, "$"),
    "a currency": (Money, {"amount": 1, "currency": "US"}, "$.currency"),
    "a changed record": (Record, SAID | {"id": "0" * 32, "recorded_at": "2026-01-01T00:00:00Z"}, "$.id"),
}


@each_converter
@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_with_its_path(converter: cattrs.Converter, name: str) -> None:
    """Whatever the converter is set to."""
    asked, found, path = BAD[name]
    with pytest.raises(DataError) as refused:
        converter.structure(found, asked)
    assert [each.path for each in refused.value.problems] == [path]
