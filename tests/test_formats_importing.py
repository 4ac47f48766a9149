"""Importing: versions of a file become history, and what others wrote is left alone. The readings are made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from aidtimeline import (
    Correction,
    DateRange,
    Delivery,
    Event,
    EventLog,
    Observation,
    Pledge,
    Record,
    Retraction,
    Source,
    Status,
    Timeline,
)
from aidtimeline.checks import check
from aidtimeline.codec import decode, encode
from aidtimeline.errors import UnreadableFile
from aidtimeline.events import EventKind, ProjectStatus
from aidtimeline.formats.importing.importer import import_readings
from aidtimeline.formats.importing.reports import OLDER, UNDATED, Report
from aidtimeline.formats.importing.working import TWICE
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Skipped, Whole

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAR = "2030-01-01"


def source(version: str | None, line: int = 1) -> Source:
    return Source(publisher="A register", dataset="register", published=version, locator=f"register.csv, line {line}")


def pledge(ref: str, amount: int, version: str | None, **more: Any) -> Entry:
    given = {"date": "2022-01-01", "donor": "JP", "item": "truck", **more}
    return Entry(event=Pledge(ref=ref, quantity=amount, sources=[source(version)], **given))


def level(ref: str, amount: int | str, version: str) -> Entry:
    event = Delivery(date=f"[..{version}]", ref=ref, item="truck", quantity=amount, sources=[source(version)])
    return Entry(event=event, restated=True)


def imported(folder: Path, *readings: Reading, now: datetime = NOW, **more: Any) -> Report:
    return import_readings(EventLog(folder), readings, recorded_at=now, **{"covers": "whole", **more})


def records(folder: Path) -> list[Record]:
    return list(EventLog(folder).read())


def dates(folder: Path) -> list[str]:
    return [record.event.date.text for record in records(folder) if isinstance(record.event, Event)]


def trucks(
    folder: Path, kind: EventKind = "pledge", as_of: str = FAR, known_at: str | None = None
) -> tuple[int, int | None]:
    table = Timeline.open(folder).as_of(as_of, known_at=known_at).counts(kind=kind)
    if "truck" not in table:
        return 0, 0
    low, high = table["truck"].low, table["truck"].high
    return int(low), None if high is None else int(high)


# The same again.


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    """Neither the place of an entry nor the day on which the file was fetched is something new."""
    imported(tmp_path, pledge("a", 5, "2022-03-01"), pledge("b", 7, None))
    before = (tmp_path / "events.jsonl").read_bytes()
    moved = attrs.evolve(pledge("a", 5, "2022-03-01").event, sources=[source("2022-03-01", line=9)])
    report = imported(tmp_path, Entry(event=moved), pledge("b", 7, None), now=NOW + timedelta(days=1))
    assert (report.recorded, report.outcomes["unchanged"]) == (0, 2)
    assert (tmp_path / "events.jsonl").read_bytes() == before


def test_a_newer_version_that_says_the_same_changes_nothing(tmp_path: Path) -> None:
    """It was known since the first."""
    imported(tmp_path, pledge("a", 5, "2022-03-01"))
    assert imported(tmp_path, pledge("a", 5, "2022-09-01")).recorded == 0


def test_what_is_recorded_is_what_would_be_read(tmp_path: Path) -> None:
    """The lines are written without being read again: each is the one line of its record, news and levels too."""
    for day, amount in (("2022-03-01", 12), ("2022-09-01", 30), ("2022-12-01", 25)):
        imported(tmp_path, pledge("é\n", amount, day), level("b", amount, day), Whole(scope="é", source=source(day)))
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert len(lines) == 6
    assert [encode(decode(line)) for line in lines] == lines


def test_what_an_entry_supersedes_is_not_compared(tmp_path: Path) -> None:
    """A file does not say it: it is a person's finding, and the same file again changes nothing."""
    old = pledge("old", 1, "2022-03-01").event
    [record] = EventLog(tmp_path).append(old)
    EventLog(tmp_path).append(attrs.evolve(pledge("a", 5, "2022-03-01").event, supersedes=[record.id]))
    assert dict(imported(tmp_path, pledge("a", 5, "2022-03-01")).outcomes) == {"unchanged": 1}


# What changed.


