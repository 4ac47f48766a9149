"""Descriptors: whatever is interrupted, none stays open; and each is closed once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list what is open")

INTERRUPTED = """
import gc, os, signal, sys
import filelock
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

sys.path.insert(0, sys.argv[2])
from logs import AT, delivery, log_in
from aidtimeline.log.disk import Disk
from aidtimeline.log.seal import seal

class Unsynced(Disk):
    def sync(self, descriptor):
        pass

    def sync_folder(self, path):
        pass


def descriptors():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def is_free(path):
    with path.open("rb") as file:
        return filelock.lock_descriptor(file.fileno(), blocking=False)


folder, chance = Path(sys.argv[1]), Random(int(sys.argv[3]))
log, small = log_in(folder / "log", Unsynced()), log_in(folder / "small")
small.append([delivery(number) for number in range(3)])
numbers, acknowledged = iter(range(10**9)), []
acts = [
    lambda: acknowledged.extend(log.append(delivery(next(numbers)))),
    lambda: acknowledged.extend(log.append([delivery(next(numbers)) for _ in range(3)])),
    lambda: list(small.read()),
    lambda: log_in(folder / "small").ids(),
    lambda: log_in(folder / "small").append(delivery(1)),
    lambda: seal(small, AT),
]
took = []
for act in acts:
    act()
    begun = perf_counter()
    act()
    took.append(perf_counter() - begun)
signal.signal(signal.SIGALRM, signal.default_int_handler)
interrupts, locked, before = 0, 0, descriptors()
for turn in range(int(sys.argv[4])):
    act, most = acts[turn % len(acts)], took[turn % len(acts)]
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, most))
            act()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupts += 1
    locked += not all(is_free(path) for path in folder.glob("*/.*.lock"))
after, there = descriptors(), {each.id for each in log_in(folder / "log").read()}
lost = [each for each in acknowledged if each.id not in there]
again = log.append([each.event for each in acknowledged])
found = {(each.file, each.line): each.id for each in log.read()}
moved = [each for each in again if found.get((each.file, each.line)) != each.id]
print(before, after, interrupts, locked, len(lost), len(moved), len(there ^ set(log.ids())))
"""


def test_interrupts_leave_no_descriptor_open(tmp_path: Path) -> None:
    """A signal comes at a random moment of an append, a batch, a look, a seal, some thousands of times."""
    arguments = [str(tmp_path), str(Path(__file__).parent), "1", "3000"]
    found = subprocess.run([sys.executable, "-c", INTERRUPTED, *arguments], capture_output=True, text=True, check=True)
    before, after, interrupts, *wrong = map(int, found.stdout.split())
    assert interrupts > 1000, "few interrupts show little"
    assert after == before
    assert not any(wrong), "locked by itself, lost, at another line, known and not there"
