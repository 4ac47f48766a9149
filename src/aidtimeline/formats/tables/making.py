"""Makes the events of a row: from what fills their fields, and where that stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Event, Source
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row
from aidtimeline.formats.readings import SkipError, cited
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.filling import Cells, Filled, Filler
from aidtimeline.formats.tables.mapping import EventMapping, Field, TableMapping
from aidtimeline.formats.tables.names import Names
from aidtimeline.formats.tables.values import FIELDS, KINDS, SEVERAL
from aidtimeline.values.amounts import Money

_NEEDED = {
    kind: [each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING and each.name != "sources"]
    for kind, cls in KINDS.items()
}


class FaultyError(Exception):
    """Raised with all that cannot be read of an event, or has several readings."""

    def __init__(self, faults: list[SkipError | Doubtful]) -> None:
        super().__init__(faults)
        self.faults = faults


class LackingError(SkipError):
    """Raised for a row that lacks what an event needs: this field."""

    def __init__(self, field: str, reason: str, columns: tuple[str, ...]) -> None:
        super().__init__(reason, columns=columns)
        self.field = field


class Maker:
    """Makes the events of the rows of one file."""

    def __init__(self, file: File, mapping: TableMapping, names: Names) -> None:
        self.file, self.mapping = file, mapping
        self._filler = Filler(names)

    def event(self, mapped: EventMapping, row: Row, cells: Cells, ref: str) -> Event:
        """One of the events of a row. Raises `SkipError` and `Doubtful`, or `FaultyError` with several of these."""
        kind = self._value("kind", mapped.kind, cells)
        if kind is None or kind.value is None:
            columns = tuple(column for each in mapped.kind for column in each.columns())
            raise SkipError("a row that does not say what kind of event it is", columns=columns)
        cls = KINDS[kind.value]
        fields, amount, quotes = self._fields(mapped, cells, cls, FIELDS[kind.value])
        currency = fields.pop("currency", None)
        if amount is not None:
            fields["value"] = _money(fields.pop("amount"), currency, amount)
        for name in _NEEDED[kind.value]:
            if fields.get(name) is None:
                columns = tuple(c for field in mapped.fields.get(name, ()) for each in field for c in each.columns())
                raise LackingError(name, f"{kind.value} without {name}", columns=columns)
        try:
            return cls(**fields, ref=ref, sources=self._sources(row, cells, "; ".join(quotes) or None))
        except InvalidValue as error:
            raise SkipError(f"{kind.value}: expected {error.expected}", error.found) from None

    def _fields(
        self, mapped: EventMapping, cells: Cells, cls: type[Event], takes: Collection[str]
    ) -> tuple[dict[str, Any], Filled | None, dict[str, None]]:
        """The values of its fields, what fills its amount, and the texts that are vague or of a pattern.

        If a column says the kind, some fields may be those of another kind. All that is wrong is told at once.
        """
        fields: dict[str, Any] = {}
        quotes: dict[str, None] = {}
        faults: list[SkipError | Doubtful] = []
        amount, fill = None, self._filler.fill
        for name, several in mapped.fields.items():
            if name not in takes:
                continue
            try:
                if name in SEVERAL:
                    found = [one.value for ways in several if (one := fill(name, ways, cells, cls)) is not None]
                    fields[name] = tuple(chain.from_iterable(map(_each, found)))
                    continue
                filled = fill(name, several[0], cells, cls)
            except (SkipError, Doubtful) as error:
                faults.append(error)
                continue
            if filled is None:
                continue
            value, text, by, quoted = filled
            if quoted:
                quotes[f"{', '.join(by.template.columns)}: {text}"] = None
            if value is not None:
                fields[name] = value
                amount = filled if name == "amount" else amount
        if faults:
            raise FaultyError(faults)
        return fields, amount, quotes

    def _value(self, name: str, ways: Field, cells: Cells) -> Filled | None:
        return self._filler.fill(name, ways, cells)

    def _sources(self, row: Row, cells: Cells, quote: str | None) -> list[Source]:
        """The file: who published what, where the row is, and what a vague value rests on; then further reports.

        The table does not say when these were published.
        """
        filled = {name: self._value(name, each, cells) for name, each in self.mapping.source.items()}
        fields = {name: None if each is None else each.value for name, each in filled.items()}
        published = filled.get("published")
        if published is None or published.value is None or (self.file.published and not published.by.template.columns):
            fields["published"] = self.file.published  # the user knows better than a day for the whole table
        own = Source(
            **fields,
            dataset=self.file.dataset or self.mapping.dataset,
            locator=f"{self.file.name}, {row.place}",
            quote=quote,
        )
        reports = dict.fromkeys(
            each.text for field in self.mapping.reports if (each := self._value("reports", field, cells)) is not None
        )
        return [own, *map(cited, reports)]

    def stated(self, mapped: EventMapping, cells: Cells) -> Money | None:
        """The money that an event states which cannot be read, if that can be."""
        ways = [mapped.fields.get(name, ((),))[0] for name in ("amount", "currency")]
        try:
            amount, currency = (
                self._value(name, way, cells) for name, way in zip(("amount", "currency"), ways, strict=True)
            )
            if amount is None or amount.value is None:
                return None
            return _money(amount.value, currency and currency.value, amount)
        except (SkipError, Doubtful):
            return None


def _each(found: object) -> Iterable[object]:
    """The values of a field that takes several."""
    return found if isinstance(found, tuple) else () if found is None else (found,)


def _money(amount: Any, currency: str | None, filled: Filled) -> Money:
    """An amount in the currency that the mapping says, and that its sign may be. Raises `SkipError`."""
    signed, columns = filled.currencies, filled.by.template.columns
    if currency is None and len(signed) == 1:
        currency = signed[0]
    if currency is None:
        raise SkipError("an amount without a currency", filled.text, columns=columns)
    if signed and currency not in signed:
        raise SkipError(f"an amount with the sign of another currency than {currency}", filled.text, columns=columns)
    return Money(amount, currency)
