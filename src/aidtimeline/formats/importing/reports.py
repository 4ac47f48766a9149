"""What became of a file that was imported."""

from __future__ import annotations

from collections import defaultdict
from typing import TypeVar

from attrs import Factory, define

from aidtimeline.events import Amendment, Event
from aidtimeline.formats.readings import Remark, Skipped

R = TypeVar("R", Skipped, Remark)

FIRST = 10
"""How many of the events a report shows."""

KEPT = 10_000
"""How many of the skipped and of the remarks are kept in full, of each reason; all are counted."""


@define
class Report:
    """What became of a file.

    `outcomes` says how many entries there were of each outcome, `counts` how often each reason was given; `skipped` and
    `remarks` have the first `KEPT` of each reason. `first` are the `FIRST` events that are recorded, or would be.
    """

    outcomes: dict[str, int] = Factory(lambda: defaultdict(int))
    counts: dict[str, int] = Factory(lambda: defaultdict(int))
    skipped: dict[str, list[Skipped]] = Factory(lambda: defaultdict(list))
    remarks: dict[str, list[Remark]] = Factory(lambda: defaultdict(list))
    first: list[Event | Amendment] = Factory(list)

    @property
    def read(self) -> int:
        """How many entries the file had."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "gone")

    @property
    def recorded(self) -> int:
        """How many records were added to the log."""
        return sum(many for outcome, many in self.outcomes.items() if outcome != "unchanged")

    def skip(self, reading: Skipped) -> None:
        """Count what was skipped, and keep the first of each reason."""
        _tell(reading, reading.reason, self.counts, self.skipped)

    def remark(self, reading: Remark) -> None:
        """Count what is worth a look, and keep the first of each reason."""
        _tell(reading, reading.reason, self.counts, self.remarks)


def _tell(reading: R, reason: str, counts: dict[str, int], kept: dict[str, list[R]]) -> None:
    counts[reason] += 1
    if counts[reason] <= KEPT:
        kept[reason].append(reading)
