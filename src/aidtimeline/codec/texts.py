"""Events as JSON text, in two orders at once: that of the class, for lines, and sorted by name, for ids.

The two differ in order only, so each value is written once. Writing is most of the work of an append; so the function
that writes a class is generated as Python source from its fields and their types, as attrs and cattrs generate theirs.
"""

from __future__ import annotations

import functools
import json
import typing
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring as quoted
from typing import Any, TypeAlias

import attrs

from aidtimeline.codec.jsonlines import Token
from aidtimeline.codec.versions import version_of
from aidtimeline.errors import InvalidValue
from aidtimeline.events import KINDS, Amendment, Event, Source
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares

Texts: TypeAlias = tuple[str, str]
"""The same JSON in class order, and with sorted names."""


def texts(value: Event | Amendment | Source | Money) -> Texts:
    """An event as a JSON object: `kind` and `v`, then its fields, without nulls, empty lists, defaults.

    A source and money have no `kind` and `v`. Raises `InvalidValue` for an instance of any other class.

    >>> from aidtimeline import Status
    >>> in_order, by_name = texts(Status(date="2023", project="hd", status="closed", sources=Source(title="é")))
    >>> print(in_order, by_name, sep="\\n")
    {"kind":"status","v":1,"date":"2023","project":"hd","status":"closed","sources":[{"title":"é"}]}
    {"date":"2023","kind":"status","project":"hd","sources":[{"title":"é"}],"status":"closed","v":1}
    """
    return _WRITERS[type(value)](value)


def by_name(value: Event | Amendment | Source, without: frozenset[str] = frozenset()) -> str:
    """An event or a source with sorted names, without some of its fields.

    >>> by_name(Source(publisher="A", title="Aid", url="https://example.org"), without=frozenset({"title"}))
    '{"publisher":"A","url":"https://example.org"}'
    """
    cls: Any = type(value)
    return _writer(cls, without)(value)[1]


@functools.cache
def head(kind: str) -> int:
    """How long the beginning of an object of a kind is, up to its version."""
    return len(f'{{"kind":{quoted(kind)},"v":1')


def _objects(values: Iterable[Source | Money]) -> Texts:
    all_in_order = all_by_name = ""
    for value in values:
        in_order, by_name = texts(value)
        all_in_order += "," + in_order
        all_by_name += "," + by_name
    return f"[{all_in_order[1:]}]", f"[{all_by_name[1:]}]"


def _date(value: DateRange) -> str:
    return quoted(value.text)


def _quantity(value: Quantity) -> str:
    Quantity.parse(value.text)  # a sum may have more digits than can be read
    found = value.json
    return quoted(found) if isinstance(found, str) else str(found)


def _shares(value: str | Shares) -> str:
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value.json, ensure_ascii=False, separators=(",", ":"))


def _names(values: Iterable[str]) -> str:
    return f"[{','.join(map(quoted, values))}]"


# By the type of the field when it is optional: a field that must be there is written in the same way.
_PLAIN: dict[Any, Callable[[Any], str]] = {
    str | None: quoted,
    bool | None: json.dumps,
    DateRange | None: _date,
    Quantity | None: _quantity,
    str | Shares | None: _shares,
    tuple[str, ...] | None: _names,
}
_NESTED: dict[Any, Callable[[Any], Texts]] = {
    Money | None: texts,
    tuple[Money, ...] | None: _objects,
    tuple[Source, ...] | None: _objects,
    Event | Amendment | None: texts,
}
_FORMS = _PLAIN | _NESTED


# A field in the source of a function that writes a class: a variable with its JSON, empty if the field is not written.
# What is nested has a second one, with sorted names. (`!= None` would ask the class of each value, which is slower.)
_PLAIN_FIELD = """\
    {name} = ',"{name}":' + write_{name}(self.{name}) if self.{name} {stated} else ''"""
_NESTED_FIELD = """\
    {name} = {name}_by_name = ''
    if self.{name} {stated}:
        {name}, {name}_by_name = write_{name}(self.{name})
        {name}, {name}_by_name = ',"{name}":' + {name}, ',"{name}":' + {name}_by_name"""


