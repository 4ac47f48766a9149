"""The oracle: the rules of docs/semantics.md by brute force, one world after the other.

Written from the rules alone. It shares no code with `aidtimeline.semantics` or `aidtimeline.projections`, never
imports them, and of dates, quantities and money it reads nothing but their ends and whether they are qualified. It is
slow on purpose: an undecided date doubles the worlds. For states it also goes through the days on which each fact may
have happened: the first and last of its own, and those of the others between them.

>>> oracle = Oracle([], date(2023, 3, 1))
>>> oracle.worlds, oracle.counts()
({frozenset()}, {})
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from math import prod
from typing import Any, TypeAlias

from attrs import evolve, frozen

from aidtimeline.events import (
    Amendment,
    Cancellation,
    Correction,
    Corroboration,
    Event,
    Participation,
    Project,
    Record,
    Retraction,
    Status,
)
from aidtimeline.values.amounts import Quantity

#: Low and high end, both inclusive; None is an open end.
Interval: TypeAlias = tuple[Any, Any]
Where: TypeAlias = Mapping[str, str | tuple[str | None, ...] | None]
#: The `by` fields of a number, and its unit (of money: its currency).
Key: TypeAlias = tuple[tuple[str | None, ...], str | None]

MAX_UNDECIDED = 18
TIGHT_UNDECIDED = 12
MAX_DATES = 50_000
MEASURED = ("kg", "metre", "litre", "tonne", "hour")
UNCOUNTED = ("cancellation", "observation")
PROFILE = ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end")


@frozen
class Written:
    """A record once repairs are applied. `gone`: a repair retracted it."""

    id: str
    recorded_at: datetime
    says: Event | Amendment
    gone: bool = False

    @property
    def known_since(self) -> datetime:
        """When one could first have read it: published, or retrieved."""
        days = [day for source in self.says.sources for day in (source.published, source.retrieved) if day is not None]
        return min((end_of(each.latest) for each in days if each.latest is not None), default=self.recorded_at)

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """The order in which later news takes precedence."""
        return (self.known_since, self.recorded_at, self.id)


@frozen
class Account:
    """What one report says: intervals, and of each whether it is only approximate."""

    order: tuple[datetime, datetime, str]
    planned: bool
    date: tuple[Interval, bool]
    quantity: tuple[Interval, bool] | None
    unit: str | None
    value: tuple[Interval, bool] | None
    currency: str | None


@frozen
class Fact:
    """A believed fact: its event as corrected, and what its accounts say when combined.

    `counted`: one of them states a number. `planned`: each is dated wholly after its own report.
    """

    id: str
    event: Event
    known_since: datetime
    recorded_at: datetime
    span: Interval
    planned: bool
    quantity: Interval | None
    counted: bool
    value: Interval | None
    currency: str | None
    disputed: frozenset[str]
    approximate: frozenset[str]

    @property
    def order(self) -> tuple[date, date, datetime, datetime, str]:
        """The order in which facts are folded."""
        earliest, latest = self.span
        return (latest or date.max, earliest or date.min, self.known_since, self.recorded_at, self.id)


def end_of(cut: date | datetime) -> datetime:
    """The last instant of a day in UTC; an instant is itself."""
    return cut if isinstance(cut, datetime) else datetime.combine(cut, time.max, UTC)


def day_of(instant: datetime) -> date:
    """The day in UTC."""
    return instant.astimezone(UTC).date()


def is_part(event: Event) -> bool:
    """Whether it is a cancellation of an amount."""
    amounts = getattr(event, "quantity", None), getattr(event, "value", None)
    return event.kind == "cancellation" and amounts != (None, None)


def is_repair(says: Event | Amendment) -> bool:
    """An amendment that names no source."""
    return isinstance(says, Correction | Retraction) and not says.sources


def exact_ends(quantity: Quantity) -> Interval:
    """The ends of a quantity as numbers that add up without rounding."""
    return (Fraction(quantity.low), None if quantity.high is None else Fraction(quantity.high))


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two intervals share a point."""
    return not any(
        low is not None and high is not None and low > high for low, high in ((one[0], other[1]), (other[0], one[1]))
    )


