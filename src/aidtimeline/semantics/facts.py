"""Facts: what the log says once amendments are applied, as known at one date, cut as of one date.

    records → recorded_until → repairs → known_at → news, accounts → facts → as_of

`believe` goes as far as the facts known at a date; `cut` narrows them to one day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, cast

import attrs
from attrs import field, frozen

from aidtimeline.errors import Problem
from aidtimeline.events import Commitment, Correction, Corroboration, Event, Pledge, Record, Retraction, stated
from aidtimeline.semantics.accounts import Account, capped, combine_dates, combine_quantities, combine_values
from aidtimeline.semantics.amendments import Repaired, Reported, known_since, problem_at, repair, report
from aidtimeline.semantics.identity import Identity
from aidtimeline.semantics.links import Group, Happened, Links, cut_links, link
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, end_of


@frozen
class Fact:
    """What an event says, as corrected, with all known accounts of it combined.

    `id` and `recorded_at` are those of the original record; `event` is its text as corrected, while `date`, `quantity`
    and `value` are what the accounts tell together. `members` are the ids of the records that are this one fact,
    its own and its duplicates. `disputed` names those of the three on which accounts contradict
    each other. `certain` says that it counts in every world of its view; `group` links it to facts that may replace it.
    `fulfils` are the ids of the promises that it makes good; in a view, of what stands there for them: those of them
    that may count, and all that replaces or may replace one of them. What else the event states are properties.
    """

    id: str
    recorded_at: datetime
    known_since: datetime
    event: Event
    date: DateRange
    quantity: Quantity | None
    value: Money | None
    accounts: tuple[Account, ...]
    members: tuple[str, ...]
    disputed: frozenset[str]
    fulfils: tuple[str, ...] = field(default=(), eq=False)
    certain: bool = False
    group: Group | None = None

    @property
    def kind(self) -> str:
        """The kind of the event, as corrected."""
        return self.event.kind

    @property
    def rank(self) -> tuple[Any, ...]:
        """Where the fact stands among others: by (latest, earliest, known_since, recorded_at, id)."""
        return (
            self.date.latest or date.max,
            self.date.earliest or date.min,
            self.known_since,
            self.recorded_at,
            self.id,
        )

    # What the event says, as corrected. None: it does not say, or its kind has no such field.

    @property
    def donor(self) -> str | None:
        """Who gives, or promises to."""
        return self.event.donor

    @property
    def recipient(self) -> str | None:
        """Who gets it."""
        return self.event.recipient

    @property
    def via(self) -> tuple[str, ...]:
        """The intermediaries."""
        return self.event.via

    @property
    def project(self) -> str | None:
        """The project that it belongs to."""
        return self.event.project

    @property
    def package(self) -> str | None:
        """The package of goods that it belongs to."""
        return self.event.package

    @property
    def location(self) -> str | None:
        """Where it happened."""
        return self.event.location

    @property
    def item(self) -> str | None:
        """What was given, promised, trained or observed."""
        return stated(self.event, "item", str)

    @property
    def unit(self) -> str | None:
        """What the quantity is counted in; None: pieces."""
        return stated(self.event, "unit", str)

    @property
    def side(self) -> str | None:
        """Whose books it is from: provider or receiver; None: its kind carries no money."""
        return stated(self.event, "side", str)

    @property
    def part_of(self) -> str | None:
        """The flow or project of which its money is a part."""
        return stated(self.event, "part_of", str)

    @property
    def due(self) -> DateRange | None:
        """When the promise is to be kept."""
        return stated(self.event, "due", DateRange)

    @property
    def intent(self) -> str | None:
        """The kind of event that is announced."""
        return stated(self.event, "intent", str)

    @property
    def indicator(self) -> str | None:
        """What is observed, if it is not the number of an item."""
        return stated(self.event, "indicator", str)

    @property
    def party(self) -> str | None:
        """Who takes a role in a project, or is to take it."""
        return stated(self.event, "party", str)

    @property
    def role(self) -> str | None:
        """The role that the party takes."""
        return stated(self.event, "role", str)

    @property
    def currency(self) -> str | None:
        """The currency of its value."""
        return None if self.value is None else self.value.currency


@frozen
class Belief:
    """Everything believed at one date of knowledge: the facts in the order of `Fact.rank`, and their links."""

    facts: tuple[Fact, ...]
    links: Links
    problems: tuple[Problem, ...] = field(repr=False)


def believe(
    records: Iterable[Record],
    *,
    known_at: date | datetime | None = None,
    recorded_until: date | datetime | None = None,
) -> Belief:
    """Apply amendments to records, and combine the accounts known by `known_at` (inclusive; None: all).

    `recorded_until` (inclusive) first narrows the records to the log as it stood then.
    """
    if recorded_until is not None:
        written_until = end_of(recorded_until)
        records = [record for record in records if record.recorded_at <= written_until]
    known_until = None if known_at is None else end_of(known_at)
    repaired = repair(records)
    reported = report(repaired, known_until)
    identity = Identity(repaired, reported)
    facts = sorted(_facts(repaired, reported, identity, known_until), key=attrgetter("rank"))
    supersedes, faults = _supersedes(repaired, reported, identity)
    links = link(supersedes)
    problems = [
        *repaired.problems,
        *reported.problems,
        *identity.problems,
        *faults,
        *_circles(repaired, links),
    ]
    return Belief(tuple(facts), links, tuple(problems))


def cut(belief: Belief, as_of: date) -> tuple[Fact, ...]:
    """The facts that count in some world by the end of a day, in order; each says whether it does in every one."""
    happened: dict[str, Happened] = {
        fact.id: "surely" if fact.date.certain_by(as_of) else "perhaps"
        for fact in belief.facts
        if fact.date.possible_by(as_of)
    }
    linked = cut_links(belief.links, happened)
    standing = _standing(belief, happened, linked.replaced)
    facts = []
    for fact in belief.facts:
        if fact.id in happened and fact.id not in linked.replaced:
            group = linked.groups.get(fact.id)
            certain = happened[fact.id] == "surely" and group is None
            if certain or group is not None or fact.fulfils:
                fulfils = tuple(sorted({each for promise in fact.fulfils for each in standing(promise)}))
                fact = attrs.evolve(fact, certain=certain, group=group, fulfils=fulfils)  # noqa: PLW2901
            facts.append(fact)
    return tuple(facts)


def _standing(
    belief: Belief, happened: Mapping[str, Happened], replaced: Collection[str]
) -> Callable[[str], frozenset[str]]:
    """What stands in a view for a promise, by id: nothing for what is not believed, yet to come, or no promise."""

    @cache
    def promises() -> frozenset[str]:
        return frozenset(fact.id for fact in belief.facts if isinstance(fact.event, Pledge | Commitment))

    @cache
    def standing(promise: str) -> frozenset[str]:
        if promise not in promises() or promise not in happened:
            return frozenset()
        found: set[str] = set()
        waiting = [promise]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting.extend(belief.links.above.get(each, ()))
        return frozenset(each for each in found if each in happened and each not in replaced)

    return standing


def _facts(repaired: Repaired, reported: Reported, identity: Identity, known_until: datetime | None) -> Iterator[Fact]:
    pooled: dict[str, list[Record]] = {}
    for record_id in (*repaired.standing, *repaired.erased):
        record = repaired.stated(record_id)
        root = identity.root(record_id)
        retracted = root in repaired.erased or isinstance(reported.news_of(root), Retraction)
        if record is not None and (not retracted or identity.in_circle(root)):
            pooled.setdefault(root, []).append(record)
    for root, members in pooled.items():
        base = repaired.stated(root)
        if base is not None:
            text = _text(base, reported)
            unit = stated(text, "unit", str)
            accounts = []
            fulfils: set[str] = set()
            for member in members:
                told = list(_accounts(member, unit, reported, known_until))
                accounts += told
                if told:
                    fulfils.update(identity.root(promise) for promise in _text(member, reported).fulfils)
            if accounts:
                accounts.sort(key=_in_turn)
                ids = tuple(sorted(member.id for member in members))
                yield _fact(base, text, accounts, ids, tuple(sorted(fulfils - {root})))


def _text(record: Record, reported: Reported) -> Event:
    """What the record says, as corrected by the news that decides."""
    news = reported.news_of(record.id)
    return cast(Event, news.event if isinstance(news, Correction) else record.event)


def _in_turn(account: Account) -> tuple[Any, ...]:
    """The order of accounts: as they were known, and of those known at once a record's own before what bears it out."""
    record = account.record
    return account.known_since, isinstance(record.event, Corroboration), record.recorded_at, record.id


