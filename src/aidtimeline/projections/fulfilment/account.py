"""How one row of fulfilment is reckoned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from aidtimeline.projections.fulfilment.givers import (
    Made,
    Measure,
    Parties,
    below_zero,
    given_terms,
    parties_of,
    thing_of,
)
from aidtimeline.projections.fulfilment.lots import INFINITE, NOTHING, Ends, Ledger, Part, Rest, To, ends_of
from aidtimeline.projections.fulfilment.matches import matches
from aidtimeline.projections.fulfilment.pools import Pool, served, unkept
from aidtimeline.projections.fulfilment.rows import FulfilmentRow, Key
from aidtimeline.projections.protocol import run
from aidtimeline.projections.sums.cells import Bounds, rivals
from aidtimeline.projections.sums.counting import books_of
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.semantics import Fact

if TYPE_CHECKING:
    from aidtimeline.projections.fulfilment.accounts import Accounts


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
