"""Shares of one event that its source gives to several places, sectors …, in percent, and what part is asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from functools import cached_property, lru_cache, reduce
from operator import itemgetter
from typing import TypeAlias

from attrs import field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.converters import to_slug

Percent: TypeAlias = Decimal | None
Given: TypeAlias = Mapping[str, Decimal | float | int | str | None] | Iterable[tuple[str, Percent]]

FEW = 16
"""So many shares are looked through for each question; of more it is remembered where each stands."""

NONE, HUNDRED = Decimal(0), Decimal(100)
EXPECTED = 'shares in percent such as {"KE": 60, "UG": 40}; null where nobody states one'


def _to_parts(given: Given) -> tuple[tuple[str, Percent], ...]:
    """Each slug once with its percentage, sorted by slug: the order in which they are written has no meaning."""
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InvalidValue(given, EXPECTED)
    pairs = given.items() if isinstance(given, Mapping) else tuple(given)
    parts = dict(sorted((to_slug(slug), _to_percent(percent)) for slug, percent in pairs))
    if not parts or len(parts) != len(pairs):
        raise InvalidValue(given, EXPECTED)
    return tuple(parts.items())


def _to_percent(given: Decimal | float | str | None) -> Percent:
    if given is None:
        return None
    percent = Quantity.parse(given)
    if percent.is_exact and NONE <= percent.low <= HUNDRED:
        return percent.low
    raise InvalidValue(given, "a percentage from 0 to 100, or null")


@frozen(slots=False, repr=False)
class Shares:
    """How much of an event belongs to each of several places or sectors, in percent.

    `parts` are pairs of a slug and its percentage, sorted by slug; None for a share that nobody states. A mapping is
    taken too. Raises `InvalidValue` without a slug, and for a percentage below 0 or above 100.

    >>> shares = Shares({"UG": 25, "KE": "62.50", "SO": None})
    >>> shares.parts
    (('KE', Decimal('62.5')), ('SO', None), ('UG', Decimal('25')))
    >>> print(shares)
    KE 62.5 %, SO unstated, UG 25 %
    >>> Shares({"KE": 110})
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found 110, expected a percentage from 0 to 100, or null
    """

    parts: tuple[tuple[str, Percent], ...] = field(converter=_to_parts)

    def __str__(self) -> str:
        return ", ".join(f"{slug} unstated" if of is None else f"{slug} {of:f} %" for slug, of in self.parts)

    def __repr__(self) -> str:
        return f"Shares({self.json})"

    @property
    def json(self) -> dict[str, int | str | None]:
        """The shares in JSON, sorted by slug: whole percentages as integers, others as texts.

        >>> Shares({"UG": None, "KE": "62.50"}).json
        {'KE': '62.5', 'UG': None}
        """
        return {slug: None if of is None else Quantity(of, of).json for slug, of in self.parts}

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        """What has a share, stated or not.

        >>> Shares({"UG": None, "KE": 60}).slugs
        ('KE', 'UG')
        """
        return tuple(slug for slug, _ in self.parts)

    @cached_property
    def stated(self) -> Decimal:
        """The sum of the stated percentages.

        >>> Shares({"UG": None, "KE": 60}).stated
        Decimal('60')
        """
        return sum((of for _, of in self.parts if of is not None), NONE)

    def wholes(self, whole_of: Callable[[str], str]) -> Wholes:
        """The same by what they are shares of; made once, since a question asks for each slug by itself."""
        if whole_of not in self._wholes:
            self._wholes[whole_of] = Wholes.of(self.parts, whole_of)
        return self._wholes[whole_of]

    @cached_property
    def _wholes(self) -> dict[Callable[[str], str], Wholes]:
        return {}


REMEMBERED = 16
"""So many shares are remembered as they are written: all transactions of an activity have the same."""

DAC = "1"
"""The vocabulary of the DAC, in IATI's lists SectorVocabulary and AidTypeVocabulary."""
_AID_TYPE = re.compile("[A-Z][0-9]{2}")


