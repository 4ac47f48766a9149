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

UNSURE = "some rows could not be read: whether what is missing is gone is not known, and nothing is retracted"
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
    source = None
    for row in rows(file, sheet=mapping.sheet, wanted=tuple(dict.fromkeys(mapping.columns()))):
        for reading in reader.read(row):
            if isinstance(reading, Entry):
                first = source is None
                source = attrs.evolve(reading.event.sources[0], locator=None, quote=None)
                if first and mapping.complete:
                    yield Beginning(scope="", source=source)
            yield reading
    if mapping.complete and source is not None and not reader.skipped:
        yield Whole(scope="", source=source)
    elif mapping.complete:
        yield Remark(reason=UNSURE if reader.skipped else EMPTY, place=file.name)
