"""Tables of three formats, read alike; and what is no table, or does harm, refused."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, strategies as st
from measured import peaks
from workbooks import workbook

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.reading import expat, plaintext, sheets, workbooks
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row, fold, rows, workbook as opened

KIEL = Path(__file__).parents[2] / "shared" / "data" / "kiel"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file and gives it back."""

    def write(content: str | bytes, name: str = "table.csv", **about: Any) -> File:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return File(path=path, **about)

    return write


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> File:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return File(path=path)


def cells(file: File, **how: Any) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows(file, **how)]


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


# CSV.


@pytest.mark.parametrize("delimiter", plaintext.DELIMITERS)
def test_the_delimiter_is_the_one_of_the_header(delimiter: str, written: Callable[..., File]) -> None:
    """What stands most often in the header, outside quotes, separates; other marks are text."""
    header = delimiter.join(["item", '"a;b,c|d\te;f,g|h\ti;j,k|l\tm"', "n"])
    row = delimiter.join(["truck", '"x,y;z"', "1"])
    (found,) = cells(written(f"{header}\n{row}\n"))
    assert list(found.values()) == ["truck", "x,y;z", "1"]


def test_quoted_cells_may_span_lines_of_any_kind(written: Callable[..., File]) -> None:
    """A row is numbered by the line on which it begins, whatever ends the lines."""
    for end in ("\n", "\r\n", "\r"):
        found = list(rows(written(f'a,b{end}1,"x{end}y ""z"""{end}{end}2,3')))
        assert [(row.number, row.cells["b"]) for row in found] == [(2, f'x{end}y "z"'), (5, "3")]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('a,b\n1,2\n3,"never closed\n4,5\n', 3, "unexpected end of data.*quotation mark"),
        ('a,b\n1,"x"y\n', 2, "expected after.*quotation mark"),
        ("a,b\n1,2\n\x00,4\n", 3, "NUL.*--encoding"),
        (b"a,b\n1,2\n\xe9t\xe9,4\n", 3, "not text in UTF-8.*--encoding"),
        (b"a,b\n" + b"1,2\n" * 9999 + b"\xff,4\n", 10001, "not text in UTF-8"),
        ("a,b\n1,2".encode("utf-16"), None, "text in UTF-16.*--encoding utf-16"),
        ("a,b\n1,2".encode("utf-16-le"), 1, "NUL.*--encoding"),
        ("," * plaintext.MAX_COLUMNS, 1, "more than 16,384 cells"),
        ('a\n"' + "x" * 200_000, 2, "field larger than field limit"),
    ],
)
def test_faulty_text_is_refused_with_its_line(
    content: str | bytes, line: int | None, message: str, written: Callable[..., File]
) -> None:
    """What is wrong with the text as a whole names the line, and what to do."""
    with pytest.raises(UnreadableFile, match=message) as error:
        list(rows(written(content)))
    assert error.value.problems[0].line == line


