"""The cache of the embedded engine: whatever becomes of it or of the log, the answers are those of the fold."""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import permutations, takewhile
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from click.testing import CliRunner

from aidtimeline import (
    Correction,
    Delivery,
    Disbursement,
    EventLog,
    Pledge,
    Retraction,
    Source,
    Timeline,
)
from aidtimeline.cli import application
from aidtimeline.engines import caching, choosing
from aidtimeline.engines.embedded import base, building, cache, files, grown, making, opening
from aidtimeline.engines.embedded.looked import Looked
from aidtimeline.errors import AidtimelineError, LogError, UsageError
from aidtimeline.log import kept
from aidtimeline.log.status import Content
from aidtimeline.testing import check_engine

duckdb = pytest.importorskip("duckdb")

SOURCE = Source(publisher="Rubryka", published="2023-11-28")
LATER = Source(publisher="Kyodo News", published="2024-03-01")


def filled(folder: Path, first: int = 0) -> Path:
    """A log with what is added up, and what the reference answers: amendments, links, an open amount."""
    log = EventLog(folder)
    records = log.append(
        [
            Delivery(date="2023", donor=donor, item=item, quantity=first + number, sources=SOURCE)
            for number, (donor, item) in enumerate(
                (d, i) for d in ("JP", "LT", "US") for i in ("truck", "tent", "vest")
            )
        ]
    )
    seven = Delivery(date="2023", item="vest", quantity=7, sources=SOURCE)
    [pledge] = log.append(Pledge(date="2023-02", donor="JP", item="truck", quantity=100 + first, sources=SOURCE))
    log.append(
        [
            Retraction(of=records[1].id, reason="misread", sources=LATER),
            Correction(of=records[2].id, event=seven, sources=LATER),
            Pledge(date="2024", donor="JP", item="truck", quantity=150, supersedes=[pledge.id], sources=SOURCE),
            Delivery(date="2023-11", donor="JP", item="truck", quantity="2..", fulfils=[pledge.id], sources=SOURCE),
            Disbursement(date="2023", donor="LT", value="EUR 1000.50", sources=SOURCE),
            Retraction(of="0" * 32, reason="of nothing"),
        ],
        to="more",
    )
    return folder


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log, and a user's folder for caches that is not the real one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    return filled(tmp_path / "events")


def embedded(folder: Path) -> Timeline:
    return Timeline.open(folder, engine="embedded")


def answers(timeline: Timeline) -> object:
    """What a timeline answers at several cuts."""
    found: list[object] = []
    for day, known_at in (("2023-12-31", None), ("2024-12-31", "2024-02-01"), ("2024-12-31", None)):
        view = timeline.as_of(day, known_at=known_at)
        found += [repr(view.counts(["donor", "item"], kind=["delivery", "pledge"])), repr(view.money(["donor"]))]
        found.append(sorted(map(str, view.problems)))
    return [*found, timeline.known.values("item"), timeline.known.values("donor")]


def expected(folder: Path) -> object:
    return answers(Timeline.open(folder, engine="fold"))


def the_store(folder: Path) -> Path:
    """The only store of a log."""
    [store] = cache.stores(folder)
    return store


def made(folder: Path) -> Path:
    """The store of a log, which is made."""
    with embedded(folder) as timeline:
        assert timeline.notes == ()
    return the_store(folder)


def holds(folder: Path, *, kept: Path | None = None) -> None:
    """The answers are those of the fold, without a note; `kept`: from this store."""
    with embedded(folder) as timeline:
        assert timeline.notes == ()
        assert answers(timeline) == expected(folder)
    if kept is not None:
        assert cache.stores(folder) == [kept]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def left(folder: Path) -> list[str]:
    """What is in the cache beside a store and what belongs to it."""
    place = folder / kept.FOLDER
    ours = [path.name.partition(".")[0] for path in cache.stores(folder)]
    return [name for name in names(place) if name != ".gitignore" and name.partition(".")[0] not in ours]


def make_old(*paths: Path) -> None:
    """Let files have been changed a while ago, as far as can be: until their clock has moved on."""
    for path in paths:
        os.utime(path, ns=(1, time.time_ns() - 10**10))


# A damaged store


