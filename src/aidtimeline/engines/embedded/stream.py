"""The facts of a view one after another, from a store: as many as there are, in little memory.

What a row tells of needs no line. Its fact is made of the row, field by field, when it is asked for one; lines are read
once somebody asks for what rows do not have. Facts that no row stands for are made by the reference. Both come in the
order of `Fact.rank`, or as one of several parts, each in that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from aidtimeline.engines.embedded.asked import Asked, apart
from aidtimeline.engines.embedded.offhand import HandedOver, Making, Rows
from aidtimeline.engines.facts.rows import NEVER, rank_of
from aidtimeline.projections.fields import select
from aidtimeline.semantics.facts import Fact
from aidtimeline.vocabulary import NO_VOCABULARY

AT_ONCE = 50_000
"""About how many rows are taken from the database at once."""

_LAST_DAY = NEVER - 1
_LATEST = f"least(latest, {_LAST_DAY})"
_FIRST = "greatest(first, 1)"

_RANK = f"{_LATEST}, {_FIRST}, fact_known, fact_recorded, id < 0, id, id_rest < 0, id_rest"
"""The order of `Fact.rank`. An id is a number with a sign here; as a text, those below zero come last."""


class Part(NamedTuple):
    """One of several parts of the facts of a view, counted from 0."""

    number: int
    of: int


WHOLE = Part(0, 1)


def facts(asked: Asked, part: Part = WHOLE) -> Iterator[Fact]:
    """The facts of a view, as `aidtimeline.semantics.cut` gives them, or a part of them.

    All parts together have each fact once. They have about equally many rows, of days that follow each other; facts
    that no row stands for are dealt out by themselves.
    """
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
    """The facts of a part that the reference makes, in their order."""
    everything = select(None, None, NO_VOCABULARY)
    found = sorted(asked.handed_over(everything, shares=False), key=rank_of)
    return [HandedOver.of(fact, making) for at, fact in enumerate(found) if at % part.of == part.number]


def _rows(asked: Asked, making: Making, part: Part) -> Iterator[Rows]:
    """The rows of a part, in batches of days."""
    for first, last, offset, limit in _batches(asked, part):
        days = f"{_LATEST} BETWEEN {first} AND {last}"
        rows = f"{_of_facts(asked, days)} ORDER BY {_RANK}"
        if limit:
            rows += f" LIMIT {limit} OFFSET {offset}"
        yield Rows(making, asked.store.arrays(rows))


def _of_facts(asked: Asked, condition: str) -> str:
    """The rows that hold and meet a condition, with the rest of the rank of their facts."""
    holds = f"{asked.holds} AND NOT {apart(shares=False)} AND {condition}"
    return (
        "SELECT *, since AS first, known_from AS fact_known, recorded AS fact_recorded FROM facts"
        f" WHERE component = 0 AND {holds}"
        " UNION ALL BY NAME SELECT facts.*, ranks.first, ranks.since AS fact_known, ranks.written AS fact_recorded FROM"
        f" (SELECT * FROM facts WHERE component <> 0 AND {holds}) AS facts"
        " JOIN ranks USING (component, id, id_rest, known_from)"
    )


class _Batch(NamedTuple):
    """Rows whose facts have their last day between two days (inclusive); with a `limit` not all of them."""

    first: int
    last: int
    offset: int = 0
    limit: int = 0


def _batches(asked: Asked, part: Part) -> Iterator[_Batch]:
    """The batches of a part: whole days, or a part of one that has many rows."""
    days = asked.store.rows(
        f"SELECT {_LATEST} AS day, count(*) FROM facts WHERE {asked.holds} AND NOT {apart(shares=False)}"
        " GROUP BY day ORDER BY day"
    )
    total = sum(number for _, number in days)
    start, end = total * part.number // part.of, total * (part.number + 1) // part.of
    before, first, many = 0, None, 0
    last = 0
    for day, number in days:
        mine = range(max(start, before) - before, min(end, before + number) - before)
        before += number
        if not mine:
            continue
        if first is not None and many + len(mine) > AT_ONCE:
            yield _Batch(first, last)
            first, many = None, 0
        if len(mine) == number <= AT_ONCE:
            first, last, many = day if first is None else first, day, many + number
            continue
        if first is not None:
            yield _Batch(first, last)
            first, many = None, 0
        for offset in range(mine.start, mine.stop, AT_ONCE):
            yield _Batch(day, day, offset, min(AT_ONCE, mine.stop - offset))
    if first is not None:
        yield _Batch(first, last)
