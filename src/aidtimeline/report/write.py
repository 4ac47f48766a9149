"""Pages as lines for a terminal, as HTML for a notebook, and as JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby

from aidtimeline.report.look import Grid, Line, Part
from aidtimeline.text.colours import Paint, plain
from aidtimeline.text.safe import printable
from aidtimeline.text.tables import hanging, table


def room() -> int | None:
    """The width of the terminal in cells, or $COLUMNS if it is set; None (any width) if there is neither."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    given = os.environ.get("COLUMNS", "").isdecimal()
    return shutil.get_terminal_size().columns if terminal or given else None


def page_lines(heading: Iterable[str], page: Iterable[Part], width: int | None, paint: Paint = plain) -> Iterator[str]:
    """The lines of a page, wrapped to `width` terminal cells (None: any width), without control characters."""
    heading = list(heading)
    for number, text in enumerate(heading):
        yield from (paint("aside", line) if number else line for line in indented(text, width))
    if heading:
        yield ""
    for part in page:
        if isinstance(part, Grid):
            yield from table(part.columns, part.cells, width, paint)
        elif isinstance(part, Line):
            yield from hanging(part.lead, part.text, width)
        else:
            yield from indented(part, width)


def indented(text: str, width: int | None) -> Iterator[str]:
    """A text in lines, each as far from the margin as the text is."""
    bare = text.lstrip(" ")
    return hanging(text[: len(text) - len(bare)], bare, width)


def page_html(heading: Iterable[str], page: Iterable[Part]) -> str:
    """A page as HTML. Texts are paragraphs; the heading is the caption of the first table or paragraph."""
    caption = "<br>".join(escape(printable(line)) for line in heading)
    written = []
    for tabular, parts in groupby(page, key=lambda part: isinstance(part, Grid)):
        if tabular:
            for part in parts:
                written.append(_html_table(part, caption))  # type: ignore[arg-type]
                caption = ""
        else:
            texts = [escape(printable("".join(part))) for part in parts if isinstance(part, Line | str)]
            written.append(f"<p>{'<br>'.join([caption] * bool(caption) + texts)}</p>")
            caption = ""
    return "".join(written)


def _html_table(grid: Grid, caption: str) -> str:
    kept = [at for at, each in enumerate(grid.columns) if each.asked or any(line[at] for line in grid.cells)]
    kind = {at: ' class="number"' if grid.columns[at].lean == "right" else "" for at in kept}
    head = "".join(f"<th{kind[at]}>{escape(printable(grid.columns[at].head))}</th>" for at in kept)
    body = (
        "<tr>" + "".join(f"<td{kind[at]}>{escape(printable(line[at]))}</td>" for at in kept) + "</tr>"
        for line in grid.cells
    )
    title = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def written(answer: Mapping[str, object]) -> str:
    """An object as JSON in ASCII, which every terminal and pipe takes. Each element of a list has its own line.

    Objects in the object are written alike, and indented.

    >>> print(written({"rows": [{"low": 2}], "as_of": None}))
    {
      "rows": [
        {"low": 2}
      ],
      "as_of": null
    }
    """
    return _object(answer, "")


def _object(answer: Mapping[str, object], margin: str) -> str:
    step = f"{margin}  "
    members = []
    for name, value in answer.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = f"[\n{step}  " + f",\n{step}  ".join(map(json.dumps, value)) + f"\n{step}]"
        elif isinstance(value, dict) and value:
            text = _object(value, step)
        members.append(f"{step}{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(members) + f"\n{margin}}}"
