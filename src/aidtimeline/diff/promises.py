"""What changed between two views in fulfilment: parts of promised, linked and cancelled, and outstanding as a whole.

A part is what hangs together: a promise with all that replaces it, in a lot with others, and what is linked to these.
What may serve promises depends on all of them, so outstanding has no parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from aidtimeline.diff.causes import CAUSES, Causes
from aidtimeline.diff.changes import arrow, change_of_high, open_in, parts_of
from aidtimeline.diff.sides import Side
from aidtimeline.graphs import DisjointSets
from aidtimeline.projections import Fulfilment, FulfilmentRow, FulfilmentTable
from aidtimeline.projections.fulfilment.account import Account
from aidtimeline.projections.fulfilment.accounts import Accounts
from aidtimeline.projections.fulfilment.givers import Made
from aidtimeline.projections.fulfilment.lots import INFINITE, Ends, Part
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.results import Result
from aidtimeline.projections.rows import in_order
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import EXACT, subtract

Of: TypeAlias = Literal["promised", "linked", "cancelled", "outstanding"]
WITH_PARTS: tuple[Of, ...] = ("promised", "linked", "cancelled")
"""The amounts of a row whose changes have parts."""


class Amount(NamedTuple):
    """Low and high, both inclusive; None: open."""

    low: Decimal
    high: Decimal | None

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low:,f}"
        return f"{self.low:,f}" if self.low == self.high else f"{self.low:,f} to {self.high:,f}"


class FulfilmentChange(NamedTuple):
    """How one part of the facts changes one amount of a row, `of`; outstanding changes as a whole.

    `cause` is one of `CAUSES`, or None of outstanding; "overlap" is what is taken off because promises may report the
    same. `ids` are those of the promises, of what is linked, or of cancellations with what they end.

    The key: `kind` of the promise, `donor`, `recipient`, `project`, `item`, and `unit` of the amounts (None:
    pieces) or `currency`; None: not stated. `before` and `after` are what the part adds to the
    amount in the two views; of outstanding, the amount.

    >>> from aidtimeline import Timeline
    >>> timeline, machines = Timeline.open("events"), Fulfilment("2024-07-31", {"item": "mechanical-demining-machine"})
    >>> for change in timeline.as_of("2024-06-30").diff(timeline.as_of("2024-07-31"), machines):
    ...     print(change.of, change.before, "→", change.after, change.cause)
    linked 0 → 2 to 4 happened
    outstanding 22 → 18 to 20 None
    """

    kind: str
    donor: str | None
    recipient: str | None
    project: str | None
    item: str | None
    unit: str | None
    currency: str | None
    of: Of
    cause: str | None
    ids: tuple[str, ...]
    before: Amount
    after: Amount

    @property
    def key(self) -> Key:
        """The key of the row."""
        return Key(*self[: len(Key._fields)])  # type: ignore[arg-type]

    @property
    def low(self) -> Decimal:
        """The change of the low end."""
        return subtract(self.after.low, self.before.low)

    @property
    def high(self) -> Decimal | None:
        """The change of the high end; None if it is open before or after."""
        return change_of_high(self.before, self.after)

    @property
    def open(self) -> str | None:
        """In which view the high end is open: "before", "after", "both", or None."""
        return open_in(self.before, self.after)

    def __str__(self) -> str:
        because = "" if self.cause is None else f": {self.cause}"
        return f"{self.of} {arrow(self.before, self.after)}{because}"


@frozen
class FulfilmentChanges(Result[FulfilmentChange, tuple[FulfilmentChange, ...]]):
    """What changed in fulfilment between two views; a key gives the changes of one row.

    The parts of promised, linked and cancelled add up to their changes: low ends always, high ends where both are
    finite. `tables` are the answers of both views, before and after.

    >>> from aidtimeline import Timeline
    >>> timeline, machines = Timeline.open("events"), Fulfilment("2024-07-31", {"item": "mechanical-demining-machine"})
    >>> changes = timeline.as_of("2024-06-30").diff(timeline.as_of("2024-07-31"), machines)
    >>> print(*(row.outstanding for table in changes.tables for row in table), sep=" → ")
    22 → 18 to 20
    """

    rows: tuple[FulfilmentChange, ...]
    tables: tuple[FulfilmentTable, FulfilmentTable] = field(kw_only=True)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the values of a `Key`."""
        return Key._fields

    @property
    def answers(self) -> Mapping[tuple[str | None, ...], tuple[FulfilmentChange, ...]]:
        """The changes of each row; an empty tuple if it is the same before and after."""
        found: dict[tuple[str | None, ...], list[FulfilmentChange]] = {
            row.key: [] for table in self.tables for row in table.rows
        }
        for change in self.rows:
            found[change.key].append(change)
        return {key: tuple(found[key]) for key in sorted(found, key=in_order)}


_Where: TypeAlias = tuple[Key, Of, str]


class _Share(NamedTuple):
    """What a part comes to in one view, by the ids that are named, and all that its cause may lie in."""

    ends: Ends
    ids: frozenset[str]
    adding: frozenset[str]


