"""The log: recording once and for all, reading what is there, and others who do so at the same time."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from logs import AT, delivery, leave_note, line, log_in, numbers, record

import aidtimeline
from aidtimeline.codec import encode, encode_new, record_id
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.errors import InvalidValue, LogError, Problem, RefusedBatch, UnreadableLog
from aidtimeline.events import Delivery, Record, Retraction
from aidtimeline.log import EventLog, MemoryLog
from aidtimeline.log.disk import Disk
from aidtimeline.log.lock import LOCK
from aidtimeline.semantics import believe
from aidtimeline.values.dates import format_instant


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A log of two records."""
    folder = tmp_path / "events"
    log_in(folder).append([delivery(1), delivery(2)])
    return folder


# Appending.


def test_what_is_appended_is_returned_and_read(tmp_path: Path) -> None:
    """One record or many, in the order given, each with its file and line; the folder is made."""
    folder = tmp_path / "not" / "yet"
    [first] = log_in(folder).append(delivery(1))
    second, third = log_in(folder).append(iter([delivery(2), delivery(3)]))
    assert [(each.file, each.line) for each in (first, second, third)] == [
        (str(folder / "events.jsonl"), number) for number in (1, 2, 3)
    ]
    found = list(log_in(folder).read())
    assert found == [first, second, third] == [record(1), record(2), record(3)]
    assert [(each.file, each.line) for each in found] == [(each.file, each.line) for each in (first, second, third)]
    assert (folder / "events.jsonl").read_bytes() == line(1) + line(2) + line(3)
    assert sorted(os.listdir(folder)) == [LOCK, "events.jsonl"]


def test_appending_nothing_touches_nothing(tmp_path: Path) -> None:
    """Not even a folder is made."""
    assert log_in(tmp_path / "events").append([]) == []
    assert not (tmp_path / "events").exists()


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=4), st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_recording_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], afresh: bool
) -> None:
    """Recorded once or often, together or not: each event has one line, and its first record is returned."""
    folder = tmp_path_factory.mktemp("log")
    ticks = itertools.count()
    log = EventLog(folder, clock=lambda: AT + timedelta(seconds=next(ticks)))
    first: dict[int, Record] = {}
    for batch in batches:
        if afresh:
            log = EventLog(folder, clock=log._clock)
        for number, appended in zip(batch, log.append([delivery(each) for each in batch]), strict=True):
            known = first.setdefault(number, appended)
            assert appended == known
            assert (appended.file, appended.line) == (known.file, known.line)
    assert numbers(folder) == list(first)
    lines = (folder / "events.jsonl").read_bytes()
    assert log.append(list(log.read())) == list(first.values())
    assert (folder / "events.jsonl").read_bytes() == lines


def test_a_whole_record_keeps_its_id_and_instant(events: Path) -> None:
    """A record that is earlier than the one in the log is added to it; a later one is not."""
    earlier, later = AT - timedelta(days=1), AT + timedelta(days=1)
    [known, added, new] = log_in(events).append([record(1, later), record(2, earlier), record(3, earlier)])
    assert [each.recorded_at for each in (known, added, new)] == [AT, earlier, earlier]
    assert numbers(events) == [1, 2, 2, 3]
    assert log_in(events).append([record(2, earlier), delivery(2)]) == [added, added]
    assert log_in(events).append(delivery(2), recorded_at=earlier - timedelta(days=1)) == [added]
    assert numbers(events) == [1, 2, 2, 3]


def test_of_one_record_twice_in_a_batch_the_earliest_is_written(tmp_path: Path) -> None:
    """And returned for each."""
    earlier = AT - timedelta(days=1)
    assert log_in(tmp_path).append([record(1), record(1, earlier), delivery(1)]) == [record(1, earlier)] * 3
    assert numbers(tmp_path) == [1]


def test_the_clock_or_the_caller_says_when_it_is_recorded(tmp_path: Path) -> None:
    """In UTC; an instant without its offset from UTC is refused, from the caller and from the clock."""
    [first] = log_in(tmp_path).append(delivery(1))
    [second] = log_in(tmp_path).append(delivery(2), recorded_at=datetime.fromisoformat("2020-01-01T01:00:00+01:00"))
    assert (first.recorded_at, second.recorded_at) == (AT, datetime(2020, 1, 1, tzinfo=UTC))
    for log, given_at in ((log_in(tmp_path), AT.replace(tzinfo=None)), (EventLog(tmp_path, clock=datetime.now), None)):
        with pytest.raises(InvalidValue, match="offset"):
            log.append(delivery(3), recorded_at=given_at)
    assert numbers(tmp_path) == [1, 2]


