"""The quick reader and the structs: what is read without the strict decoder is what the strict decoder reads."""

from __future__ import annotations

import json
import random
import sys
from decimal import Decimal
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given, strategies as st
from mutated import mutated

from aidtimeline.codec import decode, encode_new, quick, strict
from aidtimeline.codec.blocks import verified
from aidtimeline.codec.written import encode_in_order, encode_sorted, struct_of
from aidtimeline.errors import InvalidValue, UnreadableLog
from aidtimeline.events import KINDS, Correction, Delivery, Event, Record, Source
from aidtimeline.testing.strategies import amendments, events, instants, repeatable
from aidtimeline.values.dates import format_instant
from aidtimeline.values.shares import Shares

ALL_EVENTS = st.one_of(events(), events(), amendments())
SOURCE = Source(publisher="Rubryka", published="2023-11-28")


def read(line: bytes) -> Record | None:
    """What the strict decoder makes of a line."""
    try:
        return strict.decode(line, "a.jsonl", 7)
    except UnreadableLog:
        return None


def everything(found: Any) -> Any:
    """All that there is to a value, with the class of each part."""
    if attrs.has(type(found)):
        parts = [(each.name, everything(getattr(found, each.name))) for each in attrs.fields(type(found))]
        return type(found), parts
    return [everything(each) for each in found] if isinstance(found, tuple) else (type(found), found)


@given(ALL_EVENTS, instants())
@repeatable(400)
def test_what_the_library_writes_is_read_quickly_and_as_the_strict_decoder_reads_it(event: Event, at: Any) -> None:
    """The record with its id, instant, file and line, whatever the event."""
    _, line = encode_new(event, format_instant(at))
    for each in (line, line.removesuffix(b"\n")):
        found = quick.record(each, "a.jsonl", 7)
        assert everything(found) == everything(strict.decode(each, "a.jsonl", 7))
        [said] = verified([line.removesuffix(b"\n")])
        assert said is not None
        assert quick.event_of(said) == event
        assert found is not None
        assert (said.id, said.recorded_at) == (found.id, format_instant(found.recorded_at))
        assert encode_in_order(said) == line.removesuffix(b"\n")


def differs(line: bytes) -> bool:
    """Whether the quick reader takes a line and reads it other than the strict decoder."""
    found = quick.record(line, "a.jsonl", 7)
    assert (found is None) == (verified([line.removesuffix(b"\n")]) == [None])
    return found is not None and everything(found) != everything(read(line))


@given(ALL_EVENTS, st.integers(0, 2**32))
@repeatable(300)
def test_a_line_that_is_not_just_as_it_is_written_is_left_to_the_strict_decoder(event: Event, seed: int) -> None:
    """Whatever is wrong with a line: it is not taken, or it is read as the strict decoder reads it."""
    chance = random.Random(seed)
    _, line = encode_new(event, "2026-11-21T10:00:00Z")
    for _ in range(5):
        changed = mutated(chance, line)
        assert not differs(changed), changed


def test_a_text_with_a_lone_surrogate_is_no_line() -> None:
    """Not even if its id is that of the line with a question mark in its place."""
    trucks = Delivery(date="2023", item="truck", note="?", sources=SOURCE)
    line = encode_new(trucks, "2026-11-21T10:00:00Z")[1].decode()
    assert decode(line).event == trucks
    with pytest.raises(UnreadableLog):
        decode(line.replace('"?"', '"\ud800"'))


def test_a_correction_of_a_correction_and_a_long_line_are_left_to_the_strict_decoder() -> None:
    """The strict decoder reads both."""
    trucks = Delivery(date="2023", item="truck", sources=SOURCE)
    twice = Correction(of="0" * 32, event=Correction(of="1" * 32, event=trucks))
    for event in (twice, attrs.evolve(trucks, note="x" * quick.LONGEST)):
        id_, line = encode_new(event, "2026-11-21T10:00:00Z")
        assert quick.record(line) is None
        assert strict.decode(line, None, None) == Record(id_, strict.decode(line, None, None).recorded_at, event)


def test_equal_values_are_one_object() -> None:
    """A log of many records takes little room: sources, dates, quantities, money and names are shared."""
    made = [
        Delivery(date="2023", item="truck", quantity=q, value="USD 5", ref=f"no. {n}", sources=SOURCE)
        for n, q in enumerate((12345, 12345))
    ]
    one, other = (quick.record(encode_new(each, "2026-11-21T10:00:00Z")[1]) for each in made)
    assert one is not None
    assert other is not None
    for name in ("date", "item", "quantity", "value", "sources"):
        assert getattr(one.event, name) is getattr(other.event, name), name
    assert one.recorded_at is other.recorded_at