def test_what_a_newer_version_says_otherwise_is_news(tmp_path: Path) -> None:
    """It holds from its publication on; before, what the older one said."""
    imported(tmp_path, pledge("a", 5, "2022-03-01"), pledge("b", 1, "2022-03-01"))
    report = imported(tmp_path, pledge("a", 8, "2022-09-01"), pledge("b", 1, "2022-09-01"))
    assert dict(report.outcomes) == {"news": 1, "unchanged": 1}
    assert trucks(tmp_path) == (9, 9)
    assert trucks(tmp_path, known_at="2022-08-31") == (6, 6)
    assert trucks(tmp_path, known_at="2022-02-28") == (0, 0)


def test_the_same_version_read_differently_is_a_repair(tmp_path: Path) -> None:
    """The source said nothing new: what was recorded is as if it had been right from the start."""
    imported(tmp_path, pledge("a", 5, "2022-03-01"))
    report = imported(tmp_path, pledge("a", 5, "2022-03-01", donor="Japan"))
    assert dict(report.outcomes) == {"repaired": 1}
    assert Timeline.open(tmp_path).as_of(FAR, known_at="2022-03-01").counts("donor", kind="pledge")["Japan"].low == 5
    assert imported(tmp_path, pledge("a", 5, "2022-03-01", donor="Japan")).recorded == 0


def test_a_reading_mistake_is_a_repair_if_the_user_says_so(tmp_path: Path) -> None:
    """Without dates of publication nothing else can show it."""
    imported(tmp_path, pledge("a", 5, None))
    assert dict(imported(tmp_path, pledge("a", 6, None), repair=True).outcomes) == {"repaired": 1}
    later = NOW + timedelta(days=1)
    assert dict(imported(tmp_path, pledge("a", 7, None), now=later).outcomes) == {"news": 1}
    assert trucks(tmp_path, known_at="2026-01-01") == (6, 6)
    assert trucks(tmp_path) == (7, 7)


def test_a_level_that_rose_is_a_new_fact_between_the_versions(tmp_path: Path) -> None:
    """As of a day between them it may have been either; and it is counted once."""
    imported(tmp_path, level("a", 12, "2022-03-01"))
    report = imported(tmp_path, level("a", 30, "2022-09-01"))
    assert dict(report.outcomes) == {"restated": 1}
    assert [trucks(tmp_path, "delivery", day) for day in ("2022-03-01", "2022-06-01", "2022-09-01")] == [
        (12, 12),
        (12, 30),
        (30, 30),
    ]
    assert trucks(tmp_path, "delivery", known_at="2022-08-01") == (12, 12)
    assert dates(tmp_path)[1] == "2022-03-02/2022-09-01"
    assert imported(tmp_path, level("a", 30, "2022-10-01")).recorded == 0
    imported(tmp_path, level("a", 31, "2022-10-01"))
    assert trucks(tmp_path, "delivery") == (31, 31)


def test_a_level_that_is_new_may_have_come_about_at_any_time_before(tmp_path: Path) -> None:
    """A register adds old things late: that the version before did not have it does not say that it was not there."""
    imported(tmp_path, level("a", 12, "2022-03-01"))
    imported(tmp_path, level("b", 5, "2022-09-01"))
    assert [trucks(tmp_path, "delivery", day) for day in ("2022-02-28", "2022-08-31", "2022-09-01")] == [
        (0, 17),
        (12, 17),
        (17, 17),
    ]
    assert dates(tmp_path)[1] == "[..2022-09-01]"
    assert imported(tmp_path, level("b", 5, "2022-09-01")).recorded == 0


def on(day: str, amount: int, version: str | None = None) -> Entry:
    """A level as of a day, published on that day or later."""
    return Entry(event=attrs.evolve(level("a", amount, version or day).event, date=day), restated=True)


def test_a_level_came_about_between_the_one_before_and_its_own_day(tmp_path: Path) -> None:
    """The day that a version states it for is the last on which it may have been reached, and need not be the one."""
    for day, amount in (("2022-03-01", 12), ("2022-06", 29), ("2022", 32)):
        imported(
            tmp_path, on(day, amount, "2022-09-01" if day == "2022-06" else "2022-12-31" if day == "2022" else day)
        )
    assert dates(tmp_path) == ["../2022-03-01", "2022-03-02/2022-06-30", "2022-07-01/2022-12-31"]
    asked = ("2022-02-28", "2022-03-01", "2022-06-29", "2022-06-30", "2022-12-30", "2022-12-31")
    assert [trucks(tmp_path, "delivery", day) for day in asked] == [
        (0, 12),
        (12, 12),
        (12, 29),
        (29, 29),
        (29, 32),
        (32, 32),
    ]


