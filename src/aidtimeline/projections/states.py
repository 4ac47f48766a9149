"""The state of each project, and who takes part in it, over all worlds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from aidtimeline.events import DEED, PROMISE, Announcement, Goods, Participation, Project, Status, kinds_that
from aidtimeline.projections.fields import Where, select
from aidtimeline.projections.keyed import in_order
from aidtimeline.projections.pieces import Finishing, Product, State, Union
from aidtimeline.projections.sums import Counts, MoneySums
from aidtimeline.projections.tables import Row, Table
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

_PROMISED = kinds_that(lambda each: each.nature is PROMISE)
_DELIVERED = kinds_that(lambda each: each.nature is DEED and issubclass(each, Goods))
_PAID = kinds_that(lambda each: each.nature is DEED and not issubclass(each, Goods))
PROFILE = ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end")


@frozen
class PartyRole:
    """A party that holds a role; `certain`: in every world."""

    party: str
    role: str
    certain: bool


@frozen
class Part:
    """A party's role in a project; `certain`: it holds it in every world."""

    project: str
    party: str
    role: str
    certain: bool


@frozen
class Announced:
    """An intention that was stated and that nothing has replaced for sure."""

    intent: str
    party: str | None
    role: str | None
    item: str | None
    id: str


@frozen(kw_only=True)
class ProjectState:
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


class Participations(Finishing):
    """Who holds which role in which project: the result is a tuple of `Part`, in order.

    `piece` is the state that it is made of, by (project, party, role).
    """

    piece: State[tuple[str, str, str], bool]

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection = select(None, where, vocabulary)
        self.piece = State(self._roles)

    def finish(self, state: Any) -> tuple[Part, ...]:
        """Those who hold a role in some world."""
        return tuple(
            Part(*key, certain=held == {True}) for key, held in sorted(self.piece.finish(state).items()) if True in held
        )

    def _roles(self, fact: Fact) -> Iterator[tuple[tuple[str, str, str], bool]]:
        event = fact.event
        if isinstance(event, Participation) and fact in self.selection:
            yield (event.project, event.party, event.role), not event.left


_Field: TypeAlias = tuple[str, str]


class ProjectStates:
    """The state of each project that some fact names: a mapping from its slug to its `ProjectState`.

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

    def finish(self, state: Any) -> Mapping[str, ProjectState]:
        """The projects, in order."""
        result = self._product.finish(state)
        parts, announced = defaultdict(list), defaultdict(list)
        for part in result["parts"]:
            parts[part.project].append(PartyRole(part.party, part.role, part.certain))
        for project, each in result["announced"]:
            announced[project].append(each)
        promised, delivered, paid = (_by_project(result[name]) for name in ("promised", "delivered", "paid"))
        return {
            project: ProjectState(
                project=project,
                parties=tuple(parts[project]),
                announced=tuple(sorted(announced[project], key=_intention)),
                promised=promised(project),
                delivered=delivered(project),
                paid=paid(project),
                **{name: _possible(result["fields"].get((project, name), {None})) for name in ("status", *PROFILE)},
            )
            for project in sorted(result["named"])
        }

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


def _intention(each: Announced) -> tuple[Any, ...]:
    return in_order((each.intent, each.party, each.role, each.item, each.id))


def _by_project(table: Table) -> Callable[[str], Table]:
    """Parts a table by project: each part is without the project in its keys."""
    at = table.names.index("project")

    def without(key: tuple[Any, ...]) -> tuple[Any, ...]:
        return key[:at] + key[at + 1 :]

    rows: dict[str | None, list[Row]] = defaultdict(list)
    for row in table.rows:
        rows[row.key[at]].append(Row(without(row.key), row.unit, row.bounds))
    return lambda project: Table(without(table.names), tuple(rows[project]))
