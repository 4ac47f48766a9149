"""The index of a log: what is kept of it changes no answer, whatever becomes of it or of the log."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from logs import AT, delivery, leave_note, line, record

from aidtimeline.codec import encode
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.engines.caching import cached, clear
from aidtimeline.log import EventLog, index, indexfile, kept, scan, status
from aidtimeline.log.disk import Disk
from aidtimeline.log.file import LogFile
from aidtimeline.log.folder import list_folder
from aidtimeline.log.ids import Ids
from aidtimeline.log.index import Index, Place
from aidtimeline.log.indexfile import Covered
from aidtimeline.log.rows import Rows
from aidtimeline.log.status import Status
from aidtimeline.report.cached import CachedShown

KEEP = Index.keep
HEX = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _small_logs_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And none is young: a change always shows in the times of a file (`edited` sees to it)."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setattr(index, "LEAST", 1)
    monkeypatch.setattr(index, "MORE", 1)
    monkeypatch.setattr(status, "TICK", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of two files and twelve lines, with an index that covers it."""
    return filled(tmp_path / "log")


def filled(folder: Path, first: int = 0) -> Path:
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b"".join(map(line, range(first, first + 8))))
    (folder / "b.jsonl").write_bytes(b"".join(map(line, range(first + 6, first + 10))))
    keep(folder)
    return folder


def edited(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file in place, at an instant that is not the one of its last change."""
    data, before = change(path.read_bytes()), Status.of(str(path))
    while True:
        with path.open("r+b") as file:
            file.truncate(len(data))
            file.write(data)
        if Status.of(str(path)).changed != before.changed:
            return


def refreshed(folder: Path) -> Index:
    found = Index(folder)
    listing = list_folder(str(folder))
    found.refresh(listing.files, lambda name: LogFile(str(folder / name), Disk()), listing.pending)
    return found


def keep(folder: Path) -> Path:
    """Read a log, and keep its index; where that is."""
    KEEP(refreshed(folder))
    return kept.places(folder)[0] / indexfile.NAME


def answers(found: Index) -> tuple[dict[str, Sequence[Place]], dict[tuple[str, str], int | None], str | None]:
    """All that an index says: of the ids that it has, and of some others; and the latest instant."""
    ids = found.ids()
    asked = {*ids, *(record(number).id for number in range(30)), "0" * 32, "", "x", "0x" + "0" * 30, " " + "1" * 31}
    known = found.known(asked)
    assert known == set(ids)
    assert len(ids) == len(list(ids)) == len(set(ids))
    assert all((id_ in ids) == (id_ in known) for id_ in asked)
    names = {place.name for id_ in ids for place in found.places(id_)}
    assert not any(found.places(id_) for id_ in asked - known)
    return (
        {id_: found.places(id_) for id_ in ids},
        {(name, id_): found.last_line(name, id_) for name in names for id_ in asked},
        found.newest[0] if found.newest else None,
    )


def anew(folder: Path) -> Index:
    """An index that was read from the log, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "LEAST", 2**62)
        return refreshed(folder)


def holds(folder: Path) -> None:
    """An index that begins with what is kept says the same as one that does not, also the second time."""
    expected = answers(anew(folder))
    for _ in range(2):
        assert answers(refreshed(folder)) == expected


def read_by(folder: Path, *numbers: int, to: str = "a") -> tuple[list[str], int]:
    """What a new process reads of the log to append these: which files it compares, how many bytes it looks through."""
    compared: list[str] = []
    begins = Covered.begins

    def told(covered: Covered, file: BinaryIO) -> bool:
        compared.append(covered.name)
        return begins(covered, file)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Covered, "begins", told)
        patch.setattr(Index, "keep", lambda _: None)
        log = EventLog(folder)
        log.append(map(delivery, numbers), recorded_at=AT, to=to)
    return compared, log._index._read


# --- what is kept


