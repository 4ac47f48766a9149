"""Checks for what may be in the log twice: one fact in two reports, or one flow from two sides.

Facts that may be one have the same kind, donor and item, and their dates overlap. So they are compared in the order of
their first days, each with those whose dates have not ended, and with at most `LOOK_BACK` of these. Of two datasets
that may tell of the same, `twins` says so once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any, TypeAlias

from attrs import Factory, frozen

from aidtimeline.checks.checked import Checked, linked, stays, wholly_before
from aidtimeline.checks.twins import datasets_of, distance
from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import Problem
from aidtimeline.events import Event, Record
from aidtimeline.semantics import Fact
from aidtimeline.semantics.sets import DisjointSets
from aidtimeline.values.amounts import Quantity

LOOK_BACK = 50
"""A fact is compared with so many facts at most that are like it and whose dates overlap with its own."""

#: If two facts both state one of these, and differ, they are two.
_distinguishing = attrgetter("project", "package", "location", "via", "event.ref", "party", "role")

_Pair: TypeAlias = Callable[[Fact, Fact], bool]


@frozen
class _Judge:
    """Says which facts of a log may be one."""

    log: Checked
    together: DisjointSets[str]
    _reports: dict[str, frozenset[Hashable]] = Factory(dict)

    def may_be_one(self, one: Fact, other: Fact) -> bool:
        """Whether nothing distinguishes them: dates, links, parties, places, dues."""
        if one.date < other.date or one.date > other.date or self._linked(one, other):
            return False
        for said, said_there in zip(_distinguishing(one), _distinguishing(other), strict=True):
            if said and said_there and said != said_there:
                return False
        due, due_there = one.due, other.due
        if due and due_there and (wholly_before(due, due_there) or wholly_before(due_there, due)):
            return False
        return self.log.may_be_one(one.recipient, other.recipient)

    def reported_twice(self, one: Fact, other: Fact) -> bool:
        """Whether two reports may say the same, and both would be summed. Those of two datasets are `twins`."""
        of_datasets = datasets_of(one), datasets_of(other)
        if all(of_datasets) and of_datasets[0].isdisjoint(of_datasets[1]):
            return False
        agreeing = _agree(one, other)
        apart = self.reports(one).isdisjoint(self.reports(other))
        return agreeing is not None and apart and one.side == other.side and self.may_be_one(one, other)

    def both_sides(self, one: Fact, other: Fact) -> bool:
        """Whether one flow may be in both parties' books, and both would be summed."""
        agreeing = _agree(one, other)
        all_summed = not (one.in_other_books or other.in_other_books)
        summed = agreeing == "quantity" or (agreeing == "value" and all_summed)
        return summed and one.side != other.side and self.may_be_one(one, other)

    def reports(self, fact: Fact) -> frozenset[Hashable]:
        """The reports behind a fact, each by its publisher, title, address and date."""
        if fact.id not in self._reports:
            sources = (source for account in fact.accounts for source in account.sources)
            self._reports[fact.id] = frozenset(
                (each.publisher, each.title, each.url, each.published) for each in sources
            )
        return self._reports[fact.id]

    def _linked(self, one: Fact, other: Fact) -> bool:
        if self.together.leader(one.id) == self.together.leader(other.id):
            return True
        if not {*one.fulfils}.isdisjoint(other.members) or not {*other.fulfils}.isdisjoint(one.members):
            return True
        return self._kept(one) != self._kept(other) or _names(one, other) or _names(other, one)

    def _kept(self, fact: Fact) -> frozenset[str]:
        """The promises that a fact keeps, each by what it is linked to: a promise and what replaces it are one."""
        events = self.log.repaired.events
        promises = (each for each in fact.fulfils if each in events and _may_be_kept(events[each]))
        return frozenset(map(self.together.leader, promises))


def _may_be_kept(record: Record) -> bool:
    return isinstance(record.event, Event) and record.event.nature.may_be_fulfilled


def _names(one: Fact, other: Fact) -> bool:
    """Whether one fact says that it is part of the other, or overlaps it."""
    named = {*one.event.overlaps, one.event.part_of}
    return other.project in one.event.overlaps or not named.isdisjoint({*other.members, other.event.ref} - {None})


def _agree(one: Fact, other: Fact) -> str | None:
    """Which of their amounts could be the same, if none contradicts; None also if they have none in common."""
    agreeing = None
    if one.value is not None and other.value is not None:
        if one.value.currency != other.value.currency or not _could_agree(one.value.amount, other.value.amount):
            return None
        agreeing = "value"
    if one.quantity is not None and other.quantity is not None:
        if one.unit != other.unit or not _could_agree(one.quantity, other.quantity):
            return None
        agreeing = "quantity"
    return agreeing


def _could_agree(one: Quantity, other: Quantity) -> bool:
    """Whether two amounts overlap. One that starts at zero already says that it may be counted elsewhere."""
    return bool(one.low and other.low) and one.overlaps(other)


