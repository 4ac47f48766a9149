"""What sums add up that is not alike, what rows must not be added up, and what is shown in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from aidtimeline.events import PROMISE
from aidtimeline.projections import Fulfilment, FulfilmentTable, Table
from aidtimeline.projections.fields import SHARED
from aidtimeline.projections.states import PROMISED
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.values.shares import ALL, vocabulary_of

MOST_ITEMS = 8
"""How many items that are added up are named; the others are counted."""


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
    if "sector" in question.by:
        sectors = (row.key[table.names.index("sector")] for row in table.rows)
        if len({vocabulary_of(each) for each in sectors if each is not None}) > 1:
            yield "each vocabulary of sectors has all of it: rows of several are not to be added up"


def shown_in_full(table: FulfilmentTable) -> Iterator[str]:
    """A line if promises are asked for by a place or sector that has only a share of them."""
    question = table.question
    if table.view is None or not isinstance(question, Fulfilment):
        return
    if not any(each.name in SHARED for each in question.selection.where):
        return
    asked = evolve(question.selection, kinds=PROMISED)
    promises = (fact for fact in table.view.narrowed(asked).facts if fact.nature is PROMISE and fact in asked)
    shared = sum(question.selection.portion(fact) != ALL for fact in promises)
    if shared:
        yield f"{shared} of these promises {'is' if shared == 1 else 'are'} shared with others, and shown in full"
