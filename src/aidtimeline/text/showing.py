"""Which module shows results.

`aidtimeline.report` shows results, and builds on the modules that make them. So that no import runs upward, a result
that is printed asks here which module to load, and `aidtimeline/__init__.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Shows(Protocol):
    """A module that shows results, such as `aidtimeline.report`."""

    def text(self, result: Any) -> str:
        """A result as lines for a terminal."""

    def html(self, result: Any) -> str:
        """A result as a notebook shows it."""

    def frame(self, result: Any) -> Any:
        """A result as a table of plain columns."""

    def arrow(self, result: Any, requested_schema: Any = None) -> Any:
        """A result as a stream of Arrow."""

    def pandas(self, result: Any, *, decimals: bool, places: int) -> Any:
        """A result as a data frame of pandas."""

    def polars(self, result: Any, *, decimals: bool, places: int) -> Any:
        """A result as a data frame of polars."""


_loaders: list[Callable[[], Shows]] = []


def show_with(load: Callable[[], Shows]) -> None:
    """Choose what shows results; `load` is called each time a result is shown."""
    _loaders[:] = [load]


def shows() -> Shows:
    """The module that shows results."""
    return _loaders[0]()
