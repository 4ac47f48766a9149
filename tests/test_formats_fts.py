"""Flows of OCHA's Financial Tracking Service: each once, in its own currency, and as it was known."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import evolve
from hypothesis import given, strategies as st
from measured import peaks

from aidtimeline import EventLog, MoneySums, Timeline, replay
from aidtimeline.codec import record_id
from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.events import Event, Record
from aidtimeline.formats.fts import NO_KIND, NO_YEARS, NOT_SAID, OLDER, TWICE, read
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.reading import plaintext
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.plaintext import json_document
from aidtimeline.formats.readings import Entry, Remark, Skipped
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares
from aidtimeline.vocabulary import Party, Vocabulary

FTS = Path(__file__).parents[2] / "shared" / "data" / "fts"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def thing(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": "1", "name": name, "behavior": "single", **more}


def flow(number: int, **said: Any) -> dict[str, Any]:
    """A flow as the API gives it: 100 US dollars, committed."""
    return {
        "id": str(number),
        "amountUSD": 100,
        "contributionType": "financial",
        "date": "2020-03-01T00:00:00Z",
        "decisionDate": None,
        "description": "Food",
        "exchangeRate": None,
        "firstReportedDate": "2020-03-05T00:00:00Z",
        "flowType": "Standard",
        "newMoney": True,
        "parentFlowId": None,
        "childFlowIds": None,
        "status": "commitment",
        "updatedAt": "2020-03-09T14:49:37.282Z",
        "versionId": 1,
        "sourceObjects": [thing("Organization", "Japan, Government of"), thing("Location", "Japan")],
        "destinationObjects": [thing("Organization", "World Food Programme"), thing("Location", "Afghanistan")],
        "boundary": "incoming",
        "onBoundary": "single",
        **said,
    }


def answer(*flows: Any, **more: Any) -> str:
    return json.dumps({"status": "ok", "data": {"incoming": {"flowCount": 1}, "flows": list(flows)}, **more})


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file, of an answer's flows or of a text, and gives it back."""

    def write(*content: Any, name: str = "flows.json", **about: Any) -> File:
        path = tmp_path / name
        if content and isinstance(content[0], bytes):
            path.write_bytes(content[0])
        elif content and isinstance(content[0], str):
            path.write_text(content[0], encoding="utf-8")
        else:
            path.write_text(answer(*content), encoding="utf-8")
        return File(path=path, **about)

    return write


def events(file: File) -> list[Any]:
    return [reading.event for reading in read(file) if isinstance(reading, Entry)]


def others(file: File) -> list[tuple[str, str, str | None]]:
    found = (reading for reading in read(file) if isinstance(reading, Skipped | Remark))
    return [(each.reason, each.place, each.found) for each in found]


def sums(found: list[Event], **asked: Any) -> dict[tuple[Any, ...], Decimal]:
    """The exact sums of money over events, as the library answers by default."""
    records = [Record(record_id(event), NOW, event) for event in found]
    table = replay(records, MoneySums(**asked), as_of=date(2026, 1, 1))
    return {row.key: row.bounds.low for row in table.rows if row.bounds.low == row.bounds.high}


# What a flow is.


def test_a_flow_of_the_api_is_an_event(written: Callable[..., File]) -> None:
    """A flow's parties, place, dates, value and words are found in the event, and its source."""
    file = written(
        flow(
            228238,
            amountUSD=606796,
            originalAmount=500000,
            originalCurrency="EUR",
            exchangeRate=0.824,
            decisionDate="2020-02-25T00:00:00Z",
            refCode="Z7H",
            flowType="Parked",
            versionId=3,
            destinationObjects=[
                thing("Plan", "Afghanistan 2020"),
                thing("Organization", "ICRC"),
                thing("Location", "Afghanistan"),
                thing("UsageYear", "2020"),
            ],
            reportDetails=[
                {
                    "sourceType": "Primary",
                    "organization": "Luxembourg, Government of",
                    "reportChannel": "Email",
                    "date": "2017-03-31T00:00:00.000Z",
                }
            ],
        )
    )
    (event,) = events(file)
    assert (event.kind, event.ref, event.date.text) == ("commitment", "flow/228238", "2020-03-01")
    assert (event.value.text, event.part_of, event.project) == ("EUR 500000", None, "Afghanistan 2020")
    assert (event.donor, event.recipient, event.location) == ("Japan, Government of", "ICRC", "Afghanistan")
    assert event.note == (
        "Food; reference Z7H; USD 606796 at FTS's rate of 0.824; decided on 2020-02-25; flow type: Parked"
    )
    assert [each.text for each in event.valued] == ["USD 606796"]
    assert (event.scope, event.period.text) == ("fts-plan:Afghanistan 2020", "2020")
    own, report = event.sources
    assert (own.publisher, own.dataset, own.published.text) == ("OCHA Financial Tracking Service", "fts", "2020-03-09")
    assert own.locator == "flows.json, flow 228238, version 3"
    assert (report.publisher, report.title) == ("Luxembourg, Government of", "report to FTS, Email, 2017-03-31")
    assert report.published is None


