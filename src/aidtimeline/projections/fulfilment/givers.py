"""What is given toward promises: amounts by measure, and which of it may serve a row that it does not name.

A *measure* is a unit (None: pieces) of goods, or a currency of money. See docs/semantics.md, "Fulfilment".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.projections.containing import Containing
from aidtimeline.projections.sums.summing import Term
from aidtimeline.semantics import Fact, Group
from aidtimeline.semantics.lines import Scope, amount_of, scope_of
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.units import some

Measure: TypeAlias = str | None
Thing: TypeAlias = tuple[str, str | None]
"""What is given: ("goods", item) or ("money", None)."""

OPEN = Quantity(Decimal(0), None)
"""What is given in another measure than was promised: nothing to any amount."""


class Parties(NamedTuple):
    """The fields in which a promise and what serves it have to fit."""

    donor: str | None
    recipient: str | None
    project: str | None


def thing_of(scope: Scope) -> Thing:
    """What is promised."""
    return scope.sort, scope.item


def parties_of(fact: Fact) -> Parties:
    """Who gives to whom, for what."""
    return Parties(fact.donor, fact.recipient, fact.project)


def above_zero(amount: Quantity) -> Quantity:
    """What of an amount is above 0: what has to be kept of a promise."""
    if amount.low >= 0:
        return amount
    high = None if amount.high is None else max(amount.high, ZERO.low)
    return Quantity(ZERO.low, high, amount.approximate)


def below_zero(amount: Quantity) -> Quantity:
    """What of an amount is below 0, as a positive amount: what a negative promise takes back."""
    least = ZERO.low if amount.high is None else max(amount.high.copy_negate(), ZERO.low)
    return Quantity(least, max(amount.low.copy_negate(), ZERO.low), amount.approximate)


class Made(NamedTuple):
    """A promise, with what is asked of it often: what it is of, and how much of it has to be kept (`above`)."""

    fact: Fact
    id: str
    certain: bool
    group: Group | None
    scope: Scope
    measure: Measure
    term: Term
    above: Quantity
    parties: Parties

    @classmethod
    def of(cls, promise: Fact) -> Made | None:
        """The promise of a fact; None if it says nothing of what is promised."""
        scope = scope_of(promise)
        if scope is None:
            return None
        goods = scope.sort == "goods"
        amount = amount_of(promise)
        disputed = bool(promise.disputed) and not promise.disputed.isdisjoint(
            ("date", "quantity" if goods else "value")
        )
        return cls(
            promise,
            promise.id,
            promise.certain,
            promise.group,
            scope,
            promise.unit if goods else promise.currency,
            Term(amount, disputed),
            above_zero(amount),
            parties_of(promise),
        )


def given_terms(fact: Fact) -> Iterator[tuple[Thing, Measure, Term]]:
    """What a fact gives of which thing, in its own measure."""
    sorts = (*fact.event.makes_good, *fact.event.may_make_good)
    if "goods" in sorts and (fact.item is not None or fact.quantity is not None):
        amount = some(fact.unit) if fact.quantity is None else fact.quantity
        yield ("goods", fact.item), fact.unit, Term(amount, not fact.disputed.isdisjoint(("date", "quantity")))
    if "money" in sorts and fact.value is not None:
        disputed = not fact.disputed.isdisjoint(("date", "value"))
        yield ("money", None), fact.currency, Term(fact.value.amount, disputed)


ANY = "*"
"""The measure of what is given in no measure of a scope: neither a unit nor a currency."""


def taken_off_term(fact: Fact, scope: Scope) -> tuple[Measure, Term]:
    """What a cancellation takes off promises of a scope, in its own measure. One without an amount takes off any."""
    if fact.takes_off is not None:
        stated = getattr(fact.event, "quantity", None) is not None
        if scope.sort == "goods" and stated and fact.quantity is not None:
            return fact.unit, Term(fact.quantity, bool(fact.disputed))
        if scope.sort == "money" and fact.value is not None:
            return fact.currency, Term(fact.value.amount, bool(fact.disputed))
    return ANY, Term(OPEN)


@frozen
class Fits:
    """Which parties and projects are equal, unsaid, or contain one another."""

    containing: Containing

    def wider(self, name: str, slug: str) -> Mapping[str, bool]:
        """What contains the value of a field."""
        return self.containing.wider(name, slug)

    def said(self, name: str, value: str | None) -> str | None:
        """The value of a field; None if it is unsaid, or may be in anything."""
        return None if value is None or self.containing.may_be_in_any(name, value) else value

    def misfit(self, row: Parties, given: Parties) -> str | None:
        """The first field in which what is given does not fit a row; None: it fits."""
        for name, asked, value in zip(Parties._fields, row, given, strict=True):
            one, other = self.said(name, asked), self.said(name, value)
            if one is None or other is None or one == other:
                continue
            if other not in self.wider(name, one) and one not in self.wider(name, other):
                return name
        return None


def perhaps(amount: Quantity) -> Quantity:
    """Nothing to the amount."""
    return amount.hull(ZERO)
