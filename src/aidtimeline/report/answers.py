"""How the answer to a statement of SQL looks: for people, as plain columns, and as a list of JSON objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

from aidtimeline.engines.sql.answer import SqlAnswer
from aidtimeline.events import Source
from aidtimeline.report.columns import Json, Type, number
from aidtimeline.report.frame import Field, Frame
from aidtimeline.report.look import Grid, Part
from aidtimeline.text import tables
from aidtimeline.values.dates import format_instant

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT")


@frozen
class SqlAnswerLook:
    """The look of an answer. Under the table stand its notes."""

    answer: SqlAnswer

    def heading(self) -> list[str]:
        """Nothing: the statement says what it is."""
        return []

    def page(self) -> Iterator[Part]:
        """The table, and the notes."""
        columns = [
            tables.Column(name, "right" if _type(kind) == "number" else "left", asked=True)
            for name, kind in zip(self.answer.columns, self.answer.types, strict=True)
        ]
        cells = [list(map(in_a_cell, row)) for row in self.answer.rows]
        yield Grid(columns, cells) if cells else "Nothing."
        yield from (f"note: {each}" for each in self.answer.notes)

    def sources(self) -> Iterator[Source]:
        """Nobody: a statement asks for them, or does not."""
        return iter(())

    def frames(self) -> list[Frame]:
        """The rows, in columns of one type each: numbers, flags, and texts of all else."""
        types = [_type(kind) for kind in self.answer.types]
        fields = [Field(name, type_) for name, type_ in zip(self.answer.columns, types, strict=True)]
        values = [tuple(map(_plain_value, types, row)) for row in self.answer.rows]
        return [Frame("rows", self.answer.notes, fields, values)]

    def json(self) -> Json:
        """The rows and the notes, as an object."""
        return {"rows": self.json_rows(), "notes": list(self.answer.notes)}

    def json_rows(self) -> list[Json]:
        """The rows as JSON objects."""
        return [dict(zip(self.answer.columns, map(plain, row), strict=True)) for row in self.answer.rows]


def _type(kind: str) -> Type:
    if kind.lstrip("U").startswith(_NUMBERS) and not kind.endswith("[]"):
        return "number"
    return "flag" if kind == "BOOLEAN" else "text"


def _plain_value(type_: Type, value: Any) -> Any:
    if value is None or type_ == "flag":
        return value
    return Decimal(str(value)) if type_ == "number" else in_a_cell(value)


def in_a_cell(value: Any) -> str:
    """A value as people read it; null is empty.

    >>> in_a_cell(Decimal("1234.5")), in_a_cell(None), in_a_cell(True), in_a_cell(["a", 1])
    ('1,234.5', '', 'true', '["a", 1]')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"{Decimal(value):,f}"
    found = plain(value)
    return "" if found is None else found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value in JSON: exact numbers as integers or texts, a DOUBLE as a number, days and instants as texts.

    >>> plain(Decimal("2.50")), plain(Decimal("30")), plain(0.5), plain(float("inf")), plain({"a": date(2023, 11, 28)})
    ('2.5', 30, 0.5, 'inf', {'a': '2023-11-28'})
    """
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, float) and not abs(value) < float("inf"):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else _text(value)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def written(answer: SqlAnswer) -> str:
    """The rows as a list of JSON objects in ASCII, one a line.

    >>> from aidtimeline import Timeline
    >>> print(written(Timeline.open("events").sql("SELECT 1.50 AS one, 'a' AS letter UNION ALL SELECT 2, NULL")))
    [
      {"one": "1.5", "letter": "a"},
      {"one": 2, "letter": null}
    ]
    """
    rows = [f"  {json.dumps(row)}" for row in SqlAnswerLook(answer).json_rows()]
    return "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"
