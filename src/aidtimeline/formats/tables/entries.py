"""The events of a row, by a mapping: what each field says, and what of it cannot be read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Event, Source
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.plaintext import MAX_COLUMNS
from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping, Template
from aidtimeline.formats.tables.values import DATES, FIELDS, KINDS, NUMBERS, Habits
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import Money

REPEATED = "a row that says word for word what another one does: it counts again; key columns would tell them apart"

_NEEDED = {
    kind: [each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING and each.name != "sources"]
    for kind, cls in KINDS.items()
}
_MAY_BE_VAGUE = DATES | NUMBERS
_WEB = ("http://", "https://")


class SkipError(Exception):
    """Why a row, or an event of it, cannot be read: in which columns, and what was found there."""

    def __init__(self, reason: str, columns: tuple[str, ...] = (), found: object = None) -> None:
        self.reason, self.columns = reason, columns
        self.found = None if found is None else shown(found)

    def skipped(self, row: Row) -> Skipped:
        """The reading for it."""
        place = ", ".join((row.place, *dict.fromkeys(self.columns)))
        return Skipped(reason=self.reason, place=place, line=row.number, found=self.found)


class RowReader:
    """Reads the rows of one file, one after the other; `skipped` counts what could not be read of them."""

    def __init__(self, file: File, mapping: TableMapping) -> None:
        self.file, self.mapping = file, mapping
        self.skipped = 0
        self._habits = {typed: attrs.evolve(mapping.habits, typed=typed) for typed in (False, True)}
        self._header = lru_cache(MAX_COLUMNS)(fold)
        self._seen: Counter[bytes] = Counter()

    def read(self, row: Row) -> Iterator[Reading]:
        """What a row tells: its events, and why it has none."""
        cells = {self._header(name): text for name, text in row.cells.items()}
        if any(fold(cells.get(name, "")) in texts for name, texts in self.mapping.skip.items()):
            return
        if self.mapping.unknown:
            cells = {name: text for name, text in cells.items() if fold(text) not in self.mapping.unknown}
        try:
            if row.overflows:
                raise SkipError("a row with more cells than the header")
            key, again = self._key(cells)
        except SkipError as error:
            self.skipped += 1
            yield error.skipped(row)
            return
        if again:
            yield Remark(reason=REPEATED, place=row.place, line=row.number)
        for mapped in self.mapping.events:
            if all(cells.get(fold(name)) for name in mapped.needs):
                try:
                    told = _RowsEvent(self.file, self.mapping, self._habits, mapped, row, cells)
                    event = told.event(f"{key}/{mapped.name}")
                except SkipError as error:
                    self.skipped += 1
                    yield error.skipped(row)
                else:
                    yield Entry(event=event, restated=mapped.restated, complete=self.mapping.complete)

    def _key(self, cells: Mapping[str, str]) -> tuple[str, bool]:
        """What names a row: its key columns; or else all that it says, and the how manieth it is to say so."""
        if self.mapping.key:
            texts = [cells.get(fold(name), "") for name in self.mapping.key]
            if not any(texts):
                raise SkipError("a row without its key", self.mapping.key)
            return "/".join(texts), False
        said = json.dumps(sorted(each for each in cells.items() if each[1]))
        digest = blake2b(said.encode(), digest_size=8).digest()
        self._seen[digest] += 1
        count = self._seen[digest]
        return f"row {digest.hex()}" + (f"/{count}" if count > 1 else ""), count > 1


@attrs.frozen
class _RowsEvent:
    """One of the events that a row tells."""

    file: File
    mapping: TableMapping
    habits: Mapping[bool, Habits]
    mapped: EventMapping
    row: Row
    cells: Mapping[str, str]

    def event(self, ref: str) -> Event:
        kind = self.one("kind", self.mapped.kind)
        if kind is None:
            raise SkipError("a row that does not say what kind of event it tells", self.mapped.kind.columns)
        cls = KINDS[kind]
        # Where a column tells the kind, some fields may be another kind's.
        mapped = {name: each for name, each in self.mapped.fields.items() if name in FIELDS[kind]}
        told = {name: self.field(cls, name, templates) for name, templates in mapped.items()}
        amount, currency = told.pop("amount", None), told.pop("currency", None)
        if amount is not None:
            if currency is None:
                raise SkipError("an amount without a currency", mapped["amount"][0].columns, amount.text)
            told["value"] = Money(amount, currency)
        for name in _NEEDED[kind]:
            if told.get(name) is None:
                columns = [column for each in mapped.get(name, ()) for column in each.columns]
                raise SkipError(f"{kind} without {name}", tuple(columns))
        try:
            return cls(**told, ref=ref, sources=[self.source(), *self.reports()])
        except InvalidValue as error:
            raise SkipError(f"{kind}: expected {error.expected}", (), error.found) from None

    def field(self, cls: type[Event], name: str, templates: tuple[Template, ...]) -> Any:
        values = [self.one(name, each, cls) for each in templates]
        return tuple(each for each in values if each) if name == "via" else values[0]

    def one(self, name: str, template: Template, cls: type[Event] | None = None) -> Any:
        """What a field says in this row, as the event takes it; None where it says nothing."""
        text = template.fill(self.cells)
        meant = self.mapping.meant(name, text)
        if not (text if meant is None else meant):
            return None
        # What the mapping itself says is written as this library writes it, whatever the habits of the table.
        habits = self.habits[self.row.typed or meant is not None or not template.columns]
        fields = {} if cls is None or name == "via" else attrs.fields_dict(cls)
        try:
            value = habits.value(name, meant or text, self.file.party)
            converter = fields[name].converter if name in fields else None
            return converter(value) if callable(converter) else value
        except InvalidValue as error:
            raise SkipError(f"{name}: not {error.expected}", template.columns, text) from None

    def source(self) -> Source:
        """The file's own word: who published what, and where in the file it stands."""
        told = {name: self.one(name, each) for name, each in self.mapping.source.items()}
        quotes = {
            f"{', '.join(each.columns)}: {each.fill(self.cells)}": None
            for name, templates in self.mapped.fields.items()
            for each in templates
            if name in _MAY_BE_VAGUE and self.mapping.meant(name, each.fill(self.cells)) is not None
        }
        return own_source(
            self.file,
            self.mapping,
            told,
            locator=f"{self.file.name}, {self.row.place}",
            quote="; ".join(quotes) or None,
        )

    def reports(self) -> list[Source]:
        """Further sources: what was published when is not said of them."""
        texts = filter(None, (each.fill(self.cells) for each in self.mapping.reports))
        return [Source(url=text) if text.startswith(_WEB) else Source(title=text) for text in dict.fromkeys(texts)]


def own_source(file: File, mapping: TableMapping, told: Mapping[str, Any], **where: str | None) -> Source:
    """The source that the table itself is. The day that a mapping gives to all of it yields to what the user says."""
    published = told.get("published")
    template = mapping.source.get("published")
    if published is None or (file.published is not None and template is not None and not template.columns):
        published = file.published
    return Source(**{**told, "published": published}, dataset=file.dataset or mapping.dataset, **where)
