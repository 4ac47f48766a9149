"""Exchange rates on days: those of a vocabulary first, then those of the European Central Bank.

On each day the first of these that has an answer decides:

1. the vocabulary, by a rate between the two currencies, in either direction;
2. the vocabulary, in one step over another currency;
3. the European Central Bank, over the euro (`aidtimeline.values.ecb`);
4. one step over another currency, of which the vocabulary has one half and the bank the other.

Of several rates of the vocabulary that hold on a day the one of the shortest time decides ("2022-03-05" before "2022").
Where several are left, the answer has bounds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, reduce
from typing import NamedTuple

from attrs import frozen

from aidtimeline.values.dates import DateRange
from aidtimeline.values.ecb import CURRENCIES, SOURCE, reference_rates
from aidtimeline.vocabulary import Rate

BEGINNING = date(1999, 1, 4)
"""The first day of which the bank has rates. A date without a beginning begins here, unless earlier days have rates."""


class Worth(NamedTuple):
    """The least and the most that one unit of a currency was worth in another, exactly, and who says so."""

    least: Fraction
    most: Fraction
    sources: tuple[str, ...]

    def hull(self, other: Worth) -> Worth:
        """Either of the two."""
        return Worth(min(self.least, other.least), max(self.most, other.most), _both(self, other))

    def then(self, other: Worth) -> Worth:
        """The one, and then what it is worth by the other."""
        return Worth(self.least * other.least, self.most * other.most, _both(self, other))


def _both(one: Worth, other: Worth) -> tuple[str, ...]:
    return tuple(sorted({*one.sources, *other.sources}))


class _Span(NamedTuple):
    """Days on which something holds; both inclusive."""

    first: date
    last: date
    worth: Worth


@frozen(slots=False, eq=False)
class Rates:
    """What rates say of any day; `listed` are those of a vocabulary.

    >>> rates = Rates([Rate(currency="UAH", per="USD", rate="29.25", date="2022-03", source="NBU")])
    >>> rates.on("USD", "UAH", DateRange.parse("2022-03-05")).least
    Fraction(117, 4)
    >>> rates.on("UAH", "USD", DateRange.parse("2022")) is None
    True
    """

    listed: Iterable[Rate]

    def on(self, per: str, currency: str, when: DateRange) -> Worth | None:
        """What one unit of `per` was worth in a currency on any of the days of a date.

        None: there is a day without a rate. An open date has all days of the calendar, but of those before `BEGINNING`
        only the ones that have a rate.
        """
        found: Worth | None = None
        for first, last in self._parts(per, currency, when.earliest or date.min, when.latest or date.max):
            worth = self._within(per, currency, first, last)
            if worth is not None:
                found = worth if found is None else found.hull(worth)
            elif when.earliest is not None or last >= BEGINNING:
                return None
        return found

    def _parts(self, per: str, currency: str, first: date, last: date) -> Iterator[tuple[date, date]]:
        """The days from first to last, in parts in each of which the rates of the vocabulary are the same."""
        cuts = {BEGINNING} if first < BEGINNING <= last else set()
        for pair in ((per, currency), *((per, each) for each in self._near[per])):
            cuts |= _cuts(self._spans[pair], first, last)
        for each in self._near[currency]:
            cuts |= _cuts(self._spans[each, currency], first, last)
        for cut in sorted(cuts):
            yield first, cut - timedelta(days=1)
            first = cut
        yield first, last

    def _within(self, per: str, currency: str, first: date, last: date) -> Worth | None:
        """What one unit was worth on days on which the rates of the vocabulary are the same."""
        near = sorted(self._near[per] | self._near[currency])
        own, banks = self._listed_on, _of_the_bank
        return (
            own(per, currency, first)
            or _any(
                before and after and before.then(after)
                for before, after in ((own(per, each, first), own(each, currency, first)) for each in near)
            )
            or banks(per, currency, first, last)
            or _any(
                before and after and before.then(after)
                for each in near
                for before, after in (
                    (own(per, each, first), banks(each, currency, first, last)),
                    (banks(per, each, first, last), own(each, currency, first)),
                )
            )
        )

    def _listed_on(self, per: str, currency: str, day: date) -> Worth | None:
        spans = self._spans[per, currency]
        at = bisect_right(spans, day, key=lambda span: span.first) - 1
        return spans[at].worth if at >= 0 and day <= spans[at].last else None

    @cached_property
    def _spans(self) -> defaultdict[tuple[str, str], Sequence[_Span]]:
        """By pair the days on which a rate of the vocabulary holds, in order, with what it says."""
        stated: dict[tuple[str, str], list[_Span]] = defaultdict(list)
        for each in self.listed:
            rate = Fraction(each.rate)
            days = each.date.earliest or date.min, each.date.latest or date.max
            stated[each.per, each.currency].append(_Span(*days, Worth(rate, rate, (each.source,))))
            stated[each.currency, each.per].append(_Span(*days, Worth(1 / rate, 1 / rate, (each.source,))))
        return defaultdict(tuple, {pair: list(_deciding(spans)) for pair, spans in stated.items()})

    @cached_property
    def _near(self) -> defaultdict[str, set[str]]:
        """The currencies to which the vocabulary has a rate."""
        near: defaultdict[str, set[str]] = defaultdict(set)
        for per, currency in self._spans:
            near[per].add(currency)
        return near


def _cuts(spans: Sequence[_Span], first: date, last: date) -> set[date]:
    """The days after the first, up to the last, on which a span begins, or another has just ended."""
    begin = max(bisect_right(spans, first, key=lambda span: span.first) - 1, 0)
    cuts = set()
    for span in spans[begin : bisect_right(spans, last, key=lambda span: span.first)]:
        cuts.add(span.first)
        if span.last < last:
            cuts.add(span.last + timedelta(days=1))
    return {cut for cut in cuts if first < cut <= last}


def _deciding(spans: Sequence[_Span]) -> Iterator[_Span]:
    """On which days which of these spans decide, in order: the shortest, all of them if there are several."""
    days = {span.first for span in spans} | {_after(span.last) for span in spans}
    starting: dict[date, list[_Span]] = defaultdict(list)
    for span in spans:
        starting[span.first].append(span)
    begins = sorted(day for day in days if day is not None)
    active: list[_Span] = []
    for number, day in enumerate(begins):
        active = [span for span in active if span.last >= day] + starting[day]
        if active:
            shortest = min(span.last - span.first for span in active)
            worth = reduce(Worth.hull, (span.worth for span in active if span.last - span.first == shortest))
            until = begins[number + 1] - timedelta(days=1) if number + 1 < len(begins) else date.max
            yield _Span(day, until, worth)


def _after(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _any(found: Iterable[Worth | None]) -> Worth | None:
    """Any of those that are there; None: there is none."""
    several = [each for each in found if each is not None]
    return reduce(Worth.hull, several) if several else None


def _of_the_bank(per: str, currency: str, first: date, last: date) -> Worth | None:
    if not CURRENCIES.issuperset((per, currency)):
        return None  # then the bank's rates need not be read
    rates = reference_rates()
    found = None if rates is None else rates.between(per, currency, first, last)
    return None if found is None else Worth(*found, (SOURCE,))
