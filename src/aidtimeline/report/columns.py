"""Columns as data: the one description of the rows of a result, whatever the format they are written in.

A column has a name: the member in JSON, and the attribute of a row (with `_` instead of `-`). It has a kind, which says
how its values are written in JSON, and what they come to in plain columns (see `frame`). If it holds numbers, it names
the column with their unit, or several columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.projections import Bounds
from aidtimeline.report.words import cited
from aidtimeline.semantics.reporting import Said
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

Json = dict[str, Any]


Type: TypeAlias = Literal["text", "number", "flag", "count"]
"""The types of plain columns: texts, exact numbers (`Decimal`), true or false, and whole numbers (`int`)."""


class Flat(NamedTuple):
    """One of the plain columns of a kind: the end of its name, its type, and its value; None where there is none."""

    end: str
    type: Type
    get: Callable[[Any], Any]


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


_TEXT = (Flat("", "text", _as_text),)


@frozen
class Kind:
    """A kind of value: its name, the function that makes JSON of a value, and its plain columns."""

    name: str
    json: Callable[[Any], Any] = lambda value: value
    flat: Sequence[Flat] = _TEXT


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


def listed(texts: Iterable[object]) -> str | None:
    """Texts in one cell; None if there are none.

    >>> listed(["JP", "UNDP"]), listed([])
    ('JP; UNDP', None)
    """
    return "; ".join(map(str, texts)) or None


def _possible(values: Iterable[object]) -> str | None:
    values = tuple(values)
    stated = " or ".join(str(plain(each)) for each in values if each is not None)
    return (f"possibly {stated}" if None in values else stated) if stated else None


def _same(value: Any) -> Any:
    return value


def _end(name: str) -> Callable[[Any], Any]:
    return lambda bounds: None if bounds is None else getattr(bounds, name)


ANY = Kind("any", anything)
SLUG = Kind("slug")
TEXT = Kind("text")
FLAG = Kind("flag", flat=[Flat("", "flag", lambda value: None if value is None else bool(value))])
COUNT = Kind("count", flat=[Flat("", "count", _same)])
NUMBER = Kind("number", number, [Flat("", "number", _same)])
BOUNDS = Kind(
    "bounds",
    lambda bounds: None if bounds is None else ends(bounds),
    [Flat("low", "number", _end("low")), Flat("high", "number", _end("high"))],
)
DATE = Kind("date", plain, [Flat("", "text", lambda value: _as_text(plain(value)))])
DAY = Kind("day", lambda day: day and day.isoformat(), [Flat("", "text", lambda day: day and day.isoformat())])
AMOUNT = Kind("amount", lambda found: found and found.text)
"""A quantity or money, as its text."""
TEXTS = Kind("texts", list, [Flat("", "text", listed)])
STATES = Kind("states", lambda values: [plain(each) for each in values], [Flat("", "text", _possible)])
"""The values that a state may have; None (none yet) comes first."""


def rows_of(columns: Sequence[Column], in_words: Callable[[Any], str] | None = None) -> Kind:
    """The kind of a column whose values are rows themselves; `in_words` makes a text of one, for a plain column."""

    def words(row: Any) -> str:
        found = (each.kind.json(each.value(row)) for each in columns)
        return " ".join(str(value) for value in found if value is not None)

    return Kind(
        "rows",
        lambda rows: [json_row(columns, row) for row in rows],
        [Flat("", "text", lambda rows: listed(map(in_words or words, rows or ())))],
    )


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

_SOURCE = (
    *(Column(name, TEXT) for name in ("publisher", "title", "url")),
    *(Column(name, DATE) for name in ("published", "retrieved")),
    *(Column(name, TEXT) for name in ("attribution", "dataset", "locator", "archived")),
)
"""The columns of a source."""


def source_json(said: Said) -> dict[str, Any]:
    """A report as JSON: what its source states, and what it says otherwise."""
    stated = {name: value for name, value in json_row(_SOURCE, said.source).items() if value is not None}
    return {**stated, **({"says": said.remark.strip(" ()")} if said.remark else {})}


def in_words(said: Said) -> str:
    """A report as it is cited, with its address, and what it says otherwise."""
    return f"{cited(said.source)}{said.remark}"


SAID = Kind(
    "reports",
    lambda several: None if several is None else [source_json(each) for each in several],
    [Flat("", "text", lambda several: listed(dict.fromkeys(map(in_words, several or ()))))],
)
"""The reports of a row, None where there are too many to name."""