def damaged(random_: random.Random, whole: bytes) -> Iterator[bytes]:
    """A store that is cut, or of which bits are flipped, or bytes are others."""
    for length in (0, 1, 4095, 4096, 12287, 12288, len(whole) - 1):
        yield whole[:length]
    for _ in range(6):
        yield whole[: random_.randrange(len(whole))]
    for _ in range(24):
        changed = bytearray(whole)
        for _ in range(random_.choice((1, 1, 3))):
            changed[random_.randrange(len(whole))] ^= 1 << random_.randrange(8)
        yield bytes(changed)
    at = random_.randrange(len(whole) // 2)
    yield whole[:at] + random_.randbytes(4096) + whole[at + 4096 :]
    yield random_.randbytes(len(whole))
    yield b"not a database at all\n" * 1000


def test_a_damaged_store_is_never_asked(log: Path) -> None:
    """Cut at any length, with flipped bits, or full of garbage: it is noticed, removed, and made again."""
    store, right = made(log), expected(log)
    whole = store.read_bytes()
    for content in damaged(random.Random(12), whole):
        store.write_bytes(content)
        assert base.open_base(store) is None
        assert not store.exists()
        store.write_bytes(whole)
    store.write_bytes(whole[:-1])
    with embedded(log) as timeline:
        assert answers(timeline) == right
        assert timeline.notes == ()
    assert the_store(log).read_bytes() != whole[:-1]


def test_a_store_of_another_log_is_not_asked(log: Path, tmp_path: Path) -> None:
    """Under its own name, and under the name of this log's store."""
    other = made(filled(tmp_path / "other", first=5))
    store = made(log)
    right = store.with_name(other.name)
    for target in (right, store):
        store.unlink(missing_ok=True)
        shutil.copy(other, target)
        holds(log)
        store = the_store(log)
    assert store.read_bytes() != other.read_bytes()


def test_a_store_of_an_earlier_time_is_extended(log: Path, tmp_path: Path) -> None:
    """It is one of how the log began, and what came since is laid over it."""
    store = made(log)
    shutil.copytree(store.parent, tmp_path / "before")
    filled(log, first=20)
    store.unlink()
    made(log)
    shutil.rmtree(store.parent)
    shutil.copytree(tmp_path / "before", store.parent)
    holds(log, kept=store)


def test_a_folder_or_a_link_in_place_of_a_store(log: Path, tmp_path: Path) -> None:
    """What lies there is no store, and does not stay in the way; what a link leads to is left alone."""
    store = made(log)
    content = store.read_bytes()
    store.unlink()
    (store / "folder").mkdir(parents=True)
    holds(log)
    store = the_store(log)
    away = tmp_path / "away"
    store.rename(away)
    away.write_bytes(content[:-1])
    store.symlink_to(away)
    holds(log)
    assert away.read_bytes() == content[:-1]


def test_what_the_database_would_replay_is_removed(log: Path) -> None:
    """A write-ahead log beside the store is not the store's: it was written whole."""
    store = made(log)
    wal = store.with_name(store.name + ".wal")
    wal.write_bytes(b"garbage")
    holds(log, kept=store)
    assert not wal.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"garbage", b"\xff\xfe", b"0\n{}", None])
def test_a_damaged_note_of_when_files_were_looked_at(log: Path, content: bytes | None) -> None:
    """Then they are looked at again."""
    store = made(log)
    looked = cache.beside(store, cache.LOOKED)
    if content is None:
        looked.unlink()
        looked.mkdir()
    else:
        looked.write_bytes(content)
    holds(log, kept=store)


def test_a_note_with_a_flipped_bit_is_not_trusted(log: Path) -> None:
    """A file that looks as noted, but is not as noted."""
    store = made(log)
    looked = cache.beside(store, cache.LOOKED)
    text = looked.read_bytes()
    for at in range(len(text)):
        looked.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])
        assert Looked.read(store) is None


def test_a_note_of_another_store_is_harmless(log: Path, tmp_path: Path) -> None:
    """What it says of files is true of other files."""
    other = cache.beside(made(filled(tmp_path / "other", first=5)), cache.LOOKED)
    store = made(log)
    shutil.copy(other, cache.beside(store, cache.LOOKED))
    holds(log, kept=store)


# A store that is in use


