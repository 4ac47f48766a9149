"""Pools: what names no promise, and may serve those that it fits and may have followed.

A line may be served by what has its last day on or after the line's first. So these sets are nested: what may serve a
line may serve every earlier one. Least and most are then found by one cut in time:

    not kept at least  = the most, over all days d, of: rests of the lines since d − what may serve from d on
    served at most     = the least, over all days d, of: rests of the lines before d + what may serve from d on
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias, TypeVar

from attrs import Factory, define, frozen

from aidtimeline.projections.fulfilment.givers import OPEN, Fits, Measure, Parties, parties_of
from aidtimeline.projections.fulfilment.ledgers import Free
from aidtimeline.projections.fulfilment.lots import INFINITE, NOTHING, Ends, Part, Rest, ends_of
from aidtimeline.semantics import Total, worth_of
from aidtimeline.values.amounts import Quantity

T = TypeVar("T")

_Fitting: TypeAlias = tuple[frozenset[str] | None, frozenset[str] | None, frozenset[str] | None, Measure]
_LATEST = date.max.toordinal()
_FEW = 12
"""Facts that may replace each other are weighed together up to so many; more are added up."""


class Entry(NamedTuple):
    """What may serve until its last day (an ordinal): nothing to `high`, and `low` of it surely came.

    `span` is that of the last days of several entries of which only some may come.
    """

    last: int
    low: Decimal
    high: Decimal
    approximate: bool = False
    disputed: bool = False
    span: tuple[int, int] | None = None


@frozen
class Pool:
    """Entries in order of their last days, and what comes from each on.

    `spans` are those of the last days of entries of which only some may come.
    """

    entries: tuple[Entry, ...] = ()
    lasts: tuple[int, ...] = ()
    sums: tuple[Ends, ...] = (Ends(),)
    flags: tuple[tuple[bool, bool], ...] = ((False, False),)
    spans: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Pool:
        """The pool of these entries."""
        ordered = sorted(entries, key=itemgetter(0))
        sums, flags = [Ends()], [(False, False)]
        for each in reversed(ordered):
            sums.append(sums[-1].plus(Ends(each.low, each.high)))
            flags.append((flags[-1][0] or each.approximate, flags[-1][1] or each.disputed))
        lasts = tuple(each.last for each in ordered)
        spans = frozenset(each.span for each in ordered if each.span is not None)
        return cls(tuple(ordered), lasts, tuple(reversed(sums)), tuple(reversed(flags)), spans)

    def since(self, day: int) -> Ends:
        """What may serve a line whose first day this is."""
        return self.sums[bisect_left(self.lasts, day)]

    def flags_since(self, day: int) -> tuple[bool, bool]:
        """Whether some of that is approximate, and whether some is disputed."""
        return self.flags[bisect_left(self.lasts, day)]


@define
class Pools:
    """The pools of one scope, by who gives to whom, and by measure."""

    fits: Fits
    _entries: dict[tuple[Parties, Measure], list[Entry]] = Factory(lambda: defaultdict(list))
    _pools: dict[_Fitting, Pool] = Factory(dict)
    _names: dict[str, set[str]] = Factory(lambda: defaultdict(set))
    _narrower: dict[tuple[str, str], set[str]] = Factory(lambda: defaultdict(set))
    _by_parties: dict[str | None, dict[str | None, dict[str | None, list[Parties]]]] = Factory(dict)
    _measures: dict[Parties, set[Measure]] = Factory(lambda: defaultdict(set))

    @classmethod
    def of(cls, free: Iterable[Free], fits: Fits) -> Pools:
        """The pools of what is free in one scope."""
        pools = cls(fits)
        grouped: dict[str, list[Free]] = defaultdict(list)
        for each in free:
            if each.fact.group is None:
                amount = ends_of(each.term.amount)
                low = max(amount.low, NOTHING) if each.fact.certain else NOTHING
                span = (-1, _last(each)) if each.loose else None
                pools._add(each, Entry(_last(each), low, max(amount.high, NOTHING), *_flags(each), span))
            else:
                grouped[each.fact.group.key].append(each)
        for members in grouped.values():
            alike: dict[tuple[Parties, Measure], list[Free]] = defaultdict(list)
            for each in members:
                alike[parties_of(each.fact), each.measure].append(each)
            for some in alike.values():
                for entry in _of_group(some, several=len(alike) > 1):
                    pools._add(some[0], entry)
        for parties in dict.fromkeys(parties for parties, _ in pools._entries):
            for name, value in zip(Parties._fields, parties, strict=True):
                if value is not None:
                    pools._names[name].add(value)
                    for wider in fits.wider(name, value):
                        pools._narrower[name, wider].add(value)
            donor, recipient, project = (
                fits.said(name, value) for name, value in zip(Parties._fields, parties, strict=True)
            )
            by_project = pools._by_parties.setdefault(donor, {}).setdefault(recipient, {})
            by_project.setdefault(project, []).append(parties)
        return pools

    def _add(self, free: Free, entry: Entry) -> None:
        parties = parties_of(free.fact)
        self._entries[parties, free.measure].append(entry)
        self._measures[parties].add(free.measure)

    def fitting(self, row: Parties, measure: Measure) -> Pool:
        """What fits a row. In another measure it may be any amount. Rows that the same fits share a pool."""
        donors, recipients, projects = (
            self._fitting(name, value) for name, value in zip(Parties._fields, row, strict=True)
        )
        key = donors, recipients, projects, measure
        if key not in self._pools:
            near = [
                parties
                for by_recipient in _chosen(self._by_parties, donors)
                for by_project in _chosen(by_recipient, recipients)
                for some in _chosen(by_project, projects)
                for parties in some
            ]
            self._pools[key] = self._pool(near, measure)
        return self._pools[key]

    def own(self, row: Parties, measure: Measure) -> Pool:
        """What has exactly the fields of a row, in its measure."""
        return Pool.of(self._entries.get((row, measure), ()))

    def _fitting(self, name: str, value: str | None) -> frozenset[str] | None:
        """The slugs that fit the value of a field; None: all do. What is unsaid always fits."""
        said = self.fits.said(name, value)
        if said is None:
            return None
        known = self._names[name]
        return frozenset(
            each for each in (said, *self.fits.wider(name, said), *self._narrower[name, said]) if each in known
        )

    def _pool(self, near: Iterable[Parties], measure: Measure) -> Pool:
        found: list[Entry] = []
        for parties in near:
            for other in self._measures[parties]:
                entries = self._entries[parties, other]
                found += entries if other == measure else (_in_other_measure(each) for each in entries)
        return Pool.of(found)


def _chosen(found: Mapping[str | None, T], names: frozenset[str] | None) -> list[T]:
    """The values of these names and of None; of all, if names is None."""
    if names is None:
        return list(found.values())
    if len(found) <= len(names):
        return [each for name, each in found.items() if name is None or name in names]
    return [found[name] for name in (*sorted(names), None) if name in found]


def _last(free: Free) -> int:
    latest = free.fact.date.latest
    return _LATEST if latest is None else latest.toordinal()


def _flags(free: Free) -> tuple[bool, bool]:
    return free.term.amount.approximate, free.term.disputed


def _in_other_measure(entry: Entry) -> Entry:
    return Entry(entry.last, NOTHING, INFINITE, disputed=entry.disputed, span=entry.span)


def _of_group(members: Sequence[Free], *, several: bool) -> Iterator[Entry]:
    """What comes at most of facts that may replace each other, from each of their last days on.

    `several`: others of the group are given by others, or in another measure, and are counted apart.
    """
    lasts = sorted({_last(each) for each in members}, reverse=True)
    loose = several or any(each.loose for each in members)
    span = (-1 if loose else lasts[-1], lasts[0]) if loose or len(lasts) > 1 else None
    before = NOTHING
    few = len(members) <= _FEW
    total: dict[int, Decimal] = defaultdict(Decimal)
    for each in members:
        total[_last(each)] += max(ends_of(each.term.amount).high, NOTHING)
    for last in lasts:
        high = before + total[last]
        if few:
            own = {each.fact.id: _upto(each.term.amount) for each in members if _last(each) >= last}
            group = members[0].fact.group
            if group is not None:
                high = ends_of(worth_of(group, own, Total())[0]).high
        approximate, disputed = (any(flags) for flags in zip(*map(_flags, members), strict=True))
        if high != before or last == lasts[0]:
            more = INFINITE if high == INFINITE else high - before
            yield Entry(last, NOTHING, more, approximate, disputed, span)
            before = high
        if high == INFINITE:
            return


def _upto(amount: Quantity) -> Quantity:
    high = None if amount.high is None else max(amount.high, NOTHING)
    return OPEN if high is None else Quantity(NOTHING, high)


def unkept(parts: Iterable[Part], pool: Pool) -> Decimal:
    """The least that is not kept of what links leave of some promises: what may serve them does, as far as it can."""
    shared = {number: part.shared for number, part in enumerate(parts)}
    of_lots = dict.fromkeys(shared, NOTHING)
    alike: dict[Hashable, Decimal] = defaultdict(Decimal)  # of lines that may tell of the same, the largest holds
    total = most = NOTHING
    for day, rests in _by_day(parts, latest_first=True):
        for number, rest in rests:
            before = _beyond(of_lots[number], shared[number])
            same = rest.line.key if rest.line.same is None else rest.line.same
            of_lots[number] += max(NOTHING, rest.least - alike[same])
            alike[same] = max(alike[same], rest.least)
            total += _beyond(of_lots[number], shared[number]) - before
        serving = pool.since(day).high
        if serving != INFINITE:
            most = max(most, total - serving)
    return most


def served(parts: Iterable[Part], pool: Pool, *, surely: bool = False) -> Decimal:
    """The most of what links leave that may be served; with `surely`, by what surely came."""
    tops = {number: part.most for number, part in enumerate(parts)}
    of_lots = dict.fromkeys(tops, NOTHING)
    total, least = NOTHING, INFINITE
    for day, rests in _by_day(parts, latest_first=False):
        serving = pool.since(day)
        least = min(least, total + (serving.low if surely else serving.high))
        for number, rest in rests:
            before = min(of_lots[number], tops[number])
            of_lots[number] += rest.rest.high
            now = min(of_lots[number], tops[number])
            total = INFINITE if INFINITE in (total, now) else total + now - before
    return min(least, total)


def _beyond(amount: Decimal, shared: Decimal) -> Decimal:
    return NOTHING if shared == INFINITE else max(NOTHING, amount - shared)


def _by_day(parts: Iterable[Part], *, latest_first: bool) -> Iterator[tuple[int, Iterable[tuple[int, Rest]]]]:
    """The rests with the numbers of their parts, by the first days of their lines."""
    rests = [(rest.line.first, number, rest) for number, part in enumerate(parts) for rest in part.rests]
    rests.sort(key=lambda each: each[0], reverse=latest_first)
    for day, some in groupby(rests, key=lambda each: each[0]):
        yield day, [(number, rest) for _, number, rest in some]
