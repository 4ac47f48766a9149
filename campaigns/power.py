"""Fail the power at every step of an append, and at every step of the recovery after it, in random ways.

    python campaigns/power.py [--ways N] [--seed S] [--report FILE] [--broken HOW]

The power does not really fail: a model of the disk (`PowerCutDisk` in `aidtimeline.testing.faults`) knows what was
flushed, and leaves a random part of the rest: any set of sectors, in whatever order they were written. What was
acknowledged must be there, and of the append all or nothing; and again if the power fails for the next writer, at each
of its steps. Of a line of a few sectors every set is tried, and every size that the file may have got.

With `--broken` the log leaves something out, and the campaign must fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import report

from aidtimeline import EventLog
from aidtimeline.errors import DataError
from aidtimeline.log import Log, ending
from aidtimeline.log.disk import Disk
from aidtimeline.testing import DurableLogConformance, LawBroken, PowerCutDisk

BROKEN = {None: (), "no-flush": ("sync",), "no-folder-flush": ("sync_folder",), "holes-unseen": ()}


class Power(DurableLogConformance):
    """The suite, with counts."""

    def __init__(self, seed: int, ways: int, without: Sequence[str]) -> None:
        self.seed = seed
        self.power_cuts = ways
        self.without = without
        self.figures = Counter({"power cuts": 0, "lost": 0})

    def make_durable(self, folder: str, disk: Disk | None) -> Log:
        """Open the log in a folder, on a disk that leaves something out."""
        disk = disk or Disk()
        for name in self.without:
            setattr(disk, name, lambda _: None)
        return EventLog(folder, disk=disk)

    def _power_fails(
        self, disk: PowerCutDisk, chance: Random | None, before: Sequence[int], added: Sequence[int]
    ) -> tuple[int, ...]:
        self.figures["power cuts" if disk.reached else "power cuts after the end"] += 1
        return super()._power_fails(disk, chance, before, added)

    def _goes_on(self, folder: str, added: Sequence[int], *, acknowledged: bool) -> None:
        self.figures["sets of sectors"] += 1
        super()._goes_on(folder, added, acknowledged=acknowledged)


def main() -> None:
    """Run the campaign."""
    parser = report.options(__doc__, BROKEN)
    parser.add_argument("--ways", type=int, default=20, metavar="N", help="at each step (default %(default)s)")
    parser.add_argument("--sectors", type=int, default=6, metavar="N", help="of a line (default %(default)s)")
    given = report.begin(parser)
    suite, failures = Power(given.seed, given.ways, BROKEN[given.broken]), []
    suite.sectors, suite.ways = given.sectors, 2 ** (given.sectors + 5)
    if given.broken == "holes-unseen":
        ending.has_hole = lambda *_: False
    try:
        suite.test_sectors_may_land_in_any_order()
        suite.test_the_power_may_fail_at_any_step()
    except (LawBroken, DataError) as error:
        suite.figures["lost"] += 1
        failures.append(str(error))
    if not suite.figures["power cuts"] and not failures:
        failures.append("the power never failed: the run shows nothing")
    report.finish(given, suite.figures, failures)


if __name__ == "__main__":
    main()
