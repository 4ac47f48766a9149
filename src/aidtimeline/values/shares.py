"""Shares of one event that its source gives to several places or sectors, in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from attrs import field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.converters import to_slug

Percent: TypeAlias = Decimal | None
Given: TypeAlias = Mapping[str, Decimal | float | int | str | None] | Iterable[tuple[str, Percent]]

HUNDRED = Decimal(100)
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
    if percent.is_exact and 0 <= percent.low <= HUNDRED:
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
        return sum((of for _, of in self.parts if of is not None), Decimal(0))


DAC = "1"
"""The vocabulary of the DAC's five-digit purpose codes, in IATI's list SectorVocabulary."""


def vocabulary_of(sector: str) -> str:
    """The vocabulary of a sector, as its number in IATI's list SectorVocabulary; empty where none is named.

    >>> vocabulary_of("72040"), vocabulary_of("2:720"), vocabulary_of("health")
    ('1', '2', '')
    """
    vocabulary, colon, _ = sector.partition(":")
    if colon:
        return vocabulary
    return DAC if len(sector) == 5 and sector.isascii() and sector.isdigit() else ""


def _to_sector(value: str) -> str:
    sector = to_slug(value)
    code = sector.removeprefix(f"{DAC}:")
    return code if vocabulary_of(code) == DAC else sector


def to_location(value: str | Given | Shares) -> str | Shares:
    """A place, or shares of several: at most 100 % together."""
    return to_slug(value) if isinstance(value, str) else _at_most_all(_to_shares(value))


def to_sector(value: str | Given | Shares) -> str | Shares:
    """A sector, or shares of several: at most 100 % in each vocabulary. `1:72040` is `72040`."""
    if isinstance(value, str):
        return _to_sector(value)
    shares = Shares((_to_sector(slug), percent) for slug, percent in _to_shares(value).parts)
    for vocabulary in dict.fromkeys(map(vocabulary_of, shares.slugs)):
        _at_most_all(Shares(part for part in shares.parts if vocabulary_of(part[0]) == vocabulary))
    return shares


def _to_shares(value: Given | Shares) -> Shares:
    return value if isinstance(value, Shares) else Shares(value)


def _at_most_all(shares: Shares) -> Shares:
    if shares.stated > HUNDRED:
        raise InvalidValue(shares.json, f"shares of at most 100 % together, not {shares.stated:f} %")
    return shares
