"""What people already have, read into events: one module a format, each with the same `read`.

A reader turns a `File` into readings: entries, what it skipped, and what is worth a look. It touches no log.
`import_file` holds the entries against the log, and records what is new.
"""

from __future__ import annotations

from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import Report
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.registry import FORMATS

__all__ = ["FORMATS", "File", "Report", "import_file"]
