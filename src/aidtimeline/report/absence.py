"""Why a record adds nothing to any answer of a view: who withdrew it, or what replaced it, and when."""

from __future__ import annotations

from datetime import UTC

from aidtimeline.events import Event, Record, Retraction
from aidtimeline.projections.fields import Selection
from aidtimeline.report.explanation import amendment_in_words
from aidtimeline.report.words import on
from aidtimeline.semantics.amendments import known_by, known_since, repair, report
from aidtimeline.semantics.links import all_above
from aidtimeline.timeline import View
from aidtimeline.values.dates import end_of


def absence(record_id: str, view: View) -> str:
    """Why a record of the log states nothing that counts at the cuts of a view, as the end of a sentence.

    >>> from aidtimeline import Timeline
    >>> early = Timeline.open("events").as_of("2023-11-28", known_at="2023-11-27")
    >>> absence("c7e1bd204371b9a4710e38d6b0f749ca", early)
    'was not known by then: its first report is of 28 Nov 2023'
    """
    view = view.narrowed(Selection((), (), view.vocabulary, frozenset((record_id,))))
    written = {record.id: record for record in view.records}
    record, until = written.get(record_id), view.recorded_until
    if record is None:
        return "states no fact: the log does not have it"
    if until is not None and record.recorded_at > end_of(until):
        return f"was not in the log by then: it was recorded on {on(record.recorded_at.date())}"
    if not isinstance(record.event, Event):
        return f"states no fact, but is the {amendment_in_words(record)}"
    fact = next((each for each in view.belief.facts if record_id in each.members), None)
    if fact is None:
        return _not_believed(record, view)
    if fact.happened(view.as_of) == "never":
        return f"had not happened by then: it is dated {fact.date}"
    happened = {each.id for each in view.belief.facts if each.happened(view.as_of) == "surely"}
    above = sorted((all_above([fact.id], view.belief.links.above) - {fact.id}) & happened)
    return f"had been replaced by then, by {' and '.join(above)}" if above else "does not count"


def _not_believed(record: Record, view: View) -> str:
    until = None if view.recorded_until is None else end_of(view.recorded_until)
    repaired = repair(each for each in view.records if until is None or each.recorded_at <= until)
    reported = report(repaired, known_by(view.known_at))
    decides = reported.deciding.get(record.id)
    if decides is not None and isinstance(decides.event, Retraction):
        withdrawn = f"was withdrawn: {amendment_in_words(decides, of=record.id)}"
        others = "; ".join(amendment_in_words(each, of=record.id) for each in repaired.repairs.get(record.id, ())[:-1])
        return f"{withdrawn}. An earlier repair says otherwise: {others}" if others else withdrawn
    if record.id not in repaired.events:
        return "states no fact: a repair made an amendment of it"
    day = known_since(repaired.events[record.id]).astimezone(UTC).date()
    return f"was not known by then: its first report is of {on(day)}"