def test_a_store_that_is_deleted_while_it_is_asked(log: Path) -> None:
    """It goes on answering, and the next one makes a new one."""
    made(log)
    with embedded(log) as timeline:
        shutil.rmtree(log / kept.FOLDER)
        assert answers(timeline) == expected(log)
        holds(log)
        assert answers(timeline) == expected(log)


@pytest.mark.parametrize("how", ["cut", "other", "flipped", "renamed"])
def test_a_store_that_is_replaced_while_it_is_asked(log: Path, tmp_path: Path, how: str) -> None:
    """Written over in place, even by a sound store of another log: it is noticed before an answer is given."""
    other = made(filled(tmp_path / "other", first=5)).read_bytes()
    store, right = made(log), expected(log)
    with embedded(log) as timeline:
        whole = store.read_bytes()
        if how == "renamed":
            (tmp_path / "new").write_bytes(other)
            os.replace(tmp_path / "new", store)
        else:
            changed = {"cut": whole[:20_000], "other": other, "flipped": whole[:-9] + b"\0" + whole[-8:]}
            store.write_bytes(changed[how])
        assert answers(timeline) == right
        holds(log)
        assert answers(timeline) == right
    with open(the_store(log), "rb") as stream:
        assert cache.digest_of(stream) == cache.digest_in(the_store(log))


def test_an_error_of_the_database_in_the_middle_of_a_question(log: Path) -> None:
    """A block that turns out to be damaged late, say: the fold answers every kind of question."""
    from hypothesis import given, settings, strategies as st

    from aidtimeline.testing import engines

    made(log)

    class Failing:
        def __init__(self, connection: Any, good: int) -> None:
            self.connection, self.good = connection, good

        def execute(self, *query: Any) -> Any:
            self.good -= 1
            if self.good < 0:
                raise duckdb.IOException("Corrupt database file: computed checksum does not match")
            return self.connection.execute(*query)

        def close(self) -> None:
            self.connection.close()

    fold = Timeline.open(log, engine="fold")

    @settings(max_examples=25)
    @given(engines._questions(), st.integers(0, 6))
    def answered(asked: engines.Asked, good: int) -> None:
        with embedded(log) as timeline:
            store: Any = timeline.engine.store  # type: ignore[attr-defined]
            object.__setattr__(store, "connection", Failing(store.connection, good))
            engines.compare(fold, timeline, [asked])

    answered()
    assert cache.stores(log)  # its file is sound: it stays


def test_a_question_may_be_interrupted(log: Path) -> None:
    """Ctrl-C while the database works is Ctrl-C, and no error of the database: the store stays."""
    store = made(log)

    class Interrupted:
        def execute(self, *_: object) -> None:
            raise RuntimeError("Query interrupted")

        def close(self) -> None:
            pass

    with embedded(log) as timeline:
        object.__setattr__(timeline.engine.store, "connection", Interrupted())  # type: ignore[attr-defined]
        with pytest.raises(KeyboardInterrupt):
            answers(timeline)
    holds(log, kept=store)


# A log that changes


def rewritten(path: Path, old: bytes, new: bytes) -> None:
    """Edit a file in place: the same size, and the time of its last change restored."""
    before = path.stat()
    at = path.read_bytes().index(old)
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(new)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def line_at(path: Path, number: int) -> bytes:
    return path.read_bytes().splitlines(keepends=True)[number]


def edit_in_place(folder: Path) -> None:
    """Two lines change places, so that every line is still a record: another one stands last."""
    path = folder / "events.jsonl"
    first, second = line_at(path, 0), line_at(path, 3)
    whole = path.read_bytes()
    rewritten(path, whole, whole.replace(first, b"").replace(second, first + second))


def edit_a_record(folder: Path) -> None:
    """Another number, with the id that belongs to it."""
    from aidtimeline.codec import encode, record_id
    from aidtimeline.events import Record

    path = folder / "events.jsonl"
    [record, *_] = EventLog(folder).read()
    event = Delivery(date="2023", donor="JP", item="truck", quantity=8, sources=SOURCE)
    line = encode(Record(record_id(event), record.recorded_at, event)).encode() + b"\n"
    assert len(line) == len(line_at(path, 0))
    rewritten(path, line_at(path, 0), line)


def cut(folder: Path) -> None:
    path = folder / "events.jsonl"
    os.truncate(path, len(path.read_bytes()) - len(line_at(path, -1)))


