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
from aidtimeline.codec.versions import VERSIONS
from aidtimeline.errors import InvalidValue
from aidtimeline.events import KINDS, Amendment, Event, Source
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

Texts: TypeAlias = tuple[str, str]
"""The same JSON in class order, and with sorted names."""


def texts(event: Event | Amendment) -> Texts:
    """An event as a JSON object: `kind` and `v`, then its fields, without nulls, empty lists, defaults.

    >>> from aidtimeline import Status
    >>> in_order, by_name = texts(Status(date="2023", project="hd", status="closed", sources=Source(title="é")))
    >>> print(in_order, by_name, sep="\\n")
    {"kind":"status","v":1,"date":"2023","project":"hd","status":"closed","sources":[{"title":"é"}]}
    {"date":"2023","kind":"status","project":"hd","sources":[{"title":"é"}],"status":"closed","v":1}
    """
    fields, by_name = members(event)
    return f"{{{head(event.kind)}{fields}}}", by_name


def members(event: Event | Amendment) -> Texts:
    """The fields that follow `head` in the first of the texts, each with a comma before it; and all of the second."""
    fields, by_name = _MEMBERS[type(event)](event)
    return fields, f"{{{by_name[1:]}}}"


def by_name(value: Event | Amendment | Source, without: frozenset[str] = frozenset()) -> str:
    """An event or a source with sorted names, without some of its fields.

    >>> by_name(Source(publisher="A", title="Aid", url="https://example.org"), without=frozenset({"title"}))
    '{"publisher":"A","url":"https://example.org"}'
    """
    cls: type = type(value)
    return f"{{{_members_of(cls, without)(value)[1][1:]}}}"


@functools.cache
def head(kind: str) -> str:
    """How an object of a kind begins, after its brace."""
    return f'"kind":{quoted(kind)},"v":{VERSIONS[kind]}'


def _object(value: Any) -> Texts:
    fields, by_name = _MEMBERS[type(value)](value)
    return f"{{{fields[1:]}}}", f"{{{by_name[1:]}}}"


def _objects(values: Iterable[Any]) -> Texts:
    all_fields = all_by_name = ""
    for value in values:
        fields, by_name = _object(value)
        all_fields += "," + fields
        all_by_name += "," + by_name
    return f"[{all_fields[1:]}]", f"[{all_by_name[1:]}]"


def _date(value: DateRange) -> str:
    return quoted(value.text)


def _quantity(value: Quantity) -> str:
    Quantity.parse(value.text)  # a sum may have more digits than can be read
    found = value.json
    return quoted(found) if isinstance(found, str) else str(found)


def _names(values: Iterable[str]) -> str:
    return f"[{','.join(map(quoted, values))}]"


# By the type of the field when it is optional: a field that must be there is written in the same way.
_PLAIN: dict[Any, Callable[[Any], str]] = {
    str | None: quoted,
    bool | None: json.dumps,
    DateRange | None: _date,
    Quantity | None: _quantity,
    tuple[str, ...] | None: _names,
}
_NESTED: dict[Any, Callable[[Any], Texts]] = {
    Money | None: _object,
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
    """The source of the function that gives the fields of an instance, each with a comma before it, in both orders.

    >>> from aidtimeline.events import Retraction
    >>> print(_source(Retraction))  # doctest: +ELLIPSIS
    def members(self):
        of = ',"of":' + write_of(self.of) if self.of is not None else ''
        reason = ',"reason":' + write_reason(self.reason) if self.reason is not None else ''
        duplicate_of = ...
        ref = ',"ref":' + write_ref(self.ref) if self.ref is not None else ''
        note = ',"note":' + write_note(self.note) if self.note is not None else ''
        sources = sources_by_name = ''
        if self.sources != default_sources:
            sources, sources_by_name = write_sources(self.sources)
            sources, sources_by_name = ',"sources":' + sources, ',"sources":' + sources_by_name
        in_order = f'{of}{reason}{duplicate_of}{ref}{note}{sources}'
        by_name = f'{duplicate_of},"kind":"retraction"{note}{of}{reason}{ref}{sources_by_name},"v":1'
        return in_order, by_name
    """
    types = typing.get_type_hints(cls)
    lines = ["def members(self):"]
    in_order: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for each in attrs.fields(cls):
        if each.name in without:
            continue
        name, is_nested = each.name, types[each.name] | None in _NESTED
        stated = "is not None" if each.default in (None, attrs.NOTHING) else f"!= default_{name}"
        lines.append((_NESTED_FIELD if is_nested else _PLAIN_FIELD).format(name=name, stated=stated))
        in_order[name] = f"{{{name}}}"
        by_name[name] = f"{{{name}_by_name}}" if is_nested else f"{{{name}}}"
    if kind := getattr(cls, "kind", None):
        by_name |= {"kind": f',"kind":{quoted(kind)}', "v": f',"v":{VERSIONS[kind]}'}
    lines.append(f"    in_order = f'{''.join(in_order.values())}'")
    lines.append(f"    by_name = f'{''.join(by_name[name] for name in sorted(by_name))}'")
    return "\n".join([*lines, "    return in_order, by_name"])


@functools.cache
def _members_of(cls: type, without: frozenset[str] = frozenset()) -> Callable[[Any], Texts]:
    types = typing.get_type_hints(cls)
    known: dict[str, Any] = {}
    for each in attrs.fields(cls):
        known |= {f"write_{each.name}": _FORMS[types[each.name] | None], f"default_{each.name}": each.default}
    exec(_source(cls, without), known)
    made: Callable[[Any], Texts] = known["members"]
    return made


_WRITTEN = frozenset({*KINDS.values(), Source, Money})


class _Members(dict[type, Callable[[Any], Texts]]):
    """The functions that write each class, generated when first needed.

    A class derived from one of these is not written: it may have fields that no reader knows.
    """

    def __missing__(self, cls: Any) -> Callable[[Any], Texts]:
        if cls not in _WRITTEN:
            raise InvalidValue(Token(cls.__qualname__), _EXPECTED, _of_no_kind(cls))
        made = self[cls] = _members_of(cls)
        return made


_EXPECTED = "an event or amendment of a known kind, with sources of the class Source"


def _of_no_kind(cls: type) -> str | None:
    """Why a class is not written, if it is derived from one that is, or from `Event`."""
    near = next((each for each in cls.__mro__[1:] if each in _WRITTEN), None)
    if near is not None:
        return f"a class derived from {near.__name__} may have fields that no reader knows"
    return f"the kinds are {', '.join(KINDS)}" if issubclass(cls, Event) else None


_MEMBERS = _Members()
