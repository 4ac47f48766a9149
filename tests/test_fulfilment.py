"""Fulfilment: promised, delivered and outstanding hold in every world, and matches follow links first, then dates."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, strategies as st
from oracle import Fact as Believed, Interval, Oracle, closure, hull

from aidtimeline import Counts, MoneySums, Timeline, replay
from aidtimeline.events import (
    Amendment,
    Cancellation,
    Commitment,
    Correction,
    Corroboration,
    Delivery,
    Disbursement,
    Event,
    Pledge,
    Record,
    Retraction,
    Source,
    Training,
)
from aidtimeline.projections import Bounds, Fulfilment, FulfilmentRow, FulfilmentTable
from aidtimeline.projections.balances import Balance
from aidtimeline.projections.fulfilment import Key
from aidtimeline.report import look
from aidtimeline.report.days import days_in_words
from aidtimeline.testing import Cuts, amendments, check_laws, cuts, logs, news, repairs
from aidtimeline.testing.laws import prefix
from aidtimeline.vocabulary import Item, Vocabulary

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Kyodo News")
PROMISES = ("pledge", "commitment")
DAY = "2025-01-01"


# Examples.


def name(number: int) -> str:
    return f"{number:032x}"


def record(number: int, event: Event | Amendment) -> Record:
    return Record(name(number), RECORDED, event)


def say(number: int, kind: type[Event], day: str, quantity: Any = None, *, fulfils: Any = (), **fields: Any) -> Record:
    """Japan, trucks, unless the fields say otherwise; `fulfils` and `supersedes` take numbers."""
    fields["supersedes"] = [name(each) for each in fields.get("supersedes", ())]
    if quantity is not None:
        fields["quantity"] = quantity
    if kind in (Pledge, Commitment, Delivery):
        fields.setdefault("item", "truck")
    fields.setdefault("donor", "JP")
    return record(number, kind(date=day, fulfils=[name(each) for each in fulfils], sources=SOURCE, **fields))


def asked(records: Iterable[Record], as_of: str = "2025-01-01", **where: Any) -> FulfilmentTable:
    return replay(records, Fulfilment(as_of, where), as_of=as_of)


def only(records: Iterable[Record], as_of: str = "2025-01-01", **where: Any) -> FulfilmentRow:
    [row] = asked(records, as_of, **where)
    return row


def ends(bounds: Bounds | Balance) -> tuple[Any, Any]:
    return bounds.low, bounds.high


def matched(row: FulfilmentRow) -> list[tuple[int, int, str, str | None]]:
    return [
        (int(each.promise, 16), int(each.delivery, 16), each.how, None if each.amount is None else each.amount.text)
        for each in row.matches
    ]


def test_nothing_delivered() -> None:
    """A promise of which nothing is delivered has a row: all of it is outstanding."""
    row = only([say(1, Pledge, "2023", 10)])
    assert row.key == Key("pledge", "JP", None, "truck", None, None)
    assert ends(row.promised) == ends(row.outstanding) == (10, 10)
    assert (ends(row.delivered), row.matches) == ((0, 0), ())


def test_partial() -> None:
    """Two deliveries that each make good a part of one promise add up, and the rest is outstanding."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 3, fulfils=[1]),
        say(3, Delivery, "2023-03-01", "2..4", fulfils=[1]),
    ]
    row = only(log)
    assert ends(row.delivered) == ends(row.linked) == (5, 7)
    assert ends(row.outstanding) == (3, 5)
    assert matched(row) == [(1, 2, "linked", "3"), (1, 3, "linked", "2..4")]
    assert [each.days for each in row.matches] == [(31, 31), (59, 59)]


def test_joint() -> None:
    """One delivery that makes two promises good counts once; its split between them is not known."""
    log = [
        say(1, Pledge, "2023-01-01", 14, due="../2024-12-31"),
        say(2, Pledge, "2023-01-01", 8, due="../2025-04"),
        say(3, Delivery, "2023-06", "2..4", fulfils=[1, 2]),
    ]
    row = only(log)
    assert ends(row.outstanding) == (18, 20)
    assert matched(row) == [(1, 3, "linked", "0..4"), (2, 3, "linked", "0..4")]
    assert row.due == ("../2024-12-31", "../2025-04")
    assert ends(row.overdue) == (10, 14)
    assert ends(only(log, "2025-05-01").overdue) == (18, 20)


def test_joint_of_two_donors() -> None:
    """A delivery that makes promises of two donors good adds 0 to all of it to each."""
    log = [
        say(1, Pledge, "2023-01-01", 5),
        say(2, Pledge, "2023-01-01", 5, donor="US"),
        say(3, Delivery, "2023-06", 4, fulfils=[1, 2]),
    ]
    rows = asked(log)
    assert [(row.key.donor, ends(row.delivered)) for row in rows] == [("JP", (0, 4)), ("US", (0, 4))]
    assert asked(log, donor="JP").rows == rows.rows[:1]


def test_early() -> None:
    """A delivery before the promise counts too; without a link, it counts for what later deliveries leave."""
    log = [say(1, Delivery, "2023-01-01", 3), say(2, Pledge, "2023-02-01", 10)]
    row = only(log)
    assert ends(row.outstanding) == (7, 7)
    assert matched(row) == [(2, 1, "inferred", "3")]
    assert row.matches[0].days == (-31, -31)
    later = only([*log, say(3, Delivery, "2023-03-01", 8)])
    assert matched(later) == [(2, 1, "inferred", "3"), (2, 3, "inferred", "8")]
    assert ends(later.outstanding) == (-1, -1)


def test_over_delivered() -> None:
    """More than was promised is shown as such, and never clipped."""
    row = only([say(1, Pledge, "2023", 10, due="2024"), say(2, Delivery, "2024-06", "8..13", fulfils=[1])])
    assert ends(row.outstanding) == (-3, 2)
    assert ends(row.over_delivered) == (0, 3)
    assert ends(row.overdue) == (0, 2)
    certain = only([say(1, Pledge, "2023", 10), say(2, Delivery, "2024", "12.."), say(3, Delivery, "2024", 1)])
    assert ends(certain.outstanding) == (None, -3)
    assert ends(certain.over_delivered) == (3, None)
    assert str(certain.outstanding) == "at most -3"


