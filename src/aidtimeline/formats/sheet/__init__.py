"""Sheets of drafts: a row for each draft, a column for each field, to be filled in with a spreadsheet program.

`template` writes an empty one, with lists to choose from; `record_sheet` records the rows of one that was filled in. A
sheet is no dataset: its rows are drafts, each with a source of its own, and are recorded as drafts are, all or none.
"""

from aidtimeline.formats.sheet.columns import SheetOfDrafts, sheet_of
from aidtimeline.formats.sheet.reading import drafts_of, record_sheet
from aidtimeline.formats.sheet.template import as_csv, write

__all__ = ["SheetOfDrafts", "as_csv", "drafts_of", "record_sheet", "sheet_of", "write"]
