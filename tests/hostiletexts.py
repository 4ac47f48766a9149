"""A log in which every text that can be is hostile: it tries to act on the terminal that it is printed on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.events import AMENDMENT_KINDS, EVENT_KINDS, Amendment, Event, Source
from aidtimeline.log import EventLog
from aidtimeline.vocabulary import Dataset, Item, Party, ProjectName, Rate

ACTS = "\x1b]0;t\x07\x1b]8;;u\x1b\\\x1b]52;c;aA==\x07\x1b[31m\x9b2J\r\b\x7f\u202e\u2066\u200f\u061c\u2028\x85."
"""A title, a link, the clipboard, a colour, a screen that is cleared, ends and steps back, other directions, lines."""

STACKED = "\u0301" * 9
"""More marks than any script stacks on a letter: all that a slug can have."""

RECORDED = datetime(2024, 6, 1, tzinfo=UTC)


def marker(name: str) -> str:
    """What a hostile text is found by: letters, which every format writes as they are."""
    return "Q" + re.sub("[^a-z]", "Z", name) + "Q"


def hostile(name: str) -> str:
    """A text that acts, after its marker."""
    return marker(name) + ACTS


def slug(name: str) -> str:
    """A slug that is as hostile as slugs can be."""
    return marker(name) + STACKED


NEEDED: Mapping[str, Any] = {
    "date": "2023-05-01",
    "project": "p",
    "intent": "delivery",
    "item": "i",
    "quantity": 3,
    "value": "USD 100",
    "status": "closed",
    "party": "y",
    "role": "lead",
    "of_kind": "delivery",
}
"""What events of each kind have that is no text."""

LOG = f"log{ACTS}"
"""The name of the folder of the log."""


def hostile_in(found: Any, prefix: str) -> Any:
    """The same object with every field hostile that takes a text, or a slug.

    The name of a text is its field behind the prefix; that of a slug is its field alone, so that labels can be given.
    """
    fields = {each.name for each in attrs.fields(type(found))}
    for name in fields:
        for text in (hostile(f"{prefix}.{name}"), slug(name)):
            try:
                found = attrs.evolve(found, **{name: text})
                break
            except (InvalidValue, TypeError):  # no text, or no slug
                continue
    return found


def source(of: str, published: str = "2023-06-01") -> Source:
    """A source in which all texts are hostile."""
    found: Source = hostile_in(Source(publisher="a", published=published), f"source-of-{of}")
    return found


def event(kind: str, **fields: Any) -> Event:
    """An event in which all texts are hostile."""
    cls = EVENT_KINDS[kind]
    has = {each.name for each in attrs.fields(cls)}
    plain = {name: value for name, value in NEEDED.items() if name in has} | {"sources": source(kind)}
    if kind == "cancellation":
        plain |= {"supersedes": fields["supersedes"]}
    found: Event = attrs.evolve(hostile_in(cls(**plain), kind), **fields)
    return found


def amendment(kind: str, of: str, **fields: Any) -> Amendment:
    """An amendment in which all texts are hostile."""
    plain = {"of": of, "sources": (), **fields}
    found: Amendment = hostile_in(AMENDMENT_KINDS[kind](**plain), kind)
    return found


def markers_in(found: Any) -> Iterator[str]:
    """The markers of the hostile texts in an event, its sources and what it contains."""
    if isinstance(found, str):
        if found.endswith((ACTS, STACKED)):
            yield found.removesuffix(ACTS).removesuffix(STACKED)
    elif isinstance(found, tuple):
        for each in found:
            yield from markers_in(each)
    elif attrs.has(type(found)):
        for each in attrs.fields(type(found)):
            yield from markers_in(getattr(found, each.name))


VOCABULARY: Mapping[str, Sequence[Any]] = {
    "items": [Item(slug=slug("item"), label="a", unit="u", category="c"), Item(slug="other", label="b")],
    "parties": [Party(slug=slug(name), name="a", country="JP") for name in ("donor", "recipient", "via", "party")],
    "projects": [ProjectName(slug=slug(name), label="a") for name in ("project", "parent")],
    "datasets": [Dataset(slug=slug("dataset"), name="a")],
    "rates": [Rate(currency="EUR", per="USD", rate="0.9", date="2023", source="a")],
}


def write_vocabulary(folder: Path) -> None:
    """The labels of all slugs, each hostile, with lines that cannot be read."""
    folder.mkdir()
    for part, entries in VOCABULARY.items():
        lines = []
        for entry in entries:
            own = getattr(entry, "slug", "")
            made = hostile_in(entry, f"{part}-{own.removesuffix(STACKED).strip('Q')}")
            if own:
                made = attrs.evolve(made, slug=own)
            lines.append({name: value for name, value in attrs.asdict(made, recurse=False).items() if value})
        lines.append({"slug": f"{part}\x1b", "label": hostile(f"{part}.wrong"), hostile(f"{part}.key"): 1})
        text = "".join(json.dumps(each, default=str) + "\n" for each in lines)
        (folder / f"{part}.jsonl").write_text(text, encoding="utf-8")


def write_log(folder: Path) -> dict[str, str]:
    """Write the log; the ids of some of its records, by a name."""
    log = EventLog(folder / LOG, clock=lambda: RECORDED)
    ids: dict[str, str] = {}

    def add(name: str, what: Event | Amendment) -> str:
        [record] = log.append(what)
        ids[name] = record.id
        return record.id

    for kind in EVENT_KINDS:
        if kind != "cancellation":
            add(kind, event(kind))
    add("kept", event("pledge", date="2023-02-01", part_of=None, overlaps=(), quantity=10))
    add("keeps", event("delivery", date="2023-03-01", fulfils=ids["kept"], part_of=None, overlaps=()))
    add("ended", event("pledge", date="2023-02-02", part_of=None, overlaps=(), quantity=20))
    add("cancellation", event("cancellation", supersedes=ids["ended"], quantity=1))
    add("level", event("observation", quantity=500, value=None, indicator=None, part_of=None, overlaps=()))
    add("wrong", event("delivery", quantity=7, date="2023-04-01"))
    add("twin", event("delivery", quantity=7, date="2023-04-02"))
    add("gone", event("delivery", quantity=8, date="2023-04-03"))
    corrected = event("delivery", quantity=5, date="2023-04-01")
    add("correction", amendment("correction", ids["wrong"], event=corrected))
    add("retraction", amendment("retraction", ids["gone"], sources=source("retraction", "2023-08-01")))
    add("duplicate", amendment("retraction", ids["twin"], duplicate_of=ids["wrong"]))
    add("corroboration", amendment("corroboration", ids["delivery"], quantity=9, sources=source("corroboration")))
    write_vocabulary(folder / LOG / "vocabulary")
    return ids
