"""A result as plain columns of one type each: what every file, data frame and spreadsheet is made of.

The question decides the columns and their types, never the data. Bounds are two columns, and an open end is empty. A
slug has its label beside it. The last columns are the cuts of the view, so that a table that is carried elsewhere still
says what it is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from attrs import frozen

from aidtimeline.report.columns import SLUG, Column, Type
from aidtimeline.values.dates import format_instant
from aidtimeline.vocabulary import SLUG_FIELDS, Vocabulary


class Field(NamedTuple):
    """A plain column: its name (in snake case), and the type of its values."""

    name: str
    type: Type


@frozen
class Frame:
    """A table of plain columns: the lines that say what it is, its fields, and its rows.

    A value is a `str`, a `Decimal` (number), a `bool` (flag) or an `int` (count), as its field says; None is empty.
    `name` is one word for the sheet or file that it is in.

    `heading` are the lines above the table, `fields` the name and type of each column, and `rows` have a value for
    each.

    >>> from aidtimeline import Timeline, report
    >>> frame = report.frame(Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"}))
    >>> [row["low"] for row in frame.dicts()], frame.fields[0]
    ([Decimal('30')], Field(name='item', type='text'))
    """

    name: str
    heading: Sequence[str]
    fields: Sequence[Field]
    rows: Sequence[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        names = [each.name for each in self.fields]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def column(self, at: int) -> list[Any]:
        """The values of a field."""
        return [row[at] for row in self.rows]


def flattened(columns: Iterable[Column], rows: Sequence[Any], vocabulary: Vocabulary) -> tuple[list[Field], list[Any]]:
    """The fields that columns come to, and the values of each row in them."""
    fields: list[Field] = []
    values: list[list[Any]] = [[] for _ in rows]
    for column in columns:
        name = column.name.replace("-", "_")
        found = [column.value(row) for row in rows]
        for flat in column.kind.flat:
            fields.append(Field("_".join(filter(None, (name, flat.end))), flat.type))
            for cells, value in zip(values, found, strict=True):
                cells.append(flat.get(value))
        if column.kind is SLUG and column.name in SLUG_FIELDS:
            fields.append(Field(f"{name}_label", "text"))
            for cells, value in zip(values, found, strict=True):
                cells.append(label(vocabulary, column.name, value))
    return fields, values


def label(vocabulary: Vocabulary, field: str, value: Any) -> str | None:
    """The label of a value of a field; of several slugs (`via`) one for each."""
    if value is None:
        return None
    slugs = value.split("+") if field == "via" else [value]
    return " + ".join(vocabulary.label(field, slug) for slug in slugs)


def cut(at: date | datetime | None) -> str | None:
    """A cut as a text; None: no cut."""
    if at is None:
        return None
    return format_instant(at) if isinstance(at, datetime) else at.isoformat()


def with_cuts(
    fields: Iterable[Field], values: Iterable[Sequence[Any]], cuts: Iterable[tuple[str, str | None]]
) -> tuple[list[Field], list[tuple[Any, ...]]]:
    """The same with cuts after the last column, the same in each row."""
    cuts = list(cuts)
    last = [text for _, text in cuts]
    return [*fields, *(Field(name, "text") for name, _ in cuts)], [(*row, *last) for row in values]


def cuts_of_both(tables: Iterable[Any]) -> Iterable[tuple[str, str | None]]:
    """The cuts of the views that are compared, by name."""
    for side, table in zip(("from", "to"), tables, strict=True):
        for name in ("as_of", "known_at", "recorded_until"):
            yield f"{side}_{name}", cut(None if table.view is None else getattr(table.view, name))