def move_a_line(folder: Path) -> None:
    one, other = folder / "events.jsonl", folder / "more.jsonl"
    last = line_at(one, -1)
    cut(folder)
    other.write_bytes(other.read_bytes() + last)


def replace(folder: Path) -> None:
    path = folder / "events.jsonl"
    (folder / "new").write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[2:]))
    os.replace(folder / "new", path)


def a_folder_instead(folder: Path) -> None:
    (folder / "more.jsonl").unlink()
    (folder / "more.jsonl").mkdir()


def link(folder: Path) -> None:
    path = folder / "events.jsonl"
    path.rename(folder.parent / "elsewhere.txt")
    path.symlink_to(folder.parent / "elsewhere.txt")


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited": edit_in_place,
    "another record": edit_a_record,
    "cut": cut,
    "emptied": lambda folder: os.truncate(folder / "more.jsonl", 0),
    "replaced": replace,
    "renamed": lambda folder: (folder / "more.jsonl").rename(folder / "a.jsonl"),
    "exchanged": lambda folder: [
        (folder / "more.jsonl").rename(folder / "x"),
        (folder / "events.jsonl").rename(folder / "more.jsonl"),
        (folder / "x").rename(folder / "events.jsonl"),
    ],
    "a line moved": move_a_line,
    "a file removed": lambda folder: (folder / "more.jsonl").unlink(),
    "a file added": lambda folder: filled(folder / "sub", 30).joinpath("events.jsonl").rename(folder / "b.jsonl"),
    "a link": link,
    "a copy": lambda folder: shutil.copy(folder / "events.jsonl", folder / "copy.jsonl"),
    "hidden": lambda folder: (folder / "more.jsonl").rename(folder / ".more.jsonl"),
    "a folder instead": a_folder_instead,
    "no end of the last line": lambda folder: os.truncate(
        folder / "more.jsonl", (folder / "more.jsonl").stat().st_size - 1
    ),
    "a torn line": lambda folder: os.truncate(folder / "more.jsonl", (folder / "more.jsonl").stat().st_size - 9),
    "more": lambda folder: filled(folder, 40),
}


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("young", [True, False])
def test_a_log_that_is_changed_by_others(log: Path, how: str, young: bool) -> None:
    """Whatever they do to its files, also so that sizes and times do not show it: the answers are those of the log."""
    if not young:
        make_old(*log.glob("*.jsonl"))
    made(log)
    CHANGES[how](log)
    holds(log)
    holds(log)


def test_a_log_that_is_edited_over_and_over(log: Path) -> None:
    """As quickly as one can, with a question after each edit."""
    path = log / "events.jsonl"
    whole = path.read_bytes()
    first = line_at(path, 4)
    numbers = set()
    for number in range(6):
        path.write_bytes(whole if number % 2 else whole.replace(first, b" " * (len(first) - 1) + b"\n"))
        holds(log)
        numbers.add(repr(expected(log)))
    assert len(numbers) == 2


def test_a_log_that_is_edited_while_it_is_asked(log: Path) -> None:
    """What was read before cannot be read again: that is said, and nothing else is answered."""
    with embedded(log) as timeline:
        edit_a_record(log)
        with pytest.raises(LogError, match="another program has changed"):
            answers(timeline)
    with embedded(log) as timeline:
        (log / "more.jsonl").unlink()
        with pytest.raises(AidtimelineError):
            answers(timeline)


def test_a_log_that_grows_while_it_is_asked(log: Path) -> None:
    """A timeline answers as the log was when it was opened."""
    right = expected(log)
    with embedded(log) as timeline:
        filled(log, 60)
        assert answers(timeline) == right
        assert answers(timeline) == right