@pytest.mark.parametrize(
    ("due", "as_of", "overdue"),
    [
        (None, "2030-01-01", (0, 0)),
        ("2024", "2023-12-31", (0, 0)),
        ("2024", "2024-01-01", (0, 0)),
        ("2024", "2024-07-01", (0, 6)),
        ("2024", "2024-12-31", (0, 6)),
        ("2024", "2025-01-01", (6, 6)),
        ("../2024", "2024-07-01", (0, 0)),
        ("[..2024]", "2025-01-01", (6, 6)),
        ("2024/..", "2025-01-01", (0, 6)),
        ("../..", "2025-01-01", (0, 0)),
    ],
)
def test_overdue(due: str | None, as_of: str, overdue: tuple[int, int]) -> None:
    """Overdue once its last day has passed, perhaps so once its first has; "by" has a last day only."""
    log = [say(1, Pledge, "2023-01-01", 10, due=due), say(2, Delivery, "2023-02-01", 4, fulfils=[1])]
    assert ends(only(log, as_of).overdue) == overdue


def test_overdue_by_order() -> None:
    """A delivery without a link serves the older promise first; the younger one is overdue."""
    log = [
        say(1, Pledge, "2022-01-01", 10, due="2023"),
        say(2, Pledge, "2022-02-01", 5, due="2026"),
        say(3, Delivery, "2023-03-01", 12),
    ]
    row = only(log)
    assert matched(row) == [(1, 3, "inferred", "10"), (2, 3, "inferred", "2")]
    assert (ends(row.outstanding), ends(row.overdue)) == ((3, 3), (0, 0))


def test_overdue_of_several() -> None:
    """A delivery to several promises that were due is taken off the sum of them, once."""
    log = [
        say(1, Pledge, "2022-01-01", 3, due="2023"),
        say(2, Pledge, "2022-02-01", 4, due="2023"),
        say(3, Pledge, "2022-03-01", 10, due="2026"),
        say(4, Delivery, "2023-03-01", 5),
    ]
    assert ends(only(log).overdue) == (2, 2)


def test_overdue_of_what_was_taken_back() -> None:
    """An amount that was taken back is overdue only if the promise that it counts against is."""
    log = [
        say(1, Pledge, "2022-01-01", 4),
        say(2, Pledge, "2022-02-01", 3, due="2024"),
        say(3, Delivery, "2023-03-01", 4),
        say(4, Delivery, "2023-04-01", -5),
    ]
    assert ends(only(log, "2024-07-01").overdue) == (0, 8)
    assert ends(only(log, "2025-01-01").overdue) == (8, 8)


def test_where_leaves_out_what_is_raised_elsewhere() -> None:
    """A promise that may have been replaced by one that is not asked for takes its deliveries with it."""
    log = [
        say(1, Pledge, "2023-01-01", 100, location="Bucha"),
        say(2, Pledge, "2023-03", 150, supersedes=[1], location="Kharkiv"),
        say(3, Delivery, "2023-02-01", 30, fulfils=[1]),
    ]
    assert ends(only(log, "2023-03-15", location="Bucha").outstanding) == (0, 70)
    assert ends(only(log, "2023-03-15", location="Kharkiv").outstanding) == (0, 120)


MAYBE = "2023-03-01/2025-12-31"


def test_what_is_loose_says_so() -> None:
    """Bounds are loose if deliveries count toward several promises that may be missing or superseded."""
    several = [
        say(1, Pledge, MAYBE, 10, location="Bucha"),
        say(2, Pledge, MAYBE, 10, location="Bucha"),
        say(3, Delivery, "2024-01-01", 4, fulfils=[1, 2]),
        say(4, Pledge, "2023-01-01", 7),
    ]
    row = only([*several, record(5, Corroboration(of=name(3), quantity=6, sources=SOURCE))])
    assert (row.outstanding.loose, row.outstanding.disputed) == (True, True)
    assert (row.delivered.loose, row.delivered.disputed) == (True, True)
    assert only([*several, say(5, Pledge, "2023-01-01", 1, location="Lviv")], location="Lviv").outstanding == Balance(
        Decimal(1), Decimal(1)
    )
    replaced = [
        say(1, Pledge, MAYBE, 10),
        say(2, Delivery, "2024-01-01", 4, fulfils=[1]),
        say(3, Delivery, MAYBE, 5, fulfils=[1], supersedes=[2]),
    ]
    assert only(replaced).outstanding.loose
    assert not only(replaced[:2]).outstanding.loose


@pytest.mark.parametrize(
    ("account", "disputed"),
    [
        ({}, [False, False]),
        ({"date": "2023-02-02"}, [True, True]),
        ({"quantity": 6}, [True, False]),
        ({"value": "USD 60"}, [False, True]),
    ],
)
def test_a_dispute_about_a_delivery_is_a_flag_of_its_rows(account: dict[str, str], disputed: list[bool]) -> None:
    """The day concerns things and money, the number things, the value money."""
    log = [
        say(1, Pledge, "2023-01-01", 10, value="USD 100"),
        say(2, Delivery, "2023-02-01", 5, value="USD 50", fulfils=[1]),
        record(3, Corroboration(of=name(2), sources=SOURCE, **account)),
    ]
    rows = {row.key.currency: row.delivered.disputed for row in asked(log)}
    assert [rows[None], rows["USD"]] == disputed


def test_money_that_is_part_of_other_money_is_paid_once() -> None:
    """Promises and payments that are reported twice add to a row once."""
    log = [
        say(1, Commitment, "2023-01-01", value="USD 100", item=None),
        say(2, Commitment, "2023-01-02", value="USD 40", item=None, part_of="hd"),
        say(3, Disbursement, "2023-02-01", value="USD 30"),
        say(4, Disbursement, "2023-02-02", value="USD 10", part_of="hd"),
    ]
    assert (ends(only(log).promised), ends(only(log).delivered)) == ((100, 100), (30, 30))


def test_where_leaves_out_what_is_overdue_elsewhere() -> None:
    """Only promises that are asked for are overdue."""
    log = [
        say(1, Pledge, "2023-01-01", 10, location="Bucha", due="2023"),
        say(2, Pledge, "2023-02-01", 10, location="Kharkiv"),
    ]
    assert ends(only(log, location="Bucha").overdue) == (10, 10)
    assert ends(only(log, location="Kharkiv").overdue) == (0, 0)


