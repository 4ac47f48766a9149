"""What the vocabulary says of some records: their labels, categories and countries, and which datasets overlap."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import asdict

from aidtimeline.codec import event_to_json
from aidtimeline.errors import InvalidValue
from aidtimeline.events import Record
from aidtimeline.log.vocabulary import entry_of
from aidtimeline.projections.containing import COUNTRY
from aidtimeline.projections.sums.conversions import NOT_CONVERTED, Conversions
from aidtimeline.report.columns import Json
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import SLUG_FIELDS, Dataset, Item, Party, ProjectName, Rate, Vocabulary

PARTS: Mapping[str, type] = {"items": Item, "parties": Party, "projects": ProjectName, "datasets": Dataset}
"""The parts of a vocabulary that may be in a bundle, and what their entries are."""


def entries_about(
    records: Iterable[Record], asked: Iterable[tuple[str, str]], vocabulary: Vocabulary
) -> dict[str, list[Json]]:
    """The entries of a vocabulary that the answer of a question over some records depends on, or that label it.

    `asked` are the values that the question names, each with its field. Beside what records and question name there are
    the countries of parties, and the datasets that overlap with others, also through others.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for name, slug in asked:
        named[SLUG_FIELDS.get(name, "")].update(slug.split("+"))
    for record in records:
        for name, slug in _slugs(event_to_json(record.event)):
            named[SLUG_FIELDS[name]].add(slug)
    parties = vocabulary.parties
    countries = {parties[each].country for each in named["parties"] if each in parties} - {None}
    named["parties"] |= {slug for slug in parties if slug in countries or _is_country(parties[slug], countries)}
    ledgers = {vocabulary.ledgers[each] for each in named["datasets"] if each in vocabulary.ledgers}
    named["datasets"] |= {slug for slug, ledger in vocabulary.ledgers.items() if ledger in ledgers}
    return {
        part: [_said(entry) for slug, entry in sorted(vocabulary.part(part).items()) if slug in named[part]]
        for part in PARTS
    }


def rates_about(found: Conversions, vocabulary: Vocabulary) -> dict[str, list[Json]]:
    """The rates of a vocabulary that hold on a day on which some money was converted; nothing if none was."""
    if found == NOT_CONVERTED:
        return {}
    dates = [each.date for each in found.rates] + [each.date for each in found.missing]
    return {"rates": [_said(each) for each in vocabulary.rates if any(_meet(each.date, other) for other in dates)]}


def _meet(one: DateRange, other: DateRange) -> bool:
    return not (one < other or one > other)


def _is_country(party: Party, countries: Collection[str | None]) -> bool:
    return party.kind == COUNTRY and party.country in countries


def _slugs(found: Any) -> Iterator[tuple[str, str]]:
    """The slugs that an event has anywhere, with their fields."""
    if isinstance(found, list):
        for each in found:
            yield from _slugs(each)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name in SLUG_FIELDS:
                yield from ((name, each) for each in (value if isinstance(value, list) else [value]))
            else:
                yield from _slugs(value)


def _said(entry: Any) -> Json:
    members = asdict(entry, recurse=False).items()
    return {name: _IN_JSON.get(type(value), lambda same: same)(value) for name, value in members if value}


_IN_JSON: Mapping[type, Callable[[Any], Any]] = {
    tuple: list,
    Decimal: lambda number: f"{number:f}",
    DateRange: lambda when: when.text,
}
"""What a value of an entry is in JSON, if it is not the same."""


def vocabulary_of(found: Any) -> Vocabulary:
    """The vocabulary of a bundle. Raises `InvalidValue` for what none has."""
    if not isinstance(found, dict) or set(found) - {*PARTS, "rates"}:
        raise InvalidValue(found, f"an object with {', '.join(PARTS)}, rates")
    parts: dict[str, Any] = {}
    for part, cls in PARTS.items():
        entries = found.get(part, [])
        if not isinstance(entries, list):
            raise InvalidValue(entries, f"a list of {part}")
        made: list[Any] = [entry_of(json.dumps(each), cls) for each in entries]
        parts[part] = {each.slug: each for each in made}
        if len(parts[part]) != len(made):
            raise InvalidValue(shown(entries), f"{part} with each slug once")
    rates = found.get("rates", [])
    if not isinstance(rates, list):
        raise InvalidValue(rates, "a list of rates")
    return Vocabulary(**parts, rates=tuple(entry_of(json.dumps(each), Rate) for each in rates))
