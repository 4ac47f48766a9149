"""Small logs for tests: one delivery a number."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from aidtimeline.codec import encode, record_id
from aidtimeline.errors import Problem
from aidtimeline.events import Delivery, Record, Source
from aidtimeline.log import EventLog
from aidtimeline.log.disk import Disk
from aidtimeline.log.note import PENDING, Note

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Rubryka", published="2023-11-28")


def delivery(number: int, package: str | None = None) -> Delivery:
    return Delivery(date="2023", item="truck", quantity=number, package=package, sources=SOURCE)


def record(number: int, at: datetime = AT) -> Record:
    return Record(record_id(delivery(number)), at, delivery(number))


def log_in(folder: Path, disk: Disk | None = None) -> EventLog:
    return EventLog(folder, clock=lambda: AT, disk=disk)


def numbers(folder: Path, *, skip_problems: bool = False, problems: list[Problem] | None = None) -> list[int]:
    """What the deliveries in a log's folder say, in the order of its lines."""
    found: list[int] = []
    for each in EventLog(folder).read(skip_problems=skip_problems, problems=problems):
        assert isinstance(each.event, Delivery)
        assert each.event.quantity is not None
        found.append(int(each.event.quantity.low))
    return found


def line(number: int) -> bytes:
    return encode(record(number)).encode() + b"\n"


def leave_note(path: Path, start: int, *lines: bytes) -> None:
    """Leave the note of a batch that was to follow the first `start` bytes of a file."""
    with path.open("rb") as file:
        Path(f"{path}{PENDING}").write_bytes(Note.of(str(path), file.fileno(), start, lines).text)


def aside(path: Path) -> bytes:
    """All that was set aside from a file."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}.*.torn")))
