"""Rows in bulk: events that stand alone become columns straight from their lines, with no event or fact in between.

What a row says of such a line depends on few things: its dates and those of its reports, its amounts, its texts. The
reference is asked of each distinct one, once. `tests/test_facts_table.py` holds these rows to those of facts.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, TypeAlias

from attrs import Factory, define, fields_dict

from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import Place, of_entry
from aidtimeline.engines.facts.rows import (
    EVER,
    FITS,
    FOR_GOOD,
    NEVER,
    NO_AMOUNT,
    OF_QUANTITY,
    OF_VALUE,
    Flag,
    Text,
    amount_of,
    first_day,
    flags_of_amount,
    instant,
    last_day,
)
from aidtimeline.events import DEED, PLAN, PROMISE, Event, Goods, Source, Valued
from aidtimeline.projections.fields import SHARED, in_words
from aidtimeline.remembering import Remembered
from aidtimeline.semantics.amendments import out_since
from aidtimeline.semantics.reporting import name_of
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange, end_of, parse_instant, text_between
from aidtimeline.values.shares import Shares
from aidtimeline.values.units import some

_DAY = 24 * 60 * 60 * 10**6


class Numbers(NamedTuple):
    """An amount as it stands in a row: its ends, its decimal places, and its flags."""

    low: int
    high: int
    places: int
    flags: int


def are_alone(lines: Iterable[Any]) -> list[bool]:
    """Of each event, as it stands in its line, whether it names nothing: it is alone if nothing names it.

    One that is the same entry of several datasets is not: a row has room for one entry.
    """
    return [
        _NAMES(line) == _NO_NAMES and (len(line.sources) < 2 or line.ref is None or len(_datasets(line.sources)) < 2)
        for line in lines
    ]


def _datasets(sources: Sequence[Any]) -> tuple[str, ...]:
    if len(sources) == 1:
        only = sources[0].dataset
        return () if only is None else (only,)
    return tuple(sorted({source.dataset for source in sources if source.dataset is not None}))


@define
class Bulk:
    """Adds lines that stand alone to columns, many at once."""

    columns: Columns
    _one_dataset: Remembered[Any, Any] = Factory(
        lambda self: Remembered(lambda name: self.columns.texts["datasets"][None if name is None else (name,)]),
        takes_self=True,
    )

    def add(self, kind: Any, lines: Sequence[Any], places: Sequence[tuple[int, int, int]]) -> None:
        """Add lines of one kind as they are read, with their places."""
        numbers = self.columns.numbers
        reports = list(map(_SOURCES, lines))
        only = [each[0] if len(each) == 1 else None for each in reports]
        for name, codes in self.columns.texts.items():
            if name in _OF_REPORTS:
                continue
            read = _texts(kind, name)
            numbers[name].fromlist([0] * len(lines) if read is None else list(map(codes.__getitem__, read(lines))))
        ids = array("q", bytes.fromhex("".join(map(_ID, lines))))
        if sys.byteorder == "little":
            ids.byteswap()
        numbers["id"].extend(ids[::2])
        numbers["id_rest"].extend(ids[1::2])
        for name, place in zip(Place._fields, zip(*places, strict=True), strict=True):
            numbers[name].fromlist(list(place))
        for name, number in _OF_ALL.items():
            numbers[name].fromlist([number] * len(lines))
        for name, found in {**self._reported(reports, only), **self._numbers(kind, lines, reports, only)}.items():
            numbers[name].fromlist(found)

    def _reported(self, reports: Sequence[Any], only: Sequence[Any]) -> dict[str, list[int]]:
        """The columns of texts that depend on who reported. `only` has what is the only report of its line."""
        texts, one_dataset = self.columns.texts, self._one_dataset
        publisher, published, dataset, datasets = (texts[name] for name in _OF_REPORTS if name != "date")
        return {
            "publisher": [0 if one is None else publisher[one.publisher or name_of(one)] for one in only],
            "published": [0 if one is None else published[one.published] for one in only],
            "dataset": [
                dataset[_first_dataset(each) if one is None else one.dataset]
                for one, each in zip(only, reports, strict=True)
            ],
            "datasets": [
                datasets[_datasets(each) or None] if one is None else one_dataset[one.dataset]
                for one, each in zip(only, reports, strict=True)
            ],
        }

    def _numbers(
        self, kind: Any, lines: Sequence[Any], reports: Sequence[Any], only: Sequence[Any]
    ) -> dict[str, list[int]]:
        """The columns of numbers that depend on what lines say."""
        recorded = _recorded(list(map(_RECORDED_AT, lines)))
        since = [
            min([_known[_DATED(source)] for source in each]) if one is None else _known[_DATED(one)]
            for one, each in zip(only, reports, strict=True)
        ]
        known_from = [at if found == FOR_GOOD else found for found, at in zip(since, recorded, strict=True)]
        quantities, values = self._amounts(kind, lines)
        flags = [quantity.flags | value.flags for quantity, value in zip(quantities, values, strict=True)]
        for name, flag, states in _FLAGGED:
            if name in fields_dict(kind):
                for number, value in enumerate(map(attrgetter(name), lines)):
                    if value and states(value):
                        flags[number] |= flag
        refs = map(_REF, lines)
        return {
            **self._days(list(map(_DATE, lines)), known_from, flags),
            "entry": [
                0 if ref is None or (one is not None and one.dataset is None) else _entry(each, ref)
                for one, each, ref in zip(only, reports, refs, strict=True)
            ],
            "recorded": recorded,
            "known_from": known_from,
            "quantity_low": list(map(_LOW, quantities)),
            "quantity_high": list(map(_HIGH, quantities)),
            "quantity_places": list(map(_PLACES, quantities)),
            "value_low": list(map(_LOW, values)),
            "value_high": list(map(_HIGH, values)),
            "value_places": list(map(_PLACES, values)),
            "flags": flags,
        }

    def _days(self, dates: Sequence[str], known_from: Sequence[int], flags: list[int]) -> dict[str, list[int]]:
        """The columns that depend on dates and the days of their reports; plans are flagged."""
        codes = self.columns.texts["date"]
        certains, lasts, capped = [], [], list(dates)
        ends = list(map(_dates.__getitem__, dates))
        for number, ((first, last), since) in enumerate(zip(ends, known_from, strict=True)):
            day = since // _DAY + 1
            if last <= day:
                certains.append(last)
                lasts.append(last)
            elif first > day:  # a date that lies wholly after the report of it is a plan
                certains.append(NEVER)
                lasts.append(last)
                flags[number] |= _PLANNED
            else:  # any other ends no later than the report
                certains.append(day)
                lasts.append(day)
                capped[number] = _endings[first, day]
        firsts = [first for first, _ in ends]
        return {
            "date": list(map(codes.__getitem__, capped)),
            "since": firsts,
            "certain": certains,
            "latest": lasts,
        }

    def _amounts(self, kind: type[Event], lines: Sequence[Any]) -> tuple[Sequence[Numbers], Sequence[Numbers]]:
        """The quantities and values of lines."""
        quantities = values = [_NO_NUMBERS] * len(lines)
        if issubclass(kind, Goods):
            stated: Iterable[Any] = map(_QUANTITY, lines)
            if kind.nature in (PLAN, PROMISE, DEED):
                stated = (
                    ((None, each.unit) if each.quantity is None and each.item is not None else each.quantity)
                    for each in lines
                )
            quantities = list(map(_quantities.__getitem__, stated))
        if issubclass(kind, Valued):
            values = [_NO_NUMBERS if money is None else _values[money.amount] for money in map(_VALUE, lines)]
        return quantities, values


def _recorded(texts: Sequence[str]) -> list[int]:
    return [
        _midnights[text[:10]] + _minutes[text[10:17]] + _seconds[text[17:]]
        if len(text) == _WHOLE_SECONDS
        else instant(parse_instant(text))
        for text in texts
    ]


_OF_REPORTS = ("publisher", "published", "dataset", "datasets", "date")
"""The columns of texts that depend on reports; these cap a date."""
_OF_ALL = {"component": 0, "known_to": FOR_GOOD, "until": NEVER}
_NO_NUMBERS = Numbers(0, 0, 0, 0)

# Plain numbers: a `Flag` takes ten times as long to add.
_SHARED, _FULFILLING, _PLANNED, _APPRAISED = map(int, (Flag.SHARED, Flag.FULFILLING, Flag.PLANNED, Flag.APPRAISED))
_QUANTIFIED, _VALUED = int(Flag.QUANTIFIED), int(Flag.VALUED)
_FLAGGED: Sequence[tuple[str, int, Callable[[Any], bool]]] = (
    *((name, _SHARED, lambda found: type(found) is dict) for name in ("location", "sector", "scope", "aid_type")),
    ("fulfils", _FULFILLING, bool),
    ("value_date", _APPRAISED, bool),
    ("valued", _APPRAISED, bool),
)
_WHOLE_SECONDS = len("2026-11-21T10:00:00Z")
_ID, _RECORDED_AT, _SOURCES, _DATE = map(attrgetter, ("id", "recorded_at", "sources", "date"))
_REF, _QUANTITY, _VALUE, _HUMANITARIAN = map(attrgetter, ("ref", "quantity", "value", "humanitarian"))
_DATED = attrgetter("published", "retrieved")
_NAMES, _NO_NAMES = attrgetter("supersedes", "part_of", "overlaps"), (None, None, None)
_LOW, _HIGH, _PLACES = map(itemgetter, range(3))


def _entry(sources: Sequence[Any], ref: str) -> int:
    datasets = _datasets(sources)
    return of_entry(datasets[0], ref) if datasets else 0


def _known_since(dated: tuple[Any, Any]) -> int:
    """When a report is known, given when it was published and retrieved; it does not say: after every instant."""
    day = out_since(Source(title="any", published=dated[0], retrieved=dated[1]))
    return FOR_GOOD if day is None else instant(end_of(day))


def _ending(days: tuple[int, int]) -> str:
    """The text of a date that a report cuts short, given its first day and that of the report."""
    first, last = days
    return text_between(None if first == EVER else date.fromordinal(first), date.fromordinal(last))


def _since_midnight(time: str) -> int:
    return instant(parse_instant(f"2000-01-01{time}")) - instant(parse_instant("2000-01-01T00:00:00Z"))


def _first_and_last(text: str) -> tuple[int, int]:
    parsed = DateRange.parse(text)
    return first_day(parsed.earliest), last_day(parsed.latest)


def _quantity(stated: Any) -> Numbers:
    if stated is None:
        return _NO_NUMBERS
    if type(stated) is int and abs(stated) < FITS:
        return Numbers(stated, stated, 0, _QUANTIFIED)
    quantity = some(stated[1]) if isinstance(stated, tuple) else Quantity.parse(stated)
    return _in_row(quantity, OF_QUANTITY)


def _value(stated: Any) -> Numbers:
    if type(stated) is int and abs(stated) < FITS:
        return Numbers(stated, stated, 0, _VALUED)
    return _in_row(Quantity.parse(stated), OF_VALUE)


def _in_row(quantity: Quantity, flags: tuple[int, int, int, int]) -> Numbers:
    amount = amount_of(quantity)
    low, high, places, *_ = amount or NO_AMOUNT
    return Numbers(low, high, places, flags_of_amount(amount, flags))


# What was found out for one line holds for all others, whatever columns they are added to.
_known = Remembered[Any, int](_known_since)
_dates = Remembered[str, tuple[int, int]](_first_and_last)
_endings = Remembered[tuple[int, int], str](_ending)
_midnights = Remembered[str, int](lambda day: instant(parse_instant(f"{day}T00:00:00Z")))
_minutes = Remembered[str, int](lambda minute: _since_midnight(f"{minute}00Z"))
_seconds = Remembered[str, int](lambda second: _since_midnight(f"T00:00:{second}"))
_quantities = Remembered[Any, Numbers](_quantity)
_values = Remembered[Any, Numbers](_value)


@cache
def _texts(kind: Any, column: str) -> Callable[[Sequence[Any]], Iterable[Text]] | None:
    """What reads the texts of a column from lines of a kind; None: the kind has none."""
    if column in _READ:
        return _READ[column](kind)
    name = column.replace("-", "_")
    field = fields_dict(kind).get(name)
    if field is None:
        return None
    default = field.default
    read = partial(map, attrgetter(name))
    if not isinstance(default, str):
        return read
    return lambda lines: (default if found is None else found for found in read(lines))


def _first_dataset(sources: Sequence[Any]) -> str | None:
    for source in sources:
        if source.dataset is not None:
            return str(source.dataset)
    return None


def _currency(kind: type[Event]) -> _Read | None:
    return partial(map, _currency_of) if issubclass(kind, Valued) else None


def _currency_of(line: Any) -> Text:
    return None if line.value is None else str(line.value.currency)


def _shared(name: str) -> Callable[[type[Event]], _Read | None]:
    read = attrgetter(name)

    def reads(lines: Sequence[Any]) -> Iterable[Text]:
        return (Shares(found) if type(found) is dict else found for found in map(read, lines))

    return lambda kind: reads if name in fields_dict(kind) else None


_Read: TypeAlias = Callable[[Sequence[Any]], Iterable[Text]]

#: What reads the texts of a column from lines, if they are not those of the field of that name.
_READ: Mapping[str, Callable[[type[Event]], _Read | None]] = {
    "kind": lambda kind: lambda lines: repeat(kind.kind, len(lines)),
    "currency": _currency,
    "humanitarian": lambda _: lambda lines: map(in_words, map(_HUMANITARIAN, lines)),
    **{name: _shared(name.replace("-", "_")) for name in SHARED},
    "part-of": lambda _: None,
}
