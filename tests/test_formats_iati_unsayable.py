"""What IATI cannot say is left out and listed, with its reason; nothing vague becomes exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from iatifiles import IATI
from iatirules import schema
from iatiwritten import (
    FTS,
    LESS,
    NEWS,
    OTHER,
    PAID,
    PAYMENT,
    PROFILE,
    PROMISE,
    REPORT,
    ROAD,
    Written,
    changed,
    view_of,
)

from aidtimeline import Timeline
from aidtimeline.codec import record_id
from aidtimeline.errors import UsageError
from aidtimeline.events import (
    Announcement,
    Cancellation,
    Commitment,
    Corroboration,
    Delivery,
    Event,
    Observation,
    Participation,
    Pledge,
    Project,
    Receipt,
    Status,
    Training,
)
from aidtimeline.formats.iati import sayable
from aidtimeline.formats.iati.describing import (
    BY_TRANSACTION,
    NO_DATE,
    NO_IDENTIFIER,
    NO_PARTY,
    NO_REPORTER,
    NO_ROLE,
    NO_STATUS,
    NO_TITLE,
    NO_TYPE,
    NOT_SO,
    OF_TRANSACTION,
    VAGUE_PROFILE,
)
from aidtimeline.formats.iati.lacking import NO_SCOPE_TYPE
from aidtimeline.vocabulary import Party, Vocabulary


@pytest.mark.parametrize(
    ("reason", "events"),
    [
        (sayable.VAGUE_DATE, [changed(date="2023-02")]),
        (sayable.VAGUE_DATE, [changed(date="2023-02-01~")]),
        (sayable.VAGUE_DATE, [changed(date="2023-02-01?")]),
        (sayable.VAGUE_DATE, [changed(date="[..2023-02-01]")]),
        (sayable.VAGUE_VALUE, [changed(value="USD 100..200")]),
        (sayable.VAGUE_VALUE, [changed(value="USD ~100")]),
        (sayable.VAGUE_VALUE, [changed(value="USD 1..")]),
        (sayable.VAGUE_VALUE_DATE, [changed(value_date="2023")]),
        (sayable.DISPUTED, [PAYMENT, Corroboration(of=record_id(PAYMENT), value="USD 200", sources=NEWS)]),
        (sayable.DISPUTED, [PAYMENT, Corroboration(of=record_id(PAYMENT), date="2023-03-01", sources=NEWS)]),
        (sayable.DISPUTED, [PAYMENT, Corroboration(of=record_id(PAYMENT), value="EUR 90", sources=NEWS)]),
        (sayable.IN_DOUBT, [changed(date="2023-12-31")]),  # after its report: a plan
        (sayable.NO_PROJECT, [changed(project=None)]),
        (sayable.NO_VALUE, [Pledge(date="2023-02-01", item="truck", quantity=3, donor="XM-A-1", **ROAD)]),
        (sayable.NO_TYPE, [Receipt(**PAID)]),
        (sayable.NO_TYPE, [changed(side="receiver", recipient="XM-A-1")]),
        (sayable.NOBODY, [changed(donor=None)]),
        (sayable.PART, [changed(part_of="another")]),
        (sayable.BY_OTHERS, [changed(sources=NEWS)]),
        (sayable.BY_OTHERS, [changed(sources=OTHER)]),
        (sayable.OTHERWISE, [PAYMENT, changed(value="USD 7", overlaps=record_id(PAYMENT))]),
        *(
            (sayable.CANCELLED, [PROMISE, Cancellation(**{**LESS, **vague})])
            for vague in ({"value": "USD 40..60"}, {"date": "2023-03"}, {"value": "EUR 40"}, {"value": "USD 101"})
        ),
        (sayable.BY_OTHERS, [PROMISE, Cancellation(**{**LESS, "sources": NEWS})]),
        (sayable.OF_NO_TYPE["announcement"], [Announcement(date="2023-02-01", intent="pledge", value="USD 5", **ROAD)]),
        (
            sayable.OF_NO_TYPE["delivery"],
            [Delivery(date="2023-02-01", item="truck", quantity=3, value="USD 5", **ROAD)],
        ),
        (
            sayable.OF_NO_TYPE["training"],
            [Training(date="2023-02-01", item="demining", quantity=3, unit="person", **ROAD)],
        ),
        (sayable.NO_INDICATOR, [Observation(date="2023-02-01", value="USD 5", of_kind="pledge", **ROAD)]),
        (
            sayable.OF_NO_TYPE["cancellation"],
            [PROMISE, Cancellation(date="2023-03-01", supersedes=record_id(PROMISE), **ROAD)],
        ),
        (NO_ROLE, [Participation(date="2023-02-01", party="XM-A-1", role="lead", **ROAD)]),
        (
            NOT_SO,
            [Participation(date="2023-02-01", party="XM-A-1", role="accountable", left=True, **ROAD)],
        ),
    ],
)
def test_what_iati_cannot_say_is_left_out_and_listed(reason: str, events: list[Event]) -> None:
    """With its reason and its id, and nothing of it is in the file."""
    written = Written(view_of(*PROFILE, *events))
    assert written.report.left_out[reason]
    assert set(written.report.left_out[reason]) <= {record_id(each) for each in events}
    assert written.report.transactions == len(written.money())
    assert not {id_ for id_ in written.lost if id_ in written.text}


def test_a_state_that_is_no_longer_so_is_listed() -> None:
    """The status that holds is written."""
    closed = Status(date="2023-05-01", status="closed", **ROAD)
    written = Written(view_of(*PROFILE, closed))
    assert written.report.left_out == {NOT_SO: [record_id(PROFILE[1])]}
    assert written.root.xpath("//activity-status/@code") == ["4"]


def test_a_status_in_doubt_is_empty() -> None:
    """And nothing is read of it."""
    perhaps = Status(date="2023-05-01/2030-12-31", status="closed", sources=NEWS, project="XM-A-1-road")
    view = Timeline(view_of(*PROFILE, perhaps, PAYMENT).records).as_of("2023-05-15")
    written = Written(view)
    assert view.projects()["XM-A-1-road"].status == ("closed", "implementation")
    assert written.root.xpath("//activity-status/@code") == [""]
    assert written.report.without[NO_STATUS] == ["XM-A-1-road"]
    assert [each.value for each in written.money()] == [PAYMENT.value]
    assert "status" not in {each.kind for each in written.facts}


def test_vague_dates_of_an_activity_are_left_out() -> None:
    """No other date stands in for them."""
    vague = Project(date="2023-01-10", title="A road", planned_end="2025", planned_start="2023-01-05", **ROAD)
    written = Written(view_of(vague, *PROFILE[1:]))
    assert written.root.xpath("//activity-date/@iso-date") == ["2023-01-05"]
    assert written.report.without[VAGUE_PROFILE] == ["XM-A-1-road"]


def test_an_activity_without_what_iati_wants_borrows_it_and_nothing_is_read_of_that() -> None:
    """A date and a party of its first transaction, without saying what these are to it; the identifier as title."""
    written = Written(view_of(PAYMENT))
    assert {NO_TITLE, NO_STATUS, NO_TYPE, OF_TRANSACTION, BY_TRANSACTION} <= set(written.report.without)
    assert not written.lost
    assert [(each.kind, each.title) for each in written.facts] == [
        ("disbursement", None),
        ("project", "XM-A-1-road"),
    ]
    assert [each.actual_start for each in written.facts if each.kind == "project"] == [None]
    if IATI.exists():
        assert schema().validate(written.root)


def test_an_activity_without_transactions_and_what_iati_wants_is_left_out() -> None:
    """There is nothing to borrow; then there is no file."""
    for kept, reason in ((PROFILE[:1], NO_PARTY), (PROFILE[1:], NO_DATE)):
        written = Written(view_of(*kept))
        assert set(written.report.left_out) == {reason}
        assert written.lost == {record_id(each) for each in kept}
        assert not written.text


def test_who_reports_is_asked_for_where_no_source_says_so() -> None:
    """Of what others than a file of IATI say. An identifier that cannot be one is refused."""
    road: list[Event] = [Project(date="2023-01-10", project="road", actual_start="2023-01-10", sources=FTS)]
    road += [changed(project="road", sources=FTS), changed(project="road", date="2023-03-01", sources=NEWS)]
    assert Written(view_of(*road)).report.left_out == {NO_REPORTER: [each.id for each in view_of(*road).facts]}
    written = Written(view_of(*road), reporting_org="XM-A-1")
    assert not written.lost
    assert {each.dataset for each in written.facts} == {"iati/XM-A-1"}
    for wrong in ("XM A", " XM-A", "XM-\0", ""):
        with pytest.raises(UsageError, match="reporting_org"):
            Written(view_of(*road), reporting_org=wrong)


def test_the_type_of_who_reports_is_its_kind_in_the_vocabulary() -> None:
    """By the name or the code of IATI's list; else it is empty, and that is listed."""
    for kind, code in (("multilateral", "40"), ("10", "10"), ("agency", "")):
        known = Vocabulary(parties={"a": Party(slug="a", name="An agency", kind=kind, iati_org_id="XM-A-1")})
        written = Written(view_of(*PROFILE, vocabulary=known))
        assert written.root.xpath("//reporting-org/@type") == [code]
        assert (NO_TYPE in written.report.without) == (not code)


