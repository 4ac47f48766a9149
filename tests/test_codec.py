"""Events to lines and back: round trips, canonical form, ids, versions, and what is said of faulty lines."""

from __future__ import annotations

import hashlib
import json
import typing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from aidtimeline.codec import decode, encode, encode_new, event_from_json, event_to_json, record_id
from aidtimeline.codec.jsonlines import MAX_DEPTH, MAX_LINE_BYTES
from aidtimeline.codec.making import quickly
from aidtimeline.codec.versions import VERSIONS
from aidtimeline.errors import InvalidValue, Problem, UnreadableLog
from aidtimeline.events import (
    EVENT_KINDS,
    KINDS,
    ROLES,
    SIDES,
    STATUSES,
    Amendment,
    Correction,
    Corroboration,
    Delivery,
    Event,
    Observation,
    Participation,
    Record,
    Retraction,
    Source,
    Status,
)
from aidtimeline.values.amounts import MAX_DIGITS, Money, Quantity
from aidtimeline.values.dates import DateRange, format_instant

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)

# The fields of a line, written by hand, as are the expected lines below.
TRUCKS: dict[str, Any] = {
    "kind": "delivery",
    "v": 1,
    "date": "[..2023-11-28]",
    "project": "hd-capacity",
    "donor": "JP",
    "recipient": "sesu",
    "item": "truck",
    "quantity": 30,
    "sources": [{"publisher": "Rubryka", "published": "2023-11-28"}],
}
PLEDGE: dict[str, Any] = {
    "kind": "pledge",
    "v": 1,
    "date": "2022-04-05",
    "donor": "JP",
    "value": {"amount": 4500000, "currency": "USD"},
    "sources": [{"publisher": "Kyodo “News”", "url": "https://example.org/é"}],
}
SECOND_ACCOUNT: dict[str, Any] = {
    "kind": "corroboration",
    "v": 1,
    "of": "0123456789abcdef0123456789abcdef",
    "date": "2024-07-09",
    "quantity": "2..4",
    "sources": [{"publisher": "Censor.net"}],
}
REPLACED: dict[str, Any] = {"kind": "correction", "v": 1, "of": SECOND_ACCOUNT["of"], "event": TRUCKS}
GOLDEN = [TRUCKS, PLEDGE, SECOND_ACCOUNT, REPLACED]


def blake(fields: dict[str, Any]) -> str:
    """The id by the rule, without the code of the library."""
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


def written(fields: dict[str, Any], id_: str | None = None, **changed: Any) -> str:
    """The line of an object, with a true id unless one is given."""
    head = {"kind": fields["kind"], "v": fields["v"], "id": id_ or blake(fields)}
    line = {**head, "recorded_at": "2026-11-21T10:00:00Z", **fields, **changed}
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False)


def problems(line: str | bytes) -> list[tuple[str, str | None]]:
    """Code and path of each problem that a line is refused for."""
    with pytest.raises(UnreadableLog) as refused:
        decode(line, file="events/2023.jsonl", line_number=7)
    assert all((each.file, each.line) == ("events/2023.jsonl", 7) for each in refused.value.problems)
    return [(each.code, each.path) for each in refused.value.problems]


def only_problem(line: str | bytes) -> Problem:
    with pytest.raises(UnreadableLog) as refused:
        decode(line)
    [problem] = refused.value.problems
    return problem


slugs = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).filter(str.strip)
ids = st.integers(0, 2**128 - 1).map("{:032x}".format)
dates = st.sampled_from(["2023", "2022/2023", "[..2025]", "2023-11~", "202X", "../2023-05", "2023-21"]).map(DateRange)
quantities = st.one_of(
    st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1),
    st.decimals(-1000, 1000, places=3),
    st.sampled_from(["2..4", "1..", "..20", "~20", "~2..4", "11.50", "007"]),
).map(Quantity.parse)
moneys = st.builds(Money, quantities, st.sampled_from(["USD", "JPY", "EUR"]))
sources = st.builds(
    Source,
    publisher=texts,
    title=st.none() | texts,
    published=st.none() | dates,
    quote=st.none() | texts,
    archived=st.sampled_from([None, None, None, "https://web.archive.org/1"]),
)

BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    DateRange: dates,
    Quantity: quantities,
    Money: moneys,
    bool: st.booleans(),
    tuple[Source, ...]: st.lists(sources, min_size=1, max_size=2),
}
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "intent": st.sampled_from([kind for kind in EVENT_KINDS if kind != "announcement"]),
    "role": st.sampled_from(ROLES),
    "status": st.sampled_from(STATUSES),
    "side": st.sampled_from(SIDES),
    "part_of": st.sampled_from(("hd-capacity", "a ref of any form ")),
    "overlaps": st.lists(ids | slugs, max_size=2),
    "location": slugs
    | st.dictionaries(slugs, st.none() | st.sampled_from([0, 25, Decimal("12.5")]), min_size=1, max_size=4),
    "sector": st.sampled_from(["72040", "1:12220", "10:food", {"72040": 30, "12220": None, "10:food": "99.9"}]),
    "humanitarian": st.booleans(),
    "scope": st.sampled_from(
        ["plan:HUKR22", {"plan:HUKR22": None, "plan:HUKR23": None, "glide:EQ-2015-000048-NPL": 5}]
    ),
    "aid_type": st.sampled_from(["C01", "1:B01", "4:1", {"C01": 30, "B01": 70, "4:1": 100}]),
    "tied": st.sampled_from(["tied", "partially-tied", "untied"]),
    "valued": st.lists(moneys, max_size=2),
    "of_kind": st.sampled_from(["pledge", "disbursement"]),
    "quantity": quantities,
    "indicator": slugs,
    "unit": st.sampled_from(["person", "course"]),
    "of": ids,
    "duplicate_of": ids,
    "fulfils": st.lists(ids, max_size=2),
    "supersedes": st.lists(ids, min_size=1, max_size=2),
    "via": st.lists(slugs, max_size=2),
    "event": st.deferred(lambda: events),
    **dict.fromkeys(("title", "note", "ref", "reason"), texts),
}