@pytest.mark.parametrize("make", [EventLog, lambda _, clock: MemoryLog(clock=clock)], ids=["folder", "memory"])
def test_the_clock_is_read_when_the_events_are_there(tmp_path: Path, make: Callable[..., EventLog | MemoryLog]) -> None:
    """Events that are made while they are taken were not recorded before."""
    order = []

    def clock() -> datetime:
        order.append("clock")
        return AT

    def events() -> Iterator[Delivery]:
        order.append("event")
        yield delivery(1)

    make(tmp_path, clock=clock).append(events())
    assert order == ["event", "clock"]


@pytest.mark.parametrize(
    ("name", "file"), [("2023", "2023.jsonl"), ("a-b_c.d", "a-b_c.d.jsonl"), ("x.jsonl", "x.jsonl")]
)
def test_the_file_may_be_named(tmp_path: Path, name: str, file: str) -> None:
    """With its ending or without."""
    [appended] = log_in(tmp_path).append(delivery(1), to=name)
    assert appended.file == str(tmp_path / file)
    assert numbers(tmp_path) == [1]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/x", "a/b", "a\\b", ".x", "-x", "a b", "é", "a\n", "a" * 101])
def test_a_name_that_leaves_the_folder_or_would_not_be_read_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is written."""
    with pytest.raises(InvalidValue, match="the name of a file"):
        log_in(tmp_path).append(delivery(1), to=name)
    assert os.listdir(tmp_path) == []


def test_an_event_is_known_whatever_file_it_is_in(events: Path) -> None:
    """The log is one set."""
    [known, new] = log_in(events).append([delivery(1), delivery(3)], to="later")
    assert (known.file, new.file) == (str(events / "events.jsonl"), str(events / "later.jsonl"))


@pytest.mark.parametrize("others", [[], ["other"]], ids=["one file", "two files"])
def test_of_an_id_that_stands_several_times_the_earliest_is_given(events: Path, others: list[str]) -> None:
    """Wherever it is, and whichever was found last; the same to one who saw it come and to one who did not."""
    early, late = (encode(record(7, AT + timedelta(days=days))).encode() + b"\n" for days in (1, 2))
    paths = [events / f"{name}.jsonl" for name in ("events", *others)]
    for lines in ((early, late), (late, early), (late, early, late)):
        watching = log_in(events)
        watching.ids()
        for path, added in zip(itertools.cycle(paths), lines, strict=False):
            with path.open("ab") as file:
                file.write(added)
        for log in (watching, log_in(events)):
            [found] = log.append(delivery(7))
            assert found.recorded_at == AT + timedelta(days=1)
            assert found.file is not None
            assert found.line is not None
            assert Path(found.file).read_bytes().splitlines(keepends=True)[found.line - 1] == early
        for path in paths:
            path.write_bytes(line(1))


def test_a_record_that_is_made_its_own_duplicate_is_refused(tmp_path: Path) -> None:
    """But a line of another log that does so is taken: logs are merged whole, and replay ignores it."""
    [first] = log_in(tmp_path).append(delivery(1))
    itself = Retraction(of=first.id, duplicate_of=first.id)
    with pytest.raises(RefusedBatch, match="none is its own duplicate"):
        log_in(tmp_path).append(itself)
    log_in(tmp_path).append(Record(record_id(itself), AT, itself))
    assert [fact.id for fact in believe(log_in(tmp_path).read()).facts] == [first.id]


def test_a_batch_that_cannot_be_written_as_lines_is_refused_as_a_whole(events: Path) -> None:
    """A line that is too long, an id that is not the event's: every problem is reported, and the log is unchanged."""
    before = (events / "events.jsonl").read_bytes()
    too_long = attrs.evolve(delivery(3), note="a" * MAX_LINE_BYTES)
    wrong = Record("0" * 32, AT, delivery(4), file="other.jsonl", line=7)
    with pytest.raises(RefusedBatch) as refused:
        log_in(events).append([delivery(5), too_long, wrong])
    assert [(each.file, each.line) for each in refused.value.problems] == [(None, None), ("other.jsonl", 7)]
    assert (events / "events.jsonl").read_bytes() == before


