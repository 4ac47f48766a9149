"""Two gigabytes without a line end, and names that lead elsewhere, are refused in little memory and time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aidtimeline import EventLog, InvalidValue, Pledge, Source

resource = pytest.importorskip("resource", reason="limits of memory are set as Unix does")

SIZE = 2 * 2**30
MEMORY = 700 * 2**20  # of addresses, libraries included
MAPPING = 'dataset = "big"\n[event.a]\nkind = "pledge"\ndate = "{date}"\n'


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from aidtimeline.cli import main; main()", *map(str, words)]
    return subprocess.run(
        command, preexec_fn=limited, capture_output=True, check=False, text=True, errors="replace", timeout=120
    )


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Two gigabytes of one character, which take no room on the disk; tests write how the file begins."""
    path = tmp_path / "big"
    with path.open("wb") as stream:
        stream.truncate(SIZE)
    return path


@pytest.mark.parametrize(
    "begins",
    [
        ("record", b""),
        ("iati", b""),
        ("iati", b'<?xml version="1.0"?><iati-activities version="2.03"><iati-activity x="'),
        ("iati", b'<?xml version="1.0"?><iati-activities version="2.03"><!--'),
        ("kiel", b"ID,countries\n"),
        ("fts", b'{"status":"ok","data":{"flows":[{"description":"'),
        ("fts", b""),
        ("csv", b"date\n"),
        ("csv", b'date\n"'),
        ("jsonl", b'{"date":"'),
        ("xlsx", b"PK\x03\x04"),
    ],
    ids=lambda given: f"{given[0]}-{given[1][-12:].decode(errors='replace')}".replace("\x03", "").replace("\x04", ""),
)
def test_a_line_of_two_gigabytes_is_refused(tmp_path: Path, big: Path, begins: tuple[str, bytes]) -> None:
    """By every reader, with the reason; the log is as it was."""
    command, start = begins
    with big.open("r+b") as stream:
        stream.write(start)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING)
    log = tmp_path / "log"
    if command == "record":
        done = run("--log", log, "record", big)
    else:
        options = ["--mapping", mapping] if command in ("csv", "jsonl", "xlsx") else []
        done = run("--log", log, "import", command, big, *options)
    assert done.returncode in (1, 2), done.stderr[-500:]
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert not (log / "events.jsonl").exists()


def test_a_line_of_two_gigabytes_in_a_log_is_a_problem_of_that_line(tmp_path: Path, big: Path) -> None:
    """`check` reports it; a file of the vocabulary may not even be so large."""
    log = tmp_path / "log"
    (log / "vocabulary").mkdir(parents=True)
    os.link(big, log / "events.jsonl")
    os.link(big, log / "vocabulary" / "items.jsonl")
    with big.open("r+b") as stream:
        stream.write(b'{"kind":"')
        stream.seek(0, os.SEEK_END)
        stream.write(b"\n")
    done = run("--log", log, "check")
    assert done.returncode == 1, done.stderr[-500:]
    assert "Traceback" not in done.stderr
    assert "events.jsonl:1:" in done.stdout
    assert "items.jsonl: error unreadable-file: it is too large" in " ".join(done.stdout.split())


def test_two_gigabytes_are_no_bundle(big: Path) -> None:
    """`verify` reads no more of them than the largest bundle."""
    with big.open("r+b") as stream:
        stream.write(b'{"bundle":1,"lines":["')
    done = run("verify", big)
    assert done.returncode == 1, done.stderr[-500:]
    assert "Traceback" not in done.stderr
    assert "it is no bundle: found 'more than 16,777,216 bytes'" in done.stdout


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".hidden", "/etc/x", "a\0b", "", "x\ny", "ü"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written anywhere."""
    event = Pledge(date="2022", sources=[Source(publisher="A")])
    with pytest.raises(InvalidValue):
        EventLog(tmp_path / "log").append(event, to=name)
    assert list(tmp_path.iterdir()) == []
