"""Release 7 of the Ukraine Support Tracker, workbook and CSV, against a straightforward reading of its main sheet."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import openpyxl
import pytest

from aidtimeline import Timeline
from aidtimeline.events import Delivery, Event, Observation, Pledge
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.kiel import entries as reasons, packages, read, tranches
from aidtimeline.formats.reading.files import File, as_slug
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.values.amounts import ZERO, Money, Quantity
from aidtimeline.values.dates import DateRange

KIEL = Path(__file__).parents[2] / "shared" / "data" / "kiel"
WORKBOOK, MAIN = KIEL / "kiel_r7_oct2022.xlsx", KIEL / "kiel_r7_oct2022_main.csv"
CUT_OFF = DateRange("2022-10-03")

pytestmark = pytest.mark.skipif(not KIEL.exists(), reason="release 7 of the Ukraine Support Tracker is not here")

VALUE = "Monetary Value as Given by Source"
PROMISED, DELIVERED = "No. of Units", "No. of Units delivered (in-kind military aid)"
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
SOME = {"undisclosed": 1, "partially": 1, "dozens": 24}


@pytest.fixture(scope="module")
def sheet() -> list[dict[str, str]]:
    """The rows of the main sheet, as the csv module reads them."""
    with MAIN.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def of_csv() -> list[Reading]:
    return list(read(File(path=MAIN, published=CUT_OFF)))


@pytest.fixture(scope="module")
def of_workbook() -> list[Reading]:
    return list(read(File(path=WORKBOOK)))


@pytest.fixture(scope="module", params=["of_csv", "of_workbook"])
def readings(request: pytest.FixtureRequest) -> list[Reading]:
    found: list[Reading] = request.getfixturevalue(request.param)
    return found


def events(readings: Iterable[Reading]) -> list[Event]:
    return [each.event for each in readings if isinstance(each, Entry)]


def unplaced(readings: Iterable[Reading]) -> dict[str | None, tuple[Event, bool]]:
    """The entries by their references, without their places."""
    found = {}
    for each in readings:
        if isinstance(each, Entry):
            first, *others = each.event.sources
            sources = [attrs.evolve(first, locator=None), *others]
            found[each.event.ref] = attrs.evolve(each.event, sources=sources), each.restated
    return found


def summed(events: Iterable[Any]) -> dict[tuple[str, str], Quantity]:
    sums: dict[tuple[str, str], Quantity] = defaultdict(lambda: ZERO)
    for event in events:
        if event.item is not None and event.quantity is not None:
            sums[event.donor, event.item] += event.quantity
    return dict(sums)


def straightforward(sheet: list[dict[str, str]], column: str) -> dict[tuple[str, str], Quantity]:
    """The units in a column by donor and item: numbers as they are, words as no less than so many."""
    lows: Counter[tuple[str, str]] = Counter()
    open_ones = set()
    for row in sheet:
        key, said = (row["countries"], as_slug(row["Item"])), row[column].strip().lower()
        if NUMBER.fullmatch(said):
            lows[key] += Decimal(said)  # type: ignore[assignment]
        elif said in SOME:
            lows[key] += SOME[said]
            open_ones.add(key)
    numbers = {key: Decimal(low) for key, low in lows.items()}
    return {key: Quantity(low, None if key in open_ones else low) for key, low in numbers.items()}


def test_workbook_and_csv_say_the_same(of_csv: list[Reading], of_workbook: list[Reading]) -> None:
    """The whole workbook, which has no header above its items, says what its main sheet says as CSV."""
    assert unplaced(of_csv) == unplaced(of_workbook)
    found = [
        Counter((each.reason, each.found) for each in of if isinstance(each, Remark)) for of in (of_csv, of_workbook)
    ]
    assert found[0] - found[1] == Counter({(packages.OVERFLOWS, None): 1})
    assert not found[1] - found[0]


def given(sheet: list[dict[str, str]]) -> dict[str, list[tuple[str, Decimal]]]:
    """The values given for each package with the dates on which they were, once each."""
    found: dict[str, dict[tuple[str, Decimal], None]] = defaultdict(dict)
    for row in sheet:
        if NUMBER.fullmatch(row[VALUE]):
            found[row["ID"]][row["Announcement Date"], Decimal(row[VALUE])] = None
    return {package: list(values) for package, values in found.items()}


def test_given_values_are_counted_once_a_package(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """By donor and currency, the values are those on the first rows of the packages, and the tranches of the US."""
    first = {row["ID"]: row for row in reversed(sheet)}
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for package, values in given(sheet).items():
        amounts = {amount for _, amount in values}
        drawn = sum(amount for _, amount in values) if package == "USM1" else max(amounts)
        expected[first[package]["countries"], first[package]["Original Currency"]] += drawn
        assert len(amounts) == 1 or package in ("USM1", "USM5")
    found: dict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
    for event in events(readings):
        if isinstance(event, Pledge) and event.value is not None:
            found[event.donor, event.value.currency] += event.value.amount.low
    assert found == expected


def test_the_three_totals(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """In EUR, 85 to 88 bn are given; not the 384 bn of the repeated rows, nor the 94 bn that hold estimates."""
    rates = {
        row["Original Currency"]: float(row["Converted Value in EUR"]) / float(row["Total"])
        for row in sheet
        if NUMBER.fullmatch(row["Total"]) and NUMBER.fullmatch(row["Converted Value in EUR"])
    }
    by_row = sum(float(row[VALUE]) * rates[row["Original Currency"]] for row in sheet if NUMBER.fullmatch(row[VALUE]))
    pledged = [event.value for event in events(readings) if isinstance(event, Pledge) and event.value is not None]
    converted = [
        event.quantity
        for event in events(readings)
        if isinstance(event, Observation) and event.indicator == packages.OF_PACKAGE["total in EUR"]
    ]
    assert round(by_row / 1e9) == 384
    low, high = (
        round(sum(float(getattr(value.amount, end)) * rates[value.currency] for value in pledged) / 1e9, 2)
        for end in ("low", "high")
    )
    assert (low, high) == (84.98, 87.63)
    assert round(sum(float(quantity.low) for quantity in converted if quantity is not None) / 1e9, 2) == 93.94


def test_units_promised(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """By donor and item, the units promised are those of the column; "undisclosed" is at least 1."""
    expected = straightforward(sheet, PROMISED)
    assert len(expected) > 600
    assert summed(event for event in events(readings) if isinstance(event, Pledge)) == expected


def test_units_delivered(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """By donor and item, the units delivered are those of the column, as a level by the cut-off."""
    deliveries = [each for each in readings if isinstance(each, Entry) and isinstance(each.event, Delivery)]
    expected = straightforward(sheet, DELIVERED)
    assert len(expected) > 250
    assert summed(each.event for each in deliveries) == expected
    assert all(each.restated and each.event.date.text == "[..2022-10-03]" for each in deliveries)


def test_every_row_with_an_item_is_promised(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """Each package is there once, and each row that names an item, whatever is known of its quantity."""
    pledges = [event for event in events(readings) if isinstance(event, Pledge)]
    steps = {package: len(values) for package, values in given(sheet).items() if package in ("USM1", "USM5")}
    whole = [event.package for event in pledges if event.item is None]
    assert Counter(whole) == Counter({row["ID"] for row in sheet}) | Counter(steps)
    expected = Counter((row["ID"], as_slug(row["Item"])) for row in sheet if row["Item"].strip() != ".")
    assert Counter((event.package, event.item) for event in pledges if event.item is not None) == expected


def test_the_columns_of_estimates_are_observations(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """Estimates stand under indicators of their own, and add up to their columns."""
    found: dict[str | None, Decimal] = defaultdict(Decimal)
    for event in events(readings):
        if isinstance(event, Observation) and event.quantity is not None:
            assert event.unit is not None
            found[event.indicator] += event.quantity.low
    columns = {
        "estimated value promised": "Value committed (own estimate, in USD)",
        "estimated value delivered": "Value delivered (own estimate, in USD)",
        "estimated unit price": "Unit Price in USD",
        packages.OF_PART["delivered in EUR"]: "Total monetary value delivered in EUR",
    }
    for indicator, column in columns.items():
        texts = [row[column].strip() for row in sheet]
        assert found[indicator] == sum(Decimal(text) for text in texts if NUMBER.fullmatch(text))


def test_the_headlines_are_those_of_the_country_summary(tmp_path: Path) -> None:
    """EUR 93.9 bn in all, and what each donor committed of each type, come to the cent to the tracker's own sheet."""
    import_file(tmp_path, "kiel", File(path=WORKBOOK))
    levels = {
        (row.thing.donor, row.thing.indicator): row.reported
        for row in Timeline.open(tmp_path).as_of("2022-10-03").levels()
        if row.thing.kind == "pledge" and row.currency == "EUR"
    }
    sheet = openpyxl.load_workbook(WORKBOOK, data_only=True)["Country Summary"]
    rows = list(sheet.iter_rows(min_row=6, max_row=46, values_only=True))
    assert (rows[0][1], rows[-1][1]) == ("Australia", "India")
    kinds = ("financial aid committed", "humanitarian aid committed", "military aid committed", None)
    for row in rows:
        for kind, billions in zip(kinds, row[3:7], strict=True):
            cents = Quantity.exact(Decimal(str(billions * 10**9)).quantize(Decimal("0.01")))
            assert levels.pop((row[1], kind), ZERO) == cents
    assert str(levels[None, None]) == "93,942,559,020.24"