def _source(cls: type, without: frozenset[str] = frozenset()) -> str:
    """The source of the function that writes an instance, in both orders.

    >>> from aidtimeline.events import Retraction
    >>> print(_source(Retraction))  # doctest: +ELLIPSIS
    def write(self):
        v = version_of(self)
        of = ',"of":' + write_of(self.of) if self.of is not None else ''
        reason = ',"reason":' + write_reason(self.reason) if self.reason is not None else ''
        duplicate_of = ...
        ref = ',"ref":' + write_ref(self.ref) if self.ref is not None else ''
        note = ',"note":' + write_note(self.note) if self.note is not None else ''
        sources = sources_by_name = ''
        if self.sources != default_sources:
            sources, sources_by_name = write_sources(self.sources)
            sources, sources_by_name = ',"sources":' + sources, ',"sources":' + sources_by_name
        in_order = f',"kind":"retraction","v":{v}{of}{reason}{duplicate_of}{ref}{note}{sources}'
        by_name = f'{duplicate_of},"kind":"retraction"{note}{of}{reason}{ref}{sources_by_name},"v":{v}'
        return f'{{{in_order[1:]}}}', f'{{{by_name[1:]}}}'
    """
    types = typing.get_type_hints(cls)
    kind = getattr(cls, "kind", None)
    lines = ["def write(self):", *(["    v = version_of(self)"] if kind else ())]
    in_order = {"kind": f',"kind":{quoted(kind)}', "v": ',"v":{v}'} if kind else {}
    by_name = dict(in_order)
    for each in attrs.fields(cls):
        if each.name in without:
            continue
        name, is_nested = each.name, types[each.name] | None in _NESTED
        stated = "is not None" if each.default in (None, attrs.NOTHING) else f"!= default_{name}"
        lines.append((_NESTED_FIELD if is_nested else _PLAIN_FIELD).format(name=name, stated=stated))
        in_order[name] = f"{{{name}}}"
        by_name[name] = f"{{{name}_by_name}}" if is_nested else f"{{{name}}}"
    lines.append(f"    in_order = f'{''.join(in_order.values())}'")
    lines.append(f"    by_name = f'{''.join(by_name[name] for name in sorted(by_name))}'")
    return "\n".join([*lines, "    return f'{{{in_order[1:]}}}', f'{{{by_name[1:]}}}'"])


_WRITTEN = frozenset({*KINDS.values(), Source, Money})
_EXPECTED = "an event or amendment of a known kind, with sources of the class Source"


@functools.cache
def _writer(cls: type, without: frozenset[str] = frozenset()) -> Callable[[Any], Texts]:
    """The function that writes each instance of a class, without some of the fields.

    A class derived from one of those that are written is refused: it may have fields that no reader knows.
    """
    if cls not in _WRITTEN:
        raise InvalidValue(Token(cls.__qualname__), _EXPECTED, _of_no_kind(cls))
    types = typing.get_type_hints(cls)
    known: dict[str, Any] = {"version_of": version_of}
    for each in attrs.fields(cls):
        known |= {f"write_{each.name}": _FORMS[types[each.name] | None], f"default_{each.name}": each.default}
    exec(_source(cls, without), known)
    made: Callable[[Any], Texts] = known["write"]
    return made


def _of_no_kind(cls: type) -> str | None:
    """Why a class is not written, if it is derived from one that is, or from `Event`."""
    near = next((each for each in cls.__mro__[1:] if each in _WRITTEN), None)
    if near is not None:
        return f"a class derived from {near.__name__} may have fields that no reader knows"
    return f"the kinds are {', '.join(KINDS)}" if issubclass(cls, Event) else None


class _Writers(dict[type, Callable[[Any], Texts]]):
    """The functions that write all fields of a class, generated when first needed. (A cached function is slower.)"""

    def __missing__(self, cls: Any) -> Callable[[Any], Texts]:
        made = self[cls] = _writer(cls)
        return made


_WRITERS = _Writers()
