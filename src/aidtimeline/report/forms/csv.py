"""Tables as CSV (RFC 4180): numbers stay numbers, an empty cell is no value, and no text is run by a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from aidtimeline.report.frame import Frame
from aidtimeline.text.cells import inert


def written(frames: Sequence[Frame]) -> str:
    """Tables as CSV, each with its names first; several have an empty line between them.

    >>> from aidtimeline.report.frame import Field
    >>> fields = [Field("item", "text"), Field("low", "number"), Field("disputed", "flag")]
    >>> print(written([Frame("sums", [], fields, [("=1+1", Decimal("-2.50"), True), (None, None, False)])]))
    item,low,disputed
    '=1+1,-2.5,true
    ,,false
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for number, frame in enumerate(frames):
        if number:
            stream.write("\n")
        writer.writerow(inert(each.name) for each in frame.fields)
        writer.writerows(map(cell, row) for row in frame.rows)
    return stream.getvalue().removesuffix("\n")


def cell(value: Any) -> str:
    """A value in a cell of CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return plain(value)
    return str(value) if isinstance(value, int) else inert(value)


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros.

    >>> plain(Decimal("2.50")), plain(Decimal("1E+2")), plain(Decimal("-0"))
    ('2.5', '100', '0')
    """
    if not number.is_finite():  # of a statement of SQL
        return str(number)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
