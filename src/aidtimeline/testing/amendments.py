"""The laws of amendments: what a repair, news or a closer account does to the answers, stated by rewriting the log.

Each takes the records, one amendment of them that is recorded last, cuts and a projection, and raises `LawBroken`. The
numbers of the laws are those of docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import attrs

from aidtimeline.events import Amendment, Correction, Corroboration, Delivery, Event, Record, Retraction, Source
from aidtimeline.projections import Projection
from aidtimeline.projections.results import Result
from aidtimeline.semantics.amendments import is_finding, is_repair, known_since
from aidtimeline.testing.laws import (
    Cuts,
    LawBroken,
    aims,
    answer as whole_answer,
    earliest,
    links_of,
    nested_aims,
    same,
)
from aidtimeline.values.dates import DateRange, end_of

NEVER = "9999-12-31"
"""The day of publication of what must stay unknown."""
ALL_BUT_NEVER = date(9999, 12, 30)
"""A cut at which all is known but what is published on `NEVER`."""
_NOBODY = Source(publisher="nobody", published=NEVER)


def answer(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, Any]) -> Any:
    """The result, but for what says by which records it is known: that is never the same in a log that is rewritten."""
    return _without_provenance(whole_answer(records, cuts, projection))


def _without_provenance(result: Any) -> Any:
    """The result; rows without the values that its class names in `provenance`."""
    if isinstance(result, Mapping):
        return {key: _without_provenance(part) for key, part in result.items()}
    if not isinstance(result, Result) or not result.provenance:
        return result
    return [
        {name: part for name, part in zip(row._fields, row, strict=True) if name not in result.provenance}
        for row in result.rows
    ]


def refinement(
    records: Sequence[Record],
    correction: Record,
    cuts: Cuts,
    projection: Projection[Any, Any],
    narrower: Callable[[Any, Any], bool],
) -> None:
    """Law 8: an exact correction of date and quantity only, both inside the fact's, never widens a bound.

    `narrower(after, before)` says whether no bound of the first result is wider than in the second.
    """
    before, after = (whole_answer(log, cuts, projection) for log in (records, [*records, correction]))
    if not narrower(after, before):
        raise LawBroken("refinement", f"{before} became {after}")


def repair(records: Sequence[Record], repair: Record, cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Laws 9 and 10: after a repair the answers are as if the record had been written so at first.

    This holds at every cut of knowledge. A repair that retracts leaves the record's links, and what was found to be one
    with it. One that aims at a repair, or at a record that is not there, changes nothing. A finding of identity changes
    no record, and is not tested.
    """
    says = _said_last(records, repair, "repair")
    target = earliest(records).get(says.of)
    cuts = attrs.evolve(cuts, recorded_until=None)
    amended = answer([*records, repair], cuts, projection)
    useless = isinstance(says, Correction) and is_repair(says.event)
    if target is None or is_repair(target.event) or useless:
        same("repair of nothing", answer(records, cuts, projection), amended)
        return
    if is_finding(says) and isinstance(target.event, Event):
        return
    # What makes an amendment of an event also ends what repairs found of its identity.
    about = (
        _about(records, target) if isinstance(getattr(says, "event", None), Event | None) else _aimed(records, target)
    )
    others = [each for each in records if not (each in about and is_repair(each.event))]
    if isinstance(says, Correction):
        first = [attrs.evolve(each, event=says.event) if each.id == says.of else each for each in others]
        same("repair", answer(first, cuts, projection), amended)
    elif not isinstance(target.event, Event):
        first = [each for each in others if each.id != says.of]
        same("repair that retracts an amendment", answer(first, cuts, projection), amended)
    elif any(target.id in nested_aims(each.event) for each in others):
        return  # a repair has made another record an amendment of it
    elif not any(_is_repaired(others, each) for each in _about(others, target)):
        same("repair that retracts", _answer_without(others, target, cuts, projection), amended)