def test_a_record_that_can_no_longer_be_read_is_recorded_again(events: Path) -> None:
    """Its damaged line is a problem of its own."""
    path = events / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"quantity":1,', b'"quantity":9,'))
    [again] = log_in(events).append(delivery(1))
    assert again.line == 3
    assert numbers(events, skip_problems=True) == [2, 1]


def test_a_log_object_sees_what_others_do_meanwhile(events: Path) -> None:
    """Another writer appends, a file comes, goes, or is exchanged: it stays idempotent."""
    log = log_in(events)
    log.append(delivery(3))
    log_in(events).append([delivery(4), delivery(5)], to="other")
    assert [each.line for each in log.append([delivery(4), delivery(3)])] == [1, 3]
    (events / "events.jsonl").write_bytes(line(2))
    assert log.ids() == {record(number).id for number in (2, 4, 5)}
    (events / "new").write_bytes(line(6) + line(1))
    (events / "new").replace(events / "events.jsonl")
    assert [each.line for each in log.append([delivery(1), delivery(6)])] == [2, 1]
    (events / "other.jsonl").unlink()
    assert log.ids() == {record(1).id, record(6).id}
    assert [each.line for each in log.append([delivery(4)])] == [3]
    assert numbers(events) == [6, 1, 4]


class _Meddled(Disk):
    """A disk on which another program, without the lock, adds to a file just after it was opened to be read."""

    added = b""

    def open(self, path: str, flags: int) -> int:
        descriptor = super().open(path, flags)
        if self.added and path.endswith(".jsonl") and not flags & (os.O_WRONLY | os.O_RDWR):
            with open(path, "ab") as file:
                file.write(self.added)
            self.added = b""
        return descriptor


@pytest.mark.parametrize(("added", "found"), [(b'{"kind":"del', []), (line(9), [9])], ids=["torn", "whole"])
def test_what_others_add_while_a_writer_looks_up_what_stands_is_respected(
    events: Path, added: bytes, found: list[int]
) -> None:
    """The end of the file is looked at last: a torn line swallows nothing, and line numbers are right."""
    disk = _Meddled()
    log = log_in(events, disk)
    log.append(delivery(3))
    disk.added = added
    places = [each.line for each in log.append([delivery(1), delivery(4)])]
    assert disk.added == b""
    assert numbers(events) == [1, 2, 3, *found, 4]
    assert places == [1, 4 + len(found)]
    assert [each.line for each in log.append([delivery(4), delivery(5)])] == [4 + len(found), 5 + len(found)]


def test_a_log_object_goes_on_in_another_folder_of_the_same_name(events: Path) -> None:
    """The one that it knew was removed, or put elsewhere."""
    log = log_in(events)
    log.append(delivery(3))
    events.rename(events.with_name("old"))
    assert [each.line for each in log.append([delivery(1), delivery(3)])] == [1, 2]
    assert numbers(events) == [1, 3]
    assert numbers(events.with_name("old")) == [1, 2, 3]


def test_a_fork_goes_on_with_the_same_log_object(events: Path) -> None:
    """What stays open is shared with it, and harms neither."""
    log = log_in(events)
    log.append(delivery(3))
    child = os.fork()
    for number in range(10, 20):
        log.append([delivery(number), delivery(number + (100 if child else 200))])
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(numbers(events)) == [1, 2, 3, *range(10, 20), *range(110, 120), *range(210, 220)]


# Reading.


def test_the_files_of_the_folder_itself_are_the_log(events: Path) -> None:
    """Sorted by name; without hidden files, files with another ending, and files in folders within."""
    log_in(events).append(delivery(3), to="a")
    log_in(events / "vocabulary").append(delivery(4))
    log_in(events / "folder.jsonl").append(delivery(5))
    for name in (".hidden.jsonl", "events.jsonl.torn", "notes.txt", "events.json"):
        (events / name).write_bytes(b"not a record\n")
    assert log_in(events).files() == [events / "a.jsonl", events / "events.jsonl"]
    assert numbers(events) == [3, 1, 2]


def test_a_missing_log_says_how_to_start_one(tmp_path: Path) -> None:
    """A folder that is not there, or holds none."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(LogError, match="aidtimeline record FILE"):
            EventLog(folder).read()
        assert EventLog(folder).files() == []


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    """For readers and writers."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LogError, match="file"):
        EventLog(tmp_path / "file").read()
    with pytest.raises(LogError, match="file"):
        EventLog(tmp_path / "file").append(delivery(1))


