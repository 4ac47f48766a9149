"""Facts made of the rows of a store, offhand: each field when it is asked for, for many rows at once.

What rows do not have is asked of the reference: the event and its accounts of the records of a component, and what a
fact has to do with promises of all records that are tied to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import fields

from aidtimeline.engines.embedded.asked import Asked, flag
from aidtimeline.engines.facts.linking import Place, id_of
from aidtimeline.engines.facts.rows import FIELD_COLUMNS, NEVER, Flag, decimal, moment
from aidtimeline.events import EVENT_KINDS, Cancellation, Event
from aidtimeline.projections.fields import SHARED
from aidtimeline.remembering import Remembered
from aidtimeline.semantics.accounts import Account, Alone
from aidtimeline.semantics.facts import UNDISPUTED, Fact, changed
from aidtimeline.semantics.lines import Keeps, PromiseLine
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

AHEAD = 256
"""How many lines are read at once where facts are asked for what only their lines have, one after another."""

# Plain numbers: a `Flag` takes ten times as long to look at.
_PLANNED, _DISPUTED, _FULFILLING = int(Flag.PLANNED), int(Flag.DISPUTED), int(Flag.FULFILLING)
_QUANTIFIED, _VALUED = int(Flag.QUANTIFIED), int(Flag.VALUED)
_QUANTITY = _QUANTIFIED | int(Flag.QUANTITY_OPEN | Flag.QUANTITY_APPROXIMATE | Flag.QUANTITY_UP_TO)
_VALUE = _VALUED | int(Flag.VALUE_OPEN | Flag.VALUE_APPROXIMATE | Flag.VALUE_UP_TO)
_OPEN = int(Flag.QUANTITY_OPEN | Flag.VALUE_OPEN)
_ABOUT = int(Flag.QUANTITY_APPROXIMATE | Flag.VALUE_APPROXIMATE)
_UP_TO = int(Flag.QUANTITY_UP_TO | Flag.VALUE_UP_TO)


def _amount(stated: tuple[int, int, int, int]) -> Quantity | None:
    low, high, places, flags = stated
    if not flags & (_QUANTIFIED | _VALUED):
        return None
    end = None if flags & _OPEN else decimal(high, places)
    return Quantity(decimal(low, places), end, bool(flags & _ABOUT), not flags & _UP_TO)


class Making:
    """What makes facts of one question: equal values are one object, and the reference is asked once."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.as_of = asked, asked.cuts.as_of
        self.dates = Remembered[int, DateRange](lambda number: DateRange.parse(str(asked.store.texts("date")[number])))
        self.amounts = Remembered[tuple[int, int, int, int], Quantity | None](_amount)
        self.values = Remembered[tuple[int, int, int, int, int], Money | None](self._money)
        self._components = Remembered[int, Mapping[str, Fact]](self._component, 1_000)

    def _money(self, stated: tuple[int, int, int, int, int]) -> Money | None:
        amount = self.amounts[stated[:4]]
        return None if amount is None else Money(amount, str(self.asked.store.texts("currency")[stated[4]]))

    def _component(self, number: int) -> Mapping[str, Fact]:
        return {fact.id: fact for fact in self.asked.cuts.facts(self.asked.store.of_components(str(number)))}

    def of_component(self, number: int, fact_id: str) -> Fact:
        """A fact as the reference makes it of the records of its component: what it has to do with promises apart."""
        return self._components[number][fact_id]

    def tied(self, fact_id: str) -> Fact | None:
        """A fact as the reference makes it of all records that are tied to others; None: it is not tied."""
        return self._tied.get(fact_id)

    @cached_property
    def _tied(self) -> Mapping[str, Fact]:
        store = self.asked.store
        kind = store.numbers("kind").get(Cancellation.kind, -1)
        alone = f"{flag(Flag.FULFILLING)} OR kind = {kind} OR id IN (SELECT promise FROM fulfils)"
        found = store.rows(
            'SELECT file, "offset", line FROM linked'
            f' UNION SELECT file, "offset", line FROM facts WHERE component = 0 AND ({alone})'
        )
        return {fact.id: fact for fact in self.asked.cuts.facts(store.records(Place(*each) for each in found))}

    # What `Promising` promises.

    def line(self, fact: Fact) -> PromiseLine | None:
        """`Fact.promised`."""
        found = self.tied(fact.id)
        return None if found is None else found.promised

    def keeps(self, fact: Fact) -> Keeps | None:
        """`Fact.keeps`."""
        found = self.tied(fact.id)
        return None if found is None else found.keeps


