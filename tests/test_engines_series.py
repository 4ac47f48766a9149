"""Series from a store: amounts below zero, and amounts that are vague, on days that are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from aidtimeline import Counts, Disbursement, EventLog, MoneySums, Retraction, Source
from aidtimeline.codec import record_id
from aidtimeline.events import Delivery, Event
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")

DATES = (
    "2023",
    "2023-01",
    "2023-02-10",
    "2023-02",
    "[..2023-03-01]",
    "[2023-02-20..]",
    "2023-33",
    "../..",
    "2023-06-30",
)
AMOUNTS = ("-5", "-3..4", "-9..-2", "-7..", "~-1.5", "0..2", "3", "~2.25..10", "-0.5..", "..6", "-4..-1")


def drawn(random: Random, number: int) -> Event:
    """A delivery or a payment of a vague amount, on a vague day."""
    source = Source(publisher=f"Report {number}", published=random.choice(("2023-02-15", "2023-07-01", "2024")))
    several: dict[str, Any] = {"date": random.choice(DATES), "donor": random.choice(("JP", "UA")), "sources": source}
    if random.random() < 0.3:
        return Delivery(item=random.choice(("truck", "tent")), quantity=random.choice(("3", "..2", "1..4")), **several)
    return Disbursement(value=f"USD {random.choice(AMOUNTS)}", **several)


@pytest.mark.parametrize("seed", range(6))
def test_a_series_says_of_each_day_what_the_fold_says(tmp_path: Path, seed: int) -> None:
    """Also where sums fall, and where what may have happened adds nothing or something below zero."""
    random = Random(seed)
    events = list(dict.fromkeys(drawn(random, number) for number in range(random.choice((3, 12, 30)))))
    taken_back = [Retraction(of=record_id(each), reason="misread") for each in events if random.random() < 0.1]
    EventLog(tmp_path).append([*events, *taken_back])
    fold, found = (Timeline.open(tmp_path, engine=engine) for engine in ("fold", "embedded"))
    days = [date(2022, 12, 31) + timedelta(days=random.randrange(400)) for _ in range(5)]
    for question in (MoneySums(), MoneySums("donor"), Counts(by="item"), MoneySums(where={"donor": "JP"})):
        for known_at in (None, "2023-03-01"):
            series = found.series(question, known_at=known_at)
            assert series == fold.series(question, known_at=known_at)
            for day in days:
                for engine in (fold, found):
                    table = engine.as_of(day, known_at=known_at).replay(question)
                    at = {series.key_of(row): row.steps.at(day) for row in series}
                    assert {table.key_of(row): row.bounds for row in table} == {
                        key: bounds for key, bounds in at.items() if key in table.answers
                    }
                    assert all(at[key].low == 0 == at[key].high for key in at.keys() - table.answers.keys())
