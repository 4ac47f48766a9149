"""Events as JSON text, each in both of its orders at once: that of its class, as in lines, and by name, as for ids.

The two differ in order alone, so every value is put into words once. Making them is most of the work of an append; so
the function that does it for a class is put together as Python source, from its fields and their types, as attrs and
cattrs make theirs.
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
"""The same JSON in class order, and with sorted names: no spaces, characters as they are."""


def texts(event: Event | Amendment) -> Texts:
    """An event as an object: `kind` and `v`, then its fields, without nulls, empty lists, defaults.

    >>> from aidtimeline import Status
    >>> ours, sorted_by_name = texts(Status(date="2023", project="hd", status="closed", sources=Source(title="é")))
    >>> print(ours, sorted_by_name, sep="\\n")
    {"kind":"status","v":1,"date":"2023","project":"hd","status":"closed","sources":[{"title":"é"}]}
    {"date":"2023","kind":"status","project":"hd","sources":[{"title":"é"}],"status":"closed","v":1}
    """
    fields, by_name = members(event)
    return f"{{{head(event.kind)}{fields}}}", by_name


def members(event: Event | Amendment) -> Texts:
    """What follows `head` in the first of the texts, a comma before each field; and the second, whole."""
    fields, by_name = _MEMBERS[type(event)](event)
    return fields, f"{{{by_name[1:]}}}"


@functools.cache
def head(kind: str) -> str:
    """What an object of a kind begins with, after its brace."""
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


# By the type of an optional field, which is written as one that must be there.
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


def _members_of(cls: type) -> Callable[[Any], Texts]:
    """The function that gives the fields of one of a class, each with a comma before it, in both orders.

    For a class with the fields `of`, a text that must be there, and `event`, an event or None, it is::

        def members(self):
            of = ',"of":' + write_of(self.of)
            event = event_by_name = ''
            if self.event is not None:
                event, event_by_name = write_event(self.event)
                event, event_by_name = ',"event":' + event, ',"event":' + event_by_name
            return f'{of}{event}', f'{event_by_name}{of}'
    """
    hints = typing.get_type_hints(cls)
    known: dict[str, Any] = {}
    body = []
    in_order: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for each in attrs.fields(cls):
        name, form, start = each.name, hints[each.name] | None, f"""',"{each.name}":'"""
        known |= {f"write_{name}": _FORMS[form], f"default_{name}": each.default}
        in_order[name] = by_name[name] = f"{{{name}}}"
        empty, told = f"{name} = ''", [f"{name} = {start} + write_{name}(self.{name})"]
        if form in _NESTED:
            by_name[name] = f"{{{name}_by_name}}"
            both = f"{name}, {name}_by_name"
            empty = f"{name} = {name}_by_name = ''"
            told = [f"{both} = write_{name}(self.{name})", f"{both} = {start} + {name}, {start} + {name}_by_name"]
        if each.default is not attrs.NOTHING:
            # (`!=` would ask the class of each value, which answers in Python)
            differs = "is not None" if each.default is None else f"!= default_{name}"
            told = [empty, f"if self.{name} {differs}:", *(f"    {line}" for line in told)]
        body += told
    if kind := getattr(cls, "kind", None):
        by_name |= {"kind": f',"kind":{quoted(kind)}', "v": f',"v":{VERSIONS[kind]}'}
    body.append(f"return f'{''.join(in_order.values())}', f'{''.join(by_name[name] for name in sorted(by_name))}'")
    exec("\n    ".join(["def members(self):", *body]), known)
    made: Callable[[Any], Texts] = known["members"]
    return made


_WRITTEN = frozenset({*KINDS.values(), Source, Money})


class _Members(dict[type, Callable[[Any], Texts]]):
    """The functions of `_members_of`, each made when it is first needed.

    Only the classes themselves are written: one derived from them may have fields that no reader knows.
    """

    def __missing__(self, cls: type) -> Callable[[Any], Texts]:
        if cls not in _WRITTEN:
            raise InvalidValue(Token(cls.__qualname__), _EXPECTED, _of_no_kind(cls))
        made = self[cls] = _members_of(cls)
        return made


_EXPECTED = "an event or amendment of a known kind, with sources of the class Source"


def _of_no_kind(cls: type) -> str | None:
    """What is wrong with a class that is nearly one of those that are written."""
    near = next((each for each in cls.__mro__[1:] if each in _WRITTEN), None)
    if near is not None:
        return f"a class derived from {near.__name__} may have fields that no reader knows"
    return f"the kinds are {', '.join(KINDS)}" if issubclass(cls, Event) else None


_MEMBERS = _Members()
