"""Charts of results: counts, money, series, fulfilment and levels, as figures of matplotlib and as pictures.

What a chart shows is data first (`charts`), and drawn then. A number with an open end is never drawn as if it ended:
an arrow goes on from what is certain.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from attrs import evolve

from aidtimeline.errors import UsageError
from aidtimeline.events import Source
from aidtimeline.projections import Series
from aidtimeline.projections.results import Result
from aidtimeline.projections.sums.beside import MOST_REPORTS
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.charts.parts import BarPanel, Chart, Panel, StepPanel
from aidtimeline.report.look import Framed, Grid, Line, Look
from aidtimeline.report.words import cuts_in_words
from aidtimeline.semantics.reporting import name_of, when

NEEDS = "a chart needs matplotlib: pip install 'aidtimeline[plot]'"

CHARTS: Mapping[str, str] = {
    "SumsLook": "sums",
    "SeriesLook": "series",
    "FulfilmentLook": "fulfilment",
    "LevelsLook": "levels",
}
"""The module of `charts` for each look that has a chart."""

MOST_ROWS, STEPS_COST = 60, 5
"""So many rows a chart has at most; a sum over time takes the room of five bars."""


def plot(look: Framed, page: Iterable[Any]) -> Any:
    """A chart of a result as a `matplotlib.figure.Figure`. `page` has the notes that stand below its table.

    Raises `UsageError` for a result that has no chart, and without matplotlib.
    """
    chart = chart_of(look, page)
    try:
        import matplotlib.figure  # noqa: F401, PLC0415
    except ImportError:
        raise UsageError(NEEDS) from None
    return _drawn(chart)


def picture(look: Framed, page: Iterable[Any], form: str) -> bytes:
    """A chart of a result as a picture: "png", or "svg", whose letters are shapes and need no font.

    The same result gives the same bytes. Raises as `plot`.
    """
    figure = plot(look, page)
    import matplotlib as mpl  # noqa: PLC0415

    stream = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "aidtimeline", "svg.fonttype": "path"}):
        metadata: dict[str, str | None] = (
            {"Date": None, "Creator": "aidtimeline"} if form == "svg" else {"Software": "aidtimeline"}
        )
        figure.savefig(stream, format=form, dpi=150, metadata={**metadata, "Title": chart_of(look, ()).title})
    return stream.getvalue()


def chart_of(look: Framed, page: Iterable[Any]) -> Chart:
    """What is drawn of a result, as data."""
    module = next((CHARTS[each.__name__] for each in type(look).__mro__ if each.__name__ in CHARTS), None)
    if module is None or not isinstance(look, Look):
        raise UsageError("this has no chart: counts, money, series, fulfilment and levels have one")
    make: Callable[..., Chart] = import_module(f"aidtimeline.report.charts.{module}").chart
    view = look.view
    cuts = "" if view is None else cuts_in_words(look.as_of, view.known_at, view.recorded_until)
    return _fitted(make(look, list(_notes(page)), cuts, list(_sources(look))))


def _notes(page: Iterable[Any]) -> Iterator[str]:
    """What stands below a table, but what is said of a column that a chart does not have."""
    for part in page:
        text = part.text if isinstance(part, Line) else part
        if not isinstance(part, Grid) and text.strip() and not text.startswith("likely:"):
            yield text.strip()


def _sources(look: Look[Any]) -> Iterator[str]:
    """Who reports what is drawn, with dates, in one line: the earliest first; the others are counted."""
    said = sorted(dict.fromkeys(_reported(look)), key=lambda each: when(each.published))
    names = list(
        dict.fromkeys(f"{name_of(each)[:60]}{'' if each.published is None else f', {each.published}'}" for each in said)
    )
    if len(names) > MOST_REPORTS + 1:
        names[MOST_REPORTS:] = [f"and {len(names) - MOST_REPORTS} more"]
    if names:
        yield f"Sources: {'; '.join(names)}"


def _reported(look: Look[Any]) -> Iterable[Source]:
    result: Result[Any, Any] = look.result
    view: Any = look.view
    if not isinstance(result, Series) or view is None or not isinstance(result.question, Sums):
        return look.sources()
    until = view if result.until is None else evolve(view, as_of=result.until)
    reports = until.beside(result.question).reports.values()
    return (said.source for each in reports for said in each.said or ())


def _fitted(chart: Chart) -> Chart:
    """The chart with no more rows than anybody can read; a note says how many others there are."""
    room, left = MOST_ROWS, 0
    panels: list[Panel] = []
    for panel in chart.panels:
        if isinstance(panel, StepPanel):
            if room >= STEPS_COST:
                panels.append(panel)
                room -= STEPS_COST
            else:
                left += 1
        else:
            rows = panel.rows[:room]
            panels += [panel._replace(rows=rows)] if rows else []
            room -= len(rows)
            left += len(panel.rows) - len(rows)
    if left:
        note = f"{left:,} more {'row is' if left == 1 else 'rows are'} not drawn: the table has all"
        return chart._replace(panels=panels, notes=[note, *chart.notes])
    return chart._replace(panels=panels)


def _drawn(chart: Chart) -> Any:
    from aidtimeline.report.charts import bars, steps  # noqa: PLC0415
    from aidtimeline.report.charts.paper import Paper  # noqa: PLC0415

    stepped = [each for each in chart.panels if isinstance(each, StepPanel)]
    across = steps.days_of(stepped)
    heights = [bars.height(each) if isinstance(each, BarPanel) else steps.height(each) for each in chart.panels]
    paper = Paper(chart, [*heights, steps.LAST] if stepped else heights)
    for at, panel in enumerate(chart.panels):
        if isinstance(panel, BarPanel):
            bars.draw(paper, panel, at)
        else:
            steps.draw(paper, panel, at, across, last=panel is chart.panels[-1])
    return paper.figure
