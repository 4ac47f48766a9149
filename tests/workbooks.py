"""Workbooks that tests of several formats read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from aidtimeline.formats.reading.files import File


def workbook(path: Path, *sheets: tuple[str, Sequence[Any]]) -> File:
    """A new workbook of these sheets, each with its rows."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return File(path=path)
