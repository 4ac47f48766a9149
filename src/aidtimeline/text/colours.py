"""Colours on a terminal: of few things, and only where they are wanted."""

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


def plain(_style: Style, text: str) -> str:
    """The text as it is."""
    return text


def coloured(style: Style, text: str) -> str:
    """The text between the codes of a terminal.

    >>> coloured("doubt", "disputed")
    '\\x1b[33mdisputed\\x1b[0m'
    """
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text.strip() else text


def paint_on(stream: TextIO | None) -> Paint:
    """How to paint on a stream: not at all but on a terminal that can, and where no one asked for none (NO_COLOR)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return coloured if stream is not None and wanted and stream.isatty() else plain


def mark(words: Iterable[str], text: str, paint: Paint) -> str:
    """The text with these words in the colour of doubt.

    >>> mark(["disputed"], "disputed, about", lambda style, text: f"<{text}>")
    '<disputed>, about'
    """
    found = "|".join(map(re.escape, words))
    return re.sub(rf"\b({found})\b", lambda each: paint("doubt", each[0]), text) if found and text else text
