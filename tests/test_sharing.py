"""Many write to one log: nobody is kept waiting, nobody starves, and all is as if one had come after the other."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import SpooledTemporaryFile, TemporaryDirectory, gettempdir
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings, strategies as st
from logs import AT, delivery, line, log_in, numbers, record

import aidtimeline
from aidtimeline import (
    Correction,
    Delivery,
    EventLog,
    Pledge,
    Project,
    Record,
    Retraction,
    Source,
)
from aidtimeline.cli.application import application
from aidtimeline.codec import encode, encode_new, record_id
from aidtimeline.errors import LogError
from aidtimeline.formats import File, import_file
from aidtimeline.formats.importing import importer
from aidtimeline.formats.importing.importer import TRIES, import_readings
from aidtimeline.formats.importing.known import Known
from aidtimeline.formats.importing.reports import Report
from aidtimeline.formats.importing.working import Options, Work
from aidtimeline.formats.readings import Beginning, Entry, Reading, Whole
from aidtimeline.formats.registry import Format
from aidtimeline.log import lock, spool as spools
from aidtimeline.log.disk import Disk
from aidtimeline.log.lock import LOCK, release, taken
from aidtimeline.log.seal import NAME, Missing, read_seal, seal
from aidtimeline.log.spool import Spool
from aidtimeline.testing.faults import FaultyDisk, PowerCutDisk, every_step

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ELSEWHERE = Source(publisher="Rubryka", published="2023-11-28")
Act = Callable[[Path], object]
Held = set[tuple[str, datetime]]


def source(version: str = "2022-03-01", dataset: str = "register") -> Source:
    return Source(publisher="A register", dataset=dataset, published=version)


def pledge(ref: str, amount: int, version: str = "2022-03-01", **more: Any) -> Entry:
    return Entry(event=_pledge(ref, amount, source(version), **more), within=True)


def _pledge(ref: str, amount: int, of: Source, **more: Any) -> Pledge:
    return Pledge(date="2022-01-01", donor="JP", item="truck", ref=ref, quantity=amount, sources=[of], **more)


def part_of(parent: str, version: str = "2022-03-01", dataset: str = "register") -> Entry:
    event = Project(date="2022", project="p", parent=parent, ref="p", sources=[source(version, dataset)])
    return Entry(event=event, covers="p/")


def whole(version: str, *entries: Entry) -> list[Reading]:
    said = source(version)
    return [Beginning(scope="", source=said), *entries, Whole(scope="", source=said)]


def imported(folder: Path, readings: Iterable[Reading], at: datetime = NOW, disk: Disk | None = None) -> Any:
    return import_readings(EventLog(folder, disk=disk), readings, recorded_at=at, to="register", covers="whole")


def lines_of(folder: Path) -> Held:
    """What a log holds: the facts are a function of it, in whatever order and files."""
    return {(each.id, each.recorded_at) for each in EventLog(folder).read()}


# Nobody starves.

APPENDING = """
import sys, time
sys.path.insert(0, sys.argv[2])
from logs import delivery, log_in
from pathlib import Path
log, number = log_in(Path(sys.argv[1])), 100
print(flush=True)
while True:
    started = time.monotonic()
    log.append(delivery(number))
    print(number, time.monotonic() - started, flush=True)
    number += 1
    time.sleep(float(sys.argv[3]))
