"""What stands beside sums: what of them is stated, who reports them, and what in them may be reported twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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

MOST_REPORTS = 8
"""How many reports of a number are named; the others are counted."""

NAMED = MOST_REPORTS + 1
"""How many reports are kept by name: if there is but one more, it is named too."""


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
    """The reports of a sum: those that come first (`NAMED` at most), and how many different ones there are."""

    first: tuple[str, ...]
    number: int

    @classmethod
    def of(cls, said: Iterable[Said]) -> Reports:
        """Reports in the order of their facts."""
        texts = list(dict.fromkeys(each.text for each in sorted(said, key=lambda each: each.when)))
        return cls(tuple(texts[:NAMED]), len(texts))

    def __str__(self) -> str:
        if self.number <= NAMED:
            return "; ".join(self.first)
        return "; ".join((*self.first[:MOST_REPORTS], f"and {self.number - MOST_REPORTS} more"))


@frozen
class Beside:
    """What stands beside the sums of one table, by their keys.

    `stated` is the part of each sum that has an upper end (None: nothing is), and `endless` what has none, where
    anything has none. `datasets` are all that the facts are from, and `reports` who reports these. `items` are those of
    all facts, None last. `lone` are the ids of facts that are part of something that the log does not have, in order.
    `rows_overlap`: facts of different rows may report the same.
    """

    stated: Mapping[SumKey, Quantity | None]
    endless: Mapping[SumKey, Endless]
    datasets: Mapping[SumKey, tuple[str, ...]]
    reports: Mapping[SumKey, Reports]
    items: tuple[str | None, ...]
    lone: tuple[str, ...]
    rows_overlap: bool


def beside(view: Viewed, question: Sums) -> Beside:
    """What stands beside the sums of a question, of a view.

    >>> from aidtimeline import Counts, Timeline
    >>> view = Timeline.open("events").as_of("2024-12-31")
    >>> found = beside(view, Counts(by=[], where={"item": "helmet"}))
    >>> print(found.endless[(None,)].number, "·", found.items, "·", found.reports[(None,)].number)
    1 · ('helmet',) · 1
    """
    gathering = Gathering(question)
    said: dict[SumKey, list[Said]] = defaultdict(list)
    for fact in view.facts:
        for key in gathering.add(fact):
            said[key] += said_of(fact, view.known_at, money=question.money)
    reports = {key: Reports.of(each) for key, each in said.items()}
    return gathering.finish(reports, view.belief.overlap.lone)


Keyed: TypeAlias = tuple[Any, Cell]
"""A fact, or what stands for several that are alike, and the cell that it is added to."""


@define
class Gathering:
    """The work of `beside`: all but the reports, fact by fact. What is plain can be added without facts.

    `closed` is what has an upper end of what is added without facts.
    """

    question: Sums
    closed: Weighing[SumKey] = Factory(Weighing)
    endless: dict[SumKey, Endless] = Factory(dict)
    datasets: dict[SumKey, set[str]] = Factory(lambda: defaultdict(set))
    items: set[str | None] = Factory(set)
    ids: set[str] = Factory(set)
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

    def add(self, fact: Fact) -> list[SumKey]:
        """Add a fact; the keys to which it adds something."""
        self._facts.append(fact)
        keys: dict[SumKey, None] = {}
        for key, term in self.question.piece.terms(fact):
            keys[key] = None
            if term.amount.high is None:
                self.endless[key] = Endless.of(fact.kind, term.amount).plus(self.endless.get(key))
            self.datasets[key] |= fact.datasets
            self.put(fact, cell_of(fact, term), key)
        if keys:
            self.items.add(fact.item)
            self.ids.add(fact.id)
        return list(keys)

    def put(self, fact: Any, cell: Cell, key: SumKey) -> None:
        """Put something into its cell of a sum: a fact, or what stands for several that are alike."""
        question = self.question
        kept = [at for at, name in enumerate(question.names) if name in ("kind", "currency")]
        measure = (*(key[at] for at in kept), None if question.money else key[-1])
        self._rows[measure].append((fact, cell))
        self._keys[fact.id].add(key)

    def finish(self, reports: Mapping[SumKey, Reports], lone: frozenset[str]) -> Beside:
        """What stands beside the sums; `lone` are all facts that are part of something that the log does not have."""
        sums = self.closed_sums
        closed = sums.finish(sums.merge(self.closed, fold(self._facts, sums))) if self.endless else {}
        endless, datasets = _in_order(self.endless), _in_order(self.datasets)
        return Beside(
            {key: closed[key].quantity if key in closed else None for key in endless},
            endless,
            {key: tuple(sorted(its)) for key, its in datasets.items()},
            _in_order(reports),
            tuple(sorted(self.items, key=lambda item: (item is None, item or ""))),
            tuple(sorted(self.ids & lone)),
            self._rows_overlap(),
        )

    def _rows_overlap(self) -> bool:
        """Whether facts of different rows may report the same."""
        parts = (part for its in self._rows.values() for part in parts_of(its))
        return any(len(set[SumKey]().union(*(self._keys[fact.id] for fact in part))) > 1 for part in parts)


def _in_order(by_key: Mapping[SumKey, T]) -> Mapping[SumKey, T]:
    return {key: by_key[key] for key in sorted(by_key, key=in_order)}
