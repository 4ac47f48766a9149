"""The laws of bounds for any projection: its result on a view, compared with its results on each world of the view.

A world of a view is one choice of what has happened; in it every fact that counts is certain and has no links. So a
projection need not know about worlds: it is simply run on each. The bounds and quantities in its result on the view
must contain those of each world, and be no wider than all worlds together; nothing else in the result is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import product
from typing import Any, TypeAlias

import attrs

from aidtimeline.events import Record
from aidtimeline.projections import Bounds, Projection
from aidtimeline.projections.protocol import run
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import Cuts, LawBroken, facts_at
from aidtimeline.values.amounts import ZERO, Quantity

MOST_UNDECIDED = 10
"""Views with more undecided facts than this have too many worlds to try, and are not tested."""

Path: TypeAlias = tuple[object, ...]


def worlds(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """The facts that count in each world of a view, each certain; no worlds if there are too many.

    A fact that has surely been superseded is in no view, and so in no world.

    >>> list(worlds([]))
    [[]]
    """
    groups = {fact.group.key: fact.group for fact in facts if fact.group is not None}
    undecided = [fact.id for fact in facts if fact.group is None and not fact.certain]
    undecided += [each for group in groups.values() for each in group.members if group.happened[each] == "perhaps"]
    if len(undecided) > MOST_UNDECIDED:
        return
    for choice in product((True, False), repeat=len(undecided)):
        happened = {each for each, yes in zip(undecided, choice, strict=True) if yes}
        replaced: set[str] = set()
        for group in groups.values():
            for each in group.members:  # what supersedes comes before what it supersedes
                if any(other in replaced or other in happened for other in group.above[each]):
                    replaced.add(each)
        yield [
            attrs.evolve(fact, certain=True, group=None)
            for fact in facts
            if fact.id not in replaced and (fact.id in happened or fact.id not in undecided)
        ]


def soundness(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Law 6: the bounds contain what is true in each world."""
    facts = facts_at(records, cuts)
    view = dict(_bounds(run(facts, projection)))
    for world in worlds(facts):
        for path, true in _bounds(run(world, projection)):
            found = view.get(path, ZERO)
            if not found.contains(true):
                said = f"{_shown(path)} is {true} where {_counting(world)}, and the bounds are {found}"
                raise LawBroken("soundness", said)


def tightness(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Law 7: bounds that are not flagged loose are reached in some world, or approached if a quantity is open."""
    facts = facts_at(records, cuts)
    results = [dict(_bounds(run(world, projection))) for world in worlds(facts)]
    for path, found in _bounds(run(facts, projection), loose=False):
        true = [each.get(path, ZERO) for each in results]
        reached = reduce(Quantity.hull, true) if true else found
        if reached != found:
            raise LawBroken("tightness", f"{_shown(path)} is {found}, and over all worlds {reached}")


def no_wider(after: object, before: object) -> bool:
    """Whether no bounds in one result are wider than in another; True if some of them are loose."""
    old, new = dict(_bounds(before)), dict(_bounds(after))
    if old != dict(_bounds(before, loose=False)) or new != dict(_bounds(after, loose=False)):
        return True
    return all(old.get(path, ZERO).contains(new.get(path, ZERO)) for path in old.keys() | new.keys())


def _bounds(result: object, path: Path = (), *, loose: bool = True) -> Iterator[tuple[Path, Quantity]]:
    """All bounds in a result, at any depth of mappings, lists and results by key, each with its path.

    Only their ends are compared, never their flags; what is not in a result counts as zero.
    """
    if isinstance(result, Bounds | Quantity):
        if loose or not getattr(result, "loose", False):
            yield path, Quantity(result.low, result.high)
        return
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(result, Result):
        parts = result.answers.items()
    elif isinstance(result, Mapping):
        parts = result.items()
    elif isinstance(result, tuple | list):
        parts = enumerate(result)
    for name, part in parts:
        yield from _bounds(part, (*path, name), loose=loose)


def _shown(path: Path) -> str:
    return ", ".join(map(str, path)) or "the result"


def _counting(world: Iterable[Fact]) -> str:
    return " and ".join(f"{fact.kind} {fact.id[:8]}" for fact in world) + " count" if world else "nothing counts"
