"""The fields by which facts are grouped and chosen, and the choosing.

A fact has one value in most fields. Several parties of `via` are one value as a whole. A fact whose place or sector is
shared has several values, and belongs to each with a part of what it states; so has one whose date may lie in several
years, quarters or months (see `aidtimeline.projections.dated`). The `period` that money is for may be asked for by any
other: what lies within it is asked for, and what reaches beyond it in part, nobody says in which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import product
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from attrs import evolve, field, frozen

from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.events import EVENT_KINDS
from aidtimeline.projections.dated import DATED, MAYBE, days_of, may_lie_in, periods_of
from aidtimeline.semantics import Fact
from aidtimeline.text.nearest import nearest
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import DateRange
from aidtimeline.values.periods import Period, read, text_of
from aidtimeline.values.shares import (
    ALL,
    NOTHING,
    Portion,
    Shares,
    one_whole,
    plain_aid_type,
    plain_sector,
    portion,
    vocabulary_of,
)
from aidtimeline.values.words import TIED
from aidtimeline.vocabulary import Vocabulary

T = TypeVar("T")
Value: TypeAlias = str | None
Where: TypeAlias = Mapping[str, Value | bool | Iterable[Value | bool]]
Getter: TypeAlias = Callable[[Fact, Vocabulary], Value]


def _dataset(fact: Fact, _: Vocabulary) -> Value:
    return fact.dataset


def _category(fact: Fact, vocabulary: Vocabulary) -> Value:
    item = vocabulary.items.get(fact.item or "")
    return None if item is None else item.category


def in_words(flag: bool | None) -> Value:
    """True or false as a value of a field."""
    return None if flag is None else str(flag).lower()


def together(parties: Iterable[str]) -> Value:
    """Several parties as one value of a field, in whatever order they are given; None if there are none."""
    return "+".join(sorted({party for party in parties if party})) or None


#: The names that `by` and `where` take, beside `DATED`. `via` is a key as a whole, its slugs joined by `+`.
FIELDS: Mapping[str, Getter] = {
    "item": lambda fact, _: fact.item,
    "donor": lambda fact, _: fact.donor,
    "recipient": lambda fact, _: fact.recipient,
    "via": lambda fact, _: together(fact.via),
    "project": lambda fact, _: fact.project,
    "package": lambda fact, _: fact.package,
    "kind": lambda fact, _: fact.kind,
    "location": lambda fact, _: None if fact.location is None else str(fact.location),
    "sector": lambda fact, _: None if fact.sector is None else str(fact.sector),
    "humanitarian": lambda fact, _: in_words(fact.humanitarian),
    "scope": lambda fact, _: None if fact.scope is None else str(fact.scope),
    "aid-type": lambda fact, _: None if fact.aid_type is None else str(fact.aid_type),
    "tied": lambda fact, _: fact.tied,
    "period": lambda fact, _: None if fact.period is None else fact.period.text,
    "item-category": _category,
    "indicator": lambda fact, _: fact.indicator,
    "side": lambda fact, _: fact.side,
    "counterpart": lambda fact, _: fact.counterpart,
    "part-of": lambda fact, _: fact.part_of,
    "party": lambda fact, _: fact.party,
    "role": lambda fact, _: fact.role,
    "unit": lambda fact, _: fact.unit,
    "currency": lambda fact, _: fact.currency,
    "dataset": _dataset,
}


#: The fields that may be shared, and what tells apart shares of different wholes: each vocabulary has all sectors.
SHARED: Mapping[str, tuple[Callable[[Fact], str | Shares | None], Callable[[str], str]]] = {
    "location": (lambda fact: fact.location, one_whole),
    "sector": (lambda fact: fact.sector, vocabulary_of),
    "scope": (lambda fact: fact.scope, vocabulary_of),
    "aid-type": (lambda fact: fact.aid_type, vocabulary_of),
}
_shared = attrgetter("location", "sector", "scope", "aid_type")
PARTLY = frozenset((*SHARED, "period"))
"""The fields in which only a part of a fact may be asked for."""

Key: TypeAlias = tuple[Value, ...]


def _in_no_time(_: Fact, __: Vocabulary) -> Value:
    """The date of a fact has no one value: it may lie in several periods."""
    raise TypeError("a date may lie in several periods")


class Condition(NamedTuple):
    """A field that has to have one of some values, None for an empty one; `get` reads it."""

    name: str
    values: tuple[Value, ...]
    get: Getter

    @classmethod
    def of(cls, name: str, *values: Value) -> Condition:
        """The condition that a field has one of some values."""
        return cls(name, values, FIELDS.get(name, _in_no_time))

    def allows(self, fact: Fact, vocabulary: Vocabulary) -> bool:
        """Whether a fact has one of the values, wholly or in part.

        Of `via` the parties may be asked for one by one, or as a whole, in any order.
        """
        if self.name in PARTLY:
            return self.portion(fact).most > 0
        if self.name in DATED:
            return may_lie_in(days_of(fact), self.name, self.values)
        return self.get(fact, vocabulary) in self.values or (
            self.name == "via" and not set(fact.via).isdisjoint(self.values)
        )

    def portion(self, fact: Fact) -> Portion:
        """How much of a fact has one of the values, in a field of which a part may be asked for."""
        if self.name == "period":
            return during(fact.period, self.values)
        stated, whole_of = SHARED[self.name]
        return portion(stated(fact), self.values, whole_of)


@frozen
class Selection:
    """Which facts are asked for: of these kinds (none: any), and with one of the values given for each field.

    With `ids` only these facts are. A fact whose place or sector is shared may be asked for in part, and one whose date
    is vague perhaps (`dated` are the conditions on its date); so may one that is for a longer period (`partly`).
    """

    kinds: tuple[str, ...]
    where: tuple[Condition, ...]
    vocabulary: Vocabulary
    ids: frozenset[str] | None = None
    dated: tuple[Condition, ...] = field(init=False, eq=False, repr=False)
    partly: bool = field(init=False, eq=False, repr=False)

    @dated.default
    def _dated(self) -> tuple[Condition, ...]:
        return tuple(each for each in self.where if each.name in DATED)

    @partly.default
    def _partly(self) -> bool:
        return any(each.name == "period" for each in self.where)

    def __contains__(self, fact: Fact) -> bool:
        if self.kinds and fact.kind not in self.kinds:
            return False
        if self.ids is not None and fact.id not in self.ids:
            return False
        return not self.where or all(each.allows(fact, self.vocabulary) for each in self.where)

    def keys(self, fact: Fact, names: tuple[str, ...]) -> Iterable[tuple[Key, Portion]]:
        """The keys of a fact that is asked for, by these fields, and how much of it belongs to each.

        In the place of a period may stand `aidtimeline.projections.dated.Somewhen`.
        """
        if self.dated or any_dated(names):
            return self._keys_by_date(fact, names)
        if self.partly or is_shared(fact):
            return self._keys_of_shares(fact, names)
        return [(tuple([FIELDS[name](fact, self.vocabulary) for name in names]), ALL)]

    def portion(self, fact: Fact) -> Portion:
        """How much of a fact is asked for, if it is asked for at all."""
        return next((share for _, share in self.keys(fact, ())), ALL)

    def _keys_by_date(self, fact: Fact, names: tuple[str, ...]) -> Iterator[tuple[Key, Portion]]:
        dated = [name for name in names if name in DATED]
        undated = evolve(self, where=tuple(each for each in self.where if each.name not in DATED))
        others = list(undated.keys(fact, tuple(name for name in names if name not in DATED)))
        asked = [(each.name, each.values) for each in self.dated]
        for periods, may_be in periods_of(days_of(fact), dated, asked):
            for key, share in others:
                rest, when = iter(key), iter(periods)
                values = tuple(next(when if name in DATED else rest) for name in names)
                yield cast(Key, values), share if may_be is ALL else may_be.and_(share)

    def _keys_of_shares(self, fact: Fact, names: tuple[str, ...]) -> Iterator[tuple[Key, Portion]]:
        conditions = {each.name: each for each in self.where if each.name in PARTLY}
        total = ALL
        for name, condition in conditions.items():
            if name not in names or name not in SHARED:
                total = total.and_(condition.portion(fact))
        columns: list[Collection[tuple[Value, Portion]]] = []
        for name in names:
            if name in SHARED:
                columns.append(_values(fact, name, conditions.get(name)))
            else:
                columns.append([(FIELDS[name](fact, self.vocabulary), ALL)])
        for values in product(*columns):
            share = total
            for _, each in values:
                share = share.and_(each)
            if share.most:
                yield tuple([value for value, _ in values]), share


def is_shared(fact: Any) -> bool:
    """Whether a fact or an event is shared among several places, sectors, types of aid or emergencies."""
    return any(type(each) is Shares for each in _shared(fact))


def during(period: DateRange | None, asked: Collection[Value]) -> Portion:
    """How much of what is for a period is for one of those asked for: all, some part that nobody states, or nothing."""
    if period is None:
        return ALL if None in asked else NOTHING
    first, last = _ends(period)
    found, begins = NOTHING, first
    for start, end in sorted(_ends(DateRange.parse(each)) for each in asked if each):
        if start <= last and first <= end:
            found = MAYBE
        if start <= begins <= end:
            if last <= end:
                return ALL
            begins = end + 1
    return found


def _ends(period: DateRange) -> tuple[int, int]:
    """The first and the last day as numbers; open ends lie beyond all days."""
    first, last = period.earliest, period.latest
    return 0 if first is None else first.toordinal(), _BEYOND if last is None else last.toordinal()


_BEYOND = date.max.toordinal() + 1


def _values(fact: Fact, name: str, condition: Condition | None) -> list[tuple[Value, Portion]]:
    """The values that a fact has in a field that may be shared, and how much of it belongs to each."""
    stated, whole_of = SHARED[name]
    found = stated(fact)
    values: tuple[Value, ...] = (None, *found.slugs) if isinstance(found, Shares) else (found,)
    asked = values if condition is None else [value for value in values if value in condition.values]
    return [(value, portion(found, (value,), whole_of)) for value in asked]


@lru_cache
def any_dated(names: tuple[str, ...]) -> bool:
    """Whether a field of the date is among these."""
    return not set(names).isdisjoint(DATED)


def names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Names of fields in the order given, each checked; one may stand alone, and `_` may stand for `-`.

    Raises `UsageError` for an unknown one.

    >>> names("item"), names(["donor", "item_category"])
    (('item',), ('donor', 'item-category'))
    """
    return tuple(_field(each, dated=True) for each in _several("by", given, "a field or several"))


