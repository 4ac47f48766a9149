"""Why a part of a sum changes from one view to another.

Whatever the cuts of the two views are, each thing that happened points to one of them: it came about on the way there.
On the way back it has the opposite name. So exchanging the views gives the opposite cause, for every pair of cuts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from attrs import frozen

from aidtimeline.diff.sides import Side
from aidtimeline.events import Correction, Corroboration
from aidtimeline.semantics import Account, Fact

OPPOSITES = {
    "retracted": "no longer retracted",
    "corrected by news": "no longer corrected",
    "repaired": "no longer repaired",
    "superseded": "no longer superseded",
    "newly known": "no longer known",
    "another account": "one account fewer",
    "happened": "no longer happened",
    "became certain": "no longer certain",
    "overlap": "overlap",
}
"""Why a part can change: the name of each cause, and its name if the views are exchanged."""

CAUSES = tuple(dict.fromkeys(each for pair in OPPOSITES.items() for each in pair))
"""All causes. If a part has several, the first of them is given."""

_ORDER = tuple(OPPOSITES)


class Ended(Protocol):
    """Something with a low and a high end (None: open)."""

    @property
    def low(self) -> Decimal:
        """The low end."""

    @property
    def high(self) -> Decimal | None:
        """The high end."""


class _Found(NamedTuple):
    """Something that came about on the way to a side."""

    name: str
    to: Side


@frozen
class Causes:
    """The causes of changes from one side to the other. `terms` gives what a fact adds to the sums."""

    old: Side
    new: Side
    terms: Callable[[Fact], Any]

    def of(self, adding: Sequence[Collection[str]], before: Ended, after: Ended) -> str:
        """Why a part of a sum changed; `adding` are the ids of the facts that add to it before and after.

        If nothing has changed of what the facts say, it is what may replace them.
        """
        found = [each for id_ in sorted({*adding[0], *adding[1]}) for each in self._of_fact(id_, adding)]
        first = min(found, key=lambda each: _ORDER.index(each.name), default=None)
        name = "superseded" if first is None else first.name
        forwards = _lessens(before, after) if first is None else first.to is self.new
        return name if forwards else OPPOSITES[name]

    def _of_fact(self, id_: str, adding: Sequence[Collection[str]]) -> Iterator[_Found]:
        was, is_now = self.old.fact(id_), self.new.fact(id_)
        if was is None and is_now is not None:
            was = _counterpart(is_now, self.new, self.old)
        elif is_now is None and was is not None:
            is_now = _counterpart(was, self.old, self.new)
        if was is not None and is_now is not None:
            yield from self._compared(was, is_now)
        elif was is not None:
            yield from _of_one_side(was, self.old, self.new, adding[1])
        elif is_now is not None:
            yield from _of_one_side(is_now, self.new, self.old, adding[0])

    def _compared(self, was: Fact, is_now: Fact) -> Iterator[_Found]:
        """What happened to a fact that both sides believe.

        between the sides                                   on the way to             cause
        it says something else, and that is why it adds     see `_said_otherwise`
        it has not happened on one                          the other                 happened
        it perhaps has on one, and surely on the other      the latter                became certain
        more supersedes it on one                           that                      superseded
        """
        before, after = self.old.happened(was), self.new.happened(is_now)
        if before and after:
            day_alone = False
        else:  # whether what is said there, where it has not happened, would have been enough on the other day
            day_alone = was.date.possible_by(self.new.as_of) if after else is_now.date.possible_by(self.old.as_of)
        if not day_alone and self._says(was) != self._says(is_now):
            yield from self._said_otherwise(was, is_now)
        if before != after:
            yield _Found("became certain" if before and after else "happened", self._greater(before, after))
        if before and after:
            numbers = self.old.superseders(was), self.new.superseders(is_now)
            if numbers[0] != numbers[1]:
                yield _Found("superseded", self._greater(*numbers))

    def _said_otherwise(self, was: Fact, is_now: Fact) -> Iterator[_Found]:
        """Why both sides say something else of one fact, by the accounts that one of them has, or has otherwise.

        an account                                          on the way to             cause
        of a record that stands elsewhere on the other      this side                 another account
        of a record that the other retracts                 the other                 retracted
        that the other could have, or has otherwise         the one that reads on     repaired
        a correction, the last that either side has         this side                 corrected by news
        a report or corroboration                           this side                 another account
        """
        before, after = ({each.record.id: each for each in fact.accounts} for fact in (was, is_now))
        for id_ in sorted({*before, *after}):
            if id_ not in after:
                yield from _of_account(before[id_], self.old, self.new, is_now)
            elif id_ not in before:
                yield from _of_account(after[id_], self.new, self.old, was)
            elif before[id_].record.event != after[id_].record.event:
                yield from _repaired(self.old, self.new)

    def _says(self, fact: Fact) -> Any:
        return fact.date, fact.planned, self.terms(fact)

    def _greater(self, before: Any, after: Any) -> Side:
        return self.new if after > before else self.old


def _counterpart(fact: Fact, one: Side, other: Side) -> Fact | None:
    """The fact of the other side that is this one, though not under its id, because only a duplicate of it is known."""
    holder = other.holder(fact.id)
    if holder is not None:
        alone = one.fact(holder.id) is None and holder.id not in [account.of for account in holder.accounts]
        return holder if alone else None
    known = [account.of for account in fact.accounts]
    return None if fact.id in known else next(filter(None, map(other.holder, known)), None)


def _of_one_side(fact: Fact, one: Side, other: Side, adding: Collection[str]) -> Iterator[_Found]:
    """Why only one side has a fact; `adding` are the ids of the facts that add to the sum on the other.

    on the other side it is                                 on the way to             cause
    a duplicate of a fact that this side has too            the other                 retracted
    a duplicate of a newly known fact, in another sum       the other                 retracted
    retracted                                               the other                 retracted
    not known, though it could be                           the one that reads on     repaired
    not known                                               this side                 newly known
    """
    holder = other.holder(fact.id)
    if holder is not None:  # what is newly known says so itself
        if one.fact(holder.id) is not None or holder.id not in adding:
            yield _Found("retracted", other)
        return
    gone = [account for account in fact.accounts if other.holder(account.of) is None]
    if any(map(other.retracts, gone)):
        yield _Found("retracted", other)
    elif any(map(other.could_have, gone)):
        yield from _repaired(one, other)
    else:
        yield _Found("newly known", one)


def _of_account(account: Account, one: Side, other: Side, fact: Fact) -> Iterator[_Found]:
    """Why only one side has an account; `fact` is what it would be an account of on the other."""
    holder, news = other.holder(account.of), isinstance(account.record.event, Correction)
    if holder is not None and holder.id != fact.id:
        yield _Found("another account", one)
    elif other.retracts(account):
        yield _Found("retracted", other)
    elif any(_outranks(rival, account) for rival in fact.accounts):
        return
    elif other.could_have(account):
        yield from _repaired(one, other)
    else:
        yield _Found("corrected by news" if news else "another account", one)


def _outranks(account: Account, other: Account) -> bool:
    """Whether one of two accounts decides what their record says: a correction, and of two the last."""
    if account.of != other.of or any(isinstance(each.record.event, Corroboration) for each in (account, other)):
        return False
    return _rank(account) > _rank(other)


def _rank(account: Account) -> tuple[Any, ...]:
    record = account.record
    return isinstance(record.event, Correction), account.known_since, record.recorded_at, record.id


def _repaired(one: Side, other: Side) -> Iterator[_Found]:
    """A repair is read only by the side that reads on."""
    if one.reads_on(other) or other.reads_on(one):
        yield _Found("repaired", one if one.reads_on(other) else other)


def _lessens(before: Ended, after: Ended) -> bool:
    """Whether more may replace what is summed: the bounds are wider, or else lower."""
    one, other = ((each.low, Decimal("Infinity") if each.high is None else each.high) for each in (before, after))
    wider = other[0] <= one[0] and other[1] >= one[1]
    narrower = other[0] >= one[0] and other[1] <= one[1]
    return wider or (not narrower and other[0] < one[0])
