"""The fields by which facts are grouped and chosen, and the choosing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.events import EVENT_KINDS
from aidtimeline.semantics import Fact
from aidtimeline.text.nearest import nearest
from aidtimeline.text.safe import shown
from aidtimeline.vocabulary import Vocabulary

T = TypeVar("T")
Value: TypeAlias = str | None
Where: TypeAlias = Mapping[str, Value | Iterable[Value]]
Getter: TypeAlias = Callable[[Fact, Vocabulary], Value]


def _dataset(fact: Fact, _: Vocabulary) -> Value:
    return next((source.dataset for source in fact.event.sources if source.dataset is not None), None)


def _category(fact: Fact, vocabulary: Vocabulary) -> Value:
    item = vocabulary.items.get(fact.item or "")
    return None if item is None else item.category


#: The names that `by` and `where` take. `via` is a key as a whole, its slugs joined by `+`.
FIELDS: Mapping[str, Getter] = {
    "item": lambda fact, _: fact.item,
    "donor": lambda fact, _: fact.donor,
    "recipient": lambda fact, _: fact.recipient,
    "via": lambda fact, _: "+".join(fact.via) or None,
    "project": lambda fact, _: fact.project,
    "package": lambda fact, _: fact.package,
    "kind": lambda fact, _: fact.kind,
    "location": lambda fact, _: None if fact.location is None else str(fact.location),
    "item-category": _category,
    "side": lambda fact, _: fact.side,
    "part-of": lambda fact, _: fact.part_of,
    "party": lambda fact, _: fact.party,
    "role": lambda fact, _: fact.role,
    "unit": lambda fact, _: fact.unit,
    "currency": lambda fact, _: fact.currency,
    "dataset": _dataset,
}


class Condition(NamedTuple):
    """A field that has to have one of some values, None for an empty one; `get` reads it."""

    name: str
    values: tuple[Value, ...]
    get: Getter


@frozen
class Selection:
    """Which facts are asked for: of these kinds (none: any), and with one of the values given for each field.

    With `ids` only these facts are.
    """

    kinds: tuple[str, ...]
    where: tuple[Condition, ...]
    vocabulary: Vocabulary
    ids: frozenset[str] | None = None

    def __contains__(self, fact: Fact) -> bool:
        return (
            (not self.kinds or fact.kind in self.kinds)
            and (self.ids is None or fact.id in self.ids)
            and all(get(fact, self.vocabulary) in values for _, values, get in self.where)
        )


def names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Names of fields in the order given, each checked; one may stand alone, and `_` may stand for `-`."""
    return tuple(_field(each) for each in _several("by", given, "a field or several"))


def select(kinds: str | Iterable[str] | None, where: Where | None, vocabulary: Vocabulary) -> Selection:
    """Choose facts by kind and by the values of fields; an empty text means that the field is empty, as None does."""
    if where is not None and not isinstance(where, Mapping):
        raise _unexpected("where", where, "a mapping such as {'item': 'truck'}")
    conditions = []
    for name, given in (where or {}).items():
        field, what, expected = _field(name), f"where {name}", "a text, None, or several of these"
        values = (None,) if given is None else tuple(_several(what, given, expected))
        for value in values:
            if not isinstance(value, str | None):
                raise _unexpected(what, value, expected)
        conditions.append(Condition(field, tuple(dict.fromkeys(value or None for value in values)), FIELDS[field]))
    return Selection(kinds_of(kinds), tuple(conditions), vocabulary)


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


def _field(name: str) -> str:
    known = str(name).replace("_", "-")
    if known not in FIELDS:
        raise UsageError(_no_such("field", name, FIELDS))
    return known


def _no_such(what: str, found: object, known: Iterable[str]) -> str:
    near = nearest(str(found), known)
    hint = "" if near is None else f"; did you mean {near}?"
    return f"there is no {what} {shown(found)}{hint} ({what}s: {', '.join(known)})"
