"""The state of each project, and who takes part in it, over all worlds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.events import DEED, PROMISE, Announcement, Goods, Participation, Project, Status, kinds_that
from aidtimeline.projections.fields import Where, select
from aidtimeline.projections.pieces import Bounds, Finishing, Product, State, Union
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order
from aidtimeline.projections.sums import Counts, MoneySums
from aidtimeline.projections.tables import SumKey, Table
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

_PROMISED = kinds_that(lambda each: each.nature is PROMISE)
_DELIVERED = kinds_that(lambda each: each.nature is DEED and issubclass(each, Goods))
_PAID = kinds_that(lambda each: each.nature is DEED and not issubclass(each, Goods))
PROFILE = ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end")


class PartyRole(NamedTuple):
    """A party that holds a role; `certain`: in every world."""

    party: str
    role: str
    certain: bool


class Part(NamedTuple):
    """A party's role in a project; `certain`: it holds it in every world."""

    project: str
    party: str
    role: str
    certain: bool


class Announced(NamedTuple):
    """An intention that was stated and that nothing has replaced for sure."""

    intent: str
    party: str | None
    role: str | None
    item: str | None
    id: str


class ProjectState(NamedTuple):
    """What a project may be at the cut.

    `status` and the fields of its profile are the values that they may have, None first where it may be that nobody has
    stated any yet. `promised`, `delivered` and `paid` are sums by kind (and item or currency).
    """

    project: str
    title: tuple[str | None, ...]
    status: tuple[str | None, ...]
    parent: tuple[str | None, ...]
    planned_start: tuple[DateRange | None, ...]
    planned_end: tuple[DateRange | None, ...]
    actual_start: tuple[DateRange | None, ...]
    actual_end: tuple[DateRange | None, ...]
    parties: tuple[PartyRole, ...]
    announced: tuple[Announced, ...]
    promised: Table
    delivered: Table
    paid: Table


@frozen
class ProjectTable(Result[ProjectState, ProjectState]):
    """The state of each project that some fact names, in order; the key is the project's slug."""

    rows: tuple[ProjectState, ...]


@frozen
class ParticipationTable(Result[Part, Part]):
    """Who has which role in which project, in order; the key is project, party and role."""

    KEY = 3

    rows: tuple[Part, ...]


class Participations(Finishing):
    """Who holds which role in which project: the result is a `ParticipationTable`.

    `piece` is the state that it is made of, by (project, party, role).
    """

    piece: State[tuple[str, str, str], bool]

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection = select(None, where, vocabulary)
        self.piece = State(self._roles)

    def finish(self, state: Any) -> ParticipationTable:
        """Those who hold a role in some world."""
        held = sorted(self.piece.finish(state).items())
        return ParticipationTable(tuple(Part(*key, certain=values == {True}) for key, values in held if True in values))

    def _roles(self, fact: Fact) -> Iterator[tuple[tuple[str, str, str], bool]]:
        event = fact.event
        if isinstance(event, Participation) and fact in self.selection:
            yield (event.project, event.party, event.role), not event.left


_Field: TypeAlias = tuple[str, str]


class ProjectStates:
    """The state of each project that some fact names: the result is a `ProjectTable`.

    `piece` is the state that status and profile are made of, by (project, name of the field).
    """

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection = select(None, where, vocabulary)
        self.piece = State(self._fields)
        options: dict[str, Any] = {"where": where, "vocabulary": vocabulary}
        self._product = Product(
            {
                "named": Union(self._named),
                "fields": self.piece,
                "parts": Participations(**options),
                "announced": Union(self._announced),
                "promised": Counts(["project", "kind", "item"], kind=_PROMISED, **options),
                "delivered": Counts(["project", "kind", "item"], kind=_DELIVERED, **options),
                "paid": MoneySums("project", kind=_PAID, **options),
            }
        )

    def initial(self) -> Any:
        """No projects."""
        return self._product.initial()

    def step(self, state: Any, fact: Fact) -> Any:
        """Weigh one fact, where it belongs to a project."""
        return state if fact.project is None else self._product.step(state, fact)

    def merge(self, one: Any, other: Any) -> Any:
        """Both."""
        return self._product.merge(one, other)

    def finish(self, state: Any) -> ProjectTable:
        """The projects, in order."""
        result = self._product.finish(state)
        parts, announced = defaultdict(list), defaultdict(list)
        for part in result["parts"]:
            parts[part.project].append(PartyRole(part.party, part.role, part.certain))
        for project, each in result["announced"]:
            announced[project].append(each)
        promised, delivered, paid = (_by_project(result[name]) for name in ("promised", "delivered", "paid"))
        return ProjectTable(
            tuple(
                ProjectState(
                    project=project,
                    parties=tuple(parts[project]),
                    announced=tuple(sorted(announced[project], key=in_order)),
                    promised=promised(project),
                    delivered=delivered(project),
                    paid=paid(project),
                    **{name: _possible(result["fields"].get((project, name), {None})) for name in ("status", *PROFILE)},
                )
                for project in sorted(result["named"])
            )
        )

    def _named(self, fact: Fact) -> Iterator[str]:
        if fact in self.selection and fact.project is not None:
            yield fact.project

    def _fields(self, fact: Fact) -> Iterator[tuple[_Field, Any]]:
        event = fact.event
        if fact not in self.selection:
            return
        if isinstance(event, Status):
            yield (event.project, "status"), event.status
        if isinstance(event, Project):
            for name in PROFILE:
                value = getattr(event, name)
                if value is not None:
                    yield (event.project, name), value

    def _announced(self, fact: Fact) -> Iterator[tuple[str, Announced]]:
        event = fact.event
        if isinstance(event, Announcement) and event.project is not None and fact in self.selection:
            yield event.project, Announced(event.intent, event.party, event.role, event.item, fact.id)


def _possible(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(values, key=_text))


def _text(value: str | DateRange | None) -> str:
    return value.text if isinstance(value, DateRange) else value or ""


def _by_project(table: Table) -> Callable[[str], Table]:
    """The part of a table that is about a project, without the project in its keys."""
    at = table.names.index("project")
    parts: dict[str | None, dict[SumKey, Bounds]] = defaultdict(dict)
    for row in table.rows:
        key = table.key_of(row)
        parts[key[at]][key[:at] + key[at + 1 :]] = row.bounds
    names = table.names[:at] + table.names[at + 1 :]
    return lambda project: Table.of(names, parts[project], money=table.money)
