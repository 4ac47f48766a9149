"""Pages as Markdown (CommonMark, with the tables of GitHub): what names and labels say makes no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aidtimeline.events import Source
from aidtimeline.report.look import Grid, Line, Part
from aidtimeline.report.words import cited
from aidtimeline.text.safe import printable

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&])|(?<=^)([-+=:]|\d+[.)])")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\\`|\"]+")


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
    """A text in which nothing is markup.

    >>> print(text("a|b <i> *c* [d](e)"), text("# e"), text("1. f"))
    a\\|b \\<i\\> \\*c\\* \\[d\\](e) \\# e 1\\. f
    """

    def escaped(match: re.Match[str]) -> str:
        found = match.group()
        return f"{found[:-1]}\\{found[-1]}"

    return _MARKUP.sub(escaped, printable(found))


def link(source: Source) -> str:
    """A report as it is cited, its address a link; with the address of a kept copy."""
    words = text(cited(source))
    if source.url is not None and _ADDRESS.fullmatch(source.url):
        words = words.replace(text(source.url), f"<{source.url}>")
    if source.archived is not None and _ADDRESS.fullmatch(source.archived):
        words += f" (kept copy: <{source.archived}>)"
    return words


def _table(grid: Grid) -> Iterator[str]:
    kept = [at for at, each in enumerate(grid.columns) if each.asked or any(line[at] for line in grid.cells)]
    columns = [grid.columns[at] for at in kept]
    yield _row(each.head for each in columns)
    yield _row("---:" if each.lean == "right" else "---" for each in columns)
    yield from (_row(text(line[at]) for at in kept) for line in grid.cells)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
