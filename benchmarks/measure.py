"""One step of a benchmark in a process of its own: its time, its memory, and its answer."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

IN_MEMORY = Path("/dev/shm")
KIBIBYTE = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss`: bytes on macOS, elsewhere kibibytes."""

Sums: TypeAlias = Mapping[str, tuple[int, int | None]]
"""An answer: by item, the low and high end of its sum; None is open."""


@dataclass(frozen=True)
class Figures:
    """The time, the time of processors (None: unknown), the memory at its peak, and the answer of one run of a step."""

    seconds: float
    processor: float | None
    mebibytes: float
    answer: Any


@dataclass(frozen=True)
class Laps:
    """What a step times by itself: the median of its laps, without what is around them.

    >>> laps = Laps()
    >>> laps(lambda: 6 * 7), len(laps.seconds)
    (42, 1)
    """

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def __call__(self, does: Callable[[], T]) -> T:
        """What a function returns, its time being one lap."""
        begin, used = perf_counter(), process_time()
        result = does()
        self.seconds.append(perf_counter() - begin)
        self.processor.append(process_time() - used)
        return result


Step: TypeAlias = Callable[[Path, int], Any]
"""A function of a folder and a number of records. It returns its answer, or its laps and its answer."""


def run(script: Path, step: str, folder: Path | str, records: int, source: Path | None = None) -> Figures:
    """Run a step of a script in a process of its own, so that no cache is warm and no other memory counts.

    `source` is a folder with another version of the library.
    """
    command = [sys.executable, str(script), step, str(folder), str(records)]
    return Figures(**json.loads(whole(command, source).answer))


def whole(command: Sequence[str], source: Path | None = None) -> Figures:
    """Run a command from its start to its end; the answer is what it prints.

    It is started by a small process of its own, since a process passes its own peak of memory on to those it starts.
    """
    environment = os.environ | ({} if source is None else {"PYTHONPATH": str(source)})
    launch = [sys.executable, __file__, *command]
    done = subprocess.run(launch, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return Figures(**json.loads(done.stdout))


def _launch(command: Sequence[str]) -> None:
    begin = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        printed, _ = process.communicate()
    seconds = perf_counter() - begin
    if process.returncode:
        sys.exit(process.returncode)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps(asdict(Figures(seconds, used.ru_utime + used.ru_stime, _mebibytes(used), printed))))


def run_step(steps: Mapping[str, Step]) -> None:
    """Run the step on the command line (`STEP FOLDER RECORDS`), and print its figures as JSON.

    The clock starts when the modules are imported. The memory is the peak of the process.
    """
    name, folder, records = sys.argv[1:]
    all_of_it = Laps()
    answer = all_of_it(lambda: steps[name](Path(folder), int(records)))
    laps, answer = answer if isinstance(answer, tuple) else (all_of_it, answer)
    figures = {
        "seconds": median(laps.seconds),
        "processor": median(laps.processor),
        "mebibytes": _mebibytes(resource.getrusage(resource.RUSAGE_SELF)),
        "answer": answer,
    }
    print(json.dumps(figures))


def _mebibytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss * KIBIBYTE / 2**20


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option for the folder of the files."""
    parser.add_argument(
        "--folder",
        default=IN_MEMORY if IN_MEMORY.is_dir() else None,
        metavar="DIR",
        help="where files are written (default: a file system in memory, if there is one)",
    )


if __name__ == "__main__":
    _launch(sys.argv[1:])