def test_what_is_kept_has_every_line(folder: Path) -> None:
    """And nothing is read twice for it."""
    found = refreshed(folder)
    assert len(found._rows) == 12
    assert not found._last
    assert found._read == 0
    holds(folder)


def test_a_small_log_gets_no_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it is quick."""
    monkeypatch.undo()
    log = EventLog(tmp_path)
    log.append(map(delivery, range(100)))
    EventLog(tmp_path).append(delivery(100))
    assert sorted(os.listdir(tmp_path)) == [".aidtimeline.lock", "events.jsonl"]


def test_a_process_that_only_appends_keeps_nothing(tmp_path: Path) -> None:
    """It has read nothing that the next one would not have to read."""
    log = EventLog(tmp_path)
    for number in range(5):
        log.append(delivery(number))
    assert not (tmp_path / kept.FOLDER).exists()


def test_the_first_append_of_a_process_reads_what_has_come_since(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is known by its status, which each append notes."""
    monkeypatch.setattr(Index, "keep", lambda _: None)
    size = len(line(20))
    assert read_by(folder, 20) == ([], 0)
    assert read_by(folder, 21, 22) == ([], size)
    assert read_by(folder, 23, to="b") == ([], 3 * size)
    log = EventLog(folder)
    log.append(delivery(24), recorded_at=AT, to="b")
    log.append(delivery(25), recorded_at=AT, to="b")
    log.add_lines([(record(26).id, AT, line(26))], to="a")
    log.append(delivery(27), recorded_at=AT, to="a")
    assert read_by(folder, 28, to="c") == ([], 8 * size)
    assert read_by(folder, 3, 29, to="c") == ([], 9 * size)
    holds(folder)


def test_what_is_there_is_found_where_it_stands(folder: Path) -> None:
    """Its file and line are those that a reader would say."""
    [found] = EventLog(folder).append(delivery(9), recorded_at=AT)
    assert (found.file, found.line) == (str(folder / "b.jsonl"), 4)
    assert next(each for each in EventLog(folder).read() if each == found).line == 4


def test_a_file_that_was_touched_is_compared_once(folder: Path) -> None:
    """What it begins with is noted again."""
    os.utime(folder / "a.jsonl")
    assert read_by(folder, 3, to="b") == (["a.jsonl"], 0)
    assert read_by(folder, 3, to="b") == ([], 0)


def test_two_processes_note_each_other_s_appends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One takes on what the other has noted; also beside the index that another one has put there meanwhile."""
    monkeypatch.setattr(Index, "keep", lambda _: None)
    one, other = EventLog(folder), EventLog(folder)
    for number in range(20, 30):
        (one, other)[number % 2].append(delivery(number), to="a")
    assert read_by(folder, 3)[0] == []
    keep(folder)
    for number in range(30, 40):
        (one, other)[number % 2].append(delivery(number), to="a")
    assert read_by(folder, 3)[0] == []


@pytest.mark.parametrize("change", [lambda data: data + line(20), lambda data: line(21) + data])
def test_a_file_that_was_grown_by_another_program_is_not_said_to_begin_as_it_did(
    folder: Path, change: Callable[[bytes], bytes]
) -> None:
    """Though the process that was there at the time takes it for grown, and appends to it."""
    log = EventLog(folder)
    log.append(delivery(30))
    edited(folder / "a.jsonl", change)
    log.append(delivery(31), to="a")
    log.append(delivery(32), to="a")
    holds(folder)


def test_what_came_since_may_be_edited_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process notes what it has read; to this one that says nothing of what it read before."""
    monkeypatch.setattr(Index, "keep", lambda _: None)
    log = EventLog(folder)
    log.append(delivery(20), recorded_at=AT, to="a")
    edited(folder / "a.jsonl", lambda data: data.replace(line(20), line(21)))
    EventLog(folder).append(delivery(22), to="a")
    log.append(delivery(23), to="b")
    KEEP(log._index)
    holds(folder)