def drawn(cls: Any) -> st.SearchStrategy[Any]:
    """Events of a kind, their optional fields there or not."""
    hints = typing.get_type_hints(cls)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for each in attrs.fields(cls):
        hint = next((arg for arg in typing.get_args(hints[each.name]) if arg in BY_TYPE), hints[each.name])
        values = BY_NAME.get(each.name, BY_TYPE.get(hint, slugs))
        stated = each.default is attrs.NOTHING or (cls is Observation and each.name in ("indicator", "quantity"))
        (required if stated or each.name == "item" else optional)[each.name] = values
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: cls(**given))


events: st.SearchStrategy[Event | Amendment] = st.deferred(
    lambda: st.one_of([drawn(cls) for kind, cls in KINDS.items() if kind != "correction"])
)
all_events = events | drawn(Correction)
records = st.builds(
    lambda event, at: Record(record_id(event), at, event),
    all_events,
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),
)


@given(records)
def test_a_record_survives_its_line(record: Record) -> None:
    """decode(encode(r)) is r, and encoding that again gives the same line: the form is canonical."""
    line = encode(record)
    assert "\n" not in line
    assert decode(line) == decode(line.encode() + b"\n") == record
    assert encode(decode(line)) == line
    assert encode_new(record.event, format_instant(record.recorded_at)) == (record.id, f"{line}\n".encode())


