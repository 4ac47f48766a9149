"""Progress: what is told of long work in Python, and the bar that a terminal shows; and Ctrl-C in the middle of it."""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from iatifiles import activity, file, transaction

from aidtimeline import EventLog, Timeline
from aidtimeline.checks import CHECKS, check
from aidtimeline.cli.interrupting import EITHER, NOTHING
from aidtimeline.cli.progress import line
from aidtimeline.formats import import_file
from aidtimeline.log import reading

Told = list[tuple[str, int, int | None]]

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")

COMMAND = "from aidtimeline.cli import main; print('ready', flush=True); main()"
AT_ONCE = f"from aidtimeline.cli import progress; progress.SHOWN_AFTER = progress.AGAIN_AFTER = 0; {COMMAND}"
TWO_STEPS = """
import time
from aidtimeline.cli.printing import show
from aidtimeline.cli.progress import bar
bar("reading the log", 100, 1000)
time.sleep(0.5)
bar("reading the log", 200, 1000)
time.sleep(0.6)
bar("reading the log", 700, 1000)
bar("reading the log", 701, 1000)
show(["the answer"])
"""


def many_activities(folder: Path, many: int) -> Path:
    path = folder / "activities.xml"
    path.write_text(file(*(activity(transaction(), id=f"XM-{number}") for number in range(many))))
    return path


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def tell(told: Told) -> Callable[[str, int, int | None], None]:
    return lambda *each: told.append(each)


def sizes(log: Path) -> int:
    return sum(path.stat().st_size for path in EventLog(log).files())


