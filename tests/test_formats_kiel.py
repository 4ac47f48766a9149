"""The reader of the Ukraine Support Tracker, on small made-up releases."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from workbooks import workbook

from aidtimeline import EventLog, Source, Timeline
from aidtimeline.errors import InvalidValue, UnreadableFile
from aidtimeline.events import Commitment, Correction, Delivery, Event, EventKind, Observation, Pledge, Retraction
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.kiel import columns, entries, packages, read, tranches
from aidtimeline.formats.kiel.headlines import NOT_ADDED
from aidtimeline.formats.kiel.texts import read_date, read_units, read_value
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped, Whole
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Party, Vocabulary

#: The columns of release 7 that are read, by what these tests call them.
RELEASE_7 = {
    "id": "ID",
    "donor": "countries",
    "date": "Announcement Date",
    "general": "Type of Aid General",
    "specific": "Type of Aid Specific",
    "explanation": "Explanation",
    "currency": "Original Currency",
    "value": "Monetary Value as Given by Source",
    "item": "Item",
    "type": "Type of item",
    "units": "No. of Units",
    "delivered": "No. of Units delivered (in-kind military aid)",
    "price": "Unit Price in USD",
    "promised_usd": "Value committed (own estimate, in USD)",
    "delivered_usd": "Value delivered (own estimate, in USD)",
    "total": "Total",
    "total_eur": "Converted Value in EUR",
    "delivered_eur": "Total monetary value delivered in EUR",
    "link_1": "Source of Aid 1",
    "link_2": "Source of Aid 2",
    "delivery_link": "Source for Delivery",
    "first": "Total_value_dummy (1 is first row in the package)",
}
LATER = {
    "id": "activity_id",
    "part": "sub_activity_id",
    "donor": "donor",
    "date": "announcement_date",
    "measure": "measure",
    "general": "aid_type_general",
    "specific": "aid_type_specific",
    "explanation": "explanation",
    "currency": "reporting_currency",
    "value": "source_reported_value",
    "item": "item",
    "type": "item_type",
    "units": "item_numb",
    "delivered": "item_numb_deliv",
    "price": "item_price_USD",
    "total": "tot_activity_value",
    "part_total": "tot_sub_activity_value",
    "total_eur": "tot_activity_value_EUR",
    "part_total_eur": "tot_sub_activity_value_EUR",
}
#: What later releases are known to have at the least.
LEAST = ("id", "donor", "date", "measure", "general", "specific", "currency", "item", "units", "delivered", "price")

USUAL = {"id": "JPM1", "donor": "Japan", "date": "2022-04-05", "general": "Military", "specific": "Equipment"}
VALUED = {**USUAL, "currency": "JPY", "value": "1000"}


def row(**cells: str) -> dict[str, str]:
    return {**VALUED, **cells}


def written(path: Path, rows: Sequence[Mapping[str, str]], names: Mapping[str, str] = RELEASE_7) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(names.values()), restval=".")
        writer.writeheader()
        writer.writerows({names[what]: text for what, text in each.items() if what in names} for each in rows)
    return path


def readings(
    folder: Path, *rows: Mapping[str, str], names: Mapping[str, str] = RELEASE_7, published: str | None = "2022-10-03"
) -> list[Reading]:
    path = written(folder / "tracker.csv", rows, names)
    return list(read(File(path=path, published=None if published is None else DateRange(published))))


def events(readings: Sequence[Reading]) -> dict[str, Any]:
    found = {each.event.ref: each.event for each in readings if isinstance(each, Entry)}
    assert len(found) == sum(isinstance(each, Entry) for each in readings)
    return {ref or "": event for ref, event in found.items()}


def worth_a_look(readings: Sequence[Reading]) -> list[tuple[str, str | None]]:
    return [(each.reason, each.found) for each in readings if isinstance(each, Remark | Skipped)]


# What cells say.


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2022-03-01", "2022-03-01"),
        ("2022-03-01 00:00:00", "2022-03-01"),
        ("until 7/27/2022", "[..2022-07-27]"),
        ("until  5/7/2022", "[..2022-05-07]"),
        ("not specified, 03/22", "2022-03"),
        ("unclear, 04/22", "2022-04"),
        ("unclear, 09/2022", "2022-09"),
        ("between 3/4/22 & 3/11/22", "[2022-03-04..2022-03-11]"),
        ("between 3/20/2022 and 7/1/2022", "[2022-03-20..2022-07-01]"),
        ("since 2/24/2022", "[2022-02-24..]"),
        ("29/06/2022", "2022-06-29"),
        ("by October 3, 2022", "[..2022-10-03]"),
        ("March 2023", "2023-03"),
        ("2022-2023", "2022/2023"),
        ("unspecified", "../.."),
        ("Undisclosed", "../.."),
        ("", "../.."),
    ],
)
def test_dates_that_are_not_dates(text: str, meant: str) -> None:
    """A date is as open as its words are; numbers with strokes are American."""
    assert read_date(text).edtf == meant
    assert DateRange(meant)


@pytest.mark.parametrize(
    "text", ["soon", "13/13/2022", "22/2022", "between 7/1/2022 and 3/1/2022", "until further notice"]
)
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    """A text that names no day is refused."""
    with pytest.raises(InvalidValue):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("216", "216"),
        ("0", "0"),
        ("7.725", "7.725"),
        ("2000.0", "2000"),
        ("70,000", "70000"),
        ("undisclosed", "1.."),
        ("Undisclosed", "1.."),
        ("partially", "1.."),
        ("dozens", "24.."),
        ("unknown", None),
        ("", None),
    ],
)
def test_units_in_numbers_and_words(text: str, meant: str | None) -> None:
    """What is undisclosed is more than none, what is not mentioned is unknown, and neither is 0."""
    units = read_units(text)
    assert (None if units is None else units.text) == meant


@pytest.mark.parametrize("text", ["1.000.00", "6.000.00", "2-3", "a few more", "1,00", "12 pieces", "½"])
def test_units_that_may_be_two_numbers_are_none(text: str) -> None:
    """A number that English sheets do not write so is refused."""
    with pytest.raises(InvalidValue):
        read_units(text)


@pytest.mark.parametrize("text", ["Not given", "No price", "", "-"])
def test_a_value_that_is_not_given_is_unknown(text: str) -> None:
    """It is no value, and not 0."""
    assert read_value(text) is None


# Packages.


def test_a_package_with_two_items(tmp_path: Path) -> None:
    """The value stands once, on the package; each item has its units; what was delivered is a level by the cut-off."""
    found = events(
        readings(
            tmp_path,
            row(item="helmet", units="100", delivered="60", first="1", link_1="https://a.example", link_2="."),
            row(item="ballistic vest", units="undisclosed", delivered=".", delivery_link="https://b.example"),
        )
    )
    package, helmets, vests = found["JPM1"], found["JPM1/promised/helmet"], found["JPM1/promised/ballistic vest"]
    assert isinstance(package, Pledge)
    assert (str(package.value), package.item, package.date.text) == ("JPY 1,000", None, "2022-04-05")
    assert (package.donor, package.recipient, package.package) == ("Japan", "Ukraine", "JPM1")
    assert package.note == "Military: equipment"
    assert [source.url for source in package.sources] == [None, "https://a.example"]
    assert (helmets.value, helmets.item, helmets.quantity.text) == (None, "helmet", "100")
    assert (vests.quantity.text, vests.sources[0].quote) == ("1..", "undisclosed")
    delivered = found["JPM1/delivered/helmet"]
    assert type(found["JPM1/delivered/helmet"]) is Delivery
    assert (delivered.quantity.text, delivered.date.text) == ("60", "[..2022-10-03]")
    assert set(found) == {"JPM1", "JPM1/promised/helmet", "JPM1/promised/ballistic vest", "JPM1/delivered/helmet"}


def test_a_release_may_come_out_after_its_cut_off(tmp_path: Path) -> None:
    """Then it is known since it came out, and says what had been delivered by the cut-off."""
    rows = [row(item="truck", delivered="3", total_eur="5"), row(id="B", date="10/5/2022")]
    path = written(tmp_path / "release-7.csv", rows)
    found = list(read(File(path=path, published=DateRange("2022-10-11"), until=DateRange("2022-10-03"))))
    delivered, level = events(found)["JPM1/delivered/truck"], events(found)["headline/pledge"]
    assert (delivered.date.text, level.date.text) == ("[..2022-10-03]", "2022-10-03")
    assert {event.sources[0].published for event in events(found).values()} == {DateRange("2022-10-11")}
    assert worth_a_look(found) == []  # it came out on 11 October, and may tell of the 5th
    main = ("MAIN DATA", sheet_of(row(item="truck", delivered="3")))
    book = attrs.evolve(workbook(tmp_path / "x.xlsx", README, main), published=DateRange("2022-12-07"))
    delivered = events(list(read(book)))["JPM1/delivered/truck"]
    assert (delivered.date.text, delivered.sources[0].published) == ("[..2022-11-20]", DateRange("2022-12-07"))


def test_every_entry_leads_back_to_its_row(tmp_path: Path) -> None:
    """The first source names the dataset, its version, and the row."""
    path = written(tmp_path / "release_7_2022-10-03.csv", [row(), row(id="JPM2")])
    sources = [event.sources[0] for event in events(list(read(File(path=path)))).values()]
    assert {source.publisher for source in sources} == {"Kiel Institute for the World Economy"}
    assert {source.title for source in sources} == {"Ukraine Support Tracker, release 7"}
    assert {source.published for source in sources} == {DateRange("2022-10-03")}
    assert {source.dataset for source in sources} == {"kiel-ukraine-support-tracker"}
    assert [source.locator for source in sources] == [f"{path.name}, line {line}" for line in (2, 3)]


def test_the_user_knows_better(tmp_path: Path) -> None:
    """What the user says of the file, when it came out and what it is called, goes before what it says itself."""
    path = written(tmp_path / "release_7_2022-10-03.csv", [row(delivered="3", item="truck")])
    parties = {"JP": Party(slug="JP", name="Japan"), "UA": Party(slug="UA", name="ukraine")}
    file = File(path=path, published=DateRange("2022-10-11"), dataset="tracker", vocabulary=Vocabulary(parties=parties))
    event = events(list(read(file)))["JPM1/delivered/truck"]
    assert (event.sources[0].published, event.sources[0].dataset) == (DateRange("2022-10-11"), "tracker")
    assert (event.date.text, event.donor, event.recipient) == ("[..2022-10-11]", "JP", "UA")


@pytest.mark.parametrize(
    ("name", "number", "published"),
    [
        ("kiel_r7_oct2022_main.csv", "7", "2022-10"),
        ("Ukraine_Support_Tracker_Release_28.csv", "28", None),
        ("tracker-2024-12-31.csv", None, "2024-12-31"),
        ("tracker_2024_12.csv", None, "2024-12"),
        ("tracker_2024_12_31.csv", None, "2024-12-31"),
        ("tracker_2024-02-31.csv", None, None),
        ("tracker2022.csv", None, None),
    ],
)
def test_what_a_files_name_tells(tmp_path: Path, name: str, number: str | None, published: str | None) -> None:
    """The number of the release and its day or month, if they are in the name; the clock is not used."""
    source = events(list(read(File(path=written(tmp_path / name, [row()])))))["JPM1"].sources[0]
    assert source.title == "Ukraine Support Tracker" + (f", release {number}" if number else "")
    assert source.published == (DateRange(published) if published else None)


def test_without_a_cut_off_nothing_is_invented(tmp_path: Path) -> None:
    """Without a cut-off a level is of any time, and a late date cannot be distinguished from a right one."""
    found = readings(tmp_path, row(item="truck", delivered="3", date="2922-02-09"), published=None)
    assert events(found)["JPM1/delivered/truck"].date.text == "../.."
    assert worth_a_look(found) == []


def test_rows_of_a_package_need_not_stand_together(tmp_path: Path) -> None:
    """The total that they repeat is counted once, wherever they stand."""
    found = events(readings(tmp_path, row(item="helmet", units="1"), row(id="JPM2"), row(item="truck", units="2")))
    assert [ref for ref, event in found.items() if getattr(event, "value", None)] == ["JPM1", "JPM2"]


def test_the_value_is_that_of_the_row_marked_first(tmp_path: Path) -> None:
    """Or if none is marked, of the first that states one."""
    rows = [row(value="Not given"), row(value="700", date="2022-05-01"), row(value="700", first="1")]
    assert events(readings(tmp_path, *rows))["JPM1"].date.text == "2022-04-05"
    assert str(events(readings(tmp_path, rows[0], rows[1]))["JPM1"].value) == "JPY 700"


#: A package that is announced in three steps.
STEPS = [row(value="300", first="1"), row(value="500", date="2022-05-01"), row(value="200", date="2022-06-01")]
LATER_STEPS = ["JPM1/given/2022-05-01", "JPM1/given/2022-06-01"]


def with_total(total: str, rows: Sequence[Mapping[str, str]] = STEPS) -> list[dict[str, str]]:
    return [{**rows[0], "total": total}, *map(dict, rows[1:])]


def test_values_that_add_up_to_the_total_are_tranches(tmp_path: Path) -> None:
    """The tracker's own total says that each value is a part: each is a promise on its own date."""
    found = readings(tmp_path, *with_total("1000"))
    steps = {ref: (event.date.text, str(event.value)) for ref, event in events(found).items() if event.kind == "pledge"}
    assert steps == {
        "JPM1": ("2022-04-05", "JPY 300"),
        LATER_STEPS[0]: ("2022-05-01", "JPY 500"),
        LATER_STEPS[1]: ("2022-06-01", "JPY 200"),
    }
    assert worth_a_look(found) == [(tranches.ADD_UP, "JPY 300, JPY 500, JPY 200")]
    equal = [row(value="50", first="1"), row(value="50", date="2022-05-01"), row(value="50", date="2022-05-01")]
    pledged = [
        event for event in events(readings(tmp_path, *with_total("100", equal))).values() if event.kind == "pledge"
    ]
    assert [str(event.value) for event in pledged] == ["JPY 50", "JPY 50"]


