"""Writes a sheet of drafts: as CSV, or as a workbook in which cells are texts and have lists to choose from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from aidtimeline.errors import UsageError
from aidtimeline.formats.sheet.cells import to_cell
from aidtimeline.formats.sheet.columns import Choices, SheetOfDrafts
from aidtimeline.text.safe import shown

ENDINGS = (".csv", ".xlsx")
FACTS, LISTS = "facts", "lists"
"""The names of a workbook's sheets: the drafts, and what may be chosen."""

ROWS = 1000
"""So many rows at least are ready to be filled in, with lists to choose from."""

MAX_CELL = 32_767
"""The most characters that a cell of a workbook can have."""

_TEXT = "@"  # the number format of cells that are texts: else "2023-05" would become a day
_NEEDS = "writing XLSX needs openpyxl: pip install 'aidtimeline[xlsx]'"


def as_csv(sheet: SheetOfDrafts) -> str:
    """A sheet as CSV (RFC 4180, but with `\\n`). It has no lists to choose from.

    >>> from aidtimeline.formats.sheet import sheet_of
    >>> as_csv(sheet_of(["status"], ["status"]))
    'label,kind,date,project,status,source.publisher,source.url,source.published\\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([sheet.names, *_cells(sheet)])
    return text.getvalue()


def as_file(sheet: SheetOfDrafts, ending: str) -> bytes:
    """A sheet as the content of a file: CSV or XLSX, by its ending.

    Raises `UsageError` for another ending, for a text that no cell holds, and if openpyxl is not installed.
    """
    if ending.lower() not in ENDINGS:
        raise UsageError(f"found a file that ends in {shown(ending)}, expected {' or '.join(ENDINGS)}")
    return _workbook(sheet) if ending.lower() == ".xlsx" else as_csv(sheet).encode("utf-8-sig")


def _cells(sheet: SheetOfDrafts) -> Iterator[list[str]]:
    for row in sheet.rows:
        yield [to_cell(row.get(name, "")) for name in sheet.names]


def _workbook(sheet: SheetOfDrafts) -> bytes:
    try:
        import openpyxl  # noqa: PLC0415  (an extra)
        from openpyxl.styles import Font  # noqa: PLC0415
        from openpyxl.utils import get_column_letter  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UsageError(_NEEDS) from None
    book: Any = openpyxl.Workbook()
    facts = book.active
    facts.title = FACTS
    for number, texts in enumerate([list(sheet.names), *_cells(sheet)], start=1):
        for column, text in enumerate(texts, start=1):
            if len(text) > MAX_CELL:
                raise UsageError(
                    f"a text of {len(text):,} characters, and a cell of XLSX holds {MAX_CELL:,}: write CSV"
                )
            if text:
                _put(facts.cell(number, column), text)
    for column, name in enumerate(sheet.names, start=1):
        dimension = facts.column_dimensions[get_column_letter(column)]
        dimension.number_format, dimension.width = _TEXT, max(12, len(name) + 4)
        facts.cell(1, column).font = Font(bold=True)
    facts.freeze_panes = "C2"
    _add_lists(book, sheet, max(ROWS, len(sheet.rows)) + 1)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _add_lists(book: Any, sheet: SheetOfDrafts, last: int) -> None:
    """A second sheet with what may be chosen, beside what it stands for, and the rules that name it."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    lists = book.create_sheet(LISTS)
    places: dict[Choices, str] = {}
    for column, name in enumerate(sheet.names, start=1):
        choices = sheet.choices.get(name)
        if choices is None:
            continue
        if choices not in places:
            at = lists.max_column + 1 if places else 1
            _put(lists.cell(1, at), name)
            for number, (text, label) in enumerate(choices.texts, start=2):
                _put(lists.cell(number, at), to_cell(text))
                if label:
                    _put(lists.cell(number, at + 1), to_cell(label))
            letter = get_column_letter(at)
            places[choices] = f"{LISTS}!${letter}$2:${letter}${len(choices.texts) + 1}"
        rule = DataValidation("list", formula1=places[choices], allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "stop" if choices.closed else "information"
        rule.error = (
            f"one of the sheet {LISTS}" if choices.closed else "this is not in the vocabulary; it works all the same"
        )
        letter = get_column_letter(column)
        rule.add(f"{letter}2:{letter}{last}")
        book[FACTS].add_data_validation(rule)


def _put(cell: Any, text: str) -> None:
    """A text in a cell, which is a text whatever it looks like."""
    cell.value = text
    cell.data_type, cell.number_format = "s", _TEXT
