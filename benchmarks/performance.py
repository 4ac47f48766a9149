"""Measure the table of targets, ours and peers side by side, and write `docs/performance.md`.

    python benchmarks/performance.py [--records N] [--runs K] [--rows NAME …] [--folder DIR] [--page FILE]

`make bench` runs it at a million records, `make bench-quick` at a hundred thousand. README.md says what is measured.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import HERE, Bench, Differ, Measured
from page import page, table
from rows import ROWS, USUAL


def main() -> None:
    """Measure the rows that are asked for, print their table, and write the page."""
    options = _options()
    with TemporaryDirectory() as temporary:
        bench = Bench(options.folder or Path(temporary), options.records, options.runs)
        measured: list[Measured] = []
        try:
            for name in options.rows:
                bench.say(name)
                measured += ROWS[name](bench)
        except Differ as difference:
            sys.exit(f"the answers differ: {difference}")
        about = [inspect.cleandoc(ROWS[name].__doc__ or "") for name in options.rows]
        command = f"python benchmarks/performance.py --records {options.records} --runs {options.runs}"
        if options.rows != USUAL:
            command += f" --rows {' '.join(options.rows)}"
        print(table(measured))
        options.page.write_text(page(measured, about, bench, command), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000, metavar="N", help="how many (default %(default)s)")
    parser.add_argument("--runs", type=int, default=3, metavar="K", help="of each side (default %(default)s)")
    parser.add_argument("--rows", nargs="+", default=USUAL, choices=ROWS, metavar="NAME", help=", ".join(ROWS))
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="where files are made, kept, and used again (default: none is kept)"
    )
    parser.add_argument(
        "--page", type=Path, default=HERE.parent / "docs" / "performance.md", metavar="FILE", help="(default: in docs)"
    )
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
