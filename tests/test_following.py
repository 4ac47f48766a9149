"""Following a log: after `refresh` a timeline answers as one that is opened now, and has read only what is new."""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any
from weakref import ref

import pytest

from aidtimeline import (
    Counts,
    Delivery,
    Event,
    EventLog,
    LogError,
    MemoryLog,
    Participations,
    Retraction,
    Source,
    Timeline,
    UnreadableLog,
    UsageError,
)
from aidtimeline.engines.choosing import EngineName
from aidtimeline.engines.fold import LATELY
from aidtimeline.errors import MisspeltValue
from aidtimeline.testing import FaultyDisk, check_engine
from aidtimeline.testing.faults import Died

ENGINES = ["fold", *(["embedded"] if find_spec("duckdb") else [])]
DAY = "2024-01-01"


def trucks(quantity: int, item: str = "truck", **fields: Any) -> Delivery:
    source = Source(publisher="A", published=f"2023-0{quantity % 9 + 1}-02")
    return Delivery(date=f"2023-0{quantity % 9 + 1}", item=item, quantity=quantity, sources=source, **fields)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> EngineName:
    found: EngineName = request.param
    return found


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    found = EventLog(tmp_path / "log")
    found.append([trucks(number, ref=str(number)) for number in range(1, 6)])
    return found


def answers(timeline: Timeline) -> list[str]:
    """What tells two states of a log apart: answers, problems, records and what is known."""
    view = timeline.as_of(DAY)
    return [
        *map(str, (view.counts(), timeline.as_of(DAY, known_at="2023-05-01").counts(), view.money(), view.projects())),
        repr(timeline.records),
        repr(timeline.problems),
        repr(sorted(timeline.known.values("item"))),
        repr(timeline),
    ]


def same_as_new(timeline: Timeline, log: EventLog, engine: EngineName, **options: Any) -> None:
    for found, expected in zip(
        answers(timeline), answers(Timeline.open(log.folder, engine=engine, **options)), strict=True
    ):
        assert found == expected


def test_refreshing_answers_as_opening_does(engine: EngineName) -> None:
    """The law, for every question: drawn logs, with amendments, in several files, written step by step."""
    following: dict[Path, Timeline] = {}

    def opened(folder: Path) -> Timeline:
        if folder in following:
            following[folder].refresh()
        else:
            following.clear()
            following[folder] = Timeline.open(folder, engine=engine)
        return following[folder]

    check_engine(opened, examples=15)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_to_a_log(log: EventLog, engine: EngineName, seed: int) -> None:
    """Batches, retractions, writers that die within one, torn lines, edits, lost files, labels: as if opened anew."""
    random, folder = Random(seed), log.folder
    timeline = Timeline.open(folder, engine=engine, skip_problems=True)
    before = timeline.as_of(DAY)
    said = str(before.counts())

    def torn() -> None:
        with (folder / "events.jsonl").open("ab") as file:
            file.write(b'{"kind":"delivery","v":1,"id":"12')

    def foul() -> None:
        with (folder / f"foul-{random.randint(1, 2)}.jsonl").open("ab") as file:
            file.write(b"no line of a log\n" * random.choice([1, 3]))

    def dies() -> None:
        disk = FaultyDisk(random.randint(1, 14))
        with contextlib.suppress(Died):
            EventLog(folder, disk=disk).append([trucks(random.randint(1, 99), ref="dies") for _ in range(3)])

    def label() -> None:
        (folder / "vocabulary").mkdir(exist_ok=True)
        (folder / "vocabulary" / "items.jsonl").write_text(f'{{"slug":"truck","label":"Lorry {random.random()}"}}\n')

    def edited() -> None:
        path = folder / "events.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"A"', random.choice([b'"B"', b'"C"'])))

    def gone() -> None:
        (folder / "more.jsonl").unlink(missing_ok=True)

    def append() -> None:
        EventLog(folder).append(trucks(random.randint(1, 99)), to=random.choice(["events", "more"]))

    def batch() -> None:
        events: list[Event] = [trucks(random.randint(1, 99), f"item-{random.randint(1, 9)}") for _ in range(4)]
        EventLog(folder).append(events, to="a")

    def retract() -> None:
        EventLog(folder).append(Retraction(of=random.choice(sorted(EventLog(folder).ids())), reason="misread"))

    def nothing() -> None:
        (folder / "events.jsonl").touch()

    for _ in range(12):
        random.choice([append, append, batch, retract, torn, foul, dies, label, edited, gone, nothing])()
        before_it = answers(timeline) if engine == "fold" else []
        has_changed = timeline.refresh()
        same_as_new(timeline, log, engine, skip_problems=True)
        assert has_changed or engine != "fold" or answers(timeline) == before_it
        assert not timeline.refresh()
    if engine == "fold":
        assert str(before.counts()) == said