@pytest.mark.parametrize(
    ("status", "contribution", "kind"),
    [
        ("pledge", "financial", "pledge"),
        ("pledge", "in kind", "pledge"),
        ("commitment", "financial", "commitment"),
        ("Commitment", "in-kind", "commitment"),
        ("paid", "financial", "disbursement"),
        ("paid", None, "disbursement"),
        ("paid", "in kind", "delivery"),
        ("paid", "In-kind", "delivery"),
    ],
)
def test_the_status_decides_what_happened(
    status: str, contribution: str | None, kind: str, written: Callable[..., File]
) -> None:
    """Pledges, commitments and payments are distinguished; goods that were paid for are delivered, of no known item."""
    (event,) = events(written(flow(1, status=status, contributionType=contribution)))
    assert (event.kind, event.value.text) == (kind, "USD 100")
    assert getattr(event, "item", None) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"originalAmount": 119700, "originalCurrency": "CHF"}, "CHF 119700"),
        ({"originalAmount": "119700.50", "originalCurrency": "CHF"}, "CHF 119700.5"),
        ({"originalAmount": 1197.25, "originalCurrency": "CHF"}, "CHF 1197.25"),
        ({"originalCurrency": "CHF"}, "USD 100"),
        ({"originalAmount": 119700}, "USD 100"),
        ({"originalAmount": 0, "originalCurrency": "CHF"}, "USD 100"),
        ({"originalAmount": 0, "originalCurrency": "CHF", "amountUSD": 0}, "CHF 0"),
        ({"originalAmount": 5, "originalCurrency": "CHF", "amountUSD": None}, "CHF 5"),
        ({"originalAmount": 5, "originalCurrency": "ZZZ"}, "USD 100"),
    ],
)
def test_money_stays_in_its_own_currency(said: dict[str, Any], value: str, written: Callable[..., File]) -> None:
    """The amount is the one that was given, or FTS's in USD if nothing else is said."""
    file = written(flow(1, **said))
    assert events(file)[0].value.text == value
    odd = "a currency that ISO 4217 does not have: the amount in USD was taken"
    assert others(file) == ([(odd, "flow 1", "ZZZ")] if said.get("originalCurrency") == "ZZZ" else [])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"decisionDate": "2020-02-01T00:00:00Z"}, "2020-03-01"),
        ({"date": None, "decisionDate": "2020-02-01T00:00:00Z"}, "2020-02-01"),
        ({"date": None}, "[..2020-03-05]"),
        ({"date": "2020-02-29"}, "2020-02-29"),
    ],
)
def test_a_flow_happened_on_its_date(said: dict[str, Any], found: str, written: Callable[..., File]) -> None:
    """Else on the day of the decision; else by the day of its report."""
    assert events(written(flow(1, **said)))[0].date.text == found


def test_when_it_was_known_is_when_this_version_was_made(written: Callable[..., File]) -> None:
    """The flow's own last change counts, and what the user says of the file only if the flow says nothing."""
    file = written(flow(1), flow(2, updatedAt=None), published=DateRange.parse("2021-01-01"), dataset="fts-test")
    first, second = events(file)
    assert [each.sources[0].published.text for each in (first, second)] == ["2020-03-09", "2021-01-01"]
    assert first.sources[0].dataset == "fts-test"
    assert events(written(flow(2, updatedAt=None)))[0].sources[0].published is None


def test_a_date_after_its_version_is_worth_a_look(written: Callable[..., File]) -> None:
    """A flow dated later than the version that states it is read, and reported."""
    assert others(written(flow(1, date="2020-03-10T00:00:00Z"), flow(2, date="2020-03-09T00:00:00Z"))) == [
        ("a date after the version that states it", "flow 1", "2020-03-10")
    ]


def test_parties_are_those_of_the_vocabulary(written: Callable[..., File]) -> None:
    """A donor whom the vocabulary knows goes by its slug there."""
    known = Vocabulary(parties={"JP": Party(slug="JP", name="Japan, Government of")})
    (event,) = events(written(flow(1), vocabulary=known))
    assert (event.donor, event.recipient) == ("JP", "World Food Programme")


# Nothing is counted twice.


def test_what_several_share_counts_once(written: Callable[..., File]) -> None:
    """A flow to several organisations or countries is one event with one amount, and names them all.

    How much of it is for which country nobody says: each may have all or nothing.
    """
    shared = [thing("Organization", "UNICEF", behavior="shared"), thing("Organization", "WFP", behavior="shared")]
    places = [thing("Location", "Jordan", behavior="shared"), thing("Location", "Lebanon", behavior="shared")]
    found = events(written(flow(1, onBoundary="shared", destinationObjects=[*shared, *places, places[0]])))
    nobody_says = Shares({"Jordan": None, "Lebanon": None})
    assert [(each.recipient, each.location) for each in found] == [("UNICEF + WFP", nobody_says)]
    assert sums(found) == {("commitment", "USD"): 100}


