"""The values that a log and its vocabulary know in each field, and questions that ask for something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from attrs import field, frozen

from aidtimeline.errors import MisspeltValue
from aidtimeline.events import (
    EVENT_KINDS,
    ROLES,
    SIDES,
    TIED,
    Amendment,
    Correction,
    Corroboration,
    Event,
    Record,
    Retraction,
    stated,
)
from aidtimeline.text.nearest import folded, misspelt
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import Money
from aidtimeline.values.dates import DateRange
from aidtimeline.values.periods import PERIODS
from aidtimeline.values.shares import Shares
from aidtimeline.vocabulary import SLUG_FIELDS, Vocabulary

Said = Event | Corroboration


def _shared(name: str) -> Callable[[Said], Iterable[str]]:
    def read(event: Said) -> Iterable[str]:
        value = getattr(event, name, None)
        return value.slugs if isinstance(value, Shares) else (value,) if value else ()

    return read


def _text(name: str) -> Callable[[Said], Iterable[str]]:
    def read(event: Said) -> Iterable[str]:
        value = stated(event, name, str)
        return () if value is None else (value,)

    return read


def _currencies(event: Said) -> Iterable[str]:
    value = stated(event, "value", Money)
    return () if value is None else (value.currency,)


def _datasets(event: Event | Amendment) -> Iterable[str]:
    return (source.dataset for source in event.sources if source.dataset is not None)


# How the values of a field are read, if it is not a text of that name, and the fields whose values may be only these.
_READ: Mapping[str, Callable[[Said], Iterable[str]]] = {
    "via": lambda event: stated(event, "via", tuple) or (),
    "location": _shared("location"),
    **{name: _shared(name.replace("-", "_")) for name in ("sector", "scope", "aid-type")},
    "period": lambda event: () if (found := stated(event, "period", DateRange)) is None else (found.text,),
    "currency": _currencies,
    "dataset": _datasets,
}
_WORDS: Mapping[str, Iterable[str]] = {
    "kind": EVENT_KINDS,
    "role": ROLES,
    "side": SIDES,
    "tied": TIED,
    "humanitarian": ("true", "false"),
}


_OF_DAYS = frozenset((*PERIODS, "period"))
"""Fields of which any day may be asked for, said or not."""


def values_said(event: Event | Amendment, name: str) -> Iterable[str]:
    """The values that an event has in a field, also in a correction: also the datasets that this is reported in.

    >>> from aidtimeline import EventLog
    >>> [record, *_] = EventLog("events").read()
    >>> list(values_said(record.event, "party"))
    ['JP']
    """
    found: list[str] = []
    while isinstance(event, Correction):
        if name == "dataset":
            found += _datasets(event)
        event = event.event
    return found if isinstance(event, Retraction) else (*found, *_reader(name)(event))


@cache
def _reader(name: str) -> Callable[[Said], Iterable[str]]:
    return _READ.get(name) or _text(name.replace("-", "_"))


@frozen
class Unknown:
    """A value that is asked for and that nobody knows in this field; `meant` are known ones that are spelt like it."""

    field: str
    value: str
    meant: tuple[str, ...]

    def __str__(self) -> str:
        return f"no {self.field} is {shown(self.value)}"


@frozen(slots=False)
class Known:
    """What the records of a log and its vocabulary know, at whatever cuts. Parties are known in all roles.

    `said` gives the values that the records have in a field, and `found` has what is known already.

    >>> from aidtimeline import Timeline
    >>> known = Timeline.open("events").known
    >>> [(str(each), each.meant) for each in known.unknown([("item", ("Trucks", "truck", "balloon"))])]
    [("no item is 'Trucks'", ('truck',)), ("no item is 'balloon'", ())]
    """

    said: Callable[[str], Iterable[str]] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    found: dict[str, frozenset[str]] = field(factory=dict, repr=False, eq=False)

    @classmethod
    def of(cls, records: Iterable[Record], vocabulary: Vocabulary) -> Known:
        """What records and a vocabulary know."""
        records = tuple(records)
        return cls(lambda name: (value for record in records for value in values_said(record.event, name)), vocabulary)

    def check(self, conditions: Iterable[tuple[str, Iterable[str | None], object]]) -> None:
        """Raise `MisspeltValue` if a value that is asked for is unknown, while one that is spelt like it is known."""
        for each in self.unknown((name, values) for name, values, _ in conditions):
            if each.meant:
                raise MisspeltValue(f"{each}; did you mean {' or '.join(each.meant)}?")

    def unknown(self, conditions: Iterable[tuple[str, Iterable[str | None]]]) -> list[Unknown]:
        """The values of these conditions, by field, that are unknown."""
        return [
            Unknown(name, each, self._meant(name, each))
            for name, values in conditions
            for value in values
            if value is not None and name not in _OF_DAYS and value not in self.values(name)
            for each in (value.split("+") if name == "via" else (value,))
            if each not in self.values(name)
        ]

    def _meant(self, name: str, value: str) -> tuple[str, ...]:
        """The known values that this one, which is not known, is a misspelling or another name of: three at most."""
        spelt = self._spelt(name)
        same = spelt.get(folded(value))
        if same:
            return tuple(sorted(same))[:3]
        near = misspelt(folded(value), spelt)
        return tuple(dict.fromkeys(slug for each in near for slug in sorted(spelt[each])))[:3]

    def values(self, name: str) -> frozenset[str]:
        """The values known in a field."""
        if name not in self.found:
            self.found[name] = frozenset(self._read(name))
        return self.found[name]

    def _read(self, name: str) -> Iterator[str]:
        if name in _WORDS:
            yield from _WORDS[name]
            return
        if name == "item-category":
            yield from (each.category for each in self.vocabulary.items.values() if each.category is not None)
            return
        part = SLUG_FIELDS.get(name)
        yield from self.vocabulary.part(name)
        for each in [each for each in SLUG_FIELDS if SLUG_FIELDS[each] == part] if part else [name]:
            yield from self.said(each)

    def _spelt(self, name: str) -> Mapping[str, set[str]]:
        """The known values by all that they are called, without case, spaces and hyphens."""
        spelt: dict[str, set[str]] = defaultdict(set)
        for value in self.values(name):
            spelt[folded(value)].add(value)
        for called, slug in self.vocabulary.called(name):
            spelt[folded(called)].add(slug)
        return spelt
