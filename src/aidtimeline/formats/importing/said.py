"""What a dataset said of an entry, and what that superseded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import attrs
from attrs import frozen

from aidtimeline.formats.importing.statements import Order, Stated, next_day


@frozen
class Said:
    """What a dataset said under one key: what it said last, and what that superseded.

    `order` is that of the last statement, or where the dataset no longer has the entry (`gone`) of the retraction.
    """

    last: Stated
    earlier: Sequence[Stated] = ()
    gone: bool = False
    order: Order = attrs.field()

    @order.default
    def _order(self) -> Order:
        return self.last.order

    @property
    def id(self) -> str:
        """The record that states it."""
        return self.last.id

    @property
    def version(self) -> datetime:
        """When the version that said so was published."""
        return self.order[0]

    @property
    def levels(self) -> list[Stated]:
        """The statements of levels, from the first to the last."""
        return sorted(
            (each for each in (*self.earlier, self.last) if each.level is not None), key=lambda each: each.order
        )

    def first_day_of(self, level: Decimal) -> date | None:
        """The first day on which a level may have been reached that a newer version states; None: any.

        It was reached after the highest of those before that are not above it. If it fell below all of them, each of
        them may have been wrong from the beginning, and if it rose again, those in between. If it was gone and is back,
        nobody says since when.
        """
        levels = self.levels
        below = [(each.level, each.order, each) for each in levels if each.level is not None and each.level <= level]
        if not below or self.gone:
            return levels[0].dated.earliest if levels else None
        return next_day(max(below, key=lambda each: each[:2])[2].dated.latest)
