"""Days, cuts, slugs, bounds, flags and reports in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from attrs import evolve

from aidtimeline.events import Source
from aidtimeline.projections import Bounds
from aidtimeline.projections.fields import Condition
from aidtimeline.projections.sums.beside import MOST_REPORTS, Reports
from aidtimeline.projections.sums.counting import Counts, MoneySums, Sums
from aidtimeline.semantics import Fact
from aidtimeline.semantics.provenance import sources_of
from aidtimeline.semantics.reporting import name_of, when
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, format_instant
from aidtimeline.vocabulary import Vocabulary

NOTHING = "–"
"""What a table shows where there is no value."""

SHORTEST_ID = 8
"""The least length of a shortened id, in hexadecimal digits."""

FLAGS = {
    "disputed": "reports contradict each other, or parts their whole, and the bounds span what they say",
    "about": "a report says “about”, and the bounds are only as good as that",
    "loose": "the truth lies within the bounds, but they may be wider than necessary",
    "overlap": "reports may be of the same: the low end has it once, and the high end as often as it may be counted",
}
"""The flags of a number and their meanings. A table that has flags shows their meanings below it."""


DOUBTS = ("disputed", "overlap")
"""The flags that a reader has to see: a terminal shows them in colour."""


def legend(flags: Iterable[str], meanings: Mapping[str, str] = FLAGS) -> Iterator[str]:
    """The meanings of flags that a table has, a line for each, in the order of the meanings.

    >>> print(*legend(["loose"]))
    loose: the truth lies within the bounds, but they may be wider than necessary
    """
    found = set(flags)
    return (f"{flag}: {meaning}" for flag, meaning in meanings.items() if flag in found)


def on(day: date) -> str:
    """A day in words.

    >>> on(date(2023, 11, 28))
    '28 Nov 2023'
    """
    return str(DateRange.parse(day.isoformat()))


def at(cut: date | datetime) -> str:
    """A cut in words: on a day, or at an instant.

    >>> at(date(2023, 11, 28))
    'on 28 Nov 2023'
    """
    return f"at {format_instant(cut)}" if isinstance(cut, datetime) else f"on {on(cut)}"


def cuts_in_words(as_of: date | None, known_at: date | datetime | None, recorded_until: date | datetime | None) -> str:
    """The cuts of a view in words: both dates, and the cut of record time if there is one.

    `as_of` is None if the answer is about every day.

    >>> cuts_in_words(date(2023, 11, 28), date(2023, 11, 25), None)
    'as of 28 Nov 2023 · as known on 25 Nov 2023'
    """
    known = "with all that is known today (no --known-at cut)"
    words = ["on every day" if as_of is None else f"as of {on(as_of)}"]
    words.append(known if known_at is None else f"as known {at(known_at)}")
    if recorded_until is not None:
        words.append(f"from the log as it stood {at(recorded_until)}")
    return " · ".join(words)


def summed(question: Sums) -> str:
    """What is summed: the kinds of events.

    >>> summed(Counts(kind=["pledge", "delivery"]))
    'pledge and delivery'
    """
    kinds = question.selection.kinds
    if len(kinds) == len(question.ALL_KINDS) > 1:
        return "every kind with a quantity" if isinstance(question, Counts) else "money under every kind with a value"
    return f"{'money under ' if question.money else ''}{' and '.join(kinds)}"


def sums_in_words(question: Sums) -> str:
    """What is summed, by which fields, and with which conditions.

    >>> sums_in_words(Counts(by=["item", "donor"], where={"recipient": "UA"}))
    'delivery by item and donor, where recipient is UA'
    """
    by = f" by {' and '.join(question.by)}" if question.by else ", in all"
    return summed(question) + by + converted(question) + narrowed(question.selection.where)


def converted(question: object) -> str:
    """To which currency sums of money are converted, after a comma; empty if they are not.

    >>> converted(MoneySums(currency="USD")), converted(MoneySums())
    (', converted to USD', '')
    """
    found = question.currency if isinstance(question, MoneySums) else None
    return "" if found is None else f", converted to {found}"


def narrowed(where: Iterable[Condition]) -> str:
    """The conditions of a question in words, after a comma; empty if there are none.

    >>> narrowed(Counts(where={"item": ("truck", None)}).selection.where)
    ', where item is truck or empty'
    """
    conditions = [f"{name} is {' or '.join(value or 'empty' for value in values)}" for name, values, _ in where]
    return f", where {' and '.join(conditions)}" if conditions else ""


def named(vocabulary: Vocabulary, field: str, slug: str) -> str:
    """A slug of a field with its label, if it has one: Lithuania (LT)."""
    label = vocabulary.label(field, slug)
    return slug if label == slug else f"{label} ({slug})"


def slug_and_label(vocabulary: Vocabulary, name: str, slug: str | None) -> tuple[str, str]:
    """The two cells for one value of a key: the slug, and its label or nothing."""
    if slug is None:
        return NOTHING, ""
    slugs = slug.split("+") if name == "via" else [slug]
    labels = [vocabulary.label(name, each) for each in slugs]
    return slug, "" if labels == slugs else " + ".join(labels)


def amount(bounds: object, currency: str | None = None) -> str:
    """Bounds in words, with the currency if they are of money.

    >>> from decimal import Decimal
    >>> amount(Bounds(Decimal(1200), None)), amount(Bounds(Decimal(5), Decimal(7)), "EUR")
    ('at least 1,200', 'EUR 5 to 7')
    """
    if currency is None:
        return str(bounds)
    quantity = bounds.quantity if isinstance(bounds, Bounds) else bounds
    return str(Money(quantity, currency)) if isinstance(quantity, Quantity) else f"{currency} {bounds}"


def in_short(bounds: Bounds) -> str:
    """Bounds in the fewest words, for tables of many.

    >>> from decimal import Decimal
    >>> in_short(Bounds(Decimal(1200), None)), in_short(Bounds(Decimal(5), Decimal(7)))
    ('at least 1,200', '5–7')
    """
    return str(bounds).replace(" to ", "–")


def possible(values: Sequence[object]) -> str:
    """The possible values of a state in words; None stands for no value, and without any value the text is empty.

    >>> possible((None, "pipeline", "closed")), possible(("closed",)), possible((None,))
    ('possibly pipeline or closed', 'closed', '')
    """
    stated = " or ".join(str(each) for each in values if each is not None)
    return f"possibly {stated}" if stated and None in values else stated


def reports(facts: Iterable[Fact], known_at: date | datetime | None, *, money: bool = False) -> str:
    """Who reports the numbers of these facts, with dates of publication: the earliest first, reports without one last.

    Only reports that were out by `known_at` (inclusive; None: all) are named. What says another number than its fact
    says so: "B 2023 (says EUR 500)". The numbers are values if `money`, else quantities.
    """
    return str(Reports.of(facts, known_at, money=money))


def publishers(facts: Iterable[Fact], known_at: date | datetime | None) -> str:
    """Who reports these facts, as `reports`, without dates."""
    sources = [source for fact in facts for source in sources_of(fact, known_at)]
    known = sorted(sources, key=lambda source: when(source.published))
    names = list(dict.fromkeys(map(name_of, known)))
    if len(names) > MOST_REPORTS + 1:
        names[MOST_REPORTS:] = [f"{len(names) - MOST_REPORTS} more"]
    return " and ".join([", ".join(names[:-1])] * bool(names[:-1]) + names[-1:]) or NOTHING


def cited(source: Source) -> str:
    """A report as it is cited: publisher, title, date, address, and whom it quotes.

    >>> cited(Source(publisher="Rubryka", published="2023-11-28", attribution="Ministry of Economy"))
    'Rubryka, 28 Nov 2023 (after Ministry of Economy)'
    """
    title = None if source.title is None else f"“{source.title}”"
    published = None if source.published is None else str(source.published)
    alone = not (source.publisher or title or source.url)
    who = (source.attribution or source.dataset) if alone else source.publisher
    text = ", ".join(filter(None, (who, title, published, source.url, source.locator)))
    return text if alone or source.attribution is None else f"{text} (after {source.attribution})"


def without_address(source: Source) -> Source:
    """A source for words that link to it: without its address, if it says anything else."""
    return evolve(source, url=None) if source.publisher or source.title else source


def shortener(view: Viewed | None) -> Callable[[str], str]:
    """A function that shortens ids so that each is still unique in the log, if there is a view.

    >>> from aidtimeline import Timeline
    >>> shortener(Timeline.open("events").as_of("2023-11-28"))("3a79391099a767563a79391099a76756")
    '3a793910'
    """
    length = SHORTEST_ID if view is None else view.id_length(SHORTEST_ID)
    return lambda id_: id_[:length]
