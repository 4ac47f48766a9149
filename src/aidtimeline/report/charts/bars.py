"""Bars: what is certain is filled, what is possible is pale, and an open end is an arrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidtimeline.report.charts import fonts
from aidtimeline.report.charts.paper import HUES, LEFT, PALE, RIGHT, RULE, TEXT_LINE, WIDTH, Paper, write
from aidtimeline.report.charts.parts import Bar, BarPanel, Row
from aidtimeline.report.charts.scales import Scale, numbers

HEIGHT = 0.17
GAP = 0.1
"""The height of a bar, and the room between rows."""
BELOW, ABOVE = 0.32, 0.06
LABEL_WIDTH, TEXT_WIDTH = 36, 31
"""How many characters a line of a label, and of a text beside a bar, has."""
MOST_LINES = 3


def height(panel: BarPanel) -> float:
    """How high a panel is, in inches."""
    return sum(_row_height(each) for each in panel.rows) + ABOVE + BELOW


def _label(row: Row) -> Sequence[str]:
    return fonts.lines(fonts.written(row.label, row.slugs, longest=400), LABEL_WIDTH, MOST_LINES)


def _text(bar: Bar) -> Sequence[str]:
    return fonts.lines(fonts.written(" ".join(filter(None, (bar.name, bar.text)))), TEXT_WIDTH)


def _bar_height(bar: Bar) -> float:
    return max(HEIGHT + 0.04, TEXT_LINE * len(_text(bar)))


def _row_height(row: Row) -> float:
    return max(sum(map(_bar_height, row.bars)), TEXT_LINE * len(_label(row))) + GAP


def draw(paper: Paper, panel: BarPanel, index: int) -> None:
    """Draw a panel below those before. Bars have the id `certain PANEL ROW BAR` and `possible …`, arrows `open …`."""
    bars = [bar for row in panel.rows for bar in row.bars]
    ends = [end for bar in bars for end in (bar.low, bar.high) if end is not None]
    whole = all(each == each.to_integral_value() for each in ends)
    scale = numbers(ends, whole=whole, most=5)
    axes = paper.axes(height(panel) - ABOVE - BELOW, ABOVE, BELOW)
    axes.set_gid(f"panel {index} in 1e{scale.power}")
    axes.set_xlim(scale.first, scale.last)
    axes.set_ylim(height(panel) - ABOVE - BELOW, 0)
    axes.set_yticks([])
    axes.set_xticks([at for at, _ in scale.ticks], [text for _, text in scale.ticks])
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.axvline(0, color=PALE, linewidth=0.8)
    if panel.measure is not None:
        tall = height(panel) - ABOVE - BELOW
        measure = fonts.written(panel.measure, longest=30)
        place = {"transform": axes.transAxes, "ha": "right", "va": "center"}
        write(axes, _share(-0.2), -0.1 / tall, measure, size="caption", colour=PALE, **place)
    down = GAP / 2
    for at, row in enumerate(panel.rows):
        _write_label(axes, row, down)
        beside = down
        for number, bar in enumerate(row.bars):
            tall = _bar_height(bar)
            _draw_bar(axes, scale, bar, beside + tall / 2, f"{index} {at} {number}")
            _beside(axes, bar, beside + tall / 2)
            beside += tall
        down += _row_height(row)


def _write_label(axes: Any, row: Row, down: float) -> None:
    for line, text in enumerate(_label(row)):
        across = axes.get_yaxis_transform()
        write(axes, _share(-0.08), down + TEXT_LINE * (line + 0.55), text, transform=across, ha="right", va="center")


def _beside(axes: Any, bar: Bar, middle: float) -> None:
    texts = _text(bar)
    for line, text in enumerate(texts):
        down = middle + TEXT_LINE * (line - (len(texts) - 1) / 2)
        write(axes, 1 + _share(0.1), down, text, transform=axes.get_yaxis_transform(), ha="left", va="center")


def _share(inches: float) -> float:
    return inches / (WIDTH - LEFT - RIGHT)


def _draw_bar(axes: Any, scale: Scale, bar: Bar, middle: float, which: str) -> None:
    if bar.low is None:
        return
    dark, pale = HUES[bar.hue]
    low, high = bar.low, bar.high
    certain = low if low > 0 else high if high is not None and high < 0 else None
    if certain is not None:
        axes.barh(middle, scale.at(certain), HEIGHT, facecolor=dark, **hatched(bar.about), gid=f"certain {which}")
    if high is None:
        arrow(axes, (scale.at(low), middle), (scale.at(low) + scale.arrow, middle), dark, which)
    elif low != high:
        width = scale.at(high) - scale.at(low)
        axes.barh(middle, width, HEIGHT, scale.at(low), facecolor=pale, **hatched(bar.about), gid=f"possible {which}")


def hatched(about: bool) -> dict[str, Any]:
    """How the filled parts of a number are drawn: with stripes if a report says "about"."""
    return {"edgecolor": "white", "hatch": "////", "linewidth": 0} if about else {"linewidth": 0}


def arrow(axes: Any, start: tuple[float, float], end: tuple[float, float], colour: str, which: str) -> None:
    """Draw an open end: a line that fades, and the head of an arrow; nothing of it is filled."""
    (x, y), (to_x, to_y) = start, end
    for part in range(4):
        xs = [x + (to_x - x) * each / 4 for each in (part, part + 0.6)]
        ys = [y + (to_y - y) * each / 4 for each in (part, part + 0.6)]
        axes.plot(xs, ys, color=colour, linewidth=2.2 - 0.3 * part, alpha=1 - 0.2 * part, gid=f"open {which}")
    head = {"arrowstyle": "->", "edgecolor": colour, "fill": False, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    near = x + (to_x - x) * 0.8, y + (to_y - y) * 0.8
    axes.annotate("", xy=end, xytext=near, arrowprops=head, annotation_clip=False, gid=f"head {which}")
