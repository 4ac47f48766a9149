"""The facts of a view, project by project, of which a file of IATI may tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from attrs import evolve, frozen

from aidtimeline.events import Event, Record
from aidtimeline.formats.iati.cancelling import Reduced, reduced, told_in
from aidtimeline.formats.iati.sayable import why_not
from aidtimeline.formats.iati.values import as_stated
from aidtimeline.projections import ProjectStates, ProjectTable
from aidtimeline.projections.fields import Selection, select
from aidtimeline.projections.states import PROFILE, ProjectState
from aidtimeline.semantics import Fact
from aidtimeline.semantics.amendments import is_repair, known_by, known_since
from aidtimeline.semantics.beliefs import believe
from aidtimeline.timeline import View
from aidtimeline.values.dates import end_of

AT_ONCE = 10_000
"""The facts of so many projects are in memory at a time. Narrowing a view takes long where many overlap with others."""


@frozen
class Gathered:
    """A project, the facts that are told in it, its state, and the promises of which a part is cancelled."""

    project: str
    facts: Sequence[Fact]
    state: ProjectState
    reduced: Reduced

    @property
    def funders(self) -> frozenset[str]:
        """The activities that its incoming funds come from, whether these can be said or not."""
        return frozenset(each.counterpart for each in self.facts if each.side == "receiver" and each.counterpart)

    @property
    def together(self) -> Sequence[frozenset[str]]:
        """The ids of facts of which all are written or none: a promise, and what takes an amount off it."""
        parts = self.reduced.parts
        return [frozenset([each.id, *(part.id for part in parts[each.id])]) for each in self.facts if each.id in parts]


@frozen
class Gathering:
    """Gathers the facts of a view of which some are asked for."""

    view: View
    selection: Selection

    def named_by_parents(self) -> tuple[dict[str, dict[str, list[str]]], set[str]]:
        """Of each activity the parts that it alone names, each with the facts that say so and are asked for; and all.

        Such a part says nothing of itself: neither a title nor a date. The facts are given by their ids.
        """
        of_projects = select("project", None, self.view.vocabulary)
        facts = [each for each in self.view.narrowed(of_projects).facts if each.kind == "project"]
        tells_itself = {
            fact.project
            for fact in facts
            if any(getattr(fact.event, name) is not None for name in PROFILE if name != "parent")
        }
        found: dict[str, dict[str, list[str]]] = defaultdict(dict)
        all_of_them: set[str] = set()
        for fact in facts:
            child, parent = fact.project, fact.parent
            if child is None or parent is None or child in tells_itself or as_stated(child) is None:
                continue
            if why_not(fact) is None:
                all_of_them.add(fact.id)
                found[parent].setdefault(child, []).extend([fact.id] if fact in self.selection else [])
        return found, all_of_them

    def of_no_project(self) -> Iterator[Fact]:
        """The facts that are asked for and are told in no project."""
        near = self.view.narrowed(select(None, {"project": None}, self.view.vocabulary))
        return (fact for fact in near.facts if told_in(fact) is None and fact in self.selection)

    def taken_back(self) -> list[str]:
        """The retractions of what is asked for that take back a record at the cuts of the view, by their ids."""
        retractions: list[Any] = list(self.view.engine.retractions())
        of = frozenset(each.event.of for each in retractions)
        if not of:
            return []
        near = self.view.narrowed(evolve(select(None, None, self.view.vocabulary), ids=of))
        believed = {member for fact in near.belief.facts for member in fact.members}
        named = (each for each in near.records if each.id in of and each.id not in believed)
        events = [each for each in named if isinstance(each.event, Event)]
        gone = believe(events, known_at=self.view.known_at, recorded_until=self.view.recorded_until)
        asked = {each.id for each in gone.facts if each in self.selection and each.date.possible_by(self.view.as_of)}
        return sorted(each.id for each in retractions if each.event.of in asked and self._holds(each))

    def _holds(self, retraction: Record) -> bool:
        """Whether a retraction is recorded and known at the cuts. A repair acts whatever is known."""
        until = self.view.recorded_until
        recorded = until is None or retraction.recorded_at <= end_of(until)
        known = known_since(retraction) <= known_by(self.view.known_at)(retraction.id)
        return recorded and (known or is_repair(retraction.event))

    def by_project(self) -> Iterator[Gathered]:
        """Each project that may have facts that are asked for."""
        projects = sorted(self._projects())
        whole = self.view.narrowed(self.selection).engine is self.view.engine
        waiting = iter(projects)
        while several := list(islice(waiting, len(projects) if whole else AT_ONCE)):
            yield from self._of(several)

    def _projects(self) -> Iterable[str]:
        if not self.selection.where:
            return self.view.known.values("project")
        near = self.view.narrowed(self.selection)
        told = (told_in(each) for each in near.facts if each in self.selection)
        return {each for each in told if each is not None}

    def _of(self, projects: Sequence[str]) -> Iterator[Gathered]:
        near = self.view.narrowed(select(None, {"project": projects}, self.view.vocabulary))
        states, less = _states(near), reduced(near.facts)
        facts: dict[str | None, list[Fact]] = defaultdict(list)
        for fact in near.facts:
            facts[told_in(fact)].append(fact)
        for project in projects:
            if project in facts:
                yield Gathered(project, facts[project], states[project], less)


def _states(view: View) -> ProjectTable:
    """The states of the projects of a view. Nobody asks for their sums here, so these are empty."""
    question = ProjectStates(vocabulary=view.vocabulary)
    sums = {name: each.finish(each.initial()) for name, each in question.sums.items()}
    return question.table({**view.replay(question.states), **sums})
