"""Amendments from the id that somebody typed: what they say, what is refused, and what they would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from aidtimeline import (
    Correction,
    Corroboration,
    Counts,
    Delivery,
    EventLog,
    MoneySums,
    Observation,
    Pledge,
    RefusedBatch,
    Retraction,
    Source,
    Status,
    Timeline,
    UnknownKey,
    UsageError,
)
from aidtimeline.amending import Effects, correction, corroboration, effects, retraction
from aidtimeline.cli import application
from aidtimeline.codec import encode, record_id
from aidtimeline.errors import InvalidValue
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.log.flat import read_source
from aidtimeline.projections import ProjectStates
from aidtimeline.report.amended import AmendmentShown
from aidtimeline.testing.drawnlogs import logs

PAPER = Source(publisher="Newspaper", published="2023-06-01")
LATER = Source(publisher="Newspaper", published="2023-07-05")
TRUCKS = Delivery(date="2023", donor="JP", item="truck", quantity=30, value="USD 500", sources=PAPER)
DAY = "2024-01-01"


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(tmp_path / "events")


def opened(log: EventLog) -> Timeline:
    return Timeline(log.read())


def test_a_correction_is_the_whole_record_with_other_fields(log: EventLog) -> None:
    """As it now stands; an empty text empties a field, and money may be changed in part."""
    [record] = log.append(TRUCKS)
    [_] = log.append(correction(opened(log), record.id, {"quantity": "13"}, reason="misread"))
    made = correction(opened(log), record.id[:6], {"date": "2023-05", "donor": "", "value": "~7", "source.url": "u"})
    source = attrs.evolve(PAPER, url="u")
    event = attrs.evolve(TRUCKS, quantity=13, date="2023-05", donor=None, value="USD ~7", sources=source)
    assert made == Correction(of=record.id, event=event)


def test_fields_are_also_taken_as_in_json(log: EventLog) -> None:
    """Numbers, lists, objects."""
    [record] = log.append(TRUCKS)
    fields = {"quantity": 5, "via": ["undp"], "location": {"KE": 60, "UG": None}, "humanitarian": True}
    made = correction(opened(log), record.id, fields)
    assert made.event == attrs.evolve(
        TRUCKS, quantity=5, via=("undp",), location={"KE": 60, "UG": None}, humanitarian=True
    )


def test_a_repair_leaves_out_what_news_has_said_since(log: EventLog) -> None:
    """Else it would be known before its time. News goes on from what is known now."""
    [record] = log.append(TRUCKS)
    [_] = log.append(correction(opened(log), record.id, {"quantity": "13"}, sources=LATER))
    assert correction(opened(log), record.id, {"date": "2023-05"}).event == attrs.evolve(TRUCKS, date="2023-05")
    news = correction(opened(log), record.id, {"date": "2023-05"}, sources=LATER)
    assert news.event == attrs.evolve(TRUCKS, quantity=13, date="2023-05")
    found = opened(log).find(record.id)
    assert (getattr(found.event, "quantity", None), found.repaired) == (
        attrs.evolve(TRUCKS, quantity=13).quantity,
        TRUCKS,
    )


def test_news_that_was_written_down_wrongly_is_repaired_within(log: EventLog) -> None:
    """The id is then that of the news; so with a corroboration."""
    [record] = log.append(TRUCKS)
    [news] = log.append(correction(opened(log), record.id, {"quantity": "13"}, sources=LATER))
    [account] = log.append(corroboration(opened(log), record.id, {"quantity": "14"}, sources=LATER))
    log.append(correction(opened(log), news.id, {"quantity": "31"}))
    log.append(correction(opened(log), account.id, {"quantity": "31"}))
    [fact] = opened(log).as_of(DAY).facts
    assert (str(fact.quantity), fact.disputed) == ("31", frozenset())


def test_the_kind_may_be_what_was_wrong(log: EventLog) -> None:
    """Fields that the other kind does not have are to be emptied."""
    [record] = log.append(TRUCKS)
    made = correction(opened(log), record.id, {"kind": "pledge", "due": "2024"})
    assert made.event == Pledge(
        date="2023", donor="JP", item="truck", quantity=30, value="USD 500", due="2024", sources=PAPER
    )
    with pytest.raises(RefusedBatch, match="unknown-field"):
        correction(opened(log), record.id, {"kind": "status", "status": "closed", "project": "hd"})


def test_links_may_be_shortened(log: EventLog) -> None:
    """As in drafts."""
    pledge, record = log.append([Pledge(date="2022", item="truck", quantity=30, sources=PAPER), TRUCKS])
    made = correction(opened(log), record.id, {"fulfils": pledge.id[:8]})
    assert isinstance(made.event, Delivery)
    assert made.event.fulfils == (pledge.id,)
    with pytest.raises(RefusedBatch, match="unknown-reference"):
        correction(opened(log), record.id, {"fulfils": "0000"})


def test_a_repair_of_before_may_be_made_again(log: EventLog) -> None:
    """A content has one id; so the same repair, once another has decided, is numbered."""
    [record] = log.append(TRUCKS)
    for quantity in ("13", "14", "13"):
        log.append(correction(opened(log), record.id, {"quantity": quantity}))
    assert str(opened(log).as_of(DAY).counts()["truck"]) == "13"
    assert [each.event.ref for each in log.read()] == [None, None, None, "time 2"]


def test_a_retraction_withdraws_or_finds_a_duplicate(log: EventLog) -> None:
    """Ids may be shortened."""
    one, other = log.append([TRUCKS, attrs.evolve(TRUCKS, sources=LATER)])
    assert retraction(opened(log), one.id[:8], reason="r") == Retraction(of=one.id, reason="r")
    finding = retraction(opened(log), one.id[:8], duplicate_of=other.id[:8])
    assert finding == Retraction(of=one.id, duplicate_of=other.id)
    log.append(finding)
    assert str(opened(log).as_of(DAY).counts()["truck"]) == "30"


def test_what_replay_would_ignore_or_says_nothing_new_is_refused(log: EventLog) -> None:
    """Repairs of repairs, news of amendments, duplicates of itself, the same again."""
    [record] = log.append(TRUCKS)
    [repair] = log.append(correction(opened(log), record.id, {"quantity": "13"}))
    [account] = log.append(corroboration(opened(log), record.id, {"quantity": "14"}, sources=LATER))
    timeline = opened(log)
    for make in (
        lambda: correction(timeline, repair.id, {"quantity": "1"}),
        lambda: retraction(timeline, repair.id),
        lambda: corroboration(timeline, repair.id, {}, sources=LATER),
        lambda: correction(timeline, account.id, {"quantity": "1"}, sources=LATER),
        lambda: retraction(timeline, account.id, duplicate_of=record.id),
        lambda: corroboration(timeline, account.id, {}, sources=LATER),
        lambda: retraction(timeline, record.id, duplicate_of=record.id),
        lambda: retraction(timeline, record.id, duplicate_of=account.id),
        lambda: correction(timeline, record.id, {"quantity": "13.0"}),
        lambda: corroboration(timeline, record.id, {"quantity": "14"}, sources=LATER),
        lambda: correction(timeline, record.id, {"quantty": "1"}),
        lambda: correction(timeline, record.id, {"of": "1"}),
        lambda: corroboration(timeline, record.id, {"item": "1"}, sources=LATER),
    ):
        with pytest.raises(UsageError):
            make()
    log.append(retraction(timeline, record.id))
    with pytest.raises(UsageError):
        retraction(opened(log), record.id)
    with pytest.raises(UnknownKey):
        timeline.find("0" * 32)
    with pytest.raises(InvalidValue):
        timeline.find("000")
    with pytest.raises(InvalidValue, match="at least one source"):
        corroboration(timeline, record.id, {"quantity": "1"}, sources=())


def test_a_misspelt_field_gets_its_nearest(log: EventLog) -> None:
    """Of the kind that is corrected."""
    [record] = log.append(TRUCKS)
    with pytest.raises(UsageError, match=r"delivery has no field 'quantty' \(did you mean 'quantity'\?\)"):
        correction(opened(log), record.id, {"quantty": "1"})


def test_an_account_takes_the_currency_of_the_record(log: EventLog) -> None:
    """If it states an amount alone."""
    [record] = log.append(TRUCKS)
    made = corroboration(opened(log), record.id, {"value": "600", "date": "2023-05"}, sources=LATER)
    assert made == Corroboration(of=record.id, value="USD 600", date="2023-05", sources=LATER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("publisher=NHK", Source(publisher="NHK")),
        ("publisher=A, B, title=C, d=e ,published=2023", Source(publisher="A, B", title="C, d=e", published="2023")),
        ("url=https://a.org/?b=c,d", Source(url="https://a.org/?b=c,d")),
        ('{"publisher":"A,title=B"}', Source(publisher="A,title=B")),
        ("publisher=A,url=", Source(publisher="A")),
    ],
)
def test_a_source_is_typed_with_commas(text: str, expected: Source) -> None:
    """A comma before no name of a field belongs to the value."""
    assert read_source(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "NHK", "publishr=NHK", "publisher=A,publishd=2023", "published=2023", "publisher=A,published=soon", "{"],
)
def test_what_is_no_source_is_refused(text: str) -> None:
    """With what was expected."""
    with pytest.raises(InvalidValue):
        read_source(text)


def changed(before: Any, after: Any) -> dict[Any, tuple[Any, Any]]:
    """The rows of a table that are not the same after, without the facts behind them."""

    def told(row: Any) -> Any:
        return None if row is None else {name: value for name, value in row._asdict().items() if name != "facts"}

    one, other = ({table.key_of(row): row for row in table.rows} for table in (before, after))
    pairs = {key: (told(one.get(key)), told(other.get(key))) for key in {**one, **other}}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def assert_complete(found: Effects, timeline: Timeline, record: Record) -> None:
    """The effects are all that differs between the log without the record and with it."""
    day = found.before.as_of
    before, after = timeline.as_of(day), Timeline((*timeline.records, record), timeline.vocabulary).as_of(day)
    for question, changes in ((Counts("item", kind=Counts.ALL_KINDS), found.counts), (MoneySums(), found.money)):
        one, other = (view.replay(question) for view in (before, after))
        differing = {key for key in {*dict(one), *dict(other)} if ends(one, key) != ends(other, key)}
        assert {key for key, parts in changes.answers.items() if parts} == differing
        for table, whole in zip(changes.tables, (one, other), strict=True):
            assert dict(table) == {key: bounds for key, bounds in dict(whole).items() if key in differing}
    assert changed(*found.projects) == changed(*(view.replay(ProjectStates()) for view in (before, after)))
    assert changed(*found.levels) == changed(before.levels(), after.levels())


def ends(table: Any, key: Any) -> tuple[Any, Any]:
    bounds = table.get(key)
    return (0, 0) if bounds is None else (bounds.low, bounds.high)


@st.composite
def amended(draw: st.DrawFn) -> tuple[list[Record], Record]:
    """A log, and an amendment that is recorded last."""
    records = draw(logs(min_size=2, max_size=8))
    last = records[-1]
    while not isinstance(last.event, Amendment) or isinstance(last.event, Event):
        others = [each for each in records if isinstance(each.event, Event)]
        of = draw(st.sampled_from(others)).id if others else records[0].id
        made = Retraction(of=of, sources=draw(st.sampled_from(((), (PAPER,)))))
        last = Record(record_id(made), max(each.recorded_at for each in records), made)
    return [each for each in records if each.id != last.id] or records[:1], last


@settings(max_examples=60)
@given(amended())
def test_effects_are_all_that_changes(drawn: tuple[list[Record], Record]) -> None:
    """Of sums, states and levels; against two replays of all questions."""
    records, last = drawn
    assert isinstance(last.event, Amendment)
    timeline = Timeline(records)
    assert_complete(effects(timeline, last.event, as_of="2023-04-02"), timeline, evolve_last(records, last))


def evolve_last(records: list[Record], last: Record) -> Record:
    """The record, recorded after all others."""
    return attrs.evolve(last, recorded_at=max(each.recorded_at for each in records).replace(year=2999))


@settings(max_examples=15)
@given(amended())
def test_effects_are_the_same_with_every_engine(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[list[Record], Record]
) -> None:
    """To the letter, though the embedded engine reads only what they are about."""
    records, last = drawn
    assert isinstance(last.event, Amendment)
    folder = tmp_path_factory.mktemp("log")
    (folder / "a.jsonl").write_text("".join(f"{encode(each)}\n" for each in records), encoding="utf-8")
    pages = []
    for engine in ("fold", "embedded"):
        with Timeline.open(folder, engine=engine) as timeline:
            found = effects(timeline, last.event, as_of="2023-04-02")
            if not list(timeline.engine.ids(last.event.of)):
                return
            shown = AmendmentShown(timeline.find(last.event.of), last.event, found, True)
            pages.append(([*map(str, shown.page())], shown.json()))
    assert pages[0] == pages[1]


def run(log: Path, *words: str) -> Result:
    return CliRunner().invoke(application, ["--log", str(log), *words])


def test_the_commands_show_what_changes_and_record_it(log: EventLog) -> None:
    """With --dry-run they record nothing; the id is the last line."""
    [record] = log.append(TRUCKS)
    words = ("correct", record.id[:8], "quantity=13", "date=2023-05", "--reason", "misread", "--as-of", DAY)
    dry = run(log.folder, *words, "--dry-run")
    assert (
        dry.stdout
        == f"""\
