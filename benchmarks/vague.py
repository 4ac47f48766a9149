"""A log as people write it: vague, restated and amended, with the sums that it must have.

The sums are added up from the rows while the log is made, in plain integers, without the library.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import attrs
from deliveries import DAYS, FIRST_DAY, ITEMS, SEED, Row, rows
from measure import Sums

from aidtimeline import Correction, Corroboration, Delivery, Event, Record, Retraction, Source
from aidtimeline.codec import record_id
from aidtimeline.events import Amendment

CUT = FIRST_DAY + timedelta(days=DAYS // 2)
"""The day of the question, in the middle: a date such as its month may or may not have passed."""

AMENDED = 0.05
RESTATED = 0.05
VAGUE_DATE = 0.2
VAGUE_QUANTITY = 0.15
CHAIN = 4
"""How many times a running total is stated; each supersedes the one before."""

NOTHING = (0, 0)
Bounds = tuple[int, int | None]


def vague_records(count: int) -> tuple[list[Record], Sums]:
    """`count` records, and by item the sum on the day `CUT`."""
    log = _Log(rows(count))
    log.write()
    return log.records, log.sums


class _Log:
    def __init__(self, given: Iterator[Row]) -> None:
        self.given = given
        self.chance = random.Random(SEED)
        self.records: list[Record] = []
        self.sums: dict[str, Bounds] = {}

    def write(self) -> None:
        for row in self.given:
            roll = self.chance.random()
            if roll < RESTATED / CHAIN:
                self._restated([row, *islice(self.given, CHAIN - 1)])
            elif roll < RESTATED / CHAIN + AMENDED:
                self._amended(row, next(self.given, None))
            else:
                self._plain(row)

    def _plain(self, row: Row) -> None:
        text, earliest, latest = self._date(row.day)
        quantity, bounds = self._quantity(row)
        self._record(row, _delivery(row, text, latest, quantity))
        self._add(row.item, _worth(bounds, earliest, latest))

    def _restated(self, chain: list[Row]) -> None:
        """Running totals of one item, each on a day; the date of the last may be vague."""
        chain.sort(key=lambda row: row.day)
        item, last = chain[0].item, chain[-1]
        counted: Bounds | None = None
        before: tuple[str, ...] = ()
        for row in chain:
            text, earliest, latest = self._date(row.day) if row is last else _exactly(row.day)
            event = attrs.evolve(_delivery(row, text, latest, str(row.quantity)), item=item, supersedes=before)
            before = (self._record(row, event),)
            if latest <= CUT:
                counted = (row.quantity, row.quantity)
            elif earliest <= CUT:
                counted = _hull((row.quantity, row.quantity), counted or NOTHING)
        self._add(item, counted)

    def _amended(self, row: Row, later: Row | None) -> None:
        text, earliest, latest = self._date(row.day)
        event = _delivery(row, text, latest, str(row.quantity))
        of = self._record(row, event)
        bounds: Bounds | None = (row.quantity, row.quantity)
        if later is not None:
            other = later.quantity
            corrected = attrs.evolve(event, quantity=other)
            report = Source(publisher=later.publisher, published=(latest + timedelta(days=30)).isoformat())
            amendment, bounds = self.chance.choice(
                (
                    (Correction(of=of, event=corrected, ref=later.ref), (other, other)),
                    (Correction(of=of, event=corrected, ref=later.ref, sources=report), (other, other)),
                    (Corroboration(of=of, ref=later.ref, sources=report), bounds),
                    (
                        Corroboration(of=of, quantity=other, ref=later.ref, sources=report),
                        _hull((row.quantity, row.quantity), (other, other)),
                    ),
                    (Retraction(of=of, ref=later.ref), None),
                )
            )
            self._record(later, amendment)
        self._add(row.item, None if bounds is None else _worth(bounds, earliest, latest))

    def _date(self, day: date) -> tuple[str, date, date]:
        """The text of a day, exact or vague, and the first and last day that it can mean."""
        if self.chance.random() >= VAGUE_DATE:
            return _exactly(day)
        next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return self.chance.choice(
            (
                (f"{day:%Y-%m}", day.replace(day=1), next_month - timedelta(days=1)),
                (f"{day:%Y}", date(day.year, 1, 1), date(day.year, 12, 31)),
                (f"{day}/{day + timedelta(days=9)}", day, day + timedelta(days=9)),
                (f"[..{day}]", date.min, day),
                (f"{day}~", day, day),
            )
        )

    def _quantity(self, row: Row) -> tuple[str, Bounds]:
        """The text of a number, exact or vague, and its bounds. "At least" is stated of the first item only."""
        number = row.quantity
        if self.chance.random() >= VAGUE_QUANTITY:
            return str(number), (number, number)
        if row.item == ITEMS[0]:
            return f"{number}..", (number, None)
        return self.chance.choice(
            (
                (f"{number}..{number + 20}", (number, number + 20)),
                (f"..{number}", (0, number)),
                (f"~{number}", (number, number)),
            )
        )

    def _record(self, row: Row, event: Event | Amendment) -> str:
        record = Record(record_id(event), row.recorded_at, event)
        self.records.append(record)
        return record.id

    def _add(self, item: str, worth: Bounds | None) -> None:
        if worth is not None:
            low, high = self.sums.get(item, NOTHING)
            self.sums[item] = low + worth[0], None if high is None or worth[1] is None else high + worth[1]


def _delivery(row: Row, text: str, latest: date, quantity: str) -> Delivery:
    published = latest + (row.published - row.day)
    return Delivery(
        ref=row.ref,
        item=row.item,
        donor=row.donor,
        quantity=quantity,
        date=text,
        sources=Source(publisher=row.publisher, published=published.isoformat()),
    )


def _exactly(day: date) -> tuple[str, date, date]:
    return day.isoformat(), day, day


def _worth(bounds: Bounds, earliest: date, latest: date) -> Bounds | None:
    """What a delivery adds on the day `CUT`; None if it cannot have happened by then."""
    if latest <= CUT:
        return bounds
    return _hull(bounds, NOTHING) if earliest <= CUT else None


def _hull(one: Bounds, other: Bounds) -> Bounds:
    high = None if one[1] is None or other[1] is None else max(one[1], other[1])
    return min(one[0], other[0]), high
