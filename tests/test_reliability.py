"""What every log promises, tested on `EventLog`, on a log in memory, and on logs that are broken on purpose."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from logs import delivery, line

from aidtimeline.errors import DataError, Problem
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.log import EventLog, Log, MemoryLog
from aidtimeline.log.disk import Disk
from aidtimeline.testing import (
    DurableLogConformance,
    FaultNotReached,
    LawBroken,
    LogConformance,
)
from aidtimeline.text.progress import Progress, untold


class TestEventLog(DurableLogConformance):
    """The log in a folder."""

    def make_durable(self, folder: str, disk: Disk | None) -> Log:
        return EventLog(folder, disk=disk)


class TestMemoryLog(LogConformance):
    """The log in memory, with the path as its key."""

    logs: ClassVar[dict[str, MemoryLog]] = {}

    def make_log(self, folder: str) -> Log:
        return self.logs.setdefault(folder, MemoryLog())


# Logs that are broken on purpose: the suite finds each.


class _Subclassed(EventLog):
    """Makes a list of what is appended."""

    Given = Event | Amendment | Record | Iterable[Event | Amendment | Record]

    def listed(self, events: Given) -> list[Event | Amendment | Record]:
        return [events] if isinstance(events, Event | Amendment | Record) else list(events)


class OneByOne(_Subclassed):
    """A batch is not all or nothing."""

    def append(
        self, events: _Subclassed.Given, *, recorded_at: datetime | None = None, to: str = "events"
    ) -> list[Record]:
        batch = self.listed(events)
        return [each for event in batch for each in super(OneByOne, self).append(event, recorded_at=recorded_at)]


class RepairsByDeleting(_Subclassed):
    """A last line without its line end is cut off, with the line before it."""

    def append(
        self, events: _Subclassed.Given, *, recorded_at: datetime | None = None, to: str = "events"
    ) -> list[Record]:
        for path in self.files():
            whole = path.read_bytes().rpartition(b"\n")
            if whole[2]:
                path.write_bytes(whole[0].rpartition(b"\n")[0] + b"\n")
        return super().append(events, recorded_at=recorded_at)


class Forgetful(EventLog):
    """What is in the log already is recorded once more."""

    def append(
        self, events: _Subclassed.Given, *, recorded_at: datetime | None = None, to: str = "events"
    ) -> list[Record]:
        returned = super().append(events, recorded_at=recorded_at)
        with (self.folder / "events.jsonl").open("ab") as file:
            file.writelines(line(1) for each in returned if each.event == delivery(1))
        return returned


class WithoutNotes(EventLog):
    """Notes are lost."""

    def read(
        self,
        *,
        skip_problems: bool = False,
        problems: list[Problem] | None = None,
        progress: Progress = untold,
    ) -> Iterator[Record]:
        for each in super().read(skip_problems=skip_problems, problems=problems, progress=progress):
            yield attrs.evolve(each, event=attrs.evolve(each.event, note=None))


class _NoFlush:
    """Nothing is flushed."""

    def sync(self, descriptor: int) -> None:
        pass


class _NoLock:
    """Writers do not exclude each other, and each waits between two halves of a write."""

    def lock(self, descriptor: int) -> bool:
        return True

    def unlock(self, descriptor: int) -> None:
        pass

    def write(self, descriptor: int, data: bytes) -> int:
        half = super().write(descriptor, data[: len(data) // 2])  # type: ignore[misc]
        time.sleep(0.001)
        return half + super().write(descriptor, data[half:])  # type: ignore[misc,no-any-return]


def on(broken: type) -> Callable[[str, Disk | None], EventLog]:
    """An `EventLog`, on a disk that leaves something out."""

    def make(folder: str, disk: Disk | None) -> EventLog:
        disk = disk or Disk()
        disk.__class__ = type("Broken", (broken, type(disk)), {})
        return EventLog(folder, disk=disk)

    return make


DEATHS = "test_a_process_may_die_at_any_step_and_so_may_its_rescuers"


@pytest.mark.parametrize(
    ("make", "test"),
    [
        (on(_NoFlush), "test_the_power_may_fail_at_any_step"),
        (on(_NoLock), "test_threads_exclude_each_other"),
        (lambda folder, disk: RepairsByDeleting(folder, disk=disk), DEATHS),
        (lambda folder, disk: OneByOne(folder, disk=disk), DEATHS),
        (lambda folder, disk: Forgetful(folder, disk=disk), "test_recording_again_changes_nothing"),
        (lambda folder, disk: WithoutNotes(folder, disk=disk), "test_whatever_is_appended_reads_back_equal"),
        (lambda folder, disk: EventLog(folder), DEATHS),
    ],
    ids=["no flush", "no lock", "repairs by deleting", "one by one", "forgetful", "without notes", "disk not used"],
)
def test_a_broken_log_does_not_pass(make: Callable[[str, Disk | None], Log], test: str) -> None:
    """Each breaks one promise; the last one does not use the disk, and so reaches no fault."""

    class Broken(DurableLogConformance):
        def make_durable(self, folder: str, disk: Disk | None) -> Log:
            return make(folder, disk)

    with pytest.raises((LawBroken, FaultNotReached, DataError)):
        getattr(Broken(), test)()


# The campaigns, in short; `make campaigns` runs them in full.

CAMPAIGNS = Path(__file__).parent.parent / "campaigns"


def campaign(name: str, *arguments: str) -> tuple[int, dict[str, int], list[str]]:
    """The exit code of a campaign, its figures, and what failed."""
    command = [sys.executable, str(CAMPAIGNS / f"{name}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert done.stderr.startswith(f"seed {report['seed']}")
    return done.returncode, report["figures"], report["failures"]


def test_killed_writers_cost_nothing() -> None:
    """Four at once, each killed within an append: nothing is lost or torn, and no half batch is seen."""
    code, figures, failures = campaign("kills", "--kills", "100")
    assert (code, failures) == (0, [])
    assert figures["kills within an append"] >= 100
    assert figures["lost"] == figures["torn"] == figures["half batches"] == 0
    assert figures["bytes of torn lines and half batches set aside"] > 0


@pytest.mark.parametrize("broken", ["no-lock", "no-pending", "repair-deletes", "inherited-lock"])
def test_killed_writers_of_a_broken_log_are_noticed(broken: str) -> None:
    """Otherwise the campaign would show nothing."""
    code, _, failures = campaign("kills", "--kills", "300", "--broken", broken)
    assert code == 1
    assert not any("shows nothing" in each for each in failures)


def test_a_log_cut_anywhere_is_recovered_however_often_that_breaks_off() -> None:
    """At every 211th byte, and at each step of its recovery."""
    code, figures, failures = campaign("cuts", "--every", "211")
    assert (code, failures) == (0, [])
    assert figures["recoveries: died"] > 1000
    assert figures["recoveries: no space"] > 1000
    assert figures["lost"] == figures["not set aside"] == 0


@pytest.mark.parametrize("broken", ["repair-deletes-a-line", "repair-deletes-the-rest"])
def test_cuts_of_a_broken_log_are_noticed(broken: str) -> None:
    """It deletes what was acknowledged, or what was not."""
    code, figures, _ = campaign("cuts", "--every", "997", "--broken", broken)
    assert code == 1
    assert figures["lost"] + figures["not set aside"] > 0


def test_power_cuts_cost_nothing() -> None:
    """In ways that are drawn again in each run."""
    code, figures, failures = campaign("power", "--ways", "3", "--sectors", "3")
    assert (code, failures) == (0, [])
    assert figures["power cuts"] > 1000
    assert figures["sets of sectors"] > 100


@pytest.mark.parametrize("broken", ["no-flush", "no-folder-flush", "holes-unseen"])
def test_power_cuts_of_a_broken_log_are_noticed(broken: str) -> None:
    """It does not flush, flushes files but not their names, or takes a last line with holes for a whole one."""
    code, figures, failures = campaign("power", "--ways", "2", "--broken", broken)
    assert code == 1
    assert figures["lost"] > 0
    assert not any("shows nothing" in each for each in failures)


def test_copies_made_while_a_log_is_written_lose_nothing() -> None:
    """Brought up to date later, they have all that was acknowledged, although a note of half a batch stays."""
    code, figures, failures = campaign("copies", "--every", "20")
    assert (code, failures) == (0, [])
    assert figures["with a note that was left"] > 20


def test_copies_of_a_log_that_believes_any_note_are_noticed() -> None:
    """It hides what was acknowledged."""
    code, figures, failures = campaign("copies", "--every", "20", "--broken", "note-not-bound")
    assert code == 1
    assert figures["lost"] > 0
    assert not any("shows nothing" in each for each in failures)
