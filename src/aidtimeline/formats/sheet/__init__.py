"""Sheets of drafts: a row for each draft, a column for each field, to be filled in with a spreadsheet program.

`sheet_of` makes an empty one, with lists to choose from, and `as_file` the content of its file; `record_sheet` records
the rows of one that was filled in. A sheet is no dataset: its rows are drafts, each with a source of its own, and are
recorded as drafts are, all or none.
"""

from aidtimeline.formats.sheet.columns import SheetOfDrafts, sheet_of
from aidtimeline.formats.sheet.reading import drafts_of, record_sheet
from aidtimeline.formats.sheet.template import as_csv, as_file

__all__ = ["SheetOfDrafts", "as_csv", "as_file", "drafts_of", "record_sheet", "sheet_of"]
