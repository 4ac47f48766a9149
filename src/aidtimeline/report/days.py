"""How people say how many days it took."""

from __future__ import annotations

from aidtimeline.projections.matching import Days


def days_in_words(days: Days) -> str:
    """Whole days from low to high as people say them: in months and years if they are many, never closer than known.

    None is an open end; below zero is before. Lengths are those of pendulum's durations: a month has 30 days, a year
    365.

    >>> days_in_words((86, 86)), days_in_words((210, 260)), days_in_words((84, None)), days_in_words((-3, 800))
    ('86 days', '7 to 9 months', 'at least 84 days', '3 days before to 3 years after')
    """
    low, high = days
    if low is None:
        if high is None:
            return "any time"
        return f"at most {_most(high)}" if high >= 0 else f"at least {_least(-high)} before"
    if high is None:
        return f"at least {_least(low)}" if low >= 0 else f"{_most(-low)} before or later"
    if low >= 0:
        return _span(low, high)
    if high < 0:
        return f"{_span(-high, -low)} before"
    return f"{_most(-low)} before to {_most(high)} after"


def _span(low: int, high: int) -> str:
    """Two numbers of days, both from zero up, in the unit that suits the greater, rounded apart."""
    least, most = _end(low, _unit(high)), _most(high)
    return most if least == most else f"{least.split()[0]} to {most}"


def _least(days: int) -> str:
    return _end(days, _unit(days))


def _most(days: int) -> str:
    return _end(days, _unit(days), up=True)


def _unit(days: int) -> str:
    import pendulum  # noqa: PLC0415  (only words need it)

    if days < pendulum.duration(months=3).days:
        return "days"
    return "months" if days < pendulum.duration(years=2).days else "years"


def _end(days: int, unit: str, *, up: bool = False) -> str:
    import pendulum  # noqa: PLC0415

    length = pendulum.duration(**{unit: 1}).days
    number = -(-days // length) if up else days // length
    return f"{number} {unit.removesuffix('s')}" if number == 1 else f"{number} {unit}"
