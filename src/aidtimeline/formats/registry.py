"""The table of formats. A new one is one module with a function `read`, and one row here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Reading
from aidtimeline.text.safe import shown


@frozen
class Format:
    """A format, by the module that reads it.

    What `has_drafts` is no dataset: its module has a function `record_sheet` instead, and they are recorded as drafts.
    """

    module: str
    has_drafts: bool = False

    def read(self, file: File) -> Iterator[Reading]:
        """The readings of a file, one by one. The module is loaded when the first is needed."""
        reader: Callable[[File], Iterator[Reading]] = import_module(f"aidtimeline.formats.{self.module}").read
        return reader(file)


FORMATS = {
    "iati": Format("iati"),
    "kiel": Format("kiel"),
    "fts": Format("fts"),
    **dict.fromkeys(("csv", "xlsx", "jsonl"), Format("tables")),
    "sheet": Format("sheet", has_drafts=True),
}


def format_of(name: str) -> Format:
    """The format with a name. Raises `UsageError` if there is none."""
    if name not in FORMATS:
        raise UsageError(f"there is no format {shown(name)} (formats: {', '.join(FORMATS)})")
    return FORMATS[name]
