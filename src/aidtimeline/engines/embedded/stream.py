"""The facts of a view one after another, from a store: as many as there are, in little memory.

What a row tells of needs no line. Its fact is made of the row, field by field, when it is asked for one; lines are read
once somebody asks for what rows do not have. Facts that no row stands for are made by the reference. Both come in the
order of `Fact.rank`, or as one of several parts, each in that order.
"""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.engines.embedded.asked import Asked, apart
from aidtimeline.engines.embedded.offhand import COLUMNS, HandedOver, Making, Rows
from aidtimeline.engines.facts.rows import NEVER, rank_of
from aidtimeline.engines.parts import WHOLE, Part
from aidtimeline.projections.fields import select
from aidtimeline.semantics.facts import Fact
from aidtimeline.vocabulary import NO_VOCABULARY

AT_ONCE = 50_000
"""About how many rows are taken from the database at once."""

_LAST_DAY = NEVER - 1
_LATEST = f"least(latest, {_LAST_DAY})"
_FIRST = "greatest(first, 1)"

_COLUMNS = ", ".join(f'facts."{name}"' for name in COLUMNS)

_RANK = f"{_LATEST}, {_FIRST}, fact_known, fact_recorded, id < 0, id, id_rest < 0, id_rest"
"""The order of `Fact.rank`. An id is a number with a sign here; as a text, those below zero come last."""


def facts(asked: Asked, part: Part = WHOLE) -> Iterator[Fact]:
    """The facts of a view, as `aidtimeline.semantics.cut` gives them, or a part of them."""
    making = Making(asked)
    waiting = _handed_over(asked, making, part)
    waiting.reverse()
    for rows in _rows(asked, making, part):
        yield from _merged(rows, waiting) if waiting else rows.facts()
    yield from reversed(waiting)


def _merged(rows: Rows, waiting: list[Fact]) -> Iterator[Fact]:
    """The facts of rows, and before each those others that come before it, taken from the end of a list."""
    for rank, fact in zip(rows.ranks(), rows.facts(), strict=True):
        while waiting and rank_of(waiting[-1]) < rank:
            yield waiting.pop()
        yield fact


def _handed_over(asked: Asked, making: Making, part: Part) -> list[Fact]:
    """The facts of a part that the reference makes, in their order. Those of all parts are made once."""
    store, everything = asked.store, select(None, None, NO_VOCABULARY)
    with store.threads:
        found = store.handed_over.get(asked.cuts)
        if found is None:
            found = sorted(asked.handed_over(everything, shares=False), key=rank_of)
            store.handed_over.clear()
            if part.of > 1:
                store.handed_over[asked.cuts] = found
    return [HandedOver.of(fact, making) for fact in found if part.has(fact.id)]


def _rows(asked: Asked, making: Making, part: Part) -> Iterator[Rows]:
    """The rows of a part, in batches."""
    chosen = f"{asked.holds} AND NOT {apart(shares=False)}"
    if part.of > 1:
        chosen += f" AND ((id % {part.of}) + {part.of}) % {part.of} = {part.number}"
    for first, last, limits in _batches(asked, chosen):
        days = f"{_LATEST} BETWEEN {first} AND {last}"
        yield Rows(making, asked.store.arrays(f"{_ranked(f'{chosen} AND {days}')} ORDER BY {_RANK}{limits}"))


def _ranked(chosen: str) -> str:
    """The rows that are chosen, with the rest of the rank of their facts."""
    return (
        f"SELECT {_COLUMNS}, since AS first, known_from AS fact_known, recorded AS fact_recorded FROM facts"
        f" WHERE component = 0 AND {chosen}"
        f" UNION ALL SELECT {_COLUMNS}, ranks.first, ranks.since AS fact_known, ranks.written AS fact_recorded FROM"
        f" (SELECT * FROM facts WHERE component <> 0 AND {chosen}) AS facts"
        " JOIN ranks USING (component, id, id_rest, known_from)"
    )


def _batches(asked: Asked, chosen: str) -> Iterator[tuple[int, int, str]]:
    """The first and the last day of each batch of chosen rows, by the last days of their facts.

    It has all rows of these days, but of a single day with many rows only those within the limits that are named.
    """
    days = asked.store.rows(f"SELECT {_LATEST} AS day, count(*) FROM facts WHERE {chosen} GROUP BY day ORDER BY day")
    batch: list[int] = []
    many = 0
    for day, number in days:
        if batch and many + number > AT_ONCE:
            yield batch[0], batch[-1], ""
            batch, many = [], 0
        if number > AT_ONCE:
            for offset in range(0, number, AT_ONCE):
                yield day, day, f" LIMIT {AT_ONCE} OFFSET {offset}"
        else:
            batch.append(day)
            many += number
    if batch:
        yield batch[0], batch[-1], ""
