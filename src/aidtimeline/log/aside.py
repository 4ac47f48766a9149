"""What is set aside: what a writer left unfinished when it died, or the power failed.

The next writer moves it out of the file of the log, to a file of its own, `NAME.OFFSET-DIGEST.torn`. The name says
where it stood, and is made of its content: whoever tries again after a failure writes the same file once more.

None of it was acknowledged. But a batch that broke off may have whole records in it, and a note that is out of date may
have led to something that was recorded. So `problems` lists what is set aside, until somebody has recorded it or
removed the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from attrs import frozen

from aidtimeline.codec import decode
from aidtimeline.codec.jsonlines import lines_of
from aidtimeline.errors import LogError, Problem, Severity, UnreadableLog
from aidtimeline.log.disk import Disk, as_log_error

TORN = ".torn"

_BLOCK = 2**20
_HINT = (
    "`aidtimeline set-aside --record` adds whole records to the log, and removes the file; `--remove` only removes it"
)


def set_aside(path: str, descriptor: int, start: int, end: int, disk: Disk) -> None:
    """Copy what stands between two offsets of an open file to a file beside it, and flush that to disk."""
    digest = hashlib.blake2b(digest_size=16)
    for block in _blocks(descriptor, start, end):
        digest.update(block)
    name = f"{path}.{start}-{digest.hexdigest()[:8]}{TORN}"
    with disk.opened(name, os.O_RDWR | os.O_CREAT) as torn:
        if not _holds(torn, end - start, digest.digest()):
            try:
                disk.truncate(torn, 0)
                os.lseek(torn, 0, os.SEEK_SET)
                for block in _blocks(descriptor, start, end):
                    disk.write_all(torn, block)
            except OSError:
                with contextlib.suppress(OSError):
                    disk.remove(name)  # a full disk needs the room
                raise
        disk.sync(torn)
    disk.sync_folder(os.path.dirname(path) or ".")


def asides(folder: str | os.PathLike[str]) -> list[Path]:
    """The files in a log's folder with what was set aside, by name; none if the folder is missing."""
    with as_log_error(folder):
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(TORN))
        except FileNotFoundError:
            return []
        paths = [Path(folder, name) for name in names]
        return [path for path in paths if stat.S_ISREG(path.lstat().st_mode)]


def log_file_of(aside: Path) -> str:
    """The name of the log's file in which it stood.

    >>> log_file_of(Path("events/2023.jsonl.1830-0f3b9a77.torn")), log_file_of(Path("events/2023.jsonl.torn"))
    ('2023.jsonl', '2023.jsonl')
    """
    return aside.name.partition(".jsonl")[0] + ".jsonl"


def records_in(aside: Path) -> Iterator[tuple[str, int, bytes, str]]:
    """The lines of a file that are whole records: file, number, line, and id."""
    disk = Disk()
    with (
        as_log_error(aside),
        disk.opened(str(aside), os.O_RDONLY) as descriptor,
        open(descriptor, "rb", closefd=False) as stream,
    ):
        for number, line in enumerate(lines_of(stream), start=1):
            try:
                record = decode(line)
            except UnreadableLog:
                continue
            yield str(aside), number, line, record.id


@frozen
class Aside:
    """A file of what was set aside: its size in bytes, and how many whole records it has, and the log does not."""

    path: Path
    size: int
    missing: int

    @classmethod
    def of(cls, path: Path, known: Collection[str]) -> Aside:
        """What a file holds, given the ids that the log has. Raises `LogError` if it cannot be read."""
        found = {id_ for *_, id_ in records_in(path)}
        return cls(path, path.stat().st_size, len(found.difference(known)))

    @property
    def problem(self) -> Problem:
        """An error if records are missing, else a warning."""
        records = "1 whole record" if self.missing == 1 else f"{self.missing} whole records"
        what = f"{records} that the log does not have" if self.missing else "parts of lines"
        were = "was" if self.missing == 1 else "were"
        message = f"{what} ({self.size} bytes) {were} set aside here when a writer had died"
        severity: Severity = "error" if self.missing else "warning"
        return Problem(code="set-aside", severity=severity, message=message, file=str(self.path), hint=_HINT)


def problems(folder: str | os.PathLike[str], known: Collection[str]) -> Iterator[Problem]:
    """What is set aside in a log's folder, given the ids that the log has."""
    for path in asides(folder):
        try:
            yield Aside.of(path, known).problem
        except LogError as error:
            yield Problem(code="set-aside", severity="error", message=str(error), file=str(path))


def _holds(descriptor: int, size: int, digest: bytes) -> bool:
    if os.fstat(descriptor).st_size != size:
        return False
    found = hashlib.blake2b(digest_size=16)
    for block in _blocks(descriptor, 0, size):
        found.update(block)
    return found.digest() == digest


def _blocks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """What stands between two offsets of an open file. Nothing else may move its position meanwhile."""
    os.lseek(descriptor, start, os.SEEK_SET)
    while start < end:
        block = os.read(descriptor, min(_BLOCK, end - start))
        if not block:
            raise OSError("cut by another program")
        start += len(block)
        yield block
