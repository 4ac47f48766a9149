"""Read and import a large IATI file, beside the standard library's `iterparse` of the same file, as ratios.

    python benchmarks/iati.py [--activities N] [--runs K] [--folder DIR]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import iterparse

from measure import Figures, Sums, add_folder, run, run_step

from aidtimeline.events import Amendment, Event
from aidtimeline.formats import import_file
from aidtimeline.formats.iati import read
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Entry
from aidtimeline.log import EventLog

SCRIPT = Path(__file__)
KINDS = {"2": "commitment", "3": "disbursement", "4": "expenditure", "11": "commitment"}
FIRST_DAY = date(2015, 1, 1)
FILES = {"flat": "activities", "family": "the same, four in five naming a parent in the file, which is then read twice"}
SIDES = {
    "nothing": "(the interpreter and its modules)",
    "bare": "iterparse, bare",
    "cleared": "iterparse, each activity cleared",
    "read": "aidtimeline: read",
    "import": "aidtimeline: imported",
    "again": "aidtimeline: imported again",
    "reread": "aidtimeline: again, nothing being kept",
}


def main() -> None:
    """Write the files, time the sides in turns, and print the medians."""
    options = _options()
    for name, about in FILES.items():
        with TemporaryDirectory(dir=options.folder) as folder:
            expected = run(SCRIPT, f"write-{name}", folder, options.activities).answer
            megabytes = Path(folder, f"{name}.xml").stat().st_size / 10**6
            runs: dict[str, list[Figures]] = {side: [] for side in SIDES}
            for turn in range(options.runs):
                for side, turns in runs.items():
                    print(f"{name}, turn {turn + 1} of {options.runs}: {SIDES[side]}", file=sys.stderr)
                    turns.append(run(SCRIPT, f"{side}-{name}", folder, options.activities))
            log = run(SCRIPT, f"log-{name}", folder, options.activities)
        events = sum(low or 0 for kind, (low, _) in expected.items() if kind != "cents")
        answers = [(runs["read"], expected), ([log], expected)]
        answers += [(runs["import"], {"new": [events, events]}), (runs["again"], {"unchanged": [events, events]})]
        answers += [(runs["reread"], {"unchanged": [events, events]})]
        for found, sums in answers:
            if any(each.answer != sums for each in found):
                sys.exit(f"{name}: found {found[0].answer}, expected {sums}")
        print(f"\n{about}: {options.activities:,}, {megabytes:.1f} MB; {options.runs} turns: medians\n")
        _print(runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=60_000, metavar="N", help="how many (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, metavar="K", help="of each side (default %(default)s)")
    add_folder(parser)
    return parser.parse_args()


def _print(runs: dict[str, list[Figures]]) -> None:
    print(f"{'':36}{'seconds':>9}{'times bare':>12}{'times cleared':>15}{'peak MiB':>10}{'above':>7}")
    ground = median(each.mebibytes for each in runs["nothing"])
    for side, turns in runs.items():
        mebibytes = median(each.mebibytes for each in turns)
        seconds = median(each.seconds for each in turns)
        bare, cleared = (
            median(each.seconds / peer.seconds for each, peer in zip(turns, runs[peers], strict=True))
            for peers in ("bare", "cleared")
        )
        figures = f"{seconds:9.2f}{bare:12.2f}{cleared:15.2f}{mebibytes:10.0f}{mebibytes - ground:7.0f}"
        print(f"{SIDES[side]:36}{figures}")


# The steps, each in a process of its own.


def _write(name: str, folder: Path, activities: int) -> Sums:
    """Write activities as publishers do, 700 bytes each; a few have several transactions."""
    draw = random.Random(name)
    found: Counter[str] = Counter()
    with open(folder / f"{name}.xml", "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n')
        for number in range(activities):
            file.write(_activity(number, draw, found, related=name == "family"))
        file.write("</iati-activities>\n")
    return {kind: (many, many) for kind, many in sorted(found.items())}


def _activity(number: int, draw: random.Random, found: Counter[str], *, related: bool) -> str:
    began = FIRST_DAY + timedelta(days=draw.randrange(2500))
    updated = f"{began.year + 7}-03-01T09:30:00Z"
    several = draw.randrange(1, 7) if number % 5 == 0 else 0
    found.update(["project", "status", "participation"])
    lines = [
        f'<iati-activity xml:lang="en" default-currency="USD" last-updated-datetime="{updated}">',
        f" <iati-identifier>XM-DAC-99999-{number:06}</iati-identifier>",
        ' <reporting-org ref="XM-DAC-99999" type="10"><narrative>Ministry of Examples</narrative></reporting-org>',
        f" <title><narrative>Clearance of lot {number}</narrative></title>",
        ' <description type="1"><narrative>Survey and clearance</narrative></description>',
        f' <participating-org ref="XM-DAC-{draw.randrange(500)}" role="{draw.randrange(1, 5)}" type="10"/>',
        f' <activity-status code="{draw.randrange(1, 5)}"/>',
        f' <activity-date iso-date="{began}" type="2"/>',
        ' <recipient-country code="UA"/><sector code="15250"/>',
        *(_transaction(each, began, draw, found) for each in range(several)),
    ]
    if related and number % 5:
        lines.append(f' <related-activity ref="XM-DAC-99999-{number // 5 * 5:06}" type="1"/>')
    return "\n".join([*lines, "</iati-activity>\n"])


def _transaction(number: int, began: date, draw: random.Random, found: Counter[str]) -> str:
    type_ = draw.choice(list(KINDS))
    cents = draw.randrange(10**9)
    day = began + timedelta(days=draw.randrange(1000))
    found[KINDS[type_]] += 1
    found["cents"] += cents
    return (
        f' <transaction ref="T{number}"><transaction-type code="{type_}"/><transaction-date iso-date="{day}"/>'
        f'<value value-date="{day}">{cents // 100}.{cents % 100:02}</value></transaction>'
    )


def _read(name: str, folder: Path, _activities: int) -> Sums:
    """Every reading of the file; the events are counted, and their money added up."""
    readings = read(File(path=folder / f"{name}.xml"))
    return _sums(reading.event for reading in readings if isinstance(reading, Entry))


def _import(name: str, folder: Path, activities: int) -> Sums:
    """Record the file in a log that does not exist yet."""
    shutil.rmtree(folder / name, ignore_errors=True)
    return _again(name, folder, activities)


def _again(name: str, folder: Path, _activities: int) -> Sums:
    """Import the file; if the log has it already, nothing is new."""
    outcomes = import_file(folder / name, "iati", folder / f"{name}.xml").outcomes
    return {outcome: (many, many) for outcome, many in outcomes.items() if many}


def _reread(name: str, folder: Path, activities: int) -> Sums:
    """Import the file again after what came of it before was deleted."""
    shutil.rmtree(folder / name / ".aidtimeline", ignore_errors=True)
    return _again(name, folder, activities)


def _log(name: str, folder: Path, _activities: int) -> Sums:
    """What the import has recorded."""
    return _sums(record.event for record in EventLog(folder / name).read())


def _sums(events: Iterable[Event | Amendment]) -> Sums:
    found: Counter[str] = Counter()
    for event in events:
        found[event.kind] += 1
        value = getattr(event, "value", None)
        if value is not None:
            found["cents"] += int(value.amount.low * 100)
    return {kind: (many, many) for kind, many in sorted(found.items())}


def _bare(name: str, folder: Path, _activities: int) -> Sums:
    """Every element, and nothing done with it: the whole tree is in memory at the end."""
    for _ in iterparse(folder / f"{name}.xml"):
        pass
    return {}


def _cleared(name: str, folder: Path, _activities: int) -> Sums:
    """Every element, each activity being cleared at its end: steady memory, or nearly so."""
    for _, element in iterparse(folder / f"{name}.xml"):
        if element.tag == "iati-activity":
            element.clear()
    return {}


def _nothing(_name: str, _folder: Path, _activities: int) -> Sums:
    return {}


STEPS = {
    f"{does.__name__[1:]}-{name}": partial(does, name)
    for does in (_write, _nothing, _bare, _cleared, _read, _import, _again, _reread, _log)
    for name in FILES
}

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS:
        run_step(STEPS)
    else:
        main()
