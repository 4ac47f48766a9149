"""Bundles: what is in one derives its answer again, and whatever was changed in one is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st
from logs import AT, SOURCE
from tangled import TWINNED

from aidtimeline import Corroboration, Counts, Delivery, EventLog, MoneySums, Source, Timeline, UsageError
from aidtimeline.cli import application
from aidtimeline.codec import encode, record_id
from aidtimeline.engines.choosing import EngineName
from aidtimeline.errors import UnknownKey
from aidtimeline.events import Event, Pledge, Record, Retraction
from aidtimeline.explain import Explanation
from aidtimeline.log.digest import Digest
from aidtimeline.projections import Participations, ProjectStates, Sum, Term
from aidtimeline.report import bundle, verify
from aidtimeline.report.bundles.asking import Asking
from aidtimeline.report.bundles.making import MOST_BYTES, digest_of
from aidtimeline.report.write import written
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.timeline import View
from aidtimeline.vocabulary import Dataset, Item, Party, Vocabulary

MADE = date(2026, 11, 27)
VOCABULARY = Vocabulary(
    items={each: Item(slug=each, label=f"a {each}", category="vehicle") for each in ("truck", "bus", "mine-detector")},
    parties={
        "UA": Party(slug="UA", name="Ukraine", kind="country", country="UA"),
        "sesu": Party(slug="sesu", name="SESU", country="UA"),
        "undp": Party(slug="undp", name="UNDP"),
        "nobody": Party(slug="nobody", name="Nobody"),
    },
    datasets={
        "fts": Dataset(slug="fts", name="FTS", overlaps=["between"]),
        "between": Dataset(slug="between", name="B", overlaps=["iati"]),
        "iati": Dataset(slug="iati", name="IATI"),
    },
)


def run(*words: object) -> Result:
    return CliRunner().invoke(application, list(map(str, words)))


def trucks(day: str = "2023-11-28") -> str:
    return bundle(Timeline.open("events").as_of(day).counts().explain("truck"), made=MADE)


def machines() -> str:
    view = Timeline.open("events").as_of("2024-07-31")
    return bundle(view.counts().explain("mechanical-demining-machine"), made=MADE)


def answers_of(view: View) -> list[Explanation]:
    """Explanations of all kinds of answers of a view: two of each."""
    found: list[Explanation] = []
    for sums in (
        Counts(by=["item", "location"], kind=[], vocabulary=view.vocabulary),
        Counts(by="item-category", kind=[], where={"recipient": "sesu"}, vocabulary=view.vocabulary),
        MoneySums("donor", vocabulary=view.vocabulary),
    ):
        table = view.replay(sums)
        found += [table.explain(table.key_of(row)) for row in table.rows[:2]]
    promises = view.fulfilment()
    found += [promises.explain(row.key) for row in promises.rows[:2]]
    levels = view.levels()
    found += [levels.explain(row.thing) for row in levels.rows[:2]]
    for states in (ProjectStates(vocabulary=view.vocabulary), Participations(vocabulary=view.vocabulary)):
        keys = list(dict.fromkeys(key for fact in view.facts for key, _ in states.piece.terms(fact)))
        found += [view.explain(states, key) for key in keys[:2]]
    return found


def looked(timeline: Timeline, asked: Cuts) -> View:
    return timeline.as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)


@given(logs(min_size=3) | logs(moves=TWINNED), cuts())
def test_a_bundle_of_any_answer_derives_it_again(records: list[Record], asked: Cuts) -> None:
    """Law 11, on another machine: of all kinds of answers, whatever the log."""
    timeline = Timeline(records, VOCABULARY)
    for explanation in answers_of(looked(timeline, asked)):
        verdict = verify(bundle(explanation, made=MADE), timeline)
        assert verdict.faults == ()
        assert "the log gives the same answer" in verdict.notes


@given(logs(min_size=3) | logs(moves=TWINNED), cuts(), st.integers(0, 99))
def test_a_bundle_does_not_depend_on_the_order_of_the_log(records: list[Record], asked: Cuts, seed: int) -> None:
    """Laws 1 and 2: to the byte, also where records are there twice."""
    last = max(each.recorded_at for each in records)
    again = [attrs.evolve(each, recorded_at=last) for each in records[::2]]
    shuffled = Random(seed).sample([*records, *again], len(records) + len(again))
    one, other = (answers_of(looked(Timeline(each, VOCABULARY), asked)) for each in (records, shuffled))
    assert [bundle(each, made=MADE) for each in one] == [bundle(each, made=MADE) for each in other]


@settings(max_examples=15)
@given(logs(min_size=3), cuts(), st.integers(0, 99))
def test_every_engine_makes_the_same_bundle(records: list[Record], asked: Cuts, seed: int) -> None:
    """Law 13: to the byte; and its lines are those of the log's files."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "log"
        folder.mkdir()
        lines = [encode(each) for each in Random(seed).sample(records, len(records))]
        half = len(lines) // 2
        for file, part in (("a.jsonl", lines[:half]), ("b.jsonl", lines[half:])):
            (folder / file).write_text("".join(f"{line}\n" for line in part), encoding="utf-8")
        made: list[list[str]] = []
        engines: tuple[EngineName, ...] = ("fold", "embedded")
        for engine in engines:
            with Timeline.open(folder, engine=engine) as timeline:
                made.append([bundle(each, made=MADE) for each in answers_of(looked(timeline, asked))])
                for text in made[-1]:
                    verdict = verify(text, timeline)
                    assert verdict.faults == ()
                    assert verdict.notes[1].startswith("nothing in the log has changed since")
        assert made[0] == made[1]
        for text in made[0]:
            assert set(json.loads(text)["lines"]) <= set(lines)


