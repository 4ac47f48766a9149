"""What came of a file that was imported."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from attrs import Factory, define, field

from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Event
from aidtimeline.formats.readings import Note, Remark, Skipped
from aidtimeline.values.amounts import Money

SAID_BEFORE = "in an older version than the log has it from: since when it was known stays as it is"
OLDER = "an older version than the log has: import versions in the order in which they were published"
EARLIER = "not dated, and recorded before the version that the log has of it: it is taken for an older one"
EARLIER_GONE = "no longer in this file, which is not dated, and recorded before the version that the log has: kept"
EARLIER_REPAIR = "recorded at an earlier instant than what it changes, which may still decide"
OTHERWISE = "known again by what it says, under another number, name or spelling"
ALIKE = "a new entry whose key is like that of another in the log, which is not in this file: both count"
ELSEWHERE = "what the log has from another dataset: taken for the same, whose publisher has another identifier now"
REPRODUCED = "reported by a secondary reporter, and by another in the log or in this import: left out"
SAME_NAME = "also reported by another dataset of this import: the first is read; import the two one after the other"
WITHDRAWN = "in the log, and not in this file: it stays (--whole takes back what a file lacks)"
UNREADABLE = "a file that cannot be read"
UNDATED = "no date of publication: known since the day of the import; --published sets another"

FIRST = 10
"""How many of the events a report shows."""

KEPT = 10_000
"""How many notes of each reason are kept in full; all are counted."""


@define
class Report:
    """What came of a file.

    `outcomes` counts the entries by outcome, `counts` the notes by reason; `skipped` and `remarks` have the first
    `KEPT` of each reason. `first` are the first `FIRST` events that are recorded, or would be. `values` has by currency
    the money that its entries state, and what those state that were skipped, each as far as it can be read and at its
    low end; kinds are added up. `refused`: nothing was recorded, since something was skipped and it was to be strict.
    `problems` are warnings about the log: that the clock is behind it.
    """

    outcomes: dict[str, int] = Factory(lambda: defaultdict(int))
    counts: dict[str, int] = Factory(lambda: defaultdict(int))
    skipped: dict[str, list[Note]] = Factory(lambda: defaultdict(list))
    remarks: dict[str, list[Note]] = Factory(lambda: defaultdict(list))
    first: list[Event | Amendment] = Factory(list)
    values: dict[str, tuple[Decimal, Decimal]] = Factory(dict)
    refused: bool = False
    problems: list[Problem] = field(factory=list, eq=False)

    @property
    def read(self) -> int:
        """How many entries the file had."""
        return sum(many for outcome, many in self.outcomes.items() if outcome not in ("gone", "linked"))

    @property
    def recorded(self) -> int:
        """How many records were added to the log."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "unchanged")

    @property
    def is_older(self) -> bool:
        """Whether nothing was recorded since the log has a newer version of all that differs."""
        return not self.recorded and list(self.skipped) == [OLDER]

    def again(self) -> Report:
        """What comes of the same file if it is imported again, where all that it says is recorded as it says it."""
        again = Report()
        again.outcomes.update({"unchanged": self.read} if self.read else {})
        again.counts.update({reason: many for reason, many in self.counts.items() if reason != UNDATED})
        again.skipped.update(self.skipped)
        again.values.update(self.values)
        again.remarks.update({reason: notes for reason, notes in self.remarks.items() if reason != UNDATED})
        return again

    def add(self, note: Skipped | Remark) -> None:
        """Count a note, and keep it if it is one of the first of its reason."""
        self.counts[note.reason] += 1
        if self.counts[note.reason] <= KEPT:
            kept = self.skipped if isinstance(note, Skipped) else self.remarks
            kept[note.reason].append(note)
        if isinstance(note, Skipped):
            self._add_value(note.value, skipped=True)

    def read_value(self, value: Money | None) -> None:
        """Count the money that an entry states."""
        self._add_value(value, skipped=False)

    def _add_value(self, value: Money | None, *, skipped: bool) -> None:
        if value is not None:
            amount = abs(value.amount.low or Decimal(0))
            read, lost = self.values.get(value.currency, (Decimal(0), Decimal(0)))
            self.values[value.currency] = (read, lost + amount) if skipped else (read + amount, lost)
