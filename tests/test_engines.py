"""Engines: whatever answers, the answers are those of the fold, and so is what is printed of them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner
from hypothesis import Phase, given, settings, strategies as st
from tangled import linked_logs

from aidtimeline import EventLog, report
from aidtimeline.cli import application
from aidtimeline.codec import encode
from aidtimeline.engines.embedded import stream
from aidtimeline.engines.embedded.asked import Asked as At, Cuts as CutsOf
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.making import make
from aidtimeline.engines.facts.rows import rank_of
from aidtimeline.engines.parts import Part
from aidtimeline.errors import AidtimelineError
from aidtimeline.events import (
    Cancellation,
    Commitment,
    Corroboration,
    Delivery,
    Disbursement,
    Event,
    Observation,
    Pledge,
    Project,
    Record,
    Retraction,
    Source,
)
from aidtimeline.projections import Counts, Fulfilment, MoneySums, Participations, ProjectStates
from aidtimeline.projections.fields import FIELDS
from aidtimeline.projections.sums import beside as sums_beside
from aidtimeline.report.absence import absence
from aidtimeline.report.overview import Overview
from aidtimeline.semantics import Fact
from aidtimeline.testing import check_engine
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.engines import written
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import Timeline, View
from aidtimeline.values.dates import parse_day

pytest.importorskip("duckdb")


def embedded(folder: Path) -> Timeline:
    timeline = Timeline.open(folder, engine="embedded")
    assert timeline.notes == ()
    return timeline


def test_the_embedded_engine_is_exact() -> None:
    """Law 13, for drawn logs that grow step by step, and questions of every kind."""
    check_engine(embedded, examples=60)


def test_several_processes_make_the_same_store(tmp_path: Path) -> None:
    """What they read is put together as if one had read it."""
    (tmp_path / "japan.jsonl").write_bytes(Path("events/japan-demining.jsonl").read_bytes())
    answers = []
    for jobs in (1, 2):
        make(tmp_path, jobs=jobs)
        view = embedded(tmp_path).as_of("2024-07-31")
        answers.append(
            (view.counts(["item", "donor"], kind=[]), view.money(), view.problems, view.known.values("party"))
        )
    assert answers[0] == answers[1]
    assert len(answers[0][0]) > 5


# What is printed.


def view_of(timeline: Timeline, cuts: Cuts) -> View:
    return timeline.as_of(cuts.as_of, known_at=cuts.known_at, recorded_until=cuts.recorded_until)


@frozen
class Asked:
    """What is asked of a log: at which cuts, compared with which, and the fields and conditions of questions."""

    cuts: Cuts
    before: Cuts
    by: Sequence[str]
    where: Any

    def pages(self, timeline: Timeline) -> Iterator[str]:
        """What is printed of every question: texts, JSON, and what is said instead."""
        view, where = view_of(timeline, self.cuts), self.where
        sums: list[Counts | MoneySums] = [Counts(self.by, kind=[], where=where, vocabulary=view.vocabulary)]
        sums.append(MoneySums(self.by, where=where, vocabulary=view.vocabulary))
        tables = [view.replay(each) for each in sums]
        overview = Overview("log", view.counts(where=where), view.money(where=where), view.projects(where))
        promises, levels = view.fulfilment(where, matches=True), view.levels(where)
        for each in (*tables, overview, promises, levels, view.participation(where)):
            yield from printed(lambda each: each, each)
        earlier = view_of(timeline, self.before)
        for asked in (*sums, Fulfilment(view.as_of, where, view.vocabulary)):
            yield from printed(earlier.diff, view, asked)
        for table in tables:
            for key in (*list(table.keys())[:2], "truk"):
                yield from printed(table.explain, key)
        for result in (promises, levels):
            for key in list(result.keys())[:2]:
                yield from printed(view.explain, result.question, key)
        states, parts = ProjectStates(None, view.vocabulary), Participations(None, view.vocabulary)
        for state in view.projects().rows[:2]:
            for name in ("status", "title", "no such"):
                yield from printed(view.explain, states, (state.project, name))
        for part in view.participation().rows[:2]:
            yield from printed(view.explain, parts, (part.project, part.party, part.role))


def printed(ask: Callable[..., Any], *asked: Any) -> Iterator[str]:
    try:
        found = ask(*asked)
        yield report.text(found)
        yield report.json(found)
    except AidtimelineError as error:
        yield f"{type(error).__name__}: {error}"


def same_pages(folder: Path, asked: Asked) -> None:
    fold, found = Timeline.open(folder, engine="fold"), Timeline.open(folder, engine="embedded")
    for one, other in zip(asked.pages(fold), asked.pages(found), strict=True):
        assert other == one
    view, other_view = view_of(fold, asked.cuts), view_of(found, asked.cuts)
    for record in fold.records:
        assert absence(record.id, other_view) == absence(record.id, view)


WHERE: Sequence[Any] = ({}, {}, {"donor": "JP"}, {"item": "truck"}, {"location": "Bucha"}, {"project": "hd-capacity"})


def questions() -> st.SearchStrategy[Asked]:
    by = st.lists(st.sampled_from(sorted(FIELDS)), max_size=2, unique=True)
    return st.builds(Asked, cuts(), cuts(), by, st.sampled_from(WHERE))


@settings(repeatable(12), phases=[Phase.generate, Phase.shrink])
@given(logs(1, 14), questions(), st.integers(0, 99))
def test_what_is_printed_does_not_depend_on_the_engine(records: list[Record], asked: Asked, seed: int) -> None:
    """Every page, JSON and explanation of a drawn log is the same, to the last character."""
    with TemporaryDirectory() as folder:
        copytree("events/vocabulary", f"{folder}/vocabulary")
        for _ in written(Path(folder), records, Random(seed)):
            same_pages(Path(folder), asked)


def test_what_is_printed_of_the_record_does_not_depend_on_the_engine(tmp_path: Path) -> None:
    """The same for the log of this repository, on several days."""
    copytree("events", tmp_path / "events", ignore=ignore_patterns(".*"))
    for as_of, known_at in (("2023-11-28", None), ("2024-07-31", "2024-07-15"), ("2025-12-31", None)):
        cuts = Cuts(parse_day(as_of), None if known_at is None else parse_day(known_at), None)
        for by, where in ((["item"], {}), (["donor"], {"recipient": "UA"}), ([], {"item": "mine-detector"})):
            same_pages(tmp_path / "events", Asked(cuts, Cuts(parse_day("2023-01-01"), None, None), by, where))


READ = [
    name
    for name in dir(Fact)
    if not name.startswith("_") and name not in ("behind", "line", "promises") and not callable(getattr(Fact, name))
]


@settings(repeatable(60))
@given(logs(max_size=10), st.just([]) | linked_logs(6), cuts(), st.sampled_from((1, 3, stream.AT_ONCE)))
def test_facts_of_rows_are_those_of_the_reference(
    records: list[Record], linked: list[Record], at: Cuts, at_once: int
) -> None:
    """In every field and property, whether the row has it, the line or the reference; and sent to another process."""
    records += linked
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "AT_ONCE", at_once)
        (Path(folder) / "a.jsonl").write_text("".join(encode(each) + "\n" for each in records), encoding="utf-8")
        timelines = Timeline.open(folder, engine="fold"), embedded(Path(folder))
        views = [view_of(timeline, at) for timeline in timelines]
        expected, found = (view.facts for view in views)
        assert found == expected
        assert list(map(repr, found)) == list(map(repr, expected))
        for one, other in zip(found, expected, strict=True):
            assert [name for name in READ if getattr(one, name) != getattr(other, name)] == []
            assert (one.line is None) == (other.line is None)  # it also has the lines of all other facts of the view
        assert [pickle.loads(pickle.dumps(each)) for each in found] == list(expected)


def test_facts_of_a_large_log_come_in_batches_and_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows are taken at once, of whole days or parts of one: each fact once, in order."""
    everyday(tmp_path, Random(1))
    fold, found = (Timeline.open(tmp_path, engine=each).as_of("2023-03-15") for each in ("fold", "embedded"))
    asked = At(found.engine.store, CutsOf(found.as_of))  # type: ignore[attr-defined]
    for at_once in (2, 50):
        monkeypatch.setattr(stream, "AT_ONCE", at_once)
        assert tuple(stream.facts(asked)) == fold.facts
        for of in (2, 7):
            parts = [list(stream.facts(asked, Part(number, of))) for number in range(of)]
            assert sorted((fact for part in parts for fact in part), key=rank_of) == list(fold.facts)
            assert all(part == sorted(part, key=rank_of) for part in parts)


