"""A store in its file, opened: checked, attached to a database in memory, and shared by the timelines of a process."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakValueDictionary, finalize

from attrs import evolve

from aidtimeline.engines.embedded import cache
from aidtimeline.engines.embedded.database import DamagedStore, asking, duckdb
from aidtimeline.engines.embedded.files import Covered
from aidtimeline.engines.embedded.looked import Looked
from aidtimeline.engines.embedded.store import value_of
from aidtimeline.engines.facts.rows import Text
from aidtimeline.forked import OfProcess
from aidtimeline.log.status import Status

if TYPE_CHECKING:
    from aidtimeline.engines.embedded.overlay import Numbers


class Base:
    """A store that is open, with what it `covered` of the log when it was made.

    The database in memory has it as `base`. Timelines make schemas of their own beside it: `numbered` gives each a
    number. The file stays open, so that it can be told whether it is still what it was.
    """

    def __init__(self, path: Path) -> None:
        """Open a store. Raises `OSError`, `ValueError` or an error of the database if it is none, or is damaged."""
        self.path = path
        self.threads = threading.RLock()
        self.gone: list[int] = []
        self._number = 0
        self._texts: dict[str, Sequence[Text]] = {}
        self._stream = open(path, "rb")  # noqa: SIM115  (until `close`)
        self.close = finalize(self, _close, resources := [self._stream])
        try:
            looked_at, self._status = time.time_ns(), Status.of(self._stream.fileno())
            looked = Looked.read(path) or Looked(0, self._status, [])
            self._is_noted = looked.status == self._status and not self._status.is_young(looked.looked_at)
            self._looked = looked if self._is_noted else evolve(looked, looked_at=looked_at, status=self._status)
            if not self._is_noted and cache.digest_of(self._stream) != cache.digest_in(path):
                raise ValueError(f"{path} is damaged")
            _remove_wal(path)
            self.connection = in_memory()
            resources.append(self.connection)
            self.connection.execute(f"ATTACH '{quoted(path)}' AS base (READ_ONLY)")
            if Status.of(str(path)).identity != self._status.identity:
                raise FileNotFoundError(errno.ENOENT, "replaced meanwhile", str(path))
            [(text,)] = self.connection.execute("SELECT covered FROM base.about").fetchall()
            self.covered = [Covered.of(each) for each in json.loads(text)]
        except BaseException:
            self.close()
            raise

    def is_intact(self, *, again: bool = False) -> bool:
        """Whether the file still holds what it held: its status is the same, or else its digest, asked `again`."""
        with self.threads:
            with contextlib.suppress(OSError, ValueError):
                status = Status.of(self._stream.fileno())
                if status == self._status and not again:
                    return True
                if cache.digest_of(self._stream) == cache.digest_in(self.path):
                    self._status = status
                    return True
            return False

    def is_in_place(self) -> bool:
        """Whether the file is the one in its place, and intact."""
        with contextlib.suppress(OSError):
            return Status.of(str(self.path)).identity == self._status.identity and self.is_intact()
        return False

    def now(self, folder: Path) -> Sequence[Covered] | None:
        """What the store covers of a log, as it is now; None if the log does not begin with that.

        Beside the store is noted when its files were last looked at.
        """
        said = list(self.covered)
        if [each.says for each in self._looked.covered] == [each.says for each in said]:
            said = list(self._looked.covered)
        found: list[Covered] = []
        for each in said:
            again = each.looked_at_again(str(folder / each.name))
            if again is None:
                return None
            found.append(again)
        noted = [then if now.looked_at == 0 else now for then, now in zip(said, found, strict=True)]
        if not self._is_noted or noted != list(self._looked.covered):
            self._looked, self._is_noted = evolve(self._looked, covered=noted), True
            self._looked.write(self.path)
        return found

    def texts(self, column: str) -> Sequence[Text]:
        """The texts of a column, by their numbers. Raises `DamagedStore` if they cannot be told."""
        with self.threads:
            if column not in self._texts:
                found = self._rows('SELECT text FROM base.texts WHERE "column" = ? ORDER BY number', column)
                self._texts[column] = (None, *(value_of(text) for (text,) in found))
            return self._texts[column]

    @cached_property
    def flags(self) -> int:
        """All flags that its rows have. Raises as `texts` does."""
        [(flags,)] = self._rows("SELECT coalesce(bit_or(flags), 0) FROM base.facts")
        return int(flags)

    @cached_property
    def components(self) -> int:
        """The last number of its components. Raises as `texts` does."""
        [(last,)] = self._rows("SELECT coalesce(max(component), 0) FROM base.components")
        return int(last)

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self.threads, asking():
            found: list[tuple[Any, ...]] = self.connection.execute(query, values).fetchall()
        if not self.is_intact():
            raise DamagedStore
        return found

    @cached_property
    def numbers(self) -> Mapping[str, Numbers]:
        """The numbers of its texts by column."""
        from aidtimeline.engines.embedded.overlay import numbers_of_texts  # noqa: PLC0415  (most logs have not grown)

        with self.threads:
            return numbers_of_texts(self.connection)

    def numbered(self) -> int:
        """A number for the schemas of a timeline; those of timelines that are gone are dropped."""
        with self.threads:
            while self.gone:
                number = self.gone.pop()
                for schema in ("over", "tail"):
                    self.connection.execute(f"DROP SCHEMA IF EXISTS {schema}_{number} CASCADE")
            self._number += 1
            return self._number


_shared = OfProcess[WeakValueDictionary[Path, Base]](WeakValueDictionary())


def open_base(path: Path) -> Base | None:
    """The store at a path, which timelines of this process share; None if it is damaged, and then it is removed."""
    with _shared.threads:
        base = _shared.open.get(path)
        if base is not None and base.is_in_place():
            return base
        try:
            base = _shared.open[path] = Base(path)
        except (FileNotFoundError, PermissionError):
            return None
        except (OSError, ValueError, TypeError, KeyError, duckdb().Error):
            cache.discard(path)
            return None
        return base


def in_memory() -> Any:
    """A database in memory that loads nothing by itself. What it cannot hold goes to the system's temporary folder."""
    spill = os.path.join(tempfile.gettempdir(), f"aidtimeline-{uuid4().hex}")
    return duckdb().connect(
        ":memory:",
        config={
            "temp_directory": spill,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )


def quoted(path: Path) -> str:
    """A path within quotes of SQL."""
    return str(path).replace("'", "''")


def _remove_wal(path: Path) -> None:
    """Remove what the database would take for changes of a store that it has not written into it yet."""
    with contextlib.suppress(FileNotFoundError):
        path.with_name(f"{path.name}.wal").unlink()


def _close(resources: Sequence[Any]) -> None:
    for each in reversed(resources):
        each.close()
