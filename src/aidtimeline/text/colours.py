"""Colours on a terminal: of few things, and only where they are wanted.

A text is painted with marks, and the codes of the terminal take their place when it is printed, after all else that
acts has been made visible. No text of a log can have a mark: it is drawn by lot in each process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Literal, TextIO, TypeAlias

Style: TypeAlias = Literal["aside", "doubt", "error", "new", "old"]
"""What a text is: an aside, such as the head of a table; a word of doubt; an error; what is new, or no longer so."""

Paint: TypeAlias = Callable[[Style, str], str]
"""Gives a text the colour of a style, or leaves it as it is."""

_CODES: dict[Style, int] = {"aside": 2, "doubt": 33, "error": 31, "new": 32, "old": 31}

_MARK = f"\ufdd0{os.urandom(16).hex()}"
"""Before each number of a code, which `_END` follows. U+FDD0 is for use within a program, and is no text."""
_END = "\ufdd1"
_MARKED = re.compile(f"{_MARK}([0-9]+){_END}")


def plain(_style: Style, text: str) -> str:
    """The text as it is."""
    return text


def painted(style: Style, text: str) -> str:
    """The text between marks of its colour.

    >>> with_codes(painted("doubt", "disputed"), str.upper)
    '\\x1b[33mDISPUTED\\x1b[0m'
    """
    return f"{_MARK}{_CODES[style]}{_END}{text}{_MARK}0{_END}" if text.strip() else text


def with_codes(text: str, clean: Callable[[str], str]) -> str:
    """A painted text with the codes of a terminal. All between them goes through `clean`."""
    parts = _MARKED.split(text)
    parts[::2] = map(clean, parts[::2])
    parts[1::2] = (f"\x1b[{each}m" for each in parts[1::2])
    return "".join(parts)


def unpainted(text: str) -> str:
    """The text without marks.

    >>> unpainted(painted("doubt", "disputed"))
    'disputed'
    """
    return _MARKED.sub("", text)


def paint_on(stream: TextIO | None) -> Paint:
    """How to paint on a stream: not at all but on a terminal that can, and where no one asked for none (NO_COLOR)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return painted if stream is not None and wanted and stream.isatty() else plain


def mark(words: Iterable[str], text: str, paint: Paint) -> str:
    """The text with these words in the colour of doubt.

    >>> mark(["disputed"], "disputed, about", lambda style, text: f"<{text}>")
    '<disputed>, about'
    """
    found = "|".join(map(re.escape, words))
    return re.sub(rf"\b({found})\b", lambda each: paint("doubt", each[0]), text) if found and text else text