def test_reading_tells_of_bytes_up_to_all_of_them(
    told: Told, tell: Callable[[str, int, int | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sizes of the files are known before they are read."""
    monkeypatch.setattr(reading, "EVERY", 5)
    size = sizes(Path("events"))
    assert Timeline.open("events", progress=tell).records == tuple(EventLog("events").read(progress=tell))
    assert len(told) > 4
    assert {(doing, of) for doing, _, of in told} == {("reading the log", size)}
    once = told[: len(told) // 2]
    assert once + once == told
    assert [done for _, done, _ in once] == sorted({done for _, done, _ in once})
    assert once[-1][1] == size


def test_importing_tells_of_the_log_then_the_file_then_what_is_written(
    tmp_path: Path, told: Told, tell: Callable[[str, int, int | None], None]
) -> None:
    """Bytes of the log and of the file, and records."""
    path, log = many_activities(tmp_path, 800), tmp_path / "log"
    report = import_file(log, "iati", path, progress=tell)
    steps = list(dict.fromkeys(doing for doing, _, _ in told))
    assert steps == ["reading the file", "recording"]
    assert ("reading the file", path.stat().st_size, path.stat().st_size) in told
    assert told[-1] == ("recording", report.recorded, report.recorded)
    told.clear()
    import_file(log, "iati", path, progress=tell)
    assert list(dict.fromkeys(doing for doing, _, _ in told)) == ["reading the log", "reading the file"]


def test_checking_tells_of_each_check(told: Told, tell: Callable[[str, int, int | None], None]) -> None:
    """The last one is all of them."""
    check(EventLog("events").read(), progress=tell)
    assert told == [("checking", done, len(CHECKS)) for done in range(1, len(CHECKS) + 1)]


@pytest.mark.parametrize("width", range(1, 60))
def test_a_bar_is_never_wider_than_the_terminal(width: int) -> None:
    """Whatever is known of the work."""
    for done, of in ((0, 10), (3, 10), (10, 10), (11, 10), (5, 0), (10**9, None)):
        for blocks in (True, False):
            assert len(line("reading the log", done, of, width, blocks=blocks)) <= width


def test_a_bar_is_plain_where_the_encoding_has_no_blocks() -> None:
    """With characters that every encoding has."""
    assert line("reading", 1, 2, 24, blocks=False) == "reading #####.....  50 %"


def run(code: str, *words: object, terminal: bool, env: dict[str, str] | None = None) -> tuple[str, str]:
    """What a program writes to stdout, a pipe, and to stderr, which may be a terminal."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=os.environ | {"COLUMNS": "60"} | (env or {})
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while block := os.read(ours, 4096):
                written += block
        except OSError:  # how a pseudo-terminal ends
            pass
        os.close(ours)
        assert process.stdout is not None
        return process.stdout.read(), written.decode()


def seen(written: str) -> list[str]:
    """What stands on the lines of a terminal at the end."""
    lines, column = [""], 0
    for each in written:
        if each == "\n":
            lines.append("")
        elif each == "\r":
            column = 0
            continue
        else:
            lines[-1] = lines[-1][:column].ljust(column) + each + lines[-1][column + 1 :]
        column = 0 if each == "\n" else column + 1
    return [line.rstrip() for line in lines]


def test_a_bar_appears_after_a_second_and_is_cleared() -> None:
    """It is drawn once in what takes a little more than a second, and nothing of it stays."""
    stdout, stderr = run(TWO_STEPS, terminal=True, env={"PYTHONIOENCODING": "utf-8"})
    assert stdout == "the answer\n"
    drawn = [each for each in stderr.split("\r") if each.strip()]
    assert [each.split()[-2:] for each in drawn] == [["70", "%"]]
    assert "█" in stderr
    assert seen(stderr) == [""]


def test_a_bar_on_a_terminal_without_blocks() -> None:
    """It is of other characters."""
    _, stderr = run(TWO_STEPS, terminal=True, env={"PYTHONIOENCODING": "ascii"})
    assert "##" in stderr
    assert stderr.isascii()


def test_there_is_no_bar_in_a_pipe() -> None:
    """Nor anything else."""
    assert run(TWO_STEPS, terminal=False) == ("the answer\n", "")


@pytest.mark.parametrize("words", [["check"], ["check", "--json"], ["counts"]])
def test_commands_show_a_bar_on_a_terminal_only(words: list[str]) -> None:
    """Both on the same output, of which nothing differs."""
    alone, messages = run(AT_ONCE, *words, terminal=False)
    stdout, stderr = run(AT_ONCE, *words, terminal=True)
    assert stdout == alone
    assert "reading the log" in stderr
    assert "reading the log" not in messages
    assert [each for each in seen(stderr) if each] == messages.splitlines()


def test_an_import_shows_a_bar_on_a_terminal(tmp_path: Path) -> None:
    """While the file is read, and while records are written."""
    path = many_activities(tmp_path, 50)
    stdout, stderr = run(AT_ONCE, "--log", tmp_path / "log", "import", "iati", path, terminal=True)
    assert "100 recorded\n" in stdout
    assert "reading the file" in stderr
    assert "recording" in stderr
    assert seen(stderr) == [""]


def interrupt(folder: Path, delay: float, *words: object) -> tuple[int, str]:
    """Start a command on a log, press Ctrl-C after a while; its exit code, and what it wrote to stderr."""
    command = [sys.executable, "-c", COMMAND, "--log", str(folder), *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
        return process.returncode, stderr


INTERRUPTED = {f"aidtimeline: interrupted{what}\n" for what in ("", NOTHING, EITHER)}


@pytest.mark.parametrize("seed", range(8))
def test_ctrl_c_leaves_a_log_as_it_was_or_with_all_of_an_import(tmp_path: Path, seed: int) -> None:
    """At whatever moment; what the message says is true, and importing again brings all of it."""
    path = many_activities(tmp_path, 1_500)
    whole = tmp_path / "whole"
    started = time.monotonic()
    import_file(whole, "iati", path)
    takes = time.monotonic() - started
    log = tmp_path / "log"
    before = {each.id for each in EventLog(log).append([each.event for each in EventLog("events").read()])}
    after = before | set(EventLog(whole).ids())
    code, stderr = interrupt(log, random.Random(seed).uniform(0.05, 1.5 * takes), "import", "iati", path)
    if code != 0:
        assert (code, stderr in INTERRUPTED) == (130, True), stderr
    found = {each.id for each in EventLog(log).read()}
    assert found in ((after,) if code == 0 else (before, after))
    if NOTHING in stderr:
        assert found == before
    checked = subprocess.run([sys.executable, "-c", COMMAND, "--log", log, "check"], capture_output=True, check=False)
    assert b"Traceback" not in checked.stderr
    import_file(log, "iati", path)
    assert {each.id for each in EventLog(log).read()} == after


def test_ctrl_c_while_drafts_are_awaited(tmp_path: Path) -> None:
    """`record -` waits for stdin; nothing was recorded."""
    command = [sys.executable, "-c", COMMAND, "--log", str(tmp_path / "log"), "record", "-"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        process.stdin.write(b"\n")
        process.stdin.flush()
        while unread(process.stdin.fileno()):
            time.sleep(0.05)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert (process.returncode, stderr) == (130, b"aidtimeline: interrupted; nothing was recorded\n")
    assert not EventLog(tmp_path / "log").files()


def unread(pipe: int) -> int:
    """How many bytes in a pipe have not been read yet."""
    [found] = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(found)
