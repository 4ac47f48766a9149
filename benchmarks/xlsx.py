"""Read workbooks beside python-calamine and openpyxl's own loop, and list the cells that these read otherwise.

    pip install python-calamine
    python benchmarks/xlsx.py [FILE SHEET] [--rows N] [--runs K]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from measure import Figures, run, run_step

from aidtimeline.errors import UnreadableFile
from aidtimeline.formats.reading import workbooks
from aidtimeline.formats.reading.files import File

SCRIPT = Path(__file__)
NAME, SHEET = "table.xlsx", "table.sheet"
SIDES = ("nothing", "aidtimeline", "openpyxl", "calamine")

#: What a cell holds, and the number format in which it is shown.
CELLS: dict[str, tuple[Any, str]] = {
    "a month": (datetime(2023, 5, 1), "mmm-yy"),
    "a year": (datetime(2023, 1, 1), "yyyy"),
    "a day": (datetime(2023, 5, 1), "yyyy-mm-dd"),
    "a time": (datetime(2023, 5, 1, 13, 30), "yyyy-mm-dd hh:mm"),
    "a duration": (timedelta(hours=26), "[h]:mm"),
    "a share": (0.3, "0%"),
    "a number": (1234.5, '#,##0.00 "EUR"'),
    "a text": ("007", "@"),
    "an escaped text": ("a_x000D_b", "General"),
    "an error": ("#DIV/0!", "General"),
    "a formula that was never calculated": ("=1+1", "General"),
}


def main() -> None:
    """Make or take a workbook, time the sides in turns, print the medians, and then what each makes of odd cells."""
    options = _options()
    with TemporaryDirectory() as folder:
        if options.file is None:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("S")
            for number in range(options.rows):
                sheet.append([number, f"item {number % 1000}", number * 1.5, date(2023, 5, 1 + number % 28)])
            book.save(Path(folder, NAME))
        else:
            Path(folder, NAME).symlink_to(Path(options.file).resolve())
        Path(folder, SHEET).write_text(options.sheet or "S", encoding="utf-8")
        runs: dict[str, list[Figures]] = {side: [] for side in SIDES}
        for _ in range(options.runs):
            for side, turns in runs.items():
                turns.append(run(SCRIPT, side, folder, 0))
        _print(runs)
        _print_cells(Path(folder))


def _print(runs: dict[str, list[Figures]]) -> None:
    idle = median(each.mebibytes for each in runs["nothing"])
    fastest = median(each.processor or 0 for each in runs["calamine"])
    print("| | rows | s of processor | times calamine | MiB above the interpreter |\n|---|---:|---:|---:|---:|")
    for side in SIDES[1:]:
        seconds = median(each.processor or 0 for each in runs[side])
        memory = median(each.mebibytes for each in runs[side]) - idle
        print(f"| {side} | {runs[side][0].answer:,} | {seconds:.2f} | {seconds / fastest:.0f} | {memory:.0f} |")


def _print_cells(folder: Path) -> None:
    print("\n| cell | aidtimeline | openpyxl | calamine |\n|---|---|---|---|")
    for what, (value, shown) in CELLS.items():
        book = openpyxl.Workbook()
        cell = book.active["A1"]
        cell.value, cell.number_format = value, shown
        path = folder / "cell.xlsx"
        book.save(path)
        read = [_first(each, path, book.active.title) for each in (_of_ours, _of_openpyxl, _of_calamine)]
        print(f"| {what} | {' | '.join(read)} |")


def _first(rows: Callable[[Path, str], Iterator[Any]], path: Path, sheet: str) -> str:
    try:
        found = next(rows(path, sheet), None)
    except UnreadableFile:
        return "refused"
    return f"`{found[0]!r}`" if found else "nothing"


def _of_ours(path: Path, sheet: str) -> Iterator[Any]:
    file = File(path=path)
    with file.open() as stream, workbooks.opened(file, stream) as book:
        for line in book.lines(sheet):
            yield [str(each) for each in line.cells]


def _of_openpyxl(path: Path, sheet: str) -> Iterator[Any]:
    yield from openpyxl.load_workbook(path, read_only=True, data_only=True)[sheet].iter_rows(values_only=True)


def _of_calamine(path: Path, sheet: str) -> Iterator[Any]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  (not needed for the other sides)

    yield from CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).iter_rows()


def _counted(rows: Callable[[Path, str], Iterator[Any]]) -> Callable[[Path, int], int]:
    return lambda folder, _: sum(1 for _ in rows(folder / NAME, Path(folder, SHEET).read_text(encoding="utf-8")))


STEPS = {
    "nothing": lambda _folder, _records: 0,
    "aidtimeline": _counted(_of_ours),
    "openpyxl": _counted(_of_openpyxl),
    "calamine": _counted(_of_calamine),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="a workbook; without one, a table is made")
    parser.add_argument("sheet", nargs="?", help="its sheet")
    parser.add_argument("--rows", type=int, default=200_000, help="how many rows are made")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in STEPS:
        run_step(STEPS)
    else:
        main()
