"""Facts: what they say of themselves, beside what their accounts come to."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
from hypothesis import given

from aidtimeline.codec import record_id
from aidtimeline.events import EVENT_KINDS, Delivery, Event, Participation, Pledge, Record, Source
from aidtimeline.semantics import Fact, believe
from aidtimeline.testing.strategies import events

DERIVED = {"kind", "rank", "currency", "in_other_books"}
STATED = type(vars(Fact)["donor"])
PROPERTIES = {name for name, each in vars(Fact).items() if isinstance(each, property | STATED)} - DERIVED


@given(events())
def test_a_fact_says_what_its_event_says(event: Event) -> None:
    """Each property is the field of that name, and None for a kind that has no such field."""
    [fact] = believe([Record(record_id(event), datetime(2025, 1, 1, tzinfo=UTC), event)]).facts
    for name in PROPERTIES:
        assert getattr(fact, name) == getattr(event, name, None)
    assert fact.currency == (None if fact.value is None else fact.value.currency)


def test_every_field_of_an_event_is_a_property_of_its_fact() -> None:
    """Only what amendments and links use has no property: what is superseded, and the sources, which accounts have."""
    fields = {each.name for cls in EVENT_KINDS.values() for each in attrs.fields(cls)}
    assert {name for name in fields if not hasattr(Fact, name)} == {"supersedes", "sources"}


def test_what_a_fact_says_is_documented() -> None:
    """Each field that is said on the class has a name and a meaning, which `help` shows."""
    assert {"donor", "item", "unit", "due"} < PROPERTIES
    assert all(getattr(Fact, name).__doc__ for name in PROPERTIES)


def test_a_fact_prints_short() -> None:
    """A date, the kind, and what was given or who took which role, in one line."""
    source = Source(publisher="Rubryka", published="2023-11-28")
    made: dict[str, Event] = {
        "28 Nov 2023: delivery, truck, 2 to 3 convoy": Delivery(
            date="2023-11-28", item="truck", quantity="2..3", unit="convoy", sources=source
        ),
        "2022: pledge, USD 5, hd": Pledge(date="2022", value="USD 5", project="hd", sources=source),
        "2022: participation, JP, lead, hd": Participation(
            date="2022", party="JP", role="lead", project="hd", sources=source
        ),
    }
    for text, event in made.items():
        [fact] = believe([Record(record_id(event), datetime(2025, 1, 1, tzinfo=UTC), event)]).facts
        assert str(fact) == text
