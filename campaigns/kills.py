"""Kill writers with SIGKILL in the middle of their appends, while others write and read.

    python campaigns/kills.py [--kills N] [--writers N] [--seed S] [--report FILE] [--broken HOW]

Each writer is a process that appends single records and batches to one log, imports, merges and seals, and reports the
start and the end of each of these. One writer after the other is killed, at a random instant, and replaced. Only kills
within an append count. Some writers have forked a process, in the middle of what they do, that lives on and does
nothing. Readers, also processes, read the log all the time. What was acknowledged must be there, and of every batch all
or nothing, for readers at any moment and in the end; every line must be readable, and nobody may be locked out.

With `--broken` the log leaves something out, and the campaign must fail.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread

import attrs
import report

from aidtimeline import AidtimelineError, Delivery, EventLog, Problem, Record, Source
from aidtimeline.codec import encode, record_id
from aidtimeline.formats.importing.importer import import_readings
from aidtimeline.formats.readings import Entry
from aidtimeline.log import descriptor, index, lock
from aidtimeline.log.disk import Disk
from aidtimeline.log.note import PENDING
from aidtimeline.log.seal import seal

KILLS_A_LOG = 100
READERS = 2
LONGEST_BATCH = 40
IDLE, SEALS = 0.2, 0.05
"""How many of the writers fork a process that stays, and how many appends are followed by a seal."""
PATIENCE = 20
"""How many seconds a writer waits for the lock."""
LEAST, MORE = 4000, 1000
"""From how many bytes on a log has an index, and after how many more a new one; outside of this campaign: mebibytes."""
QUIT = "quit"
AT = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(publisher="Rubryka", published="2023-11-28")


class Short(Disk):
    """A disk that writes little at a time, and slowly, so that more deaths come in the middle of a write."""

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of the data, after a while."""
        time.sleep(0.0001)
        return super().write(descriptor, data[:150])


class NoLock(Short):
    """Writers do not exclude each other."""

    def lock(self, descriptor: int) -> bool:
        """Claim that it was free."""
        return True

    def unlock(self, descriptor: int) -> None:
        """Do nothing."""


class NoPending(Short):
    """The note of a batch is thrown away as soon as it is written."""

    def sync(self, descriptor: int) -> None:
        """Empty notes."""
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(PENDING):
            os.ftruncate(descriptor, 0)
        super().sync(descriptor)


class Deletes(Short):
    """Recovery cuts off a torn line or half batch, and the line before it."""

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut off the last line as well."""
        kept = os.pread(descriptor, size, 0)
        super().truncate(descriptor, kept.rfind(b"\n", 0, -1) + 1)


BROKEN: dict[str | None, Callable[[], Disk]] = {
    None: Short,
    "no-lock": NoLock,
    "no-pending": NoPending,
    "repair-deletes": Deletes,
    "inherited-lock": Short,
}


@dataclass
class Writer:
    """A process that appends until it is killed, and what it reported."""

    pid: int
    pipe: int
    begun: str | None = None
    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Read what it reported before it died."""
        with os.fdopen(self.pipe) as reported:
            for line in reported.read().splitlines():
                if line.startswith("+"):
                    self.begun = line[1:]
                elif line.startswith("!"):
                    self.failed.append(line[1:])
                else:
                    self.acknowledged.append(line)
                    self.begun = None


