"""Fulfilment: what was promised, what has been delivered or paid of it, what is outstanding, and what is overdue.

A row is what one donor promised of one item (in one unit) or in one currency for one project, pledges and commitments
apart. In a world it holds the promises that count there; a delivery that counts adds to it where one of the promises
counts toward which it is linked or inferred.

- *Linked* by `fulfils`: toward each promise that it names, toward whatever has replaced that since, and toward what
  these themselves fulfil: what keeps a commitment keeps the pledge behind it. Where it names promises of several items,
  it counts toward those of its own; toward another item only where it names none of its own.
- *Inferred* where it names no promise: toward all promises of its donor, project and item (or currency), be they older
  or younger. Which of them it serves is decided in order of date (see `matching`).

A delivery counts once in a row, however many of its promises it serves. Linked to several rows of one kind, it adds
from nothing to all of it to each, for nobody has said how it is split. A commitment is a promise, never a delivery.
What is delivered beyond what was promised is shown: then outstanding is below zero. Money is paid by disbursements
and by deliveries with a value, in the provider's books (an expenditure is the same money once more, spent by who got
it); where two of them are one flow, it counts twice unless the value of one of them starts at zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from attrs import frozen

from aidtimeline.events import PROMISE, kinds_that
from aidtimeline.projections.balances import Balance, Ledger, Mode, added, balance, how_many_count, net
from aidtimeline.projections.fields import Value, Where, select
from aidtimeline.projections.matching import Given, Match, Promised, matches, perhaps
from aidtimeline.projections.pieces import Bounds, Term
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

PROMISES = kinds_that(lambda each: each.nature is PROMISE)


class Key(NamedTuple):
    """Which promises a row is of: things have an item and a unit (None: pieces), money a currency."""

    kind: str
    donor: Value
    project: Value
    item: Value
    unit: Value
    currency: Value


class FulfilmentRow(NamedTuple):
    """What has become of the promises of one key: its values, and what they come to.

    `linked` and `inferred` are the two parts of `delivered`. `outstanding` is promised less delivered, never clipped;
    `overdue` what is outstanding, and not below zero, of those promises that were due before the cut. `due` are the
    EDTF texts of the promises that may count, in order.
    """

    kind: str
    donor: Value
    project: Value
    item: Value
    unit: Value
    currency: Value
    promised: Bounds
    delivered: Bounds
    linked: Bounds
    inferred: Bounds
    outstanding: Balance
    overdue: Bounds
    due: tuple[str, ...]
    matches: tuple[Match, ...]

    @property
    def key(self) -> Key:
        """Which promises they are."""
        return Key(*self[: len(Key._fields)])  # type: ignore[arg-type]

    @property
    def over_delivered(self) -> Bounds:
        """How much more has been delivered than was promised."""
        return self.outstanding.below_zero


@frozen
class FulfilmentTable(Result[FulfilmentRow, FulfilmentRow]):
    """The rows, ordered by kind, donor, project, item, unit and currency, None first; these are also the key."""

    KEY = len(Key._fields)

    rows: tuple[FulfilmentRow, ...]


class Fulfilment:
    """What has been delivered or paid of what was promised: the result is a `FulfilmentTable`.

    `as_of` is the day at which the facts are cut. A promise is overdue when the last day of its `due` has passed, and
    perhaps so when the first has; where that is open ("by 2025"), no sooner than the last; without `due`, never.
    `where` chooses promises, never what is delivered for them.

    There is no sum by parts here: what is left for one promise hangs on all the others, so the state is the facts that
    promise and deliver, kept whole. Promised, delivered and outstanding are tight where they are not flagged loose;
    overdue and the matches are sound. It takes time in proportion to the facts, but in a row where all is undecided,
    and each promise may match each delivery, to the product of both.

    >>> from aidtimeline import replay
    >>> len(replay([], Fulfilment("2023-11-28"), as_of="2023-11-28"))
    0
    """

    def __init__(self, as_of: str | date, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.as_of = parse_day(as_of)
        self.selection = select(None, where, vocabulary)

    def initial(self) -> list[Fact]:
        """Nothing promised."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """Keep what promises or delivers."""
        if fact.event.nature is PROMISE or fact.event.makes_good:
            state.append(fact)
        return state

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """Both."""
        return one + other

    def finish(self, state: list[Fact]) -> FulfilmentTable:
        """The rows of all promises that may count."""
        facts = sorted(state, key=lambda fact: fact.rank)
        promises = {fact.id: fact for fact in facts if fact.event.nature is PROMISE}
        rows: dict[Key, list[Promised]] = defaultdict(list)
        for fact in promises.values():
            for key, term in _measures(fact):
                rows[key].append(Promised(fact, term))
        given: dict[Key, list[Given]] = defaultdict(list)
        for fact in facts:
            if fact.event.nature is not PROMISE:
                for key, each in _linked(fact, promises) if fact.fulfils else _inferred(fact, rows):
                    given[key].append(each)
        found = (self._row(key, rows[key], given[key]) for key in sorted(rows, key=in_order))
        return FulfilmentTable(tuple(row for row in found if row is not None))

    def _row(self, key: Key, promises: list[Promised], given: list[Given]) -> FulfilmentRow | None:
        asked: dict[str, Mode] = {each.fact.id: "in" if each.fact in self.selection else "out" for each in promises}
        if "in" not in asked.values():
            return None
        ledger = Ledger.of(promises, given)
        late = {promise.fact.id: self._late(promise.fact) for promise in promises}
        overdue: dict[str, Mode] = {each: late[each] if mode == "in" else "out" for each, mode in asked.items()}
        dues = {each.fact.due for each in promises if asked[each.fact.id] == "in"}
        return FulfilmentRow(
            *key,
            promised=net(ledger, asked, added, None),
            delivered=net(ledger, asked, None, added),
            linked=net(ledger, asked, None, added, "linked"),
            inferred=net(ledger, asked, None, added, "inferred"),
            outstanding=balance(ledger, asked),
            overdue=balance(ledger, overdue).above_zero,
            due=tuple(sorted(due.text for due in dues if due is not None)),
            matches=tuple(
                each
                for each in matches(ledger.promises, ledger.shares, ledger.allotted, self.as_of)
                if asked[each.promise] == "in"
            ),
        )

    def _late(self, promise: Fact) -> Mode:
        due = promise.due
        if due is None:
            return "out"
        if due.latest is not None and due.latest < self.as_of:
            return "in"
        return "perhaps" if due.earliest is not None and due.earliest < self.as_of else "out"


def _measures(fact: Fact) -> Iterator[tuple[Key, Term]]:
    """What a promise or a delivery comes to, in things and in money, each with the key of its own fields."""
    weighed = ("goods", "money") if fact.event.nature is PROMISE else fact.event.makes_good
    if fact.quantity is not None and "goods" in weighed:
        key = Key(fact.kind, fact.donor, fact.project, fact.item, fact.unit, None)
        yield key, Term(fact.quantity, not fact.disputed.isdisjoint(("date", "quantity")))
    once = not fact.in_other_books and fact.part_of is None
    if fact.value is not None and once and "money" in weighed:
        key = Key(fact.kind, fact.donor, fact.project, None, None, fact.currency)
        yield key, Term(fact.value.amount, not fact.disputed.isdisjoint(("date", "value")))


def _inferred(fact: Fact, rows: Mapping[Key, list[Promised]]) -> Iterator[tuple[Key, Given]]:
    """Toward which promises a delivery counts that names none: all of its own donor, project and item or currency."""
    for kind in PROMISES:
        for own, term in _measures(fact):
            key = own._replace(kind=kind)
            if key in rows:
                yield key, Given(fact, term, frozenset(each.fact.id for each in rows[key]), "inferred")


def _linked(fact: Fact, promises: Mapping[str, Fact]) -> Iterator[tuple[Key, Given]]:
    """Toward which promises a delivery counts that names some, and how much of it may in each row."""
    named: dict[tuple[str, Value], dict[Key, set[str]]] = defaultdict(lambda: defaultdict(set))
    for promise in _reached(fact, promises):
        for key, _ in _measures(promises[promise]):
            named[key.kind, key.currency][key].add(promise)
    for rows in named.values():
        toward = {key: ids for key, ids in rows.items() if key.item == fact.item} or rows
        terms = {key: term for key in toward for term in _measured(fact, key)}
        several = [promises[each] for key in terms for each in toward[key]]
        split = len(terms) > 1 and how_many_count(several).high != 1
        for key, ids in toward.items():
            term = terms.get(key)
            if term is not None:
                term = Term(perhaps(term.amount, split), term.disputed)
            yield key, Given(fact, term, frozenset(ids), "linked")


def _reached(fact: Fact, promises: Mapping[str, Fact]) -> set[str]:
    """The promises that a fact fulfils, and those that these fulfil in turn."""
    reached: set[str] = set()
    waiting = list(fact.fulfils)
    while waiting:
        each = waiting.pop()
        if each in promises and each not in reached:
            reached.add(each)
            waiting.extend(promises[each].fulfils)
    return reached


def _measured(fact: Fact, key: Key) -> Iterator[Term]:
    """What a delivery comes to in the unit or currency of a row, whatever its item."""
    for own, term in _measures(fact):
        if (own.unit, own.currency) == (key.unit, key.currency):
            yield term
