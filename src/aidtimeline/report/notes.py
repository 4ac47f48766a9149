"""Notes on sums: what of a number is stated, and what in it may be reported twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import evolve, frozen

from aidtimeline.projections import Table
from aidtimeline.projections.protocol import run
from aidtimeline.projections.sums.cells import Bounds, Cell
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.overlapping import parts_of
from aidtimeline.projections.sums.summing import Term, cell_of
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.report.words import FLAGS
from aidtimeline.semantics import Fact
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.amounts import Quantity


def flags_of(bounds: Bounds) -> list[str]:
    """The words for the flags of a number, in the order of `FLAGS`."""
    flags = bounds.disputed, bounds.approximate, bounds.loose, bounds.overlap
    return [flag for flag, is_set in zip(FLAGS, flags, strict=True) if is_set]


@frozen
class Notes:
    """What stands beside and below the sums of a view. `behind` are the facts that add to each sum, and their terms."""

    table: Table
    view: Viewed
    question: Sums
    behind: Mapping[SumKey, Sequence[tuple[Fact, Term]]]

    @classmethod
    def of(cls, table: Table) -> Notes | None:
        """The notes of a table; None if it is not of a view."""
        question = table.question
        if table.view is None or not isinstance(question, Sums):
            return None
        behind: dict[SumKey, list[tuple[Fact, Term]]] = defaultdict(list)
        for fact in table.view.facts:
            for key, term in question.piece.terms(fact):
                behind[key].append((fact, term))
        return cls(table, table.view, question, behind)

    def stated(self) -> Mapping[SumKey, str]:
        """Of each sum with an open end the part that is stated, and how many facts have no upper end."""
        open_keys = {key for key, bounds in self.table.answers.items() if bounds.high is None}
        if not open_keys:
            return {}

        def closed(fact: Fact) -> Iterator[tuple[SumKey, Term]]:
            return ((key, term) for key, term in self.question.piece.terms(fact) if term.amount.high is not None)

        found = run(self.view.facts, evolve(self.question.piece, terms=closed))
        words = {}
        for key in open_keys:
            endless = [(fact.kind, term.amount) for fact, term in self.behind[key] if term.amount.high is None]
            words[key] = stated_part(found[key].quantity if key in found else None, endless)
        return words

    @cached_property
    def unsaid(self) -> Mapping[SumKey, tuple[str, ...]]:
        """The datasets of each sum of several of which nothing says whether they report the same."""
        ledgers = self.view.vocabulary.ledgers
        found: dict[SumKey, tuple[str, ...]] = {}
        for key, its in self.behind.items():
            datasets = frozenset[str]().union(*(fact.datasets for fact, _ in its))
            if len({ledgers.get(each, each) for each in datasets}) > 1:
                found[key] = tuple(sorted(datasets))
        return found

    def below(self) -> Iterator[str]:
        """The notes below the table."""
        several = sorted({each for datasets in self.unsaid.values() for each in datasets})
        if several:
            yield (
                f"datasets: sums of {' and '.join(several)} are added up; nothing says whether they report the same"
                " (`overlaps` in vocabulary/datasets.jsonl says so)"
            )
        lone = sorted({fact.id for its in self.behind.values() for fact, _ in its} & self.view.belief.overlap.lone)
        if lone:
            named = ", ".join(lone[:3]) + (f", and {len(lone) - 3} more" if len(lone) > 3 else "")
            verbs = ("is", "counts") if len(lone) == 1 else ("are", "count")
            what = f"{verbs[0]} part of something that the log does not have, and {verbs[1]} in full"
            yield f"{many('fact', len(lone))} {what}: {named}"
        if self._rows_overlap():
            yield "rows report the same in part: together they may come to more than the total (--total)"

    def _rows_overlap(self) -> bool:
        """Whether facts of different rows may report the same."""
        kept = [at for at, name in enumerate(self.table.names) if name in ("kind", "currency")]
        rows: dict[tuple[object, ...], list[tuple[Fact, Cell]]] = defaultdict(list)
        keys: dict[str, set[SumKey]] = defaultdict(set)
        for key, its in self.behind.items():
            measure = (*(key[at] for at in kept), None if self.table.money else key[-1])
            rows[measure] += ((fact, cell_of(fact, term)) for fact, term in its)
            for fact, _ in its:
                keys[fact.id].add(key)
        parts = (part for its in rows.values() for part in parts_of(its))
        return any(len(set().union(*(keys[fact.id] for fact in part))) > 1 for part in parts)


def stated_part(stated: Quantity | None, endless: Sequence[tuple[str, Quantity]]) -> str:
    """What is stated of a number with an open end (None: nothing), and the kinds of the facts without an upper end.

    >>> stated_part(Quantity.parse("4"), [("delivery", Quantity.parse("1.."))])
    '4 stated, and 1 delivery without a number'
    """
    some = all(amount.low <= 1 for _, amount in endless)
    kinds = {kind for kind, _ in endless}
    what = many(kinds.pop() if len(kinds) == 1 else "report", len(endless))
    without = f"{what} without {'a number' if some else 'an upper end'}"
    return without if stated is None else f"{stated} stated, and {without}"


def many(what: str, number: int) -> str:
    """So many of something.

    >>> many("delivery", 1), many("delivery", 2), many("pledge", 1200)
    ('1 delivery', '2 deliveries', '1,200 pledges')
    """
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"