def test_lines_and_rows_that_never_end_are_refused(
    written: Callable[..., File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line and no row grows beyond all bounds."""
    monkeypatch.setattr(plaintext, "MAX_ROW", 100)
    with pytest.raises(UnreadableFile, match="a line of more than 100 characters"):
        list(rows(written("a\n" + "x" * 101)))
    with pytest.raises(UnreadableFile, match="a row of more than 100 characters"):
        list(rows(written("a\n1\n" + '"x\n",' * 30)))
    assert len(cells(written("a\n" + '"x\ny"\n' * 30))) == 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_may_be_said(encoding: str, written: Callable[..., File]) -> None:
    """Text in whatever encoding the user names, with a mark at its beginning or without, CSV and JSON Lines."""
    text = written("día,b\r\nñ,2\r\n".encode(encoding), encoding=encoding)
    assert cells(text) == [{"día": "ñ", "b": "2"}]
    objects = written('{"día":"ñ"}\n'.encode(encoding), encoding=encoding)
    if encoding != "utf-8-sig":  # the mark makes them one text with CSV
        assert cells(objects) == [{"día": "ñ"}]


NO_TEXT = ["hex", "base64", "rot13", "bz2", "zlib", "uu", "quopri", "idna", "punycode", "undefined", "mbcs", "charmap"]


@pytest.mark.parametrize("encoding", ["latin-99", *NO_TEXT, "a\0b", "", "a\x1bb", "\ud800"])
def test_an_unknown_encoding_is_wrong_use(encoding: str, written: Callable[..., File]) -> None:
    """An unknown encoding, or one that gives no text, is the user's to mend, not the file's; it is said in one line."""
    with pytest.raises(UsageError, match="unknown encoding") as error:
        list(rows(written("a\n1", encoding=encoding)))
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("encoding", "near"), [("unicode_escape", "latin-1"), ("raw-unicode-escape", "latin-1"), ("utf9", "utf8")]
)
def test_the_nearest_encoding_is_named(encoding: str, near: str) -> None:
    """Of one that is misspelt, and of those of texts in programs."""
    with pytest.raises(UsageError, match=f"did you mean {near}"):
        File(path=Path("x"), encoding=encoding)


def test_every_encoding_that_makes_text_is_taken() -> None:
    """All codecs of Python that are for files of text, under all their names."""
    from encodings.aliases import aliases

    names = set(aliases) | set(aliases.values())
    taken = set()
    for name in names:
        try:
            "a".encode(name)
            assert File(path=Path("x"), encoding=name).encoding == name
            taken.add(name)
        except (LookupError, TypeError, UsageError):
            continue
    left = {codecs.lookup(name).name.replace("_", "-") for name in names - taken if is_there(name)}
    assert left == {"base64", "bz2", "hex", "quopri", "rot-13", "uu", "zlib"}
    assert len(taken) > 300


def is_there(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:  # of another system
        return False


def test_an_encoding_that_does_not_fit_names_the_line(written: Callable[..., File]) -> None:
    """The named encoding is held to as strictly as the default."""
    with pytest.raises(UnreadableFile, match=r":2: .*not text in ASCII"):
        list(rows(written("a\né\n", encoding="ascii")))
    with pytest.raises(UnreadableFile, match="not text in UTF-16"):
        list(rows(written("a\nb\n", encoding="utf-16")))


def plain_texts(**how: Any) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=12, **how).map(str.strip)


@given(st.lists(st.lists(plain_texts(), min_size=3, max_size=3), max_size=8), st.sampled_from(plaintext.DELIMITERS))
def test_what_is_written_as_csv_is_read(table: list[list[str]], delimiter: str) -> None:
    """Any texts, written by the standard library, come back, but for rows that are empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *table])

    class Held(File):
        def open(self) -> Any:
            return io.BytesIO(out.getvalue().encode())

    found = [list(row.cells.values()) for row in rows(Held(path="t.csv"))]
    assert found == [row for row in table if any(row)]


