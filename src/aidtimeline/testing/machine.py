"""A stateful machine for logs: whatever is appended, in whatever order, the log is the set of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aidtimeline.events import Amendment, Event, Record
from aidtimeline.testing.drawnlogs import logs
from aidtimeline.testing.laws import LawBroken


class Log(Protocol):
    """What a log must have to be tested; `EventLog` is one."""

    def append(
        self, events: Iterable[Event | Amendment | Record], *, recorded_at: datetime | None = None
    ) -> Sequence[Record]:
        """Record events, all or none; returns their records in order."""

    def read(self) -> Iterable[Record]:
        """All records."""


class LogMachine(RuleBasedStateMachine):
    """Hold a log to what every log promises: subclass it with `open`, and pass `TestCase` to the test runner.

    `open` is called before every step, so that nothing can live in memory only; it must return the same log each time.

        class FolderMachine(LogMachine):
            def open(self):
                return EventLog(self.folder)

        TestFolder = FolderMachine.TestCase
    """

    def open(self) -> Log:
        """Open the log of this machine."""
        raise NotImplementedError

    @initialize()
    def start(self) -> None:
        """Nothing is recorded."""
        self.earliest: dict[str, Record] = {}

    @rule(records=logs())
    def append_records(self, records: list[Record]) -> None:
        """Whole records, alone or in a batch: of one id the earliest instant stands."""
        self._expect(records, self.open().append(records))

    @rule(records=logs(max_size=3))
    def append_one_by_one(self, records: list[Record]) -> None:
        """The same, one at a time."""
        for record in records:
            self._expect([record], self.open().append([record]))

    @rule(records=logs(), instant=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)))
    def append_events(self, records: list[Record], instant: datetime) -> None:
        """Events that are recorded now: those that are there already do not change."""
        now = instant.replace(tzinfo=UTC)
        new = [self.earliest.get(each.id, Record(each.id, now, each.event)) for each in records]
        self._expect(new, self.open().append([each.event for each in records], recorded_at=now))

    @rule()
    def append_all_again(self) -> None:
        """Recording again changes nothing."""
        known = list(self.earliest.values())
        self._expect(known, self.open().append(known))

    def _expect(self, asked: Sequence[Record], returned: Sequence[Record]) -> None:
        if [record.id for record in returned] != [record.id for record in asked]:
            raise LawBroken("append", "it does not return the records of what was appended, in order")
        for record in asked:
            known = self.earliest.get(record.id)
            if known is None or record.recorded_at < known.recorded_at:
                self.earliest[record.id] = record
        for record in returned:
            if record != self.earliest[record.id]:
                raise LawBroken("idempotence", f"{record} was returned, {self.earliest[record.id]} stands")

    @invariant()
    def holds_what_was_acknowledged(self) -> None:
        """The log holds every acknowledged record, and no other."""
        if not getattr(self, "earliest", None):
            return
        found: dict[str, Record] = {}
        for record in self.open().read():
            known = found.get(record.id)
            if known is None or record.recorded_at < known.recorded_at:
                found[record.id] = record
        if found != self.earliest:
            lost = self.earliest.keys() - found.keys()
            raise LawBroken(
                "durability", f"{len(lost)} records lost, {len(found.keys() - self.earliest.keys())} made up"
            )
