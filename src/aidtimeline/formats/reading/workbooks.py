"""XLSX workbooks: the rows of each sheet as texts, one after the other. What is not a workbook is refused unread.

A workbook is a zip archive of XML (ECMA-376). It is read by `openpyxl`, with `defusedxml` against entities that grow
(the extra `aidtimeline[xlsx]`). The sizes of its parts are checked before any of them is unpacked, and where Python's
expat does not defend itself, its parts are before openpyxl reads them (`expat.py`).
"""

from __future__ import annotations

import contextlib
import os
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from attrs import frozen

from aidtimeline.errors import AidtimelineError, UsageError
from aidtimeline.formats.reading import expat
from aidtimeline.formats.reading.cells import Figure, unescaped
from aidtimeline.formats.reading.files import MAX_RATIO, SMALL, File
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_UNPACKED = 4 * 2**30
"""The most bytes that all parts of a workbook may take unpacked."""

MAX_SHARED = 256 * 2**20
"""The most bytes of any one part that is held in memory: all but the sheets."""

SMALL_HELD = 8 * 2**20
"""A part that is held in memory may be packed as well as one likes up to so many bytes; a sheet up to `SMALL`."""

MAX_ROWS = 2**20
"""The rows that a sheet can have."""

MAX_WIDTH = 2**14
"""The columns that a sheet can have."""

MAX_LACKING = 2**26
"""The most cells of a sheet that are empty because its rows have others, or its header has: each takes time."""

MAX_IN_ROW, MAX_OUTSIDE = 2**18, 2**20
"""The most elements of XML up to the end of a row, and beside all rows: they are held in memory."""

MAX_FORMAT = 255
"""The most characters of a number format."""

_AT_ONCE = 256

_BESIDE_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
"""What stands in a number format for itself: quoted texts, brackets, and what follows a backslash."""


class Line(NamedTuple):
    """A row: its number in the file, from 1, and the texts of its cells."""

    number: int
    cells: list[str]


