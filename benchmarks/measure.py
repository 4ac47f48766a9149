"""One step of a benchmark in a process of its own: its time, its memory, and its result."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

IN_MEMORY = Path("/dev/shm")

Sums: TypeAlias = Mapping[str, tuple[int, int | None]]
"""The result of a step: by item, the low and high end of its sum; None is open."""

Step: TypeAlias = Callable[[Path, int], Sums]
"""A function of a folder and a number of records."""


@dataclass(frozen=True)
class Figures:
    """The time, the memory and the result of one run of a step."""

    seconds: float
    mebibytes: float
    sums: dict[str, list[int | None]]


def run(script: Path, step: str, folder: str, records: int) -> Figures:
    """Run a step of a script in a process of its own, so that no cache is warm and no other memory counts."""
    command = [sys.executable, str(script), step, folder, str(records)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Figures(**json.loads(done.stdout))


def run_step(steps: Mapping[str, Step]) -> None:
    """Run the step on the command line (`STEP FOLDER RECORDS`), and print its figures as JSON.

    The clock starts when the modules are imported. The memory is the peak of the process.
    """
    name, folder, records = sys.argv[1:]
    begin = perf_counter()
    sums = steps[name](Path(folder), int(records))
    seconds = perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, elsewhere in kibibytes
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    print(json.dumps({"seconds": seconds, "mebibytes": mebibytes, "sums": sums}))


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option for the folder of the files."""
    parser.add_argument(
        "--folder",
        default=IN_MEMORY if IN_MEMORY.is_dir() else None,
        metavar="DIR",
        help="where files are written (default: a file system in memory, if there is one)",
    )
