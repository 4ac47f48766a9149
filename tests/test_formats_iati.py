"""IATI files as a whole: real ones against a straightforward reading, versions, and other files."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st
from iatifiles import IATI, NOW, REAL, activity, file, found_in, org, related, transaction

from aidtimeline import Timeline
from aidtimeline.checks import check
from aidtimeline.codec import encode, record_id
from aidtimeline.codec.jsonlines import MAX_LINE_BYTES
from aidtimeline.errors import UnreadableFile
from aidtimeline.events import Commitment, Disbursement, Event, Record, Status
from aidtimeline.formats.iati import read
from aidtimeline.formats.iati.copies import AGAIN, OF_ANOTHER, OLDER
from aidtimeline.formats.iati.values import identifier
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import SAID_BEFORE
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Whole
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Party, Vocabulary

FIRST_VERSION = IATI / "activities" / "datastore-fixture-JP-v1.xml"
needs_data = pytest.mark.skipif(not IATI.exists(), reason="the IATI files are not here")
each_real = pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)

#: Kind and side of a type of transactions.
TYPES = {
    "1": ("receipt", "receiver"),
    "2": ("commitment", "provider"),
    "3": ("disbursement", "provider"),
    "4": ("expenditure", "provider"),
    "11": ("commitment", "receiver"),
    "12": ("pledge", "provider"),
    "13": ("pledge", "receiver"),
}

#: What of an indicator states a value.
VALUES = ("period/actual", "period/target", "baseline")


def plainly(path: Path) -> Iterator[tuple[ElementTree.Element, ElementTree.Element]]:
    """Each transaction with its activity, in the order of the file."""
    for one in ElementTree.parse(path).getroot():
        for each in one.findall("transaction"):
            yield one, each


def code(element: ElementTree.Element, name: str, attribute: str) -> str | None:
    found = element.find(name)
    return None if found is None else found.get(attribute)


@needs_data
@each_real
def test_totals_are_those_of_a_straightforward_reading(path: Path) -> None:
    """By activity, type, side and currency."""
    expected: Counter[tuple[object, ...]] = Counter()
    for one, each in plainly(path):
        kind, books = TYPES[code(each, "transaction-type", "code") or ""]
        currency = code(each, "value", "currency") or one.get("default-currency")
        amount = Decimal((each.findtext("value") or "").strip())
        expected[(one.findtext("iati-identifier") or "").strip(), kind, books, currency] += amount  # type: ignore[assignment]
    found: Counter[tuple[object, ...]] = Counter()
    for entry in found_in(path).entries:
        value = getattr(entry.event, "value", None)
        if value is not None:
            side = getattr(entry.event, "side", None)
            found[entry.event.project, entry.event.kind, side, value.currency] += value.amount.low
    assert expected
    assert found == expected


@needs_data
@each_real
def test_dates_are_those_of_a_straightforward_reading(path: Path) -> None:
    """The day of a transaction and the day of its value are both kept, each as it is."""
    expected = [
        (code(each, "transaction-date", "iso-date"), code(each, "value", "value-date")) for _, each in plainly(path)
    ]
    money = [entry.event for entry in found_in(path).entries if hasattr(entry.event, "value_date")]
    assert [(each.date.text, each.value_date and each.value_date.text) for each in money] == expected


@needs_data
def test_value_dates_and_transaction_dates_differ_in_a_real_file() -> None:
    """In 7 of 51 transactions: either would be wrong instead of the other."""
    money = [each.event for each in found_in(REAL[1]).entries if hasattr(each.event, "value_date")]
    assert len(money) == 51
    assert len([each for each in money if each.value_date is not None and each.value_date != each.date]) == 7


@needs_data
@each_real
def test_everything_else_is_counted_as_a_straightforward_reading_counts(path: Path) -> None:
    """One project and status an activity, one participation an organisation, one observation a plan or a number.

    And one project a child that an activity names.
    """
    root = ElementTree.parse(path).getroot()
    expected = Counter(
        project=len(root.findall("iati-activity"))
        + len(root.findall("iati-activity/related-activity[@type='2'][@ref]")),
        status=len(root.findall("iati-activity/activity-status")),
        participation=len(root.findall("iati-activity/participating-org")),
        observation=len(root.findall("iati-activity/budget"))
        + len(root.findall("iati-activity/planned-disbursement"))
        + sum(len(root.findall(f"iati-activity/result/indicator/{part}[@value]")) for part in VALUES),
    )
    found: Counter[str] = Counter(each.event.kind for each in found_in(path).entries)
    assert {kind: found[kind] for kind in expected} == expected


@needs_data
@each_real
def test_each_entry_leads_back_to_its_element(path: Path) -> None:
    """References are unique; the locator names the file and the line in which the element begins."""
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = found_in(path).entries
    keys = Counter((each.event.sources[0].dataset, each.event.ref) for each in entries)
    assert max(keys.values()) == 1
    for each in entries:
        name, _, line = (each.event.sources[0].locator or "").rpartition(", line ")
        what = (each.event.ref or "").split("/")[1]
        elements = {"transaction": ["<transaction"], "result": [f"<{part.rpartition('/')[2]}" for part in VALUES]}
        assert name == path.name
        assert any(element in lines[int(line) - 1] for element in elements.get(what, ["<"]))


@needs_data
def test_real_files_come_into_a_log_without_an_error_of_ours(tmp_path: Path) -> None:
    """What `check` calls an error is in the data: a project that ends before it begins."""
    for path in REAL:
        import_file(tmp_path, "iati", path, recorded_at=NOW)
    errors = [each for each in check(Timeline.open(tmp_path).records) if each.severity == "error"]
    assert [each.code for each in errors] == ["ends-before-start"]
    assert "31 Dec 2050" in errors[0].message


@needs_data
def test_importing_real_files_again_changes_nothing(tmp_path: Path) -> None:
    """Not a byte."""
    for path in REAL:
        assert import_file(tmp_path, "iati", path, recorded_at=NOW).recorded > 0
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    for path in REAL:
        assert import_file(tmp_path, "iati", path, recorded_at=datetime(2031, 1, 1, tzinfo=UTC)).recorded == 0
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


@needs_data
def test_the_first_versions_of_iati_are_refused() -> None:
    """In one clear line, with file and line."""
    with pytest.raises(UnreadableFile) as caught:
        found_in(FIRST_VERSION)
    [problem] = caught.value.problems
    assert "IATI 1.x, which is not read (2.01 to 2.03 are)" in problem.message
    assert (problem.file, problem.line) == (str(FIRST_VERSION), 2)


def refused(path: Path, text: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        found_in(path, text)
    [problem] = caught.value.problems
    assert "\n" not in problem.message
    return problem.message


@pytest.mark.parametrize("version", ["1.01", "1.05", "1.0", "1.4"])
def test_a_first_version_that_says_so_is_refused(tmp_path: Path, version: str) -> None:
    """By its number, whatever is in it."""
    assert "IATI 1.x, which is not read" in refused(tmp_path, file(activity(), version=version))


@pytest.mark.parametrize(
    "part", ['<activity-date type="start-actual" iso-date="2012-01-31"/>', '<participating-org role="Funding"/>']
)
def test_a_first_version_that_does_not_say_so_is_known_by_its_codes(tmp_path: Path, part: str) -> None:
    """They were words."""
    assert "IATI 1.x, which is not read" in refused(tmp_path, file(activity(), activity(part, id="XM-2"), version=None))


def test_a_file_without_a_version_and_with_codes_of_the_second_is_read(tmp_path: Path) -> None:
    """It is said."""
    part = '<activity-date type="1" iso-date="2012-01-31"/>'
    found = found_in(tmp_path, file(activity(part), version=None))
    assert len(found.entries) == 1
    assert [each.reason for each in found.remarks] == ["a file that does not say its version: it is read as IATI 2.03"]


@pytest.mark.parametrize(("version", "remarks"), [("2.01", 0), ("2.02", 0), ("2.03", 0), (" 2.03 ", 0), ("2.04", 1)])
def test_other_second_versions_are_read(tmp_path: Path, version: str, remarks: int) -> None:
    """They can be read as 2.03; of an unknown one it is said."""
    found = found_in(tmp_path, file(activity(), version=version))
    assert (len(found.entries), len(found.remarks)) == (1, remarks)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html><body>404</body></html>", "it is not IATI: its root is 'html', expected 'iati-activities'"),
        ('<iati-activities xmlns="urn:x"/>', "it is not IATI: its root is 'urn:x iati-activities'"),
        ('<iati-organisations version="2.03"/>', "it is an IATI file of organisations"),
        ('<iati-activities version="3.01"/>', "it is of version '3.01', expected one of 2.01, 2.02, 2.03"),
        ("<!DOCTYPE iati-activities><iati-activities/>", "it has a document type declaration (DOCTYPE)"),
        ("id,value\n1,2\n", "it is not XML"),
        ("", "it is not XML"),
    ],
)
def test_what_is_no_file_of_activities_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """With what was found, and what was expected."""
    assert refused(tmp_path, text).startswith(message)


def test_a_file_without_activities_says_nothing(tmp_path: Path) -> None:
    """It is a file of activities all the same."""
    assert found_in(tmp_path, file()).readings == []


def test_what_is_read_says_who_reports_it_and_since_when_it_is_known(tmp_path: Path) -> None:
    """The first source of each is the file: its dataset is that of the reporting organisation."""
    found = found_in(tmp_path, file(activity(transaction(), last_updated_datetime="2023-03-01T23:30:00-05:00")))
    sources = [each.event.sources[0] for each in found.entries]
    assert {(each.publisher, each.dataset) for each in sources} == {("Ministry of Examples", "iati/XM-R")}
    assert {each.published and each.published.text for each in sources} == {"2023-03-02"}
    assert [each.locator for each in sources] == ["activities.xml, line 2", "activities.xml, line 5"]


@pytest.mark.parametrize(
    ("updated", "generated", "given", "published"),
    [
        ("2023-03-01T09:30:00Z", "2024-01-01T00:00:00Z", "2025", "2023-03-01"),
        ("2023-03-01T09:30:00.123", None, None, "2023-03-01"),
        ("2023-03-01", None, None, "2023-03-01"),
        (None, "2024-01-01T00:00:00Z", "2025", "2024-01-01"),
        (None, None, "2025", "2025"),
        (None, None, None, None),
        ("yesterday", "2024-01-01T00:00:00Z", None, "2024-01-01"),
        ("yesterday", "soon", "2025", "2025"),
    ],
)
def test_the_time_of_the_report(
    tmp_path: Path, updated: str | None, generated: str | None, given: str | None, published: str | None
) -> None:
    """The activity's own, else the file's, else what the user says, else none; one that is not a date gets a remark."""
    text = file(activity(last_updated_datetime=updated), generated_datetime=generated)
    found = found_in(tmp_path, text, published=None if given is None else DateRange(given))
    [source] = found.entries[0].event.sources
    assert (source.published and source.published.text) == published
    assert len(found.remarks) == [updated, generated].count("yesterday") + [updated, generated].count("soon")


def test_the_user_may_name_the_dataset(tmp_path: Path) -> None:
    """Then all of the file is in it."""
    found = found_in(tmp_path, file(activity(transaction())), dataset="iati/ours")
    assert {each.event.sources[0].dataset for each in found.entries} == {"iati/ours"}


@pytest.mark.parametrize(
    ("reporter", "dataset", "publisher"),
    [
        (org("reporting-org", "XM-R"), "iati/XM-R", "XM-R"),
        (org("reporting-org", None, "Us"), "iati/Us", "Us"),
        (
            org("reporting-org", "XM-" + "R" * 500),
            f"iati/XM-{'R' * 159}~91b6348b09024c1dc77ff8e50193fa06",
            "XM-" + "R" * 196 + "…",
        ),
        ("", "iati", None),
    ],
)
def test_who_reports_may_be_told_in_part(tmp_path: Path, reporter: str, dataset: str, publisher: str | None) -> None:
    """By identifier, or name, or not at all."""
    [entry] = found_in(tmp_path, file(activity(reporter=reporter))).entries
    [source] = entry.event.sources
    assert (source.dataset, source.publisher) == (dataset, publisher)


def test_an_activity_is_told_in_full(tmp_path: Path) -> None:
    """Each begins and ends with the word that it does, by what all its references begin with."""
    found = found_in(tmp_path, file(activity(transaction()), activity(id="XM-12")))
    assert [type(each) for each in found.readings] == [Beginning, Entry, Entry, Whole, Beginning, Entry, Whole]
    assert [each.scope for each in found.wholes] == ["XM-1/", "XM-12/"]
    assert all((each.event.ref or "").startswith(("XM-1/", "XM-12/")) for each in found.entries)


def test_no_activity_is_within_another_by_its_identifier(tmp_path: Path) -> None:
    """A slash in an identifier is no slash of a reference, so that one activity's end takes nothing of another."""
    found = found_in(tmp_path, file(activity(id="XM/1"), activity(id="XM/1/0"), activity(id="XM%2F1")))
    assert [each.scope for each in found.wholes] == ["XM%2F1/", "XM%2F1%2F0/", "XM%252F1/"]
    assert [each.event.project for each in found.entries] == ["XM/1", "XM/1/0", "XM%2F1"]


