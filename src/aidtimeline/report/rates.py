"""How converted sums say by which rates, and what has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aidtimeline.projections import MoneySums
from aidtimeline.projections.sums.conversions import FILE, Conversions, RateMissing, RateUsed
from aidtimeline.report.columns import COUNT, DATE, NUMBER, SLUG, TEXT, Column, Json, json_row
from aidtimeline.report.look import Line
from aidtimeline.report.words import FLAGS
from aidtimeline.values.ecb import INSTALL

MOST_LINES = 8
"""So many rates are named on a page, and so many that lack; JSON has all."""

CONVERTED = {**FLAGS, "about": "a rate was used, or a report says “about”, and the bounds are only as good as that"}
"""The meanings of the flags of converted sums."""

_OF_ALL = Column("currency", SLUG), Column("per", SLUG), Column("date", DATE)
USED = (*_OF_ALL, Column("low", NUMBER), Column("high", NUMBER), Column("source", TEXT), Column("facts", COUNT))
"""The columns of rates that were used."""
MISSING = (*_OF_ALL, Column("facts", COUNT), Column("line", TEXT))
"""The columns of rates that lack."""


def is_converted(result: Any) -> bool:
    """Whether a result is of a view, and has sums of money that were to be converted."""
    question = result.question
    return result.view is not None and isinstance(question, MoneySums) and question.converting is not None


def json_of(found: Conversions) -> Json:
    """The rates that were used, what was not converted, and how many facts are worth what their sources say."""
    return {
        "rates": [json_row(USED, each) for each in found.rates],
        "not_converted": [json_row(MISSING, each) for each in found.missing],
        "valued": found.valued,
    }


def below(found: Conversions, currency: str) -> Iterator[Line]:
    """The same in words."""
    if found.valued:
        verb = "fact is" if found.valued == 1 else "facts are"
        yield Line("", f"{found.valued:,} {verb} worth what the sources themselves make of the value in {currency}")
    yield from _some(found.rates, "rate: ", "rates")
    yield from _some(found.missing, "no rate: ", "rates that lack")
    if found.missing:
        yield Line("", f"what has no rate stands in its own currency, until {FILE} has such a line, with the rate")
    if any(each.installable for each in found.missing):
        yield Line("", f"{INSTALL} brings the rates of the European Central Bank")


def below_converted(result: Any) -> Iterator[Line]:
    """The same below a result; nothing if it is not converted."""
    if is_converted(result):
        yield from below(result.conversions, result.question.currency)


def in_cells(result: Any) -> Iterator[tuple[str, str | None]]:
    """The same as texts for cells, by the names of columns; nothing if it is not converted."""
    if is_converted(result):
        found: Conversions = result.conversions
        for name, rates in (("rates", found.rates), ("not_converted", found.missing)):
            yield name, "; ".join(line.text for line in _some(rates, "", "rates")) or None


def _some(rates: Sequence[RateUsed | RateMissing], lead: str, what: str) -> Iterator[Line]:
    for each in rates[:MOST_LINES]:
        yield Line("", f"{lead}{each}")
    if len(rates) > MOST_LINES:
        yield Line("", f"and {len(rates) - MOST_LINES:,} more {what} (--json lists all)")
