"""Text from data made safe to print: short, and with nothing in it that hides or acts.

`hidden` is the one rule of what hides or acts: here it is made visible (`printable`), and in files of others left out
(`aidtimeline.text.foreign`).
"""

from __future__ import annotations

import re
from unicodedata import category

SHOWN_LENGTH = 80

JOINERS = "\u200c\u200d"
"""What joins letters or keeps them apart. It is not seen, and many scripts need it."""

MOST_STACKED = 8
"""So many characters without a width of their own may follow each other: more than any script needs."""

_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories: control characters, marks of direction and the like, halves of characters, ends of lines, paragraphs."""

_IGNORED = re.compile("[\u2065\ufff0-\ufff8\ufdd0-\ufdef\U000e0000-\U000e0fff]")
"""What has no meaning yet and is not shown, and what never has one; so have the last two characters of each plane."""

_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters that fill a place and are not seen."""

_MAY_STACK = re.compile(f"[^\0-\u02ff]{{{MOST_STACKED + 1}}}")


def hidden(character: str) -> bool:
    """Whether a character hides or acts: a control character, one that changes the direction, half of one.

    >>> hidden("\\x1b"), hidden("\\u202e"), hidden("\\u2028"), hidden("\\ud800"), hidden("й"), hidden("\\xa0")
    (True, True, True, True, False, False)
    """
    if character.isprintable() or character in JOINERS:
        return False
    return category(character) in _HIDDEN or ord(character) & 0xFFFE == 0xFFFE or bool(_IGNORED.match(character))


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
    """The text with all that hides or acts made visible: terminal escapes, line ends, marks of direction, halves.

    So is what is stacked higher than any script needs. A text that is printable already stays as it is.

    >>> printable("a\\x1b[2Jb"), printable("a\\u202eb"), printable("a\\nb")
    ('a\\\\x1b[2Jb', 'a\\\\u202eb', 'a\\\\nb')
    """
    if text.isprintable() and (text.isascii() or not _MAY_STACK.search(text)):
        return text
    found = []
    stacked = 0
    for each in text:
        stacked = stacked + 1 if _has_no_width(each) else 0
        found.append(_escaped(each) if hidden(each) or stacked > MOST_STACKED else each)
    return "".join(found)


def visible(text: str) -> str:
    """The lines of a text, each printable; only line ends stay.

    >>> visible("a\\tb\\r\\nc\\n")
    'a\\\\tb\\\\r\\nc\\n'
    """
    return "\n".join(map(printable, text.split("\n")))


def _has_no_width(character: str) -> bool:
    return character in JOINERS or character in _FILLERS or category(character) in ("Mn", "Me")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
