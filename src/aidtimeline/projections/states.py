"""The state of each project, and the roles of parties in it; see docs/semantics.md, "States"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.events import DEED, PROMISE, Announcement, Goods, Participation, Project, Status, kinds_that
from aidtimeline.projections.fields import Selection, Where, select
from aidtimeline.projections.pieces import Finishing, Product, State, Union
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order, row_type
from aidtimeline.projections.sums.counting import Counts, MoneySums, Sums
from aidtimeline.projections.sums.tables import Table
from aidtimeline.semantics import Fact, Rank
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

PROMISED = kinds_that(lambda each: each.nature is PROMISE)
_DELIVERED = kinds_that(lambda each: each.nature is DEED and issubclass(each, Goods))
_PAID = kinds_that(lambda each: each.nature is DEED and not issubclass(each, Goods))
PROFILE = ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end")
"""The fields of a project's profile, which change one by one."""
STATES = ("title", "status", *PROFILE[1:])
"""The fields of a project of which the last report decides."""


class PartyRole(NamedTuple):
    """A party and its role; `certain` and `loose` are those of a `Part`.

    `party` is a slug, `role` one of `ROLES`.

    >>> from aidtimeline import Timeline
    >>> Timeline.open("events").as_of("2023-11-28").projects()["contact-group"].parties[0][:3]
    ('US', 'lead', True)
    """

    party: str
    role: str
    certain: bool
    loose: bool = False


class Part(NamedTuple):
    """A party's role in a project.

    `certain`: it holds the role in every world. If not, it holds it in some, or if it is `loose`, perhaps in none.

    `project` and `party` are slugs, `role` is one of `ROLES`.

    >>> from aidtimeline import Timeline
    >>> Timeline.open("events").as_of("2023-11-28").participation({"role": "lead"}).rows[0][:4]
    ('contact-group', 'US', 'lead', True)
    """

    project: str
    party: str
    role: str
    certain: bool
    loose: bool = False


class Announced(NamedTuple):
    """An announced intention that may still stand. `id` is that of its fact.

    `intent` is the kind of event that was announced; the other fields say of whom and what, None: not stated.

    `party` is to take the `role`, and `item` is what the event would be about.

    >>> from aidtimeline import Timeline
    >>> projects = Timeline.open("events").as_of("2023-11-28").projects()
    >>> next(each.intent for project in projects for each in project.announced)
    'announcement'
    """

    intent: str
    party: str | None
    role: str | None
    item: str | None
    id: str


