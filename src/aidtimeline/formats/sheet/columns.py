"""The columns of a sheet of drafts, and what may be chosen in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import attrs
from attrs import frozen

from aidtimeline.codec import event_to_json
from aidtimeline.errors import UsageError
from aidtimeline.events import (
    EVENT_KINDS,
    KINDS,
    ROLES,
    SIDES,
    STATUSES,
    TIED,
    TRAINING_UNITS,
    Amendment,
    Correction,
    Event,
    Goods,
    Valued,
    kinds_that,
)
from aidtimeline.log.flat import names_of, source_name, texts
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown
from aidtimeline.values.currencies import CURRENT, HISTORIC
from aidtimeline.vocabulary import NO_VOCABULARY, SLUG_FIELDS, Vocabulary

IN_SHEETS = tuple(kind for kind, cls in KINDS.items() if not issubclass(cls, Correction))
"""The kinds that a row can have. A correction has a whole event of its own: `correct` writes it."""

OF_SOURCES = ("publisher", "title", "url", "published", "attribution", "archived")
"""The fields of sources for which a sheet has columns, if nobody names others."""

_FLAGS = ("true", "false")
_SUMMED = kinds_that(lambda each: each.nature.summed and issubclass(each, Goods | Valued))


@frozen
class Choices:
    """What may be chosen in a column: texts, each with what it stands for. If they are not `closed`, others may too."""

    texts: tuple[tuple[str, str], ...]
    closed: bool = True


@frozen
class SheetOfDrafts:
    """The columns of a sheet, by the names of `aidtimeline.log.flat`; what may be chosen in some; and its rows."""

    names: tuple[str, ...]
    choices: Mapping[str, Choices]
    rows: tuple[Mapping[str, str], ...] = ()


def sheet_of(
    kinds: Iterable[str] = (),
    fields: Iterable[str] = (),
    *,
    vocabulary: Vocabulary = NO_VOCABULARY,
    events: Iterable[Event | Amendment] = (),
    sources: int = 1,
) -> SheetOfDrafts:
    """A sheet for drafts of some kinds, with columns for some fields.

    Args:
        kinds: The kinds that rows may have; none: all but corrections.
        fields: The fields that have columns, beside those that the kinds must have; none: all of the kinds.
        vocabulary: The slugs to choose from.
        events: What stands in it from the beginning; its fields have columns too.
        sources: How many sources a row may have.

    Raises `UsageError` for an unknown kind or field, and for a correction.

    >>> sheet_of(["delivery"], ["item", "quantity"]).names
    ('label', 'kind', 'date', 'item', 'quantity', 'source.publisher', 'source.url', 'source.published')
    """
    given, wanted = list(events), tuple(dict.fromkeys(fields))
    for each in given:
        if isinstance(each, Correction):
            raise UsageError(
                "a correction has an event of its own, which no row holds: `aidtimeline correct` writes one"
            )
    chosen = tuple(dict.fromkeys((*kinds, *(each.kind for each in given)))) or IN_SHEETS
    for kind in chosen:
        if kind not in IN_SHEETS:
            raise UsageError(_no_such("kind", kind, IN_SHEETS))
    rows = [texts(event_to_json(each)) for each in given]
    many = max([sources, *(len(each.sources) for each in given)])
    known = {name for kind in chosen for name in names_of(kind, many)}
    for name in wanted:
        if name not in known and name not in ("label", "kind"):
            raise UsageError(_no_such("field", name, known))
    named = {name for row in rows for name in row} | set(wanted)
    if wanted:
        named.update(_needed(chosen))
        of_sources: Sequence[str] = () if any("." in name for name in wanted) else ("publisher", "url", "published")
    else:
        named |= {name for name in known if "." not in name}
        of_sources = OF_SOURCES
    named |= {f"{source_name(number)}.{each}" for number in range(1, many + 1) for each in of_sources}
    names = ("label", "kind", *(name for name in _in_order(many) if name in named))
    choices = {name: found for name in names if (found := _choices(name, chosen, vocabulary)) is not None}
    return SheetOfDrafts(names, choices, tuple({**row, "v": ""} for row in rows))


@cache
def _in_order(sources: int) -> tuple[str, ...]:
    """All names, each after those that come before it in a line of some kind."""
    order: list[str] = []
    for kind in IN_SHEETS:
        at = 0
        for name in names_of(kind, sources):
            if name not in order:
                order.insert(at, name)
            at = order.index(name) + 1
    return tuple(order)


def _needed(kinds: Iterable[str]) -> Iterator[str]:
    """The fields that drafts of these kinds must have; money needs its currency."""
    for kind in kinds:
        for each in attrs.fields(KINDS[kind]):
            if each.default is attrs.NOTHING and each.name != "sources":
                yield each.name
                if each.name == "value":
                    yield "currency"


def _choices(name: str, kinds: Sequence[str], vocabulary: Vocabulary) -> Choices | None:
    """What may be chosen in a column; None: anything, and nothing is known of it."""
    closed: Mapping[str, Iterable[str]] = {
        "kind": kinds,
        "intent": EVENT_KINDS,
        "of_kind": _SUMMED,
        "role": ROLES,
        "status": STATUSES,
        "side": SIDES,
        "tied": TIED,
        "left": _FLAGS,
        "humanitarian": _FLAGS,
        "currency": (*sorted(CURRENT), *sorted(HISTORIC)),
    }
    if name in closed:
        return Choices(tuple((each, "") for each in closed[name]))
    if name == "unit":
        units = {each.unit for each in vocabulary.items.values() if each.unit} | set(TRAINING_UNITS)
        return Choices(tuple((each, "") for each in sorted(units)), closed=False)
    field = name.rpartition(".")[2]
    if field in SLUG_FIELDS and (part := vocabulary.part(field)):
        return Choices(tuple((slug, str(entry.label)) for slug, entry in sorted(part.items())), closed=False)
    return None


def _no_such(what: str, found: str, known: Iterable[str]) -> str:
    known = sorted(known)
    hint = did_you_mean(found, known)
    return f"there is no {what} {shown(found)}" + (f" ({hint})" if hint else f" ({what}s: {', '.join(known)})")
