"""The values of fields in a row: which of the ways to fill them applies, and what its text means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from attrs import define, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import Figure, fold
from aidtimeline.formats.readings import SkipError
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.amounts import currencies_of
from aidtimeline.formats.tables.conditions import ALWAYS
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.hints import hint
from aidtimeline.formats.tables.mapping import Field, Template, Text
from aidtimeline.formats.tables.names import Names
from aidtimeline.formats.tables.scales import scale
from aidtimeline.formats.tables.values import DATES, NUMBERS
from aidtimeline.values.amounts import Quantity

MAX_REMEMBERED = 2**14
"""How many texts of a field are remembered with what they mean."""


@frozen
class Cells:
    """The cells of a row by their folded names: as they are `written`, and without those that mean nothing."""

    written: Mapping[str, str]
    meant: Mapping[str, str]


class Filled(NamedTuple):
    """The value of a field, and the text and columns that it comes from; `quoted` if it is not what the text says."""

    value: Any
    text: str
    by: Text
    quoted: bool

    @property
    def currencies(self) -> tuple[str, ...]:
        """What the sign or code of a currency in the text may mean, where these are read."""
        return currencies_of(self.text)[1] if styles.CURRENCY_SIGNS in self.by.habits.styles else ()


@define(eq=False)
class Filler:
    """Fills the fields of the events of one table; what texts mean is remembered."""

    names: Names

    def fill(self, name: str, ways: Field, cells: Cells, cls: type | None = None) -> Filled | None:
        """The value of a field; None if it is empty, also as a value if a word says so.

        Raises `SkipError`, and `Doubtful`.
        """
        nothing = None
        for by in ways:
            if by.conditions is not ALWAYS and not by.conditions.hold(cells.written, cells.meant):
                continue
            template = by.template
            if template.alone is not None:
                text = cells.meant.get(template.alone, "")
            else:
                text = template.fill(cells.meant, _decimal(by) if name in NUMBERS else ".")
            word = by.words.get(fold(text)) if by.words else None
            if not (text if word is None else word):
                nothing = Filled(None, text, by, True) if word is not None and name in NUMBERS | DATES else nothing
                continue
            typed = word is not None or type(text) is Figure or not template.columns
            filled = by.remembered.get((text, typed, cls)) or self._filled(name, by, text, word, cls, typed=typed)
            if filled.value is not None:
                if by.times is not None:
                    return filled._replace(value=self._scaled(name, filled, by.times, cells))
                return filled
        return nothing

    def _filled(self, name: str, by: Text, text: str, word: str | None, cls: type | None, *, typed: bool) -> Filled:
        """What a text means, which is remembered."""
        if len(by.remembered) >= MAX_REMEMBERED:
            by.remembered.clear()
        try:
            value, quoted = self._read(name, by, text, word, cls, typed=typed)
        except InvalidValue as error:
            reads = None if typed else hint(by.habits, name, text)
            raise SkipError(_reason(name, error, reads), text, columns=by.template.columns) from None
        except Doubtful as error:
            error.columns = by.template.columns
            raise
        filled = by.remembered[text, typed, cls] = Filled(value, text, by, quoted)
        return filled

    def _read(self, name: str, by: Text, text: str, word: str | None, cls: type | None, *, typed: bool) -> Any:
        if by.split and word is None:
            parts = [text]
            for mark in by.split:
                parts = [each for part in parts for each in part.split(mark)]
            words = [(part, by.words.get(fold(part))) for part in map(str.strip, parts) if part]
            values = [
                by.habits.value(name, part if word is None else word, self.names.slug, cls=cls, typed=word is not None)
                for part, word in words
                if word != ""
            ]
            return tuple(each for each in values if each is not None), False
        value = by.habits.value(name, word or text, self.names.slug, cls=cls, typed=typed)
        quoted = name in NUMBERS | DATES and (word is not None or not (typed or by.habits.is_plain(name, text)))
        return value, quoted

    def _scaled(self, name: str, filled: Filled, times: Template, cells: Cells) -> Quantity:
        """A number that is taken times another. Raises `SkipError`."""
        by = filled.by
        text = times.fill(cells.meant, _decimal(by))
        try:
            found = Quantity.parse(scale(text) or by.habits.number(name, text, typed=not times.columns))
            if not found.is_exact:
                raise InvalidValue(text, "a number")
        except InvalidValue:
            reason = f"{name}: not in a scale such as thousands, millions or 1000"
            raise SkipError(reason, text, columns=times.columns) from None
        try:
            return Quantity.parse((filled.value * found.low).text)  # with no more digits than are read again
        except InvalidValue as error:
            raise SkipError(_reason(name, error, None), filled.text, columns=by.template.columns) from None


def _decimal(by: Text) -> str:
    return by.habits.decimal or ("," if by.habits.thousands == "." else ".")


def _reason(name: str, error: InvalidValue, reads: str | None) -> str:
    return f"{name}: not {error.expected}" + (f" ({reads})" if reads else "")
