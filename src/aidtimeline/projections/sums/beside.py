"""What stands beside sums: what of them is stated, who reports them, and what in them may be reported twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple, TypeAlias, TypeVar

from attrs import Factory, define, evolve, frozen

from aidtimeline.projections.protocol import fold
from aidtimeline.projections.rows import in_order
from aidtimeline.projections.sums.cells import Cell
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.overlapping import parts_of
from aidtimeline.projections.sums.summing import Sum, Term, Weighing, cell_of
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Fact
from aidtimeline.semantics.reporting import Said, said_of
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import Quantity

T = TypeVar("T")

MOST_FACTS = 100
"""Of a sum of more facts nobody reads who reports it: it is only said how many they are."""

MOST_REPORTS = 8
"""How many reports of a number are named on a page; the others are counted. If that is but one, it is named too."""


class Endless(NamedTuple):
    """The facts of a sum that have no upper end: how many, of which kinds, and whether each is of "some"."""

    number: int
    kinds: tuple[str, ...]
    some: bool

    @classmethod
    def of(cls, kind: str, amount: Quantity) -> Endless:
        """One fact of a kind with this amount."""
        return cls(1, (kind,), amount.low <= 1)

    def plus(self, other: Endless | None) -> Endless:
        """Both together."""
        if other is None:
            return self
        kinds = tuple(sorted({*self.kinds, *other.kinds}))
        return Endless(self.number + other.number, kinds, self.some and other.some)


class Reports(NamedTuple):
    """The reports of a sum: of how many facts they are, and who said so, in order (None: of more than `MOST_FACTS`)."""

    facts: int
    said: tuple[Said, ...] | None

    @classmethod
    def of(cls, facts: Iterable[Fact], known_at: date | datetime | None, *, money: bool) -> Reports:
        """The reports of facts that were out by a cut (inclusive; None: all): the earliest first, undated ones last."""
        ranked = sorted(facts, key=lambda fact: fact.rank)
        said = (each for fact in ranked for each in said_of(fact, known_at, money=money))
        return cls(len(ranked), tuple(dict.fromkeys(sorted(said, key=lambda each: each.when))))

    def __str__(self) -> str:
        if self.said is None:
            return f"{self.facts:,} facts"
        texts = list(dict.fromkeys(each.text for each in self.said))
        if len(texts) > MOST_REPORTS + 1:
            texts[MOST_REPORTS:] = [f"and {len(texts) - MOST_REPORTS} more"]
        return "; ".join(texts)


@frozen
class Beside:
    """What stands beside the sums of one table, by their keys.

    `stated` is the part of each sum that has an upper end (None: nothing is), and `endless` what has none, where
    anything has none. `datasets` are all that the facts are from, and `reports` who reports these. `items` are those of
    all facts, None last. `lone` are the ids of facts that are part of something that the log does not have, in order.
    `rows_overlap`: facts of different rows of one currency may report the same. `currencies_overlap`: those of rows of
    different currencies may.
    """

    stated: Mapping[SumKey, Quantity | None]
    endless: Mapping[SumKey, Endless]
    datasets: Mapping[SumKey, tuple[str, ...]]
    reports: Mapping[SumKey, Reports]
    items: tuple[str | None, ...]
    lone: tuple[str, ...]
    rows_overlap: bool
    currencies_overlap: bool


def beside(view: Viewed, question: Sums) -> Beside:
    """What stands beside the sums of a question, of a view.

    >>> from aidtimeline import Counts, Timeline
    >>> view = Timeline.open("events").as_of("2024-12-31")
    >>> found = beside(view, Counts(by=[], where={"item": "helmet"}))
    >>> print(found.endless[(None,)].number, "·", found.items, "·", found.reports[(None,)].facts)
    1 · ('helmet',) · 1
    """
    gathering = Gathering(question, view.known_at)
    for fact in view.facts:
        gathering.add(fact)
    return gathering.finish(view.belief.overlap.lone)


Keyed: TypeAlias = tuple[Any, Cell]
"""A fact, or what stands for several that are alike, and the cell that it is added to."""


@define
class Gathering:
    """The work of `beside`, fact by fact. What is plain can be added without facts.

    `closed` is what has an upper end of what is added without facts. `numbers` says how many facts each sum is of, and
    `reported` has those whose reports are named, as far as they are few.
    """

    question: Sums
    known_at: date | datetime | None
    closed: Weighing[SumKey] = Factory(Weighing)
    endless: dict[SumKey, Endless] = Factory(dict)
    datasets: dict[SumKey, set[str]] = Factory(lambda: defaultdict(set))
    items: set[str | None] = Factory(set)
    ids: set[str] = Factory(set)
    numbers: dict[SumKey, int] = Factory(lambda: defaultdict(int))
    reported: dict[SumKey, list[Fact]] = Factory(lambda: defaultdict(list))
    _facts: list[Fact] = Factory(list)
    _rows: dict[tuple[object, ...], list[Keyed]] = Factory(lambda: defaultdict(list))
    _keys: dict[str, set[SumKey]] = Factory(lambda: defaultdict(set))

    @property
    def closed_sums(self) -> Sum[SumKey]:
        """The sums of what has an upper end."""
        terms = self.question.piece.terms

        def closed(fact: Fact) -> Iterator[tuple[SumKey, Term]]:
            return ((key, term) for key, term in terms(fact) if term.amount.high is not None)

        return evolve(self.question.piece, terms=closed)

    def add(self, fact: Fact) -> None:
        """Add a fact."""
        self._facts.append(fact)
        keys: dict[SumKey, None] = {}
        for key, term in self.question.piece.terms(fact):
            keys[key] = None
            if term.amount.high is None:
                self.endless[key] = Endless.of(fact.kind, term.amount).plus(self.endless.get(key))
            self.datasets[key] |= fact.datasets
            self.put(fact, cell_of(fact, term), key)
        for key in keys:
            self.numbers[key] += 1
            self.report(key, fact)
        if keys:
            self.items.add(fact.item)
            self.ids.add(fact.id)

    def report(self, key: SumKey, fact: Fact) -> None:
        """Name the reports of a fact beside a sum, if this is of few."""
        if self.is_of_few(key):
            self.reported[key].append(fact)

    def is_of_few(self, key: SumKey) -> bool:
        """Whether a sum is of so few facts, as far as they are added, that their reports are named."""
        return self.numbers[key] <= MOST_FACTS

    def put(self, fact: Any, cell: Cell, key: SumKey) -> None:
        """Put something into its cell of a sum: a fact, or what stands for several that are alike."""
        question = self.question
        kept = [at for at, name in enumerate(question.names) if name in ("kind", "currency")]
        measure = (*(key[at] for at in kept), None if question.money else key[-1])
        self._rows[measure].append((fact, cell))
        self._keys[fact.id].add(key)

    def finish(self, lone: frozenset[str]) -> Beside:
        """What stands beside the sums; `lone` are all facts that are part of something that the log does not have."""
        sums = self.closed_sums
        closed = sums.finish(sums.merge(self.closed, fold(self._facts, sums))) if self.endless else {}
        endless, datasets = _in_order(self.endless), _in_order(self.datasets)
        return Beside(
            {key: closed[key].quantity if key in closed else None for key in endless},
            endless,
            {key: tuple(sorted(its)) for key, its in datasets.items()},
            {key: self._reports(key) for key in sorted(self.numbers, key=in_order)},
            tuple(sorted(self.items, key=lambda item: (item is None, item or ""))),
            tuple(sorted(self.ids & lone)),
            self._overlap(self._rows.values()),
            self.question.money and self._currencies_overlap(),
        )

    def _reports(self, key: SumKey) -> Reports:
        if not self.is_of_few(key):
            return Reports(self.numbers[key], None)
        return Reports.of(self.reported[key], self.known_at, money=self.question.money)

    def _overlap(self, rows: Iterable[Sequence[Keyed]], of: Callable[[SumKey], object] = tuple) -> bool:
        """Whether facts of different rows may report the same: that is, of rows with another `of` their keys."""
        parts = (part for its in rows for part in parts_of(its))
        return any(len({of(key) for fact in part for key in self._keys[fact.id]}) > 1 for part in parts)

    def _currencies_overlap(self) -> bool:
        """Whether facts of different currencies may report the same. They are weighed apart: each has its own sum."""
        currency = self.question.names.index("currency")
        kinds: dict[object, list[list[Keyed]]] = defaultdict(list)
        for measure, its in self._rows.items():
            kinds[measure[:-2]].append(its)
        several = [list(chain.from_iterable(each)) for each in kinds.values() if len(each) > 1]
        return self._overlap(several, lambda key: key[currency])


def _in_order(by_key: Mapping[SumKey, T]) -> Mapping[SumKey, T]:
    return {key: by_key[key] for key in sorted(by_key, key=in_order)}
