"""What is behind an answer: which facts, and what each does there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from functools import partial
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.explain.reasons import Part
from aidtimeline.projections import State, Sum, Term, fold
from aidtimeline.projections.results import found_key
from aidtimeline.projections.sums import Sums
from aidtimeline.semantics import Fact
from aidtimeline.semantics.provenance import superseders
from aidtimeline.semantics.view import Viewed


@runtime_checkable
class Explained(Protocol):
    """A projection that can be explained: one that is made of one sum or one state."""

    @property
    def piece(self) -> Sum[Any] | State[Any, Any]:
        """The sum or the state."""


@frozen
class Behind:
    """An answer, and what is behind it, by the ids of facts.

    `parts` says of each fact what part it has, and what it adds or states; the facts are explained part by part, in the
    order in which parts first occur. `replacing` are those that may replace them. `facts` are those that do not count
    as in the view, as they do count. `name`, `answer`, `unit` and `currency` are those of an `Explanation`.
    """

    name: str
    answer: Any
    parts: Mapping[str, tuple[Part, object]]
    replacing: Collection[str]
    facts: tuple[Fact, ...] = ()
    unit: str | None = None
    currency: str | None = None


def behind_piece(view: Viewed, projection: object, key: Hashable) -> Behind:
    """What is behind one sum or one state: the facts that add to it or state it. For errors see `explain`."""
    if not isinstance(projection, Explained):
        raise UsageError(f"only what has one sum or one state can be explained, not {type(projection).__name__}")
    piece: Any = projection.piece
    sums = projection if isinstance(projection, Sums) else None
    units = sums is not None and not sums.money
    names = () if sums is None else (*sums.names, "unit") if units else sums.names
    by_key: dict[Any, dict[str, Any]] = defaultdict(dict)
    for fact in view.facts:
        for each, term in piece.terms(fact):
            by_key[each][fact.id] = term
    whole = found_key(key, by_key, names, units=units)
    terms = by_key[whole]
    counting = [fact for fact in view.facts if fact.id in terms]
    adds = partial(_adds, piece=piece, key=whole)
    values, unit = (whole[:-1], whole[-1]) if units else (whole, None)
    return Behind(
        name=in_words(values),
        answer=piece.finish(fold(counting, piece))[whole],
        parts={each: ("counts", term.amount if isinstance(term, Term) else term) for each, term in terms.items()},
        replacing=superseders(counting, view.belief, view.as_of, adds),
        unit=unit,
        currency=values[sums.names.index("currency")] if sums is not None and sums.money else None,
    )


def _adds(fact: Fact, *, piece: Any, key: Hashable) -> bool:
    return any(each == key for each, _ in piece.terms(fact))


def in_words(key: object) -> str:
    """A key in words: its values, without None."""
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(str(each) for each in values if each is not None) or "all"
