"""IATI out: what is written is valid, is what is believed, and is read again as it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st
from iatifiles import IATI, REAL, activity, file, org, related, transaction
from iatirules import broken, schema
from iatiwritten import (
    DAY,
    NEWS,
    OTHER,
    PAYMENT,
    PROFILE,
    REPORT,
    ROAD,
    Written,
    changed,
    of_records,
    said,
    view_of,
)
from lxml import etree  # type: ignore[import-untyped]

from aidtimeline import EventLog, Record, Timeline
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.errors import UsageError
from aidtimeline.events import (
    Cancellation,
    Correction,
    Corroboration,
    Event,
    Participation,
    Project,
    Retraction,
    Source,
    State,
    Status,
)
from aidtimeline.formats import File, import_file
from aidtimeline.formats.iati import sayable
from aidtimeline.formats.iati.telling import NO_PARENT_TOLD
from aidtimeline.formats.iati.transactions import FLOWS
from aidtimeline.formats.iati.writing import export_iati
from aidtimeline.semantics import Fact
from aidtimeline.testing.drawnlogs import logs
from aidtimeline.vocabulary import Party, Vocabulary

needs_data = pytest.mark.skipif(not IATI.exists(), reason="the IATI files are not here")
each_real = pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)

# Real files


@needs_data
@each_real
def test_a_real_file_is_valid_and_the_same_after_a_round_trip(path: Path, tmp_path: Path) -> None:
    """By IATI's schema, and fact by fact: money by kind, currency, activity, place, sector, parties and dates; states.

    That an activity is part of another is said once where both said it.
    """
    import_file(tmp_path, "iati", path)
    view = Timeline.open(tmp_path).as_of(DAY)
    written = Written(view)
    judge = schema()
    assert judge.validate(written.root), judge.error_log
    assert not written.skipped
    before = Counter(said(each) for each in view.facts if each.id not in written.lost)
    after = Counter(map(said, written.facts))
    assert set(after) <= set(before)
    twice = [each for each in view.facts if said(each) in before - after]
    assert all("/child/" in (each.ref or "") for each in twice)
    assert written.report.transactions == sum(
        1 for each in view.facts if each.kind in {kind for kind, _ in sayable.CODES}
    )


@needs_data
@each_real
def test_a_real_file_breaks_no_rule_that_it_did_not_break_before(path: Path, tmp_path: Path) -> None:
    """By IATI's ruleset. What the log does not know, the language of texts, is for the user to say."""
    import_file(tmp_path, "iati", path)
    view = Timeline.open(tmp_path).as_of(DAY)
    before = broken(etree.parse(str(path)))
    assert broken(Written(view, language="en").root) - before == Counter()
    assert set(broken(Written(view).root) - before) == {"4.1.1"}


@needs_data
@each_real
def test_what_is_written_is_nothing_new_to_its_own_log(path: Path, tmp_path: Path) -> None:
    """The references of transactions are the same: nothing is recorded twice, and no money is added."""
    import_file(tmp_path / "log", "iati", path)
    timeline = Timeline.open(tmp_path / "log")
    export_iati(timeline.as_of(DAY), tmp_path / "activities.xml")
    before = [(row.key, str(row.bounds)) for row in timeline.as_of(DAY).money(by=["project"]).rows]
    import_file(tmp_path / "log", "iati", File(path=tmp_path / "activities.xml", covers="part"))
    after = Timeline.open(tmp_path / "log").as_of(DAY).money(by=["project"]).rows
    assert [(row.key, str(row.bounds)) for row in after] == before


CASES = sorted((IATI.parents[1] / "cases").glob("iati-*.xml"))


@pytest.mark.skipif(not CASES, reason="the cases are not here")
def test_small_files_that_lack_what_iati_wants_are_valid_and_keep_their_money(tmp_path: Path) -> None:
    """Each case of reading, written and read again: the same transactions, and no fact more but its title."""
    judge = schema()
    for path in CASES:
        import_file(tmp_path / path.stem, "iati", path)
        view = Timeline.open(tmp_path / path.stem).as_of(DAY)
        written = Written(view)
        assert judge.validate(written.root), (path.name, judge.error_log)
        assert set(written.report.left_out) <= {sayable.VAGUE_DATE, *sayable.OF_NO_TYPE.values()}, path.name
        money = [each for each in view.facts if each.value is not None and each.id not in written.lost]
        assert Counter(map(said, written.money())) == Counter(map(said, money)), path.name
        assert len(written.facts) <= len(view.facts)


