"""Tables of any shape, CSV, XLSX or JSON Lines, by a mapping that says which column is what.

`example` shows what a mapping can say. A row makes one event or several; each goes by the row's key and its own name in
the mapping ("17/delivered").
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

__all__ = ["EXAMPLE", "SAMPLE", "example", "read"]


def read(file: File) -> Iterator[Reading]:
    """What a table tells by its mapping, row by row.

    Raises `UsageError` where there is no mapping or something is wrong with it, and `UnreadableFile` where the table
    cannot be read or lacks a column.
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
    if not mapping.complete:
        return
    if reader.skipped:
        reason = (
            "some rows could not be read: whether what is missing is gone cannot be told, and nothing is taken back"
        )
        yield Remark(reason=reason, place=file.name)
    elif source is None:
        yield Remark(reason="no row tells an event: nothing is taken back", place=file.name)
    else:
        yield Whole(scope="", source=source)
