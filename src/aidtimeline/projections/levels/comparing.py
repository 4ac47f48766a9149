"""Levels held against the record: what it has of each thing over time, and what is missing in it, or too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

from attrs import evolve, frozen

from aidtimeline.events import EventKind
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.levels.finding import Finder, Found
from aidtimeline.projections.levels.lines import Line, total
from aidtimeline.projections.levels.things import MAY_COUNT_AS, Lying, Thing
from aidtimeline.projections.sums.counting import COUNTED_KINDS, VALUED_KINDS, Counts, MoneySums, Sums
from aidtimeline.projections.sums.series import series
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Belief, Fact
from aidtimeline.semantics.combining import widened
from aidtimeline.values.amounts import Quantity, subtract
from aidtimeline.vocabulary import Vocabulary

UNSTATED = Quantity(Decimal(0), None)
"""What may lie in a level of money if no value is stated."""

Ends: TypeAlias = tuple[Decimal | None, Decimal | None]
"""A low and a high end; None is an open one."""

_NONE = Decimal(0)


@frozen
class Level:
    """An observation as a level of one thing."""

    fact: Fact
    thing: Thing
    amount: Quantity


def levels_of(observed: Fact) -> Iterator[Level]:
    """The levels that an observation states: of a number of things, of an amount of money, or of both."""
    if observed.quantity is not None:
        yield Level(observed, Thing.of(observed, None), observed.quantity)
    if observed.value is not None:
        yield Level(observed, Thing.of(observed, observed.value.currency), observed.value.amount)


@frozen
class Compared:
    """A level beside the record on the days that it may be of.

    `recorded` is what the record has of the thing, `missing` what it lacks to reach the level, and `exceeds` how far it
    passes it; all None if the level stands alone.
    """

    recorded: Quantity | None = None
    missing: Quantity | None = None
    exceeds: Quantity | None = None
    disputed: bool = False
    loose: bool = False
    overlap: bool = False


class Recorded:
    """What is recorded of things on every day.

    An amount in another unit or currency, or without a stated value, is in no sum. But it may be in a level, so what
    the sum lacks is then not known to be missing.
    """

    def __init__(self, belief: Belief, things: Sequence[Thing], vocabulary: Vocabulary) -> None:
        containing = Containing(vocabulary, belief.facts)
        finder = Finder(things, containing)
        self._number = {thing: number for number, thing in enumerate(things)}
        self._plain = _lines(belief, finder, vocabulary, about=False)
        approximate = any(
            bounds.approximate for lines in self._plain.values() for line in lines for _, bounds in line.steps
        )
        self._widest = _lines(belief, finder, vocabulary, about=True) if approximate else self._plain

    def compare(self, level: Level, since: date = date.min, until: date = date.max) -> Compared:
        """A level beside the record on all days of its date, from one day to another (both inclusive)."""
        thing = level.thing
        if thing.stands_alone:
            return Compared()
        days = max(level.fact.date.earliest or date.min, since), min(level.fact.date.latest or date.max, until)
        plain = self._plain.get(self._number[thing], ())
        recorded = total(line.between(*days) for line in plain if line.measure == thing.measure)
        lines = self._widest.get(self._number[thing], ())
        own = total(line.between(*days) for line in lines if line.measure == thing.measure)
        others = total(line.between(*days) for line in lines if line.measure != thing.measure)
        found = None if others.low < 0 else own.low, None if others.high is None or others.high > 0 else own.high
        said = widened(level.amount)
        return Compared(
            recorded.quantity,
            missing=_beyond((said.low, said.high), found),
            exceeds=_beyond(found, (said.low, said.high)),
            disputed=recorded.disputed,
            loose=recorded.loose,
            overlap=recorded.overlap,
        )


def _beyond(one: Ends, other: Ends) -> Quantity:
    """How far one is beyond the other, and never less than nothing."""
    (low, high), (least, most) = one, other
    return Quantity(
        _NONE if low is None or most is None else max(_NONE, subtract(low, most)),
        None if high is None or least is None else max(_NONE, subtract(high, least)),
    )


class LevelSums(Sums):
    """Sums of what lies in each thing: by its number, or by the number of the things that share it, and by measure."""

    money = False
    ALL_KINDS: ClassVar[tuple[EventKind, ...]] = ()

    def __init__(self, finder: Finder, vocabulary: Vocabulary, *, money: bool, about: bool = False) -> None:
        kinds = VALUED_KINDS if money else COUNTED_KINDS
        options: dict[str, Any] = {"kind": kinds, "vocabulary": vocabulary}
        asked: Sums = MoneySums((), **options) if money else Counts((), **options)
        self.names: tuple[str, ...] = ("thing", "many")
        self.by: tuple[str, ...] = ()
        self.selection: Selection = asked.selection
        self._finder, self._of_money, self._about, self._kinds = finder, money, about, kinds
        self._counted = asked.piece.terms
        self._at = asked.names.index("currency") if money else -1
        self._amount = asked.piece.amount
        self._terms_of: dict[str, list[tuple[SumKey, Term]]] = {}
        self.piece: Sum[SumKey] = evolve(asked.piece, terms=self.terms, amount=self.amount)

    def amount(self, fact: Fact) -> tuple[str | None, Quantity] | None:
        """The unit or currency of a fact, and its amount."""
        measured = self._amount(fact)
        return (measured[0], widened(measured[1])) if measured and self._about else measured

    def terms(self, fact: Fact) -> list[tuple[SumKey, Term]]:
        """What a fact adds to the sums of the things that it may lie in."""
        if fact.id not in self._terms_of:  # a series asks twice: whether, and how much
            self._terms_of[fact.id] = list(self._of_things(fact))
        return self._terms_of[fact.id]

    def _of_things(self, fact: Fact) -> Iterator[tuple[SumKey, Term]]:
        found = self.lying(fact)
        if not (found.each or found.many):
            return
        measured = list(self._measured(fact))
        for number, how in found.each:
            if self.fits(number):
                for measure, term in self._in(fact, self._finder.things[number], measured):
                    yield (str(number), None, measure), _part(term, how)
        for number in found.many:
            for _, measure, term in measured:
                yield (str(number), "many", measure), _part(term, PERHAPS)

    def lying(self, fact: Fact) -> Found:
        """The things that a fact lies or may lie in; a cancellation as all do that it takes off."""
        if fact.takes_off is None:
            return self._finder.find(fact)
        found = [self._finder.find(promise) for promise in fact.takes_off.promises]
        hows = [dict(each.each) for each in found]
        numbers = dict.fromkeys(number for how in hows for number in how)
        alike = {number: all(how.get(number) == SURELY for how in hows) for number in numbers}
        many = dict.fromkeys(number for each in found for number in each.many)
        return Found(tuple((number, SURELY if alike[number] else PERHAPS) for number in numbers), tuple(many))

    def of(self, fact: Fact, thing: Thing) -> list[tuple[str | None, Term]]:
        """What a fact states that may be in a level of a thing, and in which unit or currency."""
        return list(self._in(fact, thing, self._measured(fact)))

    def _in(
        self, fact: Fact, thing: Thing, measured: Iterable[tuple[str | None, str | None, Term]]
    ) -> Iterator[tuple[str | None, Term]]:
        """What is in the measure of a thing, or may be converted to it: goods of its item, or events of its kind."""
        converted = fact.kind == thing.kind if self._of_money else fact.item is not None
        for kind, measure, term in measured:
            if measure == thing.measure or (converted and fact.takes_off is None):
                if kind == thing.kind or fact.takes_off is None:
                    yield measure, term
                elif thing.kind in MAY_COUNT_AS.get(kind or "", ()):
                    yield measure, _part(term, PERHAPS)

    def fits(self, number: int) -> bool:
        """Whether these are sums of what a thing is measured in: money, or not."""
        return (self._finder.things[number].currency is not None) == self._of_money

    def _measured(self, fact: Fact) -> Iterator[tuple[str | None, str | None, Term]]:
        """What a fact adds to the events of a kind, in a unit or currency; None: pieces, or an unstated amount."""
        stated = False
        for key, term in self._counted(fact):
            stated = True
            yield key[0], key[self._at], evolve(term, amount=widened(term.amount)) if self._about else term
        if self._of_money and not stated and fact.kind in self._kinds:
            yield fact.kind, None, Term(UNSTATED)


SURELY, PERHAPS = Lying(surely=True), Lying(surely=False)


def _part(term: Term, how: Lying) -> Term:
    """The part of a term that lies in a thing."""
    return term if how == SURELY else evolve(term, amount=how.of(term.amount))


def _lines(belief: Belief, finder: Finder, vocabulary: Vocabulary, *, about: bool) -> Mapping[int, list[Line]]:
    """The sums that lie, or may lie, in each thing, by its number."""
    lines = defaultdict(list)
    for money in (False, True):
        sums = LevelSums(finder, vocabulary, money=money, about=about)
        if any(map(sums.fits, range(len(finder.things)))):
            for name, many, measure, steps in series(belief, sums).rows:
                line = Line(measure, steps, loose=many is not None)
                for number in (int(name),) if many is None else finder.shared[int(name)]:
                    if sums.fits(number):
                        lines[number].append(line)
    return lines
