"""Fulfilment: promised, linked, outstanding and overdue hold in every world and way, as the oracle finds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from fulfilment_oracle import draw as draw_case
from fulfilmentcases import faults
from hypothesis import given, strategies as st

from aidtimeline import Timeline, replay
from aidtimeline.events import (
    Amendment,
    Cancellation,
    Commitment,
    Correction,
    Corroboration,
    Delivery,
    Disbursement,
    Event,
    Expenditure,
    Pledge,
    Project,
    Receipt,
    Record,
    Retraction,
    Source,
    Training,
)
from aidtimeline.projections import Bounds, Fulfilment, FulfilmentRow, FulfilmentTable
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.report import look
from aidtimeline.report.days import days_in_words
from aidtimeline.testing import Cuts, amendments, check_laws, cuts, logs, news, repairs
from aidtimeline.testing.laws import prefix
from aidtimeline.vocabulary import Item, Party, Vocabulary

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SOURCE = Source(publisher="Kyodo News")
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


def asked(records: Iterable[Record], as_of: str = DAY, **where: Any) -> FulfilmentTable:
    return replay(records, Fulfilment(as_of, where, matches=True), as_of=as_of)


def only(records: Iterable[Record], as_of: str = DAY, **where: Any) -> FulfilmentRow:
    [row] = asked(records, as_of, **where)
    return row


def ends(bounds: Bounds | None) -> tuple[Any, Any]:
    assert bounds is not None
    return bounds.low, bounds.high


def matched(row: FulfilmentRow) -> list[tuple[int, int, str, str | None]]:
    return [
        (int(each.promise, 16), int(each.delivery, 16), each.how, None if each.amount is None else each.amount.text)
        for each in row.matches or ()
    ]


def test_nothing_delivered() -> None:
    """A promise of which nothing is delivered has a row: all of it is outstanding."""
    row = only([say(1, Pledge, "2023", 10)])
    assert row.key == Key("pledge", "JP", None, None, "truck", None, None)
    assert ends(row.promised) == ends(row.outstanding) == (10, 10)
    assert (ends(row.delivered), row.matches, row.likely, row.overdue) == ((0, 0), (), None, None)


def test_linked() -> None:
    """What names a promise is linked to it, and the rest is outstanding."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 3, fulfils=[1]),
        say(3, Delivery, "2023-03-01", "2..4", fulfils=[1]),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.delivered), ends(row.outstanding)) == ((5, 7), (5, 7), (3, 5))
    assert matched(row) == [(1, 2, "linked", "3"), (1, 3, "linked", "2..4")]
    assert [each.days for each in row.matches or ()] == [(31, 31), (59, 59)]


def test_a_lot() -> None:
    """Promises that are named together are a lot: none is exceeded while another has room."""
    log = [
        say(1, Pledge, "2023-01-01", 14, due="../2024-12-31"),
        say(2, Pledge, "2023-01-01", 8, due="../2025-04"),
        say(3, Delivery, "2023-06", "2..4", fulfils=[1, 2]),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.outstanding), ends(row.overdue)) == ((2, 4), (18, 20), (10, 14))
    assert ends(only(log, "2025-05-01").overdue) == (18, 20)
    more = only([*log, say(4, Delivery, "2023-07-01", 20, fulfils=[1, 2])])
    assert (ends(more.outstanding), ends(more.over_delivered), more.loose) == ((0, 0), (0, 2), False)


def test_a_lot_of_two_rows() -> None:
    """What names promises of two rows may have gone to either; what one has no room for went to the other."""
    log = [
        say(1, Pledge, "2023-01-01", 5),
        say(2, Pledge, "2023-01-01", 3, donor="US"),
        say(3, Delivery, "2023-06", 4, fulfils=[1, 2]),
    ]
    rows = {row.donor: row for row in asked(log)}
    assert [(ends(rows[who].linked), ends(rows[who].outstanding)) for who in ("JP", "US")] == [
        ((1, 4), (1, 4)),
        ((0, 3), (0, 3)),
    ]