"""


@pytest.mark.parametrize("takes", [0.6])
def test_an_import_beside_a_process_that_appends_all_the_while_succeeds_each_time(tmp_path: Path, takes: float) -> None:
    """Five times of five; and what it recorded is what an import after all appends would have recorded."""
    folder, every = tmp_path / "log", takes / 6
    imported(folder, [pledge("a", 1), pledge("b", 2)])
    environment = {**os.environ, "PYTHONPATH": str(Path(aidtimeline.__file__).parent.parent)}
    command = [sys.executable, "-c", APPENDING, str(folder), str(Path(__file__).parent), str(every)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            for number in range(5):
                version = f"2022-04-0{number + 1}"
                entries = [pledge("a", 10 + number, version), pledge(f"c{number}", 5, version)]

                def slowly(entries: Sequence[Entry] = entries) -> Iterator[Reading]:
                    for each in entries:
                        time.sleep(takes / 2)
                        yield each

                report = imported(folder, slowly(), NOW + timedelta(days=number))
                assert (report.outcomes, report.recorded) == ({"news": 1, "new": 1}, 2)
        finally:
            process.kill()
        appended = [each.split() for each in process.stdout if len(each.split()) == 2]
    assert len(appended) >= 5
    assert max(float(took) for _, took in appended) < takes
    serial = tmp_path / "serial"
    imported(serial, [pledge("a", 1), pledge("b", 2)])
    log_in(serial).append([delivery(int(number)) for number, _ in appended])
    for number in range(5):
        version = f"2022-04-0{number + 1}"
        entries = [pledge("a", 10 + number, version), pledge(f"c{number}", 5, version)]
        imported(serial, entries, NOW + timedelta(days=number))
    last = {(record(int(appended[-1][0]) + 1).id, AT)}  # it may have been killed before it said so
    assert lines_of(folder) - last == lines_of(serial)


class Meddling(Disk):
    """A disk on which others act meanwhile: before each opening of a file, unless the log is locked by this one."""

    def __init__(self, acts: dict[int, Act], folder: Path) -> None:
        self.acts, self.folder, self.points, self.locked = dict(acts), folder, 0, False
        self.names: dict[int, str] = {}

    def point(self) -> None:
        number, self.points = self.points, self.points + 1
        if number in self.acts:
            self.acts.pop(number)(self.folder)

    def open(self, path: str, flags: int) -> int:
        if not self.locked:
            self.point()
        descriptor = super().open(path, flags)
        self.names[descriptor] = os.path.basename(path)
        return descriptor

    def lock(self, descriptor: int) -> bool:
        is_ours = super().lock(descriptor)
        self.locked = self.locked or (is_ours and self.names[descriptor] == LOCK)
        return is_ours

    def unlock(self, descriptor: int) -> None:
        super().unlock(descriptor)
        self.locked = self.locked and self.names[descriptor] != LOCK

    def among(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """The readings, each of which is a point too."""
        for each in readings:
            if not self.locked:
                self.point()
            yield each


BEFORE = [part_of("w1"), pledge("a", 1), pledge("b", 2), pledge("p/1", 3, project="p")]
NEWER = "2022-05-01"
VERSIONS: dict[str, list[Reading]] = {
    "newer": whole(
        "2022-05-01", pledge("a", 7, "2022-05-01"), pledge("c", 9, "2022-05-01"), part_of("w1", "2022-05-01")
    ),
    "parents": [part_of("w2", NEWER), pledge("p/2", 4, NEWER, project="p")],
    "the same version, read otherwise": [pledge("a", 5), pledge("b", 2)],
    "an older one": whole("2022-02-01", pledge("a", 8, "2022-02-01"), pledge("d", 8, "2022-02-01")),
    "nothing new": list(BEFORE),
}


def _of(folder: Path, ref: str) -> Record:
    return next(each for each in EventLog(folder).read() if isinstance(each.event, Pledge) and each.event.ref == ref)


def _append(folder: Path, *events: Any, minutes: int = 1, to: str = "events") -> None:
    EventLog(folder).append(events, recorded_at=NOW + timedelta(minutes=minutes), to=to)


ACTS: dict[str, Act] = {
    "another fact": lambda folder: _append(folder, delivery(50)),
    "a batch of other facts, in a new file": lambda folder: _append(folder, delivery(51), delivery(52), to="aaa"),
    "another dataset": lambda folder: _append(folder, _pledge("a", 3, source(dataset="other"))),
    "the same dataset": lambda folder: _append(folder, _pledge("c", 3, source("2022-04-01"))),
    "a child, of another dataset": lambda folder: imported(
        folder, [Entry(event=_pledge("p/9", 3, source(dataset="other"), project="p"), within=True)], NOW
    ),
    "a parent, by another dataset": lambda folder: _append(folder, part_of("w3", dataset="other").event),
    "a correction by a person": lambda folder: _append(
        folder, Correction(of=_of(folder, "a").id, event=_pledge("a", 6, source("2022-03-01")), reason="misread")
    ),
    "news": lambda folder: _append(
        folder, Correction(of=_of(folder, "a").id, event=_pledge("a", 6, ELSEWHERE), sources=[ELSEWHERE])
    ),
    "a retraction by a person": lambda folder: _append(folder, Retraction(of=_of(folder, "b").id, reason="no")),
    "a retraction by the dataset": lambda folder: _append(
        folder, Retraction(of=_of(folder, "b").id, reason="gone", sources=[source("2022-04-01")])
    ),
    "an import of a version in between": lambda folder: imported(
        folder, whole("2022-04-01", pledge("a", 4, "2022-04-01"), pledge("c", 4, "2022-04-01")), NOW
    ),
    "the same import": lambda folder: imported(folder, VERSIONS["newer"], NOW + timedelta(minutes=5)),
    "a merge": lambda folder: EventLog(folder).copy([("theirs", 1, line(60)), ("theirs", 2, line(61))], to="theirs"),
}


def begun(folder: Path) -> Path:
    """A log of three files, of which one has the register."""
    imported(folder, BEFORE, NOW - timedelta(days=1))
    log_in(folder).append([delivery(1), delivery(2)])
    log_in(folder).append(delivery(3), to="zzz")
    return folder


def in_some_order(version: str, acts: Sequence[str]) -> list[Held]:
    """What there is if the import came before the first act, or after it, or after the second."""
    found = []
    for first in range(len(acts) + 1):
        with TemporaryDirectory() as name:
            folder = begun(Path(name, "log"))
            for each in acts[:first]:
                ACTS[each](folder)
            imported(folder, VERSIONS[version])
            for each in acts[first:]:
                ACTS[each](folder)
            found.append(lines_of(folder))
    return found


def meddled(version: str, acts: dict[int, str]) -> Held | None:
    """What there is if others act at these points of an import; None if it had not so many."""
    with TemporaryDirectory() as name:
        folder = begun(Path(name, "log"))
        disk = Meddling({point: ACTS[each] for point, each in acts.items()}, folder)
        imported(folder, disk.among(VERSIONS[version]), disk=disk)
        return lines_of(folder) if not disk.acts else None


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is flushed to the disk: it takes long, and no power fails here."""
    for name in ("sync", "sync_folder"):
        monkeypatch.setattr(Disk, name, lambda *_: None)


