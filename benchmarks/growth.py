"""How the time of each command grows with the log, and that no shape of a log makes it explode.

    python benchmarks/growth.py [--records N …] [--hostile N …] [--shape NAME …] [--inputs BYTES …] [--target NAME …]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import hostile
from check import TODAY, Register
from hostile import SHAPES

from aidtimeline import Counts, EventLog, ProjectStates, Timeline
from aidtimeline.checks import check
from aidtimeline.codec import event_to_json
from aidtimeline.diff import diff
from aidtimeline.events import Record

STEEPEST = 1.2
"""No exponent of a command may be above this."""

DAY = TODAY.isoformat()
MIDDLE = "2023-06-30"
#: The arguments of each command; LOG is the folder of the log, NEW that of an empty one.
COMMANDS: dict[str, tuple[str, ...]] = {
    "as-of": ("--log", "LOG", "as-of", MIDDLE),
    "counts": ("--log", "LOG", "counts", "--as-of", MIDDLE, "--by", "donor", "--by", "item"),
    "money": ("--log", "LOG", "money", "--as-of", MIDDLE, "--by", "donor"),
    "projects": ("--log", "LOG", "projects", "--as-of", MIDDLE),
    "participation": ("--log", "LOG", "participation", "--as-of", MIDDLE),
    "fulfilment": ("--log", "LOG", "fulfilment", "--as-of", MIDDLE),
    "levels": ("--log", "LOG", "levels", "--as-of", MIDDLE),
    "series": ("--log", "LOG", "series", "--by", "item"),
    "explain": ("--log", "LOG", "explain", "ID", "--as-of", DAY),
    "diff": ("--log", "LOG", "diff", "--from-as-of", MIDDLE, "--to-as-of", DAY),
    "check": ("--log", "LOG", "check"),
    "record": ("--log", "NEW", "record", "DRAFTS"),
    "import csv": ("--log", "NEW", "import", "csv", "TABLE", "--mapping", "MAPPING", "--published", DAY),
}
MAPPING = """
dataset = "tracker"
publisher = "A tracker"
key = ["No."]
[event.delivered]
kind = "delivery"
date = "{Date}"
donor = "{Donor}"
recipient = "UA"
item = "{Item}"
quantity = "{Number}"
"""


def main() -> None:
    """Measure every command on a register of each size, and every question on each hostile shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="*", default=[10_000, 30_000, 100_000])
    parser.add_argument("--hostile", type=int, nargs="*", default=[1000, 2000, 4000])
    parser.add_argument("--shape", nargs="*", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--inputs", type=int, nargs="*", default=[2**19, 2**20])
    parser.add_argument("--target", nargs="*", help="the parsers that are given hostile inputs: all, unless named")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child = _read if options.child[0] == "input" else _asked if options.child[0] in SHAPES else None
        print(json.dumps(_ran(options.child) if child is None else child(*options.child)))
        return
    if options.records:
        _of_commands(options.records)
    if options.hostile:
        _of_shapes(options.shape, options.hostile)
    if options.inputs:
        _of_inputs(options.target, options.inputs)


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of seconds over sizes, both as logarithms: least squares."""
    points = [(log(size), log(max(each, 1e-6))) for size, each in zip(sizes, seconds, strict=True)]
    x, y = (sum(each) / len(points) for each in zip(*points, strict=True))
    slope: float = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    return slope


def _of_commands(sizes: Sequence[int]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for size in sizes:
        with TemporaryDirectory() as folder:
            paths = _written(Path(folder), size)
            for name, arguments in COMMANDS.items():
                new = Path(folder, f"new-{name}")
                asked = [{**paths, "NEW": str(new)}.get(each, each) for each in arguments]
                seconds[name].append(_child(*asked)[name.split()[0]])
    print("| command | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |")
    print("|---|" + "---:|" * (len(sizes) + 1))
    for name, each in seconds.items():
        steepness = exponent(sizes, each)
        mark = "" if steepness <= STEEPEST else " (!)"
        print(f"| {name} | " + " | ".join(f"{one:.2f}" for one in each) + f" | {steepness:.2f}{mark} |", flush=True)


def _written(folder: Path, size: int) -> dict[str, str]:
    """A register of this size: as a log, as drafts, and a table of as many rows with its mapping."""
    register = Register()
    while len(register.records) < size:
        register.write_project()
    records = register.records[:size]
    EventLog(folder / "log").append(records)
    (folder / "drafts.jsonl").write_text("".join(json.dumps(event_to_json(each.event)) + "\n" for each in records))
    with (folder / "table.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["No.", "Date", "Donor", "Item", "Number"])
        rows.writerows([number, "2022-05-01", "JP", f"item-{number % 50}", number % 9 + 1] for number in range(size))
    (folder / "mapping.toml").write_text(MAPPING)
    id_ = next(each.id for each in records if each.event.kind == "delivery")
    names = {"LOG": "log", "DRAFTS": "drafts.jsonl", "TABLE": "table.csv", "MAPPING": "mapping.toml"}
    return {"ID": id_, **{name: str(folder / path) for name, path in names.items()}}


def _of_shapes(shapes: Sequence[str], sizes: Sequence[int]) -> None:
    print("| shape | question | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |")
    print("|---|---|" + "---:|" * (len(sizes) + 1))
    for shape in shapes:
        found = [_child(shape, str(size)) for size in sizes]
        worst = max(found[-1], key=lambda name: found[-1][name])
        each = [seconds[worst] for seconds in found]
        texts = " | ".join(f"{one:.2f}" for one in each)
        print(f"| {shape.replace('_', ' ')} | {worst} | {texts} | {exponent(sizes, each):.2f} |", flush=True)


def _of_inputs(targets: Sequence[str] | None, sizes: Sequence[int]) -> None:
    """Of each parser the input that takes longest, and that which takes most memory."""
    inputs = _inputs()
    print("| parser | input | " + " | ".join(f"{size:,} bytes" for size in sizes) + " | exponent | MB |")
    print("|---|---|" + "---:|" * (len(sizes) + 2))
    for target in targets or dict.fromkeys(target for target, _ in inputs.values()):
        names = [name for name, (of, _) in inputs.items() if of == target]
        last = {name: _child("input", name, str(sizes[-1])) for name in names}
        for what in ("seconds", "megabytes"):
            worst = max(last, key=lambda name: last[name][what])
            each = [_child("input", worst, str(size))["seconds"] for size in sizes[:-1]] + [last[worst]["seconds"]]
            texts = " | ".join(f"{one:.2f}" for one in each)
            shown = f"{exponent(sizes, each):.2f} | {last[worst]['megabytes']:.0f}"
            print(f"| {target} | {worst.partition(': ')[2]} | {texts} | {shown} |", flush=True)


def _inputs() -> Mapping[str, tuple[str, Callable[[int], bytes]]]:
    sys.path.append(str(Path(__file__).parent.parent))
    from fuzz.large import BOMBS, SHAPES as INPUTS  # noqa: PLC0415  (its package is not beside this file)

    return {**INPUTS, **BOMBS}


def _read(_input: str, name: str, size: str) -> dict[str, float]:
    """The seconds of the processor that a parser takes for a hostile input, and the megabytes."""
    target, make = _inputs()[name]
    from fuzz.targets import one_input  # noqa: PLC0415

    one_input(target, b"x")
    data, held = make(int(size)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = process_time()
    one_input(target, data)
    seconds = process_time() - begin
    return {"seconds": seconds, "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024}


def _child(*arguments: str) -> Mapping[str, float]:
    """What a process of its own measures."""
    done = subprocess.run([sys.executable, __file__, "--child", *arguments], check=True, capture_output=True, text=True)
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def _ran(arguments: Sequence[str]) -> dict[str, float]:
    """The seconds of the processor that a command takes."""
    from aidtimeline import cli  # noqa: PLC0415  (importing it is not measured)

    sys.argv = ["aidtimeline", *arguments]
    begin = process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        cli.main()
    return {arguments[2]: process_time() - begin}


def _asked(shape: str, size: str) -> dict[str, float]:
    """The seconds of the processor that each question takes on a log of a shape, without reading it."""
    records: list[Record] = list(SHAPES[shape](int(size)))
    timeline = Timeline(records)
    view, before = timeline.as_of(hostile.CUT), timeline.as_of("2023-01-15")
    questions: dict[str, Callable[[], Any]] = {
        "facts": lambda: (view.facts, before.facts),
        "counts": lambda: str(view.counts()),
        "projects": lambda: str(view.replay(ProjectStates())),
        "fulfilment": lambda: str(view.fulfilment()),
        "levels": lambda: str(view.levels()),
        "series": lambda: timeline.series(Counts(by="item")),
        "explain": lambda: [str(view.explain(Counts(by=()), key)) for key in dict(view.counts(by=()))],
        "diff": lambda: diff(before, view, Counts(by="item")),
        "check": lambda: check(records),
    }
    seconds = {}
    for name, question in questions.items():
        begin = process_time()
        question()
        seconds[name] = process_time() - begin
    return seconds


if __name__ == "__main__":
    main()
