"""How a table is laid out: where its header is, and of how many rows; in which list of a JSON document its rows are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from attrs import frozen

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.headers import HEADER_WITHIN, header_of
from aidtimeline.formats.reading.plaintext import csv_lines, delimiters, json_document
from aidtimeline.formats.reading.sheets import kind_of, workbook
from aidtimeline.formats.reading.workbooks import Line

WIDE = 0.6
"""A header has at least this share of the cells of the widest of the first rows."""


@frozen
class Layout:
    """How many rows the header takes, its names, the list of a JSON document, whether it is JSON, and what is above."""

    header: int = 1
    names: tuple[str, ...] = ()
    within: str | None = None
    is_json: bool = False
    above: tuple[str, ...] = ()


def layout(file: File) -> Layout:
    """How a table is laid out. Raises `UnreadableFile`."""
    with file.open() as stream:
        kind = kind_of(file, stream, lists=True)
        if kind == "json":
            return Layout(within=_list_in(file), is_json=True)
        if kind == "csv":
            first = list(islice(csv_lines(file, stream, delimiters(file, stream)[0]), HEADER_WITHIN))
    if kind == "xlsx":
        with workbook(file) as book:
            sheets = [] if book is None else [list(islice(book.lines(name), HEADER_WITHIN)) for name in book.names]
        first = max(sheets, key=lambda lines: max((_filled(line) for line in lines), default=0) * min(len(lines), 5))
    if not first:
        return Layout()
    widest = max(map(_filled, first))
    likely = [n for n, line in enumerate(first) if _filled(line) >= WIDE * widest and not _has_numbers(line)]
    at = likely[0] if likely else 0
    names = [fold(name) for name in first[at].cells if name]
    if at + 1 < len(first) and _is_below(first[at + 1]):
        begin, end = at, at + 2
    else:
        two = at > 0 and _filled(first[at - 1]) > 1 and (len(set(names)) < len(names) or not first[at].cells[0])
        begin, end = at - two, at + 1
    named = header_of(first[begin:end]).named.values()
    return Layout(
        header=end - begin,
        names=tuple(name for name in named if "{" not in name and "}" not in name),
        above=tuple(cell for line in first[:begin] for cell in line.cells if cell and cell.isprintable()),
    )


def _filled(line: Line) -> int:
    return sum(1 for cell in line.cells if cell)


def _is_below(line: Line) -> bool:
    """Whether a line is the lower row of a header: its names are repeated under those of the upper one."""
    names = [fold(cell) for cell in line.cells if cell]
    return not line.cells[0] and len(set(names)) < len(names) and not any(re.search("[0-9]", name) for name in names)


def _has_numbers(line: Line) -> bool:
    """Whether most cells of a line are numbers."""
    return sum(1 for cell in line.cells if re.fullmatch(r"[-\d.,% ]+", cell)) > _filled(line) / 2


def _list_in(file: File) -> str | None:
    """The longest list of objects in a JSON document; None for a list itself, and for JSON Lines."""
    with file.open() as stream:
        start = stream.read(1).lstrip()
    try:
        with file.open() as stream:
            document = json_document(file, stream)
    except UnreadableFile:  # JSON Lines; what is wrong with a document is said when it is read
        return None
    if start == b"[" or not isinstance(document, dict):
        return None
    lists = dict(_lists(document, "", 0))
    return max(lists, key=lambda name: lists[name], default=None)


def _lists(found: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, int]]:
    for name, each in found.items():
        under = f"{path}.{name}" if path else name
        if isinstance(each, list) and each and isinstance(each[0], dict):
            yield under, len(each)
        elif isinstance(each, dict) and depth < 3:
            yield from _lists(each, under, depth + 1)