# A law: logs that IATI can say


_PARTIES = {
    "JP": Party(slug="JP", name="Japan", kind="government", iati_org_id="XM-DAC-701"),
    "undp": Party(slug="undp", name="UN Development Programme", kind="multilateral", iati_org_id="XM-DAC-41114"),
    "ngo": Party(slug="ngo", name="Roads & Bridges «ім. Шевченка»"),
}
_KNOWN = Vocabulary(parties=_PARTIES)
_parties = st.sampled_from([*_PARTIES, "XM-A-1", "44000", "A party of no vocabulary"])
_days = st.dates(date(2001, 1, 1), date(2023, 5, 31)).map(date.isoformat)
_amounts = st.decimals(-(10**9), 10**9, places=2).map(lambda number: f"{number:f}")
_money = st.builds("{} {}".format, st.sampled_from(["USD", "EUR", "JPY"]), _amounts)
_texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


def _of_100(*slugs: str) -> st.SearchStrategy[Mapping[str, Any]]:
    first, second = slugs
    return st.sampled_from([25, 50, "62.5", None]).map(
        lambda percent: {first: percent, second: None if percent is None else 100 - float(percent)}
    )


_purposes = st.fixed_dictionaries(
    {},
    optional={
        "location": st.sampled_from(["KE", "UG", "298", "2:015"]) | _of_100("KE", "UG") | _of_100("KE", "298"),
        "sector": st.sampled_from(["72040", "2:720", "99:MP"]) | _of_100("72040", "12220"),
        "humanitarian": st.booleans(),
        "scope": st.sampled_from(["plan:HUKR22", "glide:EQ-2015-000048-NPL", "99:A1", "emergency:X"]),
        "aid_type": st.sampled_from(["C01", "B03", "4:1"]),
        "tied": st.sampled_from(["tied", "partially-tied", "untied"]),
    },
)


@st.composite
def _transactions(draw: st.DrawFn, project: str, purposes: st.SearchStrategy[Mapping[str, Any]]) -> Event:
    kind, side = draw(st.sampled_from(sorted(FLOWS.values(), key=str)))
    owner, other = draw(_parties), draw(st.none() | _parties)
    donor, recipient = (owner, other) if side == "provider" else (other, owner)
    return kind(
        date=draw(_days),
        project=project,
        donor=donor,
        recipient=recipient,
        value=draw(_money),
        value_date=draw(_days),
        side=side,
        counterpart=draw(st.sampled_from([None, None, "XM-B-7", r"XM-B-\u{200b}8"])),
        ref=draw(st.none() | _texts),
        note=draw(st.none() | _texts),
        sources=REPORT,
        **draw(purposes),
    )


@st.composite
def _activities(draw: st.DrawFn, number: int) -> list[Event]:
    """The facts of an activity. What it is for is mostly said once for all of it."""
    project = draw(st.sampled_from([f"XM-A-1-{number}", f"XM-A-1/{number} & more", rf"XM-A-1-{number}\u{{200b}}"]))
    common: Mapping[str, Any] = {"project": project, "sources": REPORT, "date": "2023-01-01"}
    dates = ("planned_start", "planned_end", "actual_start", "actual_end")
    profile: dict[str, Any] = {name: draw(st.none() | _days) for name in dates} | {"actual_start": draw(_days)}
    roles = st.tuples(_parties, st.sampled_from(["funding", "accountable", "extending", "implementing"]))
    for_all = draw(_purposes)
    money = _transactions(project, st.just(for_all) | _purposes if draw(st.booleans()) else st.just(for_all))
    return [
        Project(title=draw(_texts), **profile, **common),
        Status(status=draw(st.sampled_from(["pipeline", "implementation", "closed"])), **common),
        *(
            Participation(party=party, role=role, **common)  # type: ignore[arg-type]
            for party, role in draw(st.lists(roles, min_size=1, max_size=3, unique=True))
        ),
        *draw(st.lists(money, max_size=4, unique_by=record_id)),
    ]