def test_where_reads_the_vocabulary() -> None:
    """Promises are chosen by the category of their item, too."""
    log = [say(1, Pledge, "2023-01-01", 1), say(2, Pledge, "2023-01-01", 2, item="radio")]
    items = {"truck": Item(slug="truck", label="Truck", category="vehicle")}
    asked_for = Fulfilment(DAY, {"item-category": "vehicle"}, Vocabulary(items=items))
    assert [row.key.item for row in replay(log, asked_for, as_of=DAY)] == ["truck"]


FIRST, SECOND = say(1, Pledge, "2023-01-01", 10), say(2, Pledge, "2023-01-02", 10)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            [FIRST, SECOND, say(3, Delivery, "2023-03-01", 3), say(4, Delivery, "2023-04-01", 4)],
            [(1, 3, "inferred", "3"), (1, 4, "inferred", "4")],
        ),
        (
            [FIRST, SECOND, say(3, Delivery, "2023-03-01", 9), say(4, Delivery, "2023-04-01", 2)],
            [(1, 3, "inferred", "9"), (1, 4, "inferred", "1"), (2, 4, "inferred", "1")],
        ),
        (
            [FIRST, SECOND, say(3, Delivery, "2023-03-01", 11)],
            [(1, 3, "inferred", "10"), (2, 3, "inferred", "1")],
        ),
        (
            [say(1, Pledge, "2023-01-01", 1), SECOND, say(3, Delivery, "2023-03-01", 1)],
            [(1, 3, "inferred", "1")],
        ),
        (
            [FIRST, say(2, Pledge, "2023-06-01", 10), say(3, Delivery, "2023-03-01", 4)],
            [(1, 3, "inferred", "4")],
        ),
        (
            [say(1, Pledge, "2023-04/2023-06", 10), say(2, Pledge, "2023", 10), say(3, Delivery, "2023-03-01", 4)],
            [(2, 3, "inferred", "4")],
        ),
        (
            [FIRST, say(3, Delivery, "2023-03-01", "10..11")],
            [(1, 3, "inferred", "10..11")],
        ),
        (
            [
                FIRST,
                SECOND,
                say(3, Delivery, "2023-03-01", 6, fulfils=[1]),
                say(4, Delivery, "2023-03-01", 4, fulfils=[1]),
                say(5, Delivery, "2023-04-01", 5),
            ],
            [(1, 3, "linked", "6"), (1, 4, "linked", "4"), (2, 5, "inferred", "5")],
        ),
        (
            [FIRST, SECOND, say(3, Delivery, MAYBE, 4, fulfils=[1]), say(4, Delivery, "2023-04-01", 8)],
            [(1, 4, "inferred", "6..8"), (1, 3, "linked", "0..4"), (2, 4, "inferred", "0..2")],
        ),
        (
            [FIRST, SECOND, say(3, Delivery, MAYBE, 8), say(4, Delivery, "2023-03-01/2024-12-30", 8)],
            [(1, 4, "inferred", "8"), (1, 3, "inferred", "0..2"), (2, 3, "inferred", "0..6")],
        ),
        (
            [FIRST, SECOND, say(3, Delivery, "2023-03-01/2025-01-02", 8), say(4, Delivery, "2023-03-02/2025-01-03", 8)],
            [
                (1, 3, "inferred", "0..8"),
                (1, 4, "inferred", "0..8"),
                (2, 4, "inferred", "0..6"),
            ],
        ),
        (
            [say(1, Pledge, MAYBE, 10), say(2, Delivery, "2024-03-01", 4, fulfils=[1])],
            [(1, 2, "linked", "0..4")],
        ),
        (
            [FIRST, say(2, Pledge, MAYBE, 5), say(3, Delivery, "2024-03-01", 20)],
            [(1, 3, "inferred", "10..20"), (2, 3, "inferred", "0..15")],
        ),
    ],
)
def test_first_promised_first_served(log: list[Record], expected: list[tuple[int, int, str, str | None]]) -> None:
    """Each delivery serves earlier promises in order of date; a match is certain only if both facts are."""
    assert matched(only(log)) == expected


@pytest.mark.parametrize("flag", ["approximate", "disputed", "loose"])
def test_balances_hand_on_their_flags(flag: str) -> None:
    """The parts above and below zero have the flags of the balance itself."""
    both = Balance(Decimal(-3), Decimal(5), **{flag: True})
    assert both.above_zero == Bounds(Decimal(0), Decimal(5), **{flag: True})
    assert both.below_zero == Bounds(Decimal(0), Decimal(3), **{flag: True})


def test_flags_of_matches() -> None:
    """Approximate and open amounts stay so in what a promise gets, whether given or taken back."""
    about = only([say(1, Pledge, "2023-01-01", "~10"), say(2, Delivery, "2023-02-01", 4)])
    assert matched(about) == [(1, 2, "inferred", "~4")]
    given = only([say(1, Pledge, "2023-01-01", 10), say(2, Delivery, "2023-02-01", "~4")])
    assert matched(given) == [(1, 2, "inferred", "~4")]
    back = only([say(1, Pledge, "2023-01-01", 10), say(2, Delivery, "2023-02-01", "~-3")])
    assert matched(back) == [(1, 2, "inferred", "~-3")]
    some = only([say(1, Pledge, "2023-01-01", "1.."), say(2, Delivery, "2023-02-01", "2..")])
    assert matched(some) == [(1, 2, "inferred", "1..")]


@pytest.mark.parametrize("fulfils", [[], [1]], ids=["inferred", "linked"])
@pytest.mark.parametrize("disputed", [(), (1,), (2,), (1, 2)])
def test_disputes_are_flagged(fulfils: list[int], disputed: tuple[int, ...]) -> None:
    """A sum over a fact whose reports contradict each other is disputed, whether the promise is certain or not."""
    for day in ("2023-01-01", "2023-01-01/2025-12-31"):
        log = [say(1, Pledge, day, 10), say(2, Delivery, "2023-02-01", 4, fulfils=fulfils)]
        for each in disputed:
            log.append(record(10 + each, Corroboration(of=name(each), quantity=8, sources=SOURCE)))
        row = only(log)
        assert row.promised.disputed == (1 in disputed)
        assert row.delivered.disputed == (2 in disputed)
        assert row.outstanding.disputed == bool(disputed)


