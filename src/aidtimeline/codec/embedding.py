"""Hooks for other people's cattrs converters: events and values stand in their objects as they do in lines of the log.

The objects are read by `strict` and `structure`, and written by `written`, as lines are: what a converter is set to
(`forbid_extra_keys`, `detailed_validation`) changes nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

from cattrs import BaseConverter

from aidtimeline.codec import encode, event_to_json, strict
from aidtimeline.codec.structure import NotStructured, problems_of, structure_as, structure_value
from aidtimeline.codec.versions import UPCASTS
from aidtimeline.codec.written import encode_in_order, write_part
from aidtimeline.errors import DataError, InvalidValue, Problem, UnreadableLog
from aidtimeline.events import KINDS, Event, Record, Source
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

_KINDS = frozenset({Event, *KINDS.values()})


def add_hooks(converter: BaseConverter) -> None:
    """Teach a converter the classes of this library."""
    converter.register_structure_hook_func(_is_event, _event)
    converter.register_unstructure_hook_func(_is_event, _event_to_json)
    for cls, read, write in _VALUES:
        converter.register_structure_hook(cls, read)
        converter.register_unstructure_hook(cls, write)


def _is_event(found: Any) -> bool:
    return bool(_kinds_in(found))


def _kinds_in(found: Any) -> tuple[type, ...]:
    """The classes of events that a type allows, if it is one of them, or a union of several and perhaps None."""
    if found in _KINDS:
        return (found,)
    if get_origin(found) not in (Union, UnionType):
        return ()
    allowed = tuple(each for each in get_args(found) if each is not NoneType)
    return allowed if len(allowed) > 1 and _KINDS.issuperset(allowed) else ()


def _event(found: Any, asked: Any) -> Any:
    if found is None and NoneType in get_args(asked):
        return None
    if not isinstance(found, dict):
        raise _refused([Problem.of_value("$", InvalidValue(found, "an event, as an object"))])
    try:
        event = strict.event_from_json(found, None, None, UPCASTS)
    except UnreadableLog as error:
        raise _refused(error.problems) from None
    allowed = _kinds_in(asked)
    if not isinstance(event, allowed):
        kinds = [kind for kind, each in KINDS.items() if issubclass(each, allowed)]
        raise _refused([Problem.of_value("$.kind", InvalidValue(event.kind, "one of " + ", ".join(kinds)))])
    return event


def _event_to_json(event: Any) -> Any:
    return None if event is None else event_to_json(event)


def _record(found: Any, _asked: Any) -> Record:
    if not isinstance(found, dict):
        raise _refused([Problem.of_value("$", InvalidValue(found, "a record, as an object"))])
    try:
        return strict.decode(json.dumps(found, default=_no_json), None, None)
    except UnreadableLog as error:
        raise _refused(error.problems) from None


def _no_json(found: object) -> Any:
    raise _refused([Problem.of_value("$", InvalidValue(found, "a value of JSON"))])


def _object(found: Any, asked: Any) -> Any:
    if not isinstance(found, dict):
        raise _refused([Problem.of_value("$", InvalidValue(found, "an object"))])
    try:
        return structure_as(asked, found)
    except NotStructured as error:
        raise _refused(problems_of(error, found)) from None


def _value(found: Any, asked: Any) -> Any:
    try:
        return structure_value(asked, found)
    except InvalidValue as error:
        raise _refused([Problem.of_value("$", error)]) from None


def _part_to_json(part: Any) -> Any:
    return json.loads(encode_in_order(write_part(part)))


def _refused(problems: Any) -> DataError:
    return DataError("this object cannot be read:", problems)


_Read: TypeAlias = Callable[[Any, Any], Any]
_Write: TypeAlias = Callable[[Any], Any]
_VALUES: tuple[tuple[Any, _Read, _Write], ...] = (
    (Record, _record, lambda record: json.loads(encode(record))),
    (Source, _object, _part_to_json),
    (Money, _object, _part_to_json),
    (Quantity, _value, lambda quantity: quantity.json),
    (DateRange, _value, lambda date: date.text),
)
