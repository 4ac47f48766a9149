"""A first mapping that is guessed from the columns of a table: it loads, it imports, or it says what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from workbooks import workbook

from aidtimeline.cli import application
from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry
from aidtimeline.formats.tables import read
from aidtimeline.formats.tables.guess import guess
from aidtimeline.formats.tables.toml import load


@pytest.fixture
def guessed(tmp_path: Path) -> Callable[..., tuple[str, list[Any]]]:
    """A function that guesses a mapping for a table: its text, and the events that it makes."""

    def of(content: str | Path, name: str = "aid.csv") -> tuple[str, list[Any]]:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        text = guess(File(path=path))
        mapping = tmp_path / "guessed.toml"
        mapping.write_text(text, encoding="utf-8")
        load(mapping)
        try:
            events = [each.event for each in read(File(path=path, mapping=mapping)) if isinstance(each, Entry)]
        except UnreadableFile:
            events = []
        return text, events

    return of


def test_an_ordinary_table_is_imported_as_guessed(guessed: Callable[..., Any]) -> None:
    """Its key, dates, marks, texts that mean nothing, currency, and which numbers speak of which kind of event."""
    content = (
        "Id,Donor,Item,Pledged on,Pledged,Delivered on,Delivered,Value (EUR million),Link\n"
        '1,Aland,Truck,25/04/2022,"1,200",30/06/2022,(12),1.5,https://example.org/1\n'
        "2,Borduria,Truck,01/05/2022,7,,n/a,,\n"
    )
    text, events = guessed(content)
    assert [(each.kind, each.date.text, each.donor, each.item, each.quantity.text) for each in events] == [
        ("pledge", "2022-04-25", "Aland", "Truck", "1200"),
        ("delivery", "2022-06-30", "Aland", "Truck", "~12"),
        ("pledge", "2022-05-01", "Borduria", "Truck", "7"),
    ]
    assert events[0].ref == "1/promised"
    assert events[0].sources[1].url == "https://example.org/1"
    assert '"Value (EUR million)" is a number' in text


@pytest.mark.parametrize(
    ("content", "comment"),
    [
        ("Donor,Date,N\nA,05/04/2022,3\n", "which of the two? days and months"),
        ("Donor;Trucks\nA;1.200\n", "which of the two? all numbers can be read both ways"),
        ("Year,Donor,N\n2021-22,A,3\n2022-23,A,4\n", "from which month on?"),
        ("Donor,Amount\nA,5.25\n", "missing: an amount needs one"),
        ("Donor,Item\nA,truck\n", "no column of dates was found"),
    ],
)
def test_what_is_in_doubt_is_left_to_a_person(content: str, comment: str, guessed: Callable[..., Any]) -> None:
    """What could be one thing or another is a comment, and so is what is missing; nothing is imported wrongly."""
    text, events = guessed(content)
    assert comment in text
    assert re.search("^# (?:dates|thousands|decimal|read|amount) =|no column of dates", text, re.MULTILINE)
    assert not any(getattr(each, "quantity", None) and each.quantity.text in ("1.2", "1200") for each in events)


def test_matrices_are_recognised(guessed: Callable[..., Any]) -> None:
    """A column for each year, or for each item."""
    _, events = guessed("Disbursed by,2020,2021\nAland,1,2\nTotal,1,2\n")
    assert [(each.date.text, each.quantity.text) for each in events] == [("2020", "1"), ("2021", "2")]
    _, events = guessed("Donor,Truck,Tent,Pump\nAland,10,,3\nBorduria,,1,\n")
    assert [(each.item, each.quantity.text) for each in events] == [*[("Truck", "10"), ("Pump", "3"), ("Tent", "1")]]


def test_a_title_and_a_header_of_two_rows_are_seen(guessed: Callable[..., Any], tmp_path: Path) -> None:
    """In CSV and workbooks."""
    lines = [["Aid", "", "", ""], ["", "Pledged", "", "Delivered"], ["Donor", "No.", "Date", "No."]]
    lines += [["Aland", "10", "2022-04", "4"], ["Borduria", "7", "2022-05", ""]]
    book = workbook(tmp_path / "aid.xlsx", ("Notes", [["see the other sheet"]]), ("Data", lines))
    for content in ("".join(",".join(line) + "\n" for line in lines), book.path):
        text, events = guessed(content)
        assert "header = 2" in text
        assert [(each.kind, each.quantity.text) for each in events] == [
            ("pledge", "10"),
            ("delivery", "4"),
            ("pledge", "7"),
        ]


def test_a_register_is_recognised_below_its_notes(guessed: Callable[..., Any]) -> None:
    """Columns without a name, several years of delivery, and no number of another kind."""
    content = (
        "Transfers of arms\nFigures are in millions; see notes.\n"
        "Recipient,Supplier,Year of order, ,Number ordered, ,Designation,Number delivered, ,Year(s) of delivery\n"
        "A,B,2018,,4,,Radar,4,,2019\nA,C,2012,?,20,?,Howitzer,20,,2013; 2014; 2016\n"
    )
    _, events = guessed(content)
    assert [(each.kind, each.date.text, each.donor, each.recipient, each.item) for each in events] == [
        *[("commitment", "2018", "B", "A", "Radar"), ("delivery", "2019", "B", "A", "Radar")],
        *[("commitment", "2012", "C", "A", "Howitzer"), ("delivery", "2013/2016", "C", "A", "Howitzer")],
    ]


def test_lists_of_a_document_are_seen(guessed: Callable[..., Any]) -> None:
    """The list with the rows, and lists in these, each with its ids."""
    items = [{"id": "i", "description": "Pump", "quantity": 8}]
    contract = {"id": "c", "dateSigned": "2023-01-05", "value": {"amount": 5.5, "currency": "EUR"}, "items": items}
    document = {"releases": [{"id": "r", "contracts": [contract]}]}
    text, events = guessed(json.dumps(document), "package.json")
    assert 'rows = "releases"' in text
    assert [(each.ref, each.date.text, each.item) for each in events] == [
        ("r/c/committed", "2023-01-05", None),
        ("r/c/i/committed2", "2023-01-05", "Pump"),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "No.", "Date", "Donor{", "A\n", '"q"', "2021", "x" * 30, "Wert (€)"]), st.text()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_columns_the_guess_loads(tmp_path_factory: pytest.TempPathFactory, columns: Any) -> None:
    """Names and texts of any kind make no mapping that cannot be read."""
    folder = tmp_path_factory.mktemp("guess")
    row = {name or "a": text for name, text in columns}
    (folder / "t.jsonl").write_text(json.dumps({"first": 1, **row}) + "\n", encoding="utf-8")
    (folder / "m.toml").write_text(guess(File(path=folder / "t.jsonl")), encoding="utf-8")
    assert load(folder / "m.toml").events


def test_the_command_prints_it(tmp_path: Path) -> None:
    """`import csv --guess FILE` prints the mapping, and records nothing."""
    (tmp_path / "aid.csv").write_text("Donor,Date,Delivered\nA,2022,5\n")
    found = CliRunner().invoke(
        application, ["--log", str(tmp_path / "log"), "import", "csv", "--guess", str(tmp_path / "aid.csv")]
    )
    assert found.exit_code == 0
    assert found.stdout == guess(File(path=tmp_path / "aid.csv"))
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("years", [("2021", "2022"), ("2021-22", "2022-23")])
def test_columns_of_years_under_headings_are_series(
    years: tuple[str, str], guessed: Callable[..., Any], tmp_path: Path
) -> None:
    """One event for each heading, dated by the year in the name of the column; and what names rows is suggested."""
    content = (
        f"Aid,,,,\n,{years[0]},,{years[1]},\nDonor,Committed (EUR),Paid (EUR),Committed (EUR),Paid (EUR)\n"
        "Aland,10,5.5,20,15\nBorduria,1,,2,2\n"
    )
    text, events = guessed(content)
    assert 'as ["Donor"] do so far' in text
    if "-" in years[0]:  # nobody says where these years begin
        assert events == []
        (tmp_path / "said.toml").write_text(re.sub("# (read = .*)  #", r"\1  #", text), encoding="utf-8")
        file = File(path=tmp_path / "aid.csv", mapping=tmp_path / "said.toml")
        events = [each.event for each in read(file) if isinstance(each, Entry)]
    assert [(each.kind, each.date.text[:4], each.value.text) for each in events] == [
        ("commitment", "2021", "EUR 10"),
        ("commitment", "2022", "EUR 20"),
        ("disbursement", "2021", "EUR 5.5"),
        ("disbursement", "2022", "EUR 15"),
        ("commitment", "2021", "EUR 1"),
        ("commitment", "2022", "EUR 2"),
        ("disbursement", "2022", "EUR 2"),
    ]


def test_numbers_of_a_workbook_say_nothing_of_its_texts(guessed: Callable[..., Any], tmp_path: Path) -> None:
    """A cell with the number 1200.5 does not tell whether the text 1.200 is a thousand: other texts may, or nothing."""
    head = ["Donor", "Item", "Delivered on", "Delivered"]
    rows = [["A", "truck", "2022-01-01", "1.200"], ["B", "truck", "2022-01-02", 1200.5]]
    workbook(tmp_path / "t.xlsx", ("Data", [head, *rows]))
    text, events = guessed(tmp_path / "t.xlsx")
    assert events == []
    assert '# decimal = "."  # which of the two?' in text
    assert "aidtimeline import xlsx t.xlsx" in text
    more = [*rows, ["C", "truck", "2022-01-03", "1,5"]]
    workbook(tmp_path / "t.xlsx", ("Data", [head, *more]))
    _, events = guessed(tmp_path / "t.xlsx")
    assert [each.quantity.text for each in events] == ["1200", "1200.5", "1.5"]


@given(st.sampled_from(["paid", "spent", "disbursed", "payment", "delivered", "pledged", "committed"]))
def test_a_guess_has_no_field_that_its_kind_lacks(word: str) -> None:
    """A payment has no number but its amount: what is lacking is said, and the mapping loads."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(f"Id,Donor,{word.title()},Date\n1,A,5,2022\n2,B,7,2023\n")
        (Path(folder) / "m.toml").write_text(guess(File(path=path)))
        load(Path(folder) / "m.toml")


