"""The table of formats: a new one is one module with a `read`, and one row here."""

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
    """A format, by the module that reads it."""

    module: str

    def read(self, file: File) -> Iterator[Reading]:
        """What the file says, reading by reading, as they are asked for. The module is loaded then."""
        reader: Callable[[File], Iterator[Reading]] = import_module(f"aidtimeline.formats.{self.module}").read
        return reader(file)


FORMATS = {
    "iati": Format("iati"),
    "kiel": Format("kiel"),
    "fts": Format("fts"),
    **dict.fromkeys(("csv", "xlsx", "jsonl"), Format("tables")),
}


def format_of(name: str) -> Format:
    """The format of a name. Raises `UsageError` where there is none."""
    if name not in FORMATS:
        raise UsageError(f"there is no format {shown(name)} (formats: {', '.join(FORMATS)})")
    return FORMATS[name]
