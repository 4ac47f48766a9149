"""The events of a row, by a mapping, and what of the row cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b

import attrs

from aidtimeline.events import Event
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row, fold
from aidtimeline.formats.readings import Entry, Reading, References, Remark, SkipError, Skipped
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.each import expanded
from aidtimeline.formats.tables.filling import Cells
from aidtimeline.formats.tables.making import FaultyError, LackingError, Maker
from aidtimeline.formats.tables.mapping import EventMapping, TableMapping
from aidtimeline.formats.tables.names import Names
from aidtimeline.formats.tables.optional import LACKING, Optional
from aidtimeline.formats.tables.questions import Questions
from aidtimeline.formats.tables.repeats import Repeats
from aidtimeline.formats.tables.totals import MAY_BE, TOTAL, Totals
from aidtimeline.text.safe import bare
from aidtimeline.values.amounts import Money

REPEATED = "a row with the same cells as another one: it counts again; key columns would distinguish them"


class RowReader:
    """Reads the rows of one file, one after the other. What several rows say together is read at the end."""

    def __init__(self, file: File, mapping: TableMapping) -> None:
        self.file, self.mapping = file, mapping
        self._keys = References(former="{}/{}")
        self._names = Names(file)
        self._maker = Maker(file, mapping, self._names)
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
        if self._totals is not None and (found := self._totals.maybe(row)) is not None:
            yield Remark(reason=MAY_BE, place=row.place, line=row.line, found=found)
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
            entry = Entry(event=self._maker.event(mapped, row, cells, ref), restated=mapped.restated, yields=unsaid)
        except FaultyError as error:
            yield from self._faulty(row, error.faults, ref, self._maker.stated(mapped, cells))
        except SkipError as error:
            if isinstance(error, LackingError) and error.field in unsaid:
                yield Remark(reason=LACKING, place=row.place, line=row.line, found=error.columns[0], spares=ref)
                return
            error.value = self._maker.stated(mapped, cells)
            skipped = self._skipped(row, error, ref)
            if mapped.key and isinstance(error, LackingError):
                self._repeats.lacks(ref, skipped)
            else:
                yield skipped
        except Doubtful as doubt:
            self.questions.ask(row, doubt)
        else:
            if mapped.key:
                self._repeats.add(entry, self._own_texts(mapped, cells.meant), row.place, row.line)
            else:
                yield entry

    def _faulty(
        self, row: Row, faults: Iterable[SkipError | Doubtful], ref: str, value: Money | None
    ) -> Iterator[Reading]:
        """All that cannot be read of an event: it is skipped once, and the rest is told beside."""
        skipped = None
        for fault in faults:
            if isinstance(fault, Doubtful):
                self.questions.ask(row, fault)
                continue
            fault.value = value
            found = self._skipped(row, fault, ref)
            if skipped is None:
                skipped = found
                yield found
            else:
                yield Remark(
                    reason=f"not read either: {found.reason}", place=found.place, line=row.line, found=found.found
                )

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

    def _own_texts(self, mapped: EventMapping, meant: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(meant.get(fold(name), "") for name in mapped.key)

    def _own_key(self, mapped: EventMapping, meant: Mapping[str, str]) -> str:
        texts = self._own_texts(mapped, meant)
        return "/".join(texts) if any(texts) else ""

    def _skipped(self, row: Row, error: SkipError, spares: str) -> Skipped:
        place = ", ".join((row.place, *dict.fromkeys(error.columns)))
        skipped = Skipped(
            reason=error.reason, place=place, line=row.line, found=bare(error.found), spares=spares, value=error.value
        )
        self.questions.skipped(skipped)
        return skipped


def _part(text: str) -> str:
    """A text as a part of a scope, which ends at the first slash."""
    return text.replace("/", "-")
