"""The example record: what Japan gave to Ukraine for clearing mines, as reported since 2022.

The pages of this library ask it. It is installed with the library; nothing is ever written to where it lies.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from aidtimeline.errors import UsageError
from aidtimeline.log import EventLog
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.timeline import Timeline

__all__ = ["copy", "open"]


def __dir__() -> list[str]:
    return __all__


def open() -> Timeline:
    """The timeline of the example record, in memory.

    >>> from aidtimeline import examples
    >>> print(examples.open().as_of("2023-11-28").counts()["truck"])
    30
    """
    with _folder() as folder:
        return Timeline(EventLog(folder).read(), load_vocabulary(folder))


def copy(folder: str | os.PathLike[str]) -> list[Path]:
    """Put the example record, with its vocabulary, into a folder that is missing or empty; returns its files.

    It is a log like any other then, and can be added to. Raises `UsageError` if there is something in the folder, and
    `LogError` if it cannot be written.

    >>> from aidtimeline import Timeline, examples
    >>> folder = getfixture("tmp_path") / "events"
    >>> [path.name for path in examples.copy(folder)]
    ['items.jsonl', 'parties.jsonl', 'projects.jsonl', 'japan-demining.jsonl']
    >>> print(Timeline.open(folder).as_of("2023-11-28").counts()["truck"])
    30
    """
    into = Path(folder)
    with as_log_error(into):
        if os.path.lexists(into) and os.listdir(into):
            raise UsageError(f"{into}: the folder is not empty; the example goes into one of its own")
        return list(_copied(_packaged(), into))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder with the record: that of this library, or while it is read a copy, if this library is in an archive."""
    found = _packaged()
    if isinstance(found, Path):
        yield found
        return
    with TemporaryDirectory() as folder:
        list(_copied(found, Path(folder)))
        yield Path(folder)


def _packaged() -> Traversable:
    """Where the record lies: beside this module where it is installed, or in the repository."""
    here = files(__name__)
    installed = here / "events"
    return installed if installed.is_dir() or not isinstance(here, Path) else here.parents[2] / "events"


def _copied(found: Traversable, into: Path) -> Iterator[Path]:
    """Copy the files of a log and its vocabulary. Those of the log come last, so that none lacks its labels."""
    into.mkdir(parents=True, exist_ok=True)
    vocabulary = found / "vocabulary"
    if vocabulary.is_dir():
        yield from _copied(vocabulary, into / "vocabulary")
    for each in sorted(found.iterdir(), key=lambda each: each.name):
        if each.name.endswith(".jsonl"):
            path = into / each.name
            path.write_bytes(each.read_bytes())
            yield path
