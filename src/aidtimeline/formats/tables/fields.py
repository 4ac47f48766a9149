"""Reading what a mapping says of a field: texts, under which conditions, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs
from attrs import frozen

from aidtimeline.codec.jsonlines import Token
from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.conditions import ALWAYS, Condition, Conditions
from aidtimeline.formats.tables.dates import check_form
from aidtimeline.formats.tables.faults import Faults, Reader
from aidtimeline.formats.tables.mapping import Field, Template, Text
from aidtimeline.formats.tables.months import check_language
from aidtimeline.formats.tables.numbers import SEPARATORS
from aidtimeline.formats.tables.patterns import Pattern
from aidtimeline.formats.tables.scales import scale
from aidtimeline.formats.tables.values import NUMBERS, SEVERAL, Habits

MAX_SEVERAL = 100
"""The most columns of a key, and the like: what is done for each row."""

MAX_FORMS = 20
"""The most forms of dates, and styles."""

MAX_PATTERNS = 100
"""The most patterns of a field."""


def text(found: Any) -> str:
    """A text. Numbers, flags and dates may be without quotes, and are taken as written."""
    if isinstance(found, dict | list):
        raise InvalidValue(found, "a text in quotes")
    return str(found).lower() if isinstance(found, bool) else str(found)


def texts(found: Any) -> tuple[str, ...]:
    """Several texts, or one."""
    return tuple(map(text, found if isinstance(found, list) else [found]))


def few(found: Any, most: int = MAX_SEVERAL) -> tuple[str, ...]:
    """Texts for each of which something is done in every row."""
    read = texts(found)
    if len(read) > most:
        raise InvalidValue(Token(f"{len(read):,} texts"), f"at most {most}")
    return read


def folded(found: Any) -> frozenset[str]:
    """Texts as they are compared."""
    return frozenset(map(fold, texts(found)))


def conditions(found: Any, key: str, faults: Faults) -> tuple[Condition, ...]:
    """What columns say, in the form of `where`."""
    if isinstance(found, dict) and len(found) > MAX_SEVERAL:
        raise InvalidValue(Token(f"{len(found):,} columns"), f"at most {MAX_SEVERAL}")
    read = faults.each(key, found, lambda _: lambda each, _: texts(each))
    return tuple(Condition.of(column, each) for column, each in read.items())


def patterns(found: Any, key: str, faults: Faults) -> tuple[Pattern, ...]:
    """Patterns: what is written, and what it means."""
    if isinstance(found, dict) and len(found) > MAX_PATTERNS:
        raise InvalidValue(Token(f"{len(found):,} patterns"), f"at most {MAX_PATTERNS}")
    read = faults.each(key, found, lambda written: lambda each, _: Pattern.parse(written, text(each)))
    return tuple(read.values())


def words(habits: Habits, name: str, found: Any, key: str, faults: Faults) -> Mapping[str, str]:
    """What the texts of a field mean, folded; an empty text means nothing."""

    def read(each: Any, _key: str) -> str:
        meant = text(each)
        if meant:
            habits.value(name, meant, typed=True)
        return meant

    return {fold(each): meant for each, meant in faults.each(key, found, lambda _: read).items()}


def _mark(allowed: tuple[str, ...], found: Any, _key: str) -> str:
    if found not in allowed:
        raise InvalidValue(found, "one of " + " ".join(repr(each) for each in allowed if each))
    return str(found)


def _styles(found: Any, _key: str) -> tuple[str, ...]:
    read = [each for name in few(found, MAX_FORMS) for each in styles.check(name)]
    return tuple(dict.fromkeys(read))


HABITS: Mapping[str, Reader] = {
    "dates": lambda found, _: tuple(map(check_form, few(found, MAX_FORMS))),
    "decimal": partial(_mark, (".", ",")),
    "thousands": partial(_mark, SEPARATORS),
    "months": lambda found, _: tuple(map(check_language, few(found, MAX_FORMS))),
    "read": _styles,
}
"""How dates and numbers are written, in a table or in one field."""


def habits_of(habits: Habits, said: Mapping[str, Any], key: str, faults: Faults) -> Habits:
    """The habits, with what is said of them here."""
    given = {("styles" if name == "read" else name): each for name, each in said.items()}
    found = attrs.evolve(habits, **given)
    if found.decimal is not None and found.decimal == found.thousands:
        where = f"{key}.thousands" if key else "thousands"
        faults.add(where, InvalidValue(found.thousands, "a mark other than the decimal one"))
        return attrs.evolve(found, thousands=None)
    return found


@frozen
class FieldReader:
    """Reads what a mapping says of fields; `habits` and `words` are those of the whole table."""

    faults: Faults
    habits: Habits
    words: Mapping[str, Mapping[str, str]]

    def one(self, found: Any, key: str, *, name: str, cls: type | None = None) -> Field:
        """A field with one value: a text, a table with one, or a list of these; the first counts that applies."""
        if not isinstance(found, list):
            read = [self._text(found, key, name, cls)]
            return tuple(each for each in read if each is not None)
        if not found or len(found) > MAX_SEVERAL:
            raise InvalidValue(
                Token(f"{len(found):,} texts"), f"1 to {MAX_SEVERAL}, of which the first counts that is not empty"
            )
        read = [
            self.faults.read(f"{key}[{number}]", each, lambda each, under: self._text(each, under, name, cls))
            for number, each in enumerate(found)
        ]
        return tuple(each for each in read if each is not None)

    def several(self, found: Any, key: str, *, name: str, cls: type | None = None) -> tuple[Field, ...]:
        """A field with several values: a list of those with one."""
        if name not in SEVERAL and name != "reports":
            return (self.one(found, key, name=name, cls=cls),)
        listed = found if isinstance(found, list) else [found]
        if len(listed) > MAX_SEVERAL:
            raise InvalidValue(Token(f"{len(listed):,} texts"), f"at most {MAX_SEVERAL}")
        return tuple(self.one(each, key, name=name, cls=cls) for each in listed)

    def conditions_of(self, where: Any, unless: Any) -> Conditions:
        """Conditions that have been read."""
        return Conditions(tuple(where), tuple(unless)) if where or unless else ALWAYS

    def _text(self, found: Any, key: str, name: str, cls: type | None) -> Text | None:
        """One way to fill a field, or None if it has faults, which are told."""
        if not isinstance(found, dict):
            found = {"text": text(found)}
            Template.parse(found["text"])  # what is wrong with it stands under the key itself
        own: Callable[[Any, str], Any] = lambda each, under: conditions(each, under, self.faults)  # noqa: E731
        readers: dict[str, Reader] = {
            "text": lambda each, _: Template.parse(text(each)),
            "where": own,
            "unless": own,
            **HABITS,
            "patterns": lambda each, under: {name: patterns(each, under, self.faults)},
            "words": lambda each, under: words(self.habits, name, each, under, self.faults),
        }
        if name in NUMBERS:
            readers["times"] = _times
        if name in SEVERAL:
            readers["split"] = lambda each, _: few(each, MAX_FORMS)
        values = self.faults.table(key, found, readers, {"text": "a text, or {Column}"})
        said = {each: values.pop(each) for each in (*HABITS, "patterns") if each in values}
        habits = habits_of(self.habits, said, key, self.faults)
        meant = {**self.words.get(name, {}), **values.pop("words", {})}
        template = values.pop("text", None)
        if template is None:
            return None  # it has been told
        holding = self.conditions_of(values.pop("where", ()), values.pop("unless", ()))
        if not template.columns and template.text:
            habits.value(name, template.text, cls=cls, typed=True)
        return Text(template=template, conditions=holding, habits=habits, words=meant, **values)


def _times(found: Any, _key: str) -> Template:
    template = Template.parse(scale(text(found)) or text(found))
    if not template.columns:
        Habits().value("quantity", template.text, typed=True)
    return template
