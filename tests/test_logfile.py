"""A file of the log: what was acknowledged stays, what was not is there as a whole or not at all."""

from __future__ import annotations

import errno
import itertools
import os
import re
import threading
import tracemalloc
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from random import Random

import attrs
import pytest
from logs import AT, aside, delivery, leave_note, line, log_in, numbers, record

from aidtimeline.codec import encode, record_id
from aidtimeline.errors import LogError, Problem, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log.disk import Disk
from aidtimeline.log.ending import SECTOR
from aidtimeline.log.file import LogFile
from aidtimeline.log.lock import LOCK
from aidtimeline.log.note import Note
from aidtimeline.testing import FaultyDisk, PowerCutDisk, every_step


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A log of two records."""
    folder = tmp_path / "events"
    log_in(folder).append([delivery(1), delivery(2)])
    return folder


# The last line.


def test_a_log_cut_at_any_byte_of_its_last_line_keeps_all_before_and_goes_on(events: Path) -> None:
    """Cut within a line it is torn: reported, skipped, set aside by the next writer. Without its line end it is not."""
    path = events / "events.jsonl"
    before = path.read_bytes()
    for cut in range(len(line(3))):
        path.write_bytes(before + line(3)[:cut])
        problems: list[Problem] = []
        whole = [3] if cut == len(line(3)) - 1 else []
        assert numbers(events, problems=problems) == [1, 2, *whole]
        torn = 0 < cut < len(line(3)) - 1
        assert [(each.code, each.severity, each.line) for each in problems] == [("torn-line", "warning", 3)] * torn
        log_in(events, FaultyDisk(None)).append(delivery(4))
        assert path.read_bytes() == before + line(3) * len(whole) + line(4)
        if torn:
            assert aside(path) == line(3)[:cut]
            for each in events.glob("*.torn"):
                each.unlink()


def test_what_is_set_aside_stays_beside_what_was_before(events: Path) -> None:
    """Nothing that ever stood in the log is thrown away, and the same is set aside once."""
    path = events / "events.jsonl"
    for tail in (b'{"kind":', b"\0\0\0", b"x"):
        with path.open("ab") as file:
            file.write(tail)
        log_in(events).append(delivery(tail[0]))
    assert sorted(each.read_bytes() for each in events.glob("*.torn")) == [b"\0\0\0", b"x", b'{"kind":']
    before = path.read_bytes()
    for _ in range(3):
        path.write_bytes(before + b"again")
        log_in(events).append(delivery(7))
        path.write_bytes(before)
    assert len(list(events.glob("*.torn"))) == 4
    assert numbers(events) == [1, 2, ord("{"), 0, ord("x")]


def test_a_whole_last_line_without_its_end_is_never_set_aside(events: Path) -> None:
    """A last line that is JSON was written by a person, and stays, even if it is not a record."""
    path = events / "events.jsonl"
    bad = line(3).replace(b'"quantity":3', b'"quantity":4')
    path.write_bytes(line(1) + bad[:-1])
    with pytest.raises(UnreadableLog, match="id-mismatch"):
        numbers(events)
    log_in(events).append(delivery(5))
    assert path.read_bytes() == line(1) + bad + line(5)


def test_recording_what_is_there_already_repairs_nothing(events: Path) -> None:
    """Who adds nothing changes nothing."""
    path = events / "events.jsonl"
    path.write_bytes(path.read_bytes() + b"torn")
    before = path.read_bytes()
    log_in(events).append(delivery(1))
    assert path.read_bytes() == before


def test_a_file_keeps_its_mode_when_a_tail_is_set_aside(events: Path) -> None:
    """Those who could read it still can."""
    path = events / "events.jsonl"
    path.write_bytes(line(1) + b"torn")
    path.chmod(0o640)
    log_in(events).append(delivery(2))
    assert path.stat().st_mode & 0o777 == 0o640


# Batches, and writers that die.


def test_what_follows_half_a_batch_is_not_there(events: Path) -> None:
    """Readers pass it over, and say so; the next writer, to any file, sets it aside."""
    path = events / "events.jsonl"
    before = path.read_bytes()
    leave_note(path, len(before), line(3), line(4))
    assert numbers(events) == [1, 2]
    path.write_bytes(before + line(3) + line(4)[:50])
    problems: list[Problem] = []
    assert numbers(events, problems=problems) == [1, 2]
    assert [(each.code, each.severity, each.line) for each in problems] == [("unfinished-batch", "warning", 3)]
    assert log_in(events).ids() == {record(1).id, record(2).id}
    log_in(events).append(delivery(3), to="other")
    assert path.read_bytes() == before
    assert aside(path) == line(3) + line(4)[:50]
    assert not (events / "events.jsonl.pending").exists()


def test_a_batch_counts_once_all_of_it_is_there(events: Path) -> None:
    """Whatever its note says, and whatever follows; the next writer removes the note."""
    path = events / "events.jsonl"
    before = path.read_bytes()
    leave_note(path, len(before), line(3), line(4))
    for more, found in ((b"", []), (line(5), [5]), (line(5)[:-9], [])):
        path.write_bytes(before + line(3) + line(4) + more)
        assert numbers(events) == [1, 2, 3, 4, *found]
    log_in(events).append(delivery(6))
    assert numbers(events) == [1, 2, 3, 4, 6]
    assert not (events / "events.jsonl.pending").exists()


def test_a_note_of_another_state_of_its_file_is_not_believed(events: Path) -> None:
    """Then all lines count, readers say so, and the next writer removes the note and nothing else."""
    path, other = events / "events.jsonl", events / "2023.jsonl"
    two, batch = line(1) + line(2), line(3) + line(4)
    for name, held in {
        "another record follows": two + line(5),
        "another record follows some of the batch": two + line(3) + line(5),
        "another follows, and more is torn": two + line(5) + line(6)[:40],
        "what stood before is another": line(1) + line(7) + batch[:-9],
        "the file is shorter": line(1),
    }.items():
        path.write_bytes(two)
        leave_note(path, len(two), line(3), line(4))
        path.write_bytes(held)
        whole = [int(each) for each in _quantities(held)]
        problems: list[Problem] = []
        assert numbers(events, problems=problems) == whole, name
        assert "stale-note" in [each.code for each in problems], name
        log_in(events).append(delivery(8), to="2024")
        assert not (events / "events.jsonl.pending").exists()
        assert path.read_bytes() == held
        assert numbers(events) == [8, *whole], name
        (events / "2024.jsonl").unlink()
    path.write_bytes(two)
    leave_note(path, len(two), line(3), line(4))
    (events / "events.jsonl.pending").rename(events / "2023.jsonl.pending")
    other.write_bytes(two + line(3))
    assert numbers(events) == [1, 2, 3, 1, 2]


def _quantities(held: bytes) -> list[str]:
    return re.findall(r'"quantity":([0-9]+)[^\n]*\n', held.decode())


@pytest.mark.parametrize("batch", [[3], [3, 4, 5]], ids=["one", "many"])
def test_a_batch_with_holes_is_not_there(events: Path, batch: list[int]) -> None:
    """Its size and some of its sectors reached the disk, when the power failed: zeros stand for the others."""
    path = events / "events.jsonl"
    before = path.read_bytes()
    added = b"".join(delivered(number) for number in batch)
    if len(batch) > 1:
        leave_note(path, len(before), *added.splitlines(keepends=True))
    note = held(events)
    sectors = range(len(before) // SECTOR, (len(before) + len(added)) // SECTOR + 1)
    for lost in itertools.chain.from_iterable(itertools.combinations(sectors, size) for size in (1, 2)):
        whole = bytearray(before + added)
        for sector in lost:
            first, end = max(sector * SECTOR, len(before)), min((sector + 1) * SECTOR, len(whole))
            whole[first:end] = bytes(end - first)
        put(events, note | {"events.jsonl": bytes(whole)})
        assert numbers(events) == [1, 2]
        log_in(events).append(delivery(9))
        assert numbers(events) == [1, 2, 9]
        assert aside(path) == whole[len(before) :]


def delivered(number: int) -> bytes:
    """A line of several sectors."""
    event = attrs.evolve(delivery(number), note="long " * 300)
    return encode(Record(record_id(event), AT, event)).encode() + b"\n"


def test_zeros_that_fill_no_sectors_are_damage(events: Path) -> None:
    """An acknowledged line is not taken for one that was never written."""
    path = events / "events.jsonl"
    for at in (40, len(line(2)) - 40):
        flipped = bytearray(line(2))
        flipped[at] = 0
        path.write_bytes(line(1) + flipped)
        with pytest.raises(UnreadableLog, match="bad-json"):
            numbers(events)
        log_in(events).append(delivery(3))
        assert path.read_bytes() == line(1) + flipped + line(3)


@pytest.mark.parametrize("bit", range(8))
def test_a_whole_record_counts_whatever_became_of_its_line_end(events: Path, bit: int) -> None:
    """It is read and reported, and the next writer mends its end."""
    path = events / "events.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1 << bit]))
    problems: list[Problem] = []
    assert numbers(events, problems=problems) == [1, 2]
    assert [(each.code, each.severity, each.line) for each in problems] == [("bad-line-end", "warning", 2)]
    assert log_in(events).append(delivery(2))[0].line == 2
    log_in(events).append(delivery(3))
    assert path.read_bytes() == whole + line(3)
    assert not list(events.glob("*.torn"))


def test_a_note_that_was_not_written_whole_says_nothing(events: Path) -> None:
    """For then the batch had not begun."""
    path, pending = events / "events.jsonl", events / "events.jsonl.pending"
    leave_note(path, len(line(1)), line(2), line(3))
    note = pending.read_bytes()
    half = len(note) // 2
    holed = note[:half] + bytes(20) + note[half + 20 :]
    for said in (b"", b"12\n", b"x\n", note[:-1], note[:half], holed, note + b"\n", b"[]\n", b"null\n"):
        pending.write_bytes(said)
        assert numbers(events) == [1, 2]
    log_in(events).append([delivery(3), delivery(4)])
    assert numbers(events) == [1, 2, 3, 4]
    assert not pending.exists()


@pytest.mark.parametrize("start", [-1, 10**30, 0])
@pytest.mark.parametrize("digests", [b"", b"0" * 17])
def test_a_note_that_somebody_made_up_hides_nothing(events: Path, start: int, digests: bytes) -> None:
    """Whatever it says."""
    pending = events / "events.jsonl.pending"
    made = Note("0" * 32, "events.jsonl", start, blake2b(b"", digest_size=16).hexdigest(), digests)
    pending.write_bytes(made.text)
    assert numbers(events) == [1, 2]
    log_in(events).append([delivery(3), delivery(4)])
    assert numbers(events) == [1, 2, 3, 4]
    for more in (b'"start":1e999', b'"start":"x"', b'"start":[]', b'"lines":1e999'):
        pending.write_bytes(re.sub(more.split(b":")[0] + b":-?[0-9]+", more, made.text))
        assert numbers(events) == [1, 2, 3, 4]


def test_a_note_without_its_file_does_no_harm(events: Path) -> None:
    """The file was removed after a writer had died."""
    leave_note(events / "events.jsonl", 0, line(1))
    (events / "events.jsonl.pending").rename(events / "gone.jsonl.pending")
    log_in(events).append(delivery(3), to="gone")
    assert numbers(events) == [1, 2, 3]


def test_a_file_that_cannot_be_recovered_keeps_others_from_nothing(events: Path) -> None:
    """Its half batch needs more room than there is: appends to other files go on, and nothing is added meanwhile."""
    path = events / "events.jsonl"
    before = path.read_bytes()
    leave_note(path, len(before), line(3), line(4))
    path.write_bytes(before + line(3))
    start = held(events)

    class Full(Disk):
        def write(self, descriptor: int, data: bytes) -> int:
            if data == line(3):
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(descriptor, data)

    for number in (5, 6):
        log_in(events, Full()).append([delivery(number), delivery(number + 10)], to="other")
        with pytest.raises(LogError, match="No space"):
            log_in(events, Full()).append(delivery(9))
        assert {name: content for name, content in held(events).items() if name != "other.jsonl"} == start
    assert numbers(events) == [1, 2, 5, 15, 6, 16]
    log_in(events).append(delivery(9))
    assert numbers(events) == [1, 2, 9, 5, 15, 6, 16]
    assert aside(path) == line(3)


def test_long_lines_are_written_as_they_come(tmp_path: Path) -> None:
    """Of a batch of any size no more is in memory than a piece of it."""

    class Lines:
        def __iter__(self) -> Iterator[bytes]:
            return (bytes([65 + number]) * (2**20 - 1) + b"\n" for number in range(40))

    tracemalloc.start()
    LogFile(str(tmp_path / "events.jsonl"), FaultyDisk(None)).append(Lines())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "events.jsonl").stat().st_size == 40 * 2**20
    assert peak < 10 * 2**20


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Make the folder hold these files and no others."""
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK}


