"""Levels beside the record: against every world of small logs, and case by case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from aidtimeline import Levels, Record, Timeline, UsageError, replay, report
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.log.drafts import read_drafts
from aidtimeline.projections import LevelRow, LevelTable
from aidtimeline.projections.levels.finding import FEW
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.vocabulary import Party, Vocabulary

Draft = dict[str, Any]
FAR = "2025-01-01"
RECORDED = datetime(2025, 6, 1, 12, tzinfo=UTC)
INFINITE = 10**9
COUNTRIES = {"UA": "UA", "sesu": "UA", "odesa": "UA", "LT": "LT", "JP": "JP", "jica": "JP"}
VOCABULARY = Vocabulary(parties={slug: Party(slug=slug, name=slug, country=code) for slug, code in COUNTRIES.items()})


def said(kind: str, day: str, **fields: Any) -> Draft:
    sources = [{"publisher": fields.pop("by", "A"), "published": fields.pop("published", "2024-12-31")}]
    return {"kind": kind, "date": day, "sources": sources, **fields}


def delivery(quantity: int | str, day: str = "2023-03-01", **fields: Any) -> Draft:
    return said("delivery", day, **{"item": "truck", "quantity": quantity} | fields)


def observed(quantity: int | str, day: str = "2023-06-01", **fields: Any) -> Draft:
    return said("observation", day, **{"item": "truck", "quantity": quantity, "by": "B"} | fields)


def money(amount: int | str, currency: str = "USD") -> dict[str, Any]:
    return {"value": {"amount": amount, "currency": currency}}


def paid(amount: int | str, day: str = "2023-03-01", kind: str = "disbursement", **fields: Any) -> Draft:
    currency = fields.pop("currency", "USD")
    return said(kind, day, **money(amount, currency), **fields)


def paid_so_far(amount: int | str, day: str = "2023-06-01", of_kind: str = "disbursement", **fields: Any) -> Draft:
    return said("observation", day, of_kind=of_kind, **money(amount), **{"by": "B"} | fields)


def log(*drafts: Draft) -> list[Record]:
    lines = [("events.jsonl", number, json.dumps(draft)) for number, draft in enumerate(drafts, start=1)]
    events = list(read_drafts(lines))
    return [
        Record(record_id(each), RECORDED + timedelta(minutes=number), each)
        for number, each in enumerate(events)
        if not isinstance(each, Record)
    ]


def table(*drafts: Draft, as_of: str = FAR, **where: Any) -> LevelTable:
    return Timeline(log(*drafts), VOCABULARY).as_of(as_of).levels(where)


def row(*drafts: Draft, as_of: str = FAR, **where: Any) -> LevelRow:
    [found] = table(*drafts, as_of=as_of, **where)
    return found


def words(found: LevelRow) -> tuple[str, str, str]:
    return str(found.recorded), str(found.missing), str(found.exceeds)


# Against all worlds.


class Stated(NamedTuple):
    """A delivery or a level of a drawn log: days of March 2023, and the ends of what it states."""

    days: tuple[int, int]
    ends: tuple[int, int]
    fields: Mapping[str, str]
    replaces: bool = False

    @property
    def draft(self) -> Draft:
        first, last = (f"2023-03-{day:02}" for day in self.days)
        low, high = self.ends
        quantity = low if low == high else f"{low}.." if high == INFINITE else f"{low}..{high}"
        return {"date": first if first == last else f"{first}/{last}", "quantity": quantity, **self.fields}


days = st.integers(1, 4)
spans = st.one_of(days.map(lambda day: (day, day)), st.tuples(days, days).map(lambda ends: (min(ends), max(ends))))
amounts = st.integers(0, 6)
exact = amounts.map(lambda number: (number, number))
vague = st.tuples(amounts, amounts | st.just(INFINITE)).map(lambda ends: (min(ends), max(ends)))
given_back = st.integers(-3, -1).map(lambda number: (number, number))


def some(**names: Iterable[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(list(values)) for name, values in names.items()})


facts = st.builds(
    Stated,
    spans,
    exact | vague | given_back,
    some(donor=("JP", "LT"), recipient=("UA", "sesu", "odesa", "LT"), project=("whole", "part"), location=("Kharkiv",)),
    st.booleans(),
)
levels = st.builds(
    Stated,
    spans,
    exact | vague,
    some(donor=("JP",), recipient=("UA", "sesu"), project=("whole", "part"), location=("Kharkiv", "Odesa")),
    st.booleans(),
)


def lies(fact: Mapping[str, str], level: Mapping[str, str]) -> bool | None:
    """Whether what a fact states lies in a level: surely, not at all, or None: maybe."""
    wider = {"sesu": "UA", "odesa": "UA", "part": "whole"}
    answers: list[bool | None] = []
    for name, asked in level.items():
        stated = fact.get(name)
        if stated is None or wider.get(asked) == stated:
            answers.append(None)
        else:
            answers.append(asked in (stated, wider.get(stated)))
    return False if False in answers else None if None in answers else True


def ways(stated: Stated) -> Iterator[tuple[int, int]]:
    yield from product(range(stated.days[0], stated.days[1] + 1), sorted(set(stated.ends)))


def worlds(came: list[Stated], seen: list[Stated], until: int) -> Iterator[tuple[int, int] | None]:
    """In every world: the last level by a day and the record on its day; None if there is no level yet.

    What `replaces` replaces the delivery or level before it from its day on.
    """
    inside = [(True, False) if (how := lies(each.fields, seen[0].fields)) is None else (how,) for each in came]
    for facts in product(*(product(ways(each), each_in) for each, each_in in zip(came, inside, strict=True))):
        for reported in product(*map(ways, seen)):
            happened = [each for each in reported if each[0] <= until]
            if seen[-1].replaces and reported[-1][0] <= until:
                happened = [reported[-1]]
            if not happened:
                yield None
                continue
            last = max(day for day, _ in happened)
            for day, level in happened:
                if day == last:
                    gone = set()
                    for number, ((on, _), _) in enumerate(facts):
                        if came[number].replaces and number and on <= day:
                            gone.add(number - 1)
                            if number - 1 and came[number - 1].replaces:
                                gone.update(_below(number - 1, came))
                    yield (
                        level,
                        sum(
                            amount
                            for number, ((on, amount), lies_in) in enumerate(facts)
                            if on <= day and lies_in and number not in gone
                        ),
                    )


def _below(number: int, came: list[Stated]) -> Iterator[int]:
    """What a delivery replaces, directly or through others."""
    while number and came[number].replaces:
        number -= 1
        yield number


def hull(numbers: Iterable[int]) -> tuple[int, int]:
    found = list(numbers)
    return min(found), INFINITE if max(found) > INFINITE // 2 else max(found)


def drawn_log(came: list[Stated], seen: list[Stated]) -> list[Record]:
    drafts = [said("project", "2023-01-01", project="part", parent="whole")]
    for number, each in enumerate(came):
        link = {"supersedes": [f"@{number - 1}"]} if each.replaces and number else {}
        drafts.append(said("delivery", "", item="truck", ref=str(number), label=str(number), **link) | each.draft)
    for number, each in enumerate(seen):
        link = {"supersedes": [f"@level-{number - 1}"]} if each.replaces and number else {}
        name = f"level-{number}"
        drafts.append(said("observation", "", item="truck", ref=name, label=name, **link) | each.draft)
    return log(*drafts)


@settings(max_examples=400, deadline=None)
@given(st.lists(facts, max_size=3), st.lists(levels, min_size=1, max_size=2), st.integers(1, 5))
def test_levels_against_every_world(came: list[Stated], seen: list[Stated], until: int) -> None:
    """What is surely missing or too much is so in every world; and unless it is loose, each bound is reached in one."""
    seen = [each._replace(fields=seen[0].fields) for each in seen]
    timeline = Timeline(drawn_log(came, seen), VOCABULARY)
    rows = timeline.as_of(date(2023, 3, until)).levels().rows
    found = list(worlds(came, seen, until))
    held = [each for each in found if each is not None]
    assert bool(rows) == bool(held)
    if not held:
        return
    [row] = rows
    none = [0] if None in found else []
    expected = {
        "reported": hull(level for level, _ in held),
        "recorded": hull(record for _, record in held),
        "missing": hull([max(0, level - record) for level, record in held] + none),
        "exceeds": hull([max(0, record - level) for level, record in held] + none),
    }
    for name, (low, high) in expected.items():
        amount = getattr(row, name)
        told = amount.low, INFINITE if amount.high is None else amount.high
        assert told[0] <= low, name
        assert told[1] >= high, name
        if not row.loose:
            assert told == (low, high), name
    assert row.certain == (not none)


# What lies in a level.

HD = [said("project", "2023-01-01", project="part", parent="whole"), said("project", "2023-01-02", project="whole")]


@pytest.mark.parametrize(
    ("fact", "level", "recorded"),
    [
        ({}, {}, "10"),
        ({"donor": "JP"}, {}, "10"),
        ({}, {"donor": "JP"}, "0 to 10"),
        ({"donor": "LT"}, {"donor": "JP"}, "0"),
        ({"recipient": "sesu"}, {"recipient": "UA"}, "10"),
        ({"recipient": "UA"}, {"recipient": "sesu"}, "0 to 10"),
        ({"recipient": "odesa"}, {"recipient": "sesu"}, "0"),
        ({"donor": "JP", "via": ["undp"]}, {"donor": "undp"}, "0 to 10"),
        ({"donor": "JP", "via": ["undp"]}, {"via": ["undp"]}, "10"),
        ({"donor": "JP"}, {"via": ["undp"]}, "0 to 10"),
        ({"via": ["unicef"]}, {"via": ["undp"]}, "0"),
        ({"project": "part"}, {"project": "whole"}, "10"),
        ({"project": "whole"}, {"project": "part"}, "0 to 10"),
        ({"project": "other"}, {"project": "whole"}, "0"),
        ({"location": "Bucha"}, {"location": "Bucha"}, "10"),
        ({"location": "Bucha"}, {"location": "Irpin"}, "0"),
        ({"location": "Bucha"}, {"location": "UA"}, "0 to 10"),
        ({"location": "UA"}, {"location": "Bucha"}, "0 to 10"),
        ({"location": "UA"}, {"location": "MD"}, "0"),
        ({"location": {"UA": 60, "MD": 40}}, {"location": "UA"}, "6"),
        ({"location": {"UA": 60, "MD": None}}, {"location": "MD"}, "0 to 4"),
        ({"location": {"UA": 60}}, {"location": "MD"}, "0 to 4"),
        ({"location": {"UA": 60}}, {"location": "UA"}, "6 to 10"),
        ({"location": {"UA": 60, "MD": 40}}, {"location": "KE"}, "0"),
        ({"location": "UA"}, {"location": {"UA": 60, "MD": 40}}, "0 to 10"),
        ({"sector": "72040"}, {"sector": "72040"}, "10"),
        ({"sector": "72040"}, {"sector": "15250"}, "0"),
        ({"sector": "2:152"}, {"sector": "15250"}, "0 to 10"),
        (
            {"location": {"UA": 60, "MD": 40}, "sector": {"72040": 50, "15250": 50}},
            {"location": "UA", "sector": "72040"},
            "1 to 5",
        ),
        ({"humanitarian": True}, {"humanitarian": True}, "10"),
        ({"humanitarian": False}, {"humanitarian": True}, "0"),
        ({"package": "spring"}, {"package": "autumn"}, "0"),
        ({"item": None}, {}, "0 to 10"),
        ({"item": "radio"}, {}, "0"),
        ({"kind": "training", "unit": "person"}, {"unit": "person"}, "0 to 10"),
        ({"kind": "training", "unit": "person"}, {"unit": "person", "of_kind": "training"}, "10"),
        ({"kind": "commitment"}, {"of_kind": "pledge"}, "0 to 10"),
        ({"kind": "pledge"}, {"of_kind": "commitment"}, "0"),
        ({"kind": "pledge"}, {}, "0"),
    ],
)
def test_what_lies_in_a_level(fact: Draft, level: Draft, recorded: str) -> None:
    """Surely what it contains; maybe what is wider, or leaves unsaid what the level says."""
    came = {name: value for name, value in (delivery(10) | fact).items() if value is not None}
    assert str(row(came, observed(5, **level), *HD).recorded) == recorded


def test_another_unit_is_in_no_sum_and_leaves_open_what_is_missing() -> None:
    """61 and 2 batteries may be one: the record has 0 of them, but nothing is known to be missing."""
    assert words(row(delivery(2, unit="battery"), observed(61))) == ("0", "0 to 61", "at least 0")
    assert words(row(delivery(2, unit="battery", item="radio"), observed(61))) == ("0", "61", "0")
    assert words(row(delivery(42), observed(61))) == ("42", "19", "0")
    assert words(row(delivery(42), observed(30))) == ("42", "0", "12")


@pytest.mark.parametrize(
    ("came", "level", "expected"),
    [
        (paid(1000), paid_so_far(2800), ("1,000", "1,800", "0")),
        (paid(1000, currency="EUR"), paid_so_far(2800), ("0", "0 to 2,800", "at least 0")),
        (paid(1000, kind="receipt"), paid_so_far(2800), ("0 to 1,000", "1,800 to 2,800", "0")),
        (paid(1000, kind="expenditure"), paid_so_far(700), ("0 to 1,000", "0 to 700", "0 to 300")),
        (paid(1000, kind="pledge"), paid_so_far(2800), ("0", "2,800", "0")),
        (paid(1000, kind="pledge"), paid_so_far(2800, of_kind="pledge"), ("1,000", "1,800", "0")),
        (paid(1000, kind="commitment"), paid_so_far(2800, of_kind="pledge"), ("0 to 1,000", "1,800 to 2,800", "0")),
        (delivery(3) | {"kind": "pledge"}, paid_so_far(2800, of_kind="pledge"), ("0", "0 to 2,800", "at least 0")),
        (delivery(3), paid_so_far(2800), ("0", "2,800", "0")),
        (delivery(3, **money(900)), paid_so_far(800, of_kind="delivery"), ("900", "0", "100")),
        (delivery(3), paid_so_far(800, of_kind="delivery"), ("0", "0 to 800", "at least 0")),
    ],
)
def test_levels_of_money(came: Draft, level: Draft, expected: tuple[str, str, str]) -> None:
    """Paid is what was paid in that currency, by anybody's books; an amount that nobody states may reach any level."""
    assert words(row(came, level)) == expected


