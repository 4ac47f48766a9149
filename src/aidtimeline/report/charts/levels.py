"""The chart of reported levels: what a source has added up itself, and below it what the record comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from aidtimeline.projections import LevelRow, Levels, LevelTable
from aidtimeline.report.charts.parts import Bar, BarPanel, Chart, Row, in_words, worded
from aidtimeline.report.charts.sums import DONE, narrowed
from aidtimeline.report.frame import label
from aidtimeline.report.levels import LevelsLook, flagged
from aidtimeline.report.words import publishers


def chart(look: LevelsLook, notes: Sequence[str], cuts: str, sources: Sequence[str]) -> Chart:
    """Two bars for each level, with one axis for each unit or currency, and for each indicator."""
    table: LevelTable = look.result
    rows: dict[tuple[str | None, str | None], list[Row]] = defaultdict(list)
    for row in table.rows:
        labelled, slugs = (_words(look, row, labels=labels) for labels in (True, False))
        measure = row.currency or row.unit
        rows[row.indicator, measure].append(Row(labelled, slugs, list(_bars(look, row))))
    question = table.question
    where = narrowed(look.vocabulary, question.selection.where) if isinstance(question, Levels) else ""
    panels = [BarPanel(measure, found) for (_, measure), found in rows.items()]
    return Chart(f"Reported levels, and the record on the same days{where}", panels, notes, cuts, sources)


def _words(look: LevelsLook, row: LevelRow, *, labels: bool) -> str:
    def name(field: str, value: str) -> str:
        return (label(look.vocabulary, field, value) or value) if labels else value

    what = ", ".join(filter(None, (row.item and name("item", row.item), row.indicator)))
    done = DONE.get(row.kind, row.kind) if row.kind else None
    said = [
        f"{what} ({done})" if what and done and row.kind != "delivery" else what or done,
        row.donor and f"from {name('donor', row.donor)}",
        row.recipient and f"to {name('recipient', row.recipient)}",
        row.project and f"project {name('project', row.project)}",
        row.location and f"at {row.location}",
        row.thing.narrower,
        str(row.day),
    ]
    return ", ".join(filter(None, said))


def _bars(look: LevelsLook, row: LevelRow) -> Iterator[Bar]:
    known_at = None if look.view is None else look.view.known_at
    by = publishers(row.facts, known_at)
    reported = worded(row.reported, flagged(row), row.currency, row.unit)
    yield Bar(row.reported.low, row.reported.high, reported, f"{by}:", "said", row.reported.approximate)
    if row.recorded is not None:
        yield Bar(row.recorded.low, row.recorded.high, in_words(row.recorded, row.currency, row.unit), "the record:")
