"""Which engine answers: the fold for a small log, the embedded one for a large log where DuckDB is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from attrs import evolve, frozen

from aidtimeline.codec import decode
from aidtimeline.collector import paused
from aidtimeline.engines.fold import Engine, Fold
from aidtimeline.errors import LogError, Problem, Shortened, UnreadableLog, UsageError
from aidtimeline.log import EventLog
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.reading import unreadable_log
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.progress import Progress, untold
from aidtimeline.text.safe import shown
from aidtimeline.vocabulary import Vocabulary

EngineName: TypeAlias = Literal["auto", "fold", "embedded"]
ENGINES: tuple[str, ...] = get_args(EngineName)

VARIABLE = "AIDTIMELINE_ENGINE"
"""The environment variable that names an engine."""

LARGE = 16 * 2**20
"""From this size on, in bytes, a log is large: the fold takes about a second."""

INSTALL = "this log is large: pip install 'aidtimeline[fast]' keeps a table of its facts, and answers at once"


@frozen
class Chosen:
    """An engine for a log; `problems` are those of lines that were skipped, and `notes` say why it is not another."""

    engine: Engine
    vocabulary: Vocabulary
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


def open_engine(
    folder: Path, name: str | None = None, *, skip_problems: bool = False, progress: Progress = untold
) -> Chosen:
    """Open a log with an engine; None: the one that the environment names, else "auto".

    `progress` is told how many bytes of the log have been read.

    Raises `LogError` if the folder has no log, `UnreadableLog` if lines cannot be read and are not to be skipped, and
    `UsageError` for an engine that does not exist or is not installed.
    """
    name, where = (name, "") if name is not None else (os.environ.get(VARIABLE) or "auto", f" (${VARIABLE})")
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES)
        near = "" if hint is None else f"; {hint}"
        raise UsageError(f"there is no engine {shown(name)}{where}{near} (engines: {', '.join(ENGINES)})")
    if name == "fold" or (name == "auto" and not is_large(folder)):
        return _fold(folder, skip_problems, progress)
    if name == "auto" and (find_spec("duckdb") is None or find_spec("numpy") is None):
        return evolve(_fold(folder, skip_problems, progress), notes=(INSTALL,))
    try:
        return _embedded(folder, skip_problems, progress)
    except UnreadableLog:
        raise
    except LogError as error:
        return evolve(_fold(folder, skip_problems, progress), notes=(f"all records are read, since {error}",))


def is_large(folder: Path) -> bool:
    """Whether a log is so large that it is worth a table of facts."""
    with as_log_error(folder):
        return sum(path.stat().st_size for path in EventLog(folder).files()) >= LARGE


def _fold(folder: Path, skip_problems: bool, progress: Progress) -> Chosen:
    problems: list[Problem] = []
    with paused():
        records = tuple(EventLog(folder).read(skip_problems=skip_problems, problems=problems, progress=progress))
    vocabulary = load_vocabulary(folder)
    engine = Fold(records, vocabulary, folder, skip_problems=skip_problems)
    return Chosen(engine, vocabulary, tuple(problems))


def _embedded(folder: Path, skip_problems: bool, progress: Progress) -> Chosen:
    from aidtimeline.engines.embedded.engine import Embedded  # noqa: PLC0415  (DuckDB takes long to load)
    from aidtimeline.engines.embedded.opening import Opened, open_store  # noqa: PLC0415

    def unreadable(opened: Opened) -> Iterator[Problem]:
        shortened = Shortened()
        for file, number, line in opened.unreadable():
            try:
                decode(line, file=file, line_number=number)
            except UnreadableLog as error:
                if not skip_problems:
                    raise unreadable_log(error) from None
                yield from shortened.first(error.problems)
        yield from shortened.rest()

    opened = open_store(folder, progress=progress)
    problems = [*unreadable(opened), *opened.problems]
    problems.sort(key=lambda each: (each.file or "", each.line or 0))
    vocabulary = load_vocabulary(folder)
    engine = Embedded(opened, vocabulary, folder, skip_problems=skip_problems)
    return Chosen(engine, vocabulary, tuple(problems))
