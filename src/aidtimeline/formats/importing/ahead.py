"""A large file is read by a process of its own, ahead of the one that records what comes of its readings.

To read a file takes about as long as to find out what is new in it and to record that, so both at once take less than
two thirds of the time, where there are two processors. The process is a copy of this one (`fork`): nothing has to be
started, and it knows the vocabulary. It writes the readings into a pipe, some hundred at a time, in the form of
`pickle`; no other process can write there.

If anything goes wrong in it, whatever it is, it ends, and this process reads on from where it was: so the error is
raised here, as if there were no other process.
"""

from __future__ import annotations

import contextlib
import copyreg
import functools
import gc
import io
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import attrs

from aidtimeline.codec.making import maker
from aidtimeline.events import EVENT_KINDS, Source
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Reading, Whole
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

LARGE = 4 * 2**20
"""Of how many bytes on a second process pays."""

AT_ONCE = 200
"""How many readings are written at once."""

_ROOM = 2**20
"""How many bytes of readings may wait in the pipe, where the system lets us say so."""

_LENGTH = 4  # bytes

Read: TypeAlias = Callable[[Sequence[File]], Iterable[Reading]]


class _Batch(NamedTuple):
    """Readings, and how much of which file has been read after them. The last batch says so."""

    readings: list[Reading]
    number: int
    fraction: float
    is_last: bool


def pays(files: Sequence[File]) -> bool:
    """Whether a second process pays, and can be had: what has threads, of whatever language, is not copied safely."""
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or sum(map(_size, files)) < LARGE:
        return False
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task")) == 1
    return False


def ahead(read: Read, files: Sequence[File]) -> Iterator[Reading]:
    """The readings of files, which another process makes. What reading them raises is raised."""
    taken, finished = 0, False
    with _reading(read, files) as stream:
        while (batch := _next(stream)) is not None:
            if batch.readings:
                files[batch.number].progress(batch.fraction)
            taken += len(batch.readings)
            yield from batch.readings
            finished = batch.is_last
    if not finished:
        yield from islice(read(files), taken, None)


@contextlib.contextmanager
def _reading(read: Read, files: Sequence[File]) -> Iterator[BinaryIO]:
    """What a process that reads the files writes. It ends with the block."""
    here, there = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    child = os.fork()
    if not child:
        _serve(read, files, there)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        os.close(there)
        with open(here, "rb") as stream:
            yield stream
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _next(stream: BinaryIO) -> _Batch | None:
    """The next batch; None if the other process has ended before it was complete."""
    length = stream.read(_LENGTH)
    data = stream.read(int.from_bytes(length)) if len(length) == _LENGTH else b""
    if not data or len(data) < int.from_bytes(length):
        return None
    batch: _Batch = pickle.loads(data)
    return batch


# The other process.


def _serve(read: Read, files: Sequence[File], descriptor: int) -> None:
    """Write the readings, and end, whatever happens: nothing of what the copied process would do may be done here.

    Ctrl-C is blocked here. The other process takes it, and ends this one.
    """
    try:
        gc.freeze()  # what is shared with the other process would be copied where the collector looks at it
        _widen(descriptor)
        with open(descriptor, "wb") as stream:
            for batch in _batches(read, files):
                data = _pickled(batch)
                stream.write(len(data).to_bytes(_LENGTH) + data)
                stream.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _batches(read: Read, files: Sequence[File]) -> Iterator[_Batch]:
    at = 0, 0.0

    def noting(number: int, file: File) -> File:
        def note(fraction: float) -> None:
            nonlocal at
            at = number, fraction

        return attrs.evolve(file, progress=note)

    left = iter(read([noting(number, file) for number, file in enumerate(files)]))
    while readings := list(islice(left, AT_ONCE)):
        yield _Batch(readings, *at, is_last=False)
    yield _Batch([], *at, is_last=True)


def _widen(descriptor: int) -> None:
    with contextlib.suppress(ImportError, AttributeError, OSError):
        from fcntl import F_SETPIPE_SZ, fcntl  # noqa: PLC0415

        fcntl(descriptor, F_SETPIPE_SZ, _ROOM)


def _pickled(batch: _Batch) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(batch)
    return stream.getvalue()


def _made(cls: type, values: tuple[Any, ...]) -> Any:
    return _maker(cls)(values)


_maker = functools.cache(maker)


def _date(text: str) -> DateRange:
    return DateRange.parse(text)


def _reducer(cls: type) -> Callable[[Any], tuple[Any, ...]]:
    """How an instance of a class is written: as the values of its fields, which need no converting."""
    values = attrgetter(*(each.name for each in attrs.fields(cls)))
    return lambda made: (_made, (cls, values(made)))


#: The classes of which a file makes many.
_MANY = (*EVENT_KINDS.values(), Source, Money, Quantity, Entry, Beginning, Whole)
_REDUCERS = {
    **copyreg.dispatch_table,
    **{each: _reducer(each) for each in _MANY},
    DateRange: lambda date: (_date, (date.text,)),
}


def _size(file: File) -> int:
    with contextlib.suppress(OSError):  # reading it says so
        return os.stat(file.path).st_size
    return 0