correction of {record.id}: a repair

  date: 2023 → 2023-05
  quantity: 30 → 13
  reason: misread

what changes as of 1 Jan 2024 · with all that is known today (no --known-at cut)
  delivery, truck: 30 → 13: repaired  [{record.id[:8]}]
"""
    )
    assert (dry.stderr, dry.exit_code, len(list(log.read()))) == ("nothing was recorded\n", 0, 1)
    done = run(log.folder, *words)
    [_, repair] = log.read()
    assert done.stdout == f"{dry.stdout}{repair.id}\n"
    assert (done.stderr, done.exit_code) == ("1 recorded\n", 0)
    assert str(opened(log).as_of(DAY).counts()["truck"]) == "13"


def test_with_a_source_a_correction_is_news(log: EventLog) -> None:
    """And a corroboration needs one."""
    [record] = log.append(TRUCKS)
    source = ("--source", "publisher=Newspaper,published=2023-07-05")
    assert "news" in run(log.folder, "correct", record.id, "quantity=13", *source).stdout
    assert run(log.folder, "corroborate", record.id, "quantity=14", *source, "--to", "2023").exit_code == 0
    assert run(log.folder, "retract", record.id, "--reason", "none", *source).exit_code == 0
    assert [each.event.sources for each in log.read()] == [(LATER,), (PAPER,), (LATER,), (LATER,)]
    assert run(log.folder, "corroborate", record.id, "quantity=15").exit_code == 2


def test_json_has_the_draft_and_the_rows_that_differ(log: EventLog) -> None:
    """The draft is what `record` would take."""
    closed = Status(date="2023", project="hd", status="closed", sources=PAPER)
    level = Observation(date="2023-06-01", item="truck", quantity=50, sources=PAPER)
    record, state, _ = log.append([attrs.evolve(TRUCKS, date="2023-05"), closed, level])
    found = json.loads(run(log.folder, "retract", record.id, "--as-of", DAY, "--dry-run", "--json").stdout)
    assert found["draft"] == {"kind": "retraction", "v": 1, "of": record.id}
    assert [(each["cause"], each["low"], each["high"]) for each in found["counts"]["parts"]] == [
        ("retracted", -30, -30)
    ]
    assert [each["currency"] for each in found["money"]["parts"]] == ["USD"]
    assert [row["missing"] for side in ("from", "to") for row in found["levels"][side]] == [
        {"low": 20, "high": 20},
        {"low": 50, "high": 50},
    ]
    assert (found["projects"], found["as_of"], found["dry_run"]) == ({"from": [], "to": []}, DAY, True)
    found = json.loads(run(log.folder, "correct", state.id, "status=suspended", "--as-of", DAY, "--json").stdout)
    assert [found["projects"][side][0]["status"] for side in ("from", "to")] == [["closed"], ["suspended"]]
    assert (found["counts"]["parts"], found["dry_run"], found["id"] in log.ids()) == ([], False, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("correct", "ID"), 2),
        (("correct", "ID", "quantity"), 2),
        (("correct", "ID", "quantity=1", "quantity=2"), 2),
        (("correct", "ID", "quantty=1"), 2),
        (("correct", "ID", "quantity=x"), 1),
        (("correct", "ID", "quantity=30"), 2),
        (("correct", "zz", "quantity=1"), 2),
        (("correct", "0" * 32, "quantity=1"), 2),
        (("correct", "ID", "quantity=1", "--source", "publishr=A"), 2),
        (("correct", "ID", "quantity=1", "--to", "a/b"), 2),
        (("retract", "ID", "--duplicate-of", "ID"), 2),
    ],
    ids=str,
)
def test_what_is_wrong_is_one_message_and_records_nothing(log: EventLog, words: tuple[str, ...], code: int) -> None:
    """With the exit codes of other commands."""
    [record] = log.append(TRUCKS)
    result = run(log.folder, *(record.id if each == "ID" else each for each in words))
    assert result.exit_code == code, result.output
    assert result.stderr
    assert len(list(log.read())) == 1


def test_there_is_no_amendment_without_a_log(tmp_path: Path) -> None:
    """The message is that of other commands."""
    assert run(tmp_path / "none", "retract", "0" * 32).exit_code == 2


def test_a_slug_may_be_put_right(log: EventLog) -> None:
    """Though one that is spelt like it is known, and it is not."""
    [record] = log.append(attrs.evolve(TRUCKS, item="trcuk"))
    shown = run(log.folder, "correct", record.id, "item=truck", "--as-of", DAY, "--dry-run")
    assert "trcuk: 30 → 0: repaired" in shown.stdout
    assert "truck: 0 → 30: repaired" in shown.stdout


def test_it_says_why_a_repair_changes_nothing_today(log: EventLog) -> None:
    """News decides, and is what to amend."""
    [record] = log.append(TRUCKS)
    [news] = log.append(correction(opened(log), record.id, {"quantity": "13"}, sources=LATER))
    shown = run(log.folder, "correct", record.id, "quantity=20", "--as-of", DAY, "--dry-run").stdout
    assert "  nothing\n" in shown
    assert f"news of it decides, {news.id}" in shown
