"""Tables of three formats, read alike; and what is no table, or does harm, refused."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tablefiles import cells, writer
from workbooks import workbook

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading import sheets
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row, fold, rows, workbook as opened


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file and gives it back."""
    return writer(tmp_path)


# What all have in common.


def test_the_same_table_reads_the_same_in_each_format(tmp_path: Path, written: Callable[..., File]) -> None:
    """CSV, XLSX and JSON Lines give the same texts; empty rows are passed over, and counted."""
    expected = [{"item": "truck", "number": "2", "price": "0.1"}, {"item": "boat", "number": "", "price": "12.5"}]
    book = workbook(
        tmp_path / "t.xlsx", ("S", [["item", "number", "price"], ["truck", 2, 0.1], [], ["boat", None, 12.5]])
    )
    text = written("item,number,price\ntruck,2,0.1\n,,\nboat,,12.5\n")
    objects = written(
        '{"item":"truck","number":2,"price":0.1}\n\n{"item":"boat","number":null,"price":12.5}', "t.jsonl"
    )
    for file, numbers in ((book, [2, 4]), (text, [2, 4]), (objects, [1, 3])):
        assert cells(file) == expected
        assert [row.number for row in rows(file)] == numbers


def test_the_content_says_what_kind_of_file_it_is(tmp_path: Path, written: Callable[..., File]) -> None:
    """A workbook named .csv and JSON Lines named .xlsx are read for what they are."""
    book = workbook(tmp_path / "t.csv", ("S", [["a"], ["1"]]))
    assert cells(book) == cells(written('{"a": 1}', "t.xlsx")) == [{"a": "1"}]
    with opened(book) as sheets, opened(written("a\n1")) as none:
        assert (sheets and sheets.names, none) == (["S"], None)


def test_a_packed_file_is_unpacked(written: Callable[..., File], tmp_path: Path) -> None:
    """What gzip has packed reads like what it holds, a workbook too."""
    assert cells(written(gzip.compress(b"a,b\n1,2\n"), "t.csv.gz")) == [{"a": "1", "b": "2"}]
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], ["1"]]))
    assert cells(written(gzip.compress(book.path.read_bytes()), "t.xlsx.gz")) == [{"a": "1"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b" \n \n", "an empty file"),
        (b"\xef\xbb\xbf\n,,\n", "a table without any row"),
        (b"<html><body>Not found", "XML or HTML"),
        (b"[5]", "element 1 of the list is 5, expected an object"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"rest", "encrypted, or of the old format .xls.*save it as"),
        (b"PK\x05\x06" + bytes(18), "empty zip archive"),
        (b"PK\x03\x04 and then nothing", "damaged or breaks off"),
        (gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 9, mtime=0)[:-9], "gzip archive that is damaged or breaks"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, message: str, written: Callable[..., File]) -> None:
    """A file of another kind is refused in one line that says what it seems to be."""
    with pytest.raises(UnreadableFile, match=message):
        list(rows(written(content)))


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    """What cannot be opened is refused like what cannot be read."""
    with pytest.raises(UnreadableFile, match="No such file"):
        list(rows(File(path=tmp_path / "none.csv")))


# Headers.


def test_the_header_is_looked_for_where_columns_are_wanted(tmp_path: Path, written: Callable[..., File]) -> None:
    """The first sheet, and of its first rows the first, that has all wanted columns; case and spacing set aside."""
    table = [["Trackers of aid; version 7"], [], ["Item\n name", "No. of  Units"], ["truck", 3]]
    book = workbook(
        tmp_path / "t.xlsx", ("Read me", [["item name is explained here"]]), ("Data", table), ("Data 2", table)
    )
    found = list(rows(book, wanted=["item name", "NO. OF UNITS"]))
    assert found == [Row(4, {"Item name": "truck", "No. of Units": "3"}, False, "Data")]
    text = written("Trackers of aid; version 7\n\nItem name|No. of Units\ntruck|3\n")
    assert cells(text, wanted=["item name", "no. of units"]) == [dict(found[0].cells)]
    assert fold(" Item\n NAME ") == "item name"


