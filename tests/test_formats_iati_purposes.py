"""What transactions in IATI files are for: places, sectors, emergencies; their own, or else their activity's."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from iatifiles import IATI, REAL, activity, file, found_in, transaction

from aidtimeline.events import Disbursement, Project
from aidtimeline.formats.iati.purposes import NO_PERCENTAGE
from aidtimeline.values.shares import Shares


def paid(path: Path, of_activity: list[str], of_transaction: list[str], **more: str) -> Disbursement:
    [event] = found_in(path, file(activity(*of_activity, _transaction(*of_transaction), **more))).events(Disbursement)
    return event


def _transaction(*parts: str) -> str:
    return transaction("3", "100", "2022-01-01", *parts)


def country(code: str, percentage: str | None = None) -> str:
    return f'<recipient-country code="{code}"{_percent(percentage)}/>'


def region(code: str, percentage: str | None = None, vocabulary: str | None = None) -> str:
    named = "" if vocabulary is None else f' vocabulary="{vocabulary}"'
    return f'<recipient-region code="{code}"{named}{_percent(percentage)}/>'


def sector(code: str, percentage: str | None = None, vocabulary: str | None = None) -> str:
    return region(code, percentage, vocabulary).replace("recipient-region", "sector")


def _percent(percentage: str | None) -> str:
    return "" if percentage is None else f' percentage="{percentage}"'


@pytest.mark.parametrize(
    ("of_activity", "of_transaction", "location"),
    [
        ([country("UA")], [], "UA"),
        ([country("ua", "100.0")], [], "UA"),
        ([country("UA", "40")], [], {"UA": 40}),
        ([country("UA"), country("MD")], [], {"UA": None, "MD": None}),
        ([country("UA", "60"), country("MD", "40")], [], {"UA": 60, "MD": 40}),
        ([country("UA", "60"), country("MD")], [], {"UA": 60, "MD": None}),
        ([country("UA", "60"), country("UA", "40")], [], "UA"),
        ([country("UA", "60"), region("89", "40")], [], {"UA": 60, "89": 40}),
        ([country("UA", "100"), region("89", "100")], [], "UA"),
        ([country("UA"), region("89")], [], {"UA": None, "89": None}),
        ([region("89", vocabulary="1"), region("151", vocabulary="2")], [], "89"),
        ([region("151", vocabulary="2")], [], "2:151"),
        ([], [country("MD")], "MD"),
        ([country("UA")], [country("MD")], "MD"),
        ([country("UA")], [region("89")], "89"),
        ([], [], None),
        ([country("UA", "33.34"), country("MD", "33.33"), country("RO", "33.34")], [],
            {"UA": "33.33", "MD": "33.33", "RO": "33.34"}),
        ([country("UA", "80"), country("MD", "80")], [], {"UA": None, "MD": None}),
        ([country("UA", "0")], [], {"UA": None}),
        ([country("UA", "60%"), country("MD", "-5"), country("RO", "30")], [], {"UA": None, "MD": None, "RO": 30}),
        ([country("")], [], None),
    ],
)  # fmt: skip
def test_places_are_the_transaction_s_or_else_the_activity_s(
    tmp_path: Path, of_activity: list[str], of_transaction: list[str], location: Any
) -> None:
    """One has all of it; several have the shares that are stated, or any. A region of its own is not the country."""
    event = paid(tmp_path, of_activity, of_transaction)
    assert event.location == (Shares(location) if isinstance(location, dict) else location)


@pytest.mark.parametrize(
    ("of_activity", "of_transaction", "sectors"),
    [
        ([sector("72040")], [], "72040"),
        ([sector("72040", "30", "1"), sector("12220", "70", "1"), sector("720", "100", "2")], [],
            {"72040": 30, "12220": 70, "2:720": 100}),
        ([sector("72040", vocabulary="DAC"), sector("720", vocabulary="DAC-3")], [], {"72040": 100, "2:720": 100}),
        ([sector("72040"), sector("a:b", vocabulary="99")], [sector("12220")], "12220"),
        ([sector("a:b", vocabulary="99")], [], "99:a:b"),
        ([sector("")], [], None),
    ],
)  # fmt: skip
def test_sectors_are_of_vocabularies_each_in_full(
    tmp_path: Path, of_activity: list[str], of_transaction: list[str], sectors: Any
) -> None:
    """Those of the transaction itself replace all of its activity's."""
    event = paid(tmp_path, of_activity, of_transaction)
    assert event.sector == (Shares(sectors) if isinstance(sectors, dict) else sectors)


