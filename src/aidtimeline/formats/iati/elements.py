"""Elements as they are written: made of what they say, and as lines of XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape

from aidtimeline.formats.iati.values import LANGUAGE
from aidtimeline.formats.reading.xml import Element

_NAMES = {LANGUAGE: "xml:lang"}
_IN_ATTRIBUTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


def made(
    tag: str,
    attributes: Mapping[str, str | None] | None = None,
    children: Iterable[Element | None] = (),
    text: str = "",
) -> Element:
    """An element. Attributes and children that are None are left out.

    >>> made("activity-date", {"type": "2", "iso-date": "2023-11-28", "note": None}).attributes
    {'type': '2', 'iso-date': '2023-11-28'}
    """
    stated = {name: value for name, value in (attributes or {}).items() if value is not None}
    return Element(tag, stated, 0, [each for each in children if each is not None], text)


def narrated(tag: str, text: str) -> Element:
    """An element with a text in no language that anybody states."""
    return made(tag, children=[made("narrative", text=text)])


def lines_of(element: Element, depth: int = 0) -> Iterator[str]:
    """An element as lines of XML, each child below it and further to the right.

    >>> print(*lines_of(made("title", children=[made("narrative", text="Roads & bridges")])), sep="|")
    <title>| <narrative>Roads &amp; bridges</narrative>|</title>
    """
    margin = " " * depth
    if element.children:
        yield f"{margin}{_opening(element)}>"
        for each in element.children:
            yield from lines_of(each, depth + 1)
        yield f"{margin}</{element.tag}>"
    elif element.text:
        yield f"{margin}{_opening(element)}>{escape(element.text)}</{element.tag}>"
    else:
        yield f"{margin}{_opening(element)}/>"


def _opening(element: Element) -> str:
    stated = (
        f' {_NAMES.get(name, name)}="{escape(value, _IN_ATTRIBUTES)}"' for name, value in element.attributes.items()
    )
    return f"<{element.tag}{''.join(stated)}"