@pytest.mark.parametrize(("until", "last"), [(None, "2022-09-20"), ("2022-08-31", "2022-08-31")])
def test_a_level_without_a_day_is_as_of_the_last_that_its_version_covers(
    tmp_path: Path, until: str | None, last: str
) -> None:
    """That is the day on which it was published, if nobody says another."""
    covered = None if until is None else DateRange(until)
    imported(tmp_path, level("a", 12, "2022-03-01"))
    said = Delivery(date="2022-02/..", ref="a", item="truck", quantity=30, sources=[source("2022-09-20")])
    imported(tmp_path, Entry(event=said, restated=True), until=covered)
    assert dates(tmp_path) == ["[..2022-03-01]", f"2022-03-02/{last}"]
    assert imported(tmp_path, Entry(event=said, restated=True), until=covered).recorded == 0


def test_a_level_for_a_day_before_the_last_one_keeps_its_date(tmp_path: Path) -> None:
    """There are no days between: the newer version replaces the older from its own day on."""
    imported(tmp_path, on("2022-09-01", 12))
    imported(tmp_path, on("2022-08-01", 15, "2022-10-01"))
    assert dates(tmp_path) == ["../2022-09-01", "2022-08-01"]
    assert trucks(tmp_path, "delivery") == (15, 15)


def test_a_level_that_fell_leaves_the_days_before_in_doubt(tmp_path: Path) -> None:
    """What is delivered is not taken back: either version may be wrong, and what came before both stands."""
    imported(tmp_path, level("a", 12, "2022-03-01"))
    imported(tmp_path, level("a", 30, "2022-09-01"))
    assert dict(imported(tmp_path, level("a", 25, "2022-12-01")).outcomes) == {"restated": 1}
    assert trucks(tmp_path, "delivery") == (25, 25)
    assert trucks(tmp_path, "delivery", known_at="2022-11-30") == (30, 30)
    assert [trucks(tmp_path, "delivery", day) for day in ("2022-03-01", "2022-06-01", "2022-09-01", "2022-11-30")] == [
        (12, 12),
        (12, 30),
        (25, 30),
        (25, 30),
    ]


@pytest.mark.parametrize("slip", [5, 12])
def test_a_level_that_fell_and_rose_again_is_in_doubt_between(tmp_path: Path, slip: int) -> None:
    """A slip of one version rewrites no past, and its end is no delivery of the whole."""
    for version, amount in (("2022-03-01", 10), ("2022-03-02", 20), ("2022-03-03", slip), ("2022-03-04", 21)):
        imported(tmp_path, level("a", amount, version))
    asked = ("2022-03-01", "2022-03-02", "2022-03-03", "2022-03-04")
    least = min(slip, 10)
    found = [trucks(tmp_path, "delivery", day) for day in asked]
    assert found == [(least, 10), (slip, 20), (slip, 21), (21, 21)]
    assert trucks(tmp_path, "delivery", known_at="2022-03-03") == (slip, slip)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.booleans())
def test_levels_as_of_their_own_days(levels: list[int], exact: bool) -> None:
    """Whatever a level does, the past has what was said then and what was said since; if it only rose, just that."""
    with TemporaryDirectory() as folder:
        log = Path(folder)
        days = [f"2022-03-{number:02}" for number in range(1, len(levels) + 1)]
        for day, amount in zip(days, levels, strict=True):
            imported(log, on(day, amount) if exact else level("a", amount, day))
        for number, day in enumerate(days):
            low, high = trucks(log, "delivery", day)
            assert low <= min(levels[number:])
            assert high is not None
            assert high >= levels[number]
            if levels == sorted(set(levels)) or number == len(levels) - 1:
                assert (low, high) == (levels[number], levels[number])