def test_lines_are_kept_to_the_byte(tmp_path: Path) -> None:
    """Also a line that another program wrote, with spaces and in another order."""
    log = EventLog(tmp_path / "log", clock=lambda: AT)
    [one] = log.append(Delivery(date="2023", item="truck", quantity=3, sources=SOURCE))
    found = json.loads(encode(one))
    by_hand = json.dumps(dict(sorted(found.items())), ensure_ascii=True, separators=(", ", ": "))
    (tmp_path / "log" / "events.jsonl").write_text(f"\n{by_hand}\r\n")
    timeline = Timeline.open(tmp_path / "log")
    text = bundle(timeline.as_of("2023-12-31").counts().explain("truck"))
    assert json.loads(text)["lines"] == [f"{by_hand}\r"]
    assert verify(text, timeline).holds


def test_what_is_needed_of_the_vocabulary_is_in_it() -> None:
    """Labels, categories, countries, and datasets that overlap through others; nothing else."""
    sources = Source(publisher="A", published="2023", dataset="fts")
    event = Delivery(date="2023", item="truck", recipient="sesu", via=["undp"], quantity=3, sources=sources)
    records = recorded(event)
    text = bundle(Timeline(records, VOCABULARY).as_of("2023-12-31").counts().explain("truck"))
    found = json.loads(text)["vocabulary"]
    assert {part: [each["slug"] for each in entries] for part, entries in found.items()} == {
        "items": ["truck"],
        "parties": ["UA", "sesu", "undp"],
        "projects": [],
        "datasets": ["between", "fts", "iati"],
    }


def recorded(*events: Event) -> list[Record]:
    return [Record(record_id(each), AT, each) for each in events]


def test_a_country_is_in_it_by_its_code_alone() -> None:
    """What went to an agency may keep what was promised to its country, whether that is said to be one or not."""
    parties = {"UA": Party(slug="UA", name="Ukraine"), "sesu": Party(slug="sesu", name="SESU", country="UA")}
    records = recorded(
        Pledge(date="2023-01", donor="JP", recipient="UA", item="truck", quantity=5, sources=SOURCE),
        Delivery(date="2023-02", donor="JP", recipient="sesu", item="truck", quantity=3, sources=SOURCE),
    )
    table = Timeline(records, Vocabulary(parties=parties)).as_of("2023-12-31").fulfilment()
    text = bundle(table.explain(table.rows[0].key))
    assert [each["slug"] for each in json.loads(text)["vocabulary"]["parties"]] == ["UA", "sesu"]
    alone = recorded(Delivery(date="2023-02", recipient="sesu", item="truck", quantity=3, sources=SOURCE))
    text = bundle(Timeline(alone, Vocabulary(parties=parties)).as_of("2023-12-31").counts().explain("truck"))
    assert [each["slug"] for each in json.loads(text)["vocabulary"]["parties"]] == ["UA", "sesu"]


