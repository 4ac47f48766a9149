"""What comes of an entry of a file, and what is recorded because of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import attrs

from aidtimeline.events import LEVEL, STATE, Amendment, Correction, Event, Retraction
from aidtimeline.formats.importing.reports import EARLIER, OLDER
from aidtimeline.formats.importing.said import Said
from aidtimeline.formats.importing.statements import READ_AGAIN, Key, digest, key_of, level_of, next_day
from aidtimeline.formats.readings import Entry
from aidtimeline.values.dates import DateRange


def outcome_of(entry: Entry, key: Key, said: Said | None, version: datetime, *, repair: bool) -> str:
    """What comes of an entry under its key, or why it is refused.

    `said` is what the log has of it, None if it has nothing but a newer version of its scope. What has no date of
    publication is older by the instant of recording: that is `EARLIER` in place of `OLDER`.

    | the log has | this version is | outcome |
    |---|---|---|
    | nothing | older | `OLDER` |
    | the same | any | unchanged |
    | another, or gone | older | `OLDER` |
    | another | the same, or to be a repair | repaired |
    | gone | the same, or to be a repair | news |
    | another level or state, or either gone | newer | restated |
    | anything else | newer | news |
    """
    event = entry.event
    older = EARLIER if event.sources[0].published is None else OLDER
    if said is None:
        return older
    if not said.gone and said.last.key == key and says_the_same(entry, said):
        return "unchanged"
    if version < said.version:
        return older
    if repair or (event.sources[0].published is not None and version == said.version):
        return "news" if said.gone else "repaired"
    return "restated" if entry.restated and (said.gone or _moved(event, said)) else "news"


def says_the_same(entry: Entry, said: Said) -> bool:
    """Whether an entry says what the log has, under whatever key."""
    event, last = entry.event, said.last
    same = last.digest == digest(event) and (entry.restated or last.dated == event.date)
    return same and (last.package == event.package or last.key != key_of(event))


def covering(entry: Entry, until: DateRange | None) -> Entry:
    """A level or state without a last day of its own, as of the last day that its version covers.

    That is `until`, or the day on which it was published.
    """
    event = entry.event
    if not entry.restated or event.date.latest is not None:
        return entry
    last = until or event.sources[0].published
    if last is None or last.latest is None:
        return entry
    if event.date.earliest is not None and event.date.earliest > last.latest:
        return entry
    return attrs.evolve(entry, event=attrs.evolve(event, date=DateRange.between(event.date.earliest, last.latest)))


def _moved(event: Event, said: Said) -> bool:
    """Whether a level is another than it was. What is not a level is another state."""
    level = level_of(event)
    return level is None or said.last.level is None or level != said.last.level


def first_of(entry: Entry) -> Event:
    """What is recorded of an entry that is new: a level came about by its day, and not before any other."""
    return _dated_from(None, entry.event) if entry.restated else entry.event


def changed(
    outcome: str, entry: Entry, said: Said, distinct: Callable[[Correction], Correction | Retraction]
) -> Event | Amendment:
    """What is recorded of an entry that differs from what the log has: a new fact, a correction, or a repair.

    `distinct` makes an amendment one that the log does not have.
    """
    event = entry.event
    if outcome == "restated":
        level = level_of(event)
        since = next_day(said.last.dated.latest) if level is None or _is_state(event) else said.first_day_of(level)
        return attrs.evolve(_dated_from(since, event), supersedes=(*event.supersedes, said.id))
    dated = said.last.dated if entry.restated else event.date
    event = attrs.evolve(event, date=dated, supersedes=(*event.supersedes, *said.last.supersedes))
    news = Correction(of=said.id, event=event, sources=[event.sources[0]])
    if outcome == "news":
        return distinct(news)
    if said.last.news is None:
        return distinct(Correction(of=said.id, event=event, reason=READ_AGAIN))
    return distinct(Correction(of=said.last.news, event=news, reason=READ_AGAIN))


def _is_state(event: Event) -> bool:
    """Whether a version states how things are on its date, and not what has come about by then."""
    return event.nature in (STATE, LEVEL)


def _dated_from(day: date | None, event: Event) -> Event:
    """A restated event, dated from a day on (None: from ever) until the last day of its own date.

    A level may have been reached on any of these days, whatever day its version states it for. A state keeps its own
    first day, if that is later. A date that is all before the day stays as it is.
    """
    earliest, latest = event.date.earliest, event.date.latest
    if latest is None or (day is not None and day > latest):
        return event
    own = level_of(event) is None or _is_state(event)
    first = max(filter(None, (day, earliest)), default=None) if own else day
    return event if first == earliest else attrs.evolve(event, date=DateRange.between(first, latest))
