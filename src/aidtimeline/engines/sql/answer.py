"""The answer to a statement of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from aidtimeline.text.showing import Showable


@frozen
class SqlAnswer(Showable):
    """What a statement of SQL gives: the names and types of its columns, and its rows as tuples, in its order.

    Numbers are exact (`int`, `Decimal`) unless the statement makes them inexact (DOUBLE: `float`); days are `date`,
    instants `datetime` in UTC. None is null, and an open end. `notes` say what the answer leaves out, and what in it
    may be more than it seems. The names are all different.

    >>> from aidtimeline import Timeline
    >>> answer = Timeline.open("events").sql("SELECT item, quantity_low AS low FROM facts_at('2023-11-28') LIMIT 0")
    >>> answer.columns, answer.types, answer.rows
    (('item', 'low'), ('VARCHAR', 'DECIMAL(38,9)'), ())
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries.

        >>> from aidtimeline import Timeline
        >>> Timeline.open("events").sql("SELECT 1 AS one, 'a' AS letter").to_dicts()
        [{'one': 1, 'letter': 'a'}]
        """
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
