"""The documents that sources name, as links. The reverse of `profile.linked`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from aidtimeline.events import Source
from aidtimeline.formats.iati.elements import made, narrated
from aidtimeline.formats.iati.profile import MAX_DOCUMENTS, MAX_URL
from aidtimeline.formats.iati.values import is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.semantics import Fact

LINKED = "the format and category of a linked document that nobody states: they are empty, since IATI wants them"
UNTITLED = "the title of a linked document that nobody states: it is empty, since IATI wants one"
OTHER_SOURCES = "a further source that is no linked document: IATI has no word for that"

_PART = "(?:[^%s%%]|%%[0-9A-Fa-f]{2})*"
_ADDRESS = re.compile(
    "(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))"  # a scheme, or a first part that is none
    f"(?:(?!//)|//(?:{_PART % '/?#@'}@)?{_PART % '/?#@:'}(?::[0-9]{{1,5}})?(?![^/?#]))"  # whose host it is at
    f"{_PART % '#'}(?:#{_PART % '#'})?"
)
"""An address by XML Schema (`xsd:anyURI`), which is that of RFC 3986 once other characters are escaped."""


def documents(facts: Iterable[Fact]) -> Iterator[Element]:
    """The documents that facts name beside their first sources, each once, as a link."""
    linked = {each.url: each for fact in facts for each in fact.event.sources[1:] if is_linked(each)}
    for each in islice(linked.values(), MAX_DOCUMENTS):
        children = [narrated("title", each.title or ""), made("category", {"code": ""})]
        yield made("document-link", {"url": each.url, "format": ""}, children)


def is_linked(source: Source) -> bool:
    """Whether a source is an address and perhaps a title, and nothing else, as reading makes it of a link."""
    url, title = source.url or "", source.title or ""
    return _is_address(url, title) and source == Source(url=url, title=source.title)


def _is_address(url: str, title: str) -> bool:
    brackets = "[" in url or "]" in url  # which no host of a name has
    return 0 < len(url) <= MAX_URL and not brackets and is_xml(url + title) and _ADDRESS.fullmatch(url) is not None


def lacking(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """What the links of facts are written without, or what is not written of their sources, each with an id."""
    for fact in facts:
        linked = [each for each in fact.event.sources[1:] if is_linked(each)]
        reasons = {
            LINKED: bool(linked),
            UNTITLED: any(each.title is None for each in linked),
            OTHER_SOURCES: len(linked[:MAX_DOCUMENTS]) < len(fact.event.sources) - 1,
        }
        yield from ((reason, fact.id) for reason, applies in reasons.items() if applies)
