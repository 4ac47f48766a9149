"""Fulfilment: what was promised, what has come of it or may have, what is outstanding, and what is overdue.

A row has the promises of one kind (pledge or commitment), donor, recipient, project, and item and unit, or currency.
The rules are in docs/semantics.md, "Fulfilment". In a few words, for each world:

- What names a promise in `fulfils` is *linked* to what stands of it (`ledgers`, `lots`).
- What names none *may serve* the promises that it fits and may have followed, or not (`pools`).
- Outstanding is the least and the most that is not kept, over all ways to do so and all worlds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any, NamedTuple

from attrs import Factory, define, frozen

from aidtimeline.errors import UsageError
from aidtimeline.events import PROMISE, kinds_that
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.fields import Value, Where, select
from aidtimeline.projections.fulfilment.givers import (
    Fits,
    Made,
    Measure,
    Parties,
    below_zero,
    given_terms,
    parties_of,
    perhaps,
    thing_of,
)
from aidtimeline.projections.fulfilment.ledgers import Books
from aidtimeline.projections.fulfilment.lots import INFINITE, NOTHING, Ends, Ledger, Part, Rest, To, ends_of
from aidtimeline.projections.fulfilment.matches import Match, matches
from aidtimeline.projections.fulfilment.pools import Pool, Pools, served, unkept
from aidtimeline.projections.protocol import run
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order
from aidtimeline.projections.sums.cells import Bounds, rivals
from aidtimeline.projections.sums.counting import books_of
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import Scope
from aidtimeline.values.amounts import EXACT
from aidtimeline.values.dates import parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

PROMISES = kinds_that(lambda each: each.nature is PROMISE)
"""The kinds of promises."""


class Key(NamedTuple):
    """The key of a row of promises. Things have an item and a unit (None: pieces), money has a currency."""

    kind: str
    donor: Value
    recipient: Value
    project: Value
    item: Value
    unit: Value
    currency: Value


class FulfilmentRow(NamedTuple):
    """The promises of one key, and what has become of them.

    The amounts are in `unit` (None: pieces) or `currency`, with bounds over all ways to keep the promises and all
    worlds. `promised` is what stands, and `cancelled` what cancellations ended of it. `linked` is what names the
    promises, `may_serve` what names none and may serve them; `delivered` is linked, and more by what may serve.
    `outstanding` is what is not kept, and `over_delivered` what is linked beyond what was promised. `overdue` is what
    is outstanding of the promises whose last day of `due` is past (None: no `due` is stated). `likely` is outstanding
    if all serves that has exactly the row's fields: never a bound, and None where outstanding is exact or nothing has
    them. `due` has the EDTF texts of the promises' due dates in order. `also_in` are the measures in which something
    is linked that cannot be compared: units ("pieces" if none is stated), currencies or items. `matches` are given
    if they were asked for.
    """

    kind: str
    donor: Value
    recipient: Value
    project: Value
    item: Value
    unit: Value
    currency: Value
    promised: Bounds
    cancelled: Bounds
    linked: Bounds
    may_serve: Bounds
    delivered: Bounds
    outstanding: Bounds
    over_delivered: Bounds
    overdue: Bounds | None
    likely: Bounds | None
    due: tuple[str, ...]
    approximate: bool = False
    disputed: bool = False
    loose: bool = False
    also_in: tuple[str, ...] = ()
    matches: tuple[Match, ...] | None = None

    @property
    def key(self) -> Key:
        """The key of the row."""
        return Key(*self[: len(Key._fields)])  # type: ignore[arg-type]


@frozen
class FulfilmentTable(Result[FulfilmentRow, FulfilmentRow]):
    """The rows, ordered by kind, donor, recipient, project, item, unit and currency, None first: also the key.

    `unnamed` is the number of deliveries and payments in the view that name no promise.
    """

    key_names = Key._fields

    rows: tuple[FulfilmentRow, ...]
    unnamed: int = 0

    def explain(self, key: Hashable) -> Any:
        """The `aidtimeline.explain.Explanation` of the row with this key: its promises, and what may keep them.

        Raises `UnknownKey` if there is no such row, and `UsageError` if the table is not of a view.

        >>> from aidtimeline import Timeline
        >>> table = Timeline.open("events").as_of("2024-07-31").fulfilment({"item": "mechanical-demining-machine"})
        >>> print(*(f"{reason.part} {reason.states}" for reason in table.explain(table.rows[0].key)), sep=" · ")
        promised 8 · promised 14 · linked 2 to 4
        """
        if self.view is None:
            raise UsageError("only the table of a view can be explained: view.fulfilment(…)")
        return self.view.explain(self.question, self.whole_key(key))


class Fulfilment:
    """What has been delivered or paid of what was promised. The result is a `FulfilmentTable`.

    Bounds are sound, and reached in some world and way unless the row is flagged as loose. The time grows with the
    number of facts, times its logarithm.

    Args:
        as_of: The day of the view (inclusive).
        where: Which promises are shown, as in `Counts`; it never leaves out what was delivered for them.
        vocabulary: The categories of items, if a field is `item-category`, and the countries of parties.
        matches: Whether each row lists which delivery keeps which promise, or may; these may be many.

    Raises:
        InvalidValue: `as_of` is not a day.
        UsageError: An unknown field.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2024-07-31")
    >>> [row] = view.replay(Fulfilment("2024-07-31", where={"item": "mechanical-demining-machine"}))
    >>> print(row.kind, row.promised, "·", row.linked, "·", row.outstanding, "·", row.overdue, row.due)
    pledge 22 · 2 to 4 · 18 to 20 · 0 ('../2024-12-31', '../2025-04')
    """

    def __init__(
        self,
        as_of: str | date,
        where: Where | None = None,
        vocabulary: Vocabulary = NO_VOCABULARY,
        *,
        matches: bool = False,
    ) -> None:
        self.as_of = parse_day(as_of)
        self.where = where
        self.matches = matches
        self.selection = select(None, where, vocabulary)

    def initial(self) -> list[Fact]:
        """The state of no facts."""
        return []

    def step(self, state: list[Fact], fact: Fact) -> list[Fact]:
        """Keep a fact that has to do with promises, or says which project is part of which."""
        if self.keeps(fact):
            state.append(fact)
        return state

    @staticmethod
    def keeps(fact: Fact) -> bool:
        """Whether a fact matters: it promises, gives or cancels something, or says what a project is part of."""
        event = fact.event
        gives = event.makes_good or event.may_make_good
        return fact.nature is PROMISE or bool(gives) or fact.keeps is not None or fact.parent is not None

    def merge(self, one: list[Fact], other: list[Fact]) -> list[Fact]:
        """The state of the facts of both."""
        return one + other

    def finish(self, state: list[Fact]) -> FulfilmentTable:
        """The rows of all promises that count in some world, or were cancelled."""
        with localcontext(EXACT):
            accounts = Accounts.of(self, state)
            return FulfilmentTable(tuple(accounts.row(key) for key in accounts.keys), accounts.unnamed)

    def late(self, promise: Fact) -> bool:
        """Whether the last day on which a promise is due is past."""
        last = None if promise.due is None else promise.due.latest
        return last is not None and last < self.as_of


def key_of(made: Made) -> Key:
    """The row of a promise."""
    if made.scope.sort == "money":
        return Key(made.scope.kind, *made.parties, None, None, made.measure)
    return Key(made.scope.kind, *made.parties, made.scope.item, made.measure, None)


@define(slots=False)
class Accounts:
    """How the rows are reckoned: the promises of each, their ledgers, and what may serve them."""

    question: Fulfilment
    books: Books
    fits: Fits
    promises: Mapping[Key, list[Made]]
    ended: Mapping[str, tuple[Key, Ends]]
    promised: Mapping[Key, Bounds]
    _pools: dict[Scope, Pools] = Factory(dict)

    @classmethod
    def of(cls, question: Fulfilment, facts: Iterable[Fact]) -> Accounts:
        """The accounts of all rows that are asked for."""
        vocabulary = question.selection.vocabulary
        books = Books(sorted(facts, key=lambda fact: fact.rank), vocabulary)
        promises: dict[Key, list[Made]] = defaultdict(list)
        key_by_id: dict[str, Key] = {}
        for each in books.promises:
            if each.fact in question.selection:
                key = key_by_id[each.id] = key_of(each)
                promises[key].append(each)
        cancelled: dict[str, tuple[Key, Ends]] = {}
        ended: dict[str, tuple[Fact, bool]] = {}
        for fact in books.facts:
            for promise, surely in () if fact.keeps is None else fact.keeps.ended:
                ended[promise.id] = promise, surely or (promise.id in ended and ended[promise.id][1])
        for promise, surely in ended.values():
            made = Made.of(promise)
            if made is not None and promise in question.selection:
                amount = made.term.amount if surely else perhaps(made.term.amount)
                cancelled[promise.id] = key_of(made), ends_of(amount)
        asked = {each.id: each for some in promises.values() for each in some}

        def terms(fact: Fact) -> Iterator[tuple[Key, Term]]:
            term = asked[fact.id].term
            yield key_by_id[fact.id], Term(term.amount, term.disputed, books_of(fact, vocabulary))

        facts = [each.fact for each in asked.values()]
        promised = run(facts, Sum(terms, lambda fact: (key_by_id[fact.id][4:], asked[fact.id].term.amount)))
        fits = Fits(Containing(vocabulary, books.facts))
        return cls(question, books, fits, promises, cancelled, promised)

    @property
    def keys(self) -> list[Key]:
        """The keys of the rows, in order."""
        return sorted({**self.promises, **self.cancelled}, key=in_order)

    @cached_property
    def cancelled(self) -> Mapping[Key, Ends]:
        """What cancellations ended, by row; `ended` has it by promise."""
        found: dict[Key, Ends] = defaultdict(Ends)
        for key, ends in self.ended.values():
            found[key] = found[key].plus(ends)
        return found

    @property
    def unnamed(self) -> int:
        """How many deliveries and payments name no promise."""
        return sum(bool(each.event.makes_good) and not each.fulfils for each in self.books.facts)

    def pools(self, scope: Scope) -> Pools:
        """What may serve promises of a scope."""
        if scope not in self._pools:
            self._pools[scope] = Pools.of(self.books.free(scope), self.fits)
        return self._pools[scope]

    def account(self, key: Key) -> Account:
        """How one row is reckoned."""
        scope = Scope(key.kind, "goods", key.item) if key.currency is None else Scope(key.kind, "money")
        measure = key.unit if key.currency is None else key.currency
        ledger = self.books.ledgers.get(scope) or Ledger(scope)
        parties = Parties(key.donor, key.recipient, key.project)
        return Account(self, key, ledger, measure, parties, self.promises.get(key, []))

    def row(self, key: Key) -> FulfilmentRow:
        """One row."""
        return self.account(key).row()


@frozen(slots=False)
class Account:
    """How one row is reckoned: its promises in `parts`, one for each lot, and the `pool` of what may serve them."""

    accounts: Accounts
    key: Key
    ledger: Ledger
    measure: Measure
    parties: Parties
    chosen: Sequence[Made]

    @cached_property
    def parts(self) -> Sequence[Part]:
        """What links leave of the promises."""
        return self.ledger.parts(self.chosen, self.measure, self.accounts.books.line_of)

    @cached_property
    def pool(self) -> Pool:
        """What may serve the promises."""
        return self.accounts.pools(self.ledger.scope).fitting(self.parties, self.measure)

    @cached_property
    def first(self) -> int:
        """The first day of the first line."""
        return min((rest.line.first for part in self.parts for rest in part.rests), default=0)

    def row(self) -> FulfilmentRow:
        """The row."""
        taken_off = self.taken_off()
        cancelled = taken_off.plus(self.accounts.cancelled.get(self.key, Ends()))
        linked = _total(self.linked(part) for part in self.parts)
        may_serve = Ends(NOTHING, served(self.parts, self.pool) + self._named_too())
        outstanding = self.outstanding(self.parts)
        due = {each.fact.due.text for each in self.chosen if each.fact.due is not None}
        approximate, disputed = self._flags()
        loose = self._loose()

        def bounds(ends: Ends) -> Bounds:
            high = None if ends.high == INFINITE else ends.high
            return Bounds(ends.low, high, approximate=approximate, disputed=disputed, loose=loose)

        likely = self._likely(outstanding)
        return FulfilmentRow(
            *self.key,
            promised=bounds(self._promised(taken_off)),
            cancelled=bounds(cancelled),
            linked=bounds(linked),
            may_serve=bounds(may_serve),
            delivered=bounds(Ends(linked.low, linked.high + may_serve.high)),
            outstanding=bounds(outstanding),
            over_delivered=bounds(_total(self.over(part) for part in self.parts)),
            overdue=bounds(self._overdue(outstanding)) if due else None,
            likely=None if likely is None else bounds(likely),
            due=tuple(sorted(due)),
            approximate=approximate,
            disputed=disputed,
            loose=loose,
            also_in=self._also_in(),
            matches=tuple(matches(self)) if self.accounts.question.matches else None,
        )

    def _promised(self, taken_off: Ends) -> Ends:
        return less(ends_of(self.accounts.promised[self.key]) if self.chosen else Ends(), taken_off)

    def outstanding(self, parts: Sequence[Part]) -> Ends:
        """What is not kept of the promises in these parts, at least and at most."""
        back = self._taken_back
        most = sum((part.most for part in parts), NOTHING)
        return Ends(max(NOTHING, self._unkept(parts, self.pool) - back.high), max(NOTHING, most - back.low))

    def _unkept(self, parts: Sequence[Part], pool: Pool) -> Decimal:
        """The least that is not kept. Of books that may have the same promises, those that promise most hold.

        What is linked to promises in the other books may keep these.
        """
        chosen = [each for part in parts for rest in part.rests for each in rest.chosen]
        held = self._in_one_book(chosen)
        if len(held) == len(chosen):
            return unkept(parts, pool)
        others = {each.id for each in chosen} - {each.id for each in held}
        beside = NOTHING
        for part in parts:
            for rest in part.rests:
                if any(each.id in others for each in rest.chosen):
                    beside += max(rest.alone.high, NOTHING) + part.shared
        kept = self.ledger.parts(held, self.measure, self.accounts.books.line_of)
        return NOTHING if beside == INFINITE else max(NOTHING, unkept(kept, pool) - beside)

    @cached_property
    def _books(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        """The books that each promise is in."""
        vocabulary = self.accounts.question.selection.vocabulary
        return {each.id: books_of(each.fact, vocabulary) for each in self.chosen}

    def _in_one_book(self, chosen: Sequence[Made]) -> Sequence[Made]:
        """The promises without those in books of which others promise more."""
        books = self._books
        if not rivals(books.values()):
            return chosen
        for ledger in sorted(rivals(books[each.id] for each in chosen)):
            least: dict[str, Decimal] = defaultdict(Decimal)
            for each in chosen:
                for of, name in books[each.id]:
                    if of == ledger and each.certain:
                        least[name] += each.term.amount.low
            first = max(sorted(least), key=least.__getitem__, default=None)
            own = {each.id: {name for of, name in books[each.id] if of == ledger} for each in chosen}
            chosen = [each for each in chosen if not own[each.id] or first in own[each.id]]
        return chosen

    @cached_property
    def _taken_back(self) -> Ends:
        """What negative promises take off what the row has left."""
        negative = [each for each in self.chosen if each.term.amount.low < 0]
        terms = {each.id: Term(below_zero(each.term.amount)) for each in negative}
        return (
            ends_of(run((each.fact for each in negative), Sum(lambda fact: [((), terms[fact.id])]))[()])
            if negative
            else Ends()
        )

    def _overdue(self, outstanding: Ends) -> Ends:
        late = [each for each in self.chosen if self.accounts.question.late(each.fact)]
        if not late:
            return Ends()
        if len(late) == len(self.chosen):
            return outstanding
        parts = self._parts_of({each.id for each in late})
        least = self._unkept(parts, self.pool)
        most = sum((part.most for part in parts), NOTHING)
        return Ends(max(NOTHING, least - self._taken_back.high), min(most, outstanding.high))

    def _parts_of(self, ids: Container[str]) -> Sequence[Part]:
        """What links leave of some of the promises. A part of which all are asked for stays as it is."""
        parts: list[Part] = []
        anew: list[Made] = []
        for part in self.parts:
            chosen = [each for rest in part.rests for each in rest.chosen]
            asked = [each for each in chosen if each.id in ids]
            if len(asked) == len(chosen):
                parts.append(part)
            else:
                anew += asked
        return [*parts, *self.ledger.parts(anew, self.measure, self.accounts.books.line_of)]

    def _likely(self, outstanding: Ends) -> Ends | None:
        own = self.accounts.pools(self.ledger.scope).own(self.parties, self.measure)
        if outstanding.low == outstanding.high or not own.since(self.first).high:
            return None
        back = self._taken_back
        most = sum((part.most for part in self.parts), NOTHING)
        most = INFINITE if most == INFINITE else most - served(self.parts, own, surely=True)
        low = self._unkept(self.parts, own) - back.high
        return Ends(max(NOTHING, low), max(NOTHING, most - back.low))

    def linked(self, part: Part) -> Ends:
        """What is linked to a part."""
        if not part.named:
            return Ends()
        total = Ends()
        for rest in part.rests:
            alone = self._alone(rest)
            total = total.plus(alone if self._stands(rest) else alone.perhaps())
        joint = _total(
            self.ledger.toward(to.lines, self.measure, to.how) for to in part.lot.joint if to.how == "linked"
        )
        if part.whole:
            stand = {rest.line.key for rest in part.rests if self._stands(rest)}
            surely = all(to.lines & stand for to in part.lot.joint)
            return total.plus(joint if surely else joint.perhaps())
        room = _total(rest.rest for rest in part.rests)
        least = sum((max(NOTHING, rest.promised.low - rest.alone.low) for rest in part.rests), NOTHING)
        low = NOTHING if part.others.high == INFINITE else max(NOTHING, min(least, joint.low - part.others.high))
        high = max(min(joint.high, room.high), NOTHING if joint.high < 0 else joint.high - part.others.low)
        return total.plus(Ends(min(low, joint.low), max(NOTHING, high)))

    def _alone(self, rest: Rest) -> Ends:
        return self.ledger.toward(frozenset((rest.line.key,)), self.measure, "linked")

    def _stands(self, rest: Rest) -> bool:
        return rest.line.stand(rest.chosen)

    def over(self, part: Part) -> Ends:
        """How much more is linked to a part than was promised."""
        if not part.named:
            return Ends()
        total = Ends()
        for rest in part.rests:
            alone, off = self._alone(rest), self._off(rest)
            least = min(each.above.low for each in rest.chosen)
            least = NOTHING if off.high == INFINITE else max(NOTHING, least - off.high)
            sure = self._stands(rest) and rest.promised.high != INFINITE
            low = max(NOTHING, alone.low - max(NOTHING, rest.promised.high - off.low)) if sure else NOTHING
            total = total.plus(Ends(low, max(NOTHING, alone.high - least)))
        if len(part.lot.lines) == 1:
            return total
        joint = self.ledger.jointly(part.lot, self.measure, "linked")
        off = self.ledger.jointly(part.lot, self.measure, "cancelled")
        room = _total(rest.rest for rest in part.rests).plus(part.others)
        least = NOTHING if off.high == INFINITE else max(NOTHING, room.low - off.high)
        surely = part.whole and not part.lot.pooled and all(map(self._stands, part.rests)) and room.high != INFINITE
        low = max(NOTHING, joint.low - max(NOTHING, room.high - off.low)) if surely else NOTHING
        low = max(NOTHING, total.low + min(joint.low, NOTHING)) + low
        return Ends(NOTHING if part.lot.pooled else low, total.high + max(NOTHING, joint.high - least))

    def _off(self, rest: Rest) -> Ends:
        return self.ledger.toward(frozenset((rest.line.key,)), self.measure, "cancelled")

    def taken_off(self) -> Ends:
        """What cancellations take off the promises without ending them."""
        return _total(self.off(part) for part in self.parts)

    def off(self, part: Part) -> Ends:
        """What cancellations take off the promises of a part, never more than these."""
        if not part.named:
            return Ends()
        off = _total(map(self._off, part.rests))
        joint = _total(
            self.ledger.toward(to.lines, self.measure, to.how) for to in part.lot.joint if to.how == "cancelled"
        )
        off = off.plus(joint if part.whole else joint.perhaps())
        promised = sum((rest.promised.high for rest in part.rests), NOTHING)
        return Ends(min(off.low, promised), min(off.high, promised))

    def promised(self, part: Part) -> Ends:
        """What stands of the promises of a part, without what is taken off."""
        amounts = {each.id: each.term.amount for rest in part.rests for each in rest.chosen}
        stands = _total(rest.line.worth(rest.chosen, amounts) for rest in part.rests)
        return less(stands, self.off(part))

    def _named_too(self) -> Decimal:
        """What names the promises, but only may serve them, as far as it may."""
        total = NOTHING
        for part in (each for each in self.parts if each.named):
            tos = [frozenset((rest.line.key,)) for rest in part.rests]
            tos += [to.lines for to in part.lot.joint]
            high = sum((self.ledger.toward(lines, self.measure, "may serve").high for lines in set(tos)), NOTHING)
            total += min(high, part.most)
        most = sum((part.most for part in self.parts), NOTHING)
        reached = served(self.parts, self.pool)
        return min(total, INFINITE if most == INFINITE else most - reached)

    def _tos(self) -> Iterator[To]:
        """In which ways something names the lines of the row, or others of their lots."""
        for part in (each for each in self.parts if each.named):
            yield from dict.fromkeys(to for line in part.lot.lines for to in self.ledger.naming(line.key))

    def _flags(self) -> tuple[bool, bool]:
        terms = [each.term for each in self.chosen]
        given = [bounds for to in self._tos() for bounds in self.ledger.given.get(to, {}).values()]
        approximate, disputed = self.pool.flags_since(self.first)
        return (
            approximate or any(each.amount.approximate for each in terms) or any(each.approximate for each in given),
            disputed or any(each.disputed for each in terms) or any(each.disputed for each in given),
        )

    def _loose(self) -> bool:
        given = (bounds.loose for to in self._tos() for bounds in self.ledger.given.get(to, {}).values())
        if any(part.lot.loose or any(line.loose for line in part.lot.lines) for part in self.parts) or any(given):
            return True
        firsts = sorted(rest.line.first for part in self.parts for rest in part.rests)
        if any(first < day <= last for first, last in self.pool.spans for day in firsts):
            return True
        if self.chosen and (self.accounts.promised[self.key].loose or self._taken_back.high > 0):
            return True
        return len(self._in_one_book(self.chosen)) < len(self.chosen)

    def _also_in(self) -> tuple[str, ...]:
        measures: set[str] = set()
        for to in self._tos():
            if to.how == "linked" and any(each != self.measure for each in self.ledger.given.get(to, {})):
                measures.update(measure for fact in self.ledger.givers[to] for measure in self._other_measures(fact))
        return tuple(sorted(measures))

    def _other_measures(self, fact: Fact) -> Iterator[str]:
        """In which measures a fact gives what is linked, other than the row's."""
        given = list(given_terms(fact))
        own = [measure for thing, measure, _ in given if thing == thing_of(self.ledger.scope)]
        if own != [self.measure]:
            yield from (measure or "pieces" for measure in own or {fact.currency or fact.item or "unstated"})

    def free(self) -> Iterator[Fact]:
        """What names no promise of the scope, and fits the row."""
        for each in self.accounts.books.free(self.ledger.scope):
            if self.accounts.fits.misfit(self.parties, parties_of(each.fact)) is None:
                yield each.fact


def less(promised: Ends, taken_off: Ends) -> Ends:
    """What stands of promises without what is taken off: not below 0, unless they are."""
    low = NOTHING if taken_off.high == INFINITE else promised.low - taken_off.high
    low = max(NOTHING, low) if promised.low >= 0 else low
    return Ends(min(low, promised.low), promised.high - taken_off.low)


def _total(some: Iterable[Ends]) -> Ends:
    total = Ends()
    for each in some:
        total = total.plus(each)
    return total
