"""Numbers as tables write them: with a mark for decimals, and one between thousands."""

from __future__ import annotations

import re
from functools import lru_cache

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.doubts import Doubtful

SEPARATORS = (".", ",", " ", "'", "")
"""The marks that may separate thousands."""

MARKS = ((".", ""), (".", ","), (",", "."), (",", ""), (".", " "), (",", " "), (".", "'"))
"""Marks for decimals and between thousands, the likelier first."""

_WHOLE = re.compile("-?[0-9]+")
_TYPED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SPACES = "[ \u00a0\u2009\u202f]"
DOUBTFUL = re.compile(r"-?[1-9][0-9]{0,2}([.,])[0-9]{3}")
_CHOICE = 'say thousands = "{0}" or decimal = "{0}" in the mapping'


def to_number(text: str, decimal: str | None, thousands: str | None, *, typed: bool = False) -> str:
    """A number, or the two ends of a range, as quantities are written: 1200.5, 2..4, ~20, 1..

    In a `typed` text a number like 1200.5 is always that number. Raises `InvalidValue` if a text does not keep to the
    marks: "1.234" is not a number if the point is neither mark, nor is "1.23" if it separates thousands. Raises
    `Doubtful` for "1.234" and "1,234" if neither mark is said (None).

    >>> to_number("1.200.000,50", ",", "."), to_number("~2,5..1.000", ",", "."), to_number("1 200", ".", " ")
    ('1200000.50', '~2.5..1000', '1200')
    """
    if _WHOLE.fullmatch(text):
        return text
    about = "~" if text.startswith("~") else ""
    ends = [_end(each.strip(), text, decimal, thousands, typed=typed) for each in text.removeprefix("~").split("..")]
    return about + "..".join(ends)


def _end(end: str, text: str, decimal: str | None, thousands: str | None, *, typed: bool) -> str:
    if not end or (typed and _TYPED.fullmatch(end)):
        return end
    if decimal is None and thousands is None and (doubtful := DOUBTFUL.fullmatch(end)):
        whole, fraction = end.split(doubtful[1])
        raise Doubtful(text, (f"{whole}{fraction}", f"{whole}.{fraction}"), _CHOICE.format(doubtful[1]))
    decimal = decimal or ("," if thousands == "." else ".")
    match = _number(decimal, thousands or "").fullmatch(end)
    if match is None:
        example = f"1{thousands or ''}234{decimal}5"
        raise InvalidValue(text, f"a number such as {example}, or a range such as 2..4, 1.. or ~20")
    sign, whole, fraction = match.groups(default="")
    return sign + re.sub("[^0-9]", "", whole) + (f".{fraction}" if fraction else "")


@lru_cache
def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = _SPACES if thousands == " " else re.escape(thousands)
    whole = rf"[0-9]{{1,3}}(?:{grouped}[0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    return re.compile(rf"(-?)({whole})(?:{re.escape(decimal)}([0-9]+))?")