def vocabulary_of(sector: str) -> str:
    """The vocabulary of a sector, type of aid or scope, as its number or name; empty where none is named.

    >>> vocabulary_of("72040"), vocabulary_of("2:720"), vocabulary_of("health")
    ('1', '2', '')
    """
    vocabulary, colon, _ = sector.partition(":")
    if colon:
        return vocabulary
    return DAC if len(sector) == 5 and sector.isascii() and sector.isdigit() else ""


def plain_sector(sector: str) -> str:
    """A sector as it is written: a code of the DAC without its vocabulary.

    >>> plain_sector("1:72040"), plain_sector("2:720")
    ('72040', '2:720')
    """
    code = sector.removeprefix(f"{DAC}:")
    return code if vocabulary_of(code) == DAC else sector


def plain_aid_type(aid_type: str) -> str:
    """A type of aid as it is written: a code of the DAC, which is the first vocabulary here too, without it.

    >>> plain_aid_type("1:C01"), plain_aid_type("4:1")
    ('C01', '4:1')
    """
    code = aid_type.removeprefix(f"{DAC}:")
    return code if _AID_TYPE.fullmatch(code) else aid_type


def _as_it_is(slug: str) -> str:
    return slug


def to_location(value: str | Given | Shares) -> str | Shares:
    """A place, or shares of several: at most 100 % together."""
    return to_slug(value) if isinstance(value, str) else _at_most_all(_to_shares(value))


def to_sector(value: str | Given | Shares) -> str | Shares:
    """A sector, or shares of several: at most 100 % in each vocabulary. `1:72040` is `72040`."""
    return _classified(value, plain_sector)


def to_aid_type(value: str | Given | Shares) -> str | Shares:
    """A type of aid, or shares of several: at most 100 % in each vocabulary. `1:C01` is `C01`."""
    return _classified(value, plain_aid_type)


def to_scope(value: str | Given | Shares) -> str | Shares:
    """A humanitarian plan or emergency, or shares of several: at most 100 % in each vocabulary."""
    return _classified(value, _as_it_is)


def _classified(value: str | Given | Shares, plain: Callable[[str], str]) -> str | Shares:
    return plain(to_slug(value)) if isinstance(value, str) else _shares_of(_to_shares(value), plain)


@lru_cache(REMEMBERED)
def _shares_of(given: Shares, plain: Callable[[str], str]) -> Shares:
    """The shares in each vocabulary, with their names as they are written."""
    shares = Shares((plain(slug), percent) for slug, percent in given.parts)
    wholes: dict[str, list[tuple[str, Percent]]] = defaultdict(list)
    for part in shares.parts:
        wholes[vocabulary_of(part[0])].append(part)
    for parts in wholes.values():
        if sum(percent or NONE for _, percent in parts) > HUNDRED:
            _at_most_all(Shares(parts))
    return shares


def optional_location(value: str | Given | Shares | None) -> str | Shares | None:
    """A place, or shares of several, or None."""
    return None if value is None else to_location(value)


def optional_sector(value: str | Given | Shares | None) -> str | Shares | None:
    """A sector, or shares of several, or None."""
    return None if value is None else to_sector(value)


def optional_aid_type(value: str | Given | Shares | None) -> str | Shares | None:
    """A type of aid, or shares of several, or None."""
    return None if value is None else to_aid_type(value)


def optional_scope(value: str | Given | Shares | None) -> str | Shares | None:
    """A humanitarian plan or emergency, or shares of several, or None."""
    return None if value is None else to_scope(value)


def _to_shares(value: Given | Shares) -> Shares:
    return value if isinstance(value, Shares) else Shares(value)


def _at_most_all(shares: Shares) -> Shares:
    if shares.stated > HUNDRED:
        raise InvalidValue(shares.json, f"shares of at most 100 % together, not {shares.stated:f} %")
    return shares


@frozen
class Portion:
    """How much of an event is asked for, in percent: from `least` to `most`, both inclusive."""

    least: Decimal
    most: Decimal

    def and_(self, other: Portion) -> Portion:
        """How much both have in common, if nobody says how they lie to each other.

        >>> print(Portion(Decimal(70), Decimal(70)).and_(Portion(Decimal(60), Decimal(60))))
        Portion(least=Decimal('30'), most=Decimal('60'))
        """
        return Portion(max(NONE, self.least + other.least - HUNDRED), min(self.most, other.most))

    def or_(self, other: Portion) -> Portion:
        """How much they have together, if nobody says how they lie to each other."""
        return Portion(max(self.least, other.least), min(HUNDRED, self.most + other.most))


