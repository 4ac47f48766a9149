"""The Ukraine Support Tracker of the Kiel Institute: a release's workbook, or its main sheet as CSV.

Source of the rules: the release's own sheets "ReadMe" and "Updates and Corrections", and Antezza et al., "The Ukraine
Support Tracker: Which countries help Ukraine and how?", Kiel Working Paper 2218.

| in the sheet | becomes |
|---|---|
| a package (an ID; later an "activity") | a pledge, or where it is an "Allocation" a commitment; its value once |
| a row with an item | a pledge or commitment of so many units, of that package |
| units delivered | a delivery: the level by the release's cut-off, superseded by what the next release tells |
| estimates, conversions, totals of the tracker's own | observations, which are never summed |
| values on other rows of a package than its first | observations, and a remark |

What nobody disclosed is unknown and never 0: "undisclosed" units are at least 1, and what says nothing has no quantity.
"""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.formats.kiel.columns import table
from aidtimeline.formats.kiel.packages import of_packages
from aidtimeline.formats.kiel.releases import release_of
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Reading, Whole


def read(file: File) -> Iterator[Reading]:
    """What a release says, package by package, and at the end that it is all. Raises `UnreadableFile`."""
    found = table(file)
    release = release_of(file, found.sheet, found.preface)
    yield Beginning(scope="", source=release.source())
    told = False
    for reading in of_packages(release, found):
        told = told or isinstance(reading, Entry)
        yield reading
    if not told:  # or all that earlier releases told would be gone
        raise file.unreadable("not one row that tells of a package")
    yield Whole(scope="", source=release.source())
