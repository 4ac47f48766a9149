"""What a row says, cell by cell, as entries; and what of it could not be read, or is worth a look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

from attrs import Factory, define

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Commitment, Delivery, Event, Observation, Pledge, Source
from aidtimeline.formats.kiel.columns import Line
from aidtimeline.formats.kiel.releases import Release
from aidtimeline.formats.kiel.texts import ANY_TIME, Dated, is_number, read_date, read_units, read_value
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.readings import Entry, Reading, References, Remark, Skipped, cited
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.currencies import CURRENCIES

Promise: TypeAlias = type[Pledge] | type[Commitment]
T = TypeVar("T")

RECIPIENT = "Ukraine"

NO_EVENT = "a row that makes no event"
NO_LEVEL = "units delivered that are not a number"
NO_ESTIMATE = "an estimate that is not a number"
NO_UNIT = "a total in no known currency"
_SKIPPED = (NO_EVENT, NO_LEVEL, NO_ESTIMATE, NO_UNIT)

AFTER = "a date after the release: taken as by the release"
NO_DATE = "a date that is not understood: taken as by the release"
NO_UNITS = "units that are not a number: taken as unknown"
NO_VALUE = "a value that is not a number: taken as unknown"
NO_CURRENCY = "a value in no known currency: taken as unknown"
NO_MEASURE = "neither a commitment nor an allocation: taken as a pledge"

MEASURES: dict[str, Promise] = {"commitment": Pledge, "allocation": Commitment}
LINKS = ("source 1", "source 2", "source 3", "source 4")


@define
class Package:
    """Makes entries of the rows of a package, each with its own `ref`, and keeps notes of what is worth a look."""

    release: Release
    id: str
    notes: dict[tuple[str, int], Reading] = Factory(dict)
    _references: References = Factory(lambda: References(former="{} #{}"))
    _formerly: dict[str, str | None] = Factory(dict)

    def note(self, reason: str, line: Line, found: str | None = None) -> None:
        """Keep that something is worth a look, or was skipped; once for each reason and row."""
        fields: dict[str, Any] = {"place": self.release.place(line.number), "line": line.number, "found": found}
        skipped = reason in _SKIPPED
        note = Skipped(reason=reason, **fields, spares=f"{self.id}/") if skipped else Remark(reason=reason, **fields)
        self.notes.setdefault((reason, line.number), note)

    # Cells.

    def _read(self, read: Callable[[str], T], line: Line, what: str, reason: str) -> T | None:
        """What `read` makes of a cell; None if it cannot be read, which is noted for this reason."""
        try:
            return read(line[what])
        except InvalidValue:
            self.note(reason, line, line[what])
            return None

    def when(self, line: Line) -> Dated:
        """When the promise of a row was announced."""
        dated = self._read(read_date, line, "date", NO_DATE)
        if dated is None:
            return ANY_TIME
        if self.release.last_day is not None and dated.after(self.release.last_day):
            self.note(AFTER, line, line["date"])
            return ANY_TIME
        return dated

    def value(self, line: Line) -> Money | None:
        """The value that the source gave, in the currency in which it gave it."""
        amount = self._read(read_value, line, "given", NO_VALUE)
        if amount is None:
            return None
        if line["currency"] not in CURRENCIES:
            self.note(NO_CURRENCY, line, f"{line['given']} {line['currency']}".strip())
            return None
        return Money(Quantity.exact(amount), line["currency"])

    def units(self, line: Line) -> Quantity | None:
        """How many were promised."""
        return self._read(read_units, line, "promised", NO_UNITS)

    def kind(self, line: Line) -> Promise:
        """Which kind of promise it is. If the release does not say, all are commitments in its words: pledges."""
        kind = MEASURES.get(line["measure"].casefold())
        if kind is None and "measure" in line.cells:
            self.note(NO_MEASURE, line, line["measure"])
        return kind or Pledge

    # Entries.

    def ref(self, text: str) -> str:
        """The reference, with an ordinal if the package has it already: "USM1/promised/javelin#2"."""
        ref, self._formerly[ref] = self._references.free(text)
        return ref

    def promise(self, kind: Promise, line: Line, said: str = "", **fields: Any) -> Iterator[Entry]:
        """What was promised in a row; `said` are its words for the quantity."""
        aid = ": ".join(filter(None, (line["aid type"], line["aid subtype"].casefold())))
        yield from self.announced(kind, line, said, note=aid or None, **fields)

    def announced(self, kind: type[Event], line: Line, said: str = "", **fields: Any) -> Iterator[Entry]:
        """What a row says on the date on which its promise was announced."""
        dated = self.when(line)
        vague = "" if line["date"].startswith(dated.edtf) else line["date"]
        sources = self._sources(line, [vague, said], LINKS)
        yield from self._entry(kind, line, sources, date=dated.edtf, **fields)

    def delivered(self, line: Line, **fields: Any) -> Iterator[Entry]:
        """How many units have been delivered by the release's cut-off, if the row says so."""
        quantity = self._read(read_units, line, "delivered", NO_LEVEL)
        if quantity is not None:
            sources = self._sources(line, [line["delivered"]], ["delivery source"])
            yield from self._entry(Delivery, line, sources, quantity=quantity, **fields)

    def estimate(self, line: Line, what: str, **fields: Any) -> Iterator[Entry]:
        """A number of the tracker's own making, as of this release, if it made one."""
        number = self._read(read_value, line, what, NO_ESTIMATE)
        if number is not None:
            yield from self._entry(Observation, line, self._sources(line), quantity=number, **fields)

    def _entry(self, kind: type[Event], line: Line, sources: list[Source], **fields: Any) -> Iterator[Entry]:
        """The entry of an event. Without a date it is a level by the release's cut-off."""
        party = self.release.file.party
        common = {
            "date": self.release.until,
            "package": as_slug(self.id),
            "donor": party(line["donor"]),
            "recipient": party(RECIPIENT),
        }
        try:
            event = kind(**{**common, **fields}, sources=sources)
        except InvalidValue as error:
            self.note(NO_EVENT, line, str(error))
        else:
            formerly = self._formerly.get(event.ref or "")
            yield Entry(event=event, restated="date" not in fields, formerly=formerly)

    def _sources(self, line: Line, said: Sequence[str] = (), links: Sequence[str] = ()) -> list[Source]:
        """The release, with the words on which a vague value rests; then each source that the row names."""
        texts = dict.fromkeys(line[each].lstrip(". ") for each in links)
        quoted = (text for text in said if not is_number(text))
        return [self.release.source(line.number, *quoted), *(cited(text) for text in texts if text)]
