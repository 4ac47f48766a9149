"""Reasons: the facts of an explanation, each with its reports and what each of them says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.events import AnyEvent, Correction, Record, Source, stated
from aidtimeline.explain.amended import Amended
from aidtimeline.semantics import Account, Fact
from aidtimeline.semantics.provenance import out_by
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

Part: TypeAlias = Literal[
    "counts",
    "whole",
    "level",
    "lies in it",
    "may lie in it",
    "contains",
    "links",
    "replaces",
    "circle",
    "duplicate",
    "promised",
    "in the lot",
    "linked",
    "cancelled",
    "ended",
    "may serve",
    "excluded",
]
"""Why a fact is in an explanation.

- counts: it counts in some world.
- level: it reports the level that is explained.
- lies in it, may lie in it: it surely lies in that level, or maybe.
- contains: it says which project contains another, and so what lies in the level.
- whole: it belongs to a whole of which only a part is asked for; what is a part of that whole may be in it.
- links: links run through it from one fact that counts to another that may report the same.
- replaces: it may replace a fact that counts, or links run through it to one that may.
- circle: it is in a circle of links, which are ignored.
- duplicate: it is a record of another fact in the explanation.
- promised, in the lot: it is a promise of the row that is explained, or what is linked may keep it instead of one.
- linked, may serve: it names a promise of the row, or none and may serve one; cancelled: it ends one, or a part of it.
- ended: it was a promise of the row, and was cancelled.
- excluded: it is like what may serve the row, and cannot; `states` says why.
"""

Cut: TypeAlias = date | datetime | None


@frozen
class Report:
    """What one report says of a fact; None: it does not say. `record` is the id of the record that has the report.

    `in_other_unit` is a quantity that is no number of the fact, in words. `planned`: its date lies after the report.

    `source` is the report itself; `date`, `quantity` and `value` are what it says of the fact, by itself.

    >>> from aidtimeline import Timeline
    >>> explanation = Timeline.open("events").as_of("2023-11-28").counts().explain("truck")
    >>> for report in explanation.rows[0].reports:
    ...     print(report.source.publisher, report.date, report.quantity)
    Rubryka by 28 Nov 2023 30
    """

    record: str
    source: Source
    date: DateRange | None
    quantity: Quantity | None
    value: Money | None
    in_other_unit: str | None = None
    planned: bool = False


class Reason(NamedTuple):
    """One fact of an explanation.

    `states` is what it adds to a sum or level (a quantity), or the value that it states; None if it is here for others.
    `certain`: it counts in every world. `disputed` names what its accounts contradict each other about. `reports` are
    those that were out by the cut of knowledge. `amendments` are its corrections and retractions, and those of its
    accounts, whether they decide or not; `deciding` has the ids of those that do, where there are several. A record
    that is not believed, and is here because links run through it, has no accounts and no reports; it may be
    `withdrawn`. `number_stated`: a report says how many, if anything is counted.

    `id` is that of the fact, `event` its text as corrected, `date` what its accounts give together. `part` says why
    it is here: it counts, or may replace or be the same as what counts. `accounts` are all accounts of it.

    >>> from aidtimeline import Timeline
    >>> for reason in Timeline.open("events").as_of("2023-11-28").counts().explain("truck").rows:
    ...     print(reason.part, reason.states, reason.date, [source.publisher for source in reason.sources])
    counts 30 by 28 Nov 2023 ['Rubryka']
    """

    id: str
    event: AnyEvent
    date: DateRange
    part: Part
    states: object = None
    certain: bool = False
    disputed: frozenset[str] = frozenset()
    accounts: tuple[Account, ...] = ()
    reports: tuple[Report, ...] = ()
    amendments: tuple[Record, ...] = ()
    deciding: frozenset[str] = frozenset()
    withdrawn: bool = False
    number_stated: bool = True

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of its reports, each once."""
        return tuple(dict.fromkeys(report.source for report in self.reports))

    @classmethod
    def of_fact(cls, fact: Fact, part: Part, states: object, amended: Amended, known_at: Cut) -> Reason:
        """The reason for a believed `fact`: the `part` it has, and what it `states`.

        `amended` finds what amends its records; reports that were not out by `known_at` (inclusive; None: no cut) are
        left out.
        """
        return cls(
            fact.id,
            fact.event,
            fact.date,
            part,
            states=states,
            certain=fact.certain,
            disputed=fact.disputed,
            accounts=fact.accounts,
            reports=reports_of(fact, known_at),
            number_stated=fact.quantity is None or fact.quantity_stated,
            **amended.of(fact.members),
        )


def reports_of(fact: Fact, known_at: Cut) -> tuple[Report, ...]:
    """What each report of a fact says, if it was out by a cut (inclusive; None: no cut)."""
    return tuple(report for account in fact.accounts for report in _reports(account, fact.unit, known_at))


def _reports(account: Account, unit: str | None, known_at: Cut) -> Iterator[Report]:
    """The reports of an account. What its record says of the fact is what each of its sources says."""
    event = account.record.event
    text: Any = event.event if isinstance(event, Correction) else event
    quantity, value = stated(text, "quantity", Quantity), stated(text, "value", Money)
    other: str | None = None
    if quantity is not None and account.unit != unit:
        quantity, other = None, f"{quantity} {account.unit or 'pieces'}"
    for source in account.sources:
        if out_by(source, known_at):
            yield Report(account.record.id, source, text.date, quantity, value, other, account.planned)
