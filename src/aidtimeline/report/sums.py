"""How counts and sums of money look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from aidtimeline.projections import Table
from aidtimeline.projections.sums import Sums
from aidtimeline.projections.tables import SumKey, SumRow
from aidtimeline.report.columns import COUNT, FLAG, NUMBER, Column
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.levels import contradictions
from aidtimeline.report.look import Grid, Part
from aidtimeline.report.unlike import unlike
from aidtimeline.report.words import FLAGS, amount, reports
from aidtimeline.semantics import Fact
from aidtimeline.text import tables


class SumsLook(KeyedLook[Table]):
    """The look of sums by key."""

    def columns(self) -> list[Column]:
        """The key, the bounds and their flags."""
        ends = (Column(name, NUMBER, self.unit) for name in ("low", "high"))
        flags = (Column(name, FLAG) for name in ("approximate", "disputed", "loose"))
        return [*self.key_columns(), *ends, Column("open", COUNT), *flags]

    def page(self) -> Iterator[Part]:
        """A line for each sum, with who reports it. Below stand the meanings of flags."""
        rows = self.result.rows
        if rows:
            number = tables.Column("amount" if self.result.money else "number", "right")
            others = tables.Column("unit"), tables.Column("note"), tables.Column("reports", wrap=True)
            behind = self._behind()
            cells = [[*self.key_cells(row), *self._cells(row), behind.get(self.result.key_of(row), "")] for row in rows]
            yield Grid([*self.key_heads(), number, *others], cells)
            yield from (
                f"{flag}: {meaning}" for flag, meaning in FLAGS.items() if any(flag in _flags(row) for row in rows)
            )
        else:
            yield "Nothing: no such fact with a number is reported to have happened by then."
        yield from unlike(self.result)
        yield from contradictions(self.result)

    def _cells(self, row: SumRow) -> tuple[str, str, str]:
        return amount(row.bounds, self.currency_of(row)), self.unit_of(row), ", ".join(_flags(row))

    def _behind(self) -> Mapping[SumKey, str]:
        """Who reports the facts that add to each sum, by the key of the sum."""
        question = self.result.question
        if self.view is None or not isinstance(question, Sums):
            return {}
        behind: dict[SumKey, list[Fact]] = defaultdict(list)
        for fact in self.view.facts:
            for key, _ in question.piece.terms(fact):
                behind[key].append(fact)
        known, money = self.view.known_at, self.result.money
        return {key: reports(facts, known, money=money) for key, facts in behind.items()}


def _flags(row: SumRow) -> Sequence[str]:
    """The words for the flags of a sum, in the order of `FLAGS`."""
    return [flag for flag, is_set in zip(FLAGS, (row.disputed, row.approximate, row.loose), strict=True) if is_set]