@given(all_events)
def test_what_is_made_quickly_is_what_its_class_makes(event: Event | Amendment) -> None:
    """Of what it states, and of nothing else: a value that its class refuses is refused."""
    kind, stated = type(event), {name: getattr(event, name) for name in shown(event)}
    made = quickly(kind)(**stated)
    assert made == event
    assert type(made) is kind
    with pytest.raises(InvalidValue):
        quickly(kind)(**{**stated, "sources": "nobody"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.note = "another"  # type: ignore[misc]


def shown(event: Event | Amendment) -> list[str]:
    """The names of the fields that are not their default."""
    return [each.name for each in attrs.fields(type(event)) if getattr(event, each.name) != each.default]


@given(all_events)
def test_the_id_is_a_hash_of_what_is_written(event: Event | Amendment) -> None:
    """For any event, an independent canonicaliser computes the same id from the line alone."""
    line = json.loads(encode(Record(record_id(event), AT, event)))
    assert list(line)[:4] == ["kind", "v", "id", "recorded_at"]
    assert line.pop("recorded_at") == "2026-11-21T10:00:00Z"
    assert line.pop("id") == record_id(event) == blake(line)


@given(all_events)
def test_fields_are_written_in_class_order_and_only_where_they_say_something(event: Event | Amendment) -> None:
    """The object has exactly the fields that are not at their default, in the order of the class."""
    said = event_to_json(event)
    differing = [each.name for each in attrs.fields(type(event)) if getattr(event, each.name) != each.default]
    assert list(said) == ["kind", "v", *differing]
    assert not any(value in (None, []) for value in said.values())


@pytest.mark.parametrize("other", ["a text", None, Record("0" * 32, AT, Retraction(of="0" * 32))])
def test_what_is_no_event_has_no_id(other: Any) -> None:
    """For anything else the error says what is expected."""
    with pytest.raises(InvalidValue, match="expected an event or amendment of a known kind"):
        record_id(other)


@given(all_events)
def test_an_object_survives_as_its_event(event: Event | Amendment) -> None:
    """event_from_json takes back what event_to_json gives."""
    assert event_from_json(event_to_json(event)) == event


@pytest.mark.parametrize("fields", GOLDEN, ids=lambda fields: str(fields["kind"]))
def test_lines_written_by_hand_are_taken_and_given_as_they_are(fields: dict[str, Any]) -> None:
    """The lines of the format's description decode, and encode to the same bytes."""
    assert encode(decode(written(fields))) == written(fields)


def test_the_format_does_not_drift() -> None:
    """This very line is version 1 for good, id and all."""
    event = Delivery(
        date="[..2023-11-28]",
        donor="JP",
        recipient="sesu",
        via="undp",
        item="truck",
        quantity="~30.0",
        side="provider",
        note="“é”",
        sources=Source(publisher="Rubryka", published="2023-11-28"),
    )
    assert encode(Record(record_id(event), AT, event)) == (
        '{"kind":"delivery","v":1,"id":"094ceaeeba4dcb4f9f6bca8599ffeb59","recorded_at":"2026-11-21T10:00:00Z",'
        '"date":"[..2023-11-28]","donor":"JP","recipient":"sesu","via":["undp"],"item":"truck","quantity":"~30",'
        '"note":"“é”","sources":[{"publisher":"Rubryka","published":"2023-11-28"}]}'
    )


@given(st.data())
def test_the_order_of_fields_and_white_space_have_no_meaning(data: st.DataObject) -> None:
    """A line rearranged by a program is the same record."""
    fields = data.draw(st.sampled_from(GOLDEN))
    pairs = data.draw(st.permutations(list(json.loads(written(fields)).items())))
    assert decode(json.dumps(dict(pairs), indent=data.draw(st.sampled_from([None, 2])))) == decode(written(fields))


@pytest.mark.parametrize(
    "noise",
    [
        {"note": None, "via": [], "fulfils": []},
        {"side": "provider"},
        {"quantity": "30"},
        {"quantity": "30.0"},
        {"sources": [{"publisher": "Rubryka", "published": "2023-11-28", "title": None}]},
    ],
    ids=str,
)
def test_other_ways_to_write_the_same_do_not_change_the_id(noise: dict[str, Any]) -> None:
    """Nulls, empty lists, defaults and other spellings of a number hash as what they mean; and only so."""
    assert decode(written({**TRUCKS, **noise}, blake(TRUCKS))) == decode(written(TRUCKS))
    assert problems(written({**TRUCKS, **noise})) == [("id-mismatch", "$.id")]


@pytest.mark.parametrize("fields", GOLDEN, ids=lambda fields: str(fields["kind"]))
def test_a_line_changed_by_hand_no_longer_matches_its_id(fields: dict[str, Any]) -> None:
    """Any other content under an id is found, and the message names the id that it would have."""
    changed = {**fields, "note": "by hand"}
    problem = only_problem(written(changed, blake(fields)))
    assert (problem.code, problem.path, problem.severity) == ("id-mismatch", "$.id", "error")
    assert blake(fields) in problem.message
    assert blake(changed) in problem.message


def test_a_changed_recorded_at_is_no_change_of_the_event() -> None:
    """The id is of the event alone."""
    assert decode(written(TRUCKS, recorded_at="2020-01-01T00:00:00.5+01:00")).recorded_at.year == 2019


# Versions: as if delivery had once said "12 units" in one text.


def in_two_fields(delivery: dict[str, Any]) -> dict[str, Any]:
    """Version 0 of a delivery had quantity and unit in one text; today's has two fields, and no unit for pieces."""
    amount, unit = delivery["quantity"].split(" ")
    return {**delivery, "quantity": amount, "unit": None if unit == "units" else unit}


UPCASTS = {("delivery", 0): in_two_fields}
OLD = {**TRUCKS, "v": 0, "quantity": "30 units"}
OLD_TONNES = {**TRUCKS, "v": 0, "quantity": "~2.50 tonne"}


def test_an_old_line_is_read_as_what_it_means_and_keeps_its_id() -> None:
    """The id is verified as the line was written, and is not that of the event as it would be written today."""
    record = decode(written(OLD), upcasts=UPCASTS)
    assert record.event == decode(written(TRUCKS)).event
    assert record.id == blake(OLD) != blake(TRUCKS)


@pytest.mark.parametrize("old", [OLD, OLD_TONNES], ids=["pieces", "tonnes"])
def test_upcasting_commutes_with_decoding(old: dict[str, Any]) -> None:
    """To decode an old line is to decode today's line of the upcast object, but for the id."""
    today = {**in_two_fields(old), "v": 1}
    event = event_from_json(today)
    assert event_from_json(old, upcasts=UPCASTS) == event
    assert decode(written(old), upcasts=UPCASTS).event == decode(written(event_to_json(event))).event
    assert event_from_json({**REPLACED, "event": old}, upcasts=UPCASTS) == Correction(of=REPLACED["of"], event=event)


def test_an_old_line_changed_by_hand_no_longer_matches_its_id() -> None:
    """Even if it would mean the same in the current version."""
    with pytest.raises(UnreadableLog, match="id-mismatch"):
        decode(written({**OLD, "quantity": "30.0 units"}, blake(OLD)), upcasts=UPCASTS)


def test_an_old_event_within_a_correction_is_read_too() -> None:
    """The line is then one that was written when both were new: its id is verified as it stands."""
    old = {**REPLACED, "event": OLD_TONNES}
    event = decode(written(old), upcasts=UPCASTS).event
    assert isinstance(event, Correction)
    assert isinstance(event.event, Delivery)
    assert (event.event.quantity, event.event.unit) == (Quantity.parse("~2.5"), "tonne")


def test_an_old_record_is_not_encoded_again() -> None:
    """Its id is that of the old line, which a new one would not match."""
    with pytest.raises(InvalidValue, match="copied"):
        encode(decode(written(OLD), upcasts=UPCASTS))


@pytest.mark.parametrize("quantity", ["12", 12, None, {}, "a b c"], ids=str)
def test_an_old_line_that_its_upcast_stumbles_over_is_a_problem(quantity: Any) -> None:
    """Not a crash: an upcast is written for lines as they should be."""
    with pytest.raises(UnreadableLog, match="a delivery of version 0"):
        decode(written({**OLD, "quantity": quantity}), upcasts=UPCASTS)


def test_without_an_upcast_an_old_version_is_unknown() -> None:
    """The message says which versions are known."""
    assert problems(written(OLD)) == [("unknown-version", "$.v")]
    with pytest.raises(UnreadableLog, match="expected a version of delivery that is known here: 0, 1"):
        decode(written({**OLD, "v": 4}), upcasts=UPCASTS)


# Faulty lines.


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": "deliver"}, ("unknown-kind", "$.kind")),
        ({"kind": None}, ("unknown-kind", "$.kind")),
        ({"kind": ["delivery"]}, ("unknown-kind", "$.kind")),
        ({"v": 3.9}, ("unknown-version", "$.v")),
        ({"v": 1.0}, ("unknown-version", "$.v")),
        ({"v": True}, ("unknown-version", "$.v")),
        ({"v": "1"}, ("unknown-version", "$.v")),
        ({"v": None}, ("unknown-version", "$.v")),
        ({"v": -1}, ("unknown-version", "$.v")),
        ({"v": 2}, ("unknown-version", "$.v")),
        ({"id": None}, ("missing-field", "$.id")),
        ({"id": "abc"}, ("bad-value", "$.id")),
        ({"id": 12}, ("bad-value", "$.id")),
        ({"recorded_at": None}, ("missing-field", "$.recorded_at")),
        ({"recorded_at": "2026-11-21"}, ("bad-value", "$.recorded_at")),
        ({"recorded_at": "2026-11-21T10:00:00"}, ("bad-value", "$.recorded_at")),
        ({"recorded_at": 1700000000}, ("bad-value", "$.recorded_at")),
        ({"date": None}, ("missing-field", "$.date")),
        ({"date": 2023}, ("bad-value", "$.date")),
        ({"date": "2023/2022"}, ("bad-value", "$.date")),
        ({"date": "now"}, ("bad-value", "$.date")),
        ({"quantity": "abc"}, ("bad-value", "$.quantity")),
        ({"quantity": 11.5}, ("bad-value", "$.quantity")),
        ({"quantity": True}, ("bad-value", "$.quantity")),
        ({"quantity": "4..2"}, ("bad-value", "$.quantity")),
        ({"quantity": [30]}, ("bad-value", "$.quantity")),
        ({"item": 5}, ("bad-value", "$.item")),
        ({"item": ""}, ("bad-value", "$.item")),
        ({"item": "\ud800"}, ("bad-value", "$.item")),
        ({"item": "a\0"}, ("bad-value", "$.item")),
        ({"note": ["x"]}, ("bad-value", "$.note")),
        ({"note": "\udfff"}, ("bad-value", "$.note")),
        ({"via": "undp"}, ("bad-value", "$.via")),
        ({"via": ["undp", None]}, ("bad-value", "$.via[1]")),
        ({"via": [["undp"]]}, ("bad-value", "$.via[0]")),
        ({"fulfils": ["@label"]}, ("bad-value", "$.fulfils[0]")),
        ({"supersedes": {"0": "x"}}, ("bad-value", "$.supersedes")),
        ({"side": "neither"}, ("bad-value", "$.side")),
        ({"value": 5}, ("bad-value", "$.value")),
        ({"value": "USD 5"}, ("bad-value", "$.value")),
        ({"value": {"amount": 5}}, ("missing-field", "$.value.currency")),
        ({"value": {"amount": None, "currency": "USD"}}, ("missing-field", "$.value.amount")),
        ({"value": {"amount": 5, "currency": "EURO"}}, ("bad-value", "$.value.currency")),
        ({"value": {"amount": 0.5, "currency": "EUR"}}, ("bad-value", "$.value.amount")),
        ({"value": {"amount": 5, "currency": "EUR", "x": 1}}, ("unknown-field", "$.value.x")),
        ({"sources": None}, ("missing-field", "$.sources")),
        ({"sources": []}, ("bad-value", "$.sources")),
        ({"sources": {}}, ("bad-value", "$.sources")),
        ({"sources": ["Kyodo"]}, ("bad-value", "$.sources[0]")),
        ({"sources": [{}]}, ("bad-value", "$.sources[0]")),
        ({"sources": [{"publisher": "a"}, {"publisher": 5}]}, ("bad-value", "$.sources[1].publisher")),
        (
            {"sources": [{"publisher": "a"}, {"title": "b", "published": "2023-13"}]},
            ("bad-value", "$.sources[1].published"),
        ),
        ({"sources": [{"publishr": "a", "title": "b"}]}, ("unknown-field", "$.sources[0].publishr")),
        ({"quantty": 30}, ("unknown-field", "$.quantty")),
        ({"label": "a"}, ("unknown-field", "$.label")),
        ({"a b": 1}, ("unknown-field", "$['a b']")),
        ({"\ud800": 1}, ("unknown-field", "$['\\ud800']")),
        ({"event": {}}, ("unknown-field", "$.event")),
    ],
    ids=str,
)
def test_a_faulty_field_is_named(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    """One faulty field: one problem, with its code, its path, and the file and line."""
    line = json.dumps({**json.loads(written(TRUCKS)), **changed})
    assert problems(line) == [expected]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (None, ("missing-field", "$.event")),
        ("delivery", ("bad-value", "$.event")),
        ([TRUCKS], ("bad-value", "$.event")),
        ({}, ("unknown-kind", "$.event.kind")),
        ({**TRUCKS, "kind": "deliver"}, ("unknown-kind", "$.event.kind")),
        ({**TRUCKS, "v": 2}, ("unknown-version", "$.event.v")),
        ({**TRUCKS, "quantity": "abc"}, ("bad-value", "$.event.quantity")),
        ({**TRUCKS, "id": "0" * 32}, ("unknown-field", "$.event.id")),
        ({**TRUCKS, "recorded_at": "2026-11-21T10:00:00Z"}, ("unknown-field", "$.event.recorded_at")),
        ({**REPLACED, "event": {**TRUCKS, "date": 1}}, ("bad-value", "$.event.event.date")),
    ],
    ids=str,
)
def test_a_faulty_event_within_a_correction_is_named_by_its_path(event: Any, expected: tuple[str, str]) -> None:
    """What is wrong within the replacement is found at every depth."""
    assert problems(written({**REPLACED, "event": event})) == [expected]