def test_what_is_not_new_money_is_part_of_its_parent(written: Callable[..., File]) -> None:
    """Or of something that nobody names, and then starts at zero; a reversal takes off as much at most."""
    found = events(
        written(
            flow(1, childFlowIds=[2]),
            flow(2, newMoney=False, parentFlowId=1, boundary="internal"),
            flow(3, newMoney=False),
            flow(4, flowType="Carryover", newMoney=False),
            flow(5, boundary="internal", amountUSD=-20),
        )
    )
    assert [each.ref for each in found[:2]] == ["flow/1", "flow/2"]
    assert [each.part_of for each in found] == [None, "flow/1", None, None, None]
    assert [each.value.text for each in found] == ["USD 100", "USD 100", "USD 0..100", "USD 0..100", "USD -20..0"]
    euros = {"originalAmount": 90, "originalCurrency": "EUR", "newMoney": False}
    [event] = events(written(flow(6, **euros)))
    assert (event.value.text, [each.text for each in event.valued]) == ("EUR 0..90", ["USD 0..100"])


def test_a_child_of_new_money_is_new(written: Callable[..., File]) -> None:
    """Parked money is stated less what its children took, and these count, whether the parent is in the file or not."""
    found = events(
        written(
            flow(1, flowType="Parked", amountUSD=40, childFlowIds=[2, 9]),
            flow(2, parentFlowId=1, amountUSD=60),
            flow(3, parentFlowId=77, amountUSD=5),
        )
    )
    assert sums(found) == {("commitment", "USD"): 105}


def test_a_later_version_is_news(tmp_path: Path, written: Callable[..., File]) -> None:
    """A commitment that was raised, then paid, answers as each version did; the same file again changes nothing."""
    log = tmp_path / "log"
    later = "2020-06-01T00:00:00Z", "2020-09-01T00:00:00Z"
    raised = flow(1, amountUSD=150, versionId=2, updatedAt=later[0])
    paid = flow(1, amountUSD=150, versionId=3, updatedAt=later[1], status="paid")
    for version, outcome in ((flow(1), "new"), (raised, "news"), (paid, "news")):
        assert dict(import_file(log, "fts", written(version), recorded_at=NOW).outcomes) == {outcome: 1}
        again = import_file(log, "fts", written({**version, "versionId": 99}, name="other.json"), recorded_at=NOW)
        assert dict(again.outcomes) == {"unchanged": 1}

    def known(day: str) -> dict[tuple[Any, ...], Any]:
        view = Timeline.open(log).as_of("2025-01-01", known_at=day)
        return {row.key: row.bounds.low for row in view.replay(MoneySums()).rows}

    assert known("2020-03-09") == {("commitment", "USD"): 100}
    assert known("2020-08-31") == {("commitment", "USD"): 150}
    assert known("2020-09-01") == {("disbursement", "USD"): 150}


def test_a_table_takes_nothing_back_that_the_api_says(tmp_path: Path, written: Callable[..., File]) -> None:
    """Parents, what is no new money, places by their names, reports: a file that does not say it corrects nothing."""
    log = tmp_path / "log"
    reports = [{"organization": "WFP", "date": "2020-03-05", "reportChannel": "FTS"}]
    said = [
        flow(1, childFlowIds=[2], reportDetails=reports),
        flow(2, newMoney=False, parentFlowId=1, boundary="incoming"),
        flow(3, newMoney=False, boundary="incoming"),
    ]
    row = {
        "date": "2020-03-01",
        "description": "Food",
        "amountUSD": "100",
        "srcOrganization": "Japan, Government of",
        "destOrganization": "World Food Programme",
        "destLocations": "AFG",
        "contributionType": "financial",
        "flowType": "Standard",
        "boundary": "incoming",
        "status": "commitment",
        "firstReportedDate": "2020-03-05",
        "updatedAt": "2020-03-09",
    }
    table = "\n".join(
        [",".join([*row, "id"]), *(",".join([*(f'"{each}"' for each in row.values()), n]) for n in "123")]
    )
    import_file(log, "fts", written(*said), recorded_at=NOW)
    report = import_file(log, "fts", written(table, name="flows.csv"), recorded_at=NOW)
    assert dict(report.outcomes) == {"unchanged": 3}

    changed = table.replace('"100"', '"150"').replace("2020-03-09", "2020-04-01")
    report = import_file(log, "fts", written(changed, name="flows.csv"), recorded_at=NOW)
    assert dict(report.outcomes) == {"news": 3}
    facts = Timeline.open(log).as_of("2026-01-01").facts
    assert sorted((fact.event.ref, str(fact.value), fact.event.part_of) for fact in facts) == [
        ("flow/1", "USD 150", None),
        ("flow/2", "USD 150", "flow/1"),
        ("flow/3", "USD 0 to 150", None),
    ]

    turned = tmp_path / "turned"
    import_file(turned, "fts", written(table, name="flows.csv"), recorded_at=NOW)
    report = import_file(turned, "fts", written(*said), recorded_at=NOW)
    assert dict(report.outcomes) == {"repaired": 3}
    assert dict(import_file(turned, "fts", written(*said), recorded_at=NOW).outcomes) == {"unchanged": 3}