class Rows:
    """Some rows, as arrays by the names of columns; what is made of a column is made for all rows at once, and kept.

    An attribute named as a field is the list of its values.
    """

    def __init__(self, making: Making, arrays: Mapping[str, Any]) -> None:
        self.making, self._arrays = making, arrays
        self.number = len(arrays["id"])
        self._alone: dict[int, Alone] = {}
        self._last = -2

    def facts(self) -> Iterator[FactOfRow]:
        """The fact of each row."""
        new, rows, at = object.__new__, _set_rows, _set_at
        for number in range(self.number):
            fact: FactOfRow = new(FactOfRow)
            rows(fact, self)
            at(fact, number)
            yield fact

    def ranks(self) -> Iterator[tuple[int, int, int, int, str]]:
        """`rank_of` each fact."""
        columns = (self._column(name) for name in ("latest", "first", "fact_known", "fact_recorded"))
        for latest, first, known, recorded, name, rest in zip(*columns, self.names, self.rests, strict=True):
            yield min(latest, NEVER - 1), max(first, 1), known, recorded, id_of(name, rest)

    def alone(self, at: int) -> Alone:
        """The record of a fact that is of no component; its line is read, and others with it if all are asked for."""
        found = self._alone.get(at)
        if found is None:
            numbers = range(at, min(at + AHEAD, self.number)) if self._last == at - 1 else range(at, at + 1)
            places = {self._place(number): number for number in numbers if not self.components[number]}
            store = self.making.asked.store
            made = {places[place]: Alone(record) for record, place in store.lines.records(places)}
            self._alone, found = made, made[at]  # another thread may keep others meanwhile
        self._last = at
        return found

    def _place(self, at: int) -> Place:
        return Place(*(int(self._arrays[name][at]) for name in Place._fields))

    def _column(self, name: str) -> list[int]:
        found: list[int] = self._arrays[name].tolist()
        return found

    def _numbers(self, of: str, which: int) -> Iterator[tuple[int, int, int, int]]:
        flags = (self._arrays["flags"] & which).tolist()
        return zip(*(self._column(f"{of}_{name}") for name in ("low", "high", "places")), flags, strict=True)

    def __getattr__(self, name: str) -> Any:
        make = _FIELDS.get(name)
        if make is not None:
            found = make(self)
        elif name in _TEXTS:
            column = _TEXTS[name]
            texts = [_TEXTUAL.get(name, _same)(text) for text in self.making.asked.store.texts(column)]
            found = list(map(texts.__getitem__, self._column(column)))
        else:
            raise AttributeError(name)
        setattr(self, name, found)
        return found


def _same(text: Any) -> Any:
    return text


#: The fields of a fact that are columns of texts.
_TEXTS: Mapping[str, str] = {name.replace("-", "_"): name for name in (*FIELD_COLUMNS, "via", *SHARED, "datasets")}
#: Those that a fact has in another form.
_TEXTUAL: Mapping[str, Callable[[Any], Any]] = {
    "via": lambda text: text or (),
    "datasets": lambda text: frozenset(text or ()),
    "humanitarian": lambda text: None if text is None else text == "true",
    "period": lambda text: None if text is None else DateRange.parse(text),
}

#: The columns of a table of facts that facts are made of; `first`, `fact_known` and `fact_recorded` come with them.
COLUMNS = (
    *_TEXTS.values(),
    *("date", "id", "id_rest", "component", "latest", "certain", "flags"),
    *(f"{of}_{name}" for of in ("quantity", "value") for name in ("low", "high", "places")),
    *Place._fields,
)

#: What else is made of columns for all rows at once.
_FIELDS: Mapping[str, Callable[[Rows], Sequence[Any]]] = {
    "names": lambda rows: rows._column("id"),
    "rests": lambda rows: rows._column("id_rest"),
    "components": lambda rows: rows._column("component"),
    "flags": lambda rows: rows._column("flags"),
    "known": lambda rows: rows._column("fact_known"),
    "recorded": lambda rows: rows._column("fact_recorded"),
    "date": lambda rows: list(map(rows.making.dates.__getitem__, rows._column("date"))),
    "quantity": lambda rows: list(map(rows.making.amounts.__getitem__, rows._numbers("quantity", _QUANTITY))),
    "value": lambda rows: [
        rows.making.values[*stated, currency]
        for stated, currency in zip(rows._numbers("value", _VALUE), rows._column("currency"), strict=True)
    ],
    "planned": lambda rows: (rows._arrays["flags"] & _PLANNED != 0).tolist(),
    "certain": lambda rows: (rows._arrays["certain"] <= rows.making.as_of.toordinal()).tolist(),
    "open": lambda rows: (rows._arrays["latest"] > rows.making.as_of.toordinal()).tolist(),
}