def test_a_fold_reads_no_line_for_what_rows_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do conditions on fields; what only lines have is read for many facts at once."""
    log = EventLog(tmp_path)
    for number in range(40):
        source = Source(publisher=f"Daily {number}", published="2023-01-02", dataset="kiel")
        log.append(
            Delivery(date="2023-01-01", item="truck", location={"KE": 60, "UG": 40}, quantity=number, sources=source)
        )
    read: list[int] = []
    at = Lines.at

    def counted(lines: Lines, places: Any) -> Any:
        several = list(places)
        read.append(len(several))
        return at(lines, several)

    view = embedded(tmp_path).as_of("2023-02-01")
    monkeypatch.setattr(Lines, "at", counted)
    where = {"item": "truck", "location": "KE", "dataset": "kiel", "kind": "delivery"}
    selection = Counts(["location"], where=where).selection
    keys = [selection.keys(fact, ("location", "item")) for fact in view.facts if fact in selection]
    assert len(keys) == 40
    assert sum(read) == 0
    assert {fact.accounts[0].sources[0].publisher for fact in view.facts} == {f"Daily {each}" for each in range(40)}
    assert sum(read) == 40
    assert len([each for each in read if each]) < 4


def test_of_many_reports_the_same_are_named(tmp_path: Path) -> None:
    """Many reports of few days: which come first depends on the order of facts, of which some are linked."""
    random, ids = Random(7), list[str]()
    log = EventLog(tmp_path)
    for number in range(120):
        published = random.choice(("2023-03-05", "2023-03-05", "2023-03-06", "2023-03", None))
        sources = [Source(publisher=f"Daily {random.randrange(30)}", published=published)]
        if random.random() < 0.1:
            sources.append(Source(publisher="Weekly", published="2023-03-05"))
        date = random.choice(("2023-03-01", "2023-02-27", "2023-02-01/2023-03-02", "../2023-03-01"))
        supersedes = [random.choice(ids)] if ids and random.random() < 0.2 else []
        donor, amount = random.choice(("JP", "LT", None)), random.choice((number, "1.."))
        event = Delivery(
            date=date,
            donor=donor,
            item="truck",
            quantity=amount,
            supersedes=supersedes,
            sources=sources,
            ref=str(number),
        )
        [record] = log.append(event)
        ids.append(record.id)
        if random.random() < 0.1:
            log.append(Corroboration(of=random.choice(ids), quantity=number, sources=sources))
    fold, found = Timeline.open(tmp_path, engine="fold"), Timeline.open(tmp_path, engine="embedded")
    for known_at in (None, "2023-03-05", "2023-03-06"):
        for by in ([], ["donor"]):
            asked = Counts(by)
            one, other = (timeline.as_of("2023-03-06", known_at=known_at).beside(asked) for timeline in (fold, found))
            assert other == one
            assert max(each.facts for each in one.reports.values()) > 10


def test_reports_that_come_last_of_many_need_no_order(tmp_path: Path) -> None:
    """More reports than are named: of the latest ones, some of which are of plans, no row tells the order."""
    log = EventLog(tmp_path)
    for number in range(12):
        sources = [Source(publisher=f"Daily {number}{each}", published=f"2023-01-{number + 1:02}") for each in "ab"]
        log.append(Delivery(date="2023-01-01", item="truck", quantity=number, sources=sources))
    for number, date in enumerate(("2023-04", "2023-02", "2023-04", "2023-02")):
        source = Source(publisher=f"Weekly {number}", published="2023-03-01")
        log.append(Delivery(date=date, item="truck", quantity=1, sources=source))
    views = [Timeline.open(tmp_path, engine=engine).as_of("2023-05-01") for engine in ("fold", "embedded")]
    one, other = (view.beside(Counts("item")) for view in views)
    assert other == one
    assert one.reports["truck", None].facts == 16
    assert str(one.reports["truck", None]).endswith("; and 20 more")


@repeatable(60)
@given(logs(max_size=10), cuts(), st.integers(0, 4))
def test_reports_are_named_of_sums_of_few_facts(records: Sequence[Record], at: Cuts, most: int) -> None:
    """Whatever is few, both engines name the same, and of all others they say how many facts there are."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums_beside, "MOST_FACTS", most)
        for _ in written(Path(folder), records, Random(0)):
            pass
        views = [view_of(Timeline.open(folder, engine=engine), at) for engine in ("fold", "embedded")]
        for by in ((), "item", ("donor", "location", "item-category")):
            one, other = (view.beside(Counts(by, kind=[])) for view in views)
            assert one == other
            for reports in one.reports.values():
                assert (reports.said is None) == (reports.facts > most)