@pytest.mark.parametrize("first", ["api", "incoming", "internal"])
def test_tables_of_several_boundaries_agree_in_any_order(
    first: str, tmp_path: Path, written: Callable[..., File]
) -> None:
    """What is internal to one boundary comes into another: only the API says what it is part of, and that stays."""
    part, loose = {"newMoney": False, "parentFlowId": 1}, {"newMoney": False}
    files = {
        "api": written(flow(1), flow(2, boundary="internal", **part), flow(3, boundary="internal", **loose)),
        "incoming": written(table(flow(2), flow(3)), name="incoming.csv"),
        "internal": written(table(flow(2, boundary="internal"), flow(3, boundary="internal")), name="internal.csv"),
    }
    for name in sorted(files, key=lambda name: name != first) * 2:
        import_file(tmp_path / "log", "fts", files[name], recorded_at=NOW)
    facts = Timeline.open(tmp_path / "log").as_of("2026-01-01").facts
    assert {(fact.event.ref, str(fact.value), fact.event.part_of) for fact in facts} == {
        ("flow/1", "USD 100", None),
        ("flow/2", "USD 100", "flow/1"),
        ("flow/3", "USD 0 to 100", None),
    }


def test_what_was_imported_as_part_of_a_project_is_read_again(tmp_path: Path, written: Callable[..., File]) -> None:
    """A log of before says that a flow without a parent is part of `fts/told-before`: the same file repairs it."""
    log, file = tmp_path / "log", written(flow(3, newMoney=False))
    [event], later = events(file), NOW + timedelta(days=9999)
    EventLog(log).append(attrs.evolve(event, value="USD 100", part_of="fts/told-before"))
    assert dict(import_file(log, "fts", file, recorded_at=later).outcomes) == {"repaired": 1}
    assert dict(import_file(log, "fts", file, recorded_at=later).outcomes) == {"unchanged": 1}
    [fact] = Timeline.open(log).as_of("2025-01-01").facts
    assert (str(fact.value), fact.event.part_of) == ("USD 0 to 100", None)


# The table.

HEADER = re.findall(
    r"\w+",
    """
date description amountUSD srcOrganization srcOrganizationTypes srcLocations destPlan destPlanCode destOrganization
destLocations destGlobalClusters destEmergency destUsageYearStart destUsageYearEnd contributionType flowType
boundary onBoundary status firstReportedDate decisionDate originalAmount originalCurrency exchangeRate id refCode
createdAt updatedAt
""",
)


