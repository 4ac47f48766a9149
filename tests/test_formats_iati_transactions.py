"""Transactions: each trap by a small file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from iatifiles import NOW, activity, file, found_in, org, transaction

from aidtimeline import Timeline
from aidtimeline.events import Commitment, Disbursement, Event, Expenditure, Pledge, Receipt
from aidtimeline.formats.iati.transactions import FLOWS, OTHERS
from aidtimeline.formats.importing.importer import import_file

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
        ("X", "a transaction of a type that IATI does not have"),
        ("R", "a transaction of type 7, reimbursement: no kind of event is one"),
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
        (transaction(date="06/05/2022"), "whose date is not a day", "06/05/2022"),
        (transaction(date="2022-02-30"), "whose date is not a day", "2022-02-30"),
        (transaction(date="2022-05-06T"), "whose date is not a day", "2022-05-06T"),
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
    """Not even that of the value: it happened some time until its report. A later report does not move it."""
    for date in (None, "", "  "):
        found = found_in(tmp_path, file(activity(transaction(date=date, value_date="2022-05-06"))))
        [event] = found.events(Disbursement)
        assert (event.date.text, event.ref) == ("[..2023-03-01]", "XM-1/transaction/3::100USD::")
        assert [each.reason for each in found.remarks] == [
            "a transaction without a date: it happened some time until its report"
        ]
    later = activity(transaction(date=None), last_updated_datetime="2024-03-01T00:00:00Z")
    for number, text in enumerate([activity(transaction(date=None)), later]):
        path = tmp_path / f"{number}.xml"
        path.write_text(file(text), encoding="utf-8")
        report = import_file(tmp_path / "log", "iati", path, recorded_at=NOW)
        assert report.outcomes["new"] == (0 if number else 2)
    [fact] = [each for each in Timeline.open(tmp_path / "log").as_of("2025-01-01").facts if each.kind == "disbursement"]
    assert fact.date.text == "[..2023-03-01]"


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


@pytest.mark.parametrize(
    "date",
    [
        *("2022-05-06", " 2022-05-06\n", "2022-05-06Z", "2022-05-06+02:00", "2022-05-06T00:00:00Z"),
        *("2022-05-06T23:30:00-05:00", "2022-05-06 12:00", "2022-05-06T12:00:00.000+0100"),
    ],
)
def test_dates_are_those_of_xml_schema(tmp_path: Path, date: str) -> None:
    """A time of day is left out, and a time zone does not move the day."""
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


def test_of_what_may_be_there_once_the_first_counts(tmp_path: Path) -> None:
    """As any straightforward reading would have it."""
    [event] = money_of(
        tmp_path, transaction("3", "1", "2022-01-01", "<value>2</value>", '<transaction-type code="4"/>')
    )
    assert (event.kind, event.value.amount.text) == ("disbursement", "1")


def test_codes_of_the_first_versions_are_read(tmp_path: Path) -> None:
    """As what they meant; that is said."""
    given = {"D": "disbursement", "C": "commitment", "E": "expenditure", "IF": "receipt"}
    found = found_in(tmp_path, file(activity(*(transaction(code, str(n)) for n, code in enumerate(given, start=1)))))
    money = [each.event for each in found.entries if hasattr(each.event, "side")]
    assert [each.kind for each in money] == list(given.values())
    assert {each.reason for each in found.remarks} == {
        "a transaction of a type that is a code of IATI 1.x: it is read as what it meant"
    }
    assert len(found.remarks) == 4
    assert found.skipped == []


@pytest.mark.parametrize(
    ("values", "remarked"),
    [
        (["100", "120", "100000"], ["100000"]),
        (["100", "120", "90", "-110000"], ["110000"]),
        (["100", "99999"], []),
        (["5", "5000"], ["5000"]),
        (["0", "5000"], []),
        (["5000"], []),
        (["1", "5000", "6000", "7000"], []),
    ],
)
def test_an_amount_far_beyond_its_neighbours_is_worth_a_look(
    tmp_path: Path, values: list[str], remarked: list[str]
) -> None:
    """A thousand times what others of its type and currency come to, or more: it is read, and remarked."""
    others = [transaction("2", "900000"), transaction("3", "9000000", currency="JPY")]
    found = found_in(tmp_path, file(activity(*others, *(transaction(value=each) for each in values))))
    assert [each.found for each in found.remarks if "thousand times" in each.reason] == remarked
    assert len(found.events(Disbursement)) == len(values) + 1


def test_what_is_skipped_says_what_it_states_and_spares_what_the_log_has(tmp_path: Path) -> None:
    """Its sum, and under which reference it would be; a type that is no kind of event is in no log."""
    given = [transaction(date="06/05/2022", ref="T/1"), transaction(value="x"), transaction("5", "7", ref="T2")]
    found = found_in(tmp_path, file(activity(*given)))
    assert [(str(each.value), each.spares) for each in found.skipped] == [
        ("USD 100", "XM-1/transaction/T/1"),
        ("None", "XM-1/transaction/"),
        ("USD 7", None),
    ]
