"""Rows in bulk: events that stand alone become columns straight from their lines, with no event or fact in between.

What a row says of such a line depends on few things: its dates and those of its reports, its amounts, its texts. The
reference is asked of each distinct one, once. `tests/test_facts_table.py` holds these rows to those of facts.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple

from attrs import Factory, define, fields_dict

from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import Place, of_entry
from aidtimeline.engines.facts.rows import (
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
from aidtimeline.events import DEED, EVENT_KINDS, PLAN, PROMISE, Event, Goods, Source, Valued
from aidtimeline.projections.fields import in_words
from aidtimeline.remembering import Remembered
from aidtimeline.semantics.accounts import capped
from aidtimeline.semantics.amendments import out_since
from aidtimeline.semantics.reporting import name_of
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange, end_of, parse_instant
from aidtimeline.values.shares import Shares
from aidtimeline.values.units import some

_DAY = 24 * 60 * 60 * 10**6


class Numbers(NamedTuple):
    """An amount as it stands in a row: its ends, its decimal places, and its flags."""

    low: int
    high: int
    places: int
    flags: int


def is_alone(line: Any) -> bool:
    """Whether an event, as it stands in its line, names nothing: it is understood alone if nothing names it.

    One that is the same entry of several datasets is not: a row has room for one entry.
    """
    if line.supersedes or line.part_of is not None or line.overlaps:
        return False
    return line.ref is None or len(line.sources) < 2 or len(_datasets(line.sources)) < 2


def _datasets(sources: Sequence[Any]) -> tuple[str, ...]:
    if len(sources) == 1:
        only = sources[0].dataset
        return () if only is None else (only,)
    return tuple(sorted({source.dataset for source in sources if source.dataset is not None}))


@define
class Bulk:
    """Adds lines that stand alone to columns, many at once."""

    columns: Columns
    _known: Remembered[Any, Any] = Factory(lambda: Remembered(_known_since))
    _dates: Remembered[Any, Any] = Factory(lambda: Remembered(_first_and_last))
    _capped: Remembered[Any, Any] = Factory(lambda: Remembered(_capped))
    _midnights: Remembered[Any, Any] = Factory(
        lambda: Remembered(lambda day: instant(parse_instant(f"{day}T00:00:00Z")))
    )
    _times: Remembered[Any, Any] = Factory(lambda: Remembered(_since_midnight, 2**17))
    _quantities: Remembered[Any, Any] = Factory(lambda: Remembered(_quantity))
    _values: Remembered[Any, Any] = Factory(lambda: Remembered(_value))

    def add(self, lines: Sequence[Any], places: Sequence[tuple[int, int, int]]) -> None:
        """Add lines as they are read, with their places."""
        by_kind: dict[Any, tuple[list[Any], list[tuple[int, int, int]]]] = {}
        for line, place in zip(lines, places, strict=True):
            its_lines, its_places = by_kind.setdefault(EVENT_KINDS[line.kind], ([], []))
            its_lines.append(line)
            its_places.append(place)
        for kind, (its_lines, its_places) in by_kind.items():
            self._add(kind, its_lines, its_places)

    def _add(self, kind: Any, lines: Sequence[Any], places: Sequence[tuple[int, int, int]]) -> None:
        numbers = self.columns.numbers
        for name, codes in self.columns.texts.items():
            if name == "date":
                continue  # it is among the numbers, since reports cap it
            read = _texts(kind, name)
            if read is None:
                numbers[name].extend(repeat(0, len(lines)))
            else:
                numbers[name].extend(map(codes.__getitem__, map(read, lines)))
        ids = array("q", bytes.fromhex("".join([line.id for line in lines])))
        if sys.byteorder == "little":
            ids.byteswap()
        numbers["id"].extend(ids[::2])
        numbers["id_rest"].extend(ids[1::2])
        for name, values in zip(Place._fields, zip(*places, strict=True), strict=True):
            numbers[name].extend(values)
        numbers["component"].extend(repeat(0, len(lines)))
        numbers["known_to"].extend(repeat(FOR_GOOD, len(lines)))
        numbers["until"].extend(repeat(NEVER, len(lines)))
        columns = zip(*map(self._numbers(kind), lines), strict=True)
        for name, found in zip(_NUMBERS, columns, strict=True):
            numbers[name].extend(found)

    def _numbers(self, kind: type[Event]) -> Callable[[Any], tuple[int, ...]]:
        """The function that gives the columns `_NUMBERS` of a line of a kind."""
        is_goods, is_valued = issubclass(kind, Goods), issubclass(kind, Valued)
        some_goods = is_goods and kind.nature in (PLAN, PROMISE, DEED)
        known, dates, quantities, values = self._known, self._dates, self._quantities, self._values
        capped_texts, codes = self._capped, self.columns.texts["date"]

        def numbers(line: Any) -> tuple[int, ...]:
            sources = line.sources
            recorded = self._instant(line.recorded_at)
            source = sources[0]
            dated = (source.published, source.retrieved) if len(sources) == 1 else tuple(map(_DATED, sources))
            since = known[dated]
            if since is None:
                since = recorded
            day = since // _DAY + 1
            first, last = dates[line.date]
            quantity = value = _NO_NUMBERS
            if is_goods:
                stated = line.quantity
                if stated is not None:
                    quantity = quantities[stated]
                elif some_goods and line.item is not None:
                    quantity = quantities[None, line.unit]
            if is_valued and line.value is not None:
                value = values[line.value.amount]
            flags = quantity.flags | value.flags
            if type(line.location) is dict or type(line.sector) is dict:
                flags |= _SHARED
            if line.fulfils:
                flags |= _FULFILLING
            if len(sources) > 1:
                flags |= _REPORTED
            ref = line.ref
            entry = 0 if ref is None else _entry(sources, ref)
            text, certain = line.date, last
            if first > day:  # a date that lies wholly after the report of it is a plan
                certain = NEVER
                flags |= _PLANNED
            elif last > day:  # any other ends no later than the report
                certain = last = day
                text = capped_texts[text, day]
            return codes[text], entry, recorded, since, first, certain, last, *quantity[:3], *value[:3], flags

        return numbers

    def _instant(self, text: str) -> int:
        if len(text) != _WHOLE_SECONDS:
            return instant(parse_instant(text))
        since_midnight: int = self._times[text[10:]]
        return since_midnight + int(self._midnights[text[:10]])


_NUMBERS = (
    *("date", "entry", "recorded", "known_from", "since", "certain", "latest"),
    *("quantity_low", "quantity_high", "quantity_places", "value_low", "value_high", "value_places", "flags"),
)
_NO_NUMBERS = Numbers(0, 0, 0, 0)

# Plain numbers: a `Flag` takes ten times as long to add.
_SHARED, _FULFILLING, _REPORTED, _PLANNED = map(int, (Flag.SHARED, Flag.FULFILLING, Flag.REPORTED, Flag.PLANNED))
_WHOLE_SECONDS = len("2026-11-21T10:00:00Z")
_DATED = attrgetter("published", "retrieved")


def _entry(sources: Sequence[Any], ref: str) -> int:
    datasets = _datasets(sources)
    return of_entry(datasets[0], ref) if datasets else 0


def _known_since(dated: tuple[Any, ...]) -> int | None:
    """When a line is known, given when its sources were published and retrieved; None: when it was recorded."""
    several = dated if dated and isinstance(dated[0], tuple) else (dated,)
    days = [out_since(Source(title="any", published=each[0], retrieved=each[1])) for each in several]
    return min((instant(end_of(day)) for day in days if day is not None), default=None)


def _capped(asked: tuple[str, int]) -> str:
    text, day = asked
    return capped(DateRange.parse(text), date.fromordinal(day)).text


def _since_midnight(time: str) -> int:
    return instant(parse_instant(f"2000-01-01{time}")) - instant(parse_instant("2000-01-01T00:00:00Z"))


def _first_and_last(text: str) -> tuple[int, int]:
    parsed = DateRange.parse(text)
    return first_day(parsed.earliest), last_day(parsed.latest)


def _quantity(stated: Any) -> Numbers:
    quantity = some(stated[1]) if isinstance(stated, tuple) else Quantity.parse(stated)
    return _in_row(quantity, OF_QUANTITY)


def _value(stated: Any) -> Numbers:
    return _in_row(Quantity.parse(stated), OF_VALUE)


def _in_row(quantity: Quantity, flags: tuple[int, int, int, int]) -> Numbers:
    amount = amount_of(quantity)
    low, high, places, *_ = amount or NO_AMOUNT
    return Numbers(low, high, places, flags_of_amount(amount, flags))


@cache
def _texts(kind: Any, column: str) -> Callable[[Any], Text] | None:
    """What reads the text of a column from a line of a kind; None: the kind has none."""
    if column in _READ:
        return _READ[column](kind)
    name = column.replace("-", "_")
    field = fields_dict(kind).get(name)
    if field is None:
        return None
    default = field.default
    read = attrgetter(name)
    if not isinstance(default, str):
        return read
    return lambda line: default if (found := read(line)) is None else found


def _first_dataset(sources: Sequence[Any]) -> str | None:
    for source in sources:
        if source.dataset is not None:
            return str(source.dataset)
    return None


def _currency(kind: type[Event]) -> Callable[[Any], Text] | None:
    return (lambda line: None if line.value is None else line.value.currency) if issubclass(kind, Valued) else None


def _shared(name: str) -> Callable[[type[Event]], Callable[[Any], Text]]:
    def read(line: Any) -> Text:
        found = getattr(line, name)
        return Shares(found) if type(found) is dict else found

    return lambda _: read


#: What reads the text of a column from a line, if it is not the field of that name.
_READ: Mapping[str, Callable[[type[Event]], Callable[[Any], Text] | None]] = {
    "kind": lambda kind: lambda _: kind.kind,
    "currency": _currency,
    "humanitarian": lambda _: lambda line: in_words(line.humanitarian),
    "dataset": lambda _: lambda line: _first_dataset(line.sources),
    "datasets": lambda _: lambda line: _datasets(line.sources) or None,
    "via": lambda _: lambda line: line.via or None,
    "location": _shared("location"),
    "sector": _shared("sector"),
    "part-of": lambda _: None,
    "publisher": lambda _: lambda line: None if len(line.sources) > 1 else name_of(line.sources[0]),
    "published": lambda _: lambda line: None if len(line.sources) > 1 else line.sources[0].published,
}