@given(st.tuples(_activities(1), _activities(2)))
def test_what_iati_can_say_is_the_same_after_a_round_trip(activities: tuple[list[Event], list[Event]]) -> None:
    """Nothing is left out, and each fact is read again as it was; the file is valid where the schema is at hand."""
    view = view_of(*activities[0], *activities[1], vocabulary=_KNOWN)
    written = Written(view)
    assert not written.lost
    unsaid = set(written.report.without.get(sayable.PURPOSE, ()))
    before = Counter(_without_overlaps(each) for each in view.facts if each.id not in unsaid)
    after = Counter(map(_without_overlaps, written.facts))
    assert len(written.facts) == len(view.facts)
    assert before - after == Counter()
    if IATI.exists():
        judge = schema()
        assert judge.validate(written.root), judge.error_log


def _without_overlaps(fact: Fact) -> tuple[object, ...]:
    """What incoming funds come from is read as an overlap, which these facts do not state."""
    overlaps = said(fact).index(fact.overlaps) if fact.overlaps else None
    return tuple(() if number == overlaps else each for number, each in enumerate(said(fact)))


# A law: any log


@st.composite
def _amended(draw: st.DrawFn) -> list[Record]:
    """Transactions that can be said, and what may happen to such: most cannot be said afterwards."""
    written = [
        Record(record_id(each), _AT, each) for each in (*PROFILE, *draw(st.lists(_paid, min_size=2, max_size=5)))
    ]
    paid = [each for each in written if not isinstance(each.event, State)]
    for of in draw(st.lists(st.sampled_from(paid), max_size=4, unique_by=lambda each: each.id)):
        amendment = draw(st.sampled_from(_AMENDING))(of, draw(st.sampled_from(paid)))
        written.append(Record(record_id(amendment), _AT, amendment))
    return written


_AT = datetime(2023, 7, 1, tzinfo=UTC)
_paid = _transactions("XM-A-1-road", _purposes)

_changed: Any = evolve


def _currency(record: Record) -> str:
    paid: Any = record.event
    return str(paid.value.currency)


#: What may happen to a transaction `of`, some of it with another.
_AMENDING: Sequence[Callable[[Record, Record], Any]] = (
    lambda of, _: Corroboration(of=of.id, value="USD 5..2000000000", sources=NEWS),
    lambda of, _: Corroboration(of=of.id, value="USD ~7", sources=NEWS),
    lambda of, _: Corroboration(of=of.id, date="2001/2023-05-31", sources=NEWS),
    lambda of, _: Corroboration(of=of.id, date="1999-01-01", sources=NEWS),
    lambda of, _: Retraction(of=of.id, sources=NEWS),
    lambda of, _: Retraction(of=of.id),
    lambda of, other: Retraction(of=of.id, duplicate_of=other.id),
    lambda of, _: Correction(of=of.id, event=_changed(of.event, date="2022"), sources=REPORT),
    lambda of, _: Correction(of=of.id, event=_changed(of.event, value="JPY 3")),
    lambda of, _: Correction(of=of.id, event=_changed(of.event, project=None)),
    lambda of, other: Correction(of=of.id, event=_changed(of.event, overlaps=other.id)),
    lambda of, _: Correction(of=of.id, event=_changed(of.event, overlaps="XM-B-7")),
    lambda of, other: _changed(of.event, supersedes=other.id, value="USD 77"),
    lambda of, other: _changed(of.event, supersedes=other.id, date="2023-01/2030"),
    lambda of, _: Cancellation(date="2023-05-31", value=f"{_currency(of)} 1", supersedes=of.id, **ROAD),
)


