"""Texts in the cells of spreadsheets: none is run as a formula."""

from __future__ import annotations

FORMULA = "=+-@\t\r\n"
"""With one of these a text begins that a spreadsheet may run."""


def inert(text: str) -> str:
    """A text that no spreadsheet runs: where it might, an apostrophe comes first.

    >>> inert("=1+1"), inert("-2023"), inert("truck")
    ("'=1+1", "'-2023", 'truck')
    """
    return f"'{text}" if text.startswith(tuple(FORMULA)) else text
