"""The chart of sums over time: a panel for each, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidtimeline.projections import Series
from aidtimeline.report.charts.parts import Chart, Step, StepPanel, worded
from aidtimeline.report.charts.sums import names, title
from aidtimeline.report.notes import flags_of
from aidtimeline.report.series import SeriesLook


def chart(look: SeriesLook, notes: Sequence[str], cuts: str, sources: Sequence[str]) -> Chart:
    """A panel for each sum: all steps, or the ends of all periods."""
    series: Series = look.result
    if series.period is not None:
        notes = [f"each point is the sum at the end of a {series.period}", *notes]
    panels = [_panel(look, row) for row in series.rows if row.steps]
    return Chart(f"{title(look)}, over time", panels, notes, cuts, sources)


def _panel(look: SeriesLook, row: Any) -> StepPanel:
    series: Series = look.result
    measure = row.currency if series.money else row.unit
    steps = [Step(each.day, each.bounds.low, each.bounds.high) for each in row.steps]
    last = list(row.steps)[-1].bounds
    unit = None if series.money else row.unit
    text = worded(last, flags_of(last), measure if series.money else None, unit)
    return StepPanel(*names(look, row), measure, steps, text, series.until, series.period is not None)
