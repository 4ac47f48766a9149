"""Paper: a figure with a title above, panels below each other, and a caption; and writing on it.

All sizes are in inches, so that texts keep their size whatever there is to draw. Nothing here uses pyplot, and no
setting of matplotlib is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidtimeline.report.charts import fonts
from aidtimeline.report.charts.parts import Chart

WIDTH = 9.6
LEFT, RIGHT = 2.75, 2.55
"""The room for labels, and for the numbers beside the bars."""
TITLE_LINE, TEXT_LINE, CAPTION_LINE = 0.27, 0.165, 0.16
MARGIN = 0.22

INK, PALE, RULE = "#1a1a1a", "#595959", "#d9d9d9"
HUES = {
    "done": ("#00659f", "#a8cfe6"),
    "promised": ("#7a5c00", "#e6d49a"),
    "said": ("#8a3b5c", "#e6bccd"),
}
"""The colours of what is certain, and of what is possible. They differ in lightness too, so that prints show it."""

SIZES = {"title": 13.0, "text": 9.0, "caption": 8.0}
CAPTION_WIDTH, TITLE_WIDTH = 140, 74
"""How many characters a line of the caption and of the title has."""


class Paper:
    """A figure while it is drawn on, from the top downward."""

    def __init__(self, chart: Chart, heights: Sequence[float]) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415  (an extra, and slow to load)

        title = fonts.lines(fonts.written(chart.title, longest=3 * TITLE_WIDTH), TITLE_WIDTH)
        caption = [
            line
            for text in (*chart.notes, chart.cuts, *chart.sources)
            for line in fonts.lines(fonts.written(text), CAPTION_WIDTH)
        ]
        above = MARGIN + TITLE_LINE * len(title) + 0.12
        below = 0.12 + CAPTION_LINE * len(caption) + MARGIN
        self.height = above + sum(heights) + below
        self.figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        self.down = above
        self._lines(title, MARGIN, TITLE_LINE, "title", INK, weight="bold")
        self._lines(caption, self.height - below + 0.12, CAPTION_LINE, "caption", PALE)

    def _lines(self, texts: Sequence[str], top: float, each: float, size: str, colour: str, **more: Any) -> None:
        for at, text in enumerate(texts):
            down = 1 - (top + at * each) / self.height
            self.figure.text(MARGIN / WIDTH, down, text, va="top", **style(size, colour), gid=size, **more)

    def axes(self, height: float, above: float = 0.0, below: float = 0.0) -> Any:
        """Axes across the paper, below those before: so high, with so much room above and below."""
        bottom = self.height - self.down - above - height
        box = (LEFT / WIDTH, bottom / self.height, (WIDTH - LEFT - RIGHT) / WIDTH, height / self.height)
        self.down += above + height + below
        found = self.figure.add_axes(box, facecolor="none")
        for side in ("left", "right", "top"):
            found.spines[side].set_visible(False)
        found.spines["bottom"].set_color(RULE)
        found.tick_params(length=0, pad=3, labelsize=SIZES["caption"], labelcolor=PALE, labelfontfamily=PLAIN)
        found.set_axisbelow(True)
        return found


PLAIN = [fonts.PLAIN]


def style(size: str, colour: str = INK) -> dict[str, Any]:
    """How a text is set: never as mathematics, whatever its characters are, nor by settings of the user."""
    return {
        "fontsize": SIZES[size],
        "color": colour,
        "fontfamily": list(fonts.families()),
        "parse_math": False,
        "usetex": False,
    }


def write(axes: Any, x: float, y: float, text: str, **more: Any) -> Any:
    """Write a text into axes, at a point that `transform` may say what it is in."""
    size, colour = more.pop("size", "text"), more.pop("colour", INK)
    return axes.text(x, y, text, **{**style(size, colour), "clip_on": False, **more})
