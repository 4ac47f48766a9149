"""Who reports sums, from a store: the reports of plain rows are found and counted in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from attrs import Factory, define

from aidtimeline.engines.embedded.asked import column_of, flag, key_of, one_of
from aidtimeline.engines.embedded.sums import Plain
from aidtimeline.engines.facts.linking import id_of
from aidtimeline.engines.facts.rows import FIELD_COLUMNS, NEVER, Flag, rank_of
from aidtimeline.projections.sums.beside import NAMED, Reports
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.semantics import Fact
from aidtimeline.semantics.reporting import Said, When, said_of, when
from aidtimeline.values.dates import DateRange

Pair: TypeAlias = tuple[int, int]
"""The numbers of who reported, and of when it was published."""

ODD = f"(component <> 0 OR certain >= {NEVER - 1})"
"""The condition that a row does not tell the rank of its fact."""

_PARTS = """
    a := certain, b := greatest(since, 1), c := known_from, d := recorded,
    below := id < 0, id := id, rest_below := id_rest < 0, rest := id_rest
"""
RANK = f"struct_pack({_PARTS})"
"""The rank of the fact of any other row."""


class Order(NamedTuple):
    """The rank of a fact in numbers, and the place of a report among those of the fact."""

    latest: int
    earliest: int
    known_since: int
    recorded: int
    id: str
    place: int = 0

    @classmethod
    def of(cls, fact: Fact, place: int) -> Order:
        """That of a fact."""
        return cls(*rank_of(fact), place)

    @classmethod
    def of_row(cls, rank: Mapping[str, Any]) -> Order:
        """That of a row, as `RANK` has it."""
        return cls(rank["a"], rank["b"], rank["c"], rank["d"], id_of(rank["id"], rank["rest"]))


@define
class First:
    """A report among those of a sum, with the rank of the first fact that it is of.

    `odd`: it is also of facts whose rank is not known yet.
    """

    when: When
    order: Order | None
    odd: bool = False

    def also(self, order: Order) -> None:
        """Note that it is of another fact too."""
        if self.order is None or order < self.order:
            self.order = order


@define
class Reported:
    """The reports of each sum: which come first, and how many there are.

    Of reports of one day the order of their facts decides; where a row does not tell it, its fact is asked.
    """

    plain: Plain
    facts: dict[SumKey, dict[str, Fact]] = Factory(lambda: defaultdict(dict))

    def add(self, key: SumKey, fact: Fact) -> None:
        """Add a fact of whose reports no row tells."""
        self.facts[key][fact.id] = fact

    @property
    def apart(self) -> str:
        """The condition that a row does not tell the report of its fact, or that others may have the same text."""
        days = set(self._texts("published"))
        names = enumerate(map(str, self._texts("publisher")))
        doubtful = [number for number, name in names if name.rpartition(" ")[2] in days or name.endswith(")")]
        return f"({flag(Flag.REPORTED)} OR {one_of('publisher', doubtful)})"

    def reports(self) -> Mapping[SumKey, Reports]:
        """The reports of each sum."""
        numbers: dict[SumKey, int] = {}
        found: dict[SumKey, dict[str, First]] = defaultdict(dict)
        for key, text, first, number in self._of_rows():
            numbers[key] = number
            found[key][text] = first
        told = {key: self._of_facts(facts.values()) for key, facts in self.facts.items()}
        of_rows = self._also_of_rows(told)
        for key, its in told.items():
            here = found[key]
            numbers[key] = numbers.get(key, 0) + sum((key, text) not in of_rows for text in its)
            for text, first in its.items():
                if text in here and first.order is not None:
                    here[text].also(first.order)
                elif (key, text) not in of_rows:  # or else it is not among the first
                    here[text] = first
        self._settle(found)
        in_order = {
            key: sorted(its, key=lambda text: (its[text].when, its[text].order))
            for key, its in ((key, _among_first(its)) for key, its in found.items())
        }
        return {key: Reports(tuple(texts[:NAMED]), numbers[key]) for key, texts in in_order.items()}

    def _of_facts(self, facts: Iterable[Fact]) -> dict[str, First]:
        """The reports of facts by their texts."""
        found: dict[str, First] = {}
        for fact in facts:
            for place, said in enumerate(self._said(fact)):
                first = First(said.when, Order.of(fact, place))
                before = found.get(said.text)
                if before is None or (first.when, first.order) < (before.when, before.order):
                    found[said.text] = first
        return found

    def _said(self, fact: Fact) -> Iterator[Said]:
        return said_of(fact, self.plain.asked.cuts.known_at, money=self.plain.question.money)

    def _settle(self, found: Mapping[SumKey, Mapping[str, First]]) -> None:
        """Find the order of reports of one day, among the first of each sum, if rows do not tell it."""
        open_: dict[SumKey, dict[str, First]] = {}
        for key, its in found.items():
            same: dict[When, list[str]] = defaultdict(list)
            for text, first in _among_first(its).items():
                same[first.when].append(text)
            open_[key] = {text: its[text] for texts in same.values() if len(texts) > 1 for text in texts}
        pairs = {
            pair for its in open_.values() for text, first in its.items() if first.odd for pair in self._pairs(text)
        }
        if pairs:
            for fact in self.plain.asked.facts_of(f"{self._where} AND {ODD} AND {_among(pairs)}"):
                orders = [(said.text, Order.of(fact, place)) for place, said in enumerate(self._said(fact))]
                for key, _ in self.plain.question.piece.terms(fact):
                    for text, order in orders:
                        if text in open_.get(key, ()):
                            open_[key][text].also(order)

    # What rows tell.

    def _texts(self, column: str) -> Sequence[Any]:
        return self.plain.asked.store.texts(column)

    def _pairs(self, text: str) -> Iterator[Pair]:
        """The numbers of a report, if rows may have it."""
        names, days = (self.plain.asked.store.numbers(column) for column in ("publisher", "published"))
        name, _, day = text.rpartition(" ")
        if name in names and day in days:
            yield names[name], days[day]
        elif text in names:
            yield names[text], 0

    def _text(self, publisher: int, published: int) -> str:
        day = self._texts("published")[published]
        return str(Said(NEVER_SAID, self._texts("publisher")[publisher], day).text)

    @property
    def _where(self) -> str:
        return f"{self.plain.rows} AND NOT {self.apart}"

    @property
    def _keys(self) -> str:
        """The key of a row as columns of numbers, which are the same if the values are."""
        plain, found = self.plain, []
        store, vocabulary = plain.asked.store, plain.question.selection.vocabulary
        for at, name in enumerate(plain.names):
            column = f'"{column_of(name)}"'
            if name not in (*FIELD_COLUMNS, "location", "sector"):
                value, first = key_of(name, store, vocabulary), dict[Any, int]()
                same = [first.setdefault(value(number), number) for number in range(len(self._texts(column_of(name))))]
                column = f"{same}[{column} + 1]"
            found.append(f"{column} AS k{at}")
        return ", ".join(found)

    def _of_rows(self) -> Iterator[tuple[SumKey, str, First, int]]:
        """The first reports of each sum, each with its text, and the number of all."""
        whens = [when(None if text is None else DateRange.parse(text)) for text in self._texts("published")]
        order = {each: number for number, each in enumerate(sorted(set(whens)))}
        keys = ", ".join(f"k{at}" for at in range(len(self.plain.names)))
        query = f"""
            WITH reports AS (
                SELECT {self._keys}, publisher, published, {[order[each] for each in whens]}[published + 1] AS position,
                    min({RANK}) FILTER (NOT {ODD}) AS first, bool_or({ODD}) AS odd
                FROM facts WHERE {self._where} GROUP BY ALL
            )
            SELECT {keys}, publisher, published, first, odd, count(*) OVER (PARTITION BY {keys}) FROM reports
            QUALIFY rank() OVER (PARTITION BY {keys} ORDER BY position) <= {NAMED}
        """
        for *numbers, publisher, published, rank, odd, number in self.plain.asked.store.rows(query):
            first = First(whens[published], None if rank is None else Order.of_row(rank), odd)
            yield self.plain.key(numbers), self._text(publisher, published), first, number

    def _also_of_rows(self, told: Mapping[SumKey, Iterable[str]]) -> set[tuple[SumKey, str]]:
        """Which of these reports rows have too."""
        pairs = {pair for texts in told.values() for text in texts for pair in self._pairs(text)}
        if not pairs:
            return set()
        query = f"SELECT DISTINCT {self._keys}, publisher, published FROM facts WHERE {self._where} AND {_among(pairs)}"
        rows = self.plain.asked.store.rows(query)
        return {(self.plain.key(numbers), self._text(name, day)) for *numbers, name, day in rows}


NEVER_SAID = when(None)


def _among_first(its: Mapping[str, First]) -> Mapping[str, First]:
    """Those of the reports of a sum that may be named: no other is older."""
    last = sorted(first.when for first in its.values())[: NAMED + 1][-1]
    return {text: first for text, first in its.items() if first.when <= last}


def _among(pairs: Iterable[Pair]) -> str:
    listed = ", ".join(map(str, sorted(pairs)))
    return f"(publisher, published) IN (VALUES {listed})"
