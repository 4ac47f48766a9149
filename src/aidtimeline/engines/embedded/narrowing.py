"""Narrowing: the part of a log that is enough for a question, as the lines of a store.

A record says nothing of another component than its own. So a replay of some whole components, and of some records that
are alone, gives each of their facts as the whole log does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from aidtimeline.engines.embedded.asked import Asked, Store, one_of
from aidtimeline.engines.embedded.sums import summed
from aidtimeline.engines.facts.linking import Place, of_id
from aidtimeline.events import Record
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.sums.cells import rivals
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.summing import Whole
from aidtimeline.projections.sums.tables import SumKey


@frozen
class Part:
    """A part of a log, as queries: for components, and for conditions of rows of what is alone.

    It has, too, the components of promises that it names: they say which facts these are.
    """

    components: str
    alone: str

    def records(self, store: Store) -> Iterator[Record]:
        """Its records, in the order of the log."""
        places = f"""
            WITH part AS (
                SELECT file, "offset", line FROM linked WHERE component IN ({self.components})
                UNION SELECT file, "offset", line FROM facts WHERE component = 0 AND ({self.alone})
            )
            FROM part UNION SELECT file, "offset", line FROM linked WHERE component IN (
                SELECT component FROM linked JOIN fulfils ON id = promise WHERE (fulfils.file, fulfils."offset") IN (
                    SELECT (file, "offset") FROM part
                )
            )
        """
        return in_order_of_the_log(store, (Place(*each) for each in store.rows(places)))


def in_order_of_the_log(store: Store, places: Iterable[Place]) -> Iterator[Record]:
    """The records of lines, in the order of the names of their files."""
    paths = store.lines.paths
    found = sorted(store.lines.records(places), key=lambda each: (paths[each[1].file], each[1].offset))
    return (record for record, _ in found)


def chosen(asked: Asked, selections: Sequence[Selection], *, every_day: bool) -> Part:
    """What several selections choose, and what hangs together with that, at the cuts, or on any day.

    What is chosen by its id is there at whatever cuts.
    """
    holds = asked.known if every_day else asked.holds
    rows = f"{holds} AND ({any_of(map(asked.selected, selections))})"
    ids = sorted({of_id(each) for selection in selections for each in selection.ids or ()})
    named = one_of("id", ids)
    return Part(
        f"SELECT component FROM facts WHERE component <> 0 AND {rows}"
        f" UNION SELECT component FROM linked WHERE {named} UNION ({asked.handing_over(every_day=every_day)})",
        f"({rows}) OR {named}",
    )


def any_of(conditions: Iterable[str]) -> str:
    """The condition that one of these holds."""
    return " OR ".join(f"({each})" for each in conditions) or "false"


def changing(before: Asked, after: Asked, question: Sums) -> Part:
    """What adds otherwise to the sums of a question at one cut than at another, and what hangs together with that.

    Of a sum of which parts may report the same, because they are in the books of two, it is all that adds to it.
    """
    selection = question.selection
    if question.partly:  # what counts alike at both may lie in more periods at one
        one, other = (chosen(asked, [selection], every_day=False) for asked in (before, after))
        return Part(f"({one.components}) UNION ({other.components})", f"({one.alone}) OR ({other.alone})")
    conditions = [_counts(before) + " <> " + _counts(after)]
    for asked in (before, after):
        for key in _in_rival_books(asked, question):
            conditions.append(f"{asked.holds} AND {asked.selected(_with(selection, question, key))}")
    rows = f"{before.selected(selection)} AND ({any_of(conditions)})"
    handed = " UNION ".join(f"({asked.handing_over()})" for asked in (before, after))
    return Part(f"SELECT component FROM facts WHERE component <> 0 AND {rows} UNION {handed}", rows)


def _counts(asked: Asked) -> str:
    """How a row counts at some cuts: 0 not, 1 perhaps, 2 surely."""
    day = asked.cuts.as_of.toordinal()
    return f"(CASE WHEN NOT ({asked.holds}) THEN 0 WHEN certain <= {day} THEN 2 ELSE 1 END)"


def _in_rival_books(asked: Asked, question: Sums) -> Iterator[SumKey]:
    """The keys of sums that have facts in the books of two."""
    state = summed(asked, question).whole()
    for key, cells in state.cells.items():
        if not isinstance(key, Whole) and rivals(cell.books for cell in cells):
            yield key


def _with(selection: Selection, question: Sums, key: SumKey) -> Selection:
    """What is asked for of one key."""
    return evolve(selection, where=(*selection.where, *question.conditions(key)))