@frozen
class Wholes:
    """Shares by what they are shares of.

    `places` has the position, the whole and the percentage of each slug; `rests` what the stated ones of a whole leave.
    """

    places: Mapping[str, tuple[int, str, Percent]]
    rests: Mapping[str, Decimal]

    @classmethod
    def of(cls, parts: Iterable[tuple[str, Percent]], whole_of: Callable[[str], str]) -> Wholes:
        """Those of pairs of a slug and its percentage."""
        places, totals = {}, defaultdict[str, Decimal](Decimal)
        for position, (slug, percent) in enumerate(parts):
            whole = whole_of(slug)
            places[slug] = position, whole, percent
            totals[whole] += percent or NONE
        return cls(places, {whole: HUNDRED - total for whole, total in totals.items()})

    def portion(self, asked: Collection[str | None]) -> Portion:
        """How much of the event belongs to any of these slugs; it takes time for those that have a share."""
        slugs = asked if len(asked) < len(self.places) else self.places.keys()
        having = sorted(
            {self.places[each] for each in slugs if each is not None and each in self.places and each in asked},
            key=itemgetter(0),
        )
        found, rest = dict[str, Decimal](), dict[str, Decimal]()
        for _, whole, percent in having:
            found[whole] = found.get(whole, NONE) + (percent or NONE)
            if percent is None:
                rest[whole] = self.rests[whole]
        portions = [Portion(least, least + rest.get(whole, NONE)) for whole, least in found.items()]
        if len(self.rests) == 1:
            return portions[0] if portions else NOTHING
        return reduce(Portion.or_, portions, NOTHING)


ALL, NOTHING = Portion(HUNDRED, HUNDRED), Portion(NONE, NONE)


def one_whole(_: str) -> str:
    """Of places: all shares are of one whole."""
    return ""


def portion(stated: str | Shares | None, asked: Collection[str | None], whole_of: Callable[[str], str]) -> Portion:
    """How much of an event belongs to any of the slugs that are asked for; None asks for what belongs to nobody named.

    `whole_of` tells apart what are shares of different wholes: `one_whole` or `vocabulary_of`. Of shares that nobody
    states, each may be nothing, or all that those stated leave.

    >>> shares = Shares({"KE": 60, "UG": None})
    >>> [portion(shares, asked, one_whole) for asked in (["KE"], ["UG"])]  # doctest: +NORMALIZE_WHITESPACE
    [Portion(least=Decimal('60'), most=Decimal('60')), Portion(least=Decimal('0'), most=Decimal('40'))]
    """
    if not isinstance(stated, Shares):
        return ALL if stated in asked else NOTHING
    if len(stated.parts) > FEW and None not in asked:
        return stated.wholes(whole_of).portion(asked)
    wholes: dict[str, dict[str, Percent]] = defaultdict(dict)
    for slug, percent in stated.parts:
        wholes[whole_of(slug)][slug] = percent
    if len(wholes) == 1:
        return _of_one_whole(stated.parts, asked)
    found = reduce(Portion.or_, (_of_one_whole(parts.items(), set(asked) - {None}) for parts in wholes.values()))
    if None not in asked:
        return found
    return found.or_(reduce(Portion.and_, (_of_one_whole(parts.items(), {None}) for parts in wholes.values())))


def _of_one_whole(parts: Collection[tuple[str, Percent]], asked: Collection[str | None]) -> Portion:
    total = sum((of for _, of in parts if of is not None), NONE)
    found = sum((of for slug, of in parts if of is not None and slug in asked), NONE)
    may_have_rest = [None in asked, *(slug in asked for slug, of in parts if of is None)]
    rest = HUNDRED - total
    return Portion(found + rest * all(may_have_rest), found + rest * any(may_have_rest))
