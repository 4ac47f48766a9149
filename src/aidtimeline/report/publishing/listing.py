"""The facts of a page: each as it is known from one day on until another, and the days on which it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from attrs import Factory, define

from aidtimeline.events import Record, Source, stated
from aidtimeline.projections.fields import together
from aidtimeline.report.explanation import amendment_in_words
from aidtimeline.report.publishing.replayed import Known
from aidtimeline.report.publishing.sums import number
from aidtimeline.report.words import cited, without_address
from aidtimeline.semantics import Fact, phases
from aidtimeline.semantics.amendments import known_since
from aidtimeline.semantics.provenance import sources_of
from aidtimeline.semantics.reporting import Said, when
from aidtimeline.values.dates import DateRange, in_utc
from aidtimeline.vocabulary import Vocabulary

MOST_REPORTS = 12
"""So many reports of a fact are on a page; the others are counted."""

LONGEST = 2_000
"""A text of a fact is cut after so many characters."""


@define
class FactsOfPage:
    """Facts and reports, each once, and the knowledge and days in which each fact counts."""

    vocabulary: Vocabulary
    facts: list[dict[str, Any]] = Factory(list)
    spans: list[list[int]] = Factory(list)
    sources: list[dict[str, str]] = Factory(list)
    _numbers: dict[Any, int] = Factory(dict)

    def add(self, known: Known, *, alone: bool = False) -> None:
        """Add what is believed; if its facts stand `alone`, each is known since a day of its own."""
        for phase in phases(known.belief):
            for fact in phase.facts:
                since = in_utc(fact.known_since).date() if alone else known.since
                days = [number(each) for each in (since, known.until, phase.since, phase.until)]
                span = [self._fact(fact, since if alone else known.since), *days, int(fact.certain)]
                if self.spans and self.spans[-1][:3] == span[:3] and self.spans[-1][4:] == [span[3], span[5]]:
                    self.spans[-1][4] = span[4]
                else:
                    self.spans.append(span)

    def _fact(self, fact: Fact, known_at: date) -> int:
        """The number of a fact as it is known."""
        label = self.vocabulary.label
        what = [label("item", each) for each in (fact.item, fact.indicator, fact.status) if each]
        due = stated(fact.event, "due", DateRange)
        number_ = " ".join(filter(None, (str(fact.quantity), fact.unit))) if fact.quantity is not None else ""
        found = {
            "id": fact.id,
            "kind": fact.kind,
            "date": str(fact.date),
            "first": number(fact.date.earliest),
            "last": number(fact.date.latest),
            "item": fact.item,
            "unit": fact.unit,
            "currency": fact.currency,
            "donor": fact.donor and label("donor", fact.donor),
            "recipient": fact.recipient and label("recipient", fact.recipient),
            "party": fact.party and label("party", fact.party),
            "role": fact.role,
            "via": together([label("via", each) for each in fact.via]),
            "what": ", ".join(what) or None,
            "project": fact.project and label("project", fact.project),
            "number": number_,
            "value": "" if fact.value is None else str(fact.value),
            "due": due and [str(due), number(due.earliest), number(due.latest)],
            "note": fact.event.note,
            "flags": list(_flags(fact)),
            "replaces": list(fact.event.supersedes),
            "fulfils": list(fact.fulfils),
            "reports": self._reports(fact, known_at),
        }
        kept = {name: cut(value) for name, value in found.items() if value not in (None, "", [], ())}
        return self._once(repr(kept), self.facts, kept)

    def _reports(self, fact: Fact, known_at: date) -> list[int]:
        named = sorted(dict.fromkeys(sources_of(fact, known_at)), key=lambda source: when(source.published))
        return [self.source(each) for each in named[:MOST_REPORTS]]

    def source(self, source: Source) -> int:
        """The number of a report."""
        found = {
            "text": cut(cited(without_address(source))),
            "short": cut(Said(source).text),
            "url": source.url,
            "archived": source.archived,
        }
        return self._once(source, self.sources, {name: str(value) for name, value in found.items() if value})

    def _once(self, what: Any, kept: list[Any], found: Any) -> int:
        if what not in self._numbers:
            self._numbers[what] = len(kept)
            kept.append(found)
        return self._numbers[what]

    def amendments(self, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
        """What was corrected, taken back or reported again: when that became known, and in words."""
        for record in records:
            of = stated(record.event, "of", str)
            if of is not None:
                known = in_utc(known_since(record)).date()
                text = amendment_in_words(record)
                yield {"known": number(known), "of": of, "kind": record.event.kind, "text": cut(text)}


def _flags(fact: Fact) -> Iterator[str]:
    if fact.disputed:
        yield f"reports disagree on its {' and '.join(sorted(fact.disputed))}"
    if fact.planned:
        yield "a plan, not a deed: its date is later than every report of it"
    if len(fact.members) > 1:
        yield f"{len(fact.members)} records of one fact"
    if fact.event.overlaps:
        yield "may report the same as another"
    if fact.event.part_of is not None:
        yield "part of another"


def cut(value: Any) -> Any:
    """A text that is not too long; anything else as it is."""
    return value[:LONGEST] + "…" if isinstance(value, str) and len(value) > LONGEST else value


def days(spans: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """The days of knowledge and the days on which anything changes, in order."""
    known = {day for span in spans for day in span[1:3] if day}
    valid = {day for span in spans for day in span[3:5] if day}
    return sorted(known), sorted(valid)


def overdue(facts: Iterable[dict[str, Any]]) -> Iterator[int]:
    """The days since which promises are overdue, if they are not kept: the first after their last day of `due`."""
    last = (fact["due"][2] for fact in facts if "due" in fact)
    return (day + 1 for day in last if 0 < day < date.max.toordinal())