def test_what_names_no_promise_may_serve() -> None:
    """It serves what it may have followed, as far as links leave room, each unit once, or nothing at all."""
    log = [
        say(1, Pledge, "2023-03-01", 10),
        say(2, Pledge, "2023-06-01", 10),
        say(3, Delivery, "2023-02-28", 3),
        say(4, Delivery, "2023-04-01", 12),
        say(5, Delivery, "2023-07-01", 4),
        say(6, Delivery, "2023-07-01", 2, fulfils=[1]),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.may_serve), ends(row.delivered)) == ((2, 2), (0, 12), (2, 14))
    assert (ends(row.outstanding), ends(row.over_delivered), ends(row.likely)) == ((6, 18), (0, 0), (6, 6))
    assert matched(row) == [
        (1, 4, "may serve", "0..8"),
        (1, 5, "may serve", "0..4"),
        (1, 6, "linked", "2"),
        (2, 5, "may serve", "0..4"),
    ]
    assert asked(log).unnamed == 3


def test_what_is_given_in_several_measures_serves_once() -> None:
    """What came before in another measure does not make what came after count twice."""
    log = [
        say(1, Pledge, "2023-03-01", 10),
        say(2, Delivery, "2023-01-01", 5, unit="kg"),
        say(3, Delivery, "2023-04-01", 3),
    ]
    assert (ends(only(log).may_serve), ends(only(log).outstanding)) == ((0, 3), (7, 10))


def test_two_promises_of_a_year_and_one_delivery() -> None:
    """Outstanding is never below zero, and no match is of more than was delivered."""
    log = [say(1, Pledge, "2023", 10), say(2, Pledge, "2023", 20), say(3, Delivery, "2023-02-01", 5)]
    row = only(log, "2023-06-01")
    assert (ends(row.outstanding), row.loose) == ((0, 30), False)
    assert {each.amount.high for each in row.matches or () if each.amount is not None} == {5}


PARTIES = Vocabulary(
    parties={
        slug: Party(slug=slug, name=slug, country=country)
        for slug, country in (("UA", "UA"), ("sesu", "UA"), ("army", "UA"), ("PL", "PL"))
    }
)


@pytest.mark.parametrize(
    ("promise", "given", "fits"),
    [
        ({"recipient": "UA"}, {"recipient": "UA"}, True),
        ({"recipient": "UA"}, {}, True),
        ({}, {"recipient": "PL"}, True),
        ({"recipient": "UA"}, {"recipient": "PL"}, False),
        ({"recipient": "UA"}, {"recipient": "sesu"}, True),
        ({"recipient": "sesu"}, {"recipient": "UA"}, True),
        ({"recipient": "sesu"}, {"recipient": "army"}, False),
        ({"project": "part"}, {"project": "whole"}, True),
        ({"project": "whole"}, {"project": "deep"}, True),
        ({"project": "part"}, {"project": "other"}, False),
        ({"donor": "JP"}, {"donor": "US"}, False),
        ({"donor": None}, {"donor": "US"}, True),
        ({"item": "pump"}, {"item": "truck"}, False),
    ],
)
def test_what_fits(promise: dict[str, Any], given: dict[str, Any], fits: bool) -> None:
    """Donor, recipient and project are equal, unsaid, or one contains the other; the item is the same."""
    log = [
        say(1, Pledge, "2023-01-01", 10, **promise),
        say(2, Delivery, "2023-06-01", 4, **given),
        record(3, Project(date="2022", project="part", parent="whole", sources=SOURCE)),
        record(4, Project(date="2022", project="deep", parent="part", sources=SOURCE)),
        record(5, Project(date="2022", project="other", parent="whole", sources=SOURCE)),
    ]
    [row] = replay(log, Fulfilment(DAY, vocabulary=PARTIES), as_of=DAY)
    assert ends(row.outstanding) == ((6, 10) if fits else (10, 10))


@pytest.mark.parametrize("fulfils", [[], [1]], ids=["may serve", "linked"])
def test_another_measure_is_any_amount(fulfils: list[int]) -> None:
    """What is given in another unit or currency is nothing to any amount, never nothing delivered."""
    things = [
        say(1, Pledge, "2023-01-01", 10, due="2024"),
        say(2, Delivery, "2023-06-01", 4, unit="kg", fulfils=fulfils),
    ]
    money = [
        say(1, Pledge, "2023-01-01", item=None, value="EUR 10", due="2024"),
        say(2, Disbursement, "2023-06-01", value="USD 4", fulfils=fulfils),
    ]
    for log, other in ((things, "kg"), (money, "USD")):
        row = only(log, "2025-02-01")
        assert (ends(row.outstanding), ends(row.overdue), row.loose) == ((0, 10), (0, 10), False)
        assert (ends(row.linked), row.also_in) == (((0, None), (other,)) if fulfils else ((0, 0), ()))


