"""Texts as the cells of a sheet: none is run as a formula, and each comes back as it was."""

from __future__ import annotations

import json
import re

from aidtimeline.text.cells import FORMULA

_MAY_RUN = re.compile(f"'*[{re.escape(FORMULA)}]")
_KEPT_FROM_RUNNING = re.compile(f"'+[{re.escape(FORMULA)}]")
#: What XML has no character for, what programs end lines with in ways of their own, and how workbooks write both.
_UNSAFE = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def to_cell(text: str) -> str:
    """A text as a cell. Where a spreadsheet might run it, an apostrophe comes first.

    One with space around it, which programs take away, or with characters that cells do not have, is a JSON string.

    >>> to_cell("=1+1"), to_cell("'=1+1"), to_cell("'t Hooft"), to_cell(" a ")
    ("'=1+1", "''=1+1", "'t Hooft", '" a "')
    """
    if _needs_quotes(text):
        return _quoted(text)
    return f"'{text}" if _MAY_RUN.match(text) else text


def from_cell(cell: str) -> str:
    """The text of a cell, as `to_cell` wrote it. What a person wrote otherwise is taken as it stands.

    >>> from_cell("'=1+1"), from_cell("'t Hooft"), from_cell('" a "'), from_cell('"a"')
    ('=1+1', "'t Hooft", ' a ', '"a"')
    """
    quoted = _unquoted(cell)
    if quoted is not None:
        return quoted
    return cell[1:] if _KEPT_FROM_RUNNING.match(cell) else cell


def _quoted(text: str) -> str:
    """The text as a JSON string, without what looks like the escape of a character in a workbook."""
    return json.dumps(text).replace("_x", r"\u005fx")


def _needs_quotes(text: str) -> bool:
    return text != text.strip() or _UNSAFE.search(text) is not None or _unquoted(text) is not None


def _unquoted(cell: str) -> str | None:
    """The text of which `to_cell` makes this JSON string; None if it makes it of none."""
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return None
    try:
        text = json.loads(cell)
    except ValueError:
        return None
    return text if isinstance(text, str) and _needs_quotes(text) and _quoted(text) == cell else None
