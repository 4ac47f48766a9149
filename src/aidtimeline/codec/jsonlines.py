"""Strict JSON, one object a line, with limits on what is read.

JSON as in RFC 8259, with less allowed: UTF-8 without a byte order mark, no name twice in an object, no NaN or Infinity.
A number other than an integer of at most `MAX_DIGITS` digits becomes a `Token`, which keeps its text, and which every
field refuses; so no number is ever rounded, and none takes long to read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import MAX_DIGITS

MAX_LINE_BYTES = 2**20
"""The longest line, in bytes of UTF-8, without its line end."""

MAX_DEPTH = 16
"""How deep objects and lists may be nested; an object that holds neither is 1 deep."""

EXPECTED = "a JSON object on one line"

_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


@frozen(repr=False)
class Token:
    """Something found that is not a value of any field. Messages show it as it is, without quotes."""

    text: str

    def __repr__(self) -> str:
        return self.text


NOTHING = Token("nothing")


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, with their ends. A line longer than `MAX_LINE_BYTES` is cut, and is still too long."""
    while line := stream.readline(MAX_LINE_BYTES + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES)
        yield line


def parse_object(line: str | bytes) -> dict[str, Any]:
    """The JSON object of one line, with or without its line end.

    Raises `InvalidValue` for anything else, and for what exceeds the limits.

    >>> parse_object(b'{"quantity": 11.5, "unit": null}')
    {'quantity': 11.5, 'unit': None}
    >>> parse_object('{"kind": "delivery", "kind": "pledge"}')
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found 'kind', expected each name once in an object
    """
    text = _text(line)
    if too_deep(text):
        raise InvalidValue(text, f"{EXPECTED}, nested at most {MAX_DEPTH} deep")
    try:
        found = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidValue(text, EXPECTED, broken_off(error)) from None
    if not isinstance(found, dict):
        raise InvalidValue(found, EXPECTED)
    return found


def broken_off(error: json.JSONDecodeError) -> str:
    """What a parser expected, and at which character of the text, from 1.

    >>> try:
    ...     json.loads('{"kind": "deli')
    ... except json.JSONDecodeError as error:
    ...     print(broken_off(error))
    Unterminated string starting at character 10
    """
    return f"{error.msg.removesuffix(' at')} at character {error.pos + 1}"


def compact(found: dict[str, Any], *, sort: bool = False) -> str:
    """An object as one line of JSON without its line end: no spaces, and no escapes that JSON does not need.

    >>> compact({"b": "é", "a": [1]}, sort=True)
    '{"a":[1],"b":"é"}'
    """
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)


def depth(text: str) -> int:
    """How deep the brackets of a JSON text are nested; those within its strings do not count.

    >>> depth('{"sources": [{"title": "[[["}]}')
    3
    """
    deepest = now = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            now += 1
            deepest = max(deepest, now)
        elif match[0] in "]}":
            now -= 1
    return deepest


def too_deep(text: str) -> bool:
    """Whether a JSON text is nested deeper than a line may be."""
    return text.count("{") + text.count("[") > MAX_DEPTH and depth(text) > MAX_DEPTH


def is_torn(tail: bytes) -> bool:
    """Whether `tail`, which follows the last line end of a file, is the beginning of a line whose writer died.

    No beginning of a JSON object is itself JSON. So a tail that is JSON was written whole, by another program.

    >>> is_torn(b'{"kind":"deliv'), is_torn(b'{"kind":"delivery"}'), is_torn(b" ")
    (True, False, False)
    """
    try:
        if len(tail) <= MAX_LINE_BYTES and tail.strip():
            json.loads(tail, parse_int=str, parse_float=str)
    except ValueError:
        return True
    except RecursionError:
        pass  # deeper than any line that this library writes
    return False


def _text(line: str | bytes) -> str:
    body = line.encode(errors="surrogatepass") if isinstance(line, str) else line
    body = body.removesuffix(b"\n")
    if len(body) > MAX_LINE_BYTES:
        raise InvalidValue(body[:100].decode(errors="replace"), f"{EXPECTED}, of at most {MAX_LINE_BYTES} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        found = body[error.start : error.start + 10]
        raise InvalidValue(found, f"{EXPECTED}, in UTF-8", f"at byte {error.start + 1}") from None
    if text.startswith("\ufeff"):
        raise InvalidValue(text, EXPECTED, "save the file without a byte order mark")
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise InvalidValue(counts.most_common(1)[0][0], "each name once in an object")
    return found


def _integer(text: str) -> int | Token:
    return int(text) if len(text.lstrip("-")) <= MAX_DIGITS else Token(text)


def _refuse(text: str) -> NoReturn:
    raise InvalidValue(text, "a number that JSON has")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=Token, parse_constant=_refuse)
"""Reads JSON strictly, without limits: raises `InvalidValue` for a name twice in an object, and for NaN."""
