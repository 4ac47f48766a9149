"""Decode and replay a log, side by side with the SQLite projection of the `eventsourcing` package, as a ratio.

    python benchmarks/replay.py [--records N] [--runs K] [--folder DIR]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from measure import Figures, add_folder, run

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Side:
    """A step of a script that is timed, and the step that writes what it reads."""

    name: str
    script: str
    step: str
    written_by: str


OURS = Side("aidtimeline", "ours.py", "replay", "write")
PROJECTION = Side("eventsourcing: projection", "peer.py", "project", "write")
SELECT = Side("eventsourcing: bare select", "peer.py", "select", "write")
VAGUE = Side("aidtimeline: as people write", "ours.py", "replay-vague", "write-vague")
SIDES = (OURS, PROJECTION, SELECT, VAGUE)


def main() -> None:
    """Write the records, time the sides in turns, and print the medians."""
    options = _options()
    with TemporaryDirectory(dir=options.folder) as folder:
        writers = dict.fromkeys((side.script, side.written_by) for side in SIDES)
        expected = {writer: run(HERE / writer[0], writer[1], folder, options.records).sums for writer in writers}
        runs: dict[Side, list[Figures]] = {side: [] for side in SIDES}
        for turn in range(options.runs):
            for side in SIDES:
                print(f"turn {turn + 1} of {options.runs}: {side.name}", file=sys.stderr)
                figures = run(HERE / side.script, side.step, folder, options.records)
                if figures.sums != expected[side.script, side.written_by]:
                    sys.exit(f"{side.name}: not the sums of the records")
                runs[side].append(figures)
    if runs[OURS][0].sums != runs[PROJECTION][0].sums:
        sys.exit("the two sides were given different records")
    _print(runs, options.records)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--records", type=_at_least_one, default=100_000, metavar="N", help="how many (default %(default)s)"
    )
    parser.add_argument("--runs", type=_at_least_one, default=5, metavar="K", help="of each side (default %(default)s)")
    add_folder(parser)
    return parser.parse_args()


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"found {number}, expected at least 1")
    return number


def _print(runs: dict[Side, list[Figures]], records: int) -> None:
    print(
        f"{records:,} records, {len(runs[OURS])} turns: medians; times = how many times aidtimeline in the same turn\n"
    )
    print(f"{'':30}{'seconds':>9}{'records/s':>11}{'peak MiB':>10}{'times':>8}   (least, most)")
    for side, turns in runs.items():
        seconds = median(each.seconds for each in turns)
        mebibytes = median(each.mebibytes for each in turns)
        times = [each.seconds / ours.seconds for each, ours in zip(turns, runs[OURS], strict=True)]
        print(
            f"{side.name:30}{seconds:9.2f}{records / seconds:11,.0f}{mebibytes:10.0f}"
            f"{median(times):8.2f}   ({min(times):.2f}, {max(times):.2f})"
        )


if __name__ == "__main__":
    main()
