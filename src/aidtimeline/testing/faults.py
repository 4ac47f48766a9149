"""Disks on which a chosen step goes wrong: the process dies, the system reports an error, the power fails.

A log that writes through a `Disk` is given one of these instead. A step is a call of it, or half of a write; steps are
counted from 0. A run that never reaches its fault shows nothing: so `every_step` fails if the first step is not
reached, and ends with the first run without a fault.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Protocol, Self, TypeAlias, TypeVar

from aidtimeline.log.descriptor import close, open_file
from aidtimeline.log.disk import Disk
from aidtimeline.log.ending import SECTOR


class Died(BaseException):
    """The process is dead; it can do nothing more. No `Exception`: no log takes it for an error of the disk.

    >>> from aidtimeline import Delivery, EventLog, Source
    >>> log = EventLog(getfixture("tmp_path"), disk=FaultyDisk(at=0))
    >>> try:
    ...     log.append(Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka")))
    ... except Died:
    ...     print(log.disk.reached)
    True
    """


class FaultNotReached(Exception):
    """Nothing went wrong, although something should have: the run shows nothing.

    >>> list(every_step(lambda disk: None, FaultyDisk))
    Traceback (most recent call last):
    aidtimeline.testing.faults.FaultNotReached: no step was reached that could go wrong
    """


class FaultyDisk(Disk):
    """A disk on which step `at` goes wrong: the process dies there, or the system reports `error`, an `errno`.

    With `lasting` every later step fails too, as on a full disk; for a dead process it always does. `reached` says
    whether the fault happened. Nothing is flushed to the real disk, so many runs take little time.

    >>> import errno
    >>> from aidtimeline import Delivery, EventLog, Source
    >>> full = FaultyDisk(at=2, error=errno.ENOSPC, lasting=True)
    >>> trucks = Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka"))
    >>> EventLog(getfixture("tmp_path"), disk=full).append(trucks)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.LogError: ...No space left on device...
    """

    def __init__(self, at: int | None, error: int | None = None, *, lasting: bool = False) -> None:
        self.at = at
        self.error = error
        self.lasting: bool = lasting or error is None
        self.steps: int = 0
        self.reached: bool = False

    def step(self) -> None:
        """Count a step; raise if it goes wrong."""
        number, self.steps = self.steps, self.steps + 1
        if self.at is not None and (number == self.at or (self.lasting and number > self.at)):
            self.reached = True
            raise Died if self.error is None else OSError(self.error, os.strerror(self.error))

    def open(self, path: str, flags: int) -> int:
        """A step."""
        self.step()
        return super().open(path, flags)

    def write(self, descriptor: int, data: bytes) -> int:
        """Two steps: after the first, half of `data` is written to the open file `descriptor`."""
        self.step()
        half = super().write(descriptor, data[: (len(data) + 1) // 2])
        if half == len(data):
            return half
        self.step()
        return half + super().write(descriptor, data[half:])

    def sync(self, descriptor: int) -> None:
        """A step."""
        self.step()

    def sync_folder(self, path: str) -> None:
        """A step."""
        self.step()

    def truncate(self, descriptor: int, size: int) -> None:
        """A step."""
        self.step()
        super().truncate(descriptor, size)

    def settle(self, path: str) -> None:
        """Nothing: readers of these runs look once the writer is done, and no clock is waited for."""

    def replace(self, source: str, target: str) -> None:
        """A step."""
        self.step()
        super().replace(source, target)

    def remove(self, path: str) -> None:
        """A step."""
        self.step()
        super().remove(path)

    def make_folder(self, path: str) -> None:
        """A step."""
        self.step()
        super().make_folder(path)


D = TypeVar("D", bound=FaultyDisk)
C = TypeVar("C")


def every_step(act: Callable[[D], object], make: Callable[[int], D]) -> Iterator[D]:
    """Run `act` with a fault at its first step, then at its second, and so on; yields the disk after each run.

    `make` makes the disk that fails at a step. The last disk is that of the run without a fault (`reached` is false).
    `act` must catch each `AidtimelineError` that it expects.

    Raises `FaultNotReached` if the act does not reach its first step.

    >>> from aidtimeline import Delivery, EventLog, Source
    >>> folder = getfixture("tmp_path")
    >>> trucks = Delivery(date="2023-11", item="truck", sources=Source(publisher="Rubryka"))
    >>> def append(disk):
    ...     EventLog(folder, disk=disk).append(trucks)
    >>> runs = [disk.reached for disk in every_step(append, FaultyDisk)]
    >>> len(runs) > 3, runs[0], runs[-1], [record.event == trucks for record in EventLog(folder).read()]
    (True, True, False, [True])
    """
    for at in count():
        disk = make(at)
        with contextlib.suppress(Died):
            act(disk)
        if at == 0 and not disk.reached:
            raise FaultNotReached("no step was reached that could go wrong")
        yield disk
        if not disk.reached:
            return


_Key: TypeAlias = tuple[int, int]
"""What identifies a file, whatever its name: its device and inode."""


class Chance(Protocol):
    """What chooses, such as a `Random`."""

    def choice(self, options: Sequence[C], /) -> C:
        """One of the options."""
        ...


class _EveryWay:
    """Chooses in another way each time, until all ways have been gone; `again` says whether there is another."""

    def __init__(self) -> None:
        self._path: list[tuple[int, int]] = []
        self._at = 0

    def choice(self, options: Sequence[C], /) -> C:
        """One of the options."""
        if self._at == len(self._path):
            self._path.append((0, len(options)))
        self._at += 1
        return options[self._path[self._at - 1][0]]

    def again(self) -> bool:
        """Go on to the next way."""
        self._at = 0
        while self._path:
            chosen, of = self._path.pop()
            if chosen + 1 < of:
                self._path.append((chosen + 1, of))
                return True
        return False


class PowerCutDisk(FaultyDisk):
    """A disk that knows what would be left of one folder if the power failed now, and can make it so.

    What was flushed stays: the content of a file, the names in the folder. Of the rest any part may be left: each new,
    changed or removed name or not, and of added bytes any set of sectors, in whatever order they were written, while
    the file has any size from the old one to the new; what is missing reads as zeros. (A file that was cut is as
    before, or cut.) POSIX leaves this open, and file systems that write a journal do no worse.

    Use it in a `with`: it keeps files open, so that no other file gets the inode of one that was removed.

    `folder` is its path. The process dies at step `at`; None: at none.

    >>> folder = getfixture("tmp_path")
    >>> path = str(folder / "2023.jsonl")
    >>> with PowerCutDisk(str(folder)) as disk:
    ...     descriptor = disk.open(path, os.O_WRONLY | os.O_CREAT)
    ...     disk.cut(None)  # the name of the file was not flushed
    >>> os.path.exists(path)
    False
    """

    def __init__(self, folder: str, at: int | None = None) -> None:
        super().__init__(at)
        self.folder = folder
        self._opened: dict[_Key, int] = {}
        self._all_is_safe()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()

    def _forget(self) -> None:
        for descriptor in self._opened.values():
            close(descriptor)
        self._opened.clear()

    def open(self, path: str, flags: int) -> int:
        """A step. If it empties the file, the old content may come back."""
        descriptor = super().open(path, flags)
        self._now()
        return descriptor

    def sync(self, descriptor: int) -> None:
        """A step, after which the file's content is safe."""
        super().sync(descriptor)
        key = _key(os.fstat(descriptor))
        if key in self._opened:
            self._safe[key] = self._content(key)

    def sync_folder(self, path: str) -> None:
        """A step, after which the folder's names are safe."""
        super().sync_folder(path)
        if os.path.abspath(path) == os.path.abspath(self.folder):
            self._names = self._now()

    def cut(self, chance: Chance | None) -> None:
        """Fail the power: of what was not flushed, a random part is left; without `chance`, nothing."""
        left = self._left(chance)
        self._forget()
        put_back(self.folder, left)
        self._all_is_safe()

    def every_cut(self, most: int, chance: Random) -> Sequence[Mapping[str, bytes]]:
        """The files that may be left if the power fails now, each set once: all, or `most` of more, by `chance`."""
        every, left = _EveryWay(), [self._left(None)]
        while len(left) <= most:
            left.append(self._left(every))
            if not every.again():
                break
        else:
            left[1:] = [self._left(chance) for _ in range(most - 1)]
        return list({tuple(sorted(each.items())): each for each in left}.values())

    def _left(self, chance: Chance | None) -> dict[str, bytes]:
        """The files that are left if the power fails now."""
        now = self._now()
        left: dict[str, bytes] = {}
        for name in sorted(now.keys() | self._names.keys()):
            old, new = self._names.get(name), now.get(name)
            key = old if chance is None or old == new else chance.choice((old, new))
            if key is not None:
                left[name] = self._left_of(key, chance)
        return left

    def _all_is_safe(self) -> None:
        """What is there now has been flushed."""
        self._names = self._now()
        self._safe = {key: self._content(key) for key in self._opened}

    def _left_of(self, key: _Key, chance: Chance | None) -> bytes:
        safe, now = self._safe.get(key, b""), self._content(key)
        if chance is None or safe == now:
            return safe
        if not now.startswith(safe):
            return chance.choice((safe, now))
        first = len(safe) - len(safe) % SECTOR
        sectors = range(first, len(now), SECTOR)
        left = bytearray(now[: chance.choice((len(safe), *sectors[1:], len(now)))])
        for sector in sectors:
            start, end = max(sector, len(safe)), min(sector + SECTOR, len(left))
            if start < end and chance.choice((False, True)):
                left[start:end] = bytes(end - start)
        return bytes(left)

    def _now(self) -> dict[str, _Key]:
        """The names in the folder now, and the key of each file."""
        names = {}
        for name in os.listdir(self.folder):
            descriptor, status = open_file(os.path.join(self.folder, name), os.O_RDONLY)
            key = names[name] = _key(status)
            if self._opened.setdefault(key, descriptor) != descriptor:
                close(descriptor)
        return names

    def _content(self, key: _Key) -> bytes:
        descriptor = self._opened[key]
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _key(status: os.stat_result) -> _Key:
    return status.st_dev, status.st_ino


def put_back(folder: str, held: Mapping[str, bytes]) -> None:
    """Make a folder contain exactly these files."""
    for each in Path(folder).iterdir():
        each.unlink()
    for name, content in held.items():
        Path(folder, name).write_bytes(content)