def test_a_promise_is_of_goods_if_it_states_a_quantity() -> None:
    """Else it is of money; goods without a number and a value are some."""
    log = [
        say(1, Pledge, "2023-01-01", 30, value="USD 100"),
        say(2, Pledge, "2023-01-01", value="USD 7"),
        say(3, Pledge, "2023-01-01", item="pump"),
        say(4, Delivery, "2023-03-01", 5, value="USD 20.5", fulfils=[1]),
    ]
    money, pumps, trucks = asked(log).rows
    assert [(row.item, row.currency) for row in (money, pumps, trucks)] == [
        (None, "USD"),
        ("pump", None),
        ("truck", None),
    ]
    assert [str(row.promised) for row in (money, pumps, trucks)] == ["7", "at least 1", "30"]
    assert [str(row.outstanding) for row in (money, pumps, trucks)] == ["0 to 7", "at least 1", "25"]


def test_money_is_paid_in_several_kinds() -> None:
    """Disbursements and deliveries with a value may be linked; receipts and expenditures only may serve, each once."""
    log = [
        say(1, Pledge, "2023-01-01", value="USD 100", item=None),
        say(2, Disbursement, "2023-02-01", value="USD 10", fulfils=[1]),
        say(3, Delivery, "2023-03-01", 5, value="USD 20", fulfils=[1]),
        say(4, Receipt, "2023-03-01", value="USD 30", side="receiver"),
        say(5, Expenditure, "2023-03-01", value="USD 5", fulfils=[1]),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.may_serve), ends(row.outstanding)) == ((30, 30), (0, 35), (35, 70))
    assert row.loose
    assert [each.how for each in row.matches or ()].count("may serve") == 2


def test_a_receipt_that_names_several_promises_serves_each_row_once() -> None:
    """It fits one of the promises that it names and not the other: in both rows it is 30 at most."""
    log = [
        say(1, Pledge, "2023-01-01", value="USD 100", item=None, recipient="UA"),
        say(2, Pledge, "2023-01-01", value="USD 100", item=None, recipient="KH"),
        say(3, Receipt, "2023-03-01", value="USD 30", recipient="UA", side="receiver", fulfils=[1, 2]),
    ]
    for row in asked(log):
        assert (ends(row.may_serve), ends(row.outstanding)) == ((0, 30), (70, 100))


@pytest.mark.parametrize(
    ("due", "as_of", "overdue"),
    [
        ("2024", "2023-12-31", (0, 0)),
        ("2024", "2024-12-31", (0, 0)),
        ("2024", "2025-01-01", (6, 6)),
        ("[..2024]", "2025-01-01", (6, 6)),
        ("2024/..", "2025-01-01", (0, 0)),
    ],
)
def test_overdue(due: str, as_of: str, overdue: tuple[int, int]) -> None:
    """Overdue once the last day of `due` has passed."""
    log = [say(1, Pledge, "2023-01-01", 10, due=due), say(2, Delivery, "2023-02-01", 4, fulfils=[1])]
    assert ends(only(log, as_of).overdue) == overdue


def test_overdue_of_several() -> None:
    """What may serve may serve those that are overdue first; without any `due` there is no answer."""
    log = [
        say(1, Pledge, "2022-01-01", 3, due="2023"),
        say(2, Pledge, "2022-02-01", 4, due="2023"),
        say(3, Pledge, "2022-03-01", 10, due="2026"),
        say(4, Delivery, "2023-03-01", 5),
    ]
    assert ends(only(log).overdue) == (2, 7)
    assert only([say(1, Pledge, "2022-01-01", 3)]).overdue is None


def test_over_delivered() -> None:
    """Only what is linked over-delivers; outstanding stays at zero."""
    row = only([say(1, Pledge, "2023", 10), say(2, Delivery, "2024-06", "8..13", fulfils=[1])])
    assert (ends(row.outstanding), ends(row.over_delivered)) == ((0, 2), (0, 3))
    free = only([say(1, Pledge, "2023", 10), say(2, Delivery, "2024", "12..")])
    assert (ends(free.outstanding), ends(free.over_delivered)) == ((0, 10), (0, 0))


