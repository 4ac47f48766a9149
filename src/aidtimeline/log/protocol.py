"""What a log must have, wherever it keeps its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from aidtimeline.events import Amendment, Event, Record

Recordable: TypeAlias = Event | Amendment | Record
"""What can be recorded: an event or amendment, which is recorded now, or a whole record, which keeps its instant."""


@runtime_checkable
class Log(Protocol):
    """A log: a set of records that grows, wherever it is kept. `EventLog` is one, `MemoryLog` another.

    `isinstance` says whether both methods are there; `aidtimeline.testing.LogConformance` says whether they do what
    they must. docs/recipes/own-backend.md has a log of one's own.

    >>> from aidtimeline import EventLog, MemoryLog
    >>> isinstance(EventLog("events"), Log), isinstance(MemoryLog(), Log), isinstance([], Log)
    (True, True, False)
    """

    def read(self) -> Iterable[Record]:
        """All records, in any order. Of two with one id, the one with the earliest `recorded_at` stands."""

    def append(
        self, events: Recordable | Iterable[Recordable], /, *, recorded_at: datetime | None = None
    ) -> Sequence[Record]:
        """Record events, all or none; returns the record of each, in the order given.

        What is in the log already is not recorded again: its record is returned. A whole record keeps its own instant,
        and is recorded once more if that is earlier than the one in the log.

        Args:
            events: An event, an amendment or a whole record, or any number of them.
            recorded_at: When it was recorded, with an offset from UTC. None: now.

        Raises `InvalidValue` for an instant without an offset, and `RefusedBatch` for what `decode` would not read.
        """
