"""The laws as users have them: one call for a projection, a machine for a log, and types that Hypothesis can draw."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.stateful import run_state_machine_as_test
from planted import BUGS, Bug, RaiseForSure, Sums, delivered
from tangled import linked_logs

from aidtimeline import (
    Bounds,
    Counts,
    EventLog,
    Fact,
    MoneySums,
    Participations,
    ProjectStates,
    Quantity,
    Record,
    Source,
    UsageError,
)
from aidtimeline.events import AMENDMENT_KINDS, EVENT_KINDS, Amendment, AnyEvent, Event, EventKind
from aidtimeline.projections import Product
from aidtimeline.semantics import believe, cut
from aidtimeline.testing import LawBroken, LogMachine, check_projection, checking, cuts, logs, worlds
from aidtimeline.testing.hardlogs import hard_logs
from aidtimeline.testing.laws import Cuts, links_of
from aidtimeline.testing.questions import Question, hard_questions
from aidtimeline.testing.strategies import events, repeatable
from aidtimeline.values.amounts import ZERO


class Promised:
    """All that is pledged, as bounds. Each fact is taken by itself: a raised pledge counts beside the one it raises."""

    def initial(self) -> Quantity:
        return ZERO

    def step(self, state: Quantity, fact: Fact) -> Quantity:
        if fact.kind != "pledge" or fact.quantity is None:
            return state
        return state + (fact.quantity if fact.certain else fact.quantity.hull(ZERO))

    def merge(self, one: Quantity, other: Quantity) -> Quantity:
        return one + other

    def finish(self, state: Quantity) -> Quantity:
        return Quantity(state.low, state.high)


class PromisedForSure(Promised):
    """The same, but what may have been replaced is taken to count."""

    def step(self, state: Quantity, fact: Fact) -> Quantity:
        return state + fact.quantity if fact.kind == "pledge" and fact.quantity is not None else state


class Kinds:
    """How many facts of each kind: lawful, without bounds."""

    def initial(self) -> Counter[str]:
        return Counter()

    def step(self, state: Counter[str], fact: Fact) -> Counter[str]:
        return state + Counter([fact.kind])

    def merge(self, one: Counter[str], other: Counter[str]) -> Counter[str]:
        return one + other

    def finish(self, state: Counter[str]) -> dict[str, int]:
        return dict(state)


class Opaque:
    """A class of a user's that says nothing of doubt."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and self.number == other.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


