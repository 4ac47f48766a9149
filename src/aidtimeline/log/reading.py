"""Reading the files of a log: of each what counts when it is read, after what was seen of it before.

What does not count is reported: a torn last line, a batch that is being written or whose writer died.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from attrs import evolve

from aidtimeline.codec import decode
from aidtimeline.errors import Problem, Shortened, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.ending import Left
from aidtimeline.log.file import LogFile, Snapshot
from aidtimeline.log.state import Extent, State, check_same, since
from aidtimeline.text.progress import EVERY, Progress

READING = "reading the log"
"""What `progress` is told while lines are read."""


def lines_in(
    files: Sequence[Path],
    log_file: Callable[[str], LogFile],
    problems: list[Problem],
    progress: Progress,
    *,
    seen: State,
    until: State,
) -> Iterator[tuple[str, int, bytes]]:
    """The lines of files, each with the name of its file and its number there; `log_file` opens one by its name.

    What was `seen` of a file is left out, and what is read is noted there. Of a file in the state `until` no more is
    read than that says. `problems` gets warnings of what does not count. Raises `Replaced` if a file is another.
    """
    sizes = _sizes(files)
    done, of = 0, sum(sizes.values())
    for path in files:
        file = str(path)
        with as_log_error(path), log_file(path.name).snapshot() as found:
            snapshot, read = found, seen.get(path.name) or Extent(found.identity)
            if path.name in until:
                check_same(until[path.name], found, file)
                snapshot = evolve(found, end=until[path.name].end, left=Left.NOTHING, stale=False)
            for number, line, end in since(read, snapshot, file):
                if number % EVERY == 0:
                    progress(READING, done + end, of)
                read = Extent(snapshot.identity, end, number, line.endswith(b"\n"))
                if not line.isspace():
                    yield file, number, line
            seen[path.name] = read.with_tail(snapshot)
            problems += left_problems(snapshot, file, read.lines)
        done += sizes[path]
        progress(READING, done, of)


def records_of(
    lines: Iterable[tuple[str, int, bytes]], problems: list[Problem], *, skip_problems: bool = False
) -> Iterator[Record]:
    """The records of lines. One that cannot be read raises `UnreadableLog`, or is skipped and added to `problems`."""
    shortened = Shortened()
    for file, number, line in lines:
        try:
            record = decode(line, file=file, line_number=number)
        except UnreadableLog as error:
            if not skip_problems:
                raise unreadable_log(error) from None
            problems += shortened.first(error.problems)
        else:
            yield record
    problems += shortened.rest()


def _sizes(files: Iterable[Path]) -> dict[Path, int]:
    """The sizes of files in bytes; one that is gone has none."""
    sizes = dict.fromkeys(files, 0)
    for path in sizes:
        with contextlib.suppress(OSError):
            sizes[path] = path.stat().st_size
    return sizes


def unreadable_log(error: UnreadableLog) -> UnreadableLog:
    """The error of a log in which a line cannot be read, made of that of the line."""
    return UnreadableLog("the log cannot be read; run `aidtimeline check` to list all problems", error.problems)


def _warning(code: str, message: str) -> Problem:
    return Problem(code=code, severity="warning", message=message)


_LEFT = {
    Left.BAD_END: _warning("bad-line-end", "a last line whose line end is damaged: it is whole, and counts"),
    Left.TORN: _warning(
        "torn-line", "a last line that is not whole, skipped: its writer died, and it was never recorded"
    ),
    Left.UNFINISHED: _warning(
        "unfinished-batch", "a batch that is being written, or whose writer died, skipped: it was never recorded"
    ),
}
_STALE = _warning(
    "stale-note", "a note of a batch beside this file is of another state of it, and is not believed: all lines count"
)


def left_problems(snapshot: Snapshot, file: str, lines: int) -> Iterator[Problem]:
    """Warnings of what follows the lines of a file, given how many these are, and of a note that does not fit."""
    hint = f"`record --to {Path(file).stem}` mends it"
    if snapshot.left in _LEFT:
        line = lines if snapshot.left is Left.BAD_END else lines + 1
        yield evolve(_LEFT[snapshot.left], file=file, line=line, hint=hint)
    if snapshot.stale:
        yield evolve(_STALE, file=file, hint=hint)
