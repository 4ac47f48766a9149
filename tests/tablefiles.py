"""Files of tables for tests, and what is read of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.sheets import rows


def writer(folder: Path) -> Callable[..., File]:
    """A function that writes a file in a folder and gives it back."""

    def write(content: str | bytes, name: str = "table.csv", **about: Any) -> File:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return File(path=path, **about)

    return write


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> File:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return File(path=path)


def cells(file: File, **how: Any) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows(file, **how)]


def read_ids(book: File, count: int) -> None:
    """Read a workbook whose ids are the numbers below a count."""
    assert sum(int(row.cells["id"]) for row in rows(book)) == sum(range(count))