@pytest.mark.usefixtures("unflushed")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("act", ACTS)
def test_wherever_somebody_acts_during_an_import_it_is_as_if_before_or_after(version: str, act: str) -> None:
    """At every point at which it opens a file or reads on, and has not locked the log."""
    expected = in_some_order(version, [act])
    for point in count():
        found = meddled(version, {point: act})
        if found is None:
            break
        assert found in expected, f"at point {point}"
    assert point > 5


@pytest.mark.usefixtures("unflushed")
@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_acts_during_an_import_it_is_as_if_one_came_after_the_other(data: st.DataObject) -> None:
    """Two others, at any points."""
    version = data.draw(st.sampled_from(list(VERSIONS)))
    acts = data.draw(st.lists(st.sampled_from(list(ACTS)), min_size=2, max_size=2, unique=True))
    points = sorted(data.draw(st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True)))
    found = meddled(version, dict(zip(points, acts, strict=True)))
    assert found is None or found in in_some_order(version, acts)


def learned(known: Known) -> Any:
    """All that was learned from the log, whatever the order in which it was read."""
    stated = {project: each for project, each in known.parents._stated.items() if each}
    parents = stated, known.parents._projects, known.parents.late
    of_file = known._met, known.datasets, known.late, known._amendments
    return known._stated, known._gone, known._profiles, known._files, parents, of_file, known._seen, known.newest


@pytest.mark.usefixtures("unflushed")
@pytest.mark.parametrize("version", VERSIONS)
def test_an_import_that_is_done_again_knows_what_one_knows_that_begins_now(tmp_path: Path, version: str) -> None:
    """Although it reads only what was added: also of what was gone, and of parents."""
    for number, act in enumerate(["an older statement of what is gone", *ACTS]):
        folder = begun(tmp_path / str(number))
        child = Project(date="2022", project="q", parent="w1", ref="q", sources=[source()])
        imported(folder, [pledge("g", 1), Entry(event=child, covers="q/")], NOW - timedelta(hours=2))
        kept = [part_of("w1", "2022-04-15"), pledge("a", 1, "2022-04-15"), pledge("b", 2, "2022-04-15")]
        imported(folder, whole("2022-04-15", *kept), NOW - timedelta(hours=1))
        known = Known(EventLog(folder))
        before = deepcopy(learned(known))
        known.begin()
        readings = [
            *VERSIONS[version],
            part_of("w9", NEWER),
            Entry(event=attrs.evolve(child, parent="w8"), covers="q/"),
        ]
        report = Report()
        list(Work(known, report, NOW, Options(repair=True)).records(readings))
        assert report.outcomes
        assert learned(known) != before
        if number:
            ACTS[act](folder)
        else:
            said = source("2022-04-01")
            _append(folder, Correction(of=_of(folder, "g").id, event=_pledge("g", 3, said), sources=[said]))
        again = known.again()
        assert again is known
        assert learned(again) == learned(Known(EventLog(folder)))


