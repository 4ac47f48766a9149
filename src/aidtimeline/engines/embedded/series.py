"""Series from a store: what changes on each day is summed in the database, for all facts that count by themselves.

A row adds nothing to its amount from `since` on, its amount from `certain` on, and nothing from `until` on. All facts
of components that the reference weighs on some day are given to it, and what it finds is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aidtimeline.engines.embedded.asked import Asked, flag
from aidtimeline.engines.embedded.sums import Plain
from aidtimeline.engines.facts.rows import NEVER, Flag, unscaled
from aidtimeline.projections.sums.cells import Running
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.moving import Changes
from aidtimeline.projections.sums.series import Series, Summed


def series(asked: Asked, question: Sums) -> Series:
    """A sum on every day, at the cuts of knowledge and record."""
    plain, found = Plain(asked, question), Summed(question)
    found.add(asked.cuts.belief(plain.thought_of()))
    _add_rows(found, plain)
    return found.finish()


def _add_rows(found: Summed, plain: Plain) -> None:
    """Add what the rows say that hold on some day."""
    columns = [*(f'"{column}"' for column in plain.columns), "side", _books(plain)]
    found_by: dict[tuple[int, ...], Changes] = {}
    for *group, places, day, below_zero, low, high, number, opens, approximate, disputed in plain.asked.store.rows(
        _by_day(plain, columns)
    ):
        changes = found_by.get(tuple(group))
        if changes is None:
            *numbers, side, datasets = group
            changes = found_by[tuple(group)] = found.changes[plain.key(numbers)][plain.cell(side, datasets)]
        ends = unscaled(low, places), unscaled(high, places)
        changes.put(date.fromordinal(day), Running(*ends, number, opens, opens, approximate, disputed))
        changes.below_zero = changes.below_zero or below_zero


def _by_day(plain: Plain, columns: Sequence[str]) -> str:
    """The query for what changes on each day, by these columns and the number of decimal places."""
    measure = plain.measure
    by = ", ".join(f"{column} AS c{number}" for number, column in enumerate(columns))
    named = ", ".join(f"c{number}" for number in range(len(columns)))
    weighed = plain.asked.handing_over(every_day=True, converted=plain.converting is not None)
    return f"""
        WITH rows AS (
            SELECT {by}, {measure}_places AS places,
                {measure}_low AS low, least({measure}_low, 0) AS perhaps_low,
                {measure}_high AS high, greatest({measure}_high, 0) AS perhaps_high,
                CAST({plain.is_open} AS INTEGER) AS opens,
                CAST({plain.approximate} AS INTEGER) AS approximate,
                CAST({flag(Flag.DISPUTED)} AS INTEGER) AS disputed,
                greatest(since, 1) AS since, greatest(least(certain, until), 1) AS certain, until
            FROM {plain.table} AS facts
            WHERE {plain.asked.known} AND {plain.summed} AND component NOT IN ({weighed})
        ), changes AS (
            SELECT *, since AS day, perhaps_low AS add_low, perhaps_high AS add_high, 1 AS number
            FROM rows WHERE since < certain
            UNION ALL
            SELECT *, certain, low - perhaps_low, high - perhaps_high, 0
            FROM rows WHERE since < certain AND certain < until
            UNION ALL
            SELECT *, certain, low, high, 1
            FROM rows WHERE since = certain AND certain < until
            UNION ALL
            SELECT *, until, CASE WHEN certain < until THEN -low ELSE -perhaps_low END,
                CASE WHEN certain < until THEN -high ELSE -perhaps_high END, -1
            FROM rows WHERE until < {NEVER}
        )
        SELECT {named}, places, day, bool_or(low < 0), sum(add_low), sum(add_high), sum(number),
            sum(number * opens), sum(number * approximate), sum(number * disputed)
        FROM changes GROUP BY {named}, places, day
    """


def _books(plain: Plain) -> str:
    """The datasets of a row, or others in whose place they may stand: those that are in the same books."""
    ledgers = plain.question.selection.vocabulary.ledgers
    if not ledgers:
        return "0"
    first: dict[frozenset[str], int] = {}
    texts: Sequence[Any] = plain.asked.store.texts("datasets")
    alike = [first.setdefault(frozenset(ledgers.keys() & (text or ())), number) for number, text in enumerate(texts)]
    return f"{alike}[datasets + 1]"
