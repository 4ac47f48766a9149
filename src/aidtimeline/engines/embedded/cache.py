"""The cache: how the store of a log gets its place among what is kept of it (`aidtimeline.log.kept`), and what is
cleared away.

A store is a file that never changes, and its name has the digest of what it holds. It is made in a folder of its own
and renamed into its place, so that nobody sees half of one, and two processes may make it at once. It may be deleted
at any time.

| name | what it is |
|---|---|
| `facts-VERSION-DIGEST.duckdb` | a store; `VERSION` is that of the code that made it |
| `facts-VERSION-DIGEST.looked` | when the store and the files of the log were last looked at (`looked`) |
| `import-DIGEST.json` | what came of a file that was imported (`aidtimeline.formats.importing.before`) |
| `index-VERSION` | the lines of each id (`aidtimeline.log.indexfile`) |
| `making-NUMBER` | a folder in which a store is being made |
| `making-NUMBER.lock` | locked as long as the process lives that makes it |
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import aidtimeline
from aidtimeline.log import kept
from aidtimeline.log.disk import Disk
from aidtimeline.log.lock import release, taken

FORMAT = 5
"""Another number whenever the files of the cache change."""

ROOMS = ("values", "events", "codec", "semantics", "projections", "engines")
"""Where the code is that decides what stands in a store."""

STORE, LOOKED, LOCK = ".duckdb", ".looked", ".lock"
MAKING = "making-"


@cache
def version() -> str:
    """What code makes a store: where it differs, so may the store."""
    found = hashlib.sha256(str(FORMAT).encode())
    house: Any = Path(aidtimeline.__file__).parent
    if not house.is_dir():  # it is in an archive
        from importlib.resources import files  # noqa: PLC0415  (it is slow to load)

        house = files(aidtimeline)
    for code in _code(house):
        found.update(code)
    return found.hexdigest()[:8]


def _code(house: Any) -> Iterator[bytes]:
    """The code of the rooms. Raises `OSError` if it cannot be read: nobody would know whose answers a store has."""
    for room in ROOMS:
        code = list(_code_in(house / room)) or list(_code_in(house / f"{room}.py"))
        if not code:
            raise OSError(errno.ENOENT, "the code of this library cannot be read", room)
        yield from code


def _code_in(place: Any) -> Iterator[bytes]:
    if place.is_dir():
        for each in sorted(place.iterdir(), key=lambda each: each.name):
            yield from _code_in(each)
    elif place.name.endswith(".py") and place.is_file():
        yield place.read_bytes()


def stores(folder: Path) -> Sequence[Path]:
    """The stores of a log that this code can ask, the newest of the best place first."""
    found: list[Path] = []
    for place in kept.places(folder):
        made: dict[Path, int] = {}
        for path in kept.found(place, f"facts-{version()}-"):
            if path.name.endswith(STORE):
                with contextlib.suppress(OSError):  # another process has just replaced it
                    status = path.lstat()
                    if stat.S_ISREG(status.st_mode):
                        made[path] = status.st_mtime_ns
        found += sorted(made, key=made.__getitem__, reverse=True)
    return found


def digest_in(store: Path) -> str:
    """The digest that a store must have."""
    return store.name.removesuffix(STORE).rpartition("-")[2]


def digest_of(store: BufferedReader) -> str:
    """The digest that a store has, which is open."""
    store.seek(0)
    return hashlib.file_digest(store, "sha256").hexdigest()[:32]


def beside(store: Path, ending: str) -> Path:
    """The file with another ending that belongs to a store."""
    return store.with_name(store.name.removesuffix(STORE) + ending)


def put(folder: Path, write: Callable[[Path], None]) -> Path:
    """Let a store of a log be written to a path, and put it in its place, instead of those that are there; its path.

    Raises `OSError` if no place can be written. Whatever fails leaves nothing behind.
    """
    failed: OSError | None = None
    for place in kept.places(folder):
        try:
            work = _Work.in_(place)
        except OSError as error:
            failed = failed or error
            continue
        with contextlib.closing(work):
            made = work.folder / f"store{STORE}"
            write(made)
            with open(made, "rb") as stream:
                store = place / f"facts-{version()}-{digest_of(stream)}{STORE}"
            kept.remove(store)
            os.replace(made, store)
        clear_away(place, store)
        return store
    raise failed or OSError(errno.EINVAL, "a backslash in the name of the folder", str(folder))


class _Work:
    """A locked folder in which a store is made; `close` removes it."""

    def __init__(self, lock: Path, descriptor: int) -> None:
        self.lock, self.descriptor = lock, descriptor
        self.folder = lock.with_name(lock.name.removesuffix(LOCK))
        self.folder.mkdir()

    @classmethod
    def in_(cls, place: Path) -> _Work:
        """A new one. Raises `OSError` if the place cannot be written."""
        kept.ready(place)
        while True:
            lock = place / f"{MAKING}{uuid4().hex}{LOCK}"
            descriptor = taken(str(lock), Disk())
            if descriptor is not None:
                try:
                    return cls(lock, descriptor)
                except BaseException:
                    _unlock(lock, descriptor)
                    raise

    def close(self) -> None:
        """Remove it."""
        kept.remove(self.folder)
        _unlock(self.lock, self.descriptor)


def _unlock(lock: Path, descriptor: int) -> None:
    if os.name != "nt":  # where an open file cannot be removed
        kept.remove(lock)
    release(descriptor, Disk())
    kept.remove(lock)


def clear_away(place: Path, store: Path | None = None) -> None:
    """Remove from a place what is not needed any more; without a `store`, all but what is being made."""
    for path in kept.found(place, MAKING):
        if path.name.endswith(LOCK):
            with contextlib.suppress(OSError):
                descriptor = taken(str(path), Disk(), os.O_RDWR)
                if descriptor is not None:  # its process is dead
                    kept.remove(path.with_name(path.name.removesuffix(LOCK)))
                    _unlock(path, descriptor)
        elif not path.with_name(path.name + LOCK).exists():
            kept.remove(path)
    for path in kept.found(place, "facts-"):
        if store is None or not _is_needed(path, store):
            discard(path)
    for beginning in ("import-", "index-") if store is None else ():
        for path in kept.found(place, beginning):
            kept.remove(path)


def _is_needed(path: Path, store: Path) -> bool:
    """Whether a file is of a store, of a newer one, or of one of another version that is young, or is being written.

    Of several that are made at once the newest stays: each maker removes those before its own.
    """
    name, _, ending = path.name.partition(".")
    if f".{ending}" not in (STORE, LOOKED):
        return kept.is_younger(path, kept.MOMENT)
    if name.rpartition("-")[0] != store.name.rpartition("-")[0]:
        return kept.is_younger(path, kept.WEEK)
    return _made(path.with_name(name + STORE)) >= _made(store)


def _made(store: Path) -> tuple[int, str]:
    """When a store was made, so that it can be compared; one that is gone comes before all others."""
    try:
        return store.lstat().st_mtime_ns, store.name
    except OSError:
        return 0, ""


def discard(store: Path) -> None:
    """Remove a store, and after it what belongs to it: who notes something meanwhile sees that the store is gone."""
    kept.remove(store)
    kept.remove(beside(store, LOOKED))


def clear(folder: Path) -> int:
    """Remove all stores of a log; how many bytes they took."""
    before = size(folder)
    for place in kept.places(folder):
        clear_away(place)
        if not place.is_symlink() and [path.name for path in kept.found(place, "")] == [".gitignore"]:
            kept.remove(place / ".gitignore")
            with contextlib.suppress(OSError):
                place.rmdir()
    return before - size(folder)


def size(folder: Path) -> int:
    """How many bytes the cache of a log takes."""
    total = 0
    for place in kept.places(folder):
        for path in chain.from_iterable(kept.found(place, each) for each in ("facts-", "import-", "index-", MAKING)):
            with contextlib.suppress(OSError):
                total += path.lstat().st_size if not path.is_dir() else sum(e.lstat().st_size for e in path.iterdir())
    return total
