"""The smallest log there is: lines in memory. For tests of what needs a log, and as the second one that conforms."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from aidtimeline.codec import decode
from aidtimeline.dates import in_utc
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.log import now
from aidtimeline.logbatch import ask, encode_all


class MemoryLog:
    """A log in memory, gone with its process. It keeps lines, so that what could not be written is refused here too.

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
        self._threads = threading.Lock()

    def append(
        self,
        events: Event | Amendment | Record | Iterable[Event | Amendment | Record],
        *,
        recorded_at: datetime | None = None,
    ) -> list[Record]:
        """Record events, all or none; returns the record of each that stands, in the order given."""
        batch = [events] if isinstance(events, Event | Amendment | Record) else list(events)
        asked = list(ask(batch, in_utc(self._clock() if recorded_at is None else recorded_at)))
        with self._threads:
            standing = dict(self._earliest)
            new = {}
            for each in asked:
                known = standing.get(each.id)
                if known is None or (each.whole and each.recorded_at < known.recorded_at):
                    new[each.id] = each
                    standing[each.id] = Record(each.id, each.recorded_at, each.event)
            self._lines += encode_all(new.values())
            self._earliest = standing
            return [standing[each.id] for each in asked]

    def read(self) -> Iterator[Record]:
        """All that was recorded when reading begins."""
        with self._threads:
            lines = list(self._lines)
        return map(decode, lines)

    def ids(self) -> Collection[str]:
        """The ids in the log."""
        return frozenset(self._earliest)
