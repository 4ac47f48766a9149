"""The sums of a page, as rows that its script adds up.

A row holds for knowledge and days in which something counts alike: a fact by itself, or facts that may replace each
other or may report the same, weighed together by the reference. Parts of a log that do not hang together add up. Only
sums with the books of several that may overlap (both sides of a flow, datasets) are weighed as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from attrs import Factory, define

from aidtimeline.events import Record
from aidtimeline.projections import Bounds, Counts, MoneySums
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.series import series
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.report.publishing.replayed import Known, replayed
from aidtimeline.semantics import Fact, phases
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import in_utc
from aidtimeline.vocabulary import Vocabulary

APPROXIMATE, DISPUTED, LOOSE, OVERLAP, CERTAIN = 1, 2, 4, 8, 16
"""The flags of a row or step, as bits."""

Json: TypeAlias = dict[str, Any]


class Key(NamedTuple):
    """A sum of a page: of money or not, its kind, its item (of money: None), and its unit or currency."""

    money: bool
    kind: str
    item: str | None
    unit: str | None


def questions(vocabulary: Vocabulary) -> tuple[Sums, Sums]:
    """The two questions that the sums of a page answer: counts of every kind by item, and money of every kind."""
    return Counts("item", kind=Counts.ALL_KINDS, vocabulary=vocabulary), MoneySums(vocabulary=vocabulary)


def key_of(question: Sums, key: SumKey) -> Key:
    """The key of a sum of a question."""
    if question.money:
        return Key(True, str(key[0]), None, key[1])
    return Key(False, str(key[0]), key[1], key[2])


@define
class SumsOfPage:
    """The sums of a page by key. Those that are `whole` are weighed as a whole: their rows are not added up."""

    vocabulary: Vocabulary
    rows: dict[Key, list[list[Any]]] = Factory(lambda: defaultdict(list))
    whole: set[Key] = Factory(set)
    _books: dict[Key, set[Any]] = Factory(lambda: defaultdict(set))
    _records: dict[Key, dict[int, Sequence[Record]]] = Factory(lambda: defaultdict(dict))

    def add(self, known: Known, records: Sequence[Record], *, alone: bool = False) -> None:
        """Add what is believed of some records. If they stand `alone`, each is known since a day of its own."""
        belief = known.belief
        linked = not alone and (belief.links.above or belief.overlap.lines or any(map(_takes_off, belief.facts)))
        for question in questions(self.vocabulary):
            for phase in phases(belief) if not linked else ():
                for fact in phase.facts:
                    since = in_utc(fact.known_since).date() if alone else known.since
                    for key, term in question.piece.terms(fact):
                        days = number(since), number(known.until), number(phase.since), number(phase.until)
                        self._row(question, key, [*days, *_amount(term.amount, fact, term.disputed)])
            if linked:
                self._weigh(known, question)
            for fact in belief.facts:
                for key, term in question.piece.terms(fact):
                    own = key_of(question, key)
                    self._books[own].add(term.books)
                    self._records[own][id(records)] = records

    def _weigh(self, known: Known, question: Sums, only: Container[Key] | None = None) -> None:
        """Add the sums of what is believed, on every day, as rows; only some of them, if that is said."""
        for key, steps in series(known.belief, question).answers.items():
            if only is not None and key_of(question, key) not in only:
                continue
            ends_on = [number(step.day) for step in steps.steps[1:]]
            for step, until in zip(steps.steps, [*ends_on, 0], strict=False):
                *ends, bits = _ends(step.bounds)
                days = number(known.since), number(known.until), number(step.day), until
                if ends[:2] != [0, 0] or bits:  # else nothing counts any more
                    self._row(question, key, [*days, *ends, bits | CERTAIN])

    def _row(self, question: Sums, key: SumKey, row: list[Any]) -> None:
        self.rows[key_of(question, key)].append(row)

    def finish(self, months: int) -> None:
        """Weigh what is to be weighed as a whole, on each day of knowledge or at the ends of so many months."""
        self.whole = {key for key, books in self._books.items() if len(books) > 1}
        for key in self.whole:
            self.rows[key] = []
        parts = {id(each): each for key in self.whole for each in self._records[key].values()}
        recorded = Recorded.of(each for part in parts.values() for each in part)
        for known in replayed(recorded, months) if self.whole else ():
            for question in questions(self.vocabulary):
                self._weigh(known, question, self.whole)

    def json(self) -> list[Json]:
        """The sums: each with its key, its label and its rows."""
        found = []
        for key in sorted(self.rows, key=lambda each: tuple(str(value or "") for value in each)):
            label = None if key.item is None else self.vocabulary.label("item", key.item)
            found.append({**key._asdict(), "label": label, "rows": self.rows[key]})
        return found


def _takes_off(fact: Fact) -> bool:
    return fact.takes_off is not None


def number(day: date | None) -> int:
    """A day as a number, from 1 on; none is 0."""
    return 0 if day is None else day.toordinal()


def _amount(amount: Quantity, fact: Fact, disputed: bool) -> list[Any]:
    ends = Bounds(amount.low, amount.high, int(amount.high is None), amount.approximate, disputed)
    low, high, places, opens, flags = _ends(ends)
    return [low, high, places, opens, flags | (CERTAIN if fact.certain else 0)]


def _ends(bounds: Bounds) -> list[Any]:
    """Low and high (None: open) as whole numbers of so many decimal places, how many are open, and the flags."""
    ends = [end for end in (bounds.low, bounds.high) if end is not None]
    places = max(max(-int(end.as_tuple().exponent), 0) for end in ends)
    scaled = [None if end is None else _whole(end, places) for end in (bounds.low, bounds.high)]
    flags = (bounds.approximate, APPROXIMATE), (bounds.disputed, DISPUTED), (bounds.loose, LOOSE)
    bits = sum(bit for is_set, bit in (*flags, (bounds.overlap, OVERLAP)) if is_set)
    return [*scaled, places, bounds.open, bits]


def _whole(end: Decimal, places: int) -> int | str:
    """A number times ten to the power of the places; as a text if a script would round it."""
    sign, digits, exponent = end.as_tuple()
    found = int("".join(map(str, digits))) * 10 ** (int(exponent) + places) * (-1 if sign else 1)
    return found if abs(found) < 2**53 else str(found)