def select(
    kinds: str | Iterable[str] | None, where: Where | None, vocabulary: Vocabulary, *, dated: bool = False
) -> Selection:
    """Choose facts by kind and by the values of fields; an empty text means that the field is empty, as None does.

    Only if `dated` may they be chosen by their year, quarter or month: a fact may then be asked for perhaps.
    """
    if where is not None and not isinstance(where, Mapping):
        raise _unexpected("where", where, "a mapping such as {'item': 'truck'}")
    conditions = []
    for name, given in (where or {}).items():
        field, what, expected = _field(name, dated=dated), f"where {name}", "a text, None, or several of these"
        values = (given,) if given is None or isinstance(given, bool) else tuple(_several(what, given, expected))
        for value in values:
            if not isinstance(value, str | None) and not (field == "humanitarian" and isinstance(value, bool)):
                raise _unexpected(what, value, expected)
        asked = tuple(dict.fromkeys(_as_facts_have_it(field, value) for value in values))
        conditions.append(Condition.of(field, *asked))
    return Selection(kinds_of(kinds), tuple(conditions), vocabulary)


def _as_facts_have_it(field: str, value: Value | bool) -> Value:
    """A value that is asked for, in the form in which facts have it."""
    if field in DATED:
        return _period(cast(Period, field), value)
    if isinstance(value, bool):
        return in_words(value)
    if field == "humanitarian" and value:
        if value.casefold() not in ("true", "false"):
            raise UsageError(f"humanitarian is true, false or empty, not {shown(value)}")
        return value.casefold()
    if field == "via" and value and "+" in value:
        return together(value.split("+"))
    if field == "tied" and value and value not in TIED:
        raise UsageError(_no_such("tied", value, TIED))
    if field == "period" and value:
        try:
            return DateRange.parse(value).text
        except InvalidValue as error:
            raise UsageError(f"where period: {error}") from None
    return _PLAIN.get(field, str)(value) if value else None


