"""Provenance: which facts may replace others, and which records facts are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from aidtimeline.events import Amendment, Correction, Event, Record, Retraction
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact


def superseders(facts: Iterable[Fact], belief: Belief) -> set[str]:
    """The ids of all that may replace one of the facts, directly or through others, and of what the links run through.

    The facts are of one view. What cannot have happened by its cut and passes no link on is left out. If several of the
    ids are in one circle of links, the circle's other ids are there too, with all that is above them: without one of
    them it would not be a circle, and its links would hold.
    """
    facts = list(facts)
    ids = {fact.id for fact in facts}
    groups = {fact.group.key: fact.group for fact in facts if fact.group is not None}
    linked = {each for group in groups.values() for part in group.parts(ids) for each in part.members}
    return _with_circles(ids | linked, belief) - ids


def _with_circles(ids: set[str], belief: Belief) -> set[str]:
    """The ids, and those without which other links would be ignored than in the whole log."""
    while True:
        size = len(ids)
        for circle in belief.links.circles:
            missing = [each for each in circle if each not in ids]
            if len(missing) < len(circle) - 1:
                while missing:
                    each = missing.pop()
                    if each not in ids:
                        ids.add(each)
                        missing.extend(belief.links.above.get(each, ()))
        if len(ids) == size:
            return ids


def records_about(ids: Iterable[str], records: Iterable[Record], belief: Belief) -> list[Record]:
    """The records that these facts are made of: their own, their amendments, and those of their duplicates.

    If the `superseders` of the facts are among the ids, replaying only these records gives the facts again, with their
    links. A record that an amendment names, but that is a fact of its own, is left out.
    """
    wanted = set(ids)
    others = {member for fact in belief.facts if fact.id not in wanted for member in fact.members}
    records = tuple(records)
    naming: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for aim in _aims(record.event):
            naming[aim].append(record)
    waiting = list(wanted)
    while waiting:
        for amendment in naming[waiting.pop()]:
            for each in (amendment.id, next(_aims(amendment.event))):
                if each not in wanted and each not in others:
                    wanted.add(each)
                    waiting.append(each)
    return [record for record in records if record.id in wanted]


def _aims(event: Event | Amendment) -> Iterator[str]:
    """The records that an amendment names, also in an amendment that it puts in the place of another; `of` first."""
    while not isinstance(event, Event):
        yield event.of
        if isinstance(event, Retraction) and event.duplicate_of is not None:
            yield event.duplicate_of
        if not isinstance(event, Correction):
            return
        event = event.event
