"""Tables: the rows of CSV, XLSX and JSON Lines, one after the other, each cell as the text that a person sees.

The content of a file says what kind it is, not its name. What is wrong with it as a whole raises `UnreadableFile`, with
the line and what to do about it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice, zip_longest
from typing import BinaryIO

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.formats.reading import workbooks
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.plaintext import csv_lines, delimiters, json_lines
from aidtimeline.formats.reading.workbooks import MAX_LACKING, Line
from aidtimeline.formats.readings import References
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

HEADER_WITHIN = 20
"""The header is one of the first so many rows that are not empty."""

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


@frozen
class Row:
    """A row of a table: its number in the file, from 1 (in text the line on which it begins), and its cells by header.

    An empty cell is an empty text. A column without a header is called "column 12", and left out if the cell is empty.
    The second of two equal headers ends in " (2)". `overflows`: a row of CSV has more cells than the header, so that
    some may be in the wrong columns. `sheet` is the workbook's sheet. In a `typed` table numbers are not texts: here
    they have a decimal point, whatever the habits of the country.
    """

    number: int
    cells: Mapping[str, str]
    overflows: bool = False
    sheet: str | None = None
    typed: bool = False

    @property
    def place(self) -> str:
        """Where it is, in words.

        >>> Row(7, {}).place, Row(7, {}, sheet="Main").place
        ('line 7', 'row 7 of Main')
        """
        return f"line {self.number}" if self.sheet is None else f"row {self.number} of {self.sheet}"


def rows(file: File, *, sheet: str | None = None, wanted: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a table, in order, without those that are empty.

    The header is the first row that is not empty, or with `wanted`, the first of the first 20 that has all these names,
    however spaced and in whatever case (see `fold`). The sheet of a workbook is its first one, or with `wanted` the
    first that has such a row; `sheet` names another. In JSON Lines each line has its own names; those in nested objects
    and lists are joined by dots ("organisations.0.name").

    Raises `UnreadableFile` if the file is not a table or lacks a wanted column, and `UsageError` if the encoding is
    unknown, or `sheet` is given and the file is not a workbook.
    """
    with file.open() as stream:
        kind = kind_of(file, stream)
        if kind == "xlsx":
            with workbooks.opened(file, stream) as book:
                names = book.names if sheet is None else [sheet]
                yield from _headed(file, ((name, book.lines(name)) for name in names), wanted)
            return
        if sheet is not None:
            raise UsageError(f"{file.name} is not a workbook: it has no sheet {shown(sheet)}")
        if kind == "json":
            yield from _objects(file, stream, wanted)
        else:
            likely = delimiters(file, stream)[: None if wanted else 1]
            yield from _headed(file, ((None, csv_lines(file, stream, each)) for each in likely), wanted)


@contextlib.contextmanager
def workbook(file: File) -> Iterator[workbooks.Sheets | None]:
    """The sheets of a workbook, as they are, header or none; None for any other file."""
    with file.open() as stream:
        if kind_of(file, stream) != "xlsx":
            yield None
            return
        with workbooks.opened(file, stream) as book:
            yield book


def fold(name: str) -> str:
    """A header as it is compared: with single spaces, in lower case.

    >>> fold(" Announcement\\n Date")
    'announcement date'
    """
    return " ".join(name.split()).casefold()


def kind_of(file: File, stream: BinaryIO) -> str:
    """The kind of a file by its first bytes: xlsx, json or csv. Raises `UnreadableFile` for what is none of them."""
    start = stream.read(512)
    stream.seek(0)
    if not start.strip():
        raise file.unreadable("an empty file, expected a table")
    if start.startswith(_OLE):
        message = "a workbook that is encrypted, or of the old format .xls"
        raise file.unreadable(message, hint="save it as .xlsx without a password, or as CSV")
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(b"PK"):
        raise file.unreadable("an empty zip archive, or a part of one")
    text = start.lstrip(_BEFORE_TEXT)
    if text.startswith(b"<"):
        raise file.unreadable("XML or HTML, expected a table")
    if text.startswith(b"["):
        message = "one JSON array, expected one JSON object a line"
        raise file.unreadable(message, hint="jq -c '.[]' turns it into JSON Lines")
    return "json" if text.startswith(b"{") else "csv"


def _headed(file: File, tables: Iterable[tuple[str | None, Iterator[Line]]], wanted: Collection[str]) -> Iterator[Row]:
    """The rows below the first header with all wanted names.

    `tables` are what the file may hold: the sheets of a workbook, or a CSV as read with each of the delimiters.
    """
    expected = {fold(name): name for name in wanted}
    missing = list(expected)
    nearest = None
    for sheet, table in tables:
        for line in islice(table, HEADER_WITHIN if expected else 1):
            found = set(map(fold, line.cells))
            if found.issuperset(expected):
                yield from _below(file, line, table, sheet)
                return
            lacking = [name for name in expected if name not in found]
            if len(lacking) < len(missing):
                missing, nearest = lacking, line
    if not expected:
        raise file.unreadable("a table without any row")
    names = ", ".join(shown(expected[name]) for name in missing)
    hint = None if nearest is None else did_you_mean(expected[missing[0]], nearest.cells)
    raise file.unreadable(f"found no header with {names}", line=None if nearest is None else nearest.number, hint=hint)


def _below(file: File, header: Line, table: Iterator[Line], sheet: str | None) -> Iterator[Row]:
    width = max(place for place, name in enumerate(header.cells, start=1) if name)
    numbered = References("{} ({})")
    names = [
        numbered.free(" ".join(name.split()) or f"column {place}")[0]
        for place, name in enumerate(header.cells[:width], start=1)
    ]
    named = {name for name, given in zip(names, header.cells, strict=False) if given}
    lacking = 0
    for number, texts in table:
        lacking += max(width - len(texts), 0)
        if lacking > MAX_LACKING:
            raise file.unreadable(f"rows that lack more than {MAX_LACKING:,} cells of the header", line=number)
        beyond = any(texts[width:])
        if beyond:
            more = range(len(names) + 1, len(texts) + 1)
            names += [numbered.free(f"column {place}")[0] for place in more]
        columns = names[: len(texts) if beyond else width]
        cells = zip_longest(columns, texts[: len(columns)], fillvalue="")
        filled = {name: text for name, text in cells if text or name in named}
        yield Row(number, filled, beyond and sheet is None, sheet, sheet is not None)


def _objects(file: File, stream: BinaryIO, wanted: Collection[str]) -> Iterator[Row]:
    """The objects of JSON Lines. The first few must have the wanted names, each in any of them."""
    found = (Row(number, cells, typed=True) for number, cells in json_lines(file, stream))
    first = list(islice(found, HEADER_WITHIN))
    names = {fold(name) for row in first for name in row.cells}
    missing = [name for name in wanted if fold(name) not in names]
    if missing:
        near = did_you_mean(missing[0], [name for row in first for name in row.cells])
        message = f"found no {', '.join(map(shown, missing))} in the first {len(first)} objects"
        raise file.unreadable(message, line=1, hint=near)
    yield from chain(first, found)
