"""Columns: rows turned on their side, as arrays of whole numbers, with each distinct text kept once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import Factory, define

from aidtimeline.engines.facts.rows import TEXT_COLUMNS, Row, Text

#: The columns of numbers and the width of each: "q" has eight bytes, "i" four, "h" two, "b" one.
NUMBER_COLUMNS: Mapping[str, str] = {
    "id": "q",
    "id_rest": "q",
    "entry": "q",
    "file": "i",
    "offset": "q",
    "line": "i",
    "component": "i",
    "recorded": "q",
    "known_from": "q",
    "known_to": "q",
    "since": "i",
    "certain": "i",
    "until": "i",
    "latest": "i",
    "quantity_low": "q",
    "quantity_high": "q",
    "quantity_places": "b",
    "value_low": "q",
    "value_high": "q",
    "value_places": "b",
    "flags": "h",
}


class Codes(dict[Text, int]):
    """The texts of one column, each with its number in the order in which they came; None is 0.

    `given` says which numbers others have given, of which `last` is the last.
    """

    def __init__(self, given: Callable[[Text], int | None] | None = None, last: int = 0) -> None:
        super().__init__({None: 0})
        self._given, self._first, self._last = given, last + 1, last

    def __missing__(self, text: Text) -> int:
        number = None if self._given is None else self._given(text)
        if number is None:
            number = self._last = self._last + 1
        self[text] = number
        return number

    @property
    def new(self) -> Iterator[tuple[Text, int]]:
        """The texts that got their numbers here."""
        return ((text, number) for text, number in self.items() if number >= self._first)


def _no_numbers() -> Mapping[str, array[int]]:
    return {name: array(width) for name, width in (*((each, "i") for each in TEXT_COLUMNS), *NUMBER_COLUMNS.items())}


@define
class Columns:
    """Rows as columns. `texts` has the texts of each column of texts, whose numbers are in `numbers`."""

    texts: Mapping[str, Codes] = Factory(lambda: {name: Codes() for name in TEXT_COLUMNS})
    numbers: Mapping[str, array[int]] = Factory(_no_numbers)

    def __len__(self) -> int:
        return len(self.numbers["id"])

    @property
    def in_order(self) -> Mapping[str, Sequence[Text]]:
        """The texts of each column in the order of their numbers."""
        return {name: list(codes) for name, codes in self.texts.items()}

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows at the end."""
        codes = tuple(self.texts.values())
        lines = [self._flat(row, codes) for row in rows]
        for column, values in zip(self.numbers.values(), zip(*lines, strict=True), strict=False):
            column.extend(values)

    @staticmethod
    def _flat(row: Row, codes: Sequence[Codes]) -> tuple[int, ...]:
        quantity, value = row.quantity, row.value
        return (
            *(code[text] for code, text in zip(codes, row.texts, strict=True)),
            row.id,
            row.id_rest,
            row.entry,
            *row.place,
            *row[5:13],
            *quantity[:3],
            *value[:3],
            row.flags,
        )

    def clear(self) -> None:
        """Take all rows out; the texts keep their numbers."""
        self.numbers = _no_numbers()
