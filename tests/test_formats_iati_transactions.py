"""Transactions: each trap by a small file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from iatifiles import activity, file, found_in, org, transaction

from aidtimeline.events import Commitment, Disbursement, Event, Expenditure, Pledge, Receipt
from aidtimeline.formats.iati.transactions import FLOWS, OTHERS

CODES = Path(__file__).parents[2] / "shared" / "data" / "iati" / "codelists" / "TransactionType.xml"


def money_of(path: Path, *transactions: str) -> list[Any]:
    """The events of an activity's transactions."""
    return [each.event for each in found_in(path, file(activity(*transactions))).entries[1:]]


@pytest.mark.parametrize(
    ("type", "kind", "side"),
    [
        ("1", Receipt, "receiver"),
        ("2", Commitment, "provider"),
        ("3", Disbursement, "provider"),
        ("4", Expenditure, "provider"),
        ("11", Commitment, "receiver"),
        ("12", Pledge, "provider"),
        ("13", Pledge, "receiver"),
    ],
)
def test_the_kinds_of_transactions(tmp_path: Path, type: str, kind: type[Event], side: str) -> None:
    """Each with the side whose books it is from."""
    [event] = money_of(tmp_path, transaction(type, "100", "2022-05-06"))
    assert event.kind == kind.kind
    assert (event.side, str(event.value), event.date.text, event.project) == (side, "USD 100", "2022-05-06", "XM-1")


@pytest.mark.parametrize(
    ("type", "reason"),
    [
        ("5", "a transaction of type 5, interest payment: no kind of event is one"),
        ("7", "a transaction of type 7, reimbursement: no kind of event is one"),
        ("10", "a transaction of type 10, credit guarantee: no kind of event is one"),
        ("14", "a transaction of a type that IATI does not have"),
        ("D", "a transaction of a type that IATI does not have"),
        ("", "a transaction without a type"),
        (None, "a transaction without a type"),
    ],
)
def test_transactions_of_other_types_are_skipped(tmp_path: Path, type: str | None, reason: str) -> None:
    """The reason names the type."""
    found = found_in(tmp_path, file(activity(transaction(type))))
    assert [each.reason for each in found.skipped] == [reason]
    assert len(found.entries) == 1


@pytest.mark.skipif(not CODES.exists(), reason="the IATI code lists are not here")
def test_every_type_of_the_code_list_is_known() -> None:
    """Those that are read, and those that are not."""
    codes = [each.findtext("code") for each in ElementTree.parse(CODES).iter("codelist-item")]
    assert sorted(codes, key=str) == sorted([*FLOWS, *OTHERS])


@pytest.mark.parametrize(
    ("given", "reason", "found"),
    [
        (transaction(date=None), "without a date", None),
        (transaction(date=""), "without a date", None),
        (transaction(date="06/05/2022"), "whose date is not a day", "06/05/2022"),
        (transaction(date="2022-02-30"), "whose date is not a day", "2022-02-30"),
        (transaction(date="2022-05-06T00:00:00"), "whose date is not a day", "2022-05-06T00:00:00"),
        (transaction(value=None), "without a value", None),
        (transaction(value=" "), "without a value", None),
        (transaction(value="1,000.00"), "whose value is not a number", "1,000.00"),
        (transaction(value="1e3"), "whose value is not a number", "1e3"),
        (transaction(value="NaN"), "whose value is not a number", "NaN"),
        (transaction(value="INF"), "whose value is not a number", "INF"),
        (transaction(value="--1"), "whose value is not a number", "--1"),
        (transaction(value="USD 5"), "whose value is not a number", "USD 5"),
        (transaction(value="٣"), "whose value is not a number", "٣"),
        (transaction(value="9" * 31), "whose value has too many digits", "9" * 31),
        (transaction(value="9" * 5000), "whose value is not a number", "9" * 299 + "…"),
        (transaction(currency="usd"), "in a currency that ISO 4217 does not have", "usd"),
        (transaction(currency="XXX"), "in a currency that ISO 4217 does not have", "XXX"),
    ],
)
def test_malformed_transactions_are_skipped(tmp_path: Path, given: str, reason: str, found: str | None) -> None:
    """With the reason, the place, the line and what was found; those around them are read."""
    told_ = found_in(tmp_path, file(activity(transaction(ref="a"), given, transaction(ref="b"))))
    assert [(each.reason, each.place, each.line, each.found) for each in told_.skipped] == [
        (f"a transaction {reason}", "transaction 2 of XM-1", 6, found)
    ]
    assert [each.ref for each in told_.events(Disbursement)] == ["XM-1/transaction/a", "XM-1/transaction/b"]