def test_a_level_may_state_a_number_and_a_value() -> None:
    """Then it is two levels, each of its own."""
    found = table(delivery(42, **money(900)), observed(61, **money(1000)))
    assert [(each.currency, str(each.reported), str(each.missing)) for each in found] == [
        (None, "61", "19"),
        ("USD", "1,000", "100"),
    ]


def test_parts_and_their_whole_are_not_added_up() -> None:
    """What a payment is part of has it already."""
    whole = paid(100, label="whole")
    assert words(row(whole, paid(60, part_of="@whole", donor="JP"), paid_so_far(120))) == ("100", "20", "0")


def test_about_contradicts_only_outside_half_to_double() -> None:
    """About 50 may be 25, or 100; and so may about 50 in the record."""
    assert words(row(delivery(30), observed("~50"))) == ("30", "0 to 70", "0 to 5")
    assert words(row(delivery(20), observed("~50"))) == ("20", "5 to 80", "0")
    assert words(row(delivery(101), observed("~50"))) == ("101", "0", "1 to 76")
    assert words(row(delivery("~20"), delivery(10, ref="b"), observed(60))) == ("about 30", "10 to 40", "0")


def test_what_a_cancellation_takes_off_was_never_in_what_stands() -> None:
    """A level of what is pledged is held against what stands of the pledges; of whom it is, their words say."""
    pledge = said("pledge", "2023-01-01", item="truck", quantity=10, donor="JP", label="it")
    off = said("cancellation", "2023-02-01", item="truck", quantity=4, supersedes=["@it"])
    for level, expected in (({"donor": "JP"}, "6"), ({}, "6"), ({"donor": "LT"}, "0")):
        found = row(pledge, off, observed(8, of_kind="pledge", **level))
        assert str(found.recorded) == expected
    explanation = table(pledge, off, observed(8, of_kind="pledge", donor="JP")).explain()
    assert [(reason.part, str(reason.states)) for reason in explanation] == [
        ("level", "8"),
        ("lies in it", "10"),
        ("lies in it", "-4"),
    ]


