"""The pieces of which projections are built, beside `Sum`: states, unions, and products of these.

Each keeps one running sum of the plain facts. Facts that are linked by supersession are kept as they are, because a
group can be weighed only when all of it is there. See docs/semantics.md, "Projections".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, Self, TypeVar

from attrs import Factory, define, frozen

from aidtimeline.projections.protocol import Projection
from aidtimeline.semantics import Fact, Group, Latest, Possible, Rank, worths_of

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)
W = TypeVar("W")


@define
class _Parts(Generic[K, W]):
    """The state of `State` as a fold: what the plain facts come to, by key, and the linked facts' terms."""

    plain: dict[K, W] = Factory(dict)
    linked: list[tuple[Fact, tuple[tuple[K, Any], ...]]] = Factory(list)

    def by_group(self) -> Iterable[tuple[Group, dict[K, dict[str, Any]]]]:
        """Each group of linked facts with, by key, the term of each fact (by id)."""
        groups: dict[str, tuple[Group, dict[K, dict[str, Any]]]] = {}
        for fact, terms in self.linked:
            if fact.group is not None:
                _, by_key = groups.setdefault(fact.group.key, (fact.group, {}))
                for key, term in terms:
                    by_key.setdefault(key, {})[fact.id] = term
        return groups.values()

    def add(self, key: K, value: W, together: Callable[[W, W], W]) -> None:
        """Combine a value with what is there for the key."""
        self.plain[key] = together(self.plain[key], value) if key in self.plain else value

    def merged(self, other: _Parts[K, W], together: Callable[[W, W], W]) -> _Parts[K, W]:
        """Both, as a new state."""
        merged = _Parts(dict(self.plain), self.linked + other.linked)
        for key, value in other.plain.items():
            merged.add(key, value, together)
        return merged


class Values(frozenset[V | None]):
    """The set of values that a state may have; None stands for a world in which it is not set yet.

    `values` are all that it may be. `loose`: whatever it may be is in the set, but the set may have more.

    >>> values = Values({"closed", None}, loose=True)
    >>> values == {"closed", None}, values.loose
    (True, True)
    """

    loose: bool

    def __new__(cls, values: Iterable[V | None] = (), loose: bool = False) -> Self:
        """Make the set."""
        made = super().__new__(cls, values)
        made.loose = loose
        return made


def _first_to_last(fact: Fact) -> tuple[Rank, Rank]:
    return fact.first, fact.last


@frozen
class State(Generic[K, V]):
    """States: of the facts that count, the last decides. Two whose dates overlap may have come in either order.

    `terms` gives for each fact which keys it sets to which values, and `ranks` the first and the last place that it may
    have among other facts: by default `Fact.first` and `Fact.last`. The result gives for each key that a fact may set
    its possible `Values`.

    >>> from aidtimeline import Timeline
    >>> statuses = State(lambda fact: [(fact.project, fact.status)] if fact.kind == "status" else [])
    >>> Timeline.open("events").as_of("2023-11-28").replay(statuses)["hd-equipment"]
    Values({'implementation'})
    """

    terms: Callable[[Fact], Iterable[tuple[K, V]]]
    ranks: Callable[[Fact], tuple[Rank, Rank]] = _first_to_last

    def initial(self) -> _Parts[K, Possible[V]]:
        """Nothing stated."""
        return _Parts()

    def step(self, state: _Parts[K, Possible[V]], fact: Fact) -> _Parts[K, Possible[V]]:
        """Weigh what the fact states, or keep it for the end if it is linked."""
        said = tuple(self.terms(fact))
        if not said:
            return state
        latest: Latest[V] = Latest()
        first, last = self.ranks(fact)
        terms = tuple((key, latest.stated(value, first, last)) for key, value in said)
        if fact.group is not None:
            state.linked.append((fact, terms))
            return state
        for key, stated in terms:
            state.add(key, stated if fact.certain else latest.either(stated, latest.nothing), latest.together)
        return state

    def merge(self, one: _Parts[K, Possible[V]], other: _Parts[K, Possible[V]]) -> _Parts[K, Possible[V]]:
        """What the facts of both state."""
        return one.merged(other, Latest[V]().together)

    def finish(self, state: _Parts[K, Possible[V]]) -> dict[K, Values[V]]:
        """The possible values of each key."""
        latest: Latest[V] = Latest()
        states: _Parts[K, Possible[V]] = _Parts(dict(state.plain))
        loose: dict[K, list[Possible[V]]] = defaultdict(list)
        for group, by_key in state.by_group():
            for key, (possible, is_loose) in worths_of(group, by_key, latest).items():
                states.add(key, possible, latest.together)
                if is_loose:
                    loose[key].append(possible)
        return {key: _values(possible, loose.get(key, ())) for key, possible in states.plain.items()}


def _values(possible: Possible[V], loose: Iterable[Possible[V]]) -> Values[V]:
    """The values of a state, given the worths of groups in it that are loose.

    One value alone is exact. A group of which all comes too early to decide makes nothing loose.
    """
    may_decide = any(rank >= possible.least for each in loose for rank in each.ranks.values())
    return Values(possible.ranks, loose=may_decide and len(possible.ranks) > 1)


class Finishing:
    """The fold of one piece, `piece`. A subclass says in `finish` what becomes of it."""

    piece: Projection[Any, Any]

    def initial(self) -> Any:
        """The piece's initial state."""
        return self.piece.initial()

    def step(self, state: Any, fact: Fact) -> Any:
        """The piece's next state."""
        return self.piece.step(state, fact)

    def merge(self, one: Any, other: Any) -> Any:
        """The piece's states merged."""
        return self.piece.merge(one, other)


@frozen
class Union(Generic[K]):
    """Unions: all that is said by the facts that may count. `said` gives what each fact says.

    >>> from aidtimeline import Timeline
    >>> donors = Union(lambda fact: {fact.donor} - {None} if fact.kind == "delivery" else ())
    >>> sorted(Timeline.open("events").as_of("2023-11-28").replay(donors))
    ['JP']
    """

    said: Callable[[Fact], Iterable[K]]

    def initial(self) -> set[K]:
        """Nothing said."""
        return set()

    def step(self, state: set[K], fact: Fact) -> set[K]:
        """Add what the fact says."""
        state.update(self.said(fact))
        return state

    def merge(self, one: set[K], other: set[K]) -> set[K]:
        """What is said in both."""
        return one | other

    def finish(self, state: set[K]) -> frozenset[K]:
        """All that is said."""
        return frozenset(state)


@frozen
class Product:
    """Several `projections` in one pass. The result has each one's result by its name.

    >>> from aidtimeline import Timeline
    >>> both = Product({"kinds": Union(lambda fact: [fact.kind]), "facts": Union(lambda fact: [fact.id])})
    >>> result = Timeline.open("events").as_of("2023-11-28").replay(both)
    >>> list(result), "pledge" in result["kinds"]
    (['kinds', 'facts'], True)
    """

    projections: Mapping[str, Projection[Any, Any]]

    def initial(self) -> dict[str, Any]:
        """Each one's initial state."""
        return {name: each.initial() for name, each in self.projections.items()}

    def step(self, state: dict[str, Any], fact: Fact) -> dict[str, Any]:
        """Each one's next state."""
        for name, each in self.projections.items():
            state[name] = each.step(state[name], fact)
        return state

    def merge(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        """Each one's states merged."""
        return {name: each.merge(one[name], other[name]) for name, each in self.projections.items()}

    def finish(self, state: dict[str, Any]) -> dict[str, Any]:
        """Each one's result."""
        return {name: each.finish(state[name]) for name, each in self.projections.items()}
