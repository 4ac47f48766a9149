"""The results of sums: bounds by key."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.pieces import Bounds
from aidtimeline.projections.results import Named, Result, in_order, row_type

SumKey: TypeAlias = tuple[str | None, ...]
"""The values of the key, one for each name; of counts the unit stands last (None: pieces)."""

_BOUNDS = ("low", "high", "open", "approximate", "disputed", "loose")


class SumRow(Named):
    """One sum: the values of its key, then its bounds and their flags, as `Bounds` has them."""

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = _BOUNDS

    @property
    def bounds(self) -> Bounds:
        """Low, high and flags together."""
        return Bounds(*self[-len(_BOUNDS) :])


class CountRow(SumRow):
    """One count: the values of its key, its unit (None: pieces), then its bounds and their flags."""

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ("unit", *_BOUNDS)


@frozen
class Table(Result[SumRow, Bounds]):
    """Sums by key. Rows are ordered by key and unit, None first.

    A key has one value for each of the `names`, as a tuple if there are several or none. Counts never mix units: the
    unit may stand behind these values, `counts["rope", "metre"]`. Without it pieces are meant, or the only unit there
    is. `money` says that these are sums of money, which have no unit but their currency.

    >>> table = Table.of(["item"], {("truck", None): Bounds(30, 30), ("rope", "metre"): Bounds(1200, None)})
    >>> print(table["truck"], "·", table["rope"], "·", table["rope", "metre"].high, "·", "boat" in table)
    30 · at least 1,200 · None · False
    >>> [(row.item, row.unit, row.low) for row in table]
    [('rope', 'metre', 1200), ('truck', None, 30)]
    """

    names: tuple[str, ...]
    rows: tuple[SumRow, ...]
    money: bool = False

    @classmethod
    def of(cls, names: Iterable[str], sums: Mapping[SumKey, Bounds], *, money: bool = False) -> Table:
        """The table of some sums by their whole keys."""
        names = tuple(names)
        make = row_type(SumRow if money else CountRow, names)
        return cls(names, tuple(make(*key, *sums[key].values) for key in sorted(sums, key=in_order)), money)

    @property
    def units(self) -> bool:
        """Whether the unit is the last value of a key."""
        return not self.money

    def key_of(self, row: SumRow) -> SumKey:
        """The values of the names, and of counts the unit."""
        return row.key if self.money else (*row.key, row.unit)

    def _answer(self, row: SumRow) -> Bounds:
        """The bounds."""
        return row.bounds

    def explain(self, key: Hashable = ()) -> Any:
        """Why the sum of this key is what it is: an `aidtimeline.explain.Explanation`, which prints to be cited.

        Raises `UnknownKey` if there is no such row, and `UsageError` for a table that was not asked of a view.
        """
        if self.view is None:
            raise UsageError("only the table of a view can be explained: view.counts(…), view.money(…)")
        return self.view.explain(self.question, self.whole_key(key))
