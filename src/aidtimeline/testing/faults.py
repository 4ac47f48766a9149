"""Disks on which a chosen step goes wrong: the process dies, the system reports an error, the power fails.

A log that writes through a `Disk` is given one of these instead. A step is a call of it, or half of a write; steps are
counted from 0. A run that never reaches its fault shows nothing: so `every_step` fails if the first step is not
reached, and ends with the first run without a fault.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from random import Random
from typing import Self, TypeAlias, TypeVar

from aidtimeline.log.disk import Disk


class Died(BaseException):
    """The process is dead; it can do nothing more."""


class FaultNotReached(Exception):
    """Nothing went wrong, although something should have: the run shows nothing."""


class FaultyDisk(Disk):
    """A disk on which step `at` goes wrong: the process dies there, or the system reports `error`, an `errno`.

    With `lasting` every later step fails too, as on a full disk; for a dead process it always does. `reached` says
    whether the fault happened. Nothing is flushed to the real disk, so many runs take little time.
    """

    def __init__(self, at: int | None, error: int | None = None, *, lasting: bool = False) -> None:
        self.at = at
        self.error = error
        self.lasting = lasting or error is None
        self.steps = 0
        self.reached = False

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
        """Two steps: after the first, half of the data is written."""
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


def every_step(act: Callable[[D], object], make: Callable[[int], D]) -> Iterator[D]:
    """Run `act` with a fault at its first step, then at its second, and so on; yields the disk after each run.

    `make` makes the disk that fails at a step. The last disk is that of the run without a fault (`reached` is false).
    `act` must catch the `AidtimelineError`s that it expects.

    Raises `FaultNotReached` if the act does not reach its first step.
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


class PowerCutDisk(FaultyDisk):
    """A disk that knows what would be left of one folder if the power failed now, and can make it so.

    What was flushed stays: the content of a file, the names in the folder. Of the rest any part may be left: added
    bytes up to any point, each new, changed or removed name or not. (A file that was cut is as before, or cut.) POSIX
    leaves this open, and journaling file systems do no worse.

    Use it in a `with`: it keeps files open, so that no other file gets the inode of one that was removed.
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
            os.close(descriptor)
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

    def cut(self, chance: Random | None) -> None:
        """Fail the power: of what was not flushed, a random part is left; without `chance`, nothing."""
        now = self._now()
        left: dict[str, bytes] = {}
        for name in sorted(now.keys() | self._names.keys()):
            key = (now if chance and chance.random() < 0.5 else self._names).get(name)
            if key is not None:
                left[name] = self._left_of(key, chance)
        self._forget()
        put_back(self.folder, left)
        self._all_is_safe()

    def _all_is_safe(self) -> None:
        """What is there now has been flushed."""
        self._names = self._now()
        self._safe = {key: self._content(key) for key in self._opened}

    def _left_of(self, key: _Key, chance: Random | None) -> bytes:
        safe, now = self._safe.get(key, b""), self._content(key)
        if chance is None:
            return safe
        if now.startswith(safe):
            return now[: chance.randint(len(safe), len(now))]
        return chance.choice((safe, now))

    def _now(self) -> dict[str, _Key]:
        """The names in the folder now, and the key of each file."""
        names = {}
        for name in os.listdir(self.folder):
            descriptor = os.open(os.path.join(self.folder, name), os.O_RDONLY)
            key = names[name] = _key(os.fstat(descriptor))
            if self._opened.setdefault(key, descriptor) != descriptor:
                os.close(descriptor)
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