def test_a_measurement_is_of_its_own_day(tmp_path: Path) -> None:
    """An observation says how much there was, not what had come about: it may fall, and keeps a date of its own."""
    for day, share in (("2022-03-01", 30), ("2022-09-01", 25), ("2022-12-01", 27)):
        event = Observation(date=day, ref="a", indicator="land", quantity=share, unit="percent", sources=[source(day)])
        imported(tmp_path, Entry(event=event, restated=True))
    assert dates(tmp_path) == ["2022-03-01", "2022-09-01", "2022-12-01"]


def test_a_state_that_changed_is_a_new_fact(tmp_path: Path) -> None:
    """Each version states the status as it is then: the older one is history, and no mistake."""
    reported: tuple[tuple[str, ProjectStatus], ...] = (("2022-03-01", "pipeline"), ("2022-09-01", "implementation"))
    for version, status in reported:
        event = Status(date=f"[..{version}]", project="p", status=status, ref="p/status", sources=[source(version)])
        imported(tmp_path, Entry(event=event, restated=True))
    states = [Timeline.open(tmp_path).as_of(day).projects()["p"].status for day in ("2022-06-01", "2022-09-01")]
    assert states == [("implementation", "pipeline"), ("implementation",)] or states[1] == ("implementation",)
    assert set(states[0]) == {"pipeline", "implementation"}


# What is gone, and comes back.


def test_what_is_gone_from_a_whole_is_retracted(tmp_path: Path) -> None:
    """Only if the version is complete, only once, and it may come back."""
    imported(tmp_path, pledge("x/a", 5, "2022-03-01"), pledge("x/b", 1, "2022-03-01"), pledge("xy", 9, "2022-03-01"))
    assert imported(tmp_path, pledge("x/a", 5, "2022-09-01")).recorded == 0
    whole = Whole(scope="x/", source=source("2022-09-01"))
    for expected in (1, 0):
        assert imported(tmp_path, pledge("x/a", 5, "2022-09-01"), whole).outcomes["gone"] == expected
    assert (trucks(tmp_path), trucks(tmp_path, known_at="2022-08-01")) == ((14, 14), (15, 15))
    assert dict(imported(tmp_path, pledge("x/b", 1, "2022-12-01")).outcomes) == {"news": 1}
    assert (trucks(tmp_path), trucks(tmp_path, known_at="2022-10-01")) == ((15, 15), (14, 14))


def test_a_level_that_is_gone_and_comes_back_is_counted_once(tmp_path: Path) -> None:
    """What it had replaced does not come back with it, and the days before are in doubt: nobody says since when."""
    imported(tmp_path, level("a", 12, "2022-03-01"))
    imported(tmp_path, level("a", 30, "2022-09-01"))
    imported(tmp_path, Whole(scope="", source=source("2022-10-01")))
    assert trucks(tmp_path, "delivery") == (0, 0)
    imported(tmp_path, level("a", 30, "2022-11-01"))
    assert trucks(tmp_path, "delivery") == (30, 30)
    asked = ("2022-03-01", "2022-09-30", "2022-10-31", "2022-11-01")
    assert [trucks(tmp_path, "delivery", day) for day in asked] == [(0, 30), (0, 30), (0, 30), (30, 30)]
    assert trucks(tmp_path, "delivery", known_at="2022-09-30") == (30, 30)


# References that were spelled otherwise.


def test_an_entry_is_known_by_the_reference_that_it_formerly_had(tmp_path: Path) -> None:
    """It keeps that one: the same again is nothing new, a change is news of it, and only what is gone is retracted."""

    def release(version: str, amount: int) -> list[Reading]:
        second = attrs.evolve(pledge("a#2", amount, version), formerly="a #2")
        return [pledge("a", 1, version), second, Whole(scope="", source=source(version))]

    imported(tmp_path, pledge("a", 1, "2022-03-01"), pledge("a #2", 2, "2022-03-01"), pledge("b", 4, "2022-03-01"))
    assert dict(imported(tmp_path, *release("2022-03-01", 2)[:2]).outcomes) == {"unchanged": 2}
    assert dict(imported(tmp_path, *release("2022-09-01", 3)).outcomes) == {"unchanged": 1, "news": 1, "gone": 1}
    assert dict(imported(tmp_path, *release("2022-09-01", 3)).outcomes) == {"unchanged": 2}
    refs = [getattr(getattr(each.event, "event", each.event), "ref", None) for each in records(tmp_path)]
    assert refs == ["a", "a #2", "b", "a #2", None]
    assert trucks(tmp_path) == (4, 4)


