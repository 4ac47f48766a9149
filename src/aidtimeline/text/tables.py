"""Plain tables for a terminal: columns of text, numbers to the right, long texts wrapped into the room that is left."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

from attrs import frozen

from aidtimeline.text.safe import printable

GAP = "  "
NARROWEST = 24
"""To how few terminal cells a text is wrapped at most."""

NARROWEST_BESIDE = 12
"""The same, of a text in a column before the last."""

ROOM_TO_WRAP = 40
"""The room, in terminal cells, that optional columns have to leave for the column that may be wrapped."""


@frozen
class Column:
    """A column: its head, and the side its cells lean to.

    One to `wrap` takes the room that is left, the last one most of it. An `optional` one is left out if the table would
    not fit with it; one that was `asked` for stays even if it is empty.
    """

    head: str
    lean: Literal["left", "right"] = "left"
    wrap: bool = False
    optional: bool = False
    asked: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> Iterator[str]:
    """The lines of a table, without control characters. Columns that are empty in every row are left out, if not asked.

    `width` is the room there is, in terminal cells; None is any.

    >>> print(*table([Column("item"), Column("", "right")], [("truck", "30"), ("地雷", "2 to 4")]), sep="\\n")
    item
    ─────  ──────
    truck      30
    地雷   2 to 4
    """
    kept = [at for at, column in enumerate(columns) if column.asked or any(row[at] for row in rows)]
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
    if width is not None:
        widths = _fitted(columns, widths, width)
    yield _line(columns, [column.head for column in columns], widths)
    yield GAP.join("─" * each for each in widths)
    for row in cells:
        texts = [
            wrapped(text, room) if column.wrap else [text]
            for column, text, room in zip(columns, row, widths, strict=True)
        ]
        for line in zip_longest(*texts, fillvalue=""):
            yield _line(columns, line, widths)


def _fitted(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """The widths of columns, those to wrap narrowed into the room that the others leave."""
    fitted = list(widths)
    room = width - len(GAP) * (len(widths) - 1)
    room -= sum(each for column, each in zip(columns, widths, strict=True) if not column.wrap)
    wrapping = [at for at, column in enumerate(columns) if column.wrap]
    for at in wrapping:
        last = at == wrapping[-1]
        least = NARROWEST if last else NARROWEST_BESIDE
        fitted[at] = min(widths[at], max(room if last else room - min(widths[wrapping[-1]], NARROWEST), least))
        room -= fitted[at]
    return fitted


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
    *before, last = [
        min(width, NARROWEST_BESIDE) if column.wrap else width for column, width in zip(columns, widths, strict=True)
    ]
    least = ROOM_TO_WRAP if columns[-1].wrap else last
    return sum(before) + least + len(GAP) * len(before)


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for column, text, width in zip(columns, cells, widths, strict=True):
        space = " " * (width - cells_wide(text))
        padded.append(space + text if column.lean == "right" else text + space)
    return GAP.join(padded).rstrip()
