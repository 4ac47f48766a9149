"""All faults of a mapping at once: each value is read by itself, and what is wrong with it is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from attrs import Factory, define

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.text.nearest import did_you_mean

Reader: TypeAlias = Callable[[Any, str], Any]
"""What reads a value of a mapping, which stands under this key. It raises `InvalidValue`."""


@define
class Faults:
    """What is wrong with a mapping: `found` has the key and the error of each."""

    found: list[tuple[str, InvalidValue]] = Factory(list)

    def add(self, key: str, error: InvalidValue) -> None:
        """One more."""
        self.found.append((key, error))

    def read(self, key: str, found: Any, reader: Reader, default: Any = None) -> Any:
        """A value, or the default if something is wrong with it."""
        try:
            return reader(found, key)
        except InvalidValue as error:
            self.add(key, error)
        except Doubtful as error:
            self.add(key, InvalidValue(error.text, "a text with one meaning", error.choice))
        return default

    def table(
        self,
        key: str,
        found: Any,
        readers: Mapping[str, Reader],
        needed: Mapping[str, str] | None = None,
        of: str = "",
    ) -> dict[str, Any]:
        """The values of a table that has keys of its own, but for faulty ones; `needed` must be there."""
        if not isinstance(found, dict):
            self.add(key, InvalidValue(found, "a table"))
            return {}
        for name in found:
            if name not in readers:
                self.add(_under(key, name), unknown(name, readers, of))
        for name, expected in (needed or {}).items():
            if found.get(name, {}) == {}:
                self.add(_under(key, name), InvalidValue(None, expected))
        missing = {name for name in needed or {} if found.get(name, {}) == {}}
        known = {name: each for name, each in found.items() if name in readers and name not in missing}
        return self.each(key, known, lambda name: readers[name])

    def each(self, key: str, found: Any, reader_of: Callable[[str], Reader]) -> dict[str, Any]:
        """The values of a table, each read by the reader of its key, but for faulty ones."""
        if not isinstance(found, dict):
            self.add(key, InvalidValue(found, "a table"))
            return {}
        values = {}
        for name, each in found.items():
            before = len(self.found)
            value = self.read(_under(key, name), each, reader_of(name), default=_FAULTY)
            if value is not _FAULTY or len(self.found) == before:
                values[name] = value
        return values


_FAULTY = object()


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def unknown(name: str, known: Collection[str], of: str = "") -> InvalidValue:
    """That a name is none of the known ones."""
    return InvalidValue(name, f"one of {', '.join(known)}{of}", did_you_mean(name, known))