def probable_duplicates(log: Checked) -> Iterator[Problem]:
    """`probable-duplicate`: two reports that may be of one fact, which then counts twice.

    Of several that may be the same, each is named with the nearest of those that were known before it.
    """
    cut_short: list[Fact] = []
    for first, again in _nearest(log, _judge(log).reported_twice, _since, cut_short):
        message = f"it may be the same as {log.named(first)}, from another report, and counts twice"
        hint = _draft(again, first, "the same fact, from another report")
        yield log.place(again).warning("probable-duplicate", message, hint=hint)
    yield from _not_all_compared(cut_short)


def _since(fact: Fact) -> tuple[Any, ...]:
    return fact.known_since, fact.recorded_at, fact.id


def same_entries(log: Checked) -> Iterator[Problem]:
    """`same-entry`: one entry of a dataset (`dataset` and `ref`) that stands in several records, which all count."""
    entries: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in log.belief.facts:
        dataset, ref = fact.event.sources[0].dataset, fact.event.ref
        if dataset is not None and ref is not None:
            entries[dataset, ref].append(fact)
    groups = log.undecided(log.belief.links)
    for (dataset, ref), facts in entries.items():
        newest = [fact for fact in facts if stays(fact, groups)]
        newest.sort(key=lambda fact: (fact.known_since, fact.id))
        for again in newest[1:]:
            message = f"it is the entry {ref} of {dataset}, as is {log.named(newest[0])}, and both count"
            hint = _draft(again, newest[0], "the same entry of the dataset")
            yield log.place(again).warning("same-entry", message, "ref", hint)


def both_sides(log: Checked) -> Iterator[Problem]:
    """`both-sides`: one flow in the provider's and in the receiver's books, of which both would be summed."""
    for given, received in _nearest(log, _judge(log).both_sides, lambda fact: fact.side == "receiver", []):
        message = f"in the receiver's books it may be the same as {log.named(given)}, and counts twice"
        hint = _draft(received, given, "the same flow, seen from the other side")
        yield log.place(received).warning("both-sides", message, "side", hint)


def _draft(again: Fact, first: Fact, reason: str) -> str:
    """The line that `aidtimeline record` takes to make one fact of two."""
    return compact({"kind": "retraction", "of": again.id, "duplicate_of": first.id, "reason": reason})


def _judge(log: Checked) -> _Judge:
    together = linked(log.belief.links)
    for first, *others in log.belief.links.circles:
        for other in others:
            together.join(first, other)
    return _Judge(log, together)


def _groups(log: Checked) -> Iterator[list[Fact]]:
    """The facts that a sum may have twice: alike in kind, donor, item and intent, ordered by their first day."""
    groups: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in log.belief.facts:
        if fact.nature.summed and fact.donor is not None and (fact.quantity or fact.value):
            groups[fact.kind, fact.donor, fact.item, fact.intent].append(fact)
    for facts in groups.values():
        if len(facts) > 1:
            yield sorted(facts, key=lambda fact: fact.date.earliest or date.min)


def _nearest(
    log: Checked, judge: _Pair, order: Callable[[Fact], Any], cut_short: list[Fact]
) -> Iterator[tuple[Fact, Fact]]:
    """Each fact, after the nearest of those that may be the same and come before it in an order."""
    found: dict[str, tuple[float, Fact, Fact]] = {}
    for pair in _pairs(log, judge, cut_short):
        first, again = sorted(pair, key=order)
        best, apart = found.get(again.id), distance(first, again)
        if best is None or (apart, first.id) < (best[0], best[1].id):
            found[again.id] = apart, first, again
    for _, first, again in found.values():
        yield first, again


def _pairs(log: Checked, judge: _Pair, cut_short: list[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """The facts that may be the same, two by two, says the judge; of each group in the order of their first days.

    The first fact of a group that would be compared with more than `LOOK_BACK` others is put into `cut_short`.
    """
    for facts in _groups(log):
        running: list[Fact] = []
        whole = True
        for fact in facts:
            running = [each for each in running if not each.date < fact.date]
            if len(running) > LOOK_BACK:
                del running[:-LOOK_BACK]
                if whole:
                    cut_short.append(fact)
                    whole = False
            yield from ((other, fact) for other in running if judge(other, fact))
            running.append(fact)


def _not_all_compared(cut_short: list[Fact]) -> Iterator[Problem]:
    if cut_short:
        first = cut_short[0]
        what = " ".join(filter(None, (first.kind, first.donor, first.item)))
        others = f", and {len(cut_short) - 1} other sorts" if len(cut_short) > 1 else ""
        message = (
            f"more than {LOOK_BACK} facts with overlapping dates are alike ({what}{others}): "
            f"each was compared with {LOOK_BACK} others only"
        )
        yield Problem(code="not-all-compared", severity="warning", message=message)