@pytest.mark.parametrize("most", range(1, 6))
def test_facts_alike_are_all_counted(tmp_path: Path, most: int) -> None:
    """Of a sum of too many only their number is said, whether the database adds them up or not."""
    log = EventLog(tmp_path)
    for number in range(4):
        source = Source(publisher=f"Daily {number % 2}", published="2023-02", url=f"https://daily.example/{number}")
        log.append(Delivery(date="2023-01", item="truck", quantity=2, ref=str(number), sources=source))
    log.append(Delivery(date="2023-01", item="tent", quantity=2, sources=source))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums_beside, "MOST_FACTS", most)
        for engine in ("fold", "embedded"):
            found = Timeline.open(tmp_path, engine=engine).as_of("2023-05-01").beside(Counts("item")).reports
            assert str(found["tent", None]) == "Daily 1 2023-02"
            if most < 4:
                assert (str(found["truck", None]), found["truck", None].said) == ("4 facts", None)
            else:
                assert str(found["truck", None]) == "Daily 0 2023-02; Daily 1 2023-02"
                urls = [said.source.url for said in found["truck", None].said or ()]
                assert sorted(map(str, urls)) == [f"https://daily.example/{number}" for number in range(4)]


@pytest.mark.parametrize("said_by", [0, 1])
@pytest.mark.parametrize("reported", [True, False])
def test_what_one_record_of_a_fact_says_stands_beside_sums(said_by: int, reported: bool, tmp_path: Path) -> None:
    """That it is part of something that the log does not have: what is found to be one fact says so too."""
    source = Source(publisher="Daily", published="2023-02-01", dataset="register")
    whole: list[dict[str, Any]] = [{"part_of": "elsewhere"} if number == said_by else {} for number in range(2)]
    log = EventLog(tmp_path)
    twins = [
        log.append(Delivery(date="2023-01-01", item="truck", quantity=5, ref=str(number), sources=source, **each))[0].id
        for number, each in enumerate(whole)
    ]
    found = [Source(publisher="Daily", published="2023-03-01")] if reported else []
    log.append(Retraction(of=twins[0], duplicate_of=twins[1], sources=found))
    for known_at in (None, "2023-02-15"):
        one, other = (
            Timeline.open(tmp_path, engine=engine).as_of("2023-04-01", known_at=known_at).beside(Counts("item"))
            for engine in ("fold", "embedded")
        )
        assert other == one
        assert one.lone