def test_another_process_appends(log: EventLog, engine: EngineName) -> None:
    timeline = Timeline.open(log.folder, engine=engine)
    code = (
        "import sys; from aidtimeline import *; EventLog(sys.argv[1])"
        ".append(Delivery(date='2023', item='car', quantity=7, sources=Source(publisher='B')))"
    )
    subprocess.run([sys.executable, "-c", code, str(log.folder)], check=True)
    assert timeline.refresh()
    assert timeline.as_of(DAY).counts()["car"].low == 7
    same_as_new(timeline, log, engine)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="nobody counts what this process reads")
def test_only_what_is_new_is_read(tmp_path: Path, engine: EngineName) -> None:
    """Of a log of four megabytes, what was appended and the last 64 KiB before it; nothing where it is as it was."""

    def read() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    log, other = EventLog(tmp_path), EventLog(tmp_path)
    log.append([trucks(1, ref=str(number), note="x" * 2000) for number in range(2000)])
    timeline = Timeline.open(tmp_path, engine=engine)
    timeline.as_of(DAY).counts()
    other.append(trucks(2, "warm"))
    timeline.refresh()
    for number in range(3):
        before = read()
        assert not timeline.refresh()
        assert read() - before < 2000
        other.append(trucks(number, "car"))
        before = read()
        assert timeline.refresh()
        assert read() - before < 5 * 2**16
    assert timeline.as_of(DAY).counts()["car"].low == 3


def test_a_view_stays_as_it_was(log: EventLog, engine: EngineName) -> None:
    timeline = Timeline.open(log.folder, engine=engine)
    before = timeline.as_of(DAY)
    log.append(trucks(100))
    assert timeline.refresh()
    assert [view.counts()["truck"].low for view in (before, timeline.as_of(DAY))] == [15, 115]


def _edited(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.read_bytes().index(b'"A"'))
        file.write(b'"B"')


def _another(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b'"A"', b'"B"') + path.read_bytes())
    other.replace(path)


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.read_bytes().index(b"\n", 70_000) + 1)


def _grown_otherwise(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], lines[0], lines[-1], lines[1]]))


@pytest.mark.parametrize("happens", [_edited, _another, _cut, _grown_otherwise, Path.unlink])
def test_a_log_of_which_another_program_makes_another(
    log: EventLog, engine: EngineName, happens: Callable[[Path], None]
) -> None:
    """However far from its end; it is read anew."""
    log.append([trucks(1, ref=str(number), note="x" * 500) for number in range(400)], to="large")
    timeline = Timeline.open(log.folder, engine=engine, skip_problems=True)
    happens(log.folder / "large.jsonl")
    assert timeline.refresh()
    same_as_new(timeline, log, engine, skip_problems=True)
    log.append(trucks(8))
    assert timeline.refresh()
    same_as_new(timeline, log, engine, skip_problems=True)


