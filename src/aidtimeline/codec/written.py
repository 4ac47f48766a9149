"""Events as they stand in a line: for each kind a struct of msgspec, made from the class of the kind.

A struct has the fields of its class in the same order, behind `v`, `id` and `recorded_at`, with the values that JSON
has: texts, whole numbers, tuples, and structs for sources, money and the event of a correction. A field that is not
written is None. So a new kind of event needs nothing here, and a new type of field one row in `FORMS`.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

import attrs
import msgspec
from attrs import frozen

from aidtimeline.codec.jsonlines import Token
from aidtimeline.codec.versions import version_of
from aidtimeline.errors import InvalidValue
from aidtimeline.events import AMENDMENT_KINDS, EVENT_KINDS, KINDS, Amendment, AnyEvent, Correction, Event, Source
from aidtimeline.values.amounts import MAX_DIGITS, Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import REMEMBERED, Shares
from aidtimeline.values.words import words_in


class Written(msgspec.Struct, tag_field="kind", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A line, or without `id` and `recorded_at` an event. The struct of each kind is a class derived from this one."""

    kind: ClassVar[str]

    v: int
    id: str | None = None
    recorded_at: str | None = None


HEAD = len(Written.__struct_fields__)
"""How many fields stand before those of the kind."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What stands within an event: a source, or money."""


@frozen
class Form:
    """How the values of a field stand in JSON: as which type, and made of the value by which function."""

    json: Callable[[], Any]
    write: Callable[[Any], Any]


def as_it_is(value: Any) -> Any:
    """The value itself."""
    return value


def _quantity(value: Quantity) -> int | str:
    found = value.json
    if isinstance(found, str) or not -_TOO_MANY < found < _TOO_MANY:
        Quantity.parse(value.text)  # a sum may have more digits than can be read
    return found


def _shares(value: str | Shares) -> str | dict[str, int | str | None]:
    return value if isinstance(value, str) else _of_shares(value)


@functools.lru_cache(REMEMBERED)
def _of_shares(shares: Shares) -> dict[str, int | str | None]:
    return shares.json


def _part(value: Source | Money) -> Part:
    made: Part = _WRITERS[type(value)](value)
    return made


def _parts(values: tuple[Source, ...] | tuple[Money, ...]) -> tuple[Part, ...]:
    return tuple([_WRITERS[type(each)](each) for each in values])


_TOO_MANY = 10**MAX_DIGITS


def _repairable() -> Any:
    """The structs that may stand in a correction when it is read; one within another is read by the strict decoder."""
    return union_of(each for each in KINDS.values() if each is not Correction)


def union_of(classes: Iterable[type]) -> Any:
    """The type of what may be any of these structs."""
    return typing.Union[tuple(struct_of(each) for each in classes)]  # noqa: UP007  (the number of them is not known here)


FORMS: dict[Any, Form] = {
    str | None: Form(lambda: str, as_it_is),
    bool | None: Form(lambda: bool, as_it_is),
    DateRange | None: Form(lambda: str, attrgetter("text")),
    Quantity | None: Form(lambda: int | str, _quantity),
    str | Shares | None: Form(lambda: str | dict[str, int | str | None], _shares),
    tuple[str, ...] | None: Form(lambda: tuple[str, ...], as_it_is),
    Money | None: Form(lambda: union_of([Money]), _part),
    tuple[Money, ...] | None: Form(lambda: tuple[union_of([Money]), ...], _parts),  # type: ignore[misc]
    tuple[Source, ...] | None: Form(lambda: tuple[union_of([Source]), ...], _parts),  # type: ignore[misc]
    AnyEvent | Amendment | None: Form(_repairable, lambda event: write(event)),  # noqa: PLW0108  (it stands below)
}
"""By the type of the field when it is optional: a field that must be there is written in the same way."""


@functools.cache
def types_of(cls: Any) -> Mapping[str, Any]:
    """The type of each field of a class when it is optional, by which `FORMS` has its form.

    Words of a list are texts.
    """
    hints = typing.get_type_hints(cls)
    types = {each.name: hints[each.name] for each in attrs.fields(cls)}
    return {name: (str if words_in(type_) else type_) | None for name, type_ in types.items()}