@pytest.mark.parametrize("tail", [b"", line(9)[:40], line(9)[:-1]], ids=["clean", "torn", "unended"])
def test_a_writer_may_die_at_any_step_and_so_may_those_who_recover(events: Path, tail: bytes) -> None:
    """Readers see all of a batch or nothing of it, at once and after every step of every recovery."""
    (events / "events.jsonl").write_bytes(line(1) + line(2) + tail)
    start, before = held(events), numbers(events)
    states = []
    added = [delivery(number) for number in (3, 4, 5)]
    for disk in every_step(lambda disk: log_in(events, disk).append(added), FaultyDisk):
        found = numbers(events)
        assert found in (before, [*before, 3, 4, 5])
        assert disk.reached or found == [*before, 3, 4, 5]
        if (held(events), found) not in states:
            states.append((held(events), found))
        put(events, start)
    assert len(states) > 5
    for state, before in states:
        put(events, state)
        for disk in every_step(lambda disk: log_in(events, disk).append(delivery(6)), FaultyDisk):
            found = numbers(events)
            assert found in (before, [*before, 6])
            assert disk.reached or found == [*before, 6]
            log_in(events, FaultyDisk(None)).append(delivery(7), to="other")
            assert numbers(events) == [*found, 7]
            put(events, state)


