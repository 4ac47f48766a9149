"""Hypothesis strategies for whole logs and the questions asked of them.

A log is drawn record by record; each may refer to those before it. An id is a digest of the content, so links run back
in time; circles arise where a correction's links, or duplicates, refer to later records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import attrs
from hypothesis import assume, strategies as st

from aidtimeline.codec import record_id
from aidtimeline.events import (
    END,
    EVENT_KINDS,
    LEVEL,
    STATUSES,
    Amendment,
    Correction,
    Corroboration,
    Event,
    Record,
    Retraction,
    Source,
)
from aidtimeline.projections import Bounds
from aidtimeline.semantics import Fact
from aidtimeline.testing.laws import Cuts, facts_at
from aidtimeline.testing.strategies import (
    FIRST,
    ITEMS,
    LAST,
    PARTIES,
    dates,
    days,
    events,
    instants,
    money,
    optional,
    quantities,
    record_ids,
    sources,
    spans,
)
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange, end_of

T = TypeVar("T")

#: The kinds, each as often as it is drawn in a log.
KINDS = (*("delivery",) * 4, "pledge", "status", "participation", "project", *EVENT_KINDS)

# The ways in which a record is drawn, each as often as it is chosen.
MOVES = (
    *("event",) * 5,
    *("replace",) * 8,
    *("corroborate", "correct", "repair", "retract", "duplicate") * 2,
    "correct",
    *("erase", "repeat"),
)

_SUMMED = ("pledge", "pledge", "delivery", "commitment", "disbursement")

FAR_PAST, FAR_FUTURE = date(1900, 1, 1), date(9999, 12, 31)


# The strategies are made once, since making one takes longer than drawing from it.

_LUCK = st.integers(0, 9)
_INSTANTS = instants()
_NOTHING = record_ids()
_DATES = dates()
_QUANTITIES = quantities()
_DAY = days().map(date.isoformat)
_PUBLISHED: st.SearchStrategy[DateRange | str | None] = st.one_of(_DAY, _DAY, _DAY, st.none(), _DATES)
"""When a report was published: mostly a day, sometimes vague, open or not stated."""
_REPORT = sources(_PUBLISHED, full=False)
_REPORTS = st.one_of(_REPORT, _REPORT, st.tuples(_REPORT, _REPORT))
_NO_REPORT = st.just(())
_SOME_REPORT = st.one_of(_REPORTS, _NO_REPORT)
_NEWS = sources(_DAY, full=False)
_KINDS = st.sampled_from(KINDS)
_EVENTS = {kind: events(kind, published=_PUBLISHED, full=False) for kind in EVENT_KINDS}
_OTHER: dict[str, st.SearchStrategy[Any]] = {
    "date": _DATES,
    "quantity": optional(_QUANTITIES),
    "value": money(),
    "item": st.sampled_from((None, *ITEMS)),
    "donor": st.sampled_from((None, *PARTIES)),
    "status": st.sampled_from(STATUSES[:3]),
    "left": st.booleans(),
    "planned_end": _DATES,
}
"""What changes where an event is like another."""
_STATED: dict[str, st.SearchStrategy[Any]] = {
    "date": optional(_DATES),
    "quantity": optional(_QUANTITIES),
    "value": st.one_of(st.none(), st.none(), money()),
}
"""What a corroboration states."""


def cuts() -> st.SearchStrategy[Cuts]:
    """Cuts: as of a day; half of them also known at a day or instant, some also recorded until one.

    >>> from hypothesis import find
    >>> find(cuts(), lambda drawn: drawn.known_at is not None).recorded_until is None
    True
    """
    around = days(FIRST - timedelta(days=1), LAST + timedelta(days=1))
    cut = around | instants()
    return st.builds(
        Cuts,
        as_of=st.one_of(*[around] * 9, st.sampled_from((FAR_PAST, FAR_FUTURE))),
        known_at=st.one_of(st.none(), cut),
        recorded_until=st.one_of(st.none(), st.none(), st.none(), st.none(), cut),
    )


@st.composite
def logs(draw: st.DrawFn, min_size: int = 1, max_size: int = 9, moves: Sequence[str] = MOVES) -> list[Record]:
    """Logs of `min_size` to `max_size` records, with every amendment, link and mistake that replay has to take.

    A record comes after those that it refers to; one id may be there twice, with two instants. `moves` are the ways in
    which records are drawn; `MOVES` has a bit of everything.

    >>> from hypothesis import find
    >>> len(find(logs(max_size=1), lambda records: True))
    1
    """
    written: list[Record] = []
    for _ in range(draw(st.integers(min_size, max_size))):
        move = _MOVES[draw(st.sampled_from(moves))] if written else _event
        event = move(draw, written)
        written.append(Record(record_id(event), draw(_INSTANTS), event))
    return written


@st.composite
def chains(draw: st.DrawFn) -> list[Record]:
    """Logs of 2 to 4 events of one kind, with vague dates, each superseding earlier ones: raised pledges.

    Most are by the donor of the first one.

    >>> from hypothesis import find
    >>> len({record.event.kind for record in find(chains(), lambda records: True)})
    1
    """
    kind = draw(st.sampled_from(_SUMMED))
    ids: list[str] = []
    written: list[Record] = []
    for _ in range(draw(st.integers(2, 4))):
        event = draw(_EVENTS[kind])
        changes: dict[str, Any] = {"date": draw(spans()), "sources": Source(publisher="Kyodo News")}
        if hasattr(event, "quantity"):
            changes["quantity"] = draw(_QUANTITIES)
        if written and draw(_LUCK) < 7:
            changes["donor"] = getattr(written[0].event, "donor", None)
        replaced = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2)) if ids else []
        event = attrs.evolve(event, supersedes=replaced, **changes)
        ids.append(record_id(event))
        written.append(Record(ids[-1], datetime.combine(LAST, time(), UTC), event))
    return written


# What refers to a record: mostly to an event, some to any record, few to none.


def _target(draw: st.DrawFn, written: Sequence[Record], *, amendments: int = 1) -> str:
    """An id to refer to: in `amendments` of ten draws an amendment's, in few one of no log, mostly an event's."""
    luck = draw(_LUCK)
    if luck == 9 and draw(_LUCK) < 8:
        return draw(_NOTHING)
    amended = luck >= 9 - amendments
    fitting = [record.id for record in written if isinstance(record.event, Event) != amended]
    return draw(st.sampled_from(fitting or [record.id for record in written]))


def _links(draw: st.DrawFn, written: Sequence[Record], at_least: int = 0) -> tuple[str, ...]:
    return tuple(_target(draw, written) for _ in range(draw(st.integers(at_least, 2))))


def _find(written: Sequence[Record], record: str) -> Event | Amendment | None:
    return next((each.event for each in written if each.id == record), None)


def _told(draw: st.DrawFn, written: Sequence[Record], event: Event) -> Event:
    """The event; in some draws it is part of an earlier one, in some it may tell of the same as one."""
    luck = draw(_LUCK) if written else 0
    if luck in (4, 9):
        return attrs.evolve(event, part_of=_target(draw, written))
    return attrs.evolve(event, overlaps=_links(draw, written, 1)) if luck == 8 else event


def _event(draw: st.DrawFn, written: Sequence[Record]) -> Event:
    """An event that supersedes nothing, unless it must: links are drawn by `_replace`."""
    event = _told(draw, written, draw(_EVENTS[draw(_KINDS)]))
    if event.nature is not END:
        return attrs.evolve(event, supersedes=())
    return attrs.evolve(event, supersedes=_links(draw, written, 1)) if written else event


def _changed(draw: st.DrawFn, written: Sequence[Record], event: Event) -> Event:
    """An event like another, by another report, with some of its date, quantity, value, key or links changed."""
    own = [name for name in _OTHER if hasattr(event, name)]
    if event.nature is LEVEL:
        own = ["date"]
    changed = {name: draw(_OTHER[name]) for name in own if draw(_LUCK) < 3}
    if draw(_LUCK) >= 7:
        changed["supersedes"] = _links(draw, written, 1)
    return _told(draw, written, attrs.evolve(event, **changed, sources=draw(_REPORTS)))


def _replace(draw: st.DrawFn, written: Sequence[Record]) -> Event:
    """An event that supersedes an earlier one: mostly the last, so that chains grow."""
    latest = [record.id for record in written if isinstance(record.event, Event)][-1]
    replaced = latest if draw(_LUCK) < 6 else _target(draw, written)
    event = _find(written, replaced)
    if not isinstance(event, Event) or draw(_LUCK) >= 8:
        event = _event(draw, written)
    also = _links(draw, written) if draw(_LUCK) >= 6 else ()
    return attrs.evolve(_changed(draw, written, event), date=draw(_DATES), supersedes=(replaced, *also))


def _correction(draw: st.DrawFn, written: Sequence[Record], report: st.SearchStrategy[Any]) -> Correction:
    of = _target(draw, written, amendments=1 if report is _REPORTS else 4)
    said = _find(written, of)
    luck = draw(_LUCK)
    event: Event | Amendment
    if isinstance(said, Event) and luck < 7:
        event = _changed(draw, written, said)
    else:
        event = _event(draw, written) if luck < 8 else _amendment(draw, written)
    return Correction(of=of, event=event, sources=draw(report))


def _link(draw: st.DrawFn, written: Sequence[Record]) -> Event | Correction:
    """A correction that changes only what an event supersedes: that may be recorded after it."""
    of = _target(draw, written, amendments=0)
    said = _find(written, of)
    if not isinstance(said, Event):
        return _replace(draw, written)
    event = attrs.evolve(said, supersedes=_links(draw, written, 1))
    return Correction(of=of, event=event, sources=draw(_SOME_REPORT))


def _retraction(draw: st.DrawFn, written: Sequence[Record], report: st.SearchStrategy[Any]) -> Retraction:
    of = _target(draw, written, amendments=1 if report is _REPORTS else 4)
    return Retraction(of=of, sources=draw(report))


def _duplicate(draw: st.DrawFn, written: Sequence[Record]) -> Retraction:
    of, twin = _target(draw, written), _target(draw, written)
    if twin == of and draw(_LUCK) < 8:
        twin = _one_of(draw, written).id
    return Retraction(of=of, duplicate_of=twin, sources=draw(_SOME_REPORT))


def _corroboration(draw: st.DrawFn, written: Sequence[Record]) -> Corroboration:
    stated = {name: draw(strategy) for name, strategy in _STATED.items()}
    return Corroboration(of=_target(draw, written), **stated, sources=draw(_REPORTS))


def _amendment(draw: st.DrawFn, written: Sequence[Record]) -> Amendment:
    """An amendment for the `event` of a correction; sometimes without the source that it should have."""
    luck = draw(_LUCK)
    if luck < 5:
        return _corroboration(draw, written)
    return _retraction(draw, written, _SOME_REPORT) if luck < 8 else _duplicate(draw, written)


_MOVES: dict[str, Callable[[st.DrawFn, Sequence[Record]], Event | Amendment]] = {
    "event": _event,
    "replace": _replace,
    "corroborate": _corroboration,
    "correct": lambda draw, written: _correction(draw, written, _REPORTS),
    "repair": lambda draw, written: _correction(draw, written, _NO_REPORT),
    "retract": lambda draw, written: _retraction(draw, written, _REPORTS),
    "erase": lambda draw, written: _retraction(draw, written, _NO_REPORT),
    "duplicate": _duplicate,
    "link": _link,
    "repeat": lambda draw, written: _one_of(draw, written).event,
}


# Amendments of a given log, for the laws of amendments.


@st.composite
def repairs(draw: st.DrawFn, written: Sequence[Record]) -> Record:
    """A repair of a log that has an event, recorded last: an amendment without a report of its own.

    >>> from hypothesis import find
    >>> from aidtimeline import EventLog
    >>> repair = find(repairs(list(EventLog("events").read())), lambda drawn: drawn.event.kind == "retraction")
    >>> repair.event.sources
    ()
    """
    return _recorded_last(draw, written, _NO_REPORT)


@st.composite
def news(draw: st.DrawFn, written: Sequence[Record]) -> Record:
    """News for a log that has an event, with a day of publication, recorded last: an amendment with a report.

    >>> from hypothesis import find
    >>> from aidtimeline import EventLog
    >>> written = list(EventLog("events").read())
    >>> record = find(news(written), lambda drawn: True)
    >>> record.event.sources[0].published is not None, record.recorded_at > max(each.recorded_at for each in written)
    (True, True)
    """
    return _recorded_last(draw, written, _NEWS)


def _recorded_last(draw: st.DrawFn, written: Sequence[Record], report: st.SearchStrategy[Any]) -> Record:
    amendment = (_correction if draw(_LUCK) < 6 else _retraction)(draw, written, report)
    after = max(record.recorded_at for record in written) + timedelta(microseconds=1)
    return Record(record_id(amendment), after, amendment)


def corrections_within(fact: Fact, cuts: Cuts) -> st.SearchStrategy[Record]:
    """News that states the date and quantity of a `fact` of a view more exactly, and changes nothing else.

    They lie inside those of the fact, and are not approximate. It is published last of all that is known at `cuts`,
    those of the view, and not before the days that it states: then it would make a plan of what has happened. The
    record that it corrects must have an account of its own that takes part: a record that is not known yet may state
    more than the accounts that are.

    >>> from hypothesis import find
    >>> from aidtimeline import Timeline
    >>> fact = next(each for each in Timeline.open("events").as_of("2023-11-28").facts if each.date.earliest is None)
    >>> record = find(corrections_within(fact, Cuts(date(2023, 11, 28))), lambda drawn: True)
    >>> record.event.of == fact.base, record.event.event.date.earliest is not None
    (True, True)
    """

    @st.composite
    def within(draw: st.DrawFn) -> Record:  # a strategy of a fact would write it out whenever one is drawn from it
        own = [each for each in fact.weighed if fact.base in (each.record.id, getattr(each.record.event, "of", None))]
        assume(any(not isinstance(each.record.event, Corroboration) for each in own))
        first = fact.date.earliest or (fact.date.latest or LAST) - timedelta(days=20)
        last = fact.date.latest or first + timedelta(days=20)
        published = end_of(cuts.known_at or FAR_FUTURE)
        closer: dict[str, Any] = {"date": draw(spans(first, last))}
        assume(fact.planned or closer["date"].possible_by(published.date()))
        if fact.quantity is not None and hasattr(fact.event, "quantity"):
            closer["quantity"] = draw(_inside(fact.quantity))
        correction = Correction(
            of=fact.base, event=attrs.evolve(fact.event, **closer), sources=Source(publisher="Rubryka")
        )
        return Record(record_id(correction), published, correction)

    return within()


def _inside(quantity: Quantity) -> st.SearchStrategy[Quantity]:
    """A quantity that is not wider: one of the ends, or all between them."""
    ends = [Quantity.exact(end) for end in (quantity.low, quantity.high) if end is not None]
    return st.sampled_from([*ends, Quantity(quantity.low, quantity.high)])


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A fact of a view of a drawn log: what is believed of an event, with its accounts and amendments.

    >>> from hypothesis import Phase, find, settings
    >>> quick = settings(phases=[Phase.generate], max_examples=2000, deadline=None)
    >>> find(facts(), lambda drawn: not drawn.certain, settings=quick).certain
    False
    """
    found = facts_at(draw(logs()), draw(cuts()))
    assume(found)
    return _one_of(draw, found)


def _one_of(draw: st.DrawFn, things: Sequence[T]) -> T:
    """One of the things. `sampled_from` would write them all out, and warn of the length."""
    return things[draw(st.integers(0, len(things) - 1))]


def bounds() -> st.SearchStrategy[Bounds]:
    """Bounds of sums, exact and vague, open or not, with all flags.

    >>> from hypothesis import find
    >>> print(find(bounds(), lambda drawn: drawn.high is None and drawn.disputed))
    at least 0
    """
    flags = st.booleans()

    def of(quantity: Quantity, open_facts: int, disputed: bool, loose: bool, overlap: bool) -> Bounds:
        without_end = 0 if quantity.high is not None else open_facts
        return Bounds(quantity.low, quantity.high, without_end, quantity.approximate, disputed, loose, overlap)

    return st.builds(of, quantities(), st.integers(1, 3), flags, flags, flags)
