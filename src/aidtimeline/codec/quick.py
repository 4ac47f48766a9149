"""Lines that are just as this library writes them, read quickly.

A line is taken only if all that the strict decoder verifies holds, and it is to the byte what `encode` writes; anything
else is left to the strict decoder (`aidtimeline.codec.decode`), which reads it or says what is wrong.

- msgspec reads the line into the struct of its kind, and refuses unknown fields and values of another type. That
  writing the struct again gives the same bytes excludes spaces, another order, names that are there twice, nulls, and
  other spellings of numbers and texts.
- The id is computed anew over the struct, and `v` is computed from what the struct states.
- Each value is converted as its class converts it, and written again: so it is valid, in its normal form, and not the
  default, which is never written. What was converted is remembered, so that equal values are one object.
- A source and money are made by their classes; what a kind asks of several fields is asked of the event.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from itertools import repeat
from operator import attrgetter, call
from typing import Any

import attrs
import msgspec
from attrs import frozen

from aidtimeline.codec.versions import VERSIONS, version_of
from aidtimeline.codec.written import (
    FORMS,
    HEAD,
    Part,
    Written,
    as_it_is,
    encode_in_order,
    encode_sorted,
    types_of,
    union_of,
)
from aidtimeline.errors import InvalidValue
from aidtimeline.events import KINDS, Amendment, Event, Record, Source
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import format_instant, parse_instant
from aidtimeline.values.shares import Shares

REMEMBERED = 2**14
"""How many values of each field are remembered; beyond that, the least recently used are converted again."""

LONGEST = 2**12
"""Longer lines, in bytes, are left to the strict decoder: so what is remembered takes little room."""

_REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)


def verified(line: bytes) -> Written | None:
    """The struct of a line, with or without its line end, if the line is just as it is written; None for all others."""
    found = _read(line)
    return None if found is None else found[0]


def record(line: bytes, file: str | None = None, number: int | None = None) -> Record | None:
    """The record of such a line, found in a file under a number; None for all others."""
    found = _read(line)
    if found is None:
        return None
    written, values = found
    made: Record = _make(
        Record,
        _SET_RECORD,
        (written.id, _instant(written.recorded_at), _plan(type(written)).event(values), file, number),
    )
    return made


def event_of(written: Written) -> Event | Amendment:
    """The event of a struct. Raises `InvalidValue` where a value is not valid, or not in its normal form."""
    plan = _plan(type(written))
    event: Event | Amendment = plan.event(plan.values(written))
    return event


def _read(line: bytes) -> tuple[Written, list[Any]] | None:
    line = line.removesuffix(b"\n")
    if len(line) > LONGEST:
        return None
    try:
        written = _decoder()(line)
        if encode_in_order(written) != line:
            return None
        id_, recorded_at = written.id, written.recorded_at
        written.id = written.recorded_at = None
        if blake2b(encode_sorted(written), digest_size=16).hexdigest() != id_:
            return None
        values = _plan(type(written)).values(written)
        _instant(recorded_at)
    except _REFUSED:
        return None
    written.id, written.recorded_at = id_, recorded_at
    return written, values


@functools.cache
def _decoder() -> Callable[[bytes], Written]:
    return msgspec.json.Decoder(union_of(KINDS.values())).decode


@functools.lru_cache(REMEMBERED)
def _instant(text: str | None) -> datetime:
    instant = parse_instant(text or "")
    if format_instant(instant) != text:
        raise _other_form(text)
    return instant


def _other_form(found: object) -> InvalidValue:
    return InvalidValue(found, "the form in which it is written")


def _make(cls: Any, setters: tuple[Callable[[Any, Any], None], ...], values: Any) -> Any:
    """An instance with these values in its slots, which no converter sees again."""
    made = cls.__new__(cls)
    deque(map(call, setters, repeat(made), values), maxlen=0)
    return made


def _setters(cls: Any) -> tuple[Callable[[Any, Any], None], ...]:
    return tuple(getattr(cls, each.name).__set__ for each in attrs.fields(cls))


_SET_RECORD = _setters(Record)


@frozen
class _Plan:
    """How the fields of a class are read from its struct."""

    cls: Any
    reads: tuple[Callable[[Any], Any], ...]
    defaults: tuple[Any, ...]
    required: Callable[[Any], tuple[Any, ...]]
    setters: tuple[Callable[[Any, Any], None], ...]
    asks: bool
    """Whether the class asks something of several fields, or of one beyond its converter."""

    def values(self, written: Written) -> list[Any]:
        """The values of the fields, in their order. Raises `InvalidValue` as `event_of` does."""
        if None in self.required(written):
            raise _other_form(None)
        if written.v not in VERSIONS[written.kind] or written.v != version_of(written):
            raise _other_form(written.v)
        values = [
            default if found is None else read(found)
            for found, read, default in zip(
                msgspec.structs.astuple(written)[HEAD:], self.reads, self.defaults, strict=True
            )
        ]
        if self.asks:
            self.event(values, ask=True)
        return values

    def event(self, values: list[Any], *, ask: bool = False) -> Any:
        """The event with these values."""
        event = _make(self.cls, self.setters, values)
        if ask:
            attrs.validate(event)
            getattr(event, "__attrs_post_init__", _nothing)()
        return event


def _nothing() -> None:
    pass


@functools.cache
def _plan(struct: Any) -> _Plan:
    cls: Any = KINDS[struct.kind]
    fields = attrs.fields(cls)
    return _Plan(
        cls=cls,
        reads=_reads(cls),
        defaults=tuple(each.default for each in fields),
        required=_several(each.name for each in fields if each.default is attrs.NOTHING),
        setters=_setters(cls),
        asks=hasattr(cls, "__attrs_post_init__") or any(each.validator for each in fields),
    )


def _several(names: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these attributes, as a tuple even if it is one."""
    return attrgetter(*names, "__class__", "__class__")