ALL = 10**6  # more steps than anything takes


class _Paced(FaultyDisk):
    """A disk whose process, another thread, goes on only as far as it is let."""

    def __init__(self) -> None:
        super().__init__(None)
        self.let, self.came, self.ended = threading.Semaphore(0), threading.Semaphore(0), False

    settle = Disk.settle

    def step(self) -> None:
        self.came.release()
        self.let.acquire()

    def end(self) -> None:
        self.ended = True
        self.came.release()

    def go(self, steps: int) -> None:
        for _ in range(steps):
            if self.ended:
                return
            self.let.release()
            self.came.acquire()


class _Interrupted(Disk):
    """The disk of a reader: right before and after its first look for a pending size, a writer goes on."""

    def __init__(self, writer: _Paced, before: int, after: int) -> None:
        self.writer, self.before, self.after, self.pending = writer, before, after, -1

    def open(self, path: str, flags: int) -> int:
        if not path.endswith(".pending"):
            return super().open(path, flags)
        self.writer.go(self.before)
        self.before = 0
        try:
            self.pending = super().open(path, flags)
        except FileNotFoundError:
            self.go_on()
            raise
        return self.pending

    def go_on(self) -> None:
        self.writer.go(self.after)
        self.after = 0

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        if descriptor == self.pending:
            self.go_on()


