"""What contains what: a country its agencies, as the vocabulary has it, and a project its parts, as the log has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from attrs import field, frozen

from aidtimeline.semantics import Fact
from aidtimeline.vocabulary import Vocabulary

MOST_PARENTS = 32
"""So many parents of a project are followed upwards. What has more may be in anything."""

COUNTRY = "country"
"""The kind of a party that is a whole country."""


@frozen(slots=False)
class Containing:
    """Which parties and projects contain others.

    A country contains the parties of it: it is the party whose slug is its code of ISO 3166-1, and each of the kind
    "country". A project contains the projects that name it as their parent, and what these contain; surely, unless a
    project has been given several parents, or contains itself.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> containing = Containing(view.vocabulary, view.facts)
    >>> containing.wider("recipient", "sesu"), containing.wider("recipient", "UA"), containing.wider("item", "truck")
    ({'UA': True}, {}, {})
    """

    vocabulary: Vocabulary
    facts: Iterable[Fact] = field(repr=False)
    _known: dict[tuple[bool, str], Mapping[str, bool]] = field(factory=dict, init=False, repr=False, eq=False)

    def wider(self, name: str, slug: str) -> Mapping[str, bool]:
        """What contains the value of a field, but not itself, and whether it surely does."""
        if name not in ("donor", "recipient", "project"):
            return {}
        key = name == "project", slug
        if key not in self._known:
            self._known[key] = self._wholes(slug) if key[0] else self._countries(slug)
        return self._known[key]

    def may_be_in_any(self, name: str, slug: str) -> bool:
        """Whether not all that contains the value of a field is followed."""
        return name == "project" and len(self.wider(name, slug)) >= MOST_PARENTS

    def _countries(self, slug: str) -> Mapping[str, bool]:
        party = self.vocabulary.parties.get(slug)
        if party is None or party.country is None:
            return {}
        return dict.fromkeys((each for each in self._parties_of[party.country] if each != slug), True)

    @cached_property
    def _parties_of(self) -> Mapping[str, list[str]]:
        """The slugs that stand for each country, by its code."""
        named = defaultdict(list)
        for slug, party in self.vocabulary.parties.items():
            if party.country is not None:
                if party.country not in named:
                    named[party.country].append(party.country)
                if party.kind == COUNTRY and slug != party.country:
                    named[party.country].append(slug)
        return named

    @cached_property
    def _parents(self) -> Mapping[str, set[str]]:
        """All parents that each project was ever given."""
        parents = defaultdict(set)
        for fact in self.facts:
            if fact.parent is not None and fact.project is not None:
                parents[fact.project].add(fact.parent)
        return parents

    def _wholes(self, slug: str) -> Mapping[str, bool]:
        wholes: dict[str, bool] = {}
        waiting = [(slug, True)]
        while waiting and len(wholes) < MOST_PARENTS:
            each, surely = waiting.pop(0)
            parents = sorted(self._parents.get(each, ()))
            for parent in parents:
                if parent not in wholes:
                    wholes[parent] = surely and len(parents) == 1
                    waiting.append((parent, wholes[parent]))
        if slug in wholes:
            del wholes[slug]
            return dict.fromkeys(wholes, False)
        return wholes
