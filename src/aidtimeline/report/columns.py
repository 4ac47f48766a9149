"""Columns as data: the one description of what a result has, for JSON now and for every other format to come.

A column has a name, which is the member in JSON and the attribute of a row (with `_` for `-`); a kind, which says how
its values are written; and, of numbers, the name of the column in which their unit stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Protocol

from attrs import frozen

from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

Json = dict[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


@frozen
class Kind:
    """A kind of value: its name, and how it is written in JSON."""

    name: str
    json: Callable[[Any], Any] = _as_it_is


@frozen
class Column:
    """A column of a result.

    `unit` is the name of the column in which the unit of its numbers stands, or None. `get` reads the value of a row;
    by default the attribute of the column's name.
    """

    name: str
    kind: Kind
    unit: str | None = None
    get: Callable[[Any], Any] | None = None

    def value(self, row: Any) -> Any:
        """The value of a row."""
        return (self.get or attrgetter(self.name.replace("-", "_")))(row)


def json_row(columns: Iterable[Column], row: Any) -> Json:
    """A row as an object of JSON."""
    return {each.name: each.kind.json(each.value(row)) for each in columns}


def number(value: Decimal | None) -> int | str | None:
    """An integer if it is integral, else decimal text; None is open.

    >>> number(Decimal("30.0")), number(Decimal("11.50")), number(None)
    (30, '11.5', None)
    """
    return None if value is None else Quantity(value, value).json


class Ends(Protocol):
    """What has a low and a high end."""

    @property
    def low(self) -> Decimal | None:
        """The low end, None if it is open."""

    @property
    def high(self) -> Decimal | None:
        """The high end, None if it is open."""


def ends(bounds: Ends) -> Json:
    """Bounds as an object with `low` and `high`."""
    return {"low": number(bounds.low), "high": number(bounds.high)}


def plain(value: object) -> object:
    """A value of a state: a date as its EDTF text, all else as it is."""
    return value.text if isinstance(value, DateRange) else value


def _values(values: Iterable[Any]) -> list[Any]:
    return [plain(each) for each in values]


SLUG = Kind("slug")
TEXT = Kind("text")
FLAG = Kind("flag")
COUNT = Kind("count")
NUMBER = Kind("number", number)
BOUNDS = Kind("bounds", lambda bounds: None if bounds is None else ends(bounds))
DATE = Kind("date", plain)
AMOUNT = Kind("amount", lambda found: found and found.text)
"""A quantity or money as its text."""
TEXTS = Kind("texts", list)
STATES = Kind("states", _values)
"""The values that a state may have, None (none yet) first."""


def rows_of(columns: Sequence[Column]) -> Kind:
    """The kind of a column that holds rows of its own."""
    return Kind("rows", lambda rows: [json_row(columns, row) for row in rows])
