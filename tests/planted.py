"""Projections with a bug each, as people make them: what `check_projection` must catch.

The file imports nothing but the library, so that it can be run against an installed one: `python planted.py`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from aidtimeline import Bounds, Fact, Quantity
from aidtimeline.testing import LawBroken, check_projection

NONE = Quantity.exact(0)
NOTHING = (NONE, False)


class Sums:
    """Lawful: what was delivered, by donor, with bounds. What may have been replaced may count, which is loose."""

    def initial(self) -> Any:
        return {}

    def amount(self, fact: Fact) -> Quantity | None:
        return fact.quantity

    def counts(self, fact: Fact) -> bool:
        return fact.kind == "delivery"

    def step(self, state: Any, fact: Fact) -> Any:
        amount = self.amount(fact)
        if self.counts(fact) and amount is not None:
            sums, loose = state.get(fact.donor, NOTHING)
            state[fact.donor] = sums + (amount if fact.certain else amount.hull(NONE)), self.loose(fact) or loose
        return state

    def loose(self, fact: Fact) -> bool:
        return fact.group is not None

    def merge(self, one: Any, other: Any) -> Any:
        return {donor: self.both(one, other, donor) for donor in one.keys() | other.keys()}

    def both(self, one: Any, other: Any, donor: str | None) -> Any:
        sums, loose = zip(one.get(donor, NOTHING), other.get(donor, NOTHING), strict=True)
        return sums[0] + sums[1], any(loose)

    def finish(self, state: Any) -> Any:
        return {donor: Bounds(each.low, each.high, loose=loose) for donor, (each, loose) in state.items()}


class Total:
    """All that is pledged, as a plain number: a raise counts beside what it raises."""

    zero: Any = 0

    def initial(self) -> Any:
        return self.zero

    def step(self, state: Any, fact: Fact) -> Any:
        return state + self.number(fact) if fact.kind == "pledge" and fact.quantity is not None else state

    def number(self, fact: Fact) -> Any:
        return int(fact.quantity.low) if fact.quantity is not None else 0

    def merge(self, one: Any, other: Any) -> Any:
        return one + other

    def finish(self, state: Any) -> Any:
        return state


class DoubleCountingInt(Total):
    """As an int."""


class DoubleCountingDecimal(Total):
    """As a Decimal, without rounding."""

    zero = Decimal(0)

    def number(self, fact: Fact) -> Any:
        return fact.quantity.low if fact.quantity is not None else Decimal(0)

    def step(self, state: Any, fact: Fact) -> Any:
        with localcontext(prec=99):
            return super().step(state, fact)

    def merge(self, one: Any, other: Any) -> Any:
        with localcontext(prec=99):
            return super().merge(one, other)


class SharedInitial(Sums):
    """Every fold begins with what the last one left."""

    def __init__(self) -> None:
        self.empty: Any = {}

    def initial(self) -> Any:
        return self.empty


class MergeChanges(Sums):
    """Into the first of its states."""

    def merge(self, one: Any, other: Any) -> Any:
        for donor in other:
            one[donor] = self.both(one, other, donor)
        return one


class MemoryOnSelf(Sums):
    """What has been seen never counts again."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def counts(self, fact: Fact) -> bool:
        new = fact.id not in self.seen
        self.seen.add(fact.id)
        return super().counts(fact) and new


class StepChangesAnother(Sums):
    """What merge gives shares the lists of what it was given."""

    def step(self, state: Any, fact: Fact) -> Any:
        for donor, amount in super().step({}, fact).items():
            state.setdefault(donor, []).append(amount)
        return state

    def merge(self, one: Any, other: Any) -> Any:
        both = dict(one)
        for donor, amounts in other.items():
            both[donor] = both[donor] + amounts if donor in both else amounts
        return both

    def finish(self, state: Any) -> Any:
        sums: Any = {}
        for donor, amounts in state.items():
            for amount in amounts:
                sums = super().merge(sums, {donor: amount})
        return super().finish(sums)


class LastStatusWins:
    """Of each project the status that was seen last."""

    def initial(self) -> Any:
        return {}

    def step(self, state: Any, fact: Fact) -> Any:
        return state | {fact.project: fact.status} if fact.kind == "status" else state

    def merge(self, one: Any, other: Any) -> Any:
        return one | other

    def finish(self, state: Any) -> Any:
        return {project: {status} for project, status in state.items()}


class BeforeTheDay(Sums):
    """What was delivered by its day; it leaves out the day itself."""

    def __init__(self, day: date) -> None:
        self.day = day

    def counts(self, fact: Fact) -> bool:
        return super().counts(fact) and (fact.date.earliest is None or fact.date.earliest < self.day)


class FloatSums(Total):
    """As a float."""

    zero = 0.0

    def number(self, fact: Fact) -> Any:
        return float(fact.quantity.low) if fact.quantity is not None else 0.0