@given(logs(min_size=2))
def test_the_digest_of_a_log_is_that_of_its_records(records: list[Record]) -> None:
    """Whatever the files and the order of lines; each record counts once, as recorded first."""
    with TemporaryDirectory() as folder:
        later = [attrs.evolve(each, recorded_at=each.recorded_at + timedelta(microseconds=1)) for each in records[:2]]
        for number, record in enumerate([*later[:1], *records, *later]):
            with (Path(folder) / f"{number % 2}.jsonl").open("a", encoding="utf-8") as file:
                file.write(encode(record) + "\n")
        assert Digest.of_folder(folder) == Digest.of(reversed(records))
    assert Digest.of(records[1:]) != Digest.of(records) or records[0].id in {each.id for each in records[1:]}


# What was changed is found.


def forged(text: str, change: Callable[[dict[str, Any]], object]) -> str:
    """A bundle in which somebody changed something, and made its digest anew."""
    found = json.loads(text)
    change(found)
    found["digest"] = digest_of(found)
    return written(found)


def test_any_byte_that_was_changed_is_found() -> None:
    """Unless it changes nothing of what the bundle says, such as a space between two members."""
    text = trucks().encode()
    said = json.loads(text)
    random = Random(0)
    for at in range(len(text)):
        changed = bytearray(text)
        changed[at] = random.choice([changed[at] ^ (1 << random.randrange(8)), random.randrange(256), 0x20])
        verdict = verify(bytes(changed))
        if verdict.holds:
            assert json.loads(changed) == said


def test_a_byte_that_is_missing_or_too_much_is_found() -> None:
    """Cut anywhere, or with anything in it twice."""
    text = trucks().rstrip()
    for at in range(len(text)):
        assert not verify(text[:at]).holds
    for at in range(0, len(text), 7):
        changed = text[:at] + text[at] + text[at:]
        assert not verify(changed).holds or json.loads(changed) == json.loads(text)


FORGED: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    (
        "a higher number",
        lambda it: it["answer"].update(low=31, high=31),
        "answer.low: it says 31, and its lines give 30",
    ),
    ("a number as a text", lambda it: it["answer"].update(low="30"), "answer.low"),
    ("no dispute", lambda it: it["answer"].update(disputed=True), "answer.disputed"),
    ("true for one", lambda it: it["answer"].update(open=False), "answer.open"),
    ("another date", lambda it: it["answer"]["facts"][0].update(date="2023-11-01"), "answer.facts[0].date"),
    ("another source", lambda it: it["answer"]["facts"][0]["sources"][0].update(publisher="X"), "sources[0].publisher"),
    ("a fact more", lambda it: it["answer"]["facts"].append({}), "answer.facts"),
    ("what nobody knows", lambda it: it["answer"].update(certainly=True), "answer: it says 'certainly'"),
    ("another day", lambda it: it["question"].update(as_of="2023-11-27"), "command"),
    (
        "another command",
        lambda it: it["question"].update(command="rm -rf /"),
        "its command is not that of its question",
    ),
    ("another item", lambda it: it["question"]["key"].__setitem__(0, "bus"), "cannot be derived"),
    ("another kind", lambda it: it["question"].update(kinds=["pledge"]), "cannot be derived"),
    ("no such kind", lambda it: it["question"].update(kinds=["gift"]), "cannot be derived"),
    ("no such field", lambda it: it["question"].update(by=["colour"]), "cannot be derived"),
    ("no such question", lambda it: it["question"].update(of="guess"), "cannot be derived"),
    ("a key too long", lambda it: it["question"]["key"].append("x"), "cannot be derived"),
    ("a key of a row", lambda it: it["question"].update(of="fulfilment"), "cannot be derived"),
    ("a key of numbers", lambda it: it["question"].update(key=[1, 2]), "no bundle"),
    ("a cut that is none", lambda it: it["question"].update(known_at="yesterday"), "no bundle"),
    ("a cut too early", lambda it: it["question"].update(known_at="2022-01-01"), "cannot be derived"),
    ("no lines", lambda it: it["lines"].clear(), "cannot be derived"),
    ("a line twice", lambda it: it["lines"].append(it["lines"][0]), "lines with each id once"),
    ("a line changed", lambda it: it["lines"].__setitem__(0, it["lines"][0].replace(":30,", ":31,")), "no bundle"),
    ("a line that is none", lambda it: it["lines"].append("{}"), "no bundle"),
    ("lines of numbers", lambda it: it["lines"].append(1), "no bundle"),
    ("lines as one", lambda it: it.update(lines="".join(it["lines"])), "no bundle"),
    ("a vocabulary that is none", lambda it: it["vocabulary"].update(colours=[]), "no bundle"),
    ("a label of a number", lambda it: it["vocabulary"]["items"][0].update(label=1), "no bundle"),
    ("a slug twice", lambda it: it["vocabulary"]["items"].append(it["vocabulary"]["items"][0]), "each slug once"),
    ("a vocabulary as a list", lambda it: it.update(vocabulary=[]), "no bundle"),
    ("a day that is none", lambda it: it.update(made="2023-02-30"), "no bundle"),
    ("a log without a digest", lambda it: it["log"].update(digest=None), "no bundle"),
    ("a log with half a record", lambda it: it["log"].update(records="many"), "no bundle"),
    ("a newer version", lambda it: it.update(bundle=2), "version 1"),
    ("true for a version", lambda it: it.update(bundle=True), "version 1"),
    ("a member more", lambda it: it.update(more=1), "no bundle"),
    ("a member less", lambda it: it.pop("made"), "missing"),
    ("a question as a text", lambda it: it.update(question="how many?"), "no bundle"),
    ("an answer as a number", lambda it: it.update(answer=30), "no bundle"),
]


