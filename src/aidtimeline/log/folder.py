"""Which files of a folder are the log, which have a batch pending, and what new ones may be called."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.log.note import PENDING

ENDING = ".jsonl"
_PENDING = ENDING + PENDING

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


Stamp: TypeAlias = frozenset[tuple[str, int, int, int]]


@frozen
class Listing:
    """The files in a log's folder.

    `files` are those of the log, by name, with their `lstat`; symbolic links are among them. `pending` are the names of
    those that have a pending batch.
    """

    files: Mapping[str, os.stat_result]
    pending: tuple[str, ...] = ()

    @property
    def stamp(self) -> Stamp:
        """Another value whenever something was written: files only ever grow, or are replaced.

        The end of a batch changes no size, but it is not pending any more.
        """
        pending = ((name + PENDING, 0, 0, 0) for name in self.pending)
        return frozenset(
            (*((name, each.st_dev, each.st_ino, each.st_size) for name, each in self.files.items()), *pending)
        )

    def is_link(self, name: str) -> bool:
        """Whether a file of the log is a symbolic link."""
        return name in self.files and stat.S_ISLNK(self.files[name].st_mode)


def list_folder(folder: str) -> Listing:
    """The files in a folder now; none if it is missing. Names that begin with a dot are ignored."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return Listing({})
    files: dict[str, os.stat_result] = {}
    pending: list[str] = []
    within = folder + os.sep
    for name in sorted(names):
        if name.endswith(_PENDING):
            pending.append(name.removesuffix(PENDING))
        elif name.endswith(ENDING) and not name.startswith("."):
            try:
                status = os.lstat(within + name)
            except FileNotFoundError:
                continue  # removed meanwhile
            if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                files[name] = status
    return Listing(files, tuple(pending))


def file_name(to: str) -> str:
    """The name of a log's file, with or without its ending.

    Raises `InvalidValue` for a name that leads out of the folder, is ignored by readers, or is not valid everywhere.

    >>> file_name("2023")
    '2023.jsonl'
    """
    if not _NAME.fullmatch(to):
        raise InvalidValue(to, "the name of a file in the log's folder: letters, digits, dots, - and _")
    return to if to.endswith(ENDING) else to + ENDING
