"""Durable appends: singles beside a bare write and fdatasync, batches beside the `eventsourcing` package on SQLite.

    python benchmarks/append.py [--singles N] [--batches N] [--turns K] [--folder DIR]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeAlias

import ours
import peer
from deliveries import rows
from filelock import lock_descriptor, unlock_descriptor

from aidtimeline import EventLog
from aidtimeline.codec import encode_new
from aidtimeline.events import Event
from aidtimeline.log import now
from aidtimeline.log.disk import Disk
from aidtimeline.values.dates import format_instant

BATCH = 1000

Act: TypeAlias = Callable[[], object]
Turn: TypeAlias = dict[str, float]
"""The seconds that one act of each side took: the median of a turn."""


def main() -> None:
    """Time the sides in turns, and print medians and ratios."""
    options = _options()
    singles, batches = [], []
    with TemporaryDirectory(dir=options.folder) as folder:
        for turn in range(options.turns):
            singles.append(_singles(Path(folder, f"singles-{turn}"), options.singles))
            batches.append(_batches(Path(folder, f"batches-{turn}"), options.batches))
    _print(f"one record, {options.singles} times a turn, {options.turns} turns", singles, "bare write and fdatasync")
    _print(f"a batch of {BATCH:,}, {options.batches} times a turn, {options.turns} turns", batches, "aidtimeline")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--singles", type=int, default=200, metavar="N", help="a turn (default %(default)s)")
    parser.add_argument("--batches", type=int, default=10, metavar="N", help="a turn (default %(default)s)")
    parser.add_argument("--turns", type=int, default=5, metavar="K", help="(default %(default)s)")
    parser.add_argument("--folder", metavar="DIR", help="on the disk to measure (default: for temporary files)")
    return parser.parse_args()


def _singles(folder: Path, count: int) -> Turn:
    looked = folder / "looked" / "lines"
    looked.parent.mkdir(parents=True)
    log, unsynced = EventLog(folder / "log"), EventLog(folder / "unsynced", disk=_Unsynced())
    given = list(rows(count))
    events = list(map(ours.delivery, given))
    with (
        peer.application(folder) as deliveries,
        (folder / "bare").open("ab", buffering=0) as bare,
        (folder / "made").open("ab", buffering=0) as made,
        looked.open("ab", buffering=0) as lines,
    ):
        return _in_turns(
            {
                "bare write and fdatasync": [partial(_write, bare.fileno(), _line(event)) for event in events],
                "the same, making the line": [partial(_make_and_write, made.fileno(), event) for event in events],
                "the same, locking, looking": [
                    partial(_look_and_write, str(looked.parent), lines.fileno(), event) for event in events
                ],
                "aidtimeline": [partial(log.append, event) for event in events],
            }
        ) | _in_turns(
            {
                "aidtimeline, nothing synced": [partial(unsynced.append, event) for event in events],
                "eventsourcing": [partial(deliveries.save, peer.delivery(row)) for row in given],
            }
        )


def _batches(folder: Path, count: int) -> Turn:
    folder.mkdir()
    log = EventLog(folder / "log")
    given = list(rows(count * BATCH))
    parts = [given[start : start + BATCH] for start in range(0, len(given), BATCH)]
    batches = [list(map(ours.delivery, part)) for part in parts]
    with peer.application(folder) as deliveries, (folder / "made").open("ab", buffering=0) as made:
        return _in_turns(
            {
                "aidtimeline": [partial(log.append, batch) for batch in batches],
                "lines made, one write": [partial(_make_and_write, made.fileno(), *batch) for batch in batches],
                "eventsourcing": [partial(deliveries.save, *map(peer.delivery, part)) for part in parts],
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


if __name__ == "__main__":
    main()
