"""Repairs and news: what amendments do to the records they aim at (docs/semantics.md, "Records and amendments").

A *repair* is a correction or retraction without a source: we wrote it down wrongly. It acts as if its target had been
written so from the start. *News* has a source of its own: the world reported otherwise, from that day on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

import attrs
from attrs import frozen

from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Record, Retraction
from aidtimeline.values.dates import end_of


def known_since(record: Record) -> datetime:
    """When one could first know what the record says: the last instant (UTC) of its earliest publication day.

    A vague publication date counts from its last day, an open one not at all; without any, it is `recorded_at`.
    """
    days = [source.published.latest for source in record.event.sources if source.published is not None]
    return min((end_of(day) for day in days if day is not None), default=record.recorded_at)


def is_repair(event: object) -> bool:
    """Whether this is an amendment of our own writing: a correction or retraction without a source."""
    return isinstance(event, Correction | Retraction) and not event.sources


@frozen
class Repaired:
    """The records after repairs. `erased` holds those that a repair retracts: only their links are left.

    `ids` are those of all records, repairs among them.
    """

    ids: frozenset[str]
    standing: Mapping[str, Record]
    erased: Mapping[str, Record]
    duplicates: Mapping[str, str]
    problems: tuple[Problem, ...]

    def stated(self, record_id: str) -> Record | None:
        """The record of that id, standing or erased, where it states an event."""
        record = self.standing.get(record_id) or self.erased.get(record_id)
        return record if record is not None and isinstance(record.event, Event) else None


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
        if not is_repair(record.event):
            continue
        fault = _fault_of_repair(record, written)
        if fault is not None:
            problems.append(fault)
            continue
        target = cast(Correction | Retraction, record.event).of
        deciding[target] = max(record, deciding.get(target, record), key=lambda each: (each.recorded_at, each.id))

    standing = {record.id: record for record in written.values() if not is_repair(record.event)}
    erased: dict[str, Record] = {}
    duplicates: dict[str, str] = {}
    for target, record in deciding.items():
        amendment = record.event
        if isinstance(amendment, Correction):
            standing[target] = attrs.evolve(standing[target], event=amendment.event)
        elif isinstance(amendment, Retraction):
            erased[target] = standing.pop(target)
            if amendment.duplicate_of is not None:
                duplicates[target] = amendment.duplicate_of
    return Repaired(frozenset(written), standing, erased, duplicates, tuple(problems))


def _fault_of_repair(record: Record, written: Mapping[str, Record]) -> Problem | None:
    amendment = cast(Correction | Retraction, record.event)
    if amendment.of not in written:
        return problem_at(record, "dangling", f"the {amendment.kind} aims at {amendment.of}, which is not in the log")
    if is_repair(written[amendment.of].event):
        message = f"the {amendment.kind} aims at {amendment.of}, which is itself a repair"
        return problem_at(record, "bad-amendment", message, "repair the record that it aims at")
    if isinstance(amendment, Correction) and is_repair(amendment.event):
        message = "the correction puts an amendment without a source in its target's place"
        return problem_at(record, "bad-amendment", message)
    return None


@frozen
class Reported:
    """What the world reported of each record: the news that decides, and the corroborations, as known at one date."""

    deciding: Mapping[str, Record]
    corroborations: Mapping[str, tuple[Record, ...]]
    problems: tuple[Problem, ...]

    def news_of(self, record_id: str) -> Event | Amendment | None:
        """The correction or retraction that decides what the record says; None where the record itself does."""
        news = self.deciding.get(record_id)
        return None if news is None else news.event


def report(repaired: Repaired, known_until: datetime | None) -> Reported:
    """Find the news and corroborations known by an instant (inclusive; None: all).

    Of several known news of one record the last by (known_since, recorded_at, id) decides.
    """
    problems: list[Problem] = []
    deciding: dict[str, Record] = {}
    corroborations: dict[str, list[Record]] = defaultdict(list)
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
            corroborations[amendment.of].append(record)
        elif amendment.of in repaired.standing:
            deciding[amendment.of] = max(record, deciding.get(amendment.of, record), key=_rank)
    return Reported(deciding, {of: tuple(each) for of, each in corroborations.items()}, tuple(problems))


def _rank(record: Record) -> tuple[datetime, datetime, str]:
    return known_since(record), record.recorded_at, record.id


def _fault_of_report(record: Record, amendment: Amendment, repaired: Repaired) -> Problem | None:
    if amendment.of not in repaired.ids:
        return problem_at(record, "dangling", f"the {amendment.kind} aims at {amendment.of}, which is not in the log")
    if repaired.stated(amendment.of) is None:
        message = f"the {amendment.kind} aims at {amendment.of}, which is itself an amendment"
        return problem_at(record, "bad-amendment", message, "aim at the event, or repair the amendment (no source)")
    if isinstance(amendment, Correction) and not isinstance(amendment.event, Event):
        return problem_at(record, "bad-amendment", "the correction puts an amendment in an event's place")
    return None


def problem_at(record: Record, code: str, message: str, hint: str | None = None) -> Problem:
    """A problem that lies with one record, with the file and line it was read from."""
    return Problem(
        code=code,
        severity="error",
        message=message,
        file=record.file,
        line=record.line,
        event_id=record.id,
        hint=hint,
    )
