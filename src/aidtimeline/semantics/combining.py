"""How several reports of one fact become one date, one quantity and one value (docs/semantics.md, "Accounts").

If they agree, the fact is what they have in common. If they do not, it is the hull of all, and disputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from typing import TypeVar

from aidtimeline.semantics.accounts import Account
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.units import SOME

T = TypeVar("T")
Combined = tuple[T, bool]
"""What the accounts give together, and whether they contradict each other."""

ABOUT = 2
"""An "about" reaches from its half to its double."""


def combine_dates(accounts: Sequence[Account]) -> Combined[DateRange]:
    """The date that the accounts give together. Approximate dates yield to the others."""
    chosen = [each.date for each in accounts if not each.stated_date.approximate] or [each.date for each in accounts]
    if len(chosen) == 1:
        return chosen[0], False
    spans = [(each.earliest or date.min, each.latest or date.max) for each in chosen]
    ends = max(first for first, _ in spans), min(last for _, last in spans)
    disputed = ends[0] > ends[1]
    if disputed:
        ends = min(first for first, _ in spans), max(last for _, last in spans)
    for each, span in zip(chosen, spans, strict=True):
        if span == ends:
            return each, disputed
    first, last = ends
    return DateRange.between(None if first == date.min else first, None if last == date.max else last), disputed


def combine_amounts(amounts: Iterable[Quantity], unsaid: Quantity = SOME) -> Combined[Quantity]:
    """The amount that accounts in one unit or currency give together.

    "Some", which is `1..` or what counts as `unsaid`, stands aside where another account states a number. An "about"
    yields to exact accounts if what these have in common lies between its half and its double.

    >>> for accounts in ("1..", "2", "4"), ("~20", "22"), ("~20", "60"):
    ...     print(*combine_amounts(map(Quantity.parse, accounts)))
    2 to 4 True
    22 False
    about 20 to 60 True
    """
    given = list(amounts)
    given = [each for each in given if each not in (SOME, unsaid)] or given
    about = [each for each in given if each.approximate]
    exact = [each for each in given if not each.approximate] or given
    common = _common(exact)
    if common is None or (exact is not given and not all(widened(each).contains(common) for each in about)):
        return reduce(Quantity.hull, given), True
    return common, False


def widened(about: Quantity) -> Quantity:
    """What an "about" may mean: from its half to its double, whatever its sign. Any other amount is itself.

    >>> print(widened(Quantity.parse("~20")), "·", widened(Quantity.parse("~-4..6")))
    10 to 40 · -8 to 12
    """
    if not about.approximate:
        return about
    low, high = about.low, about.high
    return Quantity(min(low / ABOUT, low * ABOUT), None if high is None else max(high / ABOUT, high * ABOUT))


def _common(amounts: Sequence[Quantity]) -> Quantity | None:
    """What all have in common; None if that is nothing."""
    common: Quantity | None = amounts[0]
    for each in amounts[1:]:
        common = common and common.intersection(each)
    return common
