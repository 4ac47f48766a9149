"""Folding in parts, by the workers of any executor: threads, processes, or a cluster.

What is sent to a worker is small: where the log is, the cuts, the projection, and which part is meant. The worker opens
the log itself. It answers only if its log is the one that was asked, by the digest of what that holds.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, Future
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from attrs import frozen

from aidtimeline.engines.choosing import open_engine
from aidtimeline.engines.fold import Engine
from aidtimeline.engines.parts import Origin, Part
from aidtimeline.errors import LogError, UsageError
from aidtimeline.forked import OfProcess
from aidtimeline.projections import Projection
from aidtimeline.semantics import Belief, Fact
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.safe import shown

R = TypeVar("R")

PARTS = 16
"""How many parts there are if nobody says: workers that are done sooner take more of them."""

_UNPICKLED = (pickle.PicklingError, TypeError, AttributeError, RecursionError)
"""What pickling raises for what cannot be pickled."""


@frozen
class Cuts:
    """The cuts of a view, all inclusive; None: no cut."""

    as_of: date
    known_at: date | datetime | None
    recorded_until: date | datetime | None


@frozen(slots=False)
class _At:
    """What a worker sees of a log at some cuts."""

    engine: Engine
    cuts: Cuts

    @property
    def as_of(self) -> date:
        return self.cuts.as_of

    @property
    def known_at(self) -> date | datetime | None:
        return self.cuts.known_at

    @property
    def recorded_until(self) -> date | datetime | None:
        return self.cuts.recorded_until

    @cached_property
    def belief(self) -> Belief:
        return self.engine.belief(self.known_at, self.recorded_until)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(self.engine.facts(self))  # type: ignore[arg-type]


@frozen
class _Task:
    """What is sent to a worker: a part of the facts of a view, and what to do with it.

    `home` is the view in the process that sent it; `process` is the number of that.
    """

    origin: Origin | None
    cuts: Cuts
    projection: Projection[Any, Any]
    part: Part
    home: str
    process: int


@frozen
class _Pickled:
    """A state that comes from another process."""

    state: bytes


_at_home: WeakValueDictionary[str, Viewed] = WeakValueDictionary()
_opened = OfProcess[dict[Origin, _At]]({})


def fold_in_parts(view: Viewed, engine: Engine, projection: Projection[Any, R], pool: Executor, parts: int) -> R:
    """The result of a projection, folded in so many parts by an executor.

    States are merged in the order of the parts. What a worker raises is raised here, and what has not begun then is
    cancelled; so it is on Ctrl-C. Raises `UsageError` if a projection or state cannot be sent, and `LogError` if a
    worker finds another log.
    """
    home = f"{os.getpid()}-{uuid4().hex}"
    _at_home[home] = view
    _check_can_be_sent(projection, pool)
    cuts = Cuts(view.as_of, view.known_at, view.recorded_until)
    origin = None if _is("thread", "ThreadPoolExecutor", pool) else engine.origin()
    tasks = [_Task(origin, cuts, projection, Part(number, parts), home, os.getpid()) for number in range(parts)]
    waiting: deque[Future[Any]] = deque()
    try:
        waiting.extend(_submitted(pool, tasks))
        state = _received(waiting.popleft().result())
        while waiting:
            state = projection.merge(state, _received(waiting.popleft().result()))
    finally:
        for future in waiting:
            future.cancel()
    return projection.finish(state)


def _submitted(pool: Executor, tasks: Iterable[_Task]) -> Iterable[Future[Any]]:
    for task in tasks:
        try:
            yield pool.submit(state_of_part, task)
        except _UNPICKLED as error:
            raise _cannot_be_sent(task.projection, error) from error
        except RuntimeError as error:
            raise UsageError(f"the executor takes no work: {error}") from error


def _check_can_be_sent(projection: Projection[Any, Any], pool: Executor) -> None:
    """Raise `UsageError` if a pool of processes could not be sent the projection: its own error would say less."""
    if _is("process", "ProcessPoolExecutor", pool):
        try:
            pickle.dumps(projection)
        except _UNPICKLED as error:
            raise _cannot_be_sent(projection, error) from error


def _is(module: str, name: str, pool: Executor) -> bool:
    """Whether an executor is one of the standard library's, which is not loaded for that."""
    loaded = sys.modules.get(f"concurrent.futures.{module}")
    return loaded is not None and isinstance(pool, getattr(loaded, name))


def _cannot_be_sent(what: object, error: Exception) -> UsageError:
    return UsageError(
        f"{shown(what)} cannot be sent to a worker: {error}. Write its class at the top of a module, and keep in it"
        " only what pickles"
    )


def _received(state: Any) -> Any:
    return pickle.loads(state.state) if isinstance(state, _Pickled) else state


def state_of_part(task: _Task) -> Any:
    """What a worker does: the state of a projection after the facts of a part."""
    home = _at_home.get(task.home) if task.process == os.getpid() else None
    view: Any = home or _view(task)
    state = view.engine.state(view, task.projection, task.part)
    if home is not None:
        return state
    try:
        return _Pickled(pickle.dumps(state, pickle.HIGHEST_PROTOCOL))
    except _UNPICKLED as error:
        raise UsageError(f"the state of {shown(task.projection)} cannot be sent back by a worker: {error}") from None


def _view(task: _Task) -> _At:
    """The log of a task at its cuts, which this process keeps open until it is asked for others."""
    if task.origin is None:
        raise UsageError("other processes cannot read a timeline of records: write them to a log, and open its folder")
    with _opened.threads:
        view = _opened.open.get(task.origin)
        if view is None:
            _opened.open.clear()  # others may still be asking what is forgotten here
            view = _At(_engine(task.origin), task.cuts)
        elif view.cuts != task.cuts:
            view = _At(view.engine, task.cuts)
        _opened.open[task.origin] = view
        return view


def _engine(origin: Origin) -> Engine:
    """Open a log again. Raises `LogError` if it holds anything else, or not all."""
    chosen = open_engine(Path(origin.folder), origin.engine, skip_problems=origin.skip_problems)
    if chosen.notes:
        raise LogError(f"{origin.folder}: a worker has no table of facts: {'; '.join(chosen.notes)}")
    found = chosen.engine.origin()
    if found is None or found.digest != origin.digest:
        chosen.engine.close()
        raise LogError(
            f"{origin.folder}: the log that a worker finds there is not the one that was asked. Storage that is shared"
            " may be behind, or the log has grown: open it again, and ask again"
        )
    return chosen.engine
