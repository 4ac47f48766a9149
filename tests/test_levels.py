"""Levels beside the record: against every world of small logs, and case by case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from hypothesis import given, settings, strategies as st

from aidtimeline import Record, Timeline
from aidtimeline.codec import record_id
from aidtimeline.log.drafts import read_drafts
from aidtimeline.projections import LevelRow, LevelTable
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
    return said("observation", day, of_kind=of_kind, by="B", **money(amount), **fields)


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

    Each delivery of the log that `replaces` replaces the one before it from its day on.
    """
    inside = [(True, False) if (how := lies(each.fields, seen[0].fields)) is None else (how,) for each in came]
    for facts in product(*(product(ways(each), each_in) for each, each_in in zip(came, inside, strict=True))):
        for reported in product(*map(ways, seen)):
            happened = [each for each in reported if each[0] <= until]
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
    drafts += [
        said("observation", "", item="truck", ref=f"level {number}") | each.draft for number, each in enumerate(seen)
    ]
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