def test_all_faulty_fields_of_a_line_are_reported_at_once() -> None:
    """Unknown, missing and bad fields, at every depth, and the id and instant too."""
    line = {
        **REPLACED,
        "id": "x",
        "of": "y",
        "event": {
            "kind": "delivery",
            "v": 1,
            "itm": "truck",
            "quantity": "many",
            "via": [1, "ok", ""],
            "sources": [{}],
        },
    }
    assert sorted(problems(json.dumps(line))) == [
        ("bad-value", "$.event.quantity"),
        ("bad-value", "$.event.sources[0]"),
        ("bad-value", "$.event.via[0]"),
        ("bad-value", "$.event.via[2]"),
        ("bad-value", "$.id"),
        ("bad-value", "$.of"),
        ("missing-field", "$.event.date"),
        ("missing-field", "$.recorded_at"),
        ("unknown-field", "$.event.itm"),
    ]


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"quantity": 11.5}, 'write it as text: "11.5"'),
        ({"quantty": 30}, "did you mean 'quantity'?"),
        ({"kind": "deliverey"}, "did you mean 'delivery'?"),
    ],
    ids=str,
)
def test_a_hint_says_how_to_mend_it(changed: dict[str, Any], hint: str) -> None:
    """The nearest known name, or the other way to write it."""
    assert only_problem(json.dumps({**json.loads(written(TRUCKS)), **changed})).hint == hint


