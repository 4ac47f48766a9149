"""What stands beside converted sums: the rates that were used, and what has none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from attrs import Factory, define, frozen

from aidtimeline.projections.sums.converting import Converting, Dated, dated
from aidtimeline.projections.sums.counting import MoneySums, Sums
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import EXACT, plain
from aidtimeline.values.dates import DateRange
from aidtimeline.values.ecb import CURRENCIES, reference_rates

FILE = "vocabulary/rates.jsonl"
"""Where the rates of a vocabulary stand, in the folder of the log."""

DIGITS = Context(prec=10, rounding=ROUND_HALF_EVEN)
"""How a rate is rounded to be named, if it has no end. It is used unrounded."""


@frozen
class RateUsed:
    """A rate by which money was converted: so much of `currency` is one `per`, on some day of `date`.

    `low` and `high` are inclusive: the rates of all days that the date may mean. `facts` counts what it was used for.
    """

    currency: str
    per: str
    date: DateRange
    low: Decimal
    high: Decimal
    source: str
    facts: int

    def __str__(self) -> str:
        ends = f"{self.low:f}" if self.low == self.high else f"{self.low:f} to {self.high:f}"
        return f"1 {self.per} = {self.currency} {ends}, {self.date} ({self.source})"


@frozen
class RateMissing:
    """A rate that nobody has: what is in `per` at this date stands in its own currency. `facts` counts it."""

    currency: str
    per: str
    date: DateRange
    facts: int

    @property
    def line(self) -> str:
        """The line of the vocabulary that would say the rate. Of a vague date, rates of all its days do so too."""
        line = {"currency": self.currency, "per": self.per, "rate": "…", "date": self.date.text, "source": "…"}
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"))

    @property
    def installable(self) -> bool:
        """Whether the extra `rates` may have it, and is not installed."""
        return CURRENCIES.issuperset((self.currency, self.per)) and reference_rates() is None

    def __str__(self) -> str:
        many = "1 fact" if self.facts == 1 else f"{self.facts:,} facts"
        return f"{many} in {self.per}, {self.date}: {self.line}"


@frozen
class Conversions:
    """The rates of converted sums, those that lack, and how many facts are worth what their sources make of them.

    Both are in the order of their currencies and dates.
    """

    rates: tuple[RateUsed, ...] = ()
    missing: tuple[RateMissing, ...] = ()
    valued: int = 0

    def __or__(self, other: Conversions) -> Conversions:
        """What either of two sums needs; of a rate that both need, the facts of that which has more of them."""

        def both(mine: Iterable[Any], its: Iterable[Any]) -> tuple[Any, ...]:
            found = {(each.per, each.date.text): each for each in sorted((*mine, *its), key=lambda each: each.facts)}
            return tuple(sorted(found.values(), key=_in_order))

        return Conversions(
            both(self.rates, other.rates), both(self.missing, other.missing), max(self.valued, other.valued)
        )


NOT_CONVERTED = Conversions()


@define
class Looking:
    """The work of `conversions_of`: facts that add to converted sums, one by one, or many of one currency and date."""

    converting: Converting
    number: Counter[Dated] = Factory(Counter)
    valued: int = 0

    def add(self, fact: Fact) -> None:
        """Add a fact with a value."""
        found, value = self.converting.of(fact), fact.value
        if found is not None and found.valued:
            self.valued += 1
        elif value is not None:
            self.add_many(dated(fact, value), 1)

    def add_many(self, dated: Dated, number: int) -> None:
        """Add so many facts with values in one currency, on one date."""
        if dated[0] != self.converting.currency:
            self.number[dated] += number

    def finish(self) -> Conversions:
        """What all of them need."""
        rates, missing, into = [], [], self.converting.currency
        for (per, text), facts in self.number.items():
            worth, when = self.converting.worth((per, text)), DateRange.parse(text)
            if worth is None:
                missing.append(RateMissing(into, per, when, facts))
            else:
                ends = shortened(worth.least), shortened(worth.most)
                rates.append(RateUsed(into, per, when, *ends, "; ".join(worth.sources), facts))
        return Conversions(tuple(sorted(rates, key=_in_order)), tuple(sorted(missing, key=_in_order)), self.valued)


def conversions_of(facts: Iterable[Fact], question: Sums) -> Conversions:
    """What the conversion of these facts needs, as far as a question asks for them.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> for rate in conversions_of(view.facts, MoneySums(kind="announcement", currency="USD")).rates:
    ...     print(rate)
    1 EUR = USD 0.8252 to 1.599, by 28 Nov 2023 (European Central Bank)
    """
    if not isinstance(question, MoneySums) or question.converting is None:
        return NOT_CONVERTED
    looking = Looking(question.converting)
    for fact in facts:
        if fact.value is not None and fact in question.selection:
            looking.add(fact)
    return looking.finish()


def _in_order(rate: RateUsed | RateMissing) -> tuple[object, ...]:
    return rate.per, rate.date.earliest or date.min, rate.date.text


def shortened(number: Fraction) -> Decimal:
    """A rate as a decimal: all of it if it ends, else in ten significant digits.

    >>> shortened(Fraction(10951, 10000)), shortened(Fraction(1, 3))
    (Decimal('1.0951'), Decimal('0.3333333333'))
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest == 1:
        places = max(twos, fives)
        return plain(EXACT.scaleb(Decimal(number.numerator * 10**places // number.denominator), -places))
    return plain(DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator)))