def test_an_import_that_others_overtake_each_time_makes_them_wait_in_the_end(tmp_path: Path) -> None:
    """It is tried a few times, and then done while nobody else can write."""
    folder, tries = begun(tmp_path), []

    def reading() -> Iterator[Reading]:
        lock = taken(str(folder / LOCK), Disk())
        tries.append(lock is not None)
        if lock is not None:
            release(lock, Disk())
            _append(folder, _pledge(f"x{len(tries)}", 1, source()))
        yield pledge("a", 7, "2022-05-01")

    class Again:
        def __iter__(self) -> Iterator[Reading]:
            return reading()

    report = imported(folder, Again())
    assert tries == [True] * TRIES + [False]
    assert report.outcomes == {"news": 1}
    assert EventLog(folder).append(delivery(90))


def test_a_file_that_is_replaced_meanwhile_is_read_anew(tmp_path: Path) -> None:
    """What was read of it no longer holds."""
    folder = begun(tmp_path)

    def replaced(folder: Path) -> None:
        kept = b"".join((folder / "register.jsonl").read_bytes().splitlines(keepends=True)[1:])
        (folder / "new").write_bytes(kept)
        (folder / "new").replace(folder / "register.jsonl")

    disk = Meddling({8: replaced}, folder)
    report = imported(folder, disk.among(VERSIONS["newer"]), disk=disk)
    assert not disk.acts
    assert report.outcomes["new"] == 2


# Merging.


@pytest.mark.parametrize("memory", [10, 2**20])
def test_lines_are_taken_before_the_log_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    """Others append while they are read, also what is among them; of each record the earliest stands once."""
    monkeypatch.setattr(spools, "IN_MEMORY", memory)
    folder = tmp_path / "log"
    log_in(folder).append([delivery(1)])
    earlier = encode(record(2, AT - timedelta(days=1))).encode() + b"\n"

    def lines() -> Iterator[tuple[str, int, bytes]]:
        yield "theirs", 1, line(1)
        log_in(folder).append([delivery(2), delivery(3)])
        yield "theirs", 2, line(2)
        yield "theirs", 3, earlier
        yield "theirs", 4, line(3)
        yield "theirs", 5, line(4)

    assert log_in(folder).copy(lines(), to="merged") == 2
    assert (folder / "merged.jsonl").read_bytes() == earlier + line(4)


@pytest.mark.parametrize("act", ["append", "replace"])
def test_what_others_record_while_a_merge_is_compared_is_not_recorded_twice(tmp_path: Path, act: str) -> None:
    """At every opening of a file before the log is locked; a file that was replaced is compared anew."""
    for number in count():
        folder = tmp_path / f"{act}{number}"
        log_in(folder).append([delivery(1), delivery(5)])

        def meddle(folder: Path) -> None:
            if act == "append":
                log_in(folder).append(delivery(3))
            else:
                (folder / "new").write_bytes(line(3))
                (folder / "new").replace(folder / "events.jsonl")

        disk = Meddling({number: meddle}, folder)
        log_in(folder, disk).copy([("theirs", each, line(each)) for each in (1, 3, 4)], to="merged")
        if disk.acts:
            break
        assert sorted(numbers(folder)) == ([1, 3, 4, 5] if act == "append" else [1, 3, 4])
    assert number > 5


