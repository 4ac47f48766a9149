"""What is no file, or has a second name, where the log has its files: refused at once, and never written through."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import pytest
from click.testing import CliRunner
from logs import AT, delivery, line, log_in, numbers
from test_forked import exit_code_of_fork

from aidtimeline.cli.application import application
from aidtimeline.engines.caching import build
from aidtimeline.errors import LogError
from aidtimeline.log import vocabulary
from aidtimeline.log.disk import Disk
from aidtimeline.log.indexfile import NAME as INDEX
from aidtimeline.log.lock import LOCK
from aidtimeline.log.seal import LOCK as SEAL_LOCK, NAME as SEAL, read_seal, seal
from aidtimeline.projections import Counts
from aidtimeline.timeline import Timeline

resource = pytest.importorskip("resource", reason="files are files on this system")

SECONDS = 10
"""How long a command may take on a busy machine; one that waits for a pipe, or reads a device, never ends."""


def outside(path: Path) -> Path:
    """A file that is not of the log."""
    return next(found for each in path.parents if (found := each / "outside").exists())


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))
        path.open("rb").close()
    except OSError:
        path.unlink(missing_ok=True)
        pytest.skip("no device can be made here")


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(outside(path).with_name("pipe"))
    path.symlink_to(outside(path).with_name("pipe"))


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_outside(path: Path) -> None:
    path.symlink_to(outside(path))


def another_name(path: Path) -> None:
    path.hardlink_to(outside(path))


SPECIAL = [a_pipe, a_device, a_link_to_a_device, a_link_to_a_pipe, a_socket, a_folder]
ELSEWHERE = [a_link_outside, another_name]

PENDING, TAIL = "events.jsonl.pending", b'{"kind":"deliv'
TORN = f"events.jsonl.{len(line(1) + line(2))}-{blake2b(TAIL, digest_size=16).hexdigest()[:8]}.torn"
"""Where the tail is set aside."""

MINE = b"mine, and nobody else's\n"


@pytest.fixture
def events(tmp_path: Path) -> Iterator[Path]:
    """A log of two records, a torn line and a vocabulary; what lies beside it is not of the log."""
    folder = tmp_path / "events"
    log_in(folder).append([delivery(1), delivery(2)])
    with (folder / "events.jsonl").open("ab") as file:
        file.write(TAIL)
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"Truck"}\n', encoding="utf-8")
    (tmp_path / "outside").write_bytes(MINE)
    (tmp_path / "drafts.toml").write_text(DRAFT, encoding="utf-8")
    log_in(tmp_path / "other").append([delivery(8), delivery(9)])
    yield folder
    assert (tmp_path / "outside").read_bytes() == MINE


DRAFT = """
[[event]]
kind = "delivery"
date = "2023-11"
item = "truck"
quantity = 7
sources = [{publisher = "Rubryka", published = "2023-11-28"}]
"""

COMMANDS = [["as-of", "2023-12-31"], ["check"], ["record", "../drafts.toml"], ["seal"], ["merge", "../other"]]
PLACES = [LOCK, "events.jsonl", PENDING, TORN, SEAL, SEAL_LOCK, ".aidtimeline"]
VOCABULARIES = [f"vocabulary/{name}.jsonl" for name in ("items", "parties", "projects", "datasets", "rates")]


def said(events: Path) -> dict[str, tuple[int, str]]:
    """The exit code of each command and what it says, from a process that has little time and memory."""

    def commands() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, resource.RLIM_INFINITY))
        os.chdir(events)
        found = {}
        for words in COMMANDS:
            result = CliRunner().invoke(application, ["--log", ".", *words])
            assert result.exception is None or isinstance(result.exception, SystemExit)
            found[words[0]] = result.exit_code, result.output
        answer.write_text(json.dumps(found), encoding="utf-8")

    answer = events.parent / "answer"
    assert exit_code_of_fork(commands, SECONDS) == 0, "a command hangs or crashes"
    found: dict[str, tuple[int, str]] = json.loads(answer.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("made", [*SPECIAL, *ELSEWHERE], ids=lambda made: made.__name__)
@pytest.mark.parametrize("name", [*PLACES, VOCABULARIES[0], VOCABULARIES[-1]])
def test_commands_end_at_once(events: Path, name: str, made: Callable[[Path], None]) -> None:
    """With an answer, or with one line that says why there is none; nothing outside is changed."""
    path = events / name
    path.unlink(missing_ok=True)
    made(path)
    for command, (code, output) in said(events).items():
        if code != 0 and command != "check":
            errors = [
                each for each in output.splitlines() if each.startswith(("aidtimeline: ", "not sealed", "nothing"))
            ]
            assert len(errors) == 1, (command, code, output)
        if command in ("record", "merge") and (name in (LOCK, TORN) or (name == PENDING and made in SPECIAL)):
            assert code != 0
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    elif name != "events.jsonl":
        path.unlink(missing_ok=True)
    if name != "events.jsonl":
        assert {1, 2} <= set(numbers(events))


@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_vocabulary_that_is_no_file_is_a_problem(events: Path, name: str) -> None:
    """One for each file; through a link to a file it is read."""
    (events / name).unlink(missing_ok=True)
    a_pipe(events / name)
    [problem] = vocabulary.load_vocabulary(events).problems
    assert (problem.code, problem.file) == ("unreadable-file", str(events / name))
    assert "neither a file" in problem.message
    (events / name).unlink()
    (events.parent / "outside.jsonl").write_bytes(b"{}\n")
    (events / name).symlink_to(events.parent / "outside.jsonl")
    assert {each.line for each in vocabulary.load_vocabulary(events).problems} == {1}


def test_a_pipe_in_place_of_what_is_kept_beside_a_log_is_passed_over(
    events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its table of facts, when that was looked at, and its index."""
    (events / "events.jsonl").write_bytes(line(1) + line(2))
    build(events)
    monkeypatch.setattr("aidtimeline.log.index.LEAST", 1)
    log_in(events).ids()
    names = {path.name for path in (events / ".aidtimeline").iterdir()} | {INDEX}
    assert {Path(name).suffix for name in names} > {".duckdb", ".looked"}
    for name in names:
        path = events / ".aidtimeline" / name
        path.unlink(missing_ok=True)
        a_pipe(path)

        def ask() -> None:
            counted = Timeline.open(events, engine="embedded").as_of("2023-12-31").replay(Counts(by="item"))
            assert counted["truck"].high == 3
            assert len(log_in(events).append([delivery(2), delivery(9)])) == 2
            (events / "events.jsonl").write_bytes(line(1) + line(2))

        assert exit_code_of_fork(ask, SECONDS) == 0, name
        for each in (events / ".aidtimeline").iterdir():
            each.unlink()
        build(events)


