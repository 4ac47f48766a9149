"""The results of sums: bounds by key."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.rows import Keyed, Named
from aidtimeline.projections.sums.cells import Bounds

if TYPE_CHECKING:
    from aidtimeline.explain import Explanation

SumKey: TypeAlias = tuple[str | None, ...]
"""The values of a key, one for each name; counts have their unit last (None: pieces)."""


class SumRow(Named):
    """One sum: the values of its key, of a count its unit (None: pieces), then the values of its bounds.

    These are `low` and `high` (inclusive; None: open), and the flags of `Bounds`.
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("low", "high", "open", "approximate", "disputed", "loose", "overlap")

    low: Decimal
    high: Decimal | None
    open: int
    approximate: bool
    disputed: bool
    loose: bool
    overlap: bool

    @property
    def bounds(self) -> Bounds:
        """Low, high and flags as one value."""
        return Bounds(*self[-len(self.fields) :])

    @staticmethod
    def values_of(answer: Bounds) -> Iterable[Any]:
        """Low, high and flags, one by one."""
        return answer.values


@frozen
class Table(Keyed[SumRow, Bounds]):
    """Sums by key, each with bounds: the result of `Counts` and `MoneySums`. `Keyed` says what keys look like.

    >>> table = Table.of(["item"], {("truck", None): Bounds(30, 30), ("rope", "metre"): Bounds(1200, None)})
    >>> print(table["truck"], "·", table["rope", "metre"], "·", "rope" in table)
    30 · at least 1,200 · False
    >>> [(row.item, row.unit, row.low) for row in table]
    [('rope', 'metre', 1200), ('truck', None, 30)]
    """

    ROW: ClassVar[type[Named]] = SumRow

    def _answer(self, row: SumRow) -> Bounds:
        return row.bounds

    def explain(self, key: Hashable = ()) -> Explanation:
        """The `aidtimeline.explain.Explanation` of the sum with this key: its facts, and the reports behind them.

        Raises `UnknownKey` if there is no such row, and `UsageError` if the table is not of a view.

        >>> from aidtimeline import Timeline
        >>> explanation = Timeline.open("events").as_of("2023-01-01").counts().explain("truck")
        >>> print(explanation.answer, "·", *[source.publisher for reason in explanation for source in reason.sources])
        0 to 30 · Rubryka
        """
        if self.view is None:
            raise UsageError("only the table of a view can be explained: view.counts(…), view.money(…)")
        explanation: Explanation = self.view.explain(self.question, self.whole_key(key))
        return explanation