def test_a_bad_line_stops_reading_and_is_named(events: Path) -> None:
    """With its file, line and field, and the command that lists all."""
    path = events / "events.jsonl"
    path.write_bytes(line(1) + line(2).replace(b'"quantity":2', b'"quantity":"x"') + b"\n" + b"{}\n" + line(3))
    with pytest.raises(UnreadableLog, match="aidtimeline check") as error:
        numbers(events)
    [problem] = error.value.problems
    assert (problem.file, problem.line, problem.path) == (str(path), 2, "$.quantity")
    problems: list[Problem] = []
    assert numbers(events, skip_problems=True, problems=problems) == [1, 3]
    assert {each.line for each in problems} == {2, 4}


def test_lines_that_are_too_long_are_passed_over_whole(events: Path) -> None:
    """And those after them keep their numbers."""
    path = events / "events.jsonl"
    for length in (MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 2, 3 * MAX_LINE_BYTES):
        path.write_bytes(line(1) + b"a" * length + b"\n" + line(2) + b"a" * length)
        problems: list[Problem] = []
        assert numbers(events, skip_problems=True, problems=problems) == [1, 2]
        assert [(each.line, each.severity) for each in problems] == [(2, "error"), (4, "error")]


def test_links_are_read_and_not_written(events: Path, tmp_path: Path) -> None:
    """Also what is pending beside the file that a link names counts."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "linked.jsonl").symlink_to(events / "events.jsonl")
    leave_note(events / "events.jsonl", len(line(1)), line(2), line(3))
    assert numbers(folder) == [1]
    with pytest.raises(LogError, match="symbolic link"):
        log_in(folder).append(delivery(3), to="linked")
    log_in(folder).append(delivery(2))
    assert numbers(folder) == [2, 1]
    (folder / "broken.jsonl").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LogError, match=r"broken|nowhere"):
        numbers(folder)


def test_an_empty_file_is_a_file_of_the_log(events: Path) -> None:
    """It has nothing to say, and may be written to."""
    (events / "empty.jsonl").touch()
    log = log_in(events)
    assert [path.name for path in log.files()] == ["empty.jsonl", "events.jsonl"]
    assert log.ids() == {record(1).id, record(2).id}
    assert [each.line for each in log.append([delivery(2), delivery(3)], to="empty")] == [2, 1]
    assert sorted(numbers(events)) == [1, 2, 3]


def test_ids_are_those_of_all_lines_that_are_whole(events: Path) -> None:
    """A torn line's is not among them."""
    with (events / "events.jsonl").open("ab") as file:
        file.write(line(3)[:-1] + b"\n" + line(4)[:-20])
    assert log_in(events).ids() == {record(1).id, record(2).id, record(3).id}


def test_a_whole_last_line_counts_before_and_after_it_has_its_end(events: Path) -> None:
    """Once, whether another program ends it or the next append."""
    with (events / "events.jsonl").open("ab") as file:
        file.write(line(3)[:-1])
    log = log_in(events)
    assert log.ids() == {record(number).id for number in (1, 2, 3)}
    assert [each.line for each in log.append([delivery(3)])] == [3]
    assert [each.line for each in log.append([delivery(4), delivery(3)])] == [4, 3]
    with (events / "events.jsonl").open("ab") as file:
        file.write(line(5)[:-1])
    assert [each.line for each in log.append([delivery(5)])] == [5]
    with (events / "events.jsonl").open("ab") as file:
        file.write(b"\n")
    assert [each.line for each in log.append([delivery(5), delivery(6)])] == [5, 6]
    assert numbers(events) == [1, 2, 3, 4, 5, 6]


def test_lines_are_given_as_they_stand(events: Path) -> None:
    """Readable or not, with file and number; what was never acknowledged is skipped, and reported."""
    path = events / "events.jsonl"
    path.write_bytes(line(1) + b"\n" + b"{}\n" + line(2)[:30])
    problems: list[Problem] = []
    assert list(log_in(events).lines(problems=problems)) == [(str(path), 1, line(1)), (str(path), 3, b"{}\n")]
    assert [(each.code, each.line) for each in problems] == [("torn-line", 4)]
    with pytest.raises(LogError, match="aidtimeline record FILE"):
        log_in(events / "none").lines()


# Links, and names that lead elsewhere.


TORN = f"events.jsonl.{len(line(1) + line(2))}-{blake2b(b'torn', digest_size=16).hexdigest()[:8]}.torn"