READ, WRITE = os.O_RDONLY, os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize("made", SPECIAL, ids=lambda made: made.__name__)
@pytest.mark.parametrize("flags", [READ, WRITE, WRITE | os.O_TRUNC, os.O_RDWR | os.O_APPEND])
def test_only_files_are_opened(events: Path, flags: int, made: Callable[[Path], None]) -> None:
    """At once, and it stays closed."""
    made(events / "made")
    before = os.listdir("/proc/self/fd") if Path("/proc/self/fd").exists() else []
    with pytest.raises(OSError, match=r"neither a file|not written to|Is a directory") as refused:
        Disk().open(str(events / "made"), flags)
    assert refused.value.filename == str(events / "made")
    assert len(before) == (len(os.listdir("/proc/self/fd")) if before else 0)


@pytest.mark.parametrize("made", ELSEWHERE, ids=lambda made: made.__name__)
def test_what_lies_elsewhere_is_read_and_not_written(events: Path, made: Callable[[Path], None]) -> None:
    """Not even emptied; the message says why."""
    made(events / "made")
    for flags in (WRITE, WRITE | os.O_TRUNC, os.O_RDWR | os.O_APPEND):
        with pytest.raises(OSError, match=r"a symbolic link, which|another name"):
            Disk().open(str(events / "made"), flags)
    with Disk().opened(str(events / "made"), READ) as descriptor:
        assert os.read(descriptor, 100) == MINE


def test_a_file_with_another_name_is_read_and_not_appended_to(events: Path) -> None:
    """Also if it got that name after it was first appended to; a copy in its place is."""
    (events / "events.jsonl").write_bytes(line(1) + line(2))
    log = log_in(events)
    log.append(delivery(3))
    (events.parent / "backup.jsonl").hardlink_to(events / "events.jsonl")
    for each in (log, log_in(events)):
        with pytest.raises(LogError, match="another name"):
            each.append(delivery(4))
    assert numbers(events) == [1, 2, 3]
    assert log.append(delivery(2))[0].line == 2, "what is there already needs no write"
    content = (events / "events.jsonl").read_bytes()
    (events / "copy").write_bytes(content)
    (events / "copy").replace(events / "events.jsonl")
    log.append(delivery(4))
    assert (events.parent / "backup.jsonl").read_bytes() == content
    assert numbers(events) == [1, 2, 3, 4]


# What is a file, and has no end.


def test_no_more_of_a_seal_is_read_than_it_promises(events: Path) -> None:
    """Whatever follows, and however much; and nothing after a line that is not of a seal."""
    (events / "events.jsonl").write_bytes(line(1) + line(2))
    made = seal(log_in(events), AT)
    path = events / SEAL
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b"\r\n"))
    assert read_seal(events) == made
    head, *lines = content.splitlines(keepends=True)
    damaged = {
        "more": content + lines[0],
        "fewer": content.removesuffix(lines[-1]),
        "twice": head + lines[0] + lines[0],
        "no list": b"[" * 3000,
        "no number": head.replace(b'"lines": 2', b'"lines": "2"') + b"".join(lines),
        "nothing": b"",
    }
    for each, content in damaged.items():
        path.write_bytes(content)
        with pytest.raises(LogError, match="damaged"):
            read_seal(events)
        assert each
    for head in (b"", b'{"seal": 1, "sealed_at": "2026", "digest": "", "lines": 10000000000}\n'):
        path.write_bytes(head)
        os.truncate(path, 2**40)  # of zeros, which take no room
        begun = time.monotonic()
        with pytest.raises(LogError, match="damaged"):
            read_seal(events)
        assert time.monotonic() - begun < SECONDS


def test_a_vocabulary_is_read_up_to_its_limits(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that is larger nothing is taken, which is said in one line."""
    path = events / "vocabulary" / "items.jsonl"
    good = path.read_bytes()
    monkeypatch.setattr(vocabulary, "MOST_LINES", 10)
    monkeypatch.setattr(vocabulary, "MOST_BYTES", 100)
    for content, is_read in (
        (b"\n" * 9, True),
        (b" " * (100 - len(good)), True),
        (b"\n" * 10, False),
        (b" " * 99, False),
    ):
        path.write_bytes(good + content)
        loaded = vocabulary.load_vocabulary(events)
        assert list(loaded.items) == ["truck"] * is_read
        assert [each.code for each in loaded.problems] == ["unreadable-file"] * (not is_read)
    os.truncate(path, 2**40)  # of zeros, which take no room
    [problem] = vocabulary.load_vocabulary(events).problems
    assert "too large" in problem.message