def test_values_of_which_the_total_has_one(tmp_path: Path) -> None:
    """The tracker's total says which of them is the package's: the others are stated, and not counted."""
    found = readings(tmp_path, *with_total("500"))
    assert (str(events(found)["JPM1"].value), events(found)["JPM1"].date.text) == ("JPY 500", "2022-05-01")
    observed = events(found)["JPM1/given/2022-06-01"]
    assert (str(observed.quantity), observed.unit, observed.indicator) == ("200", "JPY", packages.TRANCHE)
    assert worth_a_look(found) == [(tranches.ONE_COUNTS, "JPY 300, JPY 500, JPY 200")]


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("1200", ["JPY 300", "JPY 200..500", "JPY 0..200"]),  # at least the largest so far: 300, then 500
        ("900", ["JPY 300", "JPY 200..500", "JPY 0..200"]),
        ("400", ["JPY 200..300", "JPY 0..500", "JPY 0..200"]),  # at least the smallest
        (".", ["JPY 200..300", "JPY 0..500", "JPY 0..200"]),
    ],
)
def test_values_that_may_add_up_are_bounds(tmp_path: Path, total: str, expected: list[str]) -> None:
    """If nobody says whether they add up, they are at least one of them, and at most all."""
    found = readings(tmp_path, *with_total(total))
    assert [events(found)[ref].value.text for ref in ("JPM1", *LATER_STEPS)] == expected
    assert worth_a_look(found) == [(tranches.MAY_ADD_UP, "JPY 300, JPY 500, JPY 200")]