def test_the_lower_row_of_a_header_is_seen(guessed: Callable[..., Any]) -> None:
    """Where its names are repeated under those of the upper one."""
    text, events = guessed("Donor,Pledged,,Delivered,\n,No.,Date,No.,Date\nA,10,2022-05-01,4,2022-06-01\n")
    assert "header = 2" in text
    assert [(each.kind, each.quantity.text, each.date.text) for each in events] == [
        ("pledge", "10", "2022-05-01"),
        ("delivery", "4", "2022-06-01"),
    ]


def test_a_month_has_no_other_order(guessed: Callable[..., Any]) -> None:
    """A day and a month are exchanged where there are both."""
    text, events = guessed("Donor,Item,Delivered on,Delivered\nA,x,05/2022,5\nA,y,12/2022,6\n")
    assert 'dates = ["%m/%Y"]' in text
    assert [each.date.text for each in events] == ["2022-05", "2022-12"]


def test_a_mark_that_is_sure_to_be_for_decimals_is_so_everywhere(guessed: Callable[..., Any]) -> None:
    """Whatever reads most of another column."""
    text, events = guessed('Id,Item,Pledged,Delivered,Date\n1,x,12 500,"3,5",2022\n2,y,1 000,4,2022\n')
    assert ('decimal = ","' in text, 'thousands = " "' in text) == (True, True)
    assert [each.quantity.text for each in events] == ["12500", "3.5", "1000", "4"]


def test_what_stands_above_the_table_says_the_scale(guessed: Callable[..., Any]) -> None:
    """And the currency, where no column does; it is shown."""
    text, events = guessed("Aid in EUR million\n\nId,Donor,Paid,Paid on\n1,A,1.5,2022\n2,B,20,2023\n")
    assert '# above the table: "Aid in EUR million"' in text
    assert [each.value.text for each in events] == ["EUR 1500000", "EUR 20000000"]