# As long as half of what will be written in its place, so that no size gives it away.
LEFT_BEHIND = line(1) + line(2) + line(8)
TORN = line(1) + line(2) + line(8)[:-9]


@pytest.mark.parametrize("left", [b"", LEFT_BEHIND, TORN], ids=["clean", "dead batch", "torn line"])
def test_a_reader_sees_whole_batches_wherever_their_writer_is(events: Path, left: bytes) -> None:
    """Two batches are written; reading begins at any step, and before and after the look for a note any
    number of steps are made. Only those steps count that change what stands in the folder.
    """
    path = events / "events.jsonl"
    if left == LEFT_BEHIND:
        leave_note(path, path.stat().st_size, line(8), line(9))
    path.write_bytes(left or path.read_bytes())
    start = held(events)

    def write(disk: _Paced) -> None:
        try:
            log = log_in(events, disk)
            log.append([delivery(3), delivery(4)])
            log.append([delivery(5), delivery(6)])
        finally:
            disk.end()

    def begin(first: int) -> tuple[_Paced, threading.Thread]:
        put(events, start)
        disk = _Paced()
        thread = threading.Thread(target=write, args=(disk,))
        thread.start()
        disk.came.acquire()
        disk.go(first)
        return disk, thread

    disk, thread = begin(0)
    turns, before = [0], held(events)
    for step in itertools.takewhile(lambda _: not disk.ended, itertools.count(1)):
        disk.go(1)
        if held(events) != before:
            turns.append(step)
            before = held(events)
    thread.join()
    assert len(turns) > 8
    whole = [[record(n).id for n in range(1, last + 1)] for last in (2, 4, 6)]
    for first, then, last in itertools.combinations_with_replacement(turns, 3):
        if first < then < last and left != LEFT_BEHIND:
            continue  # nothing is taken back that could be mistaken for what comes in its place
        disk, thread = begin(first)
        found = [each.id for each in log_in(events, _Interrupted(disk, then - first, last - then)).read()]
        disk.go(ALL)
        thread.join()
        assert found in whole


