"""Lines that are just as this library writes them, read quickly.

A line is taken only if all that the strict decoder verifies holds, and it is to the byte what `encode` writes; anything
else is left to the strict decoder (`aidtimeline.codec.decode`), which reads it or says what is wrong.

- msgspec reads the line into the struct of its kind, and refuses unknown fields and values of another type. That
  writing the struct again gives the same bytes excludes spaces, another order, names that are there twice, nulls, and
  other spellings of numbers and texts.
- The id is computed anew over the struct, and `v` is computed from what the struct states.
- Each value is converted as its class converts it, and written again: so it is valid, in its normal form, and not the
  default, which is never written. What was converted is remembered, so that equal values are one object.
- What a class asks of several fields, it is asked: for this, sources, money and the events of such a class are made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

import attrs
import msgspec

from aidtimeline.codec.making import maker
from aidtimeline.codec.versions import VERSIONS, version_of
from aidtimeline.codec.written import (
    FORMS,
    HEAD,
    Part,
    Written,
    as_it_is,
    encode_in_order,
    encode_sorted,
    struct_of,
    types_of,
)
from aidtimeline.errors import InvalidValue
from aidtimeline.events import KINDS, Amendment, AnyEvent, Event, Record, Source
from aidtimeline.remembering import Remembered
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import format_instant
from aidtimeline.values.shares import Shares

REMEMBERED = 2**14
"""How many values of each field are remembered; beyond that, all of them are forgotten."""

REPORTS = 2**10
"""How many sources and instants are remembered: the records of one report follow one another."""

LONGEST = 2**12
"""Longer lines, in bytes, are left to the strict decoder: so what is remembered takes little room."""

REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)
"""What is raised for a line that is left to the strict decoder."""


def record(line: bytes, file: str | None = None, number: int | None = None) -> Record | None:
    """The record of such a line, found in a file under a number; None for all others."""
    found = _read(line)
    if found is None:
        return None
    written, values, plan, instant = found
    return _record((written.id, instant, plan.make(values), file, number))


def event_of(written: Written) -> Event | Amendment:
    """The event of a struct. Raises `InvalidValue` where a value is not valid, or not in its normal form."""
    cls: Any = KINDS[written.kind]
    plan = plan_of(cls)
    event: Event | Amendment = plan.make(values_of(written, plan))
    return event


def _read(line: bytes) -> tuple[Written, list[Any], Plan, datetime] | None:
    line = line.removesuffix(b"\n")
    if len(line) > LONGEST:
        return None
    try:
        written, plan, id_, recorded_at = _as_written(line)
        values, instant = values_of(written, plan), instant_of(recorded_at)
    except REFUSED:
        return None
    written.id, written.recorded_at = id_, recorded_at
    return written, values, plan, instant


def _as_written(line: bytes) -> tuple[Written, Plan, str | None, str | None]:
    """The struct of a line that is to the byte what its struct is written as, and its id and instant apart from it."""
    kind = KINDS_IN_LINES[line[AT_KIND : line.index(b'"', AT_KIND)]]
    written = kind.decode(line)
    if encode_in_order(written) != line:
        raise other_form(line)
    id_, recorded_at = written.id, written.recorded_at
    written.id = written.recorded_at = None
    if blake2b(encode_sorted(written), digest_size=16).hexdigest() != id_:
        raise other_form(id_)
    return written, kind.plan, id_, recorded_at


class _Kind(NamedTuple):
    decode: Callable[[bytes], Written]
    plan: Plan


class _Kinds(dict[bytes, _Kind]):
    """By the name of the kind; each is made when it is first met, since making all takes as long as a small command."""

    def __missing__(self, kind: bytes) -> _Kind:
        cls: Any = KINDS.get(kind.decode())
        if cls is None:
            raise other_form(kind)
        made = self[kind] = _Kind(msgspec.json.Decoder(struct_of(cls)).decode, plan_of(cls))
        return made


KINDS_IN_LINES = _Kinds()
AT_KIND = len('{"kind":"')
"""Where the kind stands in a line. (If it does not, the line is none that this library writes.)"""

_record = maker(Record)


def parsed(text: str | None) -> datetime:
    """The instant of a text that `format_instant` makes of it; `parse_instant` reads each of these, more slowly."""
    instant = datetime.fromisoformat(text or "")
    if instant.tzinfo is not UTC or format_instant(instant) != text:
        raise other_form(text)
    return instant


def other_form(found: object) -> InvalidValue:
    """The error of what is not just as it is written: it is left to the strict decoder."""
    return InvalidValue(found, "the form in which it is written")


class Plan(NamedTuple):
    """How the instances of a class are made from its struct, field by field."""

    reads: tuple[Callable[[Any], Any], ...]
    defaults: tuple[Any, ...]
    required: Callable[[Any], tuple[Any, ...]] | None
    make: Callable[[Sequence[Any]], Any]
    asks: bool
    """Whether the class asks something of several fields, or of one beyond its converter."""


@functools.cache
def plan_of(cls: Any) -> Plan:
    """How the instances of a class are made."""
    fields, types = attrs.fields(cls), types_of(cls)
    required = [each.name for each in fields if each.default is attrs.NOTHING]
    reads = [_reader(types[each.name], each.converter, each.default, each.name not in _SELDOM_TWICE) for each in fields]
    return Plan(
        reads=tuple(reads),
        defaults=tuple(each.default for each in fields),
        required=attrgetter(*required, required[0]) if required else None,  # it gives a tuple, even if it is one
        make=maker(cls),
        asks=hasattr(cls, "__attrs_post_init__") or any(each.validator for each in fields),
    )


def values_of(written: Written, plan: Plan) -> list[Any]:
    """The values of the fields of an event; all that the strict decoder asks of them is verified."""
    if written.v not in VERSIONS[written.kind] or written.v != version_of(written):
        raise other_form(written.v)
    values = _converted(written, plan, HEAD)
    if plan.asks:
        plan.make(values)
    return values


def _converted(found: Written | Part, plan: Plan, head: int = 0) -> list[Any]:
    if plan.required is not None and None in plan.required(found):
        raise other_form(None)
    values, reads = [*plan.defaults], plan.reads
    for place, value in enumerate(msgspec.structs.astuple(found)[head:]):
        if value is not None:
            values[place] = reads[place](value)
    return values


def _parts(cls: Any) -> Callable[[tuple[Part, ...]], tuple[Any, ...]]:
    """The function that makes the sources or money of structs."""

    def made(found: tuple[Part, ...]) -> tuple[Any, ...]:
        plan = plan_of(cls)
        return tuple([plan.make(_converted(each, plan)) for each in found])

    return made


def _nested(written: Written) -> Event | Amendment:
    """The event of a correction. The decoder takes no correction there, so nothing is nested too deep."""
    if written.id is not None or written.recorded_at is not None:
        raise other_form(written.id)
    return event_of(written)


def _items(found: str | Shares) -> object:
    return found if isinstance(found, str) else tuple(found.json.items())


# By the type of a field: what its converter is given, and what makes of the value again what was found. Where there is
# no such function, the value must be what was given.
_GIVEN: dict[Any, Callable[[Any], Any]] = {
    Quantity | None: str,
    str | Shares | None: lambda found: found if type(found) is str else dict(found),
    Money | None: lambda found: _parts(Money)((found,))[0],
    tuple[Money, ...] | None: _parts(Money),
    tuple[Source, ...] | None: _parts(Source),
}
_AGAIN = {optional: form.write for optional, form in FORMS.items() if optional not in _GIVEN} | {
    Quantity | None: attrgetter("json"),
    str | Shares | None: _items,
}


instant_of = Remembered(parsed, REPORTS).__getitem__

# What two records seldom have in common: to remember it would take longer than to look at it again.
_SELDOM_TWICE = frozenset(
    (
        *("url", "quote", "locator", "archived", "ref", "note"),
        *("of", "duplicate_of", "fulfils", "supersedes", "part_of", "overlaps"),
    )
)


@functools.cache
def _reader(optional: Any, convert: Callable[[Any], Any], default: Any, remember: bool) -> Callable[[Any], Any]:
    """The function that reads the values of a field, and remembers them together with all fields of its converter."""
    if optional == AnyEvent | Amendment | None:
        return _nested
    give, again = _GIVEN.get(optional), _AGAIN.get(optional)

    def read_plain(found: Any) -> Any:
        value = convert(found)
        if value == default or value != found:
            raise other_form(found)
        return value

    def read(found: Any) -> Any:
        given = found if give is None else give(found)
        value = convert(given)
        if value == default or (value != given if again is None else again(value) != found):
            raise other_form(found)
        return value

    reads = read if again is not as_it_is else read_plain
    if not remember:
        return reads
    remembered = Remembered(reads, REPORTS if optional == tuple[Source, ...] | None else REMEMBERED).__getitem__
    if optional != str | Shares | None:
        return remembered
    return lambda found: remembered(found if type(found) is str else tuple(found.items()))
