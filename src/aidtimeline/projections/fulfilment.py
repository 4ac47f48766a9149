"""Fulfilment: what was promised, what has been delivered or paid of it, what is outstanding, and what is overdue.

A row has the promises of one kind (pledge or commitment), donor, project, and item and unit, or currency. In each world
it has the promises that count there. A delivery that counts in that world adds to the row if it is linked or inferred
to one of these promises:

- It is *linked* if it names promises in `fulfils`: to each promise that it names, to what has replaced that since, and
  to what these fulfil in turn, because what keeps a commitment keeps the pledge behind it. If the named promises are of
  several items, it is linked to those of its own item, and to another item only if none is of its own.
- It is *inferred* if it names no promise: to all promises of its donor, project and item (or currency), earlier or
  later. Which of them it serves is decided in order of date (see `matching`).

A delivery counts once in a row, however many promises it serves there. If it is linked to several rows of one kind, it
adds 0 to all of it to each, because its split is not known. A commitment is a promise, never a delivery. If more is
delivered than was promised, the row shows it, and outstanding is below zero. Money is paid by disbursements and by
deliveries with a value, in the provider's books. (An expenditure is the same money, spent later by its receiver.) If a
disbursement and a delivery are the same money, it counts twice unless the value of one of them starts at zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from attrs import frozen

from aidtimeline.events import PROMISE, kinds_that
from aidtimeline.projections.balances import Balance, Ledger, Mode, added, balance, how_many_count, net
from aidtimeline.projections.cells import Bounds
from aidtimeline.projections.fields import Value, Where, select
from aidtimeline.projections.matching import Given, Match, Promised, matches, perhaps
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order
from aidtimeline.projections.summing import Term
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

PROMISES = kinds_that(lambda each: each.nature is PROMISE)
"""The kinds of promises."""


class Key(NamedTuple):
    """The key of a row of promises. Things have an item and a unit (None: pieces), money has a currency."""

    kind: str
    donor: Value
    project: Value
    item: Value
    unit: Value
    currency: Value


class FulfilmentRow(NamedTuple):
    """The promises of one key, and what has become of them.

    The amounts are in `unit` (None: pieces) or `currency`, with bounds over all worlds. `linked` and `inferred` are the
    two parts of `delivered`. `outstanding` is promised less delivered; it is below zero if more was delivered.
    `overdue` is what is outstanding of the promises that were due before the cut, never below zero. `due` has the EDTF
    texts of the promises' due dates in order, `matches` the deliveries and the promises that they serve.
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
        """The key of the row."""
        return Key(*self[: len(Key._fields)])  # type: ignore[arg-type]

    @property
    def over_delivered(self) -> Bounds:
        """How much more has been delivered than was promised."""
        return self.outstanding.below_zero


@frozen
class FulfilmentTable(Result[FulfilmentRow, FulfilmentRow]):
    """The rows, ordered by kind, donor, project, item, unit and currency, None first. These six are also the key."""

    key_names = Key._fields

    rows: tuple[FulfilmentRow, ...]


