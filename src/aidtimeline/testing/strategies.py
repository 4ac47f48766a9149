"""Hypothesis strategies for every value and every kind of event.

Names are few and days are close together, so that draws collide: equal keys, equal dates, ranges that overlap.

>>> from hypothesis import find
>>> find(dates(), lambda drawn: drawn.qualified and drawn.latest is None).text
'2023-03-26?/..'
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeVar

import attrs
from hypothesis import HealthCheck, settings, strategies as st

from aidtimeline.events import (
    AMENDMENT_KINDS,
    END,
    EVENT_KINDS,
    LEVEL,
    ROLES,
    SIDES,
    STATUSES,
    Amendment,
    Correction,
    Corroboration,
    Event,
    Retraction,
    Source,
    Valued,
    to_kind,
)
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares
from aidtimeline.values.words import TIED, one_of

T = TypeVar("T")

FIRST, LAST = date(2023, 3, 26), date(2023, 4, 6)
"""The first and last day that are drawn by default, both inclusive: few, with the end of a quarter among them."""

ITEMS = ("truck", "radio")
PARTIES = ("JP", "UA", "undp")
PROJECTS = ("hd-capacity", "hd-equipment")
PLACES = ("Kharkiv", "Bucha")
SECTORS = ("72040", "12220", "10:food")
SCOPES = ("plan:HUKR22", "plan:HUKR23", "glide:EQ-2015-000048-NPL")
AID_TYPES = ("B01", "C01", "4:1")
PERIODS = tuple(map(DateRange.parse, ("2023", "2023-03/2024-02", "../2022")))
PACKAGES = ("spring",)
UNITS = ("kg", "metre")
CURRENCIES = ("JPY", "USD")
PUBLISHERS = ("Kyodo News", "Rubryka", "Укрінформ")

# Forms of EDTF texts, each a function of the day that it is about.
_FORMS: tuple[Callable[[date], str], ...] = (
    date.isoformat,
    lambda day: f"{day:%Y-%m}",
    lambda day: f"{day:%Y}",
    lambda day: f"{day:%Y-%m}-XX",
    lambda day: f"{day:%Y}-XX",
    lambda day: f"{day:%Y}-XX-XX",
    lambda day: f"{day.year // 10}X",
    lambda day: f"{day.year // 100}XX",
    lambda day: f"{day:%Y}-{21 + (day.month - 3) % 12 // 3}",
    lambda day: f"{day:%Y}-{33 + (day.month - 1) // 3}",
    lambda day: f"{day:%Y}-{40 + (day.month - 1) // 6}",
)


def repeatable(examples: int) -> settings:
    """Settings for so many examples, the same ones in every run, however long it takes."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def optional(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """None, or what the strategy draws."""
    return st.none() | strategy


def days(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[date]:
    """Days from `first` to `last`, both inclusive.

    >>> from hypothesis import find
    >>> find(days(date(2023, 11, 1), date(2023, 11, 30)), lambda drawn: drawn.day > 27)
    datetime.date(2023, 11, 28)
    """
    return st.dates(first, last)


def spans(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[DateRange]:
    """Exact date ranges that begin and end on such days; some are one day."""
    ends = st.tuples(days(first, last), days(first, last))
    return ends.map(lambda drawn: DateRange.between(min(drawn), max(drawn)))


def instants() -> st.SearchStrategy[datetime]:
    """Instants in UTC: the start, a middle and the very end of days from `FIRST` to `LAST`.

    >>> from hypothesis import find
    >>> find(instants(), lambda drawn: drawn.hour == 23).time()
    datetime.time(23, 59, 59, 999999)
    """
    times = st.sampled_from((time(0), time(10, 30), time.max))
    return st.builds(datetime.combine, days(), times, st.just(UTC))


def simple_dates() -> st.SearchStrategy[str]:
    """EDTF texts that are not intervals, about such days: `2023-04-02`, `2023-04~`, `202X`, `2023-33`."""
    form = st.just(_FORMS[0]) | st.sampled_from(_FORMS)
    qualifier = st.sampled_from(("", "", "", "?", "~", "%"))
    return st.builds(lambda day, say, mark: say(day) + mark, days(), form, qualifier)


def dates() -> st.SearchStrategy[DateRange]:
    """Date ranges of every form, about days from `FIRST` to `LAST`.

    >>> from hypothesis import find
    >>> find(dates(), lambda drawn: drawn.text.startswith("[") and drawn.earliest is None).text
    '[..2023-03-26]'
    """
    simple = simple_dates()
    exact = days().map(date.isoformat)
    return st.one_of(
        exact,
        spans(),
        spans(),
        simple,
        st.tuples(simple, simple).map(_interval),
        st.tuples(exact, exact).map(lambda ends: "[{}..{}]".format(*sorted(ends))),
        st.builds(str.format, st.sampled_from(("{}/..", "{}/", "../{}", "/{}", "[..{}]", "[{}..]")), simple),
    ).map(DateRange.parse)


def _interval(ends: tuple[str, str]) -> str:
    one, other = map(DateRange.parse, ends)
    return f"{other.text}/{one.text}" if one > other else f"{one.text}/{other.text}"


def numbers() -> st.SearchStrategy[Decimal]:
    """Decimals: mostly small and whole; some with a fraction, negative, or of thirty digits."""
    small = st.integers(0, 6).map(Decimal)
    return st.one_of(
        small,
        small,
        small,
        st.decimals(-20, 20, places=2),
        st.integers(-(10**30) + 1, 10**30 - 1).map(Decimal),
    )


def quantities() -> st.SearchStrategy[Quantity]:
    """Quantities: exact, ranges, open at either end, approximate, some negative.

    >>> from hypothesis import find
    >>> find(quantities(), lambda drawn: drawn.high is None).text
    '0..'
    """
    exact = numbers().map(Quantity.exact)
    between = st.tuples(numbers(), numbers()).map(lambda ends: Quantity(min(ends), max(ends)))
    at_least = numbers().map(lambda low: Quantity(low, None))
    up_to = numbers().map(lambda high: Quantity(Decimal(0), high.copy_abs(), low_stated=False))
    about = st.one_of(exact, between).map(lambda drawn: attrs.evolve(drawn, approximate=True))
    return st.one_of(exact, exact, between, at_least, up_to, about)


def money() -> st.SearchStrategy[Money]:
    """Amounts of money, exact and vague, in one of two currencies.

    >>> from hypothesis import find
    >>> print(find(money(), lambda drawn: drawn.amount.high is None))
    at least JPY 0
    """
    return st.builds(Money, quantities(), st.sampled_from(CURRENCIES))


def shares(slugs: tuple[str, ...] = PLACES) -> st.SearchStrategy[Shares]:
    """Shares of some of these slugs: some add up to 100 %, some to less, and some are not stated.

    >>> from hypothesis import find
    >>> find(shares(), lambda drawn: len(drawn.parts) == 2).json
    {'Bucha': None, 'Kharkiv': None}
    """
    most = 100 // len(slugs)
    percentages = st.sampled_from((None, Decimal(most), Decimal(most), Decimal("12.5"), Decimal(0)))
    return st.dictionaries(st.sampled_from(slugs), percentages, min_size=1).map(Shares)


def mostly(usual: T, other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The usual value; in one draw of ten what the strategy draws.

    >>> from hypothesis import find
    >>> find(mostly(0, st.just(1)), bool)
    1
    """
    return st.integers(0, 9).flatmap(lambda luck: other if luck == 9 else st.just(usual))


