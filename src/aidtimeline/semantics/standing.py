"""What one record of a log says now: its text with all that is known, and the amendment that decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from attrs import frozen

from aidtimeline.events import Amendment, Event, Record, Retraction
from aidtimeline.semantics.amendments import is_finding, known_by, repair, report


@frozen
class Standing:
    """A record of the log, and what it says now.

    `event` is its text as corrected, with all that is known, and `repaired` the text without news: what it should have
    said from the start. `deciding` is the correction or retraction that decides, None if the record says what was
    written. Of a retracted record the texts are those that were retracted. `applied` are the ids of the amendments of
    it that have an effect, or did until another one decided.
    """

    record: Record
    event: Event | Amendment
    repaired: Event | Amendment
    deciding: Record | None
    applied: frozenset[str]

    @property
    def retracted(self) -> bool:
        """Whether the record does not count: a retraction decides."""
        return self.deciding is not None and isinstance(self.deciding.event, Retraction)


def standing(record_id: str, records: Iterable[Record]) -> Standing | None:
    """What a record says now; None if it is not among the records, which have all that amends it.

    >>> from aidtimeline import Correction, Delivery, Source, Timeline, EventLog
    >>> log, source = EventLog(getfixture("tmp_path")), Source(publisher="Rubryka")
    >>> wrong, right = (Delivery(date="2023-11-28", item="truck", quantity=n, sources=source) for n in (300, 30))
    >>> [record] = log.append(wrong)
    >>> [repair] = log.append(Correction(of=record.id, event=right))
    >>> found = standing(record.id, log.read())
    >>> found.record == record, found.event == right, found.deciding == repair, found.retracted
    (True, True, True, False)
    """
    records = tuple(records)
    written = min((each for each in records if each.id == record_id), key=lambda each: each.recorded_at, default=None)
    if written is None:
        return None
    repaired = repair(records)
    reported = report(repaired, known_by(None))
    own = repaired.events.get(record_id, repaired.amendments.get(record_id, written))
    event = reported.text(own) if isinstance(own.event, Event) else own.event
    aimed = (each for each in (*repaired.repairs.get(record_id, ()), *repaired.amendments.values(), *reported.findings))
    applied = frozenset(each.id for each in aimed if not isinstance(each.event, Event) and each.event.of == record_id)
    return Standing(written, event, own.event, reported.deciding.get(record_id), applied)


def retractions(ids: Collection[str], records: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    """Those of the ids that are retracted, each with the retraction that decides, or that makes it a duplicate."""
    reported = report(repair(records), known_by(None))
    duplicates = {each.event.of: each for each in reported.findings if is_finding(each.event)}
    for id_ in sorted(ids):
        if reported.retracts(id_):
            yield id_, reported.deciding[id_]
        elif id_ in duplicates:
            yield id_, duplicates[id_]
