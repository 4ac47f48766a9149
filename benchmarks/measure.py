"""One step of a benchmark, in a process of its own: how long it takes, how much memory, and what it answers."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

Sums: TypeAlias = Mapping[str, tuple[int, int | None]]
"""What is to be found out: by item, the low and the high end of its sum; None is open."""

Step: TypeAlias = Callable[[Path, int], Sums]
"""Works in a folder, on so many records."""


def run_step(steps: Mapping[str, Step]) -> None:
    """Run the step that the command line names (`STEP FOLDER RECORDS`), and print its figures as JSON.

    The clock starts once the modules are imported. The memory is the most that the process ever held.
    """
    name, folder, records = sys.argv[1:]
    begin = perf_counter()
    sums = steps[name](Path(folder), int(records))
    seconds = perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts: bytes, elsewhere kibibytes
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    print(json.dumps({"seconds": seconds, "mebibytes": mebibytes, "sums": sums}))
