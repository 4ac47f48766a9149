"""What people already have, read into events: one module a format, each with the same `read`.

A reader turns a `File` into readings: entries, what it skipped, and what is worth a look. It touches no log.
`import_file` holds the entries against the log, and records what is new.
"""

from __future__ import annotations

from aidtimeline.formats.files import File
from aidtimeline.formats.importing import import_file
from aidtimeline.formats.registry import FORMATS
from aidtimeline.formats.reports import Report

__all__ = ["FORMATS", "File", "Report", "import_file"]
