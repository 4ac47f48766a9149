"""One step of a benchmark, in a process of its own: how long it takes, how much memory, and what it answers."""

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
"""What is to be found out: by item, the low and the high end of its sum; None is open."""

Step: TypeAlias = Callable[[Path, int], Sums]
"""Works in a folder, on so many records."""


@dataclass(frozen=True)
class Figures:
    """What one run of a step took, and what it found out."""

    seconds: float
    mebibytes: float
    sums: dict[str, list[int | None]]


def run(script: Path, step: str, folder: str, records: int) -> Figures:
    """Run a step of a script in a process of its own, so that no cache is warm and its memory is its own."""
    command = [sys.executable, str(script), step, folder, str(records)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Figures(**json.loads(done.stdout))


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


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The option that says where the files are put."""
    parser.add_argument(
        "--folder",
        default=IN_MEMORY if IN_MEMORY.is_dir() else None,
        metavar="DIR",
        help="where the files are put (default: a file system in memory, where there is one)",
    )
