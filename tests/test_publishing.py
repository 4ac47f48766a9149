"""The page to publish: what it knows is what Python answers, at every pair of dates that matters."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from tangled import linked_logs

from aidtimeline import Timeline
from aidtimeline.engines.facts.rows import decimal
from aidtimeline.events import Record
from aidtimeline.projections import Bounds
from aidtimeline.report.publishing import answers as answering, in_script
from aidtimeline.report.publishing.answers import SECTIONS
from aidtimeline.report.publishing.data import Page
from aidtimeline.report.publishing.sums import questions
from aidtimeline.testing.drawnlogs import logs
from aidtimeline.testing.strategies import FIRST, LAST, repeatable
from aidtimeline.values.amounts import add
from aidtimeline.vocabulary import Dataset, Vocabulary

MADE = date(2026, 11, 27)
OVERLAPPING = Vocabulary(datasets={"fts": Dataset(slug="fts", name="FTS", overlaps=["iati"])})


def added_up(rows: Sequence[Sequence[Any]], known: int, day: int) -> Bounds | None:
    """What the script of the page does: rows that hold at two dates, added up."""
    found = [
        row
        for row in rows
        if (not known or (row[0] <= known and (not row[1] or known < row[1])))
        and (known or not row[1])
        and row[2] <= day
        and (not row[3] or day < row[3])
    ]
    if not found:
        return None
    low, high, opens, flags = Decimal(0), Decimal(0), 0, 0
    for *_, least, most, places, open_, bits in found:
        certain = bits & 16
        low = add(low, decimal(int(least) if certain else min(int(least), 0), places))
        if most is not None:
            high = add(high, decimal(int(most) if certain else max(int(most), 0), places))
        opens += open_
        flags |= bits
    is_open = any(row[5] is None for row in found)
    return Bounds(low, None if is_open else high, opens, *(bool(flags & bit) for bit in (1, 2, 4, 8)))


def check(records: Sequence[Record], vocabulary: Vocabulary, known: Sequence[date], valid: Sequence[date]) -> None:
    timeline = Timeline(records, vocabulary)
    data = json.loads(json.dumps(Page.of(timeline, "log", made=MADE).data()))
    sums = {(each["money"], each["kind"], each["item"], each["unit"]): each["rows"] for each in data["sums"]}
    for at in (*known, None):
        for day in valid:
            view = timeline.as_of(day, known_at=at)
            for question in questions(vocabulary):
                answers = view.replay(question).answers
                for key, bounds in answers.items():
                    own = (True, key[0], None, key[1]) if question.money else (False, *key)
                    found = added_up(sums.get(own, ()), at.toordinal() if at else 0, day.toordinal())
                    nothing = bounds.low == bounds.high == 0
                    assert found == bounds or (found is None and nothing), (own, at, day, found, bounds)
            kept = {key for key, rows in sums.items() if added_up(rows, at.toordinal() if at else 0, day.toordinal())}
            there = set()
            for question in questions(vocabulary):
                for key in view.replay(question).answers:
                    there.add((True, key[0], None, key[1]) if question.money else (False, *key))
            assert kept <= there


def around(days: Sequence[int]) -> list[date]:
    """These days, and those before and after them."""
    found = {date.fromordinal(day) + timedelta(step) for day in days for step in (-1, 0, 1)}
    return sorted(found)


def test_the_shipped_record_at_every_pair_of_dates() -> None:
    """Every day on which anything changes, and the days around it."""
    timeline = Timeline.open("events", engine="fold")
    data = Page.of(timeline, "events", made=MADE).data()
    check(timeline.records, timeline.vocabulary, around(data["known"]), around(data["valid"]))


@repeatable(40)
@given(logs(max_size=6))
def test_drawn_logs_at_every_pair_of_dates(records: Sequence[Record]) -> None:
    """With datasets that overlap, and without."""
    data = Page.of(Timeline(records), "log", made=MADE).data()
    known, valid = ([date.fromordinal(day) for day in data[name]] for name in ("known", "valid"))
    for vocabulary in (Vocabulary(), OVERLAPPING):
        check(records, vocabulary, known, valid)


@repeatable(20)
@given(linked_logs(6))
def test_tangled_logs_at_every_pair_of_dates(records: Sequence[Record]) -> None:
    """Facts that replace each other, and may report the same."""
    data = Page.of(Timeline(records), "log", made=MADE).data()
    known, valid = ([date.fromordinal(day) for day in data[name]] for name in ("known", "valid"))
    check(records, Vocabulary(), known, valid)


@repeatable(40)
@given(logs(max_size=6))
def test_the_facts_listed_are_those_that_count(records: Sequence[Record]) -> None:
    """At every pair of dates, each with what it says and whether it counts in every world."""
    timeline = Timeline(records)
    data = Page.of(timeline, "log", made=MADE).data()
    for at in (*map(date.fromordinal, data["known"]), None):
        for day in map(date.fromordinal, data["valid"]):
            view = timeline.as_of(day, known_at=at)
            known = at.toordinal() if at else 0
            listed = {
                (data["facts"][number]["id"], data["facts"][number].get("number", ""), bool(certain))
                for number, since, until, first, last, certain in data["spans"]
                if (not known or (since <= known and (not until or known < until))) and (known or not until)
                if first <= day.toordinal() and (not last or day.toordinal() < last)
            }
            facts = {
                (
                    fact.id,
                    " ".join(filter(None, (str(fact.quantity), fact.unit))) if fact.quantity else "",
                    fact.certain,
                )
                for fact in view.facts
            }
            assert listed == facts


@repeatable(40)
@given(logs(max_size=6))
def test_finished_answers_are_of_their_dates(records: Sequence[Record]) -> None:
    """Of projects the possible states, of promises what is outstanding."""
    timeline = Timeline(records)
    answers = Page.of(timeline, "log", made=MADE).data()["answers"]
    for row, at in enumerate(answers["known"]):
        for column, day in enumerate(answers["valid"]):
            view = timeline.as_of(date.fromordinal(day), known_at=date.fromordinal(at) if at else None)
            found = {
                name: [answers["pool"][number] for number in answers[name][row][column]]
                for name in ("projects", "fulfilment", "levels")
            }
            assert [each["project"] for each in found["projects"]] == [each.project for each in view.projects()]
            assert [each["kind"] for each in found["fulfilment"]] == [each.kind for each in view.fulfilment()]
            assert [each["of"] for each in found["levels"]] == [each.thing.words for each in view.levels()]


@repeatable(25)
@given(logs(max_size=8))
def test_finished_answers_hold_until_the_next_day_that_is_kept(records: Sequence[Record]) -> None:
    """On every day, and as known on every day, the answer of the last day that is kept is that of Python."""
    timeline = Timeline(records)
    answers = Page.of(timeline, "log", made=MADE).data()["answers"]
    days = [FIRST + timedelta(step) for step in range(-2, (LAST - FIRST).days + 3)]
    for at in (None, *days[::3]):
        row = bisect_right(answers["known"][:-1], at.toordinal()) - 1 if at else len(answers["known"]) - 1
        for day in days:
            column = bisect_right(answers["valid"], day.toordinal()) - 1
            view = timeline.as_of(day, known_at=at)
            for name, answer in SECTIONS.items():
                kept = [answers["pool"][number] for number in answers[name][row][column]] if row >= 0 else []
                assert kept == json.loads(json.dumps(answer(view))), (name, at, day)


def test_the_first_day_of_knowledge_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few days are kept, no answer of nothing stands for a day on which something was known."""
    monkeypatch.setattr(answering, "MOST", 4)
    data = Page.of(Timeline.open("events"), "events", made=MADE).data()
    known, valid = data["answers"]["known"], data["answers"]["valid"]
    assert len(known) * len(valid) < 16
    assert known[0] == data["known"][0]
    assert known[-1] == 0
    assert valid[0] == 1


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "\u2028", "\ud800", "a" * 10_000])
def test_data_stays_within_its_script(text: str) -> None:
    """Whatever a text says."""
    written = in_script({"text": text})
    assert "<" not in written
    assert "\u2028" not in written
    assert text == "\ud800" or json.loads(written) == {"text": text}
