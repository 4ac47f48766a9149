"""The columns of a table: headers that are the same, in several rows, or not there; lists in JSON documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from workbooks import workbook

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.reading.cells import Figure, fold, unescaped
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.headers import distinct, header_of
from aidtimeline.formats.reading.sheets import rows
from aidtimeline.formats.reading.workbooks import Line


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file."""

    def write(content: str, name: str = "t.csv") -> File:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return File(path=path)

    return write


def cells(file: File, **about: Any) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows(file, **about)]


def test_the_second_of_two_equal_headers_is_wanted_by_its_name(written: Callable[..., File], tmp_path: Path) -> None:
    """In CSV and workbooks alike, below a title or the upper row of a header too, whatever its capitals."""
    lines = [["Donor", "No.", "no."], ["Aland", "10", "4"]]
    for title in ([], [["", "Pledged", "Delivered"]]):
        text = "".join(",".join(line) + "\n" for line in title + lines)
        for file in (written(text), workbook(tmp_path / "t.xlsx", ("S", title + lines))):
            assert cells(file, wanted=["donor", "No. (2)"]) == [{"Donor": "Aland", "No.": "10", "no. (2)": "4"}]


def test_a_column_goes_by_its_place_too(written: Callable[..., File]) -> None:
    """Whether it has a name or none, and also beyond the last that has one; a name goes before a place."""
    file = written("Donor,,column 1\nAland,truck,x,5\n")
    (found,) = cells(file, wanted=["column 2", "column 1", "column 4", "column 3"])
    assert [found[name] for name in ("Donor", "column 2", "column 1", "column 3", "column 4")] == [
        *("Aland", "truck", "x", "x", "5")
    ]


def test_a_table_may_have_no_header(written: Callable[..., File]) -> None:
    """Then its columns go by their places, and no row is too long."""
    assert cells(written("a,b\nc,d,e\n"), wanted=["column 2"], header=0) == [
        {"column 1": "a", "column 2": "b"},
        {"column 1": "c", "column 2": "d", "column 3": "e"},
    ]
    assert not any(row.overflows for row in rows(written("a\nb,c\n"), header=0))


def test_a_header_may_take_several_rows(written: Callable[..., File], tmp_path: Path) -> None:
    """A cell above goes for those to its right; a part of a name that no other column has is a name too."""
    lines = [["Donor", "Pledged", "", "Delivered"], ["", "No.", "Date", "No."], ["Aland", "10", "2022", "4"]]
    text = "Aid since 2022\n" + "".join(",".join(line) + "\n" for line in lines)
    for file in (written(text), workbook(tmp_path / "t.xlsx", ("S", [["Aid since 2022"], *lines]))):
        (found,) = cells(file, wanted=["Pledged No.", "Delivered No.", "Date"], header=2)
        assert found == {"Donor": "Aland", "Pledged No.": "10", "Pledged Date": "2022", "Delivered No.": "4"} | {
            "Date": "2022"
        }
    with pytest.raises(UnreadableFile, match=r":2: .*found no header with 'No. delivered'"):
        cells(written(text), wanted=["No. delivered", "Date"], header=2)


def test_a_header_that_is_repeated_is_no_row(written: Callable[..., File]) -> None:
    """Pages and parts of tables that were put together have it again; a row that is only like it is read."""
    text = "Id,Item\n1,truck\nId,Item\n2,Item\nId,item\n"
    assert [each["Id"] for each in cells(written(text))] == ["1", "2", "Id"]
    text = "A,\nId,Item\n1,truck\nA,\nId,Item\n2,boat\n"
    assert [each["Id"] for each in cells(written(text), header=2, wanted=["Id"])] == ["1", "2"]


def test_all_names_that_are_missing_are_named(written: Callable[..., File]) -> None:
    """Each with one that may be meant."""
    message = "found no header with 'Donors', 'Dates', 'XYZ' \\('Donors': did you mean 'Donor'.; 'Dates': did you mean"
    with pytest.raises(UnreadableFile, match=message):
        cells(written("Donor,Date,Item\n"), wanted=["Item", "Donors", "Dates", "XYZ"])