@pytest.mark.parametrize("id", [None, "", "  \n "])
def test_an_activity_without_an_identifier_is_skipped(tmp_path: Path, id: str | None) -> None:
    """Nothing of it could be known again; the next is read."""
    found = found_in(tmp_path, file(activity(transaction(), id=id), activity()))
    [skipped] = found.skipped
    assert (skipped.reason, skipped.line) == ("an activity without an iati-identifier", 2)
    assert str(skipped.value) == "USD 100", "what its transactions come to"
    assert len(found.entries) == 1


def test_an_activity_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    """Its money is never summed twice, even if another organisation reports it again."""
    other = org("reporting-org", "XM-S")
    found = found_in(tmp_path, file(activity(transaction()), activity(transaction(), id=" XM-1\n", reporter=other)))
    assert [(each.reason, each.found) for each in found.skipped] == [
        ("an activity with the iati-identifier of another one in the file: the first is read", "XM-1")
    ]
    assert found.money() == {("disbursement", "USD"): "100"}


def test_of_an_activity_that_a_file_has_in_several_versions_the_newest_is_read(tmp_path: Path) -> None:
    """Wherever it stands; the others are told, and no loss."""
    versions = [
        activity(transaction(value=f"{n}0"), last_updated_datetime=f"2023-03-0{n}T12:00:00Z") for n in (1, 2, 3)
    ]
    for order in permutations(versions):
        found = found_in(tmp_path, file(*order, activity(transaction(value="1"), id="XM-2")))
        assert found.money() == {("disbursement", "USD"): "31"}
        assert (found.skipped, [each.reason for each in found.remarks]) == ([], [OLDER, OLDER])


