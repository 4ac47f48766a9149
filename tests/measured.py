"""The memory that a step takes, measured in a process of its own.

In the process of the other tests, garbage in cycles is collected the later the more objects they have left.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def peaks(act: Callable[..., object], *calls: Sequence[object]) -> list[int]:
    """The most bytes that each call of a function of a module holds, one call after another in one new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return list(process.map(_peak, [act] * len(calls), calls))


def _peak(act: Callable[..., object], given: Sequence[object]) -> int:
    tracemalloc.start()
    try:
        act(*given)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
