"""The record in events/: every sentence and row of its sources maps to events, and it answers what it must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aidtimeline import Delivery, Table, Timeline
from aidtimeline.checks import check

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (?P<place>[A-Z]?\d+) \| (?P<says>.*?) \| (?P<events>.*?) \|$", re.MULTILINE)
ID = re.compile(r"`([0-9a-f]{32})`")


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return Timeline.open(ROOT / "events")


@pytest.fixture(scope="module")
def rows() -> dict[str, str]:
    """The third column of docs/record.md by the first: which events hold which sentence or row."""
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    return {match["place"]: match["events"] for match in ROW.finditer(page)}


def test_every_sentence_and_row_maps_to_events(timeline: Timeline, rows: dict[str, str]) -> None:
    """Each row of docs/record.md names records of the log, and each record is named by some row."""
    assert [place for place, events in rows.items() if not ID.search(events)] == []
    assert {each for events in rows.values() for each in ID.findall(events)} == {each.id for each in timeline.records}


@pytest.mark.parametrize(("prefix", "numbers"), [("K", range(1, 13)), ("R", range(16)), ("", range(1, 15))])
def test_no_sentence_or_row_is_left_out(rows: dict[str, str], prefix: str, numbers: range) -> None:
    """Both articles' sentences and the table's 14 rows are numbered without a gap."""
    places = {place for place in rows if re.fullmatch(rf"{prefix}\d+", place)}
    assert places == {f"{prefix}{number}" for number in numbers}


def test_nothing_is_quoted(timeline: Timeline) -> None:
    """The texts belong to their publishers: no record carries a quotation."""
    assert not [record.id for record in timeline.records for source in record.event.sources if source.quote]


def test_every_source_says_when_it_was_published(timeline: Timeline) -> None:
    """Everything recorded says since when it could be known."""
    assert all(source.published for record in timeline.records for source in record.event.sources)


def test_check_finds_nothing(timeline: Timeline) -> None:
    """The record is in order, and every slug has a label."""
    assert check(timeline.records, timeline.vocabulary) == []


def ends(table: Table, key: str) -> tuple[int, int | None]:
    bounds = table[key]
    return int(bounds.low), None if bounds.high is None else int(bounds.high)


@pytest.mark.parametrize(
    ("as_of", "known_at", "item", "expected"),
    [
        ("2023-11-28", None, "truck", (30, 30)),
        ("2023-11-28", None, "pyrotechnic-vehicle", (12, 12)),
        ("2023-11-28", None, "pyrotechnic-team-car", (1, None)),
        ("2023-11-28", None, "mine-detector", (50, None)),
        ("2023-01-01", None, "truck", (0, 30)),
        ("2023-11-28", "2023-11-25", "mine-detector", (50, None)),
        ("2024-07-31", None, "mechanical-demining-machine", (2, 4)),
        ("2024-07-31", "2024-07-09", "mechanical-demining-machine", (2, 2)),
    ],
)
def test_delivered(
    timeline: Timeline, as_of: str, known_at: str | None, item: str, expected: tuple[int, int | None]
) -> None:
    """What had been delivered by a day, as known at a day."""
    assert ends(timeline.as_of(as_of, known_at=known_at).counts(), item) == expected


def test_what_nobody_had_reported_is_no_row(timeline: Timeline) -> None:
    """Nobody had reported the trucks by 25 November 2023."""
    assert "truck" not in timeline.as_of("2023-11-28", known_at="2023-11-25").counts()


def test_five_reports_of_one_handover_are_one_disputed_fact(timeline: Timeline) -> None:
    """The handover of July 2024 is one fact with five accounts that contradict each other."""
    view = timeline.as_of("2024-07-31")
    events = [(fact, fact.event) for fact in view.facts]
    [fact] = [
        fact for fact, event in events if isinstance(event, Delivery) and event.item == "mechanical-demining-machine"
    ]
    assert len(fact.accounts) == 5
    assert fact.disputed == {"date", "quantity"}
    assert view.counts()["mechanical-demining-machine"].disputed


@pytest.mark.parametrize("as_of", ["2024-04-14", "2024-12-31"])
def test_the_pledges_of_april_are_22_and_stay_so(timeline: Timeline, as_of: str) -> None:
    """14 and 8 machines are promised; "about 20 this year" promises nothing further."""
    assert ends(timeline.as_of(as_of).counts(kind="pledge"), "mechanical-demining-machine") == (22, 22)


def test_money(timeline: Timeline) -> None:
    """What is announced is not pledged, and a package's value counts once."""
    money = timeline.as_of("2023-11-28").money()
    assert {key: str(bounds) for key, bounds in money.answers.items()} == {
        ("announcement", "EUR"): "160,000,000",
        ("announcement", "USD"): "4,500,000",
        ("delivery", "USD"): "195,000",
    }


def test_projects(timeline: Timeline) -> None:
    """Lithuania leads; Japan's joining is announced and not done; hd-equipment is under way until 2025."""
    projects = timeline.as_of("2023-11-28").projects()
    equipment, demining = projects["hd-equipment"], projects["contact-group-demining"]
    assert equipment.status == ("implementation",)
    assert [str(end) for end in equipment.planned_end] == ["2025"]
    assert [(each.party, each.role, each.certain) for each in demining.parties] == [("LT", "lead", True)]
    assert ("participation", "JP", "member") in {(each.intent, each.party, each.role) for each in demining.announced}
