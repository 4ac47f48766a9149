"""Which module shows results.

`aidtimeline.report` shows results, and builds on the modules that make them. So that no import runs upward, a result
that is printed asks here which module to load, and `aidtimeline/__init__.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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

    def cite(self, explanation: Any, format: str, *, made: date | None) -> str:
        """An answer with its dates and sources, ready to be pasted."""

    def bundle(self, explanation: Any, *, made: date | None) -> str:
        """An answer with all that it rests on, which can be derived again elsewhere."""

    def plot(self, result: Any) -> Any:
        """A chart of a result."""


_loaders: list[Callable[[], Shows]] = []


def show_with(load: Callable[[], Shows]) -> None:
    """Choose what shows results; `load` is called each time a result is shown."""
    _loaders[:] = [load]


def shows() -> Shows:
    """The module that shows results."""
    return _loaders[0]()


class Showable:
    """What is shown, and handed to other programs: an answer of any kind."""

    __slots__ = ()

    def __str__(self) -> str:
        return shows().text(self)

    def _repr_html_(self) -> str:
        """The answer as a notebook shows it."""
        return shows().html(self)

    def to_pandas(self, *, decimals: bool = False, places: int = 2) -> Any:
        """The rows as a `pandas.DataFrame`, with the columns of `to_dicts` in the nullable types of pandas.

        Args:
            decimals: Whether numbers are exact (`Decimal`, as objects); else they are Float64, of about 15 digits.
            places: With `decimals`, how many decimal places a number may have.

        Raises `UsageError` if pandas is not installed, and with `decimals` if a number has more places.

        >>> from aidtimeline import Timeline
        >>> counts = Timeline.open("events").as_of("2023-11-28").counts()
        >>> counts.to_pandas()[["item", "low", "high"]].head(1).to_csv(index=False)
        'item,low,high\\nbody-armour,1.0,\\n'
        """
        return shows().pandas(self, decimals=decimals, places=places)

    def to_polars(self, *, decimals: bool = False, places: int = 2) -> Any:
        """The rows as a `polars.DataFrame`, with the columns of `to_dicts`.

        Args:
            decimals: Whether numbers are exact (decimal); else they are Float64, which has about 15 digits.
            places: With `decimals`, the scale of the decimals.

        Raises `UsageError` if polars is not installed, and with `decimals` if a number has more places.

        >>> from aidtimeline import Timeline
        >>> Timeline.open("events").as_of("2023-11-28").counts().to_polars()["high"].null_count()
        6
        """
        return shows().polars(self, decimals=decimals, places=places)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The rows as a stream of Arrow, by its C interface, with the columns of `to_dicts` and numbers as float64.

        So polars, DuckDB, pyarrow and other programs take a result as it is.

        >>> import duckdb
        >>> from aidtimeline import Timeline
        >>> counts = Timeline.open("events").as_of("2023-11-28").counts()
        >>> duckdb.sql("SELECT item, low FROM counts WHERE item = 'truck'").fetchall()
        [('truck', 30.0)]
        """
        return shows().arrow(self, requested_schema)
