"""How projects and their participants look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from attrs import evolve

from aidtimeline.events import ROLES
from aidtimeline.projections import (
    Announced,
    Part as Participation,
    Participations,
    ParticipationTable,
    PartyRole,
    ProjectState,
    ProjectStates,
    ProjectTable,
    Table,
)
from aidtimeline.report.columns import FLAG, SLUG, STATES, TEXT, TEXTS, Column, rows_of
from aidtimeline.report.look import Grid, Line, Look, Part
from aidtimeline.report.sourced import reports_by, sourced
from aidtimeline.report.words import NOTHING, amount, named, narrowed, possible
from aidtimeline.semantics import Fact
from aidtimeline.text import tables

INDENT = "  "
NAME_WIDTH = 15
EMPTY = "Nothing: no such project is reported by then."
LOOSE = "loose: the truth is among what is possible here, but not all of it may be"

_STATED = (
    *("title", "status", "parent"),
    *("planned_start", "planned_end", "actual_start", "actual_end"),
)

_PARTY = (Column("party", SLUG), Column("role", TEXT), Column("certain", FLAG))
_ANNOUNCED = (
    Column("intent", TEXT),
    Column("party", SLUG),
    Column("role", TEXT),
    Column("item", SLUG),
    Column("id", TEXT),
)
Name = Callable[[str, str], str]
"""The words for a field and one of its slugs."""


class ProjectsLook(Look[ProjectTable]):
    """The look of projects and their state."""

    QUESTION = ProjectStates
    NAME = "projects"

    def plain_columns(self) -> list[Column]:
        """All that is known of the state, and who reports it."""
        states = (Column(name, STATES) for name in _STATED)
        sums = (
            Column(name, TEXTS, get=lambda state, name=name: _numbers(getattr(state, name)))  # type: ignore[misc]
            for name in ("promised", "promised_money", "delivered", "paid")
        )
        found = reports_by(self.view, self._facts(), lambda fact: (fact.project,) if fact.project else ())
        return [
            Column("project", SLUG),
            *states,
            Column("parties", TEXTS, get=lambda state: _parties_in_words(state, partial(named, self.vocabulary))),
            Column("announced", TEXTS, get=lambda state: _announced(state.announced, partial(named, self.vocabulary))),
            *sums,
            Column("loose", TEXTS),
            *sourced(lambda state: found.get(state.project)),
        ]

    def _facts(self) -> Iterable[Fact]:
        question, view = self.result.question, self.view
        if view is None or not isinstance(question, ProjectStates):
            return ()
        return (fact for fact in view.narrowed(question.selection).facts if fact in question.selection)

    def title(self) -> str:
        """Which projects are shown."""
        return f"projects{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """The possible states, who has which role, and what is announced."""
        states = (Column(name, STATES) for name in ("title", "status", "planned_start", "planned_end"))
        lists = Column("parties", rows_of(_PARTY)), Column("announced", rows_of(_ANNOUNCED))
        return [Column("project", SLUG), *states, *lists, Column("loose", TEXTS)]

    def page(self) -> Iterator[Part]:
        """A paragraph for each project, with all that is known of its state."""
        if not self.result.rows:
            yield EMPTY
        for number, state in enumerate(self.result.rows):
            if number:
                yield ""
            yield from self._paragraph(state)
        if any(state.loose for state in self.result.rows):
            yield from ("", LOOSE)

    def overview(self) -> Iterator[Part]:
        """A table with a few words on each project: status, planned end, who leads it, and what is announced."""
        if not self.result.rows:
            yield EMPTY
            return
        cells = []
        for state in self.result.rows:
            lines = self._few_words(state) or [NOTHING]
            cells += [["" if number else state.project, line] for number, line in enumerate(lines)]
        yield Grid([tables.Column("project"), tables.Column("state", wrap=True)], cells)

    def _few_words(self, state: ProjectState) -> list[str]:
        label = self.vocabulary.label
        end = _field(state, "planned_end")
        leaders = _parties((each for each in state.parties if each.role == "lead"), label)
        words = [_field(state, "status"), end and f"planned end {end}", leaders and f"led by {leaders}"]
        announced = [f"announced: {each}" for each in _announced(state.announced, label)]
        return [*filter(None, ["; ".join(filter(None, words))]), *announced]

    def _paragraph(self, state: ProjectState) -> Iterator[Part]:
        title = _field(state, "title") or self.vocabulary.label("project", state.project)
        yield Line("", f"{state.project}{INDENT}{'' if title == state.project else title}")
        for head, several in self.texts(state).items():
            for number, text in enumerate(filter(None, several)):
                yield Line(f"{INDENT}{'' if number else head:<{NAME_WIDTH}}", text)

    def texts(self, state: ProjectState) -> dict[str, list[str]]:
        """What is known of a project, in words under heads; what is not known is empty."""
        name = partial(named, self.vocabulary)
        by_role: dict[str, list[PartyRole]] = defaultdict(list)
        for each in state.parties:
            by_role[each.role].append(each)
        return {
            "status": [_field(state, "status")],
            "part of": [_field(state, "parent")],
            "planned start": [_field(state, "planned_start")],
            "planned end": [_field(state, "planned_end")],
            "actual start": [_field(state, "actual_start")],
            "actual end": [_field(state, "actual_end")],
            **{role: [_parties(by_role[role], name)] for role in ROLES},
            "announced": _announced(state.announced, name),
            "promised": [*_numbers(state.promised), *_numbers(state.promised_money)],
            "delivered": _numbers(state.delivered),
            "paid": _numbers(state.paid),
        }


def _field(state: ProjectState, name: str) -> str:
    """The possible values of a field in words, and whether they are loose."""
    values = possible(getattr(state, name))
    return f"{values} (loose)" if name in state.loose else values


class ParticipationLook(Look[ParticipationTable]):
    """The look of roles in projects."""

    QUESTION = Participations
    NAME = "participation"

    def plain_columns(self) -> list[Column]:
        """The roles, and who reports them."""
        found = reports_by(self.view, self._facts(), lambda fact: [(fact.project, fact.party, fact.role)])
        return [
            *self.columns(),
            Column("loose", FLAG),
            *sourced(lambda part: found.get((part.project, part.party, part.role))),
        ]

    def _facts(self) -> Iterable[Fact]:
        question, view = self.result.question, self.view
        if view is None or not isinstance(question, Participations):
            return ()
        asked = evolve(question.selection, kinds=("participation",))
        return (fact for fact in view.narrowed(asked).facts if fact in asked)

    def title(self) -> str:
        """Which roles are shown."""
        return f"parties and their roles{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """Project, party, role, and whether the party holds it in every world."""
        return [Column("project", SLUG), *_PARTY]

    def page(self) -> Iterator[Part]:
        """A line for each role."""
        if not self.result.rows:
            yield "Nothing: no party is reported to have had a role in such a project by then."
            return
        name = partial(named, self.vocabulary)
        cells = [
            [each.project, name("party", each.party), each.role, ", ".join(_doubts(each))] for each in self.result.rows
        ]
        yield Grid(list(map(tables.Column, ("project", "party", "role", "note"))), cells)
        if any(each.loose for each in self.result.rows):
            yield LOOSE


def _parties_in_words(state: ProjectState, name: Name) -> list[str]:
    return [f"{each.role}: {_parties([each], name)}" for each in state.parties]


def _doubts(role: Participation) -> list[str]:
    return [*["possibly"] * (not role.certain), *["loose"] * role.loose]


def _parties(parties: Iterable[PartyRole], name: Name) -> str:
    return ", ".join(
        f"{'' if each.certain else 'possibly '}{name('party', each.party)}{' (loose)' if each.loose else ''}"
        for each in parties
    )


def _announced(announced: Iterable[Announced], name: Name) -> list[str]:
    return list(dict.fromkeys(_intention(each, name) for each in announced))


def _intention(announced: Announced, name: Name) -> str:
    by = "of" if announced.intent == "participation" else "by"
    who = "" if announced.party is None else f" {by} {name('party', announced.party)}"
    role = "" if announced.role is None else f" as {announced.role}"
    item = "" if announced.item is None else f": {name('item', announced.item)}"
    return f"{announced.intent}{who}{role}{item}"


def _numbers(sums: Table) -> list[str]:
    numbers = []
    for row in sums.rows:
        key = dict(zip(sums.names, row.key, strict=True))
        kind = "" if key["kind"] == "delivery" else f"({key['kind']})"
        unit = None if sums.money else row.unit
        numbers.append(" ".join(filter(None, [amount(row.bounds, key.get("currency")), unit, key.get("item"), kind])))
    return numbers
