"""The cases of the oracle of fulfilment as records, and how its answers are held against those of the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fulfilment_oracle import MANY, PARENT, Brute, Case, Said

from aidtimeline import replay
from aidtimeline.events import (
    EVENT_KINDS,
    Cancellation,
    Disbursement,
    Event,
    Project,
    Record,
    Retraction,
    Source,
)
from aidtimeline.projections import Bounds, Fulfilment, FulfilmentRow
from aidtimeline.vocabulary import Party, Vocabulary

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Kyodo News")
START = date(2023, 1, 1)
VOCABULARY = Vocabulary(
    parties={
        slug: Party(slug=slug, name=slug, country=country)
        for slug, country in (("sesu", "UA"), ("UA", "UA"), ("JP", "JP"), ("jica", "JP"), ("US", "US"))
    }
)
NAMES = ("promised", "linked", "may_serve", "outstanding", "over_delivered", "overdue")


def name(number: int) -> str:
    return f"{number:032x}"


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def records(case: Case) -> list[Record]:
    found = []
    for each in case.said:
        found.append(Record(name(each.number), RECORDED, event(each)))
        if each.retracted:
            found.append(Record(name(100 + each.number), RECORDED, Retraction(of=name(each.number), reason="misread")))
    for number, (child, parent) in enumerate(PARENT.items()):
        profile = Project(date="2022", project=child, parent=parent, sources=SOURCE)
        found.append(Record(name(200 + number), RECORDED, profile))
    return found


def event(said: Said) -> Event:
    links: dict[str, Any] = {
        "fulfils": [name(each) for each in said.fulfils],
        "supersedes": [name(each) for each in said.supersedes],
    }
    dated = day(said.when[0]) if said.when[0] == said.when[1] else f"{day(said.when[0])}/{day(said.when[1])}"
    common: dict[str, Any] = {
        "date": dated,
        "donor": said.donor,
        "recipient": said.recipient,
        "project": said.project,
        "sources": SOURCE,
        **links,
    }
    if said.amount is None:
        return Cancellation(**common)
    low, high = said.amount
    text = f"{low}.." if high is None else f"{low}" if low == high else f"{low}..{high}"
    if said.due is not None:
        common["due"] = day(said.due)
    if said.item is None:
        money: Any = Disbursement if said.kind == "delivery" else EVENT_KINDS[said.kind]
        paid: Event = money(value=f"{said.measure} {text}", **common)
        return paid
    goods: Any = EVENT_KINDS[said.kind]
    made: Event = goods(item=said.item, quantity=text, unit=said.measure, **common)
    return made


def asked(case: Case) -> dict[tuple[Any, ...], FulfilmentRow]:
    as_of = START + timedelta(days=case.day)
    table = replay(records(case), Fulfilment(as_of, vocabulary=VOCABULARY), as_of=as_of)
    return {
        (row.kind, row.donor, row.recipient, row.project, row.item, row.unit or row.currency): row for row in table.rows
    }


def faults(case: Case) -> Iterator[str]:
    """Where the library is unsound, or neither tight nor flagged."""
    found, truth = asked(case), Brute(case).answers()
    for key, amounts in truth.items():
        row = found.get(key)
        if row is None:
            yield f"missing {key}"
            continue
        for each in NAMES:
            bounds: Bounds | None = getattr(row, each)
            if bounds is None:
                if each != "overdue" or amounts[each] != (0, 0):
                    yield f"unsound: {key} {each} is null, truly {amounts[each]}"
                continue
            low, high = amounts[each]
            if bounds.low > low or (bounds.high is not None and bounds.high < min(high, MANY)):
                yield f"unsound: {key} {each} {bounds.low}..{bounds.high}, truly {low}..{high}"
            elif not row.loose and (bounds.low != low or not same_end(bounds, high)):
                yield f"not tight: {key} {each} {bounds.low}..{bounds.high}, truly {low}..{high}"
    for key, row in found.items():
        if key not in truth and (row.promised.low or row.promised.high):
            yield f"surplus {key}"


def same_end(bounds: Bounds, high: int) -> bool:
    return high >= MANY // 4 if bounds.high is None else bounds.high == high


def loose(cases: Iterable[Case]) -> tuple[int, int]:
    """How many rows are flagged, of how many."""
    rows = [row for case in cases for row in asked(case).values()]
    return sum(row.loose for row in rows), len(rows)
