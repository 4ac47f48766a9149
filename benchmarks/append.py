"""Durable appends: singles beside a bare write and fdatasync, batches beside the `eventsourcing` package on SQLite.

    python benchmarks/append.py [--singles N] [--batches N] [--turns K] [--folder DIR]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeAlias

import peer_eventsourcing as peer
from deliveries import Row, rows
from filelock import lock_descriptor, unlock_descriptor
from measure import run, run_step

from aidtimeline import Delivery, EventLog, Source
from aidtimeline.codec import encode_new
from aidtimeline.events import Event
from aidtimeline.log import now
from aidtimeline.log.disk import Disk
from aidtimeline.values.dates import format_instant

SCRIPT = Path(__file__)
BATCH = 1000
BARE, OURS, PEER = "bare write and fdatasync", "aidtimeline", "eventsourcing"

Act: TypeAlias = Callable[[], object]
Turn: TypeAlias = dict[str, float]
"""The seconds that one act of each side took: the median of a turn."""


def main() -> None:
    """Time the sides in turns, and print medians and ratios."""
    options = _options()
    turns: dict[str, list[Turn]] = {"singles": [], "batches": []}
    with TemporaryDirectory(dir=options.folder) as folder:
        for _ in range(options.turns):
            for step, found in turns.items():
                found.append(run(SCRIPT, step, folder, getattr(options, step)).answer)
    _print(f"one record, {options.singles} times a turn, {options.turns} turns", turns["singles"], BARE)
    _print(f"a batch of {BATCH:,}, {options.batches} times a turn, {options.turns} turns", turns["batches"], OURS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--singles", type=int, default=200, metavar="N", help="a turn (default %(default)s)")
    parser.add_argument("--batches", type=int, default=10, metavar="N", help="a turn (default %(default)s)")
    parser.add_argument("--turns", type=int, default=5, metavar="K", help="(default %(default)s)")
    parser.add_argument("--folder", metavar="DIR", help="on the disk to measure (default: for temporary files)")
    return parser.parse_args()


def _singles(parent: Path, count: int) -> Turn:
    given = list(rows(count))
    events = list(map(_delivery, given))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=parent)))
        looked = folder / "looked" / "lines"
        looked.parent.mkdir()
        log, unsynced = EventLog(folder / "log"), EventLog(folder / "unsynced", disk=_Unsynced())
        deliveries = stack.enter_context(peer.application(folder))
        bare, made, lines = (
            stack.enter_context(path.open("ab", buffering=0)) for path in (folder / "bare", folder / "made", looked)
        )
        return _in_turns(
            {
                BARE: [partial(_write, bare.fileno(), _line(event)) for event in events],
                "the same, making the line": [partial(_make_and_write, made.fileno(), event) for event in events],
                "the same, locking, looking": [
                    partial(_look_and_write, str(looked.parent), lines.fileno(), event) for event in events
                ],
                OURS: [partial(log.append, event) for event in events],
            }
        ) | _in_turns(
            {
                "aidtimeline, nothing synced": [partial(unsynced.append, event) for event in events],
                PEER: [partial(deliveries.save, _told(row)) for row in given],
            }
        )


def _batches(parent: Path, count: int) -> Turn:
    given = list(rows(count * BATCH))
    parts = [given[start : start + BATCH] for start in range(0, len(given), BATCH)]
    batches = [list(map(_delivery, part)) for part in parts]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=parent)))
        log = EventLog(folder / "log")
        deliveries = stack.enter_context(peer.application(folder))
        made = stack.enter_context((folder / "made").open("ab", buffering=0))
        return _in_turns(
            {
                OURS: [partial(log.append, batch) for batch in batches],
                "lines made, one write": [partial(_make_and_write, made.fileno(), *batch) for batch in batches],
                PEER: [partial(deliveries.save, *map(_told, part)) for part in parts],
            }
        )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        ref=row.ref,
        item=row.item,
        donor=row.donor,
        quantity=row.quantity,
        date=row.day.isoformat(),
        sources=Source(publisher=row.publisher, published=row.published.isoformat()),
    )


def _told(row: Row) -> peer.Told:
    """The same for the peer."""
    return peer.told(
        {
            "ref": row.ref,
            "kind": "delivery",
            "item": row.item,
            "donor": row.donor,
            "quantity": row.quantity,
            "date": row.day.isoformat(),
            "sources": [{"publisher": row.publisher, "published": row.published.isoformat()}],
        }
    )


def _in_turns(sides: Mapping[str, Sequence[Act]]) -> Turn:
    """Run the first act of each side, then the second of each, …: a slow moment of the disk is slow for all."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for acts in zip(*sides.values(), strict=True):
        for name, act in zip(sides, acts, strict=True):
            begin = perf_counter()
            act()
            seconds[name].append(perf_counter() - begin)
    return {name: median(each) for name, each in seconds.items()}


def _line(event: Event) -> bytes:
    return encode_new(event, format_instant(now()))[1]


def _write(descriptor: int, line: bytes) -> None:
    os.write(descriptor, line)
    os.fdatasync(descriptor)


def _make_and_write(descriptor: int, *events: Event) -> None:
    at = format_instant(now())
    _write(descriptor, b"".join(encode_new(event, at)[1] for event in events))


def _look_and_write(folder: str, descriptor: int, event: Event) -> None:
    """The other system calls of a log to whose folder others may write, and nothing else."""
    line = _line(event)
    lock = os.open(f"{folder}/lock", os.O_RDWR | os.O_CREAT)
    lock_descriptor(lock)
    os.fstat(lock)
    os.listdir(folder)
    os.lstat(f"{folder}/lines")
    _write(descriptor, line)
    unlock_descriptor(lock)
    os.close(lock)


class _Unsynced(Disk):
    def sync(self, descriptor: int) -> None:
        """Flush nothing: what remains is the work of the processor."""


def _print(what: str, turns: Sequence[Turn], base: str) -> None:
    print(f"{what}: medians; times = how many times {base} in the same turn\n")
    print(f"{'':30}{'milliseconds':>14}{'times':>8}   (least, most)")
    for name in turns[0]:
        times = [turn[name] / turn[base] for turn in turns]
        took = median(turn[name] for turn in turns) * 1000
        print(f"{name:30}{took:14.3f}{median(times):8.2f}   ({min(times):.2f}, {max(times):.2f})")
    print()


STEPS = {"singles": _singles, "batches": _batches}

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS:
        run_step(STEPS)
    else:
        main()
