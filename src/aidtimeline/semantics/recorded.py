"""What a log says at every date of knowledge: its records after repairs, and the facts that stand by themselves.

An event that no amendment aims at, known or not yet, says the same at every date of knowledge, once it is known. So its
fact is made once. It has one account, its own, and there is nothing to combine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import cast

from attrs import frozen

from aidtimeline.events import Amendment, AnyEvent, Event, Record
from aidtimeline.semantics.accounts import capped, unsaid
from aidtimeline.semantics.amendments import Repaired, is_finding, known_since, repair
from aidtimeline.semantics.facts import UNDISPUTED, Fact, fact_from, in_order
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import end_of, in_utc


@frozen(slots=False)
class Recorded:
    """The records of a log as it stood at one instant, after repairs."""

    repaired: Repaired

    @classmethod
    def of(cls, records: Iterable[Record], recorded_until: date | datetime | None = None) -> Recorded:
        """The log as it stood by a day or an instant (inclusive; None: all of it)."""
        if recorded_until is not None:
            until = end_of(recorded_until)
            records = (record for record in records if record.recorded_at <= until)
        return cls(repair(records))

    @cached_property
    def amended(self) -> frozenset[str]:
        """The ids of the events of which dates of knowledge may say different things.

        Amendments aim at them, or findings of identity concern them or a promise that they fulfil.
        """
        amended = set(self.repaired.repairs)
        found: set[str | None] = set()
        for record in (*self.repaired.findings, *self.repaired.amendments.values()):
            amendment = cast(Amendment, record.event)
            amended.add(amendment.of)
            if is_finding(amendment):
                found |= {amendment.of, amendment.duplicate_of}
        named = (each for each, record in self.repaired.events.items() if not found.isdisjoint(_fulfils(record)))
        return frozenset((*amended, *filter(None, found), *(named if found else ())))

    @cached_property
    def alone(self) -> Sequence[Fact]:
        """The facts of all other events, in the order of `Fact.rank`."""
        amended = self.amended
        return list(in_order(_alone(each) for each in self.repaired.events.values() if each.id not in amended))

    @cached_property
    def naming(self) -> Sequence[Record]:
        """The events that name others, or that amendments may have name others."""
        amended = self.amended
        return [each for each in self.repaired.events.values() if each.id in amended or _names(each.event)]


def _fulfils(record: Record) -> tuple[str, ...]:
    return cast(Event, record.event).fulfils


def _names(event: Event | Amendment) -> bool:
    said = cast(Event, event)
    return bool(said.supersedes or said.fulfils or said.overlaps) or said.part_of is not None


def _alone(record: Record) -> Fact:
    since = known_since(record)
    day = in_utc(since).date()
    event: AnyEvent = record.event  # type: ignore[assignment]
    quantity: Quantity | None = getattr(event, "quantity", None)
    fulfils = event.fulfils
    return fact_from(
        record,
        event,
        id=record.id,
        recorded_at=record.recorded_at,
        known_since=since,
        base=record.id,
        date=capped(event.date, day),
        quantity=unsaid(event) if quantity is None else quantity,
        value=getattr(event, "value", None),
        disputed=UNDISPUTED,
        fulfils=tuple(sorted({*fulfils} - {record.id})) if fulfils else fulfils,
        planned=not event.date.possible_by(day),
    )
