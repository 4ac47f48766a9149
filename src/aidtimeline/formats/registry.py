"""The table of formats: a new one is one module with a `read`, and one row here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from attrs import frozen

from aidtimeline.errors import UsageError, shown
from aidtimeline.formats.files import File
from aidtimeline.formats.readings import Reading


@frozen
class Format:
    """A format: the module that reads it, and what it is in a few words."""

    module: str
    about: str

    def read(self, file: File) -> Iterator[Reading]:
        """What the file says, reading by reading, as they are asked for. The module is loaded then."""
        reader: Callable[[File], Iterator[Reading]] = import_module(f"aidtimeline.formats.{self.module}").read
        return reader(file)


_TABLE = "a table, with --mapping to say which column is what"
FORMATS = {
    "iati": Format("iati", "IATI activities, version 2 (XML)"),
    "kiel": Format("kiel", "a release of the Kiel Ukraine Support Tracker (XLSX, or its main sheet as CSV)"),
    "fts": Format("fts", "flows of OCHA's Financial Tracking Service (JSON of the API, or CSV)"),
    "csv": Format("tables", _TABLE),
    "xlsx": Format("tables", _TABLE),
    "jsonl": Format("tables", _TABLE),
}


def format_of(name: str) -> Format:
    """The format of a name. Raises `UsageError` where there is none."""
    if name not in FORMATS:
        raise UsageError(f"there is no format {shown(name)} (formats: {', '.join(FORMATS)})")
    return FORMATS[name]
