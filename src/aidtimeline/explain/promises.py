"""What is behind a row of fulfilment: its promises, what is linked to them, what may serve them, and near misses.

Replaying only these records gives the row again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from decimal import localcontext
from typing import Any

from attrs import Factory, define

from aidtimeline.events import DEED, END
from aidtimeline.explain.behind import Behind, profiles
from aidtimeline.explain.reasons import Part
from aidtimeline.graphs import DisjointSets
from aidtimeline.projections.fulfilment.account import Account
from aidtimeline.projections.fulfilment.accounts import Accounts
from aidtimeline.projections.fulfilment.givers import Parties, given_terms, parties_of, perhaps, thing_of
from aidtimeline.projections.fulfilment.ledgers import Named, island_of
from aidtimeline.projections.fulfilment.lots import INFINITE, NOTHING, Ends, Lot
from aidtimeline.projections.fulfilment.matches import amount_in
from aidtimeline.projections.fulfilment.question import Fulfilment
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.results import found_key
from aidtimeline.semantics import Fact
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import EXACT, Quantity

MOST_EXCLUDED = 20
"""So many near misses are named at most: those nearest to the first promise."""


def behind_row(view: Viewed, question: Fulfilment, key: Hashable) -> Behind:
    """What is behind the row with this key. Raises `UnknownKey` if there is none."""
    view = view.promising(question, misfits=True)
    with localcontext(EXACT):
        accounts = Accounts.of(question, filter(question.keeps, view.facts))
        whole = Key(*found_key(key, accounts.keys, Key._fields, units=False))
        account = accounts.account(whole)
        found = _Found(view, account)
        found.find()
        row = account.row()
    return Behind(
        key=whole,
        name=f"{', '.join(each for each in whole if each is not None)}: what is outstanding",
        answer=row,
        parts=found.parts,
        replacing=found.linked - found.parts.keys(),
        facts=(),
        unit=whole.unit,
        currency=whole.currency,
        view=view,
    )


@define
class _Found:
    """The facts behind a row, and the ids that their links run through."""

    view: Viewed
    account: Account
    parts: dict[str, tuple[Part, object]] = Factory(dict)
    linked: set[str] = Factory(set)
    _kin: DisjointSets[str] = Factory(lambda self: self.view.belief.links.joined(), takes_self=True)

    def find(self) -> None:
        """Find all parts, the promises first."""
        account = self.account
        asked = {each.id for each in account.chosen}
        lots, linked = self._lots()
        promised = [made for lot in lots for line in lot.lines for made in line.promises]
        for made in sorted(promised, key=lambda each: (each.id not in asked, each.fact.rank)):
            self.parts[made.id] = ("promised" if made.id in asked else "in the lot"), made.term.amount
        for fact in sorted(linked, key=lambda each: each.rank):
            part, states = self._named(fact), self._states(fact)
            self.parts[fact.id] = (
                part,
                perhaps(states) if part == "may serve" and isinstance(states, Quantity) else states,
            )
        self._ended(asked)
        self._free()
        self._profiles()
        self._links()
        self._excluded()

    def _lots(self) -> tuple[list[Lot], list[Fact]]:
        """The lots of the row, and of all that is linked to them; and what is linked."""
        account, linked = self.account, dict[str, Fact]()
        ledger, books = account.ledger, account.accounts.books
        found = {id(lot): lot for part in account.parts for lot in (part.lot,)}
        waiting = list(found.values())
        while waiting:
            lot = waiting.pop()
            tos = [to for line in lot.lines for to in ledger.naming(line.key)]
            linked.update((fact.id, fact) for to in tos for fact in ledger.givers.get(to, ()))
            apart = {island_of(fact) for fact in linked.values()} - {None}
            of = [each.id for each in books.facts if each.id in linked or (apart and island_of(each) in apart)]
            named = [books.named.get(each, {}).get(ledger.scope, Named()) for each in of]
            for key in {key for each in named for key in each.lines | each.doubtful}:
                if id(ledger.lots[key]) not in found:
                    found[id(ledger.lots[key])] = ledger.lots[key]
                    waiting.append(ledger.lots[key])
        return list(found.values()), list(linked.values())

    @staticmethod
    def _named(fact: Fact) -> Part:
        """The part of what names promises: receipts and expenditures only may serve them."""
        if fact.nature is END:
            return "cancelled"
        return "linked" if fact.event.makes_good else "may serve"

    def _states(self, fact: Fact) -> object:
        """What a fact gives, in the row's measure if it states it; else as it states it."""
        scope, measure = self.account.ledger.scope, self.account.measure
        amount = amount_in(fact, scope, measure)
        if amount is not None:
            return amount
        if fact.nature is END:
            return fact.value if fact.quantity is None else fact.quantity
        said = (
            f"{fact.quantity} {fact.unit or fact.item or ''}".strip() if fact.quantity is not None else None,
            fact.value,
        )
        return ", ".join(str(each) for each in said if each is not None)

    def _ended(self, asked: set[str]) -> None:
        """Cancellations that ended promises of the row, and these promises."""
        kin = {self._kin.leader(each) for each in asked}
        account = self.account
        for fact in account.accounts.books.facts:
            if fact.keeps is None or fact.nature is not END:
                continue
            ended = {each.promise.id: account.accounts.ended.get(each.promise.id) for each in fact.keeps.ended}
            own = {promise: found[1] for promise, found in ended.items() if found and found[0] == account.key}
            if own or self._kin.leader(fact.id) in kin:
                self.parts.setdefault(fact.id, ("cancelled", _sum(own.values()) if own else self._states(fact)))
                self.linked.update(ended)
            for promise, ends in own.items():
                self.parts.setdefault(promise, ("ended", _sum([ends])))

    def _free(self) -> None:
        """What may serve a promise of the row."""
        account = self.account
        for fact in account.free():
            latest = fact.date.latest
            if account.chosen and (latest is None or latest.toordinal() >= account.first):
                states = self._states(fact)
                amount = amount_in(fact, account.ledger.scope, account.measure)
                self.parts.setdefault(fact.id, ("may serve", states if amount is None else perhaps(amount)))

    def _profiles(self) -> None:
        """The facts that say which project each of those here is a part of, and so on upwards."""
        if self.account.parties.project is None:
            return
        here = {fact.id: fact for fact in self.account.accounts.books.facts}
        projects = [self.account.parties.project, *(here[each].project for each in self.parts if each in here)]
        for fact in profiles(projects, here.values()):
            self.parts.setdefault(fact.id, ("contains", fact.parent))

    def _links(self) -> None:
        """All that supersession links to the parts, and what these name, and what that may overlap with."""
        facts = {fact.id: fact for fact in (*self.view.belief.facts, *self.view.facts)}
        kin = {self._kin.leader(part[0]): part for part in self._kin.parts(self.view.belief.links.order)}
        waiting = [*self.parts, *self.linked]
        while waiting:
            each = waiting.pop()
            for other in (each, *kin.get(self._kin.leader(each), ())):
                if other not in self.linked:
                    self.linked.add(other)
                    waiting.append(other)
            fact = facts.get(each)
            if fact is not None:
                more = [*fact.fulfils, *(() if fact.takes_off is None else (one.id for one in fact.takes_off.promises))]
                more += self._island(fact)
            else:
                more = list(self.view.belief.fulfils_unbelieved.get(each, (None, ()))[1])
            waiting += [other for other in more if other not in self.linked]

    @staticmethod
    def _island(fact: Fact) -> Iterator[str]:
        if fact.line is not None:
            overlaps, own = fact.line.overlaps, island_of(fact)
            for node, ids in overlaps.facts.items():
                if node in overlaps.circle and overlaps.island[overlaps.circle[node]] == own:
                    yield from ids

    def _excluded(self) -> None:
        """What came of the same thing, named no promise, and cannot serve one: with the reason."""
        account = self.account
        if not account.chosen:
            return
        thing = thing_of(account.ledger.scope)
        near: list[tuple[int, Any, Fact, str]] = []
        for fact in account.accounts.books.givers:
            if fact.id in self.parts or fact.id in self.linked or fact.fulfils or fact.nature is not DEED:
                continue
            if all(each != thing for each, _, _ in given_terms(fact)):
                continue
            why = list(self._misfits(fact))
            latest = fact.date.latest
            if latest is not None and latest.toordinal() < account.first:
                why.append("it came before the promise")
            if len(why) == 1:
                distance = 0 if latest is None else abs(latest.toordinal() - account.first)
                near.append((distance, fact.rank, fact, why[0]))
        for _, _, fact, reason in sorted(near, key=lambda each: each[:2])[:MOST_EXCLUDED]:
            self.parts[fact.id] = "excluded", reason

    def _misfits(self, fact: Fact) -> Iterator[str]:
        """In which fields a fact does not fit the row."""
        account = self.account
        nothing = Parties(None, None, None)
        for name in Parties._fields:
            own = {name: getattr(account.parties, name)}
            if account.accounts.fits.misfit(nothing._replace(**own), parties_of(fact)) is not None:
                yield f"another {name}: {getattr(fact, name)}"


def _sum(some: Iterable[Ends]) -> Quantity:
    """What cancellations end in all."""
    low, high = NOTHING, NOTHING
    for each in some:
        low, high = low + each.low, high + each.high
    return Quantity(low, None if high == INFINITE else high)
