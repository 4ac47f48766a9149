"""Tables as a workbook (XLSX): a sheet for each, numbers as numbers, and no text a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from aidtimeline.errors import UsageError
from aidtimeline.report.forms.csv import plain
from aidtimeline.report.frame import Frame
from aidtimeline.text.cells import inert
from aidtimeline.text.safe import printable

NEEDS = "a workbook needs openpyxl: pip install 'aidtimeline[xlsx]'"

LONGEST = 32_767
"""So many characters a cell of a workbook holds."""

DIGITS = 15
"""So many digits of a number a spreadsheet keeps; one with more is written as a text, so that none is lost."""


def written(frames: Sequence[Frame]) -> bytes:
    """A workbook: a sheet for each table, and one that says what they are. Raises `UsageError` without openpyxl."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415
        from openpyxl.styles import Font  # noqa: PLC0415
        from openpyxl.utils import get_column_letter  # noqa: PLC0415
    except ImportError:
        raise UsageError(NEEDS) from None
    book = Workbook()
    book.remove(book.active)
    for frame in frames:
        sheet = book.create_sheet(frame.name)
        sheet.append([value_in(each.name) for each in frame.fields])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for row in frame.rows:
            sheet.append([value_in(each) for each in row])
        for at, field in enumerate(frame.fields, start=1):
            widest = max((len(str(row[at - 1])) for row in frame.rows if row[at - 1] is not None), default=0)
            sheet.column_dimensions[get_column_letter(at)].width = min(max(widest, len(field.name)) + 2, 60)
        sheet.freeze_panes = "A2"
        if frame.rows:
            sheet.auto_filter.ref = sheet.dimensions
    about = book.create_sheet("about")
    for frame in frames:
        for line in frame.heading:
            about.append([frame.name, value_in(line)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def value_in(value: Any) -> Any:
    """A value as a cell of a workbook has it."""
    if isinstance(value, Decimal):
        kept = value.is_finite() and len(value.as_tuple().digits) <= DIGITS and abs(value) < 10**DIGITS
        return (int(value) if value == value.to_integral_value() else float(value)) if kept else plain(value)
    return inert(printable(value))[:LONGEST] if isinstance(value, str) else value