@given(logs(max_size=7) | _amended())
def test_whatever_a_log_says_is_written_or_listed(records: list[Record]) -> None:
    """Each fact that is asked for is written or left out, once. What is written was a certain, exact fact."""
    projects = {each.event.project for each in records if isinstance(each.event, Event) and each.event.project}
    profile: list[Event] = []
    for project in sorted(projects):
        stated: Mapping[str, Any] = {"date": "2000-01-01", "project": project, "sources": REPORT}
        profile.append(Project(actual_start="2000-01-01", **stated))
        profile.append(Participation(party="XM-A-1", role="funding", **stated))
    view = of_records([*records, *(Record(record_id(each), _AT, each) for each in profile)])
    written = Written(view, reporting_org="XM-A-1")
    listed = [id_ for ids in written.report.left_out.values() for id_ in ids]
    assert len(listed) == len(set(listed))
    assert set(listed) <= {each.id for each in view.facts}
    assert written.report.facts == len(view.facts)
    kept = [each for each in view.facts if each.id not in written.lost and not isinstance(each.event, State)]
    exact = [each for each in kept if each.kind != "observation"]
    assert len(exact) == written.report.transactions == len(written.money())
    assert len(kept) - len(exact) == written.report.plans + written.report.results
    assert all(each.certain and not each.disputed & {"date", "value"} for each in exact)
    assert all(each.value is not None and each.value.amount.is_exact for each in exact)
    assert all(each.date.earliest == each.date.latest and not each.date.qualified for each in exact)
    assert Counter(map(_as_money, written.money())) == Counter(map(_as_money, exact))
    read = {_as_money(each): set(each.overlaps) for each in written.money()}
    assert all(read[_as_money(each)] >= set(each.overlaps) for each in exact if each.takes_off is None)


def _as_money(fact: Fact) -> tuple[object, ...]:
    """What is paid or promised; what takes an amount off a promise is a negative one."""
    promise, value = fact, fact.value
    if fact.takes_off is not None and value is not None:
        [promise], value = fact.takes_off.promises, -value
    return promise.kind, promise.side, promise.project, value, fact.date.earliest, promise.donor, promise.recipient


# Who, and what else may tell of it


def test_parties_go_by_their_identifiers_or_else_their_names() -> None:
    """Those of the vocabulary; others by what looks like an identifier. Two of one name are not mixed up."""
    known = {
        "JP": Party(slug="JP", name="Japan", iati_org_id="XM-DAC-701"),
        "mod": Party(slug="mod", name="Ministry of Defence"),
        "other-mod": Party(slug="other-mod", name="Ministry of Defence"),
    }
    names = ["JP", "mod", "other-mod", "GB-COH-123", "44000", "Red Cross & Co"]
    paid = [changed(date=f"2023-02-0{number}", recipient=each) for number, each in enumerate(names, start=1)]
    written = Written(view_of(*PROFILE, *paid, vocabulary=Vocabulary(parties=known)))
    assert [each.recipient for each in written.money()] == names
    stated = [(each.get("ref"), each.findtext("narrative")) for each in written.root.iter("receiver-org")]
    assert (stated[0], stated[3:]) == (
        ("XM-DAC-701", "Japan"),
        [("GB-COH-123", None), ("44000", None), (None, "Red Cross & Co")],
    )