@functools.cache
def struct_of(cls: type) -> Any:
    """The struct in which the instances of a class are written.

    >>> from aidtimeline.events import Retraction
    >>> struct_of(Retraction).__struct_fields__
    ('v', 'id', 'recorded_at', 'of', 'reason', 'duplicate_of', 'ref', 'note', 'sources')
    """
    kind = getattr(cls, "kind", None)
    fields = [(name, FORMS[each].json() | None, None) for name, each in types_of(cls).items()]
    if kind is None:
        return msgspec.defstruct(cls.__name__, fields, bases=(Part,), module=__name__)
    return msgspec.defstruct(
        cls.__name__, fields, bases=(Written,), tag=kind, namespace={"kind": kind}, module=__name__
    )


def write(event: Event | Amendment) -> Written:
    """An event as it stands in a line, without id and instant.

    Raises `InvalidValue` for an instance of any other class.

    >>> from aidtimeline import Status
    >>> said = write(Status(date="2023", project="hd", status="closed", sources=Source(title="é")))
    >>> said.v, said.kind, said.status, said.sources[0].title, said.note
    (1, 'status', 'closed', 'é', None)
    """
    found: Written = _WRITERS[type(event)](event)
    found.v = version_of(found)
    return found


def write_part(part: Source | Money) -> Part:
    """A source or money as it stands in a line.

    >>> encode_in_order(write_part(Money("2..4", "USD"))).decode()
    '{"amount":"2..4","currency":"USD"}'
    """
    found: Part = _WRITERS[type(part)](part)
    return found


def _plain(found: Any) -> str:
    """The text of an instance of a class that is derived from `str`, which msgspec does not know."""
    if isinstance(found, str):
        return str.__str__(found)
    raise TypeError(f"{type(found).__qualname__} is no value of JSON")


_in_order, _sorted = msgspec.json.Encoder(enc_hook=_plain), msgspec.json.Encoder(enc_hook=_plain, order="sorted")

encode_in_order = _in_order.encode
"""The JSON of a struct, in UTF-8: names in the order of the class, no spaces, no escapes that JSON does not need."""

encode_sorted = _sorted.encode
"""The same with sorted names: what ids are computed over."""

encode_lines, encode_lines_sorted = _in_order.encode_lines, _sorted.encode_lines
"""The same of several structs, each with a line end."""


_EXPECTED = "an event or amendment of a known kind, with sources of the class Source"


def _writer(cls: Any) -> Callable[[Any], Any]:
    """The function that makes the struct of an instance of a class.

    A class derived from one of those that are written is refused: it may have fields that no reader knows. The
    function is put together as a text, one expression a field, as attrs does for `__init__`: a loop over the fields
    takes twice as long, and this is most of an append.
    """
    if cls not in _WRITTEN:
        raise InvalidValue(Token(cls.__qualname__), _EXPECTED, _of_no_kind(cls))
    make = struct_of(cls)
    known: dict[str, Any] = {"make": make}
    values = ["0", "None", "None"] if issubclass(make, Written) else []
    for each in attrs.fields(cls):
        write_it, value = FORMS[types_of(cls)[each.name]].write, f"value.{each.name}"
        if each.default not in (None, attrs.NOTHING):
            known[f"default_{each.name}"] = each.default
            value = f"None if (it := {value}) == default_{each.name} else it"
        if write_it is not as_it_is:
            known[f"write_{each.name}"] = write_it
            value = f"None if (it := {value}) is None else write_{each.name}(it)"
        values.append(value)
    exec(f"def made_of(value): return make({', '.join(values)})", known)
    made_of: Callable[[Any], Any] = known["made_of"]
    return made_of


def _of_no_kind(cls: type) -> str | None:
    """Why a class is not written, if it is derived from one that is, or from `Event`."""
    near = next((each for each in cls.__mro__[1:] if each in _WRITTEN), None)
    if near is not None:
        return f"a class derived from {near.__name__} may have fields that no reader knows"
    return f"the kinds are {', '.join(KINDS)}" if issubclass(cls, Event) else None


class _Writers(dict[type, Callable[[Any], Any]]):
    """The functions that write the instances of a class, made when first needed. (A cached function is slower.)"""

    def __missing__(self, cls: Any) -> Callable[[Any], Any]:
        made = self[cls] = _writer(cls)
        return made


_WRITERS = _Writers()
_WRITTEN = frozenset({*EVENT_KINDS.values(), *AMENDMENT_KINDS.values(), Source, Money})
