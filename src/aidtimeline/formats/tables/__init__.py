"""Tables of any shape, CSV, XLSX or JSON, by a mapping that says which column is what.

`example` shows what a mapping can say, and `guess` begins one for a file. A row makes one event or several; the `ref`
of each is the row's key and the event's name in the mapping ("17/delivered").
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import chain, islice

import attrs

from aidtimeline.errors import Problem, UnreadableFile, UsageError
from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.headers import find
from aidtimeline.formats.reading.sheets import HEADER_WITHIN, Row, rows, workbook
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Whole
from aidtimeline.formats.tables.conditions import Like
from aidtimeline.formats.tables.entries import RowReader
from aidtimeline.formats.tables.example import EXAMPLE, SAMPLE, example
from aidtimeline.formats.tables.mapping import TableMapping
from aidtimeline.formats.tables.toml import examine, faulty
from aidtimeline.text.safe import shown

EMPTY = "no row makes an event: nothing is retracted"

OTHER_SHEET = 'a sheet with the same columns, which is not read: sheet = ["…", "…"] in the mapping reads several'

OF_SHEET = "sheet"
"""The column with the name of the sheet, where the mapping says which are read."""

FIRST_ROWS = 100
"""So many rows are looked at if a mapping has faults, so that those of both are listed together."""

MOST_CHANGES = 10_000
"""How often the rows of a table go from one part of the dataset to another."""

__all__ = ["EXAMPLE", "SAMPLE", "example", "read"]


def read(file: File) -> Iterator[Reading]:
    """What a table says by its mapping, row by row.

    Raises `UsageError` if there is no mapping or something is wrong with it, and `UnreadableFile` if the table cannot
    be read, lacks a column, or has a text with several readings.
    """
    if file.mapping is None:
        raise UsageError("a table needs a mapping: --mapping FILE; --guess begins one for it")
    mapping, faults = examine(file.mapping)
    if mapping is None or faults.found:
        raise faulty(file.mapping, faults, () if mapping is None else tuple(_first_faults(file, mapping)))
    reader = RowReader(file, mapping)
    whole = mapping.complete or file.covers == "whole"
    scopes = _Scopes(file, reader)
    sheet = None
    for row in _rows(file, mapping):
        sheet = None if row.of_document else row.sheet
        yield from scopes.begun(reader.read(row)) if whole else reader.read(row)
    rest = reader.rest()
    yield from scopes.begun(rest) if whole else rest
    yield from _other_sheets(file, mapping, sheet)
    if whole:
        yield from scopes.whole()


def _rows(file: File, mapping: TableMapping) -> Iterator[Row]:
    """The rows of a table. Raises `UnreadableFile` also if no column has a name that is asked for with `*`."""
    found = _of_sheets(file, mapping)
    first = list(islice(found, HEADER_WITHIN))
    for event in mapping.events:
        for name in event.each.columns if event.each is not None else ():
            if first and not any(Like.parse(name).fits(each) for row in first for each in row.cells):
                raise file.unreadable(f"found no column like {shown(name)}, for event.{event.name}.each")
    yield from chain(first, found)


def _of_sheets(file: File, mapping: TableMapping) -> Iterator[Row]:
    """The rows of all sheets that the mapping names, or of the only table."""
    wanted = _wanted(mapping)
    named = mapping.sheet and OF_SHEET in map(fold, mapping.columns())
    for sheet in mapping.sheet or (None,):
        for row in rows(file, sheet=sheet, wanted=wanted, header=mapping.header, within=mapping.rows, folded=True):
            yield attrs.evolve(row, cells={OF_SHEET: row.sheet or "", **row.cells}) if named else row


def _wanted(mapping: TableMapping) -> tuple[str, ...]:
    """The columns that a table must have; the name of a sheet that is said is none."""
    return tuple(dict.fromkeys(name for name in mapping.columns() if not mapping.sheet or fold(name) != OF_SHEET))


def _other_sheets(file: File, mapping: TableMapping, read: str | None) -> Iterator[Remark]:
    """Sheets with the same columns as the one that was read, where nobody says which are meant."""
    wanted = _wanted(mapping)
    if read is None or mapping.sheet or mapping.rows or not wanted:
        return
    with workbook(file) as book:
        for name in [] if book is None else [each for each in book.names if each != read]:
            with contextlib.suppress(UnreadableFile):
                find(file, [(name, book.lines(name))], wanted, mapping.header)  # type: ignore[union-attr]
                yield Remark(reason=OTHER_SHEET, place=file.name, found=name)


def _first_faults(file: File, mapping: TableMapping) -> Iterator[Problem]:
    """What of a table does not fit its mapping, as far as that is without faults: its columns, and its first rows."""
    reader = RowReader(file, mapping)
    try:
        for row in islice(_rows(file, mapping), FIRST_ROWS):
            for _ in reader.read(row):
                pass
    except (UnreadableFile, UsageError) as error:
        yield from getattr(error, "problems", ())
    else:
        yield from reader.questions.problems()


class _Scopes:
    """The parts of the dataset that a table has, each from its beginning to the next."""

    def __init__(self, file: File, reader: RowReader) -> None:
        self._file, self._reader = file, reader
        self._found: dict[str, Whole] = {}
        self._now: str | None = None
        self._changes = 0

    def begun(self, readings: Iterator[Reading]) -> Iterator[Reading]:
        """The readings, with the beginning of a part before its entries."""
        for reading in readings:
            if isinstance(reading, Entry):
                scope = self._reader.scope_of(reading.event)
                if scope != self._now:
                    source = attrs.evolve(reading.event.sources[0], locator=None, quote=None)
                    self._now, self._changes = scope, self._changes + 1
                    if self._changes > MOST_CHANGES and self._changes > 2 * len(self._found):
                        columns = ", ".join(map(shown, self._reader.mapping.scope))
                        raise self._file.unreadable("rows of one part in too many places", hint=f"sort it by {columns}")
                    self._found[scope] = Whole(scope=scope, source=source)
                    yield Beginning(scope=scope, source=source, thing_of=_row_of)
            yield reading

    def whole(self) -> Iterator[Reading]:
        """That all has been read of these parts."""
        yield from self._found.values()
        if not self._found:
            yield Remark(reason=EMPTY, place=self._file.name)


def _row_of(ref: str) -> str:
    """The key of the row in the `ref` of an entry: tables may number rows anew."""
    return ref.rpartition("/")[0]