def test_a_line() -> None:
    """A link to any record of a line holds for what stands of it, also through a retracted record."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Pledge, "2023-03", 150, supersedes=[1]),
        say(3, Delivery, "2023-02-01", 30, fulfils=[1]),
    ]
    assert ends(only(log, "2023-02-28").outstanding) == (70, 70)
    middle = only(log, "2023-03-15")
    assert (ends(middle.linked), ends(middle.outstanding), middle.loose) == ((30, 30), (70, 120), False)
    assert ends(only(log, "2023-03-31").outstanding) == (120, 120)
    third = [*log, say(4, Pledge, "2023-04-01", 200, supersedes=[2]), record(5, Retraction(of=name(2), sources=SOURCE))]
    assert ends(only(third).outstanding) == (170, 170)
    news = record(6, Retraction(of=name(1), reason="was 12", sources=Source(publisher="D", published="2023-12-01")))
    assert ends(only([*log, news]).linked) == (30, 30)
    early = [*log[:1], say(3, Delivery, "2022-12-01", 30)]
    assert ends(only(early).may_serve) == (0, 0)


def test_what_may_follow_a_raise_may_follow_the_promise() -> None:
    """A line begins with its first promise."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Pledge, "2023-05-01", 150, supersedes=[1]),
        say(3, Delivery, "2023-02-01", 30),
    ]
    assert ends(only(log).outstanding) == (120, 150)


def test_a_promise_in_two() -> None:
    """Of a promise that was split, what names one part may have kept the other."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Pledge, "2023-02-01", 60, supersedes=[1]),
        say(3, Pledge, "2023-02-01", 40, supersedes=[1], ref="b"),
        say(4, Delivery, "2023-03-01", 80, fulfils=[2]),
    ]
    row = only(log)
    assert (ends(row.outstanding), row.loose) == ((20, 40), True)


def test_a_commitment_keeps_its_pledge() -> None:
    """What keeps a commitment keeps the pledge that this fulfils; the commitment itself delivers nothing."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Commitment, "2023-02-01", 40, fulfils=[1], donor="US"),
        say(3, Delivery, "2023-03-01", 30, fulfils=[2]),
    ]
    rows = [(row.kind, ends(row.promised), ends(row.outstanding)) for row in asked(log)]
    assert rows == [("commitment", (40, 40), (10, 10)), ("pledge", (100, 100), (70, 70))]
    assert ends(only(log[:2], kind="pledge").outstanding) == (100, 100)
    retracted = [*log, record(4, Retraction(of=name(2), reason="misread"))]
    assert ends(only(retracted).linked) == (30, 30)


def test_restatements_that_change_links_are_loose() -> None:
    """A commitment that fulfilled one pledge and now another leaves in doubt which is kept."""
    log = [
        say(1, Pledge, "2023-01-01", 10, recipient="UA"),
        say(2, Pledge, "2023-01-01", 10, recipient="PL"),
        say(3, Commitment, "2023-02-01", 5, fulfils=[1]),
        say(4, Commitment, "2023-03-01", 5, fulfils=[2], supersedes=[3]),
        say(5, Delivery, "2023-04-01", 5, fulfils=[4]),
    ]
    rows = {row.recipient: row for row in asked(log, kind="pledge")}
    assert [(ends(rows[who].outstanding), rows[who].loose) for who in ("PL", "UA")] == [((5, 10), True)] * 2


def test_a_running_total_that_changes_its_links() -> None:
    """Deliveries that may replace each other and name different promises are in doubt."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 4, fulfils=[1]),
        say(3, Delivery, "2023-02/2026", 6, supersedes=[2]),
    ]
    row = only(log)
    assert (ends(row.linked), ends(row.outstanding), row.loose) == ((0, 4), (0, 10), True)


def test_cancelled() -> None:
    """Of a cancelled promise nothing is outstanding, and what was delivered for it serves no other."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 4, fulfils=[1]),
        record(3, Cancellation(date="2023-03", supersedes=[name(1)], sources=SOURCE)),
    ]
    assert ends(only(log, "2023-02-28").outstanding) == (6, 6)
    middle = only(log, "2023-03-15")
    assert (ends(middle.promised), ends(middle.cancelled), ends(middle.outstanding)) == ((0, 10), (0, 10), (0, 6))
    after = only(log, "2023-03-31")
    assert (ends(after.promised), ends(after.cancelled), ends(after.outstanding)) == ((0, 0), (10, 10), (0, 0))
    other = only([*log, say(4, Pledge, "2023-01-01", 5)], "2023-03-31")
    assert (ends(other.outstanding), ends(other.cancelled)) == ((5, 5), (10, 10))