def test_what_this_process_appends_is_not_read_again(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is the one that was read, and only this process has written to it."""
    monkeypatch.setattr(files, "LONG", 0)
    make_old(*log.glob("*.jsonl"))
    made(log)
    read: list[str] = []
    begins_with = files.begins_with

    def noted(path: str, content: Content, start: int = 0) -> bool:
        read.append(path)
        return begins_with(path, content, start)

    monkeypatch.setattr(files, "begins_with", noted)
    writer = EventLog(log)
    for number in range(3):
        writer.append(Delivery(date="2023", item="truck", quantity=1000 + number, sources=SOURCE))
        writer.append([Delivery(date="2023", item=item, quantity=number, sources=SOURCE) for item in ("a", "b")])
        read.clear()
        with embedded(log) as timeline:
            found = answers(timeline)
        assert read == [] or number == 0
        assert found == expected(log)
    with (log / "events.jsonl").open("ab") as stream:
        stream.write(b"\n")
    holds(log)
    assert read


def test_an_append_does_not_hide_the_edit_of_another(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was edited in place before this process appended is read again."""
    monkeypatch.setattr(files, "LONG", 0)
    make_old(*log.glob("*.jsonl"))
    made(log)
    edit_a_record(log)
    EventLog(log).append(Delivery(date="2023", item="truck", quantity=1000, sources=SOURCE))
    holds(log)


# Two at once, and places that cannot be written


def _ask(folder: Path, times: int, results: Any) -> None:
    try:
        results.put([answers(embedded(folder)) for _ in range(times)])
    except BaseException as error:  # noqa: BLE001
        results.put(repr(error))


def test_processes_that_build_at_once(log: Path) -> None:
    """Each gets the right answers, and one store is left."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=_ask, args=(log, 2, results)) for _ in range(3)]
    for each in processes:
        each.start()
    found = [results.get(timeout=120) for _ in processes]
    for each in processes:
        each.join()
    assert all(each == expected(log) for one in found for each in one)
    holds(log)
    assert left(log) == []


def test_threads_that_ask_one_timeline_at_once(log: Path) -> None:
    """They wait for each other."""
    right = expected(log)
    found: list[object] = []
    with embedded(log) as timeline:
        threads = [threading.Thread(target=lambda: found.append(answers(timeline))) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert found == [right] * 6


def test_threads_that_open_at_once(log: Path) -> None:
    """Each makes or finds the store."""
    right, found = expected(log), []

    def ask() -> None:
        with embedded(log) as timeline:
            found.append((timeline.notes, answers(timeline)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [((), right)] * 4


def test_where_the_folder_of_the_log_cannot_be_written_the_users_is_taken(log: Path) -> None:
    """Here a file has the name of the cache's folder."""
    (log / kept.FOLDER).write_text("")
    holds(log)
    [store] = cache.stores(log)
    assert store.is_relative_to(kept.user_folder())
    holds(log, kept=store)


def test_a_link_in_place_of_the_cache_is_not_written_through(log: Path, tmp_path: Path) -> None:
    """As nothing of the log is."""
    (tmp_path / "away").mkdir()
    (log / kept.FOLDER).symlink_to(tmp_path / "away")
    holds(log)
    assert names(tmp_path / "away") == []


def test_where_nothing_can_be_written_the_fold_answers(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a note says why."""
    (log / kept.FOLDER).write_text("")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    timeline = embedded(log)
    assert answers(timeline) == expected(log)
    [note] = timeline.notes
    assert note.startswith("all records are read, since ")


def in_a_process(code: str, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python code with words in another process."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


ASK = """
import sys
from aidtimeline import Timeline
timeline = Timeline.open(sys.argv[1], engine="embedded")
print(timeline.as_of("2024-12-31").counts(["donor", "item"], kind=["delivery", "pledge"]))
print(*timeline.notes, file=sys.stderr)
"""


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can become somebody else")
def test_a_user_who_may_only_read(log: Path) -> None:
    """The log's folder and the user's cannot be written: the fold answers, with a note."""
    made(log)
    for folder in (log, *takewhile(lambda each: each != Path(gettempdir()), log.parents)):
        folder.chmod(0o755)
    right = in_a_process(ASK, log)
    shutil.rmtree(log / kept.FOLDER)
    loaded = ASK.replace("embedded", "fold") + "import os, duckdb, numpy, aidtimeline.engines.embedded.engine\n"
    become = "os.setuid(65534)\nos.environ['XDG_CACHE_HOME'] = '/proc/none'\n"
    found = in_a_process(loaded + become + ASK.replace("print(timeline", "str(timeline"), log)
    assert (found.returncode, found.stdout) == (0, right.stdout)
    assert "all records are read" in found.stderr
    assert not (log / kept.FOLDER).exists()


def dying(*_: object) -> None:
    """What another process does that is killed at work."""
    os._exit(1)


def test_a_process_that_helps_to_build_is_killed(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is an error like that of a full disk, and nothing is left."""
    monkeypatch.setattr(building, "read_part", dying)
    with pytest.raises(LogError, match="has died"):
        caching.build(log, jobs=2)
    assert left(log) == []
    result = CliRunner().invoke(application, ["--log", str(log), "cache", "build", "--jobs", "2"])
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert "has died" in result.output
    monkeypatch.undo()
    holds(log)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("size", [0, 5_000, 20_000, 600_000])
def test_a_file_may_not_grow(log: Path, size: int) -> None:
    """A store that cannot be written whole is not kept, and the fold answers."""
    right = in_a_process(ASK, log)
    shutil.rmtree(log / kept.FOLDER)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    found = in_a_process(limit + ASK, log)
    assert found.stdout == right.stdout
    assert "Traceback" not in found.stderr
    if (log / kept.FOLDER).exists():
        assert left(log) == []
    holds(log)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that has hardly any room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no disk can be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """The fold answers, nothing is left, and where there is room again there is a store again."""
    log = filled(small_disk / "events")
    timeline = embedded(log)
    assert len(timeline.notes) == 1
    assert answers(timeline) == expected(log)
    assert left(log) == []
    subprocess.run(["mount", "-o", "remount,size=30m", small_disk], check=True)
    holds(log)
    looked = cache.beside(the_store(log), cache.LOOKED)
    looked.unlink()
    with contextlib.suppress(OSError):
        (small_disk / "full").write_bytes(bytes(40 * 2**20))
    holds(log)
    assert left(log) == []
    (small_disk / "full").unlink()
    holds(log)


def test_a_store_that_cannot_be_put_in_its_place(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a file that is open cannot be replaced: the fold answers."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "it is open")

    monkeypatch.setattr(os, "replace", refuse)
    timeline = embedded(log)
    monkeypatch.undo()
    assert len(timeline.notes) == 1
    assert answers(timeline) == expected(log)


# What is left behind


def test_nothing_is_left_beside_the_log_but_the_store(log: Path) -> None:
    """No temporary files, no write-ahead log."""
    before = names(log)
    store = made(log)
    with embedded(log) as timeline:
        answers(timeline)
        assert names(log) == [".aidtimeline", *before]
    assert names(log / kept.FOLDER) == [".gitignore", store.name, cache.beside(store, cache.LOOKED).name]


def test_a_build_that_is_interrupted_leaves_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, or any error."""
    from aidtimeline.engines.embedded import making

    for error in (KeyboardInterrupt, MemoryError):

        def fail(*_: object, error: type[BaseException] = error) -> None:
            raise error

        monkeypatch.setattr(making, "_read_all", fail)
        with pytest.raises(error):
            embedded(log)
        assert names(log / kept.FOLDER) == [".gitignore"]
    monkeypatch.undo()
    holds(log)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_a_build_that_is_killed(log: Path) -> None:
    """At random moments: what it leaves is removed by the next one that makes a store, and never asked."""
    chance, right = random.Random(12), expected(log)
    slow = ASK.replace("import sys\n", "import sys, duckdb, numpy\nprint('ready', flush=True)\n")
    for _ in range(6):
        shutil.rmtree(log / kept.FOLDER, ignore_errors=True)
        process = subprocess.Popen([sys.executable, "-c", slow, str(log)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.1, 0.6))
        process.kill()
        process.communicate()
        with embedded(log) as timeline:
            assert answers(timeline) == right
    _Dead(log)
    cache.discard(the_store(log))
    holds(log)
    assert left(log) == []


def _Dead(folder: Path) -> None:  # noqa: N802
    """What a killed build leaves."""
    place = folder / kept.FOLDER
    (place / "making-0.lock").write_text("")
    (place / "making-0").mkdir()
    (place / "making-0" / "store.duckdb").write_bytes(b"half a store")
    (place / "making-1.lock").write_text("")
    (place / "making-2").mkdir()


def test_what_is_being_made_is_left_alone(log: Path) -> None:
    """A build that lives has locked its folder."""
    store = made(log)
    work = cache._Work.in_(store.parent)
    try:
        cache.clear_away(store.parent, store)
        cache.clear(log)
        assert work.folder.is_dir()
        assert work.lock.exists()
    finally:
        work.close()
    assert names(store.parent) == [".gitignore"]


def test_stores_of_other_versions_stay_for_a_while(log: Path) -> None:
    """Somebody else may use another version of the library with the same log."""
    store = made(log)
    other, old, mine = (store.with_name(f"facts-{name}.duckdb") for name in ("00000000-1", "00000000-2", "x"))
    for path in (other, old, mine):
        path.write_bytes(b"")
    for path in (old, mine):
        os.utime(path, (1, 1))
    mine = mine.rename(store.with_name(f"facts-{cache.version()}-0.duckdb"))
    cache.clear_away(store.parent, store)
    assert [path.exists() for path in (store, other, old, mine)] == [True, True, False, False]


@pytest.mark.parametrize("turns", list(permutations(range(3))))
def test_of_stores_that_are_made_at_once_the_newest_stays(tmp_path: Path, turns: tuple[int, ...]) -> None:
    """In whatever order their makers clear away; two of one moment are told apart by their names."""
    stores = [tmp_path / f"facts-{cache.version()}-{name}.duckdb" for name in "ba0"]
    for path, seconds in zip(stores, (2, 2, 1), strict=True):
        path.write_bytes(b"")
        os.utime(path, (seconds, seconds))
        cache.beside(path, cache.LOOKED).write_bytes(b"")
    for turn in turns:
        cache.clear_away(tmp_path, stores[turn])
    assert names(tmp_path) == [cache.beside(stores[0], cache.LOOKED).name, stores[0].name][::-1]


def test_a_store_of_other_code_is_not_asked(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows may say something else."""
    store = made(log)
    monkeypatch.setattr(cache, "version", lambda: "otherone")
    holds(log)
    assert store not in cache.stores(log)


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "50 % off; DROP", "Порт", "a b", "日本", "$HOME", "back\\slash"])
def test_any_name_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Quotes, spaces, percent signs, other scripts."""
    if os.name == "nt":
        pytest.skip("some of these are no names there")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    folder = filled(tmp_path / name / "events")
    holds(folder)
    holds(folder, kept=the_store(folder))


# Opening and closing


def test_a_timeline_can_be_closed(log: Path) -> None:
    """Then it holds no files, and says so when it is asked."""
    timeline = embedded(log)
    answers(timeline)
    timeline.close()
    timeline.close()
    with pytest.raises(UsageError, match="closed"):
        answers(timeline)
    with pytest.raises(UsageError, match="closed"):
        _ = timeline.records


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be seen")
def test_a_timeline_that_is_forgotten_holds_no_files(log: Path) -> None:
    """Nor one that is closed."""

    def open_files() -> set[str]:
        found = set()
        for each in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(each))
        return {each for each in found if each.startswith(str(log))}

    timeline = embedded(log)
    answers(timeline)
    assert any(kept.FOLDER in each for each in open_files())
    del timeline
    gc.collect()
    assert not any(kept.FOLDER in each for each in open_files())


def test_timelines_of_one_process_share_a_store(log: Path) -> None:
    """Each with what the log had when it was opened."""
    first, right = embedded(log), expected(log)
    filled(log, 80)
    second, more = embedded(log), expected(log)
    assert answers(first) == right
    assert answers(second) == more != right
    first.close()
    assert answers(second) == more
    third = embedded(log)
    assert answers(third) == more


# A log that grows by much


def test_much_that_is_new_is_written_into_a_new_store(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of reading the whole log again, and instead of laying it over at every opening."""
    monkeypatch.setattr(grown, "MUCH", 0)
    store = made(log)
    monkeypatch.setattr(making, "make", lambda folder, **_: pytest.fail("made from all lines"))
    for number in range(1, 4):
        filled(log, 100 * number)
        holds(log)
        longer = the_store(log)
        assert longer != store
        store = longer
        found = opening.found_store(log)
        assert found is not None
        assert found[1].size == 0
    assert left(log) == []


def test_the_embedded_engine_is_exact_over_longer_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 13, where every step writes a new store from the last one."""
    monkeypatch.setattr(grown, "MUCH", -1)
    monkeypatch.setattr(grown, "SHARE", 10**9)
    check_engine(embedded, examples=10)


# The command line


def run(*words: str, folder: Path, **variables: str) -> Any:
    """The result of a command on a log."""
    result = CliRunner(env=variables).invoke(application, ["--log", str(folder), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def test_the_command_shows_builds_and_clears(log: Path) -> None:
    """What is there, whether it fits, and how much of the log it has."""
    place = log / kept.FOLDER
    assert f"no table of facts fits this log; it would be kept in {place}" in run("cache", folder=log).stdout
    shown = run("cache", "build", "--jobs", "1", folder=log)
    assert shown.exit_code == 0
    assert str(the_store(log)) in shown.stdout
    assert run("cache", "show", folder=log).stdout == shown.stdout
    assert run("cache", "clear", folder=log).stdout.endswith(" removed\n")
    assert not place.exists()
    assert run("cache", "clear", folder=log).stdout == "0 bytes removed\n"


def test_the_json_of_the_command(log: Path) -> None:
    """All as docs/json.md says."""
    empty = json.loads(run("cache", "--json", folder=log).stdout)
    assert empty == {"folder": str(log / kept.FOLDER), "store": None, "bytes": 0, "rows": []}
    store = made(log)
    sizes = {name: (log / name).stat().st_size for name in ("events.jsonl", "more.jsonl")}
    EventLog(log).append(Delivery(date="2023", item="truck", quantity=1000, sources=SOURCE))
    more = (log / "events.jsonl").stat().st_size - sizes["events.jsonl"]
    found = json.loads(run("cache", "--json", folder=log).stdout)
    assert found == {
        "folder": str(log / kept.FOLDER),
        "store": str(store),
        "bytes": cache.size(log),
        "rows": [
            {"file": str(log / "events.jsonl"), "lines": 10, "covered": sizes["events.jsonl"], "more": more},
            {"file": str(log / "more.jsonl"), "lines": 6, "covered": sizes["more.jsonl"], "more": 0},
        ],
    }


def test_a_folder_without_a_log_has_no_cache(tmp_path: Path) -> None:
    """That is wrong use, and makes nothing."""
    for words in (["cache"], ["cache", "build"]):
        assert run(*words, folder=tmp_path / "none").exit_code == 2
    assert names(tmp_path) == []


def test_the_engine_is_chosen_by_option_then_by_the_environment(log: Path) -> None:
    """The answers are the same; only the embedded engine keeps a table. The environment is read when it is needed."""
    question = ("counts", "--as-of", "2024-12-31", "--json")
    plain = run(*question, folder=log)
    assert run(*question, "--engine", "fold", folder=log, AIDTIMELINE_ENGINE="embedded").stdout == plain.stdout
    assert not cache.stores(log)
    assert run(*question, folder=log, AIDTIMELINE_ENGINE="embedded").stdout == plain.stdout
    assert cache.stores(log)
    cache.clear(log)
    assert run(*question, "--engine", "embedded", folder=log, AIDTIMELINE_ENGINE="fold").stdout == plain.stdout
    assert cache.stores(log)
    wrong = run(*question, folder=log, AIDTIMELINE_ENGINE="embeded")
    assert (wrong.exit_code, "$AIDTIMELINE_ENGINE" in wrong.stderr) == (2, True)
    assert run(*question, "--engine", "other", folder=log).exit_code == 2


def test_why_another_engine_answers_is_one_line_on_stderr(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note of the timeline: what is not installed, or what cannot be written."""
    question = ("counts", "--as-of", "2024-12-31")
    plain = run(*question, folder=log)
    monkeypatch.setattr(choosing, "LARGE", 0)
    monkeypatch.setattr(choosing, "find_spec", lambda _: None)
    found = run(*question, folder=log)
    assert found.stdout == plain.stdout
    assert found.stderr.splitlines().count(choosing.INSTALL) == 1
    monkeypatch.undo()
    (log / kept.FOLDER).write_text("")
    found = run(*question, "--engine", "embedded", folder=log, XDG_CACHE_HOME=str(log / kept.FOLDER))
    assert found.stdout == plain.stdout
    assert len([line for line in found.stderr.splitlines() if line.startswith("all records are read, since ")]) == 1


def test_nothing_is_noted_of_a_store_that_is_gone(log: Path) -> None:
    """Another process may have replaced it since it was opened."""
    with embedded(log):
        [store] = cache.stores(log)
        looked = Looked.read(store)
        assert looked is not None
        cache.discard(store)
        looked.write(store)
    assert left(log) == []
