"""The clock of this machine, held against the log: what is recorded later should be later by the clock too.

If it is not, a clock was set wrong: this one is behind, or another one was ahead. What is recorded now then counts as
recorded before what the log has: an older repair decides, and an undated file is taken for an older version. So it is
said.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from aidtimeline.errors import Problem
from aidtimeline.values.dates import format_instant


@frozen
class Newest:
    """The latest instant of recording in a log, and the file and line that have it."""

    instant: datetime
    file: str | None
    line: int | None


def behind(newest: Newest | None, clock: datetime) -> Problem | None:
    """The warning that the clock is before the latest instant in the log; None if it is not.

    >>> from aidtimeline.values.dates import parse_instant
    >>> newest = Newest(parse_instant("2026-11-21T10:00:00Z"), "events/2026.jsonl", 7)
    >>> print(behind(newest, parse_instant("2026-11-20T10:00:00Z")))  # doctest: +ELLIPSIS
    events/2026.jsonl:7: warning clock-behind: recorded at 2026-11-21T10:00:00Z, and the clock here says 2026-11-20...
    >>> behind(newest, newest.instant) is None
    True
    """
    if newest is None or clock >= newest.instant:
        return None
    message = f"recorded at {format_instant(newest.instant)}, and the clock here says {format_instant(clock)}"
    hint = "one of them is wrong; what is recorded now counts as older than this line"
    return Problem(
        code="clock-behind", severity="warning", message=message, file=newest.file, line=newest.line, hint=hint
    )
