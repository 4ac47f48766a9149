"""The laws of bounds for any projection: what it says of a view, held against what it says of each of its worlds.

A world of a view is one choice of what has happened; in it every fact that counts is certain, and linked to none. So a
projection needs to know nothing of worlds to be held to them: it is asked again in each. Bounds and quantities in its
result are held to contain the world's, and to be no wider than the worlds are; all else in the result is its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any, TypeAlias

import attrs

from aidtimeline.projections import Bounds, Projection
from aidtimeline.projections.keyed import ByKey
from aidtimeline.projections.protocol import run
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import LawBroken
from aidtimeline.values.amounts import Quantity

MOST_UNDECIDED = 10
"""Views with more undecided facts than this have too many worlds to go through; nothing is said of them."""

Path: TypeAlias = tuple[object, ...]
Ends: TypeAlias = tuple[Decimal, Decimal | None]
_NOTHING: Ends = Decimal(0), Decimal(0)


def worlds(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """The facts that count in each world of a view, each certain; none where there are too many worlds.

    What has surely been replaced is in no view, and so in none of its worlds.

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
    """Law 6: bounds contain what is true in each world."""
    view = dict(_bounds(run(facts, projection)))
    for world in worlds(facts):
        for path, true in _bounds(run(world, projection)):
            bounds = _ends(view.get(path))
            if not _contains(bounds, true):
                said = f"{_shown(path)} is {_text(*true)} where {_counting(world)}"
                raise LawBroken("soundness", f"{said}, and the bounds are {_text(*bounds)}")


def tightness(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """Law 7: bounds that are not flagged loose are reached, or approached where a quantity is open, in some world."""
    told = [dict(_bounds(run(world, projection))) for world in worlds(facts)]
    for path, found in _bounds(run(facts, projection), loose=False):
        if told:
            ends = [_ends(each.get(path)) for each in told]
            highs = [high for _, high in ends if high is not None]
            reached = min(low for low, _ in ends), max(highs) if len(highs) == len(ends) else None
            if reached != found:
                said = f"{_shown(path)} is {_text(*found)}, and over all worlds {_text(*reached)}"
                raise LawBroken("tightness", said)


def no_wider(after: object, before: object) -> bool:
    """Whether no bounds in one result are wider than the same in another; nothing is said where some are loose."""
    old, new = dict(_bounds(before)), dict(_bounds(after))
    if old != dict(_bounds(before, loose=False)) or new != dict(_bounds(after, loose=False)):
        return True
    return all(_contains(_ends(old.get(path)), _ends(new.get(path))) for path in old.keys() | new.keys())


def _contains(outer: Ends, inner: Ends) -> bool:
    return outer[0] <= inner[0] and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _bounds(result: object, path: Path = (), *, loose: bool = True) -> Iterator[tuple[Path, Ends]]:
    """All bounds in a result, however deep in mappings, lists and attrs classes, with where they are."""
    if isinstance(result, Bounds | Quantity):
        if loose or not getattr(result, "loose", False):
            yield path, (result.low, result.high)
        return
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(result, ByKey):
        parts = (((*row.key, row.unit), result.answer(row)) for row in result.rows)
    elif isinstance(result, Mapping):
        parts = result.items()
    elif isinstance(result, tuple | list):
        parts = enumerate(result)
    for name, part in parts:
        yield from _bounds(part, (*path, name), loose=loose)


def _ends(found: Ends | None) -> Ends:
    """What is not in a result is nothing."""
    return _NOTHING if found is None else found


def _text(low: Decimal, high: Decimal | None) -> str:
    return str(Quantity(low, high))


def _shown(path: Path) -> str:
    return ", ".join(map(str, path)) or "the result"


def _counting(world: Iterable[Fact]) -> str:
    return " and ".join(f"{fact.kind} {fact.id[:8]}" for fact in world) + " count" if world else "nothing counts"
