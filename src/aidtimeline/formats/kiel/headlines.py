"""The tracker's own headline figures: its totals in EUR, of all donors and of each, as levels beside the record.

They hold its estimates, so they are no sum of what sources gave. Each is what a column of the main sheet adds up to, by
the rule of the tracker's own country summaries.

| level of | column | rows |
|---|---|---|
| pledges: all that the tracker calls commitments | the total of a package in EUR | all |
| commitments: what it calls allocations | that of a part of one, in releases that have it redistributed | allocations |
| deliveries | value delivered in EUR | all |

Those of one type of aid are of an indicator ("military aid committed"), since events do not say which type they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from attrs import Factory, define

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Commitment, Delivery, Event, Observation, Pledge
from aidtimeline.formats.kiel.columns import Line
from aidtimeline.formats.kiel.entries import MEASURES, RECIPIENT
from aidtimeline.formats.kiel.releases import Release
from aidtimeline.formats.kiel.texts import read_value
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.readings import Entry, Reading, Skipped
from aidtimeline.values.amounts import ZERO, Money, Quantity

NOT_ADDED = "a total of the tracker that is not a number: no headline is made of its column"
CENT = Decimal("0.01")
_DIGITS = 100
"""More digits than any sum of numbers has that the sheet may hold."""


class Headline(NamedTuple):
    """What a headline is of, the columns that it may add up, the best first, and whether only rows of that measure.

    `repeated`: a package may have its number on several rows.
    """

    of: type[Event]
    columns: tuple[str, ...]
    of_measure: bool = False
    repeated: bool = False


HEADLINES = (
    Headline(Pledge, ("total in EUR",), repeated=True),
    Headline(Commitment, ("allocated in EUR", "part total in EUR"), of_measure=True),
    Headline(Delivery, ("delivered in EUR",)),
)


_INDICATORS: Mapping[type[Event], str] = {
    Pledge: "{} aid committed",
    Commitment: "{} aid allocated",
    Delivery: "{} aid delivered",
}
"""What a headline of one type of aid is of, in the tracker's words."""


class Part(NamedTuple):
    """The part of a headline of one donor and one type of aid; empty: all of them."""

    donor: str
    aid: str


@define
class Headlines:
    """Adds up the rows of a release, in the columns that it `has`."""

    release: Release
    has: Mapping[str, str]
    _sums: dict[Headline, dict[Part, Quantity]] = Factory(lambda: defaultdict(lambda: defaultdict(lambda: ZERO)))
    _unread: dict[Headline, tuple[Line, str]] = Factory(dict)

    def add(self, lines: Sequence[Line]) -> None:
        """Add the rows of a package."""
        for headline in HEADLINES:
            column = next((each for each in headline.columns if each in self.has), None)
            if column is None or (headline.of_measure and "measure" not in self.has):
                continue
            counted: dict[Part, list[Quantity]] = defaultdict(list)
            for line in lines:
                if headline.of_measure and MEASURES.get(line["measure"].casefold()) is not headline.of:
                    continue
                try:
                    number = read_value(line[column])
                except InvalidValue:
                    self._unread.setdefault(headline, (line, line[column]))
                    continue
                if number:
                    part = Part(self.release.file.party(line["donor"]), as_slug(line["aid type"].casefold()))
                    counted[part].append(Quantity.exact(number))
            for part, numbers in counted.items():
                amount = _of_package(numbers) if headline.repeated else sum(numbers, ZERO)
                for each in dict.fromkeys((part, Part(part.donor, ""), Part("", part.aid), Part("", ""))):
                    self._sums[headline][each] += amount

    def readings(self) -> Iterator[Reading]:
        """The levels, and for each column that cannot be added up, why."""
        for headline, parts in self._sums.items():
            if headline in self._unread:
                continue
            for part, amount in parts.items():
                try:
                    yield Entry(event=self._level(headline, part, amount), restated=True)
                except InvalidValue as error:
                    place = self.release.place(None)
                    yield Skipped(reason=NOT_ADDED, place=place, found=str(error), spares="headline/")
        for line, found in self._unread.values():
            place = self.release.place(line.number)
            yield Skipped(reason=NOT_ADDED, place=place, line=line.number, found=found, spares="headline/")

    def _level(self, headline: Headline, part: Part, amount: Quantity) -> Observation:
        return Observation(
            date=self.release.covered,
            donor=part.donor or None,
            recipient=self.release.file.party(RECIPIENT),
            indicator=_INDICATORS[headline.of].format(part.aid) if part.aid else None,
            value=Money(_to_the_cent(amount), "EUR"),
            of_kind=headline.of.kind,
            ref="/".join(("headline", headline.of.kind, *part)).rstrip("/"),
            sources=[self.release.source()],
        )


def _of_package(numbers: Sequence[Quantity]) -> Quantity:
    """What a package adds: its total, which may be repeated on its rows; then nobody says whether it counts once."""
    every = sum(numbers, ZERO)
    return numbers[0].hull(every) if len({each.low for each in numbers}) == 1 else every


def _to_the_cent(amount: Quantity) -> Quantity:
    """The amount that a column of conversions adds up to, which has digits that mean nothing."""
    with localcontext(prec=_DIGITS):
        low, high = (Decimal(0) if end is None else end.quantize(CENT) for end in (amount.low, amount.high))
    return Quantity(low, high)
