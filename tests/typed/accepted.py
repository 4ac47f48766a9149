"""What a user writes, and type checkers take, in their strictest modes. `tests/test_types.py` also runs it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import assert_never, assert_type

import pendulum

from aidtimeline import (
    Announcement,
    AnyEvent,
    Bounds,
    Cancellation,
    Commitment,
    Counts,
    Delivery,
    Disbursement,
    EventKind,
    Expenditure,
    Fact,
    Money,
    Observation,
    Participation,
    Pledge,
    Project,
    Quantity,
    Receipt,
    Role,
    Series,
    Source,
    Status,
    Table,
    Timeline,
    Training,
    replay,
)
from aidtimeline.events import to_kind, to_role
from aidtimeline.explain import Explanation
from aidtimeline.projections import Steps

SOURCE = Source(publisher="Rubryka", published=date(2023, 11, 28), retrieved=pendulum.date(2023, 12, 1))
DAYS = pendulum.Interval(pendulum.date(2023, 11, 20), pendulum.date(2023, 11, 28))

EVENTS: list[AnyEvent] = [
    Delivery(date=date(2023, 11, 20), item="truck", quantity=3, location={"KE": 60, "UG": 40}, sources=SOURCE),
    Delivery(date=pendulum.date(2023, 11, 20), item="truck", quantity=Decimal("2.5"), via="undp", sources=[SOURCE]),
    Delivery(date=DAYS, item="truck", quantity=Quantity.exact(2), value="USD 30000", sources=(SOURCE,)),
    Disbursement(date="2023", value=Money.parse("USD 2..4"), side="receiver", sources=SOURCE),
    Status(date="2023", project="hd", status="closed", sources=SOURCE),
    Participation(date="2023", project="hd", party="JP", role=to_role("lead"), sources=SOURCE),
]


def subject(event: AnyEvent) -> str | None:
    """A match over the kinds is complete without any of its own for the rest."""
    match event:
        case Delivery() | Training() | Pledge() | Commitment() | Observation():
            return event.item
        case Announcement(intent=intent):
            return assert_type(intent, EventKind)
        case Disbursement() | Receipt() | Expenditure():
            return assert_type(event.value, Money).currency
        case Project() | Status() | Participation():
            return event.project
        case Cancellation():
            return event.supersedes[0]
        case _:
            assert_never(event)


class Roles:
    """A projection of one's own, without `getattr`: how many reports there are of each role."""

    def initial(self) -> Counter[Role]:
        """None yet."""
        return Counter()

    def step(self, state: Counter[Role], fact: Fact) -> Counter[Role]:
        """One fact more."""
        match fact.event:
            case Participation(role=role):
                state[role] += len(fact.accounts)
            case _:
                pass
        return state

    def merge(self, one: Counter[Role], other: Counter[Role]) -> Counter[Role]:
        """Of two parts."""
        return one + other

    def finish(self, state: Counter[Role]) -> dict[Role, int]:
        """The result."""
        return dict(state)


TIMELINE = Timeline.open("events")
VIEW = TIMELINE.as_of(date(2023, 11, 28), known_at=pendulum.datetime(2023, 11, 28, 12, tz="Asia/Tokyo"))
TABLE = VIEW.counts(by="item")
assert_type(TABLE, Table)
assert_type(TABLE["mine-detector"], Bounds)
assert_type(TABLE["mine-detector"].low, Decimal)
assert_type(TABLE["mine-detector"].high, Decimal | None)
assert_type(TABLE.explain("mine-detector"), Explanation)
ROW = TABLE.rows[0]
assert_type(ROW.item, str | None)
assert_type(ROW.low, Decimal)
assert_type(ROW.high, Decimal | None)
assert_type(ROW.open, int)
assert_type(ROW.overlap, bool)
assert_type(ROW.bounds, Bounds)
REASON = TABLE.explain("mine-detector").rows[0]
assert_type(REASON.event, AnyEvent)
assert_type(REASON.sources, tuple[Source, ...])
assert_type(VIEW.explain(Counts(), "mine-detector"), Explanation)
assert_type(VIEW.replay(Roles()), dict[Role, int])
assert_type(VIEW.facts[0].event, AnyEvent)
assert_type(VIEW.counts(kind=to_kind("pledge")), Table)
assert_type(VIEW.counts(kind=["delivery", "training"]), Table)
assert_type(TIMELINE.series(Counts()), Series)
SERIES = TIMELINE.series(Counts())
assert_type(SERIES.rows[0].steps, Steps)
assert_type(SERIES["mine-detector"].steps[0].bounds, Bounds)
assert_type(SERIES["mine-detector"].steps[0].day, date | None)
KEPT = VIEW.fulfilment().rows[0]
assert_type(KEPT.promised, Bounds)
assert_type(KEPT.overdue, Bounds | None)
assert_type(KEPT.donor, str | None)
STATES = VIEW.projects()
assert_type(STATES.rows[0].title, tuple[str | None, ...])
assert_type([each.reported for each in VIEW.levels()], list[Quantity])
[*CHANGES] = TIMELINE.as_of("2023-01-01").diff(VIEW)
assert_type(CHANGES[0].cause, str)
assert_type(CHANGES[0].low, Decimal)
assert_type(CHANGES[0].high, Decimal | None)
assert_type(CHANGES[0].ids, tuple[str, ...])
assert_type(TIMELINE.series(Roles()).at("2023-11-28"), dict[Role, int])
assert_type(replay([], Counts(), as_of="2023-11-28"), Table)
SUBJECTS = [subject(event) for event in EVENTS]