# Which level holds.


def test_the_last_level_of_each_thing_holds() -> None:
    """Levels of other parties, places or units are of other things."""
    found = table(
        observed(10, "2023-01-01"),
        observed(20, "2023-02-01"),
        observed(5, "2023-01-01", donor="JP"),
        observed(3, "2023-01-01", via=["undp"]),
        as_of="2023-06-01",
    )
    assert [(each.donor, each.via, str(each.reported)) for each in found] == [
        (None, None, "20"),
        (None, "undp", "3"),
        ("JP", None, "5"),
    ]


def test_levels_whose_dates_overlap_may_both_be_the_last() -> None:
    """Nobody says which holds: the bounds span both, and if they contradict each other, they are disputed."""
    found = row(observed(10, "2023"), observed(20, "2023-06-01", ref="b"), delivery(15, "2023-07-01"))
    assert (str(found.reported), found.disputed, str(found.day)) == ("10 to 20", True, "1 Jun 2023 to 31 Dec 2023")
    assert words(found) == ("0 to 15", "0 to 20", "0 to 5")
    assert not row(observed("10..", "2023"), observed(20, "2023-06-01")).disputed
    assert row(observed(10, by="C"), observed(20)).disputed


def test_a_level_that_is_replaced_is_gone() -> None:
    """From the day of the one that replaces it, also if that is earlier."""
    both = [observed(10, "2023-06-01", label="it"), observed(8, "2023-03", supersedes=["@it"])]
    assert str(row(*both).reported) == "8"
    assert str(row(*both, as_of="2023-03-15").reported) == "8"


