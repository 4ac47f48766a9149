"""The facts that no row stands for, as rows of their own, each with the reason: they must not just be added up.

The reference says what they are, at each date of knowledge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from attrs import Factory, define

from aidtimeline.engines.embedded.asked import Store, flag
from aidtimeline.engines.facts.columns import NUMBER_COLUMNS, Codes, Columns
from aidtimeline.engines.facts.components import HandOver
from aidtimeline.engines.facts.linking import Place, of_id, rest_of_id
from aidtimeline.engines.facts.rows import (
    EVER,
    NEVER,
    NO_AMOUNT,
    TEXT_COLUMNS,
    Amount,
    Flag,
    Row,
    amounts_of,
    first_day,
    instant,
    last_day,
    moment,
    row_of,
)
from aidtimeline.events import Event, Record
from aidtimeline.projections.fields import is_shared
from aidtimeline.semantics import Fact, believe, phases
from aidtimeline.semantics.amendments import known_by
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.recorded import Recorded

UNDECIDED = "undecided"
"""Another fact may have replaced it, or not."""
OVERLAP = "overlap"
"""It may report the same as another, or is part of one."""
CANCELLED = "cancelled"
"""It takes an amount off others."""
SHARES = "shares"
"""It is of several places or sectors, each with a share."""
SIZE = "size"
"""An amount has more digits than fit into the columns of numbers."""
BOOKS = "books"
"""It is in books that may report the same as others: the receiver's, or those of one of several datasets."""
LINKED = "linked"
"""It hangs together with such a fact."""

NAMES = ("id", "id_rest", "entry", *Row._fields[Row._fields.index("component") : Row._fields.index("quantity")])
"""The columns of a row that are whole numbers, but for its place and its flags."""

Linked = Sequence[tuple[Record, Place]]


@define
class Thought:
    """Rows of facts that are handed over: their columns, and beside them reason and amounts as texts."""

    columns: Columns
    why: list[str] = Factory(list)
    quantity: list[str | None] = Factory(list)
    value: list[str | None] = Factory(list)

    @classmethod
    def of(cls, store: Store) -> Thought:
        """Those of a store."""
        texts = {name: Codes(store.numbers(name).get, len(store.texts(name)) - 1) for name in TEXT_COLUMNS}
        found = cls(Columns(texts))
        for fact, row in (*_in_components(store), *_too_large(store)):
            found.columns.add([row])
            found.why.append(_reason(fact))
            found.quantity.append(None if fact is None or fact.quantity is None else fact.quantity.text)
            found.value.append(None if fact is None or fact.value is None else fact.value.amount.text)
        return found


def _reason(fact: Fact | None) -> str:
    """Why a fact is handed over."""
    if fact is None:
        return LINKED
    reasons = {
        UNDECIDED: fact.group is not None,
        OVERLAP: fact.line is not None,
        CANCELLED: fact.takes_off is not None,
        SHARES: is_shared(fact),
        SIZE: None in amounts_of(fact),
    }
    return next((reason for reason, is_so in reasons.items() if is_so), LINKED)


def _in_components(store: Store) -> Iterator[tuple[Fact | None, Row]]:
    """The facts of components, wherever they are handed over."""
    handed_over: dict[int, list[HandOver]] = defaultdict(list)
    names = "component, known_from, known_to, since, until, whole"
    for each in store.rows(f"SELECT {names} FROM handed_over ORDER BY ALL"):
        handed_over[each[0]].append(HandOver(*each))
    query = "component IN (SELECT component FROM handed_over)"
    places = {
        Place(*place): component
        for component, *place in store.rows(f'SELECT component, file, "offset", line FROM linked WHERE {query}')
    }
    linked: dict[int, list[tuple[Record, Place]]] = defaultdict(list)
    for record, place in store.lines.records(places):
        linked[places[place]].append((record, place))
    for component in sorted(handed_over):
        yield from _of_component(component, linked[component], handed_over[component])


def _of_component(component: int, linked: Linked, handed_over: Sequence[HandOver]) -> Iterator[tuple[Fact | None, Row]]:
    replayed = Recorded.of(record for record, _ in linked)
    places = {record.id: place for record, place in linked}
    recorded = max(instant(record.recorded_at) for record, _ in linked)
    for known, several in groupby(handed_over, key=attrgetter("known_from", "known_to")):
        if known[0] == EVER:  # it is too large to be replayed at every date of knowledge
            yield from ((None, _bare(record, place, known, component)) for record, place in linked if _is_event(record))
            continue
        is_whole = any(each.whole for each in several)
        belief = believe_at(replayed, known_by(moment(known[0])))
        spans: dict[str, list[tuple[int, int, int, Fact]]] = defaultdict(list)
        for phase in sorted(phases(belief), key=lambda each: first_day(each.since)):
            if is_whole or len(phase.facts) > 1 or phase.facts[0].group is not None:
                since, until = first_day(phase.since), last_day(phase.until)
                for fact in phase.facts:
                    _lengthen(spans[fact.id], since, until, fact)
        for each, own in sorted(spans.items()):
            for since, certain, until, fact in own:
                days = since, certain, until
                yield fact, row_of(fact, places[each], known=known, days=days, component=component, recorded=recorded)


def _lengthen(spans: list[tuple[int, int, int, Fact]], since: int, until: int, fact: Fact) -> None:
    """Add days to those on which a fact counts; they go on from the last ones if it counts in the same way."""
    if spans and spans[-1][2] == since:
        before, certain, end, same = spans[-1]
        if (same.group is None) == (fact.group is None) and (certain < end) <= fact.certain:
            certain = min(certain, since) if fact.certain else until
            spans[-1] = before, certain, until, fact
            return
    spans.append((since, since if fact.certain else until, until, fact))


def _is_event(record: Record) -> bool:
    return isinstance(record.event, Event)


def _bare(record: Record, place: Place, known: tuple[int, int], component: int) -> Row:
    """The row of a record of which nothing is said but that it is there."""
    texts = tuple(record.event.kind if name == "kind" else None for name in TEXT_COLUMNS)
    ids = of_id(record.id), rest_of_id(record.id)
    recorded, amounts = instant(record.recorded_at), (NO_AMOUNT, NO_AMOUNT)
    return Row(texts, *ids, 0, place, component, recorded, *known, EVER, NEVER, NEVER, NEVER, *amounts, 0)


def _too_large(store: Store) -> Iterator[tuple[Fact, Row]]:
    """The facts that are alone and have an amount that does not fit."""
    names = [*TEXT_COLUMNS, *NUMBER_COLUMNS]
    listed = ", ".join(f'"{name}"' for name in names)
    found: Mapping[Place, Mapping[str, int]] = {
        Place(row["file"], row["offset"], row["line"]): row
        for row in (
            dict(zip(names, values, strict=True))
            for values in store.rows(f"SELECT {listed} FROM facts WHERE component = 0 AND {flag(Flag.LARGE)}")
        )
    }
    for record, place in store.lines.records(found):
        row = found[place]
        texts = tuple(store.texts(name)[row[name]] for name in TEXT_COLUMNS)
        quantity, value = (
            Amount(row[f"{name}_low"], row[f"{name}_high"], row[f"{name}_places"]) for name in ("quantity", "value")
        )
        numbers = [row[name] for name in NAMES]
        [fact] = believe([record]).facts
        yield fact, Row._make((texts, *numbers[:3], place, *numbers[3:], quantity, value, row["flags"]))