def test_values_in_two_currencies_may_be_the_same(tmp_path: Path) -> None:
    """Each may be what the other is in its own currency."""
    found = events(readings(tmp_path, row(value="300"), row(value="2", currency="EUR", date="2022-05-01")))
    assert [found[ref].value.text for ref in ("JPM1", LATER_STEPS[0])] == ["JPY 0..300", "EUR 0..2"]


def test_a_total_of_more_than_was_given_is_said(tmp_path: Path) -> None:
    """What the source gave is counted, and nothing is added to it."""
    found = readings(tmp_path, *with_total("4000", [row(value="600"), row(value="600", date="2022-05-01")]))
    assert str(events(found)["JPM1"].value) == "JPY 600"
    assert worth_a_look(found) == [(tranches.MORE, "JPY 600 of JPY 4,000")]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 28)), min_size=2, max_size=5, unique_by=lambda each: each[1]),
    st.one_of(st.none(), st.integers(1, 40)),
)
def test_tranches_contain_what_the_rows_may_mean(steps: list[tuple[int, int]], total: int | None) -> None:
    """On every day the bounds contain the sum, the value stated last and the largest so far, if the total allows it."""
    rows = [row(value=str(value), date=f"2022-05-{day:02}") for value, day in steps]
    with TemporaryDirectory() as folder:
        found = events(readings(Path(folder), *with_total("." if total is None else str(total), rows)))
    pledged = [event for event in found.values() if event.kind == "pledge"]
    values = [value for value, _ in steps]
    if total in values or (len(set(values)) == 1 and total != sum(values)):  # it is repeated
        counted = total if total in values else values[0]
        assert [str(event.value) for event in pledged] == [f"JPY {counted}"]
        return
    for day in range(1, 29):
        so_far = [value for value, stated_on in sorted(steps, key=lambda each: each[1]) if stated_on <= day]
        bounds = sum((event.value.amount for event in pledged if event.date.latest.day <= day), Quantity.parse(0))
        assert bounds.high is not None
        meant = {sum(so_far)} if total == sum(values) else {sum(so_far), max(so_far, default=0)}
        if total is None or total < max(values):
            meant |= set(so_far[-1:])
        assert all(bounds.low <= each <= bounds.high for each in meant), (day, bounds, meant)


