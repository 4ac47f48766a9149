"""Damage is found: a changed line by its id, a missing one by the seal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result
from logs import AT, delivery, log_in

from aidtimeline.errors import LogError
from aidtimeline.log.seal import MOST_LISTED, NAME, missing, read_seal, seal


def run(folder: Path, *arguments: str) -> Result:
    """What a command says."""
    from aidtimeline.cli.application import application

    return CliRunner().invoke(application, ["--log", str(folder), *arguments])


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A sealed log of eight records in two files."""
    folder = tmp_path / "events"
    log_in(folder).append([delivery(number) for number in range(1, 5)])
    log_in(folder).append([delivery(number) for number in range(5, 9)], to="more")
    assert run(folder, "seal").exit_code == 0
    return folder


def found(folder: Path) -> set[str]:
    """The codes of the errors that `check` finds."""
    rows = json.loads(run(folder, "check", "--json").stdout)["rows"]
    return {row["code"] for row in rows if row["severity"] == "error"}


def test_a_sealed_log_that_is_whole_has_no_problems(events: Path) -> None:
    """In any order of lines, in any files, and with lines added, even earlier ones."""
    assert found(events) == set()
    lines = b"".join(path.read_bytes() for path in events.glob("*.jsonl")).splitlines(keepends=True)
    Random(1).shuffle(lines)
    (events / "more.jsonl").unlink()
    (events / "events.jsonl").write_bytes(b"".join(lines))
    assert found(events) == set()
    log_in(events).append(delivery(9), recorded_at=AT.replace(year=2020))
    assert found(events) == set()


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def last_line_gone(was: bytes) -> bytes:
    return was[: was.rfind(b"\n", 0, -1) + 1]


ONE, MORE = "events.jsonl", "more.jsonl"
DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a line edited": (MORE, lambda was: was.replace(b'y":6', b'y":7'), "id-mismatch"),
    "another instant": (ONE, lambda was: was.replace(b"T10:", b"T11:"), "missing-record"),
    "a line deleted": (MORE, lambda was: was.partition(b"\n")[2], "missing-record"),
    "the last line deleted": (MORE, last_line_gone, "missing-record"),
    "cut at the end of a line": (ONE, lambda was: last_line_gone(last_line_gone(was)), "missing-record"),
    "cut within a line": (ONE, lambda was: was[:-40], "missing-record"),
    "cut to nothing": (ONE, lambda _: b"", "missing-record"),
    "zeros": (ONE, lambda was: was[:300] + bytes(400) + was[700:], "bad-json"),
    "the seal cut": (NAME, lambda was: was[:-10], "bad-seal"),
    "the seal edited": (NAME, lambda was: was.replace(b"a", b"b"), "bad-seal"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found(events: Path, damage: str) -> None:
    """And the exit code says so."""
    name, change, code = DAMAGES[damage]
    edit(events / name, change)
    assert code in found(events)
    assert run(events, "check").exit_code == 1


@pytest.mark.parametrize("become", [None, MORE])
def test_a_file_that_is_gone_or_another_is_found(events: Path, become: str | None) -> None:
    """Two files that were swapped are still the same set of records."""
    first, second = (events / ONE).read_bytes(), (events / MORE).read_bytes()
    (events / ONE).write_bytes(second)
    (events / MORE).write_bytes(first)
    assert found(events) == set()
    (events / ONE).unlink()
    if become:
        (events / ONE).write_bytes((events / become).read_bytes())
    assert "missing-record" in found(events)


def test_no_flipped_bit_goes_unseen(events: Path) -> None:
    """Wherever in a file of the log, or in its seal, a bit is flipped."""
    chance = Random(20231128)
    for name in ("events.jsonl", "more.jsonl", NAME):
        path = events / name
        before = path.read_bytes()
        for _ in range(60):
            bit = chance.randrange(8 * len(before))
            flipped = bytearray(before)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            problems = [*missing(events, log_in(events).read(skip_problems=True))]
            assert problems or found(events), f"bit {bit} of {name}"
        path.write_bytes(before)


def test_what_is_missing_is_not_sealed_over(events: Path) -> None:
    """Unless one says so; a log that cannot be read is not sealed at all."""
    before = (events / NAME).read_bytes()
    (events / "more.jsonl").unlink()
    refused = run(events, "seal")
    assert refused.exit_code == 1
    assert "missing-record" in refused.stderr
    assert "--anew" in refused.stderr
    assert (events / NAME).read_bytes() == before
    assert run(events, "seal", "--anew").stdout.startswith("4 lines sealed: ")
    assert found(events) == set()
    edit(events / "events.jsonl", lambda was: was.replace(b'y":1', b'y":9'))
    assert run(events, "seal", "--anew").exit_code == 1


def test_many_missing_lines_are_summed_up(tmp_path: Path) -> None:
    """The first ones are listed one by one."""
    log = log_in(tmp_path)
    log.append([delivery(number) for number in range(MOST_LISTED + 5)])
    made = seal(log, AT)
    assert read_seal(tmp_path) == made
    problems = list(missing(tmp_path, []))
    assert len(problems) == MOST_LISTED + 1
    assert problems[-1].message == "5 more records that were sealed are missing"


def test_a_log_without_a_seal_misses_nothing(tmp_path: Path) -> None:
    """Without a seal nothing is missing."""
    log_in(tmp_path).append(delivery(1))
    assert read_seal(tmp_path) is None
    assert list(missing(tmp_path, [])) == []


def test_a_seal_is_not_written_through_a_link(events: Path, tmp_path: Path) -> None:
    """It takes the link's place; what the link leads to is as it was."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    for name in (NAME, NAME + ".new"):
        (events / name).unlink(missing_ok=True)
        (events / name).symlink_to(outside)
    seal(log_in(events), AT)
    assert outside.read_bytes() == b"mine"
    assert read_seal(events) is not None


def test_a_seal_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """And one that cannot be read."""
    log_in(tmp_path).append(delivery(1))
    (tmp_path / NAME).mkdir()
    with pytest.raises(LogError, match="seal"):
        seal(log_in(tmp_path), AT)
    with pytest.raises(LogError, match="seal"):
        read_seal(tmp_path)
    assert [problem.code for problem in missing(tmp_path, [])] == ["bad-seal"]