@pytest.mark.parametrize(("error", "lasting"), [(errno.ENOSPC, True), (errno.EIO, False)], ids=["full", "unlucky"])
@pytest.mark.parametrize("batch", [[3], [3, 4, 5]], ids=["one", "many"])
def test_a_failure_at_any_step_is_an_error_and_leaves_all_or_nothing(
    events: Path, error: int, lasting: bool, batch: list[int]
) -> None:
    """The message names the reason; the same log object can try again, and nothing is there twice."""
    start = held(events)
    for steps in range(45):
        failing = FaultyDisk(steps, error, lasting=lasting)
        log = log_in(events, failing)
        reason = None
        try:
            log.append([delivery(each) for each in batch])
        except LogError as failure:
            reason = str(failure)
        if reason is None:
            assert numbers(events) == [1, 2, *batch]
        else:
            assert "No space" in reason or "Input/output" in reason
            assert numbers(events) in ([1, 2], [1, 2, *batch])
        failing.at = None
        assert [each.id for each in log.append([delivery(each) for each in batch])] == [record(n).id for n in batch]
        assert numbers(events) == [1, 2, *batch]
        put(events, start)


class _Watched(Disk):
    """A disk that notes what it is asked for: the call, and the file."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.names: dict[int, str] = {}

    def open(self, path: str, flags: int) -> int:
        descriptor = super().open(path, flags)
        self.names[descriptor] = os.path.basename(path)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> int:
        self.calls.append(("write", self.names[descriptor]))
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self.calls.append(("sync", self.names[descriptor]))
        super().sync(descriptor)

    def sync_folder(self, path: str) -> None:
        self.calls.append(("sync", os.path.basename(path)))
        super().sync_folder(path)

    def truncate(self, descriptor: int, size: int) -> None:
        self.calls.append(("truncate", self.names[descriptor]))
        super().truncate(descriptor, size)

    def remove(self, path: str) -> None:
        self.calls.append(("remove", os.path.basename(path)))
        super().remove(path)


def test_a_file_that_was_cut_gets_another_time(events: Path) -> None:
    """So that a reader sees it, also if the file grows again to the size that it had, within a tick of its clock."""
    path = events / "events.jsonl"
    for _ in range(3):
        os.truncate(path, path.stat().st_size - 1)
        cut = path.stat().st_mtime_ns
        Disk().settle(str(path))
        assert path.stat().st_mtime_ns != cut


def test_records_are_on_the_disk_before_they_are_acknowledged(tmp_path: Path) -> None:
    """The folder's name, the file's name, the bytes; for a batch the note of it before them, removed after."""
    disk = _Watched()
    log = log_in(tmp_path / "events", disk)
    log.append(delivery(1))
    name = "events.jsonl"
    assert disk.calls == [("sync", tmp_path.name), ("sync", "events"), ("write", name), ("sync", name)]
    disk.calls.clear()
    log.append([delivery(2), delivery(3)])
    pending = [(call, name + ".pending") for call in ("write", "sync", "remove")]
    folder = ("sync", "events")
    assert disk.calls == [*pending[:2], folder, ("write", name), ("sync", name), *pending[2:]]
    disk.calls.clear()
    log.append(delivery(1))
    assert disk.calls == [("sync", name), ("sync", "events")], "who wrote it may have died before it was on the disk"


def test_a_new_file_is_there_when_the_power_fails_after_it_was_acknowledged(tmp_path: Path) -> None:
    """With its name; if flushing fails, all of a batch is there or nothing."""
    for batch in ([1], [1, 2, 3]):
        for way in (None, Random(1), Random(2)):
            make = lambda at: PowerCutDisk(str(tmp_path), at)  # noqa: E731
            for disk in every_step(lambda disk: log_in(tmp_path, disk).append(list(map(delivery, batch))), make):  # noqa: B023
                with disk:
                    disk.cut(way)
                    found = numbers(tmp_path) if log_in(tmp_path).files() else []
                    assert found == batch or (disk.reached and found == [])
                put(tmp_path, {})