def test_values_that_cannot_be_read(tmp_path: Path) -> None:
    """Without a number or a currency a value is unknown, and it is said."""
    found = readings(
        tmp_path,
        row(id="A", value="1.000.00"),
        row(id="B", currency="Yen"),
        row(id="C", currency="."),
        row(id="D", value="Not given"),
    )
    assert {event.value for event in events(found).values()} == {None}
    assert worth_a_look(found) == [
        (entries.NO_VALUE, "1.000.00"),
        (entries.NO_CURRENCY, "1000 Yen"),
        (entries.NO_CURRENCY, "1000"),
    ]


def test_estimates_are_observations(tmp_path: Path) -> None:
    """The tracker's own figures are never a value: they are observations, with their unit, as of the release."""
    found = readings(
        tmp_path,
        row(
            item="truck",
            value="Not given",
            price="500",
            promised_usd="5000",
            delivered_usd="No price",
            total="7",
            total_eur="8.5",
        ),
        row(item="bus", value="Not given", price=".", promised_usd="about 9", delivered_eur="3", total_eur="0"),
    )
    observed = {
        ref: (str(e.quantity), e.unit, e.item)
        for ref, e in events(found).items()
        if isinstance(e, Observation) and e.unit
    }
    assert observed == {
        "JPM1/unit price/truck": ("500", "USD", "truck"),
        "JPM1/promised value/truck": ("5,000", "USD", "truck"),
        "JPM1/total": ("7", "JPY", None),
        "JPM1/total in EUR": ("8.5", "EUR", None),
        "JPM1/delivered in EUR": ("3", "EUR", None),
    }
    assert all(each.restated for each in found if isinstance(each, Entry) and isinstance(each.event, Observation))
    assert {event.value for event in events(found).values() if isinstance(event, Pledge)} == {None}
    assert worth_a_look(found) == [(entries.NO_ESTIMATE, "about 9")]


def test_a_total_in_no_currency_is_left_out(tmp_path: Path) -> None:
    """It is skipped, and said."""
    assert worth_a_look(readings(tmp_path, row(value=".", currency=".", total="7"))) == [(entries.NO_UNIT, "7")]


def test_one_item_on_several_rows(tmp_path: Path) -> None:
    """The rows are numbered in time, so that they keep their references if they move."""
    rows = [row(item="Javelin", units="2", date="2022-06-01"), row(item="javelin", units="1", date="until 3/1/2022")]
    for moved in (rows, rows[::-1]):
        found = events(readings(tmp_path, *moved))
        assert [found[ref].quantity.text for ref in ("JPM1/promised/javelin", "JPM1/promised/javelin#2")] == ["1", "2"]


def test_a_row_that_is_there_twice_is_counted_twice(tmp_path: Path) -> None:
    """It may be meant; it is said."""
    found = readings(tmp_path, *[row(item="truck", units="5", delivered="1")] * 2)
    refs = {"JPM1/promised/truck", "JPM1/promised/truck#2", "JPM1/delivered/truck", "JPM1/delivered/truck#2"}
    assert refs <= set(events(found))
    assert worth_a_look(found) == [(packages.TWICE, "truck")]


def test_delivered_none_is_a_level_of_none(tmp_path: Path) -> None:
    """0 delivered is said of some items, and nothing of others."""
    found = events(readings(tmp_path, row(item="truck", delivered="0"), row(item="bus", delivered=".")))
    assert found["JPM1/delivered/truck"].quantity.text == "0"
    assert "JPM1/delivered/bus" not in found


def test_units_that_are_no_number(tmp_path: Path) -> None:
    """The promise is kept without a quantity, the delivery is skipped: neither is 0."""
    found = readings(tmp_path, row(item="truck", units="1.000.00", delivered="6.000.00"))
    promise = events(found)["JPM1/promised/truck"]
    assert (promise.quantity, promise.sources[0].quote) == (None, "1.000.00")
    assert "JPM1/delivered/truck" not in events(found)
    assert worth_a_look(found) == [(entries.NO_UNITS, "1.000.00"), (entries.NO_LEVEL, "6.000.00")]


def test_units_of_no_item(tmp_path: Path) -> None:
    """Units without an item are recorded without an item."""
    promise = events(readings(tmp_path, row(item=".", units="5")))["JPM1/promised/(no item)"]
    assert (promise.item, promise.quantity.text) == (None, "5")


@pytest.mark.parametrize("text", ["until 4/6/2023", "2922-02-09", "between 3/1/2022 and 3/1/2023", "10/4/2022"])
def test_a_date_after_the_release(tmp_path: Path, text: str) -> None:
    """It is reported, and taken as by the release; its words are kept."""
    found = readings(tmp_path, row(date=text))
    event = events(found)["JPM1"]
    assert (event.date.text, event.sources[0].quote) == ("../..", text)
    assert worth_a_look(found) == [(entries.AFTER, text)]


def test_a_date_that_is_not_understood(tmp_path: Path) -> None:
    """Likewise."""
    found = readings(tmp_path, row(date="soon"))
    assert events(found)["JPM1"].sources[0].quote == "soon"
    assert worth_a_look(found) == [(entries.NO_DATE, "soon")]


def test_rows_that_cannot_be_used(tmp_path: Path) -> None:
    """A row without a package or donor is skipped, with its line; the others are read."""
    found = readings(tmp_path, row(id="."), row(donor=" "), row(id="C"))
    skipped = [(each.reason, each.line) for each in found if isinstance(each, Skipped)]
    assert skipped == [(packages.NO_PACKAGE, 2), (packages.NO_DONOR, 3)]
    assert set(events(found)) == {"C"}