def test_an_activity_that_stands_in_a_file_again_is_no_loss(tmp_path: Path) -> None:
    """It says the same, at whatever instant it was updated."""
    again = [activity(transaction(), last_updated_datetime=f"2023-03-01T0{n}:00:00Z") for n in (1, 2)]
    found = found_in(tmp_path, file(*again))
    assert (found.skipped, [each.reason for each in found.remarks]) == ([], [AGAIN])
    assert found.money() == {("disbursement", "USD"): "100"}


def test_what_another_part_of_an_activity_has_is_skipped_with_its_sum_and_stays_in_the_log(tmp_path: Path) -> None:
    """A file that has the activity once a year: nobody says whether its parts add up, or which of them is right."""
    first, both, second = transaction(value="70"), transaction(value="1"), transaction(value="50", currency="EUR")
    found = found_in(tmp_path, file(activity(first, both), activity(both, second)))
    assert [(each.reason, each.place, str(each.value)) for each in found.skipped] == [
        (OF_ANOTHER, "transaction 2 of XM-1", "EUR 50")
    ]
    assert found.money() == {("disbursement", "USD"): "71"}
    whole, parts = tmp_path / "whole.xml", tmp_path / "parts.xml"
    whole.write_text(file(activity(first, both, second)))
    later = {"last_updated_datetime": "2023-04-01T00:00:00Z"}
    parts.write_text(file(activity(first, both, **later), activity(both, second, **later)))
    for path in (whole, parts):
        report = import_file(tmp_path / "log", "iati", path)
    assert report.outcomes == {"unchanged": 3}
    sums = Timeline.open(tmp_path / "log").as_of("2030-01-01").money()
    assert {row.currency: int(row.low) for row in sums.rows} == {"USD": 71, "EUR": 50}


