"""Facts: what they say of themselves, beside what their accounts come to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given

from aidtimeline.codec import record_id
from aidtimeline.events import (
    EVENT_KINDS,
    Amendment,
    Announcement,
    Corroboration,
    Delivery,
    Disbursement,
    Event,
    Participation,
    Pledge,
    Record,
    Retraction,
    Source,
    Status,
    Training,
)
from aidtimeline.semantics import Fact, believe
from aidtimeline.testing.strategies import events

PAPER = Source(publisher="Rubryka", published="2024")
DRONES = Delivery(date="2023", item="drone", sources=PAPER)
DERIVED = {"kind", "rank", "currency", "datasets", "quantity_stated", "weighed", "surely_from", "first", "last"}
STATED = type(vars(Fact)["donor"])
PROPERTIES = {name for name, each in vars(Fact).items() if isinstance(each, property | STATED)} - DERIVED


def as_log(*events: Event | Amendment) -> list[Record]:
    return [Record(record_id(event), datetime(2025, 1, 1, tzinfo=UTC), event) for event in events]


@given(events())
def test_a_fact_says_what_its_event_says(event: Event) -> None:
    """Each property is the field of that name, and None (or nothing) for a kind that has no such field."""
    [fact] = believe([Record(record_id(event), datetime(2025, 1, 1, tzinfo=UTC), event)]).facts
    for name in PROPERTIES - {"dataset"} - ({"quantity"} if not fact.quantity_stated else set()):
        assert getattr(fact, name) == getattr(event, name, () if name == "valued" else None)
    assert fact.currency == (None if fact.value is None else fact.value.currency)
    assert fact.dataset == next((source.dataset for source in event.sources if source.dataset), None)
    assert fact.datasets == {source.dataset for source in event.sources} - {None}


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


@pytest.mark.parametrize(
    ("event", "quantity"),
    [
        (Delivery(date="2023", item="drone", sources=PAPER), "1.."),
        (Delivery(date="2023", item="drone", unit="convoy", sources=PAPER), "1.."),
        (Delivery(date="2023", item="diesel", unit="litres", sources=PAPER), "0.."),
        (Delivery(date="2023", item="rice", unit="tonne", sources=PAPER), "0.."),
        (Delivery(date="2023", value="USD 5", sources=PAPER), None),
        (Pledge(date="2023", item="drone", value="USD 5", sources=PAPER), "1.."),
        (Announcement(date="2023", item="drone", intent="delivery", sources=PAPER), "1.."),
        (Training(date="2023", item="demining", unit="person", sources=PAPER), "1.."),
        (Status(date="2023", project="hd", status="closed", sources=PAPER), None),
    ],
    ids=str,
)
def test_goods_without_a_number_are_some(event: Event, quantity: str | None) -> None:
    """More than none of what is counted, any amount of what is measured; the event itself says nothing of it."""
    [fact] = believe(as_log(event)).facts
    assert (fact.quantity and fact.quantity.text) == quantity
    assert (getattr(fact.event, "quantity", None), fact.quantity_stated) == (None, False)


def test_some_stands_aside_where_a_number_is_stated() -> None:
    """Also where the number allows for none: "some" and "none to 20" are none to 20, and nothing is disputed."""
    for said, quantity in (("4", "4"), ("..20", "..20"), ("0", "0"), ("1..", "1..")):
        [fact] = believe(as_log(DRONES, Corroboration(of=record_id(DRONES), quantity=said, sources=PAPER))).facts
        assert (fact.quantity and fact.quantity.text, fact.disputed) == (quantity, frozenset())
        assert fact.quantity_stated


def test_money_in_another_currency_is_no_number_of_the_fact() -> None:
    """It does not enter the value, but disputes it; what the account says is kept."""
    paid = Disbursement(date="2023", value="USD 93", sources=PAPER)
    other = Corroboration(of=record_id(paid), value="EUR 500", sources=PAPER)
    [fact] = believe(as_log(paid, other)).facts
    assert (str(fact.value), set(fact.disputed)) == ("USD 93", {"value"})
    assert sorted(str(account.value) for account in fact.accounts) == ["EUR 500", "USD 93"]


def test_what_its_kind_does_not_carry_is_no_number_of_the_fact() -> None:
    """The quantity of a payment and the value of a training are set aside, and dispute nothing."""
    paid = Disbursement(date="2023", value="USD 93", sources=PAPER)
    trained = Training(date="2023", item="demining", unit="person", quantity=8, sources=PAPER)
    for event, said in ((paid, {"quantity": 5}), (trained, {"value": "USD 5"})):
        [fact] = believe(as_log(event, Corroboration(of=record_id(event), sources=PAPER, **said))).facts
        assert (fact.quantity, fact.value) == (getattr(event, "quantity", None), getattr(event, "value", None))
        assert not fact.disputed


def test_a_plan_never_surely_happens() -> None:
    """From its first day on it may have; a deed beside it decides, and is known since the plan was."""
    plan = Delivery(date="2023-07", item="truck", quantity=30, sources=Source(publisher="A", published="2023-06-01"))
    deed = Corroboration(of=record_id(plan), quantity=20, sources=Source(publisher="B", published="2023-07-10"))
    [fact] = believe(as_log(plan)).facts
    assert (fact.planned, fact.surely_from) == (True, None)
    days = (date(2023, 6, 30), date(2023, 7, 1), date(2030, 1, 1))
    assert [fact.happened(day) for day in days] == ["never", "perhaps", "perhaps"]
    [fact] = believe(as_log(plan, deed)).facts
    assert (fact.planned, str(fact.quantity), fact.date.text) == (False, "20", "2023-07-01/2023-07-10")
    assert [account.planned for account in fact.accounts] == [True, False]
    assert [str(account.quantity) for account in fact.weighed] == ["20"]
    assert [fact.happened(day) for day in days] == ["never", "perhaps", "surely"]


def test_the_text_of_a_fact_is_that_of_the_first_known_record() -> None:
    """Of the one with its id, if that is known; else of the one known first; `base` says which."""
    first, second = (
        Delivery(date="2023", donor=donor, item="truck", sources=Source(publisher="A", published=day))
        for donor, day in (("JP", "2024-02-01"), ("US", "2024-01-01"))
    )
    records = as_log(first, second, Retraction(of=record_id(second), duplicate_of=record_id(first)))
    for known_at, donor, base in ((date(2024, 1, 1), "US", second), (date(2024, 2, 1), "JP", first)):
        [fact] = believe(records, known_at=known_at).facts
        assert (fact.id, fact.donor, fact.base) == (record_id(first), donor, record_id(base))
