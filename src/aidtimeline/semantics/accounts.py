"""Accounts: how several reports of one fact become one date, one quantity and one value.

See docs/semantics.md, "Accounts" and "Done is done".

If the accounts agree, the fact is what they have in common. If they do not, it is the hull of those that contradict
another, and disputed. Approximate accounts yield to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from attrs import frozen

from aidtimeline.events import Event, Record, Source, stated
from aidtimeline.semantics.amendments import Reported, known_since
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

T = TypeVar("T")
Combined = tuple[T, bool]


@frozen
class Account:
    """What one report says of a fact. What it does not state is taken from the record.

    `stated_date` is the date as the report gives it; `date` is capped by the day of the report (see `capped`).
    """

    record: Record
    known_since: datetime
    stated_date: DateRange
    date: DateRange
    quantity: Quantity | None
    value: Money | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The reports that the account is from."""
        return self.record.event.sources


def accounts_of(
    record: Record, unit: str | None, reported: Reported, known_until: datetime | None
) -> Iterator[Account]:
    """The known accounts of one event: its own or that of the correction that decides, then its corroborations.

    Each is known since its own report, and that report caps its date. The exception is a correction that leaves the
    date as it was: it reports nothing new of the date.

        account                         its date is capped by the report of
        the record itself               the record
        a correction, another date      the correction
        a correction, the same date     the record
        a corroboration                 the corroboration

    A quantity in another unit than the fact's, `unit`, is set aside.
    """
    text = reported.text(record)
    value = stated(text, "value", Money)
    quantity = stated(text, "quantity", Quantity)
    comparable = stated(text, "unit", str) == unit
    counted = quantity if comparable else None
    since = known_since(record)
    if text is not record.event:
        correction = reported.deciding[record.id]
        news_since = known_since(correction)
        cap = since if text.date == cast(Event, record.event).date else news_since
        yield Account(correction, news_since, text.date, capped(text.date, cap), counted, value)
    elif known_until is None or since <= known_until:
        yield Account(record, since, text.date, capped(text.date, since), counted, value)
    for other, said in reported.corroborations.get(record.id, ()):
        since = known_since(other)
        dated = text.date if said.date is None else said.date
        yield Account(
            other,
            since,
            dated,
            capped(dated, since),
            said.quantity if comparable and said.quantity is not None else counted,
            value if said.value is None else said.value,
        )


def capped(given: DateRange, report: datetime) -> DateRange:
    """The date, ending no later than the day (UTC) of its report: an event is reported when it has happened.

    A date wholly after its report is left as it is.

    >>> from aidtimeline.values.dates import end_of
    >>> capped(DateRange.parse("2023"), end_of(date(2023, 6, 1))).text
    '2023-01-01/2023-06-01'
    """
    day = report.astimezone(UTC).date()
    if not given.possible_by(day) or given.certain_by(day):
        return given
    return DateRange.between(given.earliest, day)


def combine_dates(accounts: Sequence[Account]) -> Combined[DateRange]:
    """The date that the accounts give together, and whether they contradict each other."""
    exact = [each for each in accounts if not each.stated_date.approximate] or accounts
    return _combine([each.date for each in exact], _date_ends, _date_between)


def combine_quantities(quantities: Iterable[Quantity]) -> Combined[Quantity]:
    """The quantity that the accounts give together, and whether they contradict each other.

    >>> quantity, disputed = combine_quantities(map(Quantity.parse, ("1..", "2", "4", "~20")))
    >>> print(quantity, disputed)
    2 to 4 True
    """
    given = list(quantities)
    exact = [each for each in given if not each.approximate] or given
    approximate = exact[0].approximate

    def between(low: Decimal, high: Decimal) -> Quantity:
        return Quantity(low, high if high.is_finite() else None, approximate)

    return _combine(exact, _quantity_ends, between)


def combine_values(values: Sequence[Money]) -> Combined[Money]:
    """The value that accounts in one currency give together, and whether they contradict each other."""
    amount, disputed = combine_quantities(each.amount for each in values)
    return Money(amount, values[0].currency), disputed


INFINITE = Decimal("Infinity")


def _date_ends(given: DateRange) -> tuple[date, date]:
    return given.earliest or date.min, given.latest or date.max


def _date_between(earliest: date, latest: date) -> DateRange:
    return DateRange.between(
        None if earliest == date.min else earliest,
        None if latest == date.max else latest,
    )


def _quantity_ends(given: Quantity) -> tuple[Decimal, Decimal]:
    return given.low, INFINITE if given.high is None else given.high


def _combine(given: Sequence[T], ends: Callable[[T], tuple[Any, Any]], between: Callable[[Any, Any], T]) -> Combined[T]:
    if len(given) == 1:
        return given[0], False
    spans = [ends(each) for each in given]
    low = max(first for first, _ in spans)
    high = min(last for _, last in spans)
    disputed = low > high
    if disputed:
        contradicting = [(first, last) for first, last in spans if first > high or last < low]
        low = min(first for first, _ in contradicting)
        high = max(last for _, last in contradicting)
    for each in given:
        if ends(each) == (low, high):
            return each, disputed
    return between(low, high), disputed
