"""The log that benchmarks make without the library is what the library would write, with the sums that it promises."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aidtimeline import Timeline
from aidtimeline.codec import encode
from aidtimeline.events import Event, Record
from aidtimeline.log import EventLog

MAKER = Path(__file__).parent.parent / "benchmarks" / "made.py"
RECORDS = 6000
FILES = 3


def make(folder: Path, *options: object) -> Path:
    """A log made by an interpreter that sees no installed package."""
    command = [sys.executable, "-I", "-S", str(MAKER), str(RECORDS), str(folder), *map(str, options)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "log", "--files", FILES)


@pytest.fixture(scope="module")
def made(log: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((log / "made.json").read_text())
    return found


@pytest.fixture(scope="module")
def records(log: Path) -> list[Record]:
    return list(EventLog(log).read())


def test_lines_are_what_the_library_writes(log: Path, records: list[Record]) -> None:
    """To the byte, each once, in as many files as were asked for."""
    files = [path.read_bytes() for path in sorted(log.glob("*.jsonl"))]
    assert len(files) == FILES
    assert b"".join(files).decode() == "".join(encode(record) + "\n" for record in records)
    assert len({record.id for record in records}) == len(records) == RECORDS


def test_nothing_is_wrong_with_the_log(log: Path) -> None:
    """No amendment or link leads nowhere, or goes in a circle."""
    assert Timeline.open(log).as_of("2025-12-31").problems == ()


def test_sums_are_those_of_the_library(log: Path, made: dict[str, Any]) -> None:
    """Where all is exact, at every pair of cuts."""
    timeline = Timeline.open(log)
    for cut, sums in made["exact"].items():
        as_of, _, known_at = cut.partition(" ")
        counts = timeline.as_of(as_of, known_at=known_at or None).counts(by="item", where={"location": "place-00"})
        assert {row.key[0]: (row.bounds.low, row.bounds.high) for row in counts.rows} == {
            item: (quantity, quantity) for item, quantity in sums.items()
        }


def test_shares_are_those_that_are_promised(made: dict[str, Any], records: list[Record]) -> None:
    """A fifth of the dates and a tenth of the amounts are vague; half of the amendments are news."""
    kinds = made["kinds"]
    assert kinds == Counter(record.event.kind for record in records)
    events = [record.event for record in records if isinstance(record.event, Event)]
    amendments = [record.event for record in records if not isinstance(record.event, Event)]
    amounts = [each for event in events for each in (_amount(event),) if each is not None]
    shares = {
        "vague dates": sum(len(event.date.text) != 10 for event in events) / len(events),
        "vague amounts": sum(not each.is_exact or each.approximate for each in amounts) / len(amounts),
        "news": sum(bool(each.sources) for each in amendments) / len(amendments),
        "supersessions": sum(bool(event.supersedes) for event in events) / RECORDS,
        "retractions": kinds["retraction"] / RECORDS,
        "corrections": kinds["correction"] / RECORDS,
        "corroborations": kinds["corroboration"] / RECORDS,
        "bytes": made["bytes"] / RECORDS / 360,
    }
    assert shares == {
        "vague dates": pytest.approx(0.2, rel=0.1),
        "vague amounts": pytest.approx(0.1, rel=0.15),
        "news": pytest.approx(0.5, rel=0.2),
        "supersessions": pytest.approx(0.01, rel=0.3),
        "retractions": pytest.approx(0.02, rel=0.3),
        "corrections": pytest.approx(0.01, rel=0.3),
        "corroborations": pytest.approx(0.01, rel=0.3),
        "bytes": pytest.approx(1, rel=0.03),
    }


def test_a_seed_makes_the_same_log(log: Path, tmp_path: Path) -> None:
    """The lines do not depend on the number of files; another seed makes others."""
    again, other = make(tmp_path / "again"), make(tmp_path / "other", "--seed", 7)
    first, same, different = (
        {line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines()}
        for folder in (log, again, other)
    )
    assert same == first
    assert not different & first


def _amount(event: Any) -> Any:
    quantity, value = getattr(event, "quantity", None), getattr(event, "value", None)
    return quantity if quantity is not None else value and value.amount