def test_what_makes_no_event_is_skipped(tmp_path: Path) -> None:
    """A number of far too many digits is no reason to stop."""
    found = readings(tmp_path, row(item="truck", units="1" * 31), row(id="\u200b", item="bus"))
    assert [reason for reason, _ in worth_a_look(found)] == [entries.NO_UNITS, entries.NO_EVENT]
    assert events(found)["JPM1/promised/truck"].quantity is None


def test_sources_are_addresses_and_texts(tmp_path: Path) -> None:
    """Each is named once; an empty mark is none, and a stray dot before an address is left out."""
    links = {"link_1": ".https://a.example", "link_2": "E-mail from a ministry", "delivery_link": "\xa0"}
    found = events(readings(tmp_path, row(item="truck", delivered="1", **links), row(link_1="https://a.example")))
    named = [(source.url, source.title) for source in found["JPM1"].sources[1:]]
    assert named == [("https://a.example", None), (None, "E-mail from a ministry")]
    assert len(found["JPM1/delivered/truck"].sources) == 1


def test_an_item_may_be_any_text(tmp_path: Path) -> None:
    """Line ends and great length are no reason to lose it."""
    long = "spare part and\n equipment " * 20
    [promise] = [event for event in events(readings(tmp_path, row(item=long, units="1"))).values() if event.item]
    assert promise.item == " ".join(long.split())[:200].strip()
    assert promise.ref == f"JPM1/promised/{' '.join(long.split())}"


def test_the_explanation_is_not_stored(tmp_path: Path) -> None:
    """It is its publisher's."""
    found = events(readings(tmp_path, row(explanation="A long text of the tracker's own.")))
    assert "long text" not in str(found)


def test_at_the_end_it_is_said_that_it_is_all(tmp_path: Path) -> None:
    """So that what is gone from a release is known to be gone."""
    last = readings(tmp_path, row())[-1]
    assert isinstance(last, Whole)
    assert (last.scope, last.source.dataset) == ("", "kiel-ukraine-support-tracker")


# Later releases.


def test_the_columns_of_later_releases(tmp_path: Path) -> None:
    """A "Commitment" is a pledge, an "Allocation" a commitment, and neither is a delivery."""
    found = readings(
        tmp_path,
        row(measure="Commitment", item="truck", units="5", delivered="2", price="100"),
        row(id="JPM2", measure="allocation", item="bus", units="undisclosed", total_eur="7"),
        row(id="JPM3", measure="Rumour", item="."),
        names=LATER,
    )
    kinds = {ref: type(event) for ref, event in events(found).items() if not ref.startswith("headline/")}
    assert kinds == {
        "JPM1": Pledge,
        "JPM1/promised/truck": Pledge,
        "JPM1/delivered/truck": Delivery,
        "JPM1/unit price/truck": Observation,
        "JPM2/allocation": Commitment,
        "JPM2/promised/bus": Commitment,
        "JPM2/total in EUR": Observation,
        "JPM3": Pledge,
    }
    assert str(events(found)["JPM2/allocation"].value) == "JPY 1,000"
    assert worth_a_look(found) == [(entries.NO_MEASURE, "Rumour")]


def test_a_pledge_and_what_is_allocated_of_it(tmp_path: Path) -> None:
    """The value of each is counted once, in its own kind."""
    names = {what: name for what, name in LATER.items() if what != "part"}
    rows = [
        row(measure="Commitment", value="1000"),
        row(measure="Allocation", value="400", item="truck"),
        row(measure="Allocation", value="400", item="bus"),
    ]
    found = events(readings(tmp_path, *rows, names=names))
    assert {ref: str(event.value) for ref, event in found.items() if event.value} == {
        "JPM1": "JPY 1,000",
        "JPM1/allocation": "JPY 400",
    }


def test_parts_with_ids_have_values_of_their_own(tmp_path: Path) -> None:
    """A value is counted once for each part, and equal ones only if the tracker, too, has a total for each."""
    rows = [
        row(measure="Allocation", part="P1", value="400", item="truck"),
        row(measure="Allocation", part="P1", value="400", item="bus"),
        row(measure="Allocation", part="P2", value="300", item="truck"),
        row(measure="Allocation", part="P3", value="300"),
    ]
    found = readings(tmp_path, *rows, names=LATER)
    values = {ref: str(event.value) for ref, event in events(found).items() if getattr(event, "value", None)}
    assert values == {"JPM1/allocation/P1": "JPY 400", "JPM1/allocation/P2": "JPY 300"}
    assert worth_a_look(found) == [(packages.SAME_VALUE, "JPY 300")]
    found = readings(tmp_path, *rows[:3], {**rows[3], "part_total": "300"}, names=LATER)
    assert str(events(found)["JPM1/allocation/P3"].value) == "JPY 300"
    assert events(found)["JPM1/part total/P3"].quantity.text == "300"
    assert {"JPM1/promised/P1/truck", "JPM1/promised/P2/truck"} <= set(events(found))


def test_where_only_the_trackers_totals_are_there(tmp_path: Path) -> None:
    """They are taken as the packages' values, and it is said that they may be estimates."""
    names = {what: LATER[what] for what in LEAST} | {"value": "tot_activity_value"}
    found = readings(tmp_path, row(measure="Allocation"), row(measure="Allocation"), names=names)
    assert {ref: str(event.value) for ref, event in events(found).items()} == {"JPM1/allocation": "JPY 1,000"}
    assert worth_a_look(found) == [(packages.TOTALS_TAKEN, "tot_activity_value")]


# The tracker's headlines.


def headlines(readings: Sequence[Reading]) -> dict[str, str]:
    """The levels that are made of the tracker's own totals."""
    found = {ref: event for ref, event in events(readings).items() if ref.startswith("headline/")}
    assert {str(event.value.currency) for event in found.values()} <= {"EUR"}
    return {ref.removeprefix("headline/"): event.value.amount.text for ref, event in found.items()}


