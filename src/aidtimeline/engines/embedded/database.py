"""DuckDB, loaded where it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aidtimeline.errors import LogError, UsageError

NEEDS = "the embedded engine needs DuckDB: pip install 'aidtimeline[fast]'"


class DamagedStore(LogError):
    """A store turned out to be damaged while it was asked."""

    def __init__(self) -> None:
        super().__init__("the table of facts has been damaged: open the log again")


def duckdb() -> Any:
    """The module. Raises `UsageError` if it is not installed."""
    try:
        import duckdb as module  # noqa: PLC0415
    except ImportError:
        raise UsageError(NEEDS) from None
    return module


def numpy() -> Any:
    """The module with which DuckDB takes columns: a store that is only asked needs none. Raises as `duckdb` does."""
    try:
        import numpy as module  # noqa: PLC0415
    except ImportError:
        raise UsageError(NEEDS) from None
    return module


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """While the database works: Ctrl-C is Ctrl-C, and not an error of the database."""
    try:
        yield
    except RuntimeError as error:
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from error


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """While a store is asked: what says that it cannot be read is a `DamagedStore`."""
    module = duckdb()
    try:
        with interruptible():
            yield
    except (module.OperationalError, module.FatalException, module.InternalException) as error:
        raise DamagedStore from error


@contextlib.contextmanager
def as_database_error(folder: Path) -> Iterator[None]:
    """While a store is made or opened: raise an error of the database, such as a full disk, as a `LogError`."""
    try:
        with interruptible():
            yield
    except duckdb().Error as error:
        raise LogError(f"{folder}: no table of facts could be made: {str(error).splitlines()[0]}") from error
