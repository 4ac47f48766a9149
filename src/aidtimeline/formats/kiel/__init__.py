"""The Ukraine Support Tracker of the Kiel Institute: a release's workbook, or its main sheet as CSV.

Source of the rules: the release's own sheets "ReadMe" and "Updates and Corrections", and Antezza et al., "The Ukraine
Support Tracker: Which countries help Ukraine and how?", Kiel Working Paper 2218.

| in the sheet | becomes |
|---|---|
| a package (an ID; later an "activity") | a pledge, or a commitment if it is an "Allocation"; its value once |
| a row with an item | a pledge or commitment of so many units, of that package |
| units delivered | a delivery: the level by the cut-off of the release, superseded by that of the next release |
| the tracker's own estimates, conversions, totals | observations, which are never summed |
| values on other rows of a package than its first | observations, and a remark |

What was not disclosed is unknown and never 0: "undisclosed" units are at least 1, and an empty cell is no quantity.
"""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.formats.kiel.columns import table
from aidtimeline.formats.kiel.packages import of_packages
from aidtimeline.formats.kiel.releases import release_of
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Reading, Whole


def read(file: File) -> Iterator[Reading]:
    """What a release says, package by package; at the end, that it is complete. Raises `UnreadableFile`."""
    found = table(file)
    release = release_of(file, found.sheet, found.preface)
    yield Beginning(scope="", source=release.source(), thing_of=_package_of)
    empty = True
    for reading in of_packages(release, found):
        empty = empty and not isinstance(reading, Entry)
        yield reading
    if empty:  # otherwise all entries of earlier releases would be gone
        raise file.unreadable("not one row that belongs to a package")
    yield Whole(scope="", source=release.source())


def _package_of(ref: str) -> str:
    """The package in the `ref` of an entry: releases number packages anew."""
    return ref.partition("/")[0]