def test_disputes_on_values_are_flagged() -> None:
    """A sum of money is disputed if reports contradict each other on its value."""
    log = [say(1, Pledge, "2023-01-01", value="USD 10"), say(2, Disbursement, "2023-02-01", value="USD 4")]
    log.append(record(3, Corroboration(of=name(2), value="USD 5", sources=SOURCE)))
    row = only(log)
    assert (row.promised.disputed, row.delivered.disputed, row.outstanding.disputed) == (False, True, True)


def test_inferred_and_linked() -> None:
    """Links come first; other deliveries serve what links leave, in order of date; the row has both apart."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Pledge, "2023-02-01", 10),
        say(3, Delivery, "2023-03-01", 12),
        say(4, Delivery, "2023-04-01", 4, fulfils=[1]),
        say(5, Delivery, "2023-04-01", 100, donor="US"),
        say(6, Delivery, "2023-04-01", 100, project="hd"),
        say(7, Delivery, "2023-04-01", 100, unit="kg"),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.inferred), ends(row.delivered)) == ((4, 4), (12, 12), (16, 16))
    assert matched(row) == [(1, 3, "inferred", "6"), (1, 4, "linked", "4"), (2, 3, "inferred", "6")]


def test_unsure_promise_leaves_the_rest_to_the_next() -> None:
    """A promise that may not have been made gets from nothing to all that it can take."""
    log = [
        say(1, Pledge, "2023-01-01/2023-12-31", 10),
        say(2, Pledge, "2023-06-01", 10),
        say(3, Delivery, "2023-06-02", 12),
    ]
    row = only(log, "2023-07-01")
    assert ends(row.outstanding) == (-2, 8)
    assert matched(row) == [(2, 3, "inferred", "10..12"), (1, 3, "inferred", "0..4")]


def test_superseded_promise() -> None:
    """A delivery that keeps a promise keeps its raise too, even through a retracted record."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Pledge, "2023-03", 150, supersedes=[1]),
        say(3, Delivery, "2023-02-01", 30, fulfils=[1]),
    ]
    assert ends(only(log, "2023-02-28").outstanding) == (70, 70)
    middle = only(log, "2023-03-15")
    assert (ends(middle.delivered), ends(middle.outstanding)) == ((30, 30), (70, 120))
    assert not middle.outstanding.loose
    after = only(log, "2023-03-31")
    assert (ends(after.outstanding), matched(after)) == ((120, 120), [(2, 3, "linked", "30")])
    third = [*log, say(4, Pledge, "2023-04-01", 200, supersedes=[2]), record(5, Retraction(of=name(2), sources=SOURCE))]
    assert (ends(only(third).outstanding), matched(only(third))) == ((170, 170), [(4, 3, "linked", "30")])


def test_cancelled_promise() -> None:
    """Of a cancelled promise nothing is outstanding, and what was delivered for it serves no other."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 4, fulfils=[1]),
        record(3, Cancellation(date="2023-03", supersedes=[name(1)], sources=SOURCE)),
    ]
    assert ends(only(log, "2023-02-28").outstanding) == (6, 6)
    middle = only(log, "2023-03-15")
    assert (ends(middle.promised), ends(middle.delivered)) == ((0, 10), (0, 4))
    assert ends(middle.outstanding) == (0, 6)
    assert not middle.outstanding.loose
    assert asked(log, "2023-03-31").rows == ()
    other = only([*log, say(4, Pledge, "2023-01-01", 5)], "2023-03-31")
    assert (ends(other.outstanding), other.matches) == ((5, 5), ())


def test_promise_that_may_be() -> None:
    """As long as a promise is not certain, nothing is certainly outstanding or delivered for it."""
    row = only([say(1, Pledge, "2023-01-01/2023-12-31", 10), say(2, Delivery, "2023-02-01", 4)], "2023-06-01")
    assert (ends(row.promised), ends(row.delivered), ends(row.outstanding)) == ((0, 10), (0, 4), (0, 6))


def test_commitment_behind_a_pledge() -> None:
    """A delivery for a commitment also keeps the pledge that this fulfils; the commitment itself delivers nothing."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Commitment, "2023-02-01", 40, fulfils=[1], donor="US"),
        say(3, Delivery, "2023-03-01", 30, fulfils=[2]),
    ]
    assert [(row.key.kind, ends(row.promised), ends(row.outstanding), matched(row)) for row in asked(log)] == [
        ("commitment", (40, 40), (10, 10), [(2, 3, "linked", "30")]),
        ("pledge", (100, 100), (70, 70), [(1, 3, "linked", "30")]),
    ]
    assert ends(only(log[:2], kind="pledge").outstanding) == (100, 100)


def test_money() -> None:
    """Money is paid by disbursements, expenditures and deliveries with a value, in the provider's books."""
    log = [
        say(1, Pledge, "2023-01-01", 30, value="USD 100"),
        say(2, Disbursement, "2023-02-01", value="USD 10"),
        say(3, Disbursement, "2023-02-01", value="USD 10", side="receiver"),
        say(4, Delivery, "2023-03-01", 5, value="USD 20.5", fulfils=[1]),
        say(5, Delivery, "2023-03-01", 6, value="EUR 1", fulfils=[1]),
        say(6, Pledge, "2023-01-01", 1, value="USD 7", side="receiver"),
    ]
    money, things = asked(log).rows
    assert money.key == Key("pledge", "JP", None, None, None, "USD")
    assert [str(each) for each in (money.promised, money.delivered, money.outstanding)] == ["100", "30.5", "69.5"]
    assert matched(money) == [(1, 2, "inferred", "10"), (1, 4, "linked", "20.5"), (1, 5, "linked", None)]
    assert (ends(things.promised), ends(things.delivered)) == ((31, 31), (11, 11))