@pytest.mark.parametrize("kind", KINDS)
def test_the_struct_of_a_kind_has_the_fields_of_its_class(kind: str) -> None:
    """In the same order, so that a new field needs nothing in the codec."""
    cls: Any = KINDS[kind]
    names = [each.name for each in attrs.fields(cls)]
    assert list(struct_of(cls).__struct_fields__) == ["v", "id", "recorded_at", *names]


def test_msgspec_escapes_as_json_does() -> None:
    """Every code point but surrogates, which no text may have: else lines and ids would differ."""
    for start in range(0, sys.maxunicode + 1, 2**12):
        text = "".join(chr(point) for point in range(start, start + 2**12) if not 0xD800 <= point <= 0xDFFF)
        assert msgspec.json.encode(text).decode() == json.dumps(text, ensure_ascii=False)


def test_names_are_sorted_as_json_sorts_them() -> None:
    """By code point, also those of shares, which people choose."""
    shares = dict.fromkeys(("é", "z", "Z", "a", "🚚", "￮", "10:x", "1"))
    found = msgspec.json.Decoder().decode(encode_sorted(shares))
    assert list(found) == sorted(shares)


@pytest.mark.parametrize(
    "found", [{"v": 2}, {"date": "2023-02-30"}, {"date": None}, {"item": " truck"}, {"side": "provider"}]
)
def test_a_struct_with_a_bad_value_has_no_event(found: dict[str, Any]) -> None:
    """`event_of` asks the same as the reader does."""
    _, line = encode_new(Delivery(date="2023", item="truck", sources=SOURCE), "2026-11-21T10:00:00Z")
    [said] = verified([line.removesuffix(b"\n")])
    assert said is not None
    with pytest.raises(InvalidValue, match="expected"):
        quick.event_of(msgspec.structs.replace(said, **found))


def test_a_text_of_a_derived_class_is_written_as_text() -> None:
    """Parsers of XML and HTML give such texts."""

    class Derived(str):
        pass

    plain = Delivery(date="2023", item="truck", via="undp", note="é", location={"KE": 1}, sources=SOURCE)
    derived = Delivery(
        date=Derived("2023"),
        item=Derived("truck"),
        via=(Derived("undp"),),
        note=Derived("é"),
        location=Shares([(Derived("KE"), Decimal(1))]),
        sources=Source(publisher=Derived("Rubryka"), published=Derived("2023-11-28")),
    )
    assert encode_new(plain, "2026-11-21T10:00:00Z") == encode_new(derived, "2026-11-21T10:00:00Z")


TRUCKS = Delivery(
    date="2023", item="truck", quantity=30, value="USD 5", via="undp", location={"KE": 60, "UG": 40}, sources=SOURCE
)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ('"item":"truck"', '"item":"truck","item":"truck"'),
        ('"item":"truck"', '"item":"radio","item":"truck"'),
        ('"publisher":"Rubryka"', '"publisher":"A","publisher":"Rubryka"'),
        ('"KE":60', '"KE":10,"KE":60'),
        ('"item":"truck"', '"item": "truck"'),
        ('"item":"truck"', '"item":"\\u0074ruck"'),
        ('"item":"truck"', '"unit":null,"item":"truck"'),
        ('"quantity":30', '"quantity":"30"'),
        ('"quantity":30', '"quantity":"30.0"'),
        ('"amount":5', '"amount":"5.0"'),
        ('"KE":60,"UG":40', '"UG":40,"KE":60'),
        ('"KE":60', '"KE":"60"'),
        ('"sources"', '"side":"provider","sources"'),
        ('"sources"', '"supersedes":[],"sources"'),
        ('"2026-11-21T10:00:00Z"', '"2026-11-21T10:00:00+00:00"'),
        ('"2026-11-21T10:00:00Z"', '"2026-11-21T11:00:00+01:00"'),
        ('"v":2', '"v":1'),
    ],
)
def test_what_says_the_same_in_another_form_is_not_taken(said: str, instead: str) -> None:
    """Though the id is that of the event: other spellings, orders, names that are there twice, written defaults."""
    line = encode_new(TRUCKS, "2026-11-21T10:00:00Z")[1].decode()
    assert said in line
    assert quick.record(line.encode()) is not None
    assert quick.record(line.replace(said, instead, 1).encode()) is None
    assert verified([line.replace(said, instead, 1).encode()]) == [None]
