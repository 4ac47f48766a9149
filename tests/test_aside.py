"""What a dead writer left is set aside, listed until somebody says what becomes of it, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from logs import aside, delivery, leave_note, line, log_in, numbers

from aidtimeline.cli import application


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(application, ["--log", str(folder), *arguments])


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A log of two records, and of a batch that broke off two records and a part of a third."""
    folder = tmp_path / "events"
    log_in(folder).append([delivery(1), delivery(2)])
    path = folder / "events.jsonl"
    leave_note(path, path.stat().st_size, line(3), line(4), line(5))
    path.write_bytes(path.read_bytes() + line(3) + line(4) + line(5)[:70])
    return folder


def test_whole_records_that_were_set_aside_are_errors_until_they_are_recorded(events: Path) -> None:
    """Before the next writer, they are a warning: they may be being written."""
    before = run(events, "check")
    assert (before.exit_code, "unfinished-batch" in before.stdout) == (0, True)
    log_in(events).append(delivery(6))
    checked, listed = run(events, "check"), run(events, "set-aside")
    assert checked.exit_code == listed.exit_code == 1
    assert "error set-aside: 2 whole records that the log does not have" in checked.stdout
    assert "2 whole records" in listed.stdout
    log_in(events).append(delivery(3))
    assert "1 whole record that" in run(events, "set-aside").stdout
    recorded = run(events, "set-aside", "--record")
    assert (recorded.exit_code, recorded.stdout.endswith(": 1 recorded, file removed\n")) == (0, True)
    assert sorted(numbers(events)) == [1, 2, 3, 4, 6]
    assert run(events, "set-aside").stdout == "nothing is set aside\n"
    assert "set-aside" not in run(events, "check").stdout


def test_parts_of_lines_are_a_warning_until_they_are_removed(events: Path) -> None:
    """No record is missing then."""
    log_in(events).append([delivery(3), delivery(4)], to="other")
    assert aside(events / "events.jsonl") == line(3) + line(4) + line(5)[:70]
    checked = run(events, "check")
    assert (checked.exit_code, "warning set-aside: parts of lines" in checked.stdout) == (0, True)
    [name] = [each.name for each in events.glob("*.torn")]
    assert run(events, "set-aside", "--remove", name).exit_code == 0
    assert aside(events / "events.jsonl") == b""
    assert sorted(numbers(events)) == [1, 2, 3, 4]


def test_a_file_that_was_not_set_aside_is_left_alone(events: Path) -> None:
    """Whatever its name is."""
    for name in ("events.jsonl", str(events / "events.jsonl"), "gone.torn"):
        result = run(events, "set-aside", "--remove", name)
        assert (result.exit_code, "nothing of that name was set aside" in result.stderr) == (2, True)
    assert numbers(events) == [1, 2]
