"""The events of a row, by a mapping, and what of the row cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Event, Source
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.plaintext import MAX_COLUMNS
from aidtimeline.formats.reading.sheets import Figure, Row, fold
from aidtimeline.formats.readings import Entry, Reading, References, Remark, SkipError, Skipped, cited
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping, Template
from aidtimeline.formats.tables.values import DATES, FIELDS, KINDS, NUMBERS, SEVERAL
from aidtimeline.text.safe import bare
from aidtimeline.values.amounts import Money

REPEATED = "a row with the same cells as another one: it counts again; key columns would distinguish them"

_NEEDED = {
    kind: [each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING and each.name != "sources"]
    for kind, cls in KINDS.items()
}
_MAY_BE_VAGUE = DATES | NUMBERS


class RowReader:
    """Reads the rows of one file, one after the other."""

    def __init__(self, file: File, mapping: TableMapping) -> None:
        self.file, self.mapping = file, mapping
        self._habits = {typed: attrs.evolve(mapping.habits, typed=typed) for typed in (False, True)}
        self._header = lru_cache(MAX_COLUMNS)(fold)
        self._keys = References(former="{}/{}")

    def read(self, row: Row) -> Iterator[Reading]:
        """The events of a row, and what of it cannot be read."""
        cells = {self._header(name): text for name, text in row.cells.items()}
        if any(fold(cells.get(name, "")) in texts for name, texts in self.mapping.skip.items()):
            return
        if self.mapping.unknown:
            cells = {name: text for name, text in cells.items() if fold(text) not in self.mapping.unknown}
        row = attrs.evolve(row, cells=cells)
        try:
            key, former = self._key(row)
        except SkipError as error:
            yield self._skipped(row, error, "")
            return
        if former:
            yield Remark(reason=REPEATED, place=row.place, line=row.line)
        for mapped in self.mapping.events:
            if all(cells.get(fold(name)) for name in mapped.needs):
                try:
                    event = self._event(mapped, row, key)
                except SkipError as error:
                    yield self._skipped(row, error, f"{key}/{mapped.name}")
                else:
                    yield Entry(
                        event=event,
                        restated=mapped.restated,
                        formerly=former and f"{former}/{mapped.name}",
                    )

    def _key(self, row: Row) -> tuple[str, str | None]:
        """What names a row, and how that was formerly spelled, if otherwise. Raises `SkipError`.

        Its key columns name it, or without any, all its cells: rows that are the same are numbered.
        """
        if row.overflows:
            raise SkipError("a row with more cells than the header")
        if self.mapping.key:
            texts = [row.cells.get(fold(name), "") for name in self.mapping.key]
            if not any(texts):
                raise SkipError("a row without its key", columns=self.mapping.key)
            return "/".join(texts), None
        said = json.dumps(sorted(each for each in row.cells.items() if each[1]))
        return self._keys.free(f"row {blake2b(said.encode(), digest_size=8).hexdigest()}")

    def _skipped(self, row: Row, error: SkipError, spares: str) -> Skipped:
        place = ", ".join((row.place, *dict.fromkeys(error.columns)))
        found = bare(error.found)
        return Skipped(reason=error.reason, place=place, line=row.line, found=found, spares=spares, value=error.value)

    def _event(self, mapped: EventMapping, row: Row, key: str) -> Event:
        """One of the events of a row with this key. Raises `SkipError`."""
        kind = self._value("kind", mapped.kind, row)
        if kind is None:
            raise SkipError("a row that does not say what kind of event it is", columns=mapped.kind.columns)
        cls = KINDS[kind]
        # If a column says the kind, some fields may be those of another kind.
        templates = {name: each for name, each in mapped.fields.items() if name in FIELDS[kind]}
        fields: dict[str, Any] = {}
        for name, several in templates.items():
            values = [self._value(name, each, row, cls) for each in several]
            fields[name] = tuple(each for each in values if each) if name in SEVERAL else values[0]
        amount, currency = fields.pop("amount", None), fields.pop("currency", None)
        if amount is not None:
            if currency is None:
                raise SkipError("an amount without a currency", amount.text, columns=templates["amount"][0].columns)
            fields["value"] = Money(amount, currency)
        for name in _NEEDED[kind]:
            if fields.get(name) is None:
                columns = [column for each in templates.get(name, ()) for column in each.columns]
                raise SkipError(f"{kind} without {name}", columns=tuple(columns))
        try:
            return cls(**fields, ref=f"{key}/{mapped.name}", sources=self._sources(mapped, row))
        except InvalidValue as error:
            raise SkipError(f"{kind}: expected {error.expected}", error.found) from None

    def _value(self, name: str, template: Template, row: Row, cls: type[Event] | None = None) -> Any:
        """The value of a field in a row, as the event takes it; None if it is empty. Raises `SkipError`."""
        text = template.fill(row.cells)
        meant = self.mapping.meant(name, text)
        if not (text if meant is None else meant):
            return None
        # Texts of the mapping itself are written as this library writes them, whatever the habits of the table.
        habits = self._habits[isinstance(text, Figure) or meant is not None or not template.columns]
        try:
            return habits.value(name, meant or text, self.file.party, cls=cls)
        except InvalidValue as error:
            raise SkipError(f"{name}: not {error.expected}", text, columns=template.columns) from None

    def _sources(self, mapped: EventMapping, row: Row) -> list[Source]:
        """The file: who published what, where the row is, and what a vague value rests on; then further reports.

        The table does not say when these were published.
        """
        fields = {name: self._value(name, each, row) for name, each in self.mapping.source.items()}
        published = self.mapping.source.get("published")
        if fields.get("published") is None or (self.file.published and published and not published.columns):
            fields["published"] = self.file.published  # the user knows better than a day for the whole table
        quotes = {
            f"{', '.join(each.columns)}: {each.fill(row.cells)}": None
            for name, templates in mapped.fields.items()
            for each in templates
            if name in _MAY_BE_VAGUE and self.mapping.meant(name, each.fill(row.cells)) is not None
        }
        own = Source(
            **fields,
            dataset=self.file.dataset or self.mapping.dataset,
            locator=f"{self.file.name}, {row.place}",
            quote="; ".join(quotes) or None,
        )
        reports = dict.fromkeys(filter(None, (each.fill(row.cells) for each in self.mapping.reports)))
        return [own, *map(cited, reports)]
