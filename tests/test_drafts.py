"""Drafts: labels, shortened ids, whole lines, and refusing a batch as a whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline.codec import encode, record_id
from aidtimeline.errors import InvalidValue, RefusedBatch
from aidtimeline.events import Amendment, Correction, Event, Pledge, Record, Retraction, Source
from aidtimeline.log.drafts import find_id, read_drafts

SOURCE = Source(publisher="Kyodo News")
AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
ID = "0123456789abcdef0123456789abcdef"


def pledge(quantity: int, **more: Any) -> dict[str, Any]:
    return {"kind": "pledge", "date": "2022", "quantity": quantity, "sources": [{"publisher": "Kyodo News"}], **more}


def read(*drafts: dict[str, Any] | str, known_ids: tuple[str, ...] = ()) -> list[Event | Amendment | Record]:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in drafts]
    return read_drafts([("new.jsonl", number, line) for number, line in enumerate(lines, 1)], known_ids)


def refused(*drafts: dict[str, Any] | str, known_ids: tuple[str, ...] = ()) -> list[tuple[int | None, str, str | None]]:
    with pytest.raises(RefusedBatch) as error:
        read(*drafts, known_ids=known_ids)
    assert {each.file for each in error.value.problems} == {"new.jsonl"}
    return [(each.line, each.code, each.path) for each in error.value.problems]


def test_a_draft_is_a_line_without_id_and_instant() -> None:
    """With `v`, or without for the current version; blank lines are skipped."""
    event = Pledge(date="2022", quantity=100, sources=SOURCE)
    assert read(pledge(100), " \r\n", pledge(100, v=1), pledge(100, label="a", id=None)) == [event] * 3
    correction = {"kind": "correction", "of": ID, "event": pledge(100)}
    assert read(correction) == [Correction(of=ID, event=event)]


@given(st.permutations(range(6)), st.data())
def test_labels_are_resolved_in_whatever_order_drafts_stand(order: list[int], data: st.DataObject) -> None:
    """Each pledge names ones of those before it; ids are contents, so they are the same in any order."""
    named = [data.draw(st.lists(st.integers(0, n - 1), unique=True, max_size=3)) if n else [] for n in range(6)]
    expected: list[Event] = []
    for n, before in enumerate(named):
        ids = [record_id(expected[each]) for each in before]
        expected.append(Pledge(date="2022", quantity=n, supersedes=ids, sources=SOURCE))
    drafts = [pledge(n, label=f"p{n}", supersedes=[f"@p{each}" for each in named[n]]) for n in order]
    assert read(*drafts) == [expected[n] for n in order]


def test_labels_stand_wherever_an_id_is_meant() -> None:
    """In `of`, `fulfils`, `supersedes`, `duplicate_of`, and in the event of a correction."""
    first, second, retraction, correction = read(
        pledge(1, label="first"),
        pledge(2, label="second", supersedes=["@first"], fulfils=["@first", ID]),
        {"kind": "retraction", "of": "@second", "duplicate_of": "@first", "label": "r"},
        {
            "kind": "correction",
            "of": "@r",
            "event": {"kind": "correction", "of": "@second", "event": pledge(3, fulfils=["@first"])},
        },
    )
    assert isinstance(first, Pledge)
    assert isinstance(second, Pledge)
    one, two = record_id(first), record_id(second)
    assert (second.supersedes, second.fulfils) == ((one,), (one, ID))
    assert isinstance(retraction, Retraction)
    assert retraction == Retraction(of=two, duplicate_of=one)
    corrected = Pledge(date="2022", quantity=3, fulfils=one, sources=SOURCE)
    assert correction == Correction(of=record_id(retraction), event=Correction(of=two, event=corrected))


def test_a_chain_of_labels_may_be_as_long_as_the_batch() -> None:
    """Which no recursion limit cuts short."""
    length = 3000
    drafts = [pledge(n, label=str(n), supersedes=[f"@{n + 1}"] if n + 1 < length else []) for n in range(length)]
    events = read(*drafts)
    assert [getattr(each, "supersedes", None) for each in events[:-1]] == [
        (record_id(each),) for each in events[1:] if isinstance(each, Event)
    ]


@given(st.lists(st.integers(0, 2**128 - 1).map("{:032x}".format), min_size=1, unique=True), st.integers(4, 31))
def test_an_id_may_be_shortened_while_it_stays_unambiguous(ids: list[str], length: int) -> None:
    """find_id returns the one id, and raises if there are several."""
    for id_ in ids:
        beginning = id_[:length]
        if sum(each.startswith(beginning) for each in ids) == 1:
            assert find_id(beginning, sorted(ids)) == id_
        else:
            with pytest.raises(InvalidValue, match="several begin so"):
                find_id(beginning, sorted(ids))


def test_shortened_ids_are_written_whole() -> None:
    """Ids of the log, and of the whole lines of the batch."""
    event = Pledge(date="2022", quantity=100, sources=SOURCE)
    record = Record(record_id(event), AT, event)
    beginning = record.id[:6]
    [_, first, second] = read(
        encode(record),
        {"kind": "retraction", "of": beginning},
        {"kind": "retraction", "of": "0123", "note": "n"},
        known_ids=(ID, "f" * 32),
    )
    assert first == Retraction(of=record.id)
    assert second == Retraction(of=ID, note="n")


@pytest.mark.parametrize(
    "reference", ["012", "0123", "ffff", "", "@", "@none", "no id", "0" * 33, ID.upper(), "0123 "], ids=repr
)
def test_what_is_no_id_or_label_is_refused(reference: str) -> None:
    """Too short, ambiguous, unknown, or nothing of the kind."""
    known = (ID, ID.replace("4", "5", 1))
    assert refused({"kind": "retraction", "of": reference}, known_ids=known) == [(1, "unknown-reference", "$.of")]
    draft = pledge(1, supersedes=[ID, reference])
    assert refused(draft, known_ids=known) == [(1, "unknown-reference", "$.supersedes[1]")]


def test_a_whole_id_need_not_be_in_the_log() -> None:
    """Its record may come from elsewhere when logs are merged."""
    assert read({"kind": "retraction", "of": ID}) == [Retraction(of=ID)]


def test_whole_lines_stand_among_drafts_and_their_ids_must_match() -> None:
    """They give records, with file and line."""
    event = Pledge(date="2022", quantity=100, sources=SOURCE)
    line = encode(Record(record_id(event), AT, event))
    [record] = read(line)
    assert isinstance(record, Record)
    assert (record.event, record.recorded_at, record.file, record.line) == (event, AT, "new.jsonl", 1)
    assert refused(pledge(1), line.replace("100", "101")) == [(2, "id-mismatch", "$.id")]
    assert (1, "missing-field", "$.recorded_at") in refused(pledge(1, v=1, id=ID))


def test_every_problem_of_every_line_is_reported() -> None:
    """Unknown kind and field, reversed date, unknown currency, low above high, no reference, no source, broken JSON."""
    assert refused(
        pledge(1),
        {"kind": "plege", "date": "2022"},
        {**pledge(1), "date": "2023/2022", "quantty": 3},
        pledge(1, value={"amount": 1, "currency": "EURO"}),
        {**pledge(1), "quantity": "4..2", "supersedes": ["@none", "no", 5]},
        {"kind": "pledge", "date": "2022"},
        '{"kind":',
        {},
        {**pledge(1), "v": 7},
    ) == [
        (2, "unknown-kind", "$.kind"),
        (3, "bad-value", "$.date"),
        (3, "unknown-field", "$.quantty"),
        (4, "bad-value", "$.value.currency"),
        (5, "unknown-reference", "$.supersedes[0]"),
        (5, "unknown-reference", "$.supersedes[1]"),
        (5, "bad-value", "$.quantity"),
        (5, "bad-value", "$.supersedes[2]"),
        (6, "missing-field", "$.sources"),
        (7, "bad-json", None),
        (8, "unknown-kind", "$.kind"),
        (9, "unknown-version", "$.v"),
    ]


def test_no_record_is_its_own_duplicate() -> None:
    """Not by its id, nor by the beginning of it, nor in what a correction puts in the place of another amendment."""
    retraction = {"kind": "retraction", "of": ID, "sources": [{"publisher": "Kyodo News"}]}
    read(retraction | {"duplicate_of": "f" * 32})
    for itself in (ID, ID[:8]):
        again = retraction | {"duplicate_of": itself}
        nested = {"kind": "correction", "of": "f" * 32, "event": again}
        assert refused(again, known_ids=(ID,)) == [(1, "bad-link", "$.duplicate_of")]
        assert refused(nested, known_ids=(ID,)) == [(1, "bad-link", "$.event.duplicate_of")]
    assert refused(retraction | {"of": "@a", "duplicate_of": "@a"}) == [
        (1, "unknown-reference", "$.of"),
        (1, "unknown-reference", "$.duplicate_of"),
    ]


def test_a_label_belongs_to_one_draft() -> None:
    """A second draft with the same label is reported, with the place of the first."""
    assert refused(pledge(1, label="a"), pledge(2, label="a")) == [(2, "duplicate-label", "$.label")]
    assert refused(pledge(1, label=5), pledge(2, label="")) == [
        (1, "bad-value", "$.label"),
        (2, "bad-value", "$.label"),
    ]


def test_a_draft_that_names_a_faulty_one_is_not_blamed_for_it() -> None:
    """Only the fault itself is reported."""
    assert refused(pledge(1, supersedes=["@a"]), {"label": "a", **pledge(1), "date": "x"}) == [
        (2, "bad-value", "$.date")
    ]


def test_drafts_that_name_each_other_in_a_circle_are_reported() -> None:
    """Each link of each circle once; a draft that only leads to a circle is not part of it."""
    assert refused(
        pledge(1, label="a", supersedes=["@b"]),
        pledge(2, label="b", fulfils=["@c"]),
        pledge(3, label="c", supersedes=[ID, "@a"]),
        pledge(4, label="d", supersedes=["@a"]),
        pledge(5, label="e", supersedes=["@e", "@f"]),
        pledge(6, label="f", supersedes=["@e"]),
    ) == [
        (1, "label-circle", "$.supersedes[0]"),
        (2, "label-circle", "$.fulfils[0]"),
        (3, "label-circle", "$.supersedes[1]"),
        (5, "label-circle", "$.supersedes[0]"),
        (5, "label-circle", "$.supersedes[1]"),
        (6, "label-circle", "$.supersedes[0]"),
    ]


def test_a_reference_of_another_type_is_a_bad_value() -> None:
    """One id for a list, or a list for one id; the message shows what was written."""
    with pytest.raises(RefusedBatch, match=r"\$.supersedes: found '@a', expected a list"):
        read(pledge(1, label="a"), pledge(2, supersedes="@a"))
    assert refused({"kind": "retraction", "of": [ID]}) == [(1, "bad-value", "$.of")]
    assert refused({"kind": "retraction", "of": None}) == [(1, "missing-field", "$.of")]
