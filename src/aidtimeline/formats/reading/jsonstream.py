"""A JSON document of any size, read member by member: only one value of it is held in memory at a time.

It is read as strictly as `aidtimeline.codec.jsonlines`: RFC 8259, but no name twice in an object, no NaN, and a limit
to the size and depth of each value that is read whole. A number that is not a short integer is a `Token` with its text.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from aidtimeline.codec.jsonlines import DECODER
from aidtimeline.errors import InvalidValue, UnreadableFile, UsageError
from aidtimeline.formats.reading.files import BLOCK, File
from aidtimeline.text.safe import shown

MAX_VALUE = 2**22
"""The most characters of a value that is read whole."""

_SPACE = " \t\n\r"


class JsonStream:
    """A JSON document in a stream, from its beginning to its end.

    `members` and `items` walk through an object or a list of any size. For each of its values, the caller calls
    `value`, or walks into it.
    """

    def __init__(self, file: File, stream: BinaryIO) -> None:
        self._file, self._stream = file, stream
        try:
            self._decoder = codecs.getincrementaldecoder(file.encoding or "utf-8-sig")("strict")
        except LookupError:
            raise UsageError(f"unknown encoding {shown(file.encoding)}: one such as utf-8, utf-16") from None
        self._text, self._at, self._lines = "", 0, 1

    def members(self) -> Iterator[str]:
        """The names in an object. The value of each comes next."""
        for _ in self._parts("{", "}"):
            name = self.value()
            if not isinstance(name, str):
                raise self._unreadable("a name in quotes")
            self._take(":")
            yield name

    def items(self) -> Iterator[None]:
        """The places in a list. The value of each comes next."""
        yield from self._parts("[", "]")

    def next_is(self, mark: str) -> bool:
        """Whether this mark comes next: `{` of an object, `[` of a list."""
        return self._peek() == mark

    def value(self) -> Any:
        """The value that comes next, whole."""
        self._peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > MAX_VALUE:
                    limit = f"a value of at most {MAX_VALUE:,} characters"
                    raise self._unreadable(limit, error.msg) from None
                if not self._more():
                    near = error.msg.startswith("Unterminated") or error.pos > len(self._text) - 10
                    why = error.msg + ("; does the file break off?" if near else "")
                    raise self._unreadable("JSON", why) from None
            except InvalidValue as error:
                raise self._file.unreadable(str(error), line=self._line()) from None
            except RecursionError:
                raise self._unreadable("JSON", "nested too deep") from None
            else:
                if end < len(self._text) or not self._more():  # otherwise a number may go on
                    self._at = end
                    return found

    def end(self) -> None:
        """Checks that nothing follows the document."""
        if self._peek():
            raise self._unreadable("the end of the file")

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        if self._peek() == closing:
            self._at += 1
            return
        while True:
            yield
            if self._peek() != ",":
                break
            self._at += 1
        self._take(closing)

    def _take(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._unreadable(repr(mark))
        self._at += 1

    def _peek(self) -> str:
        """The next character that is not a space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a large value is not parsed from its start too often."""
        held = self._text[self._at :]
        self._lines += self._text.count("\n", 0, self._at)
        self._text, self._at = held, 0
        data = self._stream.read(max(BLOCK, len(held)))
        try:
            self._text += self._decoder.decode(data, final=not data)
        except UnicodeError:
            encoding = (self._file.encoding or "utf-8").upper()
            hint = "say --encoding NAME, such as utf-16"
            raise self._file.unreadable(f"not text in {encoding}", line=self._line(), hint=hint) from None
        return bool(data)

    def _line(self) -> int:
        return self._lines + self._text.count("\n", 0, self._at)

    def _unreadable(self, expected: str, why: str | None = None) -> UnreadableFile:
        found = shown(self._text[self._at : self._at + 20]) if self._peek() else "the end of the file"
        return self._file.unreadable(f"found {found}, expected {expected}", line=self._line(), hint=why)