class ProjectState(NamedTuple):
    """The state of a project at the cut.

    `status` and the fields of the profile are tuples of possible values, in order; None comes first and means that none
    may have been stated yet. `promised` and `delivered` are counts by kind and item, `promised_money` and `paid` sums
    by kind and currency. `loose` names the fields that may have fewer values than these; `parties` is among them if a
    role is perhaps never held.

    `project` is its slug. The profile is `title`, `parent` (the project that it is a part of), and the dates
    `planned_start`, `planned_end`, `actual_start` and `actual_end`. `parties` are the roles that are held, or may
    be; `announced` are the intentions that may still stand.

    >>> from aidtimeline import Timeline
    >>> state = Timeline.open("events").as_of("2023-11-28").projects()["contact-group-demining"]
    >>> state.status, state.parent, state.parties[0].party
    (('pipeline',), ('contact-group',), 'LT')
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
    promised_money: Table
    delivered: Table
    paid: Table
    loose: tuple[str, ...] = ()


@frozen
class ProjectTable(Result[ProjectState, ProjectState]):
    """The state of each project that a fact names, ordered by slug; the key is the slug.

    >>> from aidtimeline import Timeline
    >>> projects = Timeline.open("events").as_of("2023-11-28").projects()
    >>> projects["hd-equipment"].status, "no-such-project" in projects
    (('implementation',), False)
    """

    rows: tuple[ProjectState, ...]

    @property
    def key_names(self) -> tuple[str, ...]:
        """The project alone."""
        return ("project",)


@frozen
class ParticipationTable(Result[Part, Part]):
    """Who has which role in which project, ordered by project, party and role, which are the key.

    >>> from aidtimeline import Timeline
    >>> roles = Timeline.open("events").as_of("2023-11-28").participation()
    >>> roles["contact-group", "US", "lead"].certain
    True
    """

    rows: tuple[Part, ...]

    @property
    def key_names(self) -> tuple[str, ...]:
        """The project, the party and its role."""
        return ("project", "party", "role")


class Participations(Finishing):
    """Who has which role in which project. The result is a `ParticipationTable`.

    `piece` is the state behind it: whether a role is held, by (project, party, role).

    Args:
        where: Which facts are asked for: for each of `FIELDS` a value or several alternatives; None is an empty field.
        vocabulary: The categories of items, if a field is `item-category`.

    Raises:
        UsageError: An unknown field.

    >>> from aidtimeline import Timeline
    >>> roles = Timeline.open("events").as_of("2023-11-28").replay(Participations(where={"role": "lead"}))
    >>> for part in roles:
    ...     print(part.project, part.party, part.role, part.certain)
    contact-group US lead True
    contact-group-demining LT lead True
    >>> ("contact-group", "JP", "lead") in roles
    False
    """

    piece: State[tuple[str, str, str], bool]

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection: Selection = select(None, where, vocabulary)
        self.piece = State(self._roles, _taken_or_left)

    def finish(self, state: Any) -> ParticipationTable:
        """The roles that are held in some world."""
        held = sorted(self.piece.finish(state).items())
        return ParticipationTable(
            tuple(Part(*key, len(values) == 1, values.loose) for key, values in held if True in values)
        )

    def _roles(self, fact: Fact) -> Iterator[tuple[tuple[str, str, str], bool]]:
        event = fact.event
        if isinstance(event, Participation) and fact in self.selection:
            yield (event.project, event.party, event.role), not event.left


def _taken_or_left(fact: Fact) -> tuple[Rank, Rank]:
    """A role that is left is no longer held, unless it is surely taken later: first of the one, last of the other."""
    rank = fact.last if fact.left else fact.first
    return rank, rank


_Field: TypeAlias = tuple[str, str]


class ProjectStates:
    """The state of each project that a fact names. The result is a `ProjectTable`.

    `piece` is the state behind status and profile: the values of a field, by (project, name of the field). `states` and
    `sums` are all that a project is told of, by their names. `where` and `vocabulary` are as for `Participations`.

    >>> from aidtimeline import Timeline
    >>> projects = Timeline.open("events").as_of("2023-11-28").replay(ProjectStates())
    >>> project = projects["contact-group-demining"]
    >>> project.status, project.parent, [(each.party, each.role) for each in project.parties]
    (('pipeline',), ('contact-group',), [('LT', 'lead')])
    """

    def __init__(self, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.selection: Selection = select(None, where, vocabulary)
        self.piece: State[_Field, Any] = State(self._fields)
        options: dict[str, Any] = {"where": where, "vocabulary": vocabulary}
        self.sums: Mapping[str, Sums] = {
            "promised": Counts(["project", "kind", "item"], kind=PROMISED, **options),
            "promised_money": MoneySums("project", kind=PROMISED, **options),
            "delivered": Counts(["project", "kind", "item"], kind=_DELIVERED, **options),
            "paid": MoneySums("project", kind=_PAID, **options),
        }
        self.states: Product = Product(
            {
                "named": Union(self._named),
                "fields": self.piece,
                "parts": Participations(**options),
                "announced": Union(self._announced),
            }
        )
        self._product = Product({**self.states.projections, **self.sums})

    def initial(self) -> Any:
        """The state of no facts."""
        return self._product.initial()

    def step(self, state: Any, fact: Fact) -> Any:
        """Add a fact."""
        return self._product.step(state, fact)

    def merge(self, one: Any, other: Any) -> Any:
        """The state of the facts of both."""
        return self._product.merge(one, other)

    def finish(self, state: Any) -> ProjectTable:
        """The projects, ordered by slug."""
        return self.table(self._product.finish(state))

    def table(self, result: Mapping[str, Any]) -> ProjectTable:
        """The projects, ordered by slug, given the results of `states` and of `sums`, each by its name."""
        fields: dict[_Field, Any] = result["fields"]
        parts, announced = defaultdict(list), defaultdict(list)
        loose: dict[str, set[str]] = defaultdict(set)
        for part in result["parts"]:
            parts[part.project].append(PartyRole(*part[1:]))
            if part.loose:
                loose[part.project].add("parties")
        for (project, name), values in fields.items():
            if values.loose:
                loose[project].add(name)
        for project, intention in result["announced"]:
            announced[project].append(intention)
        sums = {name: _by_project(result[name]) for name in self.sums}
        return ProjectTable(
            tuple(
                ProjectState(
                    project=project,
                    parties=tuple(parts[project]),
                    announced=tuple(sorted(announced[project], key=in_order)),
                    loose=tuple(each for each in (*STATES, "parties") if each in loose[project]),
                    **{name: _in_order(fields.get((project, name), _UNSAID)) for name in STATES},  # type: ignore[arg-type]
                    **{name: of_project(project) for name, of_project in sums.items()},  # type: ignore[arg-type]
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


_UNSAID = (None,)


def _in_order(values: Collection[Any]) -> tuple[Any, ...]:
    """Texts or dates in the order of their texts, None first."""
    if len(values) == 1:
        return tuple(values)
    return tuple(sorted(values, key=lambda value: value.text if isinstance(value, DateRange) else value or ""))


def _by_project(table: Table) -> Callable[[str], Table]:
    """A function that gives the part of a table about a project, without the project in the keys."""
    at = table.names.index("project")
    names = table.names[:at] + table.names[at + 1 :]
    nothing = Table(names, (), table.money)
    make = row_type(Table.ROW, names, table.units)._make
    parts: dict[str, list[Any]] = defaultdict(list)
    for row in table.rows:  # they stay in order
        parts[row[at]].append(make(row[:at] + row[at + 1 :]))
    tables = {project: Table(names, tuple(rows), table.money) for project, rows in parts.items()}
    return lambda project: tables.get(project, nothing)
