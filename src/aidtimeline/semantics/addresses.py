"""The addresses that a log cites, with their kept copies and the facts that rest on them.

The records count as repaired: an address that was written down wrongly, and put right by a repair, is gone. They are
read once, and little is kept of each, so there may be more than memory holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, cast

from attrs import frozen

from aidtimeline.events import Amendment, Correction, Delivery, Event, Record, Source
from aidtimeline.semantics.amendments import Repaired, Reported, aims, known_by, repair, report
from aidtimeline.semantics.identity import Identity


class Address(NamedTuple):
    """An address that sources have, and the addresses of copies that were kept of it.

    `publishers` are those whom sources with it name; `facts` is how many facts rest on it, themselves or by what
    corrects or corroborates them. Duplicates are one fact, and what is retracted is none.
    """

    url: str
    archived: tuple[str, ...]
    publishers: tuple[str, ...]
    facts: int


@frozen
class Addresses:
    """The addresses of a log, in order; `without` is how many facts have no source with an address."""

    rows: tuple[Address, ...]
    without: int

    @property
    def lacking(self) -> tuple[Address, ...]:
        """Those of which no copy was kept."""
        return tuple(row for row in self.rows if not row.archived)


class _Cited(NamedTuple):
    """What is kept of a source that has an address."""

    url: str
    archived: str | None
    publisher: str | None


def addresses(records: Iterable[Record]) -> Addresses:
    """All addresses that records cite.

    >>> from aidtimeline import EventLog
    >>> found = addresses(EventLog("events").read())
    >>> len(found.rows), len(found.lacking), found.without
    (11, 11, 44)
    """
    cited: dict[str, tuple[_Cited, ...]] = {}
    amending: list[Record] = []
    same: dict[tuple[_Cited, ...], tuple[_Cited, ...]] = {}
    for record in records:
        if isinstance(record.event, Event):
            found = _cited(record.event.sources)
            cited[record.id] = same.setdefault(found, found)
        else:
            amending.append(record)
    repaired, reported, identity = _amended(cited, amending)
    for id_ in repaired.repairs:
        event = repaired.events.get(id_)
        if id_ in cited and (id_ in repaired.retracted or event is None):
            del cited[id_]
        elif event is not None and event.event is not _ANY:
            cited[id_] = _cited(cast(Event, event.event).sources)
    about: dict[str, list[_Cited]] = defaultdict(list)
    for each in repaired.amendments.values():
        about[cast(Amendment, each.event).of] += _cited(_sources(each.event))
    facts: dict[str, set[str]] = defaultdict(set)
    copies: dict[str, set[str]] = defaultdict(set)
    publishers: dict[str, set[str]] = defaultdict(set)
    without: dict[str, bool] = {}
    for id_ in {**cited, **about}:
        both = (*cited.get(id_, ()), *about.get(id_, ()))
        fact = identity.root(id_)
        stands = id_ in cited and not reported.retracts(id_)
        if stands:
            without[fact] = without.get(fact, True) and not both
        for source in both:
            facts[source.url].update([fact] * stands)
            copies[source.url].update([source.archived] if source.archived else ())
            publishers[source.url].update([source.publisher] if source.publisher else ())
    rows = (
        Address(url, tuple(sorted(copies[url])), tuple(sorted(publishers[url])), len(facts[url]))
        for url in sorted(facts)
    )
    return Addresses(tuple(rows), sum(without.values()))


_ANY = Delivery(date="2000", sources=Source(publisher="–"))
"""In place of every event that is amended: what it says is of no matter here."""


def _amended(known: Iterable[str], amending: list[Record]) -> tuple[Repaired, Reported, Identity]:
    """What amendments do to the events of these ids."""
    named = {id_ for each in amending for id_ in aims(each.event)}.intersection(known)
    at = datetime.min.replace(tzinfo=UTC)
    repaired = repair([*(Record(id_, at, _ANY) for id_ in sorted(named)), *amending])
    reported = report(repaired, known_by(None))
    return repaired, reported, Identity(repaired, reported)


def _sources(event: Event | Amendment) -> Iterator[Source]:
    yield from event.sources
    if isinstance(event, Correction):
        yield from _sources(event.event)


def _cited(sources: Iterable[Source]) -> tuple[_Cited, ...]:
    return tuple(_Cited(each.url, each.archived, each.publisher) for each in sources if each.url is not None)