def test_what_is_cancelled_is_in_doubt_where_a_raise_is() -> None:
    """A cancellation of an amount no longer counts once the promise is restated: before that it does, then perhaps."""
    off = Cancellation(date="2023-01-05", supersedes=[name(1)], quantity=4, item="truck", sources=SOURCE)
    records = [
        say(1, Pledge, "2023-01-01", 5),
        record(2, off),
        say(3, Pledge, "2023-01-08/2023-01-14", 1, supersedes=[1]),
    ]
    found = []
    for day in ("2023-01-06", "2023-01-09", "2023-01-14"):
        [row] = asked(records, day).rows
        found.append((str(row.cancelled), row.loose))
        assert ends(row.outstanding)[0] <= 1 <= ends(row.outstanding)[1]
    assert found == [("4", False), ("0 to 4", True), ("0", False)]


def test_a_part_is_cancelled_of_a_promise_that_nothing_else_names() -> None:
    """It is taken off also where no delivery keeps the promise, and nothing replaces it."""
    cancelled = Cancellation(date="2023-03-01", supersedes=[name(1)], quantity=3, item="truck", sources=SOURCE)
    row = only([say(1, Pledge, "2023-01-01", 10), record(3, cancelled)])
    assert (ends(row.promised), ends(row.cancelled), ends(row.outstanding)) == ((7, 7), (3, 3), (7, 7))


def test_cancelled_in_part() -> None:
    """A cancellation with an amount takes it off; a raise after it says anew how much is promised."""
    cancelled = Cancellation(date="2023-03-01", supersedes=[name(1)], quantity=3, item="truck", sources=SOURCE)
    log = [say(1, Pledge, "2023-01-01", 10), say(2, Delivery, "2023-02-01", 4, fulfils=[1]), record(3, cancelled)]
    row = only(log)
    assert (ends(row.promised), ends(row.cancelled), ends(row.outstanding)) == ((7, 7), (3, 3), (3, 3))
    raised = only([*log, say(4, Pledge, "2023-04-01", 20, supersedes=[1])])
    assert (ends(raised.promised), ends(raised.outstanding)) == ((20, 20), (16, 16))
    before = only([*log, say(4, Pledge, "2023-02-01", 20, supersedes=[1])])
    assert (ends(before.promised), ends(before.outstanding)) == ((17, 17), (13, 13))


def test_cancelled_by_an_older_name() -> None:
    """A cancellation that names what had been raised before leaves in doubt whether the raise ends too."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Pledge, "2023-02-01", 20, supersedes=[1]),
        record(3, Cancellation(date="2023-03", supersedes=[name(1)], sources=SOURCE)),
    ]
    assert (ends(only(log).outstanding), only(log).loose) == ((0, 20), True)


def test_a_negative_promise() -> None:
    """It takes off what its row has left, and outstanding never falls below zero."""
    log = [say(1, Pledge, "2023-01-01", 10), say(2, Pledge, "2023-02-01", -4), say(3, Delivery, "2023-03-01", 8)]
    assert ends(only(log[:2]).outstanding) == (6, 6)
    assert ends(only(log).outstanding) == (0, 6)
    assert ends(only([say(1, Pledge, "2023-01-01", -4)]).outstanding) == (0, 0)


def test_training() -> None:
    """Training keeps promises of training."""
    log = [
        say(1, Pledge, "2023", 20, item="demining-training", unit="person"),
        say(2, Training, "2024-01", "~8", item="demining-training", unit="person", fulfils=[1]),
    ]
    row = only(log)
    assert (str(row.linked), str(row.outstanding), row.approximate) == ("about 8", "about 12", True)


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
    assert (ends(only(log).outstanding), matched(only(log))) == ((6, 6), [(1, 4, "linked", "4")])


def test_links_are_corrected() -> None:
    """A correction's links replace its original's."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(2, Delivery, "2023-02-01", 4, fulfils=[1]),
        record(3, Correction(of=name(2), event=say(2, Delivery, "2023", 4).event)),
    ]
    assert [ends(only(some).linked) for some in (log[:2], log)] == [(4, 4), (0, 0)]


@pytest.mark.parametrize("promise", [[], [say(1, Pledge, "2024-01-01", 10)]], ids=["nothing", "later"])
def test_links_to_what_is_not_promised_yet(promise: list[Record]) -> None:
    """What names a missing record, or a promise after the cut, names nothing."""
    log = [*promise, say(2, Pledge, "2023-01-01", 5), say(3, Delivery, "2023-02-01", 4, fulfils=[1])]
    assert matched(only(log, "2023-12-31")) == [(2, 3, "may serve", "0..4")]


