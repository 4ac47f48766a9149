"""A log without files: its lines are in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import repeat

from aidtimeline.codec import decode
from aidtimeline.events import Record
from aidtimeline.forked import Threads
from aidtimeline.log.batch import Batch, listed
from aidtimeline.log.eventlog import now
from aidtimeline.log.protocol import Recordable
from aidtimeline.values.dates import in_utc


class MemoryLog:
    """A log in memory, for as long as the process lives; threads may share it.

    It takes, refuses and returns what an `EventLog` does: it keeps lines, so that what could not be written is refused
    here too. Its records have no file and no line. `clock` returns the instant at which events are recorded.

    >>> from aidtimeline import Delivery, Source
    >>> log = MemoryLog()
    >>> [record] = log.append(Delivery(date="2023", item="truck", sources=Source(publisher="Rubryka")))
    >>> list(log.read()) == [record]
    True
    """

    def __init__(self, *, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._lines: list[bytes] = []
        self._earliest: dict[str, Record] = {}
        self._threads = Threads()

    def append(
        self,
        events: Recordable | Iterable[Recordable],
        *,
        recorded_at: datetime | None = None,
    ) -> list[Record]:
        """Record `events`, all or none; returns the record of each, in the order given, as `EventLog.append` does.

        `recorded_at` needs an offset from UTC; by default it is what the clock says.
        """
        batch = Batch(listed(events), in_utc(self._clock() if recorded_at is None else recorded_at))
        with self._threads.lock:
            new = batch.new(self._earliest)
            self._lines += batch.lines(new).values()
            self._earliest |= batch.records(new, None, repeat(None, len(new)))
            return [self._earliest[id_] for id_ in batch.ids]

    def read(self) -> Iterator[Record]:
        """The records in the log when reading begins."""
        with self._threads.lock:
            lines = list(self._lines)
        return map(decode, lines)

    def ids(self) -> Collection[str]:
        """The ids in the log."""
        return frozenset(self._earliest)
