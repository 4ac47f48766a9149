"""Rows of totals: what they add up stands in other rows, and would count twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.tables.mapping import TableMapping

TOTAL = "a row of totals, which is left out: totals = true in the mapping reads it"

MAY_BE = 'a row that may be a total of others, and counts: unless = { Column = "…" } leaves it out'

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
#: A word in the name of what may be a total ("Total EU"), what begins the name of a part of another row, and all.
_WORDS_IN = frozenset(each for each in WORDS if each.isalpha() and each not in ("sum", "razem", "разом", "计"))
_PARTS = ("of which ", "of which: ", "thereof ", "davon ", "dont ")
_ALL = frozenset(
    ("all", "world", "worldwide", "all donors", "all countries", "all recipients", "all items", "all years")
)

_LONGEST = max(map(len, WORDS)) + 2

MOST = 60
"""The most characters of a name that may be one of a total."""

_NAMES = ("donor", "recipient", "party", "via", "item", "location", "project", "package", "sector")
_GROUPS = ("donor", "recipient", "party", "location")


class Totals:
    """Finds the rows of totals: a column that names something, one of the key, or the first says so alone."""

    def __init__(self, mapping: TableMapping) -> None:
        names = dict.fromkeys(fold(name) for name in (*mapping.scope, *mapping.key))
        groups = dict(names)
        for event in mapping.events:
            for name in _NAMES:
                texts = [text for field in event.fields.get(name, ()) for text in field]
                columns = dict.fromkeys(fold(column) for text in texts for column in text.template.columns)
                names |= columns
                groups |= columns if name in _GROUPS else {}
        self._names, self._groups = tuple(names), tuple(groups)
        self._is_total = lru_cache(2**14)(is_total)
        self._may_be = lru_cache(2**10)(may_be_total)

    def found(self, row: Row) -> str | None:
        """What says that a row is one of totals, or None."""
        return next((text for text in _texts(row, self._names) if len(text) < _LONGEST and self._is_total(text)), None)

    def maybe(self, row: Row) -> str | None:
        """What says that a row may be a total, or None."""
        return next((text for text in _texts(row, self._groups) if len(text) <= MOST and self._may_be(text)), None)


def _texts(row: Row, names: Iterable[str]) -> Iterator[str]:
    yield next(iter(row.cells.values()), "")
    yield from filter(None, map(row.cells.get, names))


def is_total(text: str) -> bool:
    """Whether a text says nothing but that something is a total.

    >>> is_total("TOTAL:"), is_total("Grand  total"), is_total("Total station")
    (True, True, False)
    """
    return fold(text).strip(" :.") in WORDS


def may_be_total(text: str) -> bool:
    """Whether a text may name a total, or a part of what another row has.

    >>> may_be_total("Total EU"), may_be_total("of which: KE"), may_be_total("World"), may_be_total("Kenya")
    (True, True, True, False)
    """
    said = fold(text).strip(" :.")
    return said in _ALL or said.startswith(_PARTS) or not _WORDS_IN.isdisjoint(re.split(r"[\s:,()]+", said))
