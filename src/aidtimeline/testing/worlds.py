"""The laws of bounds for any projection: its result on a view, compared with its results on each world of the view.

A world of a view is one choice of what has happened; in it every fact that counts is certain and has no links. So a
projection need not know about worlds: it is simply run on each. The bounds and quantities in its result on the view
must contain those of each world, and be no wider than all worlds together; nothing else in the result is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any, TypeAlias

import attrs

from aidtimeline.projections import Bounds, Projection
from aidtimeline.projections.protocol import run
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import LawBroken
from aidtimeline.values.amounts import Quantity

MOST_UNDECIDED = 10
"""Views with more undecided facts than this have too many worlds to try, and are not tested."""

Path: TypeAlias = tuple[object, ...]
Ends: TypeAlias = tuple[Decimal, Decimal | None]
_NOTHING: Ends = Decimal(0), Decimal(0)


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


def soundness(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """Law 6: the bounds contain what is true in each world."""
    view = dict(_bounds(run(facts, projection)))
    for world in worlds(facts):
        for path, true in _bounds(run(world, projection)):
            bounds = _ends(view.get(path))
            if not _contains(bounds, true):
                said = f"{_shown(path)} is {_text(*true)} where {_counting(world)}"
                raise LawBroken("soundness", f"{said}, and the bounds are {_text(*bounds)}")


def tightness(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """Law 7: bounds that are not flagged loose are reached in some world, or approached if a quantity is open."""
    results = [dict(_bounds(run(world, projection))) for world in worlds(facts)]
    for path, found in _bounds(run(facts, projection), loose=False):
        if results:
            ends = [_ends(each.get(path)) for each in results]
            highs = [high for _, high in ends if high is not None]
            reached = min(low for low, _ in ends), max(highs) if len(highs) == len(ends) else None
            if reached != found:
                said = f"{_shown(path)} is {_text(*found)}, and over all worlds {_text(*reached)}"
                raise LawBroken("tightness", said)


def no_wider(after: object, before: object) -> bool:
    """Whether no bounds in one result are wider than in another; True if some of them are loose."""
    old, new = dict(_bounds(before)), dict(_bounds(after))
    if old != dict(_bounds(before, loose=False)) or new != dict(_bounds(after, loose=False)):
        return True
    return all(_contains(_ends(old.get(path)), _ends(new.get(path))) for path in old.keys() | new.keys())


def _contains(outer: Ends, inner: Ends) -> bool:
    return outer[0] <= inner[0] and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _bounds(result: object, path: Path = (), *, loose: bool = True) -> Iterator[tuple[Path, Ends]]:
    """All bounds in a result, at any depth of mappings, lists and results by key, each with its path."""
    if isinstance(result, Bounds | Quantity):
        if loose or not getattr(result, "loose", False):
            yield path, (result.low, result.high)
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


def _ends(found: Ends | None) -> Ends:
    """What is not in a result counts as zero."""
    return _NOTHING if found is None else found


def _text(low: Decimal, high: Decimal | None) -> str:
    return str(Quantity(low, high))


def _shown(path: Path) -> str:
    return ", ".join(map(str, path)) or "the result"


def _counting(world: Iterable[Fact]) -> str:
    return " and ".join(f"{fact.kind} {fact.id[:8]}" for fact in world) + " count" if world else "nothing counts"
