"""What a cell is to the program that wrote it: a text as somebody typed it, or a number or day."""

from __future__ import annotations

import re

_ESCAPED = re.compile("_x(000[9AaDd])_")


class Figure(str):
    """A cell that is a number, a day or a flag to the program that wrote it, in the notation of this library.

    It has a decimal point and an ISO 8601 date, whatever the habits of the country. All other cells are texts, as
    somebody typed them: those of CSV always, those of workbooks and JSON if they are texts there.

    >>> Figure("1200.5") == "1200.5"
    True
    """

    __slots__ = ()


def unescaped(text: str) -> str:
    """A text without the escapes with which workbooks write line ends and tabs (ECMA-376, ST_Xstring).

    >>> unescaped("Trucks_x000D_")
    'Trucks'
    """
    return _ESCAPED.sub(lambda each: chr(int(each[1], 16)), text).strip() if "_x000" in text else text


def fold(name: str) -> str:
    """A header or text as it is compared: with single spaces, in lower case.

    >>> fold(" Announcement\\n Date")
    'announcement date'
    """
    return " ".join(name.split()).casefold()