def test_a_level_of_a_day_that_may_be_later_proves_nothing_yet() -> None:
    """In June "in 2023" may be in autumn."""
    found = row(observed(10, "2023", published="2024-01-31"), as_of="2023-06-01")
    assert (found.certain, words(found)) == (False, ("0", "0 to 10", "0"))
    assert row(observed(10, "2023"), as_of="2023-12-31").certain


def test_a_level_counts_once_it_is_known() -> None:
    """A level that nobody had reported yet is not there, nor is a delivery."""
    timeline = Timeline(log(observed(10, published="2023-07-01"), delivery(4, published="2023-08-01")), VOCABULARY)
    assert not timeline.as_of(FAR, known_at="2023-06-30").levels()
    assert [str(timeline.as_of(FAR, known_at=day).levels().rows[0].missing) for day in ("2023-07-31", FAR)] == [
        "10",
        "6",
    ]


def test_an_indicator_stands_alone() -> None:
    """Nothing in the record is held against a share of land."""
    land = said("observation", "2023-06-01", indicator="land", quantity=30, unit="percent")
    found = row(delivery(10), land)
    assert (found.kind, found.recorded, found.missing, found.exceeds) == (None, None, None, None)
    assert not found.contradicts


def test_what_was_lost_of_an_item_is_no_level_of_what_was_given() -> None:
    """An indicator beside an item is named with it everywhere, and the record is not held against it."""
    lost = said("observation", "2023-06-01", item="truck", indicator="lost", quantity=3)
    view = Timeline(log(delivery(10), lost)).as_of(FAR)
    [found] = view.levels()
    assert (found.thing.words.split(", ")[:2], found.recorded) == (["truck", "lost"], None)
    assert "truck, lost" in str(next(fact for fact in view.facts if fact.indicator))
    assert "truck, lost" in str(view.facts_table(kind="observation"))
    assert "reported" not in str(view.counts())


