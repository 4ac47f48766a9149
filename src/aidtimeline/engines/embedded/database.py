"""DuckDB, loaded where it is used."""

from __future__ import annotations

from typing import Any

from aidtimeline.errors import UsageError

NEEDS = "the embedded engine needs DuckDB: pip install 'aidtimeline[fast]'"


def duckdb() -> Any:
    """The module. Raises `UsageError` if it is not installed."""
    try:
        import duckdb as module  # noqa: PLC0415
        import numpy  # noqa: F401, PLC0415  (with which DuckDB takes columns)
    except ImportError:
        raise UsageError(NEEDS) from None
    return module
