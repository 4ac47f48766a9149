"""What comes of a guessed mapping."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import attrs

from aidtimeline.errors import AidtimelineError, DataError
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry, Remark, Skipped
from aidtimeline.formats.tables import read
from aidtimeline.formats.tables.looking import ROWS
from aidtimeline.text.safe import printable


def tried(file: File, text: str) -> Iterator[str]:
    """What comes of the guess, as comments."""
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "guessed.toml"
        mapping.write_text(text, encoding="utf-8")
        entries = 0
        reasons: dict[str, list[str]] = {}
        yield ""
        try:
            for reading in islice(read(attrs.evolve(file, mapping=mapping)), 3 * ROWS):
                if isinstance(reading, Entry):
                    entries += 1
                elif isinstance(reading, Skipped | Remark):
                    such = "" if reading.found is None else f"{printable(reading.found[:40])} at "
                    reasons.setdefault(reading.reason, []).append(f"{such}{reading.place}")
        except DataError as error:
            yield "# Before it can be imported:"
            for problem in error.problems[:10]:
                where = f"line {problem.line}: "
                where = "" if problem.line is None or problem.message.startswith(where.strip(": ")) else where
                yield f"#   {where}{printable(problem.message)}" + (f" ({problem.hint})" if problem.hint else "")
            return
        except AidtimelineError as error:
            yield f"# Before it can be imported: {printable(str(error))}"
            return
        yield f"# Of the first {ROWS:,} rows it makes {entries:,} events."
        for reason, places in list(reasons.items())[:10]:
            yield f"#   {len(places):,} × {printable(reason)}: {places[0]}"
