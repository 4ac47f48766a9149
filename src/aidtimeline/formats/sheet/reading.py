"""Reads a sheet of drafts: each row is a draft, and what is wrong with it is said with its row and column."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from datetime import datetime
from functools import lru_cache
from typing import Any

from attrs import evolve

from aidtimeline.codec import record_id
from aidtimeline.errors import InvalidValue, Problem, RefusedBatch, UsageError
from aidtimeline.events import Record
from aidtimeline.formats.importing.reports import FIRST, Report
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import Row, fold, rows
from aidtimeline.formats.reading.workbooks import MAX_WIDTH
from aidtimeline.formats.readings import Remark
from aidtimeline.formats.sheet.cells import from_cell
from aidtimeline.formats.sheet.columns import IN_SHEETS
from aidtimeline.log import EventLog, now
from aidtimeline.log.about import about
from aidtimeline.log.clock import behind
from aidtimeline.log.drafts import Line, read_drafts
from aidtimeline.log.flat import name_at, names_of, put
from aidtimeline.semantics.standing import retractions
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.progress import Progress, untold

TO = "events"
"""The file of the log in which rows are recorded, if nobody names another."""

MOST_SOURCES = 99
MOST_HINTS = 100
"""So many unknown headers are looked up among those that are like them."""

RETRACTED = "retracted in the log: recording it again changes nothing"

_NAMES = {fold(name): name for kind in IN_SHEETS for name in ("label", "kind", *names_of(kind, MOST_SOURCES))}


def drafts_of(file: File) -> Iterator[tuple[Row, dict[str, Any], list[Problem]]]:
    """The draft of each row, with the row, and what is wrong with columns, each said once.

    The header is the first row of the first 20 that has `kind`. Headers are names of `aidtimeline.log.flat`, in
    whatever case. Raises `UnreadableFile` if the file is no table with such a row.
    """
    said: set[str] = set()
    for row in rows(file, wanted=("kind",)):
        draft: dict[str, Any] = {}
        problems: list[Problem] = []
        for header, cell in row.cells.items():
            if not cell:
                continue
            name = _NAMES.get(fold(header))
            if name is None and header not in said:
                said.add(header)
                near = did_you_mean(fold(header), _NAMES) if len(said) <= MOST_HINTS else None
                unknown = InvalidValue(header, "the name of a field", near)
                problem = Problem.of_value(_column(header, row), unknown, "unknown-field")
                problems.append(problem.at(str(file.path), row.number))
            elif name is not None:
                put(draft, name, from_cell(cell))
        yield row, draft, problems


def record_sheet(
    folder: str | os.PathLike[str],
    file: File,
    *,
    recorded_at: datetime | None = None,
    to: str | None = None,
    dry_run: bool = False,
    progress: Progress = untold,
) -> Report:
    """Record the rows of a sheet as drafts, all or none; the arguments are those of `import_file`.

    Raises `RefusedBatch` with what is wrong, each problem with its row as `line` and its column as `path`.
    """
    if file.mapping is not None or file.published is not None or file.dataset is not None:
        raise UsageError("a sheet of drafts is no dataset: it takes no mapping, and each row has a source of its own")
    name = str(file.path)
    lines: list[Line] = []
    problems: list[Problem] = []
    read: dict[int, Row] = {}
    for row, draft, wrong in drafts_of(file.telling(progress)):
        lines.append((name, row.number, draft))
        problems += wrong
        read[row.number] = row
    log = EventLog(folder)
    known = log.ids()
    events: list[Any] = []
    try:
        events = read_drafts(lines, known)
    except RefusedBatch as refused:
        problems += [_placed(each, read) for each in refused.problems]
    if problems:
        raise RefusedBatch("nothing was recorded:", sorted(problems, key=lambda each: each.line or 0))
    report = _reported(log, events, list(read.values()), known)
    if recorded_at is None and (problem := behind(log.newest(), now())) is not None:
        report.problems.append(problem)
    if not dry_run:
        log.append(events, recorded_at=recorded_at, to=TO if to is None else to)
    return report


def _reported(log: EventLog, events: list[Any], read: list[Row], known: Set[str]) -> Report:
    """What comes of the rows, in a log that has known records."""
    report = Report()
    places: dict[str, Row] = {}
    for row, event in zip(read, events, strict=True):
        id_ = event.id if isinstance(event, Record) else record_id(event)
        is_new = id_ not in known and id_ not in places
        places.setdefault(id_, row)
        report.outcomes["new" if is_new else "unchanged"] += 1
        if is_new and len(report.first) < FIRST:
            report.first.append(event)
    there = known & places.keys()
    for id_, _ in retractions(there, about(log, there)) if there else ():
        report.add(Remark(reason=RETRACTED, place=places[id_].place, line=places[id_].number, found=id_))
    return report


def _placed(problem: Problem, read: dict[int, Row]) -> Problem:
    """A problem of a draft, in the row and column that it was read from."""
    name = name_at(problem.path)
    if name is None or problem.line is None:
        return problem
    return evolve(problem, path=_column(name, read[problem.line]))


_folded = lru_cache(MAX_WIDTH)(fold)


def _column(name: str, row: Row) -> str:
    header = next((each for each in row.cells if _folded(each) == fold(name)), name)
    return f"column {header}" if row.sheet is None else f"column {header} of {row.sheet}"