def test_units_and_items() -> None:
    """Units are never mixed. A link to several items counts for its own item, else for the others."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Pledge, "2023-01-01", 100, item="radio"),
        say(3, Pledge, "2023-01-01", 7, item="vehicle"),
        say(4, Delivery, "2023-02-01", 4, fulfils=[1, 2]),
        say(5, Delivery, "2023-02-01", 2, fulfils=[3]),
        say(6, Delivery, "2023-02-01", 50, unit="kg", fulfils=[3]),
    ]
    rows = {row.key.item: row for row in asked(log)}
    assert [ends(rows[item].outstanding) for item in ("truck", "radio", "vehicle")] == [(6, 6), (100, 100), (5, 5)]
    assert matched(rows["vehicle"]) == [(3, 5, "linked", "2"), (3, 6, "linked", None)]


def test_training() -> None:
    """Training makes promises of training good."""
    log = [
        say(1, Pledge, "2023", 20, item="demining-training", unit="person"),
        say(2, Training, "2024-01", "~8", item="demining-training", unit="person"),
    ]
    row = only(log)
    assert (str(row.delivered), str(row.outstanding)) == ("about 8", "about 12")


def test_links_of_duplicates() -> None:
    """A link to a duplicate is a link to the fact, and a duplicate's own links are the fact's."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Pledge, "2023-01-02", 10),
        say(3, Delivery, "2023-02-01", 4, fulfils=[2]),
        say(4, Delivery, "2023-02-02", 4, donor="US"),
        record(5, Retraction(of=name(2), duplicate_of=name(1))),
        record(6, Retraction(of=name(3), duplicate_of=name(4))),
    ]
    row = only(log)
    assert (ends(row.outstanding), matched(row)) == ((6, 6), [(1, 4, "linked", "4")])


def test_links_are_corrected() -> None:
    """A correction's links replace its original's."""
    first = say(2, Delivery, "2023-02-01", 4, fulfils=[1], donor="US")
    log = [
        say(1, Pledge, "2023-01-01", 10),
        first,
        record(3, Correction(of=name(2), event=say(2, Delivery, "2023").event)),
    ]
    [before, after] = [only(log[:2]), only(log)]
    assert ([each.how for each in before.matches], ends(after.delivered)) == (["linked"], (1, None))


@pytest.mark.parametrize("promise", [[], [say(1, Pledge, "2024-01-01", 10)]], ids=["nothing", "later"])
def test_links_to_what_is_not_promised_yet(promise: list[Record]) -> None:
    """A link to a missing record, or to a promise after the cut, has no effect."""
    log = [*promise, say(2, Pledge, "2023-01-01", 5), say(3, Delivery, "2023-02-01", 4, fulfils=[1])]
    assert matched(only(log, "2023-12-31")) == [(2, 3, "inferred", "4")]


def test_where_chooses_promises() -> None:
    """`where` leaves out promises, with what matching gives them."""
    log = [
        say(1, Pledge, "2023-01-01", 10, location="Bucha"),
        say(2, Pledge, "2023-02-01", 10, location="Kharkiv"),
        say(3, Delivery, "2023-03-01", 12),
    ]
    assert ends(only(log, location="Bucha").outstanding) == (0, 0)
    assert ends(only(log, location="Kharkiv").outstanding) == (8, 8)
    assert ends(only(log).outstanding) == (8, 8)
    assert asked(log, location="Lviv").rows == ()


