"""What the rows of a package state that do not repeat one value: the tranches that it is given in, or one value anew.

The tracker says once of each package that its source gave a value, and repeats that on the rows. A few packages have
another value for each date instead: the US draws down a budget, and each drawdown is on rows of its own. Whether these
add up, nobody says in so many words; but the tracker has a total of its own for the package.

| the tracker's total, in the same currency | then |
|---|---|
| is the sum of all | each is a promise of its own, on its own date |
| is one of them | that one is the package's value; the others are observations |
| is at least the largest of them | together they are the largest so far to the sum |
| anything else, or none | together they are the smallest to the sum |

In bounds, each tranche is what it adds to the least that is certain, to all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import evolve, frozen

from aidtimeline.formats.kiel.columns import Line
from aidtimeline.formats.kiel.entries import Package
from aidtimeline.formats.kiel.texts import number_in
from aidtimeline.values.amounts import Money, Quantity

ADD_UP = "a package whose rows state different values, which add up to its total: each is counted on its own date"
MAY_ADD_UP = "a package whose rows state different values, and nobody says that they add up: they are counted as bounds"
ONE_COUNTS = "a package whose rows state different values: that of its total is counted, the others are observations"
MORE = "a package whose total is more than its sources gave: what they gave is counted"


@frozen
class Tranche:
    """A value that a package states on a date, the row that states it, and what of it counts: None, if it does not."""

    line: Line
    when: str
    stated: Money
    counts: Money | None


def tranches(package: Package, lines: Sequence[Line], first: Line) -> list[Tranche]:
    """The values of the rows of a package or of a part of one, which are in time, beginning with that of one row.

    The first of them is counted. One value that is repeated on all rows is one tranche, whatever their dates.
    """
    found: dict[tuple[str, Money], Line] = {}
    for line in (first, *lines):
        value = package.value(line)
        if value is not None and value.amount.low:
            found.setdefault((package.when(line).edtf, value), line)
    if not found:
        return []
    stated = [Tranche(line, when, value, value) for (when, value), line in found.items()]
    head, *others = stated
    values = [each.stated.amount.low for each in stated]
    total = _total(lines) if len({each.stated.currency for each in stated}) == 1 else None
    if total == sum(values) and others:
        package.note(ADD_UP, head.line, _listed(stated))
        return stated
    if len(set(values)) == 1 and len({each.stated for each in stated}) == 1:
        if total is not None and total > values[0] > 0:
            package.note(MORE, head.line, f"{head.stated} of {Money(Quantity.exact(total), head.stated.currency)}")
        return [head]
    if total in values:
        package.note(ONE_COUNTS, head.line, _listed(stated))
        counted = next(each for each in stated if each.stated.amount.low == total)
        return [counted, *(evolve(each, counts=None) for each in stated if each is not counted)]
    package.note(MAY_ADD_UP, head.line, _listed(stated))
    return _bounded(stated, [line.number for line in lines], certain=total is not None and total > max(values))


def _bounded(stated: Sequence[Tranche], in_time: Sequence[int], *, certain: bool) -> list[Tranche]:
    """What each adds to the least and to the most that the package may come to.

    It is `certain` that the package comes to the largest of them; else each may be stated anew by another.
    """
    most = Decimal(0)
    low: dict[int, Decimal] = {}
    for tranche in sorted(stated, key=lambda each: in_time.index(each.line.number)):
        amount = tranche.stated.amount.low
        low[id(tranche)] = max(amount - most, Decimal(0)) if certain else Decimal(0)
        most = max(amount, most)
    alike = [each.stated.amount.low for each in stated if each.stated.currency == stated[0].stated.currency]
    if not certain and min(alike) > 0 and len(alike) == len(stated):
        low[id(stated[0])] = min(alike)
    return [evolve(each, counts=_from(low[id(each)], each.stated)) for each in stated]


def _from(low: Decimal, stated: Money) -> Money:
    amount = stated.amount.low
    return Money(Quantity(min(low, amount), max(low, amount)), stated.currency)


def _total(lines: Sequence[Line]) -> Decimal | None:
    """The tracker's total of a package, or of its part if that has an id; None if it has none, or several."""
    what = "part total" if any(line["part"] for line in lines) else "total"
    totals = {number for line in lines if (number := number_in(line[what]))}
    return totals.pop() if len(totals) == 1 else None


def _listed(stated: Sequence[Tranche]) -> str:
    return ", ".join(dict.fromkeys(str(each.stated) for each in stated))
