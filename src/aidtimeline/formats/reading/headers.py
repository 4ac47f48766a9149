"""The header of a table: which of its first rows it is, and the names by which its columns are found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from attrs import frozen

from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.workbooks import MAX_WIDTH, Line
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

HEADER_WITHIN = 20
"""The header is one of the first so many rows that are not empty."""

MAX_HEADER = 5
"""The most rows that a header may take."""

_BY_PLACE = re.compile("column ([1-9][0-9]{0,4})")


@frozen
class Header:
    """The header of a table: the line on which it begins, its rows, and the names of its columns.

    The second of two equal names ends in " (2)", whatever its capitals. `named` has the columns with a name, counted
    from 0; `places` says where each folded name is found. A name of several rows is made of all of them, from above;
    one of its parts does too, if no other column has it.
    """

    number: int
    rows: tuple[list[str], ...]
    named: Mapping[int, str]
    places: Mapping[str, int]

    @property
    def width(self) -> int:
        """How many columns it has, up to the last with a name."""
        return max(self.named, default=-1) + 1

    def names(self, width: int) -> list[str]:
        """The names of the first columns. One without a name is called "column 12"."""
        missing = (place for place in range(width) if place not in self.named)
        without = {place: f"column {place + 1}" for place in missing}
        taken = {place: f"{name} (2)" for place, name in without.items() if name in self.places}
        return [self.named.get(place) or taken.get(place) or without[place] for place in range(width)]

    def place(self, name: str) -> int | None:
        """Where a folded name is, counted from 0, or None. "column 12" is the twelfth, whatever its name is."""
        by_place = _BY_PLACE.fullmatch(name)
        found = self.places.get(name)
        if found is None and by_place and int(by_place[1]) <= MAX_WIDTH:
            return int(by_place[1]) - 1
        return found

    def is_repeated(self, texts: list[str]) -> bool:
        """Whether a row is the header again, as at the top of a printed page."""
        return texts in self.rows


def header_of(lines: Sequence[Line]) -> Header:
    """The header that these lines are.

    >>> lines = [Line(1, ["Donor", "Pledged"]), Line(2, ["", "No.", "Date"])]
    >>> header_of(lines).names(3)
    ['Donor', 'Pledged No.', 'Pledged Date']
    """
    parts: dict[int, list[str]] = {}
    places: dict[str, int] = {}
    for number, line in enumerate(lines):
        above = ""
        below = lines[number + 1].cells if number + 1 < len(lines) else []
        alone = Counter(map(fold, line.cells))
        for place in range(len(line.cells) if not below else max(len(line.cells), len(below))):
            name = " ".join(line.cells[place].split()) if place < len(line.cells) else ""
            under = place < len(below) and below[place]
            if name and len(lines) > 1 and alone[fold(name)] == 1:
                places[fold(name)] = place
            above = name or above
            if name or (under and above):
                parts.setdefault(place, []).append(above)
    texts = {place: " ".join(parts[place]) for place in sorted(parts)}
    named = dict(zip(texts, distinct(texts.values()), strict=True))
    places.update({fold(name): place for place, name in named.items()})
    return Header(lines[0].number if lines else 1, tuple(line.cells for line in lines), named, places)


def distinct(names: Iterable[str]) -> list[str]:
    """The names, with a number after each that came before, in whatever capitals.

    >>> distinct(["Item", "No.", "item"])
    ['Item', 'No.', 'item (2)']
    """
    given: dict[str, int] = {}
    found = []
    for name in names:
        key, free = fold(name), name
        ordinal = given.get(key, 0) + 1
        while ordinal > 1 and fold(free := f"{name} ({ordinal})") in given:
            ordinal += 1
        given[key] = ordinal
        given.setdefault(fold(free), 1)
        found.append(free)
    return found


def find(
    file: File, tables: Iterable[tuple[str | None, Iterator[Line]]], wanted: Collection[str], rows: int
) -> tuple[Header, str | None, Iterator[Line]]:
    """The first header of so many rows with all wanted names, the sheet that it is in, and what is below it.

    `tables` are what the file may hold: the sheets of a workbook, or a CSV as read with each of the delimiters. Raises
    `UnreadableFile` with all names that the nearest header lacks.
    """
    expected = {fold(name): name for name in wanted if not _BY_PLACE.fullmatch(fold(name))}
    missing = list(expected)
    nearest: Header | None = None
    for sheet, table in tables:
        if not rows:
            return header_of([]), sheet, table
        first: list[Line] = []
        for line in islice(table, HEADER_WITHIN if expected else rows):
            first.append(line)
            if len(first) < rows:
                continue
            header = header_of(first[-rows:])
            lacking = [name for name in expected if name not in header.places]
            if not lacking:
                return header, sheet, table
            if len(lacking) < len(missing):
                missing, nearest = lacking, header
    if not expected:
        raise file.unreadable("a table without any row" if rows == 1 else f"a table without {rows} rows of a header")
    names = ", ".join(shown(expected[name]) for name in missing)
    if nearest is None:
        raise file.unreadable(f"found no header with {names}")
    near = [(expected[name], did_you_mean(expected[name], nearest.named.values())) for name in missing]
    hints = [hint if len(near) == 1 else f"{shown(name)}: {hint}" for name, hint in near if hint]
    raise file.unreadable(f"found no header with {names}", line=nearest.number, hint="; ".join(hints) or None)