def test_an_older_version_that_says_the_same_is_told(tmp_path: Path) -> None:
    """Imported after a newer one it changes nothing, also not since when a thing was known."""
    for year in ("2024", "2023", "2024"):
        path = tmp_path / f"{year}.xml"
        path.write_text(file(activity(transaction(), last_updated_datetime=f"{year}-03-01T00:00:00Z")))
        report = import_file(tmp_path / "log", "iati", path)
        told = len(report.remarks.get(SAID_BEFORE, ()))
        assert told == (2 if year == "2023" else 0), "the profile and the transaction"
    known = Timeline.open(tmp_path / "log").as_of("2023-12-31", known_at="2023-12-31")
    assert not known.money().rows


SECONDARY = org("reporting-org", "XM-S", secondary_reporter="1")


@pytest.mark.parametrize("own_first", [True, False])
def test_who_does_it_is_read_before_who_tells_of_it(tmp_path: Path, own_first: bool) -> None:
    """A secondary reporter's activity is left out if its publisher tells of it, whichever is first; else it is read."""
    both = [
        activity(transaction(value="100"), related("1", "XM-P")),
        activity(transaction(value="90"), related("1", "XM-Q"), reporter=SECONDARY),
    ]
    lone = activity(transaction(value="5"), id="XM-2", reporter=SECONDARY)
    found = found_in(tmp_path, file(*(both if own_first else both[::-1]), lone))
    assert [(str(each.value), each.overlaps) for each in found.events(Disbursement)] == [
        ("USD 100", ("XM-P",)),
        ("USD 5", ()),
    ]
    told = {each.reason.partition(":")[0]: each.found for each in found.remarks if "secondary" in each.reason}
    assert told == {
        "an activity that its publisher reports in this file": "XM-1",
        "an activity that a secondary reporter reports, and not who does it": "XM-S",
    }
    begun = [each for each in found.readings if isinstance(each, Beginning)]
    assert [(each.scope, each.reproduced) for each in begun] == [("XM-1/", False), ("XM-2/", True)]


