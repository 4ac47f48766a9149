"""A page as a document of HTML that stands by itself: tables for people, with who reports what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from aidtimeline.events import Source
from aidtimeline.report.look import Part
from aidtimeline.report.words import cited, without_address
from aidtimeline.report.write import page_html
from aidtimeline.text.foreign import link_of
from aidtimeline.text.safe import printable

_STYLE = (
    "body{font:16px/1.4 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;padding:.5rem 0}"
    "th,td{border-bottom:1px solid #8888;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "td.number,th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#8cf}}"
)


def written(heading: Sequence[str], page: Iterable[Part], sources: Sequence[Source]) -> str:
    """A page as a whole document. It loads nothing, and no text in it is markup."""
    title = escape(printable(heading[0])) if heading else "aidtimeline"
    listed = "".join(f"<li>{link(source)}</li>" for source in sources)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
        f"{page_html(heading, page)}\n" + (f"<h2>Sources</h2><ol>{listed}</ol>\n" if listed else "") + "</body></html>"
    )


def link(source: Source) -> str:
    """A report as it is cited, a link to its address if that is of the web; with a kept copy."""
    address, kept = link_of(source.url), link_of(source.archived)
    words = cited(source if address is None else without_address(source))
    found = escape(printable(words)) if address is None else _anchor(printable(words), address)
    return found if kept is None else f"{found} ({_anchor('kept copy', kept)})"


def _anchor(words: str, address: str) -> str:
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(words)}</a>'