def test_the_message_says_where_what_was_found_and_what_was_expected() -> None:
    """One line for each problem, which a terminal shows as it is."""
    with pytest.raises(UnreadableLog) as refused:
        decode(written({**TRUCKS, "project": "a\x1b[2J"}), file="events/2023.jsonl", line_number=7)
    assert (
        str(refused.value)
        .splitlines()[1]
        .startswith("events/2023.jsonl:7: error bad-value: $.project: found 'a\\x1b[2J', expected a slug")
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\0" * 100,
        b"null",
        b"[]",
        b'"text"',
        b"12",
        b"NaN",
        b'{"quantity":NaN}',
        b'{"quantity":-Infinity}',
        b'{"kind":"delivery","kind":"pledge"}',
        b'{"sources":[{"title":"a","title":"a"}]}',
        b"\xef\xbb\xbf{}",
        b'{"note":"\xff"}',
        b'{"note":"\xed\xa0\x80"}',
        b'{"note":"a\nb"}',
        b'{"note":"\\x"}',
        b'{"a":1}{"b":2}',
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":01}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' * MAX_DEPTH + b"[]" + b"}" * MAX_DEPTH,
        b'{"note":"' + b"a" * MAX_LINE_BYTES + b'"}',
        "{\ud800}",
        '{"note":"\udcff"}',
    ],
    ids=lambda line: repr(line[:30]),
)
def test_what_is_no_strict_json_object_within_the_limits_is_one_problem(line: str | bytes) -> None:
    """Never a traceback of another kind, and never a long wait."""
    assert problems(line) == [("bad-json", None)]


@pytest.mark.parametrize("number", ["1e999999999", "9" * 5000, "-" + "9" * 31, "1E3", "0.1", "-0.0", "1" + "0" * 30])
def test_a_number_that_is_no_plain_integer_is_refused_where_it_stands(number: str) -> None:
    """It is not rounded, takes no time, and the problem names its field, of any type."""
    line = written({**TRUCKS, "quantity": "QUANTITY", "note": "NOTE"})
    for name in ("QUANTITY", "NOTE"):
        assert ("bad-value", f"$.{name.lower()}") in problems(line.replace(f'"{name}"', number))


def test_the_limits_leave_room_up_to_themselves() -> None:
    """A line of exactly the longest length, and integers of the most digits, are taken."""
    room = MAX_LINE_BYTES - len(written({**TRUCKS, "note": ""}).encode())
    longest = written({**TRUCKS, "note": "a" * room})
    assert len(longest) == MAX_LINE_BYTES
    assert decode(longest + "\n") == decode(longest)
    assert problems(written({**TRUCKS, "note": "a" * (room + 1)})) == [("bad-json", None)]
    assert decode(written({**TRUCKS, "quantity": -(10**MAX_DIGITS) + 1}))


def test_what_decode_would_refuse_encode_refuses() -> None:
    """So nothing is written that cannot be read."""
    too_long = Retraction(of="0" * 32, note="a" * MAX_LINE_BYTES)
    too_deep: Event | Amendment = Retraction(of="0" * 32)
    for _ in range(MAX_DEPTH):
        too_deep = Correction(of="0" * 32, event=too_deep)
    for event in (too_long, too_deep):
        with pytest.raises(InvalidValue, match="at most"):
            encode(Record(record_id(event), AT, event))