def test_a_spool_is_forgotten_whatever_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file has no name, and is closed."""
    monkeypatch.setattr(spools, "IN_MEMORY", 1)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0

    def failing() -> Iterator[tuple[str, datetime, bytes]]:
        yield record(1).id, AT, line(1)
        raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            Spool.of(failing())
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


@pytest.mark.parametrize("failing", ["write", "flush"])
def test_a_temporary_folder_that_is_full_is_an_error_and_records_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """It is named."""

    class Full(SpooledTemporaryFile[bytes]):
        pass

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    setattr(Full, failing, full)
    monkeypatch.setattr(spools, "SpooledTemporaryFile", Full)
    log_in(tmp_path).append(delivery(1))
    with pytest.raises(LogError, match=f"{gettempdir()}: {os.strerror(errno.ENOSPC)}"):
        log_in(tmp_path).copy([("theirs", 1, line(2))])
    with pytest.raises(LogError, match=gettempdir()):
        imported(tmp_path, [pledge("a", 1)])
    assert numbers(tmp_path) == [1]


@pytest.mark.usefixtures("unflushed")
def test_a_file_is_read_again_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the vocabulary as it is then."""
    table, mapping, folder = tmp_path / "table.csv", tmp_path / "table.toml", tmp_path / "log"
    table.write_text("No.,Donor\n1,Japan\n2,Canada\n")
    mapping.write_text(
        'dataset = "ours"\nkey = ["No."]\n[event.delivered]\nkind = "delivery"\n'
        'date = "2023"\ndonor = "{Donor}"\nitem = "truck"\nquantity = 1\n'
    )
    of, reading, read = File(path=table, mapping=mapping), Format.read, list[str]()

    def meddled(this: Format, file: File) -> Iterator[Reading]:
        read.append(this.module)
        yield from reading(this, file)
        if len(read) == 1:
            import_file(folder, "csv", of, recorded_at=NOW)

    monkeypatch.setattr(Format, "read", meddled)
    report = import_file(folder, "csv", of, recorded_at=NOW + timedelta(days=1))
    assert (report.outcomes, len(read)) == ({"unchanged": 2}, 3)
    assert {each.recorded_at for each in EventLog(folder).read()} == {NOW}


# Amending.


