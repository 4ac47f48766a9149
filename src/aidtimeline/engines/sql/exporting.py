"""Writing the whole table to a file: every row of `history`, in one order, so that the same log gives the same rows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from aidtimeline.engines.embedded.base import quoted
from aidtimeline.engines.embedded.database import DamagedStore, duckdb, interruptible
from aidtimeline.engines.fold import Engine
from aidtimeline.engines.sql.asking import instead
from aidtimeline.engines.sql.columns import OPEN
from aidtimeline.engines.sql.source import Source
from aidtimeline.engines.sql.tables import Tables
from aidtimeline.errors import LogError, UsageError
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.whole import made_whole, refuse_existing
from aidtimeline.text.cells import FORMULA
from aidtimeline.text.safe import shown

Format: TypeAlias = Literal["parquet", "arrow", "csv", "duckdb"]
FORMATS: tuple[str, ...] = get_args(Format)

NEEDS_ARROW = "the format arrow needs pyarrow: pip install 'aidtimeline[arrow]'"


def export_facts(engine: Engine, path: Path, shape: Format | None = None, *, force: bool = False) -> int:
    """Write the table of facts to a file, which is there whole or not at all; how many rows it has.

    Without a format the ending of the path decides. Raises `UsageError` for another format, for a file that is there
    (unless `force`), and for a package that is not installed, and `LogError` if the file cannot be written.
    """
    writer = _writer(path, shape)
    refuse_existing(path, force=force)
    try:
        return _written(engine, path, writer, force)
    except DamagedStore:
        instead(engine)
        return _written(engine, path, writer, force)


def _writer(path: Path, shape: str | None) -> Callable[[Any, str, Path], None]:
    named = shape or path.suffix.removeprefix(".").lower()
    if named not in _WRITERS:
        where = "" if shape else f" (the ending of {shown(str(path))})"
        raise UsageError(f"there is no format {shown(named)}{where} (formats: {', '.join(FORMATS)})")
    if named == "arrow":
        _pyarrow()
    return _WRITERS[named]


def _written(engine: Engine, path: Path, writer: Callable[[Any, str, Path], None], force: bool) -> int:
    with as_log_error(path), made_whole(path, force=force) as made:
        tables = Tables(Source.of(engine), datetime.now(UTC).date(), with_thought=True)
        try:
            with interruptible():
                number = _written_by(writer, tables, path, made)
        finally:
            tables.close()
            with contextlib.suppress(OSError):
                made.with_name(f"{made.name}.wal").unlink(missing_ok=True)
    return number


def _written_by(writer: Callable[[Any, str, Path], None], tables: Tables, path: Path, made: Path) -> int:
    """How many rows were written to `made`, which is to become `path`."""
    try:
        [(number,)] = tables.connection.execute("SELECT count(*) FROM history").fetchall()
        writer(tables.connection, _rows(tables.connection), made)
    except duckdb().Error as error:
        if not tables.source.is_intact(again=True):
            raise DamagedStore from error
        raise LogError(f"{path}: {' '.join(str(error).split())}") from error
    if not tables.source.is_intact():
        raise DamagedStore
    return int(number)


def _rows(connection: Any) -> str:
    """All rows in order; open ends are null."""
    described = connection.execute("DESCRIBE history").fetchall()
    listed = ", ".join(f"{_open_as_null(name, type_)} AS {name}" for name, type_, *_ in described)
    return f"SELECT {listed} FROM history ORDER BY id, known_from, since, known_to, until, handed_over"


def _open_as_null(name: str, type_: str) -> str:
    if type_ in ("DATE", "TIMESTAMP"):
        return f"CASE WHEN isfinite(history.{name}) THEN history.{name} END"
    if type_.startswith("DECIMAL"):
        return f"nullif(history.{name}, {OPEN})"
    return f"history.{name}"


def _parquet(connection: Any, rows: str, path: Path) -> None:
    connection.execute(f"COPY ({rows}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")


def _csv(connection: Any, rows: str, path: Path) -> None:
    """Decimals without needless zeros; texts that a spreadsheet would run begin with an apostrophe."""
    cells = _in_cells(connection, rows)
    connection.execute(f"COPY (SELECT {cells} FROM ({rows})) TO '{quoted(path)}' (FORMAT csv, HEADER)")


def _in_cells(connection: Any, rows: str) -> str:
    runs = ", ".join(f"chr({ord(each)})" for each in FORMULA)
    cells = []
    for name, type_, *_ in connection.execute(f"DESCRIBE {rows}").fetchall():
        if type_ == "VARCHAR":
            cells.append(f"CASE WHEN left({name}, 1) IN ({runs}) THEN '''' || {name} ELSE {name} END AS {name}")
        elif type_.startswith("DECIMAL"):
            cells.append(f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.') AS {name}")
        else:
            cells.append(name)
    return ", ".join(cells)


def _duckdb(connection: Any, rows: str, path: Path) -> None:
    connection.execute(f"ATTACH '{quoted(path)}' AS exported")
    try:
        connection.execute(f"CREATE TABLE exported.facts AS {rows}")
    finally:
        connection.execute("DETACH exported")


def _arrow(connection: Any, rows: str, path: Path) -> None:
    pyarrow = _pyarrow()
    reader = pyarrow.RecordBatchReader.from_stream(connection.sql(rows))
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_file(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch.take(pyarrow.array(range(len(batch)))))  # copied: nulls have no bytes left over


def _pyarrow() -> Any:
    """The module. Raises `UsageError` if it is not installed."""
    try:
        import pyarrow  # noqa: PLC0415
        import pyarrow.ipc  # noqa: PLC0415
    except ImportError:
        raise UsageError(NEEDS_ARROW) from None
    return pyarrow


_WRITERS: Mapping[str, Callable[[Any, str, Path], None]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "csv": _csv,
    "duckdb": _duckdb,
}
