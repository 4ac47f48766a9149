"""Files that are written whole or not at all, and none that is there is replaced unasked."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from aidtimeline.errors import UsageError


@contextlib.contextmanager
def made_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """The path of a file that takes the place of another at the end of the block, if it is there by then.

    Nothing is left of it if the block raises. Raises `UsageError` as `refuse_existing` does, also if somebody else made
    the file meanwhile, and `OSError` if it cannot be written.

    >>> path = getfixture("tmp_path") / "answer.txt"
    >>> with made_whole(path, force=False) as made:
    ...     _ = made.write_text("42")
    >>> path.read_text(), list(path.parent.iterdir()) == [path]
    ('42', True)
    """
    refuse_existing(path, force=force)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    made = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield made
        if made.exists():
            refuse_existing(path, force=force)
            os.replace(made, path)
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write a file; a text gets a line end. Raises `UsageError` if it is there and not to be replaced by `force`."""
    data = content if isinstance(content, bytes) else f"{content}\n".encode()
    try:
        with made_whole(path, force=force) as made:
            made.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise `UsageError` if a file is there, and not to be replaced."""
    if os.path.lexists(path) and (not force or path.is_dir()):
        raise UsageError(f"{path} is there already" + ("" if path.is_dir() else ": --force replaces it"))
