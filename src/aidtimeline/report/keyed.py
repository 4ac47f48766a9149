"""How results by key look, as far as they look alike: sums, series, and what changed of sums."""

from __future__ import annotations

from typing import Any, TypeVar

from aidtimeline.projections.rows import Keyed
from aidtimeline.report.columns import SLUG, TEXT, Column
from aidtimeline.report.look import Look
from aidtimeline.report.words import slug_and_label, sums_in_words
from aidtimeline.text import tables

K = TypeVar("K", bound=Keyed[Any, Any])


class KeyedLook(Look[K]):
    """Rows by the values of a key. For people, the currency of money stands with its amounts and not in the key."""

    def title(self) -> str:
        """What is summed, by what."""
        return sums_in_words(self.result.question)

    @property
    def unit(self) -> str:
        """The column in which the unit of the numbers stands."""
        return "currency" if self.result.money else "unit"

    def key_columns(self) -> list[Column]:
        """The columns of the key; of counts the unit stands last."""
        names = [Column(name, SLUG) for name in self.result.names]
        return names if self.result.money else [*names, Column("unit", TEXT)]

    def key_heads(self) -> list[tables.Column]:
        """The heads of the key for people: each name, and the label of its values."""
        names = (name for name in self.result.names if not self._is_currency(name))
        return [each for name in names for each in (tables.Column(name), tables.Column("label", optional=True))]

    def key_cells(self, row: Any) -> list[str]:
        """The cells under these heads."""
        values = zip(self.result.names, row.key, strict=True)
        cells = (slug_and_label(self.vocabulary, *each) for each in values if not self._is_currency(each[0]))
        return [cell for both in cells for cell in both]

    def unit_of(self, row: Any) -> str:
        """The unit of a count; nothing for pieces and for money."""
        return "" if self.result.money else row.unit or ""

    def currency_of(self, row: Any) -> str | None:
        """The currency of a sum of money."""
        return row.currency if self.result.money else None

    def _is_currency(self, name: str) -> bool:
        return self.result.money and name == "currency"
