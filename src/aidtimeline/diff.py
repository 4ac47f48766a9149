"""What changed between two views, in parts that add up, each with its cause.

A part is a fact with its duplicates and all that is linked to it by supersession. Facts of different parts are
independent of each other, so a sum is the sum of its parts, and so is a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from attrs import evolve, field, frozen

from aidtimeline.events import Correction
from aidtimeline.projections import Table, fold
from aidtimeline.projections.protocol import run
from aidtimeline.projections.rows import Keyed, Named, in_order, row_type
from aidtimeline.projections.sums import Sums
from aidtimeline.projections.tables import SumKey
from aidtimeline.semantics import Account, Belief, Fact
from aidtimeline.semantics.sets import DisjointSets
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import ZERO, subtract
from aidtimeline.values.dates import end_of

#: Why a part of a sum can change, and the name of the same cause on the way back. If several causes meet in one part,
#: the first is given.
OPPOSITES = {
    "retracted": "no longer retracted",
    "corrected by news": "no longer corrected",
    "repaired": "no longer repaired",
    "superseded": "no longer superseded",
    "newly known": "no longer known",
    "another account": "one account fewer",
    "happened": "no longer happened",
    "became certain": "no longer certain",
}
CAUSES = tuple(each for pair in OPPOSITES.items() for each in pair)


class Change(Named):
    """How one part of the facts changes one sum: what the part came to before, and what it comes to after.

    First stand the values of the sum's key, and of a count its unit; `cause` is one of `CAUSES`; `ids` are the facts of
    the part that add to the sum on either side; `before` and `after` are quantities.
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("cause", "ids", "before", "after")

    @property
    def low(self) -> Decimal:
        """The change of the low end. Over all parts of a sum these add up to the sum's."""
        return subtract(self.after.low, self.before.low)

    @property
    def high(self) -> Decimal | None:
        """The change of the high end; None where it is open on a side."""
        if self.before.high is None or self.after.high is None:
            return None
        return subtract(self.after.high, self.before.high)

    @property
    def open(self) -> str | None:
        """On which side the high end is open: "before", "after", "both", or None."""
        before, after = self.before.high is None, self.after.high is None
        return "both" if before and after else "before" if before else "after" if after else None

    def __str__(self) -> str:
        name = ", ".join(each for each in self.key if each is not None) or "all"
        unit = getattr(self, "unit", None)
        return f"{name}: {arrow(self.before, self.after)}{f' {unit}' if unit else ''}: {self.cause}"


@frozen
class Changes(Keyed[Change, tuple[Change, ...]]):
    """What changed between two views, sum by sum; under the key of a sum are the parts of its change.

    `tables` are the sums of both views, before and after. The parts of a sum add up to its change: the low ends always,
    the high ends where both are finite.
    """

    ROW = Change

    tables: tuple[Table, Table] = field(kw_only=True)

    @cached_property
    def answers(self) -> Mapping[SumKey, tuple[Change, ...]]:
        """The parts of each sum's change; none if it is the same before and after."""
        keys = {key for table in self.tables for key in table.answers}
        parts: dict[SumKey, list[Change]] = {key: [] for key in sorted(keys, key=in_order)}
        for row in self.rows:
            parts[self.key_of(row)].append(row)
        return {key: tuple(rows) for key, rows in parts.items()}


def arrow(before: object, after: object) -> str:
    """From one amount to another, as a person reads it.

    >>> from aidtimeline import Quantity
    >>> arrow(Quantity.parse("0..30"), Quantity.parse("30"))
    '0–30 → 30'
    """
    return f"{before} → {after}".replace(" to ", "–").replace("up–", "up to ")


def diff(before: Viewed, after: Viewed, projection: Sums) -> Changes:
    """The changes of every sum from one view to another, ordered by key, the cause's place in `CAUSES`, and ids.

    Args:
        before: The one view.
        after: The other: at another date, with other knowledge, or both.
        projection: The sums that are compared.
    """
    piece = projection.piece
    make = row_type(Change, projection.names, not projection.money)
    parts = _parts(before.belief, after.belief)
    old_side, new_side = _Side(before, parts), _Side(after, parts)
    changes = []
    for part in dict.fromkeys((*old_side.parts, *new_side.parts)):
        old, new = old_side.parts.get(part, []), new_side.parts.get(part, [])
        old_sums, new_sums = piece.finish(fold(old, piece)), piece.finish(fold(new, piece))
        for key in dict.fromkeys((*old_sums, *new_sums)):
            was, is_now = (sums[key].quantity if key in sums else ZERO for sums in (old_sums, new_sums))
            if (was.low, was.high) != (is_now.low, is_now.high):
                adding = [each for each in (*old, *new) if any(term == key for term, _ in piece.terms(each))]
                ids = tuple(sorted({fact.id for fact in adding}))
                changes.append(make(*key, _cause(adding, old_side, new_side), ids, was, is_now))
    width = -len(Change.fields)
    changes.sort(key=lambda each: (in_order(each[:width]), CAUSES.index(each.cause), each.ids))
    one, other = (evolve(run(view.facts, projection), view=view, question=projection) for view in (before, after))
    return Changes(
        projection.names, tuple(changes), projection.money, tables=(one, other), view=after, question=projection
    )


