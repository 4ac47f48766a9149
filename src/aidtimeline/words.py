"""How people say it: days and cuts, slugs under their labels, and reports as one cites them."""

from __future__ import annotations

from datetime import date, datetime

from aidtimeline.events import Source
from aidtimeline.values.dates import DateRange, format_instant
from aidtimeline.vocabulary import Vocabulary


def on(day: date) -> str:
    """A day.

    >>> on(date(2023, 11, 28))
    '28 Nov 2023'
    """
    return str(DateRange.between(day, day))


def at(cut: date | datetime) -> str:
    """A cut: on a day, or at an instant.

    >>> at(date(2023, 11, 28))
    'on 28 Nov 2023'
    """
    return f"at {format_instant(cut)}" if isinstance(cut, datetime) else f"on {on(cut)}"


def cuts(as_of: date | None, known_at: date | datetime | None, recorded_until: date | datetime | None) -> str:
    """The cuts of a view: both dates, and up to when its log was read where that was asked for.

    `as_of` is None where every day is told of.

    >>> cuts(date(2023, 11, 28), date(2023, 11, 25), None)
    'as of 28 Nov 2023 · as known on 25 Nov 2023'
    """
    known = "with all that is known today (no --known-at cut)"
    said = ["on every day" if as_of is None else f"as of {on(as_of)}"]
    said.append(known if known_at is None else f"as known {at(known_at)}")
    if recorded_until is not None:
        said.append(f"from the log as it stood {at(recorded_until)}")
    return " · ".join(said)


def named(vocabulary: Vocabulary, field: str, slug: str) -> str:
    """A slug under its label, where it has one: Lithuania (LT)."""
    label = vocabulary.label(field, slug)
    return slug if label == slug else f"{label} ({slug})"


def cited(source: Source) -> str:
    """A report as one cites it.

    >>> cited(Source(publisher="Rubryka", published="2023-11-28", attribution="Ministry of Economy"))
    'Rubryka, 28 Nov 2023 (after Ministry of Economy)'
    """
    title = None if source.title is None else f"“{source.title}”"
    published = None if source.published is None else str(source.published)
    alone = not (source.publisher or title or source.url)
    who = (source.attribution or source.dataset) if alone else source.publisher
    told = ", ".join(filter(None, (who, title, published, source.url, source.locator)))
    return told if alone or source.attribution is None else f"{told} (after {source.attribution})"
