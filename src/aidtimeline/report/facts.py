"""How facts look, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from aidtimeline.projections import FactRow, Facts, FactTable
from aidtimeline.projections.sums.beside import Reports
from aidtimeline.report.columns import BOUNDS, DATE, DAY, FLAG, SAID, SLUG, TEXT, Column
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.words import DOUBTS, FLAGS, NOTHING, legend, narrowed, shortener
from aidtimeline.semantics.reporting import Said
from aidtimeline.text import tables
from aidtimeline.values.amounts import Money

PERHAPS = "perhaps"
MEANINGS = {
    "disputed": FLAGS["disputed"],
    PERHAPS: "it may not have happened by then, or something may have replaced it",
}


class FactsLook(Look[FactTable]):
    """The look of facts."""

    QUESTION = Facts
    NAME = "facts"

    def title(self) -> str:
        """Which facts are shown."""
        selection = self.result.question.selection
        return f"{' and '.join(selection.kinds) or 'facts'}, one by one{narrowed(selection.where)}"

    def columns(self) -> list[Column]:
        """What the fact is, its flags, its amounts, and who reports it."""
        first = [Column("id", TEXT), Column("kind", TEXT), Column("date", DATE)]
        days = (Column(name, DAY, get=attrgetter(f"date.{name}")) for name in ("earliest", "latest"))
        flags = (Column(name, FLAG) for name in ("certain", "planned", "disputed"))
        slugs = ("donor", "recipient", "via", "project", "package", "item", "indicator")
        others = ("location", "sector", "humanitarian", "scope", "aid_type", "tied")
        last = ("party", "role", "status", "part_of", "note")
        return [
            *first,
            *days,
            *flags,
            *(Column(name, SLUG) for name in slugs),
            *(Column("quantity", BOUNDS, "unit"), Column("unit", TEXT)),
            *(Column("value", BOUNDS, "currency"), Column("currency", TEXT)),
            *(Column(name, TEXT) for name in others),
            Column("period", DATE),
            *(Column(name, SLUG if name == "party" else TEXT) for name in last),
            Column("sources", SAID, get=self._said),
        ]

    def page(self) -> Iterator[Part]:
        """A line for each fact."""
        if not self.result.rows:
            yield "Nothing: no such fact is reported to have happened by then."
            return
        short = shortener(self.view)
        heads = map(tables.Column, ("date", "kind"))
        others = (tables.Column("what", wrap=True), tables.Column("number", "right"), tables.Column("value", "right"))
        last = (tables.Column("note", warns=DOUBTS), tables.Column("id"), tables.Column("reports", wrap=True))
        yield Grid([*heads, *others, *last], [self._cells(row, short(row.id)) for row in self.result.rows])
        yield from legend((flag for row in self.result.rows for flag in _flags(row)), MEANINGS)

    def _cells(self, row: FactRow, id_: str) -> list[str]:
        label = self.vocabulary.label
        named = [label("item", each) for each in (row.item, row.indicator, row.status) if each]
        parties = [label("donor", row.donor or row.party or ""), label("recipient", row.recipient or "")]
        who = " → ".join(filter(None, parties))
        role = None if row.role is None else f"as {row.role}"
        about = ", ".join(filter(None, (who, role, *named, row.project and label("project", row.project))))
        number = " ".join(filter(None, (str(row.quantity), row.unit))) if row.quantity is not None else ""
        value = str(Money(row.value, row.currency)) if row.value is not None and row.currency is not None else ""
        return [
            str(row.date),
            row.kind,
            about or NOTHING,
            number,
            value,
            ", ".join(_flags(row)),
            id_,
            self._reports(row),
        ]

    def _reports(self, row: FactRow) -> str:
        return str(self._of(row))

    def _said(self, row: FactRow) -> tuple[Said, ...] | None:
        return self._of(row).said

    def _of(self, row: FactRow) -> Reports:
        known_at = None if self.view is None else self.view.known_at
        return Reports.of([row.fact], known_at, money=row.quantity is None and row.value is not None)


def _flags(row: FactRow) -> list[str]:
    is_set = {"disputed": row.disputed, PERHAPS: not row.certain}
    return [flag for flag in MEANINGS if is_set[flag]]