@pytest.mark.parametrize("name", ["events.jsonl.pending", TORN, LOCK])
def test_nothing_is_written_through_a_link(events: Path, tmp_path: Path, name: str) -> None:
    """A log may come from anywhere: a link in it could lead to any file of the user."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    (events / name).unlink(missing_ok=True)
    (events / name).symlink_to(outside)
    with (events / "events.jsonl").open("ab") as file:
        file.write(b"torn")
    with contextlib.suppress(LogError):
        log_in(events).append([delivery(3), delivery(4)])
    assert outside.read_bytes() == b"mine"
    assert numbers(events) in ([1, 2], [1, 2, 3, 4])


def test_a_batch_that_is_pending_beside_a_link_is_not_taken_back(events: Path, tmp_path: Path) -> None:
    """What a link leads to is another log's: its own writers look after it."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "linked.jsonl").symlink_to(events / "events.jsonl")
    leave_note(folder / "linked.jsonl", 0, line(1), line(2), line(3))
    log_in(folder).append(delivery(3))
    assert (events / "events.jsonl").read_bytes() == line(1) + line(2)
    assert numbers(folder) == [3, 1, 2]


def test_a_link_to_what_is_no_file_is_an_error(events: Path) -> None:
    """At once: a pipe has no end to wait for, and a device none at all."""
    os.mkfifo(events / "pipe")
    for target in ("pipe", "/dev/zero"):
        (events / "linked.jsonl").symlink_to(target)
        with pytest.raises(LogError, match="neither a file"):
            numbers(events)
        (events / "linked.jsonl").unlink()
    (events / "pipe").rename(events / "pipe.jsonl")
    assert numbers(events) == [1, 2]


# Copying lines.


def numbered(*lines: bytes) -> list[tuple[str, int, bytes]]:
    return [("theirs", number, each) for number, each in enumerate(lines, start=1)]


def test_lines_are_copied_as_they_stand(events: Path) -> None:
    """Those whose record is in the log are skipped, unless they are earlier; each is copied once."""
    earlier = encode(record(2, AT - timedelta(days=1))).encode()
    spaced = line(3).replace(b'{"kind"', b'{ "kind"')
    assert log_in(events).copy(numbered(line(1), earlier, spaced, line(3), earlier + b"\r\n"), to="more") == 2
    assert (events / "more.jsonl").read_bytes() == earlier + b"\n" + spaced
    assert log_in(events).copy(numbered(line(2), spaced)) == 0
    assert numbers(events) == [1, 2, 2, 3]


def test_of_lines_of_which_one_cannot_be_read_none_is_copied(events: Path) -> None:
    """At any position; the same if the iterator of the lines raises."""
    before = (events / "events.jsonl").read_bytes()
    for bad in range(4):
        lines = [line(3), line(4), line(5)]
        lines.insert(bad, b"{}\n")
        with pytest.raises(UnreadableLog, match=f"theirs:{bad + 1}"):
            log_in(events).copy(numbered(*lines))
        assert (events / "events.jsonl").read_bytes() == before

    def failing() -> Iterator[tuple[str, int, bytes]]:
        yield from numbered(line(3), line(4), line(5))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log_in(events).copy(failing())
    assert numbers(events) == [1, 2]
    log_in(events).append(delivery(6))
    assert numbers(events) == [1, 2, 6]


def test_lines_just_made_are_added_unread_and_each_record_once(events: Path) -> None:
    """They are the lines that `append` would write."""
    log = log_in(events)
    made = [(*encode_new(delivery(number), format_instant(AT)), AT) for number in (1, 3, 3, 4)]
    lines = [(id_, recorded_at, line) for id_, line, recorded_at in made]
    assert log.add_lines(lines) == 2
    assert log.add_lines(iter(lines)) == 0
    assert numbers(events) == [1, 2, 3, 4]


# What the system says no to.

LIMITED = """
import resource, sys
from aidtimeline import EventLog
sys.path.insert(0, sys.argv[2])
from logs import delivery

log = EventLog(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    log.append([delivery(number) for number in range(3, 3 + int(sys.argv[4]))])
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("size", [1, 5])
def test_a_write_that_the_system_cuts_short_is_an_error_and_leaves_the_log_as_it_was(events: Path, size: int) -> None:
    """A real limit: no file may grow beyond a size that the batch exceeds."""
    before = (events / "events.jsonl").read_bytes()
    limit = len(before) + len(line(3)) * size - 20
    arguments = [str(events), str(Path(__file__).parent), str(limit), str(size)]
    printed = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith("LogError")
    assert "too large" in printed
    assert numbers(events) == [1, 2]
    log_in(events).append(delivery(3))
    assert (events / "events.jsonl").read_bytes() == before + line(3)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Not even the owner of the machine can write there."""
    with pytest.raises(LogError):
        log_in(Path("/proc/self/events")).append(delivery(1))


