"""The reference rates of the European Central Bank, of 42 currencies since 1999 (the extra `rates`).

The bank publishes rates on its working days. Any other day has those of the last working day before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from typing import Any

from aidtimeline.remembering import Remembered

EURO = "EUR"
INSTALL = "pip install 'aidtimeline[rates]'"
SOURCE = "European Central Bank"
_ALWAYS = "USD"
"""The currency that has had a rate on every working day since the first."""

_CODES = """
AUD BGN BRL CAD CHF CNY CYP CZK DKK EEK EUR GBP HKD HRK HUF IDR ILS INR ISK JPY KRW LTL LVL MTL MXN MYR NOK NZD PHP PLN
ROL RON RUB SEK SGD SIT SKK THB TRL TRY USD ZAR
"""

CURRENCIES = frozenset(_CODES.split())
"""The currencies that have, or had, a rate."""


class ReferenceRates:
    """The rates, as a converter of the package *currencyconverter* has them."""

    def __init__(self, converter: Any) -> None:
        self._converter = converter
        first, last = converter.bounds[EURO]
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self._days: list[date] = [day for day in days if self._published(_ALWAYS, day) is not None]
        self._of = Remembered[str, Sequence[Fraction | None]](self._column)

    @property
    def last(self) -> date:
        """The last day that has rates: that of the last publication, or the end of its week."""
        last = self._days[-1]
        return last + timedelta(days=2) if last.weekday() == 4 else last

    def _published(self, currency: str, day: date) -> Fraction | None:
        from currency_converter import RateNotFoundError  # noqa: PLC0415

        try:
            return Fraction(self._converter.convert(1, EURO, currency, day))
        except RateNotFoundError:
            return None

    def _column(self, currency: str) -> Sequence[Fraction | None]:
        return [self._published(currency, day) for day in self._days]

    def between(self, per: str, currency: str, first: date, last: date) -> tuple[Fraction, Fraction] | None:
        """The least and the most that one unit of `per` was worth in a currency, on the days from first to last.

        Both days are inclusive. None: there is a day without a rate of both.

        >>> rates = reference_rates()
        >>> [float(rate) for rate in rates.between("EUR", "USD", date(2023, 11, 25), date(2023, 11, 28))]
        [1.0916, 1.0951]
        """
        if first < self._days[0] or last > self.last or not CURRENCIES.issuperset((per, currency)):
            return None
        begin, end = (bisect_right(self._days, day) for day in (first, last))
        found = []
        for worth, of in zip(self._of[currency][begin - 1 : end], self._of[per][begin - 1 : end], strict=True):
            if worth is None or of is None:
                return None
            found.append(worth / of)
        return min(found), max(found)


@cache
def reference_rates() -> ReferenceRates | None:
    """The rates; None: the extra is not installed."""
    if find_spec("currency_converter") is None:
        return None
    from currency_converter import CurrencyConverter  # noqa: PLC0415  (it reads all rates)

    return ReferenceRates(CurrencyConverter(decimal=True))