def test_an_identifier_that_no_file_may_have_is_left_out() -> None:
    """Its characters are no XML."""
    events = [Status(date="2023-01-10", project=r"XM-\u{1}", status="closed", sources=REPORT)]
    assert set(Written(view_of(*events)).report.left_out) == {NO_IDENTIFIER}


def test_what_a_transaction_is_written_without_is_listed() -> None:
    """Goods, intermediaries, other currencies, and what it is for if IATI has no code for that."""
    more: Mapping[str, Any] = {"item": "truck", "quantity": 3, "via": "undp", "valued": ["EUR 90"], "due": "2024"}
    promise = Commitment(**PAID, **more, period="2023", package="p", sector="roads", location="kharkiv-oblast")
    written = Written(view_of(*PROFILE, promise))
    assert not written.lost
    names = ("via", "item", "valued", "period", "package", "due")
    reasons = {*(sayable.WITHOUT[name] for name in names), sayable.PURPOSE, sayable.NO_VALUE_DATE}
    assert {reason for reason, ids in written.report.without.items() if record_id(promise) in ids} == reasons


def test_shares_that_nobody_states_stay_unstated() -> None:
    """They are written without percentages, and listed, since IATI's ruleset refuses that; bounds stay bounds."""
    for shares in ({"KE": None, "UG": None}, {"KE": 60, "UG": None}, {"KE": 60, "UG": 25}):
        paid = changed(location=shares)
        written = Written(view_of(*PROFILE, paid))
        assert [each.location for each in written.money()] == [paid.location]
        assert written.report.without[sayable.BARE_SHARES] == [record_id(paid)]