def _accounts(record: Record, unit: str | None, reported: Reported, known_until: datetime | None) -> Iterator[Account]:
    """The known accounts of one record: its own, or the correction in its place, then its corroborations.

    What is stated in another unit than the fact's is set aside.
    """
    text = _text(record, reported)
    value, quantity = stated(text, "value", Money), stated(text, "quantity", Quantity)
    comparable = stated(text, "unit", str) == unit
    own, own_date = record, cast(Event, record.event).date
    cap = since = known_since(record)
    if text is not record.event:
        own = reported.deciding[record.id]
        since = known_since(own)
        cap = cap if text.date == own_date else since
    if text is not record.event or known_until is None or since <= known_until:
        yield Account(own, since, text.date, capped(text.date, cap), quantity if comparable else None, value)
    for other in reported.corroborations.get(record.id, ()):
        said = cast(Corroboration, other.event)
        since = known_since(other)
        dated = text.date if said.date is None else said.date
        counted = quantity if said.quantity is None else said.quantity
        valued = value if said.value is None else said.value
        yield Account(other, since, dated, capped(dated, since), counted if comparable else None, valued)


def _fact(
    record: Record, text: Event, accounts: Sequence[Account], members: tuple[str, ...], fulfils: tuple[str, ...]
) -> Fact:
    dates, date_disputed = combine_dates(accounts)
    quantities = [each.quantity for each in accounts if each.quantity is not None]
    quantity, quantity_disputed = combine_quantities(quantities) if quantities else (None, False)
    currency = _currency(text, accounts)
    values = [each.value for each in accounts if each.value is not None and each.value.currency == currency]
    value, value_disputed = combine_values(values) if values else (None, False)
    disputes = {"date": date_disputed, "quantity": quantity_disputed, "value": value_disputed}
    return Fact(
        id=record.id,
        recorded_at=record.recorded_at,
        known_since=min(each.known_since for each in accounts),
        event=text,
        date=dates,
        quantity=quantity,
        value=value,
        accounts=tuple(accounts),
        members=members,
        disputed=frozenset(name for name, disputed in disputes.items() if disputed),
        fulfils=fulfils,
    )


