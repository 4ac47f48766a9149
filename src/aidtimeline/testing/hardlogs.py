"""A fixed corpus of small logs that are hard to answer: what a projection is tried on before anything is drawn.

Each shape is there for pledges, deliveries and the other kinds that are summed, so that a question about one kind
meets it too. Days are the first days of April 2023.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import attrs

from aidtimeline.codec import record_id
from aidtimeline.events import (
    EVENT_KINDS,
    Amendment,
    Announcement,
    Cancellation,
    Commitment,
    Correction,
    Corroboration,
    Delivery,
    Event,
    Observation,
    Participation,
    Pledge,
    Project,
    ProjectStatus,
    Record,
    Retraction,
    Source,
    Status,
    Training,
    Valued,
)
from aidtimeline.testing.laws import Cuts
from aidtimeline.values.amounts import Money

Make: TypeAlias = Callable[..., Event]
Written: TypeAlias = list[Event | Amendment]

FIRST_DAY, NEXT_DAY, LAST_DAY = date(2023, 4, 1), date(2023, 4, 2), date(2023, 4, 6)
"""The days on which most questions are asked."""
DAY, NEXT, SPAN, BY = "2023-04-01", "2023-04-02", "2023-04-01/2023-04-03", "[..2023-04-03]"

_KYODO, _RUBRYKA = Source(publisher="Kyodo News"), Source(publisher="Rubryka")
_ON_2 = Source(publisher="Rubryka", published=NEXT)
_ON_4 = Source(publisher="Rubryka", published="2023-04-04")


class Hard(NamedTuple):
    """A log, the cuts at which it is asked, and amendments of it, each recorded after all others."""

    shape: str
    records: tuple[Record, ...]
    cuts: tuple[Cuts, ...]
    amendments: tuple[Record, ...]


@lru_cache(1)
def hard_logs() -> tuple[Hard, ...]:
    """The corpus.

    >>> hard_logs()[0].shape, [record.event.kind for record in hard_logs()[0].records]
    ('one', ['pledge'])
    """
    shapes = (*_of_all_kinds(), *_others())
    return tuple(Hard(shape, *_asked(_recorded(written))) for shape, written in shapes)


def _of_all_kinds() -> Iterator[tuple[str, Written]]:
    for kind in ("pledge", "delivery", "commitment", "training", "disbursement", "receipt", "expenditure"):
        yield from _summed(_maker(kind)).items()
        if issubclass(EVENT_KINDS[kind], Valued) and kind in ("pledge", "delivery", "commitment"):
            yield from ((f"{shape}, of money", written) for shape, written in _summed(_maker(kind, "value")).items())


def _maker(kind: str, amount: str | None = None) -> Make:
    """What makes an event of a kind of an amount: of goods where it may be, and else of money."""
    cls = EVENT_KINDS[kind]
    of_goods = kind in ("pledge", "delivery", "commitment", "training") and amount is None

    def make(date: str, amount: Any, source: Source = _KYODO, **more: Any) -> Event:
        said: dict[str, Any] = {"date": date, "donor": "JP", "recipient": "UA", "sources": source}
        if of_goods:
            said |= {"item": "truck", "quantity": amount}
        else:
            said["value"] = Money("1.." if amount is None else amount, "USD")
        return cls(**said | more)

    return make


def _summed(make: Make) -> dict[str, Written]:
    """The shapes of which every kind that is summed has its own."""
    one, other = make(DAY, 2), make(DAY, 3, _RUBRYKA)
    again = make(DAY, 2, _RUBRYKA)
    vague, some = make(SPAN, "2..4"), make(DAY, None)
    of_one, of_vague = record_id(one), record_id(vague)
    raised = make(NEXT, 5, supersedes=[of_one])
    perhaps = make("2023-04-02/2023-04-04", 5, supersedes=[of_one])
    dollars = getattr(one, "value", None) is not None
    elsewhere = {"value": Money(3, "JPY")} if dollars else {"item": "radio"}
    stated = (lambda amount: {"value": Money(amount, "USD")}) if dollars else (lambda amount: {"quantity": amount})
    return {
        "one": [one],
        "two": [one, other],
        "on the day of the cut and the next": [one, make(NEXT, 3)],
        "of two donors": [one, make(DAY, 3, donor="US")],
        "of two things": [one, attrs.evolve(other, **elsewhere)],
        "tenths": [make(DAY, "0.1"), make(NEXT, "0.2"), make("2023-04-03", "0.3")],
        "great and small": [make(DAY, 10**29), make(NEXT, "0.1"), make("2023-04-03", -(10**29))],
        "vague": [vague],
        "by a day": [make(BY, 2)],
        "from a day on": [make("2023-04-01/..", 2)],
        "in a month": [make("2023-04", 2), make("2023-04-02~", "~20")],
        "some": [some],
        "up to": [make(DAY, "..20"), make(DAY, "1..", donor="US")],
        "reversed": [one, make(NEXT, -2)],
        "two accounts": [one, Corroboration(of=of_one, sources=_ON_2)],
        "two accounts that differ": [one, Corroboration(of=of_one, sources=_ON_2, **stated(4))],
        "an account that is more exact": [vague, Corroboration(of=of_vague, date=NEXT, sources=_ON_4, **stated(3))],
        "some, then a number": [some, Corroboration(of=record_id(some), sources=_ON_2, **stated(3))],
        "duplicates": [one, again, Retraction(of=record_id(again), duplicate_of=of_one)],
        "duplicates in a circle": [
            one,
            other,
            Retraction(of=record_id(other), duplicate_of=of_one),
            Retraction(of=of_one, duplicate_of=record_id(other), sources=_ON_2),
        ],
        "raised": [one, raised],
        "perhaps raised": [one, perhaps],
        "raised on the same days": [vague, make(SPAN, 3, supersedes=[of_vague])],
        "raised twice": [one, perhaps, make("2023-04-03/2023-04-05", 4, supersedes=[record_id(perhaps)])],
        "split into two": [one, perhaps, make(NEXT, 1, donor="US", supersedes=[of_one])],
        "two made one": [one, other, make("2023-04-02/2023-04-04", 4, supersedes=[of_one, record_id(other)])],
        "cancelled": [one, Cancellation(date=SPAN, supersedes=[of_one], sources=_RUBRYKA)],
        "corrected": [one, Correction(of=of_one, event=make(NEXT, 7))],
        "corrected by news": [one, Correction(of=of_one, event=make(SPAN, "1..4"), sources=_ON_4)],
        "retracted": [one, other, Retraction(of=of_one)],
        "retracted by news": [one, Retraction(of=of_one, sources=_ON_4)],
        "a raise that is retracted": [one, raised, Retraction(of=record_id(raised), sources=_ON_4)],
        "a part": [one, make(DAY, 1, _RUBRYKA, part_of=of_one)],
        "overlap": [one, make(NEXT, 3, _RUBRYKA, overlaps=[of_one])],
        "planned": [make("2023-04-05", 2, _ON_2)],
        "in a project": [make(DAY, 2, project="hd-capacity", package="spring", location="Kharkiv", via=["undp"])],
        **({} if dollars else {"in another unit": [one, make(DAY, 3, unit=(*type(one).units, "kg")[0])]}),
    }


def _others() -> Iterator[tuple[str, Written]]:
    """What is not summed, and what joins several kinds."""

    def status(
        date: str, status: ProjectStatus, project: str = "hd-capacity", supersedes: Iterable[str] = ()
    ) -> Status:
        return Status(date=date, project=project, status=status, supersedes=supersedes, sources=_KYODO)

    pledge = Pledge(date=DAY, donor="JP", item="truck", quantity=5, due=NEXT, sources=_KYODO)
    firm = Commitment(date=DAY, donor="JP", item="truck", quantity=5, fulfils=[record_id(pledge)], sources=_RUBRYKA)
    given = Delivery(date=SPAN, donor="JP", item="truck", quantity=2, fulfils=[record_id(firm)], sources=_KYODO)
    trained = Training(date=DAY, donor="JP", item="deminer", quantity=3, unit="person", sources=_KYODO)
    profile = Project(date=DAY, project="hd-capacity", title="Capacity", planned_end="2024", sources=_KYODO)
    first = status(DAY, "implementation")
    joined = Participation(date=DAY, project="hd-capacity", party="undp", role="funding", sources=_KYODO)
    level = Observation(date=NEXT, donor="JP", item="truck", quantity="~50", sources=_ON_4)
    partly = Cancellation(date=SPAN, item="truck", quantity=2, supersedes=[record_id(pledge)], sources=_RUBRYKA)
    announced = Announcement(date=DAY, intent="delivery", donor="JP", item="truck", quantity=2, sources=_KYODO)
    yield "nothing but a plan", [announced]
    yield "promised and kept", [pledge, firm, given]
    yield "promised and given, without a link", [pledge, attrs.evolve(given, fulfils=())]
    yield "cancelled in part", [pledge, partly]
    yield "trained and given", [trained, given]
    yield "one state", [first]
    yield "two states on one day", [first, status(DAY, "suspended")]
    yield "two states on one day, written the other way round", [status(DAY, "suspended"), first]
    yield "two states on days that overlap", [status(SPAN, "implementation"), status(NEXT, "closed")]
    yield "perhaps closed", [first, status(SPAN, "closed")]
    yield "a state that replaces another", [first, status(DAY, "closed", supersedes=[record_id(first)])]
    yield "the states of two projects", [first, status(NEXT, "closed", project="hd-equipment")]
    yield "a profile, then another", [profile, attrs.evolve(profile, date=SPAN, title="Equipment")]
    yield "joined and left", [joined, attrs.evolve(joined, date=SPAN, left=True)]
    yield "two levels", [level, attrs.evolve(level, date=SPAN, quantity=60, sources=_RUBRYKA), given]


def _recorded(written: Written) -> tuple[Record, ...]:
    start = datetime(2023, 4, 6, tzinfo=UTC)
    return tuple(Record(record_id(each), start + timedelta(hours=hour), each) for hour, each in enumerate(written))


def _asked(records: tuple[Record, ...]) -> tuple[tuple[Record, ...], tuple[Cuts, ...], tuple[Record, ...]]:
    """The log with the questions that are asked of it, and amendments of its first record."""
    asked = [Cuts(day) for day in (FIRST_DAY, NEXT_DAY, LAST_DAY)]
    if len(records) > 1 and not all(isinstance(each.event, Event) for each in records):
        asked.append(Cuts(LAST_DAY, known_at=date(2023, 4, 3)))
        asked.append(Cuts(LAST_DAY, recorded_until=records[0].recorded_at))
    first, last = records[0].event, records[-1].recorded_at + timedelta(hours=1)
    if not isinstance(first, Event):
        return records, tuple(asked), ()
    of = records[0].id
    moved = attrs.evolve(first, date=NEXT)
    amendments = (
        Correction(of=of, event=moved),
        Retraction(of=of),
        Correction(of=of, event=moved, sources=_ON_4),
        Retraction(of=of, sources=_ON_4),
    )
    return records, tuple(asked), tuple(Record(record_id(each), last, each) for each in amendments)
