"""An event for each of several: columns, elements of a list of JSON, parts of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.tables.conditions import Like
from aidtimeline.formats.tables.mapping import Each


class Within(Mapping[str, str]):
    """The cells of one of several, and behind them those of the row."""

    def __init__(self, own: Mapping[str, str], row: Mapping[str, str]) -> None:
        self._own, self._row = own, row

    def __getitem__(self, name: str) -> str:
        return self._own[name] if name in self._own else self._row[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The cell of a name."""
        found = self._own.get(name)
        return self._row.get(name, default) if found is None else found

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._row if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def expanded(each: Each, row: Row, meant: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What distinguishes each of several, and its cells: `each` is its name or text, `cell` what is there.

    `meant` are the cells of the row that are not empty.
    """
    if each.list is not None:
        yield from _elements(fold(each.list), meant)
    elif each.split is not None:
        parts = [each.split.fill(meant)]
        for mark in each.by:
            parts = [part for text in parts for part in text.split(mark)]
        for part in filter(None, map(str.strip, parts)):
            yield part, Within({"each": part, "cell": part}, meant)
    else:
        for name in _matching(each.columns, each.without, tuple(row.cells)):
            if meant.get(name):
                header = row.names.get(name, name)
                yield header, Within({"each": header, "cell": meant[name]}, meant)


@lru_cache(16)
def _matching(columns: tuple[str, ...], without: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that are meant, of those that a row has: mostly the same in all rows."""
    wanted, left_out = (tuple(map(Like.parse, texts)) for texts in (columns, without))
    found = (name for name in names if any(each.fits(name) for each in wanted))
    return tuple(name for name in found if not any(each.fits(name) for each in left_out))


def _elements(path: str, meant: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The elements of a list, which may be in others, each with its place in them ("0.2").

    The cells of an element, and of those that it is in, go by their names without these places.
    """
    names = path.split(".")
    found: dict[tuple[str, ...], dict[str, str]] = {}
    innermost: set[tuple[str, ...]] = set()
    for name, text in meant.items():
        places, plain, whole = _placed(names, name.split("."))
        if places:
            found.setdefault(places, {})[plain] = text
            if whole:
                innermost.add(places)
    for places in found:
        if places in innermost:
            cells = meant
            for length in range(1, len(places) + 1):
                cells = Within(found.get(places[:length], {}), cells)
            number = ".".join(places)
            yield number, Within({"each": number}, cells)


def _placed(path: list[str], parts: list[str]) -> tuple[tuple[str, ...], str, bool]:
    """The places in lists on a path that a name begins with, the name without them, and whether that is the path."""
    places: list[str] = []
    plain: list[str] = []
    at = 0
    for number, name in enumerate(path):
        if at >= len(parts) or parts[at] != name:
            return tuple(places), ".".join(plain + parts[at:]), False
        plain.append(name)
        at += 1
        if at < len(parts) and parts[at].isdecimal():
            places.append(parts[at])
            at += 1
        elif number == len(path) - 1:  # it is no list here
            return (), "", False
    return tuple(places), ".".join(plain + parts[at:]), True
