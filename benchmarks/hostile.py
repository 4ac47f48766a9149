"""Logs that are as unkind as they can be: each of one shape, of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aidtimeline.codec import record_id
from aidtimeline.events import (
    Amendment,
    Announcement,
    Correction,
    Corroboration,
    Delivery,
    Event,
    Pledge,
    ProjectStatus,
    Record,
    Retraction,
    Source,
    Status,
)

CUT = date(2023, 6, 30)
"""The day of the question: dates that are vague here may or may not have come by then."""

_RECORDED = datetime(2026, 11, 21, tzinfo=UTC)
_REPORT = Source(publisher="Kyodo News", published="2100-01-01")
_VAGUE = "2023/2024"


def _record(event: Event | Amendment) -> Record:
    return Record(record_id(event), _RECORDED, event)


def _delivery(number: int, *, item: str = "truck", date: str = _VAGUE, **more: Any) -> Record:
    return _record(
        Delivery(date=date, donor="JP", recipient="UA", item=item, quantity=number % 7 + 1, ref=f"no. {number}",
                 sources=_REPORT, **more)
    )  # fmt: skip


def projects(size: int) -> Iterator[Record]:
    """Each has a project of its own, and a status."""
    for number in range(size):
        yield _record(Status(date="2023-01", project=f"project-{number}", status="closed", sources=_REPORT))


def announcements(size: int) -> Iterator[Record]:
    """All of one project."""
    for number in range(size):
        yield _record(
            Announcement(date="2023-01", project="p", intent="delivery", item=f"item-{number}", sources=_REPORT)
        )


def statuses(size: int) -> Iterator[Record]:
    """All of one project, each of another day or days."""
    for number in range(size):
        day = date(2022, 1, 1) + timedelta(days=number % 600)
        stated: ProjectStatus = "closed" if number % 2 else "implementation"
        yield _record(
            Status(date=f"{day}/{day + timedelta(days=number % 90)}", project="p", status=stated, ref=f"{number}",
                   sources=_REPORT)
        )  # fmt: skip


def items(size: int) -> Iterator[Record]:
    """Plain facts, each with a key of its own."""
    for number in range(size):
        yield _delivery(number, item=f"item-{number}", date="2023-01")


def _chain(size: int, **more: Any) -> Iterator[Record]:
    before: tuple[str, ...] = ()
    for number in range(size):
        record = _delivery(number, supersedes=before, **more)
        before = (record.id,)
        yield record


def chain(size: int) -> Iterator[Record]:
    """Each replaces the one before, if it has happened."""
    yield from _chain(size)


def chain_of_days(size: int) -> Iterator[Record]:
    """The same, where each may have happened from another day on."""
    before: tuple[str, ...] = ()
    for number in range(size):
        record = _delivery(number, date=f"{date(2020, 1, 1) + timedelta(days=number)}/2099", supersedes=before)
        before = (record.id,)
        yield record


def chain_of_items(size: int) -> Iterator[Record]:
    """A chain whose facts have a key each."""
    before: tuple[str, ...] = ()
    for number in range(size):
        record = _delivery(number, item=f"item-{number}", supersedes=before)
        before = (record.id,)
        yield record


def chain_of_items_and_days(size: int) -> Iterator[Record]:
    """A chain whose facts have a key each, and each may have happened from another day on."""
    before: tuple[str, ...] = ()
    for number in range(size):
        day = date(2020, 1, 1) + timedelta(days=number)
        record = _delivery(number, item=f"item-{number}", date=f"{day}/2099", supersedes=before)
        before = (record.id,)
        yield record


def star(size: int) -> Iterator[Record]:
    """All are replaced by one, if it has happened."""
    ids = []
    for number in range(size - 1):
        record = _delivery(number, item=f"item-{number}")
        ids.append(record.id)
        yield record
    yield _delivery(size, supersedes=ids)


def rivals(size: int) -> Iterator[Record]:
    """One is replaced by each of the others, if it has happened."""
    first = _delivery(0)
    yield first
    for number in range(1, size):
        yield _delivery(number, item=f"item-{number % 100}", supersedes=first.id)


def tangle(size: int) -> Iterator[Record]:
    """Each replaces the two before."""
    ids: list[str] = []
    for number in range(size):
        record = _delivery(number, item=f"item-{number}", supersedes=ids[-2:])
        ids.append(record.id)
        yield record


def circle(size: int) -> Iterator[Record]:
    """Each replaces the one before, and is its own through a correction of the first."""
    records = list(_chain(size))
    yield from records
    first = records[0]
    changed = Delivery(date=_VAGUE, item="truck", quantity=1, supersedes=records[-1].id, sources=_REPORT)
    yield _record(Correction(of=first.id, event=changed))


def duplicates(size: int) -> Iterator[Record]:
    """A chain of duplicates."""
    before = None
    for number in range(size // 2):
        record = _delivery(number)
        yield record
        if before is not None:
            yield _record(Retraction(of=before, duplicate_of=record.id, sources=_REPORT))
        before = record.id


def twins(size: int) -> Iterator[Record]:
    """All are duplicates of one."""
    first = _delivery(0)
    yield first
    for number in range(1, size // 2):
        record = _delivery(number)
        yield record
        yield _record(Retraction(of=record.id, duplicate_of=first.id, sources=_REPORT))


def _reported(number: int) -> Source:
    return Source(publisher=f"Report {number}", published="2100-01-01")


def corrections(size: int) -> Iterator[Record]:
    """All of one record."""
    first = _delivery(0)
    yield first
    for number in range(1, size):
        changed = Delivery(date="2023-01", item="truck", quantity=number, sources=_REPORT)
        yield _record(Correction(of=first.id, event=changed, sources=_reported(number)))


def repairs(size: int) -> Iterator[Record]:
    """All of one record."""
    first = _delivery(0)
    yield first
    for number in range(1, size):
        yield _record(
            Correction(of=first.id, event=Delivery(date="2023-01", item="truck", quantity=number, sources=_REPORT))
        )


def corroborations(size: int) -> Iterator[Record]:
    """All of one record; every other contradicts it."""
    first = _delivery(0, date="2023-01")
    yield first
    for number in range(1, size):
        yield _record(Corroboration(of=first.id, quantity=number % 2 + 1, sources=_reported(number)))


def raises(size: int) -> Iterator[Record]:
    """Promises that may have been raised, with a delivery that fulfils each."""
    before: tuple[str, ...] = ()
    for number in range(size // 2):
        promise = _record(
            Pledge(date=_VAGUE, donor="JP", item="truck", quantity=number + 1, supersedes=before, ref=f"{number}",
                   sources=_REPORT)
        )  # fmt: skip
        before = (promise.id,)
        yield promise
        yield _delivery(number, date="2023-01", fulfils=promise.id)


def lots(size: int) -> Iterator[Record]:
    """Promises, and deliveries that each fulfil one or two of them."""
    ids: list[str] = []
    for number in range(size // 2):
        promise = _record(
            Pledge(date="2023-01", donor="JP", item="truck", quantity=10, ref=f"{number}", sources=_REPORT)
        )
        ids.append(promise.id)
        yield promise
        yield _delivery(number, date="2023-02", fulfils=ids[-2:])


def parts(size: int) -> Iterator[Record]:
    """Each overlaps the one before."""
    before: tuple[str, ...] = ()
    for number in range(size):
        record = _delivery(number, date="2023-01", overlaps=before)
        before = (record.id,)
        yield record


def parts_of_parts(size: int) -> Iterator[Record]:
    """Each is a part of the one before."""
    before = None
    for number in range(size):
        record = _delivery(number, date="2023-01", part_of=before)
        before = record.id
        yield record


def tangle_of_parts(size: int) -> Iterator[Record]:
    """Each overlaps the two before, or every third the one before those."""
    ids: list[str] = []
    for number in range(size):
        record = _delivery(number, date="2023-01", overlaps=ids[-3:-1] if number % 3 else ids[-2:])
        ids.append(record.id)
        yield record


def part_of_one(size: int) -> Iterator[Record]:
    """All are a part of one."""
    whole = _delivery(0, date="2023-01")
    yield whole
    for number in range(1, size):
        yield _delivery(number, date="2023-01", part_of=whole.id)


SHAPES: dict[str, Callable[[int], Iterator[Record]]] = {
    each.__name__: each
    for each in (
        projects, announcements, statuses, items, chain, chain_of_days, chain_of_items, chain_of_items_and_days, star,
        rivals, tangle, circle, duplicates, twins, corrections, repairs, corroborations, raises, lots, parts,
        parts_of_parts, tangle_of_parts, part_of_one,
    )
}  # fmt: skip
