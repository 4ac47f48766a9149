"""Parties as organisations of a file: the reverse of what is read of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from aidtimeline.formats.iati.activity import REMEMBERED, Version
from aidtimeline.formats.iati.elements import made
from aidtimeline.formats.iati.values import as_stated, is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.vocabulary import Party, Vocabulary

#: IATI codelist OrganisationType, by names as the `kind` of a party in the vocabulary may say them.
TYPES: Mapping[str, str] = {
    "government": "10",
    "local-government": "11",
    "other-public-sector": "15",
    "international-ngo": "21",
    "national-ngo": "22",
    "regional-ngo": "23",
    "partner-country-based-ngo": "24",
    "public-private-partnership": "30",
    "multilateral": "40",
    "foundation": "60",
    "private-sector": "70",
    "private-sector-in-provider-country": "71",
    "private-sector-in-aid-recipient-country": "72",
    "private-sector-in-third-country": "73",
    "academic": "80",
    "other": "90",
}

_IDENTIFIER = re.compile(r"[A-Z]{2}-[A-Z0-9]+(-\S+)?|[0-9]+")
"""What an identifier of an organisation looks like: XM-DAC-701-8, GB-COH-1234, or a code of the DAC. Names do not."""


class Organisations:
    """How parties are written, by their slugs: so that the same slug is read again by the same vocabulary."""

    def __init__(self, vocabulary: Vocabulary, version: Version) -> None:
        self._vocabulary, self._version = vocabulary, version
        self._stated = lru_cache(REMEMBERED)(self._stated_of)

    def element(self, tag: str, slug: str, more: Mapping[str, str | None] | None = None) -> Element | None:
        """The organisation of a slug, with more attributes; None if no file can have it."""
        stated = self._stated(slug)
        if stated is None:
            return None
        ref, name = stated
        return made(tag, {"ref": ref or None, **(more or {})}, [made("narrative", text=name)] if name else [])

    def party(self, slug: str | None) -> Party | None:
        """What the vocabulary has of a party; None if it does not have it."""
        return self._vocabulary.parties.get(slug or "")

    def type_of(self, slug: str | None) -> str:
        """The type of an organisation, by the `kind` of its party; empty if the vocabulary does not say."""
        party = self.party(slug)
        kind = "" if party is None or party.kind is None else party.kind
        return TYPES.get(kind, kind if kind in TYPES.values() else "")

    def _stated_of(self, slug: str) -> tuple[str, str] | None:
        for ref, name in self._candidates(slug):
            if is_xml(ref + name) and self._version.party(_org(ref, name), "") == slug:
                return ref, name
        return None

    def _candidates(self, slug: str) -> Iterator[tuple[str, str]]:
        """Identifiers and names that a party may go by, the best first."""
        party = self._vocabulary.parties.get(slug)
        if party is not None:
            if party.iati_org_id:
                yield party.iati_org_id, party.name
            yield "", party.name
        elif _IDENTIFIER.fullmatch(slug):
            yield as_stated(slug) or "", ""
        yield "", slug
        yield as_stated(slug) or "", ""


def _org(ref: str, name: str) -> Element:
    return made("org", {"ref": ref}, [made("narrative", text=name)] if name else [])