def test_identifiers_are_kept_whole(tmp_path: Path) -> None:
    """What cannot be printed is written as its number, and a long one has its digest: others are other activities."""
    ids = [
        "XM-1",
        "XM-1\u200b",
        "XM-1\U0010005f",
        "XM-1\U00100060",
        r"XM-1\u{200b}",
        "XM-1-" + "x" * 250,
        "XM-1-" + "x" * 251,
    ]
    texts = [activity(transaction(value=str(2**n)), id=each) for n, each in enumerate(ids)]
    found = found_in(tmp_path, file(*texts))
    assert found.skipped == []
    projects = [each.project for each in found.events(Disbursement)]
    assert projects[:5] == ["XM-1", r"XM-1\u{200b}", r"XM-1\u{10005f}", r"XM-1\u{100060}", r"XM-1\u{5c}u{200b}"]
    assert len(set(projects)) == len(ids)
    assert all(each is not None and len(each) <= 200 and each.isprintable() for each in projects)


@given(st.lists(st.text(max_size=12) | st.text("\\u{}05c ab\u200b", max_size=12), min_size=2, max_size=2, unique=True))
def test_no_two_identifiers_become_one(texts: list[str]) -> None:
    """But for space around them, and how much of it is within."""
    spaced = [re.sub("[ \t\r\n]+", " ", each.strip(" \t\r\n")) for each in texts]
    assert (identifier(texts[0]) == identifier(texts[1])) == (spaced[0] == spaced[1])


def test_a_former_identifier_is_told(tmp_path: Path) -> None:
    """Of the publisher, or of the activity: the importer knows what the log has under it."""
    given = activity(
        '<other-identifier ref="XM-0" type="B1"/>', '<other-identifier ref="OLD/7" type="A3"/>', id="XM-R-7"
    )
    [begun] = [each for each in found_in(tmp_path, file(given)).readings if isinstance(each, Beginning)]
    assert (begun.formerly, begun.anywhere) == (("XM-0-7/", "OLD%2F7/"), "iati/")


