"""Text that is read: the rows of CSV and of JSON Lines, one after the other, and JSON documents whole.

What is not such text is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from aidtimeline.codec.jsonlines import DECODER, Token, parse_object
from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import Figure, unescaped
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.headers import distinct
from aidtimeline.formats.reading.workbooks import MAX_WIDTH, Line
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown

MAX_COLUMNS = MAX_WIDTH
"""The most cells in a row: as many as XLSX can have."""

MAX_ROW = 2**24
"""The most characters in a row of a CSV file."""

MAX_DOCUMENT = 2**26
"""The most characters of a JSON document. Read, it takes 4 bytes for each, or 30 if it is made to take many."""

MAX_BLANK = 2**20
"""The most lines or rows in succession that say nothing: as many as a sheet can have."""

MAX_NAME = 2**10
"""The most characters of a name in JSON Lines, with the names that it is nested in."""

DELIMITERS = ",;\t|"

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def text_lines(file: File, stream: BinaryIO) -> Iterator[str]:
    """The lines of a text with their line ends, of any kind. Their length, encoding and characters are checked."""
    encoding = file.encoding or "utf-8"
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if marked and file.encoding is None:
        raise file.unreadable(f"text in {marked.upper()}, expected UTF-8", hint=f"say --encoding {marked}")
    text = io.TextIOWrapper(stream, encoding, "strict", newline="")
    number = blank = 0
    try:
        while line := text.readline(MAX_ROW + 1):
            number += 1
            blank = blank + 1 if len(line) < 3 and line.isspace() else 0
            if blank > MAX_BLANK:
                raise file.unreadable(_BLANK, line=number)
            if len(line) > MAX_ROW:
                raise file.unreadable(f"a line of more than {MAX_ROW:,} characters", line=number)
            if "\0" in line:
                hint = "say --encoding NAME, such as utf-16"
                raise file.unreadable("a NUL character, which text does not have", line=number, hint=hint)
            yield line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError):
            number += error.object.count(b"\n", 0, error.start)
        hint = "say --encoding NAME, such as cp1252 or utf-16"
        raise file.unreadable(f"not text in {encoding.upper()}", line=number + 1, hint=hint) from None
    finally:
        if not stream.closed:
            text.detach()  # the stream may be read again, and is closed by the caller


def delimiters(file: File, stream: BinaryIO) -> list[str]:
    """The possible delimiters, the likeliest first: by their number in the first line, outside quotes."""
    first = next((line for line in text_lines(file, stream) if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return sorted(DELIMITERS, key=bare.count, reverse=True)


def csv_lines(file: File, stream: BinaryIO, delimiter: str) -> Iterator[Line]:
    """The rows of a CSV file (RFC 4180) that are not empty."""
    taken, escaped = 0, False

    def counted() -> Iterator[str]:
        nonlocal taken, escaped
        for line in text_lines(file, stream):
            taken += len(line)
            if taken > MAX_ROW:
                raise file.unreadable(f"a row of more than {MAX_ROW:,} characters", line=number, hint=_UNCLOSED)
            if "_x000" in line:
                escaped = True
            yield line

    reader = csv.reader(counted(), delimiter=delimiter, strict=True)
    number, blank = 1, 0
    try:
        for record in reader:
            if len(record) > MAX_COLUMNS:
                raise file.unreadable(f"a row of more than {MAX_COLUMNS:,} cells", line=number)
            cells = [cell.strip() for cell in record]
            if escaped:
                cells, escaped = list(map(unescaped, cells)), False
            if any(cells):
                blank = 0
                yield Line(number, cells)
            elif (blank := blank + 1) > MAX_BLANK:
                raise file.unreadable(_BLANK, line=number)
            number, taken = reader.line_num + 1, 0
    except csv.Error as error:
        raise file.unreadable(f"not a row of CSV ({error})", line=number, hint=_UNCLOSED) from None


_BLANK = f"more than {MAX_BLANK:,} lines in succession that say nothing"
_UNCLOSED = "is there a quotation mark that is not closed, or not doubled?"


def json_lines(file: File, stream: BinaryIO) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Of each line of JSON Lines that says something: its number, and the texts in its object by their names."""
    for number, line in enumerate(text_lines(file, stream), start=1):
        if line.strip():
            try:
                found = parse_object(line.strip())
            except InvalidValue as error:
                of_list = _OF_LIST if number == 1 and line.strip() == "{" else None
                raise file.unreadable(error.message, line=number, hint=of_list or error.hint) from None
            if any((cells := _cells(file, found, number)).values()):
                yield number, cells


