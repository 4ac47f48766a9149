"""How people say it: days and cuts, slugs under their labels, bounds and their flags, reports as one cites them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urlsplit

from aidtimeline.events import Source
from aidtimeline.explain.reasons import out_by
from aidtimeline.projections import Bounds
from aidtimeline.projections.fields import Condition
from aidtimeline.projections.sums import Counts, Sums
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Money
from aidtimeline.values.dates import DateRange, format_instant
from aidtimeline.vocabulary import Vocabulary

NOTHING = "–"
MOST_REPORTS = 8
SHORTEST_ID = 8

#: What is said of a number, and what that means; the meaning is shown under a table that says so.
FLAGS = {
    "disputed": "reports contradict each other, and the bounds span what they say",
    "about": "a report says “about”, and the bounds hold as far as that does",
    "loose": "the truth lies within the bounds, but they may be wider than need be",
}


def on(day: date) -> str:
    """A day.

    >>> on(date(2023, 11, 28))
    '28 Nov 2023'
    """
    return str(DateRange.parse(day.isoformat()))


def at(cut: date | datetime) -> str:
    """A cut: on a day, or at an instant.

    >>> at(date(2023, 11, 28))
    'on 28 Nov 2023'
    """
    return f"at {format_instant(cut)}" if isinstance(cut, datetime) else f"on {on(cut)}"


def cuts_in_words(as_of: date | None, known_at: date | datetime | None, recorded_until: date | datetime | None) -> str:
    """The cuts of a view: both dates, and up to when its log was read if that was asked for.

    `as_of` is None if the answer is about every day.

    >>> cuts_in_words(date(2023, 11, 28), date(2023, 11, 25), None)
    'as of 28 Nov 2023 · as known on 25 Nov 2023'
    """
    known = "with all that is known today (no --known-at cut)"
    said = ["on every day" if as_of is None else f"as of {on(as_of)}"]
    said.append(known if known_at is None else f"as known {at(known_at)}")
    if recorded_until is not None:
        said.append(f"from the log as it stood {at(recorded_until)}")
    return " · ".join(said)


def summed(question: Sums) -> str:
    """What is summed: the kinds of events."""
    kinds = question.selection.kinds
    if len(kinds) == len(question.ALL_KINDS) > 1:
        return "every kind with a quantity" if isinstance(question, Counts) else "money under every kind with a value"
    return f"{'money under ' if question.money else ''}{' and '.join(kinds)}"


def sums_in_words(question: Sums) -> str:
    """What is summed, by what, and what it is narrowed to."""
    by = f" by {' and '.join(question.by)}" if question.by else ", in all"
    return summed(question) + by + narrowed(question.selection.where)


def narrowed(where: Iterable[Condition]) -> str:
    """What an answer is narrowed to.

    >>> from aidtimeline.projections import Counts
    >>> narrowed(Counts(where={"item": ("truck", None)}).selection.where)
    ', where item is truck or empty'
    """
    conditions = [f"{name} is {' or '.join(value or 'empty' for value in values)}" for name, values, _ in where]
    return f", where {' and '.join(conditions)}" if conditions else ""


def named(vocabulary: Vocabulary, field: str, slug: str) -> str:
    """A slug under its label, if it has one: Lithuania (LT)."""
    label = vocabulary.label(field, slug)
    return slug if label == slug else f"{label} ({slug})"


def slug_and_label(vocabulary: Vocabulary, name: str, slug: str | None) -> tuple[str, str]:
    """The two cells for one value of a key: the slug, and its label if it has one."""
    if slug is None:
        return NOTHING, ""
    slugs = slug.split("+") if name == "via" else [slug]
    labels = [vocabulary.label(name, each) for each in slugs]
    return slug, "" if labels == slugs else " + ".join(labels)


def amount(bounds: object, currency: str | None = None) -> str:
    """Bounds as a person writes them, in a currency if they are of money.

    >>> from decimal import Decimal
    >>> amount(Bounds(Decimal(1200), None)), amount(Bounds(Decimal(5), Decimal(7)), "EUR")
    ('at least 1,200', 'EUR 5 to 7')
    """
    if currency is None:
        return str(bounds)
    return str(Money(bounds.quantity, currency)) if isinstance(bounds, Bounds) else f"{currency} {bounds}"


def possible(values: Sequence[object]) -> str:
    """The values that something may have, None for none; nothing if it has none at all.

    >>> possible((None, "pipeline", "closed")), possible(("closed",)), possible((None,))
    ('possibly pipeline or closed', 'closed', '')
    """
    stated = " or ".join(str(each) for each in values if each is not None)
    return f"possibly {stated}" if stated and None in values else stated


def reports(facts: Iterable[Fact], known_at: date | datetime | None) -> str:
    """Who reports these facts, with the date of publication: the earliest first, and those without one last.

    Only what was known by then.
    """
    sources = [source for fact in facts for account in fact.accounts for source in account.sources]
    known = sorted((source for source in sources if out_by(source, known_at)), key=_when)
    texts = list(dict.fromkeys(map(_in_short, known)))
    if len(texts) > MOST_REPORTS + 1:
        texts[MOST_REPORTS:] = [f"and {len(texts) - MOST_REPORTS} more"]
    return "; ".join(texts)


def cited(source: Source) -> str:
    """A report as one cites it.

    >>> cited(Source(publisher="Rubryka", published="2023-11-28", attribution="Ministry of Economy"))
    'Rubryka, 28 Nov 2023 (after Ministry of Economy)'
    """
    title = None if source.title is None else f"“{source.title}”"
    published = None if source.published is None else str(source.published)
    alone = not (source.publisher or title or source.url)
    who = (source.attribution or source.dataset) if alone else source.publisher
    text = ", ".join(filter(None, (who, title, published, source.url, source.locator)))
    return text if alone or source.attribution is None else f"{text} (after {source.attribution})"


def shortener(ids: Iterable[str]) -> Callable[[str], str]:
    """Ids shortened to so many digits that no other of them begins so, at least `SHORTEST_ID`.

    >>> short = shortener(["3a79391099a76756", "3a793910aaaaaaaa", "c52234e27f62747c"])
    >>> short("3a79391099a76756"), short("c52234e27f62747c")
    ('3a7939109', 'c52234e27')
    """
    length = SHORTEST_ID
    for one, other in pairwise(sorted(set(ids))):
        while one[:length] == other[:length]:
            length += 1
    return lambda id_: id_[:length]


def _in_short(source: Source) -> str:
    names = (source.publisher, source.attribution, source.title, _site(source.url), source.dataset)
    who = next(filter(None, names), NOTHING)
    return who if source.published is None else f"{who} {source.published.text}"


def _when(source: Source) -> tuple[bool, date]:
    return source.published is None, (source.published and source.published.earliest) or date.min


def _site(url: str | None) -> str | None:
    """The name of the site, which is enough if nothing else is said of a report."""
    try:
        return url and (urlsplit(url).hostname or url)
    except ValueError:
        return url
