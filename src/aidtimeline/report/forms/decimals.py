"""Exact numbers in columns of decimals: as many places as are asked for, or an error."""

from __future__ import annotations

from decimal import Decimal

from aidtimeline.errors import UsageError
from aidtimeline.report.forms.csv import plain

DIGITS = 38
"""So many digits a decimal of Arrow has."""


def scaled(name: str, number: Decimal, places: int) -> int:
    """A number times ten to the power of the places.

    Raises `UsageError` if it has more places, or is too long: nothing is rounded.

    >>> scaled("low", Decimal("2.5"), 2)
    250
    >>> scaled("low", Decimal("2.125"), 2)
    Traceback (most recent call last):
    aidtimeline.errors.UsageError: low: 2.125 has more than 2 decimal places: ask for more, such as places=3
    """
    digits = -int(number.normalize().as_tuple().exponent) if number else 0
    if digits > places:
        many = f"{places} decimal place{'' if places == 1 else 's'}"
        raise UsageError(f"{name}: {plain(number)} has more than {many}: ask for more, such as places={digits}")
    found = int(number.scaleb(places)) if len(number.as_tuple().digits) + places <= DIGITS else 10**DIGITS
    if abs(found) >= 10**DIGITS:
        raise UsageError(f"{name}: {plain(number)} has more than {DIGITS} digits with {places} decimal places")
    return found


def check_places(decimals: bool, places: int) -> int | None:
    """The places of decimals that are asked for; None: numbers are floats. Raises `UsageError` for impossible ones."""
    if not decimals:
        return None
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places < DIGITS:
        raise UsageError(f"places: found {places!r}, expected a whole number from 0 to {DIGITS - 1}")
    return places
