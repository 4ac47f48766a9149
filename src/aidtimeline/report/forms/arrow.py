"""Tables as Arrow, so that polars, DuckDB, pyarrow and others take a result as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidtimeline.report.forms.decimals import DIGITS, scaled
from aidtimeline.report.frame import Field, Frame


def stream(frame: Frame, places: int | None, requested_schema: Any = None) -> Any:
    """A table as a stream of Arrow, in a capsule of its C interface.

    Numbers are float64 or, with so many `places`, decimal128; see `scaled` for what is refused.
    """
    import nanoarrow  # noqa: PLC0415

    children = [_array(nanoarrow, field, frame.column(at), places) for at, field in enumerate(frame.fields)]
    schema = nanoarrow.struct({each.name: _type(nanoarrow, each, places) for each in frame.fields})
    batch = nanoarrow.c_array_from_buffers(schema, len(frame.rows), [None], children=children)
    return nanoarrow.c_array_stream(batch).__arrow_c_stream__(requested_schema)


def _type(nanoarrow: Any, field: Field, places: int | None) -> Any:
    if field.type == "number":
        return nanoarrow.float64() if places is None else nanoarrow.decimal128(DIGITS, places)
    return {"text": nanoarrow.string, "flag": nanoarrow.bool_, "count": nanoarrow.int64}[field.type]()


def _array(nanoarrow: Any, field: Field, values: Sequence[Any], places: int | None) -> Any:
    type_ = _type(nanoarrow, field, places)
    if field.type != "number":
        return nanoarrow.c_array(values, type_)
    if places is None:
        return nanoarrow.c_array([None if each is None else float(each) for each in values], type_)
    numbers = [0 if each is None else scaled(field.name, each, places) for each in values]
    there = bytearray((len(values) + 7) // 8)
    for number, each in enumerate(values):
        if each is not None:
            there[number // 8] |= 1 << number % 8
    data = b"".join(number.to_bytes(16, "little", signed=True) for number in numbers)
    return nanoarrow.c_array_from_buffers(type_, len(values), [bytes(there), data])