def table(*flows: dict[str, Any], **how: Any) -> str:
    """Flows, flattened as the Humanitarian Data Exchange does it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, **{"fieldnames": HEADER, "restval": "", "extrasaction": "ignore", **how})
    writer.writeheader()
    for each in flows:
        row = dict(each)
        for name in ("date", "firstReportedDate", "decisionDate", "updatedAt"):
            row[name] = (row[name] or "")[:10]
        for side, things in (("src", each["sourceObjects"]), ("dest", each["destinationObjects"])):
            for kind in ("Organization", "Plan", "Location"):
                names = [one["name"] for one in things if one["type"] == kind]
                row[f"{side}{kind}" + "s" * (kind == "Location")] = ",".join(names)
            for kind, name in (("Emergency", "Emergency"), ("GlobalCluster", "GlobalClusters")):
                row[f"{side}{name}"] = ",".join(one["name"] for one in things if one["type"] == kind)
            years = [one["name"] for one in things if one["type"] == "UsageYear"]
            row[f"{side}UsageYearStart"], row[f"{side}UsageYearEnd"] = min(years, default=""), max(years, default="")
            row[f"{side}OrganizationTypes"] = ",".join(
                each for one in things for each in one.get("organizationTypes", [])
            )
        writer.writerow(row)
    return out.getvalue()


def test_a_table_tells_what_the_api_does(written: Callable[..., File]) -> None:
    """The same flows in both shapes are the same events, but for their places."""
    flows = [
        flow(1, originalAmount=90, originalCurrency="EUR", exchangeRate=0.9, refCode="R1"),
        flow(2, status="paid", contributionType="in kind", decisionDate="2020-02-01T00:00:00Z"),
        flow(3, boundary="internal", newMoney=False, date=None),
        flow(4, flowType="Carryover", newMoney=False),
        flow(
            5,
            newMoney=False,
            sourceObjects=[thing("Organization", "CERF", organizationTypes=["Pooled fund"])],
            destinationObjects=[
                thing("Organization", "WFP"),
                thing("Plan", "Plan 2020"),
                thing("Emergency", "Floods, spring 2020"),
                thing("Location", "JOR"),
                thing("Location", "LBN"),
                thing("GlobalCluster", "Health"),
                thing("GlobalCluster", "Housing, Land and Property"),
                *(thing("UsageYear", year) for year in ("2021", "2019", "2020")),
            ],
        ),
    ]

    def without_place(found: list[Any]) -> list[Event]:
        return [evolve(each, sources=[evolve(each.sources[0], locator=None)]) for each in found]

    api, flat = events(written(*flows)), events(written(table(*flows), name="flows.csv"))
    assert without_place(api) == without_place(flat)
    assert flat[3].sources[0].locator == "flows.csv, line 5"
    assert (str(flat[4].scope), flat[4].period.text) == (
        "fts-emergency:Floods, spring 2020 100 %, fts-plan:Plan 2020 100 %",
        "2019/2021",
    )
    assert without_place(events(written(table(*flows, delimiter=";"), name="flows.csv"))) == without_place(api)


def test_a_row_that_repeats_a_flow_counts_once(written: Callable[..., File]) -> None:
    """What several countries share is on a row for each: it is said, and nothing is skipped."""
    text = table(flow(1), flow(2), flow(1), flow(1, amountUSD=70))
    file = written(text, name="flows.csv")
    assert [(each.ref, each.value.text) for each in events(file)] == [
        ("flow/1", "USD 100"),
        ("flow/2", "USD 100"),
        ("flow/1", "USD 70"),  # another one, which the importer refuses
    ]
    assert others(file)[1:] == [(TWICE, "line 4", "flow/1")]


def test_rows_of_one_flow_in_several_countries_are_one_flow_for_all_of_them(written: Callable[..., File]) -> None:
    """In whatever order they stand: how much is for which, nobody says."""
    rows = [flow(1, destinationObjects=[thing("Location", code)]) for code in ("JOR", "LBN")]
    for order in (rows, [flow(2), *reversed(rows)], [rows[0], flow(2), rows[1], rows[0]]):
        file = written(table(*order), name="flows.csv")
        [event] = [each for each in events(file) if each.ref == "flow/1"]
        assert event.location == Shares({"JOR": None, "LBN": None})
        assert {each[0] for each in others(file)[1:]} == {TWICE}


def test_a_table_without_original_amounts_corrects_none(written: Callable[..., File], tmp_path: Path) -> None:
    """What FTS makes of EUR 90 in USD is no news where the log has the EUR; another amount in USD is."""
    flows = [flow(1, originalAmount=90, originalCurrency="EUR"), flow(2, newMoney=False, parentFlowId=1, amountUSD=30)]
    bare = [name for name in HEADER if not name.startswith("original")]

    def imported(*files: File) -> dict[str, str]:
        log = Path(tempfile.mkdtemp(dir=tmp_path))
        for each in files:
            import_file(log, "fts", each)
        sums = Timeline.open(log).as_of("2030-01-01").money()
        return {str(row.currency): str(row.bounds) for row in sums.rows}

    api, flat = written(*flows), written(table(*flows, fieldnames=bare), name="flows.csv")
    assert imported(api, flat) == imported(flat, api) == imported(api)
    later = written(table(flow(1, amountUSD=120, updatedAt="2029-01-01"), fieldnames=bare), name="later.csv")
    assert imported(api, later)["USD"] == "120"


def test_a_year_of_use_that_stands_alone_is_one_end(written: Callable[..., File]) -> None:
    """A table with a first year or a last one does not say the other; years that are none are told."""
    text = table(flow(1), flow(2))
    row = next(csv.DictReader(io.StringIO(text)))
    for first, last, period in (("2020", "", "2020/.."), ("", "2021", "../2021"), ("2020.0", "2021", "2020/2021")):
        out = io.StringIO()
        writer = csv.DictWriter(out, HEADER)
        writer.writeheader()
        writer.writerow({**row, "destUsageYearStart": first, "destUsageYearEnd": last})
        [event] = events(written(out.getvalue(), name="flows.csv"))
        assert event.period.text == period
    things = [thing("UsageYear", "2020"), thing("UsageYear", "soon")]
    file = written(flow(1, destinationObjects=things))
    assert (events(file)[0].period, others(file)) == (None, [(NO_YEARS, "flow 1", "2020, soon")])


def test_a_table_that_lacks_a_column_says_what_is_made_of_that(written: Callable[..., File]) -> None:
    """Without it nobody knows which flows are of goods."""
    bare = [name for name in HEADER if name != "contributionType"]
    file = written(table(flow(1, status="paid", contributionType="in kind"), fieldnames=bare), name="flows.csv")
    assert [each.kind for each in events(file)] == ["disbursement"]
    assert others(file) == [(NOT_SAID, "flows.csv", None), (NO_KIND, "flows.csv", None)]


def test_of_several_versions_of_a_flow_in_one_answer_the_newest_is_read(written: Callable[..., File]) -> None:
    """In whatever order they stand; the older is told."""
    for order in ((1, 2), (2, 1)):
        file = written(*(flow(7, versionId=each, amountUSD=each * 10) for each in order))
        assert [each.value.text for each in events(file)] == ["USD 20"]
        assert others(file) == [(OLDER, "flow 7", "flow 7, version 1")]


def test_tags_and_marks_of_other_programs_are_no_data(written: Callable[..., File]) -> None:
    """Tags of HXL below the header are passed over; NA, NaN and null say that there is nothing."""
    said = table(flow(1, newMoney=False, boundary="incoming"))
    header, row = said.splitlines()
    tags = ",".join("#" + name for name in header.split(","))
    plain = events(written(said, name="flows.csv"))
    for missing in ("NA", "NaN", "null", "None"):
        marked = ",".join(cell or missing for cell in row.split(","))
        assert "NA" not in str(plain)
        file = written("\n".join((header, tags, marked)), name="flows.csv")
        [event] = events(file)
        assert evolve(event, sources=plain[0].sources) == plain[0]
        assert others(file) == [(NOT_SAID, "flows.csv", None)]


def of_r(number: int) -> str:
    """A whole number as R writes it: without needless noughts, if that is shorter."""
    short = f"{number:e}".replace(".000000", "")
    return short if len(short) < len(str(number)) else str(number)


@pytest.mark.parametrize("written_as", [of_r, lambda number: f"{number}.0", lambda number: f"{number:.1E}"])
def test_numbers_as_programs_write_them(written_as: Callable[[int], str], written: Callable[..., File]) -> None:
    """R and pandas write 100000 as 1e+05 or 100000.0, spreadsheets as 1.0E+05: the same flow with the same amount."""
    said = [
        flow(200_000, amountUSD=100_000, originalAmount=14_000_000, originalCurrency="JPY"),
        flow(7, newMoney=False, parentFlowId=200_000),
    ]
    numbers = {"id", "amountUSD", "originalAmount", "parentFlowId"}
    rewritten = [
        {name: written_as(int(value)) if name in numbers and value else value for name, value in each.items()}
        for each in said
    ]

    def unplaced(found: list[Any]) -> list[Event]:
        return [evolve(each, sources=[evolve(each.sources[0], locator=None)]) for each in found]

    assert unplaced(events(written(table(*rewritten), name="flows.csv"))) == unplaced(
        events(written(table(*said), name="flows.csv"))
    )
    [whole, part] = events(written(*rewritten))
    assert (whole.ref, whole.value.text, part.part_of) == ("flow/200000", "JPY 14000000", "flow/200000")


def test_clusters_are_sectors_of_their_own_vocabularies(written: Callable[..., File]) -> None:
    """One is all of the flow; of several, nobody says how much is for each. A plan's own clusters are apart."""
    health, water = thing("GlobalCluster", "Health"), thing("GlobalCluster", "Water Sanitation Hygiene")
    own = thing("Cluster", "Health, COVID-19")
    sectors = [
        str(event.sector)
        for event in events(
            written(
                flow(1, destinationObjects=[health]),
                flow(2, destinationObjects=[health, water]),
                flow(3, destinationObjects=[health, own]),
                flow(4, destinationObjects=[thing("GlobalCluster", "Multiple clusters/sectors (shared)")]),
            )
        )
    ]
    assert sectors == [
        "fts-cluster:Health",
        "fts-cluster:Health unstated, fts-cluster:Water Sanitation Hygiene unstated",
        "fts-cluster:Health 100 %, fts-plan-cluster:Health, COVID-19 100 %",
        "None",
    ]