@pytest.mark.parametrize("reported", [True, False])
def test_a_part_of_a_log_says_which_promise_a_fact_fulfils(reported: bool, tmp_path: Path) -> None:
    """The one that the named promise was found to be, though it is in no other way linked with the fact."""
    source = Source(publisher="Daily", published="2023-02-01")
    log = EventLog(tmp_path)
    twins = [
        log.append(Pledge(date="2023-01-01", item="truck", quantity=5, ref=ref, sources=source))[0].id for ref in "ab"
    ]
    log.append(Retraction(of=twins[0], duplicate_of=twins[1], sources=source if reported else []))
    log.append(Delivery(date="2023-02-01", item="tent", quantity=3, fulfils=twins[0], sources=source))
    views = [Timeline.open(tmp_path, engine=engine).as_of("2023-04-01") for engine in ("fold", "embedded")]
    one, other = (view.narrowed(Counts("item", where={"item": "tent"}).selection) for view in views)
    fold, found = ([fact for fact in view.facts if fact.event.kind == "delivery"] for view in (one, other))
    assert found == fold
    assert [[fact.fulfils for fact in facts] for facts in (fold, found)] == [[(twins[1],)]] * 2


def test_a_profile_may_name_promises_of_other_projects(tmp_path: Path) -> None:
    """They are explained with a promise of its project: links are followed from all that is named."""
    source = Source(publisher="Daily", published="2023-02-01")
    log = EventLog(tmp_path)
    asked, other = (
        log.append(Pledge(date="2023-01-01", project=project, item=item, quantity=5, sources=source))[0].id
        for project, item in (("part", "truck"), ("elsewhere", "tent"))
    )
    missing = "12" * 16
    log.append(Project(date="2023-01-01", project="part", parent="one", fulfils=[other, missing], sources=source))
    [of_missing] = log.append(Corroboration(of=missing, quantity=3, sources=source))
    views = [Timeline.open(tmp_path, engine=engine).as_of("2023-04-01") for engine in ("fold", "embedded")]
    tables = [view.fulfilment({"project": "part"}) for view in views]
    fold, found = (view.explain(table.question, table.rows[0].key) for view, table in zip(views, tables, strict=True))
    assert found == fold
    assert {asked, other, of_missing.id} <= {each.id for each in fold.records}