def test_levels_are_chosen_by_what_they_are_of() -> None:
    """A kind is what a level is of."""
    drafts = [observed(10), paid_so_far(5), observed(3, of_kind="training", unit="person")]
    assert [str(each.reported) for each in table(*drafts, kind="disbursement")] == ["5"]
    assert [str(each.reported) for each in table(*drafts, item="truck", unit=None)] == ["10"]


# One pass for all.


@settings(max_examples=25, deadline=None)
@given(st.integers(FEW - 2, FEW + 3), st.integers(0, 3), st.sampled_from(("recipient", "project", "location", "donor")))
def test_what_is_unsaid_may_lie_in_many_levels(many: int, stated: int, name: str) -> None:
    """Beyond some number of levels what may lie in all of them is summed once, and the sum is sound, and flagged."""
    drafts = [delivery(10, ref="unsaid"), delivery(-1, ref="back")]
    drafts += [delivery(1, ref=f"to {number}", **{name: f"x{number}"}) for number in range(stated)]
    drafts += [observed(20, **{name: f"x{number}"}) for number in range(many)]
    for number, found in enumerate(sorted(table(*drafts), key=lambda each: int(getattr(each, name)[1:]))):
        assert str(found.recorded) == ("0 to 11" if number < stated else "-1 to 10")
        assert found.loose == (many > FEW)