def test_the_presidential_drawdowns_are_promises_on_their_dates(readings: list[Reading]) -> None:
    """USM1 states 19 tranches, which add up to the total that the tracker itself has: each counts, on its own day."""
    found = pledged(readings, "USM1")
    assert len(found) == 19
    assert sum(value.amount for value in found.values()) == Quantity.parse(9_025_000_000)
    assert (str(found["2022-02-25"]), str(found["2022-08-08"])) == ("USD 350,000,000", "USD 1,000,000,000")
    remarks = {each.reason: each.found for each in readings if isinstance(each, Remark)}
    assert (remarks[tranches.ADD_UP] or "").startswith("USD 350,000,000, USD 200,000,000")
    assert remarks[tranches.MORE] == "USD 600,000,000 of USD 4,000,000,000"  # USM6


def test_tranches_that_do_not_add_up_to_the_total_are_bounds(readings: list[Reading]) -> None:
    """USM5 states five, of 5,595 million, and has a total of 6,000: they are at least the largest, and at most all."""
    found = [value.amount for value in pledged(readings, "USM5").values()]
    assert (len(found), sum(found)) == (5, Quantity.parse("2980000000..5595000000"))
    assert [each.reason for each in readings if isinstance(each, Remark)].count(tranches.MAY_ADD_UP) == 1