def test_no_other_date_stands_in_for_one_that_is_missing(tmp_path: Path) -> None:
    """Not even that of the value."""
    found = found_in(tmp_path, file(activity(transaction(date=None, value_date="2022-05-06"))))
    assert (len(found.entries), len(found.skipped)) == (1, 1)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1000.00", "1000"),
        (" \n -12.50 ", "-12.5"),
        ("0", "0"),
        ("-0", "0"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("12345678901234567890.0123456789", "12345678901234567890.0123456789"),
    ],
)
def test_values_are_decimals_of_xml_schema(tmp_path: Path, value: str, amount: str) -> None:
    """Exact to the last digit, with their sign."""
    [event] = money_of(tmp_path, transaction(value=value))
    assert event.value.amount.text == amount


@pytest.mark.parametrize("date", ["2022-05-06", " 2022-05-06\n", "2022-05-06Z", "2022-05-06+02:00"])
def test_dates_are_those_of_xml_schema(tmp_path: Path, date: str) -> None:
    """A time zone does not move the day."""
    [event] = money_of(tmp_path, transaction(date=date, value_date=date))
    assert (event.date.text, event.value_date.text) == ("2022-05-06", "2022-05-06")


def test_negative_values_reverse(tmp_path: Path) -> None:
    """What was taken back is taken from the sum."""
    found = found_in(tmp_path, file(activity(transaction(value="100"), transaction(value="-30", date="2022-06-01"))))
    assert found.money() == {("disbursement", "USD"): "70"}


def test_a_currency_of_its_own_comes_before_that_of_the_activity(tmp_path: Path) -> None:
    """An empty one counts as missing."""
    events = money_of(tmp_path, transaction(currency="EUR"), transaction(currency=""), transaction(currency=" JPY "))
    assert [str(each.value) for each in events] == ["EUR 100", "USD 100", "JPY 100"]


def test_a_value_without_any_currency_is_skipped(tmp_path: Path) -> None:
    """There is no currency that one could assume."""
    found = found_in(tmp_path, file(activity(transaction(), transaction(currency="EUR"), default_currency=None)))
    assert [each.reason for each in found.skipped] == [
        "a transaction without a currency, of its own or of its activity"
    ]
    assert [str(each.value) for each in found.events(Disbursement)] == ["EUR 100"]


@pytest.mark.parametrize(("valued", "remarks"), [("2022-05-06", 0), ("2021-01-01", 0), (None, 0), ("soon", 1)])
def test_the_value_date_is_a_date_of_its_own(tmp_path: Path, valued: str | None, remarks: int) -> None:
    """It is the day of the exchange rate, and never that of the transaction; one that is not a day is left out."""
    found = found_in(tmp_path, file(activity(transaction(value_date=valued))))
    [event] = found.events(Disbursement)
    assert event.date.text == "2022-05-06"
    assert (event.value_date and event.value_date.text) == (None if remarks else valued)
    assert [each.line for each in found.remarks] == [5] * remarks


PROVIDER, RECEIVER = org("provider-org", "XM-P", "Provider"), org("receiver-org", None, " The\n Receiver ")


@pytest.mark.parametrize("type", ["2", "3", "4", "12"])
def test_an_omitted_provider_of_outgoing_funds_is_the_reporter(tmp_path: Path, type: str) -> None:
    """IATI 2.03, provider-org. The receiver is unknown if it is omitted."""
    alone, both = money_of(tmp_path, transaction(type), transaction(type, "1", "2022-01-01", PROVIDER, RECEIVER))
    assert (alone.donor, alone.recipient) == ("XM-R", None)
    assert (both.donor, both.recipient) == ("XM-P", "The Receiver")


@pytest.mark.parametrize("type", ["1", "11", "13"])
def test_an_omitted_receiver_of_incoming_funds_is_the_reporter(tmp_path: Path, type: str) -> None:
    """IATI 2.03, receiver-org. The provider is unknown if it is omitted."""
    alone, both = money_of(tmp_path, transaction(type), transaction(type, "1", "2022-01-01", PROVIDER, RECEIVER))
    assert (alone.donor, alone.recipient) == (None, "XM-R")
    assert (both.donor, both.recipient) == ("XM-P", "The Receiver")


@pytest.mark.parametrize("empty", ["<provider-org/>", '<provider-org ref=" "/>', org("provider-org", "", " ")])
def test_a_party_without_reference_and_name_is_omitted(tmp_path: Path, empty: str) -> None:
    """It says nothing."""
    [event] = money_of(tmp_path, transaction("3", "1", "2022-01-01", empty))
    assert event.donor == "XM-R"


def test_one_flow_seen_from_both_sides_may_be_one(tmp_path: Path) -> None:
    """A commitment in both books counts once or twice; what only the receiver reports counts, by kinds of its own."""
    both = [PROVIDER, RECEIVER]
    given_ = activity(transaction("2", "100", "2022-01-01", *both), transaction("3", "60", "2022-02-01", *both))
    taken = activity(
        transaction("11", "100", "2022-01-01", *both),
        transaction("1", "60", "2022-02-01", *both),
        transaction("13", "500", "2021-01-01", *both),
        id="XM-2",
    )
    found = found_in(tmp_path, file(given_, taken))
    assert found.money() == {
        ("commitment", "USD"): "100 to 200",
        ("disbursement", "USD"): "60",
        ("pledge", "USD"): "500",
        ("receipt", "USD"): "60",
    }
    assert found.money(by="side")["commitment", "USD", "receiver"] == "100"
    assert found.money(by="side")["pledge", "USD", "receiver"] == "500"


