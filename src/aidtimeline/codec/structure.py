"""JSON objects to attrs classes, by cattrs: strict, field by field, with every faulty field reported at once.

Two things say what may stand in a field. Its type says which JSON it is read from (the tables `_READERS` and `_LISTS`);
its converter then says which of these values it takes. So a new kind of event needs nothing here. Nothing is coerced:
texts come from JSON strings only, and quantities from strings and whole numbers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from heapq import nsmallest
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override

from aidtimeline.codec.jsonlines import NOTHING, Token
from aidtimeline.codec.versions import VERSIONS
from aidtimeline.codec.written import types_of
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.events import KINDS, Amendment, AnyEvent, Event, Source
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import SHOWN_LENGTH, shown
from aidtimeline.values.amounts import MAX_DIGITS, Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import EXPECTED as EXPECTED_SHARES, Shares

T = TypeVar("T")

MOST_FAULTS = 20
"""So many faulty elements of one list, and unknown names of one object, are looked at one by one."""

_DECIMAL = re.compile(rf"-?[0-9.]{{1,{MAX_DIGITS}}}")
_CONVERTER = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)


class AlreadyReported(Exception):
    """An object whose kind or version is unknown, which `aidtimeline.codec.versions` has reported as a problem."""


class FaultyElements(Exception):
    """Elements of a list that cannot be read, each with its index and what was raised.

    Behind the last of `MOST_FAULTS`, so many elements are `unread`.
    """

    def __init__(self, faults: Sequence[tuple[int, Exception]], unread: int) -> None:
        self.faults, self.unread = faults, unread


NotStructured = (AlreadyReported, ClassValidationError)
"""What `structure` and `structure_as` raise for an object, and `problems_of` explains."""


def structure(found: Any) -> Event | Amendment:
    """The event of an object in a version of its kind that is written.

    Raises one of `NotStructured`, or `InvalidValue` for something other than an object.
    """
    if not isinstance(found, dict):
        raise InvalidValue(found, "an event, as an object")
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in KINDS or found.get("v") not in VERSIONS[kind]:
        raise AlreadyReported
    fields = {name: value for name, value in found.items() if name not in ("kind", "v")}
    return structure_as(KINDS[kind], fields)


def structure_as(cls: type[T], found: dict[str, Any]) -> T:
    """An instance of an attrs class from an object, in which a null counts as absent. Raises one of `NotStructured`."""
    any_class: Any = cls  # mypy does not know that classes can be hashed
    made: T = _reader(any_class)(found)
    return made


def structure_value(cls: type[T], found: Any) -> T:
    """A quantity or a date range from the JSON that it has in a line. Raises `InvalidValue` for anything else."""
    any_class: Any = cls
    made: T = any_class.parse(_READERS[any_class | None](found))
    return made


def problems_of(error: Exception, found: Any, path: str = "$") -> Iterator[Problem]:
    """What is wrong with `found`, which was refused with `error`; `path` is the JSONPath at which it stands."""
    if isinstance(error, ClassValidationError):
        in_fields, others = error.group_exceptions()
        for each, note in in_fields:
            if isinstance(each, KeyError):
                missing = InvalidValue(found.get(note.name, NOTHING), _expected_in(error.cl, note.name))
                yield Problem.of_value(f"{path}.{note.name}", missing, "missing-field")
            else:
                yield from problems_of(each, found[note.name], f"{path}.{note.name}")
        for each in others:
            yield from problems_of(each, found, path)
    elif isinstance(error, FaultyElements):
        for index, each in error.faults:
            yield from problems_of(each, found[index], f"{path}[{index}]")
        yield from _unread(error, path)
    elif isinstance(error, ForbiddenExtraKeysError):
        yield from _unknown_names(error, path)
    elif isinstance(error, InvalidValue):
        yield Problem.of_value(path, error)
    elif not isinstance(error, AlreadyReported):
        raise error


def _unread(error: FaultyElements, path: str) -> Iterator[Problem]:
    if error.unread:
        yield Problem.more(f"{error.unread:,} more elements were not read, after {MOST_FAULTS} that are faulty", path)


def _unknown_names(error: ForbiddenExtraKeysError, path: str) -> Iterator[Problem]:
    known, called = [each.name for each in attrs.fields(error.cl)], _called(error.cl)
    for name in nsmallest(MOST_FAULTS, error.extra_fields):
        step = f".{name}" if name.isidentifier() and len(name) <= SHOWN_LENGTH else f"[{shown(name)}]"
        unknown = InvalidValue(name, f"a field of {called}", did_you_mean(name, known))
        yield Problem.of_value(path + step, unknown, "unknown-field")
    if (more := len(error.extra_fields) - MOST_FAULTS) > 0:
        yield Problem.more(f"{more:,} more names that are no fields of {called}", path)


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
        return str(found)  # a quantity remembers which texts it has parsed
    decimal = isinstance(found, Token) and _DECIMAL.fullmatch(found.text)
    hint = f'write it as text: "{found}"' if decimal else None
    raise InvalidValue(found, "a quantity: a whole number, or text such as 2..4", hint)


def _shares(found: Any) -> Any:
    if type(found) is dict:
        return {slug: None if percent is None else _amount(percent) for slug, percent in found.items()}
    if type(found) is str:
        return found
    raise InvalidValue(found, f"a slug, or {EXPECTED_SHARES}")


def _object_of(cls: type) -> Callable[[Any], Any]:
    def read(found: Any) -> Any:
        if type(found) is dict:
            return _reader(cls)(found)
        fields = ", ".join(each.name for each in attrs.fields(cls))
        raise InvalidValue(found, f"{_called(cls)} as an object with {fields}")

    return read


# By the type of the field when it is optional: a field that must be there is read in the same way.
_READERS: dict[Any, Callable[[Any], Any]] = {
    str | None: _text,
    bool | None: _as_it_is,
    DateRange | None: _text,
    Quantity | None: _amount,
    Decimal | None: _amount,
    Money | None: _object_of(Money),
    str | Shares | None: _shares,
    AnyEvent | Amendment | None: structure,
}
# What the list is, and how each of its elements is read.
_LISTS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    tuple[str, ...] | None: ("a list of texts", _text),
    tuple[Money, ...] | None: ("a list of money", _object_of(Money)),
    tuple[Source, ...] | None: ("a list of sources", _object_of(Source)),
}


@functools.cache
def _reader(cls: type) -> Callable[[dict[str, Any]], Any]:
    """The function that makes an instance of a class from an object."""
    types = types_of(cls)
    hooks: dict[str, Any] = {
        each.name: override(struct_hook=_hook(types[each.name], each.converter or _as_it_is))
        for each in attrs.fields(cls)
    }
    make: Callable[..., Any] = make_dict_structure_fn(cls, _CONVERTER, _cattrs_use_linecache=False, **hooks)

    def read(found: dict[str, Any]) -> Any:
        if None in found.values():
            found = {name: value for name, value in found.items() if value is not None}
        return make(found, cls)

    return read


def _hook(optional: Any, convert: Callable[[Any], Any]) -> Callable[[Any, type], Any]:
    """What cattrs calls to read a field: first what the type asks of the JSON, then the converter of the class.

    `30` in a field of type `Quantity` is read as the text "30", and converted to `Quantity.parse("30")`. The elements
    of a list are first read and converted one by one, so that a fault has its index, then converted together.
    """
    if optional in _READERS:
        read = _READERS[optional]
        return lambda found, _type: convert(read(found))
    expected, read_element = _LISTS[optional]

    def read_list(found: Any, _type: type) -> Any:
        if type(found) is not list:
            raise InvalidValue(found, expected)
        values: list[Any] = []
        faults: list[tuple[int, Exception]] = []
        for index, element in enumerate(found):
            try:
                values += convert([read_element(element)])
            except (InvalidValue, ClassValidationError) as error:
                faults.append((index, error))
                if len(faults) == MOST_FAULTS:
                    raise FaultyElements(faults, len(found) - index - 1) from None
        if faults:
            raise FaultyElements(faults, 0)
        return convert(values)

    return read_list


def _expected_in(cls: type, name: str) -> str:
    """What a field expects that must be there, in the words in which it refuses an empty tuple."""
    convert: Any = attrs.fields_dict(cls)[name].converter
    try:
        (structure if name == "event" else convert)(())
    except InvalidValue as error:
        return error.expected
    raise TypeError(f"{cls.__name__}.{name} takes an empty tuple, and so must have a default")


def _called(cls: type) -> str:
    """What messages call a class: an event by its kind, another by its name ("project name")."""
    if issubclass(cls, Event | Amendment):
        return cls.kind
    return " ".join(re.findall("[A-Z][a-z]*", cls.__name__)).lower()