def record_ids() -> st.SearchStrategy[str]:
    """Ids of a few records, which are in no log.

    >>> from hypothesis import find
    >>> find(record_ids(), lambda drawn: drawn.endswith("3"))
    '00000000000000000000000000000003'
    """
    return st.integers(0, 3).map(lambda number: f"{number:032x}")


def texts() -> st.SearchStrategy[str]:
    """Texts for a note, a title or a quote, in all scripts."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return st.text(letters, min_size=1, max_size=20).filter(str.strip)


def sources(
    published: st.SearchStrategy[DateRange | str | None] | None = None, *, full: bool = True
) -> st.SearchStrategy[Source]:
    """Reports by a few publishers; `published` draws their dates, by default any date or None.

    `full=False` draws only the fields that replay looks at.

    >>> from hypothesis import find
    >>> find(sources(days().map(date.isoformat), full=False), lambda drawn: True).published is None
    False
    """
    some: dict[str, st.SearchStrategy[object]] = {
        "publisher": st.sampled_from(PUBLISHERS),
        "published": optional(dates()) if published is None else published,
        "retrieved": mostly(None, days().map(date.isoformat)) if not full else optional(dates()),
    }
    if full:
        some |= dict.fromkeys(("title", "attribution", "quote", "locator"), optional(texts()))
        some |= {
            "url": optional(st.just("https://example.org/news/1")),
            "archived": mostly(None, st.just("https://web.archive.org/1")),
            "dataset": st.sampled_from((None, "kiel", "fts")),
        }
    return st.builds(Source, **some)


_DAYS_OF_PROJECTS = ("planned_start", "planned_end", "actual_start", "actual_end")

_FIELDS: dict[str, st.SearchStrategy[object]] = {
    **dict.fromkeys(("donor", "recipient", "party"), st.sampled_from((None, *PARTIES))),
    **dict.fromkeys(("project", "parent"), st.sampled_from((None, *PROJECTS))),
    **dict.fromkeys(("fulfils", "supersedes"), st.just(()) | st.lists(record_ids(), max_size=2, unique=True)),
    **dict.fromkeys(("due", "value_date", *_DAYS_OF_PROJECTS), optional(dates())),
    "date": dates(),
    "package": st.sampled_from((None, *PACKAGES)),
    "via": st.sampled_from(((), (), ("undp",), ("undp", "unicef"))),
    "location": st.one_of(*[st.sampled_from((None, *PLACES))] * 9, shares()),
    "sector": mostly(None, st.sampled_from(SECTORS) | shares(SECTORS)),
    "humanitarian": mostly(None, st.booleans()),
    "scope": st.sampled_from((None,) * 16 + SCOPES + (Shares(dict.fromkeys(SCOPES)),)),
    "aid_type": st.sampled_from((None,) * 16 + AID_TYPES + (Shares({"B01": 30, "C01": None, "4:1": 100}),)),
    "tied": st.sampled_from((None,) * 16 + TIED),
    "period": st.sampled_from((None,) * 16 + PERIODS),
    "overlaps": mostly((), st.lists(record_ids() | st.sampled_from(PROJECTS), max_size=2).map(tuple)),
    "ref": optional(st.just("no. 1")),
    "note": optional(texts()),
    "intent": st.sampled_from(tuple(kind for kind in EVENT_KINDS if kind != "announcement")),
    "role": st.sampled_from((None, *ROLES)),
    "item": st.sampled_from((None, *ITEMS)),
    "quantity": optional(quantities()),
    "unit": st.sampled_from((None, *UNITS)),
    "value": optional(money()),
    "valued": mostly((), st.lists(money(), max_size=2).map(tuple)),
    "of_kind": mostly("delivery", st.sampled_from(("delivery", "pledge", "disbursement"))),
    "side": st.sampled_from(SIDES),
    "part_of": mostly(None, record_ids() | st.just("no. 1")),
    "counterpart": st.sampled_from((None,) * 8 + PROJECTS),
    "title": st.sampled_from((None, "Capacity", "Equipment")),
    "status": st.sampled_from(STATUSES),
    "left": st.booleans(),
    "indicator": st.just("territory"),
}
"""A strategy for each field of an event, by its name. They are made once: that takes longer than drawing."""

_REQUIRED: dict[str, st.SearchStrategy[object]] = {
    "value": money(),
    "project": st.sampled_from(PROJECTS),
    "party": st.sampled_from(PARTIES),
    "role": st.sampled_from(ROLES),
    "supersedes": st.lists(record_ids(), min_size=1, max_size=2, unique=True),
    "quantity": quantities(),
}
"""What is drawn for a field that must be there, if `_FIELDS` may leave it empty."""


def events(
    kind: str | None = None,
    *,
    published: st.SearchStrategy[DateRange | str | None] | None = None,
    full: bool = True,
) -> st.SearchStrategy[Event]:
    """Events of one `kind`, or of every kind, with all of their fields. They link to records that are in no log.

    `published` draws the dates of their reports, by default any date or None. `full=False` leaves out the texts that
    replay does not look at: notes, references, the wording of sources.

    >>> from hypothesis import find
    >>> find(events("cancellation", full=False), lambda event: True).date.text
    '2023-03-26'
    """
    if kind is None:
        return st.one_of([events(each, published=published, full=full) for each in EVENT_KINDS])
    cls = EVENT_KINDS[to_kind(kind)]
    source = sources(published, full=full)
    strategies: dict[str, st.SearchStrategy[object]] = {"sources": source | st.tuples(source, source)}
    for each in attrs.fields(cls):
        if each.name in _REQUIRED and each.default is attrs.NOTHING:
            strategies[each.name] = _REQUIRED[each.name]
        elif each.name in _FIELDS and (full or each.name not in ("ref", "note")):
            strategies[each.name] = _FIELDS[each.name]
    if cls.nature is END:  # which seldom ends only an amount
        strategies |= {name: mostly(None, _FIELDS[name]) for name in ("item", "quantity", "unit", "value")}
    if cls.units:
        strategies["unit"] = st.sampled_from((None, *cls.units))
    if cls.nature is not LEVEL:
        return st.builds(cls, **strategies)
    of_goods = st.builds(cls, **strategies | {"quantity": quantities()})
    if not issubclass(cls, Valued):
        return of_goods
    of_money = st.builds(cls, **strategies | {"quantity": st.none(), "value": money()})
    return st.one_of(of_goods, of_goods, of_goods, of_money)


def amendments(kind: str | None = None) -> st.SearchStrategy[Amendment]:
    """Amendments of one kind, or of every kind, with all of their fields, of records that are in no log.

    None makes a record its own duplicate: a log refuses that.

    >>> from hypothesis import find
    >>> find(amendments("retraction"), lambda drawn: drawn.duplicate_of is not None).kind
    'retraction'
    """
    anyhow = {"of": record_ids(), "ref": optional(texts()), "note": optional(texts())}
    reports, reason = st.lists(sources(), max_size=2), optional(texts())
    corroborations = st.builds(
        Corroboration,
        date=optional(dates()),
        quantity=optional(quantities()),
        value=optional(money()),
        sources=st.lists(sources(), min_size=1, max_size=2),
        **anyhow,
    )
    retractions = st.builds(
        Retraction, duplicate_of=optional(record_ids()), reason=reason, sources=reports, **anyhow
    ).filter(lambda each: each.duplicate_of != each.of)
    replacements = st.one_of(events(), corroborations, retractions)
    by_kind: dict[str, st.SearchStrategy[Amendment]] = {
        Correction.kind: st.builds(Correction, event=replacements, reason=reason, sources=reports, **anyhow),
        Corroboration.kind: corroborations,
        Retraction.kind: retractions,
    }
    return st.one_of(*by_kind.values()) if kind is None else by_kind[one_of(AMENDMENT_KINDS, kind)]
