"""What of a folder is the log: its files, what is pending beside them, and the names that may be given to new ones."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.log.file import PENDING

ENDING = ".jsonl"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


Stamp: TypeAlias = frozenset[tuple[str, int, int, int]]


@frozen
class Listing:
    """What stands in a log's folder.

    `files` are those of the log, by name, with what `lstat` says of each: a symbolic link is one of them. `pending` are
    the names of those that a batch was being written to.
    """

    files: Mapping[str, os.stat_result]
    pending: tuple[str, ...] = ()

    @property
    def stamp(self) -> Stamp:
        """What the files are, and how long: they only ever grow, or are others."""
        return frozenset((name, each.st_dev, each.st_ino, each.st_size) for name, each in self.files.items())


def list_folder(folder: str) -> Listing:
    """What stands in a folder now; nothing where it is missing. Names that begin with a dot are not read."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return Listing({})
    files: dict[str, os.stat_result] = {}
    within = os.path.join(folder, "")
    for name in sorted(names):
        if name.endswith(ENDING) and not name.startswith("."):
            try:
                status = os.lstat(within + name)
            except FileNotFoundError:
                continue  # somebody took it away meanwhile
            if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                files[name] = status
    pending = (name.removesuffix(PENDING) for name in names if name.endswith(ENDING + PENDING))
    return Listing(files, tuple(pending))


def file_name(to: str) -> str:
    """The name of a log's file, from one that may be without its ending.

    Raises `InvalidValue` for what leads out of the folder, would not be read, or is no name on some system.

    >>> file_name("2023")
    '2023.jsonl'
    """
    if not _NAME.fullmatch(to):
        raise InvalidValue(to, "the name of a file in the log's folder: letters, digits, dots, - and _")
    return to if to.endswith(ENDING) else to + ENDING
