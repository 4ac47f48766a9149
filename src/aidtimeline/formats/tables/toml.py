"""Reading a mapping: a TOML file, which is checked before any row is read. Each error names the key.

Each key has a function that reads its value, and raises `InvalidValue`. In `UsageError`s, which are raised for a table,
the key comes first: ".event.delivered.date: found …".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from aidtimeline.codec.jsonlines import Token
from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.events import Source
from aidtimeline.formats.reading.sheets import fold
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping, Template
from aidtimeline.formats.tables.values import FIELDS, KINDS, SEPARATORS, SEVERAL, Habits, check_form
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.converters import to_flag, to_slug

Reader: TypeAlias = Callable[[Any], Any]

EACH_EVENT = "a table for each event of a row, such as [event.delivered]"

MAX_BYTES = 2**20
"""The most bytes of a mapping."""

MAX_PARTS = 16
"""The most parts of a key with dots: what reads TOML takes time in proportion to their square."""

MAX_SEVERAL = 100
"""The most columns of a key, and the like: what is done for each row."""

MAX_FORMS = 20
"""The most forms of dates."""

# What stands in quotes or behind a #, and a key of too many parts outside of it.
_TEXTS = re.compile(
    r"""\"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:"{3})?|'{3}(?:[^']++|'(?!''))*+(?:'{3})?"""
    r"""|"(?:[^"\\\n]++|\\.)*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_DEEP = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{MAX_PARTS}}}")

_SOURCE = ("publisher", "title", "url", "published", "archived")
_ALL_FIELDS = frozenset().union(*FIELDS.values())


def load(path: Path) -> TableMapping:
    """The mapping in a file. Raises `UsageError`, with the key, what was found there and what was expected."""
    try:
        with path.open("rb") as stream:
            said = stream.read(MAX_BYTES + 1)
        if len(said) > MAX_BYTES:
            raise UsageError(f"the mapping {path} has more than {MAX_BYTES:,} bytes")
        text = said.decode().replace("\r\n", "\n")
        if _DEEP.search(_TEXTS.sub("0", text)):
            raise UsageError(f"the mapping {path} has a key of more than {MAX_PARTS} parts")
        found = tomllib.loads(text, parse_float=str)
    except OSError as error:
        raise UsageError(f"the mapping {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the mapping {path} is not TOML: {error}") from None
    try:
        return _mapping(found)
    except UsageError as error:
        raise UsageError(f"the mapping {path}: {str(error).removeprefix('.')}") from None


def _mapping(found: dict[str, Any]) -> TableMapping:
    marks = _each({name: found[name] for name in _HABITS if name in found}, _HABITS.__getitem__)
    habits = Habits(**marks, typed=True)
    if habits.decimal == habits.thousands:
        raise _refused("thousands", InvalidValue(habits.thousands, "a mark other than the decimal one"))
    readers: dict[str, Reader] = {
        "dataset": lambda each: to_slug(_text(each)),
        **{name: partial(_field, habits, Source, name) for name in _SOURCE},
        "reports": lambda each: tuple(map(Template.parse, _few(each))),
        "sheet": _text,
        "key": _few,
        "complete": to_flag,
        "unknown": _folded,
        **_HABITS,
        "skip": lambda each: _fold_keys(_each(each, lambda _: _folded)),
        "words": lambda each: _each(each, lambda name: partial(_words, habits, name)),
        "event": lambda each: _each(_few_tables(each), lambda name: partial(_event, habits, to_slug(name))),
    }
    values = _table(found, readers, {"dataset": "a name that all versions of the table share", "event": EACH_EVENT})
    source = {name: values.pop(name) for name in _SOURCE if name in values}
    events = tuple(values.pop("event").values())
    own = {name: each for name, each in values.items() if name not in marks}
    mapping = TableMapping(source=source, events=events, habits=habits, **own)
    used = {"kind", *source, *(name for each in events for name in each.fields)}
    for name in mapping.words:
        if name not in used:
            raise _refused(f"words.{name}", _unknown(name, sorted(used)))
    return mapping


def _few_tables(found: Any) -> Any:
    if isinstance(found, dict) and len(found) > MAX_SEVERAL:
        raise InvalidValue(Token(f"{len(found):,} events"), f"at most {MAX_SEVERAL}")
    return found


