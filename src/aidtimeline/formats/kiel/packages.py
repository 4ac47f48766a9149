"""The packages of a release: each value once, each item, what of it was delivered, and what the tracker estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Pledge
from aidtimeline.formats.kiel.columns import Line, Table
from aidtimeline.formats.kiel.entries import Promise, Teller
from aidtimeline.formats.kiel.releases import Release
from aidtimeline.formats.kiel.texts import read_value
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.values.amounts import Money
from aidtimeline.values.currencies import CURRENCIES
from aidtimeline.values.dates import DateRange

NO_PACKAGE = "a row without the ID of its package"
NO_DONOR = "a row without a donor"
OVERFLOWS = "a row with more cells than the header: some may stand in the wrong columns"
TOTALS_TAKEN = "no column of values as the source gave them: the packages' totals are taken, which may be estimates"
MANY_VALUES = "a package whose rows state different values: the first is counted, the others are observations"
SAME_VALUE = "parts of one package that state the same value: it is counted once"
NO_UNIT = "a total in no known currency"
TWICE = "a row that is there twice: it is counted twice"

TRANCHE = "part of a package, as given by the source"

#: What the tracker estimates of a row's item, in USD.
OF_ITEM = {
    "unit price": "estimated unit price",
    "promised value": "estimated value promised",
    "delivered value": "estimated value delivered",
}
#: What it states of a package, or of a part of it: as the source gave it, or where it gave none, as estimated.
OF_PACKAGE = {
    "total": "total of a package, given or estimated",
    "total in EUR": "total of a package, given or estimated, converted",
}
OF_PART = {
    "part total": "total of a part of a package, given or estimated",
    "part total in EUR": "total of a part of a package, given or estimated, converted",
    "delivered in EUR": "value delivered, given or estimated, converted",
}


def of_packages(release: Release, table: Table) -> Iterator[Reading]:
    """The readings of all packages, in the order in which the sheet first names them, wherever their rows stand."""
    packages: dict[str, list[Line]] = defaultdict(list)
    for line in table.lines(release.file):
        place = release.place(line.number)
        if not line["package"] or not line["donor"]:
            yield Skipped(reason=NO_DONOR if line["package"] else NO_PACKAGE, place=place, line=line.number)
            continue
        packages[line["package"]].append(line)
        if line.overflows:
            yield Remark(reason=OVERFLOWS, place=place, line=line.number)
    if table.totals_taken:
        yield Remark(reason=TOTALS_TAKEN, place=release.place(None), found=table.headers["given"])
    for package, lines in packages.items():
        tell = Teller(release, package)
        in_time = _in_time(tell, lines)
        yield from _values(tell, lines)
        yield from _tranches(tell, in_time)
        yield from _items(tell, in_time)
        yield from _totals(tell, in_time)
        yield from tell.notes()


def _in_time(tell: Teller, lines: Sequence[Line]) -> list[Line]:
    """The rows in an order that does not change where they move in the sheet: by date, then by what they say."""

    def place(line: Line) -> tuple[date, date, tuple[str, ...]]:
        told = DateRange.parse(tell.when(line).edtf)
        return told.latest or date.max, told.earliest or date.min, tuple(line.cells.values())

    return sorted(lines, key=place)


def _values(tell: Teller, lines: Sequence[Line]) -> Iterator[Entry]:
    """A promise of each kind for the package, with its value; and where its parts have ids, one more for each of them.

    Two parts with the same value may repeat that of the package: it is counted twice only where the tracker, too, has a
    total for each.
    """
    kinds: dict[Promise, list[Line]] = defaultdict(list)
    for line in lines:
        kinds[tell.kind(line)].append(line)
    for kind, rows in kinds.items():
        place = tell.package if kind is Pledge else f"{tell.package}/allocation"
        counted: set[Money] = set()
        for part, own in _parts(rows).items():
            line, value = _stated(tell, own)
            ref = tell.free(f"{place}/{part}" if part else place)
            again = value in counted and not _number(line["part total"] or line["part total in EUR"])
            if again:
                tell.remark(SAME_VALUE, line, str(value))
            elif value is not None:
                counted.add(value)
                tell.counted.add((tell.when(line).edtf, value))
            yield from tell.promise(kind, line, ref, value=None if again else value)


def _stated(tell: Teller, lines: Sequence[Line]) -> tuple[Line, Money | None]:
    """The value that is repeated on rows, and the first row that states it: the one that is marked as first, if any."""
    marked = next((line for line in lines if line["first"] == "1"), lines[0])
    stated = next((line for line in (marked, *lines) if tell.value(line) is not None), marked)
    return stated, tell.value(stated)


def _tranches(tell: Teller, lines: Sequence[Line]) -> Iterator[Entry]:
    """Where rows of a package state other values than those that are counted: its tranches, told but never summed."""
    found: dict[tuple[str, Money], Line] = {}
    for line in lines:
        value = tell.value(line)
        if value is not None and value.amount.low:
            found.setdefault((tell.when(line).edtf, value), line)
    if {value for _, value in found} <= {value for _, value in tell.counted}:
        return
    for (when, value), line in found.items():
        if (when, value) not in tell.counted:
            yield from tell.tranche(line, tell.free(f"{tell.package}/given/{when}"), value, TRANCHE)
    tell.remark(MANY_VALUES, lines[0], ", ".join(dict.fromkeys(str(value) for _, value in found)))


def _items(tell: Teller, lines: Sequence[Line]) -> Iterator[Entry]:
    """What was promised of each item, what of it was delivered, and what the tracker thinks it worth."""
    met: set[tuple[str, ...]] = set()
    for line in lines:
        item = as_slug(line["item"]) or None
        if item is None and not line["promised"] and not line["delivered"]:
            continue
        cells = tuple(line.cells.values())
        if cells in met:
            tell.remark(TWICE, line, line["item"])
        met.add(cells)
        part = line["part"] and f"{line['part']}/"
        name = f"{part}{line['item'].casefold() or '(no item)'}"
        promised = tell.free(f"{tell.package}/promised/{name}")
        name = promised.removeprefix(f"{tell.package}/promised/")
        said = line["promised"]
        yield from tell.promise(tell.kind(line), line, promised, said, item=item, quantity=tell.units(line))
        yield from tell.delivered(line, f"{tell.package}/delivered/{name}", item)
        for what, indicator in OF_ITEM.items():
            ref = f"{tell.package}/{what}/{name}"
            yield from tell.estimate(line, what, ref, "USD", item=item, indicator=indicator)


def _totals(tell: Teller, lines: Sequence[Line]) -> Iterator[Entry]:
    """The tracker's own totals. That of a package may be repeated on its rows; else stands nothing there, or 0."""
    for what, indicator in (OF_PACKAGE | OF_PART).items():
        stated = [line for line in lines if _number(line[what])]
        for line in stated[:1] if what in OF_PACKAGE else stated:
            unit = "EUR" if what.endswith("EUR") else line["currency"]
            part = f"/{line['part']}" if line["part"] and what in OF_PART else ""
            if unit in CURRENCIES:
                ref = tell.free(f"{tell.package}/{what}{part}")
                yield from tell.estimate(line, what, ref, unit, indicator=indicator)
            else:
                tell.skip(NO_UNIT, line, line[what])


def _parts(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The rows by the part of the package that they are of; one part where parts have no ids."""
    parts: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        parts[line["part"]].append(line)
    return parts


def _number(text: str) -> bool:
    """Whether it is a number other than 0."""
    try:
        return bool(read_value(text))
    except InvalidValue:
        return False
