"""Reading a mapping: a TOML file, which is checked before any row is read. Each error names the key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import attrs

from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.formats.reading.sheets import fold
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping, Template
from aidtimeline.formats.tables.values import FIELDS, KINDS, SEPARATORS, Habits, check_form
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.safe import shown
from aidtimeline.values.converters import to_slug, to_text

_SOURCE = ("publisher", "title", "url", "published")
_KEYS = (
    *("dataset", *_SOURCE, "reports", "sheet", "key", "complete", "unknown", "dates", "decimal", "thousands"),
    *("skip", "words", "event"),
)
_OF_EVENT = ("kind", "needs", "restated")
_ALL_FIELDS = frozenset().union(*FIELDS.values())


def load(path: Path) -> TableMapping:
    """The mapping in a file. Raises `UsageError`, with the key, what was found there and what was expected."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=str)
    except OSError as error:
        raise UsageError(f"the mapping {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the mapping {path} is not TOML: {error}") from None
    return _Reader(path).mapping(found)


class _Reader:
    """Reads each key of a mapping as what it must be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.own = self.habits = Habits()

    def mapping(self, found: Mapping[str, Any]) -> TableMapping:
        self.known("", found, _KEYS)
        if "dataset" not in found:
            self.refuse("dataset", None, "a name that all versions of the table share")
        self.habits = self.read_habits(found)
        self.own = attrs.evolve(self.habits, typed=True)
        events = self.table("event", found.get("event"))
        if not events:
            self.refuse("event", None, "a table for each event of a row, such as [event.delivered]")
        mapping = TableMapping(
            path=self.path,
            dataset=self.of("dataset", to_slug, self.text("dataset", found["dataset"])),
            source={name: self.field(name, name, found[name]) for name in _SOURCE if name in found},
            reports=self.templates("reports", found.get("reports", [])),
            sheet=self.text("sheet", found["sheet"]) if "sheet" in found else None,
            key=self.texts("key", found.get("key", [])),
            complete=self.flag("complete", found.get("complete", False)),
            habits=self.habits,
            unknown=frozenset(map(fold, self.texts("unknown", found.get("unknown", [])))),
            skip={
                fold(name): frozenset(map(fold, self.texts(f"skip.{name}", each)))
                for name, each in self.table("skip", found.get("skip", {})).items()
            },
            words={
                name: self.words(name, self.table(f"words.{name}", each))
                for name, each in self.table("words", found.get("words", {})).items()
            },
            events=tuple(self.event(name, each) for name, each in events.items()),
        )
        used = {"kind", *mapping.source, *(name for each in mapping.events for name in each.fields)}
        self.known("words", mapping.words, tuple(sorted(used)))
        return mapping

    def read_habits(self, found: Mapping[str, Any]) -> Habits:
        forms = self.texts("dates", found.get("dates", []))
        decimal, thousands = found.get("decimal", "."), found.get("thousands", "")
        for at, mark, allowed in (("decimal", decimal, (".", ",")), ("thousands", thousands, SEPARATORS)):
            if mark not in allowed:
                self.refuse(at, mark, "one of " + " ".join(repr(each) for each in allowed if each))
        if decimal == thousands:
            self.refuse("thousands", thousands, "a mark other than the decimal one")
        return Habits(tuple(self.of("dates", check_form, form) for form in forms), decimal, thousands)

    def event(self, name: str, found: object) -> EventMapping:
        at = f"event.{name}"
        if not isinstance(found, dict):
            self.refuse(at, found, "a table for each event of a row, such as [event.delivered]")
        self.known(at, found, (*_OF_EVENT, *sorted(_ALL_FIELDS)))
        for needed in ("kind", "date"):
            if needed not in found:
                self.refuse(f"{at}.{needed}", None, "a text, or {Column}")
        kind = self.field(f"{at}.kind", "kind", found["kind"])
        fields = {each: text for each, text in found.items() if each not in _OF_EVENT}
        if not kind.columns:
            self.known(f"{at} (a {kind.text})", fields, tuple(sorted(FIELDS[kind.text])))
        return EventMapping(
            name=self.of(at, to_slug, name),
            kind=kind,
            needs=self.texts(f"{at}.needs", found.get("needs", [])),
            restated=self.flag(f"{at}.restated", found.get("restated", False)),
            fields={
                each: self.templates(f"{at}.via", text)
                if each == "via"
                else (self.field(f"{at}.{each}", each, text, KINDS.get(kind.text)),)
                for each, text in fields.items()
            },
        )

    def words(self, name: str, found: Mapping[str, Any]) -> Mapping[str, str]:
        """What the texts of a field mean; an empty text means nothing."""
        meant = {text: self.text(f"words.{name}.{text}", each) for text, each in found.items()}
        for text, each in meant.items():
            if each:
                self.of(f"words.{name}.{text}", lambda word: self.own.value(name, word), each)
        return {fold(text): each for text, each in meant.items()}

    def field(self, at: str, name: str, found: object, cls: type | None = None) -> Template:
        """The template of a field. One without columns must be a value of that field."""

        def check(text: str) -> None:
            value = self.own.value(name, text)
            fields = {} if cls is None else attrs.fields_dict(cls)
            converter = fields[name].converter if name in fields else to_text if name in _SOURCE[:3] else None
            if callable(converter):
                converter(value)

        template = self.template(at, found)
        if not template.columns:
            self.of(at, check, template.text)
        return template

    def known(self, at: str, found: Mapping[str, Any], names: tuple[str, ...]) -> None:
        for name in found:
            if name not in names:
                key = f"{at}.{name}" if at else name
                self.refuse(key, name, f"one of {', '.join(names)}", did_you_mean(name, names))

    def template(self, at: str, found: object) -> Template:
        template: Template = self.of(at, Template.parse, self.text(at, found))
        return template

    def templates(self, at: str, found: object) -> tuple[Template, ...]:
        return tuple(self.template(at, each) for each in self.texts(at, found))

    def text(self, at: str, found: object) -> str:
        """A text. Numbers, flags and dates may be without quotes, and are taken as written."""
        if isinstance(found, dict | list):
            self.refuse(at, found, "a text in quotes")
        return str(found).lower() if isinstance(found, bool) else str(found)

    def texts(self, at: str, found: object) -> tuple[str, ...]:
        return tuple(self.text(at, each) for each in (found if isinstance(found, list) else [found]))

    def flag(self, at: str, found: object) -> bool:
        if not isinstance(found, bool):
            self.refuse(at, found, "true or false")
        return found

    def table(self, at: str, found: object) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            self.refuse(at, found, f"a table, such as [{at}.…]")
        return found

    def of(self, at: str, convert: Callable[[str], Any], text: str) -> Any:
        """A text, converted; what cannot be converted is refused."""
        try:
            return convert(text)
        except InvalidValue as error:
            self.refuse(at, error.found, error.expected, error.hint)

    def refuse(self, at: str, found: object, expected: str, hint: str | None = None) -> NoReturn:
        more = f" ({hint})" if hint else ""
        raise UsageError(f"the mapping {self.path}: {at}: found {shown(found)}, expected {expected}{more}")
