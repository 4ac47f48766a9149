"""Results that are mappings from key to an answer, and print as a table: what sums and series have in common."""

from __future__ import annotations

import difflib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from aidtimeline.errors import UnknownKey
from aidtimeline.text.safe import shown
from aidtimeline.text.tables import Column, table

Key: TypeAlias = str | tuple[str | None, ...] | None


class Keyed(Protocol):
    """A row: its key, one value for each of the result's names, and its unit (None: pieces)."""

    @property
    def key(self) -> tuple[str | None, ...]:
        """The values of the key."""

    @property
    def unit(self) -> str | None:
        """The unit."""


R = TypeVar("R", bound=Keyed)
A = TypeVar("A")


def in_order(values: Iterable[str | None]) -> tuple[str, ...]:
    """What keys are ordered by: value by value, None first, for no value is an empty text."""
    return tuple(value or "" for value in values)


def ordered(rows: Iterable[R]) -> tuple[R, ...]:
    """Rows by key and unit, None first."""
    return tuple(sorted(rows, key=lambda row: in_order((*row.key, row.unit))))


class ByKey(Mapping[Key, A], Generic[R, A]):
    """A mapping from key to answer, over ordered rows.

    A key is a plain value where there is one name, and a tuple where there are several or none. Units are never mixed:
    where a key has rows in several units, the unit stands last in its key, as one value more.
    """

    __slots__ = ()

    names: tuple[str, ...]
    rows: tuple[R, ...]

    @abstractmethod
    def answer(self, row: R) -> A:
        """What a row answers."""

    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """The columns of the table, the key's first."""

    @abstractmethod
    def cells(self) -> Sequence[Sequence[str]]:
        """The lines of the table."""

    def row(self, key: Key) -> R:
        """The row of a key. Raises `UnknownKey`, which names the nearest keys, or those with units."""
        wanted = key if isinstance(key, tuple) else (key,)
        found = [row for row in self.rows if wanted in (row.key, (*row.key, row.unit))]
        if len(found) == 1:
            return found[0]
        if found:
            units = ", ".join(shown(self._named((*row.key, row.unit))) for row in found)
            raise UnknownKey(f"{shown(key)} is counted in several units: ask for one of {units}")
        near = difflib.get_close_matches(str(key), [str(each) for each in self], cutoff=0.5)
        raise UnknownKey(f"there is no row {shown(key)}" + (f"; the nearest: {', '.join(near)}" if near else ""))

    def __getitem__(self, key: Key) -> A:
        return self.answer(self.row(key))

    def __iter__(self) -> Iterator[Key]:
        keys = [row.key for row in self.rows]
        for row in self.rows:
            yield self._named(row.key if keys.count(row.key) == 1 else (*row.key, row.unit))

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        cells = self.cells()
        return "\n".join(table(self.columns(), cells)) if cells else "no rows"

    def _repr_html_(self) -> str:
        """The table as a notebook shows it."""
        head = "".join(f"<th>{escape(each.head)}</th>" for each in self.columns())
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in self.cells())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _named(self, key: tuple[Any, ...]) -> Key:
        return key[0] if len(key) == len(self.names) == 1 else key
