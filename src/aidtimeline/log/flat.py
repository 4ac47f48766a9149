"""The fields of a draft as texts, by names without nesting: the cells of a sheet, or what is typed after `FIELD=`.

The names are those of the fields, and `currency` (of `value`), `source.publisher`, `source2.url` and the like. A text
is what the field has in JSON. What is not a text there is written so:

| field | text |
|---|---|
| `value` | the amount, with the currency in `currency`; or `USD 4500000` |
| `valued` | `EUR 5; USD 4..6` |
| lists | `undp; unicef`, or a JSON list |
| shares (`location`, `sector`) | a JSON object: `{"KE": 60, "UG": 40}` |
| flags | `true`, `false` |

`texts` and `put` are inverse: what a draft says is the same after both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import attrs

from aidtimeline.codec.jsonlines import DECODER, parse_object, too_deep
from aidtimeline.codec.written import types_of
from aidtimeline.errors import InvalidValue
from aidtimeline.events import KINDS, Source
from aidtimeline.log.shorthand import fields_of
from aidtimeline.text.nearest import did_you_mean, nearest
from aidtimeline.values.amounts import Money
from aidtimeline.values.shares import Shares

BETWEEN = "; "
_SOURCE = re.compile(r"source([2-9]|[1-9][0-9])?\.([a-z_]+)")
_BETWEEN_FIELDS = re.compile(rf",(?=\s*(?:{'|'.join(each.name for each in attrs.fields(Source))})\s*=)")
_MAY_BE_NAMES = re.compile(r"(?:^|,)\s*([a-z]+)\s*=")
_PLACE = re.compile(r"\$(?:\.event)*\.(\w+)(?:\[([0-9]+)\])?(?:\.(\w+))?")
_WHOLE_MONEY = re.compile(r"[A-Za-z]{3} ")
SOURCE_FIELDS = tuple(each.name for each in attrs.fields(Source))


@cache
def names_of(kind: str, sources: int = 1) -> tuple[str, ...]:
    """The names that a draft of a kind may have, in the order of a line, with those of so many sources.

    >>> names_of("retraction")[:3], names_of("retraction")[-2:]
    (('of', 'reason', 'duplicate_of'), ('source.locator', 'source.archived'))
    """
    names: list[str] = []
    for name in fields_of(kind):
        if name == "sources":
            for number in range(1, sources + 1):
                names += [f"{source_name(number)}.{each}" for each in SOURCE_FIELDS]
        elif name != "event":
            names += [name, "currency"] if name == "value" else [name]
    return tuple(names)


def source_name(number: int) -> str:
    """What the names of a source begin with; `number` counts from 1.

    >>> source_name(1), source_name(2)
    ('source', 'source2')
    """
    return "source" if number == 1 else f"source{number}"


def texts(draft: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a draft, a JSON object, by their names; the event of a correction is left out.

    >>> texts({"kind": "delivery", "via": ["undp", "unicef"], "value": {"amount": 5, "currency": "USD"}})
    {'kind': 'delivery', 'via': 'undp; unicef', 'value': '5', 'currency': 'USD'}
    """
    found: dict[str, str] = {}
    for name, value in draft.items():
        if name == "sources":
            for number, source in enumerate(value, start=1):
                found.update((f"{source_name(number)}.{each}", text) for each, text in source.items())
        elif name == "value" and isinstance(value, Mapping):
            found.update((("value", str(value["amount"])), ("currency", value["currency"])))
        elif name != "event" and value is not None:
            found[name] = _written(name, value)
    return found


def put(draft: dict[str, Any], name: str, text: Any) -> None:
    """Put a text where its name says, in a draft as a JSON object. An empty one takes away what is there.

    A text that does not fit is put there as it is, and refused when the draft is read. Anything but a text is taken for
    JSON. An amount keeps the currency that the value has.

    >>> draft = {"value": {"amount": 5, "currency": "USD"}}
    >>> for name, text in {"value": "7", "via": "undp; unicef", "source.publisher": "NHK"}.items():
    ...     put(draft, name, text)
    >>> draft
    {'value': {'amount': '7', 'currency': 'USD'}, 'via': ['undp', 'unicef'], 'sources': [{'publisher': 'NHK'}]}
    """
    of_source = _SOURCE.fullmatch(name)
    if of_source is not None:
        sources = draft.setdefault("sources", [])
        at = int(of_source[1] or 1) - 1
        if not isinstance(sources, list) or not all(isinstance(each, dict) for each in sources):
            return  # they are refused as they are
        if text != "":
            sources += [{} for _ in range(at + 1 - len(sources))]
        if at < len(sources):
            _set(sources[at], of_source[2], text)
        return
    value = draft.get("value")
    if name == "currency":
        if text != "" or isinstance(value, dict):
            draft["value"] = dict(value) if isinstance(value, dict) else {} if value is None else {"amount": value}
            _set(draft["value"], "currency", text)
    elif name == "value" and isinstance(value, dict) and isinstance(text, str) and text:
        draft["value"] = text if _WHOLE_MONEY.match(text) else {**value, "amount": text}
    else:
        _set(draft, name, _read(name, text) if isinstance(text, str) else text)