def test_elements_of_other_namespaces_are_passed_over(tmp_path: Path) -> None:
    """Extensions of publishers are no part of IATI."""
    extension = '<x:transaction xmlns:x="urn:x"><value>5</value></x:transaction><transaction xmlns="urn:x"/>'
    inner = transaction("3", "100", "2022-05-06", '<value xmlns="urn:x">7</value>')
    found = found_in(tmp_path, file(activity(extension, inner)))
    assert found.money() == {("disbursement", "USD"): "100"}


def test_organisations_are_known_by_the_vocabulary(tmp_path: Path) -> None:
    """By identifier or by name; their references do not depend on it."""
    vocabulary = Vocabulary(parties={"JP": Party(slug="JP", name="Japan", iati_org_id="XM-DAC-701")})
    parts = [org("provider-org", "XM-DAC-701", "Gov. of Japan"), org("receiver-org", None, "japan")]
    text = file(activity(transaction("3", "1", "2022-01-01", *parts)))
    [plain], [known] = (
        found_in(tmp_path, text, **more).events(Disbursement) for more in ({}, {"vocabulary": vocabulary})
    )
    assert (plain.donor, plain.recipient) == ("XM-DAC-701", "japan")
    assert (known.donor, known.recipient) == ("JP", "JP")
    assert plain.ref == known.ref


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_files_in_other_encodings_and_packed_ones_are_read(tmp_path: Path, encoding: str) -> None:
    """Parents and children are found in them too."""
    whole, part = activity(transaction(), id="XM-Ä"), activity(transaction(), related("1", "XM-Ä"))
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + file(part, whole)
    found = found_in(tmp_path, gzip.compress(text.encode(encoding)))
    assert [each.overlaps for each in found.events(Disbursement)] == [("XM-Ä",), ()]


def test_progress_is_told_from_nothing_to_all(tmp_path: Path) -> None:
    """It never goes back, though a file with parents is read twice."""
    path = tmp_path / "activities.xml"
    path.write_text(file(*(activity(transaction(), related("1", "XM-0"), id=f"XM-{n}") for n in range(500))))
    parts: list[float] = []
    assert list(read(File(path=path, progress=parts.append)))
    assert parts[-1] == 1
    assert parts == sorted(parts)


LONG = "x" * 100_000


def test_texts_of_any_length_make_lines_that_the_log_takes(tmp_path: Path) -> None:
    """Titles, names, notes, references and links are kept within bounds."""
    links = "".join(f'<document-link url="http://x/{n}/{"y" * 1900}"/>' for n in range(500))
    parts = [
        f"<title><narrative>{LONG}</narrative></title>",
        org("participating-org", LONG, LONG, role="1"),
        transaction("3", "1", "2022-01-01", org("provider-org", LONG), org("receiver-org", None, LONG), ref=LONG),
        transaction("3", "1", "2022-01-01", f"<description><narrative>{LONG}</narrative></description>"),
        f'<related-activity type="1" ref="{LONG}"/><document-link url="{LONG}"/>{links}',
        f'<result><title><narrative>{LONG}</narrative></title><indicator measure="1">'
        f"<title><narrative>{LONG}</narrative></title>"
        '<period><period-start iso-date="2020-01-01"/><period-end iso-date="2020-12-31"/><actual value="1">'
        f'<location ref="{LONG}"/><dimension name="{LONG}" value="{LONG}"/><comment><narrative>{LONG}</narrative>'
        f"</comment></actual></period>{links}</indicator>{links}</result>",
    ]
    found = found_in(tmp_path, file(activity(*parts, id=LONG, reporter=org("reporting-org", LONG, LONG))))
    assert [each.event.kind for each in found.entries] == [
        "project", "participation", "disbursement", "disbursement", "observation"
    ]  # fmt: skip
    for each in found.entries:
        line = encode(Record(record_id(each.event), NOW, each.event))
        assert len(line.encode()) < MAX_LINE_BYTES / 2


