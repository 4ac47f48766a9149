"""The vocabulary: labels for slugs, and properties of what they stand for. It may be edited, and is no part of history.

It is kept in `vocabulary/items.jsonl`, `parties.jsonl`, `projects.jsonl`, `datasets.jsonl` and `rates.jsonl` beside the
log, one JSON object a line:

    {"slug":"truck","label":"truck","unit":null,"category":"vehicles","names":["Lorry"]}
    {"slug":"undp","name":"UN Development Programme","kind":"multilateral","iati_org_id":"XM-DAC-41114"}
    {"slug":"hd-capacity","label":"Capacity development in humanitarian demining"}
    {"slug":"fts","name":"Financial Tracking Service","overlaps":["iati"]}
    {"currency":"USD","per":"EUR","rate":"1.0530","date":"2022","source":"ECB, annual average"}

`names` are other names that a thing goes by. A slug that is not in it works everywhere, under its own name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.graphs import DisjointSets
from aidtimeline.text.nearest import folded, nearest
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.converters import to_date, to_slug, to_slugs_once, to_text
from aidtimeline.values.currencies import check_currency
from aidtimeline.values.dates import DateRange

_COUNTRY = re.compile("[A-Z]{2}")


def _to_country(value: str | None) -> str | None:
    if value is None or (isinstance(value, str) and _COUNTRY.fullmatch(value)):
        return value
    raise InvalidValue(value, "a country code of ISO 3166-1: two capital letters")


def _to_names(value: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(to_text(each) for each in ([value] if isinstance(value, str) else value))


def _to_rate(value: str | float | Decimal) -> Decimal:
    rate = Quantity.parse(value)
    if rate.is_exact and rate.low > 0:
        return rate.low
    raise InvalidValue(value, "a rate above 0, such as 1.0530")


@frozen(kw_only=True)
class Item:
    """A thing that can be given; it is counted in its `unit` (None: pieces)."""

    slug: str = field(converter=to_slug)
    label: str = field(converter=to_text)
    unit: str | None = field(default=None, converter=optional(to_slug))
    category: str | None = field(default=None, converter=optional(to_slug))
    names: tuple[str, ...] = field(default=(), converter=_to_names)


@frozen(kw_only=True)
class Party:
    """A donor, recipient or participant; `country` is an ISO 3166-1 code, `iati_org_id` an identifier of IATI.

    `iati_org_ids` are further ones: former identifiers, and those of agencies that are the same party.
    """

    slug: str = field(converter=to_slug)
    name: str = field(converter=to_text)
    kind: str | None = field(default=None, converter=optional(to_slug))
    country: str | None = field(default=None, converter=_to_country)
    iati_org_id: str | None = field(default=None, converter=optional(to_text))
    iati_org_ids: tuple[str, ...] = field(default=(), converter=_to_names)
    names: tuple[str, ...] = field(default=(), converter=_to_names)

    @property
    def label(self) -> str:
        """The name of the party."""
        return self.name


@frozen(kw_only=True)
class ProjectName:
    """The short name of a project."""

    slug: str = field(converter=to_slug)
    label: str = field(converter=to_text)
    names: tuple[str, ...] = field(default=(), converter=_to_names)


@frozen(kw_only=True)
class Dataset:
    """A file or register that records come from; `overlaps` names datasets that may tell of the same aid."""

    slug: str = field(converter=to_slug)
    name: str = field(converter=to_text)
    overlaps: tuple[str, ...] = field(default=(), converter=to_slugs_once)
    names: tuple[str, ...] = field(default=(), converter=_to_names)

    @property
    def label(self) -> str:
        """The name of the dataset."""
        return self.name


@frozen(kw_only=True)
class Rate:
    """How much of a `currency` one unit of another (`per`) was worth on a date, and the source that says so.

    >>> Rate(currency="USD", per="EUR", rate="1.0530", date="2022", source="ECB, annual average").rate
    Decimal('1.053')
    """

    currency: str = field(converter=check_currency)
    per: str = field(converter=check_currency)
    rate: Decimal = field(converter=_to_rate)
    date: DateRange = field(converter=to_date)
    source: str = field(converter=to_text)

    def __attrs_post_init__(self) -> None:
        if self.currency == self.per:
            raise InvalidValue(self.per, f"another currency than {self.currency}")


#: The fields of events that hold slugs, and the part of the vocabulary that gives them labels.
SLUG_FIELDS = {
    "item": "items",
    **dict.fromkeys(("donor", "recipient", "via", "party"), "parties"),
    **dict.fromkeys(("project", "parent", "counterpart"), "projects"),
    "dataset": "datasets",
}


@frozen
class Vocabulary:
    """Items, parties, projects and datasets by slug, and rates; `problems` are the lines that could not be read.

    `items`, `parties`, `projects` and `datasets` are by slug; `rates` are the exchange rates that sums of money may
    be converted by.

    >>> vocabulary = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
    >>> vocabulary.label("item", "truck"), vocabulary.label("item", "boat"), vocabulary.nearest("item", "trcuk")
    ('lorry', 'boat', 'truck')
    """

    items: Mapping[str, Item] = field(factory=dict)
    parties: Mapping[str, Party] = field(factory=dict)
    projects: Mapping[str, ProjectName] = field(factory=dict)
    datasets: Mapping[str, Dataset] = field(factory=dict)
    rates: tuple[Rate, ...] = ()
    problems: tuple[Problem, ...] = ()

    def label(self, field: str, slug: str) -> str:
        """The label of `slug` in a `field` (`item`, `donor`, `project`, …); an unknown slug is its own label.

        >>> known = Vocabulary(parties={"JP": Party(slug="JP", name="Japan")})
        >>> known.label("donor", "JP"), known.label("donor", "LT"), known.label("item", "JP")
        ('Japan', 'LT', 'JP')
        """
        known = self.part(field).get(slug)
        return slug if known is None else str(known.label)

    def called(self, field: str) -> Iterator[tuple[str, str]]:
        """The labels and other names of a field's slugs, each with its slug.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="Lorry", names=["Camion"])})
        >>> list(known.called("item"))
        [('Lorry', 'truck'), ('Camion', 'truck')]
        """
        for slug, entry in self.part(field).items():
            for name in (entry.label, *entry.names):
                yield name, slug

    def party(self, name: str, iati_org_id: str | None = None) -> str | None:
        """The slug of the party with this `iati_org_id`, or else with this slug, name or other `name`, or None.

        Capitals make no difference. The further identifiers of a party are looked through, too.

        >>> known = {"JP": Party(slug="JP", name="Japan", iati_org_id="XM-DAC-701")}
        >>> Vocabulary(parties=known).party("Gov. of Japan", "XM-DAC-701"), Vocabulary(parties=known).party("japan")
        ('JP', 'JP')
        """
        return self._by_id.get((iati_org_id or "").casefold()) or self._by_name.get(name.casefold())

    @cached_property
    def _by_id(self) -> Mapping[str, str]:
        others = {id_.casefold(): slug for slug, each in self.parties.items() for id_ in each.iati_org_ids}
        return others | {each.iati_org_id.casefold(): slug for slug, each in self.parties.items() if each.iati_org_id}

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        others = {name.casefold(): slug for slug, each in self.parties.items() for name in each.names}
        names = {each.name.casefold(): slug for slug, each in self.parties.items()}
        return others | names | {slug.casefold(): slug for slug in self.parties}

    @cached_property
    def digest(self) -> str:
        """A text that is another for all vocabularies that say something else."""
        return sha256(repr(self).encode()).hexdigest()

    @cached_property
    def ledgers(self) -> Mapping[str, str]:
        """The datasets that overlap with others, each with the first of all that it overlaps with, also through others.

        >>> datasets = [Dataset(slug="b", name="B", overlaps="a"), Dataset(slug="c", name="C", overlaps="b")]
        >>> Vocabulary(datasets={each.slug: each for each in datasets}).ledgers
        {'a': 'a', 'b': 'a', 'c': 'a'}
        """
        near = [(slug, other) for slug, dataset in self.datasets.items() for other in dataset.overlaps]
        sets: DisjointSets[str] = DisjointSets()
        for slug, other in near:
            sets.join(slug, other)
        parts = sets.parts(sorted({slug for pair in near for slug in pair}))
        return {slug: part[0] for part in parts for slug in part}

    def nearest(self, field: str, slug: str) -> str | None:
        """The known slug of `field` that goes by the name `slug`, or else the nearest to it, or None.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
        >>> known.nearest("item", "trucks"), known.nearest("item", "mine-detector")
        ('truck', None)
        >>> known.nearest("item", "Lorry")
        'truck'
        """
        return self.meant(field, slug) or nearest(slug, self.part(field))

    def meant(self, field: str, slug: str) -> str | None:
        """The known slug of `field` that goes by the name `slug`, whatever its capitals, spaces and hyphens, or None.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="Lorry")})
        >>> known.meant("item", "lorry"), known.meant("item", "trucks")
        ('truck', None)
        """
        return self._by_folded[SLUG_FIELDS.get(field, field)].get(folded(slug))

    @cached_property
    def _by_folded(self) -> Mapping[str, Mapping[str, str]]:
        parts = defaultdict[str, dict[str, str]](dict)
        for part in set(SLUG_FIELDS.values()):
            parts[part] = {folded(name): slug for name, slug in self.called(part)}
        return parts

    def part(self, field: str) -> Mapping[str, Any]:
        """The part that a field's slugs are in; a part may also be named itself. Other fields have none.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
        >>> list(known.part("item")), list(known.part("items")), list(known.part("location"))
        (['truck'], ['truck'], [])
        """
        parts: dict[str, Mapping[str, Any]] = {
            "items": self.items,
            "parties": self.parties,
            "projects": self.projects,
            "datasets": self.datasets,
        }
        return parts.get(SLUG_FIELDS.get(field, field), {})


NO_VOCABULARY = Vocabulary()
