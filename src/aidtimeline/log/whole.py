"""Files that commands write: whole or not at all, and none that is there is replaced unasked."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from uuid import uuid4

from aidtimeline.errors import UsageError


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write a file; a text gets a line end. Raises `UsageError` if it is there and not to be replaced by `force`."""
    data = content if isinstance(content, bytes) else f"{content}\n".encode()
    refuse_existing(path, force=force)
    made = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        made.write_bytes(data)
        os.replace(made, path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise `UsageError` if a file is there, and not to be replaced."""
    if os.path.lexists(path) and (not force or path.is_dir()):
        raise UsageError(f"{path} is there already" + ("" if path.is_dir() else ": --force replaces it"))
