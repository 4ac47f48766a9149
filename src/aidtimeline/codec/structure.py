"""JSON objects to event classes, by cattrs: strict, field by field, with every faulty field told at once.

A field's type says which JSON it is made of (the table `_FORMS`); the converter of its class then says what may stand
in it. So a kind needs nothing here. Nothing is coerced: texts come from JSON strings only, and quantities from
strings and whole numbers.
"""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import cattrs
from attrs import frozen
from cattrs.errors import (
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from aidtimeline.codec.jsonlines import NOTHING, Token
from aidtimeline.codec.versions import VERSIONS
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import KINDS, Amendment, Event, Source
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.amounts import MAX_DIGITS, Money, Quantity
from aidtimeline.values.dates import DateRange

HEAD = ("kind", "v")
_DECIMAL = re.compile(rf"-?[0-9.]{{1,{MAX_DIGITS}}}")
_CONVERTER = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)


class AlreadyTold(Exception):
    """An object whose kind or version is unknown here, of which `aidtimeline.codec.versions` has told the problem."""


NotStructured = (AlreadyTold, BaseValidationError)
"""What `structure` raises, and `problems_of` explains."""


def structure(found: Any) -> Event | Amendment:
    """The event of an object in today's version of its kind.

    Raises one of `NotStructured`, or `InvalidValue` for what is no object.
    """
    if not isinstance(found, dict):
        raise InvalidValue(found, "an event, as an object")
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in KINDS or found.get("v") != VERSIONS[kind]:
        raise AlreadyTold
    fields = {name: value for name, value in found.items() if name not in HEAD}
    cls: Any = KINDS[kind]
    event: Event | Amendment = _structure_as(cls)(fields)
    return event


def problems_of(error: Exception, found: Any, path: str = "$") -> Iterator[Problem]:
    """What is wrong with the object `found`, which `structure` refused with `error`; `path` is where it stands."""
    if isinstance(error, BaseValidationError):
        noted, others = error.group_exceptions()  # type: ignore[attr-defined]
        for each, note in noted:
            if isinstance(note, IterableValidationNote):
                yield from problems_of(each, found[note.index], f"{path}[{note.index}]")
            elif isinstance(each, KeyError):
                missing = InvalidValue(found.get(note.name, NOTHING), _expected_in(error.cl, note.name))
                yield Problem.of_value(f"{path}.{note.name}", missing, "missing-field")
            else:
                yield from problems_of(each, found[note.name], f"{path}.{note.name}")
        for each in others:
            yield from problems_of(each, found, path)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [each.name for each in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            step = f".{name}" if name.isidentifier() else f"[{name!r}]"
            unknown = InvalidValue(name, "only fields of a " + _called(error.cl), did_you_mean(name, known))
            yield Problem.of_value(path + step, unknown, "unknown-field")
    elif isinstance(error, InvalidValue):
        yield Problem.of_value(path, error)
    elif not isinstance(error, AlreadyTold):
        raise error


@frozen
class _Form:
    """How a type of value stands in JSON: what to say of it, and the function that reads it.

    Where `each` is set it is a list, and `each` reads one element; `read` then takes the list of these.
    """

    expected: str
    read: Callable[[Any], Any]
    each: Callable[[Any], Any] | None = None


def _as_it_is(value: Any) -> Any:
    return value


def _text(found: Any) -> Any:
    if type(found) is str:
        return found
    raise InvalidValue(found, "text")


def _amount(found: Any) -> Any:
    if type(found) is str:
        return found
    if type(found) is int:
        return str(found)  # for texts are remembered once parsed
    decimal = isinstance(found, Token) and _DECIMAL.fullmatch(found.text)
    hint = f'write it as text: "{found}"' if decimal else None
    raise InvalidValue(found, "a quantity: a whole number, or text such as 2..4", hint)


def _object_as(cls: type) -> Callable[[Any], Any]:
    def read(found: Any) -> Any:
        if type(found) is dict:
            return _structure_as(cls)(found)
        raise InvalidValue(found, f"a {_called(cls)}, as an object with " + ", ".join(_forms(cls)))

    return read


# By the type of an optional field, which is read as one that must be there.
_FORMS: dict[Any, _Form] = {
    str | None: _Form("text", _text),
    bool | None: _Form("true or false", _as_it_is),
    DateRange | None: _Form("a date in EDTF", _text),
    Quantity | None: _Form("a quantity", _amount),
    Money | None: _Form("an amount of money", _object_as(Money)),
    tuple[str, ...] | None: _Form("a list of texts", tuple, each=_text),
    tuple[Source, ...] | None: _Form("a list of sources", tuple, each=_object_as(Source)),
    Event | Amendment | None: _Form("an event", structure),
}


@functools.cache
def _forms(cls: type) -> dict[str, _Form]:
    """The form of each field, in class order."""
    hints = typing.get_type_hints(cls)
    return {each.name: _FORMS[hints[each.name] | None] for each in attrs.fields(cls)}


@functools.cache
def _structure_as(cls: type) -> Callable[[dict[str, Any]], Any]:
    """The function that makes one of a class from an object, whose nulls count as absent."""
    hooks = {
        each.name: override(struct_hook=_hook(_forms(cls)[each.name], each.converter)) for each in attrs.fields(cls)
    }
    make: Callable[..., Any] = make_dict_structure_fn(
        cls,
        _CONVERTER,
        _cattrs_use_linecache=False,
        **hooks,  # type: ignore[arg-type]
    )

    def read(found: dict[str, Any]) -> Any:
        if None in found.values():
            found = {name: value for name, value in found.items() if value is not None}
        return make(found, cls)

    return read


def _hook(form: _Form, convert: Callable[[Any], Any] | None) -> Callable[[Any, Any], Any]:
    """The function that reads a field: its form first, then what its class lets stand in it."""
    read, convert, each = form.read, convert or _as_it_is, form.each
    if each is None:
        return lambda found, _type: convert(read(found))

    def read_list(found: Any, _type: Any) -> Any:
        if type(found) is not list:
            raise InvalidValue(found, form.expected)
        values: list[Any] = []
        faults: list[Exception] = []
        for index, element in enumerate(found):
            try:
                values += convert((each(element),))
            except (InvalidValue, BaseValidationError) as error:
                error.add_note(IterableValidationNote("", index, _type))
                faults.append(error)
        if faults:
            raise IterableValidationError("", faults, list)
        return convert(values)

    return read_list


def _expected_in(cls: type, name: str) -> str:
    """What a field that must not be missing expects, in the words of its converter."""
    convert: Any = attrs.fields_dict(cls)[name].converter
    try:
        (convert or _as_it_is)(())  # which no field takes that must be there
    except InvalidValue as error:
        return error.expected
    return _forms(cls)[name].expected


def _called(cls: type) -> str:
    return str(getattr(cls, "kind", cls.__name__.lower()))
