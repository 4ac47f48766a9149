"""A stateful machine for logs: whatever is appended, in whatever order, by whomever, the log is the set of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aidtimeline.events import Amendment, Event, Record
from aidtimeline.testing.laws import LawBroken
from aidtimeline.testing.logs import logs


class Log(Protocol):
    """What the machine asks of a log; `EventLog` is one."""

    def append(
        self, events: Iterable[Event | Amendment | Record], *, recorded_at: datetime | None = None
    ) -> Sequence[Record]:
        """Record events, all or none, and return their records in order."""

    def read(self) -> Iterable[Record]:
        """All records."""


class LogMachine(RuleBasedStateMachine):
    """Hold a log to what every log promises: subclass it with `open`, and hand `TestCase` to the test runner.

    `open` must give the same log each time it is called on one machine: it is called anew before every step, so that
    nothing may live in memory only.

        class FolderMachine(LogMachine):
            def open(self):
                return EventLog(self.folder)

        TestFolder = FolderMachine.TestCase
    """

    def open(self) -> Log:
        """The log, opened anew."""
        raise NotImplementedError

    @initialize()
    def start(self) -> None:
        """Nothing is recorded."""
        self.earliest: dict[str, Record] = {}

    @rule(records=logs())
    def append_records(self, records: list[Record]) -> None:
        """Whole records, alone or in a batch: of one id the earliest recording stands."""
        self._expect(records, self.open().append(records))

    @rule(records=logs(max_size=3))
    def append_one_by_one(self, records: list[Record]) -> None:
        """The same, one at a time."""
        for record in records:
            self._expect([record], self.open().append([record]))

    @rule(records=logs(), instant=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)))
    def append_events(self, records: list[Record], instant: datetime) -> None:
        """Events that are recorded now: those that are there already stay as they are."""
        now = instant.replace(tzinfo=UTC)
        new = [self.earliest.get(each.id, Record(each.id, now, each.event)) for each in records]
        self._expect(new, self.open().append([each.event for each in records], recorded_at=now))

    @rule()
    def append_all_again(self) -> None:
        """Recording again changes nothing."""
        known = list(self.earliest.values())
        self._expect(known, self.open().append(known))

    def _expect(self, asked: Sequence[Record], answered: Sequence[Record]) -> None:
        if [record.id for record in answered] != [record.id for record in asked]:
            raise LawBroken("append", "it does not answer with the records of what was appended, in order")
        for record in asked:
            known = self.earliest.get(record.id)
            if known is None or record.recorded_at < known.recorded_at:
                self.earliest[record.id] = record
        for record in answered:
            if record != self.earliest[record.id]:
                raise LawBroken("idempotence", f"{record} was answered, {self.earliest[record.id]} stands")

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