def test_corrections_without_end_are_refused_without_recursion() -> None:
    """An event nested a hundred thousand deep is an error like any other."""
    event: Event | Amendment = Retraction(of="0" * 32)
    fields = event_to_json(event)
    for _ in range(10_000):
        event = Correction(of="0" * 32, event=event)
        fields = {"kind": "correction", "v": 1, "of": "0" * 32, "event": fields}
    with pytest.raises(InvalidValue, match="nested at most"):
        record_id(event)
    with pytest.raises(UnreadableLog, match="nested at most"):
        event_from_json(fields)


def test_what_should_be_an_object_says_which() -> None:
    """For something other than an object, the message names the fields it should have, with file and line."""
    fields = {"kind": "delivery", "v": 1, "date": "2023", "item": "truck", "value": 5, "sources": ["x"]}
    with pytest.raises(UnreadableLog) as error:
        event_from_json(fields, file="a.jsonl", line_number=3)
    assert [str(problem) for problem in error.value.problems] == [
        "a.jsonl:3: error bad-value: $.value: found 5, expected money as an object with amount, currency",
        "a.jsonl:3: error bad-value: $.sources[0]: found 'x', expected source as an object with "
        "publisher, title, url, published, retrieved, attribution, quote, dataset, locator, archived",
    ]


def test_what_should_be_a_list_says_so() -> None:
    """For something other than a list, the message says what the list should have."""
    with pytest.raises(UnreadableLog) as error:
        event_from_json({"kind": "delivery", "v": 1, "date": "2023", "item": "truck", "via": 3, "sources": "x"})
    assert [str(problem) for problem in error.value.problems] == [
        "error bad-value: $.via: found 3, expected a list of texts",
        "error bad-value: $.sources: found 'x', expected a list of sources",
    ]


def test_what_is_missing_says_what_is_expected() -> None:
    """In the words of what would refuse a wrong value there."""
    with pytest.raises(UnreadableLog) as error:
        event_from_json({"kind": "status", "v": 1, "date": "2023"})
    assert [str(problem) for problem in error.value.problems] == [
        "error missing-field: $.project: found nothing, "
        "expected a slug: 1 to 200 printable characters without space around them",
        "error missing-field: $.status: found nothing, "
        "expected one of pipeline, implementation, finalisation, closed, cancelled, suspended",
        "error missing-field: $.sources: found nothing, expected at least one source",
    ]


def test_what_cannot_be_written_says_why() -> None:
    """The id of another event, and the right one; the line that is too long, and the limit."""
    event = event_from_json(GOLDEN[0])
    with pytest.raises(InvalidValue) as error:
        encode(Record("0" * 32, AT, event))
    assert (error.value.found, error.value.expected) == ("0" * 32, f"{record_id(event)}, the id of this event")
    assert error.value.hint == "a line of an older version is copied as it is, not encoded again"

    def with_note(length: int) -> Record:
        noted = attrs.evolve(event, note="x" * length)
        return Record(record_id(noted), AT, noted)

    room = MAX_LINE_BYTES - len(encode(with_note(1))) + 1
    assert len(encode(with_note(room))) == MAX_LINE_BYTES
    with pytest.raises(InvalidValue) as error:
        encode(with_note(room + 1))
    assert str(error.value.found).startswith('{"kind":')
    assert error.value.expected == f"a line of at most {MAX_LINE_BYTES} bytes, nested at most {MAX_DEPTH} deep"


@attrs.frozen(kw_only=True)
class LargeDelivery(Delivery):
    """A kind with one more field."""

    trucks: int = 1


@attrs.frozen(kw_only=True)
class LargerDelivery(LargeDelivery):
    """And with yet another."""

    ships: int = 1


@attrs.frozen(kw_only=True)
class NumberedSource(Source):
    """A source with one more field."""

    page: int = 1


@attrs.frozen(kw_only=True)
class Loss(Event):
    """A kind that the format does not have."""

    kind = "loss"  # type: ignore[assignment]


SAID: dict[str, Any] = {"date": "2023", "sources": [Source(title="é")]}


DERIVED = "a class derived from {} may have fields that no reader knows"


@pytest.mark.parametrize(
    ("event", "found", "hint"),
    [
        (LargeDelivery(**SAID), "LargeDelivery", DERIVED.format("Delivery")),
        (LargerDelivery(**SAID), "LargerDelivery", DERIVED.format("Delivery")),
        (Delivery(date="2023", sources=[NumberedSource(title="é")]), "NumberedSource", DERIVED.format("Source")),
        (Loss(**SAID), "Loss", f"the kinds are {', '.join(KINDS)}"),
        ("a delivery", "str", None),
    ],
)
def test_what_has_no_known_kind_is_refused(event: Any, found: str, hint: str | None) -> None:
    """The message has the name of its class, and why it is not written."""
    with pytest.raises(InvalidValue) as error:
        record_id(event)
    expected = "an event or amendment of a known kind, with sources of the class Source"
    assert (str(error.value.found), error.value.expected, error.value.hint) == (found, expected, hint)


def test_a_line_as_deep_as_can_be_is_written() -> None:
    """Corrections nested as deep as a line may be are written and read; one more is refused."""

    def nested(levels: int) -> Record:
        event: Event | Amendment = Retraction(of="0" * 32)
        for _ in range(levels):
            event = Correction(of="0" * 32, event=event)
        return Record(record_id(event), AT, event)

    deepest = nested(MAX_DEPTH - 1)
    assert decode(encode(deepest)).id == deepest.id
    assert decode(encode(deepest)) == deepest
    deeper = nested(MAX_DEPTH)  # is an object still, but no line
    with pytest.raises(InvalidValue, match="a line of at most"):
        encode(deeper)
    with pytest.raises(InvalidValue) as error:
        event_to_json(Correction(of="0" * 32, event=deeper.event))
    assert (error.value.found, error.value.expected) == (
        "correction",
        f"corrections nested at most {MAX_DEPTH} deep",
    )