def _event(habits: Habits, name: str, found: Any) -> EventMapping:
    if not isinstance(found, dict):
        raise InvalidValue(found, EACH_EVENT)
    cls = KINDS.get(str(found.get("kind")))
    readers: dict[str, Reader] = {
        "kind": partial(_field, habits, None, "kind"),
        "needs": _few,
        "restated": to_flag,
        **{each: partial(_fields, habits, cls, each) for each in sorted(FIELDS[cls.kind] if cls else _ALL_FIELDS)},
    }
    needed = dict.fromkeys(("kind", "date"), "a text, or {Column}")
    values = _table(found, readers, needed, f" for a {cls.kind}" if cls else "")
    own = {each: values.pop(each) for each in ("kind", "needs", "restated") if each in values}
    return EventMapping(name=name, **own, fields=values)


def _fields(habits: Habits, cls: type | None, name: str, found: Any) -> tuple[Template, ...]:
    texts = _few(found) if name in SEVERAL and isinstance(found, list) else [found]
    return tuple(_field(habits, cls, name, each) for each in texts)


def _field(habits: Habits, cls: type | None, name: str, found: Any) -> Template:
    """The template of a field. One without columns must be a value of that field."""
    template = Template.parse(_text(found))
    if not template.columns:
        habits.value(name, template.text, cls=cls)
    return template


def _words(habits: Habits, name: str, found: Any) -> Mapping[str, str]:
    """What the texts of a field mean; an empty text means nothing."""

    def read(each: Any) -> str:
        meant = _text(each)
        if meant:
            habits.value(name, meant)
        return meant

    return _fold_keys(_each(found, lambda _: read))


def _text(found: Any) -> str:
    """A text. Numbers, flags and dates may be without quotes, and are taken as written."""
    if isinstance(found, dict | list):
        raise InvalidValue(found, "a text in quotes")
    return str(found).lower() if isinstance(found, bool) else str(found)


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(map(_text, found if isinstance(found, list) else [found]))


def _few(found: Any, most: int = MAX_SEVERAL) -> tuple[str, ...]:
    """Texts for each of which something is done in every row."""
    texts = _texts(found)
    if len(texts) > most:
        raise InvalidValue(Token(f"{len(texts):,} texts"), f"at most {most}")
    return texts


def _folded(found: Any) -> frozenset[str]:
    return frozenset(map(fold, _texts(found)))


def _fold_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    return {fold(name): each for name, each in values.items()}


def _mark(allowed: tuple[str, ...], found: Any) -> str:
    if found not in allowed:
        raise InvalidValue(found, "one of " + " ".join(repr(each) for each in allowed if each))
    return str(found)


_HABITS: Mapping[str, Reader] = {
    "dates": lambda found: tuple(map(check_form, _few(found, MAX_FORMS))),
    "decimal": partial(_mark, (".", ",")),
    "thousands": partial(_mark, SEPARATORS),
}


def _table(found: dict[str, Any], readers: Mapping[str, Reader], needed: Mapping[str, str], of: str = "") -> Any:
    """The values of a table that has keys of its own; `needed` are those that must be there, with what is expected."""
    for name in found:
        if name not in readers:
            raise _refused(name, _unknown(name, readers, of))
    for name, expected in needed.items():
        if found.get(name, {}) == {}:
            raise _refused(name, InvalidValue(None, expected))
    return _each(found, readers.__getitem__)


def _each(found: Any, reader_of: Callable[[str], Reader]) -> dict[str, Any]:
    """The values of a table, each read by the reader of its key."""
    if not isinstance(found, dict):
        raise InvalidValue(found, "a table")
    values = {}
    for name, each in found.items():
        try:
            values[name] = reader_of(name)(each)
        except InvalidValue as error:
            raise _refused(name, error) from None
        except UsageError as error:
            raise UsageError(f".{name}{error}") from None
    return values


def _refused(key: str, error: InvalidValue) -> UsageError:
    return UsageError(f".{key}: {error}")


def _unknown(name: str, known: Collection[str], of: str = "") -> InvalidValue:
    return InvalidValue(name, f"one of {', '.join(known)}{of}", did_you_mean(name, known))