def test_the_index_of_another_process_says_nothing_of_what_this_one_has_read(folder: Path) -> None:
    """A file was edited, and read anew by the other one."""
    log, other = EventLog(folder), EventLog(folder)
    log.ids()
    edited(folder / "b.jsonl", lambda data: data.replace(line(8), line(30)))
    other.append(delivery(20), to="a")
    other.append(delivery(21), to="b")
    log.append(delivery(22), to="c")
    KEEP(log._index)
    holds(folder)


def test_this_process_says_nothing_of_an_index_that_it_has_not_loaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be that of another log."""
    monkeypatch.setattr(Index, "keep", lambda _: None)
    log, other = EventLog(folder), keep(filled(tmp_path / "other", first=5))
    log.append(delivery(20), to="a")
    log.append(delivery(21), to="b")
    other.replace(kept.places(folder)[0] / indexfile.NAME)
    log.append(delivery(22), to="a")
    log.append(delivery(23), to="b")
    holds(folder)


class Meddling(Disk):
    """A disk on which another program changes a file just before it is appended to."""

    def open(self, path: str, flags: int) -> int:
        """Open a file."""
        if flags & os.O_APPEND and path.endswith("a.jsonl"):
            edited(Path(path), lambda data: line(21) + data)
        return super().open(path, flags)


def test_a_file_that_was_changed_during_an_append_is_compared_again(folder: Path) -> None:
    """It is not the one that was known."""
    EventLog(folder, disk=Meddling()).append(delivery(30), to="a")
    holds(folder)


def test_a_young_file_is_compared_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been changed since without a trace in its times."""
    monkeypatch.setattr(status, "TICK", 10**12)
    os.utime(folder / "a.jsonl")
    for _ in range(2):
        assert read_by(folder, 3)[0] == ["a.jsonl"]
    clear(folder)
    keep(folder)
    assert read_by(folder, 3)[0] == ["a.jsonl", "b.jsonl"]


def test_where_the_clock_is_coarse_an_append_is_not_noted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another change might leave the same times."""
    monkeypatch.setattr(Status, "is_fine", False)
    assert read_by(folder, 20)[0] == []
    assert read_by(folder, 21)[0] == ["a.jsonl"]


def test_what_came_since_is_kept_too(folder: Path) -> None:
    """What is kept grows by it: nothing else is read for it."""
    before = keep(folder).read_bytes()
    EventLog(folder).append(map(delivery, range(20, 30)), to="c")
    edited(folder / "a.jsonl", lambda data: data + line(3) + line(40))
    EventLog(folder).append(delivery(41), to="b")
    assert keep(folder).read_bytes() != before
    found = refreshed(folder)
    assert not found._last
    assert found._read == 0
    assert len(found._rows) == 12 + 10 + 2 + 1
    holds(folder)


def test_who_read_little_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again by the next process."""
    monkeypatch.setattr(index, "MORE", 2000)
    edited(folder / "a.jsonl", lambda data: data + line(20))
    keep(folder)
    assert refreshed(folder)._read == len(line(20))
    edited(folder / "a.jsonl", lambda data: data + b"".join(map(line, range(21, 30))))
    keep(folder)
    assert refreshed(folder)._read == 0


def test_a_last_line_without_its_end_is_read_again(folder: Path) -> None:
    """Another program may have written it; it is not kept before it is ended."""
    edited(folder / "a.jsonl", lambda data: data + line(20)[:-1])
    keep(folder)
    holds(folder)
    assert len(refreshed(folder)._rows) == 12
    edited(folder / "a.jsonl", lambda data: data + b"\n" + line(20) + line(21))
    keep(folder)
    holds(folder)
    assert len(refreshed(folder)._rows) == 15


