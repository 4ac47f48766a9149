"""How people say it: dates, names, possible values, and who reports something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from aidtimeline.dates import DateRange, end_of, format_instant
from aidtimeline.events import Source
from aidtimeline.semantics import Fact
from aidtimeline.vocabulary import Vocabulary

NOTHING = "–"
MOST_REPORTS = 8


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


def named(vocabulary: Vocabulary, field: str, slug: str) -> str:
    """A slug under its label, where it has one: Lithuania (LT)."""
    label = vocabulary.label(field, slug)
    return slug if label == slug else f"{label} ({slug})"


def possible(values: Sequence[object]) -> str:
    """The values that something may have, None for none; nothing where it has none at all.

    >>> possible((None, "pipeline", "closed")), possible(("closed",)), possible((None,))
    ('possibly pipeline or closed', 'closed', '')
    """
    stated = " or ".join(str(each) for each in values if each is not None)
    return f"possibly {stated}" if stated and None in values else stated


def reports(facts: Iterable[Fact], known_at: date | datetime | None) -> str:
    """Who reports these facts, with the date of publication, the earliest first; only what was known by then."""
    sources = [source for fact in facts for account in fact.accounts for source in account.sources]
    known = [source for source in sources if _published_by(source, known_at)]
    known.sort(key=lambda source: (source.published and source.published.earliest) or date.min)
    texts = list(dict.fromkeys(map(_cited, known)))
    more = [f"and {len(texts) - MOST_REPORTS} more"] if len(texts) > MOST_REPORTS + 1 else []
    return "; ".join(texts[:MOST_REPORTS] + more if more else texts)


def _published_by(source: Source, known_at: date | datetime | None) -> bool:
    last = None if source.published is None else source.published.latest
    return known_at is None or last is None or end_of(last) <= end_of(known_at)


def _cited(source: Source) -> str:
    who = source.publisher or source.attribution or source.title or source.url or NOTHING
    return who if source.published is None else f"{who} {source.published.text}"
