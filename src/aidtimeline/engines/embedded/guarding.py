"""What the embedded engine does where its store turns out to be damaged: the fold answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from aidtimeline.engines.embedded.database import DamagedStore
from aidtimeline.engines.embedded.opening import Opened
from aidtimeline.engines.fold import Fold
from aidtimeline.errors import UsageError
from aidtimeline.vocabulary import Vocabulary

P = ParamSpec("P")
R = TypeVar("R")


class Guarded(Protocol):
    """An engine over a store; None if it is closed."""

    vocabulary: Vocabulary
    opened: Opened | None
    instead: Fold | None


S = TypeVar("S", bound=Guarded)


def or_as_fold(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A question to the store: if the store is damaged, it is removed, and the same question is asked of the fold.

    The fold reads the lines that the log had when it was opened. Raises `UsageError` if the engine is closed.
    """
    name = method.__name__

    @functools.wraps(method)
    def asked(engine: S, /, *values: P.args, **named: P.kwargs) -> R:
        opened = still_open(engine.opened)
        if engine.instead is None:
            try:
                return method(engine, *values, **named)
            except DamagedStore:
                opened.discard_if_damaged()
                engine.instead = Fold(opened.records(), engine.vocabulary)
        found: Any = getattr(engine.instead, name)
        return found(*values, **named)  # type: ignore[no-any-return]

    return asked


def still_open(opened: Opened | None) -> Opened:
    """What is open. Raises `UsageError` if it was closed."""
    if opened is None:
        raise UsageError("this timeline is closed: open it again")
    return opened
