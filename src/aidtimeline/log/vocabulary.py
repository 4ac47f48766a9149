"""The vocabulary beside a log, read from its lines."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TypeVar

import attrs

from aidtimeline.codec.jsonlines import NOTHING, lines_of, parse_object
from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.vocabulary import Item, Party, ProjectName, Vocabulary


def load_vocabulary(folder: str | PathLike[str]) -> Vocabulary:
    """The vocabulary beside the log in `folder`; what is missing is empty.

    Lines that cannot be read are passed over and listed in `problems`, with file and line. Of two lines for one
    slug the first stands.
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
                faults: list[Problem] = []
                _add(line, cls, entries, faults)
                problems += (attrs.evolve(each, file=str(path), line=number) for each in faults)
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            message = error.strerror or str(error)
            problems.append(Problem(code="unreadable-file", severity="error", message=message, file=str(path)))
    return entries


def _add(line: bytes, cls: type[Entry], entries: dict[str, Entry], faults: list[Problem]) -> None:
    entry = _entry(line, cls, faults) if line.strip() else None
    if entry is not None and entry.slug in entries:
        again = InvalidValue(entry.slug, "each slug once", "the first line for it stands")
        faults.append(Problem.of_value("$.slug", again, "duplicate-slug"))
    elif entry is not None:
        entries[entry.slug] = entry


def _entry(line: bytes, cls: type[Entry], faults: list[Problem]) -> Entry | None:
    try:
        found = parse_object(line)
    except InvalidValue as error:
        faults.append(Problem.of_value(None, error, "bad-json"))
        return None
    fields = {each.name: each for each in attrs.fields(cls)}
    for name in found:
        if name not in fields:
            unknown = InvalidValue(name, "one of " + ", ".join(fields), did_you_mean(name, fields))
            faults.append(Problem.of_value(f"$.{name}", unknown, "unknown-field"))
    for name, each in fields.items():
        value = found.get(name)
        try:
            if value is not None:
                each.converter(value)
            elif each.default is attrs.NOTHING:
                missing = InvalidValue(found.get(name, NOTHING), "text")
                faults.append(Problem.of_value(f"$.{name}", missing, "missing-field"))
        except InvalidValue as error:
            faults.append(Problem.of_value(f"$.{name}", error))
    return None if faults else cls(**found)
