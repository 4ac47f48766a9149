"""Plain tables for a terminal: columns of text, numbers to the right, one column wrapped into the room that is left."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import frozen

from aidtimeline.text.safe import printable

GAP = "  "
NARROWEST = 24
"""To how few terminal cells a text is wrapped at most."""

ROOM_TO_WRAP = 40
"""The room, in terminal cells, that optional columns have to leave for the column that may be wrapped."""


@frozen
class Column:
    """A column: its head, and the side its cells lean to.

    The last one may be one to `wrap`. An `optional` one is left out if the table would not fit with it.
    """

    head: str
    lean: Literal["left", "right"] = "left"
    wrap: bool = False
    optional: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> Iterator[str]:
    """The lines of a table, without control characters. Columns that are empty in every row are left out.

    `width` is the room there is, in terminal cells; None is any.

    >>> print(*table([Column("item"), Column("", "right")], [("truck", "30"), ("地雷", "2 to 4")]), sep="\\n")
    item
    ─────  ──────
    truck      30
    地雷   2 to 4
    """
    kept = [at for at, _ in enumerate(columns) if any(row[at] for row in rows)]
    columns = [columns[at] for at in kept]
    cells = [[printable(row[at]) for at in kept] for row in rows]
    widths = [
        max(cells_wide(text) for text in (column.head, *column_cells))
        for column, *column_cells in zip(columns, *cells, strict=True)
    ]
    if width is not None and _needed(columns, widths) > width:
        kept = [at for at, column in enumerate(columns) if not column.optional]
        columns, widths = [columns[at] for at in kept], [widths[at] for at in kept]
        cells = [[row[at] for at in kept] for row in cells]
    if width is not None and columns[-1].wrap:
        taken = sum(widths[:-1]) + len(GAP) * len(widths[:-1])
        widths[-1] = min(widths[-1], max(width - taken, NARROWEST))
    yield _line(columns, [column.head for column in columns], widths)
    yield GAP.join("─" * each for each in widths)
    for row in cells:
        *others, last = row
        first, *rest = wrapped(last, widths[-1])
        yield _line(columns, [*others, first], widths)
        for text in rest:
            yield _line(columns, [*("" for _ in others), text], widths)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` terminal cells, broken at spaces; a longer word stands alone."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cells_wide(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def cells_wide(text: str) -> int:
    """How many cells of a terminal the text takes: two for wide East Asian characters, none for combining ones.

    >>> cells_wide("truck"), cells_wide("地雷"), cells_wide("й")
    (5, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def hanging(lead: str, text: str, width: int | None = None) -> Iterator[str]:
    """A text behind a lead, in lines of at most `width` terminal cells (None: one line), the others indented as far.

    >>> print(*hanging("  status  ", "pipeline, or implementation", 24), sep="\\n")
      status  pipeline, or
              implementation
    """
    text = printable(text)
    for line in [text] if width is None else wrapped(text, max(width - len(lead), NARROWEST)):
        yield (lead + line).rstrip()
        lead = " " * len(lead)


def _needed(columns: Sequence[Column], widths: Sequence[int]) -> int:
    """How wide a table is at least, in terminal cells."""
    least = [ROOM_TO_WRAP if column.wrap else width for column, width in zip(columns, widths, strict=True)]
    return sum(least) + len(GAP) * (len(least) - 1)


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for column, text, width in zip(columns, cells, widths, strict=True):
        space = " " * (width - cells_wide(text))
        padded.append(space + text if column.lean == "right" else text + space)
    return GAP.join(padded).rstrip()
