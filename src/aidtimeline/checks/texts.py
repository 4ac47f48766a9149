"""Checks of what each record says by itself: its dates, reports, units and slugs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

from aidtimeline.checks.checked import Checked, Place, an
from aidtimeline.codec import event_to_json
from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Goods, Record, Source, Valued, stated
from aidtimeline.semantics import Account, Fact
from aidtimeline.semantics.amendments import out_since
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.converters import is_record_id
from aidtimeline.values.dates import DateRange, format_instant
from aidtimeline.vocabulary import SLUG_FIELDS

MOST_COMPARED = 100_000
"""How many slugs are compared with unknown ones, to find the nearest; beyond that, only names are looked up."""


def replay_problems(log: Checked) -> Iterable[Problem]:
    """`dangling`, `bad-amendment`, `bad-link`, `circle`: what replay cannot make sense of, and ignores."""
    return log.belief.problems


def disagreeing_repairs(log: Checked) -> Iterator[Problem]:
    """`repairs-disagree`: repairs of one record say different things, which a merge of two logs may bring about.

    It is settled if the last one says what an earlier one says: who recorded it has seen both.
    """
    for of, repairs in log.repaired.repairs.items():
        *others, decides = repairs
        said = stated(decides.event, "event", object)
        rivals = [each.id for each in others if stated(each.event, "event", object) != said]
        if len(rivals) == len(others) > 0:
            message = f"it repairs {of} otherwise than {', '.join(rivals)}, which was recorded before; this one decides"
            event = {} if said is None else {"event": event_to_json(cast(Event | Amendment, said))}
            draft = {"kind": decides.event.kind, "of": of, "reason": "the repairs were compared: so it is", **event}
            yield Place(decides).warning("repairs-disagree", message, "of", compact(draft))


def dates_after_report(log: Checked) -> Iterator[Problem]:
    """`date-after-report`: an event is reported when it has happened, and this date lies wholly after its report."""
    for fact in log.belief.facts:
        for account in fact.accounts:
            place, said = log.places[account.record.id], account.record.event
            if not account.planned or (isinstance(said, Corroboration) and said.date is None):
                continue
            if isinstance(said, Correction):
                place = place.within("event")
            message = f"its date, {account.date.text}, is later than its own report of {account.cap.isoformat()}"
            hint = "it counts as perhaps until it is repaired; a day on which a promise is to be kept is its `due`"
            yield place.error("date-after-report", message, "date", hint)


def recorded_in_future(log: Checked) -> Iterator[Problem]:
    """`recorded-in-future`: lines of an instant that is not yet, by the clock of this machine. They are told once."""
    now = log.now
    later = [each for each in log.repaired.standing.values() if now is not None and each.recorded_at > now]
    if now is not None and later:
        newest = max(later, key=lambda each: each.recorded_at)
        others = f", and so are {len(later) - 1} other records" if later[1:] else ""
        message = f"recorded at {format_instant(newest.recorded_at)}, which is after now, {format_instant(now)}{others}"
        hint = "a clock is wrong, this one or another"
        yield log.places[newest.id].warning("recorded-in-future", message, "recorded_at", hint)


def unpublished(log: Checked) -> Iterator[Problem]:
    """`no-publication-date`: a report without the date on which one could read it, or with one that has no end.

    It is reported once for a dataset.
    """
    imported: dict[tuple[str | None, str, DateRange | None], list[Record]] = {}
    for record in log.repaired.standing.values():
        sources = record.event.sources
        if sources and (dataset := sources[0].dataset) is not None:
            if _undated(sources[0]):
                imported.setdefault((record.file, dataset, sources[0].published), []).append(record)
            continue
        for number, source in enumerate(sources):
            if _undated(source):
                yield _not_published(log, record, number)
    for records in imported.values():
        first = min(records, key=lambda each: each.line or 0)
        others = f", here and in {len(records) - 1} more of the dataset" if records[1:] else ""
        yield _not_published(log, first, 0, others)


def _undated(source: Source) -> bool:
    return out_since(source) is None


def _not_published(log: Checked, record: Record, number: int, others: str = "") -> Problem:
    unsaid = record.event.sources[number].published is None
    what = "no publication date" if unsaid else "a publication date without an end"
    message = f"this report has {what}, so it does not say since when one could know{others}"
    hint = f"if no report says, the day of recording is taken: {record.recorded_at.date().isoformat()}"
    return log.places[record.id].warning("no-publication-date", message, f"sources[{number}].published", hint)


def set_aside(log: Checked) -> Iterator[Problem]:
    """`other-currency`, `other-unit`, `not-its-kind`: an account's amount that does not compare with its fact's."""
    for fact in log.belief.facts:
        for account in fact.accounts:
            yield from _set_aside(fact, account, log.places[account.record.id])


def _set_aside(fact: Fact, account: Account, place: Place) -> Iterator[Problem]:
    said = account.record.event
    value = account.value
    if value is not None and fact.value is not None and value.currency != fact.value.currency:
        message = f"it states {value} of a fact whose value is in {fact.value.currency}, and disputes it"
        yield place.warning("other-currency", message, "value")
    if isinstance(said, Event):
        unit, own = stated(said, "unit", str), fact.unit
        if unit != own and stated(said, "quantity", Quantity) is not None:
            message = f"it counts in {unit or 'pieces'} what is one fact with {an(fact.kind)} in {own or 'pieces'}"
            yield place.warning("other-unit", f"{message}, and disputes it", "quantity")
    if isinstance(said, Corroboration):
        for name, amount, carries in (("quantity", said.quantity, Goods), ("value", said.value, Valued)):
            if amount is not None and not isinstance(fact.event, carries):
                message = f"it states a {name} of {an(fact.kind)}, which has none: it is ignored"
                yield place.warning("not-its-kind", message, name)


def without_units(log: Checked) -> Iterator[Problem]:
    """`no-unit`: a quantity without its unit counts pieces, which this kind does not have: no pieces are trained."""
    for fact in log.belief.facts:
        if fact.event.units and fact.quantity_stated and fact.unit is None:
            message = f"{an(fact.kind)}'s quantity needs its unit: {' or '.join(fact.event.units)}"
            yield log.place(fact).warning("no-unit", message, "unit")


def unknown_slugs(log: Checked) -> Iterator[Problem]:
    """`unknown-slug`: a slug that the vocabulary does not have, with the nearest that it has; once for each slug."""
    first: dict[tuple[str, str], tuple[Place, str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    known = {part: log.vocabulary.part(part) for part in SLUG_FIELDS.values()}
    for place, event in log.texts():
        for name, part in (*SLUG_FIELDS.items(), ("overlaps", "projects")):
            value = stated(event, name, object)
            for slug in value if isinstance(value, tuple) else (value,):
                is_record = name == "overlaps" and is_record_id(slug)
                if slug is not None and not is_record and slug not in known[part]:
                    times[part, slug] += 1
                    first.setdefault((part, slug), (place, name))
    left = MOST_COMPARED
    for (part, slug), (place, name) in first.items():
        near = log.vocabulary.nearest(part, slug) if left > 0 else log.vocabulary.meant(part, slug)
        left -= len(known[part])
        often = "" if times[part, slug] == 1 else f", here and in {times[part, slug] - 1} more"
        message = f"{slug!r} is not in vocabulary/{part}.jsonl{often}"
        yield place.warning("unknown-slug", message, name, None if near is None else f"did you mean {near!r}?")
