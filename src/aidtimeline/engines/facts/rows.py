"""Rows: a fact as one line of numbers and texts, for the days and the knowledge in which it counts in the same way.

A row is a rectangle. It holds for knowledge from `known_from` (inclusive) until `known_to`, and for days from `since`
(inclusive) until `until`; from `certain` on the fact counts in every world. Days are counted as `date.toordinal` does,
instants in microseconds since the first day of year 1 (UTC); ends are exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntFlag
from typing import NamedTuple, TypeAlias

from aidtimeline.engines.facts.linking import Place, entries_of, of_id, rest_of_id
from aidtimeline.projections.fields import FIELDS, SHARED, is_shared
from aidtimeline.projections.sums.converting import valued_by
from aidtimeline.remembering import Remembered
from aidtimeline.semantics import Fact
from aidtimeline.semantics.reporting import name_of, otherwise
from aidtimeline.values.amounts import EXACT, ZERO, Quantity, add
from aidtimeline.values.shares import Shares
from aidtimeline.vocabulary import NO_VOCABULARY

EVER = 0
"""Before the first day: since ever, or known since ever."""
NEVER = date.max.toordinal() + 1
"""After the last day."""
FOR_GOOD = 2**62
"""After every instant."""
FITS = 2**62
"""Amounts below this fit into a row; a fact with a larger one is handed to the reference."""
MOST_PLACES = 18

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Flag(IntFlag):
    """What else a row says."""

    QUANTIFIED = 1
    """It has a quantity."""
    QUANTITY_OPEN = 2
    QUANTITY_APPROXIMATE = 4
    VALUED = 8
    """It has a value."""
    VALUE_OPEN = 16
    VALUE_APPROXIMATE = 32
    DISPUTED = 64
    SHARED = 128
    """Its place, sector, scope or type of aid is shared."""
    LARGE = 256
    """An amount does not fit; the fact is handed to the reference."""
    PLANNED = 512
    QUANTITY_UP_TO = 1024
    """The low end of its quantity is 0 because it is not stated."""
    VALUE_UP_TO = 2048
    FULFILLING = 4096
    """It names promises that it fulfils."""
    LONE = 8192
    """It is part of something that the log does not have."""
    APPRAISED = 16384
    """It says when its value is valued, or what that is in other currencies."""


Text: TypeAlias = str | tuple[str, ...] | Shares | None

#: The columns that hold a text: first those whose values are those of the field of that name. The last two are of the
#: only report: who reported, and when it was published.
FIELD_COLUMNS = tuple(name for name in FIELDS if name not in ("item-category", "via", *SHARED))
TEXT_COLUMNS = (*FIELD_COLUMNS, "via", *SHARED, "datasets", "date", "publisher", "published")


class Amount(NamedTuple):
    """The bounds of an amount as whole numbers of its last decimal place; `high` counts for nothing if it is open."""

    low: int = 0
    high: int = 0
    places: int = 0
    is_open: bool = False
    approximate: bool = False
    up_to: bool = False


NO_AMOUNT = Amount()


class Row(NamedTuple):
    """One row; `texts` are in the order of `TEXT_COLUMNS`.

    `id` is the name of its record, `id_rest` the rest of the record's id; `entry` is the name of its entry in a dataset
    (0: none). `latest` is the last day of the fact's date: that of a plan too, which is never `certain`.
    """

    texts: tuple[Text, ...]
    id: int
    id_rest: int
    entry: int
    place: Place
    component: int
    recorded: int
    known_from: int
    known_to: int
    since: int
    certain: int
    until: int
    latest: int
    quantity: Amount
    value: Amount
    flags: int


def instant(moment: datetime) -> int:
    """An instant as a number.

    >>> instant(datetime(1, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (moment - _FIRST) // _MICROSECOND


def moment(number: int) -> datetime:
    """The instant of a number."""
    return _FIRST + number * _MICROSECOND


def first_day(day: date | None) -> int:
    """The first day of a date as a number; an open one is `EVER`."""
    return EVER if day is None else day.toordinal()


def last_day(day: date | None) -> int:
    """The last day of a date as a number; an open one is `NEVER`."""
    return NEVER if day is None else day.toordinal()


def rank_of(fact: Fact) -> tuple[int, int, int, int, str]:
    """`Fact.rank` with days and instants as numbers, so that it can be compared with what rows say."""
    last, first = fact.date.latest or date.max, fact.date.earliest or date.min
    return last.toordinal(), first.toordinal(), instant(fact.known_since), instant(fact.recorded_at), fact.id


def amount_of(quantity: Quantity | None) -> Amount | None:
    """The bounds of a quantity as whole numbers; None if they do not fit.

    >>> amount_of(Quantity.parse("~2.5..10"))
    Amount(low=25, high=100, places=1, is_open=False, approximate=True, up_to=False)
    """
    if quantity is None:
        return NO_AMOUNT
    ends = [quantity.low, quantity.low if quantity.high is None else quantity.high]
    places = max(max(-int(end.as_tuple().exponent), 0) for end in ends)
    if places > MOST_PLACES or max(end.adjusted() for end in ends) + places > MOST_PLACES:
        return None
    low, high = (int(end.scaleb(places)) for end in ends)
    if max(abs(low), abs(high)) >= FITS:
        return None
    return Amount(
        low,
        0 if quantity.high is None else high,
        places,
        quantity.high is None,
        quantity.approximate,
        not quantity.low_stated,
    )


def decimal(number: int, places: int) -> Decimal:
    """A whole number of decimal places as a decimal.

    >>> decimal(25, 1)
    Decimal('2.5')
    """
    return add(unscaled(number, places), ZERO.low)


def unscaled(number: int, places: int) -> Decimal:
    """The same, but not brought into shape yet."""
    return EXACT.scaleb(Decimal(number), -places) if places else Decimal(number)


_STATED = tuple(name.replace("-", "_") for name in FIELD_COLUMNS)
_MADE = ("currency", "dataset", "humanitarian", "period")
_NOT_STATED = tuple((FIELD_COLUMNS.index(name), FIELDS[name]) for name in _MADE)


def texts_of(fact: Fact) -> tuple[Text, ...]:
    """The texts of a fact, in the order of `TEXT_COLUMNS`."""
    event = fact.event
    texts: list[Text] = [getattr(event, name, None) for name in _STATED]  # in a quarter of the time of asking `FIELDS`
    for column, value_of in _NOT_STATED:
        texts[column] = value_of(fact, NO_VOCABULARY)
    datasets = tuple(sorted(fact.datasets)) or None
    texts += (event.via or None, *_shares_of(fact), datasets, fact.date.text, *report_of(fact))
    return tuple(texts)


def _shares_of(fact: Fact) -> Iterator[str | Shares | None]:
    return (stated(fact) for stated, _ in SHARED.values())


def report_of(fact: Fact) -> tuple[str | None, str | None]:
    """Who reported a fact, and when that was published; None and None if that does not tell all."""
    [account, *others] = fact.accounts
    [source, *more] = account.sources or [None]
    if source is None or others or more:
        return None, None
    if otherwise(fact, account, money=False) or otherwise(fact, account, money=True):
        return None, None
    return name_of(source), None if source.published is None else source.published.text


def amounts_of(fact: Fact) -> tuple[Amount | None, Amount | None]:
    """The quantity and the value of a fact; None does not fit."""
    return _AMOUNTS[fact.quantity], _AMOUNTS[None if fact.value is None else fact.value.amount]


_AMOUNTS = Remembered(amount_of)

# Plain numbers: a `Flag` takes ten times as long to add.
_LARGE, _PLANNED, _FULFILLING, _DISPUTED, _SHARED, _LONE, _APPRAISED = map(
    int,
    (Flag.LARGE, Flag.PLANNED, Flag.FULFILLING, Flag.DISPUTED, Flag.SHARED, Flag.LONE, Flag.APPRAISED),
)
#: The flags of an amount: that it is there, that it is open, an "about", and "up to".
OF_QUANTITY = int(Flag.QUANTIFIED), int(Flag.QUANTITY_OPEN), int(Flag.QUANTITY_APPROXIMATE), int(Flag.QUANTITY_UP_TO)
OF_VALUE = int(Flag.VALUED), int(Flag.VALUE_OPEN), int(Flag.VALUE_APPROXIMATE), int(Flag.VALUE_UP_TO)


def flags_of_amount(amount: Amount | None, flags: tuple[int, int, int, int]) -> int:
    """Those of these flags (`OF_QUANTITY` or `OF_VALUE`) that an amount has which is there; None does not fit.

    >>> Flag(flags_of_amount(Amount(is_open=True), OF_VALUE)) == Flag.VALUED | Flag.VALUE_OPEN
    True
    """
    is_there, is_open, approximate, up_to = flags
    if amount is None:
        return is_there | _LARGE
    return is_there | amount.is_open * is_open | amount.approximate * approximate | amount.up_to * up_to


def is_appraised(fact: Fact) -> bool:
    """Whether it says when its value is valued, or one of its reports what that is in other currencies."""
    return fact.value_date is not None or any(map(valued_by, fact.accounts))


def flags_of(fact: Fact, quantity: Amount | None, value: Amount | None) -> int:
    """The flags of a fact with these amounts."""
    flags = 0 if fact.quantity is None else flags_of_amount(quantity, OF_QUANTITY)
    if fact.value is not None:
        flags |= flags_of_amount(value, OF_VALUE)
    if fact.planned:
        flags |= _PLANNED
    if fact.fulfils:
        flags |= _FULFILLING
    if fact.disputed:
        flags |= _DISPUTED
    if is_shared(fact):
        flags |= _SHARED
    if is_appraised(fact):
        flags |= _APPRAISED
    return flags


def row_of(
    fact: Fact,
    place: Place,
    *,
    known: tuple[int, int],
    days: tuple[int, int, int],
    component: int,
    recorded: int,
    lone: bool = False,
) -> Row:
    """The row of a fact.

    Args:
        fact: The fact, as known in this time.
        place: Where the line of its record is.
        known: From when (inclusive) until when (exclusive) this is known.
        days: `since`, `certain` and `until`.
        component: The number of its component; 0: it is alone.
        recorded: The instant up to which the log must be read.
        lone: Whether the fact is part of something that the log does not have.
    """
    quantity, value = amounts_of(fact)
    texts = texts_of(fact)
    return Row(
        texts,
        of_id(fact.id),
        rest_of_id(fact.id),
        next(entries_of(fact.event), 0),
        place,
        component,
        recorded,
        *known,
        *days,
        last_day(fact.date.latest),
        quantity or NO_AMOUNT,
        value or NO_AMOUNT,
        flags_of(fact, quantity, value) | (_LONE if lone else 0),
    )