_OF_LIST = 'one JSON document? say rows = "NAME OF THE LIST" in the mapping'


def json_rows(file: File, stream: BinaryIO, within: str | None) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Of each object in a list of a JSON document: its number, and the texts in it by their names.

    The list is the document, or `within` it, by names joined by dots; where lists are on the way, all of each.
    """
    document = json_document(file, stream)
    names = [] if within is None else within.split(".")
    found: list[Any] = [document]
    for depth, name in enumerate(names):
        found = [each for one in found for each in (one if isinstance(one, list) else [one])]
        inner = [each[name] for each in found if isinstance(each, dict) and name in each]
        if not inner:
            known = [key for each in found if isinstance(each, dict) for key, value in each.items() if value != {}]
            path = ".".join(names[: depth + 1])
            raise file.unreadable(f"found no {shown(path)} in the document", hint=did_you_mean(name, known))
        found = inner
    number = 0
    for rows in found:
        for each in rows if isinstance(rows, list) else [rows]:
            number += 1
            if not isinstance(each, dict):
                raise file.unreadable(
                    f"element {number} of {within or 'the list'} is {shown(each)}, expected an object"
                )
            if any((cells := _cells(file, each, None)).values()):
                yield number, cells


def _cells(file: File, found: dict[str, Any], line: int | None) -> dict[str, str]:
    try:
        leaves = list(islice(_leaves(found, ""), MAX_COLUMNS + 1))
    except InvalidValue as error:
        raise file.unreadable(error.message, line=line) from None
    if len(leaves) > MAX_COLUMNS:
        raise file.unreadable(f"an object of more than {MAX_COLUMNS:,} values", line=line)
    names = distinct(name for name, _ in leaves)
    return {name: text for name, (_, text) in zip(names, leaves, strict=True)}


def json_document(file: File, stream: BinaryIO) -> Any:
    """The value of a JSON document. It is read whole, as strictly as a line of the log, and may be nested deeper."""
    held = io.StringIO()
    for line in text_lines(file, stream):
        held.write(line)
        if held.tell() > MAX_DOCUMENT:
            raise file.unreadable(
                f"a JSON document of more than {MAX_DOCUMENT:,} characters", hint="import it in parts"
            )
    text = held.getvalue()
    held.close()  # it takes four bytes a character
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        found = shown(text[error.pos : error.pos + 20]) if error.pos < len(text) else "the end of the file"
        breaks_off = error.msg.startswith("Unterminated") or error.pos > len(text) - 10
        hint = error.msg + ("; does the file break off?" if breaks_off else "")
        raise file.unreadable(f"found {found}, expected JSON", line=error.lineno, hint=hint) from None
    except InvalidValue as error:
        raise file.unreadable(error.message) from None
    except RecursionError:
        raise file.unreadable("JSON that is nested too deep") from None


def _leaves(found: Any, name: str) -> Iterator[tuple[str, str]]:
    """The texts in a value with their names, joined by dots."""
    if isinstance(found, dict | list):
        parts = found.items() if isinstance(found, dict) else enumerate(found)
        for key, each in parts:
            own = " ".join(str(key).split())
            if len(name) + len(own) > MAX_NAME:
                raise InvalidValue(own, f"names of at most {MAX_NAME:,} characters, with those that they are nested in")
            yield from _leaves(each, f"{name}.{own}" if name else own)
    else:
        yield name, _plain(found)


_SMALL = re.compile(r"[-0-9.]+(?:[eE][-+]?[0-9]{1,2})?")


def _plain(found: str | int | Token | None) -> str:
    if isinstance(found, Token):
        return Figure(f"{Decimal(found.text):f}" if _SMALL.fullmatch(found.text) else found.text)
    if isinstance(found, bool):
        return Figure(str(found).lower())
    if isinstance(found, int):
        return Figure(found)
    return "" if found is None else unescaped(found.strip())
