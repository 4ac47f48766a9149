"""Counts of things and sums of money, by any fields, with bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from typing import Any, ClassVar, Self

from attrs import evolve

from aidtimeline.errors import UsageError
from aidtimeline.events import EVENT_KINDS, LEVEL, SIDES, EventKind, Goods, Valued, kinds_that, stated
from aidtimeline.projections.dated import DATED, Listed
from aidtimeline.projections.fields import Condition, Key, Selection, Value, Where, any_dated, kinds_of, names, select
from aidtimeline.projections.pieces import Finishing
from aidtimeline.projections.sums.cells import Books
from aidtimeline.projections.sums.converting import Converting
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.projections.sums.tables import SumKey, Table
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import TakenOff
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.shares import ALL, Portion
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

COUNTED_KINDS = kinds_that(lambda each: issubclass(each, Goods) and each.nature.summed)
"""The kinds whose quantities are summed."""

VALUED_KINDS = kinds_that(lambda each: issubclass(each, Valued) and each.nature.summed)
"""The kinds whose values are summed."""


NO_BOOKS: Books = frozenset()
_SIDES: Mapping[str | None, Books] = {side: frozenset({("side", side)}) for side in SIDES}


def books_of(fact: Fact, vocabulary: Vocabulary) -> Books:
    """The books that a fact is in: those of one side, and those of datasets that overlap with others."""
    books = _SIDES.get(fact.side, NO_BOOKS)
    ledgers = vocabulary.ledgers
    if not ledgers:
        return books
    return books | {(ledgers[each], each) for each in fact.datasets if each in ledgers}


def measured(fact: Fact, *, money: bool) -> tuple[str | None, Quantity] | None:
    """The currency of a fact and its amount of money, or its unit and quantity; None: it has none."""
    if money:
        return None if fact.value is None else (fact.value.currency, fact.value.amount)
    return None if fact.quantity is None else (fact.unit, fact.quantity)


class Sums(Finishing):
    """Sums by key, finished as a table.

    `by` are the fields that were asked for, `names` those of the key; `selection` chooses facts; `piece` is the sum.
    Of a question by year, quarter or month, `listed` are the periods into which a date falls that is too vague to be
    taken apart (see `aidtimeline.projections.dated`); None: those of all other facts, which are known in the end.
    """

    names: tuple[str, ...]
    by: tuple[str, ...]
    selection: Selection
    piece: Sum[SumKey]
    listed: Listed | None = None
    money: ClassVar[bool]
    ALL_KINDS: ClassVar[tuple[EventKind, ...]]

    def terms(self, fact: Fact) -> Iterable[tuple[SumKey, Term]]:
        """What a fact adds if it counts, and to which keys."""
        raise NotImplementedError

    def finish(self, state: Any) -> Table:
        """The table of the sums."""
        if self.by_date and self.listed is None:
            state = state.in_keys(Listed(self.names, state.keys).keys)
        return Table.of(self.names, self.piece.finish(state), money=self.money)

    @property
    def by_date(self) -> bool:
        """Whether it is by year, quarter or month."""
        return any_dated(self.names)

    @property
    def dated(self) -> bool:
        """Whether it asks for years, quarters or months, by these or of these."""
        return self.by_date or bool(self.selection.dated)

    @property
    def partly(self) -> bool:
        """Whether it asks for a part of facts that is not known, by their date or by the period that they are for."""
        return self.dated or self.selection.partly

    def listing(self, keys: Iterable[SumKey]) -> Self:
        """The question, with the periods of these keys; as it is, if it is by none."""
        if not self.by_date:
            return self
        made = copy(self)
        made.listed = Listed(self.names, keys)
        made.piece = Sum(made._in_listed, made.amount)
        return made

    def _in_listed(self, fact: Fact) -> Iterable[tuple[SumKey, Term]]:
        if self.listed is None:
            return self.terms(fact)
        return [(each, term) for key, term in self.terms(fact) for each in self.listed.keys(key)]  # type: ignore[misc]

    def _terms(self, fact: Fact, amount: Quantity, measure: tuple[str | None, ...]) -> Iterable[tuple[SumKey, Term]]:
        """What a fact that is asked for adds to which keys: all of the amount, or to several keys a share each."""
        books, disputed = books_of(fact, self.selection.vocabulary), bool(fact.disputed)
        terms = []
        for key, share in self.selection.keys(fact, self.names):
            part = amount if share is ALL else amount.part(share.least, share.most)
            terms.append((key + measure, Term(part, disputed, books)))
        return terms

    def conditions(self, key: Iterable[Value]) -> list[Condition]:
        """What facts must state to be able to add to a sum, given its key or the first values of it."""
        named = zip((*self.names, *(() if self.money else ("unit",))), key, strict=False)
        stated = ((name, value) for name, value in named if name not in self.unstated)
        return [Condition.of(*each) for each in stated if each[0] not in DATED or each[1] is not None]

    @property
    def unstated(self) -> Collection[str]:
        """The fields of a key that facts need not state as the key has them."""
        return ()

    def _keys(self, fact: Fact) -> Iterable[tuple[Key, Portion]]:
        """The keys of a fact that is asked for, without its unit, and how much of it belongs to each."""
        return self.selection.keys(fact, self.names)

    def amount(self, fact: Fact) -> tuple[str | None, Quantity] | None:
        """The unit or currency of a fact and its amount, whether it is asked for or not; None: it has none."""
        return measured(fact, money=self.money)

    def _taken_off(self, cancellation: Fact, off: TakenOff) -> Iterator[tuple[Key, str | None, Term]]:
        """What a cancellation takes off the sums of the promises that it names: never more than these promise.

        How much of each ends is not known if they add to several sums, if it states another unit or currency, or if
        what was taken off before may leave less.
        """
        amounts = stated(cancellation.event, "value" if self.money else "quantity", object)
        own = None if amounts is None else self._ended(cancellation, off)
        promised: dict[tuple[Key, str | None], Quantity] = defaultdict(lambda: ZERO)
        perhaps = False
        for promise in off.promises:
            its = self.amount(promise)
            if its is not None and promise in self.selection:
                unit, amount = its
                for key, share in self._keys(promise):
                    promised[key, unit] += amount.part(share.least, share.most)
                    perhaps = perhaps or (self.partly and share.least != share.most)
        for (key, unit), amount in promised.items():
            known = None if own is None or own[0] != unit else own[1]
            sure = len(promised) == 1 and not (off.doubtful or perhaps) and self._leaves_enough(off, cancellation)
            taken = amount.taken_off(known, sure=sure)
            books = books_of(cancellation, self.selection.vocabulary)
            # Of what may lie in a period, this takes off something if it does: no bounds beside those say so.
            yield key, unit, Term(taken, bool(cancellation.disputed), books, loose=perhaps)

    def _ended(self, cancellation: Fact, off: TakenOff) -> tuple[str | None, Quantity] | None:
        """The unit or currency and the amount that a cancellation states, as its promises are summed; None: unknown."""
        return self.amount(cancellation)

    def _leaves_enough(self, off: TakenOff, cancellation: Fact) -> bool:
        """Whether what was taken off before surely leaves of each promise what is taken off now."""
        if not off.before:
            return True
        _, known = measured(cancellation, money=self.money) or (None, None)
        found = [measured(each, money=self.money) for each in (*off.before, *off.promises)]
        if len({None if each is None else each[:1] for each in found}) > 1:  # other units or currencies
            return False
        amounts = [ZERO if each is None else each[1] for each in found]
        most = sum(amounts[: len(off.before)], known or ZERO).high
        return most is not None and all(each.low >= most for each in amounts[len(off.before) :])


class Counts(Sums):
    """How many of what: the sums of quantities, by any fields and always by unit. The result is a `Table`.

    Args:
        by: One of `FIELDS` or several; an empty list is one total. `year`, `quarter` and `month` are those of each
            fact's own date: a vague one may lie in several.
        kind: One of `COUNTED_KINDS` or several; an empty list is all. If there are several, the key begins with `kind`.
        where: Which facts are counted: for each field a value or several alternatives; None means an empty field. It
            never changes what supersedes them.
        vocabulary: The categories of items, if a field is `item-category`.

    Raises:
        UsageError: An unknown field or kind, or a kind without quantities that are summed.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2024-12-31")
    >>> table = view.replay(Counts(by=["item", "donor"], kind=["pledge", "delivery"], where={"item": "mine-detector"}))
    >>> for row in table:
    ...     print(row.kind, row.item, row.donor, row.unit, row.low, row.high)
    delivery mine-detector JP None 50 None
    pledge mine-detector JP None 4 4
    """

    money: ClassVar[bool] = False
    ALL_KINDS: ClassVar[tuple[EventKind, ...]] = COUNTED_KINDS

    def __init__(
        self,
        by: str | Iterable[str] = "item",
        *,
        kind: EventKind | Iterable[EventKind] = "delivery",
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
    ) -> None:
        kinds = _allowed(kind, COUNTED_KINDS, "quantity that is summed") or COUNTED_KINDS
        self.by: tuple[str, ...] = names(by)
        own = (name for name in self.by if name != "unit")  # which every count has last
        self.names: tuple[str, ...] = tuple(dict.fromkeys((*(("kind",) if len(kinds) > 1 else ()), *own)))
        self.selection: Selection = select(kinds, where, vocabulary, dated=True)
        self.piece: Sum[SumKey] = Sum(self.terms, self.amount)

    def terms(self, fact: Fact) -> Iterable[tuple[SumKey, Term]]:
        """What a fact adds if it counts, and to which keys and unit."""
        if fact.quantity is not None and fact in self.selection:
            return self._terms(fact, fact.quantity, (fact.unit,))
        if fact.takes_off is not None:
            return [((*key, unit), term) for key, unit, term in self._taken_off(fact, fact.takes_off)]
        return ()


class MoneySums(Sums):
    """How much money: the sums of values by kind, currency and any fields. The result is a `Table`.

    Money that may be reported twice has bounds: what is part of another flow, what may overlap with it, and what stands
    in the books of both sides.

    Args:
        by: Fields beside kind and currency: one of `FIELDS` or several.
        kind: One of `VALUED_KINDS` or several; None or an empty list is all.
        where: Which facts are summed, as in `Counts`; `currency` is that which they state.
        vocabulary: As in `Counts`; its rates too.
        currency: The currency (ISO 4217) to which all is converted that has a rate: by what its source makes of it
            itself, else at the rate of its date (see `converting`). None: each currency is summed by itself.

    Raises:
        UsageError: An unknown field or kind, or a kind without values.
        InvalidValue: No such currency.

    >>> from aidtimeline import Timeline
    >>> table = Timeline.open("events").as_of("2023-11-28").replay(MoneySums(kind="announcement"))
    >>> for row in table:
    ...     print(row.kind, row.currency, row.bounds)
    announcement EUR 160,000,000
    announcement USD 4,500,000
    >>> table["announcement", "USD"].low
    Decimal('4500000')
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> print(*[row.bounds for row in view.replay(MoneySums(kind="announcement", currency="EUR"))])
    about 164,102,470.6
    """

    money: ClassVar[bool] = True
    ALL_KINDS: ClassVar[tuple[EventKind, ...]] = VALUED_KINDS

    def __init__(
        self,
        by: str | Iterable[str] = (),
        *,
        kind: EventKind | Iterable[EventKind] | None = None,
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
        currency: str | None = None,
    ) -> None:
        kinds = _allowed(kind, VALUED_KINDS, "value") or VALUED_KINDS
        self.converting: Converting | None = Converting.to(currency, vocabulary)
        self.currency: str | None = currency
        self.by: tuple[str, ...] = names(by)
        others = dict.fromkeys(name for name in self.by if name not in ("kind", "currency"))
        self.names: tuple[str, ...] = ("kind", "currency", *others)
        self.selection: Selection = select(kinds, where, vocabulary, dated=True)
        self.piece: Sum[SumKey] = Sum(self.terms, self.amount)

    def terms(self, fact: Fact) -> Iterable[tuple[SumKey, Term]]:
        """What a fact adds if it counts, and to which keys."""
        if fact.value is not None and fact in self.selection:
            return self._terms(fact, fact.value.amount, ()) if self.converting is None else self._converted(fact)
        if fact.takes_off is not None:
            return [(key, term) for key, _, term in self._taken_off(fact, fact.takes_off)]
        return ()

    @property
    def unstated(self) -> Collection[str]:
        """What is converted may be in any currency."""
        return () if self.converting is None else ("currency",)

    def _converted(self, fact: Fact) -> Iterable[tuple[SumKey, Term]]:
        found = None if self.converting is None else self.converting.of(fact)
        if found is None:
            return ()
        terms = [
            ((kind, found.currency, *rest), term) for (kind, _, *rest), term in self._terms(fact, found.amount, ())
        ]
        return [(key, evolve(term, disputed=True)) for key, term in terms] if found.disputed else terms

    def amount(self, fact: Fact) -> tuple[str | None, Quantity] | None:
        """The currency of a fact and its amount, converted if it can be, whether it is asked for or not; None: none."""
        found = None if self.converting is None else self.converting.of(fact)
        return super().amount(fact) if found is None else (found.currency, found.amount)

    def _keys(self, fact: Fact) -> Iterable[tuple[Key, Portion]]:
        keys, found = super()._keys(fact), None if self.converting is None else self.converting.of(fact)
        if found is None or found.currency == fact.currency:
            return keys
        return [((kind, found.currency, *rest), share) for (kind, _, *rest), share in keys]

    def _ended(self, cancellation: Fact, off: TakenOff) -> tuple[str | None, Quantity] | None:
        value = cancellation.value
        if self.converting is None or value is None:
            return super()._ended(cancellation, off)
        found = self.converting.ended(value, off.promises)
        return None if found is None else (found.currency, found.amount)


def of_sums(found: object) -> Sums:
    """A question for sums. Raises `UsageError` for anything else."""
    if isinstance(found, Sums):
        return found
    raise UsageError(f"found {shown(found)}, expected a question for sums, such as Counts(by='item') or MoneySums()")


def _allowed(given: str | Iterable[str] | None, allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The kinds given, if all are allowed; `what` is what the others lack."""
    kinds = kinds_of(given)
    for kind in kinds:
        if kind not in allowed:
            nature = EVENT_KINDS[kind].nature
            instead = ": `levels` shows them" if nature is LEVEL else ""
            never = "" if nature.summed else f"{kind}s are {nature.name}s, never summed{instead}; "
            raise UsageError(f"the kind {kind!r} has no {what} ({never}kinds: {', '.join(allowed)})")
    return kinds
