"""Repairs and news: what amendments do to the records they aim at (docs/semantics.md, "Records and amendments").

A *repair* is a correction or retraction without a source: the record was written down wrongly. It acts as if its target
had been written so from the start. *News* has a source of its own: what the world reported later. It holds from that
day on.

A retraction with `duplicate_of` is neither, but a *finding* of identity: it says nothing of the text (see `identity`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TypeAlias, TypeGuard, cast

import attrs
from attrs import frozen

from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, AnyEvent, Correction, Corroboration, Event, Record, Retraction, Source
from aidtimeline.values.dates import end_of


def known_since(record: Record) -> datetime:
    """When one could first know what the record says: the last instant (UTC) of the first day of its sources.

    That is the earliest on which one was published or retrieved. A vague date counts from its last day, and one with an
    open end not at all. Without any, it is `recorded_at`.
    """
    first: date | None = None
    for source in record.event.sources:
        day = out_since(source)
        if day is not None and (first is None or day < first):
            first = day
    return record.recorded_at if first is None else _end_of_day(first)


Until: TypeAlias = Callable[[str], datetime]
"""By when (inclusive) one must have known what a record says, given its id, for it to be known.

It is the same instant for all records of a log. Logs of which none names another may be replayed as one, each with an
instant of its own.
"""


def known_by(known_at: date | datetime | None) -> Until:
    """What is known by a day or an instant (inclusive; None: all)."""
    until = datetime.max.replace(tzinfo=UTC) if known_at is None else end_of(known_at)
    return lambda _: until


_end_of_day = lru_cache(2**16)(end_of)  # there are far fewer days than records, and these share their instants


def out_since(source: Source) -> date | None:
    """The first day on which one could surely have read a report; None: it does not say.

    >>> out_since(Source(publisher="JICA", published="2023-05", retrieved="2023-06-01"))
    datetime.date(2023, 5, 31)
    """
    published = None if source.published is None else source.published.latest
    retrieved = None if source.retrieved is None else source.retrieved.latest
    if published is None or retrieved is None:
        return retrieved if published is None else published
    return min(published, retrieved)


def is_repair(event: Event | Amendment) -> TypeGuard[Correction | Retraction]:
    """Whether this is a correction or retraction without a source."""
    return isinstance(event, Correction | Retraction) and not event.sources


def is_finding(event: Event | Amendment) -> TypeGuard[Retraction]:
    """Whether this is a finding of identity: a retraction that names what the record is a duplicate of."""
    return isinstance(event, Retraction) and event.duplicate_of is not None


def aims(event: Event | Amendment) -> Iterator[str]:
    """The records that an amendment names, also in one that it puts in the place of another. An event names none.

    >>> list(aims(Retraction(of="0" * 32, duplicate_of="1" * 32))) == ["0" * 32, "1" * 32]
    True
    """
    while not isinstance(event, Event):
        yield event.of
        if isinstance(event, Retraction) and event.duplicate_of is not None:
            yield event.duplicate_of
        if not isinstance(event, Correction):
            return
        event = event.event


@frozen
class Repaired:
    """The records after repairs, by their ids.

    `events` has all events, as corrected, and `amendments` all amendments that no repair retracts, as corrected;
    `retracted` are the ids of events that a repair retracts. `others` are the ids of all records that are no events,
    repairs among them. `repairs` gives for each repaired record its repairs, the one that decides last. `findings` are
    those without a source.
    """

    events: Mapping[str, Record]
    amendments: Mapping[str, Record]
    retracted: frozenset[str]
    others: frozenset[str]
    repairs: Mapping[str, Sequence[Record]]
    findings: tuple[Record, ...]
    problems: tuple[Problem, ...]

    @property
    def standing(self) -> Mapping[str, Record]:
        """All records that no repair retracts, as corrected."""
        kept = {each: record for each, record in self.events.items() if each not in self.retracted}
        return {**kept, **self.amendments}

    @property
    def deciding(self) -> Mapping[str, Record]:
        """The repair that decides, for each repaired record."""
        return {of: repairs[-1] for of, repairs in self.repairs.items()}


def repair(records: Iterable[Record]) -> Repaired:
    """Apply every repair: of several of one record, the one recorded last decides."""
    written: dict[str, Record] = {}
    for record in records:
        first = written.setdefault(record.id, record)
        if first is not record and record.recorded_at < first.recorded_at:
            written[record.id] = record

    events = {each: record for each, record in written.items() if isinstance(record.event, Event)}
    others = {each: record for each, record in written.items() if each not in events}
    problems: list[Problem] = []
    repairs: dict[str, list[Record]] = defaultdict(list)
    findings: list[Record] = []
    for record in others.values():
        amendment = record.event
        if not is_repair(amendment):
            continue
        fault = _fault_of_repair(record, amendment, written)
        if fault is not None:
            problems.append(fault)
        elif is_finding(amendment) and amendment.of in events:
            findings.append(record)
        else:
            repairs[amendment.of].append(record)

    retracted = set()
    for target, several in repairs.items():
        several.sort(key=lambda each: (each.recorded_at, each.id))
        decides = several[-1].event
        if isinstance(decides, Retraction):
            retracted.add(target)
        elif isinstance(decides, Correction):
            before = events if target in events else others
            after = events if isinstance(decides.event, Event) else others
            repaired = attrs.evolve(before[target], event=decides.event)
            if after is not before:  # a repair may make an amendment of an event
                del before[target]
            after[target] = repaired
    standing = (each for each in others.values() if each.id not in retracted and not is_repair(each.event))
    return Repaired(
        events,
        {each.id: each for each in standing},
        frozenset(retracted & events.keys()),
        frozenset(others),
        repairs,
        tuple(findings),
        tuple(problems),
    )


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
    """What amendments say of the records, as known at one date, by the id of the record.

    `deciding` has the correction or retraction that decides what the record says, `corrections` all known news that
    corrects it, in turn, `corroborations` its other accounts. `findings` are all known findings of identity.
    """

    deciding: Mapping[str, Record]
    corrections: Mapping[str, Sequence[tuple[Record, Event]]]
    corroborations: Mapping[str, Sequence[tuple[Record, Corroboration]]]
    findings: tuple[Record, ...]
    problems: tuple[Problem, ...]

    def retracts(self, record_id: str) -> bool:
        """Whether what decides is a retraction."""
        return record_id in self.deciding and isinstance(self.deciding[record_id].event, Retraction)

    def text(self, record: Record) -> AnyEvent:
        """What the record of an event says: its own event, or that of the correction that decides."""
        said = self.deciding.get(record.id, record).event
        return cast(AnyEvent, said.event if isinstance(said, Correction) else record.event)


NOTHING_REPORTED = Reported({}, {}, {}, (), ())


def report(repaired: Repaired, until: Until) -> Reported:
    """Find the news, corroborations and findings that are known.

    Of several known news of one record the last by (known_since, recorded_at, id) decides. It comes after a repair that
    corrects the record, and has no effect on one that a repair retracts.
    """
    problems: list[Problem] = []
    news: dict[str, Record] = {}
    corrections: dict[str, list[tuple[Record, Event]]] = defaultdict(list)
    corroborations: dict[str, list[tuple[Record, Corroboration]]] = defaultdict(list)
    findings = list(repaired.findings)
    for record in repaired.amendments.values():
        amendment = cast(Amendment, record.event)
        fault = _fault_of_report(record, amendment, repaired)
        if fault is not None:
            problems.append(fault)
        elif known_since(record) > until(record.id):
            continue
        elif isinstance(amendment, Corroboration):
            corroborations[amendment.of].append((record, amendment))
        elif is_finding(amendment):
            findings.append(record)
        elif amendment.of not in repaired.retracted:
            news[amendment.of] = max(record, news.get(amendment.of, record), key=_rank)
            if isinstance(amendment, Correction) and isinstance(amendment.event, Event):
                corrections[amendment.of].append((record, amendment.event))
    for each in corrections.values():
        each.sort(key=lambda correction: _rank(correction[0]))
    deciding = {**repaired.deciding, **news}
    return Reported(deciding, corrections, corroborations, tuple(findings), tuple(problems))


def _rank(record: Record) -> tuple[datetime, datetime, str]:
    return known_since(record), record.recorded_at, record.id


def _fault_of_report(record: Record, amendment: Amendment, repaired: Repaired) -> Problem | None:
    if amendment.of not in repaired.events and amendment.of not in repaired.others:
        return record.problem("dangling", f"the {amendment.kind} aims at {amendment.of}, which is not in the log")
    if amendment.of not in repaired.events:
        message = f"the {amendment.kind} aims at {amendment.of}, which is itself an amendment"
        return record.problem("bad-amendment", message, "retract it, and amend the event")
    if isinstance(amendment, Correction) and not isinstance(amendment.event, Event):
        return record.problem("bad-amendment", "the correction replaces an event with an amendment")
    return None
