"""Amounts as tables write them: with a currency beside them, or put together by a pattern."""

from __future__ import annotations

import re
from decimal import Decimal

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.styles import SIGNS
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.currencies import check_currency

_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]+)?e[-+]?[0-9]{1,2}")
_SIGNED = re.compile(r"([^\d\s.,~<>(+-]{0,4}?)\s*([\d~<>(+-].*?)\s*([^\d\s.,%)+*-]{0,4})")


def currencies_of(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the sign or code of a currency before or behind it, and the currencies that this may be.

    >>> currencies_of("€ 1,200"), currencies_of("1200 USD"), currencies_of("1200")
    (('1,200', ('EUR',)), ('1200', ('USD',)), ('1200', ()))
    """
    match = _SIGNED.fullmatch(text) if len(text) <= MAX_SIGNED else None
    before, behind = (match[1], match[3]) if match else ("", "")
    for sign, rest in ((before, text[len(before) :]), (behind, text[: len(text) - len(behind)])):
        if sign in SIGNS:
            return rest.strip(), SIGNS[sign]
        if re.fullmatch("[A-Z]{3}", sign):
            try:
                return rest.strip(), (check_currency(sign),)
            except InvalidValue:
                pass
    return text, ()


def normal(text: str) -> str:
    """A number that was put together, as it is written: one `~` in front, and no exponent."""
    plain = _EXPONENT.sub(lambda each: f"{Decimal(each[0]):f}", text.replace("~", ""))
    return Quantity.parse(("~" if "~" in text else "") + plain).text


MAX_SIGNED = 100
"""The most characters of an amount with a currency."""
