"""Checks for what may be in the log twice: one fact in two reports, or one flow from two sides.

Facts that may be one have the same kind, donor and item, and their dates overlap. So they are compared in the order of
their first days, each with those whose dates have not ended, and with at most `LOOK_BACK` of these. Of two datasets
that may tell of the same, `twins` says so once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any

from attrs import frozen

from aidtimeline.checks.checked import Checked, stays, wholly_before
from aidtimeline.checks.twins import Place, distance
from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import Problem
from aidtimeline.events import Event, Record
from aidtimeline.graphs import DisjointSets
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

LOOK_BACK = 50
"""A fact is compared with so many facts at most that are like it and whose dates overlap with its own."""

#: If two facts both state one of these, and differ, they are two.
_distinguishing = attrgetter("project", "package", "location", "via", "event.ref", "party", "role")


@frozen(eq=False)
class _Compared:
    """What a fact says, as far as it is compared with others; each of it is looked up once."""

    fact: Fact
    distinguishing: tuple[Any, ...]
    reports: frozenset[Hashable]
    datasets: frozenset[str]
    kept: frozenset[str]
    named: frozenset[str]
    names: frozenset[str]
    line: str
    place: Place
    side: str | None
    due: DateRange | None
    recipient: str | None
    unit: str | None


@frozen
class _Judge:
    """Says which facts of a log may be one."""

    log: Checked
    together: DisjointSets[str]

    def compared(self, fact: Fact) -> _Compared:
        """What a fact tells."""
        event, events = fact.event, self.log.repaired.events
        sources = [source for account in fact.accounts for source in account.sources]
        promises = (each for each in fact.fulfils if each in events and _may_be_kept(events[each]))
        return _Compared(
            fact,
            distinguishing=_distinguishing(fact),
            reports=frozenset((each.publisher, each.title, each.url, each.published) for each in sources),
            datasets=fact.datasets,
            # A promise and what replaces it are one.
            kept=frozenset(map(self.together.leader, promises)),
            named=frozenset(filter(None, (*fact.fulfils, *event.overlaps, event.part_of))),
            names=frozenset(filter(None, (*fact.members, event.ref, event.project))),
            line=self.together.leader(fact.id),
            place=Place.of(fact),
            side=fact.side,
            due=fact.due,
            recipient=fact.recipient,
            unit=fact.unit,
        )

    def may_be_one(self, one: _Compared, other: _Compared) -> bool:
        """Whether nothing distinguishes them: dates, links, parties, places, dues."""
        if one.fact.date < other.fact.date or one.fact.date > other.fact.date or _linked(one, other):
            return False
        for said, said_there in zip(one.distinguishing, other.distinguishing, strict=True):
            if said and said_there and said != said_there:
                return False
        due, due_there = one.due, other.due
        if due and due_there and (wholly_before(due, due_there) or wholly_before(due_there, due)):
            return False
        return self.log.may_be_one(one.recipient, other.recipient)

    def reported_twice(self, one: _Compared, other: _Compared) -> bool:
        """Whether two reports may say the same, and both would be summed. Those of two datasets are `twins`."""
        if one.datasets and other.datasets and one.datasets.isdisjoint(other.datasets):
            return False
        if not one.reports.isdisjoint(other.reports) or _agree(one, other) is None:
            return False
        return one.side == other.side and self.may_be_one(one, other)


def _linked(one: _Compared, other: _Compared) -> bool:
    """Whether one replaces, keeps or names the other, or only one of them keeps some promise."""
    apart = one.line != other.line and one.kept == other.kept
    return not (apart and one.named.isdisjoint(other.names) and other.named.isdisjoint(one.names))


def _may_be_kept(record: Record) -> bool:
    return isinstance(record.event, Event) and record.event.nature.may_be_fulfilled


def _agree(one: _Compared, other: _Compared) -> str | None:
    """Which of their amounts could be the same, if none contradicts; None also if they have none in common."""
    agreeing = None
    value, value_there = one.fact.value, other.fact.value
    if value is not None and value_there is not None:
        if value.currency != value_there.currency or not _could_agree(value.amount, value_there.amount):
            return None
        agreeing = "value"
    quantity, quantity_there = one.fact.quantity, other.fact.quantity
    if quantity is not None and quantity_there is not None:
        if one.unit != other.unit or not _could_agree(quantity, quantity_there):
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
    judge, cut_short = _judge(log), list[Fact]()
    for first, again in _nearest(log, judge, cut_short):
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


def _draft(again: Fact, first: Fact, reason: str) -> str:
    """The line that `aidtimeline record` takes to make one fact of two."""
    return compact({"kind": "retraction", "of": again.id, "duplicate_of": first.id, "reason": reason})


def _judge(log: Checked) -> _Judge:
    together = log.belief.links.joined()
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


def _nearest(log: Checked, judge: _Judge, cut_short: list[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each fact, after the nearest of those that may be the same and were known before it."""
    found: dict[str, tuple[float, str, Fact, Fact]] = {}
    for one, other in _pairs(log, judge, cut_short):
        first, again = (one, other) if _since(one.fact) <= _since(other.fact) else (other, one)
        best, id_ = found.get(again.fact.id), first.fact.id
        apart = distance(first.place, again.place)
        if best is None or (apart, id_) < best[:2]:
            found[again.fact.id] = apart, id_, first.fact, again.fact
    for _, _, first_fact, again_fact in found.values():
        yield first_fact, again_fact


def _pairs(log: Checked, judge: _Judge, cut_short: list[Fact]) -> Iterator[tuple[_Compared, _Compared]]:
    """The facts that may be the same, two by two, says the judge; of each group in the order of their first days.

    The first fact of a group that would be compared with more than `LOOK_BACK` others is put into `cut_short`.
    """
    for facts in _groups(log):
        running: list[_Compared] = []
        whole = True
        for fact in facts:
            running = [each for each in running if not each.fact.date < fact.date]
            if len(running) > LOOK_BACK:
                del running[:-LOOK_BACK]
                if whole:
                    cut_short.append(fact)
                    whole = False
            this = judge.compared(fact)
            yield from ((other, this) for other in running if judge.reported_twice(other, this))
            running.append(this)


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
