"""Reading a mapping: a TOML file, which is checked before any row is read. All faults are listed, each with its key."""

from __future__ import annotations

import re
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from aidtimeline.codec.jsonlines import Token
from aidtimeline.errors import FaultyMapping, InvalidValue, Problem, UsageError
from aidtimeline.events import Source
from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.reading.headers import MAX_HEADER
from aidtimeline.formats.tables.events import EACH_EVENT, event
from aidtimeline.formats.tables.faults import Faults, Reader, unknown
from aidtimeline.formats.tables.fields import (
    HABITS,
    MAX_SEVERAL,
    FieldReader,
    conditions,
    few,
    folded,
    habits_of,
    patterns,
    text,
    words,
)
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping
from aidtimeline.formats.tables.values import Habits
from aidtimeline.values.converters import to_flag, to_slug

MAX_BYTES = 2**20
"""The most bytes of a mapping."""

MAX_PARTS = 16
"""The most parts of a key with dots: what reads TOML takes time in proportion to their square."""

# What stands in quotes or behind a #, and a key of too many parts outside of it.
_TEXTS = re.compile(
    r"""\"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:"{3})?|'{3}(?:[^']++|'(?!''))*+(?:'{3})?"""
    r"""|"(?:[^"\\\n]++|\\.)*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_DEEP = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{MAX_PARTS}}}")

_SOURCE = ("publisher", "title", "url", "published", "archived")
_NEEDED = {"dataset": "a name that all versions of the table share", "event": EACH_EVENT}


def load(path: Path) -> TableMapping:
    """The mapping in a file. Raises `UsageError`, with the keys, what was found there and what was expected."""
    mapping, faults = examine(path)
    if mapping is None or faults.found:
        raise faulty(path, faults)
    return mapping


def faulty(path: Path, faults: Faults, more: tuple[Problem, ...] = ()) -> UsageError:
    """The error that a mapping has faults, with `more` that is wrong with the table."""
    if len(faults.found) == 1 and not more:
        key, error = faults.found[0]
        return UsageError(f"the mapping {path}: {key}: {error}")
    problems = [Problem.of_value(key, error).at(str(path), None) for key, error in faults.found]
    return FaultyMapping(f"the mapping {path} has {len(faults.found)} faults:", [*problems, *more])


def examine(path: Path) -> tuple[TableMapping | None, Faults]:
    """The mapping in a file, as far as it is without faults, and these. Without any event it is None.

    Raises `UsageError` if the file cannot be read or is no TOML.
    """
    try:
        with path.open("rb") as stream:
            said = stream.read(MAX_BYTES + 1)
        if len(said) > MAX_BYTES:
            raise UsageError(f"the mapping {path} has more than {MAX_BYTES:,} bytes")
        whole = said.decode().replace("\r\n", "\n")
        if _DEEP.search(_TEXTS.sub("0", whole)):
            raise UsageError(f"the mapping {path} has a key of more than {MAX_PARTS} parts")
        found = tomllib.loads(whole, parse_float=str)
    except OSError as error:
        raise UsageError(f"the mapping {path}: {error.strerror or error}") from None
    except UsageError:
        raise
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the mapping {path} is not TOML: {error}") from None
    faults = Faults()
    return _mapping(found, faults), faults


def _mapping(found: dict[str, Any], faults: Faults) -> TableMapping | None:
    habits, own_words = _habits(found, faults)
    fields = FieldReader(faults, habits, own_words)
    readers: dict[str, Reader] = {
        "dataset": lambda each, _: to_slug(text(each)),
        **{name: partial(fields.one, cls=Source, name=name) for name in _SOURCE},
        "reports": lambda each, key: fields.several(each, key, name="reports"),
        "header": _header,
        "rows": lambda each, _: text(each),
        **dict.fromkeys(("sheet", "key", "down", "optional"), lambda each, _: few(each)),
        "complete": _complete,
        "totals": lambda each, _: to_flag(each),
        "unknown": lambda each, _: folded(each),
        **dict.fromkeys(HABITS, _read_before),
        **dict.fromkeys(("words", "patterns"), _read_before),
        **dict.fromkeys(("where", "unless", "skip"), lambda each, key: conditions(each, key, faults)),
        "event": lambda each, key: _events(each, key, fields),
    }
    values = faults.table("", found, readers, _NEEDED)
    for name in ("words", "patterns", *HABITS):
        values.pop(name, None)
    source = {name: values.pop(name) for name in _SOURCE if name in values}
    events = values.pop("event", ())
    used = {"kind", *source, *(name for each in events for name in each.fields)}
    for table in ("words", "patterns"):
        for name in found[table] if events and isinstance(found.get(table), dict) else ():
            if name not in used:
                faults.add(f"{table}.{name}", unknown(name, sorted(used)))
    where, unless, skip = (values.pop(name, ()) for name in ("where", "unless", "skip"))
    complete = values.pop("complete", False)
    for each in events:
        _check_levels(each, values.get("key", ()), faults)
    if not events:
        return None
    return TableMapping(
        **{"dataset": "unnamed", **values},
        complete=complete is not False,
        scope=complete if isinstance(complete, tuple) else (),
        conditions=fields.conditions_of(where, (*unless, *skip)),
        source=source,
        events=events,
        habits=habits,
    )


def _habits(found: dict[str, Any], faults: Faults) -> tuple[Habits, dict[str, dict[str, str]]]:
    """How the whole table is written, and what its words mean, by field."""
    marks = {name: each for name, each in found.items() if name in HABITS}
    habits = habits_of(Habits(), faults.each("", marks, HABITS.__getitem__), "", faults)
    tables = [found.get(name, {}) for name in ("patterns", "words")]
    own = faults.each("patterns", tables[0], lambda _: lambda each, key: patterns(each, key, faults))
    habits = habits_of(habits, {"patterns": {name: each for name, each in own.items() if each}}, "", faults)
    read = faults.each("words", tables[1], lambda name: lambda each, key: words(habits, name, each, key, faults))
    return habits, {name: each for name, each in read.items() if each}


def _read_before(_found: Any, _key: str) -> None:
    """What is read before all others, since these depend on it."""


def _header(found: Any, _key: str) -> int:
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= MAX_HEADER:
        return found
    raise InvalidValue(found, f"how many rows the header takes, from 0 to {MAX_HEADER}")


def _complete(found: Any, _key: str) -> bool | tuple[str, ...]:
    """Whether a version has everything, or the columns that say of what it has everything."""
    if isinstance(found, bool):
        return found
    if isinstance(found, list) and found:
        return few(found)
    raise InvalidValue(
        found, 'true or false, or columns: ["Year"] if a version has everything of the years that it has'
    )


def _check_levels(event: EventMapping, key: tuple[str, ...], faults: Faults) -> None:
    """What has come about by each of several days, under a key of each, would be added up."""
    names = {fold(name) for name in event.key or key} | ({"each"} if event.each is not None else set())
    for template in [way.template for field in event.fields.get("date", ()) for way in field if event.restated]:
        days = [name for name in template.columns if fold(name) in names]
        if days and template.text.startswith(("[..", "../")):
            expected = (
                f"false, or a key without {{{days[0]}}}: what has come about by several days is added up; "
                'kind = "observation" keeps all of them as levels'
            )
            faults.add(f"event.{event.name}.restated", InvalidValue(Token("true"), expected))


def _events(found: Any, key: str, fields: FieldReader) -> tuple[Any, ...]:
    if not isinstance(found, dict):
        raise InvalidValue(found, EACH_EVENT)
    if len(found) > MAX_SEVERAL:
        raise InvalidValue(Token(f"{len(found):,} events"), f"at most {MAX_SEVERAL}")
    read = fields.faults.each(key, found, lambda name: lambda each, under: event(fields, to_slug(name), each, under))
    return tuple(each for each in read.values() if each is not None)