def _reads(cls: type) -> tuple[Callable[[Any], Any], ...]:
    types = types_of(cls)
    return tuple(_reader(types[each.name], each.converter, each.default) for each in attrs.fields(cls))


@functools.cache
def _reader(optional: Any, convert: Callable[[Any], Any] | None, default: Any) -> Callable[[Any], Any]:
    """The function that reads the values of a field and remembers them, together with all fields of its converter."""
    if convert is None:
        return _nested
    write, raw = FORMS[optional].write, _RAW.get(optional, as_it_is)

    def read(found: Any) -> Any:
        value = convert(raw(found))
        if value == default or write(value) != found:
            raise _other_form(found)
        return value

    if optional != str | Shares | None:
        return functools.lru_cache(REMEMBERED)(read)

    @functools.lru_cache(REMEMBERED)
    def read_items(items: tuple[tuple[str, Any], ...]) -> Any:
        shares = read(dict(items))
        if tuple(shares.json.items()) != items:
            raise _other_form(items)
        return shares

    read_slug = functools.lru_cache(REMEMBERED)(read)
    return lambda found: read_slug(found) if type(found) is str else read_items(tuple(found.items()))


def _nested(written: Written) -> Event | Amendment:
    """The event of a correction. The decoder takes no correction there, so nothing is nested too deep."""
    if written.id is not None or written.recorded_at is not None:
        raise _other_form(written.id)
    return event_of(written)


@functools.cache
def _part_reader(cls: type) -> Callable[[Part], Any]:
    """The function that makes a source or money, by its class."""
    names, reads = [each.name for each in attrs.fields(cls)], _reads(cls)
    required = _several(each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING)

    def make(found: Part) -> Any:
        if None in required(found):
            raise _other_form(None)
        given = zip(names, reads, msgspec.structs.astuple(found), strict=True)
        return cls(**{name: read(value) for name, read, value in given if value is not None})

    return functools.lru_cache(REMEMBERED)(make)


def _parts(cls: type) -> Callable[[tuple[Part, ...]], Any]:
    return lambda found: tuple(map(_part_reader(cls), found))


def _money(found: Part) -> Any:
    return _part_reader(Money)(found)


# What the converter of a field is given.
_RAW: dict[Any, Callable[[Any], Any]] = {
    Quantity | None: str,
    Money | None: _money,
    tuple[Money, ...] | None: _parts(Money),
    tuple[Source, ...] | None: _parts(Source),
}
