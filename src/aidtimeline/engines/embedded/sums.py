"""Counts and money from a store: plain rows are added up in the database, the rest is folded by the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from types import SimpleNamespace
from typing import Any, NamedTuple

from attrs import frozen

from aidtimeline.engines.embedded.asked import Asked, apart, column_of, flag, key_of
from aidtimeline.engines.embedded.converted import ELSEWHERE, ConvertedRows
from aidtimeline.engines.facts.rows import Flag, unscaled
from aidtimeline.events import Record
from aidtimeline.projections.fields import SHARED, Value
from aidtimeline.projections.sums.cells import Cell, Running
from aidtimeline.projections.sums.converting import Converting
from aidtimeline.projections.sums.counting import MoneySums, Sums, books_of
from aidtimeline.projections.sums.summing import Weighing
from aidtimeline.projections.sums.tables import SumKey, Table
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import ZERO


def sums(asked: Asked, question: Sums) -> Table:
    """The table of a question for sums."""
    return question.finish(summed(asked, question))


def summed(asked: Asked, question: Sums, handed_over: Iterable[Fact] | None = None) -> Weighing[SumKey]:
    """The state of the sums of a question; the facts that no row stands for may be given."""
    piece = question.piece
    if handed_over is None:
        handed_over = Plain(asked, question).handed_over()
    return reduce(piece.step, handed_over, Plain(asked, question).added_up())


def key_names(question: Sums) -> tuple[str, ...]:
    """The fields of a whole key."""
    return question.names if question.money else (*question.names, "unit")


class Total(NamedTuple):
    """What rows of one number of decimal places come to: scaled ends, how many are open, and flags."""

    low: int
    high: int
    opens: int
    approximate: bool
    disputed: bool


@frozen(slots=False)
class Plain:
    """The rows that are added up in the database, for a question at its cuts: their columns and conditions."""

    asked: Asked
    question: Sums

    @classmethod
    def shares(cls, question: Sums) -> bool:
        """Whether a question asks for places or sectors, which may be shared."""
        return any(name in SHARED for name in (*question.names, *(each.name for each in question.selection.where)))

    @property
    def converting(self) -> Converting | None:
        """What converts values to another currency; None: nothing is converted."""
        return self.question.converting if isinstance(self.question, MoneySums) else None

    @cached_property
    def converted(self) -> ConvertedRows | None:
        """The rows with their values in another currency; None: nothing is converted."""
        found = self.converting
        return None if found is None else ConvertedRows(self.asked, found, f"{self.asked.known} AND {self.summed}")

    @property
    def table(self) -> str:
        """The table of facts, with values that are converted if they are to be. Raises `RatesTooLong`."""
        return "facts" if self.converted is None else self.converted.table

    def column(self, name: str) -> str:
        """The column of the table that has the value of a key."""
        return "into" if name == "currency" and self.converting is not None else column_of(name)

    @property
    def columns(self) -> list[str]:
        """The columns of the table that have the values of a whole key."""
        return list(map(self.column, self.names))

    def handed_over(self) -> Iterator[Fact]:
        """The facts that no row stands for at the cuts."""
        shares, converted = self.shares(self.question), self.converting is not None
        return self.asked.handed_over(self.question.selection, shares=shares, converted=converted)

    def thought_of(self) -> list[Record]:
        """The records of all facts that are handed over on some day, and of all that these have to do with."""
        shares, converted = self.shares(self.question), self.converting is not None
        return self.asked.thought_of(self.question.selection, shares=shares, converted=converted)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of a whole key."""
        return key_names(self.question)

    @property
    def key_columns(self) -> str:
        """The columns of a whole key, in which rows have numbers."""
        return ", ".join(f'"{column}"' for column in self.columns)

    @property
    def measure(self) -> str:
        """What is added up: quantities or values."""
        return "value" if self.question.money else "quantity"

    @property
    def is_open(self) -> str:
        """The condition that a row has no upper end."""
        return flag(Flag.VALUE_OPEN if self.question.money else Flag.QUANTITY_OPEN)

    @property
    def approximate(self) -> str:
        """The condition that the amount of a row is an "about"."""
        return flag(Flag.VALUE_APPROXIMATE if self.question.money else Flag.QUANTITY_APPROXIMATE)

    @property
    def rows(self) -> str:
        """The condition that a row is one of them."""
        return f"{self.asked.holds} AND {self.summed}"

    @property
    def summed(self) -> str:
        """The condition that a row is one of them whenever it holds."""
        return f"{self.asked_for} AND NOT {apart(self.shares(self.question), self.converting is not None)}"

    @property
    def asked_for(self) -> str:
        """The condition that a row is of a fact that is asked for, whether it is one of them or is handed over."""
        is_there = Flag.VALUED if self.question.money else Flag.QUANTIFIED
        return f"{flag(is_there)} AND {self.asked.selected(self.question.selection)}"

    def added_up(self) -> Weighing[SumKey]:
        """What the rows come to."""
        columns = [*self.columns, "side", "datasets", f"{self.measure}_places"]
        by = ", ".join(f'"{column}" AS c{number}' for number, column in enumerate(columns))
        query = f"""
            SELECT {by}, {self.totals("true")} FROM {self.table} AS facts
            WHERE {self.rows} GROUP BY {", ".join(f"c{number}" for number in range(len(columns)))}
        """
        state: Weighing[SumKey] = self.question.piece.initial()
        for *found, low, high, opens, approximate, disputed in self.asked.store.rows(query):
            *numbers, side, datasets, places = found
            total = Total(low, high, opens, approximate, disputed)
            self.add(state, self.key(numbers), self.cell(side, datasets), places, total)
        return state

    def totals(self, which: str) -> str:
        """The columns of a `Total` of the rows of a group that meet a condition."""
        measure, day = self.measure, self.asked.cuts.as_of.toordinal()
        found = (
            f"sum(CASE WHEN certain <= {day} THEN {measure}_low ELSE least({measure}_low, 0) END)",
            f"sum(CASE WHEN certain <= {day} THEN {measure}_high ELSE greatest({measure}_high, 0) END)",
            f"count_if({self.is_open})",
            f"bool_or({self.approximate})",
            f"bool_or({flag(Flag.DISPUTED)})",
        )
        return ", ".join(each if which == "true" else f"{each} FILTER ({which})" for each in found)

    @staticmethod
    def add(state: Weighing[SumKey], key: SumKey, cell: Cell, places: int, total: Total) -> None:
        """Add the total of a group to a cell of a sum."""
        ends = unscaled(total.low, places), ZERO.low if total.opens else unscaled(total.high, places)
        of_group = Running(*ends, 1, total.opens > 0, total.opens, total.approximate, total.disputed)
        state.cell(key, *cell).merge(of_group)

    @cached_property
    def _values(self) -> Sequence[Callable[[int], Value]]:
        return [self.value_of(name) for name in self.names]

    def value_of(self, name: str) -> Callable[[int], Value]:
        """A function that gives the value of a key, given the number in its column."""
        value, into = key_of(name, self.asked.store, self.question.selection.vocabulary), self.converting
        if into is None or name != "currency":
            return value
        return lambda number: into.currency if number == ELSEWHERE else value(number)

    def key(self, numbers: Iterable[int]) -> SumKey:
        """The key of a row, given the numbers of its texts."""
        return tuple(value(number) for value, number in zip(self._values, numbers, strict=True))

    @cached_property
    def _cells(self) -> dict[tuple[int, int], Cell]:
        return {}

    def cell(self, side: int, datasets: int) -> Cell:
        """The cell of a row, given the numbers of its side and of its datasets."""
        found = self._cells.get((side, datasets))
        if found is None:
            texts = self.asked.store.texts
            named: Any = texts("datasets")[datasets] or ()
            books: Any = SimpleNamespace(side=texts("side")[side], datasets=frozenset(named))
            found = self._cells[side, datasets] = Cell(books=books_of(books, self.question.selection.vocabulary))
        return found