def test_what_money_is_for_is_said_of_the_activity_or_of_each_transaction() -> None:
    """Once, where all transactions say the same; else each says its own, and none takes what is not its own."""
    same = [changed(date=f"2023-02-0{day}", sector="72040", location={"KE": 60, "UG": 40}) for day in (1, 2)]
    root = Written(view_of(*PROFILE, *same)).root
    assert (len(root.xpath("//iati-activity/sector")), len(root.xpath("//transaction/sector"))) == (1, 0)
    sectors = ["72040", None, "2:720"]
    differ = [changed(date=f"2023-02-0{day}", sector=each) for day, each in enumerate(sectors, start=1)]
    written = Written(view_of(*PROFILE, *differ))
    assert not written.root.xpath("//iati-activity/sector")
    assert [each.sector for each in written.money()] == sectors
    mixed = [changed(date="2023-02-01", location={"KE": 60, "UG": 40}), changed(date="2023-02-02", location="KE")]
    assert [each.location for each in Written(view_of(*PROFILE, *mixed)).money()] == [each.location for each in mixed]
    unlike = [*mixed, changed(date="2023-02-03")]
    written = Written(view_of(*PROFILE, *unlike))
    assert [each.location for each in written.money()] == [None, "KE", None]
    assert written.report.without[sayable.PURPOSE] == [record_id(mixed[0])]


def test_the_type_of_a_plan_that_nobody_states_is_empty() -> None:
    """And listed."""
    written = Written(view_of(*PROFILE, changed(scope="99:A1")))
    assert written.root.xpath("//humanitarian-scope/@type") == [""]
    assert written.report.without[NO_SCOPE_TYPE] == ["XM-A-1-road"]
    assert [each.scope for each in written.money()] == ["99:A1"]


def test_what_overlaps_with_a_funder_is_left_out_where_its_funds_cannot_be_said() -> None:
    """Without the incoming funds nothing says that it may be of the same money: its sum would be exact, and wrong."""
    funds: Mapping[str, Any] = {**PAID, "donor": "XM-B-2", "recipient": "XM-A-1", "side": "receiver"}
    passed_on = changed(date="2023-03-01", overlaps="XM-B-7")
    for date, lost in (("2023-02-01", set()), ("2023-02", {record_id(passed_on)})):
        receipt = Receipt(**{**funds, "date": date}, counterpart="XM-B-7", overlaps="XM-B-7")
        written = Written(view_of(*PROFILE, receipt, passed_on))
        assert set(written.report.left_out.get(sayable.OTHERWISE, ())) == lost
        assert all(each.overlaps == ("XM-B-7",) for each in written.money())


def test_what_overlaps_with_less_is_read_with_more() -> None:
    """Sums are then bounds where they were exact, and never the other way round."""
    paid = [changed(), changed(date="2023-03-01", overlaps="XM-A-1-bridge")]
    written = Written(view_of(*PROFILE, *paid))
    assert [each.overlaps for each in written.money()] == [("XM-A-1-bridge",)] * 2


def test_what_may_be_part_of_another_is_of_a_lower_level() -> None:
    """As it was read: no relation is stated that nobody stated."""
    paid = changed(project="XM-A-1-road-2", overlaps="XM-A-1-road")
    root = Written(view_of(paid)).root
    assert root.xpath("//iati-activity/@hierarchy") == ["2"]
    assert not root.xpath("//related-activity")
