"""Making the store of a log: from all of its lines, or from an older store and what the log has grown by since."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict

from aidtimeline.collector import paused
from aidtimeline.engines.embedded import cache
from aidtimeline.engines.embedded.base import Base, quoted
from aidtimeline.engines.embedded.building import Build
from aidtimeline.engines.embedded.database import duckdb
from aidtimeline.engines.embedded.files import Covered, Lines, Reader, changed, opened
from aidtimeline.engines.embedded.grown import Grown
from aidtimeline.engines.embedded.store import SCHEMA, TABLES
from aidtimeline.errors import LogError
from aidtimeline.log import EventLog
from aidtimeline.log.status import Status
from aidtimeline.text.progress import Progress, untold

if TYPE_CHECKING:
    from concurrent.futures import Executor

MEMORY = "512MB"
"""How much memory the database may take while a store is made."""

MAKING = "making the table of facts"
"""What is being done, for those who want to know."""

_DIED = (
    "a process that helped to make the table of facts has died: it was killed, or memory ran out. Where a program of"
    ' your own asks for several, it must start under `if __name__ == "__main__":`'
)

ABOUT = "CREATE TABLE about (covered VARCHAR)"


def make(folder: Path, *, jobs: int = 1, progress: Progress = untold) -> Path:
    """Make the store of a log from all of its lines, in so many processes; its path.

    `progress` is told how many bytes have been read.

    Raises `OSError` if no place for it can be written, and an error of the database for a full disk.
    """

    def write(path: Path) -> None:
        config = {"memory_limit": MEMORY, "temp_directory": f"{path}.spill"}
        connection = duckdb().connect(str(path), config=config)
        try:
            connection.execute("BEGIN")
            connection.execute(SCHEMA)
            connection.execute(ABOUT)
            covered = _read_all(folder, connection, jobs, progress)
            connection.execute("INSERT INTO about VALUES (?)", [_as_text(covered)])
            connection.execute("COMMIT")
            connection.execute("CHECKPOINT")
        finally:
            connection.close()

    return cache.put(folder, write)


def extend(folder: Path, base: Base, grown: Grown, connection: Any) -> Path:
    """Make the store of a log from an older one and what is laid over it, which the connection sees; its path.

    Raises as `make` does, and `LogError` if a file has changed meanwhile.
    """

    def write(path: Path) -> None:
        covered = grown.covered_now()
        connection.execute(f"ATTACH '{quoted(path)}' AS longer")
        try:
            connection.execute("BEGIN")
            for each in (*SCHEMA.split(";"), ABOUT):
                if each.strip():
                    connection.execute(each.replace("CREATE TABLE ", "CREATE TABLE longer.main."))
            for table in TABLES:
                connection.execute(f"INSERT INTO longer.main.{table} SELECT * FROM {table}")
            connection.execute("INSERT INTO longer.main.about VALUES (?)", [_as_text(covered)])
            connection.execute("COMMIT")
            connection.execute("CHECKPOINT longer")
        finally:
            connection.execute("DETACH longer")

    with base.threads:
        return cache.put(folder, write)


def _tell(progress: Progress, before: int, of: int, end: int) -> None:
    progress(MAKING, before + end, of)


def _as_text(covered: Sequence[Covered]) -> str:
    return json.dumps([asdict(each) for each in covered])


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[Executor | None]:
    """Processes that read beside each other. They are started anew: a copy of this one would share its database.

    Raises `LogError` if one of them dies.
    """
    if jobs == 1:
        yield None
        return
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    try:
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            yield pool
    except BrokenExecutor:
        raise LogError(_DIED) from None


def _read_all(folder: Path, connection: Any, jobs: int, progress: Progress) -> list[Covered]:
    """Read the whole lines of a log into an empty store. Raises `LogError` if a file changes meanwhile."""
    paths = [str(path) for path in EventLog(folder).files()]
    with paused(), _pool(jobs) as pool:
        return _read_files(paths, Build(connection, Lines(paths), pool=pool, commits=True), progress)


def _read_files(paths: Sequence[str], build: Build, progress: Progress) -> list[Covered]:
    covered: list[Covered] = []
    done, of = 0, sum(os.stat(path).st_size for path in paths)
    for number, path in enumerate(paths):
        looked_at, file = time.time_ns(), opened(path)
        with file.snapshot() as snapshot:
            status, reader = Status.of(path), Reader(snapshot, progress=partial(_tell, progress, done, of))
            build.read_file(number, reader)
        done += reader.end
        name, digest = os.path.basename(path), reader.digest.hexdigest()
        covered.append(Covered(name, reader.end, reader.lines, digest, looked_at, status))
    build.finish()
    for path, each in zip(paths, covered, strict=True):  # lines that hang together were read again
        if each.looked_at_again(path) is None:
            raise changed(path)
    return covered
