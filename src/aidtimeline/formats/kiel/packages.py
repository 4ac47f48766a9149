"""The packages of a release: each value once, each item, what of it was delivered, and the tracker's estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from aidtimeline.events import Observation, Pledge
from aidtimeline.formats.kiel.columns import Line, Table
from aidtimeline.formats.kiel.entries import NO_UNIT, Package, Promise
from aidtimeline.formats.kiel.headlines import Headlines
from aidtimeline.formats.kiel.releases import Release
from aidtimeline.formats.kiel.texts import number_in
from aidtimeline.formats.kiel.tranches import Tranche, tranches
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.values.amounts import Money
from aidtimeline.values.currencies import CURRENCIES
from aidtimeline.values.dates import DateRange

NO_PACKAGE = "a row without the ID of its package"
NO_DONOR = "a row without a donor"
OVERFLOWS = "a row with more cells than the header: some may stand in the wrong columns"
TOTALS_TAKEN = "no column of values as the source gave them: the packages' totals are taken, which may be estimates"
SAME_VALUE = "parts of one package that state the same value: it is counted once"
TWICE = "a row with the same cells as another one: it counts again"

TRANCHE = "part of a package, as given by the source"

#: The tracker's estimates for the item of a row, in USD.
OF_ITEM = {
    "unit price": "estimated unit price",
    "promised value": "estimated value promised",
    "delivered value": "estimated value delivered",
}
#: Its totals for a package, or for a part of one: as the source gave them, or if it gave none, as estimated.
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
    """The readings of all packages, in the order in which the sheet first names them, wherever their rows are."""
    packages: dict[str, list[Line]] = defaultdict(list)
    headlines = Headlines(release, table.headers)
    for line in table.lines(release.file):
        place = release.place(line.number)
        if not line["package"] or not line["donor"]:
            yield Skipped(reason=NO_DONOR if line["package"] else NO_PACKAGE, place=place, line=line.number)
            if line["donor"]:  # the tracker adds it up all the same
                headlines.add([line])
            continue
        packages[line["package"]].append(line)
        if line.overflows:
            yield Remark(reason=OVERFLOWS, place=place, line=line.number)
    if table.totals_taken:
        yield Remark(reason=TOTALS_TAKEN, place=release.place(None), found=table.headers["given"])
    for id_, lines in packages.items():
        package = Package(release, id_)
        in_time = _in_time(package, lines)
        headlines.add(lines)
        yield from _values(package, lines, in_time)
        yield from _items(package, in_time)
        yield from _totals(package, in_time)
        yield from package.notes.values()
    if packages and release.file.covers != "part":
        yield from headlines.readings()


def _in_time(package: Package, lines: Sequence[Line]) -> list[Line]:
    """The rows by date, then by their cells: an order that does not change when they move in the sheet."""

    def place(line: Line) -> tuple[date, date, tuple[str, ...]]:
        dated = DateRange.parse(package.when(line).edtf)
        return dated.latest or date.max, dated.earliest or date.min, tuple(line.cells.values())

    return sorted(lines, key=place)


def _values(package: Package, lines: Sequence[Line], in_time: Sequence[Line]) -> Iterator[Entry]:
    """A promise of each kind for the package, with its value; if its parts have ids, one for each of them.

    Two parts with the same value may both repeat that of the package: it counts twice only if the tracker, too, has a
    total for each. A value that is given in tranches is a promise for each.
    """
    kinds: dict[Promise, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        kinds[package.kind(line)][line["part"]].append(line)
    for kind, parts in kinds.items():
        stem = package.id if kind is Pledge else f"{package.id}/allocation"
        counted: set[Money] = set()
        for part, own in parts.items():
            line, value = _stated(package, own)
            ref = package.ref(f"{stem}/{part}" if part else stem)
            if value in counted and not number_in(line["part total"] or line["part total in EUR"]):
                package.note(SAME_VALUE, line, str(value))
                yield from package.promise(kind, line, ref=ref, value=None)
                continue
            if value is not None:
                counted.add(value)
            of_part = [each for each in in_time if each["part"] == part and package.kind(each) is kind]
            found = tranches(package, of_part, line)
            if found:
                line, value = found[0].line, found[0].counts
            yield from package.promise(kind, line, ref=ref, value=value)
            yield from _others(package, kind, ref, found[1:])


def _others(package: Package, kind: Promise, ref: str, found: Sequence[Tranche]) -> Iterator[Entry]:
    """All tranches but the first, which stands for the package: promises of their own, or what is stated otherwise."""
    for each in found:
        own = package.ref(f"{ref}/given/{each.when}")
        if each.counts is not None:
            yield from package.promise(kind, each.line, ref=own, value=each.counts)
        else:
            given, unit = each.stated.amount, each.stated.currency
            yield from package.announced(Observation, each.line, ref=own, indicator=TRANCHE, quantity=given, unit=unit)


def _stated(package: Package, lines: Sequence[Line]) -> tuple[Line, Money | None]:
    """The value that is repeated on rows, and the first row that states it: the one that is marked as first, if any."""
    marked = next((line for line in lines if line["first"] == "1"), lines[0])
    stated = next((line for line in (marked, *lines) if package.value(line) is not None), marked)
    return stated, package.value(stated)


def _items(package: Package, lines: Sequence[Line]) -> Iterator[Entry]:
    """What was promised of each item, what of it was delivered, and the tracker's estimates for it."""
    met: set[tuple[str, ...]] = set()
    for line in lines:
        item = as_slug(line["item"]) or None
        if item is None and not line["promised"] and not line["delivered"]:
            continue
        cells = tuple(line.cells.values())
        if cells in met:
            package.note(TWICE, line, line["item"])
        met.add(cells)
        part = line["part"] and f"{line['part']}/"
        name = f"{part}{line['item'].casefold() or '(no item)'}"
        refs = {what: package.ref(f"{package.id}/{what}/{name}") for what in ("promised", "delivered", *OF_ITEM)}
        kind, quantity = package.kind(line), package.units(line)
        yield from package.promise(kind, line, line["promised"], ref=refs["promised"], item=item, quantity=quantity)
        yield from package.delivered(line, ref=refs["delivered"], item=item)
        for what, indicator in OF_ITEM.items():
            yield from package.estimate(line, what, ref=refs[what], unit="USD", item=item, indicator=indicator)


def _totals(package: Package, lines: Sequence[Line]) -> Iterator[Entry]:
    """The tracker's own totals. That of a package may be repeated on its rows, which are otherwise empty, or 0."""
    for what, indicator in (OF_PACKAGE | OF_PART).items():
        stated = [line for line in lines if number_in(line[what])]
        for line in stated[:1] if what in OF_PACKAGE else stated:
            unit = "EUR" if what.endswith("EUR") else line["currency"]
            part = f"/{line['part']}" if line["part"] and what in OF_PART else ""
            if unit in CURRENCIES:
                ref = package.ref(f"{package.id}/{what}{part}")
                yield from package.estimate(line, what, ref=ref, unit=unit, indicator=indicator)
            else:
                package.note(NO_UNIT, line, line[what])
