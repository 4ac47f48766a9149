"""What the looks of all results by key have in common: sums, series, and changes of sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from aidtimeline.projections.rows import Keyed
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.columns import SLUG, TEXT, Column, Json
from aidtimeline.report.look import Look, Part
from aidtimeline.report.rates import below_converted, in_cells, is_converted, json_of
from aidtimeline.report.words import slug_and_label, sums_in_words
from aidtimeline.text import tables

K = TypeVar("K", bound=Keyed[Any, Any])


class KeyedLook(Look[K]):
    """The look of rows by key. For people, a currency is written with its amounts instead of in the key."""

    QUESTION = Sums

    def title(self) -> str:
        """What is summed, and by which fields."""
        return sums_in_words(self.result.question)

    @property
    def unit(self) -> str:
        """The name of the column that has the unit of the numbers."""
        return "currency" if self.result.money else "unit"

    def json(self) -> Json:
        """The cuts of the view and the rows; of converted sums also the rates."""
        return {**super().json(), **(json_of(self.result.conversions) if is_converted(self.result) else {})}

    def plain_cuts(self) -> Iterable[tuple[str, str | None]]:
        """The cuts of the view, by name; of converted sums also the rates."""
        return (*super().plain_cuts(), *in_cells(self.result))

    def rates(self) -> Iterator[Part]:
        """The lines below converted sums: by which rates, and what has none."""
        return below_converted(self.result)

    def key_columns(self) -> list[Column]:
        """The columns of the key; counts have their unit last."""
        names = [Column(name, SLUG) for name in self.result.names]
        return names if self.result.money else [*names, Column("unit", TEXT)]

    def key_heads(self) -> list[tables.Column]:
        """The columns of the key for people: each name, and the labels of its values."""
        names = (name for name in self.result.names if not self._is_currency(name))
        return [each for name in names for each in (tables.Column(name), tables.Column("label", optional=True))]

    def key_cells(self, row: Any) -> list[str]:
        """The cells of a row in the columns of `key_heads`."""
        values = zip(self.result.names, row.key, strict=True)
        cells = (slug_and_label(self.vocabulary, *each) for each in values if not self._is_currency(each[0]))
        return [cell for both in cells for cell in both]

    def unit_of(self, row: Any) -> str:
        """The unit of a count; empty for pieces and for money."""
        return "" if self.result.money else row.unit or ""

    def currency_of(self, row: Any) -> str | None:
        """The currency of a sum of money; None for a count."""
        return row.currency if self.result.money else None

    def _is_currency(self, name: str) -> bool:
        return self.result.money and name == "currency"
