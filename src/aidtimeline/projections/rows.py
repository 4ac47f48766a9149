"""Rows by key: named tuples whose first names come from the question, and the results that are made of them."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from attrs import frozen

from aidtimeline.projections.results import Result

A = TypeVar("A")
N = TypeVar("N", bound="Named")


def in_order(values: Iterable[str | None]) -> tuple[str, ...]:
    """What keys are ordered by: value by value, None first (no value is an empty text)."""
    return tuple(value or "" for value in values)


class Named(tuple[Any, ...]):
    """A row whose first values are those of a key, under the names that were asked for; of counts the unit comes next.

    The types of such rows are made by `row_type`; `fields` are the names of the values behind the key.
    """

    __slots__ = ()

    names: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of the key, one for each name."""
        return self[: len(self.names)]

    @staticmethod
    def values_of(answer: Any) -> Iterable[Any]:
        """The values of the `fields` that make up an answer."""
        return (answer,)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a row has no {name!r}: it has {', '.join(type(self)._fields)}")  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[Any, ...]:
        units = len(self) > len(self.names) + len(self.fields)
        return _row, (type(self).__mro__[1], self.names, units, tuple(self))


@cache
def row_type(base: type[Named], names: tuple[str, ...], units: bool) -> Any:
    """The type of rows with these names in front of those of `base.fields`, and the methods of `base`.

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
    """Rows by the values of `names` in order, None first.

    A key has one value for each name, as a tuple if there are several or none. Counts never mix units: the unit may
    stand behind these values, `counts["rope", "metre"]`. Without it pieces are meant, or the only unit there is.
    `money` says that these are sums of money, which have no unit but their currency.
    """

    ROW: ClassVar[type[Named]]

    names: tuple[str, ...]
    rows: tuple[N, ...]
    money: bool = False

    @classmethod
    def of(cls, names: Iterable[str], answers: Mapping[tuple[Any, ...], Any], *, money: bool = False) -> Self:
        """The result with these answers under these whole keys."""
        names = tuple(names)
        make = row_type(cls.ROW, names, not money)
        rows = (make(*key, *cls.ROW.values_of(answers[key])) for key in sorted(answers, key=in_order))
        return cls(names, tuple(rows), money)

    @property
    def units(self) -> bool:
        """Whether the last value of a key is a unit."""
        return not self.money

    def key_of(self, row: N) -> tuple[Any, ...]:
        """The values of the names, and of counts the unit."""
        return row[: -len(self.ROW.fields)]
