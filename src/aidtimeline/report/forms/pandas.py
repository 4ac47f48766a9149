"""Tables as data frames of pandas, in its own nullable types: an empty number is missing, and never 0."""

from __future__ import annotations

from typing import Any

from aidtimeline.errors import UsageError
from aidtimeline.report.forms.decimals import scaled
from aidtimeline.report.frame import Frame

_TYPES = {"text": "string", "number": "Float64", "flag": "boolean", "count": "Int64"}


def data_frame(frame: Frame, places: int | None) -> Any:
    """A table as a `pandas.DataFrame`; `attrs` has the heading. With `places` numbers are exact decimals, as objects.

    Raises `UsageError` if pandas is not installed, and as `scaled`.
    """
    try:
        import pandas as pd  # noqa: PLC0415
    except ImportError:
        raise UsageError("to_pandas needs pandas: pip install pandas") from None
    columns = {}
    for at, field in enumerate(frame.fields):
        values = frame.column(at)
        if field.type == "number" and places is not None:
            for each in values:
                if each is not None:
                    scaled(field.name, each, places)
            columns[field.name] = pd.Series(values, dtype="object")
        elif field.type == "number":
            columns[field.name] = pd.array([pd.NA if each is None else float(each) for each in values], dtype="Float64")
        else:
            columns[field.name] = pd.array(
                [pd.NA if each is None else each for each in values], dtype=_TYPES[field.type]
            )
    made = pd.DataFrame(columns)
    made.attrs["heading"] = list(frame.heading)
    return made