def test_a_last_line_is_one_though_it_is_read_twice(folder: Path) -> None:
    """Also if the same record was found in another file meanwhile."""
    edited(folder / "a.jsonl", lambda data: data + line(20)[:-1])
    edited(folder / "b.jsonl", lambda data: data + line(20))
    EventLog(folder).append(delivery(10), to="a")
    holds(folder)
    assert [place.name for place in refreshed(folder).places(record(20).id)] == ["a.jsonl", "b.jsonl"]


def test_an_instant_in_a_last_line_without_its_end_is_not_kept(folder: Path) -> None:
    """The line may be gone again, and all that is kept still fit."""
    path = folder / "a.jsonl"
    later = encode(record(20, AT + timedelta(days=1)))
    edited(path, lambda data: data + later.encode())
    keep(folder)
    holds(folder)
    edited(path, lambda data: data[: -len(later)])
    holds(folder)


def test_a_file_that_is_a_link_is_read_each_time(folder: Path, tmp_path: Path) -> None:
    """Its status says nothing of its target."""
    target = tmp_path / "elsewhere.jsonl"
    target.write_bytes(line(20))
    (folder / "c.jsonl").symlink_to(target)
    before = (folder / kept.FOLDER / indexfile.NAME).read_bytes()
    assert keep(folder).read_bytes() == before
    holds(folder)
    edited(target, lambda data: data + line(21))
    holds(folder)
    shutil.move(folder / "a.jsonl", target)
    (folder / "a.jsonl").symlink_to(target)
    holds(folder)


# --- law: what is kept changes no answer


def replaced(path: Path, data: bytes) -> None:
    path.with_name("x").write_bytes(data)
    path.with_name("x").replace(path)


def half_of_a_batch(path: Path) -> None:
    leave_note(path, path.stat().st_size, line(20), line(21))
    edited(path, lambda data: data + line(20))


def note_of_what_is_there(path: Path) -> None:
    """As a folder has it into which a note was copied back."""
    first, *others = path.read_bytes().splitlines(keepends=True) or [b""]
    leave_note(path, len(first), *others, line(20))


CHANGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: edited(path, lambda data: data[: len(data) // 2]),
    "cut at a line": lambda path: edited(path, lambda data: data[: data.index(b"\n") + 1]),
    "emptied": lambda path: edited(path, lambda _: b""),
    "another instant": lambda path: edited(
        path, lambda data: data.replace(b'"recorded_at":"2026', b'"recorded_at":"2025')
    ),
    "other ids": lambda path: edited(path, lambda data: re.sub(rb'"id":"....', b'"id":"0000', data)),
    "lines in another order": lambda path: edited(path, lambda data: b"".join(data.splitlines(keepends=True)[::-1])),
    "other line ends": lambda path: edited(path, lambda data: data.replace(b"}\n", b"}\r\n")),
    "a line that is none": lambda path: edited(path, lambda data: b"no JSON\n" + data),
    "grown": lambda path: edited(path, lambda data: data + line(3) + line(20)),
    "grown, without an end": lambda path: edited(path, lambda data: data + line(20)[:-1]),
    "grown, torn": lambda path: edited(path, lambda data: data + line(20)[:50]),
    "removed": Path.unlink,
    "replaced": lambda path: replaced(path, path.read_bytes()),
    "replaced by another": lambda path: replaced(path, line(20)),
    "renamed": lambda path: path.rename(path.with_name("z.jsonl")),
    "touched": os.utime,
    "a stale note": lambda path: leave_note(path, len(line(0)), line(1), line(20)),
    "a note of what is there": note_of_what_is_there,
    "a note of a batch that has not begun": lambda path: leave_note(path, path.stat().st_size, line(20), line(21)),
    "half of a batch": half_of_a_batch,
}


@pytest.mark.parametrize("name", ["a.jsonl", "b.jsonl"])
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_becomes_of_a_file_what_is_kept_changes_no_answer(folder: Path, change: str, name: str) -> None:
    """It is used only if the log begins with what it covers; and what is appended then is recorded once."""
    CHANGES[change](folder / name)
    holds(folder)
    other = shutil.copytree(folder, folder.with_name("other"))
    shutil.rmtree(other / kept.FOLDER)
    given = [delivery(number) for number in (0, 7, 9, 20, 21, 22)]
    for each in given, given:
        found, expected = (EventLog(path).append(each, recorded_at=AT, to="b") for path in (folder, other))
        assert [attrs.evolve(one, file=None) for one in found] == [attrs.evolve(one, file=None) for one in expected]
    assert {path.name: path.read_bytes() for path in EventLog(folder).files()} == {
        path.name: path.read_bytes() for path in EventLog(other).files()
    }
    keep(folder)
    holds(folder)


def test_damaged_at_any_byte_it_is_not_used(folder: Path) -> None:
    """Or it says the same. No bit can be another."""
    path, expected = keep(folder), answers(anew(folder))
    data = path.read_bytes()
    for at in range(len(data)):
        for other in {data[at] ^ 1 << random.Random(at).randrange(8), data[at] ^ 0xFF, 0, 0x20} - {data[at]}:
            path.write_bytes(data[:at] + bytes([other]) + data[at + 1 :])
            assert answers(refreshed(folder)) == expected, (at, other)
    path.write_bytes(data)
    assert refreshed(folder)._read == 0


def test_cut_at_any_byte_it_is_not_used(folder: Path) -> None:
    """Nor with more behind it."""
    path, expected = keep(folder), answers(anew(folder))
    data = path.read_bytes()
    for wrong in [*(data[:at] for at in range(len(data))), data + b"x", data + data, b"\n" * 5000]:
        path.write_bytes(wrong)
        found = refreshed(folder)
        assert found._kept is None
        assert answers(found) == expected
    path.write_bytes(data)
    assert refreshed(folder)._read == 0


def test_that_of_another_log_or_of_before_is_not_used_unless_it_fits(folder: Path, tmp_path: Path) -> None:
    """A state from before does: the log has grown since."""
    path = keep(folder)
    before = path.read_bytes()
    EventLog(folder).append(map(delivery, range(20, 25)), to="a")
    later = keep(folder).read_bytes()
    other = keep(filled(tmp_path / "other", first=5)).read_bytes()
    for found, fits in ((before, True), (other, False), (later, True)):
        path.write_bytes(found)
        assert (refreshed(folder)._kept is not None) == fits
        holds(folder)
    edited(folder / "a.jsonl", lambda data: data[: -len(line(24))])
    path.write_bytes(later)
    assert refreshed(folder)._kept is None
    holds(folder)


def test_a_forged_one_invents_no_record(folder: Path) -> None:
    """One that was made to deceive leads to a second line of a record at the worst, which changes no answer."""
    covered = [each.all() for each in refreshed(folder)._seen.values()]
    statuses = [Status.of(str(folder / each.name)) for each in covered]
    ids = sorted(record(number).id for number in range(20, 30))
    lines = [(number % 7, 10**number, number) for number in range(10)]
    indexfile.write(folder, covered, statuses, Rows().grown(ids, lines))
    assert set(refreshed(folder).ids()) == set(ids)
    found = EventLog(folder).append(map(delivery, (0, 20)), recorded_at=AT)
    assert found == [record(0), record(20)]
    assert {each.id for each in EventLog(folder).read()} == {record(number).id for number in (*range(10), 20)}
    shutil.rmtree(folder / kept.FOLDER)
    holds(folder)


ACTS = st.one_of(
    st.tuples(st.just("append"), st.lists(st.integers(0, 30), min_size=1, max_size=4), st.sampled_from("abc")),
    st.tuples(st.just("other"), st.lists(st.integers(0, 30), min_size=1, max_size=4), st.sampled_from("abc")),
    st.tuples(st.just("lines"), st.lists(st.integers(0, 30), min_size=1, max_size=4), st.sampled_from("abc")),
    st.tuples(st.just("change"), st.sampled_from(sorted(CHANGES)), st.sampled_from("abc")),
    st.tuples(st.sampled_from(["keep", "hold", "forget", "swap"]), st.none(), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_whatever_happens_what_is_kept_changes_no_answer(acts: list[tuple[str, Any, Any]]) -> None:
    """Two processes append, a third changes files; what is kept comes, goes, and is swapped with an older one."""
    with TemporaryDirectory() as temporary:
        folder = filled(Path(temporary) / "log")
        path = kept.places(folder)[0] / indexfile.NAME
        older, one, other = path.read_bytes(), EventLog(folder), EventLog(folder)
        for act, what, name in acts:
            if act == "append":
                one.append(map(delivery, what), to=name)
            elif act == "other":
                other.append(map(delivery, what), to=name)
            elif act == "lines":
                other.add_lines([(record(number).id, AT, line(number)) for number in what], to=name)
            elif act == "change" and (folder / f"{name}.jsonl").exists():
                CHANGES[what](folder / f"{name}.jsonl")
            elif act == "keep":
                keep(folder)
            elif act == "forget":
                clear(folder)
            elif act == "swap" and path.exists():
                found = path.read_bytes()
                path.write_bytes(older)
                older = found
            holds(folder)


# --- law: nothing else is read or written


def test_what_is_no_file_is_neither_read_nor_written_through(folder: Path, tmp_path: Path) -> None:
    """A link, a pipe, a folder, or a file with another name may lead anywhere."""
    path = keep(folder)
    data = path.read_bytes()
    expected = answers(anew(folder))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(data)
    for make in (path.symlink_to, lambda _: os.mkfifo(path), lambda _: path.mkdir(), path.hardlink_to):
        kept.remove(path)
        make(elsewhere)
        assert (refreshed(folder)._kept is None) == (make != path.hardlink_to)
        assert answers(refreshed(folder)) == expected
        EventLog(folder).append(delivery(0))
        os.utime(folder / "a.jsonl")
        assert answers(refreshed(folder)) == expected
        assert elsewhere.read_bytes() == data


def test_a_folder_that_is_a_link_is_not_used(folder: Path, tmp_path: Path) -> None:
    """What is kept lies in the folder of the user then."""
    shutil.move(folder / kept.FOLDER, tmp_path / "away")
    (folder / kept.FOLDER).symlink_to(tmp_path / "away")
    before = {path.name: path.read_bytes() for path in (tmp_path / "away").iterdir()}
    EventLog(folder).append(delivery(20))
    os.utime(folder / "a.jsonl")
    holds(folder)
    assert {path.name: path.read_bytes() for path in (tmp_path / "away").iterdir()} == before
    assert (kept.places(folder)[1] / indexfile.NAME).exists()


def test_of_two_that_fit_the_one_that_has_more_is_used(folder: Path) -> None:
    """Where somebody else keeps one beside the log, and this user may not write it."""
    ours, theirs = (each / indexfile.NAME for each in kept.places(folder)[::-1])
    before = theirs.read_bytes()
    EventLog(folder).append(map(delivery, range(20, 25)), to="a")
    keep(folder)
    ours.parent.mkdir(parents=True)
    theirs.rename(ours)
    theirs.write_bytes(before)
    assert refreshed(folder)._read == 0
    holds(folder)
    clear(folder)
    assert not ours.exists()


def test_where_nothing_can_be_kept_the_log_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time; and nobody is told."""
    shutil.rmtree(folder / kept.FOLDER)
    (folder / kept.FOLDER).write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / kept.FOLDER))
    for _ in range(2):
        EventLog(folder).append(delivery(20))
        keep(folder)
        assert refreshed(folder)._kept is None
    holds(folder)


def test_nobody_needs_a_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept lies beside the log."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert kept.places(folder) == [folder / kept.FOLDER]
    holds(folder)


def test_one_that_is_larger_than_its_log_allows_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would only take memory."""
    path = keep(folder)
    monkeypatch.setattr(indexfile, "ROOM", 0)
    monkeypatch.setattr(index, "ROOM", 0, raising=False)
    with path.open("r+b") as file:
        file.truncate(2**30)
    assert refreshed(folder)._kept is None


def test_what_dead_processes_left_and_other_versions_goes(folder: Path) -> None:
    """After an hour, or a week."""
    place = kept.places(folder)[0]
    names = {f"{indexfile.NAME}.{'0' * 32}": kept.MOMENT, "index-0": kept.WEEK}
    for name, age in names.items():
        (place / name).write_text("")
        os.utime(place / name, (time.time() - age + 60,) * 2)
    EventLog(folder).append(delivery(20), to="c")
    keep(folder)
    assert set(names) < set(os.listdir(place))
    for name, age in names.items():
        os.utime(place / name, (time.time() - age - 60,) * 2)
    EventLog(folder).append(delivery(21), to="d")
    keep(folder)
    assert sorted(os.listdir(place)) == [".gitignore", indexfile.NAME]


def test_it_is_shown_and_cleared_with_what_else_is_kept(folder: Path) -> None:
    """It is no table of facts."""
    path = keep(folder)
    found, size = cached(folder), path.stat().st_size
    assert (found.store, found.size, found.index) == (None, size, size)
    assert f"the index of ids takes {size} bytes" in list(CachedShown(found).page())
    assert clear(folder) == size
    assert not (folder / kept.FOLDER).exists()
    assert cached(folder).index == 0
    holds(folder)


# --- several processes


def _appends(folder: Path, numbers: Sequence[int]) -> None:
    for number in numbers:
        EventLog(folder).append(delivery(number), to=f"{'abc'[number % 3]}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_processes_that_keep_it_at_once_lose_nothing(folder: Path) -> None:
    """Each opens the log anew for each record, and keeps what it has read."""
    forking = multiprocessing.get_context("fork")
    several = [forking.Process(target=_appends, args=(folder, range(100 + n, 160 + n))) for n in (0, 20, 40)]
    for each in several:
        each.start()
    for each in several:
        each.join()
        assert each.exitcode == 0
    holds(folder)
    found = [each.id for each in EventLog(folder).read()]
    assert set(found) == {record(number).id for number in (*range(10), *range(100, 200))}
    assert len(found) == 12 + 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_and_its_parent_go_on(folder: Path) -> None:
    """Neither takes the other's notes for its own."""
    log = EventLog(folder)
    log.append(delivery(20))
    child = multiprocessing.get_context("fork").Process(target=lambda: [log.append(delivery(n)) for n in range(30, 60)])
    child.start()
    for number in range(45, 75):
        log.append(delivery(number))
    child.join()
    assert child.exitcode == 0
    holds(folder)
    found = [each.id for each in EventLog(folder).read()]
    assert len(found) == 12 + 1 + 45
    assert set(found) == {record(number).id for number in (*range(10), 20, *range(30, 75))}


# --- its parts


ID = re.compile(rb'"id"\s*:\s*"([0-9a-f]{32})"')
PIECES = st.sampled_from(
    [
        *(line(number)[:-1] for number in range(4)),
        line(1)[:-1].replace(b'":"', b'" : "'),
        line(2)[:-1].replace(b'{"kind"', b' {"kind"'),
        b'{"note":"' + line(3)[:-1] + b'"}',
        line(0)[:-1] * 2,
        b'{"id":"' + b"0" * 32 + b'"}',
        b'{"id":"' + b"0" * 31 + b'"}',
        *(b"", b"\r", b" ", b"\xff\xfe", "é".encode(), b"x" * 300, b'{"kind":"delivery","v":1,"id":"'),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12), st.booleans(), st.sampled_from([16, 64, 500, 2**18]), st.data())
def test_ids_are_found_in_blocks_as_they_are_line_by_line(
    pieces: list[bytes], ended: bool, block: int, data: st.DataObject
) -> None:
    """Whatever the lines are, wherever blocks end, and from any line on."""
    text = b"".join(piece + b"\n" for piece in pieces)
    text = text if ended else text[:-1]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_BLOCK", block)
        path = Path(folder) / "a.jsonl"
        path.write_bytes(text)
        with LogFile(str(path), Disk()).snapshot() as snapshot:
            ends = [0, *(end for line, end in snapshot.lines() if line.endswith(b"\n"))]
            start = data.draw(st.sampled_from(ends))
            expected = [
                (match[1].decode() if (match := ID.search(line)) else None, end - len(line), line.endswith(b"\n"))
                for line, end in snapshot.lines(start)
            ]
            read: list[bytes] = []
            found = list(scan.scan(snapshot, start, read.append))
    ids = [id_ for each in found for id_ in each.ids]
    assert ids == [id_ for id_, _, _ in expected]
    assert [at for each in found for at in each.starts] == [at for _, at, is_whole in expected if is_whole]
    assert b"".join(read) == text[start : max(ends)]
    assert (found[-1].end if found else start) == max(ends)


def test_a_line_that_is_too_long_is_passed_over(folder: Path) -> None:
    """What follows is found where it stands."""
    edited(folder / "a.jsonl", lambda data: data + b" " * (3 * MAX_LINE_BYTES) + line(20) + line(21))
    assert anew(folder).places(record(20).id) == []
    [place] = anew(folder).places(record(21).id)
    assert place.number == 10
    keep(folder)
    holds(folder)


TEXTS = st.text(HEX, min_size=32, max_size=32) | st.integers(0, 9).map(lambda number: f"{number:032x}")


@given(st.lists(TEXTS), st.lists(TEXTS), TEXTS)
def test_rows_grow_as_if_all_had_been_there_at_once(first: list[str], second: list[str], other: str) -> None:
    """Lines of one id stay in the order in which they came."""
    lines = [(number % 5, number * 10**9, number) for number in range(len(first) + len(second))]
    pairs = list(zip([*first, *second], lines, strict=True))
    parts = (sorted(part, key=itemgetter(0)) for part in (pairs[: len(first)], pairs[len(first) :]))
    grown = Rows()
    for part in parts:
        grown = grown.grown([id_ for id_, _ in part], [at for _, at in part])
    for id_ in {*first, *second, other, other.upper(), other[:16], other[:15] + " " + other[16:]}:
        assert list(grown.lines(id_)) == [at for each, at in pairs if each == id_]
        assert list(grown.known([id_])) == [id_] * any(each == id_ for each, _ in pairs)
    assert list(grown.ids()) == sorted({*first, *second})
    columns = b"".join(grown.columns)
    if pairs:
        assert list(Rows.of(memoryview(columns), len(grown)).ids()) == list(grown.ids())


@given(st.lists(TEXTS), st.lists(TEXTS), st.lists(TEXTS), st.text(HEX, min_size=1, max_size=32))
def test_ids_are_a_set(in_rows: list[str], others: list[str], more: list[str], beginning: str) -> None:
    """Of texts, wherever they come from."""
    rows = Rows().grown(sorted(in_rows), [(0, 0, 1)] * len(in_rows))
    ids, all_of_them, some = Ids(others, rows), {*in_rows, *others}, {*more, *others[:2], *in_rows[:2]}
    assert ids == Ids(all_of_them)
    assert len(ids) == len(all_of_them)
    assert sorted(ids) == sorted(all_of_them)
    assert (ids & some, some & ids, some - ids, ids - some) == (
        *(all_of_them & some, all_of_them & some, some - all_of_them, all_of_them - some),
    )
    assert set(ids.with_more(more)) == all_of_them | {*more}
    assert ids.beginning(beginning) == [each for each in sorted(all_of_them) if each.startswith(beginning)][:3]
    assert not any(each in ids for each in (None, 3, ""))
