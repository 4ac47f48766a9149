"""Rows of totals: what they add up stands in other rows, and would count twice."""

from __future__ import annotations

from functools import lru_cache

from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.tables.mapping import TableMapping

TOTAL = "a row of totals, which is left out: totals = true in the mapping reads it"

#: What a cell of such a row says, alone: in the languages of most tables.
WORDS = frozenset(
    (
        *("total", "totals", "grand total", "sub-total", "subtotal", "sub total", "overall total", "total amount"),
        *("sum", "sum total", "summe", "gesamt", "gesamtsumme", "insgesamt", "zwischensumme", "somme", "totaux"),
        *("total général", "sous-total", "total general", "suma", "suma total", "suma ogółem", "razem", "ogółem"),
        *("totale", "totale generale", "totaal", "totalt", "yhteensä", "итого", "всего", "усього", "всього", "разом"),
        *("合計", "総計", "小計", "计", "合计", "总计", "المجموع", "الإجمالي", "toplam", "genel toplam"),
    )
)
_LONGEST = max(map(len, WORDS)) + 2

_NAMES = ("donor", "recipient", "party", "via", "item", "location", "project", "package", "sector")


class Totals:
    """Finds the rows of totals: a column that names something, one of the key, or the first says so alone."""

    def __init__(self, mapping: TableMapping) -> None:
        names = dict.fromkeys(fold(name) for name in (*mapping.scope, *mapping.key))
        for event in mapping.events:
            for field in (each for name in _NAMES for each in event.fields.get(name, ())):
                names |= dict.fromkeys(fold(column) for text in field for column in text.template.columns)
        self._names = tuple(names)
        self._is_total = lru_cache(2**14)(is_total)

    def found(self, row: Row) -> str | None:
        """What says that a row is one of totals, or None."""
        cells = row.cells
        first = next(iter(cells.values()), "")
        if len(first) < _LONGEST and self._is_total(first):
            return first
        for name in self._names:
            text = cells.get(name)
            if text and len(text) < _LONGEST and self._is_total(text):
                return text
        return None


def is_total(text: str) -> bool:
    """Whether a text says nothing but that something is a total.

    >>> is_total("TOTAL:"), is_total("Grand  total"), is_total("Total station")
    (True, True, False)
    """
    return fold(text).strip(" :.") in WORDS
