"""A log replayed at every date of knowledge: what a page needs to be asked at any two dates without the library.

Records that have nothing to do with others say the same at every date of knowledge, once they are known. The others are
replayed in the parts that hang together, at the days on which something of a part becomes known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from aidtimeline.engines.facts.linking import Place, SetAside, components
from aidtimeline.events import Record
from aidtimeline.semantics import Belief
from aidtimeline.semantics.amendments import known_by, known_since, out_since
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.values.dates import in_utc


class Known(NamedTuple):
    """What is believed of some records from one day of knowledge on, until another (exclusive; None: for good)."""

    since: date
    until: date | None
    belief: Belief


def parts(records: Sequence[Record]) -> tuple[list[Record], list[list[Record]]]:
    """The records that stand by themselves, and all others, in parts that hang together.

    One of which several sources came out on different days is among the others: who reports it depends on knowledge.
    """
    aside = [SetAside.of(each.id, each.event, Place(0, at, 0)) for at, each in enumerate(records)]
    named = {name for each in aside for name in (*each.named, each.own[0])}
    alone, together = [], []
    for part in components(aside, named):
        found = [records[each.place.offset] for each in part]
        if len(found) == 1 and not aside[part[0].place.offset].named and len(_out(found[0])) < 2:
            alone += found
        else:
            together.append(found)
    return alone, together


def days_of(recorded: Recorded) -> list[date]:
    """The days (UTC) on which something of records becomes known, in order."""
    repaired = recorded.repaired
    found: set[date] = set()
    for records in (repaired.events, repaired.amendments):
        for record in records.values():
            first = in_utc(known_since(record)).date()
            found |= {first, *(day for day in _out(record) if day > first)}
    return sorted(found)


def _out(record: Record) -> set[date]:
    """The days on which the sources of a record came out."""
    return {day for source in record.event.sources if (day := out_since(source)) is not None}


def replayed(recorded: Recorded, months: int = 0) -> Iterator[Known]:
    """What is believed of records that hang together, on each day on which something becomes known.

    With `months` only the last days of so many months are kept (1, 3 or 12).
    """
    days = thinned(days_of(recorded), months)
    for since, until in zip(days, [*days[1:], None], strict=False):
        yield Known(since, until, believe_at(recorded, known_by(since)))


def thinned(days: Iterable[date], months: int) -> list[date]:
    """Days in order, each once; with `months` the last days of so many months that they are in.

    >>> thinned([date(2023, 1, 3), date(2023, 1, 9), date(2023, 2, 1)], 1)
    [datetime.date(2023, 1, 31), datetime.date(2023, 2, 28)]
    """
    return sorted({_end(day, months) if months else day for day in days})


def months_for(days: Sequence[date], most: int) -> int:
    """How many months are to be one, so that there are no more than `most` days of knowledge; 0: days are kept."""
    return next((months for months in (0, 1, 3) if len(thinned(days, months)) <= most), 12)


def _end(day: date, months: int) -> date:
    """The last day of the month, quarter or year of a day."""
    last = (day.month - 1) // months * months + months
    if (day.year, last) == (date.max.year, 12):
        return date.max - timedelta(1)
    return date(day.year + last // 12, last % 12 + 1, 1) - timedelta(1)
