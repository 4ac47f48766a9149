"""Logs merge by union: with git, with its driver or without, by concatenation, and with `merge`."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from logs import AT, delivery, line, log_in, numbers, record

from aidtimeline.cli.application import application
from aidtimeline.errors import Problem, UnreadableLog

ATTRIBUTES = Path(__file__).parent.parent / ".gitattributes"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with a log of one record, and the attributes that this one ships."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    (tmp_path / ".gitattributes").write_bytes(ATTRIBUTES.read_bytes())
    (tmp_path / ".gitignore").write_text("*.lock\n")
    log_in(tmp_path / "events").append(delivery(1))
    commit(tmp_path)
    return tmp_path


def git(repository: Path, *arguments: str) -> int:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=repository, check=False, capture_output=True).returncode


def commit(repository: Path) -> None:
    assert git(repository, "add", "--all") == 0
    assert git(repository, "commit", "--quiet", "--message", "more") == 0


def two_branches(repository: Path) -> None:
    """Two people start from one log, write to the same file and to files of their own, and both record one fact."""
    for branch, first in (("theirs", 10), ("ours", 20)):
        git(repository, "checkout", "--quiet", "-b", branch, "main")
        log = log_in(repository / "events")
        log.append([delivery(first), delivery(first + 1)])
        log.append(record(5, AT + timedelta(days=first)))
        log.append(delivery(first + 2), to=branch)
        log.append(delivery(first + 3), to="both")
        commit(repository)


EXPECTED = [1, 5, 10, 11, 12, 13, 20, 21, 22, 23]


def test_git_merges_logs_by_its_union_driver(repository: Path) -> None:
    """Without a conflict, although both added lines in the same place: the shipped attributes say so."""
    two_branches(repository)
    assert git(repository, "merge", "--quiet", "theirs") == 0
    assert sorted(set(numbers(repository / "events"))) == EXPECTED
    check_is_fine(repository / "events")


def test_a_conflict_is_resolved_by_taking_both(repository: Path) -> None:
    """Without the union driver git leaves its marks in the file; `check` reports them, and they can be deleted."""
    (repository / ".gitattributes").unlink()
    commit(repository)
    two_branches(repository)
    assert git(repository, "merge", "--quiet", "theirs") == 1
    marked = repository / "events" / "events.jsonl"
    assert b"<<<<<<<" in marked.read_bytes()
    problems: list[Problem] = []
    assert sorted(set(numbers(repository / "events", skip_problems=True, problems=problems))) == EXPECTED
    assert {each.code for each in problems} == {"bad-json"}
    with pytest.raises(UnreadableLog):
        numbers(repository / "events")
    for path in (repository / "events").glob("*.jsonl"):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(each for each in lines if each.startswith(b"{")))
    assert sorted(set(numbers(repository / "events"))) == EXPECTED
    check_is_fine(repository / "events")


def test_of_what_both_recorded_the_earliest_stands(repository: Path) -> None:
    """As the format says: one id twice is one record."""
    two_branches(repository)
    git(repository, "merge", "--quiet", "theirs")
    [known] = log_in(repository / "events").append(delivery(5))
    assert known.recorded_at == AT + timedelta(days=10)


def check_is_fine(folder: Path) -> None:
    assert CliRunner().invoke(application, ["--log", str(folder), "check"]).exit_code == 0


# Two folders.


def merge(folder: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(application, ["--log", str(folder), "merge", *map(str, arguments)])


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Another log, of two files."""
    folder = tmp_path / "theirs"
    log_in(folder).append([delivery(1), delivery(2)])
    log_in(folder).append(record(3, AT - timedelta(days=1)), to="more")
    return folder


def test_lines_are_taken_as_they_stand(tmp_path: Path, theirs: Path) -> None:
    """With their instants; what is there is skipped; merging again, or a log with itself, adds nothing."""
    ours = tmp_path / "ours"
    log_in(ours).append([delivery(1), delivery(3)])
    assert merge(ours, theirs).stdout == "2 recorded, 1 there already\n"
    assert (ours / "events.jsonl").read_bytes() == line(1) + line(3) + line(2) + (theirs / "more.jsonl").read_bytes()
    assert merge(ours, theirs).stdout == "0 recorded, 3 there already\n"
    assert merge(ours, ours).stdout == "0 recorded, 4 there already\n"
    assert numbers(ours) == [1, 3, 2, 3]


def test_several_logs_are_merged_at_once_into_a_file_of_their_own(tmp_path: Path, theirs: Path) -> None:
    """Also into a log that is not there yet."""
    log_in(tmp_path / "third").append([delivery(2), delivery(9)])
    assert merge(tmp_path / "new", theirs, tmp_path / "third", "--to", "merged").exit_code == 0
    assert numbers(tmp_path / "new") == [1, 2, 3, 9]
    assert (tmp_path / "new" / "merged.jsonl").exists()


def test_all_is_merged_or_nothing(tmp_path: Path, theirs: Path) -> None:
    """A line that cannot be read is named; the log is as it was."""
    ours = tmp_path / "ours"
    log_in(ours).append(delivery(1))
    before = (ours / "events.jsonl").read_bytes()
    with (theirs / "more.jsonl").open("ab") as file:
        file.write(b"{}\n")
    refused = merge(ours, theirs)
    assert refused.exit_code == 1
    assert "more.jsonl:2" in refused.stderr
    assert (ours / "events.jsonl").read_bytes() == before
    assert numbers(ours) == [1]


def test_what_was_never_recorded_is_not_merged(tmp_path: Path, theirs: Path) -> None:
    """A torn last line of the other log is reported, and skipped."""
    with (theirs / "events.jsonl").open("ab") as file:
        file.write(line(7)[:30])
    answer = merge(tmp_path / "ours", theirs)
    assert answer.exit_code == 0
    assert "torn-line" in answer.stderr
    assert numbers(tmp_path / "ours") == [1, 2, 3]


def test_a_folder_without_a_log_is_an_error(tmp_path: Path) -> None:
    """And none is begun for its sake."""
    assert merge(tmp_path / "ours", tmp_path / "none").exit_code == 2
    assert not (tmp_path / "ours").exists()


def test_what_only_their_vocabulary_has_is_reported(tmp_path: Path, theirs: Path) -> None:
    """People edit the vocabulary: nothing is written to it."""
    ours = tmp_path / "ours"
    for folder, items in ((ours, ["truck Truck"]), (theirs, ["truck Lorry", "boat Boat"])):
        (folder / "vocabulary").mkdir(parents=True)
        lines = ['{{"slug":"{}","label":"{}"}}\n'.format(*item.split()) for item in items]
        (folder / "vocabulary" / "items.jsonl").write_text("".join(lines))
    answer = merge(ours, theirs).stderr
    assert "items.jsonl also has boat: copy the lines that you want" in answer
    assert "items.jsonl differs in truck: yours stand" in answer
