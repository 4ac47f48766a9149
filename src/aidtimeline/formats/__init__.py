"""Files in other formats, read as events: one module a format, each with the same function `read`.

It turns a `File` into readings: entries, what was skipped, and what is worth a look. It does not know the log.
`import_file` compares the entries with the log, and records what is new; `import_several` and `import_history` do so
for several versions, the oldest first. The other way round, `aidtimeline.formats.iati.writing` writes what a view
believes as IATI.
"""

from __future__ import annotations

from aidtimeline.formats.importing.importer import import_file
from aidtimeline.formats.importing.reports import Report
from aidtimeline.formats.importing.several import ImportedVersion, import_history, import_several
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.registry import FORMATS

__all__ = ["FORMATS", "File", "ImportedVersion", "Report", "import_file", "import_history", "import_several"]
