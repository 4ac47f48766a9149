"""`watch`: the answer again whenever the log changes, with what is new; and Ctrl-C ends it."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aidtimeline import Delivery, EventLog, Source
from aidtimeline.cli import application

CODE = "from aidtimeline.cli import main; main()"


def delivery(item: str, quantity: int) -> Delivery:
    return Delivery(
        date="2023-02-01", item=item, quantity=quantity, sources=Source(publisher="A", published="2023-02-02")
    )


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    found = EventLog(tmp_path / "log")
    found.append(delivery("truck", 3))
    return found


@contextmanager
def watching(log: EventLog, *words: str, terminal: bool = False) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command that watches a log, and where to read what it prints."""
    if terminal:
        pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")
        ours, theirs = pty.openpty()
    else:
        ours, theirs = os.pipe()
    command = [sys.executable, "-c", CODE, "--log", str(log.folder), "watch", "--interval", "0.1", *words]
    env = os.environ | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        try:
            yield process, ours
        finally:
            process.kill()
            os.close(ours)


def until(read: int, text: str) -> str:
    """What is printed as soon as it has a text; at the latest after a while."""
    written, ends = "", time.monotonic() + 60
    while text not in written and time.monotonic() < ends:
        if select.select([read], [], [], 0.2)[0]:
            written += os.read(read, 4096).decode(errors="replace")
    return written


def test_the_answer_again_when_the_log_grows(log: EventLog) -> None:
    """One answer after the other, with what is new in it; the same answer is one line; Ctrl-C is exit code 0."""
    with watching(log, "counts", "--as-of", "2024-01-01") as (process, read):
        assert "truck       3" in until(read, "A 2023-02-02\n")
        log.append(delivery("truck", 4))
        again = until(read, "+ truck       7")
        assert ": the log has changed\ndelivery by item\n" in again
        assert "- truck       3  A 2023-02-02\n" in again
        (log.folder / "vocabulary").mkdir()
        (log.folder / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"Lorry"}\n')
        assert "Lorry" in until(read, "+ truck  Lorry")
        log.append(Delivery(date="2025", item="car", sources=Source(publisher="A", published="2026-02-02")))
        assert "the log has changed, and the answer is the same\n" in until(read, "is the same\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert "Traceback" not in until_end(read)


def until_end(read: int) -> str:
    written = b""
    while block := os.read(read, 4096):
        written += block
    return written.decode()


def test_on_a_terminal_what_is_new_has_a_colour(log: EventLog) -> None:
    """Green and red; and Ctrl-C, typed there, ends it."""
    with watching(log, "counts", "--as-of", "2024-01-01", terminal=True) as (process, read):
        until(read, "2023-02-02")
        log.append(delivery("truck", 4))
        assert "\x1b[32m+ truck       7" in until(read, "\x1b[32m+ truck       7")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_a_log_that_breaks_is_looked_at_again(log: EventLog) -> None:
    """What is wrong is said once, and the next answer comes when the log is whole again."""
    with watching(log, "counts", "--as-of", "2024-01-01") as (process, read):
        until(read, "A 2023-02-02\n")
        broken = log.folder / "broken.jsonl"
        broken.write_text("no line of a log\n")
        assert "looked at again when it changes\n" in until(read, "when it changes\n")
        broken.unlink()
        until(read, "the answer is the same\n")
        shutil.rmtree(log.folder)
        assert "there is no log" in until(read, "when it changes\n")
        assert process.poll() is None


def test_a_log_is_opened_once(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is read on, for each of its readings; after an error it is opened anew."""
    from aidtimeline.cli import asking, watching
    from aidtimeline.timeline import Timeline

    opened: list[str] = []
    real = Timeline.open

    def counted(folder: str, **options: Any) -> Timeline:
        opened.append(folder)
        return real(folder, **options)

    monkeypatch.setattr(Timeline, "open", counted)
    words = ["diff", "--from-as-of", "2023-01-01", "--to-as-of", "2024-01-01", "--format", "atom"]
    with asking.kept_open() as forget:
        for number in range(4, 7):
            log.append(delivery("truck", number))
            found = "".join(each.bare for each in watching.answer(str(log.folder), words))
            assert f"&#8594; {sum(range(3, number + 1))} " in found
        assert len(opened) == 1
        forget()
        watching.answer(str(log.folder), words)
    watching.answer(str(log.folder), words)
    assert len(opened) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["record", "x.jsonl"], "watch follows answers: as-of, counts"),
        (["counts", "--where", "item=truk"], "no item is 'truk'; did you mean truck?"),
        (["counts", "--zzz"], "No such option"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use_ends_at_once(words: list[str], message: str) -> None:
    """As it does without `watch`; what writes is not watched."""
    result = CliRunner().invoke(application, ["watch", *words])
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
