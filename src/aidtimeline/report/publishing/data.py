"""All that a page knows, as one JSON object: its script answers any day, as known on any day, from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from attrs import frozen

from aidtimeline.events import Record
from aidtimeline.log.digest import Digest
from aidtimeline.report.publishing.answers import AnswersOfPage
from aidtimeline.report.publishing.listing import FactsOfPage, days, overdue
from aidtimeline.report.publishing.replayed import Known, days_of, months_for, parts, replayed
from aidtimeline.report.publishing.sums import SumsOfPage, number
from aidtimeline.semantics.amendments import known_by
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.timeline import Timeline
from aidtimeline.version import __version__

MOST_KNOWN = 400
"""So many days of knowledge are told apart where sums have to be weighed as a whole; of more, ends of months are."""


@frozen
class Page:
    """What a page is made from: a log by its name, the day on which it is made, its title and its licence."""

    timeline: Timeline
    name: str
    made: date
    title: str
    licence: str | None = None

    @classmethod
    def of(
        cls,
        timeline: Timeline,
        name: str,
        *,
        title: str | None = None,
        licence: str | None = None,
        made: date | None = None,
    ) -> Page:
        """A page of a log. It is made today (UTC), if no other day is given."""
        return cls(timeline, name, made or datetime.now(UTC).date(), title or f"Aid as recorded in {name}", licence)

    def data(self) -> dict[str, Any]:
        """All that the page knows."""
        timeline = self.timeline
        records = timeline.records
        sums, facts = SumsOfPage(timeline.vocabulary), FactsOfPage(timeline.vocabulary)
        alone, together = parts(records)
        by_itself = Known(date.min, None, believe_at(Recorded.of(alone), known_by(None)))
        sums.add(by_itself, alone, alone=True)
        facts.add(by_itself, alone=True)
        for part in together:
            for known in replayed(Recorded.of(part)):
                sums.add(known, part)
                facts.add(known)
        all_days = days_of(Recorded.of(records))
        sums.finish(months_for(all_days, MOST_KNOWN))
        known_days, valid_days = days(facts.spans)
        known_dates = sorted({*map(date.fromordinal, known_days), *all_days})
        valid_dates = sorted({*map(date.fromordinal, [*valid_days, *overdue(facts.facts)]), self.made})
        return {
            "about": self._about(records),
            "known": [number(each) for each in known_dates],
            "valid": [number(each) for each in valid_dates],
            "sums": sums.json(),
            "facts": facts.facts,
            "spans": facts.spans,
            "sources": facts.sources,
            "amendments": list(facts.amendments(records)),
            "answers": AnswersOfPage.of(timeline, known_dates, valid_dates).json(),
        }

    def _about(self, records: Sequence[Record]) -> dict[str, Any]:
        digest = Digest.of(records)
        written = sorted(record.recorded_at for record in records)
        return {
            "title": self.title,
            "licence": self.licence,
            "log": self.name,
            "made": number(self.made),
            "records": digest.records,
            "first": number(written[0].date()) if written else 0,
            "last": number(written[-1].date()) if written else 0,
            "digest": digest.text,
            "version": __version__,
        }
