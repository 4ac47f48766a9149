"""The laws of bounds for any projection: its result on a view, compared with its results on each world of the view.

A world of a view is one choice of what has happened; in it every fact that counts is certain and has no links. So a
projection need not know about worlds: it is simply run on each. The bounds and quantities in its result on the view
must contain those of each world, and be no wider than all worlds together. So must sets: what may be. Nothing else in
the result is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import reduce
from itertools import product
from typing import Any, TypeAlias

import attrs

from aidtimeline.events import Event, Record
from aidtimeline.projections import Bounds, Projection, Values
from aidtimeline.projections.protocol import run
from aidtimeline.projections.results import Result
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import Cuts, LawBroken, facts_at
from aidtimeline.values.amounts import ZERO, Money, Quantity

_SURELY, _PERHAPS = Quantity.exact(1), Quantity(Decimal(0), Decimal(1))
"""How often what is `certain` is there in a world, and what is not."""

MOST_UNDECIDED = 10
"""Views with more undecided facts than this have too many worlds to try, and are not tested."""

Path: TypeAlias = tuple[object, ...]

Held: TypeAlias = Quantity | Set[Any]
"""What the laws of bounds can be held to: bounds on a number, or the set of what may be."""


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
    """Law 6: the bounds contain what is true in each world, and a set what it has in each."""
    facts = facts_at(records, cuts)
    sound(facts, worlds(facts), projection)


def sound(facts: Sequence[Fact], among: Iterable[Sequence[Fact]], projection: Projection[Any, Any]) -> None:
    """Law 6 for the facts of a view and its worlds."""
    view = dict(held(run(facts, projection)))
    for world in among:
        true = dict(held(run(world, projection)))
        for path in dict.fromkeys((*true, *view)):
            found, truth = view.get(path, _nothing(true.get(path))), true.get(path, _nothing(view.get(path)))
            if not contains(found, truth):
                said = f"{shown(path)} is {_said(truth)} where {_counting(world)}, and the answer says {_said(found)}"
                raise LawBroken("soundness", said)


def tightness(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Law 7: bounds that are not flagged loose are reached in some world, or approached if a quantity is open."""
    facts = facts_at(records, cuts)
    tight(facts, worlds(facts), projection)


def tight(facts: Sequence[Fact], among: Iterable[Sequence[Fact]], projection: Projection[Any, Any]) -> None:
    """Law 7 for the facts of a view and its worlds."""
    results = [dict(held(run(world, projection))) for world in among]
    for path, found in held(run(facts, projection), loose=False):
        true = [each.get(path, _nothing(found)) for each in results]
        reached = reduce(_hull, true) if true else found
        if reached != found:
            raise LawBroken("tightness", f"{shown(path)} is {_said(found)}, and over all worlds {_said(reached)}")


def no_wider(after: object, before: object) -> bool:
    """Whether no bounds in one result are wider than in another; True if some of them are loose."""
    return not wider(after, before)


def wider(after: object, before: object) -> str:
    """Which bounds in one result are not within those in another, in words; empty if none are, or some are loose."""
    old, new = bounds_in(before), bounds_in(after)
    if old == bounds_in(before, loose=False) and new == bounds_in(after, loose=False):
        for path in dict.fromkeys((*old, *new)):
            one, other = old.get(path, ZERO), new.get(path, ZERO)
            if not one.contains(other):
                return f"{shown(path)} was {one}, and became {other}"
    return ""


def bounds_in(result: object, *, loose: bool = True) -> dict[Path, Quantity]:
    """The bounds and quantities in a result, by their paths."""
    return {path: found for path, found in held(result, loose=loose) if isinstance(found, Quantity)}


def held(
    result: object, path: Path = (), *, loose: bool = True, apart: tuple[str, ...] = ()
) -> Iterator[tuple[Path, Held]]:
    """All that the laws of bounds hold in a result, each with its path: bounds, quantities, money, and sets.

    They may be in mappings, lists, results by key, and the fields of data classes, at any depth. Only the ends of
    bounds are compared, never their flags; what is not in a result counts as zero. A result of the library without
    any bounds is held as the set of its keys. What has a flag `certain` is held as a number: it is there once in every
    world if it is certain, and else at most once. Parts that a class names in `not_bounds` are left out, also
    in its parts: an estimate, or what a report states of something that may not have happened. `apart` are such names.

    >>> from aidtimeline import Quantity
    >>> [path for path, _ in held({"JP": Quantity.exact(2), "seen": {"truck"}, "facts": 3})]
    [('JP',), ('seen',)]
    """
    if isinstance(result, Money):
        path, result = (*path, result.currency), result.amount
    if isinstance(result, Bounds | Quantity):
        if loose or not getattr(result, "loose", False):
            yield path, Quantity(result.low, result.high)
        return
    if isinstance(result, Set):
        if loose or not getattr(result, "loose", False):
            yield path, result if isinstance(result, Values) else frozenset(result)
        return
    some = False
    apart = (*apart, *getattr(type(result), "not_bounds", ()))
    for name, part in parts_of(result):
        if name in apart and not isinstance(result, Mapping):
            continue
        if name == "certain" and isinstance(part, bool) and (loose or not getattr(result, "loose", False)):
            some = True
            yield (*path, name), _SURELY if part else _PERHAPS
            continue
        for each in held(part, (*path, name), loose=loose, apart=apart):
            some = True
            yield each
    if isinstance(result, Result) and not some and loose:
        yield path, frozenset(result.keys())


def parts_of(result: object) -> Iterable[tuple[object, object]]:
    """The parts of a result that has parts, by name, key or place; none of anything else."""
    if isinstance(result, Result):
        return result.answers.items()
    if isinstance(result, Mapping):
        return result.items()
    kind: Any = type(result)
    if isinstance(result, tuple | list):
        return zip(getattr(kind, "_fields", range(len(result))), result, strict=True)
    if isinstance(result, Fact | Event | type):
        return ()
    if attrs.has(kind):
        return [(each.name, getattr(result, each.name)) for each in attrs.fields(kind)]
    return [(each.name, getattr(result, each.name)) for each in fields(kind)] if is_dataclass(kind) else ()


def contains(found: Held, true: Held) -> bool:
    """Whether bounds contain bounds, or a set a set."""
    if isinstance(found, Quantity) and isinstance(true, Quantity):
        return found.contains(true)
    return not isinstance(found, Quantity) and not isinstance(true, Quantity) and found >= true


def _hull(one: Held, other: Held) -> Held:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return one.hull(other)
    return one if isinstance(one, Quantity) or isinstance(other, Quantity) else frozenset(one | other)


def _nothing(like: Held | None) -> Held:
    """What a result says of what is not in it, if others say this of it."""
    if isinstance(like, Values):
        return frozenset({None})
    return ZERO if like is None or isinstance(like, Quantity) else frozenset()


def _said(found: Held) -> str:
    return str(found) if isinstance(found, Quantity) else f"{{{', '.join(sorted(map(repr, found)))}}}"


def shown(path: Path) -> str:
    """A path in words: `the result['JP']`."""
    return "the result" + "".join(f"[{each!r}]" for each in path)


def _counting(world: Iterable[Fact]) -> str:
    return " and ".join(f"{fact.kind} {fact.id[:8]}" for fact in world) + " count" if world else "nothing counts"
