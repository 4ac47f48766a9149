"""Counts of things and sums of money, by any fields, with bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from aidtimeline.errors import UsageError
from aidtimeline.events import EVENT_KINDS, Goods, Valued, kinds_that
from aidtimeline.projections.fields import FIELDS, Selection, Value, Where, kinds_of, names, select
from aidtimeline.projections.pieces import Finishing, Sum, Term
from aidtimeline.projections.tables import SumKey, Table
from aidtimeline.semantics import Fact
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

COUNTED_KINDS = kinds_that(lambda each: issubclass(each, Goods) and each.nature.summed)
VALUED_KINDS = kinds_that(lambda each: issubclass(each, Valued) and each.nature.summed)


class Sums(Finishing):
    """Sums by key, finished as a table. `piece` is the sum that they are made of; `by` are the fields asked for."""

    names: tuple[str, ...]
    by: tuple[str, ...]
    selection: Selection
    piece: Sum[SumKey]
    money: ClassVar[bool]
    ALL_KINDS: ClassVar[tuple[str, ...]]

    def finish(self, state: Any) -> Table:
        """The table of the sums."""
        return Table.of(self.names, self.piece.finish(state), money=self.money)

    def _key(self, fact: Fact) -> tuple[Value, ...]:
        """The values that the fact has of the names."""
        return tuple(FIELDS[name](fact, self.selection.vocabulary) for name in self.names)


class Counts(Sums):
    """How many of what: the quantities of facts of some kinds, by any fields and always by unit.

    `kind` is one of `COUNTED_KINDS` or several (none: all), which then stand first in the key; `by` one field or
    several, none for one total; `where` narrows what is counted, never what supersedes it.

    >>> Counts(by=["item", "donor"], kind=["pledge", "delivery"]).names
    ('kind', 'item', 'donor')
    """

    money = False
    ALL_KINDS = COUNTED_KINDS

    def __init__(
        self,
        by: str | Iterable[str] = "item",
        *,
        kind: str | Iterable[str] = "delivery",
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        kinds = _allowed(kind, COUNTED_KINDS, "a quantity that is summed") or COUNTED_KINDS
        self.by = names(by)
        own = (name for name in self.by if name != "unit")  # which stands behind the key of every count
        self.names = tuple(dict.fromkeys((*(("kind",) if len(kinds) > 1 else ()), *own)))
        self.selection = select(kinds, where, vocabulary)
        self.piece = Sum(self.terms)

    def terms(self, fact: Fact) -> Iterator[tuple[SumKey, Term]]:
        """What the fact adds to which row (its key and unit) when it counts."""
        if fact.quantity is not None and fact in self.selection:
            yield (*self._key(fact), fact.unit), Term(fact.quantity, bool(fact.disputed))


class MoneySums(Sums):
    """How much money: the values of facts, by kind, currency and any fields.

    `kind` is one of `VALUED_KINDS` or several (default: all). What is told twice is summed once: of money in the
    receiver's books only receipts are taken, unless `where` or `by` names the side; and money that is part of another
    flow or project is left out, unless they name the project or `part-of`.
    """

    money = True
    ALL_KINDS = VALUED_KINDS

    def __init__(
        self,
        by: str | Iterable[str] = (),
        *,
        kind: str | Iterable[str] | None = None,
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        kinds = _allowed(kind, VALUED_KINDS, "a value") or VALUED_KINDS
        self.by = names(by)
        others = tuple(name for name in self.by if name not in ("kind", "currency"))
        self.names = ("kind", "currency", *others)
        self.selection = select(kinds, where, vocabulary)
        asked = {*others, *names(where or ())}
        self._one_side = "side" not in asked
        self._whole = asked.isdisjoint(("project", "part-of"))
        self.piece = Sum(self.terms)

    def terms(self, fact: Fact) -> Iterator[tuple[SumKey, Term]]:
        """What the fact adds to which row (its key; values have no unit but their currency) when it counts."""
        if fact.value is not None and fact in self.selection and self.told_twice(fact) is None:
            yield self._key(fact), Term(fact.value.amount, bool(fact.disputed))

    def told_twice(self, fact: Fact) -> str | None:
        """The field, `side` or `part-of`, that says that this money is told by another fact too; None: it is summed."""
        if self._one_side and fact.in_other_books:
            return "side"
        part = fact.part_of is not None
        return "part-of" if self._whole and part else None


def adds_to(projection: Sums, fact: Fact) -> bool:
    """Whether the fact adds to one of the projection's sums when it counts."""
    return any(True for _ in projection.piece.terms(fact))


def _allowed(given: str | Iterable[str] | None, allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
    kinds = kinds_of(given)
    for kind in kinds:
        if kind not in allowed:
            nature = EVENT_KINDS[kind].nature
            never = "" if nature.summed else f"{kind}s are {nature.name}s, never summed; "
            raise UsageError(f"the kind {kind!r} has no {what.removeprefix('a ')} ({never}kinds: {', '.join(allowed)})")
    return kinds
