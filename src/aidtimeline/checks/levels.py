"""Checks of levels: what was observed and the record cannot come to, or has already passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import evolve

from aidtimeline.checks.checked import Checked, an
from aidtimeline.errors import Problem
from aidtimeline.events import LEVEL
from aidtimeline.projections.levels.comparing import Compared, Level, Recorded, levels_of
from aidtimeline.values.dates import DateRange

DAY = timedelta(days=1)


def observed_levels(log: Checked) -> Iterator[Problem]:
    """`observation-above-counts`, `observation-below-counts`: a level that cannot be what the record has on its day."""
    found = [level for fact in log.widest.facts if fact.nature is LEVEL for level in levels_of(fact)]
    levels = [level for level in found if not level.thing.stands_alone]
    if not levels:
        return
    recorded = Recorded(log.widest, list(dict.fromkeys(level.thing for level in levels)), log.vocabulary)
    for level in levels:
        field = "quantity" if level.thing.currency is None else "value"
        said, kind = log.fact_of[level.fact.id], level.thing.kind
        what = f"it observes {' '.join(filter(None, (str(getattr(said, field)), level.thing.item)))}"
        compared = recorded.compare(level)
        if _surely(compared, "missing"):
            message = f"{what}, but the record has at most {_end(compared, 'high')} until then"
            hint = f"{an(kind or 'fact')} may be missing in the log"
            yield log.place(level.fact).warning("observation-above-counts", message, field, hint)
        compared = recorded.compare(_since_the_day_before(level))
        if _surely(compared, "exceeds"):
            message = f"{what}, but the record has at least {_end(compared, 'low')} by then"
            hint = "something may be counted twice; what is a level of something else has an `indicator`"
            yield log.place(level.fact).warning("observation-below-counts", message, field, hint)


def _surely(compared: Compared, what: str) -> bool:
    amount = getattr(compared, what)
    return amount is not None and amount.low > 0


def _end(compared: Compared, which: str) -> str:
    return f"{getattr(compared.recorded, which):,f}"


def _since_the_day_before(level: Level) -> Level:
    """The level, as of the day before its first one too: what came on the first may have come after the count."""
    first = level.fact.date.earliest
    if first is None or first == date.min:
        return level
    return evolve(level, fact=evolve(level.fact, date=DateRange.between(first - DAY, level.fact.date.latest)))
