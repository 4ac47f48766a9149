"""Sums with bounds, of facts that may supersede each other and may report the same.

A sum keeps one running sum for each cell (see `cells`). Facts that are linked by supersession are kept as they are,
because a group can be weighed only when all of it is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import Factory, define, evolve, frozen

from aidtimeline.projections.sums.cells import Books, Bounds, Cell, Running, plus, rivals, weighed
from aidtimeline.semantics import Fact, Group, Total, worths_of
from aidtimeline.semantics.overlap import Line, Node, Overlaps
from aidtimeline.values.amounts import Quantity

K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=Hashable)


@frozen
class Term:
    """What one fact adds to one sum if it counts, and the books that it is in (see `cells`).

    `loose`: the amount may be wider than what it adds is, given what others add.

    `amount` is what it adds, with bounds, both inclusive. `disputed`: the accounts of the fact contradict each
    other. `books` are the ledgers that it stands in, and whose books of them.

    >>> from aidtimeline import Timeline
    >>> trucks = Sum(lambda fact: [((), Term(fact.quantity))] if fact.item == "truck" and fact.quantity else [])
    >>> print(Timeline.open("events").as_of("2023-11-28").replay(trucks)[()])
    30
    """

    amount: Quantity
    disputed: bool = False
    books: Books = frozenset()
    loose: bool = False


@frozen
class Whole(Generic[M]):
    """The key under which a sum keeps the whole amount of a line, whether it is asked for or not."""

    line: Node
    measure: M


_NO_BOOKS: Books = frozenset()

Linked: TypeAlias = tuple[Fact, tuple[tuple[K, Term], ...]]


@define
class Weighing(Generic[K]):
    """The state of `Sum` as a fold: what the plain facts come to, by key and cell, and the terms of linked facts.

    `measures` gives the measure of each key with a fact that may overlap with others.
    """

    cells: dict[K | Whole[Any], dict[Cell, Running]] = Factory(dict)
    linked: list[Linked[K | Whole[Any]]] = Factory(list)
    measures: dict[K, Any] = Factory(dict)
    overlaps: Overlaps | None = None

    def cell(self, key: K | Whole[Any], line: Node | None, books: Books) -> Running:
        """The running sum of a cell."""
        cells = self.cells.get(key)
        if cells is None:
            cells = self.cells[key] = {}
        running: Running | None = cells.get((line, books))  # type: ignore[call-overload]  # a cell is such a pair
        if running is None:
            running = cells[Cell(line, books)] = Running()
        return running

    def add(self, key: K | Whole[Any], cell: Cell, bounds: Bounds) -> None:
        """Add bounds to a cell."""
        self.cell(key, *cell).change(bounds, 1)

    def merged(self, other: Weighing[K]) -> Weighing[K]:
        """Both, as a new state."""
        measures = self.measures | other.measures
        merged: Weighing[K] = Weighing({}, self.linked + other.linked, measures, self.overlaps or other.overlaps)
        for state in (self, other):
            for key, cells in state.cells.items():
                for cell, running in cells.items():
                    merged.cell(key, *cell).merge(running)
        return merged

    @property
    def keys(self) -> set[K]:
        """All keys of sums."""
        linked = (key for _, terms in self.linked for key, _ in terms)
        return {key for key in (*self.cells, *linked) if not isinstance(key, Whole)}

    def in_keys(self, keys_of: Callable[[K], Iterable[K]]) -> Weighing[K]:
        """The state with what is added to a key added to all for which it stands."""

        def keys(key: K | Whole[Any]) -> Iterable[K | Whole[Any]]:
            return (key,) if isinstance(key, Whole) else keys_of(key)

        made: Weighing[K] = Weighing(overlaps=self.overlaps)
        for key, cells in self.cells.items():
            for each in keys(key):
                for cell, running in cells.items():
                    made.cell(each, *cell).merge(running)
        for fact, terms in self.linked:
            made.linked.append((fact, tuple((each, term) for key, term in terms for each in keys(key))))
        made.measures = {each: measure for key, measure in self.measures.items() for each in keys_of(key)}
        return made

    def whole(self) -> Weighing[K]:
        """The state with the linked facts in their cells, each group weighed."""
        weighed: Weighing[K] = Weighing(dict(self.cells), [], self.measures, self.overlaps)
        own = set()
        for group, by_key in by_group(self.linked):
            for key, cell, bounds in _in_cells(group, by_key):
                if key not in own:  # this state is left as it is
                    own.add(key)
                    weighed.cells[key] = {each: evolve(its) for each, its in self.cells.get(key, {}).items()}
                weighed.add(key, cell, bounds)
        return weighed

    def full(self, key: K) -> dict[Node, Bounds]:
        """What wholes come to in the measure of a key; call it on a state that is `whole`."""
        measure = self.measures.get(key)
        cells = (each for each in self.cells.get(key, ()) if each.line is not None)
        wholes = {each.line: self.cells.get(Whole(each.line or "", measure)) for each in cells}
        return {line: _total(each) for line, each in wholes.items() if line and each}


@frozen
class Sum(Generic[K]):
    """Sums with bounds. `terms` gives for each fact what it adds to which keys.

    The result has a key if a fact with this key may count. Bounds hold for every world, and are reached in some world
    unless they are flagged loose. Facts that may report the same are weighed as such (see `cells`). `amount` gives the
    measure and the amount of a fact, whether it is asked for or not: so much a whole may have beside what is asked for.
    Without it, a part is never taken to be in what is asked for of its whole.

    `apart`: facts are added up as if none reported the same as another.

    >>> from aidtimeline.projections import fold
    >>> fold([], Sum(lambda fact: [])).cells
    {}
    """

    terms: Callable[[Fact], Iterable[tuple[K, Term]]]
    amount: Callable[[Fact], tuple[Any, Quantity] | None] = lambda _: None
    apart: bool = False
    """Whether facts are added up as if none reported the same as another."""

    def initial(self) -> Weighing[K]:
        """No sums."""
        return Weighing()

    def step(self, state: Weighing[K], fact: Fact) -> Weighing[K]:
        """Add what the fact adds, or keep it for the end if it is linked."""
        line = None if self.apart else fact.line
        terms = self.terms(fact) if line is None else self._all_terms(state, fact, line)
        if fact.group is not None:
            terms = tuple(terms)
            if terms:
                state.linked.append((fact, terms))
            return state
        node = None if line is None else line.node
        for key, term in terms:
            books = _NO_BOOKS if self.apart else term.books
            running = state.cell(key, node, books)
            running.add(term.amount, fact.certain, term.disputed)
            running.loose += term.loose
        return state

    def _all_terms(self, state: Weighing[K], fact: Fact, line: Line) -> tuple[tuple[Any, Term], ...]:
        """The terms of a fact that may overlap with others, and the whole amount of its line if that has parts."""
        terms: list[tuple[Any, Term]] = list(self.terms(fact))
        state.overlaps = line.overlaps
        measured = self.amount(fact)
        if measured is not None:
            measure, amount = measured
            state.measures.update((key, measure) for key, _ in terms)
            if line.is_whole:
                terms.append((Whole(line.node, measure), Term(amount)))
        return tuple(terms)

    def adds(self, fact: Fact) -> bool:
        """Whether a fact takes part in a sum: it adds something, or is of a whole whose part may."""
        return any(True for _ in self.terms(fact)) or (fact.line is not None and fact.line.is_whole)

    def merge(self, one: Weighing[K], other: Weighing[K]) -> Weighing[K]:
        """The sums of both."""
        return one.merged(other)

    def finish(self, state: Weighing[K]) -> dict[K, Bounds]:
        """The bounds of each sum."""
        state = state.whole() if state.linked else state
        return {key: self._bounds(state, key) for key in state.cells if not isinstance(key, Whole)}

    def _bounds(self, state: Weighing[K], key: K) -> Bounds:
        cells = state.cells[key]
        if self.apart or len(cells) == 1:
            return _total(cells)
        return weighed(_bounds_of(cells), state.overlaps, state.full(key))


def _bounds_of(cells: Mapping[Cell, Running]) -> dict[Cell, Bounds]:
    return {cell: running.bounds for cell, running in cells.items()}


def _total(cells: Mapping[Cell, Running]) -> Bounds:
    return reduce(plus, (running.bounds for running in cells.values()))


def cell_of(fact: Fact, term: Term) -> Cell:
    """The cell that a fact adds a term to."""
    return Cell(None if fact.line is None else fact.line.node, term.books)


def _in_cells(group: Group, by_key: Mapping[K, Mapping[str, tuple[Cell, Term]]]) -> Iterator[tuple[K, Cell, Bounds]]:
    """What the facts of a group come to, by key and cell; in several cells, if they are in books that are rivals."""
    by_cell: dict[tuple[K, Cell], dict[str, Term]] = defaultdict(dict)
    cells: dict[K, set[Cell]] = defaultdict(set)
    for key, terms in by_key.items():
        books = {term.books for _, term in terms.values()}
        one = None if rivals(books) else frozenset().union(*books)
        for each, (cell, term) in terms.items():
            own = Cell(cell.line, term.books if one is None else one)
            by_cell[key, own][each] = term
            cells[key].add(own)
    amounts = {each: {fact: term.amount for fact, term in own.items()} for each, own in by_cell.items()}
    for (key, cell), (amount, loose) in worths_of(group, amounts, Total()).items():
        yield key, cell, _bounds(amount, by_cell[key, cell].values(), loose or len(cells[key]) > 1)


def by_group(linked: Iterable[Linked[Any]]) -> Iterable[tuple[Group, dict[Any, dict[str, tuple[Cell, Term]]]]]:
    """Each group of linked facts with, by key, the cell and term of each fact (by id)."""
    groups: dict[str, tuple[Group, dict[Any, dict[str, tuple[Cell, Term]]]]] = {}
    for fact, terms in linked:
        if fact.group is None:
            continue
        _, by_key = groups.setdefault(fact.group.key, (fact.group, {}))
        for key, term in terms:
            own = by_key.setdefault(key, {})
            if fact.id in own:
                before = own[fact.id][1]
                term = evolve(term, amount=before.amount + term.amount)  # noqa: PLW2901
            own[fact.id] = cell_of(fact, term), term
    return groups.values()


def _bounds(amount: Quantity, terms: Iterable[Term], loose: bool = False) -> Bounds:
    terms = tuple(terms)
    return Bounds(
        amount.low,
        amount.high,
        open=sum(term.amount.high is None for term in terms),
        approximate=any(term.amount.approximate for term in terms),
        disputed=any(term.disputed for term in terms),
        loose=loose or any(term.loose for term in terms),
    )
