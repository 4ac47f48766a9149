"""Tables in workbooks: cells as a person sees them, and workbooks that do harm."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, strategies as st
from measured import peaks
from tablefiles import cells, changed, read_ids, writer
from workbooks import workbook

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.reading import expat, plaintext, workbooks
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows, workbook as opened

KIEL = Path(__file__).parents[2] / "shared" / "data" / "kiel"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., File]:
    """A function that writes a file and gives it back."""
    return writer(tmp_path)


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
