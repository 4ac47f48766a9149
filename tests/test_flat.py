"""The fields of a draft as texts: what a draft says is the same after both ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from aidtimeline.codec import event_to_json
from aidtimeline.events import KINDS, Amendment, Correction, Delivery, Event, Source
from aidtimeline.log.drafts import read_drafts
from aidtimeline.log.flat import SOURCE_FIELDS, name_at, names_of, put, texts
from aidtimeline.testing.strategies import amendments, events

SOURCE = Source(publisher="Kyodo News")


def flattened(event: Event | Amendment) -> Event | Amendment:
    """The event, from its texts."""
    draft: dict[str, Any] = {}
    for name, text in texts(event_to_json(event)).items():
        put(draft, name, text)
    del draft["v"]
    [found] = read_drafts([(None, None, draft)])
    assert isinstance(found, Event | Amendment)
    return found


@given(events() | amendments().map(lambda each: each.event if isinstance(each, Correction) else each))
def test_texts_say_what_the_draft_says(event: Event | Amendment) -> None:
    """Of every kind but corrections, which have an event of their own."""
    assert flattened(event) == event
    assert {*texts(event_to_json(event))} - {"kind", "v"} <= {*names_of(event.kind, len(event.sources))}


@pytest.mark.parametrize(
    "fields",
    [
        {"via": ["a;b", "c"]},
        {"via": ["[a", "b"]},
        {"via": ['"a"', "b, c"]},
        {"location": "{Kyiv}"},
        {"location": '"Kyiv"'},
        {"location": {"Kyiv": "62.5", "Lviv": None}},
        {"note": " two\nlines; 'quoted' "},
        {"sources": [SOURCE, Source(title="=1+1", url="https://a/?b=c,d=e")]},
        {"value": "USD ~4..5", "valued": ["EUR 5", "JPY ..7"]},
    ],
    ids=str,
)
def test_awkward_texts_come_back(fields: dict[str, Any]) -> None:
    """Whatever stands in them."""
    event = Delivery(**{"date": "2023", "sources": SOURCE, **fields})
    assert flattened(event) == event


def test_an_empty_text_takes_away() -> None:
    """A field, an end of a source, a value; nothing that is not there."""
    draft = {"item": "truck", "value": {"amount": 5, "currency": "USD"}, "sources": [{"url": "a", "title": "b"}]}
    for name in ("item", "value", "source.url", "source3.url", "currency", "donor"):
        put(draft, name, "")
    assert draft == {"sources": [{"title": "b"}]}


def test_money_is_changed_in_part_or_whole() -> None:
    """An amount keeps its currency, a currency its amount, and a whole text has both."""
    draft: dict[str, Any] = {"value": {"amount": 5, "currency": "USD"}}
    put(draft, "value", "~6")
    assert draft["value"] == {"amount": "~6", "currency": "USD"}
    put(draft, "currency", "EUR")
    assert draft["value"] == {"amount": "~6", "currency": "EUR"}
    put(draft, "value", "JPY 7")
    assert draft["value"] == "JPY 7"


def test_what_does_not_fit_is_left_for_the_reader_to_refuse() -> None:
    """No text is guessed at."""
    draft: dict[str, Any] = {}
    for name, text in {"left": "yes", "via": "[undp", "location": "{Kyiv", "itm": "x"}.items():
        put(draft, name, text)
    assert draft == {"left": "yes", "via": "[undp", "location": "{Kyiv", "itm": "x"}


@pytest.mark.parametrize("sources", ["a text", ["a text"], 5, {"publisher": "NHK"}], ids=str)
def test_sources_that_are_none_are_left_for_the_reader_to_refuse(sources: Any) -> None:
    """However they came there."""
    draft: dict[str, Any] = {"sources": sources}
    put(draft, "source.url", "a")
    assert draft == {"sources": sources}


def test_every_field_of_every_kind_has_a_name() -> None:
    """And every name is that of a place."""
    for kind in KINDS:
        names = names_of(kind, 2)
        assert len({*names}) == len(names)
        assert [name_at(f"$.sources[1].{each}") for each in SOURCE_FIELDS] == [
            f"source2.{each}" for each in SOURCE_FIELDS
        ]
        assert f"source2.{SOURCE_FIELDS[0]}" in names
