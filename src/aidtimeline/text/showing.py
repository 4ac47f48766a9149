"""What shows results: a result asks here, and the package itself says what it is.

How results look is the business of `aidtimeline.report`, and results are made far below it. So that no import runs
upward, a result that is printed asks here, and `aidtimeline/__init__.py` has said what to load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Shows(Protocol):
    """What shows results; `aidtimeline.report` does."""

    def text(self, result: Any) -> str:
        """A result as lines for a terminal."""

    def html(self, result: Any) -> str:
        """A result as a notebook shows it."""


_loaders: list[Callable[[], Shows]] = []


def show_with(load: Callable[[], Shows]) -> None:
    """Say what shows results from now on. It is loaded when the first result is shown."""
    _loaders[:] = [load]


def shows() -> Shows:
    """What shows results."""
    return _loaders[0]()
