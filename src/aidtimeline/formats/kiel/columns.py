"""Which column of the main sheet is what: by its header, under the names of the releases so far."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from attrs import frozen

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import HEADER_WITHIN, Row, rows, workbook
from aidtimeline.formats.reading.workbooks import Sheets

MAX_ROWS = 50_000
"""The most rows: several times as many as a release has. All are held in memory: those of a package may be anywhere."""

#: What a column holds, and its names (of releases 1 to 13 first, later ones last). The first that is there is taken.
#: Releases 8 to 13 head the item "Items", release 7 not at all; 14 and later have names with underscores.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "package": ("ID", "activity_id"),
    "part": ("sub_activity_id",),
    "donor": ("countries", "country", "donor"),
    "date": ("Announcement Date",),
    "measure": ("measure", "Type of donation"),
    "aid type": ("Type of Aid General", "aid_type_general"),
    "aid subtype": ("Type of Aid Specific", "aid_type_specific"),
    "currency": ("Original Currency", "reporting_currency", "currency"),
    "given": ("Monetary Value as Given by Source", "source_reported_value", "tot_activity_value"),
    "item": ("Item", "Items"),
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
    "allocated in EUR": ("tot_sub_activity_value_EUR_redistr", "Allocated Total in EUR (redistributed)"),
    "delivered in EUR": ("Total monetary value delivered in EUR", "tot_value_deliv_EUR"),
    "source 1": ("Source of Aid 1", "source_aid_1"),
    "source 2": ("Source of Aid 2", "source_aid_2"),
    "source 3": ("Source of Aid 3", "source_aid_3"),
    "source 4": ("Source of Aid 4", "source_aid_4"),
    "delivery source": ("Source for Delivery", "source_delivery"),
}
ESSENTIAL = ("package", "donor", "date", "given", "item", "promised", "delivered")

_MAIN = "main data"
_OTHERS = ("commercial", "multilateral")
_ABOUT = ("readme", "read me", "updates")
_ITEM_TYPES = ("type of item", "item type")
_NAMELESS = re.compile(r"(?:column |unnamed: |\.\.\.)[0-9]+", re.IGNORECASE)
"""A column without a header, as this library, pandas and R name it."""
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
            (sheet, headers), preface = _in_workbook(book), list(_preface(book))
    if book is None:
        found = rows(file)
        first = list(islice(found, HEADER_WITHIN))
        if not first:
            raise file.unreadable("a table without any row below its header")
        sheet, headers, preface = None, min((_headers(row.cells) for row in first), key=_lacks), []
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


def _in_workbook(book: Sheets) -> tuple[str | None, Mapping[str, str]]:
    """The main sheet, and its header: the one of this name, if it has the columns; else whichever has most of them.

    What is sold, and what organisations give, stands in sheets with much the same columns.
    """
    names = [name for name in book.names if not any(word in name.casefold() for word in _OTHERS)]
    best: tuple[str | None, Mapping[str, str]] = None, {}
    for name in sorted(names, key=lambda name: _MAIN not in name.casefold()):
        try:
            first = list(islice(book.lines(name), HEADER_WITHIN))
        except UnreadableFile:  # it says so when it is read, if it is the main sheet
            if _MAIN in name.casefold():
                raise
            continue
        for line in first:
            headers = _headers(text or f"column {place}" for place, text in enumerate(line.cells, start=1))
            best = min(best, (name, headers), key=lambda each: _lacks(each[1]))
        if _MAIN in name.casefold() and not _missing(best[1]):
            break
    return best


def _preface(book: Sheets) -> Iterator[str]:
    for name in book.names:
        if name.casefold().startswith(_ABOUT):
            for line in islice(book.lines(name), HEADER_WITHIN):
                yield from filter(None, line.cells)


def _headers(header: Iterable[str]) -> Mapping[str, str]:
    """The header of each known column that is there; the first of two that are the same.

    The workbook of release 7 has no header above its items: they are to the left of their types, and not the "Items
    (short version)" of another column. So a whole name goes before one without what is in brackets. Where the types are
    left out, too, items without a header are to the left of their numbers.
    """
    texts = [" ".join(each.split()) for each in header]
    backwards = list(reversed(list(enumerate(texts))))
    whole = {text.casefold(): place for place, text in backwards}
    folded = {fold(text): place for place, text in backwards}
    beside = max(folded.get(each, 0) for each in _ITEM_TYPES) - 1
    found = {}
    for what, names in COLUMNS.items():
        places = [whole[name.casefold()] for name in names if name.casefold() in whole]
        if what == "item" and beside >= 0 and _NAMELESS.fullmatch(texts[beside]):
            places.append(beside)
        places += [folded[fold(name)] for name in names if fold(name) in folded]
        if places:
            found[what] = texts[places[0]]
    if "item" not in found and "promised" in found:
        place = texts.index(found["promised"]) - 1
        if place >= 0 and _NAMELESS.fullmatch(texts[place]):
            found["item"] = texts[place]
    if found.get("given") == found.get("total"):
        found.pop("total", None)
    return found


def _missing(headers: Mapping[str, str]) -> list[str]:
    return [what for what in ESSENTIAL if what not in headers]


def _lacks(headers: Mapping[str, str]) -> tuple[int, int]:
    """How little of the main sheet's header it is: what is needed decides, then what is known."""
    return len(_missing(headers)), -len(headers)


def _text(row: Row, header: str) -> str:
    text = " ".join(row.cells.get(header, "").split())
    return "" if text in _NOTHING else sys.intern(text)  # most stand on many rows
