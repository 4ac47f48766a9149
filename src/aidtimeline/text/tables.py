"""Plain tables for a terminal: columns of text, numbers to the right, long texts wrapped into the room that is left."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

from attrs import evolve, frozen

from aidtimeline.text.colours import Paint, mark, plain
from aidtimeline.text.safe import JOINERS, printable

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
    not fit with it; one that was `asked` for stays even if it is empty. Words that it `warns` of are in colour.
    """

    head: str
    lean: Literal["left", "right"] = "left"
    wrap: bool = False
    optional: bool = False
    asked: bool = False
    warns: Sequence[str] = ()


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None, paint: Paint = plain
) -> Iterator[str]:
    """The lines of a table, without control characters. Columns that are empty in every row are left out, if not asked.

    `width` is the room there is, in terminal cells; None is any. Where there is little, all texts are wrapped; where
    that is not enough, each row is written as a block, with a line for each cell. Only a word that is longer than the
    room stands out, and an address in the last column, which a terminal keeps whole. `paint` gives heads and warnings
    their colours.

    >>> print(*table([Column("item"), Column("", "right")], [("truck", "30"), ("地雷", "2 to 4")]), sep="\\n")
    item
    ─────  ──────
    truck      30
    地雷   2 to 4
    >>> print(*table([Column("item"), Column("number", "right")], [("mine detector", "at least 50")], 24), sep="\\n")
    item           number
    ────────  ───────────
    mine      at least 50
    detector
    >>> print(*table([Column("item"), Column("number", "right")], [("mine detector", "at least 50")], 18), sep="\\n")
    item
      mine detector
    number
      at least 50
    """
    kept = [at for at, column in enumerate(columns) if column.asked or any(row[at] for row in rows)]
    columns = [evolve(columns[at], head=printable(columns[at].head)) for at in kept]
    cells = [[printable(row[at]) for at in kept] for row in rows]
    widths = [
        max(cells_wide(text) for text in (column.head, *column_cells))
        for column, *column_cells in zip(columns, *cells, strict=True)
    ]
    if width is not None and columns and _needed(columns, widths) > width:
        kept = [at for at, column in enumerate(columns) if not column.optional]
        columns, widths = [columns[at] for at in kept], [widths[at] for at in kept]
        cells = [[row[at] for at in kept] for row in cells]
    if width is not None and columns:
        room = width - len(GAP) * (len(columns) - 1)
        found: Sequence[int] | None = _fitted(columns, widths, width)
        if found is not None and sum(found) > room:
            found = _narrowed(columns, cells, widths, room)
            columns = [evolve(each, wrap=each.lean == "left") for each in columns]
        if found is None:
            yield from _blocks(columns, cells, width, paint)
            return
        widths = list(found)
    heads = [wrapped(each.head, room) for each, room in zip(columns, widths, strict=True)]
    for line in zip_longest(*heads, fillvalue=""):
        yield paint("aside", _line(columns, line, widths, plain))
    yield paint("aside", GAP.join("─" * each for each in widths))
    for row in cells:
        texts = [
            wrapped(text, room) if column.wrap else [text]
            for column, text, room in zip(columns, row, widths, strict=True)
        ]
        for line in zip_longest(*texts, fillvalue=""):
            yield _line(columns, line, widths, paint)


def _narrowed(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], widths: Sequence[int], room: int
) -> Sequence[int] | None:
    """The widths of columns if all texts are wrapped, and no number; None if their longest words have no room."""
    least = []
    for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
        texts = [column.head, *(row[at] for row in cells)]
        last = at == len(columns) - 1
        words = [word for text in texts for word in text.split(" ") if not (last and "://" in word)]
        whole = words if column.lean == "left" else [*column.head.split(" "), *texts[1:]]
        least.append(min(width, max(map(cells_wide, whole), default=0)))
    left = room - sum(least)
    if left < 0:
        return None
    while left and least != list(widths):
        at = max(range(len(least)), key=lambda each: widths[each] - least[each])
        least[at] += 1
        left -= 1
    return [
        min(wide, max(cells_wide(line) for text in (column.head, *column_cells) for line in wrapped(text, wide)))
        if column.lean == "left"
        else wide
        for column, wide, *column_cells in zip(columns, least, *cells, strict=True)
    ]


def _blocks(columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int, paint: Paint) -> Iterator[str]:
    """A table as blocks, one for each row, with an empty line between: each cell behind its head, or below it."""
    lead = max((cells_wide(each.head) for each in columns), default=0) + len(GAP)
    longest = max((cells_wide(word) for row in cells for text in row for word in text.split(" ")), default=0)
    beside = width - lead >= max(NARROWEST, longest)
    for number, row in enumerate(cells):
        if number:
            yield ""
        for column, text in zip(columns, row, strict=True):
            if not text:
                continue
            space = " " * (lead - cells_wide(column.head))
            first, *others = wrapped(text, width - (lead if beside else len(GAP)))
            if beside:
                yield f"{paint('aside', column.head)}{space}{mark(column.warns, first, paint)}"
            else:
                yield paint("aside", column.head)
                others = [first, *others]
            margin = " " * lead if beside else GAP
            yield from (margin + mark(column.warns, each, paint) for each in others)


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
        0 if unicodedata.combining(each) or each in JOINERS else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def hanging(lead: str, text: str, width: int | None = None) -> Iterator[str]:
    """A text behind a lead, in lines of at most `width` terminal cells (None: one line), the others indented as far.

    >>> print(*hanging("  status  ", "pipeline, or implementation", 24), sep="\\n")
      status  pipeline, or
              implementation
    """
    lead, text = printable(lead), printable(text)
    for line in [text] if width is None else wrapped(text, max(width - len(lead), NARROWEST_BESIDE)):
        yield (lead + line).rstrip()
        lead = " " * len(lead)


def _needed(columns: Sequence[Column], widths: Sequence[int]) -> int:
    """How wide a table is at least, in terminal cells."""
    *before, last = [
        min(width, NARROWEST_BESIDE) if column.wrap else width for column, width in zip(columns, widths, strict=True)
    ]
    least = ROOM_TO_WRAP if columns[-1].wrap else last
    return sum(before) + least + len(GAP) * len(before)


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int], paint: Paint) -> str:
    padded = []
    for column, text, width in zip(columns, cells, widths, strict=True):
        space = " " * (width - cells_wide(text))
        shown = mark(column.warns, text, paint)
        padded.append(space + shown if column.lean == "right" else shown + space)
    return GAP.join(padded).rstrip()
