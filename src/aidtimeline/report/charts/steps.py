"""Sums over time: a line for what is certain, a pale band up to what is possible, and arrows where that has no end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from aidtimeline.report.charts import fonts
from aidtimeline.report.charts.bars import LABEL_WIDTH, MOST_LINES, TEXT_WIDTH, arrow
from aidtimeline.report.charts.paper import HUES, LEFT, RIGHT, RULE, TEXT_LINE, WIDTH, Paper, write
from aidtimeline.report.charts.parts import StepPanel
from aidtimeline.report.charts.scales import Scale, days, numbers

HEIGHT, ABOVE, BELOW = 0.8, 0.1, 0.16
LAST = 0.16
"""More room below the last panel, where the days stand."""
ARROWS = 7
"""How many arrows stand side by side if the end is open on all days."""


class Span(NamedTuple):
    """From `first` to `last` on the axis of days, a number."""

    first: float
    last: float
    low: Decimal
    high: Decimal | None


def height(panel: StepPanel) -> float:
    """How high a panel is, in inches."""
    return HEIGHT + ABOVE + BELOW


def days_of(panels: Sequence[StepPanel]) -> Scale:
    """The axis of days, which is the same for all panels."""
    found = [each.day for panel in panels for each in panel.steps if each.day is not None]
    return days(found, next((each.until for each in panels if each.until is not None), None))


def spans(panel: StepPanel, across: Scale) -> Iterator[Span]:
    """The numbers of a panel, each with the days on which it holds; before the first step it is 0."""
    at = [_where(each.day, across) for each in panel.steps]
    if at and at[0] > across.first:
        yield Span(across.first, at[0], Decimal(0), Decimal(0))
    for each, first, last in zip(panel.steps, at, [*at[1:], across.last], strict=True):
        yield Span(first, last, each.low, each.high)


def _where(day: date | None, across: Scale) -> float:
    return across.first if day is None else float(day.toordinal())


def draw(paper: Paper, panel: StepPanel, index: int, across: Scale, *, last: bool) -> None:
    """Draw a panel; below the `last` one stand the days.

    Lines have the id `certain PANEL`, bands `possible PANEL STEP`, and arrows `open …`.
    """
    ends = [end for each in panel.steps for end in (each.low, each.high) if end is not None]
    whole = all(each == each.to_integral_value() for each in ends)
    scale = numbers(ends, whole=whole, most=3, room=0.3)
    axes = paper.axes(HEIGHT, ABOVE, BELOW + LAST * last)
    axes.set_gid(f"panel {index} in 1e{scale.power}")
    axes.set_xlim(across.first, across.last)
    axes.set_ylim(scale.first, scale.last)
    axes.set_yticks([at for at, _ in scale.ticks], [text for _, text in scale.ticks])
    axes.set_xticks([at for at, _ in across.ticks], [text if last else "" for _, text in across.ticks])
    axes.grid(color=RULE, linewidth=0.6)
    (_draw_ends if panel.ends else _draw_spans)(axes, panel, index, across, scale)
    _write(axes, panel)


def _write(axes: Any, panel: StepPanel) -> None:
    """The label on the left, and the last number on the right: around the middle."""
    label = fonts.lines(fonts.written(panel.label, panel.slugs, longest=400), LABEL_WIDTH - 9, MOST_LINES + 1)
    text = fonts.lines(fonts.written(panel.text), TEXT_WIDTH)
    inches = WIDTH - LEFT - RIGHT
    for lines, x, ha in ((label, -0.62 / inches, "right"), (text, 1 + 0.1 / inches, "left")):
        for at, each in enumerate(lines):
            y = 0.5 - (at - (len(lines) - 1) / 2) * TEXT_LINE / HEIGHT
            write(axes, x, y, each, transform=axes.transAxes, ha=ha, va="center")


def _draw_spans(axes: Any, panel: StepPanel, index: int, across: Scale, scale: Scale) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    dark, pale = HUES["done"]
    found = list(spans(panel, across))
    apart = (across.last - across.first) / ARROWS
    for at, each in enumerate(found):
        low, width = scale.at(each.low), each.last - each.first
        if each.high is None:
            many = max(1, round(width / apart))
            for number in range(many):
                x = each.first + width * (number + 0.5) / many
                arrow(axes, (x, low), (x, low + scale.arrow), dark, f"{index} {at}")
        elif each.low != each.high:
            box = Rectangle((each.first, low), width, scale.at(each.high) - low, facecolor=pale, linewidth=0)
            box.set_gid(f"possible {index} {at}")
            axes.add_patch(box)
    xs = [x for each in found for x in (each.first, each.last)]
    ys = [scale.at(each.low) for each in found for _ in range(2)]
    axes.plot(xs, ys, color=dark, linewidth=1.8, gid=f"certain {index}", solid_joinstyle="miter")


def _draw_ends(axes: Any, panel: StepPanel, index: int, across: Scale, scale: Scale) -> None:
    dark, pale = HUES["done"]
    for at, each in enumerate(panel.steps):
        x, low = _where(each.day, across), scale.at(each.low)
        if each.high is None:
            arrow(axes, (x, low), (x, low + scale.arrow), dark, f"{index} {at}")
        elif each.low != each.high:
            ends = [low, scale.at(each.high)]
            axes.plot(
                [x, x],
                ends,
                color=pale,
                linewidth=5,
                solid_capstyle="butt",
                clip_on=False,
                gid=f"possible {index} {at}",
            )
        axes.plot([x], [low], color=dark, marker="o", markersize=4, clip_on=False, gid=f"certain {index} {at}")