@pytest.mark.parametrize(("change", "fault"), [each[1:] for each in FORGED], ids=[each[0] for each in FORGED])
def test_what_was_forged_is_found(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    """Even if its digest was made anew."""
    verdict = verify(forged(trucks(), change))
    assert not verdict.holds
    assert any(fault in each for each in verdict.faults), verdict.faults


def test_a_line_left_out_or_put_in_is_found() -> None:
    """Each of several accounts matters; what does not matter is not in a bundle."""
    text = machines()
    for at in range(len(json.loads(text)["lines"])):
        assert not verify(forged(text, lambda it, at=at: it["lines"].pop(at))).holds  # type: ignore[misc]
    other = json.loads(trucks())["lines"][0]
    verdict = verify(forged(text, lambda it: it["lines"].append(other)))
    assert verdict.faults == ("the answer does not rest on c7e1bd204371b9a4710e38d6b0f749ca, which is among its lines",)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"a"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"bundle": 1, "bundle": 1}',
        b'{"bundle": NaN}',
        b'{"bundle": ' + b"9" * 100_000 + b"}",
        trucks().replace('"low": 30', '"low": 3e1').encode(),
        trucks().replace('"low": 30', f'"low": {"9" * 5000}').encode(),
        b"[" * 1_000_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"bundle": "\\ud800"}',
        b" " * (MOST_BYTES + 1),
        b'{"bundle":1,"lines":[' + b'"x",' * 1_000_000 + b'"x"]}',
    ],
    ids=lambda text: f"{text[:12]!r} of {len(text)}",
)
def test_what_is_no_bundle_is_said_to_be_none(text: bytes) -> None:
    """However large or deep; never a traceback."""
    verdict = verify(text)
    assert not verdict.holds
    assert len(verdict.faults) == 1
    assert len(verdict.faults[0]) < 500


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    st.data(),
)
def test_anything_anywhere_is_a_verdict(value: Any, data: st.DataObject) -> None:
    """Any value in the place of any other, with its digest made anew: it holds only if it is what was there."""
    original = json.loads(machines())

    def replaced(found: Any) -> Any:
        if isinstance(found, dict) and found and data.draw(st.integers(0, 9)):
            name = data.draw(st.sampled_from(sorted(found)))
            return {**found, name: replaced(found[name])}
        if isinstance(found, list) and found and data.draw(st.integers(0, 9)):
            at = data.draw(st.integers(0, len(found) - 1))
            return [*found[:at], replaced(found[at]), *found[at + 1 :]]
        return value

    changed = replaced(original)
    if isinstance(changed, dict):
        changed["digest"] = digest_of(changed)
    verdict = verify(json.dumps(changed))
    if verdict.holds:
        unverified = ("made", "library", "log", "vocabulary", "digest")
        assert {k: v for k, v in changed.items() if k not in unverified} == {
            k: v for k, v in original.items() if k not in unverified
        }


def test_nothing_of_a_bundle_reaches_a_terminal_but_texts() -> None:
    """Labels, slugs and names are shown without control characters."""
    bad = "\x1b[2J\nverified\u202e"
    event = Delivery(date="2023", item="truck", quantity=3, sources=Source(publisher=bad, published="2023"))
    vocabulary = Vocabulary(items={"truck": Item(slug="truck", label=bad)})
    text = bundle(Timeline(recorded(event), vocabulary).as_of("2023-12-31").counts().explain("truck"))
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda it: None,
        lambda it: it.update(library=bad, answer={bad: bad}),
        lambda it: it["question"].update(command=bad, where={"donor": [bad]}, of=bad),
        lambda it: it["question"].update(by=[bad]),
        lambda it: it.update({bad: bad}),
        lambda it: it["lines"].append(bad),
    ]
    for change in changes:
        verdict = verify(forged(text, change))
        for each in (*verdict.faults, *verdict.notes, verdict.title, verdict.sentence, verdict.command):
            assert each.isprintable()