def test_several_without_names_are_no_party(written: Callable[..., File]) -> None:
    """If a table only says that there are multiple organisations, none is made up."""
    file = written(table(flow(1, sourceObjects=[thing("Organization", "Multiple")])), name="flows.csv")
    assert events(file)[0].donor is None
    assert others(file)[1:] == [("several organisations, none of them named", "flow 1", "Multiple")]


def test_a_row_that_is_too_long_is_skipped(written: Callable[..., File]) -> None:
    """Cells that may be in the wrong columns are not guessed at."""
    text = table(flow(1), flow(2)).replace(",,2020-03-09", ",,,2020-03-09", 1)
    file = written(text, name="flows.csv")
    assert [each.ref for each in events(file)] == ["flow/2"]
    assert others(file) == [(NOT_SAID, "flows.csv", None), ("a row with more cells than the header", "line 2", None)]


# What is wrong with a flow, or a file.


@pytest.mark.parametrize(
    ("said", "reason", "found"),
    [
        ({"id": None}, "a flow without an id", "Food"),
        ({"status": "planned"}, "a flow whose status is not pledge, commitment or paid", "planned"),
        ({"status": None}, "a flow whose status is not pledge, commitment or paid", None),
        ({"amountUSD": None}, "a flow without an amount", "Food"),
        ({"amountUSD": "1,000"}, "a flow whose amount is not a number", "1,000"),
        ({"amountUSD": 10**40}, "a flow whose amount is not a number", "1" + "0" * 40),
        (
            {"amountUSD": None, "originalAmount": 1, "originalCurrency": "ZZZ"},
            "a flow in a currency that ISO 4217 does not have",
            "ZZZ",
        ),
        ({"date": None, "firstReportedDate": None}, "a flow without a date", None),
        ({"date": "2020-02-30T00:00:00Z"}, "a flow whose date is not a date", "2020-02-30T00:00:00Z"),
        ({"updatedAt": "yesterday"}, "a flow whose date is not a date", "yesterday"),
        ({"description": "\ud800"}, "a flow with a text that cannot be recorded", "\ud800"),
    ],
)
def test_faulty_flows_are_skipped(
    said: dict[str, Any], reason: str, found: str | None, written: Callable[..., File]
) -> None:
    """One flow that cannot be read keeps no other from being read; its place and fault are reported."""
    file = written(flow(1, **said), flow(2))
    assert [each.ref for each in events(file)] == ["flow/2"]
    ((given, place, what),) = others(file)
    assert (given, what) == (reason, found)
    assert place == ("flow 1 of the file, version 1" if "id" in said else "flow 1")


