"""Rows by key, whose first columns are the fields that were asked for, and the results made of such rows."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.projections.results import Result

if TYPE_CHECKING:
    from aidtimeline.projections.sums.conversions import Conversions, RateUsed

A = TypeVar("A")
N = TypeVar("N", bound="Named")


def in_order(values: Iterable[str | None]) -> tuple[str, ...]:
    """A sort key for keys: value by value, None first (no value is an empty text)."""
    return tuple(value or "" for value in values)


class Named(tuple[Any, ...]):
    """A row that begins with a key: a value for each name that was asked for, and in counts a unit.

    `row_type` makes the types of such rows. `names` are the names of the key, without the unit; `fields` those of the
    other values. A row has those of the values below that its question asked for, with `_` for `-`; None: not stated.
    """

    __slots__ = ()

    names: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[tuple[str, ...]] = ()

    # What may be in a key. Type checkers cannot know what was asked for, but they know all that can be.
    item: str | None
    donor: str | None
    recipient: str | None
    via: str | None
    project: str | None
    package: str | None
    kind: str
    location: str | None
    sector: str | None
    humanitarian: str | None
    scope: str | None
    aid_type: str | None
    tied: str | None
    period: str | None
    item_category: str | None
    indicator: str | None
    side: str | None
    counterpart: str | None
    part_of: str | None
    party: str | None
    role: str | None
    unit: str | None
    currency: str | None
    dataset: str | None
    year: str | None
    quarter: str | None
    month: str | None

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of the key, one for each of `names`."""
        return self[: len(self.names)]

    @staticmethod
    def values_of(answer: Any) -> Iterable[Any]:
        """The values of `fields` for an answer."""
        return (answer,)

    if TYPE_CHECKING:  # what the named tuple of `row_type` has
        _fields: ClassVar[tuple[str, ...]]

        def _asdict(self) -> dict[str, Any]: ...
        def _replace(self, **values: Any) -> Self: ...

    else:  # unseen by type checkers, so that they refuse a misspelt name

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"a row has no {name!r}: it has {', '.join(type(self)._fields)}")

    def __reduce__(self) -> tuple[Any, ...]:
        units = len(self) > len(self.names) + len(self.fields)
        return _row, (type(self).__mro__[1], self.names, units, tuple(self))


@cache
def row_type(base: type[Named], names: tuple[str, ...], units: bool) -> Any:
    """The type of rows with these names, with `units` a unit, and then `base.fields`; its methods are those of `base`.

    >>> row_type(Named, ("item", "part-of"), True)._fields
    ('item', 'part_of', 'unit')
    """
    fields = [*(name.replace("-", "_") for name in names), *(["unit"] if units else []), *base.fields]
    plain = namedtuple(base.__name__, fields)  # type: ignore[misc]
    return type(base.__name__, (base, plain), {"__slots__": (), "names": names})


def _row(base: type[Named], names: tuple[str, ...], units: bool, values: tuple[Any, ...]) -> Any:
    return row_type(base, names, units)(*values)


@frozen
class Keyed(Result[N, A]):
    """Rows ordered by the values of `names`, None first.

    A key has one value for each name. It is a tuple if there are several names, or none. Counts of different units have
    rows of their own: the unit follows the values, `counts["rope", "metre"]`; a key without one means pieces. `money`
    means sums of money, which have a currency among their names and no unit.
    """

    ROW: ClassVar[type[Named]]

    names: tuple[str, ...]
    rows: tuple[N, ...]
    money: bool = False

    @classmethod
    def of(cls, names: Iterable[str], answers: Mapping[tuple[Any, ...], Any], *, money: bool = False) -> Self:
        """The result with these answers by their whole keys.

        Args:
            names: The names of the values of a key.
            answers: The answers. Each key is a tuple with a value for each name; of counts the unit (None: pieces) is
                last.
            money: Whether these are sums of money.
        """
        names = tuple(names)
        make = row_type(cls.ROW, names, not money)
        rows = (make._make((*key, *cls.ROW.values_of(answers[key]))) for key in sorted(answers, key=in_order))
        return cls(names, tuple(rows), money)

    @cached_property
    def conversions(self) -> Conversions:
        """The rates by which sums of money were converted, those that lack, and what needs none.

        Raises `UsageError` if the result is not of a view.
        """
        return self._conversions()

    def _conversions(self) -> Conversions:
        if self.view is None:
            raise UsageError("only the result of a view says by which rates it was converted: view.money(…)")
        found: Conversions = self.view.conversions(self.question)
        return found

    @property
    def rates(self) -> tuple[RateUsed, ...]:
        """The rates by which sums of money were converted; none if no currency was asked for."""
        return self.conversions.rates

    @property
    def units(self) -> bool:
        """Whether the last value of a key is a unit."""
        return not self.money

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names; of counts also the unit."""
        return self.names if self.money else (*self.names, "unit")