class FirstDonor:
    """Who gave first: the fact that was folded first."""

    def initial(self) -> Any:
        return None

    def step(self, state: Any, fact: Fact) -> Any:
        return state or fact.donor

    def merge(self, one: Any, other: Any) -> Any:
        return one or other

    def finish(self, state: Any) -> Any:
        return {state}


class IgnoredAccounts(Sums):
    """What the record says, whatever others report."""

    def amount(self, fact: Fact) -> Quantity | None:
        said: Quantity | None = getattr(fact.event, "quantity", None)
        return fact.quantity if said is None else said


class SomeIsOne(Sums):
    """What has no number is one."""

    def amount(self, fact: Fact) -> Quantity | None:
        if fact.quantity is None:
            return None
        return fact.quantity if fact.quantity_stated else Quantity.exact(1)


class LowEnd(Sums):
    """Each amount is the least that it may be: some are one, and 2 to 4 are two."""

    def amount(self, fact: Fact) -> Quantity | None:
        return None if fact.quantity is None else Quantity(fact.quantity.low, fact.quantity.low)


class DuplicatesMultiplied(Sums):
    """Each record that is this one fact counts."""

    def amount(self, fact: Fact) -> Quantity | None:
        return None if fact.quantity is None else sum([fact.quantity] * len(fact.members), NONE)


class FinishChanges(Sums):
    """It takes out what it answers."""

    def finish(self, state: Any) -> Any:
        return super().finish({donor: state.pop(donor) for donor in list(state)})


class RaiseBeside(Sums):
    """The bounds have a raise beside what it raises, and do not say so."""

    def loose(self, fact: Fact) -> bool:
        return False


class RaiseForSure(Sums):
    """What may have been replaced counts for sure."""

    def step(self, state: Any, fact: Fact) -> Any:
        if self.counts(fact) and fact.quantity is not None:
            sums, loose = state.get(fact.donor, NOTHING)
            state[fact.donor] = sums + fact.quantity, self.loose(fact) or loose
        return state


def pledged(facts: Any) -> Any:
    """What is pledged in a world."""
    return sum(fact.quantity.low for fact in facts if fact.kind == "pledge" and fact.quantity is not None)


def delivered(facts: Any, cuts: Any) -> Any:
    """What is delivered in a world, by donor."""
    found: Counter[str] = Counter()
    for fact in facts:
        if fact.kind == "delivery" and fact.quantity is not None:
            found[fact.donor] += fact.quantity.low
    return found


class Bug(NamedTuple):
    """A planted bug: the projection, the law that catches it, and of how many records at most the report is."""

    name: str
    projection: Callable[[], Any]
    law: str
    records: int
    against: Callable[..., Any] | None = None


BUGS = (
    Bug("double counting in a Decimal", DoubleCountingDecimal, "vacuous", 1),
    Bug("double counting in an int", DoubleCountingInt, "vacuous", 1),
    Bug("double counting in a Decimal, with an oracle", DoubleCountingDecimal, "oracle", 1, pledged),
    Bug("double counting in an int, with an oracle", DoubleCountingInt, "oracle", 1, pledged),
    Bug("shared state from initial()", SharedInitial, "purity", 1),
    Bug("merge that changes its argument", MergeChanges, "purity", 1),
    Bug("step that changes another state", StepChangesAnother, "purity", 1),
    Bug("finish that changes the state", FinishChanges, "purity", 1),
    Bug("memory on self", MemoryOnSelf, "purity", 1),
    Bug("the last status seen wins", LastStatusWins, "split", 2),
    Bug("off by one at its cut", lambda: lambda cuts: BeforeTheDay(cuts.as_of), "oracle", 1, delivered),
    Bug("float sums", FloatSums, "split", 3),
    Bug("order dependence", FirstDonor, "split", 2),
    Bug("ignored accounts", IgnoredAccounts, "accounts", 2),
    Bug("some taken as 1", SomeIsOne, "accounts", 1),
    Bug("the low end taken as exact", LowEnd, "refinement", 1),
    Bug("duplicates multiplied", DuplicatesMultiplied, "accounts", 3),
    Bug("a raise beside what it raises", RaiseBeside, "tightness", 2),
    Bug("a raise that replaces for sure", RaiseForSure, "soundness", 2),
)


def main() -> int:
    """Check them all, and what has no bug, and print what was found; returns how many are missed."""
    check_projection(lambda cuts: Sums(), against=delivered)
    missed = 0
    for bug in BUGS:
        start = time.process_time()
        try:
            check_projection(bug.projection(), against=bug.against)
        except LawBroken as broken:
            taken = time.process_time() - start
            print(f"{bug.name}: {broken.law}, {len(broken.records)} records, {taken:.1f} s")  # noqa: T201
            missed += not broken.law.startswith(bug.law)
        else:
            print(f"{bug.name}: MISSED")  # noqa: T201
            missed += 1
    return missed


if __name__ == "__main__":
    sys.exit(main())
