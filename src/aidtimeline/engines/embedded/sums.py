"""Counts and money from a store: plain rows are added up in the database, the rest is folded by the reference."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from aidtimeline.engines.embedded.asked import Asked, column_of, key_of
from aidtimeline.engines.facts.rows import Flag, decimal
from aidtimeline.projections import fold
from aidtimeline.projections.fields import SHARED
from aidtimeline.projections.sums.cells import Bounds, Cell
from aidtimeline.projections.sums.counting import Sums, books_of
from aidtimeline.projections.sums.summing import Weighing
from aidtimeline.projections.sums.tables import SumKey, Table


def sums(asked: Asked, question: Sums) -> Table:
    """The table of a question for sums."""
    shares = any(name in SHARED for name in (*question.names, *(each.name for each in question.selection.where)))
    piece = question.piece
    handed_over = fold(asked.handed_over(question.selection, shares=shares), piece)
    return question.finish(piece.merge(_added_up(asked, question, shares=shares), handed_over))


def _added_up(asked: Asked, question: Sums, *, shares: bool) -> Weighing[SumKey]:
    """What the rows come to that hold at the cuts."""
    store, vocabulary = asked.store, question.selection.vocabulary
    names = question.names if question.money else (*question.names, "unit")
    measure = "value" if question.money else "quantity"
    is_there, is_open, is_approximate = (
        (Flag.VALUED, Flag.VALUE_OPEN, Flag.VALUE_APPROXIMATE)
        if question.money
        else (Flag.QUANTIFIED, Flag.QUANTITY_OPEN, Flag.QUANTITY_APPROXIMATE)
    )
    apart = Flag.LARGE | Flag.SHARED if shares else Flag.LARGE
    columns = [*map(column_of, names), "side", "datasets", f"{measure}_places"]
    by = ", ".join(f'"{column}" AS c{number}' for number, column in enumerate(columns))
    day = asked.cuts.as_of.toordinal()
    query = f"""
        SELECT {by},
            sum(CASE WHEN certain <= {day} THEN {measure}_low ELSE least({measure}_low, 0) END),
            sum(CASE WHEN certain <= {day} THEN {measure}_high ELSE greatest({measure}_high, 0) END),
            count_if((flags & {is_open}) != 0),
            bool_or((flags & {is_approximate}) != 0),
            bool_or((flags & {Flag.DISPUTED}) != 0)
        FROM facts
        WHERE (flags & {is_there}) != 0 AND (flags & {apart}) = 0 AND {asked.holds}
            AND {asked.selected(question.selection)}
        GROUP BY {", ".join(f"c{number}" for number in range(len(columns)))}
    """
    keys = [key_of(name, store, vocabulary) for name in names]
    sides, datasets = store.texts("side"), store.texts("datasets")
    cells: dict[tuple[int, int], Cell] = {}
    state: Weighing[SumKey] = question.piece.initial()
    for *group, low, high, opens, approximate, disputed in store.rows(query):
        *numbers, side, dataset, places = group
        cell = cells.get((side, dataset))
        if cell is None:
            books: Any = SimpleNamespace(side=sides[side], datasets=frozenset(datasets[dataset] or ()))
            cell = cells[side, dataset] = Cell(books=books_of(books, vocabulary))
        key = tuple(value(number) for value, number in zip(keys, numbers, strict=True))
        end: Decimal | None = None if opens else decimal(high, places)
        state.add(key, cell, Bounds(decimal(low, places), end, opens, approximate, disputed))
    return state
