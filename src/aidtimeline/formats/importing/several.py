"""Several files in the order of their versions: a folder, a folder of dated versions, or a file's history in git."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from attrs import frozen

from aidtimeline.errors import InvalidValue, UnreadableFile, UsageError
from aidtimeline.formats.importing.importer import import_together
from aidtimeline.formats.importing.reports import UNREADABLE, Report
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.readings import Beginning, Entry, Skipped
from aidtimeline.formats.registry import format_of
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import DateRange

#: A day, month or year in the name of a file, not within other digits.
_DATED = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")


@frozen
class ImportedVersion:
    """What came of `files` that are one version together: its `report`."""

    files: Sequence[File]
    report: Report


def files_in(path: Path) -> list[Path]:
    """A file itself, or those in a folder and the folders in it, in the order of their names, but for hidden ones."""
    if not path.is_dir():
        return [path]
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
    if not found:
        raise UsageError(f"{path}: a folder without files")
    return found


def import_several(
    folder: str | os.PathLike[str], format: str, files: Sequence[File], *, dry_run: bool = False, **options: Any
) -> Iterator[ImportedVersion]:
    """Import files in the order of their versions, those of one version together; `options` are those of `import_file`.

    A version is the day on which it was published, as the user or the file says. Each version is recorded whole or not
    at all; if one cannot be, those before it are recorded. A file without a date is a version of its own, after all
    others, and so is a sheet of drafts.

    A file of several that is not of the format, or breaks off, is skipped, and the report of it alone says why. The
    others of its version are then imported as a part of it, so that nothing is taken for gone. To be strict, or to
    import the whole of something, it is raised (`UnreadableFile`), as it is of a single file.

    >>> folder = getfixture("tmp_path")
    >>> flow = '{"id": "7", "updatedAt": "%s", "date": "2023-01-05", "status": "paid", "amountUSD": %s}'
    >>> for name, day, amount in (("b", "2023-03-01", 8), ("a", "2023-02-01", 5)):
    ...     _ = (folder / f"{name}.json").write_text('{"data": {"flows": [%s]}}' % flow % (day, amount))
    >>> versions = import_several(folder / "log", "fts", [File(path=folder / f"{name}.json") for name in "ba"])
    >>> [(version.files[0].name, dict(version.report.outcomes)) for version in versions]
    [('a.json', {'new': 1}), ('b.json', {'news': 1})]
    """
    versions = [files] if len(files) == 1 else _versions(format, files)
    with _tried(folder, several=dry_run and len(versions) > 1) as (log, tried):
        for together in versions:
            readable = [*together]
            while readable:
                try:
                    report = import_together(log, format, readable, dry_run=dry_run and not tried, **options)
                except UnreadableFile as error:
                    bad = _named(error, readable)
                    if bad is None or len(files) == 1 or bad.covers == "whole" or options.get("strict"):
                        raise
                    yield ImportedVersion([bad], _skipping(error))
                    readable = [attrs.evolve(each, covers="part") for each in readable if each is not bad]
                else:
                    yield ImportedVersion(readable, report)
                    break


def _named(error: UnreadableFile, files: Iterable[File]) -> File | None:
    """The file of which an error says that it cannot be read, if it is one of these."""
    names = {problem.file for problem in error.problems}
    return next((each for each in files if str(each.path) in names), None)


def _skipping(error: UnreadableFile) -> Report:
    """The report of a file that cannot be read."""
    report = Report()
    for problem in error.problems:
        reason = f"{UNREADABLE}: {problem.message}"
        report.add(Skipped(reason=reason, place=problem.file or "", line=problem.line))
    return report


def _versions(format: str, files: Iterable[File]) -> list[list[File]]:
    """The files of each version, the oldest first."""
    dated: dict[date, list[File]] = {}
    undated = []
    for file in files:
        version = _published(format, file)
        if version is None:
            undated.append([file])
        else:
            dated.setdefault(version, []).append(file)
    return [*(dated[each] for each in sorted(dated)), *undated]


def _published(format: str, file: File) -> date | None:
    """The last day on which a file may have been published, by its first entry."""
    of_format = format_of(format)
    if file.published is not None or of_format.has_drafts:
        return None if file.published is None else file.published.latest
    with contextlib.suppress(UnreadableFile):  # importing it says so
        for reading in of_format.read(file):
            if isinstance(reading, Entry | Beginning):
                source = reading.event.sources[0] if isinstance(reading, Entry) else reading.source
                return None if source.published is None else source.published.latest
    return None


@contextlib.contextmanager
def _tried(folder: str | os.PathLike[str], *, several: bool) -> Iterator[tuple[str | os.PathLike[str], bool]]:
    """The folder of the log, or to try `several` versions, each of which builds on the last, that of a copy."""
    if not several:
        yield folder, False
        return
    with TemporaryDirectory() as there:
        copy = Path(there) / "log"
        if Path(folder).is_dir():
            shutil.copytree(folder, copy)
        yield copy, True


# Histories.


def import_history(
    folder: str | os.PathLike[str], format: str, file: File, *, dry_run: bool = False, **options: Any
) -> Iterator[ImportedVersion]:
    """Import all versions of a file, the oldest first; `options` are those of `import_file`.

    Its `path` is a file in a git repository, whose versions were published on the days of their commits, in UTC; or a
    folder of files with a date in each name. Of several versions of one day the last counts. Each version is recorded
    whole or not at all; if one cannot be, those before it are recorded.
    """
    versions = _in_folder(file.path) if file.path.is_dir() else _in_git(file.path)
    with contextlib.closing(versions), _tried(folder, several=dry_run) as (log, _):
        for published, path in versions:
            version = attrs.evolve(file, path=path, published=DateRange.parse(published))
            yield ImportedVersion([version], import_together(log, format, [version], **options))


def _in_folder(path: Path) -> Generator[tuple[str, Path], None, None]:
    dated: dict[date, tuple[str, Path]] = {}
    for each in files_in(path):
        days = {"-".join(filter(None, match.groups())) for match in _DATED.finditer(each.name)}
        day = days.pop() if len(days) == 1 else ""
        try:
            latest = DateRange.parse(day).latest or date.max
        except InvalidValue:
            expected = "expected one date in the name of each version, such as 2023-06-30 or 2023_06"
            expected += "; or the file in it whose history git has" if (path / ".git").exists() else ""
            raise UsageError(f"{shown(str(each))}: {expected}") from None
        if latest in dated:
            both = " and ".join(shown(one.name) for one in (dated[latest][1], each))
            raise UsageError(
                f"{both}: two versions of one day, expected one; files of one version are imported together"
            )
        dated[latest] = day, each
    yield from (dated[each] for each in sorted(dated))


def _in_git(path: Path) -> Generator[tuple[str, Path], None, None]:
    """The versions of a file, each written beside nothing else, under its own name."""
    last: dict[str, tuple[str, str]] = {}
    for commit, instant, name in _commits(path):
        day = datetime.fromisoformat(instant).astimezone(UTC).date().isoformat()
        last.setdefault(day, (commit, name))
    if not last:
        raise UsageError(f"{shown(str(path))}: git has no version of it")
    with TemporaryDirectory() as there:
        for day, (commit, name) in sorted(last.items()):
            copy = Path(there) / day / path.name
            copy.parent.mkdir()
            copy.write_bytes(_git(path, "cat-file", "blob", f"{commit}:{name}"))
            yield day, copy
            copy.unlink()


def _commits(path: Path) -> Iterator[tuple[str, str, str]]:
    """The commits that changed a file, the newest first: each with its instant, and the file's name then."""
    log = _git(
        path, "log", "--follow", "--diff-filter=AMR", "--format=%x00%H %cI", "--name-only", "-z", "--", path.name
    )
    texts = [each for each in log.decode("utf-8", "surrogateescape").split("\0") if each.strip()]
    for head, name in zip(texts[::2], texts[1::2], strict=False):
        commit, instant = head.split()
        yield commit, instant, name.lstrip("\n")


def _git(path: Path, *arguments: str) -> bytes:
    """What git says in the folder of a file. Raises `UsageError` if there is no git, or no such file in it."""
    try:
        done = subprocess.run(["git", "-C", str(path.parent), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise UsageError(
            f"--history of a file needs git ({error.strerror}); a folder of dated files does not"
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UsageError(f"{shown(str(path))}: {said or 'git cannot read it'}")
    return done.stdout
