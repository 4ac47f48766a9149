"""The facade: a timeline is opened once and gives many views; a view knows its cuts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from aidtimeline import (
    Counts,
    Delivery,
    Event,
    EventLog,
    InvalidValue,
    LogError,
    MoneySums,
    Participation,
    Participations,
    Pledge,
    ProjectStates,
    Record,
    Retraction,
    Source,
    Timeline,
    UnreadableLog,
    UsageError,
    replay,
)
from aidtimeline.codec import record_id
from aidtimeline.semantics.amendments import repair
from aidtimeline.semantics.beliefs import believe_at

RECORDED = datetime(2023, 12, 1, 12, tzinfo=UTC)


def record(event: Event | Retraction, at: datetime = RECORDED) -> Record:
    return Record(record_id(event), at, event)


def trucks(quantity: int, day: str, published: str, **fields: Any) -> Record:
    source = Source(publisher="Rubryka", published=published)
    return record(Delivery(date=day, item="truck", quantity=quantity, donor="JP", sources=source, **fields))


@pytest.fixture
def timeline() -> Timeline:
    return Timeline([trucks(12, "2023-06-01", "2023-06-10"), trucks(18, "2023-11-20", "2023-11-28")])


@pytest.mark.parametrize("day", ["2023-11-19", date(2023, 11, 19)])
def test_a_day_may_be_text_or_a_date(timeline: Timeline, day: str | date) -> None:
    """`as_of` is a day, inclusive, however it is written."""
    view = timeline.as_of(day)
    assert view.as_of == date(2023, 11, 19)
    assert view.counts()["truck"].low == 12
    assert timeline.as_of("2023-11-20").counts()["truck"].low == 30


@pytest.mark.parametrize(
    "known_at",
    [
        "2023-11-28",
        date(2023, 11, 28),
        "2023-11-29T00:00:00Z",
        datetime(2023, 11, 29, tzinfo=UTC),
        datetime(2023, 11, 29, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_knowledge_is_cut_at_a_day_or_an_instant(timeline: Timeline, known_at: str | date | datetime) -> None:
    """A day means all of it in UTC; an instant knows its offset."""
    assert timeline.as_of("2023-12-31", known_at=known_at).counts()["truck"].low == 30


@pytest.mark.parametrize("known_at", ["2023-11-27", "2023-11-28T12:00:00Z", datetime(2023, 11, 28, 12, tzinfo=UTC)])
def test_what_was_not_yet_published_is_not_known(timeline: Timeline, known_at: str | datetime) -> None:
    """The second handover had happened, but it could not be known yet."""
    assert timeline.as_of("2023-12-31", known_at=known_at).counts()["truck"].low == 12


@pytest.mark.parametrize("until", ["2023-11-30", date(2023, 11, 30), "2023-12-01T11:59:59Z"])
def test_the_log_can_be_read_as_it_stood(timeline: Timeline, until: str | date) -> None:
    """`recorded_until` is inclusive: nothing had been written down by then."""
    assert timeline.as_of("2023-12-31", recorded_until=until).facts == ()
    assert len(timeline.as_of("2023-12-31", recorded_until=RECORDED).facts) == 2


@pytest.mark.parametrize(
    "asked",
    [
        lambda timeline: timeline.as_of("November 2023"),
        lambda timeline: timeline.as_of("2023-11"),
        lambda timeline: timeline.as_of(datetime(2023, 11, 28, tzinfo=UTC)),
        lambda timeline: timeline.as_of("2023-11-28", known_at=datetime(2023, 11, 28)),
        lambda timeline: timeline.as_of("2023-11-28", known_at="now"),
        lambda timeline: timeline.as_of("2023-11-28", recorded_until=datetime(2023, 11, 28)),
    ],
)
def test_a_cut_that_is_none_is_refused(timeline: Timeline, asked: Callable[[Timeline], object]) -> None:
    """A month or an instant is not a day, and an instant without an offset is ambiguous."""
    with pytest.raises(InvalidValue):
        asked(timeline)


def test_a_view_says_what_it_is_cut_at(timeline: Timeline) -> None:
    """All three cuts stand on the view, None where there is none."""
    view = timeline.as_of("2023-11-28", known_at="2023-11-25")
    assert (view.as_of, view.known_at, view.recorded_until) == (date(2023, 11, 28), date(2023, 11, 25), None)
    assert "2023, 11, 28" in repr(view)
    assert "Fact" not in repr(view)


def test_views_of_one_timeline_with_the_same_cuts_are_equal(timeline: Timeline) -> None:
    """Views with the same cuts are equal, however the cuts were written."""
    assert timeline.as_of("2023-11-28") == timeline.as_of(date(2023, 11, 28))
    assert timeline.as_of("2023-11-28") != timeline.as_of("2023-11-29")
    assert timeline.as_of("2023-11-28") != timeline.as_of("2023-11-28", known_at="2023-11-28")
    assert len({timeline.as_of("2023-11-28"), timeline.as_of("2023-11-28")}) == 1


def test_what_is_believed_is_worked_out_once(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many days as known at one date take one application of the amendments, and all dates one of the repairs."""
    calls: list[object] = []
    repairs: list[object] = []

    def counted(*args: Any) -> Any:
        calls.append(args)
        return believe_at(*args)

    def repaired(records: Any) -> Any:
        repairs.append(records)
        return repair(records)

    monkeypatch.setattr("aidtimeline.engines.fold.believe_at", counted)
    monkeypatch.setattr("aidtimeline.semantics.recorded.repair", repaired)
    for day in ("2023-06-01", "2023-11-20", "2023-11-28"):
        timeline.as_of(day).counts()
        timeline.as_of(day, known_at="2023-11-25").counts()
        timeline.as_of(day, known_at=date(2023, 11, 25)).counts()
    assert (len(calls), len(repairs)) == (2, 1)