def test_a_record_knows_where_it_stands() -> None:
    """The file and the line that it was read from."""
    event = event_from_json(GOLDEN[0])
    record = decode(encode(Record(record_id(event), AT, event)), file="a.jsonl", line_number=3)
    assert (record.file, record.line) == ("a.jsonl", 3)


def test_a_wrong_id_or_instant_of_a_line_is_reported() -> None:
    """An id or an instant that is missing, and an id that is another's."""
    event = event_from_json(GOLDEN[0])
    line = json.loads(encode(Record(record_id(event), AT, event)))

    def messages(**changed: str | None) -> list[str]:
        with pytest.raises(UnreadableLog) as error:
            decode(json.dumps({name: value for name, value in {**line, **changed}.items() if value is not None}))
        return [str(problem) for problem in error.value.problems]

    missing = messages(id=None, recorded_at=None)
    assert [each.partition(", expected")[0] for each in missing] == [
        "error missing-field: $.id: found nothing",
        "error missing-field: $.recorded_at: found nothing",
    ]
    assert messages(id="0" * 32) == [
        f"error id-mismatch: $.id: found '{'0' * 32}', expected {record_id(event)}, the id of what this line says "
        "(a written line is not edited: restore it, and `aidtimeline correct` what it says)"
    ]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["2023", "~2", "@a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELD_NAMES = sorted(
    {each.name for cls in (*KINDS.values(), Source) for each in attrs.fields(cls)} | {"kind", "v", "id"}
)


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), json_values), st.sampled_from(GOLDEN))
def test_any_json_in_any_field_is_a_record_or_a_problem(changed: dict[str, Any], fields: dict[str, Any]) -> None:
    """Nothing but `UnreadableLog` is ever raised, and each of its problems has a code and a message."""
    line = json.dumps({**json.loads(written(fields)), **changed})
    try:
        decode(line)
    except UnreadableLog as error:
        found = error.problems
    else:
        return
    assert found
    assert all(each.message for each in found)


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 200), st.sampled_from(GOLDEN))
def test_a_damaged_line_is_never_taken_for_another_record(
    noise: bytes, start: int, end: int, fields: dict[str, Any]
) -> None:
    """Bytes exchanged anywhere: the same event, or an error."""
    line = written(fields).encode()
    try:
        found = decode(line[:start] + noise + line[end:])
    except UnreadableLog:
        return
    assert found.event == decode(line).event


def test_a_kind_that_needs_a_project_says_so() -> None:
    """What a missing field expects is said in the words of its class."""
    line = written({"kind": "participation", "v": 1, "date": "2023", "project": "p", "party": "JP", "role": "boss"})
    assert sorted(problems(line)) == [("bad-value", "$.role"), ("missing-field", "$.sources")]
    event = Participation(date="2023", project="p", party="JP", role="lead", sources=Source(title="t"))
    assert "left" not in event_to_json(event)
    assert event_to_json(attrs.evolve(event, left=True))["left"] is True


def test_every_kind_has_its_versions() -> None:
    """Those that are written; without anything new it is the first."""
    assert VERSIONS.keys() == KINDS.keys()
    status = Status(date="2023", project="p", status="closed", sources=Source(title="t"))
    assert event_to_json(status)["v"] == VERSIONS["status"][0] == 1
    assert event_to_json(Corroboration(of="0" * 32, sources=Source(title="t")))["v"] == 1


NEW: list[dict[str, Any]] = [
    {**TRUCKS, "v": 2, "sector": "72040"},
    {**TRUCKS, "v": 2, "sector": {"10:food": 100, "12220": 70, "72040": "29.5"}},
    {**TRUCKS, "v": 2, "location": {"KE": 60, "UG": None}},
    {**TRUCKS, "v": 2, "humanitarian": False},
    {**TRUCKS, "v": 2, "overlaps": ["hd-capacity", "0" * 32]},
    {**TRUCKS, "v": 2, "valued": [{"amount": 5, "currency": "USD"}]},
    {**TRUCKS, "v": 2, "sources": [{"publisher": "A"}, {"publisher": "B", "archived": "https://web.archive.org/1"}]},
    {**SECOND_ACCOUNT, "v": 2, "sources": [{"url": "a", "archived": "b"}]},
    {"kind": "training", "v": 2, "date": "2023", "part_of": "flow 7", "sources": [{"title": "t"}]},
    {"kind": "observation", "v": 2, "date": "2023", "value": PLEDGE["value"], "sources": [{"title": "t"}]},
    {**TRUCKS, "kind": "observation", "v": 2, "of_kind": "pledge"},
    {**TRUCKS, "v": 3, "scope": "plan:HUKR22"},
    {**TRUCKS, "v": 3, "scope": {"glide:EQ-2015-000048-NPL": 100, "plan:HUKR22": None, "plan:HUKR23": None}},
    {**TRUCKS, "v": 3, "aid_type": {"4:1": 100, "C01": "29.5"}, "humanitarian": True},
    {**TRUCKS, "v": 3, "tied": "partially-tied"},
    {**PLEDGE, "v": 3, "period": "2024"},
    {**PLEDGE, "v": 3, "counterpart": "hd-capacity"},
    {
        "kind": "cancellation",
        "v": 2,
        "date": "2023",
        "quantity": 5,
        "supersedes": ["0" * 32],
        "sources": [{"url": "u"}],
    },
]