def test_wanted_columns_that_are_not_there_are_named(tmp_path: Path, written: Callable[..., File]) -> None:
    """The error names what is missing of the header that comes nearest, and the line of it."""
    table = [["title"], ["item", "units"], ["truck", 3]]
    book = workbook(tmp_path / "t.xlsx", ("One", [["x"]]), ("Two", table))
    text = written("title\nitem,units\ntruck,3\n")
    objects = written('{"item":"truck"}\n{"item":"boat","units":1}', "t.jsonl")
    for file, line in ((book, ":2"), (text, ":2"), (objects, ":1")):
        with pytest.raises(UnreadableFile, match=re.escape(line) + ": error unreadable-file: found no .*'Donor'") as e:
            list(rows(file, wanted=["item", "Donor", "units"]))
        assert "'item'" not in str(e.value)
    with pytest.raises(UnreadableFile, match="'Donor', 'Value'"):
        list(rows(text, wanted=["Donor", "Value"]))


def test_the_header_is_near_the_beginning(written: Callable[..., File]) -> None:
    """A row far down that has the wanted names is data."""
    with pytest.raises(UnreadableFile, match="found no header"):
        list(rows(written("x\n" * sheets.HEADER_WITHIN + "item\n"), wanted=["item"]))
    assert cells(written("x\n" * (sheets.HEADER_WITHIN - 1) + "item\n1"), wanted=["item"]) == [{"item": "1"}]


def test_headers_that_are_the_same_or_missing_are_distinguished(written: Callable[..., File]) -> None:
    """The second of two equal names is numbered, a nameless column is called by its place if it is not empty."""
    text = written("item,,item,item (2),item,\na,,b,c,d,\ne,f,g,h,i,j\n")
    assert cells(text) == [
        {"item": "a", "item (2)": "b", "item (2) (2)": "c", "item (3)": "d"},
        {"item": "e", "column 2": "f", "item (2)": "g", "item (2) (2)": "h", "item (3)": "i", "column 6": "j"},
    ]


def test_short_rows_are_filled_and_long_ones_flagged(written: Callable[..., File], tmp_path: Path) -> None:
    """A cell that is not there is empty; of a row of CSV that has more cells than the header, this is said."""
    short, long, padded = rows(written("a,b\n1\n1,2,,4\n1,2,,\n"))
    assert (short.cells, short.overflows) == ({"a": "1", "b": ""}, False)
    assert (long.cells, long.overflows) == ({"a": "1", "b": "2", "column 4": "4"}, True)
    assert (padded.cells, padded.overflows) == ({"a": "1", "b": "2"}, False)
    (beside,) = rows(workbook(tmp_path / "t.xlsx", ("S", [["a"], [1, "a note beside it"]])))
    assert (beside.cells, beside.overflows) == ({"a": "1", "column 2": "a note beside it"}, False)


def test_reading_says_how_far_it_is(written: Callable[..., File]) -> None:
    """Progress grows while the file is read, and ends at 1."""
    fractions: list[float] = []
    list(rows(written("a\n" + "x\n" * 100_000, progress=fractions.append)))
    assert fractions[-1] == 1.0
    assert len([each for each in fractions if 0.2 < each < 0.8]) > 1


# JSON Lines.


def test_json_lines_may_nest(written: Callable[..., File]) -> None:
    """What lies within goes by its path; numbers are exact, true and false are words, null is nothing."""
    line = '{"a":{"b":[1,{"c":"x"}]},"a.b.0":2,"n":1e3,"m":0.10,"h":1e999,"t":true,"f":false,"z":null,"l":[]}'
    digits = "9" * 40
    (found,) = cells(written(line[:-1] + f',"d":{digits}}}', "t.jsonl"))
    assert found == {
        "a.b.0": "1",
        "a.b.1.c": "x",
        "a.b.0 (2)": "2",
        "n": "1000",
        "m": "0.10",
        "h": "1e999",
        "t": "true",
        "f": "false",
        "z": "",
        "d": digits,
    }


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('{"a":1}\n{"a":', 2, "Expecting value"),
        ('{\n  "a": 1\n}\n', 1, "a JSON object on one line"),
        ('{"a":1}\n[1]\n', 2, "a JSON object on one line"),
        ('{"a":1,"a":2}', 1, "each name once"),
        ('{"a":NaN}', 1, "a number that JSON has"),
        ('{"a":' + "[" * 9999, 1, "nested at most"),
        ('{"a":"' + "x" * 2**20 + '"}', 1, "at most 1048576 bytes"),
    ],
)
def test_faulty_json_is_refused_with_its_line(
    content: str, line: int, message: str, written: Callable[..., File]
) -> None:
    """Each line must be one object, strictly."""
    with pytest.raises(UnreadableFile, match=message) as error:
        list(rows(written(content, "t.jsonl")))
    assert error.value.problems[0].line == line
