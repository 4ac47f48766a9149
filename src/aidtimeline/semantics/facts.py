"""A fact: what an event says once amendments are applied, with all known accounts of it combined."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from attrs import field, frozen

from aidtimeline.events import Event, Nature, stated
from aidtimeline.semantics.accounts import Account
from aidtimeline.semantics.links import Group
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange


@frozen
class Fact:
    """What an event says, as corrected, with all known accounts of it combined.

    `id` and `recorded_at` are those of the original record. `event` is its text as corrected, while `date`, `quantity`
    and `value` are what the accounts give together; `disputed` names those of the three on which accounts contradict
    each other. `members` are the ids of the records that are this one fact: its own and its duplicates. `fulfils` are
    the ids of the promises that it makes good. What else the event states are properties.

    In a view, `certain` says that the fact counts in every world, and `group` links it to facts that may replace it, or
    that it may replace. There `fulfils` names what stands for the promises: those of them that may count, and all that
    replaces or may replace them.
    """

    id: str
    recorded_at: datetime
    known_since: datetime
    event: Event
    date: DateRange
    quantity: Quantity | None
    value: Money | None
    accounts: tuple[Account, ...]
    members: tuple[str, ...]
    disputed: frozenset[str]
    fulfils: tuple[str, ...] = field(default=(), eq=False)
    certain: bool = False
    group: Group | None = None

    @property
    def kind(self) -> str:
        """The kind of the event, as corrected."""
        return self.event.kind

    @property
    def nature(self) -> Nature:
        """What events of its kind are: plans, promises, deeds, states, levels or ends."""
        return self.event.nature

    @property
    def rank(self) -> tuple[Any, ...]:
        """What facts are ordered by: (latest, earliest, known_since, recorded_at, id)."""
        return (
            self.date.latest or date.max,
            self.date.earliest or date.min,
            self.known_since,
            self.recorded_at,
            self.id,
        )

    # What the event says, as corrected. None: it does not say, or its kind has no such field.

    @property
    def donor(self) -> str | None:
        """Who gives, or promises to."""
        return self.event.donor

    @property
    def recipient(self) -> str | None:
        """Who gets it."""
        return self.event.recipient

    @property
    def via(self) -> tuple[str, ...]:
        """The intermediaries."""
        return self.event.via

    @property
    def project(self) -> str | None:
        """The project that it belongs to."""
        return self.event.project

    @property
    def package(self) -> str | None:
        """The package of goods that it belongs to."""
        return self.event.package

    @property
    def location(self) -> str | None:
        """Where it happened."""
        return self.event.location

    @property
    def item(self) -> str | None:
        """What was given, promised, trained or observed."""
        return stated(self.event, "item", str)

    @property
    def unit(self) -> str | None:
        """What the quantity is counted in; None: pieces."""
        return stated(self.event, "unit", str)

    @property
    def side(self) -> str | None:
        """Whose books it is from: provider or receiver; None: its kind carries no money."""
        return stated(self.event, "side", str)

    @property
    def part_of(self) -> str | None:
        """The flow or project of which its money is a part."""
        return stated(self.event, "part_of", str)

    @property
    def due(self) -> DateRange | None:
        """When the promise is to be kept."""
        return stated(self.event, "due", DateRange)

    @property
    def intent(self) -> str | None:
        """The kind of event that is announced."""
        return stated(self.event, "intent", str)

    @property
    def indicator(self) -> str | None:
        """What is observed, if it is not the number of an item."""
        return stated(self.event, "indicator", str)

    @property
    def party(self) -> str | None:
        """Who takes a role in a project, or is to take it."""
        return stated(self.event, "party", str)

    @property
    def role(self) -> str | None:
        """The role that the party takes."""
        return stated(self.event, "role", str)

    @property
    def currency(self) -> str | None:
        """The currency of its value."""
        return None if self.value is None else self.value.currency

    @property
    def in_other_books(self) -> bool:
        """Whether its money is in books that sums leave out, because the other party's books have the same flow."""
        return self.side is not None and self.side not in self.event.books
