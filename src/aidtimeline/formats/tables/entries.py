"""The events of a row, by a mapping, and what of the row cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Event, Source
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.readings import Entry, Reading, References, Remark, SkipError, Skipped, cited
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.each import expanded
from aidtimeline.formats.tables.filling import Cells, Filled, Filler
from aidtimeline.formats.tables.mapping import EventMapping, Field, TableMapping
from aidtimeline.formats.tables.names import Names
from aidtimeline.formats.tables.optional import LACKING, Optional
from aidtimeline.formats.tables.questions import Questions
from aidtimeline.formats.tables.repeats import Repeats
from aidtimeline.formats.tables.totals import TOTAL, Totals
from aidtimeline.formats.tables.values import FIELDS, KINDS, SEVERAL
from aidtimeline.text.safe import bare
from aidtimeline.values.amounts import Money

REPEATED = "a row with the same cells as another one: it counts again; key columns would distinguish them"

_NEEDED = {
    kind: [each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING and each.name != "sources"]
    for kind, cls in KINDS.items()
}


class RowReader:
    """Reads the rows of one file, one after the other. What several rows say together is read at the end."""

    def __init__(self, file: File, mapping: TableMapping) -> None:
        self.file, self.mapping = file, mapping
        self._keys = References(former="{}/{}")
        self._names = Names(file)
        self._filler = Filler(self._names)
        self._repeats = Repeats()
        self._optional = Optional(mapping)
        self._totals = None if mapping.totals else Totals(mapping)
        self._above: dict[str, str] = {}
        self._fold = lru_cache(2**14)(fold)
        self._down, self._key_names, self._scope_names = (
            tuple(map(fold, names)) for names in (mapping.down, mapping.key, mapping.scope)
        )
        self.questions = Questions(file)

    def read(self, row: Row) -> Iterator[Reading]:
        """The events of a row, and what of it cannot be read."""
        self.questions.next_row(row)
        if self._down:
            row = self._filled_down(row)
        cells = self._cells(row.cells)
        if not self.mapping.conditions.hold(cells.written, cells.meant):
            return
        if self._totals is not None and (found := self._totals.found(row)) is not None:
            yield Remark(reason=TOTAL, place=row.place, line=row.line, found=found)
            return
        self._names.at(row.place)
        try:
            scope, key, former = self._key(row, cells.meant)
        except SkipError as error:
            yield self._skipped(row, error, "")
            return
        if former:
            yield Remark(reason=REPEATED, place=row.place, line=row.line)
        for mapped in self.mapping.events:
            if (column := self._optional.lacking(mapped, row.cells)) is not None:
                ref = f"{scope}{self._own_key(mapped, cells.meant) or key}/{mapped.name}"
                yield Remark(reason=LACKING, place=row.place, line=row.line, found=column, spares=ref)
                continue
            for ref, own in self._refs(mapped, row, cells, scope, key):
                for reading in self._made(mapped, row, own, ref):
                    if former and isinstance(reading, Entry):
                        yield attrs.evolve(reading, formerly=f"{former}/{mapped.name}")
                    else:
                        yield reading

    def _made(self, mapped: EventMapping, row: Row, cells: Cells, ref: str) -> Iterator[Reading]:
        """An event, or that it cannot be read. What has a key of its own waits for the other rows that say it."""
        unsaid = self._optional.unsaid(mapped, row.cells, cells.written)
        try:
            entry = Entry(event=self._event(mapped, row, cells, ref), restated=mapped.restated, yields=unsaid)
        except SkipError as error:
            if isinstance(error, _LackingError) and error.field in unsaid:
                yield Remark(reason=LACKING, place=row.place, line=row.line, found=error.columns[0], spares=ref)
                return
            error.value = self._stated(mapped, cells)
            skipped = self._skipped(row, error, ref)
            if mapped.key and isinstance(error, _LackingError):
                self._repeats.lacks(ref, skipped)
            else:
                yield skipped
        except Doubtful as doubt:
            self.questions.ask(row, doubt)
        else:
            if mapped.key:
                self._repeats.add(entry, row.place, row.line)
            else:
                yield entry

    def _stated(self, mapped: EventMapping, cells: Cells) -> Money | None:
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

    def rest(self) -> Iterator[Reading]:
        """What several rows say together, and which names are unknown. Raises `UnreadableFile` if there is a doubt."""
        self.questions.answered()
        yield from self._repeats.readings()
        yield from self._names.remarks()

    def scope_of(self, event: Event) -> str:
        """The part of the dataset that an event belongs to, with which its `ref` begins."""
        many = len(self._scope_names)
        return "".join(f"{part}/" for part in str(event.ref).split("/")[:many])

    def _cells(self, cells: Mapping[str, str]) -> Cells:
        unknown = self.mapping.unknown
        if not unknown:
            return Cells(cells, cells)
        meant = {name: text for name, text in cells.items() if text and self._fold(text) not in unknown}
        return Cells(cells, meant)

    def _filled_down(self, row: Row) -> Row:
        for name in self._down:
            if row.cells.get(name):
                self._above[name] = row.cells[name]
        filled = {name: self._above[name] for name in self._down if not row.cells.get(name) and name in self._above}
        return attrs.evolve(row, cells={**row.cells, **filled}) if filled else row

    def _key(self, row: Row, meant: Mapping[str, str]) -> tuple[str, str, str | None]:
        """The scope of a row, what names it, and how that was formerly spelled, if otherwise. Raises `SkipError`.

        Its key columns name it, or without any, all its cells: rows that are the same are numbered.
        """
        if row.overflows:
            raise SkipError("a row with more cells than the header")
        scope = "".join(f"{_part(meant.get(name, ''))}/" for name in self._scope_names)
        if not all(meant.get(name) for name in self._scope_names):
            raise SkipError("a row that does not say which part of the table it is in", columns=self.mapping.scope)
        if self._key_names:
            texts = [meant.get(name, "") for name in self._key_names]
            if not any(texts):
                raise SkipError("a row without its key", columns=self.mapping.key)
            return scope, "/".join(texts), None
        said = json.dumps(sorted(each for each in meant.items() if each[1]))
        return scope, *self._keys.free(f"row {blake2b(said.encode(), digest_size=8).hexdigest()}")

    def _refs(self, mapped: EventMapping, row: Row, cells: Cells, scope: str, key: str) -> Iterator[tuple[str, Cells]]:
        """The `ref` of each event that is to be made, and the cells that it is made of."""
        if mapped.each is None:
            if mapped.conditions.hold(cells.written, cells.meant):
                yield f"{scope}{self._own_key(mapped, cells.meant) or key}/{mapped.name}", cells
            return
        given = References()
        for name, meant in expanded(mapped.each, row, cells.meant):
            own = Cells(meant, meant)
            if mapped.conditions.hold(meant, meant):
                if mapped.key:
                    yield f"{scope}{self._own_key(mapped, meant) or key}/{mapped.name}", own
                else:
                    yield given.free(f"{scope}{key}/{mapped.name}/{name}")[0], own

    def _own_key(self, mapped: EventMapping, meant: Mapping[str, str]) -> str:
        texts = [meant.get(fold(name), "") for name in mapped.key]
        return "/".join(texts) if any(texts) else ""

    def _skipped(self, row: Row, error: SkipError, spares: str) -> Skipped:
        place = ", ".join((row.place, *dict.fromkeys(error.columns)))
        skipped = Skipped(
            reason=error.reason, place=place, line=row.line, found=bare(error.found), spares=spares, value=error.value
        )
        self.questions.skipped(skipped)
        return skipped

    def _event(self, mapped: EventMapping, row: Row, cells: Cells, ref: str) -> Event:
        """One of the events of a row. Raises `SkipError`, and `Doubtful`."""
        kind = self._value("kind", mapped.kind, cells)
        if kind is None or kind.value is None:
            columns = tuple(column for each in mapped.kind for column in each.columns())
            raise SkipError("a row that does not say what kind of event it is", columns=columns)
        cls = KINDS[kind.value]
        fields: dict[str, Any] = {}
        quotes: dict[str, None] = {}
        amount = None
        takes, fill = FIELDS[kind.value], self._filler.fill
        # If a column says the kind, some fields may be those of another kind.
        for name, several in mapped.fields.items():
            if name not in takes:
                continue
            if name in SEVERAL:
                found = [
                    each.value for ways in several if (each := fill(name, ways, cells, cls)) and each.value is not None
                ]
                fields[name] = tuple(one for each in found for one in (each if isinstance(each, tuple) else (each,)))
                continue
            filled = fill(name, several[0], cells, cls)
            if filled is None:
                continue
            value, text, by, quoted = filled
            if quoted:
                quotes[f"{', '.join(by.template.columns)}: {text}"] = None
            if value is not None:
                fields[name] = value
                amount = filled if name == "amount" else amount
        currency = fields.pop("currency", None)
        if amount is not None:
            fields["value"] = _money(fields.pop("amount"), currency, amount)
        for name in _NEEDED[kind.value]:
            if fields.get(name) is None:
                columns = tuple(c for field in mapped.fields.get(name, ()) for each in field for c in each.columns())
                raise _LackingError(name, f"{kind.value} without {name}", columns=columns)
        try:
            return cls(**fields, ref=ref, sources=self._sources(row, cells, "; ".join(quotes) or None))
        except InvalidValue as error:
            raise SkipError(f"{kind.value}: expected {error.expected}", error.found) from None

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


class _LackingError(SkipError):
    """Raised for a row that lacks what an event needs: this field."""

    def __init__(self, field: str, reason: str, columns: tuple[str, ...]) -> None:
        super().__init__(reason, columns=columns)
        self.field = field


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


def _part(text: str) -> str:
    """A text as a part of a scope, which ends at the first slash."""
    return text.replace("/", "-")