class _BehindRow:
    """What is behind a fact of a row, which is read once it is asked for."""

    __slots__ = ("_fact",)

    def __init__(self, fact: FactOfRow) -> None:
        self._fact = fact

    @property
    def _found(self) -> Fact | Alone:
        return self._fact.of_component or self._fact.rows.alone(self._fact.at)

    @property
    def event(self) -> Event:
        """`Fact.event`."""
        return self._found.event

    @property
    def accounts(self) -> tuple[Account, ...]:
        """`Fact.accounts`."""
        return self._found.accounts

    @property
    def members(self) -> tuple[str, ...]:
        """`Fact.members`."""
        return self._found.members


def _of_column(name: str) -> Any:
    """A property that is read from a column of the rows."""
    column = attrgetter(name)
    return property(lambda fact: column(fact.rows)[fact.at])


def _fulfils(fact: Any) -> tuple[str, ...]:
    """`Fact.fulfils`."""
    found = fact.promises.tied(fact.id)
    return () if found is None else found.fulfils


_COMPARED = tuple(each.name for each in fields(Fact) if each.eq)


def _equal(fact: Fact, other: object) -> bool:
    return isinstance(other, Fact) and all(getattr(fact, name) == getattr(other, name) for name in _COMPARED)


def _hash(fact: Fact) -> int:
    return Fact.__hash__(fact)


def _reduced(fact: Fact) -> tuple[Any, ...]:
    """Elsewhere it is any other fact: the store is not there."""
    return Fact, Fact.__reduce__(fact)[1]


class FactOfRow(Fact):
    """A fact that reads from its row what the row has. It is equal to the fact that the reference makes."""

    __slots__ = ("at", "rows")
    rows: Rows
    at: int

    if not TYPE_CHECKING:
        group = line = takes_off = None
        id = property(lambda self: id_of(self.rows.names[self.at], self.rows.rests[self.at]))
        recorded_at = property(lambda self: moment(self.rows.recorded[self.at]))
        known_since = property(lambda self: moment(self.rows.known[self.at]))
        by = property(lambda self: self.rows.making.as_of if self.rows.open[self.at] or self.planned else None)
        base = property(lambda self: self.of_component.base if self.rows.components[self.at] else self.id)
        disputed = property(
            lambda self: self.of_component.disputed if self.rows.flags[self.at] & _DISPUTED else UNDISPUTED
        )
        fulfils = property(lambda self: _fulfils(self) if self.rows.flags[self.at] & _FULFILLING else ())
        behind = property(_BehindRow)
        promises = property(lambda self: self.rows.making)
        nature = property(lambda self: EVENT_KINDS[self.kind].nature)

    @property
    def of_component(self) -> Fact | None:
        """The fact as the reference makes it of the records of its component; None: it is alone."""
        component = self.rows.components[self.at]
        return self.rows.making.of_component(component, self.id) if component else None

    __eq__, __hash__, __reduce__ = _equal, _hash, _reduced


for _name in (*_TEXTS, *("date", "quantity", "value", "planned", "certain")):
    setattr(FactOfRow, _name, _of_column(_name))


class HandedOver(Fact):
    """A fact that the reference has made of the records of its component. It asks it again for promises."""

    __slots__ = ()

    @classmethod
    def of(cls, fact: Fact, making: Making) -> HandedOver:
        """A fact, which is equal to it."""
        made = changed(fact, promises=making)
        object.__delattr__(made, "fulfils")
        object.__setattr__(made, "__class__", cls)
        return made  # type: ignore[return-value]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Ask the reference for what is about promises."""
            made = _fulfils(self) if name == "fulfils" else super().__getattr__(name)
            object.__setattr__(self, name, made)
            return made

    __eq__, __hash__, __reduce__ = _equal, _hash, _reduced


for _class in (FactOfRow, HandedOver):
    _class.__qualname__ = Fact.__qualname__  # they print as any other fact
_set_rows, _set_at = (FactOfRow.__dict__[_name].__set__ for _name in ("rows", "at"))