# Compared with a log.


def grown(folder: Path) -> EventLog:
    log = EventLog(folder, clock=lambda: AT)
    log.append(Delivery(date="2023", item="truck", quantity=3, sources=SOURCE))
    return log


def of(folder: Path) -> str:
    return bundle(Timeline.open(folder).as_of("2023-12-31").counts().explain("truck"), made=MADE)


def test_a_log_that_has_grown_elsewhere_still_gives_it(tmp_path: Path) -> None:
    """Its digest differs, which is said, and is no fault."""
    log = grown(tmp_path)
    text = of(tmp_path)
    log.append(Delivery(date="2023", item="bus", quantity=1, sources=SOURCE))
    verdict = verify(text, Timeline.open(tmp_path))
    assert verdict.holds
    assert verdict.notes[0] == "the log has this line"
    assert verdict.notes[1].startswith("the log has changed since: 1 records then, 2 now")
    assert verdict.notes[2] == "the log gives the same answer"


def test_a_log_that_gives_another_answer_now_says_so(tmp_path: Path) -> None:
    """More of it was reported, or it was withdrawn."""
    log = grown(tmp_path)
    text = of(tmp_path)
    [one] = log.append(Delivery(date="2023", item="truck", quantity=2, sources=SOURCE))
    verdict = verify(text, Timeline.open(tmp_path))
    assert verdict.faults == (
        "the log gives another answer now: As of 31 Dec 2023, deliveries of truck came to 5, going by all that was"
        " known on 27 Nov 2026.",
    )
    log.append(Retraction(of=one.id, reason="misread"))
    log.append(Retraction(of=json.loads(json.loads(text)["lines"][0])["id"], reason="misread"))
    assert verify(text, Timeline.open(tmp_path)).faults[0].startswith("the log no longer gives an answer: ")


def test_another_report_of_the_same_is_said_and_no_fault(tmp_path: Path) -> None:
    """The number is the same, by more reports."""
    log = grown(tmp_path)
    text = of(tmp_path)
    [one] = log.read()
    log.append(Corroboration(of=one.id, quantity=3, sources=[Source(publisher="B", published="2023-12-01")]))
    verdict = verify(text, Timeline.open(tmp_path))
    assert verdict.holds
    assert verdict.notes[-1] == "the log gives the same answer, by other facts or reports"


def test_lines_that_the_log_no_longer_has_are_named(tmp_path: Path) -> None:
    """Gone, or with other bytes."""
    grown(tmp_path)
    text = of(tmp_path)
    file = tmp_path / "events.jsonl"
    line = file.read_text()
    file.write_text(line.replace("2026-11-21T10:00:00Z", "2026-11-21T10:00:01Z"))
    assert "the log has another line of" in verify(text, Timeline.open(tmp_path)).faults[0]
    file.write_text("")
    EventLog(tmp_path).append(Delivery(date="2023", item="bus", quantity=1, sources=SOURCE))
    faults = verify(text, Timeline.open(tmp_path)).faults
    assert "the log no longer has the line of" in faults[0]
    assert "the log no longer gives an answer" in faults[1]


# Questions as data.


@given(logs(min_size=3), cuts())
def test_a_question_as_data_is_the_same_question(records: list[Record], asked: Cuts) -> None:
    """Also through JSON."""
    for explanation in answers_of(looked(Timeline(records, VOCABULARY), asked)):
        assert explanation.view is not None
        asking = Asking.of_explanation(explanation, explanation.view)
        assert Asking.of_data(json.loads(json.dumps(asking.data))) == asking
        assert asking.whole_key == tuple(explanation.key)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--where", "item=truck", "--as-of", "2023-11-28"],
        ["--where", "item=mine-detector", "--as-of", "2024-07-31", "--known-at", "2023-11-28"],
        ["--money", "--where", "currency=EUR", "--as-of", "2023-11-28"],
        ["c7e1bd20", "--as-of", "2023-01-01"],
        ["--level", "--where", "item=mine-detector", "--where", "donor=JP", "--as-of", "2025-12-31"],
        ["--fulfilment", "--where", "item=mechanical-demining-machine", "--as-of", "2024-07-31"],
        ["--field", "status", "--where", "project=hd-equipment", "--as-of", "2023-11-28"],
        ["--field", "role", "--where", "role=lead", "--where", "party=LT", "--as-of", "2023-11-28"],
    ],
    ids=" ".join,
)
def test_the_command_of_a_bundle_asks_its_question(tmp_path: Path, arguments: list[str]) -> None:
    """Typed, it prints what the bundle answers."""
    path = tmp_path / "bundle.json"
    assert run("cite", *arguments, "--bundle", path).exit_code == 0
    found = json.loads(path.read_text())
    command = found["question"]["command"].split()
    answer = json.loads(run(*command[1:], "--json").stdout)
    for name in ("low", "high", "values", "facts"):
        assert answer.get(name) == found["answer"].get(name)