def _currency(text: Event, accounts: Sequence[Account]) -> str | None:
    """The currency of the fact: the record's, or where it states no value, that of the account known first."""
    value = stated(text, "value", Money)
    if value is not None:
        return value.currency
    valued = [each for each in accounts if each.value is not None]
    first = min(valued, key=lambda each: (each.known_since, each.record.recorded_at, each.record.id), default=None)
    return None if first is None or first.value is None else first.value.currency


def _supersedes(
    repaired: Repaired, reported: Reported, identity: Identity
) -> tuple[dict[str, list[str]], list[Problem]]:
    """The links of every event, believed or not. A correction's replace its original's."""
    supersedes: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for record_id in (*repaired.standing, *repaired.erased):
        record = repaired.stated(record_id)
        if record is None:
            continue
        for target in _text(record, reported).supersedes:
            if repaired.stated(target) is not None:
                supersedes.setdefault(identity.root(record_id), []).append(identity.root(target))
            elif target in repaired.ids:
                message = f"it supersedes {target}, which is an amendment"
                problems.append(problem_at(record, "bad-link", message, "supersede the event that it amends"))
            else:
                problems.append(problem_at(record, "dangling", f"it supersedes {target}, which is not in the log"))
    return supersedes, problems


def _circles(repaired: Repaired, links: Links) -> Iterator[Problem]:
    for circle in links.circles:
        record = repaired.stated(circle[0])
        if record is not None:
            message = "it supersedes itself, through " + (", ".join(circle[1:]) or "its duplicate")
            yield problem_at(record, "circle", message, "the links between these are ignored")
