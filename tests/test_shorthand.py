"""What drafts may write shorter: defaults of their file, money as text; and that messages say which draft is meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline.codec import event_to_json
from aidtimeline.errors import Problem, RefusedBatch
from aidtimeline.events import KINDS, Corroboration, Event, Pledge, Retraction, Source
from aidtimeline.log.drafts import Line, read_drafts
from aidtimeline.log.shorthand import FILLED, fields_of
from aidtimeline.testing.strategies import amendments, events
from aidtimeline.values.amounts import Money

SOURCES = [{"publisher": "Kyodo News", "published": "2023-03-21"}]
SOURCE = Source(publisher="Kyodo News", published="2023-03-21")
ID = "0123456789abcdef0123456789abcdef"


def lines(*drafts: Any, file: str = "new.jsonl") -> list[Line]:
    return [(file, number, json.dumps(each)) for number, each in enumerate(drafts, 1)]


def refused(*drafts: Any) -> list[Problem]:
    with pytest.raises(RefusedBatch) as error:
        read_drafts(lines(*drafts))
    return list(error.value.problems)


@given(st.lists(events() | amendments(), min_size=1, max_size=4), st.data())
def test_a_draft_with_defaults_says_what_it_says_with_them_written_out(said: list[Any], data: st.DataObject) -> None:
    """Whatever fields defaults have: each draft has its own, else the default, if its kind takes any and has it."""
    drafts = [event_to_json(each) for each in said]
    for each in drafts:
        del each["v"]
    fields = data.draw(st.sampled_from(drafts))
    names = data.draw(st.sets(st.sampled_from(sorted(fields))))
    defaults = {name: fields[name] for name in names if name not in ("event", "reason", "duplicate_of")}
    shorter = [
        {name: value for name, value in each.items() if name == "kind" or defaults.get(name) != value}
        if each["kind"] in FILLED
        else each
        for each in drafts
    ]
    written_out = []
    for each in shorter:
        known = fields_of(each["kind"]) if each["kind"] in FILLED else ()
        written_out.append({**{name: value for name, value in defaults.items() if name in known}, **each})
    try:
        expected: Any = read_drafts(lines(*written_out))
    except RefusedBatch as error:  # a default may not fit another kind: then it does not fit in either form
        expected = {each.message for each in error.problems}
    try:
        found: Any = read_drafts(lines({"defaults": defaults}, *shorter))
    except RefusedBatch as error:
        found = {each.message for each in error.problems}
    assert found == expected


def test_the_facts_of_one_article_name_it_once() -> None:
    """Also corroborations do; and a field that is null has no default."""
    defaults = {"defaults": {"kind": "pledge", "date": "2023", "donor": "JP", "item": "truck", "sources": SOURCES}}
    first, second, account, status = read_drafts(
        lines(
            defaults,
            {"quantity": 100},
            {"quantity": 5, "donor": None, "item": "radio"},
            {"kind": "corroboration", "of": ID, "date": None},
            {"kind": "status", "project": "hd", "status": "closed"},
        )
    )
    assert first == Pledge(date="2023", donor="JP", item="truck", quantity=100, sources=SOURCE)
    assert second == Pledge(date="2023", item="radio", quantity=5, sources=SOURCE)
    assert account == Corroboration(of=ID, sources=SOURCE)
    assert isinstance(status, Event)
    assert (status.donor, status.sources) == ("JP", (SOURCE,))


def test_no_repair_becomes_news_by_a_default() -> None:
    """Corrections and retractions take none, nor does the event that a correction has."""
    defaults = {"defaults": {"note": "n", "sources": SOURCES}}
    assert read_drafts(lines(defaults, {"kind": "retraction", "of": ID})) == [Retraction(of=ID)]
    [problem] = refused(defaults, {"kind": "correction", "of": ID, "event": {"kind": "pledge", "date": "2023"}})
    assert (problem.line, problem.path) == (2, "$.event.sources")


def test_defaults_hold_for_their_file_alone() -> None:
    """The next file begins anew, and labels join the files of a batch."""
    one = lines({"defaults": {"sources": SOURCES}}, {"kind": "pledge", "date": "2023", "label": "a"}, file="one.jsonl")
    another = [{"kind": "pledge", "date": "2024", "supersedes": ["@a"], "sources": [{"publisher": "JICA"}]}]
    first, second = read_drafts([*one, *lines(*another, file="two.jsonl")])
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (first.sources, second.sources) == ((SOURCE,), (Source(publisher="JICA"),))
    with pytest.raises(RefusedBatch, match=r"two.jsonl:1: error missing-field: pledge 2024: \$.sources"):
        read_drafts([*one, *lines({"kind": "pledge", "date": "2024"}, file="two.jsonl")])


def test_labels_and_ids_in_defaults_are_resolved_for_each_draft() -> None:
    """What one draft makes of them does not change what the next one has."""
    fulfils = {"defaults": {"fulfils": ["@a"], "sources": SOURCES}}
    own = {"kind": "pledge", "date": "2023", "label": "a", "fulfils": None}
    pledge, *deliveries = read_drafts(
        lines(fulfils, own, *[{"kind": "delivery", "date": day} for day in ("2024", "2025")])
    )
    assert {each.fulfils for each in deliveries if isinstance(each, Event)} == {(deliveries[0].fulfils[0],)}  # type: ignore[union-attr]
    assert isinstance(pledge, Pledge)
    assert pledge.fulfils == ()


def test_what_is_wrong_with_defaults_is_said_once_and_where_they_stand() -> None:
    """However many drafts take them."""
    drafts = [{"kind": "pledge", "date": "2023"}] * 3
    problems = refused({"defaults": {"donor": 5, "sources": [{"published": "soon"}], "itm": "truck"}}, *drafts)
    assert [(each.line, each.code, each.path) for each in problems] == [
        (1, "unknown-field", "$.defaults.itm"),
        (1, "bad-value", "$.defaults.donor"),
        (1, "bad-value", "$.defaults.sources[0].published"),
    ]
    assert problems[0].hint == "did you mean 'item'?"


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        (({"defaults": []},), [(1, "bad-value", "$.defaults")]),
        (({"defaults": {}, "kind": "pledge"},), [(1, "unknown-field", "$.kind")]),
        (({"defaults": {"id": ID}},), [(1, "unknown-field", "$.defaults.id")]),
        (({"defaults": {"label": "a"}},), [(1, "unknown-field", "$.defaults.label")]),
        (({"defaults": {}}, {"defaults": {"donor": "JP"}}), [(2, "bad-value", "$.defaults")]),
        (({"kind": "retraction", "of": ID}, {"defaults": {}}), [(2, "bad-value", "$.defaults")]),
    ],
)
def test_defaults_stand_on_the_first_line_and_have_fields(drafts: tuple[Any, ...], expected: list[Any]) -> None:
    """Everything else is refused."""
    assert [(each.line, each.code, each.path) for each in refused(*drafts)] == expected


def test_defaults_alone_record_nothing() -> None:
    """A file of them, and empty lines before, are fine."""
    assert read_drafts([("new.jsonl", 1, " \n"), ("new.jsonl", 2, '{"defaults":{"donor":"JP"}}')]) == []


@given(events("disbursement") | events("receipt"))
def test_money_may_be_a_text(event: Any) -> None:
    """In value and valued, with bounds or without."""
    draft = event_to_json(event)
    written = {**draft, "value": event.value.text, "valued": [each.text for each in event.valued]}
    assert read_drafts(lines(written)) == [event]


def test_money_may_be_a_text_wherever_a_draft_has_money() -> None:
    """In corroborations, corrections and defaults; and in a line of the log it may not."""
    worth = {"kind": "delivery", "date": "2023", "value": "USD 4..5", "sources": SOURCES}
    account, correction, delivery = read_drafts(
        lines(
            {"defaults": {"value": "EUR ~7"}},
            {"kind": "corroboration", "of": ID, "sources": SOURCES},
            {"kind": "correction", "of": ID, "event": worth},
            worth,
        )
    )
    assert getattr(account, "value", None) == Money("~7", "EUR")
    assert getattr(correction, "event", None) == delivery
    assert getattr(delivery, "value", None) == Money("4..5", "USD")
    [problem] = refused({**worth, "id": ID, "recorded_at": "2026-11-21T10:00:00Z", "v": 1})
    assert (problem.code, problem.path) == ("bad-value", "$.value")


def test_a_fault_of_money_is_said_once() -> None:
    """With what was found, and what is a fault beside it."""
    draft = {"kind": "receipt", "date": "soon", "value": "usd 5", "valued": ["EUR", "EUR 5"], "sources": SOURCES}
    assert sorted((each.path, each.message[:12]) for each in refused(draft)) == [
        ("$.date", "found 'soon'"),
        ("$.value", "found 'usd',"),
        ("$.valued[0]", "found 'EUR',"),
    ]


def test_messages_say_which_draft_is_meant() -> None:
    """By its label, its kind, and what else tells it from others; texts are short and printable."""
    problems = refused(
        {"label": "a", "kind": "pledge", "date": "2023", "item": "truck", "quantity": "x", "sources": SOURCES},
        {"kind": "correction", "of": "3a79391099a76756c5f3b3688ab11221", "event": {"kind": "gift"}},
        {"kind": "retraction", "of": "@b"},
        {"kind": "pledge", "date": "2023\u001b[2J" + "x" * 50, "sources": SOURCES},
        {"kind": 5},
    )
    assert [each.about for each in problems] == [
        "@a, pledge 2023 truck",
        "correction of 3a793910",
        "retraction of @b",
        "pledge 2023\\x1b[2J" + "x" * 32 + "…",
        None,
    ]
    assert str(problems[0]).startswith("new.jsonl:1: error bad-value: @a, pledge 2023 truck: $.quantity: found 'x', ")


def test_every_kind_but_corrections_and_retractions_takes_defaults() -> None:
    """So no kind is forgotten."""
    assert {*KINDS} - {*FILLED} == {"correction", "retraction"}