def test_reversals() -> None:
    """An amount that was taken back counts against the last promise, and leaves the matches of the others."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Pledge, "2023-02-01", 5),
        say(3, Delivery, "2023-03-01", 12),
        say(4, Delivery, "2023-04-01", -3),
    ]
    row = only(log)
    assert ends(row.outstanding) == (6, 6)
    assert matched(row) == [(1, 3, "inferred", "10"), (2, 3, "inferred", "2"), (2, 4, "inferred", "-3")]


def test_a_long_chain_of_raises() -> None:
    """A chain of a thousand undecided raises with deliveries is answered at once, with tight bounds."""
    size = 1000
    log = [say(n, Pledge, "2023", n + 1, supersedes=[n - 1] if n else ()) for n in range(size)]
    log += [say(size + n, Delivery, "2022-01-01", 1, fulfils=[n], ref=str(n)) for n in range(0, size, 100)]
    row = only(log, "2023-06-01")
    assert (ends(row.promised), ends(row.outstanding)) == ((0, size), (0, size - 10))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((0, 0), "0 days"),
        ((1, 1), "1 day"),
        ((1, 2), "1 to 2 days"),
        ((89, 89), "89 days"),
        ((210, 270), "7 to 9 months"),
        ((211, 211), "7 to 8 months"),
        ((360, 360), "12 months"),
        ((400, 1000), "1 to 3 years"),
        ((84, None), "at least 84 days"),
        ((119, None), "at least 3 months"),
        ((None, 119), "at most 4 months"),
        ((None, -100), "at least 3 months before"),
        ((-100, None), "4 months before or later"),
        ((None, None), "any time"),
        ((-40, -10), "10 to 40 days before"),
        ((-40, 0), "40 days before to 0 days after"),
    ],
)
def test_days_in_words(days: tuple[int | None, int | None], words: str) -> None:
    """Days in words, never more exact than known."""
    assert days_in_words(days) == words


def test_days_end_with_the_cut() -> None:
    """What counts had happened by the cut, so no more days can have passed."""
    row = only([say(1, Pledge, "2023-01-01", 5), say(2, Delivery, "2023", 1)], "2023-01-31")
    assert row.matches[0].days == (0, 30)


def test_json() -> None:
    """The rows in JSON: integers if integral, else texts, and null if open."""
    log = [
        say(1, Pledge, "2023-01-01", "10.5", unit="kg", due="2024"),
        say(2, Delivery, "[..2023-02-01]", "1..", unit="kg"),
    ]
    [row] = look(asked(log, "2023-03-01")).json()["rows"]
    assert json.loads(json.dumps(row)) == {
        "kind": "pledge",
        "donor": "JP",
        "project": None,
        "item": "truck",
        "unit": "kg",
        "currency": None,
        "promised": {"low": "10.5", "high": "10.5"},
        "delivered": {"low": 1, "high": None},
        "linked": {"low": 0, "high": 0},
        "inferred": {"low": 1, "high": None},
        "outstanding": {"low": None, "high": "9.5"},
        "overdue": {"low": 0, "high": 0},
        "due": ["2024"],
        "matches": [
            {
                "promise": name(1),
                "delivery": name(2),
                "match": "inferred",
                "amount": {"low": 1, "high": None},
                "days": {"low": None, "high": 31},
            }
        ],
    }


def test_json_where_nobody_says_how_much() -> None:
    """The amount of a delivery that states none in the unit of the promise is null."""
    log = [say(1, Pledge, "2023-01-01", value="USD 10"), say(2, Delivery, "2023-02-01", 1, fulfils=[1])]
    [row] = look(asked(log)).json()["rows"]
    assert [each["amount"] for each in row["matches"]] == [None]


def test_table() -> None:
    """It prints as a table."""
    log = [say(1, Pledge, "2023-01-01", 10, due="2024"), say(2, Delivery, "2023-02-01", "2..4", fulfils=[1])]
    lines = [[each.strip() for each in line.split("  ") if each] for line in str(asked(log)).split("\n")]
    row, match = lines[5], lines[-1]
    assert row == ["pledge", "JP", "–", "truck", "10", "2 to 4", "6 to 8", "6 to 8", "2024"]
    assert match == [name(1), name(2), "2 to 4", "linked", "31 days"]


def test_the_record() -> None:
    """Of the 22 machines pledged in April 2024, 2 to 4 were delivered by the end of July, and 18 to 20 outstanding."""
    view = Timeline.open(Path(__file__).parent.parent / "events").as_of("2024-07-31")
    [row] = view.fulfilment(where={"item": "mechanical-demining-machine"})
    assert (ends(row.promised), ends(row.delivered), ends(row.outstanding)) == ((22, 22), (2, 4), (18, 20))
    assert row.due == ("../2024-12-31", "../2025-04")
    assert {each.how for each in row.matches} == {"linked"}
    assert ends(row.overdue) == (0, 0)


# Laws.

FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "donor": st.sampled_from(("JP", "JP", "JP", "US")),
    "project": st.sampled_from((None, None, None, "hd")),
    "item": st.sampled_from(("truck", "truck", "truck", "radio")),
    "unit": st.sampled_from((None, None, None, "kg")),
    "quantity": st.sampled_from((None, "0", "1", "2", "3", "5", "8", "1..4", "0..3", "2..", "~4", "-2", "-1..2")),
    "value": st.sampled_from((None, None, None, "USD 3", "USD 2..5", "EUR 1..")),
    "due": st.sampled_from((None, "2023-01", "2023-01-20", "2023-02", "../2023-02-05", "2023-01-01/..")),
    "side": st.sampled_from(("provider", "provider", "provider", "receiver")),
    "location": st.sampled_from(("Bucha", "Kharkiv")),
}
MADE: tuple[type[Event], ...] = (
    *(Pledge,) * 3,
    Commitment,
    *(Delivery,) * 4,
    Disbursement,
    Cancellation,
)
DATES = st.sampled_from(("2023-01-01", "2023-01-05", "2023-01-20", "2023-01", "2023-01-10/2023-02", "../..", "2023-02"))


@st.composite
def promises(draw: st.DrawFn) -> list[Record]:
    """Small logs of promises and deliveries, linked in every way, with raises, cancellations and duplicates."""
    written: list[Record] = []
    size = draw(st.integers(2, 8))
    for number in range(size):
        others = st.integers(0, size - 1) if draw(st.integers(0, 9)) == 9 else st.integers(0, max(number - 1, 0))
        links = {
            "fulfils": draw(st.lists(others, max_size=2, unique=True)) if draw(st.booleans()) else [],
            "supersedes": draw(st.lists(others, max_size=2, unique=True)) if draw(st.integers(0, 3)) == 0 else [],
        }
        if number > 1 and draw(st.integers(0, 9)) == 0:
            twins = Retraction(of=name(draw(others)), duplicate_of=draw(st.none() | others.map(name)))
            written.append(record(number, twins))
            continue
        kind = draw(st.sampled_from(MADE))
        links["supersedes"] = links["supersedes"] or ([draw(others)] if kind is Cancellation else [])
        fields = {each: draw(values) for each, values in FIELDS.items() if each in NAMES[kind]}
        if kind is Disbursement:
            fields["value"] = fields["value"] or "USD 4"
        fields |= {field: [name(each) for each in numbers] for field, numbers in links.items()}
        written.append(record(number, kind(date=draw(DATES), sources=SOURCE, **fields)))
    return written


NAMES: dict[type[Event], set[str]] = {kind: {each.name for each in attrs.fields(kind)} for kind in MADE}
AS_OF = st.sampled_from((date(2023, 1, 7), date(2023, 1, 15), date(2023, 2, 10), date(2023, 6, 1)))


class World:
    """Fulfilment by brute force: the amounts of each row in one world, as intervals."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.facts = oracle.facts
        self.counting = {fact for world in oracle.worlds for fact in world}
        self.promises = {each for each in self.facts if self.facts[each].event.kind in PROMISES}
        self.named = {each: self._named(each) for each in self.counting}
        self.measures = {each: list(self._measures(self.facts[each])) for each in self.counting}

    def _named(self, fact: str) -> set[str]:
        """What stands for the promises that a fact names, whether these are promises or not."""
        links, as_of = self.oracle.links, self.oracle.as_of
        found: set[str] = set()
        members = [
            each for each, root in self.oracle._roots.items() if root == fact and list(self.oracle._accounts(each))
        ]
        for member in members:
            for target in self.oracle._corrected(member).fulfils:
                root = self.oracle._roots.get(target)
                if root is None or root == fact or root not in self.promises:
                    continue
                earliest = self.facts[root].span[0]
                if earliest is None or earliest <= as_of:
                    found |= {root} | {each for each in links if root in closure(links, each)}
        return found & self.counting

    def _measures(self, fact: Believed) -> Iterable[tuple[tuple[Any, ...], Interval]]:
        event: Any = fact.event
        delivers = event.kind in ("delivery", "training")
        if fact.quantity is not None and (delivers or (fact.counted and event.kind in PROMISES)):
            yield (event.donor, event.project, event.item, event.unit, None), fact.quantity
        pays = event.kind in ("delivery", "disbursement", "expenditure")
        if fact.value is not None and (pays or event.kind in PROMISES) and event.side == "provider":
            yield (event.donor, event.project, None, None, fact.currency), fact.value

    def rows(self) -> dict[tuple[Any, ...], set[str]]:
        """The promises of each row."""
        found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        for each in self.promises & self.counting:
            for key, _ in self.measures[each]:
                found[self.facts[each].event.kind, *key].add(each)
        return found

    def toward(
        self, delivery: str, rows: Mapping[tuple[Any, ...], set[str]]
    ) -> dict[tuple[Any, ...], tuple[set[str], Any]]:
        """The rows and promises toward which a delivery counts, and its amount there."""
        if not self.named[delivery]:
            own = dict(self.measures[delivery])
            return {key: (ids, own[key[1:]]) for key, ids in rows.items() if key[1:] in own}
        reached = closure({each: self.named.get(each, set()) & self.promises for each in self.named}, delivery)
        amounts = {(key[3], key[4]): amount for key, amount in self.measures[delivery]}
        found = {key: (ids & reached, amounts.get((key[4], key[5]))) for key, ids in rows.items() if ids & reached}
        item = getattr(self.facts[delivery].event, "item", None)
        for kind in PROMISES:
            things = [key for key in found if key[0] == kind and key[5] is None]
            if any(key[3] == item for key in things):
                for key in things:
                    if key[3] != item:
                        del found[key]
        return {key: (ids, amount) for key, (ids, amount) in found.items() if amount is not None}

    def deliveries(self) -> list[str]:
        """The facts that deliver or pay."""
        return [each for each in self.counting - self.promises if self.measures[each]]


