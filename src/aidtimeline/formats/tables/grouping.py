"""Columns that belong together: those of one name but for a year, and those that name each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from aidtimeline.formats.tables.looking import YEARS, Column
from aidtimeline.formats.tables.wording import KEYS, says

MOST_TOGETHER = 8
"""Of how many columns it is looked for those that name each row together."""

OF_YEAR = re.compile(rf"(.*?)(?<![0-9])({YEARS.pattern})(?![0-9])(.*)")
"""A name with a year in it."""


def series(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Columns of one name but for the year in it, by that name: "{when} paid" for "2021 paid" and "2022 paid"."""
    found: dict[str, list[Column]] = {}
    for each in columns:
        match = OF_YEAR.fullmatch(each.name) if each.kind == "number" and each.of_list is None else None
        if match and (match[1] or match[3]):
            found.setdefault(f"{match[1]}{{when}}{match[3]}", []).append(each)
    return {name: those for name, those in found.items() if len(those) > 1}


def together(columns: Sequence[Column], rows: int) -> dict[str, None]:
    """The names of the first columns that tell so many rows apart: one, or two of them."""
    full = [each for each in columns if each.of_list is None and len(each.texts) == rows > 1]
    likely = [each for each in full if each.kind in ("text", "date") or says(each, KEYS)][:MOST_TOGETHER]
    for one, other in [(each, each) for each in likely] + list(combinations(likely, 2)):
        if len(set(zip(one.texts, other.texts, strict=True))) == rows:
            return {one.name: None, other.name: None}
    return {}
