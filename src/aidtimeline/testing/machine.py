"""A stateful machine for logs: whatever is appended, in whatever order, the log is the set of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aidtimeline.events import Record
from aidtimeline.log import Log
from aidtimeline.log.batch import own_duplicate
from aidtimeline.testing.drawnlogs import logs
from aidtimeline.testing.laws import earliest, hold


class LogMachine(RuleBasedStateMachine):
    """Hold a log to what every log promises: subclass it with `open`, and pass `TestCase` to the test runner.

    `open` is called before every step, so that nothing can live in memory only; it must return the same log each time.

        class FolderMachine(LogMachine):
            def open(self):
                return EventLog(self.folder)

        TestFolder = FolderMachine.TestCase

    >>> from hypothesis import HealthCheck, Phase, settings
    >>> from hypothesis.stateful import run_state_machine_as_test
    >>> from aidtimeline import MemoryLog
    >>> class Forgetful(LogMachine):
    ...     def open(self):
    ...         return MemoryLog()  # a new one each time
    >>> quick = settings(phases=[Phase.generate], stateful_step_count=3, derandomize=True, database=None)
    >>> quick = settings(quick, deadline=None, suppress_health_check=list(HealthCheck))
    >>> run_state_machine_as_test(Forgetful, settings=quick)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.testing.laws.LawBroken: ...
    """

    def open(self) -> Log:
        """Open the log of this machine."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
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
        """The events of `records` at an `instant` in UTC: those that are there already do not change.

        What makes a record its own duplicate is refused as an event, so it is left out.
        """
        now = instant.replace(tzinfo=UTC)
        records = [each for each in records if own_duplicate(each.event) is None]
        new = [self.earliest.get(each.id, Record(each.id, now, each.event)) for each in records]
        self._expect(new, self.open().append([each.event for each in records], recorded_at=now))

    @rule()
    def append_all_again(self) -> None:
        """Recording again changes nothing."""
        known = list(self.earliest.values())
        self._expect(known, self.open().append(known))

    def _expect(self, asked: Sequence[Record], returned: Sequence[Record]) -> None:
        in_order = [record.id for record in returned] == [record.id for record in asked]
        hold("append", in_order, "it does not return the records of what was appended, in order")
        self.earliest = earliest([*self.earliest.values(), *asked])
        for record in returned:
            stands = self.earliest[record.id]
            hold("idempotence", record == stands, f"{record} was returned, {stands} stands")

    @invariant()
    def holds_what_was_acknowledged(self) -> None:
        """The log holds every acknowledged record, and no other."""
        if self.earliest:
            found = earliest(self.open().read())
            lost, made_up = self.earliest.keys() - found.keys(), found.keys() - self.earliest.keys()
            hold("durability", found == self.earliest, f"{len(lost)} records lost, {len(made_up)} made up")
