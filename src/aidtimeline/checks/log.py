"""What the checks look at, and how they tell what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from attrs import frozen

from aidtimeline.errors import Problem, Severity
from aidtimeline.events import Correction, Event, Record
from aidtimeline.semantics import Belief, Fact, believe
from aidtimeline.semantics.amendments import Repaired, repair
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Vocabulary

INFINITE = Decimal("Infinity")
ABOUT = 2
"""An "about" contradicts nothing that lies between its half and its double. (A threshold for warnings, no bound.)"""

NEVER = date.max


@frozen
class Place:
    """Where something stands in the log: a record, and the path within its line to the event meant."""

    record: Record
    path: str = "$"

    def within(self, field: str) -> Place:
        """A place further inside."""
        return Place(self.record, f"{self.path}.{field}")

    def error(self, code: str, message: str, field: str = "", hint: str | None = None) -> Problem:
        """What cannot be meant as it stands."""
        return self._problem("error", code, message, field, hint)

    def warning(self, code: str, message: str, field: str = "", hint: str | None = None) -> Problem:
        """What may be right, and is worth a look."""
        return self._problem("warning", code, message, field, hint)

    def _problem(self, severity: Severity, code: str, message: str, field: str, hint: str | None) -> Problem:
        path = f"{self.path}.{field}" if field else None
        return self.record.problem(code, message, hint, severity=severity, path=path)


@frozen(slots=False)
class Checked:
    """What the checks look at: the records, what is believed when all is known, the vocabulary, and the day it is.

    All is seen as repaired: what a repair has mended is found no more.
    """

    records: tuple[Record, ...]
    vocabulary: Vocabulary
    today: date | None = None

    @cached_property
    def belief(self) -> Belief:
        """What the records say when all that they report is known."""
        return believe(self.records)

    @cached_property
    def fact_of(self) -> Mapping[str, Fact]:
        """The fact that a record is one of, by the id of the record; records that are not believed have none."""
        return {member: fact for fact in self.belief.facts for member in fact.members}

    @cached_property
    def repaired(self) -> Repaired:
        """The records after repairs."""
        return repair(self.records)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where what each record says is written, by its id: in the record itself, or in the repair that decides."""
        repaired = self.repaired
        places = {id_: Place(record) for id_, record in {**repaired.events, **repaired.standing}.items()}
        for of, by in repaired.deciding.items():
            if isinstance(by.event, Correction):
                places[of] = Place(by, "$.event")
        return places

    def texts(self) -> Iterator[tuple[Place, Event]]:
        """Every event that stands, and every one that news puts in its place."""
        for record in self.repaired.standing.values():
            said, place = record.event, self.places[record.id]
            if isinstance(said, Event):
                yield place, said
            elif isinstance(said, Correction) and isinstance(said.event, Event):
                yield place.within("event"), said.event

    def place(self, fact: Fact) -> Place:
        """Where the text of a fact is written."""
        for account in fact.accounts:
            said = account.record.event
            if isinstance(said, Correction) and said.event is fact.event:
                return self.places[account.record.id].within("event")
        return self.places[fact.id]

    def fulfilled(self, fact: Fact) -> tuple[str, ...]:
        """The ids of what a fact fulfils, by its own text and by those of its duplicates."""
        ids = dict.fromkeys(fact.event.fulfils)
        for account in fact.accounts if len(fact.members) > 1 else ():
            said = account.record.event
            text = said.event if isinstance(said, Correction) else said
            ids.update(dict.fromkeys(text.fulfils if isinstance(text, Event) else ()))
        return tuple(ids)

    def named(self, fact: Fact) -> str:
        """A fact as a message names it: kind, date, id, and the line where it stands."""
        place = self.place(fact).record
        where = "" if place.file is None else f", {place.file}:{place.line}"
        return f"the {fact.kind} of {fact.date} ({fact.id}{where})"

    @cached_property
    def replaced(self) -> Mapping[str, tuple[date, date]]:
        """From which day on each linked id may be, and surely is, replaced; `NEVER` where nothing above is believed."""
        links, facts = self.belief.links, self.fact_of
        replaced: dict[str, tuple[date, date]] = {}
        for each in links.order:
            perhaps = surely = NEVER
            for other in links.above.get(each, ()):
                first, last = span(facts[other].date) if other in facts else (NEVER, NEVER)
                perhaps = min(perhaps, first, replaced[other][0])
                surely = min(surely, last, replaced[other][1])
            replaced[each] = perhaps, surely
        return replaced

    def stays(self, fact: Fact) -> bool:
        """Whether nothing that is believed may ever replace the fact."""
        return self.replaced.get(fact.id, (NEVER, NEVER))[0] == NEVER

    def country(self, party: str | None) -> str | None:
        """The country of a party, where the vocabulary tells it."""
        known = self.vocabulary.parties.get(party or "")
        return None if known is None else known.country

    def may_be_one(self, party: str | None, other: str | None) -> bool:
        """Whether two reports that name these parties may mean the same: one may be of the other's country."""
        if party is None or other is None or party == other:
            return True
        countries = self.country(party), self.country(other)
        return None in countries or countries[0] == countries[1]


Check = Callable[[Checked], Iterable[Problem]]


def span(given: DateRange) -> tuple[date, date]:
    """The first and last day that a date can mean, both inclusive; a hedged date (`?`, `~`, `%`) can mean any."""
    if given.qualified:
        return date.min, date.max
    return given.earliest or date.min, given.latest or date.max


def wholly_before(one: DateRange, other: DateRange) -> bool:
    """Whether one date lies before another for sure, hedged dates never doing so."""
    return span(one)[1] < span(other)[0]


def widest(quantity: Quantity) -> tuple[Decimal, Decimal]:
    """Low and high of a quantity, infinite where it is open; an "about" reaches from its half to its double."""
    low, high = quantity.low, INFINITE if quantity.high is None else quantity.high
    if quantity.approximate:
        return min(low / ABOUT, low * ABOUT), max(high / ABOUT, high * ABOUT)
    return low, high