def test_csv_of_any_length_is_read_in_steady_memory(tmp_path: Path) -> None:
    """A table many times larger than what is held of it: memory does not grow with the rows."""
    path = tmp_path / "long.csv"
    peaks = []
    for count in (5_000, 50_000):
        with path.open("w") as out:
            out.write("id,item,number\n")
            out.writelines(f"{number},truck {number},{number % 7}\n" for number in range(count))
        tracemalloc.start()
        assert sum(int(row.cells["number"]) for row in rows(File(path=path))) == sum(n % 7 for n in range(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2**18 < 2**20


def read_ids(book: File, count: int) -> None:
    """Read a workbook whose ids are the numbers below a count."""
    assert sum(int(row.cells["id"]) for row in rows(book)) == sum(range(count))


def test_a_workbook_of_any_length_is_read_in_steady_memory(tmp_path: Path) -> None:
    """No row of a sheet is kept, whatever the file says about its height."""
    tall = re.compile(rb'<row r="([0-9]+)"')
    calls = []
    for count in (5_000, 15_000):
        table = [["id", "item"], *[[number, "truck"] for number in range(count)]]
        path = workbook(tmp_path / f"{count}.xlsx", ("S", table)).path
        book = changed(path, "xl/worksheets/sheet1.xml", lambda xml: tall.sub(rb'<row r="\1" ht="15" hidden="0"', xml))
        calls.append((book, count))
    few, many = peaks(read_ids, *calls)
    assert many < few + 2**18


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


# Workbooks.


def test_cells_of_a_workbook_read_as_a_person_sees_them(tmp_path: Path) -> None:
    """Dates are ISO 8601, whole numbers have no point, decimals are exact, errors as they are shown, as in a CSV."""
    values = {
        "day": date(2022, 3, 1),
        "hour": datetime(2022, 3, 1, 12, 30),
        "time": time(12, 30),
        "whole": 35000000.0,
        "decimal": 0.1,
        "sum": 1234.56789,
        "large": 1e22,
        "small": 1e-7,
        "yes": True,
        "no": False,
        "error": "#NAME?",
        "text": "  two words ",
        "none": None,
    }
    book = workbook(tmp_path / "t.xlsx", ("S", [list(values), list(values.values())]))
    (found,) = cells(book)
    assert found == {
        "day": "2022-03-01",
        "hour": "2022-03-01T12:30:00",
        "time": "12:30:00",
        "whole": "35000000",
        "decimal": "0.1",
        "sum": "1234.56789",
        "large": "10000000000000000000000",
        "small": "0.0000001",
        "yes": "true",
        "no": "false",
        "error": "#NAME?",
        "text": "two words",
        "none": "",
    }


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_of_a_workbook_is_rounded(number: float) -> None:
    """The text of a number means exactly the decimal that the number prints as, without an exponent."""
    text = workbooks._text(number)
    assert Decimal(text) == Decimal(repr(number))
    assert "e" not in text.lower()
    assert not text.endswith(".0")


def test_a_formula_that_was_never_calculated_is_no_empty_cell(tmp_path: Path) -> None:
    """Its value is not known, so the workbook is refused, and the cell is named."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a", "b"], [1, "=1+1"]]))
    with pytest.raises(UnreadableFile, match="the formula in 'B2' has never been calculated"):
        cells(book)


def test_a_sheet_may_be_named(tmp_path: Path, written: Callable[..., File]) -> None:
    """A named sheet is read, also as it is without a header; if it is not there, the names of the others are listed."""
    book = workbook(tmp_path / "t.xlsx", ("One", [["a"], [1]]), ("Notes", [[], [None, "Release 7"], ["b"]]))
    assert cells(book, sheet="One") == [{"a": "1"}]
    with opened(book) as sheets:
        assert sheets is not None
        assert [tuple(line) for line in sheets.lines("Notes")] == [(2, ["", "Release 7"]), (3, ["b"])]
    with pytest.raises(UnreadableFile, match=r"expected one of 'One', 'Notes'.*did you mean 'Notes'"):
        list(rows(book, sheet="Note"))
    with pytest.raises(UsageError, match="not a workbook"):
        list(rows(written("a\n1", "t.csv"), sheet="Note"))


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    """A wrong dimension record takes no row away."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a", "b"], [1, 2], [3, 4]]))
    book = changed(book.path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"A1:B3", b"A1:A1"))
    assert cells(book) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_sheet_of_endless_rows_is_refused(tmp_path: Path) -> None:
    """A row number beyond what a sheet can have is not counted up to."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], [1]]))
    far = changed(
        book.path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'(<row r="|r="A)2', rb"\g<1>2000000000", xml)
    )
    with pytest.raises(UnreadableFile, match="more than 1048576 rows"):
        list(rows(far))


@pytest.mark.parametrize(
    ("member", "change", "message"),
    [
        ("xl/worksheets/sheet1.xml", lambda _: bytes(5 * plaintext.MAX_ROW), "looks like a zip bomb: xl/worksheets"),
        (
            "xl/worksheets/sheet1.xml",
            lambda _: (
                b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet xmlns="http://schemas.'
                b'openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="str"><v>&b;</v></c></row>'
                b"</sheetData></worksheet>"
            ),
            "EntitiesForbidden",
        ),
        ("xl/styles.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "ha">]>' + xml, "EntitiesForbidden"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml[:-40], "ExpatError"),
        ("xl/workbook.xml", lambda _: b"", "ExpatError"),
        (
            "xl/workbook.xml",
            lambda xml: xml.replace(b"<sheets>", b"<others>").replace(b"</sheets>", b"</others>"),
            "no sheet can be read",
        ),
        (
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b't="inlineStr"><is', b't="s"><v>99</v><is'),
            "IndexError",
        ),
    ],
)
def test_workbooks_that_do_harm_are_refused(
    tmp_path: Path, member: str, change: Callable[[bytes], bytes], message: str
) -> None:
    """Bombs and broken parts are the file's fault, said in one line."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], ["x"]]))
    with pytest.raises(UnreadableFile, match=message):
        list(rows(changed(book.path, member, change)))


_LONG = "a" * 100_000

