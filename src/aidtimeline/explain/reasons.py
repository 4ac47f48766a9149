"""Reasons: one fact of an explanation each, with the reports that tell of it and what each of them says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.events import Correction, Event, Record, Source, stated
from aidtimeline.semantics import Account, Fact
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange, end_of

#: What a fact is doing in an explanation: it counts in some world; it may replace one that does, or links run through
#: it to one that may; or it is in a circle of links with another, and so these are ignored; or it is a record of the
#: same fact as another, under whose id it stands.
Part: TypeAlias = Literal["counts", "replaces", "circle", "duplicate"]
Cut: TypeAlias = date | datetime | None


@frozen
class Report:
    """What one report says of a fact: None where it does not say. `record` is the id of the record that tells of it."""

    record: str
    source: Source
    date: DateRange | None
    quantity: Quantity | None
    value: Money | None


class Reason(NamedTuple):
    """One fact of an explanation.

    `states` is what it adds or sets when it counts; None where its `part` is another. `certain`: it counts in every
    world. A record that is not believed at the cut, and is here because links run through it, has no accounts.
    `reports` are those that were out by the cut. `amendments` are the corrections and retractions that speak of it,
    decisive or not.
    """

    id: str
    event: Event
    date: DateRange
    part: Part
    states: object = None
    certain: bool = False
    disputed: frozenset[str] = frozenset()
    accounts: tuple[Account, ...] = ()
    reports: tuple[Report, ...] = ()
    amendments: tuple[Record, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The reports behind it, each once."""
        return tuple(dict.fromkeys(report.source for report in self.reports))

    @classmethod
    def of_fact(cls, fact: Fact, part: Part, states: object, amendments: Iterable[Record], known_at: Cut) -> Reason:
        """A fact that is believed."""
        return cls(
            fact.id,
            fact.event,
            fact.date,
            part,
            states=states,
            certain=fact.certain,
            disputed=fact.disputed,
            accounts=fact.accounts,
            reports=tuple(report for account in fact.accounts for report in _reports(account, known_at)),
            amendments=tuple(amendments),
        )


def _reports(account: Account, known_at: Cut) -> Iterator[Report]:
    event = account.record.event
    said: Any = event.event if isinstance(event, Correction) else event
    quantity = None if account.quantity is None else said.quantity
    for source in account.sources:
        if out_by(source, known_at):
            yield Report(account.record.id, source, said.date, quantity, stated(said, "value", Money))


def out_by(source: Source, cut: Cut) -> bool:
    """Whether a report was out by a cut (inclusive; None: all are), as far as its date of publication tells."""
    last = None if source.published is None else source.published.latest
    return cut is None or last is None or end_of(last) <= end_of(cut)
