"""The deliveries that both sides get: always the same ones for the same number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SEED = 20231128
FIRST_DAY = date(2021, 1, 1)
DAYS = 1200
FIRST_RECORDED = datetime(2025, 1, 1, tzinfo=UTC)

ITEMS = tuple(f"item-{number:02}" for number in range(40))
DONORS = ("CA", "DE", "FR", "GB", "IT", "JP", "KH", "LT", "NO", "PL", "SE", "US")
PUBLISHERS = tuple(f"Newspaper {number}" for number in range(60))


@dataclass(frozen=True)
class Row:
    """One delivery in plain values: exact, with its report, and recorded at an instant of its own.

    `ref` distinguishes deliveries that are equal in all else.
    """

    ref: str
    item: str
    donor: str
    quantity: int
    day: date
    publisher: str
    published: date
    recorded_at: datetime


def rows(count: int) -> Iterator[Row]:
    """`count` different deliveries."""
    chance = random.Random(SEED)
    for number in range(count):
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        yield Row(
            ref=f"no. {number}",
            item=chance.choice(ITEMS),
            donor=chance.choice(DONORS),
            quantity=chance.randint(1, 500),
            day=day,
            publisher=chance.choice(PUBLISHERS),
            published=day + timedelta(days=chance.randrange(10)),
            recorded_at=FIRST_RECORDED + timedelta(seconds=number),
        )
