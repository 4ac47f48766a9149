"""The chart of promises: what was promised, and below it what was delivered or paid of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from aidtimeline.projections import Fulfilment, FulfilmentRow, FulfilmentTable
from aidtimeline.report.charts.parts import Bar, BarPanel, Chart, Row, in_words, worded
from aidtimeline.report.charts.sums import narrowed
from aidtimeline.report.frame import label
from aidtimeline.report.fulfilment import FulfilmentLook, flagged

NOBODY = "nobody named"


def chart(look: FulfilmentLook, notes: Sequence[str], cuts: str, sources: Sequence[str]) -> Chart:
    """Two bars for each row, with one axis for each unit or currency."""
    table: FulfilmentTable = look.result
    kinds = len({row.kind for row in table.rows}) > 1
    rows: dict[str | None, list[Row]] = defaultdict(list)
    for row in table.rows:
        labelled, slugs = (_words(look, row, kinds, labels=labels) for labels in (True, False))
        rows[row.currency or row.unit].append(Row(labelled, slugs, list(_bars(row))))
    question = table.question
    where = narrowed(look.vocabulary, question.selection.where) if isinstance(question, Fulfilment) else ""
    panels = [BarPanel(measure, found) for measure, found in rows.items()]
    return Chart(f"Promised, and delivered or paid{where}", panels, notes, cuts, sources)


def _words(look: FulfilmentLook, row: FulfilmentRow, kinds: bool, *, labels: bool) -> str:
    def name(field: str, value: str) -> str:
        return (label(look.vocabulary, field, value) or value) if labels else value

    who = name("donor", row.donor) if row.donor else NOBODY
    to = f" to {name('recipient', row.recipient)}" if row.recipient else ""
    what = name("item", row.item) if row.item else "money" if row.currency else "no item named"
    where = f" ({name('project', row.project)})" if row.project else ""
    return f"{what}: {who}{to}{where}" + (f", {row.kind}" if kinds else "")


def _bars(row: FulfilmentRow) -> Iterator[Bar]:
    words = worded(row.promised, flagged(row), row.currency, row.unit)
    yield Bar(row.promised.low, row.promised.high, words, "promised", "promised")
    if row.also_in and row.delivered.low == 0:
        others = f"in {' and '.join(row.also_in)}, which cannot be compared"
        yield Bar(None, None, others, "delivered")
        return
    others = f"; more in {' and '.join(row.also_in)}" if row.also_in else ""
    yield Bar(
        row.delivered.low, row.delivered.high, in_words(row.delivered, row.currency, row.unit) + others, "delivered"
    )
    if row.overdue is not None and row.overdue.high != 0:
        yield Bar(None, None, in_words(row.overdue, row.currency, row.unit), "overdue")