# Others at the same time.

WRITER = """
import sys
from aidtimeline import Delivery, EventLog, Source

folder, writer = sys.argv[1:]
source = Source(publisher="Rubryka")
log = EventLog(folder)
for number in range(12):
    package = f"{writer}-{number}"
    batch = [Delivery(date="2023", item="truck", quantity=n, package=package, sources=source) for n in range(4)]
    log.append(batch[:1] if number % 3 == 0 else batch)
    log.append(Delivery(date="2023", item="shared", quantity=number, sources=source))
"""


def run_python(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    source = str(Path(aidtimeline.__file__).parents[1])
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env={**os.environ, "PYTHONPATH": source})


def test_two_processes_append_at_once_while_a_third_reads(events: Path) -> None:
    """Nothing is lost, torn or there twice, and no reader ever sees half of a batch."""
    writers = [run_python(WRITER, str(events), name) for name in ("a", "b")]
    running = True
    while running:
        running = any(each.poll() is None for each in writers)
        problems: list[Problem] = []
        counts: dict[tuple[str | None, str | None], int] = {}
        for each in EventLog(events).read(problems=problems):
            assert isinstance(each.event, Delivery)
            key = (each.event.package, each.event.item)
            counts[key] = counts.get(key, 0) + 1
        assert {problem.severity for problem in problems} <= {"warning"}
        for (package, _), count in counts.items():
            if package is not None:
                assert count == (1 if int(package.split("-")[1]) % 3 == 0 else 4)
    assert [each.wait() for each in writers] == [0, 0]
    assert counts.pop((None, "shared")) == 12
    assert counts.pop((None, "truck")) == 2
    assert len(counts) == 24
    assert problems == []


def test_threads_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    """With a log object of their own, or a shared one."""
    shared = log_in(tmp_path)

    def write(log: EventLog, first: int) -> None:
        for number in range(first, first + 5):
            log.append([delivery(number), delivery(number + 100)])

    threads = [threading.Thread(target=write, args=(shared, 10)), threading.Thread(target=write, args=(shared, 20))]
    threads += [threading.Thread(target=write, args=(log_in(tmp_path), 10))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    ones = [*range(10, 15), *range(20, 25)]
    assert sorted(numbers(tmp_path)) == sorted([*ones, *(each + 100 for each in ones)])


HOLDER = """
import os, sys
from filelock import FileLock

FileLock(sys.argv[1]).acquire()
os.kill(os.getpid(), 9)
"""


def test_a_dead_process_leaves_no_lock(events: Path) -> None:
    """It was killed while it held it."""
    assert run_python(HOLDER, str(events / LOCK)).wait() == -9
    log_in(events).append(delivery(3))
    assert numbers(events) == [1, 2, 3]


def test_a_writer_that_waits_too_long_gives_up(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an error that says why."""
    from filelock import FileLock

    monkeypatch.setattr("aidtimeline.log.lock.LOCK_SECONDS", 0.1)
    with FileLock(events / LOCK), pytest.raises(LogError, match="other writers"):
        log_in(events).append(delivery(3))
    assert numbers(events) == [1, 2]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (3, "found 3, expected an event or an amendment"),
        (None, "found null, expected an event or an amendment"),
        ("delivery", "found 'delivery', expected an event or an amendment"),
        ({"kind": "delivery"}, r"found {.*\(a draft as JSON is recorded by `aidtimeline record`\)"),
        ([delivery(1), {"kind": "delivery"}], "found {.*aidtimeline record"),
        (Delivery, "found <class .*Delivery'>, expected an event or an amendment"),
    ],
)
def test_what_is_not_an_event_is_refused(given: Any, found: str, tmp_path: Path) -> None:
    """It says what was found, and nothing of the batch is written."""
    for log in (log_in(tmp_path), MemoryLog()):
        with pytest.raises(RefusedBatch, match=found):
            log.append(given)
        assert not log.ids()
    assert not list(tmp_path.rglob("*.jsonl"))