def hull(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all of these."""
    lows, highs = zip(*intervals, strict=True)
    return (None if None in lows else min(lows), None if None in highs else max(highs))


def plus(*ends: Any) -> Any:
    """The sum of high ends; None, which is open, if one is."""
    return None if None in ends else sum(ends, Fraction(0))


def larger(*ends: Any) -> Any:
    """The largest of high ends."""
    return None if None in ends else max(ends)


def smaller(*ends: Any) -> Any:
    """The smallest of high ends."""
    return min((end for end in ends if end is not None), default=None)


@frozen
class Combined:
    """What several accounts tell together, and whether they contradict each other, and whether all are approximate."""

    interval: Interval
    disputed: bool
    approximate: bool


def common(intervals: list[Interval]) -> Interval | None:
    """What all have in common; None if that is nothing."""
    if any(not overlap(one, other) for one in intervals for other in intervals):
        return None
    lows = [low for low, _ in intervals if low is not None]
    highs = [high for _, high in intervals if high is not None]
    return max(lows, default=None), min(highs, default=None)


def combine_dates(stated: Iterable[tuple[Interval, bool]]) -> Combined:
    """Approximate dates yield; what is left is what all have in common, else the hull of all."""
    accounts = list(stated)
    exact = [interval for interval, approximate in accounts if not approximate]
    chosen = exact or [interval for interval, _ in accounts]
    both = common(chosen)
    return Combined(both or hull(chosen), both is None, not exact)


def combine_numbers(stated: Iterable[tuple[Interval, bool]], unit: str | None = None) -> Combined:
    """What all have in common, else the hull of all; "some" stands aside, and "about" allows half to double."""
    accounts = list(stated)
    some = [((Fraction(1), None), False), (unstated(unit), False)]
    if any(each not in some for each in accounts):
        accounts = [each for each in accounts if each not in some]
    exact = [interval for interval, approximate in accounts if not approximate]
    about = [interval for interval, approximate in accounts if approximate]
    both = common(exact or about)
    if both is None or (exact and not all(is_about(both, each) for each in about)):
        return Combined(hull(interval for interval, _ in accounts), True, bool(about))
    return Combined(both, False, not exact)


def is_about(number: Interval, about: Interval) -> bool:
    """Whether a number lies wholly between the half of the least and the double of the greatest, or the reverse."""
    if about[1] is not None and (number[1] is None or number[1] > max(about[1] * 2, about[1] / 2)):
        return False
    return bool(number[0] >= min(about[0] / 2, about[0] * 2))


def unstated(unit: str | None) -> Interval:
    """What counts where no number is stated: some of what is counted, any amount of what is measured."""
    return Fraction(0 if unit in MEASURED else 1), None


def capped(dated: Interval, cap: date) -> Interval:
    """Done is done: what was reported on `cap` had happened by then, unless it is dated wholly after."""
    earliest, latest = dated
    if earliest is not None and earliest > cap:
        return dated
    return (earliest, cap if latest is None else min(latest, cap))


def field_of(event: Event, name: str) -> str | None:
    """A field as a key; a list is one key as a whole, in whatever order."""
    value = getattr(event, name.replace("-", "_"), None)
    return ("+".join(sorted(set(value))) or None) if isinstance(value, tuple) else value


def asked_for(event: Event, where: Where | None) -> bool:
    """Whether each field named has one of its values; an empty one is none."""
    for name, wanted in (where or {}).items():
        values = wanted if isinstance(wanted, tuple) else (wanted,)
        if field_of(event, name) not in [value or None for value in values]:
            return False
    return True


def closure(edges: Mapping[str, set[str]], start: str) -> set[str]:
    """All that can be reached from a node in one step or more."""
    reached: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(edges.get(node, ()))
    return reached


def repairs_of(log: Mapping[str, Record]) -> tuple[dict[str, list[Record]], list[tuple[str, str]]]:
    """The repairs of the text of each record, and the events that repairs found to be duplicates of another."""
    repairs: dict[str, list[Record]] = defaultdict(list)
    found: list[tuple[str, str]] = []
    for record in log.values():
        said = record.event
        if isinstance(said, Correction | Retraction) and is_repair(said):
            target = log.get(said.of)
            useless = isinstance(said, Correction) and is_repair(said.event)
            if target is None or is_repair(target.event) or useless:
                continue
            if isinstance(said, Retraction) and said.duplicate_of is not None and isinstance(target.event, Event):
                found.append((said.of, said.duplicate_of))
            else:
                repairs[target.id].append(record)
    return repairs, found


def after_repairs(
    records: Iterable[Record], recorded_until: date | datetime | None
) -> tuple[dict[str, Written], list[tuple[str, str]]]:
    """The records as they stand in the log at the cut, repairs applied and gone, and what repairs found to be one."""
    log: dict[str, Record] = {}
    for record in sorted(records, key=lambda each: each.recorded_at, reverse=True):
        if recorded_until is None or record.recorded_at <= end_of(recorded_until):
            log[record.id] = record
    repairs, found = repairs_of(log)
    written: dict[str, Written] = {}
    for record in log.values():
        if is_repair(record.event):
            continue
        stands = Written(record.id, record.recorded_at, record.event)
        if repairs[record.id]:
            deciding = max(repairs[record.id], key=lambda each: (each.recorded_at, each.id)).event
            if isinstance(deciding, Correction):
                stands = evolve(stands, says=deciding.event)
            elif isinstance(deciding, Retraction):
                if not isinstance(record.event, Event):
                    continue
                stands = evolve(stands, gone=True)
        written[record.id] = stands
    return written, found


@frozen(slots=False)
class Oracle:
    """Every world of a log at its cuts: which facts there are, which of them count together, and what follows."""

    records: Iterable[Record]
    as_of: date
    known_at: date | datetime | None = None
    recorded_until: date | datetime | None = None

    # From records to facts.

    def _is_known(self, written: Written) -> bool:
        return self.known_at is None or written.known_since <= end_of(self.known_at)

    @cached_property
    def _repaired(self) -> tuple[dict[str, Written], list[tuple[str, str]]]:
        return after_repairs(self.records, self.recorded_until)

    @property
    def _written(self) -> dict[str, Written]:
        return self._repaired[0]

    @cached_property
    def _events(self) -> dict[str, Written]:
        return {each.id: each for each in self._written.values() if isinstance(each.says, Event)}

    def _known_amendments(self) -> Iterator[Written]:
        for each in self._written.values():
            if not isinstance(each.says, Event) and each.says.of in self._events and self._is_known(each):
                yield each

    @cached_property
    def _news(self) -> dict[str, list[Written]]:
        """The known news about the text of each event, in turn: the last decides. Findings of identity are none."""
        news: dict[str, list[Written]] = defaultdict(list)
        for each in sorted(self._known_amendments(), key=lambda each: each.order):
            says = each.says
            fits = (isinstance(says, Retraction) and says.duplicate_of is None) or (
                isinstance(says, Correction) and isinstance(says.event, Event)
            )
            if fits and not isinstance(says, Event) and not self._events[says.of].gone:
                news[says.of].append(each)
        return news

    def _corrected(self, event_id: str) -> Event:
        """What the record says, as corrected by known news."""
        news = self._news.get(event_id)
        says = news[-1].says.event if news and isinstance(news[-1].says, Correction) else self._events[event_id].says
        if not isinstance(says, Event):
            raise TypeError(says)
        return says

    def _is_retracted(self, event_id: str) -> bool:
        """Whether the record counts for nothing of its own."""
        news = self._news.get(event_id)
        return self._events[event_id].gone or bool(news and isinstance(news[-1].says, Retraction))

    @cached_property
    def _twins(self) -> dict[str, set[str]]:
        """What each event was found to be a duplicate of; nothing is one of itself, or of what is no event."""
        found = list(self._repaired[1])
        for each in self._known_amendments():
            if isinstance(each.says, Retraction) and each.says.duplicate_of is not None:
                found.append((each.says.of, each.says.duplicate_of))
        twins: dict[str, set[str]] = {each: set() for each in self._events}
        for of, other in found:
            if of != other and of in twins and other in twins:
                twins[of].add(other)
        return twins

    @cached_property
    def _roots(self) -> dict[str, str]:
        """The id under which each event is pooled: where its chains of duplicates end, of several the smallest."""
        ways = {each: closure(self._twins, each) | {each} for each in self._twins}
        roots = {}
        for each in self._twins:
            one = {each}
            while more := {other for other in ways if ways[other] & {way for part in one for way in ways[part]}} - one:
                one |= more
            roots[each] = min(end for end in one if all(end in ways[other] for other in ways[end]))
        return roots

    def _accounts(self, member: str) -> Iterator[Account]:
        """The known accounts of one event: its own, and its corroborations'. What is retracted has none."""
        if self._is_retracted(member):
            return
        record, event = self._events[member], self._corrected(member)
        corrections = [each for each in self._news.get(member, ()) if isinstance(each.says, Correction)]
        if corrections:
            dated, cap = record.says, record.known_since
            for each in corrections:
                if self._days(each.says.event) != self._days(dated):  # type: ignore[union-attr]
                    cap = each.known_since
                dated = each.says.event  # type: ignore[union-attr]
            yield self._account(corrections[-1].order, event, day_of(cap))
        elif self._is_known(record):
            yield self._account(record.order, event, day_of(record.known_since))
        for each in self._known_amendments():
            if isinstance(each.says, Corroboration) and each.says.of == member:
                yield self._account(each.order, event, day_of(each.known_since), each.says)

    @staticmethod
    def _days(event: Any) -> Interval:
        return event.date.earliest, event.date.latest

    @staticmethod
    def _account(
        order: tuple[datetime, datetime, str], event: Event, cap: date, by: Corroboration | None = None
    ) -> Account:
        def stated(name: str) -> Any:
            own = getattr(by, name, None)
            return getattr(event, name, None) if own is None else own

        dated, quantity, value = stated("date"), stated("quantity"), stated("value")
        return Account(
            order,
            dated.earliest is not None and dated.earliest > cap,
            (capped((dated.earliest, dated.latest), cap), any(mark in dated.text for mark in "~%")),
            None if quantity is None else (exact_ends(quantity), quantity.approximate),
            field_of(event, "unit"),
            None if value is None else (exact_ends(value.amount), value.amount.approximate),
            None if value is None else value.currency,
        )

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The believed facts by id, those of duplicates under the id they are pooled under."""
        pooled: dict[str, dict[str, list[Account]]] = defaultdict(dict)
        for member, root in self._roots.items():
            if accounts := list(self._accounts(member)):
                pooled[root][member] = accounts
        return {root: self._fact(root, accounts) for root, accounts in pooled.items()}

    def _fact(self, root: str, told: dict[str, list[Account]]) -> Fact:
        """The accounts together; what is dated after its own report says nothing beside what is not."""

        def known_first(member: str) -> Any:
            return member != root, min(each.order[0] for each in told[member]), self._events[member].order[1:]

        event = self._corrected(min(told, key=known_first))
        known = sorted((each for several in told.values() for each in several), key=lambda each: each.order)
        accounts = [each for each in known if not each.planned] or known
        own = getattr(event, "value", None)
        valued = [each for each in accounts if each.currency and hasattr(event, "value")]
        currency = own.currency if own is not None else valued[0].currency if valued else None
        unit = field_of(event, "unit")
        counted = [each for each in accounts if each.quantity and hasattr(event, "quantity")]
        quantities = [each.quantity for each in counted if each.quantity and each.unit == unit]
        is_counted = bool(quantities)
        if not quantities and field_of(event, "item") and event.kind not in UNCOUNTED:
            quantities = [(unstated(unit), False)]
        values = [each.value for each in valued if each.value and each.currency == currency]
        combined = {"date": combine_dates(each.date for each in accounts)}
        if quantities:
            combined["quantity"] = combine_numbers(quantities, unit)
        if values:
            combined["value"] = combine_numbers(values)
        others = {
            "quantity": any(each.unit != unit for each in counted),
            "value": any(each.currency != currency for each in valued),
        }
        return Fact(
            id=root,
            event=event,
            known_since=known[0].order[0],
            recorded_at=self._events[root].recorded_at,
            span=combined["date"].interval,
            planned=all(each.planned for each in known),
            quantity=combined["quantity"].interval if "quantity" in combined else None,
            counted=is_counted,
            value=combined["value"].interval if "value" in combined else None,
            currency=currency if "value" in combined else None,
            disputed=frozenset(
                [name for name, each in combined.items() if each.disputed]
                + [name for name, other in others.items() if other]
            ),
            approximate=frozenset(name for name, each in combined.items() if each.approximate),
        )

    # From facts to worlds.

    @cached_property
    def links(self) -> dict[str, set[str]]:
        """What each event, believed or not, supersedes directly; links within a circle are left out."""
        drawn: dict[str, set[str]] = {root: set() for root in self._roots.values()}
        for member, root in self._roots.items():
            drawn[root] |= {self._roots[each] for each in self._corrected(member).supersedes if each in self._roots}
        self._take_off(drawn)
        reached = {node: closure(drawn, node) for node in drawn}
        return {
            node: {other for other in others if node not in reached[other] and other != node}
            for node, others in drawn.items()
        }

    def _take_off(self, drawn: dict[str, set[str]]) -> None:
        """Cancellations that state an amount replace nothing; what replaces a promise after them replaces them too.

        What supersedes them supersedes what they name.
        """
        parts = {each for each, fact in self.facts.items() if is_part(fact.event)}
        named = {each: drawn[each] for each in parts}
        drawn.update((each, set()) for each in parts)
        for node, targets in drawn.items():
            through = {other for each in targets & parts for other in {each} | closure(named, each)}
            drawn[node] = targets | through
        after = {node: set(targets) for node, targets in drawn.items()}
        for each in parts:
            stood: set[str] = set()
            waiting = [other for other in closure(named, each) - parts if not self._before(each, other)]
            looked_at = set(waiting)
            while waiting:
                target = waiting.pop()
                sooner = [node for node in drawn if target in drawn[node] and self._before(node, each)]
                waiting += set(sooner) - looked_at
                looked_at |= set(sooner)
                stood |= set() if sooner else {target}
            for node, targets in drawn.items():
                if node != each and targets & stood and (node not in self.facts or self._before(each, node)):
                    after[node].add(each)
        drawn.update(after)

    def _before(self, one: str, other: str) -> bool:
        """Whether one fact is dated wholly before another; True only if both are believed."""
        if one not in self.facts or other not in self.facts:
            return False
        latest, earliest = self.facts[one].span[1], self.facts[other].span[0]
        return latest is not None and earliest is not None and latest < earliest

    @cached_property
    def undecided(self) -> frozenset[str]:
        """The facts that may or may not have happened by the cut."""
        return frozenset(
            each.id
            for each in self.facts.values()
            if (each.span[0] is None or each.span[0] <= self.as_of)
            and (each.planned or each.span[1] is None or each.span[1] > self.as_of)
        )

    @cached_property
    def worlds(self) -> set[frozenset[str]]:
        """Each set of facts that count together in some world."""
        if len(self.undecided) > MAX_UNDECIDED:
            raise ValueError(f"{len(self.undecided)} undecided dates are too many to enumerate")
        bits = {fact: 1 << index for index, fact in enumerate(self.facts)}
        superseders = dict.fromkeys(bits, 0)
        for fact, bit in bits.items():
            for superseded in closure(self.links, fact):
                if superseded in bits:
                    superseders[superseded] |= bit
        past = sum(
            bits[each.id]
            for each in self.facts.values()
            if each.span[1] is not None and each.span[1] <= self.as_of and each.id not in self.undecided
        )
        counted = set()
        for choice in product(*((0, bits[each]) for each in self.undecided)):
            happened = past + sum(choice)
            counted.add(sum(bit for fact, bit in bits.items() if bit & happened and not superseders[fact] & happened))
        return {frozenset(fact for fact, bit in bits.items() if bit & world) for world in counted}

    def is_tight(self, fact_id: str) -> bool:
        """Whether bounds with this fact must be reached: one direct superseder each, or few undecided dates."""
        near: dict[str, set[str]] = defaultdict(set)
        for node, others in self.links.items():
            for other in others:
                near[node].add(other)
                near[other].add(node)
        group = closure(near, fact_id) | {fact_id}
        few = len(group & self.undecided) <= TIGHT_UNDECIDED
        return few or all(sum(node in others for others in self.links.values()) <= 1 for node in group)

    # From worlds to answers.

    def counts(
        self, kinds: tuple[str, ...] = ("delivery",), by: tuple[str, ...] = ("item",), where: Where | None = None
    ) -> dict[Key, Interval]:
        """The least and the greatest sum of quantities over all worlds, by key and unit."""
        return self._sums(self.counted(kinds, by, where), "quantity")

    def money(
        self, kinds: tuple[str, ...] = (), by: tuple[str, ...] = (), where: Where | None = None
    ) -> dict[Key, Interval]:
        """The least and the greatest sum of values over all worlds, by key and currency; no kinds are all kinds."""
        return self._sums(self.valued(kinds, by, where), "value")

    def counted(
        self, kinds: tuple[str, ...] = ("delivery",), by: tuple[str, ...] = ("item",), where: Where | None = None
    ) -> dict[Key, set[str]]:
        """The facts with a quantity that count in some world, by key and unit."""
        members: dict[Key, set[str]] = defaultdict(set)
        for fact in self._asked_for(where):
            if fact.quantity is not None and fact.event.kind in kinds:
                members[self._key(fact, by), field_of(fact.event, "unit")].add(fact.id)
        return members

    def valued(
        self, kinds: tuple[str, ...] = (), by: tuple[str, ...] = (), where: Where | None = None
    ) -> dict[Key, set[str]]:
        """The facts with a value that count in some world, by key and currency."""
        members: dict[Key, set[str]] = defaultdict(set)
        for fact in self._asked_for(where):
            if fact.value is not None and (not kinds or fact.event.kind in kinds):
                members[self._key(fact, by), fact.currency].add(fact.id)
        return members

    def _asked_for(self, where: Where | None) -> list[Fact]:
        counting = {fact for world in self.worlds for fact in world}
        return [self.facts[each] for each in counting if asked_for(self.facts[each].event, where)]

    @staticmethod
    def _key(fact: Fact, by: tuple[str, ...]) -> tuple[str | None, ...]:
        return tuple(field_of(fact.event, name) for name in by)

    def _sums(self, members: Mapping[Key, set[str]], name: str) -> dict[Key, Interval]:
        answer: dict[Key, Interval] = {}
        for key, facts in members.items():
            unit = next(self._measure(self.facts[each], name) for each in facts)
            ends = [self._in_world(facts, world, name, unit) for world in self.worlds]
            answer[key] = hull(ends)
        return answer

    # What may report the same.

    @cached_property
    def lines(self) -> dict[str, str]:
        """The line of each fact, believed or not: facts that supersession joins are one."""
        near: dict[str, set[str]] = defaultdict(set)
        for node, others in self.links.items():
            for other in others:
                near[node].add(other)
                near[other].add(node)
        return {each: min(closure(near, each) | {each}) for each in self._roots.values()}

    def _named(self, member: str) -> tuple[set[str], set[str]]:
        """The lines that an event is part of, and those that it may overlap with; projects as `project: slug`."""
        event = self._corrected(member)
        wholes: set[str] = set()
        if event.part_of in self._roots:
            wholes = {self.lines[self._roots[event.part_of]]}
        elif event.part_of is not None:
            own = {source.dataset for source in event.sources} - {None}
            for other in self._events:
                text = self._corrected(other)
                if text.ref == event.part_of and own & {source.dataset for source in text.sources}:
                    wholes.add(self.lines[self._roots[other]])
        others = {
            self.lines[self._roots[each]] if each in self._roots else f"project: {each}" for each in event.overlaps
        }
        line = self.lines[self._roots[member]]
        return wholes - {line}, others - {line}

    @cached_property
    def above(self) -> dict[str, set[str]]:
        """What lies directly above each line; above a project lie the lines with facts of it."""
        above: dict[str, set[str]] = defaultdict(set)
        for member, root in self._roots.items():
            wholes, others = self._named(member)
            above[self.lines[root]] |= wholes | others
            project = self._corrected(member).project
            if project is not None:
                above[f"project: {project}"].add(self.lines[root])
        return above

    def may_be_one(self, one: str, other: str) -> bool:
        """Whether two lines may report the same: one lies above the other.

        Lines of one project that name the same, and that nothing names, never do: they are one account of the project.
        """
        if one == other or not (other in closure(self.above, one) or one in closure(self.above, other)):
            return False
        projects = [
            {self._corrected(member).project for member, root in self._roots.items() if self.lines[root] == line}
            for line in (one, other)
        ]
        [project, *more] = projects[0]
        names = self.above[one]
        alike = projects[0] == projects[1] and not more and project is not None and names == self.above[other]
        named = any({one, other} & others for node, others in self.above.items() if not node.startswith("project: "))
        return not alike or named or f"project: {project}" in names

    def whole_of(self, fact: str) -> str | None:
        """The line of which a fact is certainly a part."""
        found = [self._named(member)[0] for member, root in self._roots.items() if root == fact]
        found = [each for each in found if each]
        if len(found) != 1 or len(found[0]) != 1:
            return None
        [whole] = found[0]
        line = self.lines[fact]
        return None if whole in closure(self.above, line) and line in closure(self.above, whole) else whole

    def wholes_of(self, line: str) -> set[str | None]:
        """What the facts of a line are certainly a part of: all of them, whether asked for or not."""
        its = {root for root in self._roots.values() if self.lines[root] == line}
        return {self.whole_of(each) for each in its if not isinstance(self._corrected(each), Cancellation)}

    @staticmethod
    def _measure(fact: Fact, name: str) -> str | None:
        return fact.currency if name == "value" else field_of(fact.event, "unit")

    def _in_world(self, asked: set[str], world: frozenset[str], name: str, unit: str | None) -> Interval:
        """The least and the greatest sum of what is asked for in one world."""
        facts = asked & world
        amounts = {each: getattr(self.facts[each], name) for each in facts}
        sides = {field_of(self.facts[each].event, "side") or "" for each in facts} - {""}
        lows = []
        for side in sorted(sides) or [""]:
            chosen = [each for each in facts if field_of(self.facts[each].event, "side") in (side, None)]
            lines: dict[str, Fraction] = defaultdict(Fraction)
            for each in chosen:
                lines[self.lines[each]] += amounts[each][0]
            lows.append(self._largest_apart(lines))
        whole_line: dict[str, list[Any]] = defaultdict(list)
        for each in world:
            amount = getattr(self.facts[each], name)
            if amount is not None and self._measure(self.facts[each], name) == unit:
                whole_line[self.lines[each]].append(amount[1])
        full = {line: plus(*highs) for line, highs in whole_line.items()}
        wholes: dict[str, set[str | None]] = defaultdict(set)
        for each in asked:
            wholes[self.lines[each]] = self.wholes_of(self.lines[each])
        return max(lows), self._most(facts, amounts, full, wholes)

    def _largest_apart(self, lines: Mapping[str, Fraction]) -> Fraction:
        """The largest sum of lines of which none may report the same as another; what is below zero is taken off."""
        given = [line for line, low in lines.items() if low > 0]
        most = Fraction(0)
        for number in range(1 << len(given)):
            chosen = [line for at, line in enumerate(given) if number >> at & 1]
            if not any(self.may_be_one(one, other) for one, other in combinations(chosen, 2)):
                most = max(most, sum((lines[line] for line in chosen), Fraction(0)))
        return most + sum((low for low in lines.values() if low < 0), Fraction(0))

    def _most(
        self,
        facts: set[str],
        amounts: Mapping[str, Interval],
        full: Mapping[str, Any],
        wholes: Mapping[str, set[str | None]],
    ) -> Any:
        """All together, but of a whole and its parts the larger."""
        own: dict[str, Any] = {}
        for each in facts:
            line = self.lines[each]
            own[line] = plus(own.get(line, Fraction(0)), amounts[each][1])

        def above(line: str) -> str | None:
            [whole, *more] = wholes[line]
            passed = {line}
            while whole is not None and whole not in own and whole not in passed and not more:
                passed.add(whole)
                its = self.wholes_of(whole)
                whole = its.pop() if len(its) == 1 else None
            return whole if whole in own and not more and whole != line else None

        def value(line: str) -> Any:
            below = [value(part) for part in own if above(part) == line]
            if not below:
                return own[line]
            return smaller(plus(own[line], *below), larger(full[line], own[line], plus(*below)))

        return plus(*(value(line) for line in own if above(line) is None))

    def status(self, project: str, where: Where | None = None) -> set[str | None]:
        """The statuses a project has in some world; None for none yet."""
        return self._last(
            lambda event: event.status if isinstance(event, Status) and event.project == project else None, where
        )

    def profile(self, project: str, name: str, where: Where | None = None) -> set[str | None]:
        """The values that a field of a project's profile has in some world, dates as texts; None for none yet."""

        def stated(event: Event) -> str | None:
            value = getattr(event, name) if isinstance(event, Project) and event.project == project else None
            return getattr(value, "text", value)

        return self._last(stated, where)

    def roles(self, where: Where | None = None) -> dict[tuple[str, str, str], set[bool]]:
        """Whether each role that was ever reported, (project, party, role), is held, in each world."""
        roles = {
            (each.event.project, each.event.party, each.event.role)
            for each in self.facts.values()
            if isinstance(each.event, Participation)
        }

        def holds(role: tuple[str, str, str]) -> Callable[[Event], bool | None]:
            def held(event: Event) -> bool | None:
                if isinstance(event, Participation) and (event.project, event.party, event.role) == role:
                    return not event.left
                return None

            return held

        return {role: {bool(each) for each in self._last(holds(role), where)} for role in roles}

    def _last(self, value: Callable[[Event], Any], where: Where | None) -> set[Any]:
        """The value that the last of the facts with one gives, in each world and for every choice of true dates."""
        stating = {
            each.id: value(each.event)
            for each in self.facts.values()
            if asked_for(each.event, where) and value(each.event) is not None
        }
        days = {each: self._true_days(self.facts[each], stating) for each in stating}
        answer = set()
        for world in {world.intersection(stating) for world in self.worlds}:
            facts = [self.facts[each] for each in world if not self._left_for_good(self.facts[each], world, days)]
            choices = [[(day, each.known_since, each.recorded_at, each.id) for day in days[each.id]] for each in facts]
            if prod(map(len, choices)) > MAX_DATES:
                raise ValueError("too many true dates to enumerate")
            for choice in product(*choices):
                answer.add(stating[max(choice)[-1]] if choice else None)
        return answer

    def _true_days(self, fact: Fact, others: Iterable[str]) -> list[date]:
        """Days on which a fact may have happened by the cut: its first and last, and those of the others between."""
        ends = {day for each in others for day in self.facts[each].span if day is not None}
        earliest, latest = fact.span[0] or date.min, min(fact.span[1] or date.max, self.as_of)
        return sorted({earliest, latest, *(day for day in ends if earliest <= day <= latest)})

    def _left_for_good(self, taken: Fact, world: Iterable[str], days: Mapping[str, list[date]]) -> bool:
        """Whether a role that is taken is left in a world, and not surely taken again after that."""

        def dated(fact: Fact) -> Iterator[tuple[date, datetime, datetime, str]]:
            return ((day, fact.known_since, fact.recorded_at, fact.id) for day in days[fact.id])

        if not isinstance(taken.event, Participation) or taken.event.left:
            return False
        leaving = [self.facts[each] for each in world if getattr(self.facts[each].event, "left", False)]
        return any(one < other for left in leaving for one in dated(taken) for other in dated(left))
