"""What a row says, cell by cell, as entries; and what of it could not be read, or is worth a look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from attrs import Factory, define

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Commitment, Delivery, Event, Observation, Pledge, Source
from aidtimeline.formats.kiel.columns import Line
from aidtimeline.formats.kiel.releases import Release
from aidtimeline.formats.kiel.texts import ANY_TIME, Told, is_number, read_date, read_units, read_value
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.currencies import CURRENCIES

Promise: TypeAlias = type[Pledge] | type[Commitment]

RECIPIENT = "Ukraine"

NO_EVENT = "a row that makes no event"
NO_LEVEL = "units delivered that are no number"
NO_ESTIMATE = "an estimate that is no number"
AFTER = "a date after the release: taken as by the release"
NO_DATE = "a date that is not understood: taken as by the release"
NO_UNITS = "units that are no number: taken as unknown"
NO_VALUE = "a value that is no number: taken as unknown"
NO_CURRENCY = "a value in no known currency: taken as unknown"
NO_MEASURE = "neither a commitment nor an allocation: taken as a pledge"

MEASURES: dict[str, Promise] = {"commitment": Pledge, "allocation": Commitment}
LINKS = ("source 1", "source 2", "source 3", "source 4")


@define
class Teller:
    """Makes entries of one package's rows, each with a `ref` of its own, and keeps what is worth a look.

    `counted` are the values that stand on its promises, and when these were announced.
    """

    release: Release
    package: str
    counted: set[tuple[str, Money]] = Factory(set)
    _notes: dict[tuple[str, int], Reading] = Factory(dict)
    _refs: set[str] = Factory(set)

    def notes(self) -> Iterator[Reading]:
        """What could not be read, and what is worth a look: each reason once a row."""
        yield from self._notes.values()

    def remark(self, reason: str, line: Line, found: str | None = None) -> None:
        """Keep that something is worth a look."""
        place = self.release.place(line.number)
        self._notes.setdefault((reason, line.number), Remark(reason=reason, place=place, line=line.number, found=found))

    def skip(self, reason: str, line: Line, found: str) -> None:
        """Keep that something could not be read."""
        place = self.release.place(line.number)
        skipped = Skipped(reason=reason, place=place, line=line.number, found=found)
        self._notes.setdefault((reason, line.number), skipped)

    # Cells.

    def when(self, line: Line) -> Told:
        """When a row's promise was announced."""
        try:
            told = read_date(line["date"])
        except InvalidValue:
            self.remark(NO_DATE, line, line["date"])
            return Told(ANY_TIME)
        if self.release.cut_off is not None and told.after(self.release.cut_off):
            self.remark(AFTER, line, line["date"])
            return Told(ANY_TIME)
        return told

    def value(self, line: Line) -> Money | None:
        """The value that the source gave, in the currency in which it gave it."""
        try:
            amount = read_value(line["given"])
        except InvalidValue:
            self.remark(NO_VALUE, line, line["given"])
            return None
        if amount is None:
            return None
        if line["currency"] not in CURRENCIES:
            self.remark(NO_CURRENCY, line, f"{line['given']} {line['currency']}".strip())
            return None
        return Money(Quantity.exact(amount), line["currency"])

    def units(self, line: Line) -> Quantity | None:
        """How many were promised."""
        try:
            return read_units(line["promised"])
        except InvalidValue:
            self.remark(NO_UNITS, line, line["promised"])
            return None

    def kind(self, line: Line) -> Promise:
        """Which kind of promise it is; where the release does not say, all are commitments in its words."""
        kind = MEASURES.get(line["measure"].casefold())
        if kind is None and "measure" in line.cells:
            self.remark(NO_MEASURE, line, line["measure"])
        return kind or Pledge

    # Entries.

    def free(self, ref: str) -> str:
        """The reference itself, or where the package has it already, with an ordinal: "USM1/javelin #2"."""
        free, ordinal = ref, 1
        while free in self._refs:
            ordinal += 1
            free = f"{ref} #{ordinal}"
        self._refs.add(free)
        return free

    def promise(self, kind: Promise, line: Line, ref: str, said: str = "", **fields: Any) -> Iterator[Entry]:
        """What was announced in a row; `said` is what it says of the quantity."""
        aid = ": ".join(filter(None, (line["aid type"], line["aid subtype"].casefold())))
        yield from self._announced(kind, line, ref, said, note=aid or None, **fields)

    def tranche(self, line: Line, ref: str, value: Money, indicator: str) -> Iterator[Entry]:
        """A value that was announced, and is not counted."""
        level = value.amount
        yield from self._announced(Observation, line, ref, indicator=indicator, quantity=level, unit=value.currency)

    def delivered(self, line: Line, ref: str, item: str | None) -> Iterator[Entry]:
        """How many units have been delivered by the release's cut-off; none where nothing is said of it."""
        try:
            quantity = read_units(line["delivered"])
        except InvalidValue:
            self.skip(NO_LEVEL, line, line["delivered"])
            return
        if quantity is not None:
            said, links = [line["delivered"]], [line["delivery source"]]
            yield from self._entry(Delivery, line, said, links, ref=ref, item=item, quantity=quantity)

    def estimate(self, line: Line, what: str, ref: str, unit: str, **fields: Any) -> Iterator[Entry]:
        """A number of the tracker's own making, as of this release; none where it made none."""
        try:
            number = read_value(line[what])
        except InvalidValue:
            self.skip(NO_ESTIMATE, line, line[what])
            return
        if number is not None:
            yield from self._entry(Observation, line, [], [], ref=ref, quantity=number, unit=unit, **fields)

    def _announced(self, kind: type[Event], line: Line, ref: str, said: str = "", **fields: Any) -> Iterator[Entry]:
        told = self.when(line)
        vague = "" if line["date"].startswith(told.edtf) else line["date"]
        links = [line[each] for each in LINKS]
        yield from self._entry(kind, line, [vague, said], links, date=told.edtf, ref=ref, **fields)

    def _entry(
        self, kind: type[Event], line: Line, said: list[str], links: list[str], date: str | None = None, **fields: Any
    ) -> Iterator[Entry]:
        """The entry of an event; without a date, of a level by the release's cut-off."""
        party = self.release.file.party
        fields |= {"package": as_slug(self.package), "donor": party(line["donor"]), "recipient": party(RECIPIENT)}
        try:
            event = kind(date=date or self.release.until, sources=self._sources(line, said, links), **fields)
        except InvalidValue as error:
            self.skip(NO_EVENT, line, str(error))
        else:
            yield Entry(event=event, restated=date is None, complete=True)

    def _sources(self, line: Line, said: list[str], links: list[str]) -> list[Source]:
        """The release, with those of the words that are no numbers; then what the row names, each once."""
        sources = [self.release.source(line.number, *(text for text in said if not is_number(text)))]
        for text in dict.fromkeys(each.lstrip(". ") for each in links):
            if text.casefold().startswith(("http://", "https://")):
                sources.append(Source(url=text))
            elif text:
                sources.append(Source(title=text))
        return sources