def test_a_view_answers_as_its_projections_do(timeline: Timeline) -> None:
    """The methods of a view are the built-in projections, and nothing else."""
    view = timeline.as_of("2023-11-28")
    assert view.counts(["item", "donor"]) == view.replay(Counts(["item", "donor"]))
    assert view.counts(kind="pledge", where={"donor": "JP"}) == view.replay(
        Counts(kind="pledge", where={"donor": "JP"})
    )
    assert view.money("donor", kind="delivery") == view.replay(MoneySums("donor", kind="delivery"))
    assert view.projects({"project": "hd"}) == view.replay(ProjectStates({"project": "hd"}))
    assert view.participation({"role": "lead"}) == view.replay(Participations({"role": "lead"}))


def test_facts_stand_in_the_order_of_replay(timeline: Timeline) -> None:
    """By latest and earliest day, whatever the order of the records."""
    shuffled = Timeline(reversed(timeline.records))
    quantities = [str(fact.quantity) for fact in timeline.as_of("2023-11-28").facts]
    assert quantities == ["12", "18"]
    assert shuffled.as_of("2023-11-28").facts == timeline.as_of("2023-11-28").facts


def test_a_view_lists_what_replay_could_make_no_sense_of() -> None:
    """An amendment of a missing record is listed as a problem, and stops nothing."""
    dangling = record(Retraction(of="0" * 32, reason="a slip"))
    view = Timeline([dangling, trucks(12, "2023-06-01", "2023-06-10")]).as_of("2023-11-28")
    assert [problem.code for problem in view.problems] == ["dangling"]
    assert view.counts()["truck"].low == 12


# Opening a log.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "events"
    source = Source(publisher="Rubryka", published="2023-11-28")
    EventLog(folder).append(
        [
            Delivery(date="2023-11-20", item="truck", quantity=30, sources=source),
            Pledge(date="2023-01-05", item="truck", quantity=50, sources=source),
            Participation(date="2023", project="hd", party="LT", role="lead", sources=source),
        ]
    )
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"Truck","category":"vehicle"}\n')
    return folder


@pytest.mark.parametrize("as_path", [str, Path])
def test_open_reads_records_and_vocabulary(folder: Path, as_path: Callable[[Path], str | Path]) -> None:
    """A folder has the log, and beside it the vocabulary."""
    timeline = Timeline.open(as_path(folder))
    assert len(timeline.records) == 3
    assert timeline.problems == ()
    assert timeline.as_of("2023-11-28").counts("item-category")["vehicle"].low == 30


def test_open_stops_at_a_broken_line_unless_asked(folder: Path) -> None:
    """A line that cannot be read raises an error with file and line; if skipped, it is a problem of the timeline."""
    file = folder / "events.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + "no record\n", encoding="utf-8")
    with pytest.raises(UnreadableLog, match=r"events\.jsonl:4: error bad-json"):
        Timeline.open(folder)
    timeline = Timeline.open(folder, skip_problems=True)
    assert len(timeline.records) == 3
    assert [(problem.code, problem.line) for problem in timeline.problems] == [("bad-json", 4)]


def test_a_folder_without_a_log_says_how_to_start_one(tmp_path: Path) -> None:
    """A folder without a log cannot be opened."""
    with pytest.raises(LogError, match="aidtimeline record"):
        Timeline.open(tmp_path / "nowhere")


def test_replay_gives_the_result_of_the_view() -> None:
    """The result of bare records prints like that of the view: with its title, both dates and the reports."""
    records = [trucks(30, "2022-05-01", "2022-05-02")]
    table = replay(records, Counts(), as_of="2022-12-31", known_at="2022-12-01")
    assert str(table) == str(Timeline(records).as_of("2022-12-31", known_at="2022-12-01").counts())
    assert str(table).startswith("delivery by item\nas of 31 Dec 2022")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda each: each.as_of("2023-01-01").counts(by=None), "by: found null, expected a field or several"),
        (lambda each: each.as_of("2023-01-01").counts(kind=5), "kind: found 5, expected a kind"),
        (
            lambda each: each.as_of("2023-01-01").counts(where=["item=truck"]),
            r"where: found \['item=truck'\], expected a mapping such as {'item': 'truck'}",
        ),
        (lambda each: each.as_of("2023-01-01").projects("hd"), "where: found 'hd', expected a mapping"),
        (lambda each: each.as_of("2023-01-01").counts(where={"item": 5}), "where item: found 5, expected a text"),
        (lambda each: each.as_of("2023-01-01").counts(where={"item": ["truck", 5]}), "where item: found 5"),
        (lambda each: each.as_of("2023-01-01").diff("x"), "found 'x', expected a view"),
        (
            lambda each: each.as_of("2023-01-01").diff(each.as_of("2023-01-02"), "item"),
            "found 'item', expected .*Counts",
        ),
        (lambda each: each.series("item"), "found 'item', expected a projection, such as Counts"),
        (lambda each: each.series(ProjectStates), "expected a projection, such as Counts"),
    ],
)
def test_what_cannot_be_asked_is_refused_clearly(ask: Callable[[Any], object], message: str) -> None:
    """A question of the wrong types says what was found, and what was expected."""
    with pytest.raises(UsageError, match=message):
        ask(Timeline([]))


def test_a_timeline_prints_as_the_number_of_its_records() -> None:
    """In a session, a timeline is one short line."""
    records = [trucks(30, "2022-05-01", "2022-05-02")]
    assert (repr(Timeline([])), str(Timeline(records))) == ("<Timeline of 0 records>", "<Timeline of 1 record>")
