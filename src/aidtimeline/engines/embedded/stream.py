"""The facts of a view one after another, from a store: as many as there are, in little memory.

A fact that has to do with no other is made of its row, and its line is read only if somebody asks for what the row does
not have. All others are made by the reference, of the records of their components and of those that fulfil or are
fulfilled, and stand in memory. Both come in the order of `Fact.rank`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrs import fields

from aidtimeline.engines.embedded.asked import Asked, Store, flag
from aidtimeline.engines.facts.linking import Place, id_of
from aidtimeline.engines.facts.rows import NEVER, Flag, decimal, moment, rank_of
from aidtimeline.events import EVENT_KINDS, Cancellation, Event, Nature
from aidtimeline.remembering import Remembered
from aidtimeline.semantics.accounts import Account, Alone
from aidtimeline.semantics.facts import UNDISPUTED, Fact, fact_from
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

AT_ONCE = 10_000
"""How many rows are taken from the database at once."""

_LAST_DAY = NEVER - 1

#: What is taken of a row. What else an event states is read from its line.
_COLUMNS = (
    *("id", "id_rest", "recorded", "known_from", f"least(latest, {_LAST_DAY})", "greatest(since, 1)", "flags"),
    *("quantity_low", "quantity_high", "quantity_places", "value_low", "value_high", "value_places"),
    *("date", "currency", "file", '"offset"', "line", "kind", "item", "donor", "recipient", "project", "unit"),
)
_PLACE, _KIND = _COLUMNS.index("file"), _COLUMNS.index("kind")

_ORDER = f"least(latest, {_LAST_DAY}), greatest(since, 1), known_from, recorded, id < 0, id, id_rest < 0, id_rest"
"""The order of `Fact.rank`. An id is a number with a sign here; as a text, those below zero come last."""


def facts(asked: Asked) -> Iterator[Fact]:
    """The facts of a view, as `aidtimeline.semantics.cut` gives them."""
    apart = iter([(rank_of(fact), fact) for fact in _not_alone(asked)])
    waiting = next(apart, None)
    for order, fact in _alone(asked):
        while waiting is not None and waiting[0] < order:
            yield waiting[1]
            waiting = next(apart, None)
        yield fact
    if waiting is not None:
        yield waiting[1]
    yield from (fact for _, fact in apart)


def _tied(store: Store) -> str:
    """The condition that the fact of a row is of no component, but has to do with promises, or does not fit."""
    kind = store.numbers("kind").get(Cancellation.kind, -1)
    fulfils = f"kind = {kind} OR id IN (SELECT promise FROM fulfils)"
    return f"(component = 0 AND ({flag(Flag.FULFILLING | Flag.LARGE)} OR {fulfils}))"


def _not_alone(asked: Asked) -> tuple[Fact, ...]:
    """The facts that the reference makes, in their order."""
    linked, tied = (f'SELECT file, "offset", line FROM {table}' for table in ("linked", "facts"))
    found = asked.store.rows(f"{linked} UNION {tied} WHERE {_tied(asked.store)}")
    return asked.cuts.facts(asked.store.records(Place(*each) for each in found))


def _alone(asked: Asked) -> Iterator[tuple[tuple[Any, ...], Fact]]:
    """The facts that are made of rows, each with its place in the order."""
    store, made = asked.store, _Making(asked)
    rows = (
        f"SELECT {', '.join(_COLUMNS)} FROM facts"
        f" WHERE component = 0 AND {asked.holds} AND NOT {_tied(store)} ORDER BY {_ORDER}"
    )
    for batch in store.batches(rows, AT_ONCE):
        yield from map(made.fact, batch)


class _Making:
    """Makes facts of rows; equal values are one object."""

    def __init__(self, asked: Asked) -> None:
        self.store, self.as_of = asked.store, asked.cuts.as_of
        self.texts = {name: self.store.texts(name) for name in _COLUMNS[_KIND:]}
        self._dates = Remembered[int, DateRange](lambda number: DateRange.parse(self._text("date", number)))
        self._moments = Remembered[int, Any](moment)
        self._quantities = Remembered[Any, Quantity](_quantity)
        self._values = Remembered[Any, Money](
            lambda stated: Money(_quantity(stated[1:]), self._text("currency", stated[0]))
        )

    def _text(self, column: str, number: int) -> str:
        return str(self.store.texts(column)[number])

    def fact(self, row: tuple[Any, ...]) -> tuple[tuple[Any, ...], Fact]:
        """The fact of a row, with its place in the order."""
        name, rest, recorded, known, latest, first, flags, q_low, q_high, q_places, v_low, v_high, v_places = row[:13]
        quantity = value = None
        if flags & _QUANTIFIED:
            quantity = self._quantities[q_low, q_high, q_places, flags & _QUANTITY]
        if flags & _VALUED:
            value = self._values[row[14], v_low, v_high, v_places, flags & _VALUE]
        dated, planned, id_ = self._dates[row[13]], bool(flags & _PLANNED), id_of(name, rest)
        made = fact_from(
            _Behind(row, self),
            None,
            id=id_,
            recorded_at=moment(recorded),
            known_since=self._moments[known],
            base=id_,
            date=dated,
            quantity=quantity,
            value=value,
            disputed=UNDISPUTED,
            fulfils=(),
            planned=planned,
        )
        object.__setattr__(made, "__class__", FactOfRow)
        last = dated.latest
        if planned or last is None or last > self.as_of:
            object.__setattr__(made, "certain", False)
        if last is None or last > self.as_of:
            object.__setattr__(made, "by", self.as_of)
        return (latest, first, known, recorded, id_), made


def _quantity(stated: tuple[Any, ...]) -> Quantity:
    low, high, places, flags = stated
    end = None if flags & _OPEN else decimal(high, places)
    return Quantity(decimal(low, places), end, bool(flags & _ABOUT), not flags & _UP_TO)


# Plain numbers: a `Flag` takes ten times as long to look at.
_QUANTIFIED, _VALUED, _PLANNED = int(Flag.QUANTIFIED), int(Flag.VALUED), int(Flag.PLANNED)
_QUANTITY = int(Flag.QUANTITY_OPEN | Flag.QUANTITY_APPROXIMATE | Flag.QUANTITY_UP_TO)
_VALUE = int(Flag.VALUE_OPEN | Flag.VALUE_APPROXIMATE | Flag.VALUE_UP_TO)
_OPEN = int(Flag.QUANTITY_OPEN | Flag.VALUE_OPEN)
_ABOUT = int(Flag.QUANTITY_APPROXIMATE | Flag.VALUE_APPROXIMATE)
_UP_TO = int(Flag.QUANTITY_UP_TO | Flag.VALUE_UP_TO)


class _Behind:
    """What is behind a fact of a row: the row, and the line of its record, which is read once it is asked for."""

    __slots__ = ("_alone", "making", "row")

    def __init__(self, row: tuple[Any, ...], making: _Making) -> None:
        self.row, self.making = row, making
        self._alone: Alone | None = None

    @property
    def alone(self) -> Alone:
        """The record."""
        if self._alone is None:
            [record] = self.making.store.records([Place(*self.row[_PLACE : _PLACE + 3])])
            self._alone = Alone(record)
        return self._alone

    @property
    def event(self) -> Event:
        """`Fact.event`."""
        return self.alone.event

    @property
    def accounts(self) -> tuple[Account, ...]:
        """`Fact.accounts`."""
        return self.alone.accounts

    @property
    def members(self) -> tuple[str, ...]:
        """`Fact.members`."""
        return self.alone.members


class _OfRow:
    """A property that is read from the row."""

    def __init__(self, name: str) -> None:
        self.name, self.place = name, _COLUMNS.index(name)

    def __get__(self, fact: Any, owner: type) -> Any:
        if fact is None:
            return self
        behind: _Behind = fact.behind
        return behind.making.texts[self.name][behind.row[self.place]]


class FactOfRow(Fact):
    """A fact that reads from its row what the row has. It is equal to the fact that the reference makes."""

    __slots__ = ()

    if not TYPE_CHECKING:
        kind, item, donor, recipient = _OfRow("kind"), _OfRow("item"), _OfRow("donor"), _OfRow("recipient")
        project, unit = _OfRow("project"), _OfRow("unit")

    @property
    def nature(self) -> Nature:
        """What events of its kind are."""
        return EVENT_KINDS[self.kind].nature

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fact) and all(getattr(self, name) == getattr(other, name) for name in _COMPARED)

    def __hash__(self) -> int:
        return super().__hash__()

    def __reduce__(self) -> tuple[Any, ...]:
        """Elsewhere it is any other fact: the store is not there."""
        return Fact, super().__reduce__()[1]


FactOfRow.__qualname__ = Fact.__qualname__  # it prints as any other fact
_COMPARED = tuple(each.name for each in fields(Fact) if each.eq)