#: What an expat that does not defend itself takes long for, or much memory.
UNKIND = {
    "a comment": lambda xml: xml.replace(b"<sheetData>", b"<!--%s--><sheetData>" % _LONG.encode()),
    "an attribute": lambda xml: xml.replace(b"<sheetData>", b'<sheetData a="%s">' % _LONG.encode()),
    "a namespace": lambda xml: xml.replace(b"<sheetData>", b'<sheetData xmlns:a="%s">' % _LONG[:20_000].encode()),
    "a short tag's namespace": lambda xml: xml.replace(
        b"<sheetData>", b'<sheetData xmlns:a="%s">' % _LONG[:1_000].encode()
    ),
}


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize("what", UNKIND)
def test_parts_are_checked_where_expat_does_not_defend_itself(
    tmp_path: Path, what: str, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to version 2.7.1 of expat each part of a workbook is read for our limits first; a newer one has its own."""
    monkeypatch.setattr(expat, "MAX_TOKEN", 2**15)
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], *[[f"text {number}"] for number in range(500)]]))
    other = b"<sst xmlns='x'><sheetData>" + b"<a/>" * 5_000 + b"</sheetData></sst>"
    bad = changed(book.path, member, lambda xml: UNKIND[what](xml if "worksheets" in member else other))
    for version, message in [((2, 5, 0), f"its part {member} has"), ((2, 7, 2), None)]:
        monkeypatch.setattr("xml.parsers.expat.version_info", version)
        if message is not None:
            with pytest.raises(UnreadableFile, match=message):
                list(rows(bad))
        elif member == "xl/worksheets/sheet1.xml":
            assert len(list(rows(bad))) == 500


def test_parts_that_are_held_in_memory_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared strings, and all parts together, may not be larger than what is reasonable, however they are packed."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], *[[f"text {number}"] for number in range(200)]]))
    for limit in ("MAX_SHARED", "MAX_UNPACKED"):
        with monkeypatch.context() as patch:
            patch.setattr(workbooks, limit, 900)
            with pytest.raises(UnreadableFile, match="looks like a zip bomb"):
                list(rows(book))
    assert len(cells(book)) == 200


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    """A workbook that is cut off anywhere, or another archive, is refused with a clear error."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], *[[f"text {number}"] for number in range(200)]]))
    whole = book.path.read_bytes()
    for cut in range(4, len(whole), 97):
        book.path.write_bytes(whole[:cut])
        with pytest.raises(UnreadableFile, match=r"damaged or breaks off|empty zip"):
            list(rows(book))
    with zipfile.ZipFile(book.path, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(UnreadableFile, match="not an XLSX workbook"):
        list(rows(book))


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    """A part whose bytes have changed is not read as something else."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], *[[f"text {number}"] for number in range(200)]]))
    whole = bytearray(book.path.read_bytes())
    with zipfile.ZipFile(book.path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    whole[start + 60 : start + 90] = bytes(30)
    book.path.write_bytes(whole)
    with pytest.raises(UnreadableFile):
        list(rows(book))


def test_packages_that_are_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without openpyxl, or without what keeps it safe, the message says what to install."""
    book = workbook(tmp_path / "t.xlsx", ("S", [["a"], [1]]))
    monkeypatch.setattr("openpyxl.DEFUSEDXML", False)
    with pytest.raises(UsageError, match=re.escape("pip install 'aidtimeline[xlsx]'")):
        list(rows(book))
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'aidtimeline[xlsx]'")):
        list(rows(book))


@pytest.mark.skipif(not KIEL.exists(), reason="the data of the Kiel Institute are not here")
def test_the_whole_workbook_of_kiel_reads_as_its_csv() -> None:
    """The main sheet, found by its columns among 37, has the texts of its CSV; one of its headers is empty."""
    book, text = File(path=KIEL / "kiel_r7_oct2022.xlsx"), File(path=KIEL / "kiel_r7_oct2022_main.csv")
    found = list(rows(book, wanted=["countries", "Announcement Date", "no. of units"]))
    with text.path.open(encoding="utf-8", newline="") as stream:
        header, *expected = csv.reader(stream)
    assert len(found) == len(expected) == 1032
    assert found[0].sheet == "Bilateral assistance, MAIN DATA"
    for row, texts in zip(found, expected, strict=True):
        names = [f"column {n}" if n == 9 else name for n, name in enumerate(row.cells, start=1)]
        assert [row.cells.get(name, "") for name in names] == [text.strip() for text in texts[: len(names)]]
    assert [list(row.cells.values())[:43] for row in rows(text)] == [[t.strip() for t in row[:43]] for row in expected]
    assert header[:8] == list(found[0].cells)[:8]
    with opened(book) as sheets:
        assert sheets is not None
        assert "Release 7" in next(each.cells[1] for each in sheets.lines("Updates and Corrections") if each.number > 2)


@pytest.mark.parametrize(
    ("day", "shown", "text"),
    [
        (date(2023, 5, 1), "mmm-yy", "2023-05"),
        (date(2023, 5, 1), "[$-409]mmmm\\ yyyy;@", "2023-05"),
        (date(2023, 5, 1), 'mm"/d/"yyyy', "2023-05"),
        (date(2023, 1, 1), "yyyy", "2023"),
        (date(2023, 5, 1), "yyyy", "2023-05-01"),
        (date(2023, 5, 1), "yyyy-mm-dd", "2023-05-01"),
        (date(2023, 5, 1), "mm-dd-yy", "2023-05-01"),
        (date(2023, 5, 2), "mmm-yy", "2023-05-02"),
        (datetime(2023, 5, 1, 12), "mmm-yy", "2023-05-01T12:00:00"),
        (datetime(2023, 5, 1), "h:mm", "2023-05-01"),
    ],
)
def test_a_month_that_a_program_has_made_a_day_is_read_as_the_month(
    tmp_path: Path, day: date, shown: str, text: str
) -> None:
    """Typed as 2023-05, it is kept as the first, and shown without the day: which nobody has said."""
    file = workbook(tmp_path / "t.xlsx", ("S", [["when"], [day]]))
    book = openpyxl.load_workbook(file.path)
    book["S"]["A2"].number_format = shown
    book.save(file.path)
    assert cells(file) == [{"when": text}]
