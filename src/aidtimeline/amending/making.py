"""Amendments of a record of a log, made from the id that somebody typed and from what is to change.

With a source an amendment is news, without one a repair (docs/semantics.md, "Records and amendments"). What replay
would ignore is refused here: repairs of repairs, news of amendments, and what says nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import evolve

from aidtimeline.codec import event_to_json, record_id
from aidtimeline.errors import UsageError
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Retraction, Source, to_sources
from aidtimeline.log.drafts import is_beginning, read_drafts
from aidtimeline.log.flat import names_of, put
from aidtimeline.semantics.amendments import is_repair
from aidtimeline.semantics.standing import Standing
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown
from aidtimeline.timeline import Timeline

A = TypeVar("A", Correction, Retraction, Corroboration)

OF_CORROBORATION = ("date", "quantity", "value", "currency", "ref", "note")
"""What a corroboration may state, by the names of `aidtimeline.log.flat`."""


def correction(
    timeline: Timeline,
    of: str,
    fields: Mapping[str, Any],
    *,
    reason: str | None = None,
    sources: Source | Iterable[Source] = (),
    note: str | None = None,
) -> Correction:
    """A correction of a record: what it says now, with other values in some fields.

    News changes what is known now. A repair changes what the record should have said from the start, so it leaves out
    what news has changed since.

    Args:
        timeline: The log.
        of: The id of the record, which may be shortened. Of a record that is news, its event is corrected.
        fields: The new values by name, as texts (`aidtimeline.log.flat`) or as in JSON; an empty text empties a field.
        reason: Why.
        sources: Who reported it otherwise. Without any it is a repair: the record was written down wrongly.
        note: A remark.

    Raises `UnknownKey` if the log has no such record, `UsageError` for an unknown field, if nothing would change, and
    for what replay would ignore, and `RefusedBatch` for a value that is refused.

    >>> from aidtimeline import Timeline
    >>> made = correction(Timeline.open("events"), "c7e1bd20", {"quantity": "2..4", "note": "of two types"})
    >>> print(made.event.quantity, "·", made.event.note, "·", made.event.date)
    2 to 4 · of two types · by 28 Nov 2023
    """
    found, given = timeline.find(of), to_sources(sources)
    _refuse_ignored(found, news=bool(given))
    now = found.event if given else found.repaired
    event = _changed(now, fields, timeline)
    if event == now and not found.retracted:
        raise UsageError(f"{found.record.id} says so already: nothing would change")
    return _new(Correction(of=found.record.id, event=event, reason=reason, note=note, sources=given), found, timeline)


def retraction(
    timeline: Timeline,
    of: str,
    *,
    reason: str | None = None,
    duplicate_of: str | None = None,
    sources: Source | Iterable[Source] = (),
    note: str | None = None,
) -> Retraction:
    """A retraction of a record, or with `duplicate_of` the finding that it is one fact with another record.

    Ids may be shortened; the other arguments are those of `correction`, and so is what it raises.

    >>> from aidtimeline import Timeline
    >>> retraction(Timeline.open("events"), "c7e1bd20", reason="another country").of
    'c7e1bd204371b9a4710e38d6b0f749ca'
    """
    found, given = timeline.find(of), to_sources(sources)
    of_event = duplicate_of is not None or bool(given)
    _refuse_ignored(found, news=of_event)
    other = None if duplicate_of is None else timeline.find(duplicate_of).record
    if other is not None and not isinstance(other.event, Event):
        raise UsageError(f"{other.id} is a {other.event.kind}, and only an event has duplicates")
    if other is not None and other.id == found.record.id:
        raise UsageError(f"{other.id} is no duplicate of itself")
    duplicate = None if other is None else other.id
    made = Retraction(of=found.record.id, reason=reason, duplicate_of=duplicate, note=note, sources=given)
    return _new(made, found, timeline)


def corroboration(
    timeline: Timeline, of: str, fields: Mapping[str, Any], *, sources: Source | Iterable[Source]
) -> Corroboration:
    """Another account of a record: what its sources say of date, quantity or value, and nothing of the rest.

    The arguments are those of `correction`, and so is what it raises.

    >>> from aidtimeline import Source, Timeline
    >>> made = corroboration(Timeline.open("events"), "c7e1bd20", {"quantity": 32}, sources=Source(publisher="NHK"))
    >>> print(made.quantity, made.sources[0].publisher)
    32 NHK
    """
    found = timeline.find(of)
    _refuse_ignored(found, news=True)
    draft: dict[str, Any] = {"kind": Corroboration.kind, "of": found.record.id}
    _put_all(draft, fields, OF_CORROBORATION, "corroboration has")
    if "value" in fields and "currency" not in fields and isinstance(draft.get("value"), str):
        value = event_to_json(found.event).get("value")
        if isinstance(value, dict) and " " not in draft["value"]:  # as a correction: the amount, in the same currency
            draft["value"] = {**value, "amount": draft["value"]}
    draft["sources"] = [{"publisher": "–"}]  # in place of those given, which are read already
    made = _read(draft, timeline)
    if not isinstance(made, Corroboration):
        raise TypeError(made)
    return _new(evolve(made, sources=to_sources(sources)), found, timeline)


def _refuse_ignored(found: Standing, *, news: bool) -> None:
    """Raise `UsageError` for an amendment of this record that replay would ignore."""
    written = found.record.event
    if isinstance(written, Event):
        return
    if is_repair(written):
        raise UsageError(f"{found.record.id} is itself a repair, which nothing amends: amend {written.of} anew")
    if news:
        raise UsageError(
            f"{found.record.id} is itself a {written.kind}, which only a repair amends (without a source): "
            f"aim at the event, {written.of}"
        )


def _changed(event: Event | Amendment, fields: Mapping[str, Any], timeline: Timeline) -> Event | Amendment:
    """An event with other values in some fields; of news, the event that it has."""
    draft = event_to_json(event)
    said = draft
    while said["kind"] == Correction.kind:
        said.pop("v")
        said = said["event"]
    said.pop("v")
    many = len(said.get("sources") or ()) + 1
    kinds = [each for each in (fields.get("kind"), said["kind"]) if isinstance(each, str) and each]
    named = (name for kind in kinds for name in names_of(kind, many) if name != "of")
    _put_all(said, fields, dict.fromkeys(("kind", *named, "sources")), f"{kinds[0]} has")
    return _read(draft, timeline)


def _put_all(draft: dict[str, Any], fields: Mapping[str, Any], names: Iterable[str], what: str) -> None:
    names = tuple(names)
    for name, value in fields.items():
        if name not in names:
            hint = did_you_mean(name, names)
            raise UsageError(
                f"{what} no field {shown(name)}" + (f" ({hint})" if hint else f" (fields: {_listed(names)})")
            )
        put(draft, name, value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(each for each in names if "." not in each or each.endswith("publisher"))


def _read(draft: dict[str, Any], timeline: Timeline) -> Event | Amendment:
    begun = {each for each in _references(draft) if is_beginning(each)}
    [event] = read_drafts([(None, None, draft)], [id_ for each in begun for id_ in timeline.engine.ids(each)])
    if not isinstance(event, Event | Amendment):
        raise TypeError(event)
    return event


def _references(draft: Any) -> Iterator[str]:
    """Each text of a draft that may be an id, or the beginning of one."""
    while isinstance(draft, dict):
        for value in draft.values():
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
        draft = draft.get("event")


def _new(made: A, found: Standing, timeline: Timeline) -> A:
    """The amendment with an id that the log does not have; one that was made before, and no longer holds, is numbered.

    Raises `UsageError` if it is there and holds.
    """
    number, again = 1, made
    while (id_ := record_id(again)) in set(timeline.engine.ids(id_)):
        decides = found.deciding is not None and found.deciding.id == id_
        if id_ in found.applied and (decides or not _decides(made)):
            raise UsageError(f"{id_} says so already: nothing would change")
        number += 1
        again = evolve(made, ref=f"time {number}")
    return again


def _decides(made: Amendment) -> bool:
    """Whether of several such amendments one decides."""
    return isinstance(made, Correction) or (isinstance(made, Retraction) and made.duplicate_of is None)