@pytest.mark.parametrize(
    "odd", [None, 5, "text", [], {**flow(1), "description": ["a"]}, {**flow(1), "sourceObjects": {"a": 1}}]
)
def test_what_is_no_flow_is_skipped(odd: Any, written: Callable[..., File]) -> None:
    """Whatever is in the list instead of a flow is skipped, with its place."""
    file = written(answer(odd, flow(2)))
    assert [each.ref for each in events(file)] == ["flow/2"]
    (skipped,) = others(file)
    assert skipped[:2] == ("a flow that is not of the form of the API", "flow 1 of the file")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"status":"error","code":"x","message":"no such location"}', "FTS answered 'error': 'no such location'"),
        ('{"status":"ok","data":{"report3":{}}}', "found no flows under data.flows.*groupby"),
        ('{"status":"ok","data":{"flows":null}}', "found no flows under data.flows"),
        ("{}", "found no flows under data.flows"),
        ('{"data":{"flows":[]}} {}', "found '{}', expected JSON .*Extra data"),
        ('{"data":{"flows":[{"id":1,"id":2}]}}', "each name once"),
        ('{"data":{"flows":[NaN]}}', "a number that JSON has"),
        ('{"data":{"flows":[' + "[" * 100_000, "nested too deep"),
        ('{"data":{"flows":[1 2]}}', "found '2]}}', expected JSON .*',' delimiter"),
        ('{"data"\n:\n7,\n"b" 5}', ":4: .*found '5}', expected JSON .*':' delimiter"),
        ("{5: 1}", "property name enclosed in double quotes"),
        ('{"data":{"flows":["\x01"]}}', "Invalid control character"),
        (b'{"data":{"flows":["\xff"]}}', "not text in UTF-8.*--encoding"),
        (b"\xff\xfe{\x00}\x00", "text in UTF-16, expected UTF-8.*--encoding"),
        ("[]", "one JSON array"),
        ("", "an empty file"),
        ("<html>", "XML or HTML"),
        ("id,status,amountUSD\n1,paid,5\n", "found no header with 'date'"),
        ("a,b\n1,2\n", "found no header with 'id', 'status', 'date', 'amountUSD'"),
    ],
)
def test_what_holds_no_flows_is_refused(content: str | bytes, message: str, written: Callable[..., File]) -> None:
    """A wrong file, an error instead of an answer, and broken JSON are refused in one clear line."""
    with pytest.raises(UnreadableFile, match=message):
        list(read(written(content)))


def test_a_file_that_breaks_off_is_refused(written: Callable[..., File], tmp_path: Path) -> None:
    """Wherever an answer is cut off, nothing of it is recorded."""
    whole = answer(flow(1), flow(2))
    for cut in range(1, len(whole), 23):
        with pytest.raises(UnreadableFile, match=r"end of the file|found no flows|does the file break off"):
            import_file(tmp_path / "log", "fts", written(whole[:cut]), recorded_at=NOW)
    assert not (tmp_path / "log").exists() or not list((tmp_path / "log").glob("*.jsonl"))