@settings(max_examples=60, deadline=None)
@given(logs(), cuts(), st.integers(0, 2**32).map(Random))
def test_levels_keep_the_laws(records: list[Record], asked: Cuts, random: Random) -> None:
    """Shuffling a log, or recording it twice, changes no level."""
    given: dict[str, Any] = {name: getattr(asked, name) for name in ("as_of", "known_at", "recorded_until")}
    shuffled = random.sample(records, len(records)) + records
    assert replay(records, Levels(), **given) == replay(shuffled, Levels(), **given)


@settings(max_examples=100, deadline=None)
@given(st.lists(facts, max_size=3), st.lists(levels, min_size=1, max_size=2), st.integers(1, 5))
def test_an_explanation_is_sufficient(came: list[Stated], seen: list[Stated], until: int) -> None:
    """Replaying only what it names gives the level, and what the record has of it, again."""
    timeline = Timeline(drawn_log(came, seen), VOCABULARY)
    view = timeline.as_of(date(2023, 3, until))
    for each in view.levels():
        explanation = view.explain(Levels(vocabulary=VOCABULARY), each.thing)
        again = Timeline(explanation.records, VOCABULARY).as_of(date(2023, 3, until)).levels()
        assert again[each.thing][:19] == each[:19]
        assert all(reason.reports for reason in explanation if reason.part != "replaces")


# How they are shown.


def noted(*drafts: Draft, by: str | list[str] = "item", money: bool = False, **where: Any) -> list[str]:
    """What is said under a table of sums."""
    view = Timeline(log(*drafts), VOCABULARY).as_of(FAR)
    found = view.money((), where=where) if money else view.counts(by, where=where)
    return [line for line in report.lines(found) if "reported by" in line or "contradict" in line]


TOO_FEW = (
    delivery(42, donor="DE", recipient="UA"),
    observed("61..", "2023-07-25", donor="DE", recipient="UA", by="NHK"),
)
SAID = "truck, from DE, to UA: 61 or more reported by NHK, 25 Jul 2023; the record has 42"


def test_sums_say_which_levels_contradict_them() -> None:
    """Under the table stands who reports what, and what the record has; also if the table has no such row."""
    assert noted(*TOO_FEW) == [SAID]
    assert noted(TOO_FEW[1]) == [SAID.replace("has 42", "has 0")]
    assert noted(*TOO_FEW, delivery(19, donor="DE", recipient="UA", ref="b")) == []
    assert noted(delivery(42), observed("~30", by="NHK")) == []
    assert noted(delivery(42, unit="set"), observed(30, unit="set", by="NHK")) == [
        "truck: 30 set reported by NHK, 1 Jun 2023; the record has 42 set"
    ]


