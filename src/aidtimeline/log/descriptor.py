"""Open files of this process: none stays open by accident, and none is shared with a process that is forked from it.

**Ctrl-C** may come between any two instructions of Python, so also after the system has opened a file and before its
number is kept. The number is a `Descriptor` before Python looks for signals again, and one that nobody has any more
closes its file.

**A fork** shares the open files of its parent, and so its locks, which would outlive the parent, and its places in
files. In the child, each descriptor leads to something that can be neither read nor written instead: what a parent has
begun is not for its child to go on with. The numbers stay taken until their owners close them.
"""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial
from typing import Any

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


class Descriptor(int):
    """What the system calls an open file. It is closed by `close`, or when nobody has it any more.

    Nothing here is a function of Python, in which a signal could be raised.
    """

    __slots__ = ()
    __del__: Any = property(partial(partial, os.close))


class _Closed(int):
    __slots__ = ()


_open: dict[int, tuple[int, int]] = {}
"""The device and inode behind each number; one whose descriptor was lost may be among them."""

_opening = threading.RLock()


def open_file(path: str, flags: int, mode: int = 0o666) -> tuple[Descriptor, os.stat_result]:
    """Open a file, and look at it; it is not inherited by other programs."""
    with _opening:
        descriptor = next(map(Descriptor, map(os.open, (path,), (flags | _CLOEXEC,), (mode,))))
        status = os.fstat(descriptor)
        _open[int(descriptor)] = status.st_dev, status.st_ino
    return descriptor, status


def close(descriptor: int) -> None:
    """Close a descriptor. One that was closed is left alone: by now its number may be that of another file."""
    if isinstance(descriptor, _Closed):
        return
    _open.pop(descriptor, None)
    if isinstance(descriptor, Descriptor):
        descriptor.__class__ = _Closed  # type: ignore[assignment]  # no signal comes between this and the next call
    os.close(descriptor)


def _is_there(number: int, file: tuple[int, int]) -> bool:
    with contextlib.suppress(OSError):
        status = os.fstat(number)
        return (status.st_dev, status.st_ino) == file
    return False


def _leave_to_parent() -> None:
    """Let the descriptors of the parent lead nowhere: to a folder, which can be neither read nor written as a file."""
    try:
        numbers = [number for number, file in _open.items() if _is_there(number, file)]
        if numbers:
            os.close(numbers[0])  # so that there is room for one more
            nowhere = os.open(os.sep, os.O_RDONLY | _CLOEXEC)
            for number in numbers:
                if number != nowhere:
                    os.dup2(nowhere, number, inheritable=False)
            if nowhere not in numbers:
                os.close(nowhere)
    finally:
        _open.clear()
        _opening.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_leave_to_parent)
