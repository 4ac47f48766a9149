"""Tables: the rows of CSV, XLSX and JSON, one after the other, each cell as the text that a person sees.

The content of a file says what kind it is, not its name. What is wrong with it as a whole raises `UnreadableFile`, with
the line and what to do about it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice, zip_longest
from typing import BinaryIO

from attrs import evolve, frozen

from aidtimeline.errors import UsageError
from aidtimeline.formats.reading import workbooks
from aidtimeline.formats.reading.cells import Figure, fold
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.headers import HEADER_WITHIN, Header, find
from aidtimeline.formats.reading.plaintext import csv_lines, delimiters, json_lines, json_rows
from aidtimeline.formats.reading.workbooks import MAX_LACKING, MAX_WIDTH, Line
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

__all__ = ["HEADER_WITHIN", "Figure", "Row", "fold", "kind_of", "rows", "workbook"]

MAX_FIRST = 10_000
"""So many objects of JSON are looked at for names that the first few do not have."""

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


@frozen
class Row:
    """A row of a table: its number in the file, from 1 (in text the line on which it begins), and its cells by header.

    An empty cell is an empty text. A column without a header is called "column 12", and left out if the cell is empty.
    The second of two equal headers ends in " (2)". `overflows`: a row of CSV has more cells than the header, so that
    some may be in the wrong columns. `sheet` is the workbook's sheet, or the list of a JSON document that it is in;
    `line` is None there. If the names are folded, `names` has them as they are.
    """

    number: int
    cells: Mapping[str, str]
    overflows: bool = False
    sheet: str | None = None
    of_document: bool = False
    names: Mapping[str, str] = {}

    @property
    def line(self) -> int | None:
        """The line that `number` is, or None if it counts elements of a list."""
        return None if self.of_document else self.number

    @property
    def place(self) -> str:
        """Where it is, in words.

        >>> Row(7, {}).place, Row(7, {}, sheet="Main").place
        ('line 7', 'row 7 of Main')
        """
        return f"line {self.number}" if self.sheet is None else f"row {self.number} of {self.sheet}"


def rows(
    file: File,
    *,
    sheet: str | None = None,
    wanted: Collection[str] = (),
    header: int = 1,
    within: str | None = None,
    folded: bool = False,
) -> Iterator[Row]:
    """The rows of a table, in order, without those that are empty, and those that are its header again.

    The header is the first row that is not empty, or with `wanted`, the first of the first 20 that has all these names,
    however spaced and in whatever case (see `fold`); "column 3" is the third. It may take several rows, or none. The
    sheet of a workbook is its first one, or with `wanted` the first that has such a header; `sheet` names another.

    In JSON Lines each line has its own names; those in nested objects and lists are joined by dots
    ("organisations.0.name"). A JSON document is a list of such objects, or has one `within` ("releases").

    Args:
        sheet: The name of the sheet.
        wanted: Names that the table must have.
        header: How many rows its header takes, from 0 to 5. Without any, columns are "column 1" and so on.
        within: The name of the list, in a JSON document; with dots if it is nested.
        folded: Whether the names of the cells are folded.

    Raises `UnreadableFile` if the file is not a table or lacks a wanted column, and `UsageError` if the encoding is
    unknown, or `sheet` or `within` is given for a file that has none.
    """
    with file.open() as stream:
        kind = kind_of(file, stream, lists=True)
        if within is not None and kind != "json":
            raise UsageError(f"{file.name} is no JSON: it has no list {shown(within)}")
        if kind == "xlsx":
            with workbooks.opened(file, stream) as book:
                names = book.names if sheet is None else [sheet]
                found = find(file, ((name, book.lines(name)) for name in names), wanted, header)
                yield from _below(file, found, wanted, folded=folded)
            return
        if sheet is not None:
            raise UsageError(f"{file.name} is not a workbook: it has no sheet {shown(sheet)}")
        if kind == "json":
            yield from _objects(file, stream, wanted, within, folded=folded)
        else:
            likely = delimiters(file, stream)[: None if wanted else 1]
            tables = ((None, csv_lines(file, stream, each)) for each in likely)
            yield from _below(file, find(file, tables, wanted, header), wanted, folded=folded)


@contextlib.contextmanager
def workbook(file: File) -> Iterator[workbooks.Sheets | None]:
    """The sheets of a workbook, as they are, header or none; None for any other file."""
    with file.open() as stream:
        if kind_of(file, stream) != "xlsx":
            yield None
            return
        with workbooks.opened(file, stream) as book:
            yield book


def kind_of(file: File, stream: BinaryIO, *, lists: bool = False) -> str:
    """The kind of a file by its first bytes: xlsx, json or csv. Raises `UnreadableFile` for what is none of them.

    One JSON list is refused, unless `lists` are taken.
    """
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
    if text.startswith(b"[") and not lists:
        message = "one JSON array, expected one JSON object a line"
        raise file.unreadable(message, hint="jq -c '.[]' turns it into JSON Lines")
    return "json" if text.startswith((b"{", b"[")) else "csv"


def _below(
    file: File, found: tuple[Header, str | None, Iterator[Line]], wanted: Collection[str], *, folded: bool
) -> Iterator[Row]:
    """The rows below a header, but for those that are the header again."""
    header, sheet, table = found
    also = [(name, place) for name in wanted if (place := _beside(header, name)) is not None]
    width = max([header.width, *(place + 1 for _, place in also)])
    names = header.names(width)
    keys = [fold(name) if folded else name for name in names]
    as_written = dict(zip(keys, names, strict=True)) if folded else {}
    also = [(fold(name) if folded else name, place) for name, place in also]
    given, all_named, lacking, repeats = set(keys), len(header.named) == width, 0, bool(header.rows)
    for number, texts in table:
        many = len(texts)
        if repeats and header.is_repeated(texts):
            continue
        if many == width and all_named:
            cells = dict(zip(keys, texts, strict=False))
            beyond = False
        else:
            lacking += max(width - many, 0)
            if lacking > MAX_LACKING:
                raise file.unreadable(f"rows that lack more than {MAX_LACKING:,} cells of the header", line=number)
            beyond = any(texts[width:])
            more = (f"column {place}" for place in range(len(keys) + 1, many + 1 if beyond else 0))
            keys += [name if name not in given else f"{name} (2)" for name in more]
            filled = zip_longest(keys[:width] if many < width else keys, texts[: len(keys)], fillvalue="")
            cells = {name: text for place, (name, text) in enumerate(filled) if text or place in header.named}
        for name, place in also:
            cells[name] = texts[place] if place < many else ""
        yield Row(number, cells, beyond and sheet is None and repeats, sheet, False, as_written)


def _beside(header: Header, name: str) -> int | None:
    """Where a wanted name is that is not the column's own name, or None."""
    place = header.place(fold(name))
    return None if place is None or fold(header.named.get(place, "")) == fold(name) else place


