"""How the table of facts that is kept of a log looks."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from aidtimeline.engines.caching import Cached
from aidtimeline.report.columns import COUNT, TEXT, Column, Json, json_row
from aidtimeline.report.look import Grid, Part
from aidtimeline.text import tables

COLUMNS = (Column("file", TEXT), Column("lines", COUNT), Column("covered", COUNT), Column("more", COUNT))
HEADS = (
    tables.Column("file"),
    tables.Column("lines", "right"),
    tables.Column("covered", "right"),
    tables.Column("since then", "right"),
)


@frozen
class CachedShown:
    """What is kept of a log."""

    cached: Cached

    def heading(self) -> list[str]:
        """Where it is, and its size."""
        if self.cached.store is None:
            where = "" if self.cached.folder is None else f"; it would be kept in {self.cached.folder}"
            return [f"no table of facts fits this log{where}"]
        return [f"{self.cached.store}", f"{size(self.cached.size)}, fits this log"]

    def page(self) -> Iterator[Part]:
        """A line for each file of the log, and what the engine would do by itself."""
        rows = [
            (each.file, f"{each.lines:,}", size(each.covered), size(each.more) if each.more else "")
            for each in self.cached.parts
        ]
        if rows:
            yield Grid(HEADS, rows)
        if self.cached.index:
            yield f"the index of ids takes {size(self.cached.index)}"
        if not self.cached.by_itself:
            yield "this log is small: questions take the table only with --engine embedded"

    def json(self) -> Json:
        """The files of the log as the rows of a JSON object."""
        return {
            "folder": None if self.cached.folder is None else str(self.cached.folder),
            "store": None if self.cached.store is None else str(self.cached.store),
            "bytes": self.cached.size,
            "rows": [json_row(COLUMNS, each) for each in self.cached.parts],
        }


def size(number: int) -> str:
    """A number of bytes for people.

    >>> size(500), size(1_500_000)
    ('500 bytes', '1.5 MB')
    """
    return f"{number:,} bytes" if number < 10**5 else f"{number / 10**6:,.1f} MB"
