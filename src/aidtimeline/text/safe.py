"""Text from data made safe to print: short, and without control characters."""

from __future__ import annotations

SHOWN_LENGTH = 80


def shown(found: object) -> str:
    """Any value as a message shows it: short, quoted, without control characters.

    >>> shown("trucks"), shown(None), shown({"amount": 1})
    ("'trucks'", 'null', "{'amount': 1}")
    """
    if found is None:
        return "null"
    if found is True or found is False:
        return str(found).lower()
    if isinstance(found, str):
        return repr(_short(found))
    try:
        text = repr(found)
    except (RecursionError, ValueError):  # nested too deep, or a number too long to be written out
        text = f"a {type(found).__name__} too large to show"
    return _short(text)


def bare(found: object) -> str | None:
    """Any value as a note keeps it: short, but not quoted; None stays None.

    >>> bare("trucks"), bare(None), bare({"amount": 1})
    ('trucks', None, "{'amount': 1}")
    """
    if found is None:
        return None
    return _short(found) if isinstance(found, str) else shown(found)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…"


def printable(text: str) -> str:
    """The text with its control characters (terminal escapes, line ends, lone surrogates) made visible.

    >>> printable("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
