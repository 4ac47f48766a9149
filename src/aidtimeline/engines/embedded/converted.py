"""Rows whose values are converted in the database: by the rate of their currency and date, as the reference says it.

A row of a fact that states more of its value (`valued`, `value_date`) is not among them: the fact is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property

from attrs import frozen

from aidtimeline.engines.embedded.asked import Asked
from aidtimeline.engines.facts.rows import MOST_PLACES, Flag
from aidtimeline.projections.sums.converting import Converting, Dated
from aidtimeline.projections.sums.rates import Worth

MOST = 10**17
"""Rates of larger numbers might not fit into the integers of the database, once they are multiplied with amounts."""

LARGEST = 10**9
"""With larger rates the sums of many rows might not fit."""

ELSEWHERE = -1
"""The number of the currency that is asked for, if no fact is in it."""


_COLUMNS = ("rated", "rated_on", "low_n", "low_d", "high_n", "high_d")
"""The numbers of a currency and a date, and of the rates at both ends numerator and denominator."""


class RatesTooLong(Exception):
    """The database cannot multiply with these rates: they have too many digits, or are too large."""


@frozen(slots=False)
class ConvertedRows:
    """The table of facts with values in another currency, for the rows that meet a condition.

    Its column `into` has the currency of each value, and `currency` still that which the fact states.
    """

    asked: Asked
    converting: Converting
    where: str

    @cached_property
    def worths(self) -> dict[tuple[int, int], Worth]:
        """The rates by the numbers of a currency and a date, for all rows that have one."""
        found = {}
        for (currency, when), dated in self._dated():
            worth = self.converting.worth(dated)
            if worth is not None:
                found[currency, when] = worth
        return found

    def _dated(self) -> Iterator[tuple[tuple[int, int], Dated]]:
        store, into = self.asked.store, self.converting.currency
        currencies, dates = store.texts("currency"), store.texts("date")
        for pair in store.rows(f"SELECT DISTINCT currency, date FROM facts WHERE {self.where}"):
            currency, when = pair
            if currencies[currency] != into:
                yield (currency, when), (str(currencies[currency]), str(dates[when]))

    @cached_property
    def table(self) -> str:
        """The table, as a part of a query. Raises `RatesTooLong`."""
        rates = (rate for worth in self.worths.values() for rate in (worth.least, worth.most))
        if any(max(rate.numerator, rate.denominator) >= MOST or rate >= LARGEST for rate in rates):
            raise RatesTooLong
        into = self.asked.store.numbers("currency").get(self.converting.currency, ELSEWHERE)
        if not self.worths:
            return "(SELECT *, currency AS into FROM facts)"
        lines = [(*pair, *_numbers(worth.least), *_numbers(worth.most)) for pair, worth in self.worths.items()]
        columns = zip(_COLUMNS, zip(*lines, strict=True), strict=True)
        named = ", ".join(f"unnest({_listed(numbers)}) AS {name}" for name, numbers in columns)
        low, high = _at_rate("value_low", "high", "low"), _at_rate("value_high", "low", "high")
        return f"""(
            SELECT f.* REPLACE (
                CASE WHEN rated IS NULL THEN value_low ELSE {low} END AS value_low,
                CASE WHEN rated IS NULL THEN value_high ELSE {high} END AS value_high,
                CASE WHEN rated IS NULL THEN value_places ELSE 2 END AS value_places,
                CASE WHEN rated IS NULL THEN flags ELSE flags | {int(Flag.VALUE_APPROXIMATE)} END AS flags
            ), CASE WHEN rated IS NULL THEN currency ELSE {into} END AS into
            FROM facts AS f LEFT JOIN (SELECT {named}) AS rates
                ON f.currency = rated AND f.date = rated_on
        )"""


def _numbers(rate: Fraction) -> tuple[int, int]:
    return rate.numerator, rate.denominator


def _listed(numbers: Iterable[int]) -> str:
    """A list of numbers. As one text it is read in a tenth of the time."""
    return f"string_split('{' '.join(map(str, numbers))}', ' ')::BIGINT[]"


def _at_rate(amount: str, below: str, above: str) -> str:
    """An amount at the rate `above`, or `below` if it is below 0, in hundredths: half of one is rounded away from 0."""

    def rounded(rate: str) -> str:
        whole = f"{_TENS}[value_places + 1] * {rate}_d"
        return f"((200 * abs({amount}::HUGEINT) * {rate}_n + {whole}) // (2 * {whole}))"

    return f"CASE WHEN {amount} < 0 THEN -{rounded(below)} ELSE {rounded(above)} END"


_TENS = f"([{', '.join(str(10**places) for places in range(MOST_PLACES + 1))}]::HUGEINT[])"