def test_where_chooses_promises() -> None:
    """`where` leaves out promises, never what was delivered for them."""
    log = [
        say(1, Pledge, "2023-01-01", 10, location="Bucha", due="2023"),
        say(2, Pledge, "2023-02-01", 10, location="Kharkiv"),
        say(3, Delivery, "2023-03-01", 12, fulfils=[1, 2]),
    ]
    assert [ends(only(log, location=where).outstanding) for where in ("Bucha", "Kharkiv")] == [(0, 8), (0, 8)]
    assert (ends(only(log, location="Bucha").overdue), only(log, location="Kharkiv").overdue) == ((0, 8), None)
    assert ends(only(log).outstanding) == (8, 8)
    assert asked(log, location="Lviv").rows == ()


def test_where_reads_the_vocabulary() -> None:
    """Promises are chosen by the category of their item, too."""
    log = [say(1, Pledge, "2023-01-01", 1), say(2, Pledge, "2023-01-01", 2, item="radio")]
    items = {"truck": Item(slug="truck", label="Truck", category="vehicle")}
    asked_for = Fulfilment(DAY, {"item-category": "vehicle"}, Vocabulary(items=items))
    assert [row.key.item for row in replay(log, asked_for, as_of=DAY)] == ["truck"]


@pytest.mark.parametrize(
    ("account", "disputed"),
    [
        ({}, [False, False]),
        ({"date": "2023-02-02"}, [True, True]),
        ({"quantity": 6}, [True, False]),
        ({"value": "USD 60"}, [False, True]),
    ],
)
def test_a_dispute_about_a_delivery_is_a_flag_of_its_rows(account: dict[str, Any], disputed: list[bool]) -> None:
    """The day concerns things and money, the number things, the value money."""
    log = [
        say(1, Pledge, "2023-01-01", 10),
        say(4, Pledge, "2023-01-01", item=None, value="USD 100"),
        say(2, Delivery, "2023-02-01", 5, value="USD 50", fulfils=[1, 4]),
        record(3, Corroboration(of=name(2), sources=SOURCE, **account)),
    ]
    rows = {row.currency: row.disputed for row in asked(log)}
    assert [rows[None], rows["USD"]] == disputed


def test_promises_that_may_report_the_same() -> None:
    """They are at least the larger of them, at most their sum: by `overlaps`, and in the books of both sides."""
    log = [
        say(1, Pledge, "2023-01-01", 100),
        say(2, Pledge, "2023-02-01", 150, overlaps=[name(1)]),
        say(3, Delivery, "2023-03-01", 30, fulfils=[1]),
    ]
    row = only(log)
    assert (ends(row.promised), ends(row.outstanding), row.loose) == ((150, 250), (120, 220), True)
    books = [
        say(1, Commitment, "2023-01-01", item=None, value="USD 100"),
        say(2, Commitment, "2023-01-02", item=None, value="USD 80", side="receiver"),
        say(3, Disbursement, "2023-03-01", value="USD 30", fulfils=[2]),
    ]
    both = only(books)
    assert (ends(both.promised), ends(both.outstanding), both.loose) == ((100, 180), (70, 150), True)


def test_payments_that_may_report_the_same() -> None:
    """A part of a total that names no promise is linked in full, and the total may serve; nothing is linked twice."""
    total = [
        say(1, Pledge, "2023-01-01", item=None, value="USD 500"),
        say(2, Disbursement, "2023-03-01", value="USD 1000"),
        say(3, Disbursement, "2023-03-01", value="USD 300", fulfils=[1], part_of=name(2)),
    ]
    row = only(total)
    assert (ends(row.linked), ends(row.outstanding)) == ((300, 300), (0, 200))
    linked = [
        *total[:1],
        *(
            say(n, Disbursement, "2023-03-01", value=v, fulfils=[1], **f)
            for n, v, f in (
                (2, "USD 300", {}),
                (3, "USD 100", {"overlaps": [name(2)]}),
            )
        ),
    ]
    assert (ends(only(linked).linked), ends(only(linked).outstanding)) == ((300, 400), (100, 200))


def test_parts_of_a_payment_that_name_other_promises() -> None:
    """Then nobody knows how much of it was for which."""
    log = [
        say(1, Pledge, "2023-01-01", item=None, value="USD 500"),
        say(2, Pledge, "2023-01-01", item=None, value="USD 500", donor="US"),
        say(3, Disbursement, "2023-03-01", value="USD 300", fulfils=[1]),
        say(4, Disbursement, "2023-03-01", value="USD 100", fulfils=[2], part_of=name(3)),
    ]
    rows = [(ends(row.linked), ends(row.outstanding), row.loose) for row in asked(log)]
    assert rows == [((0, 300), (200, 500), True), ((0, 100), (400, 500), True)]