def test_many_problems_are_listed_as_one_reading_does(log: EventLog, engine: EngineName) -> None:
    timeline = Timeline.open(log.folder, engine=engine, skip_problems=True)
    foul = log.folder / "foul.jsonl"
    for _ in range(3):
        with foul.open("ab") as file:
            file.write(b"{}\n" * 500)
        assert timeline.refresh()
        same_as_new(timeline, log, engine, skip_problems=True)
    assert timeline.problems[-1].code == "more-problems"


def test_what_nobody_asks_any_more_is_let_go(log: EventLog, engine: EngineName) -> None:
    """At once, and not when Python looks for cycles: a service may refresh a million times."""
    timeline = Timeline.open(log.folder, engine=engine)
    gc.disable()
    try:
        for number in range(3):
            view = timeline.as_of(DAY)
            table = view.counts()
            _ = table.explain("truck"), view.facts, view.stamp, view.projects(), view.levels(), view.fulfilment()
            _ = timeline.series(Counts()), timeline.series(Participations()), timeline.find(next(iter(view.ids())))
            with pytest.raises(MisspeltValue):
                view.counts(where={"item": "trucs"})
            before = ref(timeline.engine)
            log.append(trucks(number, "car"))
            assert timeline.refresh()
            del view, table, _
            assert before() is None
    finally:
        gc.enable()


def test_what_cannot_be_read_leaves_it_as_it_was(log: EventLog, engine: EngineName) -> None:
    """The error is the one of opening the log; when the log is whole again, so is the timeline."""
    timeline = Timeline.open(log.folder, engine=engine)
    before = answers(timeline)
    foul = log.folder / "foul.jsonl"
    foul.write_bytes(b"no line of a log\n")
    with pytest.raises(UnreadableLog, match="aidtimeline check"):
        timeline.refresh()
    with pytest.raises(UnreadableLog):
        timeline.refresh()
    assert answers(timeline) == before
    foul.unlink()
    log.append(trucks(6))
    assert timeline.refresh()
    same_as_new(timeline, log, engine)
    for path in log.folder.glob("*.jsonl"):
        path.unlink()
    with pytest.raises(LogError, match="there is no log"):
        timeline.refresh()


def test_a_stamp_is_of_what_a_view_answers(log: EventLog, engine: EngineName) -> None:
    """Of a timeline that is refreshed as of one that is opened now; another for another log, vocabulary or cut."""
    timeline = Timeline.open(log.folder, engine=engine)
    first = timeline.as_of("2024-01-01")
    stamps = [first.stamp, timeline.as_of("2024-01-01", known_at="2024-01-01").stamp]
    stamps.append(timeline.as_of("2024-01-01", recorded_until="2024-01-01").stamp)
    log.append(trucks(4))
    timeline.refresh()
    stamps.append(timeline.as_of("2024-01-01").stamp)
    (log.folder / "vocabulary").mkdir()
    (log.folder / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"Lorry"}\n')
    timeline.refresh()
    stamps.append(timeline.as_of("2024-01-01").stamp)
    assert len(set(stamps)) == 5
    assert stamps[0] == first.stamp
    assert stamps[-1] == Timeline.open(log.folder, engine=engine).as_of("2024-01-01").stamp


def test_a_closed_timeline_is_not_refreshed(log: EventLog) -> None:
    pytest.importorskip("duckdb")
    timeline = Timeline.open(log.folder, engine="embedded")
    timeline.close()
    with pytest.raises(UsageError, match="closed"):
        timeline.refresh()


