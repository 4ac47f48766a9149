"""XML in blocks, by the standard library's expat, which no file keeps busy for longer than its size warrants.

A document type declaration is refused whatever it holds, so there are no entities but XML's own five. Up to version
2.5, expat scans a token (a tag with its attributes, a comment, a processing instruction) from its start with every
block until it is complete, which takes quadratic time for a long one (CVE-2023-52425): so blocks grow with the token,
and one of more than `MAX_TOKEN` bytes is refused. It writes the address of a namespace out before each name in it: so
that is short, and declared in a short tag. These limits hold with every version, as which one Python brings differs by
system. From `KNOWN_GOOD` on, expat has limits of its own, also for the memory that it takes (CVE-2025-59375): then what
other packages read with it need not be read beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from aidtimeline.errors import UnreadableFile, UsageError
from aidtimeline.formats.reading.encodings import text_encoding
from aidtimeline.formats.reading.files import File

KNOWN_GOOD = (2, 7, 2)
"""The version of expat from which on it defends itself against files that are made to be slow or large."""

BLOCK = 2**14
"""How many bytes are parsed at once: the elements made of them should fit into a processor's cache."""

MAX_TOKEN = 4 * 2**20
"""How many bytes a tag, comment or processing instruction may have."""
MAX_TAG = 2**14
"""How many bytes a tag may have that declares a namespace. (It is read before it is known to end.)"""
MAX_NAMESPACE = 256
"""How many characters the address of a namespace may have: expat writes it out before each name in it."""


def is_known_good() -> bool:
    """Whether the expat that Python brings defends itself."""
    return expat.version_info >= KNOWN_GOOD


def check(file: File, part: str, stream: IO[bytes]) -> None:
    """Read a part of an archive, for nothing but the limits. Raises `UnreadableFile` beyond them."""
    for _ in Parsing(file, part).parse(stream):
        pass


class Parsing:
    """A parser of XML that keeps to the limits, for a file or a part of one: others add handlers to it."""

    def __init__(self, file: File, part: str | None = None) -> None:
        self._file, self._part = file, part
        self._encoding = file.encoding if part is None else None
        self._unlike_ascii = _is_unlike_ascii(self._encoding or "utf-8")
        self._parser = parser = expat.ParserCreate(self._encoding, " ")
        parser.buffer_text = True
        parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = self._declaration, self._doctype
        parser.StartNamespaceDeclHandler = self._namespace

    def parse(self, stream: IO[bytes]) -> Iterator[int]:
        """Parse block by block; yields the size of each block, in bytes, once it is parsed."""
        fed = late = 0
        waiting = b""
        while block := stream.read(max(BLOCK, late)):
            if late > MAX_TAG:
                self._check_tag(waiting, block)
            self._parse(block)
            fed += len(block)
            late = fed - self._parser.CurrentByteIndex
            if late > MAX_TOKEN:
                raise self.refusal(f"a tag or comment of more than {MAX_TOKEN:,} bytes")
            waiting = (waiting + block)[-late:] if late else b""
            yield len(block)
        self._parse(b"")

    def _check_tag(self, waiting: bytes, block: bytes) -> None:
        """Refuse a long tag that may declare a namespace, before expat writes that out for each of its attributes."""
        if self._unlike_ascii or (_TAG.match(waiting) and _XMLNS in (waiting + block).replace(b"\0", b"")):
            raise self.refusal(f"a tag of more than {MAX_TAG:,} bytes that declares a namespace")

    def refusal(self, what: str) -> UnreadableFile:
        """The error that the file has something that is not read, in the line that the parser has reached."""
        return self._unreadable(f"has {what}", self._parser.CurrentLineNumber)

    def _of_encoding(self, error: Exception) -> UnreadableFile:
        if self._part is None:
            return self._file.unreadable(f"its encoding cannot be read: {error}", line=1)
        return self._unreadable(f"has an encoding that cannot be read: {error}", 1)

    def _unreadable(self, what: str, line: int) -> UnreadableFile:
        if self._part is None:
            return self._file.unreadable(f"it {what}", line=line)
        return self._file.unreadable(f"its part {self._part} {what}")

    def _parse(self, block: bytes) -> None:
        try:
            self._parser.Parse(block, not block)
        except expat.ExpatError as error:
            message = f"is not XML, or damaged: {expat.ErrorString(error.code)}"
            raise self._unreadable(message, error.lineno) from None
        except (LookupError, ValueError) as error:
            raise self._of_encoding(error) from None

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is None or self._encoding is not None:  # which replaces it
            return
        try:
            text_encoding(encoding)
        except UsageError as error:
            raise self._of_encoding(error) from None
        self._unlike_ascii = _is_unlike_ascii(encoding)

    def _doctype(self, *_: object) -> None:
        raise self.refusal("a document type declaration (DOCTYPE), which is refused: it may declare entities")

    def _namespace(self, _prefix: str | None, address: str | None) -> None:
        if len(address or "") > MAX_NAMESPACE:
            raise self.refusal(f"a namespace of more than {MAX_NAMESPACE} characters")


_TAG, _XMLNS = re.compile(rb"\0?+<\0?+[^!?]", re.DOTALL), b"xmlns"
"""How a tag begins (what else may be long begins with <! or <?), and what is in one that declares a namespace."""


def _is_unlike_ascii(encoding: str) -> bool:
    """Whether tags look otherwise in an encoding than in ASCII, apart from noughts."""
    try:
        return _XMLNS not in "<xmlns".encode(encoding).replace(b"\0", b"")
    except (LookupError, ValueError):  # which is refused where it is read
        return True