def test_a_long_chain_of_raises() -> None:
    """A chain of a thousand undecided raises with deliveries is answered at once, with tight bounds."""
    size = 1000
    log = [say(n, Pledge, "2023", n + 1, supersedes=[n - 1] if n else ()) for n in range(size)]
    log += [say(size + n, Delivery, "2022-01-01", 1, fulfils=[n], ref=str(n)) for n in range(0, size, 100)]
    [row] = replay(log, Fulfilment("2023-06-01"), as_of="2023-06-01")
    assert (ends(row.promised), ends(row.outstanding), row.loose) == ((0, size), (0, size - 10), False)


def test_many_rows_and_what_fits_them_all() -> None:
    """Thousands of promises and deliveries of no project, and of projects of their own, are answered in n log n."""
    size = 3000
    log = [say(n, Pledge, "2023-01-01", 1, ref=str(n), project=f"p{n}" if n % 2 else None) for n in range(size)]
    log += [
        say(size + n, Delivery, "2023-02-01", 1, ref=str(n), project=f"p{n}" if n % 3 else None) for n in range(size)
    ]
    rows = replay(log, Fulfilment(DAY), as_of=DAY)
    assert {ends(row.outstanding) for row in rows} == {(0, 1), (0, size // 2)}


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
    assert (row.matches or ())[0].days == (0, 30)


def test_json() -> None:
    """The rows in JSON: integers if integral, else texts; null if open, or if there is no answer."""
    log = [
        say(1, Pledge, "2023-01-01", "10.5", unit="kg", due="2024"),
        say(2, Delivery, "[..2023-02-01]", "1..", unit="kg"),
    ]
    [row] = look(asked(log, "2023-03-01")).json()["rows"]
    expected = {
        "kind": "pledge",
        "donor": "JP",
        "recipient": None,
        "project": None,
        "item": "truck",
        "unit": "kg",
        "currency": None,
        "promised": {"low": "10.5", "high": "10.5"},
        "cancelled": {"low": 0, "high": 0},
        "linked": {"low": 0, "high": 0},
        "may_serve": {"low": 0, "high": "10.5"},
        "delivered": {"low": 0, "high": "10.5"},
        "outstanding": {"low": 0, "high": "10.5"},
        "over_delivered": {"low": 0, "high": 0},
        "overdue": {"low": 0, "high": 0},
        "likely": {"low": 0, "high": "9.5"},
        "due": ["2024"],
        "approximate": False,
        "disputed": False,
        "loose": False,
    }
    matches = [
        {
            "promise": name(1),
            "delivery": name(2),
            "match": "may serve",
            "amount": {"low": 0, "high": "10.5"},
            "days": {"low": None, "high": 31},
        }
    ]
    assert json.loads(json.dumps(row)) == {**expected, "matches": matches}
    [plain] = look(replay(log, Fulfilment("2023-03-01"), as_of="2023-03-01")).json()["rows"]
    assert list(plain) == list(expected)


def test_table() -> None:
    """It prints as a table, with what names no promise below it."""
    log = [
        say(1, Pledge, "2023-01-01", 10, due="2024", recipient="UA"),
        say(2, Delivery, "2023-02-01", "2..4", fulfils=[1]),
        say(3, Delivery, "2023-02-01", 1, unit="kg", fulfils=[1]),
        say(4, Delivery, "2023-02-01", 1),
    ]
    table = Timeline(log).as_of(DAY).fulfilment()
    lines = [[each.strip() for each in line.split("  ") if each] for line in str(table).split("\n")]
    assert lines[3] == ["donor → to", "item", "promised", "linked", "may serve", "outstanding", "overdue", "likely"]
    assert lines[5] == ["JP → UA", "truck", "10", "2, and in kg", "0–1", "0–8", "0–8", "–"]
    assert lines[6:8] == [
        ["may be overdue for at least 1 day: truck, JP → UA"],
        ["1 delivery or payment names no promise; it may serve those that it fits."],
    ]


def test_for_how_long_something_has_been_overdue() -> None:
    """By the calendar, the longest first, and of a few rows."""
    log = [
        say(each, Pledge, "2022-01-01", 1, due=f"2023-0{each}-15", donor="NO", item=f"i{each}") for each in range(1, 8)
    ]
    lines = str(Timeline(log).as_of("2024-03-01").fulfilment()).split("\n")
    late = [line for line in lines if "overdue for" in line]
    assert late[0] == "overdue for 1 year 1 month 2 weeks 1 day: i1, NO"
    assert late[-1] == "overdue for less: 2 other rows"
    assert len(late) == 6
    assert "overdue for" not in str(Timeline(log).as_of("2022-12-31").fulfilment())


@pytest.mark.parametrize(
    ("due", "more", "said"),
    [
        ("2022-12-31", [], "overdue for 1 year: truck, JP"),
        ("2022", [], "overdue for at least 1 year: truck, JP"),
        ("2022-12~", [], None),
        (
            "2023-01-01",
            [say(2, Pledge, "2022-01-01", 5, due="2022-12-31"), say(3, Delivery, "2022-06-01", 5, fulfils=[2])],
            None,
        ),
        ("2022-12-31", [say(3, Delivery, "2022-06-01", "0..10", fulfils=[1])], "may be overdue for 1 year: truck, JP"),
    ],
)
def test_a_time_that_is_in_doubt_is_not_said_as_if_it_were_not(due: str, more: list[Record], said: str | None) -> None:
    """At least so long, if it may have been due before; and nothing where which promise it is, or when, is in doubt."""
    log = [say(1, Pledge, "2022-01-01", 10, due=due), *more]
    found = [line for line in str(Timeline(log).as_of("2023-12-31").fulfilment()).split("\n") if "overdue for" in line]
    assert found == ([] if said is None else [said])


def test_the_record() -> None:
    """Of the 22 machines pledged in April 2024, 2 to 4 were delivered by the end of July, and 18 to 20 outstanding."""
    view = Timeline.open(Path(__file__).parent.parent / "events").as_of("2024-07-31")
    [row] = view.fulfilment(where={"item": "mechanical-demining-machine"}, matches=True)
    assert (ends(row.promised), ends(row.linked), ends(row.outstanding)) == ((22, 22), (2, 4), (18, 20))
    assert row.due == ("../2024-12-31", "../2025-04")
    assert {each.how for each in row.matches or ()} == {"linked"}
    assert ends(row.overdue) == (0, 0)


# Laws.


@given(st.integers(0, 2**32))
def test_against_the_oracle(seed: int) -> None:
    """Each amount contains what the oracle finds in any world and way, and is reached unless the row is loose."""
    assert list(faults(draw_case(Random(seed)))) == []


FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "donor": st.sampled_from(("JP", "JP", "JP", "US")),
    "project": st.sampled_from((None, None, None, "hd")),
    "recipient": st.sampled_from((None, None, "UA", "PL")),
    "item": st.sampled_from(("truck", "truck", "truck", "radio")),
    "unit": st.sampled_from((None, None, None, "kg")),
    "quantity": st.sampled_from((None, None, "0", "1", "2", "3", "5", "8", "1..4", "0..3", "2..", "~4", "-2", "-1..2")),
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


@given(promises(), AS_OF, st.data())
def test_retracted_promises_leave_their_links(log: list[Record], as_of: date, data: st.DataObject) -> None:
    """A retraction takes away what a record says, never what it supersedes or fulfils."""
    events = [each for each in log if isinstance(each.event, Event)]
    gone = data.draw(st.sampled_from(events))
    repair = Record(name(99), RECORDED.replace(year=2027), Retraction(of=gone.id, reason="misread"))
    amendments.repair(log, repair, Cuts(as_of), Fulfilment(as_of))


@given(promises(), AS_OF)
def test_where_is_a_part(log: list[Record], as_of: date) -> None:
    """The rows for one donor, kind, project or item are those of the whole answer."""
    whole = replay(log, Fulfilment(as_of), as_of=as_of)
    for field in ("donor", "kind", "project"):
        for value in {getattr(row, field) for row in whole}:
            part = replay(log, Fulfilment(as_of, {field: value}), as_of=as_of)
            assert list(part) == [row for row in whole if getattr(row, field) == value]


@given(promises(), AS_OF)
def test_a_narrower_question_never_gives_more(log: list[Record], as_of: date) -> None:
    """What is outstanding or overdue of the promises for one place is never more than of all."""
    whole = {row.key: row for row in replay(log, Fulfilment(as_of), as_of=as_of)}
    for row in replay(log, Fulfilment(as_of, {"location": "Bucha"}), as_of=as_of):
        for field in ("outstanding", "overdue"):
            part, all_of_it = getattr(row, field), getattr(whole[row.key], field)
            assert part is None or all_of_it.high is None or (part.high is not None and part.high <= all_of_it.high)