def test_a_log_that_has_grown_much_gets_a_new_table(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that has grown more than is laid over is opened anew."""
    pytest.importorskip("duckdb")
    from aidtimeline.engines.embedded import grown

    timeline = Timeline.open(log.folder, engine="embedded")
    for limit in ("MUCH", "MOST"):
        monkeypatch.setattr(grown, limit, 100)
        log.append([trucks(number, limit) for number in range(1, 9)])
        assert timeline.refresh()
        same_as_new(timeline, log, "embedded")


def test_any_log_has_a_timeline(log: EventLog) -> None:
    """One in memory is read again; that of a folder is followed there."""
    memory = MemoryLog()
    timeline = Timeline.of(memory)
    assert not timeline.refresh()
    memory.append(trucks(3))
    assert timeline.refresh()
    assert not timeline.refresh()
    assert timeline.as_of(DAY).counts()["truck"].low == 3
    with pytest.raises(UsageError, match=r"refresh\(\)"):
        timeline.extend(log.read())
    assert answers(Timeline.of(log)) == answers(Timeline.open(log.folder))


def test_records_are_added() -> None:
    """To a timeline of records; it has no log to look at."""
    memory = MemoryLog()
    timeline = Timeline(memory.append(trucks(1)))
    before = timeline.as_of(DAY)
    timeline.extend(memory.append(trucks(2)))
    assert not timeline.refresh()
    assert answers(timeline) == answers(Timeline(memory.read()))
    assert before.counts()["truck"].low == 1


def test_little_is_kept_of_many_questions(log: EventLog) -> None:
    """What is believed at the cuts that were asked last; asked again, an older one is worked out again."""
    timeline = Timeline.open(log.folder, engine="fold")
    first = timeline.as_of(DAY, known_at="2023-02-01").counts()
    for month in range(1, 13):
        for day in range(1, 29):
            cut = f"2023-{month:02}-{day:02}"
            timeline.as_of(DAY, known_at=cut, recorded_until="2027-01-01").counts()
            timeline.as_of(DAY, recorded_until=cut).counts()
    kept = vars(timeline.engine)
    assert [len(list(kept[name])) for name in ("_beliefs", "_recorded")] == [LATELY, LATELY]
    assert timeline.as_of(DAY, known_at="2023-02-01").counts() == first


def test_threads_that_ask_the_same_wait_for_one(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is believed is worked out once, and what others ask meanwhile does not wait for it."""
    from aidtimeline.semantics.beliefs import believe_at

    made, gate = [], threading.Event()

    def slowly(recorded: Any, until: Any) -> Any:
        made.append(until)
        if len(made) == 1:
            assert gate.wait(30)
        return believe_at(recorded, until)

    monkeypatch.setattr("aidtimeline.engines.fold.believe_at", slowly)
    timeline = Timeline.open(log.folder, engine="fold")
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(lambda: timeline.as_of(DAY).problems) for _ in range(4)]
        other = pool.submit(lambda: timeline.as_of(DAY, known_at="2023-03-03").problems)
        assert other.result(30) == ()
        gate.set()
        assert [each.result(30) for each in waiting] == [()] * 4
    assert len(made) == 2


def test_threads_ask_while_the_log_grows(log: EventLog, engine: EngineName) -> None:
    """Each view is of one state: batches of two are never half there, and all answers of a view fit together."""
    timeline = Timeline.open(log.folder, engine=engine)
    stop, seen = threading.Event(), list[int]()

    def ask() -> None:
        while not stop.is_set():
            view = timeline.as_of(DAY)
            by_item = view.replay(Counts("item", vocabulary=view.vocabulary))
            one, two = (by_item[item].low if item in by_item else 0 for item in ("one", "two"))
            assert one == two
            assert len(list(view.ids())) == 5 + 2 * int(one)
            assert view.counts("item")["truck"].low == 15
            seen.append(int(one))

    def refresh() -> None:
        while not stop.is_set():
            timeline.refresh()
            time.sleep(0.002)

    with ThreadPoolExecutor(6) as pool:
        running = [*(pool.submit(ask) for _ in range(4)), *(pool.submit(refresh) for _ in range(2))]
        try:
            for number in range(12):
                log.append([trucks(1, item, ref=str(number)) for item in ("one", "two")])
            while not (seen and seen[-1] == 12) and not any(each.done() for each in running):
                time.sleep(0.01)
        finally:
            stop.set()
        for each in running:
            each.result(60)
    assert sorted(set(seen))[-1] == 12