def read_source(text: str) -> Source:
    """A source as it is typed: its fields with commas between them, or a JSON object.

    A comma that no name of a field follows belongs to the value. Raises `InvalidValue`.

    >>> read_source("publisher=NHK,title=Trucks, and more,published=2023-05").title
    'Trucks, and more'
    >>> read_source("publisher=NHK,publishd=2023-05")
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found 'publishd', expected a field of a source (did you mean 'published'?)
    """
    if text.lstrip().startswith("{"):
        fields = parse_object(text)
    else:
        parts = (each.partition("=") for each in _BETWEEN_FIELDS.split(text))
        fields = {name.strip(): value.strip() for name, equals, value in parts if equals or name.strip()}
        for name in _MAY_BE_NAMES.findall(text):
            if name not in SOURCE_FIELDS and nearest(name, SOURCE_FIELDS):
                fields[name] = ""
    for name, value in fields.items():
        if name not in SOURCE_FIELDS:
            raise InvalidValue(
                name, "a field of a source", did_you_mean(name, SOURCE_FIELDS) or ", ".join(SOURCE_FIELDS)
            )
        if not isinstance(value, str) and value is not None:
            raise InvalidValue(value, f"text as the {name} of a source")
        try:
            convert: Any = attrs.fields_dict(Source)[name].converter
            fields[name] = convert(value or None)
        except InvalidValue as error:
            raise InvalidValue(value, f"as {name} {error.expected}", error.hint) from None
    return Source(**fields)


def name_at(path: str | None) -> str | None:
    """The name of what stands at a JSONPath of a draft; None: the path is not of a field.

    >>> name_at("$.sources[1].published"), name_at("$.value.currency"), name_at("$.via[0]"), name_at("$")
    ('source2.published', 'currency', 'via', None)
    """
    found = _PLACE.match(path or "")
    if found is None:
        return None
    name, index, member = found.groups()
    if name == "sources":
        source = source_name(int(index or 0) + 1)
        return source if member is None else f"{source}.{member}"
    return "currency" if (name, member) == ("value", "currency") else str(name)


def _set(holder: dict[str, Any], name: str, value: Any) -> None:
    if value == "":
        holder.pop(name, None)
    else:
        holder[name] = value


@cache
def _types() -> Mapping[str, Any]:
    """The type of each field, as it is when it is optional."""
    types: dict[str, Any] = {kind: types_of(cls) for kind, cls in KINDS.items()}  # type: ignore[arg-type]
    return {name: types[kind][name] for kind in KINDS for name in fields_of(kind)}


def _read(name: str, text: str) -> Any:
    """What a field has in JSON, of a text that is not empty."""
    _, read = _FORMS.get(_types().get(name), _PLAIN)
    return read(text) if text else text


def _written(name: str, value: Any) -> str:
    write, _ = _FORMS.get(_types().get(name), _PLAIN)
    return write(value)


def _json(text: str) -> Any:
    """What a text is as JSON; the text itself if it is none."""
    try:
        return text if too_deep(text) else DECODER.decode(text)
    except (ValueError, InvalidValue, RecursionError):
        return text


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(several: Iterable[str]) -> str:
    several = list(several)
    plain = all(each and each == each.strip() and ";" not in each and each[0] != "[" for each in several)
    return BETWEEN.join(several) if plain else _as_json(several)


def _split(text: str) -> Any:
    return _json(text) if text[0] == "[" else [each.strip() for each in text.split(";") if each.strip()]


def _monies(several: Iterable[Any]) -> str:
    return BETWEEN.join(each if isinstance(each, str) else f"{each['currency']} {each['amount']}" for each in several)


def _slug_or_shares(value: Any) -> str:
    return value if isinstance(value, str) and value[0] not in '{"' else _as_json(value)


def _flag(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


_PLAIN: tuple[Callable[[Any], str], Callable[[str], Any]] = (str, str)
#: By type: how a value is written as a text, and how it is read.
_FORMS: Mapping[Any, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    tuple[str, ...] | None: (_joined, _split),
    tuple[Money, ...] | None: (_monies, _split),
    tuple[Source, ...] | None: (_as_json, _json),
    str | Shares | None: (_slug_or_shares, lambda text: _json(text) if text[0] in '{"' else text),
    bool | None: (lambda flag: str(flag).lower(), _flag),
}
