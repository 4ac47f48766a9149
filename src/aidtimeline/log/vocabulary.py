"""The vocabulary beside a log, read from its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from os import PathLike, fstat
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, get_type_hints

from attrs import Factory, define

from aidtimeline.codec.jsonlines import lines_of, parse_object
from aidtimeline.errors import InvalidValue, Problem, Shortened, shortened
from aidtimeline.log.disk import reading
from aidtimeline.vocabulary import Dataset, Item, Party, ProjectName, Rate, Vocabulary

MOST_BYTES, MOST_LINES = 64 * 2**20, 1_000_000
"""How large a file of a vocabulary may be; of a larger one nothing is read."""


def load_vocabulary(folder: str | PathLike[str]) -> Vocabulary:
    """The vocabulary beside the log in `folder`; a missing file counts as empty.

    Lines that cannot be read are skipped and listed in `problems`, with file and line. Of two lines for one slug the
    first stands. What exceeds the limits is a problem too.
    """
    faults = _Faults()
    where = Path(folder) / "vocabulary"
    return Vocabulary(
        items=_by_slug(where / "items.jsonl", Item, faults),
        parties=_by_slug(where / "parties.jsonl", Party, faults),
        projects=_by_slug(where / "projects.jsonl", ProjectName, faults),
        datasets=_by_slug(where / "datasets.jsonl", Dataset, faults),
        rates=tuple(rate for _, rate in _load(where / "rates.jsonl", Rate, faults)),
        problems=(*faults.listed, *faults.shortened.rest()),
    )


@define
class _Faults:
    """What cannot be read, of each file as much as is listed."""

    listed: list[Problem] = Factory(list)
    shortened: Shortened = Factory(Shortened)

    def add(self, problems: Iterable[Problem], path: Path, line: int | None = None) -> None:
        """What is wrong with a line of a file."""
        self.listed += self.shortened.first(each.at(str(path), line) for each in problems)


class _Slugged(Protocol):
    @property
    def slug(self) -> str: ...


Entry = TypeVar("Entry")
Slugged = TypeVar("Slugged", bound=_Slugged)


def _by_slug(path: Path, cls: type[Slugged], faults: _Faults) -> dict[str, Slugged]:
    entries: dict[str, Slugged] = {}
    for number, entry in _load(path, cls, faults):
        if entries.setdefault(entry.slug, entry) is not entry:
            again = InvalidValue(entry.slug, "each slug once", "the first line for it stands")
            faults.add([Problem.of_value("$.slug", again, "duplicate-slug")], path, number)
    return entries


def _load(path: Path, cls: type[Entry], faults: _Faults) -> Iterator[tuple[int, Entry]]:
    """The entries of a file with the numbers of their lines; `faults` gets what cannot be read."""
    try:
        with reading(path) as stream:
            _check_size(stream)
            for number, line in enumerate(lines_of(stream), start=1):
                if line.strip():
                    entry, problems = _read(line, cls)
                    faults.add(problems, path, number)
                    yield from () if entry is None else [(number, entry)]
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        message = error.strerror or str(error)
        faults.add([Problem(code="unreadable-file", severity="error", message=message)], path)


def _check_size(stream: BinaryIO) -> None:
    """Raise `OSError` if a file is too large."""
    size, lines = fstat(stream.fileno()).st_size, 0
    if size <= MOST_BYTES:
        while block := stream.read(2**20):
            lines += block.count(b"\n")
        stream.seek(0)
    if size > MOST_BYTES or lines > MOST_LINES:
        raise OSError(
            f"it is too large: a file of the vocabulary has at most {MOST_BYTES >> 20} MiB, {MOST_LINES:,} lines"
        )


def entry_of(line: str, cls: type[Entry]) -> Entry:
    """The entry of one line of a vocabulary. Raises `InvalidValue` if it is none.

    >>> entry_of('{"slug":"truck","label":"Truck"}', Item).label
    'Truck'
    """
    entry, faults = _read(line.encode(errors="surrogatepass"), cls)
    if entry is None:
        raise InvalidValue(line, "a line of the vocabulary", "; ".join(each.message for each in faults))
    return entry


def _read(line: bytes, cls: type[Entry]) -> tuple[Entry | None, list[Problem]]:
    """The entry of a line, or None and what is wrong with it."""
    entry = _plain(line, cls)
    if entry is not None:
        return entry, []
    from aidtimeline.codec.structure import NotStructured, problems_of, structure_as  # noqa: PLC0415  (cattrs is slow)

    found: dict[str, Any] = {}
    try:
        found = parse_object(line)
        return structure_as(cls, found), []
    except InvalidValue as error:
        return None, [Problem.of_value(None, error, "bad-json")]
    except NotStructured as error:
        return None, shortened(problems_of(error, found))


def _plain(line: bytes, cls: type[Entry]) -> Entry | None:
    """The entry of a line that has texts, lists of texts and nulls in fields of these types only, and is valid."""
    any_class: Any = cls  # mypy does not know that classes can be hashed
    types = _types(any_class)
    try:
        found = parse_object(line)
        if not all(name in types and _is_plain(value, types[name]) for name, value in found.items()):
            return None
        return cls(**{name: value for name, value in found.items() if value is not None})
    except (InvalidValue, TypeError):
        return None


_JSON: dict[Any, type] = {str: str, str | None: str, tuple[str, ...]: list}
"""What a field of a type is in JSON."""


def _is_plain(value: Any, of: Any) -> bool:
    if isinstance(value, list):
        return _JSON.get(of) is list and all(type(each) is str for each in value)
    return value is None or (type(value) is str and _JSON.get(of) is str)


@cache
def _types(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)
