"""Encodings of text: which names are some."""

from __future__ import annotations

import codecs

from aidtimeline.errors import UsageError
from aidtimeline.text.nearest import nearest_of
from aidtimeline.text.safe import shown

SUCH_AS = ("utf-8", "utf-16", "cp1252")

_NO_FILES = {
    "idna": None,
    "punycode": None,
    "undefined": None,
    "charmap": "latin-1",
    "unicode-escape": "latin-1",
    "raw-unicode-escape": "latin-1",
}
"""What Python decodes to text, but is of names in addresses, or of literals in programs, and the nearest encoding."""


def text_encoding(name: str) -> str:
    """The name of an encoding, as it was given. Raises `UsageError` if no text file is written in it.

    >>> text_encoding("Latin-1")
    'Latin-1'
    >>> text_encoding("hex")
    Traceback (most recent call last):
        ...
    aidtimeline.errors.UsageError: unknown encoding 'hex': expected one of text, such as utf-8, utf-16, cp1252
    """
    found = _codec(name)
    if found is None:
        near = next(filter(_makes_text, nearest_of(name.replace("_", "-"), _known())), None)
    elif found in _NO_FILES:
        near = _NO_FILES[found]
    elif _makes_text(name):
        return name
    else:
        near = None
    hint = "" if near is None else f"; did you mean {near}?"
    raise UsageError(f"unknown encoding {shown(name)}: expected one of text, such as {', '.join(SUCH_AS)}{hint}")


def _codec(name: str) -> str | None:
    """What Python calls the codec of this name, if it has one."""
    try:
        return codecs.lookup(name).name.replace("_", "-")
    except (LookupError, ValueError):  # no such, or not a name at all
        return None


def _makes_text(name: str) -> bool:
    """Whether a codec makes text of bytes, and not bytes of bytes, or text of text."""
    try:
        decoder = codecs.getincrementaldecoder(name)
        return isinstance(decoder().decode(b""), str)
    except (LookupError, TypeError, ValueError):  # such as that of uu, which misses its first line
        return False


def _known() -> list[str]:
    from encodings.aliases import aliases  # noqa: PLC0415  (a long list, which only a slip needs)

    known = {each.replace("_", "-") for each in (*aliases, *aliases.values(), *SUCH_AS)}
    return sorted(each for each in known if len(each) > 3)  # not u8, l1 and the like
