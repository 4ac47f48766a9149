"""Which column of the main sheet is what: by its header, under the names of the releases so far."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from attrs import frozen

from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import HEADER_WITHIN, Row, rows, workbook
from aidtimeline.formats.reading.workbooks import Sheets

MAX_ROWS = 50_000
"""The most rows: several times as many as a release has. All are held in memory: those of a package may be anywhere."""

#: What a column holds, and its names (of releases 1 to 13 first, later ones last). The first that is there is taken.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "package": ("ID", "activity_id"),
    "part": ("sub_activity_id",),
    "donor": ("countries", "country", "donor"),
    "date": ("Announcement Date",),
    "measure": ("measure",),
    "aid type": ("Type of Aid General", "aid_type_general"),
    "aid subtype": ("Type of Aid Specific", "aid_type_specific"),
    "currency": ("Original Currency", "reporting_currency", "currency"),
    "given": ("Monetary Value as Given by Source", "source_reported_value", "tot_activity_value"),
    "item": ("Item",),
    "promised": ("No. of Units", "item_numb"),
    "delivered": ("No. of Units delivered", "item_numb_deliv"),
    "first": ("total_value_dummy",),
    "unit price": ("Unit Price in USD", "item_price_USD"),
    "promised value": ("Value committed", "item_value_estimate_USD"),
    "delivered value": ("Value delivered", "item_value_estimate_deliv_USD"),
    "total": ("Total", "tot_activity_value"),
    "total in EUR": ("Converted Value in EUR", "tot_activity_value_EUR"),
    "part total": ("tot_sub_activity_value",),
    "part total in EUR": ("tot_sub_activity_value_EUR",),
    "delivered in EUR": ("Total monetary value delivered in EUR", "tot_value_deliv_EUR"),
    "source 1": ("Source of Aid 1", "source_aid_1"),
    "source 2": ("Source of Aid 2", "source_aid_2"),
    "source 3": ("Source of Aid 3", "source_aid_3"),
    "source 4": ("Source of Aid 4", "source_aid_4"),
    "delivery source": ("Source for Delivery", "source_delivery"),
}
ESSENTIAL = ("package", "donor", "date", "given", "item", "promised", "delivered")

_MAIN = "main data"
_ABOUT = ("readme", "read me", "updates")
_ITEM_TYPE = "type of item"
_NAMELESS = re.compile(r"column [0-9]+")
_NOTHING = ("", ".")


def fold(header: str) -> str:
    """A header as it is compared: without case, punctuation, and texts in brackets.

    >>> fold("No. of Units delivered (in-kind military aid)"), fold(" item_numb")
    ('no of units delivered', 'item numb')
    """
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\([^()]*\)", " ", header.casefold())))


@frozen
class Table:
    """The main sheet: the header of each known column that it has, and its rows.

    In a workbook also the name of the sheet, and the `preface`: the first texts of the sheets about the release.
    """

    headers: Mapping[str, str]
    rows: Iterator[Row]
    sheet: str | None = None
    preface: Sequence[str] = ()

    @property
    def totals_taken(self) -> bool:
        """Whether it has only the tracker's totals, and no values as the sources gave them."""
        return fold(self.headers["given"]) == fold(COLUMNS["given"][-1])

    def lines(self, file: File) -> Iterator[Line]:
        """The rows, with the known columns only. Raises `UnreadableFile` if there are far too many."""
        for many, row in enumerate(self.rows):
            if many == MAX_ROWS:
                message = f"more than {MAX_ROWS:,} rows: no release of the Ukraine Support Tracker has so many"
                raise file.unreadable(message, line=row.number)
            yield Line(row.number, {what: _text(row, header) for what, header in self.headers.items()}, row.overflows)


@frozen
class Line:
    """A row: its number in the file, and its cells by what they hold."""

    number: int
    cells: Mapping[str, str]
    overflows: bool = False

    def __getitem__(self, what: str) -> str:
        """The text of a cell; empty if it says nothing ("." too), or there is no such column."""
        return self.cells.get(what, "")


def table(file: File) -> Table:
    """The main sheet of a workbook, or the table in a text file. Raises `UnreadableFile` if it is another table."""
    with workbook(file) as book:
        if book is not None:
            possible, preface = list(_in_workbook(book)), list(_preface(book))
    if book is None:
        found = rows(file)
        first = list(islice(found, HEADER_WITHIN))
        if not first:
            raise file.unreadable("a table without any row below its header")
        possible, preface = [(None, _headers(row.cells)) for row in first], []
    sheet, headers = min(possible, key=lambda each: len(_missing(each[1])), default=(None, {}))
    if missing := _missing(headers):
        names = ", ".join(" or ".join(map(repr, COLUMNS[what])) for what in missing)
        hint = (
            "expected a workbook of the Ukraine Support Tracker, or its sheet 'Bilateral assistance, MAIN DATA' as CSV"
        )
        raise file.unreadable(f"found no column {names}", hint=hint)
    if sheet is None:
        return Table(headers, chain(first, found))
    named = [header for header in headers.values() if not _NAMELESS.fullmatch(header)]
    return Table(headers, rows(file, sheet=sheet, wanted=named), sheet, preface)


def _in_workbook(book: Sheets) -> Iterator[tuple[str | None, Mapping[str, str]]]:
    """The first rows, as headers, of the sheets with the name of the main sheet; if there is none, of all sheets."""
    called = [name for name in book.names if _MAIN in name.casefold()]
    for name in called or book.names:
        for line in islice(book.lines(name), HEADER_WITHIN):
            yield name, _headers(text or f"column {place}" for place, text in enumerate(line.cells, start=1))


def _preface(book: Sheets) -> Iterator[str]:
    for name in book.names:
        if name.casefold().startswith(_ABOUT):
            for line in islice(book.lines(name), HEADER_WITHIN):
                yield from filter(None, line.cells)


def _headers(header: Iterable[str]) -> Mapping[str, str]:
    """The header of each known column that is there; the first of two that are the same.

    The workbook of release 7 has no header above its items: they are to the left of their types.
    """
    texts = [" ".join(each.split()) for each in header]
    places = {fold(text): place for place, text in reversed(list(enumerate(texts)))}
    found = {}
    for what, names in COLUMNS.items():
        there = [places[fold(name)] for name in names if fold(name) in places]
        if there:
            found[what] = texts[there[0]]
    beside = places.get(_ITEM_TYPE, 0) - 1
    if "item" not in found and beside >= 0 and _NAMELESS.fullmatch(texts[beside]):
        found["item"] = texts[beside]
    if found.get("given") == found.get("total"):
        found.pop("total", None)
    return found


def _missing(headers: Mapping[str, str]) -> list[str]:
    return [what for what in ESSENTIAL if what not in headers]


def _text(row: Row, header: str) -> str:
    text = " ".join(row.cells.get(header, "").split())
    return "" if text in _NOTHING else sys.intern(text)  # most stand on many rows
