"""A seal: a list of the records that a log held at some instant, so that missing ones are found later.

An id shows that a line is unchanged (all but its `recorded_at`); it cannot show that a line is gone. A seal lists the
id and `recorded_at` of every line, whatever its file, with their count and digest. Lines may be added later, even with
an earlier `recorded_at`, by a merge: so a count or a digest alone would not do.

It is of one state of the log: how much of each file counts is looked at while no writer can write. Then the files are
read, while others append. Sealers exclude each other by a lock of their own, so none writes into the file of another.

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

from attrs import define, frozen

from aidtimeline.errors import LogError, Problem
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.log.clock import Newest, behind
from aidtimeline.log.disk import Disk, as_log_error, reading
from aidtimeline.log.lock import acquire, released
from aidtimeline.log.state import Replaced
from aidtimeline.text.progress import Progress, untold
from aidtimeline.values.dates import format_instant, in_utc, parse_instant

NAME = "aidtimeline.seal"
LOCK = ".aidtimeline.seal.lock"
"""Locked while a log is sealed; who appends does not wait for it."""

TRIES = 3
"""How often a file may be replaced by another program while the log is sealed, before that is an error."""

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


def seal(
    log: EventLog,
    at: datetime,
    *,
    anew: bool = True,
    problems: list[Problem] | None = None,
    progress: Progress = untold,
) -> Seal:
    """Seal a log as it is at one moment of this call, replacing the seal it has.

    Others may append meanwhile, and wait for no more than a look at the files; who seals too waits.

    Args:
        log: The log.
        at: The instant that the seal states.
        problems: Given a warning if the instant is before one that the log or its seal has.
        anew: Whether to seal what is there even if something that was sealed before is missing.
        progress: Told how many bytes have been read.

    Raises `Missing` if not `anew` and something is missing, `UnreadableLog` if a line cannot be read, and `LogError` if
    there is no log or the folder cannot be written.
    """
    log.lines()  # there is a log
    folder, path = str(log.folder), os.path.join(log.folder, NAME)
    with as_log_error(path), released(acquire(folder, log.disk, LOCK), log.disk):
        before = Sealed.of(folder)
        newest = _Newest()
        made = Seal(format_instant(in_utc(at)), _fixed(log, newest, progress))
        gone = [] if anew else list(before.missing_of(made.lines))
        if gone:
            raise Missing("not sealed: restore what is missing, or seal what is there with --anew", gone)
        head = {"seal": 1, "sealed_at": made.sealed_at, "lines": len(made.lines), "digest": made.digest}
        if problems is not None:
            problems += filter(None, (before.later_than(at), behind(newest.found, in_utc(at))))
        _write(path, f"{json.dumps(head)}\n{made.text}".encode(), log.disk)
    return made


class Missing(LogError):
    """The log lacks what was sealed before, or its seal is damaged: it is not sealed over that."""


@define
class _Newest:
    """The newest of the records that were walked."""

    found: Newest | None = None

    def among(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records themselves."""
        for each in records:
            if self.found is None or each.recorded_at > self.found.instant:
                self.found = Newest(each.recorded_at, each.file, each.line)
            yield each


def _fixed(log: EventLog, newest: _Newest, progress: Progress) -> frozenset[str]:
    """What the log holds at one moment, all of it on the disk."""
    for left in reversed(range(TRIES)):
        state = log.fixed()
        try:
            lines = _lines_of(newest.among(log.read_on({}, until=state, progress=progress)))
        except Replaced:
            if not left:
                raise
        else:
            log.flush(state)
            return lines
    raise AssertionError


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
    raise LogError(f"{path}: the seal is damaged, or of a newer version; restore it, or seal the log with --anew")


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


@frozen
class Sealed:
    """The seal of a log when it was looked at, to be compared with the log afterwards: a log only grows."""

    path: str
    seal: Seal | None
    problem: str | None = None

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> Sealed:
        """The seal in a log's folder now, if there is one."""
        path = str(Path(folder, NAME))
        try:
            return cls(path, read_seal(folder))
        except LogError as error:
            return cls(path, None, str(error).removeprefix(f"{path}: "))

    def later_than(self, at: datetime) -> Problem | None:
        """The warning that the log was sealed at a later instant than this."""
        if self.seal is None or (sealed_at := parse_instant(self.seal.sealed_at)) <= at:
            return None
        return behind(Newest(sealed_at, self.path, 1), in_utc(at))

    def missing(self, records: Iterable[Record]) -> Iterator[Problem]:
        """The sealed lines that are not among the records of the log, which were read later than the seal."""
        return self.missing_of(_lines_of(records) if self.seal is not None else frozenset())

    def missing_of(self, lines: frozenset[str]) -> Iterator[Problem]:
        """The sealed lines that are not among these."""
        problem = partial(Problem, severity="error", file=self.path)
        if self.problem is not None:
            yield problem(code="bad-seal", message=self.problem)
        if self.seal is None:
            return
        gone = sorted(self.seal.lines - lines)
        for line in gone[:MOST_LISTED]:
            id_, _, recorded_at = line.partition(" ")
            message = f"{id_}, recorded at {recorded_at}, was here when the log was sealed at {self.seal.sealed_at}"
            hint = "restore its line from the log's history"
            yield problem(code="missing-record", message=message, event_id=id_, hint=hint)
        if len(gone) > MOST_LISTED:
            more = f"{len(gone) - MOST_LISTED} more records that were sealed are missing"
            yield problem(code="missing-record", message=more)


def missing(folder: str | os.PathLike[str], records: Iterable[Record]) -> Iterator[Problem]:
    """The sealed lines that are not among the records of a log; nothing if it has no seal.

    The seal is looked at first. If others may seal the log meanwhile, the records must be read later: an iterator of
    them is.
    """
    return Sealed.of(folder).missing(records)


def _lines_of(records: Iterable[Record]) -> frozenset[str]:
    return frozenset(f"{each.id} {format_instant(each.recorded_at)}" for each in records)


def _write(path: str, content: bytes, disk: Disk) -> None:
    """Replace the seal in one step; on return the new one is on the disk. A sealer that died may have left a part."""
    new = path + ".new"
    with contextlib.suppress(FileNotFoundError):
        disk.remove(new)
    with disk.opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
        disk.write_all(descriptor, content)
        disk.sync(descriptor)
    disk.replace(new, path)
    disk.sync_folder(os.path.dirname(path) or ".")
