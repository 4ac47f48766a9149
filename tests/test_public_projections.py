"""Every public projection obeys the laws, or is refused with the reason; and what the laws make of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from planted import Sums

import aidtimeline
from aidtimeline import (
    Bounds,
    Counts,
    Fact,
    MoneySums,
    Participations,
    ProjectStates,
    Quantity,
    UsageError,
    projections,
)
from aidtimeline.projections import Facts, FactTable, Flows, Fulfilment, Levels, Product, State, Sum, Term, Union
from aidtimeline.projections.protocol import run
from aidtimeline.testing import LawBroken, check_projection
from aidtimeline.testing.questions import hard_questions

EVERY_PROJECTION: dict[str, Any] = {
    "Counts": Product(
        {
            "items": Counts(by="item"),
            "all": Counts(by=(), kind=["pledge", "delivery"]),
            "places": Counts(by=["location", "month"]),
        }
    ),
    "MoneySums": Product({"donors": MoneySums(by="donor"), "years": MoneySums(by="year", kind="commitment")}),
    "Facts": Product({"all": Facts(), "some": Facts("delivery", where={"donor": "JP"})}),
    "Fulfilment": lambda cuts: Fulfilment(cuts.as_of),
    "Participations": Participations(),
    "ProjectStates": ProjectStates(),
    "Product": Product({"items": Counts(by="item"), "parties": Participations()}),
    "Sum": Sum(lambda fact: [(fact.item, Term(fact.quantity))] if fact.quantity is not None else []),
    "State": State(lambda fact: [(fact.project, fact.status)] if fact.kind == "status" else []),
    "Union": Union(lambda fact: {fact.donor} - {None}),
}
"""An example, or several in one, of each projection that is public."""

OF_REPORTS: dict[str, Any] = {"Flows": Flows()}
"""Those that say who tells what, and not what has happened: they have no bounds to hold."""

NO_FOLDS: dict[str, Any] = {"Levels": Levels()}
"""Questions of a view that are no projections."""


def test_no_public_projection_is_forgotten() -> None:
    """What the two public rooms export and can be folded is in the list, under its name."""
    exported = {name: getattr(room, name) for room in (aidtimeline, projections) for name in room.__all__}
    classes = {name for name, each in exported.items() if isinstance(each, type) and hasattr(each, "step")}
    assert classes - {"Projection"} == {*EVERY_PROJECTION, *OF_REPORTS}
    assert exported.keys() >= NO_FOLDS.keys()


@pytest.mark.parametrize("name", EVERY_PROJECTION)
def test_each_public_projection_is_lawful(name: str) -> None:
    """Each obeys every law on the corpus and on drawn logs."""
    check_projection(EVERY_PROJECTION[name], examples=settings().max_examples // 10)


@pytest.mark.parametrize("name", OF_REPORTS)
def test_what_is_about_reports_is_lawful_but_for_bounds(name: str) -> None:
    """Each is the same however its facts are split and its log is written."""
    check_projection(OF_REPORTS[name], examples=settings().max_examples // 10, bounds=False)


@pytest.mark.parametrize("name", NO_FOLDS)
def test_what_is_no_fold_is_refused_with_the_reason(name: str) -> None:
    """The message says why, and what to ask instead."""
    with pytest.raises(UsageError, match=rf"^{name} is a question of a view, .* ask view.replay\({name}\(\)\)"):
        check_projection(NO_FOLDS[name])


def test_a_row_of_a_fact_is_the_same_in_every_world() -> None:
    """What may not have happened states the same where it has; only `certain`, and the fact itself, tell."""
    for question in hard_questions():
        rows = {row.id: row for row in run(question.facts, Facts())}
        for world in question.worlds:
            for row in run(world, Facts()):
                assert row == rows[row.id]._replace(certain=True, fact=row.fact)
        counted = [{fact.id for fact in world} for world in question.worlds]
        for row in rows.values() if counted else ():
            assert row.certain == all(row.id in world for world in counted)


def test_a_flag_certain_is_held() -> None:
    """A row that calls itself certain is in every world; one that does not is missing in some."""

    class Calling(Facts):
        def __init__(self, say: Callable[[FactTable], bool]) -> None:
            super().__init__()
            self.say = say

        def finish(self, state: list[Fact]) -> FactTable:
            table = super().finish(state)
            certain = self.say(table)
            return FactTable(facts=tuple(row._replace(certain=certain) for row in table.rows))

    for say, law in ((bool, "soundness"), (lambda table: all(row.certain for row in table), "tightness")):
        with pytest.raises(LawBroken, match=rf"^{law}: the result\[.*\]\['certain'\]"):
            check_projection(Calling(say), examples=0)


def test_an_estimate_is_no_bound() -> None:
    """A class of one's own says which of its parts are none; without that they are held."""

    @dataclass
    class Answer:
        given: dict[str | None, Bounds]
        likely: Quantity

    @dataclass
    class Estimated(Answer):
        not_bounds: ClassVar[tuple[str, ...]] = ("likely",)

    class Answering(Sums):
        def __init__(self, answer: type[Answer]) -> None:
            self.answer = answer

        def finish(self, state: Any) -> Any:
            given = super().finish(state)
            return self.answer(given, Quantity.exact(len(given)))

    check_projection(Answering(Estimated), examples=5)
    with pytest.raises(LawBroken, match=r"soundness: the result\['likely'\]"):
        check_projection(Answering(Answer), examples=0)
