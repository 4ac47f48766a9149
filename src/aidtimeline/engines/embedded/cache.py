"""The cache: where the store of a log is kept, and whether it still is one of that log.

A store is a file that never changes. It is made beside its place and renamed into it, so that nobody sees half of one,
and two processes may make it at once. It lies in a folder beside the log, or where that cannot be written, in the
user's folder for caches. It may be deleted at any time.

It is valid by content. What the system says of a file (size, times, inode) is compared first, as git does: if that is
the same, and the file was not changed shortly before it was looked at, its content is. Else the bytes that the store
has are compared by their digest. A log may have grown since: then the store is valid for the beginning of each file.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

FOLDER = ".aidtimeline"
"""The folder beside the log; readers of a log ignore it."""

FORMAT = 3
"""Another number whenever the tables, or what stands in them, change."""

NAME = f"facts-{FORMAT}.duckdb"


def places(folder: Path) -> Sequence[Path]:
    """Where the store of a log may be, the best place first."""
    real = folder.resolve()
    return [real / FOLDER / NAME, user_folder() / sha256(os.fsencode(real)).hexdigest()[:32] / NAME]


def user_folder() -> Path:
    """The user's folder for what may be deleted."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aidtimeline"


@contextlib.contextmanager
def making(folder: Path) -> Iterator[Path]:
    """A path at which a store of a log can be made; when that is done, it gets its place.

    Raises `OSError` if no place can be written. Whatever fails leaves nothing behind.
    """
    for place in places(folder):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            (place.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            failed = error
            continue
        made = place.with_name(f"{place.name}.{uuid4().hex}")
        try:
            yield made
            os.replace(made, place)
        finally:
            for left in place.parent.glob(f"{made.name}*"):
                with contextlib.suppress(OSError):
                    left.unlink()
        return
    raise failed
