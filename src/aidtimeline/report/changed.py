"""Changes in words, sum by sum, with the facts and reports behind each: what a page, a feed and a note are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from aidtimeline.events import Record
from aidtimeline.explain.amended import Amended
from aidtimeline.explain.reasons import Report, reports_of
from aidtimeline.projections.fields import Selection
from aidtimeline.semantics import Fact
from aidtimeline.semantics.amendments import known_since
from aidtimeline.semantics.provenance import records_about
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.dates import end_of

TOLD = {"atom": "feeds.atom", "markdown": "releases.release"}
"""How changes are reported, beside the formats of all results: as a feed, and as a release note."""


@frozen
class ChangedPart:
    """One part of a change: what it is in words, its cause (None: it is the whole), and the ids of its facts."""

    words: str
    cause: str | None
    ids: tuple[str, ...]


@frozen
class Changed:
    """A sum, or a row of fulfilment, that changes: its key and name, how the whole of it changes, and the parts."""

    key: tuple[str | None, ...]
    name: str
    whole: str
    parts: tuple[ChangedPart, ...]

    @property
    def title(self) -> str:
        """What changes and how, with the cause if there is one alone."""
        causes = self.causes
        return f"{self.name}: {self.whole or self.parts[0].words}" + (f" ({causes[0]})" if len(causes) == 1 else "")

    @property
    def causes(self) -> list[str]:
        """The causes, each once."""
        return list(dict.fromkeys(part.cause for part in self.parts if part.cause is not None))


@frozen
class Behind:
    """A fact of a change: who reports it, and what was done to it (corrections, retractions)."""

    fact: Fact
    reports: tuple[Report, ...]
    amendments: tuple[Record, ...]

    @property
    def since(self) -> datetime:
        """The instant from which all of this could be known."""
        known = (account.known_since for account in self.fact.accounts)
        return max((*known, *map(known_since, self.amendments)))


def behind(ids: Iterable[str], before: Viewed, after: Viewed) -> Mapping[str, Behind]:
    """The facts of these ids as the later view has them, or else as the earlier one had them.

    What was done to them is told as the later view knows it.
    """
    wanted = frozenset(ids)
    if not wanted:
        return {}
    chosen = Selection((), (), after.vocabulary, wanted)
    views = [view.narrowed(chosen, every_day=True) for view in (before, after)]
    facts = {member: (fact, view) for view in views for fact in view.belief.facts for member in fact.members}
    last, until = views[1], None if after.recorded_until is None else end_of(after.recorded_until)
    about = records_about(wanted, last.records, last.belief)
    amended = Amended((each for each in about if until is None or each.recorded_at <= until), last.known_at)
    return {
        id_: Behind(fact, reports_of(fact, view.known_at), amended.of(fact.members)["amendments"])
        for id_, (fact, view) in facts.items()
        if id_ in wanted
    }


def facts_of(part: ChangedPart, found: Mapping[str, Behind]) -> list[Behind]:
    """The facts of a part of a change, each once."""
    return list({found[id_].fact.id: found[id_] for id_ in part.ids if id_ in found}.values())
