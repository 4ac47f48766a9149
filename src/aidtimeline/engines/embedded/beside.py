"""What stands beside sums, from a store: of plain rows the database says it, of the rest the reference does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from aidtimeline.engines.embedded.asked import Asked, flag
from aidtimeline.engines.embedded.sums import Plain, Total
from aidtimeline.engines.facts.linking import id_of
from aidtimeline.engines.facts.rows import Flag
from aidtimeline.projections.sums.beside import Beside, Endless, Gathering
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.tables import SumKey


def beside(asked: Asked, question: Sums) -> Beside:
    """What stands beside the sums of a question."""
    plain = Plain(asked, question)
    gathering = Gathering(question, asked.cuts.known_at)
    for fact in plain.handed_over():
        gathering.add(fact)
    groups = _add_plain(gathering, plain)
    few = set(filter(gathering.is_of_few, gathering.numbers))
    named = [group for key in few for group in groups.get(key, ())]
    if named:
        some = "true" if len(few) == len(gathering.numbers) else f"({plain.key_columns}) IN (VALUES {_listed(named)})"
        for fact in asked.facts_of(f"{plain.rows} AND {some}", plain.table):
            for key in {key for key, _ in question.piece.terms(fact)} & few:
                gathering.report(key, fact)
    return gathering.finish(_lone(gathering, plain))


def _listed(groups: Iterable[Sequence[int]]) -> str:
    return ", ".join(f"({', '.join(map(str, group))})" for group in groups)


def _add_plain(gathering: Gathering, plain: Plain) -> Mapping[SumKey, list[Sequence[int]]]:
    """Add what the rows say of each key; the numbers that they have in its columns."""
    groups: dict[SumKey, list[Sequence[int]]] = defaultdict(list)
    store = plain.asked.store
    columns = [*plain.columns, f"{plain.measure}_places", "side", "datasets", "kind", "item"]
    low = f"{plain.measure}_low <= CAST(power(10, {plain.measure}_places) AS BIGINT)"
    query = f"""
        SELECT {", ".join(f'"{column}"' for column in columns)}, {plain.totals(f"NOT {plain.is_open}")},
            count_if({plain.is_open}), bool_and(NOT ({plain.is_open}) OR {low}), count(*)
        FROM {plain.table} AS facts WHERE {plain.rows} GROUP BY ALL
    """
    datasets, kinds, items = (store.texts(name) for name in ("datasets", "kind", "item"))
    for place, row in enumerate(store.rows(query)):
        *numbers, places, side, dataset, kind, item = row[: len(columns)]
        *closed, opens, some, number = row[len(columns) :]
        key, cell = plain.key(numbers), plain.cell(side, dataset)
        groups[key].append(numbers)
        gathering.numbers[key] += number
        gathering.items.add(items[item])
        of: Any = datasets[dataset] or ()
        gathering.datasets[key].update(of)
        alike = SimpleNamespace(id=f"row {place}", line=None, group=None)
        gathering.put(alike, cell, key)
        if number > opens:
            plain.add(gathering.closed, key, cell, places, Total(*closed))
        if opens:
            found = Endless(opens, (str(kinds[kind]),), some)
            gathering.endless[key] = found.plus(gathering.endless.get(key))
    return groups


def _lone(gathering: Gathering, plain: Plain) -> frozenset[str]:
    """The ids of facts that are part of something that the log does not have."""
    asked = plain.asked
    plain_ids = set()
    if asked.store.flags & Flag.LONE:
        holds = f"{asked.holds} AND {plain.asked_for}"
        rows = asked.store.rows(f"SELECT DISTINCT id, id_rest FROM facts WHERE {flag(Flag.LONE)} AND {holds}")
        plain_ids = {id_of(*each) for each in rows}
    gathering.ids.update(plain_ids)
    return asked.cuts.belief(asked.store.of_components(asked.handing_over())).overlap.lone | plain_ids