def peak_of_reading(path: Path, activities: int) -> int:
    """How many bytes are held at most while so many activities are read."""
    body = activity(*(transaction(ref=f"T{n}") for n in range(20)), related("1", "XM-0"), id="XM-{}")
    path.write_text(file(*(body.replace("{}", str(number)) for number in range(activities))))
    tracemalloc.start()
    assert sum(1 for each in read(File(path=path)) if isinstance(each, Entry)) == 21 * activities
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_many_activities_are_read_at_steady_memory(tmp_path: Path) -> None:
    """What is remembered of an activity is its identifier and its parents."""
    path = tmp_path / "activities.xml"
    peak_of_reading(path, 10)
    few, many = peak_of_reading(path, 100), peak_of_reading(path, 600)
    assert many - few < 500 * 1000


WHOLE = file(
    activity(
        "<title><narrative>Clearance</narrative></title>",
        org("participating-org", "XM-A", "Agency", role="4"),
        '<activity-status code="2"/><activity-date type="1" iso-date="2020-01-01"/>',
        transaction("3", "100.50", "2022-05-06", org("provider-org", "XM-P"), ref="T1", value_date="2022-05-07"),
        transaction("11", "-3", "2022-05-06", currency="EUR"),
        related("1", "XM-2"),
    ),
    activity(transaction(), id="XM-2"),
).encode()


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_that_breaks_off_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """Wherever it does."""
    with pytest.raises(UnreadableFile):
        found_in(tmp_path_factory.getbasetemp(), WHOLE[:cut])


@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_file_that_was_tampered_with_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, gone: int, junk: str
) -> None:
    """There is no other error; and what is read can be recorded."""
    text = WHOLE[:place] + junk.encode() + WHOLE[place + gone :]
    try:
        found = found_in(tmp_path_factory.getbasetemp(), text)
    except UnreadableFile:
        return
    for each in found.entries:
        assert json.loads(encode(Record(record_id(each.event), NOW, each.event)))["kind"] == each.event.kind


def versions(folder: Path, *texts: str) -> list[Event]:
    """What a log believes once these versions of a file were imported, one a day."""
    path = folder / "activities.xml"
    for number, text in enumerate(texts):
        path.write_text(text)
        import_file(folder / "log", "iati", path, recorded_at=datetime(2029, 1, 1 + number, tzinfo=UTC))
    view = Timeline.open(folder / "log").as_of("2029-06-01")
    return [each.event for each in view.facts if each.certain]


def test_a_later_version_changes_only_what_it_tells_otherwise(tmp_path: Path) -> None:
    """Values are corrected, what is gone is retracted, states follow each other, and the rest stays as it was."""
    first = activity('<activity-status code="2"/>', *(transaction(ref=ref) for ref in ("T1", "T2", "T3")))
    parts = [transaction(ref="T1"), transaction(value="7", ref="T2"), transaction("2", ref="T4")]
    later = activity('<activity-status code="4"/>', *parts, last_updated_datetime="2024-03-01T09:30:00Z")
    events = versions(tmp_path, file(first), "\n\n" + file(later), "\n" + file(later))
    money = {each.ref: each.value for each in events if isinstance(each, Disbursement | Commitment)}
    assert {ref: str(value) for ref, value in money.items()} == {
        "XM-1/transaction/T1": "USD 100",
        "XM-1/transaction/T2": "USD 7",
        "XM-1/transaction/T4": "USD 100",
    }
    assert [(each.status, each.date.text) for each in events if isinstance(each, Status)] == [
        ("closed", "2023-03-02/2024-03-01")
    ]
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "log" / "iati.jsonl").read_text().splitlines()]
    assert Counter(kinds)["correction"] == 1
    assert Counter(kinds)["retraction"] == 1


def test_a_version_that_says_the_same_later_changes_nothing(tmp_path: Path) -> None:
    """Neither do other lines, nor a later date of the report."""
    period = '<period-start iso-date="2023-01-01"/><period-end iso-date="2023-12-31"/>'
    budget = f'<budget type="1">{period}<value>5</value></budget>'
    agency = org("participating-org", "XM-A", role="4")
    parts = ['<activity-status code="2"/>', agency, transaction(), transaction(), budget]
    texts = [file(activity(*parts, last_updated_datetime=f"{year}-03-01T09:30:00Z")) for year in (2023, 2024, 2025)]
    versions(tmp_path, texts[0], "\n\n" + texts[1], texts[2])
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "log" / "iati.jsonl").read_text().splitlines()]
    assert kinds == ["project", "status", "participation", "disbursement", "disbursement", "observation"]
