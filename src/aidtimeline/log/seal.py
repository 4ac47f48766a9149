"""A seal: which records a log held at some instant, so that what is missing later is found.

An id tells that a line is what it was (all but its `recorded_at`); it cannot tell that a line is gone. A seal lists the
id and `recorded_at` of every line, whatever file it was in, with their count and digest. Lines that are added later are
in order, also those that were recorded earlier elsewhere and came by a merge: so a mere count or digest would not do.

A seal finds accidents and promises no more: who takes out a line on purpose can seal the log anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from aidtimeline.errors import LogError, Problem
from aidtimeline.events import Record
from aidtimeline.log import EventLog
from aidtimeline.log.disk import Disk
from aidtimeline.values.dates import format_instant, in_utc

NAME = "aidtimeline.seal"
MOST_TOLD = 20
"""How many missing lines are told one by one."""

Sealed: TypeAlias = frozenset[tuple[str, str]]
"""The id and the `recorded_at` of each line."""

_LINE = re.compile(r"([0-9a-f]{32}) (\S+)")


@frozen
class Seal:
    """What a log held when it was sealed."""

    sealed_at: str
    lines: Sealed

    @property
    def digest(self) -> str:
        """BLAKE2b-128, in hexadecimal, of the instant and the sealed lines in order."""
        return hashlib.blake2b(f"{self.sealed_at}\n{_text(self.lines)}".encode(), digest_size=16).hexdigest()


def seal(log: EventLog, at: datetime) -> Seal:
    """Write the seal of a log as it stands, in place of the one it has.

    Raises `UnreadableLog` where a line cannot be read, and `LogError` where there is no log, or the folder cannot be
    written. Whether something that was sealed before is missing is for `missing` to say, and the caller to look at.
    """
    made = Seal(format_instant(in_utc(at)), _lines_of(log.read()))
    head = {"seal": 1, "sealed_at": made.sealed_at, "lines": len(made.lines), "digest": made.digest}
    _write(str(log.folder), f"{json.dumps(head)}\n{_text(made.lines)}".encode())
    return made


def read_seal(folder: str | os.PathLike[str]) -> Seal | None:
    """The seal in a log's folder; None where there is none. Raises `LogError` where it is damaged."""
    path = Path(folder, NAME)
    try:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        said = json.loads(head)
        matches = [_LINE.fullmatch(line) for line in lines]
        found = Seal(said["sealed_at"], frozenset((each[1], each[2]) for each in matches if each))
        if said["seal"] == 1 and said["lines"] == len(found.lines) and said["digest"] == found.digest:
            return found
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LogError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, LookupError):
        pass
    raise LogError(f"{path}: the seal is damaged, or of a newer version; restore it, or seal the log anew")


def missing(folder: str | os.PathLike[str], records: Iterable[Record]) -> Iterator[Problem]:
    """What of the sealed lines is not among the records of a log: nothing where it has no seal."""
    path = str(Path(folder, NAME))
    try:
        sealed = read_seal(folder)
    except LogError as error:
        message = str(error).removeprefix(f"{path}: ")
        yield Problem(code="bad-seal", severity="error", message=message, file=path)
        return
    if sealed is None:
        return
    gone = sorted(sealed.lines - _lines_of(records))
    for id_, recorded_at in gone[:MOST_TOLD]:
        yield Problem(
            code="missing-record",
            severity="error",
            message=f"{id_}, recorded at {recorded_at}, was here when the log was sealed at {sealed.sealed_at}",
            file=path,
            event_id=id_,
            hint="restore its line from the log's history",
        )
    if len(gone) > MOST_TOLD:
        more = f"{len(gone) - MOST_TOLD} more records that were sealed are missing"
        yield Problem(code="missing-record", severity="error", message=more, file=path)


def _lines_of(records: Iterable[Record]) -> Sealed:
    return frozenset((each.id, format_instant(each.recorded_at)) for each in records)


def _text(lines: Sealed) -> str:
    return "".join(f"{id_} {recorded_at}\n" for id_, recorded_at in sorted(lines))


def _write(folder: str, content: bytes) -> None:
    """Put the seal in place of another at once, on the disk when done."""
    disk, path = Disk(), os.path.join(folder, NAME)
    new = path + ".new"
    try:
        with contextlib.suppress(FileNotFoundError):
            disk.remove(new)
        with disk.opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
            disk.write_all(descriptor, content)
            disk.sync(descriptor)
        disk.replace(new, path)
        disk.sync_folder(folder)
    except OSError as error:
        raise LogError(f"{error.filename or path}: {error.strerror or error}") from error