@frozen
class Sheets:
    """The sheets of an open workbook."""

    file: File
    book: Workbook

    @property
    def names(self) -> list[str]:
        """Their names, in order."""
        return [each.title for each in self.book.worksheets]

    def lines(self, name: str) -> Iterator[Line]:
        """The rows of a sheet that are not empty."""
        if name not in self.names:
            known = ", ".join(map(repr, self.names))
            message = f"found no sheet {shown(name)}, expected one of {known}"
            raise self.file.unreadable(message, hint=did_you_mean(name, self.names))
        lacking = 0
        rows = self._rows(name)
        while batch := self._next(rows):
            for number, cells in batch:
                if number > MAX_ROWS:
                    raise self.file.unreadable(f"a sheet of more than {MAX_ROWS} rows", line=number)
                texts: list[str] = []
                for cell in cells:
                    if text := self._text(cell):
                        lacking += max(between := cell["column"] - len(texts), 0)
                        if cell["column"] > MAX_WIDTH or lacking > MAX_LACKING:
                            raise self.file.unreadable("cells that are too far from each other", line=number)
                        texts += [""] * between
                        texts[cell["column"] - 1] = text
                if texts:
                    yield Line(number, texts)

    def _text(self, cell: dict[str, Any]) -> str:
        """The text of a cell. A first of a month or year that is shown without its day is that month or year.

        Programs make a day of "2023-05" as it is typed, and show the month: the day is nobody's word.
        """
        value = cell["value"]
        if isinstance(value, datetime) and value.day == 1 and value.time() == time():
            shown_as = _BESIDE_FORMAT.sub("", self._format(cell["style_id"])).lower()
            if "y" in shown_as and "d" not in shown_as:
                if "m" in shown_as:
                    return Figure(f"{value:%Y-%m}")
                if value.month == 1:
                    return Figure(f"{value:%Y}")
        return _text(value)

    def _format(self, style: int) -> str:
        """The number format of a style, as it is written in the workbook."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

        book: Any = self.book
        number = book._cell_styles[style].numFmtId
        if number < BUILTIN_FORMATS_MAX_SIZE:
            return str(BUILTIN_FORMATS.get(number, ""))
        return str(book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])[:MAX_FORMAT]

    def _next(self, rows: Iterator[tuple[int, list[Any]]]) -> list[tuple[int, list[Any]]]:
        with _clear(self.file):
            return list(islice(rows, _AT_ONCE))

    def _rows(self, name: str) -> Iterator[tuple[int, list[Any]]]:
        """The rows of a sheet with their numbers, as `openpyxl` reads each.

        Its own loop over them keeps something of every row, up to 500 MB for a full sheet, and relies on what the file
        says of its size.
        """
        from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser  # noqa: PLC0415
        from openpyxl.xml.functions import iterparse  # noqa: PLC0415

        book: Any = self.book
        sheet = book[name]
        with sheet._get_source() as source:
            parser = WorkSheetParser(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            held = None
            kept = outside = 0
            for event, element in iterparse(source, events=("start", "end")):
                if event == "start":
                    kept, outside = (kept, outside + 1) if held is None else (kept + 1, outside)
                    if kept > MAX_IN_ROW or outside > MAX_OUTSIDE:
                        raise self.file.unreadable(
                            f"a sheet with far too many elements in or between its rows: {shown(name)}"
                        )
                if element.tag == DATA_TAG:
                    held = element if event == "start" else None
                elif event == "end" and element.tag == ROW_TAG:
                    self._refuse_uncalculated(element)
                    yield parser.parse_row(element)
                    parser.row_dimensions.clear()
                    element.clear()
                    kept = 0
                    if held is not None:
                        held.clear()
                elif event == "end" and held is None:
                    element.clear()

    def _refuse_uncalculated(self, row: Iterable[Any]) -> None:
        """Refuse a formula whose result no program has stored: the cell is not empty, and its value is not known."""
        for cell in row:
            parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
            if "f" in parts and not parts.get("v") and cell.get("t") != "str":  # a result may be the empty text
                message = f"the formula in {shown(cell.get('r'))} has never been calculated, so its value is not known"
                raise self.file.unreadable(message, hint="open the workbook in a spreadsheet program, and save it")


@contextlib.contextmanager
def opened(file: File, stream: BinaryIO) -> Iterator[Sheets]:
    """The workbook in a stream. Raises `UnreadableFile`, also while its rows are read, and `UsageError`."""
    os.environ.setdefault(_WITH_LXML, "False")
    try:
        import openpyxl  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        raise UsageError(_NEEDS) from None
    if not openpyxl.DEFUSEDXML:
        raise UsageError(_NEEDS)
    with _clear(file):
        _check(file, stream)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise file.unreadable("a workbook in which no sheet can be read", hint="save it as .xlsx or CSV again")
        yield Sheets(file, book)
    finally:
        book.close()


_WITH_LXML = "OPENPYXL_LXML"
"""openpyxl reads it when it is loaded. With *lxml*, where that is installed, it would not refuse entities, but leave
them out."""

_NEEDS = "reading XLSX needs openpyxl and defusedxml: pip install 'aidtimeline[xlsx]'"


def _check(file: File, stream: BinaryIO) -> None:
    """Refuse what no spreadsheet program writes, before openpyxl reads any of it."""
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in {part.filename for part in parts}:
            raise file.unreadable("a zip archive, but not an XLSX workbook", hint="save the table as .xlsx or CSV")
        _check_sizes(file, parts)
        if not expat.is_known_good():
            for part in parts:
                if part.file_size > expat.MAX_TAG and part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as content:
                        expat.check(file, part.filename, content)
    stream.seek(0)


def _check_sizes(file: File, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a bomb by the sizes in the archive's directory, which unpacking enforces."""
    sheets = sum(part.file_size for part in parts)
    for part in parts:
        held = not part.filename.startswith("xl/worksheets/")
        packed_well = part.file_size > (SMALL_HELD if held else SMALL) and part.file_size > MAX_RATIO * max(
            part.compress_size, 1
        )
        if packed_well or (held and part.file_size > MAX_SHARED) or sheets > MAX_UNPACKED:
            size = f"{part.compress_size:,} bytes that unpack to {part.file_size:,}"
            raise file.unreadable(f"looks like a zip bomb: {part.filename} has {size}", hint="save the table as CSV")


@contextlib.contextmanager
def _clear(file: File) -> Iterator[None]:
    """Errors of the archive, the XML or the package that reads it become those of the file. Warnings are ignored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except AidtimelineError:
        raise
    except (zipfile.BadZipFile, EOFError) as error:
        raise file.unreadable(f"a workbook that is damaged or breaks off ({error})") from None
    except Exception as error:  # noqa: BLE001  (whatever the package stumbles over is in the file)
        cause: BaseException = error
        while (before := cause.__cause__ or cause.__context__) is not None:
            cause = before
        message = f"not a workbook that can be read ({type(cause).__name__}: {cause})"
        raise file.unreadable(message, hint="save it as .xlsx or CSV again") from None


def _text(value: Any) -> str:
    """The text of a cell: a date as ISO 8601, a number exactly and without its format, an error as it is shown."""
    if isinstance(value, str):
        return unescaped(value.strip())
    if isinstance(value, bool):
        return Figure(str(value).lower())
    if isinstance(value, float):
        text = f"{Decimal(repr(value)):f}"
        return Figure(text.removesuffix(".0"))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date | time):
        return Figure(value.isoformat())
    return "" if value is None else Figure(str(value).strip())
