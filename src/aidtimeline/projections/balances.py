"""Balances: promised less delivered, over all worlds, for all or some of the promises of one row.

A balance is a `Sum`: each promise adds its amount, and each delivery takes off its own. So supersession and what may
have happened are weighed as in any other sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from aidtimeline.projections.cells import Bounds
from aidtimeline.projections.matching import Allotted, Given, How, Promised, Share, allot, perhaps
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.summing import Sum, Term
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import ZERO, Quantity, subtract

#: Whether a promise is in the balance.
Mode: TypeAlias = Literal["in", "perhaps", "out"]
Modes: TypeAlias = Mapping[str, Mode]
#: How a promise or a delivery is reckoned: `added`, `taken_off`, or left out.
Reckoned: TypeAlias = Callable[[Term], Term] | None

_ONE = Quantity.exact(1)


@frozen
class Balance:
    """Low and high between which a difference lies in every world, both inclusive; None: open.

    The flags are those of `Bounds`.
    """

    low: Decimal | None
    high: Decimal | None
    approximate: bool = False
    disputed: bool = False
    loose: bool = False

    @property
    def above_zero(self) -> Bounds:
        """How much of it is above zero."""
        return self._bounds(self.low, self.high)

    @property
    def below_zero(self) -> Bounds:
        """How much of it is below zero, as a positive number."""
        return self._bounds(_minus(self.high), _minus(self.low))

    def _bounds(self, low: Decimal | None, high: Decimal | None) -> Bounds:
        zero = Decimal(0)
        most = None if high is None else max(high, zero)
        return Bounds(max(low or zero, zero), most, 0, self.approximate, self.disputed, self.loose)

    def __str__(self) -> str:
        about = "about " if self.approximate else ""
        if self.low is None:
            return "any" if self.high is None else f"at most {about}{self.high:,f}"
        return str(Quantity(self.low, self.high, self.approximate))


@frozen
class Ledger:
    """The promises of one row, in order of date, and what is given toward them."""

    promises: tuple[Promised, ...]
    shares: tuple[Share, ...]
    allotted: Allotted

    @classmethod
    def of(cls, promises: Sequence[Promised], given: Iterable[Given]) -> Ledger:
        """Group the deliveries by the promises toward which they count, and match them."""
        together: dict[frozenset[str], list[Given]] = {}
        for each in given:
            together.setdefault(each.promises, []).append(each)
        shares = tuple(
            _share([each for each in promises if each.fact.id in ids], counting) for ids, counting in together.items()
        )
        return cls(tuple(promises), shares, allot(promises, shares))


def _share(promises: Iterable[Promised], given: Iterable[Given]) -> Share:
    facts = [each.fact for each in promises]
    counting = how_many_count(facts)
    return Share(
        frozenset(fact.id for fact in facts),
        tuple(given),
        always=counting.low >= 1,
        exclusive=counting.high is not None and counting.high <= 1,
    )


def how_many_count(facts: Sequence[Fact]) -> Bounds:
    """Bounds of how many of the facts count."""
    return _total({fact.id: Term(_ONE) for fact in facts}, facts)


def balance(ledger: Ledger, modes: Modes) -> Balance:
    """Promised less delivered, for the promises that `modes` says are in."""
    most, least = net(ledger, modes, added, taken_off), net(ledger, modes, taken_off, added)
    return Balance(_minus(least.high), most.high, most.approximate, most.disputed, most.loose)


def net(ledger: Ledger, modes: Modes, promised: Reckoned, delivered: Reckoned, how: How | None = None) -> Bounds:
    """Promises and deliveries, added or taken off. `how` narrows the deliveries to the linked or the inferred ones.

    If something is taken off, only the high end has a meaning. Bounds are tight unless they are flagged. They are
    flagged if a delivery counts toward several promises that may all be missing, or that are not all in; or if it
    counts only if a promise does, and is itself superseded.
    """
    terms: dict[str, Term] = {}
    for each in ledger.promises:
        if promised is not None and modes[each.fact.id] != "out":
            terms[each.fact.id] = promised(each.term)
    facts: dict[str, Fact] = {each.fact.id: each.fact for each in ledger.promises}
    loose = False
    for share in ledger.shares:
        asked = {modes[promise] for promise in share.promises}
        given = {
            each.fact.id: each.term
            for each in share.given
            if each.term is not None and (how is None or each.how == how)
        }
        if delivered is None or not given or asked == {"out"}:
            continue
        counting = {each.fact.id: each.fact for each in share.given if each.fact.id in given}
        if share.always and asked == {"in"}:
            facts |= counting
            terms |= {delivery: delivered(term) for delivery, term in given.items()}
        elif share.exclusive:  # what is given counts if the promise does, so it is part of the promise's term
            loose = loose or any(fact.group is not None for fact in counting.values())
            total = _total(given, counting.values())
            part = delivered(Term(total.quantity, total.disputed))
            for promise in share.promises:
                if modes[promise] != "out":
                    terms[promise] = _plus(terms.get(promise), part)
        else:
            loose = True
            facts |= counting
            for delivery, term in given.items():
                amount = _part(term.amount, ledger.allotted[delivery], modes)
                terms[delivery] = delivered(Term(amount, term.disputed))
    for promise, mode in modes.items():
        if mode == "perhaps" and promise in terms:
            terms[promise] = evolve(terms[promise], amount=perhaps(terms[promise].amount))
    bounds = _total(terms, facts.values())
    return evolve(bounds, loose=bounds.loose or loose)


def _part(amount: Quantity, allotted: Mapping[str, Quantity], modes: Modes) -> Quantity:
    """How much of a delivery goes to the promises that are in: what is allotted to them, at most the whole delivery."""
    total = ZERO
    for promise, part in allotted.items():
        if modes[promise] != "out":
            total += perhaps(part, modes[promise] == "perhaps")
    return total.intersection(perhaps(amount)) or perhaps(amount)


def _total(terms: Mapping[str, Term], facts: Iterable[Fact]) -> Bounds:
    total: Sum[None] = Sum(lambda fact: [(None, terms[fact.id])] if fact.id in terms else [])
    nothing = Bounds(ZERO.low, ZERO.low)
    return total.finish(fold(facts, total)).get(None, nothing)


def added(term: Term) -> Term:
    """The term as it is."""
    return term


def taken_off(term: Term) -> Term:
    """The term below zero, of which only the high end is right: the low end of minus "at least 1" is not a quantity."""
    high = term.amount.low.copy_negate()
    return evolve(term, amount=Quantity(high, high, term.amount.approximate))


def _plus(one: Term | None, other: Term) -> Term:
    return other if one is None else Term(one.amount + other.amount, one.disputed or other.disputed)


def _minus(number: Decimal | None) -> Decimal | None:
    return None if number is None else subtract(ZERO.low, number)