def test_references_are_the_publishers_where_they_are_unique(tmp_path: Path) -> None:
    """Otherwise, and without one, they say what the transaction is."""
    events = money_of(
        tmp_path,
        transaction(ref=" T 1\n"),
        transaction(ref="T2"),
        transaction("2", "1.50", "2022-01-01", PROVIDER, RECEIVER, ref="T2"),
        transaction(value="7"),
    )
    assert [each.ref for each in events] == [
        "XM-1/transaction/T 1",
        "XM-1/transaction/3:2022-05-06:100USD::",
        "XM-1/transaction/2:2022-01-01:1.5USD:XM-P:The Receiver",
        "XM-1/transaction/3:2022-05-06:7USD::",
    ]


def test_exact_repeats_are_kept_apart_and_remarked(tmp_path: Path) -> None:
    """All of them count: the file does not say that they are one."""
    found = found_in(tmp_path, file(activity(*[transaction()] * 3, transaction(ref="X"), transaction(value="5"))))
    assert [each.ref for each in found.events(Disbursement)] == [
        "XM-1/transaction/3:2022-05-06:100USD::",
        "XM-1/transaction/3:2022-05-06:100USD::#2",
        "XM-1/transaction/3:2022-05-06:100USD::#3",
        "XM-1/transaction/X",
        "XM-1/transaction/3:2022-05-06:5USD::",
    ]
    assert {each.reason for each in found.remarks} == {
        "transactions alike in type, date, value, provider and receiver: each is counted"
    }
    assert [(each.place, each.line) for each in found.remarks] == [
        ("transaction 2 of XM-1", 6),
        ("transaction 3 of XM-1", 7),
    ]
    assert found.money() == {("disbursement", "USD"): "405"}


@given(st.lists(st.sampled_from(["100", "100.0", "7"]), min_size=1, max_size=8))
def test_the_order_of_repeats_does_not_matter(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    """The references of a file's transactions are the same in any order."""
    path = tmp_path_factory.getbasetemp()
    one, other = (money_of(path, *(transaction(value=each) for each in some)) for some in (values, reversed(values)))
    assert sorted(each.ref for each in one) == sorted(each.ref for each in other)
    assert len({each.ref for each in one}) == len(values)


def test_a_transaction_dated_after_its_report_is_remarked(tmp_path: Path) -> None:
    """It is read as it stands; a planned one does not belong among transactions."""
    found = found_in(tmp_path, file(activity(transaction(date="2023-03-01"), transaction(date="2023-03-02"))))
    assert [(each.reason, each.place) for each in found.remarks] == [
        ("a transaction dated after the report that states it", "transaction 2 of XM-1")
    ]
    assert len(found.events(Disbursement)) == 2


def test_the_note_has_the_description_and_the_activities(tmp_path: Path) -> None:
    """From and to which other activities money goes, and what it is for."""
    [event] = money_of(
        tmp_path,
        transaction(
            "3",
            "1",
            "2022-01-01",
            "<description><narrative>First\n tranche</narrative></description>",
            org("provider-org", "XM-P", provider_activity_id="XM-P-1"),
            org("receiver-org", "XM-Q", receiver_activity_id="XM-Q-1"),
        ),
    )
    assert event.note == "First tranche; provider-activity-id XM-P-1; receiver-activity-id XM-Q-1"


UA, MD = '<recipient-country code="UA"/>', '<recipient-country code="MD"/>'
REGION = '<recipient-region code="89" vocabulary="1"/>'


@pytest.mark.parametrize(
    ("of_activity", "of_transaction", "location"),
    [
        ([UA], [], "UA"),
        (['<recipient-country code="UA" percentage="100.0"/>'], [], "UA"),
        (['<recipient-country code="UA" percentage="40"/>'], [], None),
        ([UA, MD], [], None),
        ([UA, REGION], [], None),
        ([REGION], [], None),
        ([], [MD], "MD"),
        ([UA], [MD], "MD"),
        ([], [REGION], None),
        ([], [], None),
    ],
)
def test_the_one_country_is_the_location(
    tmp_path: Path, of_activity: list[str], of_transaction: list[str], location: str | None
) -> None:
    """The transaction's, else the activity's; of several, or of a region, none is it."""
    [event] = money_of(tmp_path, *of_activity, transaction("3", "1", "2022-01-01", *of_transaction))
    assert event.location == location


def test_of_what_may_be_there_once_the_first_counts(tmp_path: Path) -> None:
    """As any straightforward reading would have it."""
    [event] = money_of(
        tmp_path, transaction("3", "1", "2022-01-01", "<value>2</value>", '<transaction-type code="4"/>')
    )
    assert (event.kind, event.value.amount.text) == ("disbursement", "1")
