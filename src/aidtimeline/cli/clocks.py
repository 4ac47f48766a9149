"""What a command that writes says if the clock of this machine is before the latest instant in the log."""

from __future__ import annotations

from aidtimeline.cli.printing import note
from aidtimeline.log import now
from aidtimeline.log.clock import Newest, behind
from aidtimeline.values.dates import in_utc


def note_clock(newest: Newest | None) -> None:
    """Say in one line that the clock is behind the newest line of the log, if it is."""
    if (problem := behind(newest, in_utc(now()))) is not None:
        note(str(problem))