def plus(one: Interval, other: Interval, sign: int = 1) -> Interval:
    low, high = other if sign > 0 else (other[1], other[0])
    return tuple(
        None if one_end is None or end is None else one_end + sign * end
        for one_end, end in zip(one, (low, high), strict=True)
    )  # type: ignore[return-value]


def expected(oracle: Oracle) -> dict[tuple[Any, ...], tuple[Interval, Interval, Interval]]:
    """The least and greatest promised, delivered and outstanding over all worlds, by row."""
    brute = World(oracle)
    rows = brute.rows()
    toward = {each: brute.toward(each, rows) for each in brute.deliveries()}
    answer = {}
    for key, ids in rows.items():
        seen: list[tuple[Interval, Interval, Interval]] = []
        for world in oracle.worlds:
            promised: Interval = (Fraction(0), Fraction(0))
            delivered: Interval = (Fraction(0), Fraction(0))
            for each in ids & world:
                promised = plus(promised, dict(brute.measures[each])[key[1:]])
            for each, rows_of in toward.items():
                if each in world and key in rows_of and rows_of[key][0] & world:
                    amount = rows_of[key][1]
                    linked = bool(brute.named[each])
                    others = [
                        other
                        for other, (theirs, _) in rows_of.items()
                        if other != key
                        and other[0] == key[0]
                        and (other[5] is None) == (key[5] is None)
                        and theirs & world
                    ]
                    if linked and others:
                        amount = hull([amount, (Fraction(0), Fraction(0))])
                    delivered = plus(delivered, amount)
            seen.append((promised, delivered, plus(promised, delivered, -1)))
        answer[key] = tuple(hull(each) for each in zip(*seen, strict=True))
    return answer  # type: ignore[return-value]


def inside(found: Bounds | Balance, truth: Interval) -> bool:
    low = found.low is None or (truth[0] is not None and Fraction(found.low) <= truth[0])
    high = found.high is None or (truth[1] is not None and truth[1] <= Fraction(found.high))
    return low and high


def same(found: Bounds | Balance, truth: Interval) -> bool:
    return tuple(None if end is None else Fraction(end) for end in ends(found)) == tuple(truth)


@given(promises(), AS_OF)
def test_bounds_hold_in_every_world(log: list[Record], as_of: date) -> None:
    """Promised, delivered and outstanding contain the amounts of every world, and are tight unless flagged loose."""
    found = {tuple(row.key): row for row in replay(log, Fulfilment(as_of), as_of=as_of)}
    truth = expected(Oracle(log, as_of))
    assert set(found) == set(truth)
    for key, (promised, delivered, outstanding) in truth.items():
        row = found[key]
        for bounds, numbers in ((row.promised, promised), (row.delivered, delivered), (row.outstanding, outstanding)):
            assert inside(bounds, numbers), (key, bounds, numbers)
            assert bounds.loose or same(bounds, numbers), (key, bounds, numbers)


def sampled(interval: Interval, random: Random) -> Fraction:
    low, high = interval
    return Fraction(random.choice([low, low + 7 if high is None else high]))


@given(promises(), AS_OF, st.randoms(use_true_random=False))
def test_matches_and_overdue_hold_in_every_world(log: list[Record], as_of: date, random: Random) -> None:
    """Whatever the true amounts, splits and due dates, serving the first promise first stays within the matches."""
    oracle = Oracle(log, as_of)
    brute = World(oracle)
    rows = brute.rows()
    toward = {each: brute.toward(each, rows) for each in brute.deliveries()}
    table = {tuple(row.key): row for row in replay(log, Fulfilment(as_of), as_of=as_of)}
    world = random.choice(sorted(oracle.worlds, key=sorted))
    drawn = {(each, key): sampled(amount, random) for each in brute.counting for key, amount in brute.measures[each]}
    for key, ids in rows.items():
        counting = sorted(ids & world, key=lambda each: brute.facts[each].order)
        got: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        unlinked = []
        for each in sorted(toward, key=lambda each: brute.facts[each].order):
            if each not in world or key not in toward[each] or not toward[each][key][0] & world:
                continue
            [amount] = [drawn[each, own] for own, _ in brute.measures[each] if own == key[1:] or own[3:] == key[4:]]
            if brute.named[each]:
                shared = [
                    other
                    for other, (theirs, _) in toward[each].items()
                    if other[0] == key[0] and theirs & world and (other[5] is None) == (key[5] is None)
                ]
                share = amount if len(shared) == 1 else random.choice([amount, Fraction(0)])
                got[random.choice(sorted(toward[each][key][0] & world)), each] += share
            else:
                unlinked.append((each, amount))
        room = {
            each: max(Fraction(0), drawn[each, key[1:]] - sum(got[pair] for pair in list(got) if pair[0] == each))
            for each in counting
        }
        serve(brute, counting, room, unlinked, got)
        row = table[key]
        bounds = {(each.promise, each.delivery): each.amount for each in row.matches}
        for pair, amount in got.items():
            quantity = bounds.get(pair)
            assert (quantity is None and amount == 0) or (
                quantity is not None and inside(Bounds(quantity.low, quantity.high), (amount, amount))
            )
        late = [each for each in counting if is_late(brute.facts[each].event, as_of, random)]
        owed = sum((drawn[each, key[1:]] for each in late), Fraction(0))
        overdue = max(Fraction(0), owed - sum(amount for (promise, _), amount in got.items() if promise in late))
        assert inside(row.overdue, (overdue, overdue)), (key, row.overdue, overdue)


