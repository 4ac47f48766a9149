"""Pages as Markdown (CommonMark, with the tables of GitHub): what names and labels say makes no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aidtimeline.events import Source
from aidtimeline.report.look import Grid, Line, Part
from aidtimeline.report.words import cited, without_address
from aidtimeline.text.foreign import in_markdown, link_of, linked_in_markdown

_LIST = re.compile(r"^([-+]|\d+(?=[.)]))")
"""What would begin an item of a list, at the beginning of a line."""


def written(heading: Sequence[str], page: Iterable[Part], sources: Sequence[Source]) -> str:
    """A page as Markdown: its title as a heading, its tables, and below them who reports what they show."""
    lines: list[str] = []
    for number, line in enumerate(heading):
        lines += [f"{'## ' if number == 0 else ''}{text(line)}", ""]
    for part in page:
        if isinstance(part, Grid):
            lines += ["", *_table(part), ""]
        elif isinstance(part, Line) and part.lead.strip():
            head = part.lead.strip(" -·")
            lines.append(f"- {text(head)}: {text(part.text)}" if head else f"- {text(part.text)}")
        else:
            found = part.text if isinstance(part, Line) else part.strip()
            lines.append(f"{text(found)}  " if found else "")  # two spaces: a line of its own
    if sources:
        lines += ["", "Sources", "", *(f"{number}. {link(source)}" for number, source in enumerate(sources, start=1))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def text(found: str) -> str:
    """A text in which nothing is markup, wherever it stands.

    >>> print(text("a|b <i> *c*"), text("# e"), text("- f"), text("1. g"))
    a\\|b \\<i\\> \\*c\\* \\# e \\- f 1\\. g
    """
    return _LIST.sub(lambda item: f"\\{item[1]}" if item[1] in "-+" else f"{item[1]}\\", in_markdown(found))


def link(source: Source) -> str:
    """A report as it is cited, a link to its address if that is of the web; with the address of a kept copy."""
    address, kept = link_of(source.url), link_of(source.archived)
    words = (
        text(cited(source)) if address is None else linked_in_markdown(text(cited(without_address(source))), address)
    )
    return words if kept is None else f"{words} ({linked_in_markdown('kept copy', kept)})"


def _table(grid: Grid) -> Iterator[str]:
    kept = [at for at, each in enumerate(grid.columns) if each.asked or any(line[at] for line in grid.cells)]
    columns = [grid.columns[at] for at in kept]
    yield _row(text(each.head) for each in columns)
    yield _row("---:" if each.lean == "right" else "---" for each in columns)
    yield from (_row(text(line[at]) for at in kept) for line in grid.cells)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
