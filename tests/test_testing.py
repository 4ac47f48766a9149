"""The laws as users have them: one call for a projection, a machine for a log, and types that Hypothesis can draw."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.stateful import run_state_machine_as_test
from tangled import linked_logs

from aidtimeline import Counts, EventLog, Fact, MoneySums, Participations, ProjectStates, Quantity, Record
from aidtimeline.events import EVENT_KINDS
from aidtimeline.projections import Product
from aidtimeline.semantics import believe, cut
from aidtimeline.testing import LawBroken, LogMachine, check_projection, cuts, logs, worlds
from aidtimeline.testing.laws import Cuts
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


class Last:
    """The last fact that was folded: other parts give another."""

    def initial(self) -> str | None:
        return None

    def step(self, state: str | None, fact: Fact) -> str | None:
        return fact.id

    def merge(self, one: str | None, other: str | None) -> str | None:
        return other or one

    def finish(self, state: str | None) -> str | None:
        return state


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
    """What gives no bounds is held to the other laws."""
    check_projection(Kinds(), examples=10)


@pytest.mark.parametrize(
    ("projection", "law"), [(Promised(), "tightness"), (PromisedForSure(), "soundness"), (Last(), "split")]
)
def test_a_planted_bug_is_caught(projection: Any, law: str) -> None:
    """The error names the law and the smallest log that breaks it: a pledge and its raise, or two facts."""
    with pytest.raises(LawBroken) as caught:
        check_projection(projection, examples=50)
    assert caught.value.law.startswith(law)
    lines = [line for line in str(caught.value).splitlines() if line.startswith("{")]
    assert 1 <= len(lines) <= 4  # how small it gets depends on what is drawn, and that on the modules that are loaded
    assert "as of 20" in str(caught.value)


def test_an_error_in_the_projection_is_its_own() -> None:
    """What a projection raises is not hidden."""

    class Broken(Kinds):
        def finish(self, state: Counter[str]) -> dict[str, int]:
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        check_projection(Broken(), examples=5)


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


@pytest.mark.parametrize("name", ["DateRange", "Quantity", "Money", "Source", "Record", "Event"])
def test_hypothesis_draws_every_value(name: str) -> None:
    """In a new process, in which nothing of the library was imported."""
    code = (
        f"from hypothesis import find, strategies as st; import aidtimeline; from aidtimeline import {name}\n"
        f"assert isinstance(find(st.from_type({name}), lambda _: True), {name})"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_what_hypothesis_loads_is_light() -> None:
    """Everybody who has both pays for the registration, so it brings no reader of files."""
    code = "import sys, hypothesis; print('cattrs' in sys.modules, 'aidtimeline.testing' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