def everyday(folder: Path, random: Random, number: int = 40) -> None:
    """A log as people keep one: promises, what keeps some of them, and little that is amended or replaced."""
    (folder / "vocabulary").mkdir()
    country = {"slug": "JP", "name": "Japan", "kind": "country", "country": "JP"}
    agency = {"slug": "JICA", "name": "JICA", "country": "JP"}
    books = {"slug": "kiel", "name": "Kiel", "overlaps": ["fts"]}, {"slug": "fts", "name": "FTS"}
    for name, lines in (("parties", (country, agency)), ("datasets", books)):
        (folder / "vocabulary" / f"{name}.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    log, promises = EventLog(folder), list[str]()
    for at in range(number):
        dataset = random.choice((None, "kiel", "fts"))
        day = f"2023-0{random.randint(1, 3)}-{random.randint(1, 28):02}"
        fields: dict[str, Any] = {
            "date": random.choice((day, day, f"{day}/2023-04-02")),
            "donor": random.choice(("JP", "JP", "JICA", "LT", None)),
            "recipient": random.choice(("UA", None)),
            "project": random.choice((None, None, "one", "part")),
            "ref": str(at),
            "sources": [Source(publisher="Daily", published="2023-04-05", dataset=dataset)],
        }
        if random.random() < 0.5:
            fields |= {"item": random.choice(("truck", "radio")), "quantity": random.choice((at + 1, f"1..{at + 2}"))}
        else:
            fields["value"] = f"USD {10 * (at + 1)}"
        if random.random() < 0.4:
            kind: type[Event] = random.choice((Pledge, Commitment))
            if promises and random.random() < 0.3:
                fields["fulfils"] = [random.choice(promises)]
            if promises and random.random() < 0.2:
                fields["supersedes"] = [random.choice(promises)]
        else:
            kind = Delivery if "item" in fields else Disbursement
            fields["fulfils"] = random.sample(promises, min(len(promises), random.choice((0, 0, 1, 1, 2))))
        [record] = log.append(kind(**fields))
        if kind in (Pledge, Commitment):
            promises.append(record.id)
            if random.random() < 0.2:  # by the day of the promise or later: so it never stands for sure
                end = f"{fields['date'][:10]}/2023-04-02"
                log.append(Cancellation(date=end, supersedes=record.id, donor="LT", sources=fields["sources"]))
    sources = [Source(publisher="Daily", published="2023-01-02")]
    log.append(Project(date="2023-01-01", project="part", parent="one", sources=sources))
    log.append(Observation(date="2023-03-01", project="part", indicator="cleared-land", quantity=5, sources=sources))
    log.append(Observation(date="2023-03-01", donor="JP", item="truck", quantity=500, sources=sources))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_printed_of_an_everyday_log_does_not_depend_on_the_engine(seed: int, tmp_path: Path) -> None:
    """The same where most facts stand alone, so that most of the log need not be read."""
    random = Random(seed)
    everyday(tmp_path, random)
    for where in ({}, {"donor": "JP"}, {"item": "truck"}, {"project": "one", "kind": ["pledge", "delivery"]}):
        day, earlier = (f"2023-0{random.randint(1, 4)}-15" for _ in range(2))
        cuts, before = (Cuts(parse_day(each), None, None) for each in (day, earlier))
        same_pages(tmp_path, Asked(cuts, before, random.choice((["item"], ["donor"], [])), where))


COMMANDS = """
as-of 2024-07-31
counts --as-of 2024-07-31 --total
money --as-of 2024-07-31 --json
explain --where item=truck --as-of 2024-07-31
explain --where item=nothing --as-of 2023-11-28
explain --as-of 2023-11-28
explain --kind pledge --kind delivery --where item=truck --as-of 2023-11-28
explain --field status --where project=hd-equipment --as-of 2023-11-28
explain --field title --as-of 2023-11-28
explain --field role --where project=contact-group --where party=US --where role=lead --as-of 2023-11-28
explain --fulfilment --where item=mechanical-demining-machine --as-of 2024-07-31
explain --fulfilment --as-of 2024-07-31
explain --level --where item=mine-detector --where donor=JP --as-of 2025-12-31
explain 72e8 --as-of 2024-07-31
explain c7e1 --as-of 2022-11-28
explain 0000 --as-of 2022-11-28
explain --money 72e861e2820f05a88c15152830f6897b --as-of 2024-07-31
diff --from-as-of 2023-01-01 --to-as-of 2024-11-28
diff --from-as-of 2023-01-01 --to-as-of 2024-11-28 --money --json
diff --fulfilment --from-as-of 2023-01-01 --to-as-of 2024-11-28
levels --as-of 2025-12-31
fulfilment --as-of 2024-07-31 --matches
participation --as-of 2024-07-31
projects --as-of 2024-07-31
series --where item=truck
"""


@pytest.mark.parametrize("command", COMMANDS.strip().splitlines())
def test_a_command_prints_the_same_with_every_engine(command: str, tmp_path: Path) -> None:
    """Output, messages and exit code."""
    copytree("events", tmp_path / "events", ignore=ignore_patterns(".*"))
    fold, found = (
        CliRunner().invoke(application, ["--log", str(tmp_path / "events"), *command.split(), "--engine", engine])
        for engine in ("fold", "embedded")
    )
    assert (found.output, found.exit_code) == (fold.output, fold.exit_code)
    assert fold.exit_code in (0, 2)
    assert fold.output
