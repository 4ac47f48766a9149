"""Checks of observations: reported levels that the counts cannot reach, or have already passed."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, product
from typing import TypeAlias

from attrs import Factory, define

from aidtimeline.checks.log import INFINITE, NEVER, Checked, span, widest
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, LEVEL
from aidtimeline.semantics import Fact

Key: TypeAlias = tuple[str, ...]

ANY = "*"
UNKNOWN = "?"
ZERO = Decimal(0)
DAY = timedelta(days=1)


@define
class _ByDay:
    """Sums by day: what has been added up to a day, found without adding it up again."""

    _added: dict[date, Decimal] = Factory(lambda: defaultdict(Decimal))
    _days: list[date] = Factory(list)
    _sums: list[Decimal] = Factory(list)

    def add(self, day: date, amount: Decimal) -> None:
        """Add an amount from a day on; not after the first question."""
        self._added[day] += amount

    def until(self, day: date) -> Decimal:
        """All that is added from this day or an earlier one on."""
        if len(self._days) < len(self._added):
            self._days = sorted(self._added)
            self._sums = list(accumulate(self._added[each] for each in self._days))
        found = bisect_right(self._days, day)
        return self._sums[found - 1] if found else ZERO


@define
class _Sums:
    """Amounts that come on one day and go on a later one; open ones are counted apart."""

    come: _ByDay = Factory(_ByDay)
    gone: _ByDay = Factory(_ByDay)
    open_come: _ByDay = Factory(_ByDay)
    open_gone: _ByDay = Factory(_ByDay)

    def add(self, since: date, until: date, amount: Decimal) -> None:
        """Count an amount from a day (inclusive) until a later one (exclusive)."""
        come, gone = (self.come, self.gone) if amount.is_finite() else (self.open_come, self.open_gone)
        amount = amount if amount.is_finite() else Decimal(1)
        come.add(since, amount)
        if until != NEVER:
            gone.add(until, amount)

    def within(self, first: date, last: date) -> Decimal:
        """What may be there on some day from `first` to `last`: come by the last, and not gone by the first."""
        if self.open_come.until(last) > self.open_gone.until(first):
            return INFINITE
        return self.come.until(last) - self.gone.until(first)

    def throughout(self, first: date, last: date) -> Decimal:
        """What is there on all days from `first` to `last`, or less: come by the first, and not gone by the last."""
        return self.come.until(first) - self.gone.until(last)


@define
class _Level:
    """What may, and what must, have been delivered of one item in one unit, by whom and to whom.

    For the most that may be, parties are told apart by country, since what went to a country may have gone to an agency
    of it; for the least, a fact counts for its party and for its party's country.
    """

    most: dict[Key, _Sums] = Factory(lambda: defaultdict(_Sums))
    least: dict[Key, _Sums] = Factory(lambda: defaultdict(_Sums))
    reversals: Decimal = ZERO

    def add(self, log: Checked, fact: Fact) -> None:
        """Add what was delivered; without a quantity, it may be any."""
        low, high = (ZERO, INFINITE) if fact.quantity is None else widest(fact.quantity)
        first, last = span(fact.date)
        perhaps, surely = log.replaced.get(fact.id, (NEVER, NEVER))
        parties = (fact.donor, fact.recipient)
        countries = [log.country(party) for party in parties]
        if high > 0 and first < surely:
            for key in product(*({ANY, country or UNKNOWN} for country in countries)):
                self.most[key].add(first, surely, high)
        if low > 0 and last < perhaps and not fact.in_other_books:
            named = [{ANY, party or ANY, country or ANY} for party, country in zip(parties, countries, strict=True)]
            for key in product(*named):
                self.least[key].add(last, perhaps, low)
        self.reversals += min(low, ZERO)

    def at_most(self, log: Checked, fact: Fact, first: date, last: date) -> Decimal:
        """More than this cannot have been there on any of these days, for whom the observation is about."""
        countries = [party and log.country(party) for party in (fact.donor, fact.recipient)]
        keys = product(*({country, UNKNOWN} if country else {ANY} for country in countries))
        return sum((self.most[key].within(first, last) for key in keys if key in self.most), ZERO)

    def at_least(self, fact: Fact, first: date, last: date) -> Decimal:
        """Less than this cannot have been there on any of these days, for whom the observation is about.

        What came on the first of them may have come after somebody counted.
        """
        first = max(first, date.min + DAY) - DAY
        key = (fact.donor or ANY, fact.recipient or ANY)
        return self.reversals + (self.least[key].throughout(first, last) if key in self.least else ZERO)


def observed_levels(log: Checked) -> Iterator[Problem]:
    """`observation-above-counts`, `observation-below-counts`: a level that cannot be what was delivered until then."""
    levels: dict[tuple[str, str | None], _Level] = {}
    observations = []
    for fact in log.belief.facts:
        if fact.event.nature is LEVEL and fact.item is not None and fact.indicator is None:
            observations.append((fact, levels.setdefault((fact.item, fact.unit), _Level())))
    for fact in log.belief.facts:
        if fact.event.nature is DEED and fact.item is not None:
            level = levels.get((fact.item, fact.unit))
            if level is not None:
                level.add(log, fact)
    for fact, level in observations:
        if fact.quantity is None:
            continue
        low, high = widest(fact.quantity)
        first, last = span(fact.date)
        most, least = level.at_most(log, fact, first, last), level.at_least(fact, first, last)
        if most < low:
            message = f"it observes {fact.quantity} {fact.item}, but at most {most:,f} can have been delivered by then"
            hint = "a delivery may be missing in the log"
            yield log.place(fact).warning("observation-above-counts", message, "quantity", hint)
        narrower = fact.project or fact.package or fact.location or fact.via
        if least > high and not narrower:
            message = f"it observes {fact.quantity} {fact.item}, but at least {least:,f} had been delivered by then"
            hint = "something may be counted twice; what is a level of something else has an `indicator`"
            yield log.place(fact).warning("observation-below-counts", message, "quantity", hint)