def test_the_library_s_own_projections_are_lawful() -> None:
    """Everything built in obeys every law."""
    everything: dict[str, Any] = {
        "items": Counts(by="item"),
        "all": Counts(by=(), kind=["pledge", "delivery"]),
        "money": MoneySums(by="donor"),
        "projects": ProjectStates(),
        "parties": Participations(),
    }
    check_projection(Product(everything), examples=settings().max_examples // 4)


def test_a_projection_of_one_s_own_is_held_to_them() -> None:
    """An answer about the reports is held to the laws of replay, one with bounds to all."""
    check_projection(Kinds(), examples=10, bounds=False)
    check_projection(Sums(), examples=10)


def test_what_the_library_answers_without_bounds_is_held_by_its_keys() -> None:
    """Who has which role is nothing that could be added up, and yet no row may be missing."""
    check_projection(Participations(), examples=0)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    """The corpus alone catches it, and the report names the law and the few records that show it."""
    with pytest.raises(LawBroken) as caught:
        check_projection(bug.projection(), examples=0, against=bug.against)
    broken = caught.value
    assert broken.law.startswith(bug.law)
    assert 1 <= len(broken.records) <= bug.records
    assert "\nThe law: " in str(broken)
    assert broken.cuts is not None
    assert f"as_of='{broken.cuts.as_of}'" in str(broken)


ONLY_IN_THE_CORPUS = ("the last status seen wins", "ignored accounts", "some taken as 1", "duplicates multiplied")
DRAWN = [bug for bug in BUGS if bug.law != "vacuous" and bug.name not in (*ONLY_IN_THE_CORPUS, "float sums")]


@pytest.mark.parametrize("bug", DRAWN, ids=lambda bug: bug.name)
def test_most_are_caught_without_the_corpus(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred drawn logs find them too."""
    monkeypatch.setattr(checking, "hard_questions", lambda: ())
    with pytest.raises(LawBroken) as caught:
        check_projection(bug.projection(), examples=100, against=bug.against)
    assert len(caught.value.records) <= bug.records


@pytest.mark.parametrize(
    ("projection", "law"),
    [(Promised(), "tightness"), (PromisedForSure(), "soundness")],
)
def test_a_result_that_is_itself_bounds_is_held(projection: Any, law: str) -> None:
    """The path to what is wrong may be empty."""
    with pytest.raises(LawBroken, match=rf"^{law}: the result is ") as caught:
        check_projection(projection, examples=0)
    assert len(caught.value.records) <= 2


def test_the_question_can_be_pasted() -> None:
    """What the message ends with is Python that asks the smallest log again."""
    with pytest.raises(LawBroken) as caught:
        check_projection(Promised(), examples=0)
    lines = str(caught.value).splitlines()
    code = lines[lines.index("from aidtimeline import replay") :]
    names: dict[str, Any] = {"projection": Promised()}
    exec("\n".join(code[:-1]), names)
    answer = eval(code[-1], names)
    assert f"the result is {answer}, and over all worlds" in str(caught.value)
    assert tuple(names["records"]) == caught.value.records


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (lambda number: number, r"\(int\).* Bounds or Quantity.* against="),
        (float, r"\(float\)"),
        (Decimal, r"\(Decimal\)"),
        (lambda number: [str(number)], r"\(list\).* the set of what may be"),
        (Opaque, r"\(Opaque\)"),
        (lambda number: Quantity.exact(3), "in all logs, so nothing was tried"),
    ],
    ids=["int", "float", "Decimal", "list", "class", "constant"],
)
def test_what_cannot_be_held_is_refused(answer: Any, advice: str) -> None:
    """It passed without a test before."""

    class Answering(Kinds):
        def finish(self, state: Counter[str]) -> Any:
            return answer(state.total())

    with pytest.raises(LawBroken, match=advice) as caught:
        check_projection(Answering(), examples=0)
    assert caught.value.law == "vacuous"


def test_bounds_are_found_in_one_s_own_classes() -> None:
    """A data class is looked into."""

    @dataclass
    class Answer:
        given: dict[str | None, Bounds]
        by: str

    class Answering(Sums):
        def finish(self, state: Any) -> Any:
            return Answer(super().finish(state), "me")

    check_projection(Answering(), examples=0)

    class Wrong(RaiseForSure):
        def finish(self, state: Any) -> Any:
            return Answer(super().finish(state), "me")

    with pytest.raises(LawBroken, match=r"soundness: the result\['given'\]"):
        check_projection(Wrong(), examples=0)


def test_an_oracle_is_asked_of_every_world() -> None:
    """A lawful projection agrees with it; a function of the cuts has an oracle that is given them."""
    check_projection(lambda cuts: Sums(), examples=20, against=delivered)
    check_projection(Kinds(), examples=20, bounds=False, against=lambda facts: Counter(fact.kind for fact in facts))
    with pytest.raises(LawBroken, match=r"oracle: .* and your oracle says Counter"):
        check_projection(Kinds(), examples=0, against=lambda facts: Counter(fact.kind for fact in facts))


@pytest.mark.parametrize(
    ("given", "advice"),
    [(Sums, r"Sums is a class: give Sums\(\), or lambda cuts: Sums"), (Source(publisher="Kyodo"), "it has no initial")],
)
def test_what_is_no_projection_is_refused(given: Any, advice: str) -> None:
    """The message says what to give."""
    with pytest.raises(UsageError, match=advice):
        check_projection(given)


def test_the_settings_of_hypothesis_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile says how many logs are drawn, and whether there is a corpus and whether reports are made smaller."""
    drawn: list[int] = []

    def none_drawn(number: int) -> tuple[()]:
        drawn.append(number)
        return ()

    monkeypatch.setattr(checking, "drawn_questions", none_drawn)
    monkeypatch.setattr(checking, "hard_questions", lambda: hard_questions()[:3])
    before = settings()
    settings.register_profile("few", max_examples=7, deadline=1)
    settings.register_profile("only drawn", max_examples=8, phases=[Phase.generate])
    settings.register_profile("none drawn", phases=[Phase.explicit])
    try:
        for name in ("few", "only drawn", "none drawn"):
            settings.load_profile(name)
            check_projection(Kinds(), bounds=False)
        check_projection(Kinds(), examples=9, bounds=False)
        settings.load_profile("few")
        check_projection(Kinds(), examples=9, bounds=False)
    finally:
        settings.register_profile("before", before)
        settings.load_profile("before")
    assert drawn == [7, 8, 0, 0, 9]


@settings(max_examples=40, database=None, phases=[Phase.generate])
@given(st.sampled_from(["pledge", "delivery"]))
def test_it_may_be_called_in_a_test_of_hypothesis(kind: EventKind) -> None:
    """So that the projection may be drawn too; the settings of that test are in force."""
    check_projection(Counts(by="donor", kind=kind))


def test_no_file_of_the_caller_s_changes_what_is_drawn(tmp_path: Path) -> None:
    """Hypothesis draws the numbers that it finds in local modules; these logs are the same beside any of them."""
    code = (
        "import local\n"
        "from aidtimeline.codec import encode\n"
        "from aidtimeline.testing.questions import drawn_questions\n"
        "for question in drawn_questions(6):\n"
        "    print(question.cuts, *map(encode, (*question.records, *question.amendments)))\n"
    )
    (tmp_path / "asked.py").write_text(code)
    found = set()
    for numbers in ([], list(range(2, 3000, 7))):
        (tmp_path / "local.py").write_text(f"NUMBERS = {numbers}\n")
        run = subprocess.run([sys.executable, "asked.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
        found.add(run.stdout)
    assert len(found) == 1


def test_plans_and_dates_without_a_first_day_are_not_told_more_exactly() -> None:
    """A later report of a plan may be one of the deed, and tables by month have no row for each of its months."""
    told = dict.fromkeys(("vague", "planned", "by a day"), False)
    for hard in hard_logs():
        for asked in hard.cuts:
            told[hard.shape] = told.get(hard.shape, False) or bool(Question(hard.records, asked).closer)
    assert told["vague"]
    assert not any(told[shape] for shape in ("planned", "by a day"))


def test_the_corpus_has_every_kind_of_record() -> None:
    """Every kind of event and amendment, and logs asked at cuts of knowledge and of the record."""
    logs = hard_logs()
    kinds = {record.event.kind for hard in logs for record in hard.records}
    assert kinds == {*EVENT_KINDS, "correction", "retraction", "corroboration"}
    asked = [cuts for hard in logs for cuts in hard.cuts]
    assert any(cuts.known_at for cuts in asked)
    assert any(cuts.recorded_until for cuts in asked)


def test_an_error_in_the_projection_is_its_own() -> None:
    """What a projection raises is not hidden."""

    class Broken(Kinds):
        def finish(self, state: Counter[str]) -> dict[str, int]:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine") as caught:
        check_projection(Broken(), examples=5)
    assert "replay(records, projection" in caught.value.__notes__[0]


@given(logs(), cuts())
def test_worlds_give_the_bounds(records: list[Record], asked: Cuts) -> None:
    """The least and greatest sum over the worlds, added up plainly, are the bounds."""
    facts = cut(believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until), asked.as_of)
    results = list(worlds.worlds(facts))
    bounds = Counts(by=(), where={"unit": None}).piece

    def total(world: Iterable[Fact]) -> tuple[Decimal, Decimal | None]:
        found = [term.amount for fact in world for _, term in bounds.terms(fact)]
        highs = [each.high for each in found if each.high is not None]
        return sum((each.low for each in found), Decimal(0)), sum(highs, Decimal(0)) if len(highs) == len(
            found
        ) else None

    found = Counts(by=(), where={"unit": None})
    state = found.initial()
    for fact in facts:
        state = found.step(state, fact)
    table = found.finish(state)
    if results and table:
        sums = [total(world) for world in results]
        highs = [high for _, high in sums if high is not None]
        assert table[()].low == min(low for low, _ in sums)
        assert table[()].high == (max(highs) if len(highs) == len(sums) else None)


def test_too_many_worlds_are_not_gone_through() -> None:
    """A view with more undecided facts than that is left alone."""
    records = find(linked_logs(size=worlds.MOST_UNDECIDED + 1), lambda _: True)
    assert list(worlds.worlds(cut(believe(records), records[0].event.date.earliest))) == []  # type: ignore[union-attr, arg-type]


class FolderMachine(LogMachine):
    """The log in a folder."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()

    def open(self) -> EventLog:
        return EventLog(Path(self.folder.name) / "events")

    def teardown(self) -> None:
        self.folder.cleanup()


class ForgetfulMachine(FolderMachine):
    """A log that loses the last line of its file whenever it is opened."""

    def open(self) -> EventLog:
        log = super().open()
        for file in log.files():
            file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
        return log


STEPS = settings(
    max_examples=8,
    stateful_step_count=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)


def test_the_folder_is_a_log() -> None:
    """The folder has all that was appended, opened again each time."""
    run_state_machine_as_test(FolderMachine, settings=STEPS)


def test_a_log_that_forgets_is_caught() -> None:
    """The machine is not satisfied with a log that loses a line."""
    with pytest.raises(LawBroken):
        run_state_machine_as_test(ForgetfulMachine, settings=STEPS)


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_hypothesis_draws_every_kind_of_event(kind: str) -> None:
    """`st.from_type` works after a plain install."""
    assert find(st.from_type(EVENT_KINDS[kind]), lambda _: True).kind == kind


VALUES = ("DateRange", "Quantity", "Money", "Source", "Record", "Event", "Fact", "Bounds", "Correction")


@pytest.mark.parametrize("name", VALUES)
def test_hypothesis_draws_every_value(name: str) -> None:
    """In a new process, in which nothing of the library was imported."""
    code = (
        f"from hypothesis import find, strategies as st; import aidtimeline; from aidtimeline import {name}\n"
        f"assert isinstance(find(st.from_type({name}), lambda _: True), {name})"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_what_hypothesis_draws_is_varied() -> None:
    """Unions draw most of their kinds; facts and bounds are exact and vague, sure and not."""
    drawn: dict[Any, list[Any]] = {AnyEvent: [], Amendment: [], Fact: [], Bounds: [], Record: []}
    for each, found in drawn.items():

        @repeatable(100)
        @given(st.from_type(each))
        def collect(one: Any) -> None:
            found.append(one)  # noqa: B023  (it is called at once)

        collect()
    assert len({each.kind for each in drawn[AnyEvent]}) >= 10
    assert {each.kind for each in drawn[Amendment]} == set(AMENDMENT_KINDS)
    assert {each.certain for each in drawn[Fact]} == {True, False}
    assert len({each.kind for each in drawn[Fact]}) > 5
    assert {len(each.accounts) > 1 for each in drawn[Fact]} == {True, False}
    for name in ("approximate", "disputed", "loose", "overlap"):
        assert {getattr(each, name) for each in drawn[Bounds]} == {True, False}
    assert {each.high is None for each in drawn[Bounds]} == {True, False}
    assert all(each.high is None or each.low <= each.high for each in drawn[Bounds])
    assert len({each.id for each in drawn[Record]}) > 20


def test_what_hypothesis_loads_is_light() -> None:
    """Everybody who has both pays for the registration, so it brings no reader of files."""
    code = "import sys, hypothesis; print('cattrs' in sys.modules, 'aidtimeline.testing' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


@given(st.sampled_from(list(EVENT_KINDS)).flatmap(events))
def test_what_a_law_leaves_of_an_event_is_its_links(event: Event) -> None:
    """Of each kind there is one with nothing but these, and what the kind must have."""
    linked = attrs.evolve(event, overlaps=("a" * 32,))
    bare = links_of(linked)
    assert bare is not None
    assert (type(bare), bare.date, bare.overlaps, bare.donor) == (type(event), event.date, linked.overlaps, None)