@pytest.mark.parametrize("fields", NEW)
def test_only_what_is_new_raises_the_version(fields: dict[str, Any]) -> None:
    """A line with a field of a later version says so, keeps all that it states, and says so in a correction too."""
    event = decode(written(fields)).event
    assert event_to_json(event) == fields
    nested = {**REPLACED, "event": fields}
    assert event_to_json(decode(written(nested)).event) == nested


@pytest.mark.parametrize("fields", NEW)
def test_the_version_is_that_of_what_a_line_states(fields: dict[str, Any]) -> None:
    """An earlier one lacks a field, and a draft cannot have it either; a later one is refused in a line alone."""
    earlier = {**fields, "v": 1}
    assert problems(written(earlier)) == [("unknown-version", "$.v")]
    assert problems(written({**REPLACED, "event": earlier})) == [("unknown-version", "$.event.v")]
    with pytest.raises(
        UnreadableLog, match=rf"found 1, expected {fields['v']} \(version 1 lacks a field that is here\)"
    ):
        event_from_json(earlier)


def test_a_line_without_anything_new_is_of_version_1() -> None:
    """So there is one way to write it. A draft may say 2 or 3, as one may who always does."""
    for later in (2, 3):
        assert problems(written({**TRUCKS, "v": later})) == [("unknown-version", "$.v")]
        assert event_from_json({**TRUCKS, "v": later}) == event_from_json(TRUCKS)


@pytest.mark.parametrize("part_of", ["hd-capacity", "a flow, as its source calls it", "x" * 300])
def test_money_had_wholes_before(part_of: str) -> None:
    """Lines of version 1 that are part of another stay as they are."""
    event = decode(written({**PLEDGE, "part_of": part_of})).event
    assert event_to_json(event) == {**PLEDGE, "part_of": part_of}


def test_the_order_of_shares_is_not_part_of_an_event() -> None:
    """In whatever order they are given, an event and its id are the same."""
    given = [{"UG": 40, "KE": 60}, {"KE": 60, "UG": 40}, {"KE": "60.0", "UG": "40"}]
    events = [event_from_json({**TRUCKS, "v": 2, "location": each}) for each in given]
    assert len({record_id(event) for event in events}) == len(set(events)) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("location", {"KE": 60, "UG": 41}, "found {'KE': 60, 'UG': 41}, expected shares of at most 100 % together"),
        ("location", {"KE": -1}, "found '-1', expected a percentage from 0 to 100, or null"),
        ("location", {}, "found {}, expected shares in percent such as"),
        ("location", ["KE"], "found ['KE'], expected a slug, or shares in percent such as"),
        ("location", {"": 5}, "found '', expected a slug"),
        ("location", {"KE": [1]}, "found [1], expected a quantity"),
        ("sector", {"72040": 60, "1:72040": 40}, "expected shares in percent such as"),
        ("sector", {"72040": 60, "1:12220": 41}, "expected shares of at most 100 % together"),
        ("humanitarian", "yes", "found 'yes', expected true or false"),
        ("overlaps", "hd", "found 'hd', expected a list of texts"),
        ("valued", [{"amount": 5}], "found nothing, expected a currency code"),
    ],
)
def test_new_fields_are_held_to_what_they_are(field: str, value: Any, said: str) -> None:
    """The message says what was found, and what may stand there."""
    with pytest.raises(UnreadableLog) as refused:
        event_from_json({**TRUCKS, "v": 2, field: value})
    assert said in str(refused.value)


def test_a_share_with_a_fraction_is_a_text() -> None:
    """As every number with one."""
    with pytest.raises(UnreadableLog, match="write it as text"):
        decode(written({**TRUCKS, "v": 2, "location": {"KE": 12.5}}))


def test_an_observation_has_a_number_of_something() -> None:
    """A quantity of an item or indicator, or a value, or both."""
    source = Source(title="t")
    lacking: list[dict[str, Any]] = [{"item": "truck"}, {"indicator": "paid"}]
    for stated in lacking:
        with pytest.raises(InvalidValue, match="expected an observation's quantity or value"):
            Observation(date="2023", sources=source, **stated)
    with pytest.raises(InvalidValue, match="expected an observation's item or indicator"):
        Observation(date="2023", value="USD 1", quantity=3, sources=source)
    with pytest.raises(InvalidValue, match="expected one of announcement, pledge, "):
        Observation(date="2023", value="USD 1", of_kind="observation", sources=source)


def test_a_draft_in_the_log_is_told_where_it_belongs() -> None:
    """A line with neither an id nor an instant was written by hand: the hint says what records it."""
    with pytest.raises(UnreadableLog) as draft:
        decode('{"kind":"status","v":1,"date":"2023","project":"hd","status":"closed","sources":[{"publisher":"A"}]}')
    assert [(each.path, each.hint is not None) for each in draft.value.problems] == [
        ("$.id", True),
        ("$.recorded_at", False),
    ]


def test_what_broke_off_is_said_in_words() -> None:
    """The parser's words end with "at" where a character follows; it is said once."""
    with pytest.raises(UnreadableLog, match=r"Unterminated string starting at character 10\)"):
        decode('{"kind": "deli')
