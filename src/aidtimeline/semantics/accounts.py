"""Accounts: what each known report says of a fact. `combining` makes one date, quantity and value of them.

See docs/semantics.md, "Accounts" and "Done is done".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

from attrs import frozen

from aidtimeline.events import Event, Record, Source, stated
from aidtimeline.semantics.amendments import Reported, known_since
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange


@frozen
class Account:
    """What one report says of a fact. What it does not state is taken from the record.

    `stated_date` is the date as the report gives it; `date` is capped by the day of the report (see `capped`). The
    quantity is in `unit` (None: pieces), which may be another than the fact's.
    """

    record: Record
    known_since: datetime
    stated_date: DateRange
    date: DateRange
    quantity: Quantity | None
    unit: str | None
    value: Money | None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The reports that the account is from."""
        return self.record.event.sources


def accounts_of(record: Record, reported: Reported, known_until: datetime | None) -> Iterator[Account]:
    """The known accounts of one event: its own or that of the correction that decides, then its corroborations.

    Each is known since its own report, and that report caps its date. The exception is a correction that leaves the
    date as it was: it reports nothing new of the date.

        account                         its date is capped by the report of
        the record itself               the record
        a correction, another date      the correction
        a correction, the same date     the record
        a corroboration                 the corroboration
    """
    text = reported.text(record)
    value = stated(text, "value", Money)
    quantity = stated(text, "quantity", Quantity)
    unit = stated(text, "unit", str)
    since = known_since(record)
    if text is not record.event:
        correction = reported.deciding[record.id]
        news_since = known_since(correction)
        cap = since if text.date == cast(Event, record.event).date else news_since
        yield Account(correction, news_since, text.date, capped(text.date, cap), quantity, unit, value)
    elif known_until is None or since <= known_until:
        yield Account(record, since, text.date, capped(text.date, since), quantity, unit, value)
    for other, said in reported.corroborations.get(record.id, ()):
        since = known_since(other)
        dated = text.date if said.date is None else said.date
        yield Account(
            other,
            since,
            dated,
            capped(dated, since),
            quantity if said.quantity is None else said.quantity,
            unit,
            value if said.value is None else said.value,
        )


def capped(given: DateRange, report: datetime) -> DateRange:
    """The date, ending no later than the day (UTC) of its report: an event is reported when it has happened.

    A date wholly after its report is left as it is.

    >>> from datetime import date
    >>> from aidtimeline.values.dates import end_of
    >>> capped(DateRange.parse("2023"), end_of(date(2023, 6, 1))).text
    '2023-01-01/2023-06-01'
    """
    day = report.astimezone(UTC).date()
    if not given.possible_by(day) or given.certain_by(day):
        return given
    return DateRange.between(given.earliest, day)
