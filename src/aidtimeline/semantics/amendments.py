"""Repairs and news: what amendments do to the records they aim at (docs/semantics.md, "Records and amendments").

A *repair* is a correction or retraction without a source: the record was written down wrongly. It acts as if its target
had been written so from the start. *News* has a source of its own: what the world reported later. It holds from that
day on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeGuard, cast

import attrs
from attrs import frozen

from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Record, Retraction
from aidtimeline.values.dates import end_of


def known_since(record: Record) -> datetime:
    """When one could first know what the record says: the last instant (UTC) of the earliest day of publication.

    A vague date of publication counts from its last day, and one with an open end not at all. Without any, it is
    `recorded_at`.
    """
    days = [source.published.latest for source in record.event.sources if source.published is not None]
    return min((end_of(day) for day in days if day is not None), default=record.recorded_at)


def is_repair(event: Event | Amendment) -> TypeGuard[Correction | Retraction]:
    """Whether this is a correction or retraction without a source."""
    return isinstance(event, Correction | Retraction) and not event.sources


@frozen
class Repaired:
    """The records after repairs, by their ids.

    `ids` are those of all records, repairs among them. `deciding` gives for each repaired record the repair that
    decides. `events` has all events, as corrected; `standing` has all records that no repair retracts, as corrected.
    """

    ids: frozenset[str]
    deciding: Mapping[str, Record]
    events: Mapping[str, Record]
    standing: Mapping[str, Record]
    problems: tuple[Problem, ...]


def repair(records: Iterable[Record]) -> Repaired:
    """Apply every repair: of several of one record, the one recorded last decides."""
    written: dict[str, Record] = {}
    for record in records:
        first = written.get(record.id)
        if first is None or record.recorded_at < first.recorded_at:
            written[record.id] = record

    problems: list[Problem] = []
    deciding: dict[str, Record] = {}
    for record in written.values():
        amendment = record.event
        if not is_repair(amendment):
            continue
        fault = _fault_of_repair(record, amendment, written)
        if fault is not None:
            problems.append(fault)
        else:
            rival = deciding.get(amendment.of, record)
            deciding[amendment.of] = max(record, rival, key=lambda each: (each.recorded_at, each.id))

    standing = {record.id: record for record in written.values() if not is_repair(record.event)}
    for target, record in deciding.items():
        if isinstance(record.event, Correction):
            standing[target] = attrs.evolve(standing[target], event=record.event.event)
    events = {each: record for each, record in standing.items() if isinstance(record.event, Event)}
    for target, record in deciding.items():
        if isinstance(record.event, Retraction):
            del standing[target]
    return Repaired(frozenset(written), deciding, events, standing, tuple(problems))


def _fault_of_repair(
    record: Record, amendment: Correction | Retraction, written: Mapping[str, Record]
) -> Problem | None:
    if amendment.of not in written:
        return record.problem("dangling", f"the {amendment.kind} aims at {amendment.of}, which is not in the log")
    if is_repair(written[amendment.of].event):
        message = f"the {amendment.kind} aims at {amendment.of}, which is itself a repair"
        return record.problem("bad-amendment", message, "repair the record that it aims at")
    if isinstance(amendment, Correction) and is_repair(amendment.event):
        message = "the correction replaces its target with an amendment without a source"
        return record.problem("bad-amendment", message)
    return None


@frozen
class Reported:
    """The amendment that decides what each record says, and its corroborations, as known at one date; by its id."""

    deciding: Mapping[str, Record]
    corroborations: Mapping[str, Sequence[tuple[Record, Corroboration]]]
    problems: tuple[Problem, ...]

    def retracts(self, record_id: str) -> bool:
        """Whether what decides is a retraction."""
        return record_id in self.deciding and isinstance(self.deciding[record_id].event, Retraction)

    def text(self, record: Record) -> Event:
        """What the record of an event says: its own event, or that of the correction that decides."""
        said = self.deciding.get(record.id, record).event
        return cast(Event, said.event if isinstance(said, Correction) else record.event)


def report(repaired: Repaired, known_until: datetime | None) -> Reported:
    """Find the news and corroborations known by an instant (inclusive; None: all).

    Of several known news of one record the last by (known_since, recorded_at, id) decides. It comes after a repair that
    corrects the record, and has no effect on one that a repair retracts.
    """
    problems: list[Problem] = []
    news: dict[str, Record] = {}
    corroborations: dict[str, list[tuple[Record, Corroboration]]] = defaultdict(list)
    for record in repaired.standing.values():
        amendment = record.event
        if isinstance(amendment, Event):
            continue
        fault = _fault_of_report(record, amendment, repaired)
        if fault is not None:
            problems.append(fault)
        elif known_until is not None and known_since(record) > known_until:
            continue
        elif isinstance(amendment, Corroboration):
            corroborations[amendment.of].append((record, amendment))
        elif amendment.of in repaired.standing:
            news[amendment.of] = max(record, news.get(amendment.of, record), key=_rank)
    return Reported({**repaired.deciding, **news}, corroborations, tuple(problems))


def _rank(record: Record) -> tuple[datetime, datetime, str]:
    return known_since(record), record.recorded_at, record.id


def _fault_of_report(record: Record, amendment: Amendment, repaired: Repaired) -> Problem | None:
    if amendment.of not in repaired.ids:
        return record.problem("dangling", f"the {amendment.kind} aims at {amendment.of}, which is not in the log")
    if amendment.of not in repaired.events:
        message = f"the {amendment.kind} aims at {amendment.of}, which is itself an amendment"
        return record.problem("bad-amendment", message, "aim at the event, or repair the amendment (no source)")
    if isinstance(amendment, Correction) and not isinstance(amendment.event, Event):
        return record.problem("bad-amendment", "the correction replaces an event with an amendment")
    return None