def _parts(*beliefs: Belief) -> DisjointSets:
    """The ids that are linked, or are records of one fact, in any of the beliefs."""
    parts = DisjointSets()
    for belief in beliefs:
        for fact in belief.facts:
            for member in fact.members:
                parts.join(member, fact.id)
        for each, others in belief.links.above.items():
            for other in others:
                parts.join(other, each)
    return parts


class _Side:
    """One of the two views: its facts by part, and what it believes of each record."""

    def __init__(self, view: Viewed, parts: DisjointSets) -> None:
        self.as_of, self._known_at, self._recorded_until = view.as_of, view.known_at, view.recorded_until
        self.parts: dict[str, list[Fact]] = defaultdict(list)
        for fact in view.facts:
            self.parts[parts.leader(fact.id)].append(fact)
        self._in_view = {fact.id: fact for fact in view.facts}
        self._believed = {member: fact for fact in view.belief.facts for member in fact.members}

    def fact(self, other: Fact) -> Fact | None:
        """What this side believes of a fact of either side: the fact that has its record now, or None."""
        return next((self._believed[each] for each in (other.id, *other.members) if each in self._believed), None)

    def could_know(self, accounts: Iterable[Account]) -> bool:
        """Whether one of the accounts was published and recorded by this side's cuts."""
        return any(
            _within(account.known_since, self._known_at) and _within(account.record.recorded_at, self._recorded_until)
            for account in accounts
        )

    def reads_on(self, other: _Side) -> bool:
        """Whether this side reads the log further than the other."""
        if other._recorded_until is None:
            return False
        return self._recorded_until is None or end_of(self._recorded_until) > end_of(other._recorded_until)

    def has_happened(self, fact: Fact) -> int:
        """0: not, 1: perhaps, 2: surely. By its date alone, whatever supersedes it."""
        return fact.date.possible_by(self.as_of) + fact.date.certain_by(self.as_of)

    def superseders(self, fact: Fact) -> tuple[bool, int]:
        """Whether something has surely superseded the fact, and how many facts may have directly."""
        if not self.has_happened(fact):
            return False, 0
        seen = self._in_view.get(fact.id)
        return seen is None, 0 if seen is None or seen.group is None else len(seen.group.above[fact.id])


def _within(instant: datetime, cut: date | datetime | None) -> bool:
    return cut is None or instant <= end_of(cut)


def _cause(adding: Iterable[Fact], old: _Side, new: _Side) -> str:
    """Why these facts, each of which adds to a sum on one side at least, come to something else on the other."""
    adding = list(adding)
    causes = {cause for fact in adding for cause in _causes(fact, old, new)}
    causes |= {OPPOSITES[cause] for fact in adding for cause in _causes(fact, new, old)}
    return min(causes, key=CAUSES.index, default="superseded")


def _causes(fact: Fact, old: _Side, new: _Side) -> Iterator[str]:
    """What happened to a fact between two sides, whichever of them it adds on. Each row is a cause:

        on the old side     on the new side                                 cause
        not believed        believed                                        newly known
        believed            not, though this side could know its accounts   retracted
        a fact by itself    a duplicate in another fact                     retracted
        says one thing      says another, and the day alone is not why      see `_said_otherwise`
        not happened        (any)                                           happened
        perhaps happened    surely happened                                 became certain
        happened            more supersedes it                              superseded

    Causes of the way back are found by asking with the sides exchanged (see `OPPOSITES`).
    """
    was, is_now = old.fact(fact), new.fact(fact)
    if was is None:
        yield "newly known"  # the way back may find "retracted", which comes first in `CAUSES`
        return
    if is_now is None:
        if new.could_know(was.accounts):
            yield "retracted"
        return
    if was.id != is_now.id:
        if was.id in is_now.members:
            yield "retracted"
        return
    before, after = old.has_happened(was), new.has_happened(is_now)
    day_alone = not after and is_now.date.possible_by(old.as_of) if before else was.date.possible_by(new.as_of)
    if not day_alone:
        yield from _said_otherwise(was, is_now, old, new)
    if not before:
        yield "happened"
    if before == 1 < after:
        yield "became certain"
    if before and old.superseders(was) < new.superseders(is_now):
        yield "superseded"


def _said_otherwise(was: Fact, is_now: Fact, old: _Side, new: _Side) -> Iterator[str]:
    """Why the new side says something else of the same fact.

        accounts that came    accounts that went                            cause
        a correction          (any)                                         corrected by news
        others                no correction                                 another account
        none                  none, or one that the new side could know;    repaired
                              and it reads the log further

    In every other case the day or the links are the cause.
    """
    if (was.event, was.date, was.quantity, was.value) == (is_now.event, is_now.date, is_now.quantity, is_now.value):
        return
    before, after = ({account.record.id: account for account in fact.accounts} for fact in (was, is_now))
    gone = [account for each, account in before.items() if each not in after]
    came = [account for each, account in after.items() if each not in before]
    if _has_correction(came):
        yield "corrected by news"
    elif came and not _has_correction(gone):
        yield "another account"
    elif not came and (new.could_know(gone) or not gone) and new.reads_on(old):
        yield "repaired"


def _has_correction(accounts: Iterable[Account]) -> bool:
    return any(isinstance(account.record.event, Correction) for account in accounts)