@dataclass
class Campaign:
    """Figures and failures."""

    seed: int
    broken: str | None
    figures: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def log(self, folder: Path) -> EventLog:
        """Open the log."""
        return EventLog(folder, disk=BROKEN[self.broken]())

    def run(self, folder: Path, kills: int, writers: int, number: int) -> None:
        """Make `kills` kills on one log, then look at what is left."""
        chance = Random(f"{self.seed} {number}")
        self.log(folder).append(_events("start-1"))
        stop, readers = folder / "stop", [self._reader(folder) for _ in range(READERS)]
        alive = [self._writer(folder, f"{number}.{life}") for life in range(writers)]
        dead: list[Writer] = []
        for life in range(writers, writers + kills):
            time.sleep(chance.choice((0.001, 0.005, 0.02)) * chance.random())
            dead.append(self._kill(alive.pop(chance.randrange(len(alive)))))
            alive.append(self._writer(folder, f"{number}.{life}"))
        dead += [self._kill(each) for each in alive]
        stop.touch()
        for pid, pipe in readers:
            with os.fdopen(pipe) as reported:
                reads, *seen = reported.read().splitlines() or ["0", "a reader died"]
            os.waitpid(pid, 0)
            self.figures["reads meanwhile"] += int(reads)
            self.failures += dict.fromkeys(seen)
        acknowledged = {each for writer in dead for each in writer.acknowledged}
        self.figures["appends acknowledged"] += len(acknowledged)
        self.figures["records acknowledged"] += sum(map(_size, acknowledged))
        self._look(folder, acknowledged)
        (folder / QUIT).touch()
        self.figures["bytes of torn lines and half batches set aside"] += sum(
            each.stat().st_size for each in folder.glob("*.torn")
        )

    def _look(self, folder: Path, acknowledged: set[str]) -> None:
        """Look for what is lost or torn, before the next writer recovers and after."""
        for again in (False, True):
            if again:
                try:
                    self.log(folder).append(_events("end-3"))
                except AidtimelineError as error:
                    self.failures.append(f"the next writer fails: {error}")
            problems: list[Problem] = []
            found = Counter(_names(EventLog(folder).read(skip_problems=True, problems=problems)))
            torn = [str(each) for each in problems if again or each.severity == "error"]
            indexed = self.log(folder).ids()
            self.figures["ids in the index"] += len(indexed)
            if {each.id for each in EventLog(folder).read(skip_problems=True)} != set(indexed):
                self.failures.append("the index has other ids than the log")
            lost = [each for each in acknowledged if not found[each]]
            halves = _halves(found)
            self.figures["lost"] += len(lost)
            self.figures["torn"] += len(torn)
            self.figures["half batches"] += len(halves)
            self.failures += [*(f"lost: {each}" for each in lost), *torn, *halves]

    def _kill(self, writer: Writer) -> Writer:
        os.kill(writer.pid, signal.SIGKILL)
        os.waitpid(writer.pid, 0)
        writer.listen()
        self.failures += writer.failed
        if writer.begun is not None:
            self.figures["kills within an append"] += 1
            self.figures["of a batch" if _size(writer.begun) > 1 else "of a single record"] += 1
        else:
            self.figures["kills elsewhere"] += 1
        return writer

    def _writer(self, folder: Path, name: str) -> Writer:
        def write(pipe: int) -> None:
            log, chance, number = self.log(folder), Random(f"{self.seed} {name}"), 0
            if self.broken == "inherited-lock" or chance.random() < IDLE:
                Thread(target=_fork_idle, args=(folder, pipe, chance.random() / 20), daemon=True).start()
            while True:
                number += 1
                append = f"{name}.{number}-{chance.choice((1, chance.randint(2, LONGEST_BATCH)))}"
                os.write(pipe, f"+{append}\n".encode())
                chance.choice(WAYS)(log, append)
                os.write(pipe, f"{append}\n".encode())
                if chance.random() < SEALS:
                    seal(EventLog(folder), datetime.now(UTC))

        return Writer(*_fork(write))

    def _reader(self, folder: Path) -> tuple[int, int]:
        def read(pipe: int) -> None:
            reads, failures = 0, []
            while not (folder / "stop").exists():
                try:
                    found = Counter(_names(EventLog(folder).read()))
                    failures += [f"read meanwhile: {each}" for each in _halves(found)]
                except AidtimelineError as error:
                    failures.append(f"read meanwhile: {' '.join(str(error).split())}")
                reads += 1
            os.write(pipe, "\n".join([str(reads), *failures[:20]]).encode())

        return _fork(read)


def _append(log: EventLog, name: str) -> None:
    log.append(_events(name))


def _merge(log: EventLog, name: str) -> None:
    records = [Record(record_id(each), AT, each) for each in _events(name)]
    log.copy([(name, number, encode(each).encode()) for number, each in enumerate(records)])


def _import(log: EventLog, name: str) -> None:
    source = Source(publisher="OCHA", dataset=name, published="2023-11-28")
    entries = [attrs.evolve(each, ref=f"{name}-{each.quantity}", sources=source) for each in _events(name)]
    import_readings(log, [Entry(event=each) for each in entries], recorded_at=datetime.now(UTC))


#: How a writer appends; most often it just does.
WAYS = (_append, _append, _append, _append, _merge, _import)


def _fork_idle(folder: Path, pipe: int, after: float) -> None:
    """Fork a process, after some seconds, that lives until the end and does nothing."""
    time.sleep(after)
    if os.fork() == 0:
        os.close(pipe)
        while folder.exists() and not (folder / QUIT).exists():
            time.sleep(0.05)
        os._exit(0)


def _fork(act: Callable[[int], None]) -> tuple[int, int]:
    """Run `act` in a process of its own; returns its id, and the pipe to which it reports."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            act(writing)
        except AidtimelineError as error:
            os.write(writing, f"!a writer fails: {' '.join(str(error).split())}\n".encode())
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def _events(name: str) -> list[Delivery]:
    """The events of an append; its name ends with their number."""
    return [Delivery(date="2023", item="truck", quantity=n, package=name, sources=SOURCE) for n in range(_size(name))]


def _size(name: str) -> int:
    return int(name.rpartition("-")[2])


def _names(records: Iterable[Record]) -> Iterator[str]:
    """The name of the append of each record."""
    return (each.event.package or "" for each in records if isinstance(each.event, Delivery))


def _halves(found: Counter[str]) -> list[str]:
    return [f"{many} of {name}" for name, many in found.items() if many != _size(name)]


def main() -> None:
    """Run the campaign, on one log after the other."""
    parser = report.options(__doc__, BROKEN)
    parser.add_argument("--kills", type=int, default=2000, metavar="N", help="within appends (default %(default)s)")
    parser.add_argument("--writers", type=int, default=4, metavar="N", help="at once (default %(default)s)")
    given = report.begin(parser)
    campaign, number = Campaign(given.seed, given.broken), 0
    lock.LOCK_SECONDS, index.LEAST, index.MORE = PATIENCE, LEAST, MORE
    if given.broken == "inherited-lock":
        lock.LOCK_SECONDS = 1
        descriptor._is_there = lambda *_: False
    while campaign.figures["kills within an append"] < given.kills and not campaign.failures:
        number += 1
        with TemporaryDirectory(dir=given.folder) as folder:
            campaign.run(Path(folder), min(KILLS_A_LOG, given.kills), given.writers, number)
        if not campaign.figures["kills within an append"]:
            campaign.failures.append("no kill came within an append: the run shows nothing")
    if not campaign.failures and not campaign.figures["bytes of torn lines and half batches set aside"]:
        campaign.failures.append("no kill left anything to set aside: the run shows nothing")
    campaign.figures["logs"] = number
    report.finish(given, campaign.figures, campaign.failures)


if __name__ == "__main__":
    main()
