"""Tables of any shape, CSV, XLSX or JSON Lines, by a mapping that says which column is what.

`example` shows what a mapping can say. A row makes one event or several; the `ref` of each is the row's key and the
event's name in the mapping ("17/delivered").
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from aidtimeline.errors import UsageError
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows
from aidtimeline.formats.readings import Beginning, Entry, Reading, Remark, Whole
from aidtimeline.formats.tables.entries import RowReader
from aidtimeline.formats.tables.example import EXAMPLE, SAMPLE, example
from aidtimeline.formats.tables.toml import load

EMPTY = "no row makes an event: nothing is retracted"

__all__ = ["EXAMPLE", "SAMPLE", "example", "read"]


def read(file: File) -> Iterator[Reading]:
    """What a table says by its mapping, row by row.

    Raises `UsageError` if there is no mapping or something is wrong with it, and `UnreadableFile` if the table cannot
    be read or lacks a column.
    """
    if file.mapping is None:
        raise UsageError("a table needs a mapping: --mapping FILE; --example prints one to start from")
    mapping = load(file.mapping)
    reader = RowReader(file, mapping)
    whole = mapping.complete or file.covers == "whole"
    source = None
    for row in rows(file, sheet=mapping.sheet, wanted=tuple(dict.fromkeys(mapping.columns()))):
        for reading in reader.read(row):
            if isinstance(reading, Entry):
                first = source is None
                source = attrs.evolve(reading.event.sources[0], locator=None, quote=None)
                if first and whole:
                    yield Beginning(scope="", source=source, thing_of=_row_of)
            yield reading
    if whole and source is not None:
        yield Whole(scope="", source=source)
    elif whole:
        yield Remark(reason=EMPTY, place=file.name)


def _row_of(ref: str) -> str:
    """The key of the row in the `ref` of an entry: tables may number rows anew."""
    return ref.rpartition("/")[0]
