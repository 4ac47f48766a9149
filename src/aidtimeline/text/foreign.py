"""Texts from data made safe for files of others: on one line, without what hides (`safe.hidden`), and nothing acts."""

from __future__ import annotations

import re
from urllib.parse import quote

from aidtimeline.text.safe import hidden

_ACTING = re.compile(r"([\\`*_{}\[\]<>#|~$&^!=])")
_ADDRESS = re.compile(r":(?=//)")
_HOST = re.compile(r"(?i)(?<=www)\.")
_ENTITY = re.compile(r"&(?=[#\w]+;)")
_LINK = re.compile(r"https?://[^/?#\s\\]+[^\s]*", re.IGNORECASE)


def one_line(text: str) -> str:
    """A text on one line, without control characters and marks of direction; any white space is one space.

    >>> one_line(" Japan\\r\\n\\tand\\u202e Lithuania\\x1b[2J")
    'Japan and Lithuania[2J'
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    spaced = (" " if each.isspace() else each for each in text)
    return " ".join("".join(each for each in spaced if not hidden(each)).split())


def in_markdown(text: str) -> str:
    """A text in Markdown that is shown as it is: it makes no link, no HTML, no list or heading, and breaks no table.

    What follows an @ is held apart by a character that is not seen, so that no reader makes an address of it.

    >>> in_markdown("a_b [x](http://evil) | <b>")
    'a\\\\_b \\\\[x\\\\](http\\\\://evil) \\\\| \\\\<b\\\\>'
    """
    escaped = _ACTING.sub(r"\\\1", one_line(text))
    return _HOST.sub(r"\\.", _ADDRESS.sub(r"\\:", escaped)).replace("@", "@\u2060")


def link_of(address: str | None) -> str | None:
    """An address that a browser may follow, or None: of the web, with all that acts elsewhere percent-encoded.

    >>> link_of("https://example.org/a|b<c>?d=1"), link_of("javascript:alert(1)"), link_of(None)
    ('https://example.org/a%7Cb%3Cc%3E?d=1', None, None)
    """
    text = "" if address is None else address.strip()
    if not _LINK.fullmatch(text) or any(map(hidden, text)):
        return None
    return quote(text, safe="%/:?#[]@!$&'()*+,;=~-._")


def linked_in_markdown(words: str, link: str) -> str:
    """Words, in Markdown already, as a link to an address that `link_of` gave.

    >>> linked_in_markdown("a report", "https://example.org/a_(b)?c&lt;=1")
    '[a report](https://example.org/a_%28b%29?c\\\\&lt;=1)'
    """
    target = _ENTITY.sub(r"\\&", link.replace("(", "%28").replace(")", "%29"))
    return f"[{words}]({target})"