def test_the_totals_in_eur_add_up_to_the_headlines(tmp_path: Path) -> None:
    """Of all donors and of each, of all aid and of each type, to the cent, whether a row has a package or not."""
    found = readings(
        tmp_path,
        row(total_eur="10.004", delivered_eur="1.5"),
        row(total_eur=".", item="truck"),
        row(id="JPF1", general="Financial", total_eur="20.004"),
        row(id=".", donor="Norway", total_eur="5"),
    )
    assert headlines(found) == {
        "pledge": "35.01",
        "pledge/Japan": "30.01",
        "pledge/Norway": "5",
        "pledge//military": "15",
        "pledge//financial": "20",
        "pledge/Japan/military": "10",
        "pledge/Japan/financial": "20",
        "pledge/Norway/military": "5",
        **dict.fromkeys(("delivery", "delivery/Japan", "delivery//military", "delivery/Japan/military"), "1.5"),
    }
    total = events(found)["headline/pledge"]
    assert (total.date.text, total.of_kind, total.donor, total.recipient) == ("2022-10-03", "pledge", None, "Ukraine")
    assert events(found)["headline/pledge/Japan/military"].indicator == "military aid committed"


def test_what_is_allocated_is_a_headline_of_its_own(tmp_path: Path) -> None:
    """What the tracker calls commitments has its allocations in it; these are redistributed where a release does so."""
    rows = [
        row(measure="Allocation", part="P1", value="400", total_eur="90", part_total_eur="30", redistributed="25"),
        row(measure="Allocation", part="P2", value="300", part_total_eur="50", redistributed="55"),
        row(id="JPM2", measure="Commitment", total_eur="7", part_total_eur="7", redistributed="0"),
    ]
    names = {**LATER, "redistributed": "tot_sub_activity_value_EUR_redistr"}
    found = headlines(readings(tmp_path, *rows, names=names))
    assert (found["pledge"], found["commitment"]) == ("97", "80")
    assert (found := headlines(readings(tmp_path, *rows, names=LATER)))["commitment"] == "80"
    assert headlines(readings(tmp_path, *rows[2:], names=LATER)).keys() == {
        "pledge",
        "pledge/Japan",
        "pledge//military",
        "pledge/Japan/military",
    }


def test_a_total_on_several_rows_may_count_once(tmp_path: Path) -> None:
    """If the same total is on several rows of a package, nobody says whether it is repeated."""
    found = headlines(readings(tmp_path, row(total_eur="10"), row(total_eur="10"), row(id="B", total_eur="5")))
    assert found["pledge"] == "15..25"


def test_a_total_that_cannot_be_read_leaves_no_headline(tmp_path: Path) -> None:
    """A sum without it would be too low, and look exact."""
    found = readings(tmp_path, row(total_eur="10", delivered_eur="2"), row(id="B", total_eur="1.000.00"))
    assert headlines(found).keys() == {"delivery", "delivery/Japan", "delivery//military", "delivery/Japan/military"}
    assert (NOT_ADDED, "1.000.00") in worth_a_look(found)


def test_a_part_of_a_release_has_no_headline(tmp_path: Path) -> None:
    """What it adds up to is no figure of the tracker's."""
    path = written(tmp_path / "tracker.csv", [row(total_eur="10")])
    file = File(path=path, published=DateRange("2022-10-03"), covers="part")
    assert headlines(list(read(file))) == {}


def test_headlines_are_levels_on_the_day_of_each_release(tmp_path: Path) -> None:
    """Beside them stands what the sources gave; each release has its own, and takes that of the one before nothing."""
    log = tmp_path / "log"
    rows = [row(value="40", currency="EUR", total_eur="40"), row(id="B", value="Not given", total_eur="60")]
    for day, more in [("2022-08-03", []), ("2022-10-03", [row(id="C", value="5", currency="EUR", total_eur="5")])]:
        file = File(path=written(tmp_path / f"release-{day}.csv", [*rows, *more]))
        import_file(log, "kiel", file, recorded_at=datetime(2026, 1, 1, tzinfo=UTC))

    def level(day: str) -> tuple[str, ...]:
        [found] = (
            each
            for each in Timeline.open(log).as_of(day, known_at=day).levels()
            if each.thing.kind == "pledge" and each.thing.donor is None and each.thing.indicator is None
        )
        return str(found.day), str(found.reported), str(found.recorded), str(found.missing)

    assert level("2022-10-02") == ("3 Aug 2022", "100", "40", "0 to 60")
    assert level("2022-10-03") == ("3 Oct 2022", "105", "45", "0 to 60")


# Two releases in a row.

AUGUST = [
    row(item="truck", units="30", delivered="12", first="1"),
    row(item="bus", units="5", delivered="."),
    row(id="JPM2", item="boat", units="1"),
]
OCTOBER = [
    row(id="JPM3", value="50", item="radio", units="7"),
    row(value="1500", item="bus", units="5", delivered="."),
    row(value="1500", item="truck", units="40", delivered="30", first="1"),
]


def test_rows_are_known_again_in_the_next_release(tmp_path: Path) -> None:
    """What is the same there has the same reference, and differs only in its version and its row."""
    before, after = (events(readings(tmp_path, *each)) for each in (AUGUST, OCTOBER))
    assert before.keys() - after.keys() == {"JPM2", "JPM2/promised/boat"}
    assert after.keys() - before.keys() == {"JPM3", "JPM3/promised/radio"}

    def unplaced(event: Event) -> Event:
        return attrs.evolve(event, sources=[attrs.evolve(event.sources[0], locator=None), *event.sources[1:]])

    changed = {ref for ref in before.keys() & after.keys() if unplaced(before[ref]) != unplaced(after[ref])}
    assert changed == {"JPM1", "JPM1/promised/truck", "JPM1/delivered/truck"}


