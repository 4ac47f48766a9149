"""What changed between two views, as an Atom feed that a newsroom subscribes to (RFC 4287).

Each sum that changes is an entry. Its id is made of what changed and why, never of the dates on which it was asked: the
same change in tomorrow's feed is the same entry. It is `updated` when the last of what it rests on could be known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from operator import itemgetter
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import attrs

from aidtimeline.diff import Changes, FulfilmentChanges
from aidtimeline.errors import UsageError
from aidtimeline.report.changed import Behind, Changed, behind, facts_of
from aidtimeline.report.changes import ChangesLook
from aidtimeline.report.explanation import amendment_in_words
from aidtimeline.report.promises import FulfilmentChangesLook
from aidtimeline.report.words import cited, summed
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.foreign import link_of, one_line
from aidtimeline.timeline import View
from aidtimeline.values.dates import end_of, format_instant

ATOM = "http://www.w3.org/2005/Atom"


def atom(changes: Changes | FulfilmentChanges) -> str:
    """What changed as an Atom 1.0 feed, the latest first: an XML document in ASCII.

    Raises `UsageError` for changes that are of no views.

    >>> from aidtimeline import Counts, Timeline
    >>> timeline, trucks = Timeline.open("events"), Counts(where={"item": "truck"})
    >>> feed = atom(timeline.as_of("2023-01-01").diff(timeline.as_of("2023-11-28"), trucks))
    >>> [line.strip() for line in feed.splitlines() if "<title" in line][1]
    '<title>delivery: Truck (truck): 0&#8211;30 &#8594; 30 (became certain)</title>'
    """
    look, before, after = looked(changes)
    apart = list(look.taken_apart())
    found = behind((id_ for each in apart for part in each.parts for id_ in part.ids), before, after)
    question = _identity(changes)
    kinds = _kinds(changes)
    entries = [(_updated(each, found, after), f"{kinds}{each.title}", each) for each in apart]
    entries.sort(key=itemgetter(1))
    entries.sort(key=itemgetter(0), reverse=True)
    name = _name(after)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", _urn(name, question))
    _add(feed, "title", look.title())
    _add(feed, "subtitle", "; ".join(" ".join(each.split()) for each in look.heading()[1:]))
    _add(feed, "updated", format_instant(max((at for at, _, _ in entries), default=_of_view(after))))
    _add(ElementTree.SubElement(feed, "author"), "name", name)
    _add(feed, "generator", "aidtimeline")
    for at, title, each in entries:
        entry = ElementTree.SubElement(feed, "entry")
        _add(entry, "id", _urn(question, list(each.key), each.whole, [[*attrs.astuple(part)] for part in each.parts]))
        _add(entry, "title", title)
        _add(entry, "updated", format_instant(at))
        _fill(entry, each, found)
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed).decode()}'


def looked(changes: Changes | FulfilmentChanges) -> tuple[ChangesLook | FulfilmentChangesLook, Viewed, Viewed]:
    """The look of changes, and the views before and after. Raises `UsageError` if there are none."""
    look = ChangesLook(changes) if isinstance(changes, Changes) else FulfilmentChangesLook(changes)
    before, after = (table.view for table in changes.tables)
    if before is None or after is None:
        raise UsageError("only changes between views can be told: before.diff(after)")
    return look, before, after


def _identity(changes: Changes | FulfilmentChanges) -> str:
    """What is asked, as a text that is the same for the same question."""
    question = changes.question
    where = {each.name: list(each.values) for each in question.selection.where}
    asked = [type(question).__name__, list(getattr(question, "by", ())), list(question.selection.kinds), where]
    return json.dumps(asked)


def _urn(*said: object) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(said))}"


def _name(view: Viewed) -> str:
    origin = view.engine.origin() if isinstance(view, View) else None
    return "aidtimeline" if origin is None else f"the log {origin.folder.rstrip('/').rpartition('/')[2]} of aidtimeline"


def _of_view(view: Viewed) -> datetime:
    return end_of(view.as_of if view.known_at is None else view.known_at)


def _updated(changed: Changed, found: Mapping[str, Behind], after: Viewed) -> datetime:
    """When the last of what a change rests on could be known."""
    behind_it = (found[id_] for part in changed.parts for id_ in part.ids if id_ in found)
    return max((each.since for each in behind_it), default=_of_view(after))


def _kinds(changes: Changes | FulfilmentChanges) -> str:
    """The kinds that are summed, where no key has them: an entry is read without the title of its feed."""
    if isinstance(changes, Changes) and "kind" not in changes.names:
        return f"{summed(changes.question)}: "
    return ""


def _fill(entry: ElementTree.Element, changed: Changed, found: Mapping[str, Behind]) -> None:
    """The causes of a change, links to its reports, and all of it in HTML."""
    for cause in changed.causes:
        ElementTree.SubElement(entry, "category", {"term": cause})
    sources = dict.fromkeys(
        report.source for part in changed.parts for each in facts_of(part, found) for report in each.reports
    )
    for link in dict.fromkeys(filter(None, (link_of(source.url) for source in sources))):
        ElementTree.SubElement(entry, "link", {"rel": "related", "href": link})
    content = _add(entry, "content", _html(changed, found))
    content.set("type", "html")


def _html(changed: Changed, found: Mapping[str, Behind]) -> str:
    """The parts of a change, with the reports and amendments behind each: every text escaped."""
    alone = len(changed.parts) == 1 and changed.parts[0].words.startswith(changed.whole)
    lines = [] if alone else [f"<p>{_text(changed.name)}: {_text(changed.whole)}</p>"]
    for part in changed.parts:
        lines.append(f"<p>{_text(part.words)}</p>")
        facts = facts_of(part, found)
        if facts:
            lines.append(f"<ul>{''.join(f'<li>{each}</li>' for fact in facts for each in _told(fact))}</ul>")
        if part.ids:
            lines.append(f"<p>{' '.join(f'<code>{each}</code>' for each in part.ids)}</p>")
    return "".join(lines)


def _told(each: Behind) -> Iterator[str]:
    for report in each.reports:
        link, words = link_of(report.source.url), _text(cited(report.source))
        yield words if link is None else f'<a href="{escape(link)}">{words}</a>'
    for record in each.amendments:
        yield _text(amendment_in_words(record, of=each.fact.id))


def _text(text: str) -> str:
    return escape(one_line(text))


def _add(to: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(to, name)
    element.text = one_line(text)
    return element
