"""Citations that are pasted: as text, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.events import Source
from aidtimeline.report.citing.citation import Citation, Cited
from aidtimeline.report.words import cited
from aidtimeline.text.foreign import in_markdown, link_of, linked_in_markdown, one_line


def text(citation: Citation) -> str:
    """The sentence, remarks on it, the log, and the numbered sources: one a line."""
    return "\n".join(map(one_line, _lines(citation)))


def _lines(citation: Citation) -> Iterator[str]:
    yield citation.sentence
    yield from citation.remarks
    yield f"Record: {citation.log}."
    if citation.sources:
        yield "Sources:"
    for number, each in enumerate(citation.sources, start=1):
        yield f"[{number}] {_said(each)}{cited(each.source)}{_beside(each.source)}"


def _said(each: Cited) -> str:
    return f"{'; '.join(each.says)}: " if each.says else ""


def _beside(source: Source) -> str:
    """When it was read, and where a copy is kept."""
    read = "" if source.retrieved is None else f", retrieved {source.retrieved}"
    return read + ("" if source.archived is None else f", archived at {source.archived}")


def markdown(citation: Citation) -> str:
    """The same in Markdown: a paragraph, and a numbered list in which titles link to the reports.

    Nothing that a log or its vocabulary says makes a link, HTML or any other mark; addresses are linked if they are of
    the web.
    """
    said = "  \n".join(map(in_markdown, (citation.sentence, *citation.remarks, f"Record: {citation.log}.")))
    sources = [f"{number}. {reference(each.source, _said(each))}" for number, each in enumerate(citation.sources, 1)]
    return "\n".join([said, "", *sources] if sources else [said])


def reference(source: Source, said: str = "") -> str:
    """A source as one line of Markdown, with links to the report and to its archived copy."""
    words = linked(cited(source), source.url)
    read = "" if source.retrieved is None else in_markdown(f", retrieved {source.retrieved}")
    kept = link_of(source.archived)
    if kept is not None:
        copy = f", {linked_in_markdown('archived copy', kept)}"
    else:
        copy = "" if source.archived is None else in_markdown(f", archived at {source.archived}")
    return " ".join(filter(None, (in_markdown(said), words))) + read + copy


def linked(words: str, address: str | None) -> str:
    """Words in Markdown in which an address of the web is a link, if it is in them."""
    link = link_of(address)
    if link is None or address is None:
        return in_markdown(words)
    before, found, after = words.partition(address)
    if not found:
        return linked_in_markdown(in_markdown(words), link)
    before = before.removesuffix(", ")
    shown = linked_in_markdown(in_markdown(before) or in_markdown(link), link)
    return f"{shown}{' ' * after.startswith(' ')}{in_markdown(after)}"