CHILDREN = {
    "a parent that the child names": (
        activity(transaction(), id="XM-R-P"),
        activity(transaction(), related("1", "XM-R-P"), id="XM-R-C"),
    ),
    "a child that the parent names": (
        activity(transaction(), related("2", "XM-R-C"), id="XM-R-P"),
        activity(transaction(), id="XM-R-C"),
    ),
    "several parents": (
        activity(transaction(), related("1", "XM-R-Z"), related("1", "XM-R-P"), id="XM-R-C"),
        activity(transaction(), id="XM-R-P"),
    ),
    "a third party": (
        activity(transaction(), related("5", "XM-S-9"), id="XM-R-C"),
        activity(transaction(), id="XM-S-9"),
    ),
    "a lower level": (
        activity(transaction(), id="XM-R-1-2", hierarchy="2"),
        activity(transaction(), id="XM-R-1"),
    ),
    "incoming funds": (
        activity(
            transaction("1", "100", "2022-05-06", org("provider-org", "XM-S", provider_activity_id="XM-S-9")),
            transaction("3", "90", "2022-06-06"),
            id="XM-R-C",
        ),
        activity(transaction(), id="XM-S-9"),
    ),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_what_may_be_of_the_same_money_still_may(name: str, tmp_path: Path) -> None:
    """Sums over an activity and what it is part of, or funded by, are the same bounds after a round trip."""
    (tmp_path / "activities.xml").write_text(file(*CHILDREN[name]), encoding="utf-8")
    import_file(tmp_path / "log", "iati", tmp_path / "activities.xml")
    before = Timeline.open(tmp_path / "log").as_of(DAY)
    export_iati(before, tmp_path / "out.xml")
    import_file(tmp_path / "again", "iati", tmp_path / "out.xml")
    after = Timeline.open(tmp_path / "again").as_of(DAY)
    sums = [[(row.key, str(row.bounds)) for row in view.money().rows] for view in (before, after)]
    assert sums[0] == sums[1]
    assert any(each.overlaps for each in before.facts)
    overlaps = [
        {(each.project, each.kind): each.overlaps for each in view.facts if each.value} for view in (before, after)
    ]
    assert overlaps[0] == overlaps[1]


def test_a_part_that_only_its_parent_names_is_named_again() -> None:
    """It is no activity of the file. Without the parent it is listed."""
    part = Project(
        date="2023-01-10", project="XM-A-1-bridge", parent="XM-A-1-road", overlaps="XM-A-1-road", sources=REPORT
    )
    written = Written(view_of(*PROFILE, part))
    assert not written.lost
    assert [each.project for each in written.facts if each.parent == "XM-A-1-road"] == ["XM-A-1-bridge"]
    assert Written(view_of(part)).report.left_out == {NO_PARENT_TOLD: [record_id(part)]}


# What is believed, and asked for


def test_what_is_believed_is_written_and_no_history() -> None:
    """A correction is in it, from when it is known; what was taken back is not; what came later neither."""
    wrong = changed(value="USD 500")
    gone = changed(value="USD 9")
    later = changed(date="2023-05-01", value="USD 3")
    news = Correction(of=record_id(wrong), event=PAYMENT, sources=OTHER)
    records = view_of(*PROFILE, wrong, gone, later, news, Retraction(of=record_id(gone), sources=NEWS)).records
    timeline = Timeline(records)
    known = {"before the news": "2023-06-01", "today": None}
    found = {
        (name, day): sorted(str(each.value) for each in Written(timeline.as_of(day, known_at=known[name])).money())
        for name in known
        for day in ("2023-04-01", "2023-12-31")
    }
    assert found == {
        ("before the news", "2023-04-01"): ["USD 500", "USD 9"],
        ("before the news", "2023-12-31"): ["USD 3", "USD 500", "USD 9"],
        ("today", "2023-04-01"): ["USD 100"],
        ("today", "2023-12-31"): ["USD 100", "USD 3"],
    }


@pytest.mark.parametrize("engine", ["fold", "embedded"])
def test_retractions_are_listed_where_they_take_back_what_is_asked_for(engine: Any, tmp_path: Path) -> None:
    """By their ids, at the cuts; not of what is one with another, what is believed again, or what came later."""
    if engine == "embedded":
        pytest.importorskip("duckdb")
    gone, slip, same, again = (changed(value=f"USD {number}") for number in (500, 600, 700, 800))
    later = changed(date="2023-05-20", value="USD 900")
    news = Retraction(of=record_id(gone), sources=NEWS)
    repair = Retraction(of=record_id(slip))
    wrong = Retraction(of=record_id(again), sources=NEWS)
    log = EventLog(tmp_path / "log")
    log.append([*PROFILE, PAYMENT, gone, slip, same, again, later])
    log.append([news, repair, wrong, Retraction(of=record_id(later))])
    log.append([Retraction(of=record_id(same), duplicate_of=record_id(PAYMENT)), Retraction(of=record_id(wrong))])
    with Timeline.open(log.folder, engine=engine) as timeline:

        def taken_back(known_at: str | None = None, **options: Any) -> set[str]:
            return set(Written(timeline.as_of("2023-05-10", known_at=known_at), **options).report.taken_back)

        assert taken_back() == {record_id(news), record_id(repair)}
        assert taken_back("2023-06-01") == {record_id(repair)}
        assert taken_back(where={"recipient": "UA"}) == set()
        assert taken_back(where={"project": "XM-A-1-road"}) == taken_back()


def test_it_is_known_since_the_last_that_is_written_of_it() -> None:
    """Never earlier than any of its facts."""
    late = changed(
        date="2023-03-01", sources=Source(publisher="An agency", published="2023-06-20", dataset="iati/XM-A-1")
    )
    root = Written(view_of(*PROFILE, late)).root
    assert root.xpath("//iati-activity/@last-updated-datetime") == ["2023-06-20T23:59:59Z"]


def test_facts_are_chosen_and_activities_are_whole() -> None:
    """Only transactions that are asked for are written, with the profile of their activity."""
    others = [Status(date="2023-01-10", project="XM-A-1-other", status="closed", sources=REPORT)]
    asked = changed(recipient="UA")
    written = Written(view_of(*PROFILE, PAYMENT, asked, *others), where={"recipient": "UA"})
    assert [each.recipient for each in written.money()] == ["UA"]
    assert Counter(each.kind for each in written.facts) == {
        "project": 1,
        "status": 1,
        "participation": 1,
        "disbursement": 1,
    }
    assert (written.report.facts, written.report.left_out) == (1, {})


def test_engines_write_the_same_bytes(tmp_path: Path) -> None:
    """Whatever answers."""
    pytest.importorskip("duckdb")
    (tmp_path / "activities.xml").write_text(file(*CHILDREN["incoming funds"]), encoding="utf-8")
    import_file(tmp_path / "log", "iati", tmp_path / "activities.xml")
    EventLog(tmp_path / "log").append([*PROFILE, PAYMENT, changed(date="2023"), changed(project=None)])
    reports = []
    for engine in ("fold", "embedded"):
        with Timeline.open(tmp_path / "log", engine=engine) as timeline:
            reports.append(export_iati(timeline.as_of(DAY), tmp_path / f"{engine}.xml"))
    assert reports[0] == reports[1]
    assert (tmp_path / "fold.xml").read_bytes() == (tmp_path / "embedded.xml").read_bytes()


# Files, and the command line


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """One that is there is replaced if that is asked for."""
    view, path = view_of(*PROFILE, PAYMENT), tmp_path / "activities.xml"
    export_iati(view, path)
    with pytest.raises(UsageError, match="is there already: --force replaces it"):
        export_iati(view, path)
    path.write_text("another")
    export_iati(view_of(PAYMENT, changed(project=None)), path, force=True)
    assert "XM-A-1-road" in path.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="language"):
        export_iati(view, path, force=True, language="English")
    assert [each.name for each in tmp_path.iterdir()] == ["activities.xml"]