@pytest.mark.parametrize(
    ("of_activity", "own", "flag"),
    [
        (None, None, None),
        ("1", None, True),
        ("true", "0", False),
        ("0", "1", True),
        (None, "1", True),
        ("0", "", False),
    ],
)
def test_the_flag_of_the_activity_holds_for_what_has_none_of_its_own(
    tmp_path: Path, of_activity: str | None, own: str | None, flag: bool | None
) -> None:
    """It is true, false, or unsaid."""
    given = (
        _transaction()
        if own is None
        else _transaction().replace("<transaction", f'<transaction humanitarian="{own}"', 1)
    )
    [event] = found_in(tmp_path, file(activity(given, humanitarian=of_activity))).events(Disbursement)
    assert event.humanitarian is flag


def test_plans_and_emergencies_types_of_aid_and_ties(tmp_path: Path) -> None:
    """By their lists; those of the transaction come before the defaults of its activity."""
    of_activity = [
        '<humanitarian-scope type="1" vocabulary="1-2" code="EQ-2015-000048-NPL"/>',
        '<humanitarian-scope type="2" vocabulary="2-1" code="HNPL15"/>',
        '<humanitarian-scope type="2" vocabulary="2-1" code="HNPL16"/>',
        '<humanitarian-scope type="2" code="ours"/>',
        '<default-aid-type code="B01"/><default-aid-type code="1" vocabulary="4"/><default-tied-status code="4"/>',
    ]
    plain = paid(tmp_path, of_activity, [])
    assert plain.scope == Shares(
        {"glide:EQ-2015-000048-NPL": 100, "plan:HNPL15": None, "plan:HNPL16": None, "appeal:ours": 100}
    )
    assert (plain.aid_type, plain.tied) == (Shares({"B01": 100, "4:1": 100}), "tied")
    own = paid(tmp_path, of_activity, ['<aid-type code="C01"/><tied-status code="5"/>'])
    assert (own.scope, own.aid_type, own.tied) == (plain.scope, "C01", "untied")
    assert paid(tmp_path, ['<default-tied-status code="3"/>'], []).tied == "partially-tied"


@pytest.mark.parametrize(
    ("parts", "remarks"),
    [
        ([country("UA", "80"), country("MD", "80")], 1),
        ([country("UA", "50"), country("MD", "50.5")], 0),
        ([sector("72040", "120")], 1),
        ([sector("72040", "60"), sector("2:720", "60", "2")], 0),
    ],
)
def test_percentages_beyond_all_of_it_are_worth_a_look(tmp_path: Path, parts: list[str], remarks: int) -> None:
    """Unless they are rounded; nobody can say which is right."""
    found = found_in(tmp_path, file(activity(*parts, _transaction())))
    assert [each.reason.partition(":")[0] for each in found.remarks] == [
        "percentages that come to more than 100"
    ] * remarks
    assert len(found.events(Project)) == 1


# Real files, beside an independent reading of the same elements.


