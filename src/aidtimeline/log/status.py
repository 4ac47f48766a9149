"""What the system says of a file, and what this process knows of the content of files for that reason.

Whoever has compared the content of a large file may `remember` that, by the status that the file had. The appends of
this process move the status forward, since they leave all that was there as it is. So what was compared once needs no
second look after an append.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import OrderedDict

from attrs import frozen

from aidtimeline.forked import OfProcess

TICK = 2 * 10**9
"""The coarsest clock of a file system, in nanoseconds: a file may change twice within a tick, and its times once."""

_FINE = 10**7  # nanoseconds

MOST = 256
"""Of how many files something is remembered."""


@frozen
class Status:
    """What the system says of a file: if all of it is the same, so is what the file holds.

    It may lie about a file that was changed within the same tick of its clock: see `is_young`.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, path: str | int) -> Status:
        """The status of a file now, given its path or descriptor. Raises `OSError` for what is no file."""
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "neither a file nor a link to one", path)
        return cls.made_of(found)

    @classmethod
    def made_of(cls, found: os.stat_result) -> Status:
        """The status that `os.stat` gave."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    @property
    def identity(self) -> tuple[int, int]:
        """The device and inode of the file."""
        return self.device, self.inode

    @property
    def is_fine(self) -> bool:
        """Whether the clock of the file system is finer than a hundredth of a second, as the times show."""
        return bool(self.modified % _FINE and self.changed % _FINE)

    def is_young(self, looked_at: int) -> bool:
        """Whether the file may have been changed since it was looked at (nanoseconds) without a trace in its times."""
        return max(self.modified, self.changed) + TICK > looked_at


@frozen
class Content:
    """The digest of the first `end` bytes of a file."""

    end: int
    digest: str


_known = OfProcess[OrderedDict[tuple[int, int], tuple[Status, Content]]](OrderedDict())


def remember(status: Status, content: Content) -> None:
    """Remember what a file with this status begins with."""
    with _known.threads:
        _known.open[status.identity] = status, content
        _known.open.move_to_end(status.identity)
        while len(_known.open) > MOST:
            _known.open.popitem(last=False)


def is_remembered(status: Status, content: Content) -> bool:
    """Whether a file with this status is known to begin so."""
    return _known.open.get(status.identity) == (status, content)


def appended(before: os.stat_result, descriptor: int) -> None:
    """Move the status of a file forward after an append of this process; `before` is what it was."""
    found = _known.open.get((before.st_dev, before.st_ino))
    if found is None:
        return
    status, content = found
    with _known.threads:
        if Status.made_of(before) == status:
            _known.open[status.identity] = Status.made_of(os.fstat(descriptor)), content
        else:
            del _known.open[status.identity]
