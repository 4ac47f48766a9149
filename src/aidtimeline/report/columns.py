"""Columns as data: the one description of the rows of a result, whatever the format they are written in.

A column has a name: the member in JSON, and the attribute of a row (with `_` instead of `-`). It has a kind, which says
how its values are written. If it holds numbers, it names the column with their unit, or several columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from attrs import frozen

from aidtimeline.projections import Bounds
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

Json = dict[str, Any]


@frozen
class Kind:
    """A kind of value: its name, and the function that makes JSON of a value."""

    name: str
    json: Callable[[Any], Any] = lambda value: value


@frozen
class Column:
    """A column of a result.

    `unit` is the name of the column that has the unit of its numbers, or None. If it is several names, the unit is the
    first that is not null in the row. `get` reads the value from a row; by default it is the attribute with the
    column's name.
    """

    name: str
    kind: Kind
    unit: str | tuple[str, ...] | None = None
    get: Callable[[Any], Any] | None = None

    def value(self, row: Any) -> Any:
        """The value of this column in a row."""
        return (self.get or attrgetter(self.name.replace("-", "_")))(row)


def json_row(columns: Iterable[Column], row: Any) -> Json:
    """A row as a JSON object, with the columns as members."""
    return {each.name: each.kind.json(each.value(row)) for each in columns}


def number(value: Decimal | None) -> int | str | None:
    """A number in JSON: an integer if it is integral, else a decimal text; None (open) is null.

    >>> number(Decimal("30.0")), number(Decimal("11.50")), number(None)
    (30, '11.5', None)
    """
    return None if value is None else Quantity(value, value).json


def ends(bounds: Bounds | Quantity) -> Json:
    """Bounds as a JSON object with `low` and `high`; null is open."""
    return {"low": number(bounds.low), "high": number(bounds.high)}


def plain(value: object) -> object:
    """A value of a state in JSON: a date as its EDTF text, anything else as it is."""
    return value.text if isinstance(value, DateRange) else value


def anything(value: object) -> object:
    """A value of any type in JSON: numbers, bounds and dates as in other columns, what JSON does not have as text."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Bounds | Quantity):
        return ends(value)
    value = plain(value)
    return value if value is None or isinstance(value, str | int) else str(value)


ANY = Kind("any", anything)
SLUG = Kind("slug")
TEXT = Kind("text")
FLAG = Kind("flag")
COUNT = Kind("count")
NUMBER = Kind("number", number)
BOUNDS = Kind("bounds", lambda bounds: None if bounds is None else ends(bounds))
DATE = Kind("date", plain)
AMOUNT = Kind("amount", lambda found: found and found.text)
"""A quantity or money, as its text."""
TEXTS = Kind("texts", list)
STATES = Kind("states", lambda values: [plain(each) for each in values])
"""The values that a state may have; None (none yet) comes first."""


def rows_of(columns: Sequence[Column]) -> Kind:
    """The kind of a column whose values are rows themselves."""
    return Kind("rows", lambda rows: [json_row(columns, row) for row in rows])


REPORT = (
    Column("publisher", TEXT, get=attrgetter("source.publisher")),
    Column("title", TEXT, get=attrgetter("source.title")),
    Column("url", TEXT, get=attrgetter("source.url")),
    Column("published", DATE, get=attrgetter("source.published")),
    Column("attribution", TEXT, get=attrgetter("source.attribution")),
    Column("date", DATE),
    Column("quantity", AMOUNT),
    Column("value", AMOUNT),
    Column("record", TEXT),
)
"""The columns of a `Report` of an explanation: who says what of a fact."""
