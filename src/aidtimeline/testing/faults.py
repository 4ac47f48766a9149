"""Disks on which a chosen step goes wrong: the process dies, the system reports an error, the power fails.

A log that writes through a `Disk` is given one of these instead. A step is a call of it, or half of a write; they are
counted from 0. What never came to its fault shows nothing, so `every_step` fails where the very first step is not
reached, and ends with the first run that none stopped.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from types import TracebackType
from typing import Self, TypeVar

from attrs import define

from aidtimeline.log.disk import Disk


class Died(BaseException):
    """The process is dead; nothing it does comes to anything."""


class FaultNotReached(Exception):
    """Something was to go wrong, and did not: the run shows nothing."""


class FaultyDisk(Disk):
    """A disk on which step `at` goes wrong: the process dies there, or the system reports `error`, an `errno`.

    With `lasting` every later step fails as well, as on a full disk; to the dead everything does. Nothing is made sure
    of on the real disk, so that many runs take little time. `reached` says whether it came to that.
    """

    def __init__(self, at: int | None, error: int | None = None, *, lasting: bool = False) -> None:
        self.at = at
        self.error = error
        self.lasting = lasting or error is None
        self.steps = 0
        self.reached = False

    def step(self) -> None:
        """One step further: the next one that is called for, unless it goes wrong."""
        number, self.steps = self.steps, self.steps + 1
        if self.at is not None and (number == self.at or (self.lasting and number > self.at)):
            self.reached = True
            raise Died if self.error is None else OSError(self.error, os.strerror(self.error))

    def open(self, path: str, flags: int) -> int:
        """A step."""
        self.step()
        return super().open(path, flags)

    def write(self, descriptor: int, data: bytes) -> int:
        """Two steps: after the first, half of it is written, as when the next write tells the error."""
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
    """Let an act go wrong at its first step, its second, … and give each disk back once it has, or was survived.

    `make` gives the disk for a step. The last one given is that of the run which nothing stopped (`reached` is false).
    Errors that are told as `AidtimelineError` are for `act` to take.

    Raises `FaultNotReached` where the act does not even come to its first step.
    """
    for at in count():
        disk = make(at)
        with contextlib.suppress(Died):
            act(disk)
        if at == 0 and not disk.reached:
            raise FaultNotReached("it never came to a step that could go wrong")
        yield disk
        if not disk.reached:
            return


@define
class _File:
    """A file as the disk has it: `content` is what was last made sure of."""

    descriptor: int
    """Kept open, so that its number is not given to another file."""
    content: bytes = b""


class PowerCutDisk(FaultyDisk):
    """A disk that knows what of one folder would be left if the power failed now, and can make it so.

    What was synced stays: of a file its content, of the folder its names. Of what was not, any part may be left: an
    added end up to any byte, a new, changed or removed name or not. (A file that got shorter is as it was before, or is
    short.) This is what POSIX leaves open, and journaling file systems keep to.

    Use it in a `with`: it holds files open to know them by.
    """

    def __init__(self, folder: str, at: int | None = None) -> None:
        super().__init__(at)
        self.folder = folder
        self._files: dict[tuple[int, int], _File] = {}
        self._names = self._now()
        for key, file in self._files.items():
            file.content = self._content(key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def _forget(self) -> None:
        for file in self._files.values():
            os.close(file.descriptor)
        self._files.clear()

    def open(self, path: str, flags: int) -> int:
        """A step; what the file held before it is emptied may come back."""
        descriptor = super().open(path, flags)
        self._now()
        return descriptor

    def sync(self, descriptor: int) -> None:
        """A step; then the file's content is safe."""
        super().sync(descriptor)
        key = _key(os.fstat(descriptor))
        if key in self._files:
            self._files[key].content = self._content(key)

    def sync_folder(self, path: str) -> None:
        """A step; then the folder's names are safe."""
        super().sync_folder(path)
        if os.path.abspath(path) == os.path.abspath(self.folder):
            self._names = self._now()

    def cut(self, chance: Random | None) -> None:
        """Fail the power: leave of what was not synced what chance will have, or with None nothing at all."""
        now = self._now()
        left: dict[str, bytes] = {}
        for name in sorted(now.keys() | self._names.keys()):
            key = (now if chance and chance.random() < 0.5 else self._names).get(name)
            if key is not None:
                left[name] = self._left_of(key, chance)
        for name in now:
            os.unlink(os.path.join(self.folder, name))
        self._forget()
        for name, content in left.items():
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(content)
        self._names = self._now()
        for key, each in self._files.items():
            each.content = self._content(key)

    def _left_of(self, key: tuple[int, int], chance: Random | None) -> bytes:
        safe, now = self._files[key].content, self._content(key)
        if chance is None:
            return safe
        if now.startswith(safe):
            return now[: chance.randint(len(safe), len(now))]
        return chance.choice((safe, now))

    def _now(self) -> dict[str, tuple[int, int]]:
        """The folder's names as they are now, and which file each is."""
        names = {}
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            descriptor = os.open(path, os.O_RDONLY)
            key = names[name] = _key(os.fstat(descriptor))
            if key in self._files:
                os.close(descriptor)
            else:
                self._files[key] = _File(descriptor)
        return names

    def _content(self, key: tuple[int, int]) -> bytes:
        descriptor = self._files[key].descriptor
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