@pytest.mark.parametrize("begins", ['{"data":{"flows":["', '{"data":{"flows":[\n"'])
def test_an_answer_without_end_is_refused(
    begins: str, written: Callable[..., File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is read into memory beyond a bound, on one line or on several."""
    monkeypatch.setattr(plaintext, "MAX_DOCUMENT", 2**18)
    with pytest.raises(UnreadableFile, match=r"more than 262,144 characters.*in parts"):
        list(read(written(begins + "x" * 2**21)))


def test_an_encoding_may_be_said(written: Callable[..., File]) -> None:
    """An answer saved in another encoding is read in the one that the user names, if there is such a one."""
    text = answer(flow(1, description="Été"))
    assert events(written(text.encode("utf-16"), encoding="utf-16"))[0].note == "Été"
    assert events(written(text.encode("utf-8-sig")))[0].note == "Été"
    with pytest.raises(UsageError, match="unknown encoding"):
        list(read(written(text, encoding="latin-99")))


def test_what_is_missing_is_said(written: Callable[..., File]) -> None:
    """An answer without flows, and one page of many, are read, and said to be that."""
    assert others(written()) == [("no flows in the file", "flows.json", None)]
    assert others(written(",".join(HEADER), name="flows.csv")) == [("no flows in the file", "flows.csv", None)]
    page = answer(flow(1), meta={"count": 484, "nextLink": "…"})
    assert others(written(page)) == [("one page of several: the others have more flows", "flows.json", "484 flows")]
    assert others(written(answer(flow(1), meta={"count": 1}))) == []


# JSON.

NAMES = st.text(st.characters(codec="utf-8"), max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, JSON), st.booleans())
def test_a_document_is_read_whole(document: dict[str, Any], indented: bool) -> None:
    """However its lines are broken, it is what the standard library writes."""
    text = json.dumps(document, ensure_ascii=False, indent=2 if indented else None)
    assert json_document(File(path="x.json"), io.BytesIO(text.encode())) == document


def answer_of(path: Path, count: int) -> None:
    """Read an answer with so many flows."""
    assert sum(1 for _ in read(File(path=path))) == count


def test_an_answer_takes_memory_by_its_size_only(tmp_path: Path) -> None:
    """It is held, at less than 6 bytes a character with its text; what is made of each flow is not."""
    sizes, calls = [], []
    for count in (500, 5_000):
        path = tmp_path / f"{count}.json"
        path.write_text(answer(*map(flow, range(count))))
        sizes.append(path.stat().st_size)
        calls.append((path, count))
    few, many = peaks(answer_of, *calls)
    assert many - few < 6 * (sizes[1] - sizes[0])


# Real files.


def straightforward(flows: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """New money by status and currency, from the JSON itself."""
    total: Counter[tuple[str, str]] = Counter()
    for each in flows:
        if each["newMoney"]:
            own = each.get("originalAmount") and each.get("originalCurrency")
            currency = each["originalCurrency"] if own else "USD"
            total[each["status"], currency] += each["originalAmount"] if own else each["amountUSD"]
    return total


@pytest.mark.skipif(not FTS.exists(), reason="the data of FTS are not here")
def test_a_real_answer_sums_up_as_read_straightforwardly() -> None:
    """New money by kind and currency is what a few lines make of the JSON; all else is a part, or starts at zero."""
    path = FTS / "custom-search-locationid-1-year-2020.json"
    flows = json.loads(path.read_text(encoding="utf-8"))["data"]["flows"]
    found = events(File(path=path))
    assert len({each.ref for each in found}) == len(flows) == 200
    words = {"commitment": "commitment", "disbursement": "paid", "delivery": "paid"}
    summed: Counter[tuple[str, str]] = Counter()
    new = [each for each in found if each.part_of is None and each.value.amount.is_exact]
    for (kind, currency), amount in sums(new).items():
        summed[words[kind], currency] += int(amount)
    assert +summed == +straightforward(flows)
    assert len(new) == sum(each["newMoney"] for each in flows)
    assert {each.location for each in new} > {"Afghanistan"}
    own = [each["amountUSD"] for each in flows if each["newMoney"]]
    assert sum(sums(new, currency="USD", by=()).values()) == sum(own)


@pytest.mark.skipif(not FTS.exists(), reason="the data of FTS are not here")
def test_a_real_table_sums_up_as_read_straightforwardly(tmp_path: Path) -> None:
    """Each row is one event; imported once and again, the log has each once, with what was given in its currency."""
    path = FTS / "fts_incoming_funding_afg.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    report = import_file(tmp_path, "fts", File(path=path), recorded_at=NOW)
    assert dict(report.outcomes) == {"new": len(table)}
    assert dict(import_file(tmp_path, "fts", File(path=path), recorded_at=NOW).outcomes) == {"unchanged": len(table)}
    expected: Counter[str] = Counter()
    for row in table:
        if row["flowType"] != "Carryover" and "Pooled fund" not in row["srcOrganizationTypes"]:
            own = float(row["originalAmount"] or 0) != 0 and row["originalCurrency"]
            expected[row["originalCurrency"] if own else "USD"] += int(row["originalAmount" if own else "amountUSD"])
    found: Counter[str] = Counter()
    for each in Timeline.open(tmp_path).as_of("2026-01-01").replay(MoneySums()).rows:
        found[str(each.key[1])] += int(each.bounds.low)
    assert +found == +expected
    place = re.compile(r"fts_incoming_funding_afg\.csv, line [0-9]+")
    assert all(place.fullmatch(str(event.sources[0].locator)) for event in events(File(path=path)))