def parts_of(one: ElementTree.Element, each: ElementTree.Element, names: list[str]) -> list[tuple[str, str, Decimal]]:
    """The vocabulary, code and share of the transaction's places or sectors, or else of its activity's."""
    for element in (each, one):
        found = [part for name in names for part in element.findall(name)]
        if found:
            shares = [Decimal(part.get("percentage") or "100") for part in found]
            vocabularies = [part.get("vocabulary") or ("1" if "country" not in part.tag else "") for part in found]
            return list(zip(vocabularies, (part.get("code") or "" for part in found), shares, strict=True))
    return []


@pytest.mark.skipif(not IATI.exists(), reason="the IATI files are not here")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_totals_by_place_and_sector_are_those_of_a_straightforward_reading(path: Path) -> None:
    """By type, currency, country or region, and sector: each share of each transaction, added up as decimals."""
    expected: dict[str, dict[Any, Decimal]] = {"location": defaultdict(Decimal), "sector": defaultdict(Decimal)}
    for one in ElementTree.parse(path).getroot():
        for each in one.findall("transaction"):
            value = each.find("value")
            assert value is not None
            amount = Decimal((value.text or "").strip())
            currency = value.get("currency") or one.get("default-currency")
            places = parts_of(one, each, ["recipient-country", "recipient-region"])
            for vocabulary, code, share in places or [("", "", Decimal(100))]:
                slug = None if not code else code if vocabulary in ("", "1") else f"{vocabulary}:{code}"
                expected["location"][_type(each), currency, slug] += amount * share / 100
            for vocabulary, code, share in parts_of(one, each, ["sector"]) or [("1", "", Decimal(100))]:
                slug = None if not code else code if vocabulary == "1" and len(code) == 5 else f"{vocabulary}:{code}"
                expected["sector"][_type(each), currency, slug] += amount * share / 100
    kinds = {
        "1": "receipt",
        "2": "commitment",
        "3": "disbursement",
        "4": "expenditure",
        "11": "commitment",
        "12": "pledge",
    }
    found = found_in(path)
    for name, sums in expected.items():
        by_kind: dict[Any, Decimal] = defaultdict(Decimal)
        for (type_, currency, slug), amount in sums.items():
            by_kind[kinds[type_], currency, slug] += amount
        bounds = {key: str(amount) for key, amount in found.money(by=name).items()}
        exact = {key: f"{amount.normalize():,f}" for key, amount in by_kind.items()}
        assert {key: amount for key, amount in bounds.items() if " to " not in amount} == {
            key: amount for key, amount in exact.items() if " to " not in bounds[key]
        }
        assert {key for key in bounds if key[-1] is not None} == {key for key in exact if key[-1] is not None}
        assert any(" to " not in amount for amount in bounds.values()) or path.stem.startswith("official")


def _type(each: ElementTree.Element) -> str | None:
    element = each.find("transaction-type")
    return None if element is None else element.get("code")


@pytest.mark.parametrize("percentage", ["60%", "60,5", "-1", "most"])
def test_a_percentage_that_is_none_is_told(tmp_path: Path, percentage: str) -> None:
    """It is read as one that nobody states, and the activity is worth a look."""
    text = file(activity(country("KE", percentage), country("UG", "30"), transaction("3", "100", "2022-01-01")))
    found = found_in(tmp_path, text)
    assert [each.reason for each in found.remarks] == [NO_PERCENTAGE]
    assert found.events(Disbursement)[0].location == Shares({"KE": None, "UG": Decimal(30)})


def test_regions_beside_countries_that_are_rounded_only_say_where_these_are(tmp_path: Path) -> None:
    """Three times 33.33 is all of it: a region with 100 beside it does not make the shares unknown."""
    countries = [country(each, "33.33") for each in ("KE", "UG", "TZ")]
    event = paid(tmp_path, [*countries, region("289", "100")], [])
    assert event.location == Shares(dict.fromkeys(("KE", "UG", "TZ"), Decimal("33.33")))
    fitting = paid(tmp_path, [country("KE", "99"), region("289", "1")], [])
    assert fitting.location == Shares({"KE": Decimal(99), "289": Decimal(1)})
