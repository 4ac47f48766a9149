"""What was done to the records of an explanation: who corrected or withdrew them, and what decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TypedDict

from aidtimeline.events import Amendment, Correction, Corroboration, Event, Record, Retraction
from aidtimeline.semantics.amendments import is_finding, is_repair, known_by, known_since, repair, report
from aidtimeline.values.dates import end_of


class About(TypedDict):
    """What was done to the records of one reason, by the names of its fields."""

    amendments: tuple[Record, ...]
    deciding: frozenset[str]
    withdrawn: bool


class Amended:
    """The amendments of some records that were known at a cut of knowledge (inclusive; None: all)."""

    def __init__(self, records: Iterable[Record], known_at: date | datetime | None) -> None:
        records = tuple(records)
        self._until = None if known_at is None else end_of(known_at)
        self._repaired = repair(records)
        self._reported = report(self._repaired, known_by(known_at))
        findings = (each.event for each in self._reported.findings)
        self._joined = frozenset(each.duplicate_of for each in findings if isinstance(each, Retraction))
        self._naming: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            if not isinstance(record.event, Event) and self._was_known(record, record.event):
                self._naming[record.event.of].append(record)

    def _was_known(self, record: Record, amendment: Amendment) -> bool:
        return self._until is None or is_repair(amendment) or known_since(record) <= self._until

    def of(self, ids: Iterable[str]) -> About:
        """The corrections and retractions of some records and of their accounts, and which decide if there are several.

        They are `withdrawn` if no account of any of them is left.
        """
        ids = tuple(ids)
        return About(
            amendments=tuple(each for id_ in ids for each in self._about(id_)),
            deciding=frozenset(each for id_ in ids for each in self._decide(id_)),
            withdrawn=all(map(self._reported.retracts, ids)),
        )

    def joins(self, record_id: str) -> bool:
        """Whether something was found to be a duplicate of the record: it is one with others only through it."""
        return record_id in self._joined

    def _about(self, record_id: str) -> Iterator[Record]:
        for record in self._naming.get(record_id, ()):
            if not isinstance(record.event, Corroboration):
                yield record
            yield from self._about(record.id)

    def _decide(self, record_id: str) -> Iterator[str]:
        """Of several that speak of one text, the last news, and the repair that was recorded last."""
        repairs = self._repaired.repairs.get(record_id, ())
        several = [*repairs, *(each for each in self._naming.get(record_id, ()) if _is_news(each.event))]
        if several[1:] and record_id in self._reported.deciding:
            yield self._reported.deciding[record_id].id
        if repairs[1:]:
            yield repairs[-1].id


def _is_news(event: Event | Amendment) -> bool:
    return isinstance(event, Correction | Retraction) and not is_repair(event) and not is_finding(event)
