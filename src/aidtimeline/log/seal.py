"""A seal: a list of the records that a log held at some instant, so that missing ones are found later.

An id shows that a line is unchanged (all but its `recorded_at`); it cannot show that a line is gone. A seal lists the
id and `recorded_at` of every line, whatever its file, with their count and digest. Lines may be added later, even with
an earlier `recorded_at`, by a merge: so a count or a digest alone would not do.

A seal finds accidents only: a person who removes a line on purpose can also seal the log again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from aidtimeline.errors import LogError, Problem
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.log.disk import Disk, as_log_error, reading
from aidtimeline.values.dates import format_instant, in_utc

NAME = "aidtimeline.seal"
MOST_LISTED = 20
"""How many missing lines are listed one by one."""

_LONGEST_HEAD, _LONGEST_LINE = 4096, 128  # bytes


@frozen
class Seal:
    """What a log held when it was sealed: `ID RECORDED_AT` of each line."""

    sealed_at: str
    lines: frozenset[str]

    @property
    def text(self) -> str:
        """The lines in order, each with its line end."""
        return "".join(f"{line}\n" for line in sorted(self.lines))

    @property
    def digest(self) -> str:
        """BLAKE2b-128, in hexadecimal, of the instant and the sealed lines in order."""
        return hashlib.blake2b(f"{self.sealed_at}\n{self.text}".encode(), digest_size=16).hexdigest()


def seal(log: EventLog, at: datetime) -> Seal:
    """Seal a log as it is, replacing the seal it has.

    The caller should first see what `missing` says about the old seal. Raises `UnreadableLog` if a line cannot be read,
    and `LogError` if there is no log or the folder cannot be written.
    """
    made = Seal(format_instant(in_utc(at)), _lines_of(log.read()))
    head = {"seal": 1, "sealed_at": made.sealed_at, "lines": len(made.lines), "digest": made.digest}
    _write(str(log.folder), f"{json.dumps(head)}\n{made.text}".encode())
    return made


def read_seal(folder: str | os.PathLike[str]) -> Seal | None:
    """The seal in a log's folder, or None. Raises `LogError` if it is damaged.

    No more is read than its first line promises, and nothing after a line that is not of a seal.
    """
    path = Path(folder, NAME)
    with as_log_error(path):
        try:
            with reading(path) as stream:
                return _read(stream)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, LookupError, RecursionError):
            pass
    raise LogError(f"{path}: the seal is damaged, or of a newer version; restore it, or seal the log again")


def _read(stream: BinaryIO) -> Seal:
    """The seal that a file holds. Raises `ValueError`, `TypeError` or `LookupError` if it holds something else."""
    stated = json.loads(stream.readline(_LONGEST_HEAD))
    lines: set[str] = set()
    for _ in range(stated["lines"]):
        line = stream.readline(_LONGEST_LINE).rstrip(b"\r\n").decode()
        if not line or line in lines or len(line) == _LONGEST_LINE:
            raise ValueError
        lines.add(line)
    found = Seal(stated["sealed_at"], frozenset(lines))
    if stated["seal"] != 1 or stated["lines"] != len(lines) or stated["digest"] != found.digest or stream.read(1):
        raise ValueError
    return found


def missing(folder: str | os.PathLike[str], records: Iterable[Record]) -> Iterator[Problem]:
    """The sealed lines that are not among the records of a log; nothing if it has no seal."""
    path = str(Path(folder, NAME))
    problem = partial(Problem, severity="error", file=path)
    try:
        sealed = read_seal(folder)
    except LogError as error:
        yield problem(code="bad-seal", message=str(error).removeprefix(f"{path}: "))
        return
    if sealed is None:
        return
    gone = sorted(sealed.lines - _lines_of(records))
    for line in gone[:MOST_LISTED]:
        id_, _, recorded_at = line.partition(" ")
        message = f"{id_}, recorded at {recorded_at}, was here when the log was sealed at {sealed.sealed_at}"
        hint = "restore its line from the log's history"
        yield problem(code="missing-record", message=message, event_id=id_, hint=hint)
    if len(gone) > MOST_LISTED:
        more = f"{len(gone) - MOST_LISTED} more records that were sealed are missing"
        yield problem(code="missing-record", message=more)


def _lines_of(records: Iterable[Record]) -> frozenset[str]:
    return frozenset(f"{each.id} {format_instant(each.recorded_at)}" for each in records)


def _write(folder: str, content: bytes) -> None:
    """Replace the seal in one step; on return the new one is on the disk."""
    disk, path = Disk(), os.path.join(folder, NAME)
    new = path + ".new"
    with as_log_error(path):
        with contextlib.suppress(FileNotFoundError):
            disk.remove(new)
        with disk.opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
            disk.write_all(descriptor, content)
            disk.sync(descriptor)
        disk.replace(new, path)
        disk.sync_folder(folder)
