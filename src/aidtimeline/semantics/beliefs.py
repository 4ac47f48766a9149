"""From records to the facts that are believed at one date of knowledge, and their links.

    records → recorded_until → repairs → known_at → news, accounts → facts

What is believed does not depend on a day of valid time: that cut comes after it (see `cuts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from attrs import field, frozen

from aidtimeline.errors import Problem
from aidtimeline.events import END, AnyEvent, Corroboration, Event, Goods, Record, Valued, stated
from aidtimeline.semantics.accounts import Account, accounts_of, unsaid
from aidtimeline.semantics.amendments import Repaired, Reported, Until, known_by, report
from aidtimeline.semantics.combining import Combined, combine_amounts, combine_dates
from aidtimeline.semantics.facts import Fact, changed, in_order
from aidtimeline.semantics.identity import Identity
from aidtimeline.semantics.links import Links, link
from aidtimeline.semantics.overlap import Drawn, draw
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.semantics.takenoff import states_amount, take_off
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.units import some


@frozen
class Belief:
    """All that is believed at one date of knowledge: the facts in the order of `Fact.rank`, and their links.

    `overlap` has the lines of facts that may report the same. `fulfils_unbelieved` gives the date of each event that is
    not believed, and the promises that it fulfils: what it says is gone, its links are not.
    """

    facts: tuple[Fact, ...]
    links: Links
    problems: tuple[Problem, ...] = field(repr=False)
    overlap: Drawn = field(default=Drawn(), repr=False)
    fulfils_unbelieved: Mapping[str, tuple[DateRange, tuple[str, ...]]] = field(factory=dict, repr=False)

    @cached_property
    def tied(self) -> Mapping[str, Fact]:
        """The facts that have to do with others, by their ids: linked, ending something, fulfilling or fulfilled."""
        tied = set(self.links.order)
        for fact in self.facts:
            if fact.fulfils:
                tied.add(fact.id)
                tied.update(fact.fulfils)
            elif fact.event.nature is END:
                tied.add(fact.id)
                tied.update(each.id for each in (fact.takes_off.promises if fact.takes_off else ()))
        tied.update(*(promises for _, promises in self.fulfils_unbelieved.values()))
        return {fact.id: fact for fact in self.facts if fact.id in tied}


def believe(
    records: Iterable[Record],
    *,
    known_at: date | datetime | None = None,
    recorded_until: date | datetime | None = None,
) -> Belief:
    """Apply amendments to records, and combine the accounts known by `known_at` (inclusive; None: all).

    `recorded_until` (inclusive) first narrows the records to the log as it stood then.
    """
    return believe_at(Recorded.of(records, recorded_until), known_by(known_at))


def believe_at(recorded: Recorded, until: Until) -> Belief:
    """The same, of records after repairs, so that what does not depend on the date of knowledge is done once."""
    repaired = recorded.repaired
    reported = report(repaired, until)
    identity = Identity(repaired, reported)
    naming = [(record, reported.text(record)) for record in recorded.naming]
    supersedes, faults = _supersedes(naming, repaired, identity)
    facts = [fact for fact in recorded.alone if fact.known_since <= until(fact.id)]
    facts += _facts(recorded, reported, identity, until)
    if any(states_amount(text) for _, text in naming):
        facts = list(take_off(facts, supersedes))
    links = link(supersedes)
    overlap = draw(
        [(record.id, text) for record, text in naming],
        ((each, reported.text(record)) for each, record in repaired.events.items()),
        lambda each: identity.root(each) if each in repaired.events else None,
        links,
        ((fact.id, each.id) for fact in facts if fact.takes_off is not None for each in fact.takes_off.promises),
    )
    if overlap.lines:
        facts = [changed(fact, line=overlap.lines[fact.id]) if fact.id in overlap.lines else fact for fact in facts]
    facts = list(in_order(facts))
    problems = [
        *repaired.problems,
        *reported.problems,
        *identity.problems,
        *faults,
        *_circles(repaired, links),
        *_dangling(repaired, overlap),
    ]
    unbelieved = _fulfils_unbelieved(naming, identity, facts)
    return Belief(tuple(facts), links, tuple(problems), overlap, unbelieved)


def _fulfils_unbelieved(
    naming: Iterable[tuple[Record, Event]], identity: Identity, facts: Iterable[Fact]
) -> dict[str, tuple[DateRange, tuple[str, ...]]]:
    found: dict[str, tuple[DateRange, tuple[str, ...]]] = {}
    fulfilling = [(record, text) for record, text in naming if text.fulfils]
    believed = {fact.id for fact in facts} if fulfilling else ()
    for record, text in fulfilling:
        if (root := identity.root(record.id)) not in believed:
            promises = {identity.root(each) for each in text.fulfils} - {root}
            found[root] = text.date, tuple(sorted(promises.union(found[root][1] if root in found else ())))
    return found


def _facts(
    recorded: Recorded,
    reported: Reported,
    identity: Identity,
    until: Until,
) -> Iterator[Fact]:
    """The facts of all events that are not alone, each of those that are one fact."""
    repaired = recorded.repaired
    pooled: dict[str, list[Record]] = defaultdict(list)
    for record in recorded.naming:
        if record.id in recorded.amended:
            pooled[identity.root(record.id)].append(record)
    for root, members in pooled.items():
        accounts: list[Account] = []
        known: list[tuple[bool, datetime, datetime, str, Record]] = []
        for member in members:
            its = list(accounts_of(member, reported, until))
            if its:
                accounts += its
                first = min([each.known_since for each in its])
                known.append((member.id != root, first, *_written(member), member))
        if known:
            *_, base = min(known)
            accounts.sort(key=_in_turn)
            promises = {identity.root(each) for *_, member in known for each in reported.text(member).fulfils} - {root}
            yield _fact(
                repaired.events[root],
                base,
                reported.text(base),
                accounts,
                members=tuple(sorted([member.id for member in members])),
                fulfils=tuple(sorted(promises)),
            )


def _in_turn(account: Account) -> tuple[Any, ...]:
    """The order of accounts: by when they were known, and a record itself before its corroborations."""
    return account.known_since, isinstance(account.record.event, Corroboration), *_written(account.record)


def _written(record: Record) -> tuple[datetime, str]:
    return record.recorded_at, record.id


def _fact(
    record: Record,
    base: Record,
    text: AnyEvent,
    accounts: Sequence[Account],
    *,
    members: tuple[str, ...],
    fulfils: tuple[str, ...],
) -> Fact:
    deeds = [each for each in accounts if not each.planned]
    weighed = deeds or accounts
    dates, date_disputed = combine_dates(weighed)
    quantity, quantity_disputed = _quantity(text, weighed)
    value, value_disputed = _value(text, weighed)
    disputes = {"date": date_disputed, "quantity": quantity_disputed, "value": value_disputed}
    return Fact(
        id=record.id,
        recorded_at=record.recorded_at,
        known_since=accounts[0].known_since,
        event=text,
        base=base.id,
        date=dates,
        planned=not deeds,
        quantity=quantity,
        value=value,
        accounts=tuple(accounts),
        members=members,
        disputed=frozenset(name for name, disputed in disputes.items() if disputed),
        fulfils=fulfils,
    )


def _quantity(text: Event, accounts: Sequence[Account]) -> Combined[Quantity | None]:
    """The quantity in the unit of the text. A number in another unit is none of this fact, and disputes it.

    Goods whose number nobody states are some. A kind that carries none has no quantity, whatever is said of it.
    """
    if not isinstance(text, Goods):
        return None, False
    unit = stated(text, "unit", str)
    counted = [each for each in accounts if each.quantity is not None]
    quantities = [each.quantity for each in counted if each.quantity is not None and each.unit == unit]
    others = len(quantities) < len(counted)
    if quantities:
        quantity, disputed = combine_amounts(quantities, some(unit))
        return quantity, disputed or others
    return unsaid(text), others


def _value(text: Event, accounts: Sequence[Account]) -> Combined[Money | None]:
    """The value in one currency. Money in another is no number of this fact, and disputes it."""
    if not isinstance(text, Valued):
        return None, False
    values = [each.value for each in accounts if each.value is not None]
    currency = _currency(text, accounts)
    amounts = [each.amount for each in values if each.currency == currency]
    if currency is None or not amounts:
        return None, bool(values)
    amount, disputed = combine_amounts(amounts)
    return Money(amount, currency), disputed or len(amounts) < len(values)


def _currency(text: Event, accounts: Sequence[Account]) -> str | None:
    """The currency of the fact: the record's or, if it states no value, that of the account known first."""
    value = stated(text, "value", Money)
    if value is not None:
        return value.currency
    valued = [each for each in accounts if each.value is not None]
    first = min(valued, key=lambda each: (each.known_since, *_written(each.record)), default=None)
    return None if first is None or first.value is None else first.value.currency


