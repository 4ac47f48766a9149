"""Which engine answers: the fold for a small log, the embedded one for a large log where DuckDB is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from attrs import evolve

from aidtimeline.codec import decode
from aidtimeline.engines.chosen import Chosen
from aidtimeline.engines.following import Look, OfLines, OfStore, extents
from aidtimeline.errors import LogError, Problem, Shortened, UnreadableLog, UsageError
from aidtimeline.log import EventLog
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.reading import unreadable_log
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.text.progress import Progress, untold
from aidtimeline.text.safe import shown
from aidtimeline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from aidtimeline.engines.embedded.opening import Opened

EngineName: TypeAlias = Literal["auto", "fold", "embedded"]
ENGINES: tuple[str, ...] = get_args(EngineName)

VARIABLE = "AIDTIMELINE_ENGINE"
"""The environment variable that names an engine."""

LARGE = 16 * 2**20
"""From this size on, in bytes, a log is large: the fold takes about a second."""

INSTALL = "this log is large: pip install 'aidtimeline[fast]' keeps a table of its facts, and answers at once"


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
    return OfLines.opened(folder, skip_problems=skip_problems, progress=progress)


def _embedded(folder: Path, skip_problems: bool, progress: Progress) -> Chosen:
    from aidtimeline.engines.embedded.opening import open_store  # noqa: PLC0415  (DuckDB takes long to load)

    look = Look.at(folder)
    opened = open_store(folder, progress=progress)
    chosen = _over(folder, skip_problems, opened, load_vocabulary(folder))
    following = OfStore(
        folder,
        look,
        extents(opened),
        partial(_embedded, folder, skip_problems),
        partial(_over, folder, skip_problems),
    )
    return evolve(chosen, following=following)


def _over(folder: Path, skip_problems: bool, opened: Opened, vocabulary: Vocabulary) -> Chosen:
    """The engine over a store that is open."""
    from aidtimeline.engines.embedded.engine import Embedded  # noqa: PLC0415  (DuckDB takes long to load)

    problems = [*_unreadable(opened, skip_problems), *opened.problems]
    problems.sort(key=lambda each: (each.file or "", each.line or 0))
    return Chosen(Embedded(opened, vocabulary, folder, skip_problems=skip_problems), vocabulary, tuple(problems))


def _unreadable(opened: Opened, skip_problems: bool) -> Iterator[Problem]:
    shortened = Shortened()
    for file, number, line in opened.unreadable():
        try:
            decode(line, file=file, line_number=number)
        except UnreadableLog as error:
            if not skip_problems:
                raise unreadable_log(error) from None
            yield from shortened.first(error.problems)
    yield from shortened.rest()
