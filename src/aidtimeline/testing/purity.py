"""Law 19: a projection changes no state that it was not given to change, and remembers nothing.

All is seen from outside, by what `finish` gives: a state may keep what it likes, as long as no answer shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, TypeVar

from aidtimeline.projections import Projection, fold
from aidtimeline.projections.protocol import run
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import LawBroken

P = TypeVar("P", bound=Projection[Any, Any])


def purity(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """Law 19 on the facts of a view. Each part of it is tried on a copy of the projection as it was given."""
    for part in (initial, memory, finish, step, merge):
        part(facts, unused(projection))


def unused(projection: P) -> P:
    """A copy that shares nothing with the projection; itself if it cannot be copied."""
    try:
        return deepcopy(projection)
    except Exception:  # noqa: BLE001 - whatever the class of a user raises
        return projection


def initial(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """`initial` gives a new state each time."""
    before = _kept(projection.finish(projection.initial()))
    fold(facts, projection)
    _same("initial() must give a new state each time", before, projection.finish(projection.initial()))


def memory(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """The second fold gives what the first gave."""
    first = _kept(run(facts, projection))
    _same("nothing may be remembered on the projection, but the same facts again", first, run(facts, projection))


def finish(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """`finish` may be asked again, and in between."""
    whole = _kept(run(facts, projection))
    state = projection.initial()
    for fact in facts:
        projection.finish(state)
        state = projection.step(state, fact)
    projection.finish(state)
    _same("finish() must leave the state as it was", whole, projection.finish(state))


def step(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """`step` changes no other state."""
    halves = facts[::2], facts[1::2]
    alone = [_kept(run(half, projection)) for half in halves]
    states = [projection.initial(), projection.initial()]
    for number, fact in enumerate(facts):
        states[number % 2] = projection.step(states[number % 2], fact)
    for state, expected in zip(states, alone, strict=True):
        _same("step() must change only the state that it is given", expected, projection.finish(state))


def merge(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """`merge` leaves both states as they are, and so does a step with what it gives."""
    for middle in sorted({0, 1, len(facts) // 2, len(facts)}):
        halves = facts[:middle], facts[middle:]
        alone = [_kept(run(half, projection)) for half in halves]
        states = [fold(half, projection) for half in halves]
        merged = projection.merge(*states)
        for state, expected in zip(states, alone, strict=True):
            _same("merge() must leave both states as they are", expected, projection.finish(state))
        fold_on(facts, projection, merged)
        for state, expected in zip(states, alone, strict=True):
            told = "step() must change only the state that it is given, here what merge() gave"
            _same(told, expected, projection.finish(state))


def fold_on(facts: Sequence[Fact], projection: Projection[Any, Any], state: Any) -> Any:
    """The state after more facts."""
    for fact in facts:
        state = projection.step(state, fact)
    return state


def _kept(result: object) -> object:
    """The result, which may be the state itself, as it is now."""
    return unused(result)  # type: ignore[type-var]


def _same(rule: str, expected: object, found: object) -> None:
    if expected != found:
        raise LawBroken("purity", f"{rule}: expected {expected!r}, found {found!r}")
