"""Tables as data frames of polars, by way of Arrow."""

from __future__ import annotations

from typing import Any

from aidtimeline.errors import UsageError


def data_frame(result: Any) -> Any:
    """Something that hands itself out as Arrow, as a `polars.DataFrame`. Raises `UsageError` without polars."""
    try:
        import polars as pl  # noqa: PLC0415
    except ImportError:
        raise UsageError("to_polars needs polars: pip install polars") from None
    return pl.DataFrame(result)
