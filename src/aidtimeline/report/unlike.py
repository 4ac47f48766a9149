"""What sums add up that is not alike, and what rows must not be added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aidtimeline.projections import Table
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.values.shares import vocabulary_of

MOST_ITEMS = 8
"""How many items that are added up are named; the others are counted."""

CODED = {"sector": "sectors", "scope": "plans and emergencies", "aid-type": "types of aid"}
"""The fields of codes, each of a vocabulary, and what these are."""


def unlike(table: Table, items: Sequence[str | None]) -> Iterator[str]:
    """A line if a total adds up several items, and one if the rows are of sectors of several vocabularies.

    `items` are those of all facts in the table, in order.

    >>> from aidtimeline import Timeline
    >>> total = Timeline.open("events").as_of("2023-11-28").counts([], where={"item": ["truck", "helmet"]})
    >>> print(*unlike(total, ["helmet", "truck"]))
    adds up 2 items: helmet, truck
    """
    question = table.question
    if table.view is None or not isinstance(question, Sums):
        return
    if not question.by and not question.money and len(items) > 1:
        slugs = ["what has no name" if each is None else each for each in items]
        more = [f"{len(slugs) - MOST_ITEMS} more"] if len(slugs) > MOST_ITEMS else []
        yield f"adds up {len(slugs)} items: {', '.join([*slugs[:MOST_ITEMS], *more])}"
    for name, words in CODED.items():
        if name in question.by:
            codes = (row.key[table.names.index(name)] for row in table.rows)
            if len({vocabulary_of(each) for each in codes if each is not None}) > 1:
                yield f"each vocabulary of {words} has all of it: rows of several are not to be added up"