def run(*words: object) -> Result:
    result = CliRunner().invoke(application, [str(each) for each in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def test_the_command_line(tmp_path: Path) -> None:
    """The activities on stdout or in a file; the list on stderr, or with all ids as JSON."""
    log = tmp_path / "log"
    EventLog(log).append([*PROFILE, changed(note="шлях"), changed(date="2023")])
    printed = run("--log", log, "export", "iati")
    path = tmp_path / "activities.xml"
    assert (printed.exit_code, printed.stderr.splitlines()[0]) == (0, "1 activity, 1 transaction")
    assert printed.stdout.isascii()
    assert "  1 × of a vague date: IATI has days only" in printed.stderr.splitlines()
    told = run("--log", log, "export", "iati", "--out", path, "--json", "--language", "en")
    found = json.loads(told.stdout)
    assert found["file"] == str(path)
    assert found["left_out"] == [{"reason": sayable.VAGUE_DATE, "count": 1, "ids": [record_id(changed(date="2023"))]}]
    stdout, written = etree.fromstring(printed.stdout.encode()), etree.parse(str(path)).getroot()
    assert written.xpath("//description/narrative/text()") == ["A road", "шлях"]
    assert stdout.xpath("//narrative/text()") == written.xpath("//narrative/text()")
    assert run("--log", log, "export", "iati", "--out", path).exit_code == 2
    assert run("--log", log, "export", "iati", "--json").exit_code == 2
    assert run("--log", log, "export", "iati", "--where", "kind=status", "--where", "project=none").exit_code == 1


def test_where_nothing_can_be_written_there_is_no_file(tmp_path: Path) -> None:
    """The exit code is 1, and the list says why."""
    EventLog(tmp_path / "log").append([changed(project=None)])
    result = run("--log", tmp_path / "log", "export", "iati", "--out", tmp_path / "activities.xml")
    assert result.exit_code == 1
    assert sayable.NO_PROJECT in " ".join(result.stderr.split())
    assert not (tmp_path / "activities.xml").exists()