@given(st.lists(st.sampled_from(["a", "A", "a (2)", "b", ""])))
def test_names_are_distinct_in_whatever_capitals(names: list[str]) -> None:
    """And the first of each stays as it is."""
    found = distinct(names)
    assert len(set(map(fold, found))) == len(names)
    assert all(new.startswith(old) for new, old in zip(found, names, strict=True))
    assert len(set(header_of([Line(1, names)]).names(len(names)))) == len(names)


def test_line_ends_that_a_workbook_has_escaped_are_none(written: Callable[..., File], tmp_path: Path) -> None:
    """Neither in headers nor in cells, of a workbook or of a CSV that was made of one."""
    lines = [["Donor_x000D_\nName", "Item"], ["Aland_x000D_", "a_x000A_b_x0041_"]]
    files = [
        workbook(tmp_path / "t.xlsx", ("S", lines)),
        written('"Donor_x000D_\nName",Item\nAland_x000D_,a_x000A_b_x0041_\n'),
    ]
    for file in files:
        assert cells(file, wanted=["Donor name"]) == [{"Donor Name": "Aland", "Item": "a\nb_x0041_"}]
    assert unescaped("_x000D_") == ""


def test_a_cell_is_a_figure_or_a_text(written: Callable[..., File], tmp_path: Path) -> None:
    """Numbers, days and flags of workbooks and JSON are figures; what was typed as text is none, whatever it says."""
    lines = [{"a": "1.200", "b": 1200.5, "c": 7, "d": True}]
    book = workbook(tmp_path / "t.xlsx", ("S", [["a", "b", "c", "d"], ["1.200", 1200.5, 7, True]]))
    for file in (book, written(json.dumps(lines), "t.json"), written(json.dumps(lines[0]), "t.jsonl")):
        (found,) = cells(file)
        assert found == {"a": "1.200", "b": "1200.5", "c": "7", "d": "true"}
        assert [isinstance(each, Figure) for each in found.values()] == [False, True, True, True]
    assert not any(isinstance(each, Figure) for each in cells(written("a\n1\n"))[0].values())


DOCUMENT = {"version": "1.1", "packages": [{"releases": [{"id": 1}, {"id": 2, "of": [{"id": 3}]}]}, {"releases": []}]}


def test_the_rows_may_be_a_list_of_a_document(written: Callable[..., File]) -> None:
    """Or the document itself, on one line or many; where lists are on the way, all of each."""
    for indent in (None, 2):
        file = written(json.dumps(DOCUMENT, indent=indent), "t.json")
        found = list(rows(file, within="packages.releases", wanted=["id", "of.id"], folded=True))
        assert [dict(row.cells) for row in found] == [{"id": "1"}, {"id": "2", "of.0.id": "3"}]
        assert [(row.place, row.line) for row in found] == [
            ("row 1 of packages.releases", None),
            ("row 2 of packages.releases", None),
        ]
        assert [row.place for row in rows(written(json.dumps([{"A": 1}], indent=indent)))] == ["row 1 of the list"]


@pytest.mark.parametrize(
    ("content", "within", "message"),
    [
        ('{"releases":[{"id":1}]}', "release", "found no 'release' in the document .*did you mean 'releases'"),
        ('{"releases":[{"id":1}]}', "releases.id.x", "found no 'releases.id.x' in the document"),
        ('{"releases":[{"id":1}]}', None, r"found no 'id' in the first 1 objects .*say rows = 'releases'"),
        ('{\n"releases":[{"id":1}]}', None, r":1: .*say rows = .NAME OF THE LIST"),
        ('{"releases":[1]}', "releases", "element 1 of releases is 1, expected an object"),
        ('{"releases":[{"ID":1}]}', "releases.ID", "element 1 of releases.ID is 1"),
        ("[", None, "expected JSON"),
    ],
)
def test_a_list_that_is_not_there_is_said(
    content: str, within: str | None, message: str, written: Callable[..., File]
) -> None:
    """With what may be meant."""
    with pytest.raises(UnreadableFile, match=message):
        cells(written(content, "t.json"), within=within, wanted=["id"])


def test_only_json_has_lists(written: Callable[..., File]) -> None:
    """A list cannot be named for another file."""
    with pytest.raises(UsageError, match="is no JSON: it has no list 'a'"):
        cells(written("a\n1\n"), within="a")