_PLAIN: Mapping[str, Callable[[str], str]] = {"sector": plain_sector, "aid-type": plain_aid_type}


def _period(name: Period, value: Any) -> str:
    try:
        return text_of(name, read(name, value))
    except InvalidValue as error:
        raise UsageError(f"where {name}: {error}") from None


def kinds_of(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Kinds of events in the order given, each once and checked; one may stand alone."""
    kinds = () if given is None else tuple(dict.fromkeys(_several("kind", given, "a kind, several, or None for all")))
    for kind in kinds:
        if kind not in EVENT_KINDS:
            raise UsageError(_no_such("kind", kind, EVENT_KINDS))
    return kinds


def _several(what: str, given: str | Iterable[T], expected: str) -> Iterable[str | T]:
    """Several values; a text is one. Raises `UsageError` for anything else that is not iterable."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable):
        raise _unexpected(what, given, expected)
    return given


def _unexpected(what: str, found: object, expected: str) -> UsageError:
    return UsageError(f"{what}: found {shown(found)}, expected {expected}")


def _field(name: str, *, dated: bool) -> str:
    known = str(name).replace("_", "-")
    if known in DATED:
        if not dated:
            raise UsageError(f"only sums can be asked for by {known}: counts and money")
        return known
    if known not in FIELDS:
        raise UsageError(_no_such("field", name, (*FIELDS, *DATED) if dated else FIELDS))
    return known


def _no_such(what: str, found: object, known: Iterable[str]) -> str:
    near = nearest(str(found), known)
    hint = "" if near is None else f"; did you mean {near}?"
    return f"there is no {what} {shown(found)}{hint} ({what}s: {', '.join(known)})"
