"""What would read a text that is not read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.dates import FORMS, in_form
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.numbers import MARKS, to_number
from aidtimeline.formats.tables.values import DATES, NUMBERS, Habits

MOST_HINTED = 40
"""For longer texts no style is looked for."""

_OF_DATES = (*styles.DATES, "lists", "excel serials", "financial years from April")


def hint(habits: Habits, name: str, text: str) -> str | None:
    """Which settings would read a text of a field that is not read, or None.

    >>> hint(Habits(), "date", "Q2 2022"), hint(Habits(), "date", "5.4.2022"), hint(Habits(), "quantity", "a dozen")
    ('read = ["quarters"] reads it', 'dates = ["%d.%m.%Y"] reads it', None)
    """
    if name not in NUMBERS | DATES or len(text) > MOST_HINTED:
        return None
    near: list[str] = list(_forms(habits, text) if name in DATES else _marks(text))
    for style in styles.NUMBERS if name in NUMBERS else _OF_DATES:
        other = attrs.evolve(habits, styles=(style,), patterns={})
        try:
            other.number(name, text) if name in NUMBERS else other.date(name, text)
        except (InvalidValue, Doubtful):
            continue
        near.append(f'read = ["{style}"]' + (" or of another month" if style.startswith(styles.FINANCIAL) else ""))
    return f"{' or '.join(near)} reads it" if near else None


def _forms(habits: Habits, text: str) -> Iterator[str]:
    for form in FORMS:
        if form != "%m.%d.%Y" and in_form(text, form, habits.months):
            yield f'dates = ["{form}"]'


def _marks(text: str) -> Iterator[str]:
    """The first marks that make a number of a text."""
    for decimal, thousands in MARKS:
        with contextlib.suppress(InvalidValue):
            to_number(text, decimal, thousands)
            separates = thousands and to_number(text, decimal, thousands) != _without(text, decimal)
            said = [f'decimal = "{decimal}"'] if decimal == "," or not separates else []
            yield " and ".join([*said, *([f'thousands = "{thousands}"'] if separates else [])])
            return


def _without(text: str, decimal: str) -> str | None:
    """The number that a text is with nothing between thousands, or None."""
    try:
        return to_number(text, decimal, "")
    except InvalidValue:
        return None
