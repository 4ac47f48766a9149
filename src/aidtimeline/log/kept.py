"""What is kept of a log beside it, and may be deleted at any time: where it lies, and how small files are written.

It lies in a folder beside the log, or where that cannot be written, in the user's folder for caches.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from aidtimeline.log.disk import reading

FOLDER = ".aidtimeline"
"""The folder beside the log; readers of a log ignore it."""

WEEK = 7 * 24 * 3600
"""How long, in seconds, what another version of the code has made is kept."""

_MOST = 2**28
"""How many bytes a small file has at most."""

MOMENT = 3600
"""How long, in seconds, a small file may take to be written."""


def places(folder: Path) -> Sequence[Path]:
    """The folders where something may be kept of a log, the best one first.

    The database takes a backslash for the sign between folders, on every system.
    """
    real = folder.resolve()
    both = [real / FOLDER]
    with contextlib.suppress(RuntimeError):  # nobody knows where this user is at home
        both.append(user_folder() / hashlib.sha256(os.fsencode(real)).hexdigest()[:32])
    return [each for each in both if os.name == "nt" or "\\" not in str(each)]


def user_folder() -> Path:
    """The user's folder for what may be deleted."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aidtimeline"


def ready(place: Path) -> None:
    """Make one of these folders, which git ignores. Raises `OSError` if it cannot be written."""
    place.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        raise OSError(errno.ELOOP, "a symbolic link, which is not written to", str(place))
    ignore = place / ".gitignore"
    if not os.path.lexists(ignore):
        ignore.write_text("*\n", encoding="utf-8")


def write(path: Path, found: Any) -> None:
    """Write what can be JSON to such a file, with its digest before it, so that nobody sees half of it.

    Raises `OSError` if it cannot be written.
    """
    text = json.dumps(found)
    made = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        made.write_text(f"{_check(text)}\n{text}", encoding="utf-8")
        os.replace(made, path)
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)


def read(path: Path) -> Any:
    """What `write` wrote. Raises `OSError` or `ValueError` if it is not there, or damaged."""
    with reading(path) as stream:
        is_small = os.fstat(stream.fileno()).st_size <= _MOST
        check, _, text = stream.read().decode().partition("\n") if is_small else ("", "", "")
    if check != _check(text):
        raise ValueError(f"{path} is damaged")
    return json.loads(text)


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def found(place: Path, beginning: str) -> Iterator[Path]:
    """The files and folders in a place whose names begin so; none if it cannot be read."""
    with contextlib.suppress(OSError):
        yield from [path for path in place.iterdir() if path.name.startswith(beginning)]


def is_younger(path: Path, seconds: float) -> bool:
    """Whether a file is there, and was changed within the last seconds."""
    try:
        return path.lstat().st_mtime > time.time() - seconds
    except OSError:
        return False


def remove(path: Path) -> None:
    """Remove a file, link or folder, if it is there and can be removed."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # noqa: PLC0415  (it is slow to load)

        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink()
