"""The side of aidtimeline: the deliveries as a log, and their sums as of a day. For `replay.py` and `append.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from deliveries import LAST_DAY, Row, rows
from measure import Sums, run_step
from vague import CUT, vague_records

from aidtimeline import Delivery, EventLog, Record, Source, Timeline
from aidtimeline.codec import record_id


def delivery(row: Row) -> Delivery:
    """The delivery of a row."""
    return Delivery(
        ref=row.ref,
        item=row.item,
        donor=row.donor,
        quantity=row.quantity,
        date=row.day.isoformat(),
        sources=Source(publisher=row.publisher, published=row.published.isoformat()),
    )


def write(folder: Path, count: int) -> Sums:
    """Record the deliveries; returns their sums."""
    expected: Counter[str] = Counter()
    records = []
    for row in rows(count):
        event = delivery(row)
        records.append(Record(record_id(event), row.recorded_at, event))
        expected[row.item] += row.quantity
    _record(folder / "exact", records)
    return {item: (quantity, quantity) for item, quantity in expected.items()}


def write_vague(folder: Path, count: int) -> Sums:
    """Record as many lines as people write them; returns their sums."""
    records, expected = vague_records(count)
    _record(folder / "vague", records)
    return expected


def replay(folder: Path, _count: int) -> Sums:
    """Read, decode and replay the log, as of a day by which everything has happened."""
    return _counts(folder / "exact", LAST_DAY)


def replay_vague(folder: Path, _count: int) -> Sums:
    """The same for the log as people write it, as of a day in its middle."""
    return _counts(folder / "vague", CUT)


def _record(folder: Path, records: Iterable[Record]) -> None:
    folder.mkdir()
    EventLog(folder).append(records)


def _counts(folder: Path, day: date) -> Sums:
    table = Timeline.open(folder).as_of(day).counts(by="item")
    return {
        str(row.key[0]): (int(row.bounds.low), None if row.bounds.high is None else int(row.bounds.high))
        for row in table.rows
    }


if __name__ == "__main__":
    run_step({"write": write, "write-vague": write_vague, "replay": replay, "replay-vague": replay_vague})