def pledged(readings: Iterable[Reading], package: str) -> dict[str, Money]:
    """The money pledged in a package, by the date on which it was."""
    found = [event for event in events(readings) if isinstance(event, Pledge) and event.package == package]
    return {event.date.text: event.value for event in found if event.value is not None}


def test_what_is_worth_a_look(readings: list[Reading]) -> None:
    """Dates that a drag-fill or a slip put after the release, and units that may be two numbers, are reported."""
    found = defaultdict(list)
    for each in readings:
        if isinstance(each, Remark):
            found[each.reason].append(each.found)
    later = ["2922-02-09", *(f"until 4/6/{year}" for year in range(2023, 2028)), "until 6/7/2023"]
    assert sorted(map(str, found[reasons.AFTER])) == sorted(later)
    assert sorted(map(str, found[reasons.NO_UNITS])) == ["1.000.00", "15.000.00", "6.000.00"]
    assert found[packages.TWICE] == ["detonating cord"]
    assert not [each for each in readings if isinstance(each, Skipped)]


def test_no_date_is_later_than_the_release(readings: list[Reading]) -> None:
    """What is dated after the release, or not at all, is taken as by the release, and its own words are kept."""
    for event in events(readings):
        assert event.date.earliest is None or event.date.earliest <= CUT_OFF.latest  # type: ignore[operator]
    quotes = {event.sources[0].quote for event in events(readings) if event.date.text == "../.."}
    assert {"2922-02-09", "unspecified", "Undisclosed"} <= {(quote or "").split(";")[0] for quote in quotes}


