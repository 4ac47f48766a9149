"""How counts and sums of money look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from aidtimeline.projections import Table
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.report.columns import BOUNDS, COUNT, FLAG, NUMBER, SAID, TEXTS, Column
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.look import Grid, Part
from aidtimeline.report.notes import Notes, flags_of
from aidtimeline.report.rates import CONVERTED, is_converted
from aidtimeline.report.unlike import unlike
from aidtimeline.report.words import DOUBTS, FLAGS, amount, legend
from aidtimeline.text import tables


class SumsLook(KeyedLook[Table]):
    """The look of sums by key."""

    def columns(self) -> list[Column]:
        """The key, the bounds and their flags."""
        ends = (Column(name, NUMBER, self.unit) for name in ("low", "high"))
        flags = (Column(name, FLAG) for name in ("approximate", "disputed", "loose"))
        return [*self.key_columns(), *ends, Column("open", COUNT), *flags]

    NAME = "sums"

    @cached_property
    def notes(self) -> Notes | None:
        """What stands beside the sums; None if they are not of a view."""
        return Notes.of(self.result)

    def plain_columns(self) -> list[Column]:
        """The bounds, what of them is stated, and from where: datasets, how many facts, and who reports them."""

        def beside(get: Callable[[Notes, SumKey], Any]) -> Callable[[Any], Any]:
            return lambda row: None if self.notes is None else get(self.notes, self.result.key_of(row))

        return [
            *self.columns(),
            Column("overlap", FLAG),
            Column("stated", BOUNDS, self.unit, beside(Notes.stated)),
            Column("facts", COUNT, get=beside(lambda notes, key: notes.beside.reports[key].facts)),
            Column("datasets", TEXTS, get=beside(lambda notes, key: notes.beside.datasets.get(key, ()))),
            Column("sources", SAID, get=beside(lambda notes, key: notes.beside.reports[key].said)),
        ]

    def page(self) -> Iterator[Part]:
        """A line for each sum, with who reports it. Below stand the meanings of flags, and notes."""
        rows, notes = self.result.rows, self.notes
        if rows:
            number = tables.Column("amount" if self.result.money else "number", "right")
            others = (
                tables.Column("unit"),
                tables.Column("note", wrap=True, warns=DOUBTS),
                tables.Column("reports", wrap=True),
            )
            cells = []
            for row in rows:
                key = self.result.key_of(row)
                note, behind = ("", "") if notes is None else (notes.of_sum(key), notes.reports(key))
                texts = ", ".join(filter(None, (*flags_of(row.bounds), note)))
                number_ = amount(row.bounds, self.currency_of(row))
                cells.append([*self.key_cells(row), number_, self.unit_of(row), texts, behind])
            yield Grid([*self.key_heads(), number, *others], cells)
            meanings = CONVERTED if is_converted(self.result) else FLAGS
            yield from legend((flag for row in rows for flag in flags_of(row.bounds)), meanings)
            yield from self.rates()
            yield from () if notes is None else notes.below()
        else:
            yield "Nothing: no such fact with a number is reported to have happened by then."
        from aidtimeline.report.flows import passed_on  # noqa: PLC0415
        from aidtimeline.report.levels import contradictions  # noqa: PLC0415  (JSON needs none of that)

        yield from unlike(self.result, () if notes is None else notes.beside.items)
        yield from passed_on(self.result)
        yield from contradictions(self.result)
