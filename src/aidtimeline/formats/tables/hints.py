"""What would read a text that is not read."""

from __future__ import annotations

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.values import DATES, NUMBERS, Habits

MOST_HINTED = 40
"""For longer texts no style is looked for."""

_OF_DATES = (*styles.DATES, "lists", "excel serials", "financial years from April")


def hint(habits: Habits, name: str, text: str) -> str | None:
    """Which styles would read a text of a field that is not read, or None.

    >>> hint(Habits(), "date", "Q2 2022"), hint(Habits(), "quantity", "a dozen")
    ('read = ["quarters"] reads it', None)
    """
    if name not in NUMBERS | DATES or len(text) > MOST_HINTED:
        return None
    near = []
    for style in styles.NUMBERS if name in NUMBERS else _OF_DATES:
        other = attrs.evolve(habits, styles=(style,), patterns={})
        try:
            other.number(name, text) if name in NUMBERS else other.date(name, text)
        except (InvalidValue, Doubtful):
            continue
        near.append(f'read = ["{style}"]')
    return f"{' or '.join(near)} reads it" if near else None
