"""The vocabulary: labels for slugs, and properties of items and parties. It may be edited, and is not part of history.

It is kept in `vocabulary/items.jsonl`, `parties.jsonl` and `projects.jsonl` beside the log, one JSON object a line:

    {"slug":"truck","label":"truck","unit":null,"category":"vehicles"}
    {"slug":"undp","name":"UN Development Programme","kind":"multilateral","iati_org_id":"XM-DAC-41114"}
    {"slug":"hd-capacity","label":"Capacity development in humanitarian demining"}

A slug that is not in it works everywhere, under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.text.nearest import nearest
from aidtimeline.values.converters import to_slug, to_text

_COUNTRY = re.compile("[A-Z]{2}")


def _to_country(value: str | None) -> str | None:
    if value is None or (isinstance(value, str) and _COUNTRY.fullmatch(value)):
        return value
    raise InvalidValue(value, "a country code of ISO 3166-1: two capital letters")


@frozen(kw_only=True)
class Item:
    """A thing that can be given; it is counted in its `unit` (None: pieces)."""

    slug: str = field(converter=to_slug)
    label: str = field(converter=to_text)
    unit: str | None = field(default=None, converter=optional(to_slug))
    category: str | None = field(default=None, converter=optional(to_slug))


@frozen(kw_only=True)
class Party:
    """A donor, recipient or participant; `country` is an ISO 3166-1 code, `iati_org_id` an identifier of IATI."""

    slug: str = field(converter=to_slug)
    name: str = field(converter=to_text)
    kind: str | None = field(default=None, converter=optional(to_slug))
    country: str | None = field(default=None, converter=_to_country)
    iati_org_id: str | None = field(default=None, converter=optional(to_text))

    @property
    def label(self) -> str:
        """The name of the party."""
        return self.name


@frozen(kw_only=True)
class ProjectName:
    """The short name of a project."""

    slug: str = field(converter=to_slug)
    label: str = field(converter=to_text)


#: The fields of events that hold slugs, and the part of the vocabulary that gives them labels.
SLUG_FIELDS = {
    "item": "items",
    **dict.fromkeys(("donor", "recipient", "via", "party"), "parties"),
    **dict.fromkeys(("project", "parent"), "projects"),
}


@frozen
class Vocabulary:
    """Items, parties and projects by slug; `problems` are the lines that could not be read.

    >>> vocabulary = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
    >>> vocabulary.label("item", "truck"), vocabulary.label("item", "boat"), vocabulary.nearest("item", "trcuk")
    ('lorry', 'boat', 'truck')
    """

    items: Mapping[str, Item] = field(factory=dict)
    parties: Mapping[str, Party] = field(factory=dict)
    projects: Mapping[str, ProjectName] = field(factory=dict)
    problems: tuple[Problem, ...] = ()

    def label(self, field: str, slug: str) -> str:
        """The label of a slug in a field (`item`, `donor`, `project`, …); an unknown slug is its own label.

        >>> known = Vocabulary(parties={"JP": Party(slug="JP", name="Japan")})
        >>> known.label("donor", "JP"), known.label("donor", "LT"), known.label("item", "JP")
        ('Japan', 'LT', 'JP')
        """
        known = self.part(field).get(slug)
        return slug if known is None else str(known.label)

    def party(self, name: str, iati_org_id: str | None = None) -> str | None:
        """The slug of the party with this IATI identifier, or else with this name (or slug), or None.

        >>> known = {"JP": Party(slug="JP", name="Japan", iati_org_id="XM-DAC-701")}
        >>> Vocabulary(parties=known).party("Gov. of Japan", "XM-DAC-701"), Vocabulary(parties=known).party("japan")
        ('JP', 'JP')
        """
        return self._by_id.get(iati_org_id or "") or self._by_name.get(name.casefold())

    @cached_property
    def _by_id(self) -> Mapping[str, str]:
        return {each.iati_org_id: slug for slug, each in self.parties.items() if each.iati_org_id}

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        names = {each.name.casefold(): slug for slug, each in self.parties.items()}
        return names | {slug.casefold(): slug for slug in self.parties}

    def nearest(self, field: str, slug: str) -> str | None:
        """The known slug of a field that is nearest to this one, or None.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
        >>> known.nearest("item", "trucks"), known.nearest("item", "mine-detector")
        ('truck', None)
        """
        return nearest(slug, self.part(field))

    def part(self, field: str) -> Mapping[str, Any]:
        """The part that a field's slugs are in; a part may also be named itself. Other fields have none.

        >>> known = Vocabulary(items={"truck": Item(slug="truck", label="lorry")})
        >>> list(known.part("item")), list(known.part("items")), list(known.part("location"))
        (['truck'], ['truck'], [])
        """
        parts = {"items": self.items, "parties": self.parties, "projects": self.projects}
        return parts.get(SLUG_FIELDS.get(field, field), {})


NO_VOCABULARY = Vocabulary()
