"""Which facts may lie in levels, as selections: so that nobody has to look at all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aidtimeline.events import EVENT_KINDS, LEVEL, kinds_that
from aidtimeline.projections.fields import Condition, Selection
from aidtimeline.projections.levels.things import MAY_COUNT_AS, Thing
from aidtimeline.semantics.view import Viewed
from aidtimeline.vocabulary import Vocabulary

LEVELS = kinds_that(lambda each: each.nature is LEVEL)
"""The kinds of what reports a level."""


def observations(vocabulary: Vocabulary) -> Selection:
    """All that reports a level."""
    return Selection(LEVELS, (), vocabulary)


def near(view: Viewed, things: Iterable[Thing]) -> Viewed:
    """A view with all observations, all that may lie in things on any day, and which project is part of which."""
    if all(thing.stands_alone for thing in things):
        return view.narrowed(observations(view.vocabulary))
    selections = [observations(view.vocabulary), profiles(view.vocabulary), *_near(view, things)]
    return view.narrowed(*selections, every_day=True)


def profiles(vocabulary: Vocabulary) -> Selection:
    """What says which project is part of which."""
    return Selection(("project",), (), vocabulary)


def _near(view: Viewed, things: Iterable[Thing]) -> Iterator[Selection]:
    """What is of a kind that may count as that of a thing, and of its item, or of none that is said."""
    items: dict[tuple[str | None, bool], dict[str | None, None]] = {}
    for thing in things:
        if not thing.stands_alone:
            its = items.setdefault((thing.kind, thing.item is None), {None: None})
            its[thing.item] = None
    for (kind, any_item), its in items.items():
        kinds = tuple(each for each in EVENT_KINDS if kind in (each, *MAY_COUNT_AS.get(each, ())))
        where = () if any_item else (Condition.of("item", *its),)
        yield Selection(kinds, where, view.vocabulary)