@pytest.mark.parametrize(
    ("where", "touches"),
    [
        ({"item": "truck"}, True),
        ({"item": ["radio", "truck"]}, True),
        ({"item": "radio"}, False),
        ({"donor": "DE"}, True),
        ({"donor": "LT"}, False),
        ({"donor": None}, True),
        ({"recipient": "sesu"}, True),
        ({"recipient": "LT"}, False),
        ({"project": "whole"}, True),
        ({"location": "Bucha"}, True),
        ({"humanitarian": "true"}, True),
    ],
)
def test_a_level_is_said_where_it_may_be_about_what_is_asked_for(where: dict[str, Any], touches: bool) -> None:
    """What it leaves unsaid does not narrow it; what it says may contain, or be in, what is asked for."""
    other = paid(5, project="whole", location="Bucha", humanitarian=True, donor="LT", recipient="LT")
    radio = delivery(1, item="radio", donor="LT", recipient="LT")
    view = Timeline(log(*TOO_FEW, other, radio), VOCABULARY).as_of(FAR)
    assert (SAID in report.lines(view.counts("donor", where=where))) == touches


def test_levels_of_money_are_said_under_money_and_of_other_kinds_not() -> None:
    """A level of what was paid is none of what was delivered."""
    drafts = (paid(1000), paid_so_far(2800, by="Kyodo"), *TOO_FEW)
    said = ["disbursement: USD 2,800 reported by Kyodo, 1 Jun 2023; the record has USD 1,000"]
    assert noted(*drafts, money=True) == said
    assert noted(*drafts, money=True, currency="EUR") == []
    assert noted(*drafts) == [SAID]


def test_many_contradictions_are_counted() -> None:
    """The table stays readable."""
    lines = noted(*(observed(5, donor=f"d{number}") for number in range(12)))
    assert len(lines) == 9
    assert lines[-1] == "and 4 more reported levels contradict the record: the command levels lists them"


