"""What is behind an answer: which facts, and what each does there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, runtime_checkable

from attrs import evolve, frozen

from aidtimeline.errors import UsageError
from aidtimeline.explain.reasons import Part
from aidtimeline.projections import Participations, ProjectStates, State, Sum, Term, fold
from aidtimeline.projections.fields import Condition, Selection
from aidtimeline.projections.results import found_key, whole_of
from aidtimeline.projections.sums.conversions import NOT_CONVERTED, Conversions, conversions_of
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact
from aidtimeline.semantics.between import links_between
from aidtimeline.semantics.provenance import superseders
from aidtimeline.semantics.view import Viewed


@runtime_checkable
class Explained(Protocol):
    """A projection that can be explained: one that is made of one sum or one state.

    >>> from aidtimeline import Timeline
    >>> class Given:
    ...     piece = Sum(lambda fact: [("truck", Term(fact.quantity))] if fact.item == "truck" and fact.quantity else [])
    >>> for reason in Timeline.open("events").as_of("2023-11-28").explain(Given(), "truck").rows:
    ...     print(reason.part, reason.states)
    counts 30
    """

    @property
    def piece(self) -> Sum[Any] | State[Any, Any]:
        """The sum or the state."""


@frozen
class Behind:
    """An answer, and what is behind it, by the ids of facts.

    `parts` says of each fact what part it has, and what it adds or states; the facts are explained part by part, in the
    order in which parts first occur. `replacing` are those that may replace them. `facts` are those that do not count
    as in the view, as they do count. `key`, `name`, `answer`, `unit` and `currency` are those of an `Explanation`.
    `view` is one that has all of them; `conversions` are those of a sum of money.
    """

    key: tuple[Any, ...]
    name: str
    answer: Any
    parts: Mapping[str, tuple[Part, object]]
    replacing: Collection[str]
    facts: tuple[Fact, ...] = ()
    unit: str | None = None
    currency: str | None = None
    view: Viewed | None = None
    conversions: Conversions = NOT_CONVERTED


def behind_piece(view: Viewed, projection: object, key: Hashable) -> Behind:
    """What is behind one sum or one state: the facts that add to it or state it. For errors see `explain`."""
    if not isinstance(projection, Explained):
        raise UsageError(f"only what has one sum or one state can be explained, not {type(projection).__name__}")
    sums = projection if isinstance(projection, Sums) else None
    if sums is not None and sums.by_date and sums.listed is None:
        projection = sums = sums.listing(view.replay(sums).keys())
    piece: Any = projection.piece
    units = sums is not None and not sums.money
    names = () if sums is None else (*sums.names, "unit") if units else sums.names
    whole_view, view = view, _narrowed(view, projection, key)
    by_key: dict[Any, dict[str, Any]] = defaultdict(dict)
    for fact in view.facts:
        for each, term in piece.terms(fact):
            by_key[each][fact.id] = term
    whole = whole_of(key, by_key, units=units)
    if whole is None:
        found_key(key, _keys(whole_view, projection), names, units=units)
    terms = by_key[whole]
    counting = [fact for fact in view.facts if fact.id in terms]
    beside = list(_beside(counting, view)) if sums is not None else []
    adds = partial(_adds, piece=piece, key=whole)
    through = set() if sums is None else links_between(counting, view.belief)
    replacing = superseders([*counting, *beside], view.belief, view.as_of, adds, through)
    parts: dict[str, tuple[Part, object]] = {
        each: ("counts", term.amount if isinstance(term, Term) else term) for each, term in terms.items()
    }
    parts |= {fact.id: ("whole", None) for fact in beside}
    off = (each for fact in counting if fact.takes_off is not None for each in fact.takes_off.promises)
    parts |= {each.id: ("links", None) for each in off if each.id not in parts and each.id not in replacing}
    parts |= {each: ("links", None) for each in sorted(through) if each not in parts and each not in replacing}
    values, unit = (whole[:-1], whole[-1]) if units else (whole, None)
    return Behind(
        key=whole if isinstance(whole, tuple) else (whole,),
        name=in_words(values),
        answer=piece.finish(fold([*counting, *beside], piece))[whole],
        parts=parts,
        replacing=replacing,
        unit=unit,
        currency=values[sums.names.index("currency")] if sums is not None and sums.money else None,
        view=view,
        conversions=NOT_CONVERTED if sums is None else conversions_of(counting, sums),
    )


def _narrowed(view: Viewed, projection: Any, key: Hashable) -> Viewed:
    """A view with the facts that add to the key of a sum, or that a state is asked of, if that is known."""
    selection = getattr(projection, "selection", None)
    if not isinstance(selection, Selection):
        return view
    if isinstance(projection, Sums):
        values = key if isinstance(key, tuple) else (key,)
        selection = evolve(selection, where=(*selection.where, *projection.conditions((*values, None))))
    elif key and isinstance(key, tuple) and isinstance(projection, ProjectStates | Participations):
        project = Condition.of("project", key[0])
        selection = evolve(selection, where=(*selection.where, project))
    return view.narrowed(selection)


def _keys(view: Viewed, projection: Any) -> Collection[Any]:
    """All keys of a projection, in order."""
    if isinstance(projection, Sums):
        keys: Collection[Any] = view.replay(projection).keys()
        return keys
    facts = _narrowed(view, projection, ()).facts
    return list(dict.fromkeys(key for fact in facts for key, _ in projection.piece.terms(fact)))


def _beside(counting: Iterable[Fact], view: Viewed) -> Iterator[Fact]:
    """The facts that are not asked for of wholes that are, if a part of the whole is asked for too."""
    ids = {fact.id for fact in counting}
    lines = [fact.line for fact in counting if fact.line is not None]
    wholes = {line.node for line in lines if line.is_whole} if any(line.whole is not None for line in lines) else set()
    for fact in view.facts if wholes else ():
        if fact.line is not None and fact.line.node in wholes and fact.id not in ids:
            yield fact


def _adds(fact: Fact, *, piece: Any, key: Hashable) -> bool:
    return any(each == key for each, _ in piece.terms(fact))


def profiles(projects: Iterable[str | None], facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts that say which project each of these projects is a part of, and so on upwards."""
    parents: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    for fact in facts:
        if fact.parent is not None and fact.project is not None:
            parents[fact.project].append((fact.parent, fact))
    waiting = [each for each in projects if each is not None]
    met = set[str]()
    while waiting:
        project = waiting.pop()
        if project not in met:
            met.add(project)
            for parent, fact in parents[project]:
                yield fact
                waiting.append(parent)


def in_words(key: object) -> str:
    """A key in words: its values, without None."""
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(str(each) for each in values if each is not None) or "all"