def serve(
    brute: World,
    promised: Sequence[str],
    room: dict[str, Fraction],
    unlinked: Sequence[tuple[str, Fraction]],
    got: dict[tuple[str, str], Fraction],
) -> None:
    """The first promise is served first, then those after the delivery; an excess goes to the last."""
    left = {each: max(amount, Fraction(0)) for each, amount in unlinked}
    for early in (False, True):
        for each, _ in unlinked:
            for promise in promised:
                latest, earliest = brute.facts[each].span[1], brute.facts[promise].span[0]
                if (latest is not None and earliest is not None and latest < earliest) is early:
                    part = min(left[each], room[promise])
                    got[promise, each] += part
                    left[each] -= part
                    room[promise] -= part
    for each, amount in unlinked:
        got[promised[-1], each] += left[each] + min(amount, Fraction(0))


def is_late(event: Any, as_of: date, random: Random) -> bool:
    if event.due is None or event.due.earliest is event.due.latest is None:
        return False
    last_day = event.due.latest is not None and event.due.latest < as_of
    first_day = event.due.earliest is not None and event.due.earliest < as_of
    return last_day or (first_day and random.random() < 0.5)


@given(logs(), cuts())
def test_laws(records: list[Record], cuts: Cuts) -> None:
    """Order, idempotence, union and split hold for any log."""
    check_laws(records, cuts, Fulfilment(cuts.as_of))


@given(promises(), AS_OF, st.randoms(use_true_random=False))
def test_laws_where_links_abound(records: list[Record], as_of: date, random: Random) -> None:
    """Order, split and prefix hold where promises, deliveries and what replaces them are linked."""
    projection = Fulfilment(as_of)
    whole = replay(records, projection, as_of=as_of)
    facts = list(Timeline(records).as_of(as_of).facts)
    random.shuffle(facts)
    middle = random.randint(0, len(facts))
    states = []
    for part in (facts[:middle], facts[middle:]):
        state = projection.initial()
        for fact in part:
            state = projection.step(state, fact)
        states.append(state)
    assert projection.finish(projection.merge(*states)) == whole == projection.finish(projection.merge(*states[::-1]))
    prefix(records, Cuts(as_of), projection)


@given(logs(), st.data())
def test_laws_of_amendments(records: list[Record], data: st.DataObject) -> None:
    """Repairs and news act as if written at first, for fulfilment too."""
    asked = data.draw(cuts())
    if not any(isinstance(each.event, Event) for each in records):
        return
    amendments.repair(records, data.draw(repairs(records)), asked, Fulfilment(asked.as_of))
    amendments.news(records, data.draw(news(records)), asked, Fulfilment(asked.as_of))


@given(logs(), cuts())
def test_promised_is_counted(records: list[Record], cuts: Cuts) -> None:
    """What is promised is the count of promises by donor, project and item, and their money; parts are left out."""
    options: dict[str, Any] = {
        "as_of": cuts.as_of,
        "known_at": cuts.known_at,
        "recorded_until": cuts.recorded_until,
    }
    rows = {tuple(row.key): row.promised for row in replay(records, Fulfilment(cuts.as_of), **options)}
    counts = replay(records, Counts(["donor", "project", "item"], kind=PROMISES), **options)
    money = replay(records, MoneySums(["donor", "project"], kind=PROMISES, where={"part-of": None}), **options)
    counted = {(*row.key, row.unit, None): row.bounds for row in counts.rows}
    valued = {(row.key[0], *row.key[2:], None, None, row.key[1]): row.bounds for row in money.rows}
    assert rows == counted | valued


@given(promises(), AS_OF)
def test_where_is_a_part(log: list[Record], as_of: date) -> None:
    """The rows for one donor or kind are those of the whole answer."""
    whole = replay(log, Fulfilment(as_of), as_of=as_of)
    for field in ("donor", "kind", "project", "item"):
        for value in {getattr(row.key, field) for row in things(whole)}:
            part = replay(log, Fulfilment(as_of, {field: value}), as_of=as_of)
            chosen = [row for row in whole if getattr(row.key, field) == value]
            assert things(part) == things(chosen)


def things(rows: Iterable[FulfilmentRow]) -> list[FulfilmentRow]:
    return [row for row in rows if row.key.currency is None]


@given(promises(), AS_OF)
def test_linked_and_inferred_are_the_parts(log: list[Record], as_of: date) -> None:
    """Delivered lies within its linked and inferred parts together."""
    for row in replay(log, Fulfilment(as_of), as_of=as_of):
        together = row.linked.quantity + row.inferred.quantity
        assert together.contains(row.delivered.quantity)


@given(promises(), AS_OF)
def test_no_more_than_is_delivered(log: list[Record], as_of: date) -> None:
    """Without reversals, the rows of one kind surely have no more than may have been delivered in all."""
    quantities = [getattr(each.event, "quantity", None) for each in log]
    assume(all(each is None or each.low >= 0 for each in quantities))
    table = replay(log, Counts([], kind=["delivery", "training"]), as_of=as_of)
    for kind in PROMISES:
        for unit in (None, "kg"):
            highs = [row.bounds.high for row in table.rows if row.unit == unit]
            rows = [row for row in things(replay(log, Fulfilment(as_of), as_of=as_of)) if row.key.kind == kind]
            low = sum(row.delivered.low for row in rows if row.key.unit == unit)
            assert None in highs or low <= sum(high for high in highs if high is not None)