def news(records: Sequence[Record], news: Record, cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Laws 9 and 10: before its publication news changes nothing; then, it is as if the record had said so at first.

    It is as if the record had had the sources of the news; days that the news leaves as they were keep their cap.
    `news` must be recorded last, and have a day of publication. If other news decides, nothing is tested, nor is what a
    finding of identity changes.
    """
    says = _said_last(records, news, "news")
    target = earliest(records).get(says.of)
    cuts = attrs.evolve(cuts, recorded_until=None)
    amended = answer([*records, news], cuts, projection)
    before = cuts.known_at is not None and known_since(news) > end_of(cuts.known_at)
    useless = isinstance(says, Correction) and not isinstance(says.event, Event)
    if before or useless or target is None:
        same("news before its publication, or of nothing", answer(records, cuts, projection), amended)
        return
    about = _aimed(records, target)
    by_repair = any(target.id in nested_aims(each.event) for each in records)
    if by_repair or any(is_repair(each.event) or _is_repaired(records, each) for each in (target, *about)):
        return  # what a repair does is the law of repairs
    if not isinstance(target.event, Event):
        same("news of an amendment", answer(records, cuts, projection), amended)
        return
    rivals = [each for each in _about(records, target) if not isinstance(each.event, Corroboration)]
    if is_finding(says) or any(known_since(each) > known_since(news) for each in rivals):
        return
    others = [each for each in records if each not in rivals]
    if isinstance(says, Correction):
        first = _said_at_first(others, target, rivals, news)
        if first is not None:
            same("news", answer(first, cuts, projection), amended)
    else:
        same("news that retracts", _answer_without(others, target, cuts, projection), amended)


def _said_last(records: Iterable[Record], last: Record, kind: Literal["repair", "news"]) -> Correction | Retraction:
    says = last.event
    if any(each.recorded_at >= last.recorded_at for each in records):
        raise ValueError(f"the {kind} must be recorded after all other records")
    if not isinstance(says, Correction | Retraction) or is_repair(says) != (kind == "repair"):
        raise TypeError(f"{says!r} is no {kind}")
    return says


def _said_at_first(
    others: Iterable[Record], target: Record, rivals: Iterable[Record], news: Record
) -> list[Record] | None:
    """The log as if the record had said at first what the news says, with the sources of the news.

    None if the days are those of what the news corrects, and no record with those sources can have their cap: the news
    was published before they were first reported, or they lie after that; or they are "about" days, and the cap leaves
    some of them without that word.
    """
    says = news.event
    if not isinstance(says, Correction) or not isinstance(says.event, Event):
        raise TypeError(f"{news!r} does not correct {target!r}")
    event = attrs.evolve(says.event, sources=says.sources)
    first_said = _first_said(target, rivals, event.date)
    if first_said is None:
        return [attrs.evolve(each, event=event) if each.id == target.id else each for each in others]
    cap = known_since(first_said).date()
    if not event.date.possible_by(cap) or cap > known_since(news).date():
        return None
    qualified = event.date.uncertain or event.date.approximate
    if qualified and (event.date.latest is None or event.date.latest > cap):
        return None
    # The cap is written into the date; accounts that took the date from the record state it as it was.
    capped = attrs.evolve(event, date=_capped(event.date, cap))
    rewritten: list[Record] = []
    for each in others:
        account: Event | Amendment = each.event
        if isinstance(account, Corroboration) and account.of == target.id and account.date is None:
            account = attrs.evolve(account, date=event.date)
        rewritten.append(attrs.evolve(each, event=capped if each.id == target.id else account))
    return rewritten


def _first_said(target: Record, rivals: Iterable[Record], dated: DateRange) -> Record | None:
    """What first reported these days, of the record and the news that the last news corrects; None if it does."""
    first: Record | None = None
    last: tuple[date | None, date | None] | None = None
    for each in (target, *sorted(rivals, key=lambda each: (known_since(each), each.recorded_at, each.id))):
        event = each.event.event if isinstance(each.event, Correction) else each.event
        if isinstance(event, Event):
            days = event.date.earliest, event.date.latest
            first, last = (first, last) if days == last else (each, days)
    return first if last == (dated.earliest, dated.latest) else None


def _capped(dated: DateRange, cap: date) -> DateRange:
    latest = cap if dated.latest is None else min(dated.latest, cap)
    plain = DateRange.between(dated.earliest, latest).text
    mark = {(True, True): "%", (True, False): "?", (False, True): "~"}.get((dated.uncertain, dated.approximate), "")
    return DateRange.parse(plain + mark)


def _answer_without(others: Iterable[Record], target: Record, cuts: Cuts, projection: Projection[Any, Any]) -> Any:
    """The answer without what a record and its amendments say.

    Its links, and what was found of its identity, stay on a record that is never known.
    """
    kept = [each for each in others if each.id != target.id and (_of(each) != target.id or is_finding(each.event))]
    found = any(target.id in aims(each.event) for each in kept if not isinstance(each.event, Event))
    bare = links_of(target.event) or (Delivery(date=NEVER, sources=_NOBODY) if found else None)
    if bare is not None:
        kept.append(attrs.evolve(target, event=attrs.evolve(bare, sources=_NOBODY)))
    return answer(kept, attrs.evolve(cuts, known_at=cuts.known_at or ALL_BUT_NEVER), projection)


def _is_repaired(records: Iterable[Record], wanted: Record) -> bool:
    return any(is_repair(each.event) for each in _about(records, wanted))


def _aimed(records: Iterable[Record], target: Record) -> list[Record]:
    """The amendments of a record, as they were written."""
    return [each for each in records if _of(each) == target.id]


def _about(records: Iterable[Record], target: Record) -> list[Record]:
    """The amendments of a record, but what was found of its identity."""
    event = isinstance(target.event, Event)
    return [each for each in _aimed(records, target) if not (event and is_finding(each.event))]


def _of(record: Record) -> str | None:
    return None if isinstance(record.event, Event) else record.event.of
