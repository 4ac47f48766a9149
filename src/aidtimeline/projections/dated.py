"""The fields of a fact's own date: its year, quarter and month. A vague date may lie in several.

What may lie in a period is counted there from nothing to its amount, as an unstated share is. A date without a first
day, or of more periods than `MOST_PERIODS`, lies in the last of them that it may lie in, or `Somewhen` before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias, cast

from aidtimeline.semantics import Fact
from aidtimeline.values.periods import A_YEAR, PERIODS, Period, first_of, last_of, number_of, read, text_of
from aidtimeline.values.shares import ALL, HUNDRED, NONE, Portion

DATED: tuple[str, ...] = PERIODS
"""The names of these fields, the longest first."""

MOST_PERIODS = 48
"""A date of more periods, such as one of five years by month, is not taken apart into each."""

MAYBE = Portion(NONE, HUNDRED)

Days: TypeAlias = tuple[date | None, date | None]
"""The first and the last day on which a fact may have happened, both inclusive; None: open."""

Asked: TypeAlias = Sequence[tuple[str, Sequence[str | None]]]
"""Fields of the date, each with the values of which it has to have one."""


class Somewhen(NamedTuple):
    """In a key, in the place of a period: in any period from one day to another (None: whenever before)."""

    first: date | None
    last: date

    def touches(self, name: str, text: str) -> bool:
        """Whether some day of a period is among these."""
        return may_lie_in((self.first, self.last), name, [text])


def days_of(fact: Fact) -> Days:
    """The days on which a fact may have happened, in a view by its day.

    A plan may have been carried out on any day from its first on.
    """
    return fact.date.earliest, fact.by or (None if fact.planned else fact.date.latest)


def days_of_periods(name: str, values: Iterable[str | None]) -> Iterator[tuple[date, date]]:
    """The first and the last day of each of several periods."""
    period = cast(Period, name)
    for number in (read(period, text) for text in values if text is not None):
        yield first_of(period, number), last_of(period, number)


def may_lie_in(days: Days, name: str, values: Iterable[str | None]) -> bool:
    """Whether some of the days are of one of the periods."""
    first, last = days
    return any(
        (last is None or begin <= last) and (first is None or first <= end)
        for begin, end in days_of_periods(name, values)
    )


def periods_of(days: Days, names: Sequence[str], asked: Asked) -> Iterator[tuple[tuple[object, ...], Portion]]:
    """In which periods a fact lies that happened on one of these days, and whether it does: `ALL`, or `MAYBE`.

    The periods are values of `names`, as far as they are asked for. They are `Somewhen` if they are too many.
    """
    first, last = days
    finest = cast(Period, max((*names, *(name for name, _ in asked)), key=DATED.index))
    low = None if first is None else number_of(finest, first)
    high = number_of(finest, last or date.max)
    kept = list(_kept(finest, low, high, asked))
    number = sum(end - start + 1 for start, end in kept) if low is not None or asked else MOST_PERIODS + 1
    of_all = None if low is None else high - low + 1
    if not names:
        if number:
            yield (), ALL if number == of_all else MAYBE
        return
    if number > MOST_PERIODS:
        by = cast(Period, max(names, key=DATED.index))
        top = number_of(by, last_of(finest, kept[-1][1]))
        yield tuple(_text(name, first_of(by, top)) for name in names), MAYBE
        if first_of(by, top) > date.min:
            yield (Somewhen(first, first_of(by, top) - timedelta(days=1)),) * len(names), MAYBE
        return
    found: dict[tuple[str, ...], int] = {}
    for start, end in kept:
        for each in range(start, end + 1):
            day = first_of(finest, each)
            key = tuple(_text(name, day) for name in names)
            found[key] = found.get(key, 0) + 1
    for key, times in found.items():
        yield key, ALL if times == of_all else MAYBE


def _text(name: str, day: date) -> str:
    period = cast(Period, name)
    return text_of(period, number_of(period, day))


def _kept(finest: Period, low: int | None, high: int, asked: Asked) -> Iterator[tuple[int, int]]:
    """The periods between two (inclusive; None: open) that are asked for, as ranges in order."""
    ranges = [(A_YEAR[finest] if low is None else low, high)]
    for name, values in asked:
        times = A_YEAR[finest] // A_YEAR[name]
        numbers = sorted(read(cast(Period, name), text) for text in values if text is not None)
        ranges = [
            (max(start, number * times), min(end, number * times + times - 1))
            for number in numbers
            for start, end in ranges
        ]
        ranges = [(start, end) for start, end in ranges if start <= end]
    yield from sorted(ranges)


class Listed:
    """The periods of the keys of a table: what lies somewhen lies in one of them, or in one that has no row (None)."""

    def __init__(self, names: Sequence[str], keys: Iterable[tuple[object, ...]]) -> None:
        self._dated = [(at, name) for at, name in enumerate(names) if name in DATED]
        self._by_rest: dict[tuple[object, ...], dict[tuple[object, ...], None]] = {}
        for key in keys:
            if all(isinstance(key[at], str) for at, _ in self._dated):
                self._by_rest.setdefault(self._rest(key), {})[key] = None

    def _rest(self, key: tuple[object, ...]) -> tuple[object, ...]:
        places = {at for at, _ in self._dated}
        return tuple(None if at in places else value for at, value in enumerate(key))

    def keys(self, key: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
        """The keys that a key stands for: itself, unless it is somewhen."""
        somewhen = next((key[at] for at, _ in self._dated if isinstance(key[at], Somewhen)), None)
        if not isinstance(somewhen, Somewhen):
            yield key
            return
        rest = self._rest(key)
        yield rest
        for each in self._by_rest.get(rest, ()):
            if all(somewhen.touches(name, str(each[at])) for at, name in self._dated):
                yield each