def test_without_levels_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of a log that has no observations cost what they did."""
    monkeypatch.setattr("aidtimeline.report.levels.levels", lambda *_: pytest.fail("levels were asked"))
    assert noted(delivery(42)) == []


def test_the_page_of_levels() -> None:
    """A line for each, with what narrows it, and what the flags mean."""
    drafts = [
        *TOO_FEW,
        paid_so_far("~2800", donor="JP", via=["undp"]),
        said("observation", "2023-06-01", indicator="land", quantity=30, unit="percent", by="UN"),
    ]
    _, _, _, *page = report.lines(table(*drafts))
    assert [re.split(r" {2,}", line) for line in page if not line.startswith("─")] == [
        ["level of", "day", "reported", "recorded", "missing", "exceeds", "unit", "note", "reports"],
        [
            "disbursement, from JP, via undp",
            "1 Jun 2023",
            "about USD 2,800",
            "USD 0",
            "USD 1,400 to 5,600",
            "USD 0",
            "about",
            "B 2024-12-31",
        ],
        ["land", "1 Jun 2023", "30", "–", "–", "–", "percent", "UN 2024-12-31"],
        ["truck, from DE, to UA", "25 Jul 2023", "at least 61", "42", "at least 19", "0", "NHK 2024-12-31"],
        ["about: a report says “about”, and the bounds are only as good as that"],
    ]


def test_the_json_of_levels() -> None:
    """The fields of the thing, the day, four pairs of bounds, and the reports."""
    found = json.loads(report.json(table(*TOO_FEW)))
    assert list(found) == ["as_of", "known_at", "rows", "about"]
    [level] = found["rows"]
    sources = level.pop("sources")
    assert level == {
        "item": "truck",
        "indicator": None,
        "kind": "delivery",
        "donor": "DE",
        "recipient": "UA",
        "project": None,
        "location": None,
        "unit": None,
        "currency": None,
        "period": None,
        "day": "2023-07-25",
        "reported": {"low": 61, "high": None},
        "recorded": {"low": 42, "high": 42},
        "missing": {"low": 19, "high": None},
        "exceeds": {"low": 0, "high": 0},
    }
    assert [(source["publisher"], source["quantity"]) for source in sources] == [("NHK", "61..")]


def test_an_explanation_of_a_level() -> None:
    """First who reports it, then what surely lies in it, then what may."""
    drafts = [*TOO_FEW, delivery(3, donor="DE", ref="b"), paid(5)]
    explanation = table(*drafts).explain()
    assert [(reason.part, str(reason.states)) for reason in explanation] == [
        ("level", "at least 61"),
        ("lies in it", "42"),
        ("may lie in it", "3"),
    ]
    lines = list(report.lines(explanation))
    assert (
        lines[0]
        == "truck, from DE, to UA: 61 or more reported, 25 Jul 2023; the record has 42 to 45, missing at least 16"
    )
    assert [line for line in lines if ": delivery" in line] == [
        "42, for sure: delivery, 1 Mar 2023",
        "3, if it is meant: delivery, 1 Mar 2023",
    ]


def test_an_explanation_names_what_is_in_other_units() -> None:
    """It is why nothing is known to be missing."""
    explanation = table(paid(1000, currency="EUR"), paid_so_far(2800)).explain()
    assert [(reason.part, str(reason.states)) for reason in explanation] == [
        ("level", "2,800"),
        ("lies in it", "EUR 1,000"),
    ]
    assert "EUR 1,000, for sure: disbursement, 1 Mar 2023" in list(report.lines(explanation))
    [_, other] = json.loads(report.json(explanation))["facts"]
    assert (other["low"], other["high"]) == (0, None)


def test_only_one_level_is_explained() -> None:
    """If there are several, one is chosen by its thing."""
    two = table(observed(10), observed(5, donor="JP"))
    with pytest.raises(UsageError, match="these are 2 levels"):
        two.explain()
    assert two.explain(two.rows[1].thing).name == "truck, from JP"


# On the command line.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with a level of trucks, one of money, and what is delivered and paid."""
    drafts = [*TOO_FEW, paid(1000, donor="JP"), paid_so_far(2800, donor="JP")]
    (tmp_path / "drafts.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in drafts))
    assert asked(tmp_path, "record", str(tmp_path / "drafts.jsonl")).exit_code == 0
    return tmp_path


def asked(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(application, ["--log", str(folder / "events"), *words])


def test_levels_are_asked_for_and_explained(folder: Path) -> None:
    """By their fields, by what they are of, and by the id of the observation, as Python does."""
    view = Timeline.open(folder / "events").as_of(FAR)
    found = asked(folder, "levels", "--as-of", FAR, "--json")
    assert found.stdout == report.json(view.levels()) + "\n"
    paid_levels, trucks = view.levels({"kind": "disbursement"}), view.levels({"item": "truck"})
    [observation] = trucks.rows[0].facts
    for level, words in (
        (trucks, ["--level", "--where", "item=truck"]),
        (trucks, [observation.id[:8]]),
        (paid_levels, ["--level", "--kind", "disbursement"]),
        (paid_levels, ["--level", "--where", "donor=JP"]),
    ):
        explained = asked(folder, "explain", "--as-of", FAR, "--json", *words)
        assert explained.stdout == report.json(level.explain()) + "\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["counts", "--kind", "observation"], "observations are levels, never summed: `levels` shows them"),
        (["explain", "--kind", "observation"], "never summed: `levels` shows them, and --level explains one"),
        (["explain", "--level"], "2 answers, and explain takes one: narrow by --where item= or --where item=truck"),
        (
            ["explain", "--level", "--where", "donor=LT"],
            "there is no level, where donor is LT: no donor is 'LT' in this log",
        ),
        (["explain", "--level", "--field", "status"], "--level goes with --where, --kind or ids only"),
        (["levels", "--where", "itm=truck"], "there is no field 'itm'; did you mean item?"),
        (["levels", "--where", "item=Truck"], "no item is 'Truck'; did you mean truck?"),
    ],
)
def test_wrong_use_says_what_to_do(folder: Path, words: list[str], message: str) -> None:
    """Who asks for a sum of levels is sent to the levels."""
    result = asked(folder, *words)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


def test_the_overview_says_it_too(folder: Path) -> None:
    """Under what was delivered, and under the money."""
    text = asked(folder, "as-of", FAR).stdout
    assert SAID in text
    assert "disbursement, from JP: USD 2,800 reported by B, 1 Jun 2023; the record has USD 1,000" in text