def _objects(
    file: File, stream: BinaryIO, wanted: Collection[str], within: str | None, *, folded: bool
) -> Iterator[Row]:
    """The objects of JSON Lines or of a document. The first few must have the wanted names, each in any of them."""
    if within is not None or stream.peek(512).lstrip(_BEFORE_TEXT).startswith(b"["):  # type: ignore[attr-defined]
        listed = json_rows(file, stream, within)
        found = (Row(number, cells, sheet=within or "the list", of_document=True) for number, cells in listed)
    else:
        found = (Row(number, cells) for number, cells in json_lines(file, stream))
    first = list(islice(found, HEADER_WITHIN))
    given = dict.fromkeys(name for row in first for name in row.cells)
    known = dict.fromkeys(path for name in given for path in _paths(name))
    missing = [name for name in wanted if fold(name) not in {fold(each) for each in known}]
    for row in found if missing else ():  # what is rare may come late
        first.append(row)
        later = {fold(path) for name in row.cells if name not in given for path in _paths(name)}
        missing = [name for name in missing if fold(name) not in later]
        given.update(dict.fromkeys(row.cells))
        if not missing or len(first) >= MAX_FIRST:
            break
    if missing:
        near = did_you_mean(missing[0], known)
        lists = [name.partition(".0.")[0] for name in given if ".0." in name]
        if within is None and len(first) == 1 and lists:
            near = f"are the rows in a list of it? say rows = {shown(lists[0])} in the mapping"
        message = f"found no {', '.join(map(shown, missing))} in the first {len(first)} objects"
        raise file.unreadable(message, line=None if within else 1, hint=near)
    name_of = lru_cache(MAX_WIDTH)(fold)
    for row in chain(first, found):
        if folded:
            names = {name_of(name): name for name in row.cells}
            cells = {name_of(name): text for name, text in row.cells.items()}
            row = evolve(row, cells=cells, names=names)  # noqa: PLW2901
        yield row


def _paths(name: str) -> Iterator[str]:
    """A name in nested lists, whichever elements of the outer ones it is of.

    >>> list(_paths("awards.0.items.2.id"))
    ['awards.0.items.2.id', 'awards.items.2.id', 'awards.items.id']
    """
    yield name
    parts = name.split(".")
    for place in [number for number, part in enumerate(parts) if part.isdecimal()]:
        parts[place] = ""
        yield ".".join(filter(None, parts))