def amended(folder: Path, act: Act, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    """What a command says if somebody acts after it has shown what would change."""
    from aidtimeline.cli import amending

    def encoded(*given: Any) -> Any:
        act(folder)
        return encode_new(*given)

    monkeypatch.setattr(amending, "encode_new", encoded)
    return CliRunner().invoke(application, ["--log", str(folder), *words])


CONCERNS = {
    "another fact": False,
    "a batch of other facts, in a new file": False,
    "a retraction by a person": True,  # what is left of the trucks is another sum
    "another dataset": True,  # also trucks
    "a correction by a person": True,
    "news": True,
}


@pytest.mark.parametrize("act", CONCERNS)
def test_an_amendment_is_refused_only_if_what_was_shown_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """The record itself, or a sum that it is part of."""
    folder = begun(tmp_path)
    words = ("correct", _of(folder, "a").id, "item=ship", "--as-of", "2024-01-01")
    done = amended(folder, ACTS[act], monkeypatch, *words)
    ships = [each for each in EventLog(folder).read() if "ship" in str(each.event)]
    if CONCERNS[act]:
        assert (done.exit_code, ships) == (2, [])
        assert "the log has changed meanwhile" in done.stderr
        assert amended(folder, lambda _: None, monkeypatch, *words).exit_code == 0
    else:
        assert (done.exit_code, len(ships)) == (0, 1), done.stderr


# On the disk before it is said.


class Flushed(Disk):
    """A disk that notes which files were flushed."""

    def __init__(self) -> None:
        self.paths: dict[int, str] = {}
        self.flushed: list[str] = []

    def open(self, path: str, flags: int) -> int:
        descriptor = super().open(path, flags)
        self.paths[descriptor] = os.path.basename(path)
        return descriptor

    def sync(self, descriptor: int) -> None:
        self.flushed.append(self.paths[descriptor])
        super().sync(descriptor)

    def sync_folder(self, path: str) -> None:
        self.flushed.append("the folder")
        super().sync_folder(path)


def test_what_is_said_to_be_there_already_has_been_flushed(tmp_path: Path) -> None:
    """Each file once, and its name."""
    folder = begun(tmp_path)
    given = [("theirs", number, line(number)) for number in (1, 2, 3)]
    disk = Flushed()
    assert log_in(folder, disk).copy(given) == 0
    assert [each for each in disk.flushed if each.endswith(".jsonl")] == ["events.jsonl", "zzz.jsonl"]
    assert disk.flushed.index("the folder") > 0
    disk = Flushed()
    assert imported(folder, BEFORE, disk=disk).outcomes == {"unchanged": 4}
    assert disk.flushed == ["register.jsonl", "the folder"]


def test_what_is_said_to_be_there_already_outlives_the_power(tmp_path: Path) -> None:
    """Its writer may have died before it flushed it."""
    entry = _pledge("a", 1, source())
    unflushed = [line(7)] * 3 + [encode(Record(record_id(entry), AT, entry)).encode() + b"\n"]
    acts: list[Callable[[EventLog], object]] = [
        lambda log: log.copy([("theirs", 1, line(7))]),
        lambda log: log.add_lines([(record(7).id, AT, line(7))], to="other"),
        lambda log: log.append(delivery(7)),
        lambda log: import_readings(log, [Entry(event=entry)], recorded_at=NOW),
    ]
    for number, act in enumerate(acts):
        folder = tmp_path / str(number)
        log_in(folder).append([delivery(1)])
        with PowerCutDisk(str(folder)) as disk:
            with disk.opened(str(folder / "events.jsonl"), os.O_WRONLY | os.O_APPEND) as descriptor:
                disk.write_all(descriptor, unflushed[number])
            act(log_in(folder, disk))
            disk.cut(None)
        assert (folder / "events.jsonl").read_bytes() == line(1) + unflushed[number]


def test_an_import_that_was_kept_is_flushed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file again: nothing of it is read, and what it has is on the disk."""
    from aidtimeline.formats import import_file
    from aidtimeline.formats.importing import before

    monkeypatch.setattr(before, "LARGE", 0)
    table, mapping = tmp_path / "table.csv", tmp_path / "table.toml"
    table.write_text("No.,Donor\n1,Japan\n2,Canada\n")
    mapping.write_text(
        'dataset = "ours"\nkey = ["No."]\n[event.delivered]\nkind = "delivery"\n'
        'date = "2023"\ndonor = "{Donor}"\nitem = "truck"\nquantity = 1\n'
    )
    of, log = aidtimeline.formats.File(path=table, mapping=mapping), tmp_path / "log"
    assert import_file(log, "csv", of).recorded == 2
    flushed: list[str] = []
    monkeypatch.setattr(Disk, "sync", lambda _, descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    monkeypatch.setattr(importer, "Known", None)
    assert import_file(log, "csv", of, dry_run=True).recorded == 0
    assert flushed == []
    assert import_file(log, "csv", of).recorded == 0
    assert flushed == [str(log / "csv.jsonl")]


# Sealing.


def sealed(folder: Path) -> frozenset[str]:
    """The ids in the seal, which must be whole."""
    found = read_seal(folder)
    assert found is not None
    return frozenset(each.split()[0] for each in found.lines)


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(record(each).id for each in numbers)


@pytest.mark.usefixtures("unflushed")
def test_a_seal_is_of_one_state_whatever_is_appended_meanwhile(tmp_path: Path) -> None:
    """Two batches, in files that are read in the other order: never the second without the first."""
    states = [ids(1, 2), ids(1, 2, 3, 4), ids(1, 2, 3, 4, 5, 6)]
    found = []
    for point in count():
        folder = tmp_path / str(point)
        log_in(folder).append(delivery(1), to="aaa")
        log_in(folder).append(delivery(2), to="zzz")

        def act(folder: Path) -> None:
            log_in(folder).append([delivery(3), delivery(4)], to="aaa")
            log_in(folder).append([delivery(5), delivery(6)], to="zzz")

        disk = Meddling({point: act}, folder)
        seal(log_in(folder, disk), AT)
        if disk.acts:
            break
        assert sealed(folder) in states, f"at point {point}"
        found.append(sealed(folder))
    assert {states[0], states[2]} == set(found)


@pytest.mark.usefixtures("unflushed")
def test_sealers_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes while another is at it finds the lock taken, and what it writes is left alone."""
    monkeypatch.setattr(lock, "LOCK_SECONDS", 0)
    log_in(tmp_path).append([delivery(1), delivery(2)])
    came: list[int] = []

    def act(folder: Path) -> None:
        log_in(folder).append(delivery(3))
        with suppress(LogError):
            seal(log_in(folder), AT + timedelta(days=1))
            came.append(point)

    for point in count():
        disk = Meddling({point: act}, tmp_path)
        made = seal(log_in(tmp_path, disk), AT)
        if disk.acts:
            break
        assert read_seal(tmp_path) == made
    assert (came, point > 5) == ([0], True)


def test_a_sealer_may_die_at_any_step(tmp_path: Path) -> None:
    """The old seal or the new one is there, and the next sealer is not in its way."""
    log_in(tmp_path).append([delivery(1)])
    first = seal(log_in(tmp_path), AT)
    log_in(tmp_path).append([delivery(2), delivery(3)])
    for disk in every_step(lambda disk: seal(log_in(tmp_path, disk), AT), FaultyDisk):
        assert sealed(tmp_path) in (ids(1), ids(1, 2, 3))
        if disk.reached:
            seal(log_in(tmp_path), AT)
            assert sealed(tmp_path) == ids(1, 2, 3)
            (tmp_path / NAME).write_bytes(
                f'{{"seal": 1, "sealed_at": "{first.sealed_at}", "lines": 1, "digest": "{first.digest}"}}\n'.encode()
                + first.text.encode()
            )


@pytest.mark.usefixtures("unflushed")
def test_a_seal_is_not_put_over_one_of_which_something_is_missing(tmp_path: Path) -> None:
    """Also if the seal is another by now than the one that was there when somebody looked."""
    log_in(tmp_path).append([delivery(1), delivery(2)])
    made = seal(log_in(tmp_path), AT)
    log_in(tmp_path).append(delivery(3), to="more")
    (tmp_path / "events.jsonl").write_bytes(line(2))
    with pytest.raises(Missing, match=record(1).id):
        seal(log_in(tmp_path), AT, anew=False)
    assert read_seal(tmp_path) == made
    (tmp_path / "events.jsonl").write_bytes(line(2) + line(1))
    seal(log_in(tmp_path), AT, anew=False)
    assert sealed(tmp_path) == ids(1, 2, 3)


def test_check_beside_a_sealer_misses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seal is looked at before the log, which only grows."""
    log_in(tmp_path).append([delivery(1)])
    seal(log_in(tmp_path), AT)
    reading = EventLog.read

    def read(log: EventLog, **given: Any) -> Iterator[Record]:
        found = list(reading(log, **given))
        log_in(tmp_path).append(delivery(2))
        seal(log_in(tmp_path), AT)
        return iter(found)

    monkeypatch.setattr(EventLog, "read", read)
    assert CliRunner().invoke(application, ["--log", str(tmp_path), "check"]).exit_code == 0
    assert sealed(tmp_path) == ids(1, 2)


WRITING = """
import sys
sys.path.insert(0, sys.argv[2])
from itertools import count
from pathlib import Path
from datetime import UTC, datetime
from logs import delivery, log_in
from aidtimeline.log import EventLog
from aidtimeline.log.seal import seal
folder, writer = Path(sys.argv[1]), int(sys.argv[3])
print(flush=True)
for number in count():
    if writer == 0:
        seal(EventLog(folder), datetime.now(UTC))
    else:
        log_in(folder).append([delivery(each, f"{writer}-{number}") for each in range(3)], to="cab"[number % 3])
"""


def test_sealers_that_are_killed_beside_writers_leave_seals_of_states_that_the_log_had(tmp_path: Path) -> None:
    """Of each writer the first so many batches, whole, in whatever files; and no seal without its digest."""
    log_in(tmp_path).append(delivery(1))
    seal(log_in(tmp_path), AT)
    environment = {**os.environ, "PYTHONPATH": str(Path(aidtimeline.__file__).parent.parent)}

    def start(writer: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITING, str(tmp_path), str(Path(__file__).parent), str(writer)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def stop(process: subprocess.Popen[str]) -> None:
        process.kill()
        process.communicate()

    processes = [start(writer) for writer in (0, 0, 1, 2)]
    chance, seen, until = Random(20231128), set[str](), time.monotonic() + 4
    try:
        while time.monotonic() < until:
            killed = chance.randrange(2)
            time.sleep(chance.uniform(0, 0.2))
            stop(processes[killed])
            found = read_seal(tmp_path)
            assert found is not None
            seen.add(found.digest)
            packages = {
                each.id: each.event.package for each in EventLog(tmp_path).read() if isinstance(each.event, Delivery)
            }
            held: dict[int, list[int]] = {1: [], 2: []}
            for each in found.lines:
                if package := packages[each.split()[0]]:
                    writer, number = map(int, package.split("-"))
                    held[writer].append(number)
            for numbers in held.values():
                assert sorted(numbers) == [each for each in range(len(numbers) // 3) for _ in range(3)]
            processes[killed] = start(0)
    finally:
        for process in processes:
            stop(process)
    assert len(seen) > 2
    seal(log_in(tmp_path), AT, anew=False)
