"""A clock that went back: it is said, the work goes on, and nothing is skipped in silence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from logs import AT, delivery, line, log_in, record

from aidtimeline import EventLog, Pledge, Source, Timeline
from aidtimeline.checks import check
from aidtimeline.cli.application import application
from aidtimeline.codec import encode
from aidtimeline.formats import File, import_file
from aidtimeline.formats.importing.importer import import_readings
from aidtimeline.formats.importing.reports import EARLIER, EARLIER_GONE, EARLIER_REPAIR, OLDER
from aidtimeline.formats.readings import Beginning, Entry, Reading, Whole
from aidtimeline.log import index
from aidtimeline.log.seal import seal

AHEAD = datetime(2099, 5, 1, 12, tzinfo=UTC)
SAID = "recorded at 2099-05-01T12:00:00Z, and the clock here says 2"


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A log of three files; the second line of the second has an instant that is not yet."""
    folder = tmp_path / "events"
    log_in(folder).append(delivery(1), to="a")
    log_in(folder).append([record(2), record(3, AHEAD), record(4)], to="b")
    log_in(folder).append(delivery(5), to="c")
    return folder


def run(folder: Path, *words: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(application, ["--log", str(folder), *map(str, words)], input=given)


def said(result: Result, where: str) -> None:
    """The command has said so, once, with the place, and went on."""
    assert result.exit_code == 0, result.output
    assert result.stderr.count("clock-behind") == result.stderr.count(SAID) == 1
    assert f"{where}: warning clock-behind: {SAID}" in result.stderr


DRAFT = json.dumps(
    {"kind": "delivery", "date": "2023", "item": "truck", "quantity": 9, "sources": [{"publisher": "NHK"}]}
)
MAPPING = """
dataset = "ours"
key = ["No."]
[event.delivered]
kind = "delivery"
date = "2023"
donor = "{Donor}"
item = "truck"
quantity = 1
"""


def test_each_command_that_writes_says_that_the_clock_is_behind(events: Path, tmp_path: Path) -> None:
    """In one line, with both instants, the file and the line."""
    place = f"{events}/b.jsonl:2"
    table, mapping = tmp_path / "table.csv", tmp_path / "table.toml"
    table.write_text("No.,Donor\n1,Japan\n")
    mapping.write_text(MAPPING)
    log_in(tmp_path / "theirs").append(delivery(7))
    said(run(events, "record", "-", given=DRAFT), place)
    said(run(events, "import", "csv", table, "--mapping", mapping), place)
    said(run(events, "merge", tmp_path / "theirs"), place)
    said(run(events, "seal"), place)
    for words in (
        ("correct", record(1).id, "quantity=12"),
        ("retract", record(2).id),
        ("corroborate", record(5).id, "quantity=5", "--source", "publisher=NHK,published=2023-12-01"),
    ):
        place = place if words[0] == "correct" else f"{events}/events.jsonl"
        assert place in run(events, *words).stderr


def test_a_clock_that_is_right_says_nothing(tmp_path: Path) -> None:
    """Nor does one that is not asked, because the caller says when it was."""
    log_in(tmp_path).append([delivery(1)])
    assert "clock" not in run(tmp_path, "record", "-", given=DRAFT).stderr
    log_in(tmp_path).append(record(3, AHEAD))
    draft = DRAFT.replace("9", "8")
    assert "clock" not in run(tmp_path, "record", "-", "--recorded-at", "2098-01-01T00:00:00Z", given=draft).stderr


def test_what_an_amendment_shows_holds_by_whatever_clock(events: Path) -> None:
    """Of several repairs the one recorded last decides: so the second is recorded after the first, which was ahead."""
    of = record(1).id
    first = run(events, "correct", of, "quantity=12")
    second = run(events, "correct", of, "quantity=13")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "delivery, truck: 26 → 27\n" in second.stdout
    assert str(Timeline.open(events).as_of("2024-01-01").counts()["truck"]) == "27"
    instants = [each.recorded_at for each in EventLog(events).read() if each.event.kind == "correction"]
    assert instants == [AHEAD + timedelta(microseconds=1), AHEAD + timedelta(microseconds=2)]


@pytest.mark.parametrize("engine", ["fold", "embedded"])
def test_what_is_recorded_in_the_future_counts_unless_a_cut_says_otherwise(events: Path, engine: Any) -> None:
    """No question is cut at the clock's instant of its own accord."""
    timeline = Timeline.open(events, engine=engine)
    assert str(timeline.as_of("2024-01-01").counts()["truck"]) == "15"
    assert str(timeline.as_of("2024-01-01", recorded_until="2098-01-01").counts()["truck"]) == "12"


def test_a_seal_says_if_the_one_before_was_later(tmp_path: Path) -> None:
    """It is put in its place all the same."""
    log = log_in(tmp_path)
    log.append([delivery(1)])
    seal(log, AHEAD)
    result = run(tmp_path, "seal")
    assert result.exit_code == 0
    assert f"aidtimeline.seal:1: warning clock-behind: {SAID}" in result.stderr
    assert "clock" not in run(tmp_path, "seal").stderr


def test_check_warns_once_of_what_is_not_yet(events: Path) -> None:
    """Of the latest, with the number of the others; a line with the right instant mends it."""
    log_in(events).append(record(6, AHEAD - timedelta(days=1)))
    [found] = [each for each in check(EventLog(events).read(), now=AT) if each.code == "recorded-in-future"]
    assert (found.file, found.line, found.event_id) == (f"{events}/b.jsonl", 2, record(3).id)
    assert "and so are 1 other records" in found.message
    result = run(events, "check")
    assert (result.exit_code, result.stdout.count("recorded-in-future")) == (0, 1)
    right = "".join(encode(record(number)) + "\n" for number in (3, 6))
    assert run(events, "record", "-", given=right).exit_code == 0
    assert "recorded-in-future" not in run(events, "check").stdout


# Imports.

REGISTER = Source(publisher="A register", dataset="register")
DATED = Source(publisher="A register", dataset="register", published="2022-03-01")


def pledge(ref: str, amount: int, source: Source = REGISTER) -> Entry:
    return Entry(event=Pledge(date="2022", donor="JP", item="truck", ref=ref, quantity=amount, sources=[source]))


def imported(folder: Path, at: datetime, readings: Iterable[Reading]) -> Any:
    return import_readings(EventLog(folder), list(readings), recorded_at=at)


def whole(*entries: Entry) -> list[Reading]:
    return [Beginning(scope="", source=REGISTER), *entries, Whole(scope="", source=REGISTER)]


def test_what_an_import_skips_because_of_the_clock_is_said(tmp_path: Path) -> None:
    """A file without a date is as old as the clock says: no older version, and so called otherwise."""
    imported(tmp_path, AHEAD, whole(pledge("a", 1), pledge("b", 2), pledge("c", 3)))
    report = imported(tmp_path, AT, whole(pledge("a", 1), pledge("b", 5), pledge("d", 4)))
    assert report.outcomes == {"unchanged": 1}
    assert report.counts == {EARLIER: 2, EARLIER_GONE: 1}
    assert OLDER not in report.counts
    assert [each.found for each in report.skipped[EARLIER]] == ["b", "d"]


def test_an_older_version_is_still_called_that(tmp_path: Path) -> None:
    """It has a date of publication: the clock has nothing to do with it."""
    newer = Source(publisher="A register", dataset="register", published="2022-05-01")
    imported(tmp_path, AT, [Beginning(scope="", source=newer), pledge("a", 2, newer), Whole(scope="", source=newer)])
    older: list[Reading] = [Beginning(scope="", source=DATED), pledge("b", 1, DATED), Whole(scope="", source=DATED)]
    assert imported(tmp_path, AT, older).counts == {OLDER: 1}


def test_a_repair_that_an_older_one_may_outlive_is_remarked_on(tmp_path: Path) -> None:
    """The same version read anew, by a clock that is behind."""
    imported(tmp_path, AHEAD, [pledge("a", 1, DATED)])
    report = imported(tmp_path, AT, [pledge("a", 2, DATED)])
    assert (report.outcomes, report.counts) == ({"repaired": 1}, {EARLIER_REPAIR: 1})
    assert imported(tmp_path, AHEAD + timedelta(days=1), [pledge("a", 3, DATED)]).counts == {}


def test_the_report_of_an_import_has_the_warning(events: Path, tmp_path: Path) -> None:
    """Also that of a sheet of drafts, and of a dry run."""
    table, mapping, sheet = tmp_path / "table.csv", tmp_path / "table.toml", tmp_path / "sheet.csv"
    table.write_text("No.,Donor\n1,Japan\n")
    mapping.write_text(MAPPING)
    sheet.write_text("kind,date,item,quantity,source.publisher\ndelivery,2023,truck,11,NHK\n")
    for format, path in (("csv", File(path=table, mapping=mapping)), ("sheet", File(path=sheet))):
        for dry_run in (True, False):
            [problem] = import_file(events, format, path, dry_run=dry_run).problems
            assert (problem.code, problem.file, problem.line) == ("clock-behind", f"{events}/b.jsonl", 2)


# Which line is the newest.


@pytest.mark.parametrize("least", [0, index.LEAST])
def test_the_newest_line_is_found_without_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    """Also of lines that others have written, and with an index that is kept; and after each append."""
    monkeypatch.setattr(index, "LEAST", least)
    monkeypatch.setattr(index, "MORE", 0)
    assert EventLog(tmp_path).newest() is None
    log = log_in(tmp_path)
    log.append([record(number, AT + timedelta(seconds=number % 7, milliseconds=number)) for number in range(30)])
    for number, at in enumerate((AT, AT + timedelta(seconds=9, microseconds=1), AT + timedelta(seconds=9)), start=40):
        log.append(record(number, at), to="more")
        assert_newest(tmp_path, log)
    spaced = encode(record(50, AT + timedelta(days=1))).replace(',"recorded_at":"', ' , "recorded_at" : "')
    with (tmp_path / "other.jsonl").open("w") as file:
        file.write(encode(record(51)) + "\n" + spaced)
    assert_newest(tmp_path, log)
    log.append(record(52, AT + timedelta(days=2)), to="other")
    assert_newest(tmp_path, log)
    with (tmp_path / "other.jsonl").open("ab") as file:
        file.write(line(53).replace(b"2026-11-21T10:00:00Z", b"2027-01-01T10:00:00+09:00"))
    found = EventLog(tmp_path).newest()
    assert found is not None
    assert (found.instant, found.line) == (datetime(2027, 1, 1, 1, tzinfo=UTC), 4)


def assert_newest(folder: Path, log: EventLog) -> None:
    newest = max(EventLog(folder).read(), key=lambda each: each.recorded_at)
    for each in (log, EventLog(folder)):
        found = each.newest()
        assert found is not None
        assert (found.instant, found.file, found.line) == (newest.recorded_at, newest.file, newest.line)
