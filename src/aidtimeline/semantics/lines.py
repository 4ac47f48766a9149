"""Lines: a promise and what replaces it, and what a fact of a view has to do with them.

`promises` finds them at a cut. See docs/semantics.md, "Fulfilment".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from attrs import field, frozen

from aidtimeline.values.amounts import Quantity
from aidtimeline.values.units import some

if TYPE_CHECKING:
    from aidtimeline.semantics.facts import Fact

Names: TypeAlias = frozenset[str]
NO_NAMES: Names = frozenset()


@frozen
class PromiseLine:
    """A promise in a view, with what it replaces and what may replace it.

    `key` is the id of its fact or of its group. `first` is the first day on which any promise of it may have been made
    (None: open). `plain`: no two of its promises stand at the same time. `kin` is the same for all that is linked by
    supersession, believed or not: several lines may stand of it, if a promise was split.
    """

    key: str
    first: date | None
    plain: bool = True
    kin: str | None = None


class Scope(NamedTuple):
    """What promises are compared in: those of one kind and item, or of one kind and money."""

    kind: str
    sort: str
    item: str | None = None


class Ended(NamedTuple):
    """A promise that a cancellation ends: `surely`, or perhaps."""

    promise: Fact
    surely: bool


class TakenOff(NamedTuple):
    """The promises from which a cancellation takes off the amount that it states, or perhaps does: `doubtful`.

    `before` are other cancellations that may have taken off theirs from the same promises first.
    """

    promises: tuple[Fact, ...]
    doubtful: bool
    before: tuple[Fact, ...] = ()


@frozen
class Keeps:
    """What a fact has to do with promises: the lines that it names, by their keys.

    `lines` are those that stand for the promises named in `fulfils`, and for what these fulfil in turn; of a
    cancellation those from which it takes off its amount. `split` names the kin of lines of which others stand as well.
    `doubtful` are named by a part of the records only. `scopes` are those of all promises that it surely names,
    whether they stand or not. `ended` are the promises that a cancellation ends.
    """

    lines: Names = NO_NAMES
    split: Names = NO_NAMES
    doubtful: Names = NO_NAMES
    scopes: frozenset[Scope] = frozenset()
    ended: tuple[Ended, ...] = field(default=(), repr=False)


def scope_of(promise: Fact) -> Scope | None:
    """What a promise is of: goods where it states a quantity, else money, else goods of which no number is stated."""
    goods = Scope(promise.kind, "goods", promise.item)
    if getattr(promise.event, "quantity", None) is not None:
        return goods
    if promise.value is not None:
        return Scope(promise.kind, "money")
    return goods if promise.item is not None or promise.quantity is not None else None


def amount_of(promise: Fact) -> Quantity:
    """How much is promised, of what the promise is of."""
    scope = scope_of(promise)
    if scope is not None and scope.sort == "money" and promise.value is not None:
        return promise.value.amount
    return some(promise.unit) if promise.quantity is None else promise.quantity