def test_an_entry_that_the_log_has_under_neither_reference_gets_today_s(tmp_path: Path) -> None:
    """The former one is for what was recorded then."""
    imported(tmp_path, attrs.evolve(pledge("a#2", 1, "2022-03-01"), formerly="a #2"))
    [record] = records(tmp_path)
    assert isinstance(record.event, Event)
    assert record.event.ref == "a#2"


# What is refused.


def test_an_older_version_after_a_newer_one_is_skipped(tmp_path: Path) -> None:
    """It would no longer be clear what was known when."""
    imported(tmp_path, pledge("a", 8, "2022-09-01"))
    report = imported(tmp_path, pledge("a", 5, "2022-03-01"), pledge("b", 5, "2022-03-01"))
    assert (report.recorded, report.counts) == (1, {OLDER: 1})


def test_an_older_version_takes_nothing_back(tmp_path: Path) -> None:
    """What it does not have came later; and what only it has is gone by now."""

    def import_all(version: str, *refs: str) -> Report:
        scope: list[Reading] = [Beginning(scope="", source=source(version))]
        whole = Whole(scope="", source=source(version))
        return imported(tmp_path, *scope, *(pledge(ref, 5, version) for ref in refs), whole)

    import_all("2022-03-01", "a", "gone")
    import_all("2022-09-01", "a", "b")
    report = import_all("2022-03-01", "a", "gone", "never heard of")
    assert (report.recorded, report.counts) == (0, {OLDER: 2})
    assert trucks(tmp_path) == (10, 10)
    assert import_all("2022-09-01", "a", "b").recorded == 0


def test_what_changes_back_and_forth_is_recorded_each_time(tmp_path: Path) -> None:
    """A correction that was made before is made again, and holds again; so with what is gone and comes back."""
    for number, amount in enumerate((100, 150, 100, 150)):
        report = imported(tmp_path, pledge("a", amount, None), now=NOW + timedelta(hours=number))
        assert (report.recorded, trucks(tmp_path)) == (1, (amount, amount))
    for number, there in enumerate((True, False, True, False, True)):
        readings = [pledge("a", 150, None)] if there else [Whole(scope="a", source=source(None))]
        imported(tmp_path, *readings, now=NOW + timedelta(days=1, hours=number))
        assert trucks(tmp_path) == ((150, 150) if there else (0, 0))
    for number, amount in enumerate((1, 2, 1, 2)):
        imported(tmp_path, pledge("a", amount, None), repair=True, now=NOW + timedelta(days=2, hours=number))
        assert trucks(tmp_path) == (amount, amount)


def test_of_two_imports_at_once_the_second_is_as_if_it_came_after_the_first(tmp_path: Path) -> None:
    """It is done again, with what the other has recorded."""
    imported(tmp_path, pledge("other", 0, None))

    def meanwhile() -> Iterator[Reading]:
        yield pledge("a", 8, "2022-09-01")
        imported(tmp_path, pledge("a", 5, "2022-03-01"))

    report = import_readings(EventLog(tmp_path), meanwhile(), recorded_at=NOW)
    assert report.outcomes == {"news": 1}
    assert trucks(tmp_path) == (8, 8)


def test_a_key_twice_in_one_file_is_skipped(tmp_path: Path) -> None:
    """The first stands, and the report has the place of the second."""
    report = imported(tmp_path, pledge("a", 8, None), pledge("a", 8, None))
    [twice] = report.skipped[TWICE]
    assert (report.recorded, twice.found, twice.place) == (1, "a", "register.csv, line 1")


def test_what_was_skipped_or_is_worth_a_look_is_reported_by_reason(tmp_path: Path) -> None:
    """Every one of them."""
    skipped = [Skipped(reason="no date", place=f"row {row}", line=row) for row in range(5)]
    report = imported(tmp_path, *skipped, Remark(reason="a repeat", place="row 9"), Skipped(reason="no sum", place="?"))
    assert report.counts == {"no date": 5, "a repeat": 1, "no sum": 1}
    assert report.skipped["no date"] == skipped
    assert (set(report.skipped), set(report.remarks)) == ({"no date", "no sum"}, {"a repeat"})


