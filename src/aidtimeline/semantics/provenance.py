"""Provenance: which facts may replace others, and which records say what facts are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from aidtimeline.events import Amendment, Correction, Event, Record, Retraction
from aidtimeline.semantics.facts import Belief, Fact


def superseders(facts: Iterable[Fact], belief: Belief) -> set[str]:
    """The ids of all that may replace one of the facts, directly or through others, and of what the links run through.

    Facts of one view; what cannot have happened by its cut and hands no link on is left out. Where several of them
    stand in one circle of links, its other ids are there too, with all that is above these: a circle without one of its
    members would be none, and its links would hold.
    """
    facts = list(facts)
    found: set[str] = set()
    waiting = [(fact.group, fact.id) for fact in facts if fact.group is not None]
    while waiting:
        group, each = waiting.pop()
        for other in group.above[each]:
            if other not in found:
                found.add(other)
                waiting.append((group, other))
    return _with_circles(found | {fact.id for fact in facts}, belief) - {fact.id for fact in facts}


def _with_circles(ids: set[str], belief: Belief) -> set[str]:
    """The ids, and those that must stand beside them so that the same links are ignored as in all of the log."""
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
    """The records that say what these facts are: their own, their amendments', and those of their duplicates.

    With `superseders` of the facts among the ids, replaying them alone gives these facts again, linked as they are. A
    record that an amendment brings in, but that turns out to be a fact of its own, is no part of them.
    """
    wanted = set(ids)
    others = {member for fact in belief.facts if fact.id not in wanted for member in fact.members}
    records = tuple(records)
    speaking: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for aim in _aims(record.event):
            speaking[aim].append(record)
    waiting = list(wanted)
    while waiting:
        for amendment in speaking[waiting.pop()]:
            for each in (amendment.id, next(_aims(amendment.event))):
                if each not in wanted and each not in others:
                    wanted.add(each)
                    waiting.append(each)
    return [record for record in records if record.id in wanted]


def _aims(event: Event | Amendment) -> Iterator[str]:
    """What an amendment is of, and what else it speaks of, also in an amendment that it puts in another's place."""
    while not isinstance(event, Event):
        yield event.of
        if isinstance(event, Retraction) and event.duplicate_of is not None:
            yield event.duplicate_of
        if not isinstance(event, Correction):
            return
        event = event.event