class Fulfilment:
    """What has been delivered or paid of what was promised. The result is a `FulfilmentTable`.

    A promise is overdue after the last day of its `due`, and perhaps overdue after the first day. If the first day is
    open ("by 2025"), it is not overdue before the last day has passed; without `due`, it never is.

    What is left for one promise depends on all others, so the state is not a sum: it keeps all facts that promise or
    deliver. Promised, delivered and outstanding are tight unless they are flagged as loose; overdue and the matches are
    sound. The time grows with the number of facts, but in a row in which everything is undecided, with the number of
    promises times the number of deliveries.

    Args:
        as_of: The day of the view (inclusive).
        where: Which promises are shown, as in `Counts`; it never leaves out what was delivered for them.
        vocabulary: The categories of items, if a field is `item-category`.

    Raises:
        InvalidValue: `as_of` is not a day.
        UsageError: An unknown field.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2024-07-31")
    >>> [row] = view.replay(Fulfilment("2024-07-31", where={"item": "mechanical-demining-machine"}))
    >>> print(row.kind, row.promised, "·", row.delivered, "·", row.outstanding, "·", row.overdue, row.due)
    pledge 22 · 2 to 4 · 18 to 20 · 0 ('../2024-12-31', '../2025-04')
    """

    def __init__(self, as_of: str | date, where: Where | None = None, vocabulary: Vocabulary = NO_VOCABULARY) -> None:
        self.as_of = parse_day(as_of)
        self.selection = select(None, where, vocabulary)

    def initial(self) -> list[Fact]:
        """The state of no facts."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """Keep a fact that promises or delivers."""
        if fact.nature is PROMISE or fact.event.makes_good:
            state.append(fact)
        return state

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """The state of the facts of both."""
        return one + other

    def finish(self, state: list[Fact]) -> FulfilmentTable:
        """The rows of all promises that count in some world."""
        facts = sorted(state, key=lambda fact: fact.rank)
        promises = {fact.id: fact for fact in facts if fact.nature is PROMISE}
        rows: dict[Key, list[Promised]] = defaultdict(list)
        for fact in promises.values():
            for key, term in _measures(fact):
                rows[key].append(Promised(fact, term))
        given: dict[Key, list[Given]] = defaultdict(list)
        for fact in facts:
            if fact.nature is not PROMISE:
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
    """The amounts of a promise or a delivery, of things and of money, each under the key of its fields."""
    weighed = ("goods", "money") if fact.nature is PROMISE else fact.event.makes_good
    counted = fact.quantity_stated or fact.nature is not PROMISE
    if fact.quantity is not None and counted and "goods" in weighed:
        key = Key(fact.kind, fact.donor, fact.project, fact.item, fact.unit, None)
        yield key, Term(fact.quantity, not fact.disputed.isdisjoint(("date", "quantity")))
    once = not fact.in_other_books and fact.part_of is None
    if fact.value is not None and once and "money" in weighed:
        key = Key(fact.kind, fact.donor, fact.project, None, None, fact.currency)
        yield key, Term(fact.value.amount, not fact.disputed.isdisjoint(("date", "value")))


def _inferred(fact: Fact, rows: Mapping[Key, list[Promised]]) -> Iterator[tuple[Key, Given]]:
    """How a delivery that names no promise counts: toward all promises of its donor, project and item or currency."""
    for kind in PROMISES:
        for own, term in _measures(fact):
            key = own._replace(kind=kind)
            if key in rows:
                yield key, Given(fact, term, frozenset(each.fact.id for each in rows[key]), "inferred")


def _linked(fact: Fact, promises: Mapping[str, Fact]) -> Iterator[tuple[Key, Given]]:
    """How a delivery that names promises counts: toward which of them, and with how much in each row."""
    own = {(key.unit, key.currency): term for key, term in _measures(fact)}
    named: dict[tuple[str, Value], dict[Key, set[str]]] = defaultdict(lambda: defaultdict(set))
    for promise in _reached(fact, promises):
        for key, _ in _measures(promises[promise]):
            named[key.kind, key.currency][key].add(promise)
    for rows in named.values():
        toward = {key: ids for key, ids in rows.items() if key.item == fact.item} or rows
        terms = {key: own[key.unit, key.currency] for key in toward if (key.unit, key.currency) in own}
        several = [promises[each] for key in terms for each in toward[key]]
        split = len(terms) > 1 and how_many_count(several).high != 1
        for key, ids in toward.items():
            term = terms.get(key)
            if term is not None:
                term = Term(perhaps(term.amount, split), term.disputed)
            yield key, Given(fact, term, frozenset(ids), "linked")


def _reached(fact: Fact, promises: Mapping[str, Fact]) -> set[str]:
    """The promises that a fact fulfils, directly or through others."""
    reached: set[str] = set()
    waiting = list(fact.fulfils)
    while waiting:
        each = waiting.pop()
        if each in promises and each not in reached:
            reached.add(each)
            waiting.extend(promises[each].fulfils)
    return reached