def test_the_release_says_which_it_is(of_workbook: list[Reading]) -> None:
    """The workbook has its number and cut-off; a CSV only what is in its name."""
    own = events(of_workbook)[0].sources[0]
    assert (own.title, own.published) == ("Ukraine Support Tracker, release 7", CUT_OFF)
    named = next(iter(events(read(File(path=MAIN))))).sources[0]
    assert (named.title, named.published) == ("Ukraine Support Tracker, release 7", DateRange("2022-10"))


def test_rows_that_move_change_nothing(of_csv: list[Reading], tmp_path: Path) -> None:
    """The rows of the sheet in any other order make the same entries under the same references."""
    with MAIN.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    random.Random(1).shuffle(rows)
    moved = tmp_path / MAIN.name
    with moved.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    assert unplaced(read(File(path=moved, published=CUT_OFF))) == unplaced(of_csv)


def test_no_explanation_is_kept(readings: list[Reading], sheet: list[dict[str, str]]) -> None:
    """The tracker's own texts are its publisher's: none of them is stored."""
    kept = {event.note for event in events(readings)}
    kept |= {quote for event in events(readings) for source in event.sources if (quote := source.quote)}
    assert not kept & {row["Explanation"] for row in sheet}
    assert max(len(text) for text in kept if text) < 80


def test_each_release_is_known_as_it_was(sheet: list[dict[str, str]], tmp_path: Path) -> None:
    """After a release that numbers packages anew and renames items, the log knows of each what it says alone."""
    chosen = random.Random(16)
    donors = sorted({row["ID"].rstrip("0123456789") for row in sheet})
    numbered = set(chosen.sample(donors, len(donors) // 6))
    items = set(chosen.sample(sorted({row["Item"] for row in sheet}), 15))

    def later(row: dict[str, str]) -> dict[str, str]:
        stem = row["ID"].rstrip("0123456789")
        number = int(row["ID"].removeprefix(stem))
        delivered = row[DELIVERED]
        return row | {
            "ID": f"{stem}{number + 1}" if stem in numbered else row["ID"],
            "Item": f"modern {row['Item']}" if row["Item"] in items else row["Item"],
            DELIVERED: str(int(delivered) + 7) if delivered.isdigit() and chosen.random() < 0.1 else delivered,
        }

    first = {row["ID"]: row for row in reversed(sheet) if row["ID"].rstrip("0123456789") in numbered}
    found_late = [row | {"Announcement Date": "2022-02-26"} for id_, row in first.items() if id_[-2:].strip("M") == "1"]
    releases = [("2022-10-03", sheet), ("2022-11-20", [*map(later, sheet), *found_late])]
    for day, rows in releases:
        path = tmp_path / f"release-{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(sheet[0]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        for log in ("all", day):
            import_file(tmp_path / log, "kiel", File(path=path))
    for day, _ in releases:
        assert answers(tmp_path / "all", day) == answers(tmp_path / day, day)


def answers(log: Path, day: str) -> dict[Any, Any]:
    """What was known on a day of all donors: money, goods, and the tracker's headlines."""
    view = Timeline.open(log).as_of(day, known_at=day)
    tables = [view.money(kind="pledge", by=["donor"]), view.counts(kind=["pledge", "delivery"], by=["donor", "item"])]
    sums = {row.key: row.bounds for table in tables for row in table.rows}
    return sums | {row.thing: row.reported for row in view.levels() if row.currency is not None}
