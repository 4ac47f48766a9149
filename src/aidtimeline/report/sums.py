"""How counts and sums of money look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from aidtimeline.projections import MoneySums, Table
from aidtimeline.projections.tables import SumKey, SumRow
from aidtimeline.report.columns import COUNT, FLAG, NUMBER, SLUG, TEXT, Column
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.words import FLAGS, amount, reports, slug_and_label, sums_in_words
from aidtimeline.semantics import Fact
from aidtimeline.text import tables

#: Why money is left out of a sum, by the field that says that another fact reports it too.
LEFT_OUT = {"side": "told in receivers' books", "part-of": "told as part of another flow or project"}


def key_columns(names: Sequence[str], *, money: bool) -> list[Column]:
    """The columns of a sum's key; of counts the unit stands last."""
    return [*(Column(name, SLUG) for name in names), *([] if money else [Column("unit", TEXT)])]


class SumsLook(Look[Table]):
    """Sums by key."""

    def title(self) -> str:
        """What is summed, by what."""
        return sums_in_words(self.result.question)

    def columns(self) -> list[Column]:
        """The key, the bounds, and what is said of them."""
        unit = "currency" if self.result.money else "unit"
        ends = (Column("low", NUMBER, unit), Column("high", NUMBER, unit), Column("open", COUNT))
        flags = (Column(name, FLAG) for name in ("approximate", "disputed", "loose"))
        return [*key_columns(self.result.names, money=self.result.money), *ends, *flags]

    def page(self) -> Iterator[Part]:
        """A line for each sum: its key with labels, its bounds, and who reports them."""
        if not self.result.rows:
            yield "Nothing: no such fact with a number had happened by then, for all that was reported."
        else:
            names = [name for name in self.result.names if not (self.result.money and name == "currency")]
            heads = [each for name in names for each in (tables.Column(name), tables.Column("label", optional=True))]
            number = tables.Column("amount" if self.result.money else "number", "right")
            columns = [*heads, number, *map(tables.Column, ("unit", "note")), tables.Column("reports", wrap=True)]
            behind = self._behind()
            yield Grid(columns, [self._cells(row, names, behind) for row in self.result.rows])
            for flag, (applies, meaning) in FLAGS.items():
                if any(applies(row.bounds) for row in self.result.rows):
                    yield f"{flag}: {meaning}"
        yield from self._left_out()

    def _cells(self, row: SumRow, names: Sequence[str], behind: Mapping[SumKey, Sequence[Fact]]) -> list[str]:
        key = dict(zip(self.result.names, row.key, strict=True))
        slugs = [cell for name in names for cell in slug_and_label(self.vocabulary, name, key[name])]
        number, unit = amount(row.bounds), row.unit or "" if not self.result.money else ""
        if self.result.money:
            number = amount(row.bounds, key["currency"])
        flags = ", ".join(flag for flag, (applies, _) in FLAGS.items() if applies(row.bounds))
        known_at = None if self.view is None else self.view.known_at
        return [*slugs, number, unit, flags, reports(behind.get(self.result.key_of(row), ()), known_at)]

    def _behind(self) -> Mapping[SumKey, Sequence[Fact]]:
        """The facts that add to each sum."""
        behind: dict[SumKey, list[Fact]] = defaultdict(list)
        for fact in () if self.view is None else self.view.facts:
            for key, _ in self.result.question.piece.terms(fact):
                behind[key].append(fact)
        return behind

    def _left_out(self) -> Iterator[str]:
        """How much sums of money leave out because another fact reports it too."""
        question = self.result.question
        if self.view is not None and isinstance(question, MoneySums):
            valued = (fact for fact in self.view.facts if fact.value is not None and fact in question.selection)
            times = Counter(map(question.told_twice, valued))
            for field, what in LEFT_OUT.items():
                if times[field]:
                    yield f"left out, lest money count twice: {times[field]} {what} (--by {field} shows them)"
