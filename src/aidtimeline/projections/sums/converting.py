"""Money in another currency: what the value of a fact comes to.

What the source itself makes of a value comes first (`valued`). Else the amount is taken at the rate of the day on which
it is valued: `value_date`, or else the date of the fact. A vague date has the bounds of all rates of its days. What has
no rate stays in its own currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.events import Correction, Record, stated
from aidtimeline.projections.sums.rates import Rates, Worth
from aidtimeline.remembering import Remembered
from aidtimeline.semantics import Account, Fact
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.currencies import check_currency
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Vocabulary

Dated: TypeAlias = tuple[str, str]
"""What a rate is looked up by: the currency of a value, and the EDTF text of the date on which it is valued."""


class Converted(NamedTuple):
    """What a value comes to: in the currency that is asked for, or in its own if it has no rate.

    `valued`: its sources say so themselves. `disputed`: they contradict each other about it.
    """

    currency: str
    amount: Quantity
    valued: bool = False
    disputed: bool = False


@frozen(slots=False)
class Converting:
    """Converts the values of facts to one currency, by the rates of a vocabulary and of the European Central Bank."""

    currency: str
    vocabulary: Vocabulary

    @classmethod
    def to(cls, currency: str | None, vocabulary: Vocabulary) -> Converting | None:
        """What converts to a currency; None converts nothing. Raises `InvalidValue` if there is no such currency."""
        return None if currency is None else cls(check_currency(currency), vocabulary)

    def of(self, fact: Fact) -> Converted | None:
        """What the value of a fact comes to; None: it has none."""
        value = fact.value
        if value is None:
            return None
        if value.currency == self.currency:
            return Converted(self.currency, value.amount)
        return self._as_valued(fact, value) or self._at_rate(fact, value)

    def worth(self, dated: Dated) -> Worth | None:
        """What one unit of a currency was worth on the days of a date; None: there is a day without a rate."""
        return self._worths[dated]

    @cached_property
    def _worths(self) -> Remembered[Dated, Worth | None]:
        rates = Rates(self.vocabulary.rates)
        return Remembered(lambda dated: rates.on(dated[0], self.currency, DateRange.parse(dated[1])))

    def __getstate__(self) -> tuple[str, Vocabulary]:
        return self.currency, self.vocabulary

    def __setstate__(self, state: tuple[str, Vocabulary]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def ended(self, stated: Money, promises: Iterable[Fact]) -> Converted | None:
        """What a cancellation ends that states an amount of promises: at the rates of the promises, not at its own.

        So what ends all of a promise leaves nothing of it. None: it cannot be told, because these state another
        currency, or not all of them have a rate.
        """
        worths: set[tuple[Fraction, Fraction] | None] = set()
        for promise in promises:
            value, found = promise.value, self.of(promise)
            if value is None or found is None:
                continue
            if value.currency != stated.currency:
                return None
            if found.currency == stated.currency:
                worths.add(None)
            else:
                implied = _implied(found.amount, value.amount) if found.valued else self.worth(dated(promise, value))
                if implied is None:
                    return None
                worths.add((implied[0], implied[1]))
        if worths == {None}:
            return Converted(stated.currency, stated.amount)
        known = [worth for worth in worths if worth is not None]
        if len(known) < max(len(worths), 1):
            return None
        least, most = min(least for least, _ in known), max(most for _, most in known)
        return Converted(self.currency, stated.amount.at_rates(least, most))

    def _as_valued(self, fact: Fact, value: Money) -> Converted | None:
        """What the sources of a fact make of its value, if that is the value that they state."""
        several = list(_valuations(fact, value, self.currency))
        if not several:  # most have none
            return None
        amount, disputed = several[0], False
        for each in several[1:]:
            common = amount.intersection(each)
            amount, disputed = (common, disputed) if common is not None else (amount.hull(each), True)
        return Converted(self.currency, amount, True, disputed)

    def _at_rate(self, fact: Fact, value: Money) -> Converted:
        worth = self.worth(dated(fact, value))
        if worth is None:
            return Converted(value.currency, value.amount)
        return Converted(self.currency, value.amount.at_rates(worth.least, worth.most))


def dated(fact: Fact, value: Money) -> Dated:
    """The currency of a fact's value, and the date on which it is valued."""
    return value.currency, (fact.value_date or fact.date).text


def _valuations(fact: Fact, value: Money, currency: str) -> Iterator[Quantity]:
    """What accounts of a fact that state this value make of it in another currency."""
    if isinstance(fact.behind, Record):  # it is the only account, which need not be made
        yield from (each.amount for each in fact.valued if each.currency == currency)
        return
    for account in fact.weighed:
        if account.value == value:
            yield from (each.amount for each in valued_by(account) if each.currency == currency)


def valued_by(account: Account) -> tuple[Money, ...]:
    """What an account makes of its value in other currencies."""
    said = account.record.event
    return stated(said.event if isinstance(said, Correction) else said, "valued", tuple) or ()


def _implied(worth: Quantity, amount: Quantity) -> tuple[Fraction, Fraction] | None:
    """The least and most that one unit is worth if an amount is worth another; None: it cannot be told."""
    if worth.high is None or amount.high is None or worth.low <= 0 or amount.low <= 0:
        return None
    return Fraction(worth.low) / Fraction(amount.high), Fraction(worth.high) / Fraction(amount.low)
