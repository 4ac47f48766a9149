"""How the rows of fulfilment are reckoned: the promises of each, what is linked to them, and what may serve them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import Factory, define

from aidtimeline.projections.fulfilment.account import Account
from aidtimeline.projections.fulfilment.givers import (
    Fits,
    Made,
    Parties,
    perhaps,
)
from aidtimeline.projections.fulfilment.ledgers import Books
from aidtimeline.projections.fulfilment.lots import Ends, Ledger, ends_of
from aidtimeline.projections.fulfilment.pools import Pools
from aidtimeline.projections.fulfilment.question import Fulfilment
from aidtimeline.projections.fulfilment.rows import FulfilmentRow, Key
from aidtimeline.projections.protocol import run
from aidtimeline.projections.rows import in_order
from aidtimeline.projections.sums.cells import Bounds
from aidtimeline.projections.sums.counting import books_of
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import Scope


def key_of(made: Made) -> Key:
    """The row of a promise."""
    if made.scope.sort == "money":
        return Key(made.scope.kind, *made.parties, None, None, made.measure)
    return Key(made.scope.kind, *made.parties, made.scope.item, made.measure, None)


@define(slots=False)
class Accounts:
    """How the rows are reckoned: the promises of each, their ledgers, and what may serve them."""

    question: Fulfilment
    books: Books
    fits: Fits
    promises: Mapping[Key, list[Made]]
    ended: Mapping[str, tuple[Key, Ends]]
    promised: Mapping[Key, Bounds]
    _pools: dict[Scope, Pools] = Factory(dict)

    @classmethod
    def of(cls, question: Fulfilment, facts: Iterable[Fact]) -> Accounts:
        """The accounts of all rows that are asked for."""
        vocabulary = question.selection.vocabulary
        books = Books(sorted(facts, key=lambda fact: fact.rank), vocabulary)
        promises: dict[Key, list[Made]] = defaultdict(list)
        key_by_id: dict[str, Key] = {}
        for each in books.promises:
            if each.fact in question.selection:
                key = key_by_id[each.id] = key_of(each)
                promises[key].append(each)
        cancelled: dict[str, tuple[Key, Ends]] = {}
        ended: dict[str, tuple[Fact, bool]] = {}
        for fact in books.facts:
            for promise, surely in () if fact.keeps is None else fact.keeps.ended:
                ended[promise.id] = promise, surely or (promise.id in ended and ended[promise.id][1])
        for promise, surely in ended.values():
            made = Made.of(promise)
            if made is not None and promise in question.selection:
                amount = made.term.amount if surely else perhaps(made.term.amount)
                cancelled[promise.id] = key_of(made), ends_of(amount)
        asked = {each.id: each for some in promises.values() for each in some}

        def terms(fact: Fact) -> Iterator[tuple[Key, Term]]:
            term = asked[fact.id].term
            yield key_by_id[fact.id], Term(term.amount, term.disputed, books_of(fact, vocabulary))

        facts = [each.fact for each in asked.values()]
        promised = run(facts, Sum(terms, lambda fact: (key_by_id[fact.id][4:], asked[fact.id].term.amount)))
        return cls(question, books, books.fits, promises, cancelled, promised)

    @property
    def keys(self) -> list[Key]:
        """The keys of the rows, in order."""
        return sorted({**self.promises, **self.cancelled}, key=in_order)

    @cached_property
    def cancelled(self) -> Mapping[Key, Ends]:
        """What cancellations ended, by row; `ended` has it by promise."""
        found: dict[Key, Ends] = defaultdict(Ends)
        for key, ends in self.ended.values():
            found[key] = found[key].plus(ends)
        return found

    @property
    def unnamed(self) -> int:
        """How many deliveries and payments name no promise."""
        return sum(bool(each.event.makes_good) and not each.fulfils for each in self.books.facts)

    def pools(self, scope: Scope) -> Pools:
        """What may serve promises of a scope."""
        if scope not in self._pools:
            self._pools[scope] = Pools.of(self.books.free(scope), self.fits)
        return self._pools[scope]

    def account(self, key: Key) -> Account:
        """How one row is reckoned."""
        scope = Scope(key.kind, "goods", key.item) if key.currency is None else Scope(key.kind, "money")
        measure = key.unit if key.currency is None else key.currency
        ledger = self.books.ledgers.get(scope) or Ledger(scope)
        parties = Parties(key.donor, key.recipient, key.project)
        return Account(self, key, ledger, measure, parties, self.promises.get(key, []))

    def row(self, key: Key) -> FulfilmentRow:
        """One row."""
        return self.account(key).row()
