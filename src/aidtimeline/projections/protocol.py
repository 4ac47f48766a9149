"""What a projection is: a pure function from the facts of a view to a result, defined as a fold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from aidtimeline.semantics import Fact

S = TypeVar("S")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Projection(Protocol[S, R_co]):
    """A fold over the facts of one view, in the order of `Fact.rank`.

    The contract, for any partition of the facts into parts a and b:
    `finish(merge(fold(a), fold(b))) == finish(fold(a + b))`, and `merge` is associative and commutative. So the parts
    can be folded anywhere. `step` may change the state it is given; `merge` leaves both as they are.

    >>> from aidtimeline import Timeline
    >>> class Recipients:
    ...     def initial(self):
    ...         return set()
    ...     def step(self, state, fact):
    ...         return state | {fact.recipient}
    ...     def merge(self, one, other):
    ...         return one | other
    ...     def finish(self, state):
    ...         return sorted(state - {None})
    >>> Timeline.open("events").as_of("2023-11-28").replay(Recipients())
    ['KH', 'UA', 'sesu']
    """

    def initial(self) -> S:
        """The state before any fact."""

    def step(self, state: S, fact: Fact) -> S:
        """The state after one more `fact`, which may be the given `state`, changed."""

    def merge(self, one: S, other: S) -> S:
        """The state after the facts of both, `one` and `other`, which stay as they are."""

    def finish(self, state: S) -> R_co:
        """The result of all the facts of a `state`."""


def fold(facts: Iterable[Fact], projection: Projection[S, Any]) -> S:
    """The state of `projection` after all the `facts`, one by one.

    >>> from aidtimeline import Timeline
    >>> from aidtimeline.projections import Union
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> items = Union(lambda fact: {fact.recipient} - {None})
    >>> items.finish(fold(view.facts, items)) == view.replay(items)
    True
    """
    state = projection.initial()
    for fact in facts:
        state = projection.step(state, fact)
    return state


def run(facts: Iterable[Fact], projection: Projection[Any, R]) -> R:
    """The projection's result over the facts of one view, in their order."""
    return projection.finish(fold(facts, projection))