def _supersedes(
    naming: Iterable[tuple[Record, Event]], repaired: Repaired, identity: Identity
) -> tuple[dict[str, list[str]], list[Problem]]:
    """The links of every event, believed or not. A correction's replace its original's."""
    supersedes: dict[str, list[str]] = defaultdict(list)
    problems: list[Problem] = []
    for record, text in naming:
        for target in text.supersedes:
            if target in repaired.events:
                supersedes[identity.root(record.id)].append(identity.root(target))
            elif target in repaired.others:
                message = f"it supersedes {target}, which is an amendment"
                problems.append(record.problem("bad-link", message, "supersede the event that it amends"))
            else:
                problems.append(record.problem("dangling", f"it supersedes {target}, which is not in the log"))
    return supersedes, problems


def _circles(repaired: Repaired, links: Links) -> Iterator[Problem]:
    for circle in links.circles:
        message = "it supersedes itself, through " + (", ".join(circle[1:]) or "its duplicate")
        yield repaired.events[circle[0]].problem(
            "circle", message, "their links are ignored: repair one, so that the newest supersedes the others"
        )


def _dangling(repaired: Repaired, overlap: Drawn) -> Iterator[Problem]:
    for each, name in overlap.dangling:
        what = "is an amendment" if name in repaired.others else "is not in the log"
        code = "bad-link" if name in repaired.others else "dangling"
        event = repaired.events[each].event
        does = "is part of" if isinstance(event, Event) and event.part_of == name else "overlaps"
        yield repaired.events[each].problem(code, f"it {does} {name}, which {what}")