def test_two_releases_become_history(tmp_path: Path) -> None:
    """Changed promises are news, more delivered is a new level since the release before, what is gone is retracted."""
    log = tmp_path / "log"
    releases = [("2022-08-03", AUGUST), ("2022-10-03", OCTOBER)]
    reports = []
    for day, rows in [*releases, releases[1]]:
        file = File(path=written(tmp_path / f"release-{day}.csv", rows))
        reports.append(import_file(log, "kiel", file, recorded_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert [report.recorded for report in reports] == [6, 7, 0]
    timeline = Timeline.open(log)
    kinds = [type(record.event) for record in timeline.records]
    assert (kinds.count(Correction), kinds.count(Retraction)) == (2, 2)

    def trucks(kind: EventKind, as_of: str, known_at: str) -> str:
        return str(timeline.as_of(as_of, known_at=known_at).counts(kind=kind)["truck"])

    assert [trucks("pledge", "2023-01-01", known) for known in ("2022-09-01", "2022-11-01")] == ["30", "40"]
    assert [trucks("delivery", "2023-01-01", known) for known in ("2022-09-01", "2022-11-01")] == ["12", "30"]
    assert trucks("delivery", "2022-09-01", "2022-11-01") == "12 to 30"
    values = [
        str(timeline.as_of("2023-01-01", known_at=known).money(kind="pledge")) for known in ("2022-09-01", "2022-11-01")
    ]
    assert ["2,000" in values[0], "1,550" in values[1]] == [True, True]


def test_a_release_with_the_same_content_changes_nothing(tmp_path: Path) -> None:
    """Also if dates are vague, or after the release."""
    rows = [
        row(date="unspecified", item="truck", units="1", delivered="1", price="5"),
        row(id="B", date="until 4/6/2027"),
    ]
    for day, recorded in [("2022-08-03", 5), ("2022-10-03", 0)]:
        file = File(path=written(tmp_path / f"release-{day}.csv", rows))
        assert import_file(tmp_path / "log", "kiel", file).recorded == recorded


def test_a_log_with_ordinals_as_they_were_formerly_written_is_known(tmp_path: Path) -> None:
    """What is "#2" was " #2" once: the same release is nothing new, and a later one is news of the same records."""
    log = tmp_path / "log"
    source: dict[str, Any] = {"publisher": "Kiel Institute for the World Economy", "title": "Ukraine Support Tracker"}
    source |= {"dataset": "kiel-ukraine-support-tracker", "published": "2022-10-03", "locator": "tracker.csv, line 2"}
    party: dict[str, Any] = {"package": "JPM1", "donor": "Japan", "recipient": "Ukraine", "sources": [Source(**source)]}
    promise = {**party, "date": "2022-04-05", "note": "Military: equipment"}
    EventLog(log).append(
        [
            Pledge(**promise, ref="JPM1", value=Money("1000", "JPY")),
            Pledge(**promise, ref="JPM1/promised/truck", item="truck", quantity=5),
            Pledge(**promise, ref="JPM1/promised/truck #2", item="truck", quantity=5),
            Delivery(**party, date="[..2022-10-03]", ref="JPM1/delivered/truck", item="truck", quantity=1),
            Delivery(**party, date="[..2022-10-03]", ref="JPM1/delivered/truck #2", item="truck", quantity=1),
        ]
    )
    path = written(tmp_path / "tracker.csv", [row(item="truck", units="5", delivered="1")] * 2)
    same = import_file(log, "kiel", File(path=path, published=DateRange("2022-10-03")))
    assert (same.recorded, same.outcomes["unchanged"]) == (0, 5)
    written(path, [row(item="truck", units="5", delivered="1"), row(item="truck", units="6", delivered="1")])
    assert dict(import_file(log, "kiel", File(path=path, published=DateRange("2022-12-03"))).outcomes) == {
        "unchanged": 4,
        "news": 1,
    }
    news = list(EventLog(log).read())[-1].event
    assert isinstance(news, Correction)
    assert isinstance(news.event, Pledge)
    assert (news.event.ref, news.event.quantity) == ("JPM1/promised/truck #2", Quantity.exact(6))


# Workbooks, and wrong files.


def sheet_of(*rows: Mapping[str, str], without: Sequence[str] = ()) -> list[list[Any]]:
    names = [None if what in without else name for what, name in RELEASE_7.items()]
    return [names, *([each.get(what, ".") for what in RELEASE_7] for each in rows)]


README: tuple[str, list[list[Any]]] = (
    "ReadMe",
    [[None], [None, "Ukraine Support Tracker – 8th release (covering January 24 to November 20, 2022)"]],
)
COMMERCIAL = ("Commercial assistance", sheet_of(row(id="SOLD")))


def test_a_workbook_says_itself_which_release_it_is(tmp_path: Path) -> None:
    """Its main sheet is found by its name among others that are alike, number and cut-off in what it begins with."""
    main = ("Bilateral Assistance, MAIN DATA", sheet_of(row(item="truck", units="5")))
    found = events(list(read(workbook(tmp_path / "tracker.xlsx", README, COMMERCIAL, main))))
    assert set(found) == {"JPM1", "JPM1/promised/truck"}
    own = found["JPM1"].sources[0]
    assert (own.title, own.published) == ("Ukraine Support Tracker, release 8", DateRange("2022-11-20"))
    assert own.locator == "tracker.xlsx, Bilateral Assistance, MAIN DATA, row 2"


def test_the_main_sheet_may_be_called_otherwise(tmp_path: Path) -> None:
    """It is then the first that has the columns; the sheet of updates names the release, as the read-me does."""
    updates = ("Updates and Corrections", [["Updates and corrections"], ["Release 9 (until January 15, 2023)"], ["x"]])
    book = workbook(tmp_path / "tracker.xlsx", updates, ("Sheet1", [["Notes"], *sheet_of(row())]))
    own = events(list(read(book)))["JPM1"].sources[0]
    assert (own.title, own.published) == ("Ukraine Support Tracker, release 9", DateRange("2023-01-15"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_items_without_a_header(tmp_path: Path, kind: str) -> None:
    """As in the workbook of release 7, they are the column without a header beside their types."""
    table = sheet_of(row(item="truck", units="5", type="Vehicle"), without=["item"])
    path = tmp_path / f"tracker.{kind}"
    if kind == "xlsx":
        workbook(path, ("MAIN DATA", table))
    else:
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows(table)
    assert events(list(read(File(path=path))))["JPM1/promised/truck"].item == "truck"


def test_items_without_a_header_and_types(tmp_path: Path) -> None:
    """Where their types are left out, too, they are beside their numbers."""
    path = tmp_path / "tracker.csv"
    path.write_text(
        "ID,Countries,Announcement Date,Monetary Value as Given by Source,,No. of Units,No. of Units Delivered\n"
        "JPM1,Japan,2022-03-01,1000,truck,5,2\n"
    )
    assert {"JPM1/promised/truck", "JPM1/delivered/truck"} <= set(events(list(read(File(path=path)))))


#: How other programs call a column without a header.
NAMELESS = ("", "column 9", "Unnamed: 8", "...9")


@pytest.mark.parametrize("header", ["Item", "Items", "item", *NAMELESS])
def test_the_headers_of_the_items_so_far(tmp_path: Path, header: str) -> None:
    """Release 7 has none, 8 to 13 have "Items", later ones "item"; a column of short names is none of them."""
    names = {**RELEASE_7, "item": header, "short": "Items (short version)"}
    found = events(readings(tmp_path, row(item="combat helmet", units="5", short="helmet"), names=names))
    assert "JPM1/promised/combat helmet" in found


@pytest.mark.parametrize("donor", ["countries", "Countries", "Country", "donor", "Donor "])
@pytest.mark.parametrize("measure", ["measure", "Type of donation"])
def test_the_headers_of_donors_and_measures_so_far(tmp_path: Path, donor: str, measure: str) -> None:
    """They are one column under all their names."""
    names = {**RELEASE_7, "donor": donor, "measure": measure}
    [event] = events(readings(tmp_path, row(measure="Allocation"), names=names)).values()
    assert (type(event), event.donor) == (Commitment, "Japan")


def test_the_main_sheet_is_the_one_with_its_columns(tmp_path: Path) -> None:
    """Whatever it is called, and whatever else is called so; the first lines of no other sheet matter."""
    notes, broken = ("Main data, notes", [["ID", "what it is"]]), ("Figure 1", [["=1/0"]])
    book = workbook(tmp_path / "x.xlsx", notes, broken, COMMERCIAL, ("Tabelle1", sheet_of(row())))
    assert set(events(list(read(book)))) == {"JPM1"}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """With the names that releases gave it, and nothing is read."""
    names = {what: name for what, name in RELEASE_7.items() if what not in ("id", "delivered")}
    with pytest.raises(UnreadableFile, match=r"'ID' or 'activity_id', 'No\. of Units delivered' or 'item_numb_deliv'"):
        readings(tmp_path, row(), names=names)
    book = workbook(tmp_path / "x.xlsx", COMMERCIAL, ("MAIN DATA", sheet_of(row(), without=["value"])))
    with pytest.raises(UnreadableFile, match="found no column 'Monetary Value as Given by Source'"):
        list(read(book))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "found no column 'ID'"),
        ("", "empty file"),
        ("<iati-activities/>", "XML"),
        (",".join(columns.COLUMNS["package"]), "without any row"),
        ('{"flows": 1}\n', "found no column 'ID'"),
        ('"ID\n', "quotation mark"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """In one clear line."""
    path = tmp_path / "other.csv"
    path.write_text(content)
    with pytest.raises(UnreadableFile, match=message):
        list(read(File(path=path)))


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    """It has none of the columns in any of its sheets."""
    with pytest.raises(UnreadableFile, match="found no column 'ID'"):
        list(read(workbook(tmp_path / "other.xlsx", ("a", [["x"]]), ("b", []))))


def test_a_release_without_a_package_is_refused(tmp_path: Path) -> None:
    """It would say that all packages are gone."""
    with pytest.raises(UnreadableFile, match="not one row that belongs to a package"):
        readings(tmp_path, row(donor="."), row(id="."))


def test_far_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages are held whole, so that there must be an end."""
    monkeypatch.setattr(columns, "MAX_ROWS", 3)
    assert len(events(readings(tmp_path, *[row()] * 3))) == 1
    with pytest.raises(UnreadableFile, match="more than 3 rows"):
        readings(tmp_path, *[row()] * 4)


texts = st.one_of(
    st.sampled_from(
        ["", ".", "5", "0", "undisclosed", "USD", "Commitment", "Allocation", "1", "2022-03-01", "until 4/6/2022"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(LATER, texts)), max_size=6))
def test_whatever_stands_in_the_cells(rows: list[dict[str, str]]) -> None:
    """No cell is a reason to fail; every reference is there once, and every entry has its row."""
    with TemporaryDirectory() as folder:
        found = readings(Path(folder), row(id="first"), *rows, names=LATER)
    of_rows = [event for ref, event in events(found).items() if not ref.startswith("headline/")]
    assert all("line " in (event.sources[0].locator or "") for event in of_rows)
    assert isinstance(found[-1], Whole)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2022-03-01 to 2022-06-30", "[2022-03-01..2022-06-30]"),
        ("2022-03-01 or earlier", "[..2022-03-01]"),
        ("2022-03-01 or later", "[2022-03-01..]"),
        ("2022-03-01 00:00:00", "2022-03-01"),
        ("5 March 2022", "2022-03-05"),
    ],
)
def test_no_part_of_a_date_is_left_out(text: str, meant: str) -> None:
    """What stands beside a day is read as well."""
    assert read_date(text).edtf == meant


@pytest.mark.parametrize("text", ["2022-03-01 / 2022-04-01", "until 2022-03-01 / 2022-04-01", "2022-03-01 (part)"])
def test_a_date_that_cannot_be_read_whole_is_none(text: str) -> None:
    """Nothing is made more precise than it was said."""
    with pytest.raises(InvalidValue):
        read_date(text)
