"""Accounts: what each known report says of a fact. `combining` makes one date, quantity and value of them.

See docs/semantics.md, "Accounts" and "Done is done".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TypeAlias, cast

from attrs import frozen

from aidtimeline.events import DEED, PLAN, PROMISE, AnyEvent, Corroboration, Event, Goods, Record, Source, stated
from aidtimeline.semantics.amendments import NOTHING_REPORTED, Reported, Until, known_by, known_since
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, in_utc
from aidtimeline.values.units import some

Day: TypeAlias = date


@frozen
class Account:
    """What one report says of a fact. What it does not state is taken from the record.

    `stated_date` is the date as the report gives it; `date` is capped: an event is reported when it has happened, and
    this one was by `cap` (inclusive, UTC). The quantity is in `unit` (None: pieces), which may be another than the
    fact's.
    """

    record: Record
    known_since: datetime
    cap: Day
    stated_date: DateRange
    date: DateRange
    quantity: Quantity | None
    unit: str | None
    value: Money | None

    @property
    def of(self) -> str:
        """The id of the record that it is an account of: its own, or that which it corrects or corroborates."""
        return self.record.id if isinstance(self.record.event, Event) else self.record.event.of

    @property
    def sources(self) -> tuple[Source, ...]:
        """The reports that the account is from."""
        return self.record.event.sources

    @property
    def planned(self) -> bool:
        """Whether it is a plan: its date lies wholly after the report of it."""
        return not self.date.possible_by(self.cap)


def accounts_of(record: Record, reported: Reported, until: Until) -> Iterator[Account]:
    """The known accounts of one event: its own or that of the correction that decides, then its corroborations.

    Each is known since its own report, and that report caps its date. The exception is a correction that leaves the
    date as it was: it reports nothing new of the date, and so the cap stays what it was.

        account                         its date is capped by the report of
        the record itself               the record
        a correction, other days        the correction
        a correction, the same days     what it corrects
        a corroboration                 the corroboration

    What is retracted has none.
    """
    if reported.retracts(record.id):
        return
    text = reported.text(record)
    unit, quantity, value = stated(text, "unit", str), stated(text, "quantity", Quantity), stated(text, "value", Money)

    def account(of: Record, since: datetime, cap: datetime, said: Event | Corroboration) -> Account:
        dated = said.date or text.date
        day = in_utc(cap).date()
        return Account(
            of,
            since,
            day,
            dated,
            capped(dated, day),
            stated(said, "quantity", Quantity) or quantity,
            unit,
            stated(said, "value", Money) or value,
        )

    since = known_since(record)
    corrections = reported.corrections.get(record.id, ())
    if corrections:
        last, _ = corrections[-1]
        yield account(last, known_since(last), _carried(record, corrections), text)
    elif since <= until(record.id):
        yield account(record, since, since, text)
    for other, said in reported.corroborations.get(record.id, ()):
        since = known_since(other)
        yield account(other, since, since, said)


@frozen
class Alone:
    """A record that nothing aims at, as what is behind a fact."""

    record: Record

    @property
    def event(self) -> AnyEvent:
        """What it says."""
        return cast(AnyEvent, self.record.event)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Its own account."""
        return tuple(accounts_of(self.record, NOTHING_REPORTED, known_by(None)))

    @property
    def members(self) -> tuple[str, ...]:
        """Its id."""
        return (self.record.id,)


def _carried(record: Record, corrections: Iterable[tuple[Record, Event]]) -> datetime:
    """The cap of the last correction: when what it says of the date was first reported."""
    said, cap = cast(Event, record.event).date, known_since(record)
    for correction, event in corrections:
        if (event.date.earliest, event.date.latest) != (said.earliest, said.latest):
            said, cap = event.date, known_since(correction)
    return cap


def unsaid(text: Event) -> Quantity | None:
    """What counts where nobody states a number: goods are some, in the unit of the text; None: it is not of goods."""
    if not isinstance(text, Goods) or text.item is None or text.nature not in (PLAN, PROMISE, DEED):
        return None
    return some(text.unit)


def capped(given: DateRange, day: Day) -> DateRange:
    """The date, ending no later than the day: an event is reported when it has happened.

    A date wholly after the day is left as it is.

    >>> capped(DateRange.parse("2023"), date(2023, 6, 1)).text
    '2023-01-01/2023-06-01'
    """
    if given.certain_by(day) or not given.possible_by(day):
        return given
    return DateRange.between(given.earliest, day)
