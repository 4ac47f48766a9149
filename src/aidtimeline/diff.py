"""What changed between two views, in parts that add up, each with its cause (docs/explain.md, "What changed?").

A part is a fact with its duplicates and everything that supersession links to it. Facts of different parts are
independent of each other. So a sum is the sum of its parts, and a change is the sum of the changes of its parts.
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
from aidtimeline.projections.sums import Sums, of_sums
from aidtimeline.projections.tables import SumKey
from aidtimeline.semantics import Account, Belief, Fact
from aidtimeline.semantics.sets import DisjointSets
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import ZERO, subtract
from aidtimeline.values.dates import end_of

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
"""Why a part can change: the name of each cause, and its name if the views are exchanged."""

CAUSES = tuple(each for pair in OPPOSITES.items() for each in pair)
"""All causes. If a part has several, the first of them is given."""


class Change(Named):
    """How one part of the facts changes one sum.

    A change begins with the values of the sum's key, and of a count its unit. `cause` is one of `CAUSES`. `ids` are
    those of the facts in the part that add to the sum in either view. `before` and `after` are what the part adds in
    the two views, as quantities.
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("cause", "ids", "before", "after")

    @property
    def low(self) -> Decimal:
        """The change of the low end. Those of all parts of a sum add up to the change of its low end."""
        return subtract(self.after.low, self.before.low)

    @property
    def high(self) -> Decimal | None:
        """The change of the high end; None if it is open before or after."""
        if self.before.high is None or self.after.high is None:
            return None
        return subtract(self.after.high, self.before.high)

    @property
    def open(self) -> str | None:
        """In which view the high end is open: "before", "after", "both", or None."""
        before, after = self.before.high is None, self.after.high is None
        return "both" if before and after else "before" if before else "after" if after else None

    def __str__(self) -> str:
        name = ", ".join(each for each in self.key if each is not None) or "all"
        unit = getattr(self, "unit", None)
        return f"{name}: {arrow(self.before, self.after)}{f' {unit}' if unit else ''}: {self.cause}"


@frozen
class Changes(Keyed[Change, tuple[Change, ...]]):
    """What changed between two views. The rows are the parts of all changes; a key gives the parts of one sum's change.

    The parts of a sum add up to its change: the low ends always, the high ends if they are finite in both views.
    `tables` are the sums of both views, before and after; every key of them is a key here.
    """

    ROW = Change

    tables: tuple[Table, Table] = field(kw_only=True)

    @cached_property
    def answers(self) -> Mapping[SumKey, tuple[Change, ...]]:
        """The parts of each sum's change; an empty tuple if the sum is the same before and after."""
        keys = {key for table in self.tables for key in table.answers}
        parts: dict[SumKey, list[Change]] = {key: [] for key in sorted(keys, key=in_order)}
        for row in self.rows:
            parts[self.key_of(row)].append(row)
        return {key: tuple(rows) for key, rows in parts.items()}


def arrow(before: object, after: object) -> str:
    """From one amount to another, in words.

    >>> from aidtimeline import Quantity
    >>> arrow(Quantity.parse("0..30"), Quantity.parse("30"))
    '0–30 → 30'
    """
    return f"{before} → {after}".replace(" to ", "–").replace("up–", "up to ")


def diff(before: Viewed, after: Viewed, projection: Sums) -> Changes:
    """The changes of every sum from one view to another, ordered by key, cause (as in `CAUSES`) and ids.

    Args:
        before: The first view.
        after: The second view: of another day, with other knowledge, or both.
        projection: The sums to compare, `Counts` or `MoneySums`.

    >>> from aidtimeline import Counts, Timeline
    >>> timeline = Timeline.open("events")
    >>> changes = diff(timeline.as_of("2023-01-01"), timeline.as_of("2023-11-28"), Counts(where={"item": "truck"}))
    >>> for change in changes:
    ...     print(change.item, change.before, "→", change.after, change.low, change.high, change.cause)
    truck 0 to 30 → 30 30 0 became certain
    """
    piece = of_sums(projection).piece
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


def _parts(*beliefs: Belief) -> DisjointSets[str]:
    """The parts: ids are in one if they are linked, or are records of one fact, in any of the beliefs."""
    parts: DisjointSets[str] = DisjointSets()
    for belief in beliefs:
        for fact in belief.facts:
            for member in fact.members:
                parts.join(member, fact.id)
        for each, others in belief.links.above.items():
            for other in others:
                parts.join(other, each)
    return parts


class _Side:
    """One of the two views: its facts by part, and the fact that it believes of each record."""

    def __init__(self, view: Viewed, parts: DisjointSets[str]) -> None:
        self.as_of, self._known_at, self._recorded_until = view.as_of, view.known_at, view.recorded_until
        self.parts: dict[str, list[Fact]] = defaultdict(list)
        for fact in view.facts:
            self.parts[parts.leader(fact.id)].append(fact)
        self._in_view = {fact.id: fact for fact in view.facts}
        self._believed = {member: fact for fact in view.belief.facts for member in fact.members}

    def fact(self, other: Fact) -> Fact | None:
        """The fact that has the record of a fact of either side on this side, or None."""
        return next((self._believed[each] for each in (other.id, *other.members) if each in self._believed), None)

    def could_know(self, accounts: Iterable[Account]) -> bool:
        """Whether one of the accounts was published and recorded by this side's cuts."""
        return any(
            _within(account.known_since, self._known_at) and _within(account.record.recorded_at, self._recorded_until)
            for account in accounts
        )

    def reads_on(self, other: _Side) -> bool:
        """Whether this side reads the log to a later instant than the other."""
        if other._recorded_until is None:
            return False
        return self._recorded_until is None or end_of(self._recorded_until) > end_of(other._recorded_until)

    def has_happened(self, fact: Fact) -> int:
        """Whether the fact has happened: 0 no, 1 perhaps, 2 surely. Only its date counts, not what supersedes it."""
        return fact.date.possible_by(self.as_of) + fact.date.certain_by(self.as_of)

    def superseders(self, fact: Fact) -> tuple[bool, int]:
        """Whether the fact is surely superseded, and how many facts may directly supersede it."""
        if not self.has_happened(fact):
            return False, 0
        seen = self._in_view.get(fact.id)
        return seen is None, 0 if seen is None or seen.group is None else len(seen.group.above[fact.id])


def _within(instant: datetime, cut: date | datetime | None) -> bool:
    return cut is None or instant <= end_of(cut)


def _cause(adding: Iterable[Fact], old: _Side, new: _Side) -> str:
    """Why these facts add something else to a sum on the new side. Each of them adds to it on one side at least."""
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