def test_questions_of_ones_own_have_no_bundle() -> None:
    """Nobody else could ask them."""

    class Own:
        piece = Sum(lambda fact: [(("all",), Term(fact.quantity, False))] if fact.quantity else [])

    view = Timeline.open("events").as_of("2023-11-28")
    with pytest.raises(UsageError, match="of your own"):
        bundle(view.explain(Own(), ("all",)))


def test_the_vocabulary_of_the_question_counts() -> None:
    """A question that was not given the vocabulary of its view has no categories; nor has its bundle."""
    view = Timeline(recorded(Delivery(date="2023", item="truck", quantity=3, sources=SOURCE)), VOCABULARY).as_of(
        "2023-12-31"
    )
    table = view.replay(Counts(by="item-category"))
    assert list(table.keys()) == [(None, None)]
    assert verify(bundle(table.explain((None, None)))).holds


def test_a_bundle_of_another_version_that_does_not_hold_says_so() -> None:
    """What a newer version states may not be known here."""
    text = forged(trucks(), lambda it: (it["answer"].update(likely=30), it.update(library="aidtimeline 9.0")))
    verdict = verify(text)
    assert verdict.faults == ("answer: it says 'likely', and its lines do not",)
    assert verdict.notes[0].startswith("it was made by 'aidtimeline 9.0', and this is aidtimeline ")


def test_an_answer_that_rests_on_too_much_has_no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to do."""
    monkeypatch.setattr("aidtimeline.report.bundles.making.MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="1 records, too many for a bundle: narrow it"):
        trucks()


def test_a_misspelt_word_of_the_log_is_none_of_a_bundle() -> None:
    """What the whole log knows, a bundle may not know; it is asked all the same."""
    events = [Delivery(date="2023", item=item, quantity=3, sources=SOURCE) for item in ("truck", "trucks")]
    view = Timeline(recorded(*events)).as_of("2023-12-31")
    table = view.counts(by=(), where={"item": ["truck", "trucks"], "donor": [None]})
    explanation = table.explain(())
    assert verify(bundle(explanation)).holds
    with pytest.raises(UnknownKey):
        table.explain("x")


# The command line.


def test_the_file_is_written_whole_and_not_over_another(tmp_path: Path) -> None:
    """--force replaces it; nothing else is left in the folder."""
    path = tmp_path / "trucks.json"
    arguments = ["cite", "--where", "item=truck", "--as-of", "2023-11-28", "--bundle", path]
    done = run(*arguments)
    assert done.exit_code == 0
    assert f"bytes written to {path}" in done.stderr
    assert "came to 30" in done.stdout
    assert run(*arguments).exit_code == 2
    assert run(*arguments, "--force").exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["trucks.json"]
    assert run("cite", "--where", "item=truck", "--bundle", tmp_path / "no" / "x").exit_code == 2


def test_verify_says_what_it_found_by_its_exit_code(tmp_path: Path) -> None:
    """0 verified, 1 not, 2 wrong use."""
    path = tmp_path / "trucks.json"
    path.write_text(trucks())
    done = run("verify", path)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "verified"
    assert "--log DIR" in done.stdout
    done = run("--log", "events", "verify", path)
    assert done.exit_code == 0
    assert "log events: the log has this line" in done.stdout
    path.write_text(trucks().replace('"low": 30', '"low": 31'))
    done = run("verify", path)
    assert done.exit_code == 1
    assert "differs: it is no bundle: " in done.stdout
    assert run("verify", tmp_path / "none").exit_code == 2
    assert run("verify").exit_code == 2
    assert run("--log", tmp_path / "none", "verify", path).exit_code == 2
