"""What came of a file that was imported."""

from __future__ import annotations

from collections import defaultdict

from attrs import Factory, define

from aidtimeline.events import Amendment, Event
from aidtimeline.formats.readings import Note, Remark, Skipped

FIRST = 10
"""How many of the events a report shows."""

KEPT = 10_000
"""How many notes of each reason are kept in full; all are counted."""


@define
class Report:
    """What came of a file.

    `outcomes` counts the entries by outcome, `counts` the notes by reason; `skipped` and `remarks` have the first
    `KEPT` of each reason. `first` are the first `FIRST` events that are recorded, or would be.
    """

    outcomes: dict[str, int] = Factory(lambda: defaultdict(int))
    counts: dict[str, int] = Factory(lambda: defaultdict(int))
    skipped: dict[str, list[Note]] = Factory(lambda: defaultdict(list))
    remarks: dict[str, list[Note]] = Factory(lambda: defaultdict(list))
    first: list[Event | Amendment] = Factory(list)

    @property
    def read(self) -> int:
        """How many entries the file had."""
        return sum(many for outcome, many in self.outcomes.items() if outcome not in ("gone", "linked"))

    @property
    def recorded(self) -> int:
        """How many records were added to the log."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "unchanged")

    def add(self, note: Skipped | Remark) -> None:
        """Count a note, and keep it if it is one of the first of its reason."""
        self.counts[note.reason] += 1
        if self.counts[note.reason] <= KEPT:
            kept = self.skipped if isinstance(note, Skipped) else self.remarks
            kept[note.reason].append(note)
