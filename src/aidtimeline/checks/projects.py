"""Checks of projects: how their status moves, and when they are planned to begin and end."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.checks.checked import Checked, wholly_before
from aidtimeline.errors import Problem
from aidtimeline.events import STATUSES, Project, Status
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import DateRange

#: IATI's ActivityStatus, in the order of an activity's life. A report may skip a stage, but none comes back.
LIFECYCLE = ("pipeline", "implementation", "finalisation", "closed")
_ENDED = ("closed", "cancelled")


def _may_follow(status: str, after: str) -> bool:
    if after in (status, "suspended"):
        return True
    if after in _ENDED:
        return False
    return status not in LIFECYCLE or LIFECYCLE.index(after) < LIFECYCLE.index(status)


#: Which status may follow which.
MOVES: dict[str, frozenset[str]] = {
    after: frozenset(status for status in STATUSES if _may_follow(status, after)) for after in STATUSES
}


def status_moves(log: Checked) -> Iterator[Problem]:
    """`status-move`: a project's status changes in a way that IATI's lifecycle does not have."""
    before: dict[str, Fact] = {}
    for fact in log.belief.facts:
        event = fact.event
        if not isinstance(event, Status):
            continue
        last = before.get(event.project)
        if last is not None and isinstance(last.event, Status) and wholly_before(last.date, fact.date):
            was, now = last.event.status, event.status
            if now not in MOVES[was]:
                message = f"{event.project} goes from {was} to {now}, after {log.named(last)}"
                yield log.place(fact).warning("status-move", message, "status")
        before[event.project] = fact


def planned_ends(log: Checked) -> Iterator[Problem]:
    """`ends-before-start`: a project is planned to end before it is planned to begin."""
    starts: dict[str, tuple[Fact, DateRange]] = {}
    ends: dict[str, tuple[Fact, DateRange]] = {}
    for fact in log.belief.facts:
        event = fact.event
        if not isinstance(event, Project):
            continue
        start, end = event.planned_start, event.planned_end
        if start is not None and end is not None and wholly_before(end, start):
            message = f"it is planned to end in {end}, before it begins in {start}"
            yield log.place(fact).error("ends-before-start", message, "planned_end")
            continue
        if start is not None:
            starts[event.project] = fact, start
        if end is not None:
            ends[event.project] = fact, end
    for project, (fact, start) in starts.items():
        other, end = ends.get(project, (fact, start))
        if wholly_before(end, start):
            message = f"{project} is planned to end in {end} and to begin in {start}, by {log.named(fact)}"
            hint = "one of them was not reported again when the other moved"
            yield log.place(other).warning("ends-before-start", message, "planned_end", hint)
