"""What the checks look at, and how they report what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property

import attrs
from attrs import frozen

from aidtimeline.errors import Problem, Severity
from aidtimeline.events import Correction, Event, Record
from aidtimeline.semantics import Belief, Fact, Group, believe
from aidtimeline.semantics.amendments import Repaired, repair
from aidtimeline.semantics.combining import widened
from aidtimeline.semantics.links import Links, cut_links
from aidtimeline.values.amounts import Money
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Vocabulary

_ANY_DAY = DateRange.between(None, None)


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
        return attrs.evolve(self.record.problem(code, message, hint), severity=severity, path=path)


@frozen(slots=False)
class Checked:
    """What the checks look at: the records, what is believed when all is known, the vocabulary, the day and the time.

    All is seen as repaired: what a repair has mended is no longer found.
    """

    records: tuple[Record, ...]
    vocabulary: Vocabulary
    today: date | None = None
    now: datetime | None = None

    @cached_property
    def belief(self) -> Belief:
        """What the records say when all that they report is known."""
        return believe(self.records)

    @cached_property
    def widest(self) -> Belief:
        """The same facts with every hedge at its widest, so that what contradicts them contradicts their sources.

        A hedged date (`?`, `~`, `%`) may be any day. An "about" reaches from its half to its double. Goods without
        a quantity may be of any number.
        """
        return attrs.evolve(self.belief, facts=tuple(map(_widest, self.belief.facts)))

    @cached_property
    def fact_of(self) -> Mapping[str, Fact]:
        """The fact that a record is one of, by the id of the record; records that are not believed have none."""
        return {member: fact for fact in self.belief.facts for member in fact.members}

    @cached_property
    def superseded(self) -> Sequence[tuple[Fact, Fact]]:
        """Each fact that supersedes another, with the other."""
        facts = self.fact_of
        links = self.belief.links.pairs
        return [(facts[each], facts[target]) for target, each in links if each in facts and target in facts]

    @cached_property
    def fulfilled(self) -> Sequence[tuple[Fact, Fact]]:
        """Each fact that fulfils another, with the other."""
        facts = self.fact_of
        return [(fact, facts[each]) for fact in self.belief.facts for each in fact.fulfils if each in facts]

    def undecided(self, links: Links) -> Mapping[str, Group]:
        """The linked facts in groups, as if each of them might or might not have happened."""
        return cut_links(links, dict.fromkeys(self.fact_of, "perhaps")).groups

    @cached_property
    def repaired(self) -> Repaired:
        """The records after repairs."""
        return repair(self.records)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where each record's text is written, by its id: in the record itself, or in the repair that decides."""
        repaired = self.repaired
        places = {id_: Place(record) for id_, record in {**repaired.events, **repaired.standing}.items()}
        for of, by in repaired.deciding.items():
            if isinstance(by.event, Correction):
                places[of] = Place(by, "$.event")
        return places

    def texts(self) -> Iterator[tuple[Place, Event]]:
        """Every event that stands, and every one that news replaces it with."""
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
        return self.places[fact.base]

    def named(self, fact: Fact) -> str:
        """A fact as a message names it: kind, date, id, and the line where it stands."""
        place = self.place(fact).record
        where = "" if place.file is None else f", {place.file}:{place.line}"
        return f"the {fact.kind} of {fact.date} ({fact.id}{where})"

    def country(self, party: str | None) -> str | None:
        """The country of a party, if the vocabulary has it."""
        known = self.vocabulary.parties.get(party or "")
        return None if known is None else known.country

    def may_be_one(self, party: str | None, other: str | None) -> bool:
        """Whether two reports that name these parties may mean the same: one may be of the other's country."""
        if party is None or other is None or party == other:
            return True
        countries = self.country(party), self.country(other)
        return None in countries or countries[0] == countries[1]


def an(kind: str) -> str:
    """A kind with its article, as a message names it.

    >>> an("observation"), an("pledge")
    ('an observation', 'a pledge')
    """
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


Check = Callable[[Checked], Iterable[Problem]]


def stays(fact: Fact, undecided: Mapping[str, Group]) -> bool:
    """Whether nothing that is believed may ever replace the fact."""
    group = undecided.get(fact.id)
    return group is None or not group.above[fact.id]


def wholly_before(one: DateRange, other: DateRange) -> bool:
    """Whether one date lies before another for sure, which hedged dates never do."""
    return not (one.qualified or other.qualified) and one < other


def _widest(fact: Fact) -> Fact:
    date_ = _ANY_DAY if fact.date.qualified else fact.date
    quantity = fact.quantity and widened(fact.quantity)
    value = fact.value and Money(widened(fact.value.amount), fact.value.currency)
    if (date_, quantity, value) == (fact.date, fact.quantity, fact.value):
        return fact
    return attrs.evolve(fact, date=date_, quantity=quantity, value=value)