def test_a_version_without_a_date_of_publication_gets_a_remark(tmp_path: Path) -> None:
    """Of what is recorded because of it, and not once more of what is recorded already."""
    entries = [pledge("a", 1, None), pledge("b", 2, "2022-03-01"), pledge("c", 3, None)]
    report = imported(tmp_path, *entries)
    assert (report.counts[UNDATED], len(report.remarks[UNDATED])) == (2, 2)
    assert report.remarks[UNDATED][0].place == entries[0].event.sources[0].locator
    assert UNDATED not in imported(tmp_path, *entries).remarks


def test_a_file_that_breaks_off_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    """All of a file is recorded, or nothing."""

    def breaking() -> Iterator[Reading]:
        yield pledge("b", 1, None)
        raise UnreadableFile("nothing was imported:")

    with pytest.raises(UnreadableFile):
        import_readings(EventLog(tmp_path / "none"), breaking(), recorded_at=NOW)
    assert not (tmp_path / "none").exists()
    imported(tmp_path, pledge("a", 5, None))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UnreadableFile):
        import_readings(EventLog(tmp_path), breaking(), recorded_at=NOW)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_dry_run_records_nothing_and_reports_what_would_be(tmp_path: Path) -> None:
    """Not even a folder is made."""
    entries = [pledge(str(number), 1, None) for number in range(20)]
    report = imported(tmp_path / "none", *entries, dry_run=True)
    assert (report.recorded, len(report.first)) == (20, 10)
    assert report.first[0] == entries[0].event
    assert not (tmp_path / "none").exists()


# What others wrote.


def test_amendments_by_others_are_left_alone(tmp_path: Path) -> None:
    """A file that says what it always said does not undo them, nor are they taken for what it says."""
    imported(tmp_path, pledge("a", 5, "2022-03-01"), pledge("b", 5, "2022-03-01"), pledge("c", 5, "2022-03-01"))
    one, other, third = records(tmp_path)
    said = pledge("a", 6, "2022-03-01").event, pledge("b", 7, "2022-03-01").event
    report = Source(publisher="A newspaper", published="2022-04-01")
    EventLog(tmp_path).append(
        [
            Correction(of=one.id, event=said[0]),
            Correction(of=other.id, event=said[1], sources=[report]),
            Retraction(of=third.id, reason="a duplicate"),
        ]
    )
    again = [pledge(ref, 5, "2022-03-01") for ref in "abc"]
    assert imported(tmp_path, *again).recorded == 0
    assert trucks(tmp_path) == (13, 13)


# Laws.

versions = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), max_size=3), min_size=1, max_size=4)


def version_day(number: int) -> str:
    return (date(2022, 1, 10) + timedelta(days=30 * number)).isoformat()


def import_versions(folder: Path, said: Iterable[dict[str, int]], start: int = 0) -> None:
    for number, entries in enumerate(said, start=start):
        day = version_day(number)
        readings: list[Reading] = [pledge(ref, amount, day) for ref, amount in entries.items()]
        imported(folder, *readings, Whole(scope="", source=source(day)), now=NOW + timedelta(hours=number))


@settings(max_examples=settings().max_examples // 2)
@given(versions)
def test_what_is_known_at_each_version_is_what_it_said(said: list[dict[str, int]]) -> None:
    """Whatever the versions said, known at each is its own sum; and importing the last again changes nothing."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        import_versions(folder, said)
        if not EventLog(folder).files():
            assert not any(said)
            return
        for number, entries in enumerate(said):
            expected = sum(entries.values())
            assert trucks(folder, known_at=version_day(number)) == (expected, expected)
        before = len(records(folder))
        import_versions(folder, said[-1:], start=len(said) - 1)
        assert len(records(folder)) == before
        assert not [each for each in check(records(folder), today=date(2030, 1, 1)) if each.severity == "error"]


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_a_level_is_what_each_version_said_by_then(said: list[int]) -> None:
    """As of and known at each version's day the level is what it said, whether it rose or fell."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, amount in enumerate(said):
            imported(folder, level("a", amount, version_day(number)), now=NOW + timedelta(hours=number))
        for number, amount in enumerate(said):
            day = version_day(number)
            assert trucks(folder, "delivery", day, day) == (amount, amount)
