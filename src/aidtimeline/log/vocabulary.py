"""The vocabulary beside a log, read from its files."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from aidtimeline.codec.jsonlines import lines_of, parse_object
from aidtimeline.codec.structure import NotStructured, problems_of, structure_as
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.vocabulary import Item, Party, ProjectName, Vocabulary


def load_vocabulary(folder: str | PathLike[str]) -> Vocabulary:
    """The vocabulary beside the log in `folder`; a missing file counts as empty.

    Lines that cannot be read are skipped and listed in `problems`, with file and line. Of two lines for one slug the
    first stands.
    """
    problems: list[Problem] = []
    where = Path(folder) / "vocabulary"
    return Vocabulary(
        _load(where / "items.jsonl", Item, problems),
        _load(where / "parties.jsonl", Party, problems),
        _load(where / "projects.jsonl", ProjectName, problems),
        tuple(problems),
    )


Entry = TypeVar("Entry", Item, Party, ProjectName)


def _load(path: Path, cls: type[Entry], problems: list[Problem]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    try:
        with open(path, "rb") as stream:
            for number, line in enumerate(lines_of(stream), start=1):
                if line.strip():
                    problems += (each.at(str(path), number) for each in _add(line, cls, entries))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        message = error.strerror or str(error)
        problems.append(Problem(code="unreadable-file", severity="error", message=message, file=str(path)))
    return entries


def _add(line: bytes, cls: type[Entry], entries: dict[str, Entry]) -> Iterator[Problem]:
    """Add the entry of a line to `entries`, or yield what is wrong with it."""
    found: dict[str, Any] = {}
    try:
        found = parse_object(line)
        entry = structure_as(cls, found)
    except InvalidValue as error:
        yield Problem.of_value(None, error, "bad-json")
    except NotStructured as error:
        yield from problems_of(error, found)
    else:
        if entries.setdefault(entry.slug, entry) is not entry:
            again = InvalidValue(entry.slug, "each slug once", "the first line for it stands")
            yield Problem.of_value("$.slug", again, "duplicate-slug")
