"""The reference fold: typed facts in, plain Python, one after the other. It defines the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from aidtimeline.dates import parse_cut, parse_day
from aidtimeline.events import Record
from aidtimeline.projections import Projection, fold
from aidtimeline.semantics import Fact, believe, cut

S = TypeVar("S")
R = TypeVar("R")


def run(facts: Iterable[Fact], projection: Projection[S, R]) -> R:
    """The projection's result over the facts of one view, in their order."""
    return projection.finish(fold(facts, projection))


def replay(
    records: Iterable[Record],
    projection: Projection[S, R],
    *,
    as_of: str | date,
    known_at: str | date | datetime | None = None,
    recorded_until: str | date | datetime | None = None,
) -> R:
    """Replay records to a date: what the projection makes of them, with no files at all.

    Args:
        records: Any iterable of records, in any order.
        projection: What is asked; see `aidtimeline.projections`.
        as_of: The day by the end of which things must have happened to count (inclusive).
        known_at: The day or instant by which one must have been able to know (inclusive); None: all that is known.
        recorded_until: The day or instant up to which the log is read (inclusive); None: all of it.

    Raises:
        InvalidValue: A cut that is no day, or no day or instant.

    >>> from aidtimeline.projections import Counts
    >>> len(replay([], Counts(), as_of="2023-11-28"))
    0
    """
    belief = believe(
        records,
        known_at=None if known_at is None else parse_cut(known_at),
        recorded_until=None if recorded_until is None else parse_cut(recorded_until),
    )
    return run(cut(belief, parse_day(as_of)), projection)
