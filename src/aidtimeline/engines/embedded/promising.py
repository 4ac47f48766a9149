"""What is enough to reckon with promises: the promises, all that names them, and all that may serve them.

What an event fulfils hangs together with nothing in the table of facts, so it is followed here: to all that names a
promise that is asked for, to all that these name, and so on. What may serve is found by its kind, item and parties. It
may be linked to other promises, and then serves no more, so what it names is followed, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import evolve, frozen

from aidtimeline.engines.embedded.asked import Asked, Store, flag, one_of
from aidtimeline.engines.embedded.narrowing import any_of, in_order_of_the_log
from aidtimeline.engines.embedded.store import RECORDS
from aidtimeline.engines.facts.linking import Place
from aidtimeline.engines.facts.rows import Flag
from aidtimeline.events import PROMISE, Record, kinds_that
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.fulfilment.givers import Fits, Parties
from aidtimeline.projections.fulfilment.question import Fulfilment
from aidtimeline.projections.states import PROMISED
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import scope_of
from aidtimeline.vocabulary import Vocabulary

Node: TypeAlias = tuple[int, Place | None]
"""A component by its number, or (0) a record that is alone by its place."""

GOODS, MONEY = (
    kinds_that(lambda each, sort=sort: sort in (*each.makes_good, *each.may_make_good))  # type: ignore[misc]
    for sort in ("goods", "money")
)
MAKING_GOOD = kinds_that(lambda each: bool(each.makes_good))


@frozen
class Links:
    """What fulfils what: `up` leads to promises, `down` to what names them."""

    up: Mapping[Node, Collection[Node]]
    down: Mapping[Node, Collection[Node]]

    @classmethod
    def of(cls, store: Store) -> Links:
        """The links of a log. A promise that it does not have leads to what else names it."""
        up: dict[Node, set[Node]] = defaultdict(set)
        down: dict[Node, set[Node]] = defaultdict(set)
        query = f"""
            SELECT f.component, f.file, f."offset", f.line, p.component, p.file, p."offset", p.line
            FROM fulfils JOIN {RECORDS} AS f ON fulfils.file = f.file AND fulfils."offset" = f."offset"
                JOIN (
                    FROM {RECORDS} UNION ALL SELECT name, component, 0, 0, 0 FROM names WHERE named
                ) AS p ON fulfils.promise = p.id
        """
        for row in store.rows(query):
            giver, promise = _node(row[:4]), _node(row[4:])
            up[giver].add(promise)
            down[promise].add(giver)
        return cls(up, down)

    def reached(self, nodes: Iterable[Node], *, up_only: bool = False) -> set[Node]:
        """All that is linked with some nodes, however far."""
        found = set(nodes)
        waiting = list(found)
        while waiting:
            each = waiting.pop()
            for other in (*self.up.get(each, ()), *(() if up_only else self.down.get(each, ()))):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found


def _node(found: Sequence[int]) -> Node:
    component, *place = found
    return (component, None) if component else (0, Place(*place))


@frozen
class Promising:
    """What is enough for a question of promises, at several cuts; with `misfits` also what others gave of the same."""

    cuts: Sequence[Asked]
    question: Fulfilment
    misfits: bool

    @property
    def _store(self) -> Store:
        return self.cuts[0].store

    @property
    def _vocabulary(self) -> Vocabulary:
        return self.question.selection.vocabulary

    def records(self) -> Iterator[Record]:
        """The records, in the order of the log."""
        links = Links.of(self._store)
        near = links.reached(self._chosen())
        promises = list(self._promises(list(self._read(near))))
        near |= links.reached(self._nodes(self._giving(promises)), up_only=True)
        if any(each.project is not None for each in promises):
            profiles = self._nodes(self.cuts[0].selected(Selection(("project",), (), self._vocabulary)))
            near |= links.reached(profiles, up_only=True)
        return self._read(near)

    def _chosen(self) -> set[Node]:
        """The promises that are asked for, and all that has no rows at one of the cuts, on some day.

        One may have been replaced: it counts no more, and where it only ever counted beside others, it has no row.
        """
        asked = self.cuts[0].selected(evolve(self.question.selection, kinds=PROMISED))
        handed = " UNION ".join(f"({each.handing_over(every_day=True)})" for each in self.cuts)
        components = f"SELECT component FROM facts WHERE component <> 0 AND {asked} UNION {handed}"
        return self._nodes(asked) | {(each, None) for (each,) in self._store.rows(components)}

    def _nodes(self, condition: str) -> set[Node]:
        """The nodes of rows that meet a condition, and hold at one of the cuts."""
        holds = any_of(each.holds for each in self.cuts)
        rows = self._store.rows(f"""
            SELECT DISTINCT component, CASE WHEN component = 0 THEN file END, CASE WHEN component = 0 THEN "offset" END,
                CASE WHEN component = 0 THEN line END
            FROM facts WHERE ({holds}) AND ({condition})
        """)
        return set(map(_node, rows))

    def _read(self, nodes: Collection[Node]) -> Iterator[Record]:
        places = [place for _, place in nodes if place is not None]
        components = one_of("component", [component for component, place in nodes if place is None])
        linked = self._store.rows(f'SELECT file, "offset", line FROM linked WHERE {components}')
        return in_order_of_the_log(self._store, (*places, *(Place(*each) for each in linked)))

    def _promises(self, records: Sequence[Record]) -> Iterator[Fact]:
        """The promises that are asked for, whether they stand or not."""
        for each in self.cuts:
            for fact in each.cuts.belief(records).facts:
                if fact.nature is PROMISE and fact in self.question.selection:
                    yield fact

    def _giving(self, promises: Iterable[Fact]) -> str:
        """The condition that a row gives what promises are of, by their parties, or by any with `misfits`."""
        parties: dict[tuple[str, str | None], set[tuple[str | None, str | None]]] = defaultdict(set)
        for each in promises:
            if (scope := scope_of(each)) is not None:
                who = (None, None) if self.misfits else (each.donor, each.recipient)
                parties[scope.sort, scope.item].add(who)
        found = []
        for (sort, item), several in parties.items():
            of = Selection(MONEY if sort == "money" else GOODS, (), self._vocabulary)
            numbers = self._store.numbers("item")
            its = flag(Flag.VALUED) if sort == "money" else one_of("item", [numbers[item]] if item in numbers else [])
            fitting = (
                self._fitting(name, {who[at] for who in several}) for at, name in enumerate(("donor", "recipient"))
            )
            found.append(" AND ".join((self.cuts[0].selected(of), its, *fitting)))
        return any_of(found)

    def _fitting(self, name: str, asked: Collection[str | None]) -> str:
        """The condition that a row fits one of several donors or recipients."""
        if None in asked:
            return "true"
        fits = Fits(Containing(self._vocabulary, ()))

        def fit(given: Any) -> bool:
            return any(fits.misfit(_parties(name, each), _parties(name, given)) is None for each in asked)

        return one_of(name, [number for number, given in enumerate(self._store.texts(name)) if fit(given)])


def _parties(name: str, value: str | None) -> Parties:
    """Parties of which one is said."""
    return Parties(None, None, None)._replace(**{name: value})


def unnamed(asked: Asked, vocabulary: Vocabulary) -> int:
    """How many deliveries and payments name no promise."""
    everything = Selection(MAKING_GOOD, (), vocabulary)
    [(number,)] = asked.store.rows(f"""
        SELECT count(*) FROM facts
        WHERE {asked.holds} AND {asked.selected(everything)} AND NOT {flag(Flag.FULFILLING | Flag.LARGE)}
    """)
    handed_over = asked.handed_over(everything, shares=False)
    return int(number) + sum(bool(each.event.makes_good) and not each.fulfils for each in handed_over)