def diff_fulfilment(before: Viewed, after: Viewed, question: Fulfilment) -> FulfilmentChanges:
    """The changes of every row from one view, `before`, to another, `after`, ordered by key, amount, cause and ids.

    `question` says which promises are compared; its day is not used: each view is asked about its own.

    >>> from aidtimeline import Timeline
    >>> timeline = Timeline.open("events")
    >>> before, after = timeline.as_of("2024-06-30"), timeline.as_of("2024-07-31")
    >>> print(*diff_fulfilment(before, after, Fulfilment("2024-07-31")), sep=" · ")
    linked 0 → 2–4: happened · outstanding 22 → 18–20
    """
    views = (before, after)
    questions = [Fulfilment(view.as_of, question.where, question.selection.vocabulary) for view in views]
    tables = [view.replay(asked) for asked, view in zip(questions, views, strict=True)]
    whole, (before, after) = after, (before.promising(question, after), after.promising(question, before))
    views = (before, after)
    with localcontext(EXACT):
        accounts = [
            Accounts.of(asked, filter(asked.keeps, view.facts)) for asked, view in zip(questions, views, strict=True)
        ]
        sets = parts_of(before.belief, after.belief)
        for each in accounts:
            _join_lots(each, sets)
        sides = [_shares(each, sets) for each in accounts]
    causes = Causes(Side(before), Side(after), lambda fact: (fact.event, fact.quantity, fact.value))
    changes = [*_of_parts(sides, causes), *_of_rows(sides, tables)]
    changes.sort(
        key=lambda each: (in_order(each.key), _ORDER[each.of], CAUSES.index(each.cause or "overlap"), each.ids)
    )
    return FulfilmentChanges(tuple(changes), tables=(tables[0], tables[1]), view=whole, question=questions[1])


_ORDER: Mapping[Of, int] = {"promised": 0, "linked": 1, "cancelled": 2, "outstanding": 3}


def _join_lots(accounts: Accounts, sets: DisjointSets[str]) -> None:
    for ledger in accounts.books.ledgers.values():
        for lot in ledger.lots.values():
            promises = [made.id for line in lot.lines for made in line.promises]
            for each in promises[1:]:
                sets.join(each, promises[0])


def _shares(accounts: Accounts, sets: DisjointSets[str]) -> dict[_Where, _Share]:
    """What each part comes to in one view."""
    found: dict[_Where, _Share] = {}

    def add(key: Key, of: Of, leader: str, share: _Share) -> None:
        before = found.get((key, of, leader), _Share(Ends(), frozenset(), frozenset()))
        found[key, of, leader] = _Share(
            before.ends.plus(share.ends), before.ids | share.ids, before.adding | share.adding
        )

    for key in accounts.keys:
        account = accounts.account(key)
        for part in account.parts:
            promises = frozenset(made.id for rest in part.rests for made in rest.chosen)
            leader = sets.leader(min(promises))
            linked, cancelling = (_naming(account, part, how) for how in ("linked", "cancelled"))
            add(key, "promised", leader, _Share(account.promised(part), promises | cancelling, promises | cancelling))
            if linked:
                add(key, "linked", leader, _Share(account.linked(part), linked, linked | promises))
            if cancelling:
                add(key, "cancelled", leader, _Share(account.off(part), cancelling, cancelling))
    for fact in accounts.books.facts:
        for promise, _ in () if fact.keeps is None else fact.keeps.ended:
            made = Made.of(promise)
            if made is not None and promise.id in accounts.ended:
                ids = frozenset((fact.id, promise.id))
                key, ends = accounts.ended[promise.id]
                add(key, "cancelled", sets.leader(promise.id), _Share(ends, ids, frozenset((fact.id,))))
    return found


def _naming(account: Account, part: Part, how: str) -> frozenset[str]:
    ledger = account.ledger
    tos = (to for line in part.lot.lines for to in ledger.naming(line.key) if to.how == how)
    return frozenset(fact.id for to in tos for fact in ledger.givers.get(to, ()))


def _of_parts(sides: list[dict[_Where, _Share]], causes: Causes) -> Iterator[FulfilmentChange]:
    nothing = _Share(Ends(), frozenset(), frozenset())
    for where in dict.fromkeys((*sides[0], *sides[1])):
        key, of, _ = where
        was, is_now = (side.get(where, nothing) for side in sides)
        if was.ends != is_now.ends:
            before, after = _amount(was.ends), _amount(is_now.ends)
            cause = causes.of((was.adding, is_now.adding), before, after)
            yield FulfilmentChange(*key, of, cause, tuple(sorted(was.ids | is_now.ids)), before, after)


def _of_rows(sides: list[dict[_Where, _Share]], tables: list[FulfilmentTable]) -> Iterator[FulfilmentChange]:
    """How outstanding changes, and what is left of other changes because promises may report the same."""
    totals: list[dict[tuple[Key, Of], Ends]] = []
    for side in sides:
        total: dict[tuple[Key, Of], Ends] = defaultdict(Ends)
        for (key, of, _), share in side.items():
            total[key, of] = total[key, of].plus(share.ends)
        totals.append(total)
    by_key = [{row.key: row for row in table} for table in tables]
    for key in dict.fromkeys((*by_key[0], *by_key[1])):
        rows = [side.get(key) for side in by_key]
        for of in WITH_PARTS:
            off = [_beside(_of(row, of), total[key, of]) for row, total in zip(rows, totals, strict=True)]
            if off[0] != off[1]:
                yield FulfilmentChange(*key, of, "overlap", (), *off)
        was, is_now = (_of(row, "outstanding") for row in rows)
        if was != is_now:
            yield FulfilmentChange(*key, "outstanding", None, (), was, is_now)


def _of(row: FulfilmentRow | None, of: Of) -> Amount:
    bounds = None if row is None else getattr(row, of)
    return Amount(Decimal(0), Decimal(0)) if bounds is None else Amount(bounds.low, bounds.high)


def _beside(whole: Amount, parts: Ends) -> Amount:
    """What a whole comes to beside its parts."""
    high = Decimal(0) if whole.high is None or parts.high == INFINITE else subtract(whole.high, parts.high)
    return Amount(subtract(whole.low, parts.low), high)


def _amount(ends: Ends) -> Amount:
    return Amount(ends.low, None if ends.high == INFINITE else ends.high)
