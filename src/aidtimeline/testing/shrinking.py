"""Making a question smaller that breaks a law: fewer records, then plainer ones.

It works on records, not on what was drawn: so it does the same for logs of the corpus, and removes a record without
changing the others, or a correction by writing at first what it says. Where what a record says changes, so does its id,
and with it what refers to the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from aidtimeline.codec import record_id
from aidtimeline.errors import AidtimelineError
from aidtimeline.events import Amendment, Correction, Event, Record, Source
from aidtimeline.testing.hardlogs import DAY, LAST_DAY
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.questions import Question
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

MOST_TRIES = 2000
"""After so many tries a question is small enough."""

_REFERENCES = ("of", "duplicate_of", "part_of", "supersedes", "fulfils", "overlaps", "event")
_PLAIN_SOURCE = Source(publisher="Kyodo News")
_PLAIN_AMOUNTS = (Quantity.exact(1), Quantity.exact(2), Quantity.parse("1..2"))
_PLAIN_INSTANT = datetime(2023, 4, 6, tzinfo=UTC)


def shrunk(question: Question, breaks: Callable[[Question], bool]) -> Question:
    """The smallest question found for which `breaks` is true, as it is for the one given."""
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for each in _smaller(question):
            tries += 1
            if tries > MOST_TRIES:
                return question
            if breaks(each):
                question, smaller = each, True
                break
    return question


def _smaller(question: Question) -> Iterator[Question]:
    """Questions that are a step smaller, the largest steps first."""
    records, amendments = question.records, question.amendments
    for size in range(len(records), 0, -1) if len(records) > 3 else range(1, len(records) + 1):
        for first in range(len(records) - size, -1, -1):
            yield attrs.evolve(question, records=records[:first] + records[first + size :])
    for number, record in enumerate(records):
        if isinstance(record.event, Correction) and isinstance(record.event.event, Event):
            others = records[:number] + records[number + 1 :]
            every = _with((*others, *amendments), record.event.of, record.event.event)
            if every is not None:
                yield attrs.evolve(question, records=every[: len(others)], amendments=every[len(others) :])
    for number in range(len(amendments)):
        yield attrs.evolve(question, amendments=amendments[:number] + amendments[number + 1 :])
    for cuts in _plainer_cuts(question.cuts):
        yield attrs.evolve(question, cuts=cuts)
    if any(each.recorded_at != _PLAIN_INSTANT for each in records):
        plain = tuple(attrs.evolve(each, recorded_at=_PLAIN_INSTANT) for each in records)
        yield attrs.evolve(question, records=plain)
    every = (*records, *amendments)
    for record in every:
        for event in _plainer(record.event):
            changed = _with(every, record.id, event)
            if changed is not None:
                yield attrs.evolve(question, records=changed[: len(records)], amendments=changed[len(records) :])


def _plainer_cuts(cuts: Cuts) -> Iterator[Cuts]:
    if cuts.recorded_until is not None:
        yield attrs.evolve(cuts, recorded_until=None)
    if cuts.known_at is not None:
        yield attrs.evolve(cuts, known_at=None)
    if cuts.as_of != LAST_DAY:
        yield attrs.evolve(cuts, as_of=LAST_DAY)


def _plainer(event: Event | Amendment) -> Iterator[Event | Amendment]:
    """What says the same with less: without a field, or with a plainer value in it."""
    for each in attrs.fields(type(event)):
        value = getattr(event, each.name)
        for plainer in _plainer_values(value, each):
            try:
                yield attrs.evolve(event, **{each.name: plainer})
            except (AidtimelineError, ValueError, TypeError):
                continue  # a field or value that this event must have


def _plainer_values(value: Any, field: attrs.Attribute[Any]) -> Iterator[Any]:
    if value is None or value == field.default:
        return
    if field.default is not attrs.NOTHING:
        yield field.default
    if field.name == "sources":
        plain = [(_PLAIN_SOURCE,), _only_published(value[:1]), value[:1], _only_published(value)]
        yield from _before(value, plain)
    elif isinstance(value, tuple):
        yield from (value[:number] + value[number + 1 :] for number in range(len(value)))
    elif isinstance(value, DateRange):
        days = [each.isoformat() for each in (value.earliest, value.latest) if each is not None]
        yield from _before(value, [DateRange.parse(text) for text in (DAY, *days)])
    elif isinstance(value, Quantity):
        ends = [Quantity(end, end) for end in (value.low, value.high) if end is not None]
        yield from _before(value, [*_PLAIN_AMOUNTS, *ends, Quantity(value.low, value.high)])
    elif isinstance(value, Money):
        for amount in _plainer_values(value.amount, field):
            if isinstance(amount, Quantity):
                yield Money(amount, value.currency)
    elif field.name == "event" and not isinstance(value, str):
        yield from _plainer(value)


def _before(value: Any, plain: list[Any]) -> list[Any]:
    """Of plain values, the plainest first, those that are plainer than the value."""
    return plain[: plain.index(value)] if value in plain else plain


def _only_published(sources: Sequence[Source]) -> tuple[Source, ...]:
    return tuple(Source(publisher="Kyodo News", published=each.published) for each in sources)


def _with(records: Sequence[Record], of: str, event: Event | Amendment) -> tuple[Record, ...] | None:
    """The records where one says something else, and all that refers to it follows; None if that goes on for ever."""
    changed = [attrs.evolve(each, id=record_id(event), event=event) if each.id == of else each for each in records]
    renamed = {of: record_id(event)}
    for _ in range(len(records) + 1):
        follow: dict[str, str] = {}
        for number, record in enumerate(changed):
            said = _referring(record.event, renamed)
            if said != record.event:
                follow[record.id] = record_id(said)
                changed[number] = attrs.evolve(record, id=follow[record.id], event=said)
        if not follow:
            return tuple(changed)
        renamed = follow
    return None


def _referring(said: Any, renamed: dict[str, str]) -> Any:
    """The event, referring to records by their new ids."""
    new: dict[str, Any] = {}
    for name in _REFERENCES:
        value = getattr(said, name, None)
        if isinstance(value, str):
            new[name] = renamed.get(value, value)
        elif isinstance(value, tuple):
            new[name] = tuple(renamed.get(each, each) for each in value)
        elif (name == "event" and isinstance(value, Event | Correction)) or hasattr(value, "of"):
            new[name] = _referring(value, renamed)
    new = {name: value for name, value in new.items() if value != getattr(said, name)}
    return attrs.evolve(said, **new) if new else said
